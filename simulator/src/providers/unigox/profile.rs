//! The stories that an order can play (section 16).

use serde::{Deserialize, Serialize};

/// What an order plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// It waits for the signature, then for the confirmation, and completes.
    #[default]
    Usual,
    /// Nobody accepts it.
    NoProvider,
    /// The price has moved when somebody accepts it.
    PriceMoved,
    /// The time to sign is over a second after it began.
    SigningWindowOver,
    /// The signature is taken, and the chain refuses it: `failed`, nothing moved.
    RelayFailure,
    /// `failed` with the crypto in the escrow, which a signature brings back.
    FailedFunded,
    /// `failed` with the crypto in the escrow, which comes back by itself.
    FailedReturned,
    /// The buyer does not pay in time.
    PaymentWindowOver,
    /// Every proof is rejected.
    ProofRejected,
    /// A dispute that the seller wins: `cancelled`, and a refund is owed.
    DisputeWon,
    /// A dispute that the buyer wins: `completed`.
    DisputeLost,
    /// The bank sends the money back: `cancelled`, and a refund is owed.
    BankReturn,
    /// The same, and staff holds the refund back.
    RefundHeld,
    /// The provider confirms the delivery by itself.
    AutoConfirm,
    /// The buyer claims the escrow when nobody confirms.
    BuyerClaims,
    /// The crypto has grown by more than a fifth when somebody accepts it: `failed`.
    Breach,
    /// The payer's address is asked for, whatever is known.
    PendingAddress,
}

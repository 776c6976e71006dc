//! An order as the provider's own books have it, whichever the provider is.

use offramp_simulator::{
    Status, TransactionView,
    providers::{cryptopocket, unigox},
};

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// For crypto.
    Waiting,
    /// The crypto is there.
    Funded,
    /// The person paid has said that the money is there.
    Confirmed,
    Paid,
    /// It ended without a payout.
    Off,
}

/// What the comparison has to know of it.
#[derive(Clone, Debug)]
pub(crate) struct Theirs {
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) stage: Stage,
    /// Where the payer's crypto goes; none where a signature moves it.
    pub(crate) address: Option<String>,
    /// How often a signature was handed in.
    pub(crate) signatures: u64,
    /// How often a wallet paid.
    pub(crate) transfers: u64,
    /// How often it was told that the money arrived.
    pub(crate) confirmations: u64,
    /// How often a signature for a refund was handed in.
    pub(crate) refunds: u64,
    /// Whether the crypto went back to the wallet that paid.
    pub(crate) is_returned: bool,
}

impl From<TransactionView> for Theirs {
    fn from(view: TransactionView) -> Self {
        let stage = match view.status {
            Status::Pending | Status::PendingPayment => Stage::Waiting,
            Status::Completed => Stage::Paid,
            Status::Cancelled => Stage::Off,
            Status::InProgress
            | Status::CryptoReceived
            | Status::CryptoNotReceived
            | Status::CompletedCryptoReceival
            | Status::ReadyBankTransfer
            | Status::BankTransferPending
            | Status::AwaitingManualFiatTransfer
            | Status::Failed
            | Status::Expired
            | Status::FiatPaymentReceived
            | Status::FiatReceived
            | Status::AwaitingManualCryptoTransfer
            | Status::Other(_) => Stage::Funded,
        };
        Self {
            id: view.id,
            user: view.user_id,
            stage,
            address: Some(view.address),
            signatures: 0,
            transfers: 0,
            confirmations: 0,
            refunds: 0,
            is_returned: false,
        }
    }
}

impl From<cryptopocket::OrderView> for Theirs {
    fn from(view: cryptopocket::OrderView) -> Self {
        use cryptopocket::Status;
        let stage = match view.status {
            Status::Started => Stage::Waiting,
            Status::CryptoReceived | Status::Other(_) => Stage::Funded,
            Status::Finished => Stage::Paid,
            Status::Expired | Status::Failed | Status::Refunded => Stage::Off,
        };
        Self {
            id: view.id,
            user: view.user_id.to_string(),
            stage,
            address: Some(view.address),
            signatures: 0,
            transfers: 0,
            confirmations: 0,
            refunds: 0,
            is_returned: false,
        }
    }
}

impl From<unigox::OrderView> for Theirs {
    fn from(view: unigox::OrderView) -> Self {
        use unigox::Status;
        let stage = match view.status {
            Status::Created
            | Status::PendingAddress
            | Status::AwaitingLiquidityProvider
            | Status::AwaitingCryptoTransferAuthorization
            | Status::CryptoTransferAuthorizationPending => Stage::Waiting,
            Status::CryptoReceived
            | Status::FiatPaymentStarted
            | Status::FiatPaymentReviewStarted
            | Status::AwaitingFiatReceivedConfirmation
            | Status::DisputeStarted
            | Status::RefundPending
            | Status::SettlementInProgress
            | Status::Returned
            | Status::Other(_) => Stage::Funded,
            Status::FiatReceivedConfirmed | Status::CryptoReleasePending => Stage::Confirmed,
            Status::Completed => Stage::Paid,
            Status::Cancelled
            | Status::Failed
            | Status::PriceChangedRequoteNeeded
            | Status::Refunded => Stage::Off,
        };
        Self {
            id: view.id,
            user: view.user_uuid,
            stage,
            address: None,
            signatures: view.authorise_calls,
            transfers: view.transfers,
            confirmations: view.confirm_calls,
            refunds: view.refund_calls,
            is_returned: view.custody == unigox::Custody::Returned,
        }
    }
}

//! What happens to an order by itself from where it stands, and after how long.

use std::time::Duration;

use super::knobs::Knobs;
use super::order::{Custody, Order};
use super::profile::Profile;
use super::status::Status;

/// Something that happens to an order by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A provider accepts, if the price is still right.
    Accept,
    /// It ends without a payout.
    Cancel,
    Fund,
    /// The chain refuses the transfer.
    FailRelay,
    /// It ends in error.
    Fail,
    StartPayment,
    StartReview,
    AcceptProof,
    RejectProof,
    StartDispute,
    StartRelease,
    Complete,
    /// The crypto is back.
    Return,
}

/// How long after the beginning of the shortest signing window it ends.
const SHORT_WINDOW: Duration = Duration::from_secs(1);

/// The next thing that happens by itself.
pub(super) fn next(order: &Order, knobs: &Knobs) -> Option<(Duration, Turn)> {
    let after = |millis, turn| Some((Duration::from_millis(millis), turn));
    match (&order.status, order.profile) {
        (Status::Created | Status::AwaitingLiquidityProvider, Profile::NoProvider) => {
            after(knobs.acceptance_window_ms, Turn::Cancel)
        }
        (Status::Created | Status::AwaitingLiquidityProvider, _) => {
            after(knobs.accept_ms, Turn::Accept)
        }
        (Status::AwaitingCryptoTransferAuthorization, Profile::SigningWindowOver) => {
            Some((SHORT_WINDOW, Turn::Cancel))
        }
        (Status::AwaitingCryptoTransferAuthorization, _) => {
            after(knobs.signing_window_ms, Turn::Cancel)
        }
        (Status::CryptoTransferAuthorizationPending, Profile::RelayFailure) => {
            after(knobs.chain_ms, Turn::FailRelay)
        }
        (Status::CryptoTransferAuthorizationPending, _) => after(knobs.chain_ms, Turn::Fund),
        (Status::CryptoReceived, Profile::PaymentWindowOver) => {
            after(knobs.payment_window_ms, Turn::Cancel)
        }
        (Status::CryptoReceived, Profile::FailedFunded | Profile::FailedReturned) => {
            after(knobs.proof_ms, Turn::Fail)
        }
        (Status::CryptoReceived, _) => after(knobs.proof_ms, Turn::StartPayment),
        (Status::FiatPaymentStarted, _) => after(knobs.review_ms / 2, Turn::StartReview),
        (Status::FiatPaymentReviewStarted, Profile::ProofRejected) => {
            after(knobs.review_ms - knobs.review_ms / 2, Turn::RejectProof)
        }
        (Status::FiatPaymentReviewStarted, _) => {
            after(knobs.review_ms - knobs.review_ms / 2, Turn::AcceptProof)
        }
        (Status::AwaitingFiatReceivedConfirmation, Profile::DisputeWon | Profile::DisputeLost) => {
            after(knobs.trouble_ms, Turn::StartDispute)
        }
        (Status::AwaitingFiatReceivedConfirmation, Profile::BankReturn | Profile::RefundHeld) => {
            after(knobs.trouble_ms, Turn::Cancel)
        }
        (Status::AwaitingFiatReceivedConfirmation, Profile::BuyerClaims) => {
            after(knobs.confirmation_window_ms, Turn::Complete)
        }
        (Status::DisputeStarted, Profile::DisputeWon) => {
            after(knobs.dispute_window_ms, Turn::Cancel)
        }
        (Status::DisputeStarted, Profile::DisputeLost) => {
            after(knobs.dispute_window_ms, Turn::Complete)
        }
        (Status::FiatReceivedConfirmed, _) => after(knobs.chain_ms / 2, Turn::StartRelease),
        (Status::CryptoReleasePending, _) => after(knobs.chain_ms, Turn::Complete),
        (Status::Failed, Profile::FailedReturned) if order.custody == Custody::Escrow => {
            after(knobs.chain_ms, Turn::Return)
        }
        (Status::Cancelled | Status::Failed | Status::RefundPending, _)
            if order.custody == Custody::Returning =>
        {
            after(knobs.chain_ms, Turn::Return)
        }
        (_, _) => None,
    }
}

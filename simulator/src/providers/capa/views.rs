//! What the books look like from outside, for tests and the control plane.

use rust_decimal::Decimal;
use serde::Serialize;

use super::books::{Books, Transaction, User, Verification};
use super::status::Status;
use crate::clock::Moment;

/// A user as the books have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserView {
    /// Capa's id.
    pub id: String,
    /// The partner's id.
    pub external_id: Option<String>,
    /// How far the verification has come.
    pub verification: Verification,
}

/// A transaction as the books have it, with what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionView {
    /// Capa's id.
    pub id: String,
    /// The user who sells.
    pub user_id: String,
    /// Where it stands.
    pub status: Status,
    /// Why it was cancelled.
    pub cancellation_reason: Option<String>,
    /// The token that is sold.
    pub token: String,
    /// The blockchain, by Capa's symbol.
    pub network: String,
    /// The currency that is paid.
    pub fiat_currency: String,
    /// How much is sold.
    #[serde(with = "rust_decimal::serde::str")]
    pub crypto_amount: Decimal,
    /// How much is paid.
    #[serde(with = "rust_decimal::serde::str")]
    pub fiat_amount: Decimal,
    /// Fiat for one token.
    #[serde(with = "rust_decimal::serde::str")]
    pub rate: Decimal,
    /// Where the crypto goes.
    pub address: String,
    /// The number of the account that is paid.
    pub account: String,
    /// What has arrived.
    pub deposit: DepositView,
    /// The hash that the last execute with one named.
    pub transaction_hash: Option<String>,
    /// How often this create was received: its quote, or else its very body.
    pub create_calls: u64,
    /// How often execute was called.
    pub execute_calls: u64,
    /// How often cancel was called.
    pub cancel_calls: u64,
    /// When it was created.
    pub created_at: Moment,
    /// When it was completed.
    pub completed_at: Option<Moment>,
}

/// What has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DepositView {
    /// Nothing.
    None,
    /// What was agreed.
    Exact,
    /// Something else.
    Mismatched,
}

impl Books {
    pub(super) fn view(&self, transaction: &Transaction) -> TransactionView {
        let deal = &transaction.deal;
        TransactionView {
            id: transaction.id.clone(),
            user_id: transaction.user_id.clone(),
            status: transaction.status.clone(),
            cancellation_reason: transaction.cancellation_reason.map(str::to_owned),
            token: deal.asset.token.to_owned(),
            network: deal.asset.chain.symbol.to_owned(),
            fiat_currency: deal.fiat.code().to_owned(),
            crypto_amount: deal.crypto_amount,
            fiat_amount: deal.fiat_amount,
            rate: deal.rate,
            address: transaction.address.clone(),
            account: transaction.bank.account_identifier.clone(),
            deposit: DepositView::of(transaction),
            transaction_hash: transaction.hash.clone(),
            create_calls: self
                .creates
                .get(&transaction.create_key)
                .copied()
                .unwrap_or(0),
            execute_calls: transaction.execute_calls,
            cancel_calls: transaction.cancel_calls,
            created_at: transaction.created_at,
            completed_at: transaction.completed_at,
        }
    }
}

impl UserView {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            external_id: user.external_id.clone(),
            verification: user.verification,
        }
    }
}

impl DepositView {
    fn of(transaction: &Transaction) -> Self {
        if transaction.deposits.is_empty() {
            Self::None
        } else if transaction.is_funded() {
            Self::Exact
        } else {
            Self::Mismatched
        }
    }
}

//! The books as tests and the control plane see them.

use rust_decimal::Decimal;
use serde::Serialize;

use super::books::{Books, Order, Payee, Standing, User, WrongTokens};
use super::countries::Country;
use super::kyc::Kyc;
use super::status::Status;
use crate::clock::Moment;
use crate::providers::common::DeliveryOutcome;

/// A user as the books have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserView {
    /// CryptoPocket's id.
    pub id: u64,
    /// How far the verification has come.
    pub verification: Kyc,
    /// What else stands between the user and an off-ramp.
    pub standing: Standing,
    /// Where an account is registered; none where each order brings an IBAN.
    pub country: Option<Country>,
    /// The bank of the registered account.
    pub bank_name: Option<String>,
    /// What kind of account is registered.
    pub account_type: Option<String>,
}

/// An off-ramp as the books have it, with what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderView {
    /// CryptoPocket's id.
    pub id: String,
    /// The user who sells.
    pub user_id: u64,
    /// Where it stands.
    pub status: Status,
    /// The token that is sold, in upper case.
    pub token: String,
    /// The chain, by CryptoPocket's name.
    pub network: String,
    /// The currency that is paid.
    pub fiat_currency: String,
    /// How much was agreed, in whole tokens.
    #[serde(with = "rust_decimal::serde::str")]
    pub crypto_amount: Decimal,
    /// How much has arrived.
    #[serde(with = "rust_decimal::serde::str")]
    pub received: Decimal,
    /// How much is paid, as far as anybody knows by now.
    #[serde(with = "rust_decimal::serde::str")]
    pub fiat_amount: Decimal,
    /// Fiat for one token; fixed on arrival.
    #[serde(with = "rust_decimal::serde::str")]
    pub rate: Decimal,
    /// The wallet that the tokens go to.
    pub address: String,
    /// The number of the account that is paid.
    pub account: String,
    /// The bank, where the order names one.
    pub bank_name: Option<String>,
    /// What has arrived.
    pub deposit: DepositView,
    /// How often this very body was received and made an off-ramp.
    pub create_calls: u64,
    /// When it was created.
    pub created_at: Moment,
    /// When the money was on the account.
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
    /// Close enough to be paid out.
    WithinTolerance,
    /// Too much or too little.
    Mismatched,
    /// Only what is not bought.
    WrongToken,
}

/// A webhook and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookView {
    /// The off-ramp that it is about.
    pub order_id: String,
    /// The name of the event.
    pub event: String,
    /// The bytes that were signed and sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u32,
    /// How it went the last time.
    pub outcome: DeliveryOutcome,
}

impl Books {
    pub(super) fn view(&self, order: &Order) -> OrderView {
        OrderView {
            id: order.id.clone(),
            user_id: order.user_id,
            status: order.status.clone(),
            token: order.asset.token.to_owned(),
            network: order.asset.chain.name().to_owned(),
            fiat_currency: order.fiat.to_owned(),
            crypto_amount: order.amount,
            received: order.received.unwrap_or_default(),
            fiat_amount: self.fiat_amount(order),
            rate: self.rate(order),
            address: order.wallet.clone(),
            account: order.account.clone(),
            bank_name: order.bank_name.clone(),
            deposit: DepositView::of(order),
            create_calls: self.creates.get(&order.create_key).copied().unwrap_or(0),
            created_at: order.created_at,
            completed_at: order.completed_at,
        }
    }
}

impl UserView {
    pub(super) fn of(user: &User) -> Self {
        let account = match &user.payee {
            Payee::ByIban => None,
            Payee::Registered(account) => Some(account),
        };
        Self {
            id: user.id,
            verification: user.kyc.clone(),
            standing: user.standing,
            country: account.map(|account| account.country),
            bank_name: account.map(|account| account.bank.clone()),
            account_type: account.map(|account| account.kind.clone()),
        }
    }
}

impl DepositView {
    fn of(order: &Order) -> Self {
        match (order.received, order.wrong_tokens) {
            (None, WrongTokens::None) => Self::None,
            (None, WrongTokens::Arrived) => Self::WrongToken,
            (Some(received), _) if received == order.amount => Self::Exact,
            (Some(_), _) if order.is_close_enough() => Self::WithinTolerance,
            (Some(_), _) => Self::Mismatched,
        }
    }
}

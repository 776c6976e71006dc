//! Capa's JSON, exactly as Capa spells it.

use rust_decimal::Decimal;
use serde::Serialize;

use super::address::deposit_hash;
use super::bank::BankAccount;
use super::books;
use super::deal::Deal;
use super::knobs::{Decimals, ExtraFields, Knobs, Statuses};
use super::status::Status;
use crate::clock::Moment;
use crate::figure::Shown;

/// The usual envelope of a success.
#[derive(Debug, Serialize)]
pub(super) struct Envelope<T> {
    pub(super) success: bool,
    pub(super) data: T,
}

/// The envelope of the verification endpoints.
#[derive(Debug, Serialize)]
pub(super) struct StatusEnvelope<T> {
    pub(super) status: &'static str,
    pub(super) data: T,
}

/// A price; with id and end if it is locked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Quote {
    #[serde(rename = "quoteId", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    transaction_type: &'static str,
    token_symbol: &'static str,
    blockchain_symbol: &'static str,
    fiat_currency: &'static str,
    crypto_amount: Shown,
    fiat_amount: Shown,
    rate: Shown,
    premium_spread: Shown,
    flow: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// A transaction as it is created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewTransaction {
    id: String,
    user_id: String,
    status: String,
    crypto_amount: Shown,
    fiat_amount: Shown,
    exchange_rate: Shown,
    token_symbol: &'static str,
    blockchain_symbol: &'static str,
    fiat_currency: &'static str,
    premium_spread: Shown,
    created_at: Moment,
    completed_at: Option<Moment>,
    destination_wallet_address: String,
    bank_account: BankAccount,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// A transaction as it is listed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedTransaction {
    id: String,
    user_id: String,
    status: String,
    #[serde(rename = "type")]
    kind: &'static str,
    token_symbol: &'static str,
    blockchain_symbol: &'static str,
    fiat_currency: &'static str,
    fiat_amount: Shown,
    crypto_amount: Shown,
    exchange_rate: Shown,
    premium_spread: Shown,
    created_at: Moment,
    completed_at: Option<Moment>,
    destination_wallet_address: String,
    bank_account: BankAccount,
    invoice: Invoice,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// The deposit that Capa matched and the bank's receipt, once there are any (assumption U29).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invoice {
    transaction_hash: Option<String>,
    payment_url: Option<String>,
}

/// One page of a list. `count` is the number of all that match.
#[derive(Debug, Serialize)]
pub(super) struct Page<T> {
    pub(super) count: usize,
    pub(super) data: Vec<T>,
}

/// What execute answers.
#[derive(Debug, Serialize)]
pub(super) struct Executed {
    id: String,
    status: String,
    #[serde(rename = "addedLater", skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// What cancel answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cancelled {
    id: String,
    user_id: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_later: Option<AddedLater>,
}

/// What creating a user answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedUser {
    pub(super) user_id: String,
}

/// A member that no document names.
#[derive(Debug, Serialize)]
pub(super) struct AddedLater {
    note: &'static str,
    levels: [u8; 2],
}

impl Quote {
    pub(super) fn indicative(deal: &Deal, knobs: &Knobs) -> Self {
        let figures = Figures::of(deal, knobs);
        Self {
            id: None,
            expires_at: None,
            transaction_type: deal.direction.word(),
            token_symbol: deal.asset.token,
            blockchain_symbol: deal.asset.chain.symbol,
            fiat_currency: deal.fiat.code(),
            crypto_amount: figures.crypto_amount,
            fiat_amount: figures.fiat_amount,
            rate: figures.rate,
            premium_spread: figures.spread,
            flow: deal.flow.word(),
            added_later: AddedLater::new(knobs),
        }
    }

    pub(super) fn locked(quote: &books::Quote, knobs: &Knobs) -> Self {
        Self {
            id: Some(quote.id.clone()),
            expires_at: Some(quote.expires_at),
            ..Self::indicative(&quote.deal, knobs)
        }
    }
}

impl NewTransaction {
    pub(super) fn new(transaction: &books::Transaction, knobs: &Knobs) -> Self {
        let deal = &transaction.deal;
        let figures = Figures::of(deal, knobs);
        Self {
            id: transaction.id.clone(),
            user_id: transaction.user_id.clone(),
            status: status_word(&transaction.status, knobs),
            crypto_amount: figures.crypto_amount,
            fiat_amount: figures.fiat_amount,
            exchange_rate: figures.rate,
            token_symbol: deal.asset.token,
            blockchain_symbol: deal.asset.chain.symbol,
            fiat_currency: deal.fiat.code(),
            premium_spread: figures.spread,
            created_at: transaction.created_at,
            completed_at: transaction.completed_at,
            destination_wallet_address: transaction.address.clone(),
            bank_account: transaction.bank.clone(),
            added_later: AddedLater::new(knobs),
        }
    }
}

impl ListedTransaction {
    pub(super) fn new(transaction: &books::Transaction, knobs: &Knobs) -> Self {
        let deal = &transaction.deal;
        let figures = Figures::of(deal, knobs);
        Self {
            id: transaction.id.clone(),
            user_id: transaction.user_id.clone(),
            status: status_word(&transaction.status, knobs),
            kind: deal.direction.word(),
            token_symbol: deal.asset.token,
            blockchain_symbol: deal.asset.chain.symbol,
            fiat_currency: deal.fiat.code(),
            fiat_amount: figures.fiat_amount,
            crypto_amount: figures.crypto_amount,
            exchange_rate: figures.rate,
            premium_spread: figures.spread,
            created_at: transaction.created_at,
            completed_at: transaction.completed_at,
            destination_wallet_address: transaction.address.clone(),
            bank_account: transaction.bank.listed(),
            invoice: Invoice::of(transaction),
            cancellation_reason: transaction.cancellation_reason,
            added_later: AddedLater::new(knobs),
        }
    }
}

impl Invoice {
    fn of(transaction: &books::Transaction) -> Self {
        let family = transaction.deal.asset.chain.family;
        let matched = || {
            transaction
                .hash
                .clone()
                .unwrap_or_else(|| deposit_hash(&transaction.id, family))
        };
        let receipt = || format!("https://receipts.capa.example/{}", transaction.id);
        Self {
            transaction_hash: (!transaction.deposits.is_empty()).then(matched),
            payment_url: transaction.completed_at.map(|_| receipt()),
        }
    }
}

impl Executed {
    pub(super) fn new(transaction: &books::Transaction, knobs: &Knobs) -> Self {
        Self {
            id: transaction.id.clone(),
            status: status_word(&transaction.status, knobs),
            added_later: AddedLater::new(knobs),
        }
    }
}

impl Cancelled {
    pub(super) fn new(transaction: &books::Transaction, knobs: &Knobs) -> Self {
        Self {
            id: transaction.id.clone(),
            user_id: transaction.user_id.clone(),
            status: status_word(&transaction.status, knobs),
            added_later: AddedLater::new(knobs),
        }
    }
}

impl AddedLater {
    pub(super) fn new(knobs: &Knobs) -> Option<Self> {
        match knobs.extra_fields {
            ExtraFields::Absent => None,
            ExtraFields::Present => Some(Self {
                note: "new",
                levels: [1, 2],
            }),
        }
    }
}

/// The amounts of a deal in the form that the knob asks for.
struct Figures {
    crypto_amount: Shown,
    fiat_amount: Shown,
    rate: Shown,
    spread: Shown,
}

impl Figures {
    fn of(deal: &Deal, knobs: &Knobs) -> Self {
        let text_or_number = |decimal: Decimal, places: usize| match knobs.decimals {
            Decimals::Numbers => Shown::Number(decimal),
            Decimals::Strings | Decimals::Mixed => Shown::Text(decimal, places),
        };
        Self {
            crypto_amount: text_or_number(deal.crypto_amount, 6),
            fiat_amount: match knobs.decimals {
                Decimals::Numbers | Decimals::Mixed => Shown::Number(deal.fiat_amount),
                Decimals::Strings => Shown::Text(deal.fiat_amount, 0),
            },
            rate: text_or_number(deal.rate, 0),
            spread: text_or_number(deal.spread, 0),
        }
    }
}

fn status_word(status: &Status, knobs: &Knobs) -> String {
    match (status, knobs.statuses) {
        (Status::ReadyBankTransfer, Statuses::OneUnknown) => "READY_FOR_PAYOUT".to_owned(),
        (known, Statuses::OneUnknown | Statuses::Documented) => known.as_str().to_owned(),
    }
}

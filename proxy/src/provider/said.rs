//! What a provider says: of a payer, a price, an order, and what it wrote to us.

use offramp_domain::{
    api::{Fee, FormField},
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};
use secrecy::SecretString;

use super::{AccountRef, ProviderError, ProviderRef, ProviderUserId, Refusal};

/// A payer who was made known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The provider's id of them.
    pub user: ProviderUserId,
    /// Where they verify who they are, where that is said only now.
    pub verification_url: Option<String>,
}

/// An account that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAccount {
    /// The provider's id of it.
    pub account: AccountRef,
    /// The bank's name, where the provider says it.
    pub bank_name: Option<String>,
}

/// A price, as the provider gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderQuote {
    /// The provider's id of it, for a locked one.
    pub reference: Option<String>,
    /// How binding it is.
    pub kind: QuoteKind,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
    /// What arrives, with all digits as received.
    pub fiat_amount: Amount,
    /// Fiat for one token.
    pub rate: Amount,
    /// The partner's spread in it, as a fraction of the amount; zero where there is none.
    pub spread: Amount,
    /// What else is kept on the way.
    pub fees: Vec<Fee>,
    /// Until when it holds, on the provider's clock.
    pub expires_at: Option<Timestamp>,
    /// The provider's clock when it answered, in whole seconds.
    pub provider_now: Option<Timestamp>,
}

/// What the provider says about one order.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The provider's id of it.
    pub reference: ProviderRef,
    /// The status, in the provider's words.
    pub status: String,
    /// Token sold; `None` when it is one nobody knows.
    pub token: Option<Token>,
    /// Network it travels on; `None` when it is one nobody knows.
    pub network: Option<Network>,
    /// Currency received; `None` when it is one nobody knows.
    pub currency: Option<Currency>,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
    /// What arrives, with all digits as received; `None` while the provider does not say.
    pub fiat_amount: Option<Amount>,
    /// Fiat for one token, where the provider says it.
    pub rate: Option<Amount>,
    /// Where to send.
    pub address: Option<String>,
    /// Our own id of it, where the provider repeats it.
    pub our_id: Option<String>,
    /// What the provider waits for, in its own words.
    pub wants: Option<String>,
    /// What the provider takes now, in its own words.
    pub takes: Vec<String>,
    /// What it asks for before it goes on.
    pub asks: Vec<FormField>,
    /// Until when it waits.
    pub waits_until: Option<Timestamp>,
    /// The account number that is paid. Secret: it is only ever fingerprinted.
    pub account: Option<SecretString>,
    /// When the provider made it, on the provider's clock.
    pub created_at: Option<Timestamp>,
    /// Why it was cancelled, in the provider's words.
    pub cancellation_reason: Option<String>,
    /// Hash of the deposit that the provider matched.
    pub tx_hash: Option<String>,
    /// The provider's clock when it answered.
    pub provider_now: Option<Timestamp>,
}

impl Snapshot {
    /// What every provider says of an order. The rest is told where it is known.
    pub fn new(reference: ProviderRef, status: String, crypto_amount: Amount) -> Self {
        Self {
            reference,
            status,
            token: None,
            network: None,
            currency: None,
            crypto_amount,
            fiat_amount: None,
            rate: None,
            address: None,
            our_id: None,
            wants: None,
            takes: Vec::new(),
            asks: Vec::new(),
            waits_until: None,
            account: None,
            created_at: None,
            cancellation_reason: None,
            tx_hash: None,
            provider_now: None,
        }
    }
}

/// All orders of a payer since a moment.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The orders, newest first.
    pub orders: Vec<Snapshot>,
    /// Whether nothing since that moment is missing.
    pub complete: bool,
    /// The provider's clock when it answered.
    pub provider_now: Option<Timestamp>,
}

/// How a create ended.
#[derive(Debug)]
pub enum CreateOutcome {
    /// The provider made the order.
    Created(Box<Snapshot>),
    /// The provider refused for certain: there is no order.
    Refused(Refusal),
    /// The provider was not asked: there is no order.
    NotSent(ProviderError),
    /// Nobody knows whether there is an order.
    Uncertain(ProviderError),
}

/// How an action ended, where it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActOutcome {
    /// The provider took it, and says where the order stands.
    Done {
        /// The status in the provider's words.
        status: String,
    },
    /// The provider refused for certain.
    Refused(Refusal),
}

/// What a webhook hints at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What tells this notification from others.
    pub event_key: String,
    /// The order it is about.
    pub reference: Option<ProviderRef>,
    /// The payer it is about, by the partner's id.
    pub payer_id: Option<String>,
}

/// The webhooks that a provider wrote since a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// One for each, in no order.
    pub notices: Vec<Notice>,
    /// Whether nothing since that moment is missing.
    pub complete: bool,
}

/// A webhook in a provider's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The provider's id of it.
    pub id: String,
    /// Whether the provider takes it for delivered.
    pub arrived: bool,
}

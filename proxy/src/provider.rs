//! An off-ramp provider, seen through our own vocabulary.
//!
//! The trait holds the calls of the neutral model and nothing more: no wrapper of it repeats a
//! `create` or an action, because only the order store knows when repeating is safe.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{
        Action, AfterSending, Fee, Form, FormField, MaskedDestination, PayerRef, Verification,
        WalletChallenge, WalletLinkRequest,
    },
    bank::{BankDetails, CountryCode, ListedDetails},
    money::{Amount, Currency, Token},
    network::{Network, TxHash},
    order::{Custody, OrderState, Reason},
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An off-ramp provider.
#[async_trait]
pub trait Provider: Debug + Send + Sync {
    /// The name used in configuration, in the database and in logs.
    fn name(&self) -> &'static str;

    /// What it offers, as far as the core and the widget have to know.
    fn capabilities(&self) -> Capabilities;

    /// The catalogue of what it offers, where the configured one does not speak of it.
    fn catalog(&self) -> &'static str;

    /// What has to be said about a payer before they can be made known, and was not.
    fn misses(&self, _payer: &PayerRef) -> Vec<&'static str> {
        Vec::new()
    }

    /// Makes a payer known, or finds the one who is known already.
    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError>;

    /// Whether a payer may sell.
    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError>;

    /// The pricing tier of a fiat amount: rates are the same within one.
    fn tier(&self, _currency: Currency, _fiat_amount: Amount) -> u8 {
        0
    }

    /// How a bank account in a country is asked for.
    async fn form(&self, _country: CountryCode) -> Result<Form, ProviderError> {
        Ok(Form::BuiltIn)
    }

    /// Saves an account, where prices need one first.
    async fn save_account(
        &self,
        _user: &ProviderUserId,
        _account: &ListedDetails,
    ) -> Result<SavedAccount, ProviderError> {
        Err(self.cannot("save_account"))
    }

    /// Removes a saved account. One that is not there any more is removed.
    async fn remove_account(
        &self,
        _user: &ProviderUserId,
        _account: &AccountRef,
    ) -> Result<(), ProviderError> {
        Err(self.cannot("remove_account"))
    }

    /// A price. Its kind may be weaker than the one asked for.
    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError>;

    /// Whether an order would be sent now, so that nothing is stored for one that would not.
    ///
    /// # Errors
    /// [`ProviderError::NotSent`] while the provider is left alone.
    fn ready(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Creates an order. Sent at most once per intent.
    async fn create(&self, order: &NewOrder) -> CreateOutcome;

    /// What the provider says about one order now.
    async fn read(
        &self,
        user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError>;

    /// All orders of a payer created at or after `since`.
    async fn list(&self, user: &ProviderUserId, since: Timestamp)
    -> Result<Listing, ProviderError>;

    /// Tells the provider that the crypto was sent, so that it pays out. May be repeated.
    async fn execute(
        &self,
        _reference: &ProviderRef,
        _tx_hash: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("execute"))
    }

    /// Calls an order off. May be repeated.
    async fn cancel(&self, _reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("cancel"))
    }

    /// The wallet that signs for a payer, if one was linked.
    async fn wallet(&self, _user: &ProviderUserId) -> Result<Option<String>, ProviderError> {
        Err(self.cannot("wallet"))
    }

    /// What a wallet has to sign to be linked to a payer.
    async fn wallet_challenge(
        &self,
        _user: &ProviderUserId,
        _address: &str,
    ) -> Result<WalletChallenge, ProviderError> {
        Err(self.cannot("wallet_challenge"))
    }

    /// Links a wallet to a payer, for good. Its address as the provider writes it.
    async fn link_wallet(
        &self,
        _user: &ProviderUserId,
        _link: &WalletLinkRequest,
    ) -> Result<String, ProviderError> {
        Err(self.cannot("link_wallet"))
    }

    /// What has to be signed for an order now, held byte by byte against what is expected.
    async fn to_sign(&self, _expected: &Expected) -> Result<ToSign, SigningError> {
        Err(self.cannot("to_sign").into())
    }

    /// Signs with the partner's own key, where the partner's wallet pays.
    ///
    /// # Errors
    /// Where there is no such key, or it is not the one that has to sign.
    fn sign(&self, _request: &ToSign) -> Result<String, SigningError> {
        Err(self.cannot("sign").into())
    }

    /// Whether a signature is the one that was asked for.
    fn is_signed(&self, _request: &ToSign, _signature: &str) -> bool {
        false
    }

    /// Hands in a signature. The same bytes may be handed in again.
    async fn hand_in(
        &self,
        _request: &ToSign,
        _signature: &str,
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("hand_in"))
    }

    /// Says that the money arrived. Final. May be repeated.
    async fn confirm(&self, _reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("confirm"))
    }

    /// Gives what an order misses.
    async fn provide(
        &self,
        _user: &ProviderUserId,
        _reference: &ProviderRef,
        _fields: &[(String, String)],
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("provide"))
    }

    /// The refusal of what it does not do at all.
    fn cannot(&self, what: &str) -> ProviderError {
        ProviderError::Refused(Refusal::Other {
            code: what.to_owned(),
        })
    }

    /// Where an order stands, from what the provider says and what only we know: a pure function.
    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment;

    /// Checks a webhook's signature and reads what it hints at. Never a state.
    ///
    /// Without a configured secret there is no webhook route.
    ///
    /// # Errors
    /// When the signature does not fit, or the body is not what was agreed on.
    fn webhook(&self, _headers: &HeaderMap, _body: &[u8]) -> Result<Hint, WebhookError> {
        Err(WebhookError::NotConfigured)
    }

    /// Whether webhooks can be verified.
    fn takes_webhooks(&self) -> bool {
        false
    }

    /// The webhooks that it wrote at or after `since`, whether they arrived or not. Nothing where it
    /// keeps no history.
    async fn history(&self, _since: Timestamp) -> Result<History, ProviderError> {
        Ok(History {
            notices: Vec::new(),
            complete: true,
        })
    }

    /// What one of them hints at, the same as the webhook itself.
    async fn notice(&self, _id: &str) -> Result<Hint, ProviderError> {
        Err(self.cannot("notice"))
    }
}

/// What a provider offers, as far as others have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its name"
)]
pub struct Capabilities {
    /// The most binding price it gives.
    pub quote_kind: QuoteKind,
    /// What its prices promise.
    pub guarantee: Guarantee,
    /// How the crypto leaves the payer.
    pub deposit: DepositKind,
    /// What the payer does once it is sent.
    pub after_sending: AfterSending,
    /// Whether it can call an order off.
    pub can_cancel: bool,
    /// Whether an order whose create got no answer can be found, with all that has to be shown.
    pub finds_lost: bool,
    /// Whether a price needs a saved bank account first.
    pub quote_needs_destination: bool,
    /// Whether the payer has to link a wallet before the first order.
    pub links_wallet: bool,
    /// How much of a token the partner's own wallet may pay on one day, where it pays.
    pub daily_limit: Option<Amount>,
    /// What its answers about an order never say, so that it cannot be held against what was asked.
    pub unsaid: &'static [Part],
}

/// How the crypto leaves the payer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepositKind {
    /// The payer sends it to an address.
    #[default]
    TransferToAddress,
    /// The payer's own wallet signs it away.
    SignTypedData,
    /// The partner authorises it from a wallet of theirs.
    Authorise,
}

/// A part of an order that a provider may not speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The network that the token travels on.
    Network,
    /// The currency received.
    Currency,
    /// The account that is paid.
    Account,
}

/// A payer who was made known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The provider's id of them.
    pub user: ProviderUserId,
    /// Where they verify who they are, where that is said only now.
    pub verification_url: Option<String>,
}

/// A provider's id of a payer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderUserId(pub String);

/// The id never prints: it must not reach a log.
impl Debug for ProviderUserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProviderUserId(…)")
    }
}

/// A provider's id of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderRef(pub String);

/// A provider's id of a saved account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountRef(pub String);

/// The id never prints: it leads to an account.
impl Debug for AccountRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountRef(…)")
    }
}

/// An account that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAccount {
    /// The provider's id of it.
    pub account: AccountRef,
    /// The bank's name, where the provider says it.
    pub bank_name: Option<String>,
}

/// What a price is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteAsk {
    /// Who asks.
    pub user: ProviderUserId,
    /// The saved account that is paid, where a price needs one.
    pub account: Option<AccountRef>,
    /// How binding it should be.
    pub kind: QuoteKind,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Country of the bank account.
    pub country: CountryCode,
    /// Currency received.
    pub currency: Currency,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
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

/// An order to be created.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Our id of it.
    pub id: String,
    /// Whose it is.
    pub user: ProviderUserId,
    /// The locked price, where one is locked.
    pub quote_reference: Option<String>,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
    /// Currency received.
    pub currency: Currency,
    /// The account that is paid.
    pub payee: Payee,
    /// Somebody else who is paid, by the provider's id.
    pub receiver: Option<String>,
}

/// The account that is paid.
#[derive(Clone, Debug)]
pub enum Payee {
    /// Given now, by the rules of its country.
    Given(BankDetails),
    /// Given now, by the provider's own questions.
    Listed(ListedDetails),
    /// Given when the payer was registered; the answers are what is asked beside it.
    Registered(ListedDetails),
    /// Saved at the provider earlier.
    Saved {
        /// The provider's id of it.
        account: AccountRef,
        /// How it is shown.
        shown: MaskedDestination,
        /// Its keyed fingerprint.
        fingerprint: String,
    },
}

impl Payee {
    /// As it is shown.
    pub fn shown(&self) -> MaskedDestination {
        match self {
            Self::Given(details) => MaskedDestination {
                country: details.country().code,
                bank_name: details.bank_name(),
                masked: details.masked(),
            },
            Self::Listed(details) => MaskedDestination {
                country: details.country(),
                bank_name: details.bank_name(),
                masked: details.masked(),
            },
            // Nobody but the provider knows its number.
            Self::Registered(details) => MaskedDestination {
                country: details.country(),
                bank_name: details.bank_name(),
                masked: String::new(),
            },
            Self::Saved { shown, .. } => shown.clone(),
        }
    }

    /// Its country.
    pub fn country(&self) -> CountryCode {
        match self {
            Self::Given(details) => details.country().code,
            Self::Listed(details) | Self::Registered(details) => details.country(),
            Self::Saved { shown, .. } => shown.country,
        }
    }
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

/// A refusal by the provider that is certain: nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The locked price is over.
    #[error("the quote has expired")]
    QuoteExpired,
    /// The payer has to verify who they are.
    #[error("the payer is not verified")]
    NotVerified {
        /// Where, if the provider says so.
        url: Option<String>,
    },
    /// The payer has to link a wallet first.
    #[error("no wallet is linked")]
    WalletNotLinked,
    /// The wallet that has to pay is short.
    #[error("the paying wallet is short")]
    FundsUnavailable,
    /// The provider refused answers, by their keys.
    #[error("answers were refused")]
    Fields {
        /// The keys.
        keys: Vec<String>,
    },
    /// The receiver is not verified.
    #[error("the receiver is not verified")]
    ReceiverNotVerified,
    /// The provider does not know the payer (any more).
    #[error("the payer is not known")]
    PayerUnknown,
    /// The order, quote, receiver or account does not exist.
    #[error("not found")]
    NotFound,
    /// Too little or too much.
    #[error("the amount is out of range")]
    AmountOutOfRange {
        /// Least, where it was said.
        min: Option<Amount>,
        /// Greatest, where it was said.
        max: Option<Amount>,
        /// Whether fiat or crypto is limited.
        side: Side,
    },
    /// The token, network or currency is switched off.
    #[error("the token, network or currency is not available")]
    AssetUnavailable,
    /// The order is in a state that does not allow it.
    #[error("not possible in this state")]
    NotPossibleNow,
    /// Anything else that the contract lists; the code, for the log.
    #[error("refused with {code}")]
    Other {
        /// The provider's code.
        code: String,
    },
}

/// Which of the two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The money.
    Fiat,
    /// The token.
    Crypto,
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

/// What only we know about an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its name"
)]
pub struct LocalFacts {
    /// Whether the provider took an `execute` at least once.
    pub executed: bool,
    /// Whether the crypto is on its way: the payer said so, or some was seen.
    pub reported: bool,
    /// Whether that is longer ago than the provider should need to see it.
    pub report_is_stale: bool,
    /// Whether the provider was ever seen to hold the crypto.
    pub ever_funded: bool,
    /// Whether we asked the provider to call it off.
    pub cancel_asked: bool,
    /// Whether the deposit was still being offered when last looked at.
    pub offer_is_over: bool,
    /// Whether a signature for the transfer was handed in, whatever became of it.
    pub transfer_signed: bool,
    /// Whether the provider took a signature for the refund.
    pub refund_signed: bool,
    /// Whether the payer said that the money did not arrive.
    pub not_received: bool,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Where it stands.
    pub state: OrderState,
    /// Who holds the crypto.
    pub custody: Custody,
    /// What the payer can do about it; the first is what the order waits for.
    pub actions: Vec<Action>,
    /// Why, where that needs saying.
    pub reason: Option<Reason>,
    /// Whether the provider is seen to hold, or to have held, the crypto.
    pub funded: bool,
    /// Whether a deposit is seen, so that `execute` is due even without a report.
    pub deposit_seen: bool,
    /// Whether the provider still waits for the deposit, so that `execute` is worth repeating.
    pub waits_for_deposit: bool,
}

/// What a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To move the crypto into the order.
    Transfer,
    /// To have it back.
    Refund,
}

/// What a signature is to do, in our own words: whatever the provider hands out is held against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The order.
    pub reference: ProviderRef,
    /// What for.
    pub purpose: Purpose,
    /// The token that moves.
    pub token: Token,
    /// The network it is on.
    pub network: Network,
    /// The token's contract there, as the catalogue has it.
    pub contract: Option<String>,
    /// The token's decimals.
    pub decimals: u32,
    /// How much of it, to the digit.
    pub crypto_amount: Amount,
    /// The payer's wallet that signs; none where the partner's own does.
    pub signer: Option<String>,
}

/// Something that has to be signed, after every byte was held against what is expected.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToSign {
    /// The order.
    pub reference: String,
    /// What for.
    pub purpose: Purpose,
    /// Whose wallet has to sign.
    pub signer: String,
    /// The typed data of EIP-712.
    pub typed_data: serde_json::Value,
    /// Until when it may be signed.
    pub expires_at: Timestamp,
}

/// What is signed does not print.
impl Debug for ToSign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToSign")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Why nothing is signed.
#[derive(Debug, Error)]
pub enum SigningError {
    /// What the provider handed out is not what is expected: nobody may sign it.
    #[error("what is to be signed is not what was agreed: {0}")]
    Unexpected(&'static str),
    /// The provider did not hand it out.
    #[error(transparent)]
    Provider(#[from] ProviderError),
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

/// Why a webhook was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WebhookError {
    /// No webhooks are configured.
    #[error("no webhooks are configured")]
    NotConfigured,
    /// The signature is missing or wrong.
    #[error("the signature does not fit")]
    Signature,
    /// The body is not what was agreed on.
    #[error("the body cannot be read")]
    Body,
}

/// Why a call to the provider did not give an answer that can be used.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// No answer, or one that says nothing: a time-out, a reset, a 5xx, an unreadable body.
    #[error("the provider gave no usable answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Certain: the provider was not asked.
    #[error("the provider was not asked")]
    NotSent {
        /// In how many seconds it is worth trying again.
        retry_after_secs: u64,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Too many calls.
    #[error("the provider asks to slow down")]
    RateLimited {
        /// How long, where it was said.
        retry_after_secs: Option<u64>,
    },
    /// The provider refused.
    #[error("the provider refused")]
    Refused(#[source] Refusal),
    /// The partner's key is not accepted.
    #[error("the provider does not accept the configured key")]
    Key,
}

impl ProviderError {
    /// How long to wait before the provider is asked again, where that is known.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Self::NotSent {
                retry_after_secs, ..
            } => Some(Duration::from_secs(*retry_after_secs)),
            Self::RateLimited { retry_after_secs } => retry_after_secs.map(Duration::from_secs),
            Self::Unavailable(_) | Self::Refused(_) | Self::Key => None,
        }
    }
}

//! The neutral API: the bodies of every request, answer and error, the same for every provider.
//!
//! Amounts are decimal strings, times RFC 3339 in UTC, ids opaque strings. What a browser sends is
//! read strictly (an unknown field is refused, because it would hide a mistake); what the proxy
//! answers may grow, so readers ignore what they do not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    bank::{Answers, CountryCode, FieldKey, Problem as FieldProblemKind},
    money::{Amount, Currency, Token},
    names::names,
    network::Network,
    order::{Custody, OrderState, Reason},
    quote::{FeeKind, Guarantee, QuoteKind},
    time::Timestamp,
};

// ---------------------------------------------------------------- sessions

/// `POST /v1/sessions`, from the partner's backend: who pays, and what is fixed for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// Who sells crypto.
    pub payer: PayerRef,
    /// Which provider; the configured default when absent.
    #[serde(default)]
    pub provider: Option<String>,
    /// Somebody else whose account is paid.
    #[serde(default)]
    pub receiver: Option<Receiver>,
    /// The page that will use the session, as the browser writes it in `Origin`.
    pub origin: String,
    /// What the first screen starts with.
    #[serde(default)]
    pub prefill: Prefill,
    /// Which of these the payer may not change.
    #[serde(default)]
    pub lock: Vec<LockKey>,
    /// Where a payer who left for a verification comes back to.
    #[serde(default)]
    pub return_url: Option<String>,
}

/// A payer, as the partner knows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayerRef {
    /// The partner's own id of them.
    pub id: String,
    /// The provider's id of them; without it they are created on first use.
    #[serde(default)]
    pub provider_user_id: Option<String>,
    /// A person or a business, where the provider asks.
    #[serde(default, rename = "type")]
    pub kind: Option<PayerKind>,
    /// Where the provider asks.
    #[serde(default)]
    pub email: Option<String>,
    /// Where the provider asks.
    #[serde(default)]
    pub name: Option<String>,
    /// ISO 3166-1 alpha-2, where the provider asks.
    #[serde(default)]
    pub country: Option<String>,
    /// An identity document, where the provider asks.
    #[serde(default)]
    pub document: Option<PayerDocument>,
    /// A bank account given at registration, where the provider asks.
    #[serde(default)]
    pub account: Option<BTreeMap<String, String>>,
}

impl std::fmt::Debug for PayerRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayerRef")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A person or a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayerKind {
    /// A person.
    Individual,
    /// A business.
    Business,
}

/// An identity document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayerDocument {
    /// Which document.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
}

impl std::fmt::Debug for PayerDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayerDocument").finish_non_exhaustive()
    }
}

/// Somebody else whose bank account is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// The provider's id of them.
    pub id: String,
    /// How the screen names them.
    pub name: String,
}

/// What the first screen starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Prefill {
    /// Country of the bank account.
    pub country: Option<CountryCode>,
    /// Token sold.
    pub token: Option<Token>,
    /// Network it travels on.
    pub network: Option<Network>,
    /// How much of it.
    pub crypto_amount: Option<Amount>,
}

/// Something that a session can fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LockKey {
    /// Country of the bank account.
    Country,
    /// Token sold.
    Token,
    /// Network it travels on.
    Network,
    /// How much of it.
    CryptoAmount,
}

names! { LockKey::as_str {
    Country => "country",
    Token => "token",
    Network => "network",
    CryptoAmount => "crypto_amount",
} }

/// The answer to [`SessionRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    /// The session.
    pub session: Session,
}

/// Permission for one browser to act for one payer for a while.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Its id, for the partner's log.
    pub id: String,
    /// What the browser sends as `Authorization: Bearer`.
    pub client_token: String,
    /// Until when it may quote and create.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

// ---------------------------------------------------------------- checkout

/// `GET /v1/checkout`: all that the first screen needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkout {
    /// What can be sold.
    pub assets: Vec<Asset>,
    /// Where money can go.
    pub countries: Vec<CountryOffer>,
    /// Accounts saved earlier, masked.
    #[serde(default)]
    pub destinations: Vec<SavedDestination>,
    /// Somebody else whose account is paid.
    #[serde(default)]
    pub receiver: Option<Receiver>,
    /// Whether the payer may sell.
    pub verification: Verification,
    /// What the first screen starts with.
    #[serde(default)]
    pub prefill: Prefill,
    /// Which of these are fixed.
    #[serde(default)]
    pub lock: Vec<LockKey>,
    /// Where a payer who left for a verification comes back to.
    #[serde(default)]
    pub return_url: Option<String>,
    /// The payer's order that holds no crypto yet.
    pub order: Option<Order>,
    /// The payer's other orders that are not closed.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Whether a price needs the bank account first.
    #[serde(default)]
    pub quote_needs_destination: bool,
    /// Whether a wallet has to be linked before the first order.
    #[serde(default)]
    pub wallet: Option<WalletLink>,
    /// The proxy's clock.
    pub server_time: Timestamp,
}

/// A token on a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Asset {
    /// Which token.
    pub token: Token,
    /// Which network.
    pub network: Network,
    /// The token's name in full.
    pub name: String,
    /// The network's name in full.
    pub network_name: String,
    /// Digits after the point that an amount may have.
    pub decimals: u32,
    /// EIP-155 chain id, where there is one.
    pub chain_id: Option<u64>,
    /// Contract or mint of the token, where it is configured.
    pub token_contract: Option<String>,
    /// Least amount of one order.
    pub min: Amount,
    /// Greatest amount of one order.
    pub max: Amount,
}

/// A country whose bank accounts can be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountryOffer {
    /// Which country.
    pub country: CountryCode,
    /// Currency of its accounts.
    pub currency: Currency,
    /// Least amount of one order.
    pub min: Amount,
    /// Greatest amount of one order.
    pub max: Amount,
    /// How the bank account is asked for.
    pub form: Form,
}

/// How a bank account is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Form {
    /// By the rules of [`crate::bank`].
    BuiltIn,
    /// By fields that the provider lists.
    Fields {
        /// The fields, in order.
        fields: Vec<FormField>,
    },
}

/// One question that the provider lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormField {
    /// Its key in `fields`.
    pub key: String,
    /// What the screen calls it.
    pub label: String,
    /// `text`, `number`, `select`, …; an unknown one is asked for as text.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be answered.
    pub required: bool,
    /// A regular expression that the answer matches.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The choices, where there are any.
    #[serde(default)]
    pub options: Vec<String>,
}

/// A bank account saved earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedDestination {
    /// Our id of it.
    pub id: String,
    /// Its country.
    pub country: CountryCode,
    /// Its bank, where known.
    pub bank_name: Option<String>,
    /// Its number, but for the last digits.
    pub masked: String,
}

/// Whether the payer may sell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verification {
    /// How far it is.
    pub status: VerificationStatus,
    /// Where the payer goes on with it.
    #[serde(default)]
    pub verification_url: Option<String>,
}

/// How far the payer's verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerificationStatus {
    /// Done.
    Verified,
    /// Not begun.
    Required,
    /// Under way.
    Pending,
    /// Refused.
    Rejected,
}

names! { VerificationStatus::as_str {
    Verified => "verified",
    Required => "required",
    Pending => "pending",
    Rejected => "rejected",
} }

/// Whether a wallet has to be linked before the first order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WalletLink {
    /// It has to be.
    Required,
    /// It is.
    Linked,
}

names! { WalletLink::as_str {
    Required => "required",
    Linked => "linked",
} }

// ---------------------------------------------------------------- quotes

/// `POST /v1/quotes`: exactly one of the two amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    /// How binding it should be; the answer may be weaker.
    pub kind: QuoteKind,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Country of the bank account.
    pub country: CountryCode,
    /// Everything that leaves the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crypto_amount: Option<Amount>,
    /// What should arrive at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiat_amount: Option<Amount>,
    /// The bank account, where a price needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
}

/// The answer to [`QuoteRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteResponse {
    /// The price.
    pub quote: Quote,
    /// The proxy's clock.
    pub server_time: Timestamp,
}

/// A price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Its id, for an order.
    pub id: String,
    /// How binding it is.
    pub kind: QuoteKind,
    /// What `fiat_amount` promises.
    pub guarantee: Guarantee,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Everything that leaves the payer, fees included.
    pub crypto_amount: Amount,
    /// Currency received.
    pub currency: Currency,
    /// What arrives.
    pub fiat_amount: Amount,
    /// What arrives at least; null for an estimate.
    pub fiat_minimum: Option<Amount>,
    /// Fiat for one token.
    pub rate: Amount,
    /// What is kept on the way.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Until when it holds; null where it never did.
    pub expires_at: Option<Timestamp>,
}

/// Something that is kept on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    pub amount: Amount,
    /// Of which currency or token.
    pub currency: String,
}

// ---------------------------------------------------------------- destinations

/// The bank account that is paid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Destination {
    /// Given now.
    BankAccount {
        /// Its country.
        country: CountryCode,
        /// The form's answers.
        fields: BTreeMap<String, String>,
    },
    /// Saved earlier.
    Saved {
        /// Our id of it.
        id: String,
    },
    /// Given when the payer was registered.
    Registered {
        /// What is asked for beside it.
        #[serde(default)]
        fields: BTreeMap<String, String>,
    },
}

/// Bank details never print.
impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::BankAccount { .. } => "bank_account",
            Self::Saved { .. } => "saved",
            Self::Registered { .. } => "registered",
        };
        f.debug_struct("Destination")
            .field("kind", &kind)
            .finish_non_exhaustive()
    }
}

/// The answers of a built-in form out of a request's `fields`.
///
/// # Errors
/// The keys that no form has.
pub fn answers(fields: &BTreeMap<String, String>) -> Result<Answers, Vec<FieldProblem>> {
    let mut answers = Answers::new();
    let mut unknown = Vec::new();
    for (key, value) in fields {
        match FieldKey::parse(key) {
            Some(known) => {
                answers.insert(known, value.clone());
            }
            None => unknown.push(FieldProblem {
                key: key.chars().take(40).collect(),
                problem: FieldProblemKind::NotAsked,
            }),
        }
    }
    if unknown.is_empty() {
        Ok(answers)
    } else {
        Err(unknown)
    }
}

// ---------------------------------------------------------------- orders

/// `POST /v1/orders`, with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// The quote on the screen.
    pub quote_id: String,
    /// The least that the screen named; null for an estimate.
    pub min_fiat_amount: Option<Amount>,
    /// The bank account that is paid.
    pub destination: Destination,
}

/// An order, and the clock it is to be read by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderResponse {
    /// The order.
    pub order: Order,
    /// The proxy's clock.
    pub server_time: Timestamp,
}

/// `GET /v1/orders`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderList {
    /// This page's orders.
    pub orders: Vec<Order>,
    /// What to ask the next page with; null on the last.
    pub next_cursor: Option<String>,
}

/// One off-ramp, from confirm to money on the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: OrderState,
    /// Who holds the crypto.
    pub custody: Custody,
    /// Whether it keeps its payer from another order: the provider does not hold crypto for it, and it
    /// has not ended. State and custody alone do not tell.
    #[serde(default)]
    pub unfunded: bool,
    /// Raised by every change that the payer can see.
    pub sequence: u64,
    /// What the payer sends.
    pub crypto: CryptoSide,
    /// What arrives.
    pub fiat: FiatSide,
    /// Fiat for one token; null until known.
    pub rate: Option<Amount>,
    /// What is kept on the way.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// The bank account, masked.
    pub destination: MaskedDestination,
    /// How to send; null when there is nothing to send now.
    pub deposit: Option<Deposit>,
    /// What can be done now.
    #[serde(default)]
    pub actions: Vec<ActionOffer>,
    /// Who acts next, and until when; null when nobody has to.
    pub next: Option<Next>,
    /// An action under way.
    #[serde(default)]
    pub pending_action: Option<Action>,
    /// What happened, oldest first.
    #[serde(default)]
    pub timeline: Vec<TimelineEntry>,
    /// Hash of the transfer, as reported or seen.
    #[serde(default)]
    pub tx_hash: Option<String>,
    /// Where it can be looked up.
    #[serde(default)]
    pub explorer_url: Option<String>,
    /// What went back.
    #[serde(default)]
    pub refund: Option<Refund>,
    /// Why it is where it is.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Permission to read this order for whoever holds the link; null in a resumed view.
    #[serde(default)]
    pub resume_token: Option<String>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What the payer sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoSide {
    /// Which token.
    pub token: Token,
    /// On which network.
    pub network: Network,
    /// How much.
    pub amount: Amount,
}

/// What arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FiatSide {
    /// Which currency.
    pub currency: Currency,
    /// How much; null until known.
    pub amount: Option<Amount>,
    /// What that promises.
    pub guarantee: Guarantee,
}

/// A bank account, but for what identifies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MaskedDestination {
    /// Its country.
    pub country: CountryCode,
    /// Its bank, where known.
    pub bank_name: Option<String>,
    /// Its number, but for the last digits.
    pub masked: String,
}

/// How the crypto leaves the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deposit {
    /// The payer sends it to an address.
    TransferToAddress(TransferToAddress),
    /// The payer's own wallet signs it away; the typed data comes from `signing_requests`.
    SignTypedData(Authorisation),
    /// The partner authorises it from a wallet of theirs.
    Authorise(Authorisation),
}

/// An address to send to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransferToAddress {
    /// On which network.
    pub network: Network,
    /// Which token.
    pub token: Token,
    /// Contract or mint of the token, where it is configured.
    pub token_contract: Option<String>,
    /// Where to.
    pub address: String,
    /// How much, to the digit.
    pub amount: Amount,
    /// The text of a QR code that wallets understand.
    pub payment_uri: Option<String>,
    /// What the payer does once it is sent.
    pub after_sending: AfterSending,
    /// Whether it may still be sent.
    pub offer: Offer,
    /// Until when.
    pub offer_until: Option<Timestamp>,
}

/// A transfer that takes a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authorisation {
    /// On which network.
    pub network: Network,
    /// Which token.
    pub token: Token,
    /// How much, to the digit.
    pub amount: Amount,
    /// Whose wallet pays, where known.
    pub signer: Option<String>,
    /// Whether it may still be signed.
    pub offer: Offer,
    /// Until when.
    pub offer_until: Option<Timestamp>,
}

/// What the payer does once the crypto is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AfterSending {
    /// Says so, with the hash if they have it.
    ReportSent,
    /// Nothing.
    Wait,
}

names! { AfterSending::as_str {
    ReportSent => "report_sent",
    Wait => "wait",
} }

/// Whether a deposit is still wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It is.
    Live,
    /// It is not: the address is readable, and nothing should be sent now.
    Over,
}

names! { Offer::as_str {
    Live => "live",
    Over => "over",
} }

/// Something that can be done with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Say that the crypto was sent.
    ReportSent,
    /// Sign, or let the partner authorise, the transfer.
    AuthoriseTransfer,
    /// Say that the money arrived. Final.
    ConfirmReceived,
    /// Say that the money did not arrive.
    ReportNotReceived,
    /// Sign for crypto that is owed back.
    AuthoriseRefund,
    /// Give what is missing.
    ProvideInformation,
    /// Verify who one is.
    CompleteVerification,
    /// Name another bank account.
    ChangeDestination,
    /// Call it off.
    Cancel,
}

names! { Action::as_str {
    ReportSent => "report_sent",
    AuthoriseTransfer => "authorise_transfer",
    ConfirmReceived => "confirm_received",
    ReportNotReceived => "report_not_received",
    AuthoriseRefund => "authorise_refund",
    ProvideInformation => "provide_information",
    CompleteVerification => "complete_verification",
    ChangeDestination => "change_destination",
    Cancel => "cancel",
} }

/// Who has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The person who sells crypto.
    Payer,
    /// The business that embeds the widget.
    Partner,
    /// Whoever pays out.
    Provider,
}

names! { Party::as_str {
    Payer => "payer",
    Partner => "partner",
    Provider => "provider",
} }

/// Something that can be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionOffer {
    /// What.
    pub action: Action,
    /// Whether the order waits for it.
    pub required: bool,
    /// Whose it is.
    pub by: Party,
    /// What has to be given with it.
    #[serde(default)]
    pub fields: Vec<FormField>,
    /// Until when.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
}

/// Who acts next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Next {
    /// Whose turn it is.
    pub by: Party,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// A state that the order reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    /// Which.
    pub state: OrderState,
    /// When.
    pub at: Timestamp,
}

/// Crypto that went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refund {
    /// How much, where known.
    pub amount: Option<Amount>,
    /// Which token.
    pub token: Token,
    /// By which transfer, where known.
    pub tx_hash: Option<String>,
}

/// Body of `report_sent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReportSent {
    /// Hash of the transfer, if the payer has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_hash: Option<String>,
}

/// Body of an action that takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

// ---------------------------------------------------------------- errors

/// What went wrong, in a word that programs branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request cannot be read.
    InvalidRequest,
    /// No valid key or token.
    Unauthorized,
    /// The session is over.
    SessionExpired,
    /// The page may not use this session.
    OriginNotAllowed,
    /// The payer has to verify who they are.
    VerificationRequired,
    /// The receiver is not verified.
    ReceiverNotVerified,
    /// A limit of the payer's is reached.
    LimitReached,
    /// There is no such thing.
    NotFound,
    /// There is no such quote.
    QuoteNotFound,
    /// Not possible in this state, or not for this caller.
    ActionNotAllowed,
    /// A wallet has to be linked first.
    WalletNotLinked,
    /// The same key is being worked on.
    InProgress,
    /// A person has to look at it.
    NeedsOperator,
    /// The payer is not known to the provider any more.
    PayerUnlinked,
    /// The price is worse than the one confirmed.
    QuoteChanged,
    /// The payer has an order that holds no crypto yet.
    OrderOpen,
    /// The body is too large.
    PayloadTooLarge,
    /// The key was used for something else.
    IdempotencyConflict,
    /// The payer is known under another provider user.
    PayerMismatch,
    /// The partner has to say more about the payer.
    PayerIncomplete,
    /// Answers were refused.
    InvalidFields,
    /// Too little or too much.
    AmountOutOfRange,
    /// The token, network or country is not offered.
    AssetUnavailable,
    /// Too many requests.
    RateLimited,
    /// The provider refused.
    ProviderRejected,
    /// The provider cannot be reached.
    ProviderUnavailable,
    /// The partner's wallet cannot pay.
    FundsUnavailable,
    /// A mistake of ours.
    Internal,
}

names! { ErrorCode::as_str {
    InvalidRequest => "invalid_request",
    Unauthorized => "unauthorized",
    SessionExpired => "session_expired",
    OriginNotAllowed => "origin_not_allowed",
    VerificationRequired => "verification_required",
    ReceiverNotVerified => "receiver_not_verified",
    LimitReached => "limit_reached",
    NotFound => "not_found",
    QuoteNotFound => "quote_not_found",
    ActionNotAllowed => "action_not_allowed",
    WalletNotLinked => "wallet_not_linked",
    InProgress => "in_progress",
    NeedsOperator => "needs_operator",
    PayerUnlinked => "payer_unlinked",
    QuoteChanged => "quote_changed",
    OrderOpen => "order_open",
    PayloadTooLarge => "payload_too_large",
    IdempotencyConflict => "idempotency_conflict",
    PayerMismatch => "payer_mismatch",
    PayerIncomplete => "payer_incomplete",
    InvalidFields => "invalid_fields",
    AmountOutOfRange => "amount_out_of_range",
    AssetUnavailable => "asset_unavailable",
    RateLimited => "rate_limited",
    ProviderRejected => "provider_rejected",
    ProviderUnavailable => "provider_unavailable",
    FundsUnavailable => "funds_unavailable",
    Internal => "internal",
} }

/// An error: RFC 9457, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A page about this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The problem in a few words of English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The problem in a word.
    pub code: ErrorCode,
    /// What was found, where that helps, in English for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What to quote when asking for help.
    pub request_id: String,
    /// Least amount allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Amount>,
    /// Greatest amount allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Amount>,
    /// Currency or token of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Every refused answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// The new price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The order that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Where the payer verifies who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_url: Option<String>,
}

/// One refused answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Which field.
    pub key: String,
    /// What is wrong with it.
    pub problem: FieldProblemKind,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_session_request_is_read_as_documented() {
        let request: SessionRequest = serde_json::from_value(json!({
            "payer": { "id": "cust-1", "provider_user_id": "8374f327-38bd-4b0b-b8a7-2524599eb903" },
            "provider": "capa", "receiver": null, "origin": "https://shop.example",
            "prefill": { "country": "MX", "token": "USDC", "network": "POL", "crypto_amount": "100" },
            "lock": ["token", "network"], "return_url": null
        }))
        .unwrap();
        assert_eq!(request.lock, [LockKey::Token, LockKey::Network]);
        assert_eq!(request.prefill.crypto_amount, "100".parse().ok());
    }

    #[test]
    fn a_browser_cannot_hide_a_field() {
        let error = serde_json::from_value::<OrderRequest>(json!({
            "quote_id": "q", "min_fiat_amount": null, "payer": "somebody else",
            "destination": { "kind": "saved", "id": "d" }
        }))
        .unwrap_err();
        assert!(
            error.to_string().starts_with("unknown field `payer`"),
            "{error}"
        );
    }

    #[test]
    fn an_amount_in_json_is_a_string() {
        let number = json!({ "kind": "firm", "token": "USDC", "network": "POL", "country": "MX",
                             "crypto_amount": 100 });
        assert!(serde_json::from_value::<QuoteRequest>(number).is_err());
    }

    #[test]
    fn a_deposit_is_tagged_by_its_kind() {
        let deposit = Deposit::TransferToAddress(TransferToAddress {
            network: Network::Pol,
            token: Token::Usdc,
            token_contract: None,
            address: "0x7796d4f304bd84171ee6730ad0f69c07a47e786d".to_owned(),
            amount: "100".parse().unwrap(),
            payment_uri: None,
            after_sending: AfterSending::ReportSent,
            offer: Offer::Live,
            offer_until: None,
        });
        let json = serde_json::to_value(&deposit).unwrap();
        assert_eq!(json["kind"], "transfer_to_address");
        assert_eq!(json["after_sending"], "report_sent");
        assert_eq!(serde_json::from_value::<Deposit>(json).unwrap(), deposit);
    }

    #[test]
    fn answers_with_an_unknown_key_are_refused_by_name() {
        let fields = BTreeMap::from([
            ("clabe".to_owned(), "1".to_owned()),
            ("password".to_owned(), "2".to_owned()),
        ]);
        let refused = answers(&fields).unwrap_err();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].key, "password");
    }

    #[test]
    fn bank_numbers_and_tokens_do_not_print() {
        let destination = Destination::BankAccount {
            country: CountryCode::Mx,
            fields: BTreeMap::from([("clabe".to_owned(), "014680260346007120".to_owned())]),
        };
        assert!(!format!("{destination:?}").contains("0146"));
        let session = Session {
            id: "ses_1".to_owned(),
            client_token: "secret".to_owned(),
            expires_at: Timestamp::from_millis(0),
        };
        assert!(!format!("{session:?}").contains("secret"));
    }
}

//! What a provider is asked: a price, and an order.

use offramp_domain::{
    api::MaskedDestination,
    bank::{BankDetails, CountryCode, ListedDetails},
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
};

use super::{AccountRef, ProviderUserId};

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

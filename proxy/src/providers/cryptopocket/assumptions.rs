//! What no document of CryptoPocket's says, in one table: nothing of it was ever verified against the
//! provider.
//!
//! The numbers are those of section 14 of the contract. Each name is used by the code, so that a
//! correction is made here and nowhere else. What is not a name, `wire` looks in every
//! place that is named there; the answer of `onboarding-form` (5.7), `refusal` does the same; A-9, `webhook` takes every encoding; A-11 is the simulator's; A-12, no
//! deadline is shown; A-13, alert and no automatic action (`mapping`); A-14, orders are told apart by
//! their id, never by the address; say that something is not there; A-16, what is
//! named is net; A-22, no production address is known; A-25, amounts are decimals to the digit.

use std::time::Duration;

use offramp_domain::{money::Token, network::Network, quote::Guarantee};

/// the amount is below the minimum, which the message names.
pub(super) const MIN_AMOUNT: &str = "min_amount";
/// the same in the words of on-ramps.
pub(super) const MIN_PURCHASE: &str = "min_purchase";
/// the account is no IBAN.
pub(super) const INVALID_IBAN: &str = "invalid_iban";
/// where a price is asked for, unless a variable says otherwise.
pub(super) const QUOTE_PATH: &str = "getRampoffQuote";
/// both names of the chain go with an order, with the same value.
pub(super) const CHAIN_NAMES: [&str; 2] = ["chain", "blockchain"];
/// there is no such off-ramp.
pub(super) const RAMPOFF_NOT_FOUND: &str = "rampoff_not_found";
/// What a create says, and nobody has read anything since.
pub(super) const CREATED: &str = "payment created";
/// waits for its tokens.
pub(super) const STARTED: &str = "started";
/// the tokens are there.
pub(super) const CRYPTO_RECEIVED: &str = "crypto_received";
/// The money is on the account. The one word that is published.
pub(super) const FINISHED: &str = "finished";
/// the tokens never came.
pub(super) const EXPIRED: &str = "expired";
/// ended in error.
pub(super) const FAILED: &str = "failed";
/// the tokens went back.
pub(super) const REFUNDED: &str = "refunded";
/// where off-ramps are listed, unless a variable says otherwise.
pub(super) const LIST_PATH: &str = "getRampoffList";
/// how many rows a page may have.
pub(super) const PER_PAGE: usize = 100;
/// Which events are subscribed to. A-8: the end has two names, of which one is refused.
pub(super) const EVENTS: [&[&str]; 2] = [
    &["TRANSFER_RAMPOFF_FINISHED", "RAMPOFF_FINISHED"],
    &["CRYPTO_RECEIVED"],
];
/// where a webhook names its off-ramp, beside `data.id`.
pub(super) const WEBHOOK_IDS: [&str; 3] = ["id", "rampoff_id", "payment_id"];
/// How far the time of a webhook may be off.
pub(super) const WEBHOOK_WINDOW: Duration = Duration::from_mins(5);
/// the rate is fixed on arrival, so that nothing said before it is a promise.
pub(super) const GUARANTEE: Guarantee = Guarantee::Estimate;
/// the country, as two letters.
pub(super) const COUNTRY: &str = "country";
/// which identification it is.
pub(super) const DOCUMENT_TYPE: &str = "document_type";
/// its number.
pub(super) const DOCUMENT_NUMBER: &str = "document_number";
/// what is asked about an account at registration, by our names and by theirs.
pub(super) const ACCOUNT_FIELDS: [(&str, &str); 3] = [
    ("bank_name", "bank_name"),
    ("account_number", "bank_account_number"),
    ("account_type", "bank_account_type"),
];
/// how long a create may take. Nothing repeats it afterwards.
pub(super) const CREATE_WITHIN: Duration = Duration::from_secs(30);

/// Where a person is known by a national identification, and an account is given at registration
/// (section 5.2, A-19).
pub(super) const REGISTERED_IN: [&str; 5] = ["MX", "CO", "CL", "PE", "AR"];

/// How chains are called (section 7).
pub(super) const CHAINS: [(Network, &str); 3] = [
    (Network::Pol, "polygon"),
    (Network::Bsc, "bsc"),
    (Network::Eth, "ethereum"),
];

/// How tokens are called, in upper case; an order names them in lower case (section 7).
pub(super) const SYMBOLS: [(Token, &str); 2] = [(Token::Usdc, "USDC"), (Token::Usdt, "USDT")];

/// What a chain is called, if it is traded.
pub(super) fn chain(network: Network) -> Option<&'static str> {
    let row = CHAINS.iter().find(|(known, _)| *known == network)?;
    Some(row.1)
}

/// Which chain is called so.
pub(super) fn network(chain: &str) -> Option<Network> {
    let row = CHAINS
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(chain))?;
    Some(row.0)
}

/// What a token is called, if it is traded.
pub(super) fn symbol(token: Token) -> Option<&'static str> {
    let row = SYMBOLS.iter().find(|(known, _)| *known == token)?;
    Some(row.1)
}

/// Which token is called so.
pub(super) fn token(symbol: &str) -> Option<Token> {
    let row = SYMBOLS
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(symbol))?;
    Some(row.0)
}

//! What no document of CryptoPocket's says, in one table.
//!
//! The numbers are those of section 14 of the contract. Each name is used by the code, so that a
//! correction is made here and nowhere else. A-11 is the control plane
//! say that something is not there: confirmations, limits and idempotency, a limit of open orders,
//! webhooks about verification. A-22 is the caller's.

use std::time::Duration;

use super::knobs::{EventNames, KycAnswer, SignatureText, TokenAnswer, Wallets};
use super::refusal::Refusal;

/// where the token is in the answer of `authenticate`.
pub(super) const TOKEN_ANSWER: TokenAnswer = TokenAnswer::InData;
/// how long a token is good.
pub(super) const TOKEN_LIFE: Duration = Duration::from_hours(1);
/// the amount is below the minimum.
pub(super) const MIN_AMOUNT: &str = "min_amount";
/// A-2, and nobody's word at all: the amount is above the maximum.
pub(super) const MAX_AMOUNT: &str = "max_amount";
/// the account is no IBAN.
pub(super) const INVALID_IBAN: &str = "invalid_iban";
/// where a price is asked for.
pub(super) const QUOTE_PATH: &str = "/getRampoffQuote";
/// `chain` and `blockchain` name two different chains.
pub(super) const TWO_CHAINS: Refusal = Refusal::FailMandatoryField;
/// there is no such off-ramp.
pub(super) const RAMPOFF_NOT_FOUND: &str = "rampoff_not_found";
/// waits for its tokens.
pub(super) const STARTED: &str = "started";
/// the tokens are there.
pub(super) const CRYPTO_RECEIVED: &str = "crypto_received";
/// the tokens never came.
pub(super) const EXPIRED: &str = "expired";
/// ended in error.
pub(super) const FAILED: &str = "failed";
/// the tokens went back.
pub(super) const REFUNDED: &str = "refunded";
/// where off-ramps are listed.
pub(super) const LIST_PATH: &str = "/getRampoffList";
/// how many rows a page has.
pub(super) const PER_PAGE: usize = 20;
/// how many rows a page may have.
pub(super) const MAX_PER_PAGE: usize = 100;
/// which name of the finishing event is live.
pub(super) const EVENT_NAMES: EventNames = EventNames::New;
/// how a signature is written.
pub(super) const SIGNATURE_TEXT: SignatureText = SignatureText::LowerHex;
/// how long a receiver may take.
pub(super) const WEBHOOK_TIME_LIMIT: Duration = Duration::from_secs(10);
/// how long after a failure each retry is made.
pub(super) const WEBHOOK_RETRIES: [Duration; 4] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
];
/// how long an off-ramp waits for its tokens.
pub(super) const DEPOSIT_LIMIT: Duration = Duration::from_hours(24);
/// how far an amount may be off and still be paid out, in tenths of a percent.
pub(super) const TOLERANCE_PER_MILLE: i64 = 5;
/// whose a wallet is.
pub(super) const WALLETS: Wallets = Wallets::PerOrder;
/// how many places the net amount has that the rate on arrival makes.
pub(super) const FIAT_PLACES: u32 = 2;
/// the least that is bought, in whole tokens.
pub(super) const LEAST_TOKENS: i64 = 10;
/// the most that is bought at once, in whole tokens.
pub(super) const MOST_TOKENS: i64 = 10_000;
/// the currencies that are paid, the first by SEPA.
pub(super) const CURRENCIES: [&str; 6] = ["EUR", "MXN", "COP", "CLP", "PEN", "ARS"];
/// the country, as two letters.
pub(super) const COUNTRY: &str = "country";
/// which identification it is.
pub(super) const DOCUMENT_TYPE: &str = "document_type";
/// its number.
pub(super) const DOCUMENT_NUMBER: &str = "document_number";
/// the bank's name.
pub(super) const BANK_NAME: &str = "bank_name";
/// the account's number.
pub(super) const BANK_ACCOUNT_NUMBER: &str = "bank_account_number";
/// which kind of account it is.
pub(super) const BANK_ACCOUNT_TYPE: &str = "bank_account_type";
/// where `kyc/check` says how far a verification has come.
pub(super) const KYC_ANSWER: KycAnswer = KycAnswer::InData;

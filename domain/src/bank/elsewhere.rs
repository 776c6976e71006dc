//! Countries without a form of our own: whoever pays there lists the questions.

use super::{Country, CountryCode, FieldKey, check};
use crate::money::Currency;

pub(super) static ARGENTINA: Country = elsewhere(CountryCode::Ar, Currency::Ars);
pub(super) static CHILE: Country = elsewhere(CountryCode::Cl, Currency::Clp);
pub(super) static COLOMBIA: Country = elsewhere(CountryCode::Co, Currency::Cop);
pub(super) static PERU: Country = elsewhere(CountryCode::Pe, Currency::Pen);
pub(super) static UNITED_KINGDOM: Country = elsewhere(CountryCode::Gb, Currency::Gbp);
pub(super) static GHANA: Country = elsewhere(CountryCode::Gh, Currency::Ghs);
pub(super) static INDIA: Country = elsewhere(CountryCode::In, Currency::Inr);
pub(super) static NIGERIA: Country = elsewhere(CountryCode::Ng, Currency::Ngn);

const fn elsewhere(code: CountryCode, currency: Currency) -> Country {
    Country {
        code,
        currency,
        fields: &[],
        bank_name: check::typed_bank_name,
        account: FieldKey::AccountNumber,
        suggested_banks: &[],
    }
}

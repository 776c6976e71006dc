//! The United States: an account behind a routing number, its holder and the holder's address.

use super::{Answers, Country, CountryCode, Field, FieldKey, Input, Need, Problem, check};
use crate::money::Currency;

pub(super) static COUNTRY: Country = Country {
    code: CountryCode::Us,
    currency: Currency::Usd,
    fields: &[
        Field {
            key: FieldKey::RoutingNumber,
            need: Need::Required,
            input: Input::Digits { max: 9 },
            check: routing_number,
            group: check::ungrouped,
        },
        Field {
            key: FieldKey::AccountNumber,
            need: Need::Required,
            input: Input::Digits { max: 17 },
            check: account_number,
            group: check::ungrouped,
        },
        check::BANK_NAME,
        check::HOLDER_TYPE,
        check::FIRST_NAME,
        check::LAST_NAME,
        check::BUSINESS_NAME,
        address_field(FieldKey::StreetLine1, Need::Required, 70),
        address_field(FieldKey::StreetLine2, Need::Optional, 70),
        address_field(FieldKey::City, Need::Required, 35),
        address_field(FieldKey::State, Need::Optional, 35),
        Field {
            key: FieldKey::PostalCode,
            need: Need::Required,
            input: Input::Text { max: 16 },
            check: postal_code,
            group: check::ungrouped,
        },
        check::choice_field(FieldKey::AddressCountry, check::ISO_COUNTRIES),
    ],
    bank_name: check::typed_bank_name,
    account: FieldKey::AccountNumber,
    suggested_banks: &[],
};

/// The lengths are those of an ISO 20022 postal address.
const fn address_field(key: FieldKey, need: Need, max: usize) -> Field {
    Field {
        key,
        need,
        input: Input::Text { max },
        check: check::address_line,
        group: check::ungrouped,
    }
}

/// Nine digits: a Federal Reserve routing symbol, the institution, a check digit (American Bankers
/// Association, Key to Routing Numbers).
fn routing_number(typed: &str, _others: &Answers) -> Result<String, Problem> {
    let digits = check::digits(typed, "")?;
    if digits
        .get(..2)
        .is_some_and(|start| !is_federal_reserve(start))
    {
        return Err(Problem::UnknownBank);
    }
    let digits = check::sized(digits, 9..=9)?;
    if !check::weights_371_hold(&digits) {
        Err(Problem::CheckDigit)
    } else if digits == "000000000" {
        Err(Problem::UnknownBank)
    } else {
        Ok(digits)
    }
}

/// Whether routing numbers start like this: the government, the twelve districts, their thrift
/// institutions (districts + 20), electronic transactions (districts + 60), traveller's cheques.
fn is_federal_reserve(start: &str) -> bool {
    start
        .parse::<u8>()
        .is_ok_and(|start| matches!(start, 0..=12 | 21..=32 | 61..=72 | 80))
}

/// Four to seventeen digits: banks differ, and there is no check digit (Nacha Operating Rules, DFI
/// account number).
fn account_number(typed: &str, _others: &Answers) -> Result<String, Problem> {
    check::sized(check::digits(typed, "")?, 4..=17)
}

/// A ZIP code for an address in the United States, and letters and digits for any other: the holder
/// may live abroad.
fn postal_code(typed: &str, others: &Answers) -> Result<String, Problem> {
    if others.get(FieldKey::AddressCountry) == Some("US") {
        zip_code(typed)
    } else {
        let mut code = check::address_line(typed, others)?;
        code.make_ascii_uppercase();
        let fits = code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" -".contains(&byte));
        if fits {
            Ok(code)
        } else {
            Err(Problem::Characters)
        }
    }
}

/// Five digits, or nine with a dash after the fifth.
fn zip_code(typed: &str) -> Result<String, Problem> {
    let mut digits = check::digits(typed, "")?;
    match digits.len() {
        5 => Ok(digits),
        9 => {
            digits.insert(5, '-');
            Ok(digits)
        }
        0..9 => Err(Problem::Incomplete),
        10.. => Err(Problem::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routing(typed: &str) -> Result<String, Problem> {
        routing_number(typed, &Answers::new())
    }

    fn postal(country: &str, typed: &str) -> Result<String, Problem> {
        let others = Answers::from([(FieldKey::AddressCountry, country.to_owned())]);
        postal_code(typed, &others)
    }

    #[test]
    fn a_routing_number_loses_its_separators() {
        assert_eq!(routing(" 0210 0002-1 "), Ok("021000021".to_owned()));
        assert_eq!(
            routing("Routing number: 021000021"),
            Ok("021000021".to_owned())
        );
    }

    #[test]
    fn a_start_that_no_routing_number_has_is_said_at_once() {
        for start in ["13", "20", "33", "60", "73", "79", "81", "99"] {
            assert_eq!(routing(start), Err(Problem::UnknownBank), "{start}");
        }
        for start in ["0", "1", "9", "00", "12", "21", "32", "61", "72", "80"] {
            assert_eq!(routing(start), Err(Problem::Incomplete), "{start}");
        }
    }

    #[test]
    fn a_routing_number_of_another_shape_is_refused() {
        assert_eq!(routing("02100002"), Err(Problem::Incomplete));
        assert_eq!(routing("0210000210"), Err(Problem::TooLong));
        assert_eq!(routing("021000022"), Err(Problem::CheckDigit));
        assert_eq!(routing("02100002l"), Err(Problem::Characters));
        assert_eq!(routing("000000000"), Err(Problem::UnknownBank));
    }

    #[test]
    fn an_account_number_has_four_to_seventeen_digits() {
        let account = |typed: &str| account_number(typed, &Answers::new());
        assert_eq!(account("000-123"), Ok("000123".to_owned()));
        assert_eq!(
            account("12345678901234567"),
            Ok("12345678901234567".to_owned())
        );
        assert_eq!(account("123"), Err(Problem::Incomplete));
        assert_eq!(account("123456789012345678"), Err(Problem::TooLong));
        assert_eq!(account("1234X"), Err(Problem::Characters));
    }

    #[test]
    fn a_postal_code_is_checked_by_the_country_of_the_address() {
        assert_eq!(postal("US", "94103"), Ok("94103".to_owned()));
        assert_eq!(postal("US", "94103 1234"), Ok("94103-1234".to_owned()));
        assert_eq!(postal("US", "9410"), Err(Problem::Incomplete));
        assert_eq!(postal("US", "941031"), Err(Problem::Incomplete));
        assert_eq!(postal("US", "94103-12345"), Err(Problem::TooLong));
        assert_eq!(postal("US", "SW1A 1AA"), Err(Problem::Characters));
        assert_eq!(postal("GB", " sw1a  1aa "), Ok("SW1A 1AA".to_owned()));
        assert_eq!(postal("MX", "06600"), Ok("06600".to_owned()));
        assert_eq!(postal("GB", "SW1A/1AA"), Err(Problem::Characters));
        assert_eq!(postal("GB", "--"), Err(Problem::Characters));
    }
}

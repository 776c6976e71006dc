//! The Single Euro Payments Area: an IBAN, the bank's BIC, and the holder.

use super::{Answers, Country, CountryCode, Field, FieldKey, Input, Need, Problem, check};
use crate::money::Currency;

pub(super) static COUNTRY: Country = Country {
    code: CountryCode::Sepa,
    currency: Currency::Eur,
    fields: &[
        Field {
            key: FieldKey::Iban,
            need: Need::Required,
            input: Input::Code { max: 34 },
            check: iban,
            group: check::in_fours,
        },
        Field {
            key: FieldKey::Bic,
            need: Need::Required,
            input: Input::Code { max: 11 },
            check: bic,
            group: check::ungrouped,
        },
        check::BANK_NAME,
        check::HOLDER_TYPE,
        check::FIRST_NAME,
        check::LAST_NAME,
        check::BUSINESS_NAME,
    ],
    bank_name: check::typed_bank_name,
    account: FieldKey::Iban,
    suggested_banks: &[],
};

/// How IBANs in SEPA start, and how long each is.
///
/// The countries are those of the European Payments Council (EPC409-09), 41 since Serbia joined in
/// May 2025 and still 41 in October 2026, and Gibraltar, which has its own prefix; other
/// territories share that of their state (see [`is_served`]). The lengths are those of the SWIFT
/// IBAN registry.
const IBANS: [(&str, usize); 42] = [
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("VA", 22),
];

/// How copied IBANs are often introduced.
const LABEL: &str = "IBAN";

/// A country, two check digits, and the country's own account number. A country that cannot be
/// paid is said after two letters, before the payer types on.
fn iban(typed: &str, _others: &Answers) -> Result<String, Problem> {
    let number = check::code(typed, LABEL)?;
    if number.bytes().take(2).any(|byte| byte.is_ascii_digit()) {
        return Err(Problem::Characters);
    }
    let Some(country) = number.get(..2) else {
        return Err(Problem::Incomplete);
    };
    match iban_length(country) {
        Some(length) => check::iban(number, length),
        None if check::is_country(country) => Err(Problem::OutsideSepa),
        None => Err(Problem::UnknownCountry),
    }
}

fn iban_length(country: &str) -> Option<usize> {
    let index = IBANS
        .binary_search_by_key(&country, |(country, _)| country)
        .ok()?;
    IBANS.get(index).map(|(_, length)| *length)
}

/// Four letters of the bank, two of its country, two characters of its place and perhaps three of a
/// branch (ISO 9362). The country is compared with the IBAN's when that much of it is known.
fn bic(typed: &str, others: &Answers) -> Result<String, Problem> {
    let code = check::code(typed, "")?;
    if code.bytes().take(6).any(|byte| byte.is_ascii_digit()) {
        return Err(Problem::Characters);
    }
    if let Some(country) = code.get(4..6) {
        if !check::is_country(country) {
            return Err(Problem::UnknownCountry);
        }
        if let Some(account) = iban_country(others)
            && !is_served(&account, country)
        {
            return Err(Problem::CountryMismatch);
        }
    }
    match code.len() {
        8 | 11 => Ok(code),
        0..11 => Err(Problem::Incomplete),
        12.. => Err(Problem::TooLong),
    }
}

/// The country at the start of the IBAN, if it is one of SEPA.
fn iban_country(others: &Answers) -> Option<String> {
    let mut number = check::code(others.get(FieldKey::Iban)?, LABEL).ok()?;
    iban_length(number.get(..2)?)?;
    number.truncate(2);
    Some(number)
}

/// Whether accounts whose IBAN starts with `account` are held at banks in `bank`.
///
/// Territories have BICs of their own and IBANs of their state: the French ones within SEPA, and
/// Guernsey, the Isle of Man and Jersey (EPC409-09). New Caledonia, French Polynesia and Wallis
/// and Futuna have French IBANs too, but are outside SEPA. Banks in Monaco may be branches with a
/// French BIC.
fn is_served(account: &str, bank: &str) -> bool {
    account == bank
        || match account {
            "FR" => matches!(bank, "BL" | "GF" | "GP" | "MF" | "MQ" | "PM" | "RE" | "YT"),
            "GB" => matches!(bank, "GG" | "IM" | "JE"),
            "MC" => bank == "FR",
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn iban_refused(typed: &str, problem: Problem) {
        assert_eq!(iban(typed, &Answers::new()), Err(problem), "{typed}");
    }

    fn bic_beside(account: &str, typed: &str) -> Result<String, Problem> {
        bic(
            typed,
            &Answers::from([(FieldKey::Iban, account.to_owned())]),
        )
    }

    #[test]
    fn every_sepa_country_is_listed_once_in_order_with_the_registry_s_length() {
        assert!(IBANS.is_sorted_by(|(before, _), (after, _)| before < after));
        let published = include_str!("../../tests/data/ibans_in_sepa.txt");
        let published: Vec<_> = published
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| (&line[..2], line.len()))
            .collect();
        assert_eq!(published, IBANS);
    }

    #[test]
    fn an_iban_is_accepted_however_it_is_pasted() {
        for typed in [
            "DE89370400440532013000",
            "de89 3704 0044 0532 0130 00",
            "IBAN: DE89-3704-0044-0532-0130-00",
            "iban DE89.3704.0044.0532.0130.00",
            "IBANDE89370400440532013000",
            "\u{FEFF}DE89\u{A0}3704\u{202F}0044 0532 0130 00",
        ] {
            assert_eq!(
                iban(typed, &Answers::new()),
                Ok("DE89370400440532013000".to_owned())
            );
        }
    }

    #[test]
    fn a_country_that_cannot_be_paid_is_said_after_two_letters() {
        iban_refused("D", Problem::Incomplete);
        iban_refused("DE", Problem::Incomplete);
        iban_refused("XX", Problem::UnknownCountry);
        iban_refused("UK29", Problem::UnknownCountry);
        iban_refused("TR", Problem::OutsideSepa);
        iban_refused("US12", Problem::OutsideSepa);
        iban_refused("XK", Problem::OutsideSepa);
        iban_refused("DO28BAGR00000001212453611324", Problem::OutsideSepa);
    }

    #[test]
    fn an_iban_of_another_shape_is_refused() {
        iban_refused("1", Problem::Characters);
        iban_refused("D8", Problem::Characters);
        iban_refused("DEX", Problem::Characters);
        iban_refused("DE89/3704", Problem::Characters);
        iban_refused("DÉ89", Problem::Characters);
        iban_refused("DE8937040044053201300", Problem::Incomplete);
        iban_refused("DE893704004405320130000", Problem::TooLong);
    }

    #[test]
    fn the_checksum_is_looked_at_when_the_iban_is_whole() {
        iban_refused("DE88", Problem::Incomplete);
        iban_refused("DE88370400440532013000", Problem::CheckDigit);
    }

    #[test]
    fn letters_where_the_country_has_digits_are_refused_even_if_the_checksum_holds() {
        // Made for this test: modulo 97 it is right, but German accounts are digits.
        iban_refused("DE85A70400440532013000", Problem::Characters);
    }

    #[test]
    fn a_bic_has_eight_or_eleven_characters() {
        assert_eq!(bic_beside("", " deutdeff "), Ok("DEUTDEFF".to_owned()));
        assert_eq!(
            bic_beside("", "SWIFT/BIC: DEUT DE FF 500"),
            Ok("DEUTDEFF500".to_owned())
        );
        assert_eq!(bic_beside("", "DEUTDEF"), Err(Problem::Incomplete));
        assert_eq!(bic_beside("", "DEUTDEFF5"), Err(Problem::Incomplete));
        assert_eq!(bic_beside("", "DEUTDEFF50"), Err(Problem::Incomplete));
        assert_eq!(bic_beside("", "DEUTDEFF5000"), Err(Problem::TooLong));
    }

    #[test]
    fn a_bic_starts_with_letters_and_names_a_country() {
        assert_eq!(bic_beside("", "DEU7DEFF"), Err(Problem::Characters));
        assert_eq!(bic_beside("", "DEUTD3FF"), Err(Problem::Characters));
        assert_eq!(bic_beside("", "DEUTXXFF"), Err(Problem::UnknownCountry));
        assert_eq!(bic_beside("", "DEUTXX"), Err(Problem::UnknownCountry));
    }

    #[test]
    fn the_bank_is_in_the_country_of_the_account() {
        let german = "DE89 3704 0044 0532 0130 00";
        assert_eq!(
            bic_beside(german, "COBADEFFXXX"),
            Ok("COBADEFFXXX".to_owned())
        );
        assert_eq!(
            bic_beside(german, "BNPAFRPP"),
            Err(Problem::CountryMismatch)
        );
        assert_eq!(bic_beside(german, "BNPAFR"), Err(Problem::CountryMismatch));
    }

    #[test]
    fn an_iban_that_is_no_help_is_not_held_against_the_bic() {
        for account in ["", "D", "XX89", "TR33", "12"] {
            assert_eq!(
                bic_beside(account, "BNPAFRPP"),
                Ok("BNPAFRPP".to_owned()),
                "{account}"
            );
        }
    }

    #[test]
    fn territories_share_the_iban_of_their_state_but_not_its_bic() {
        for (account, bank) in [
            ("FR", "RE"),
            ("FR", "GP"),
            ("GB", "JE"),
            ("GB", "IM"),
            ("MC", "FR"),
        ] {
            assert!(is_served(account, bank), "{account} at {bank}");
        }
        for (account, bank) in [
            ("RE", "FR"),
            ("FR", "PF"),
            ("FR", "MC"),
            ("GB", "GI"),
            ("DE", "AT"),
        ] {
            assert!(!is_served(account, bank), "{account} at {bank}");
        }
    }
}

//! Mexico: SPEI transfers to a CLABE, the 18 digits of an account.

use super::{
    Answers, Country, CountryCode, Field, FieldKey, Input, Need, Problem, check,
    mexico_banks::BANKS,
};
use crate::money::Currency;

pub(super) static COUNTRY: Country = Country {
    code: CountryCode::Mx,
    currency: Currency::Mxn,
    fields: &[Field {
        key: FieldKey::Clabe,
        need: Need::Required,
        input: Input::Digits { max: 18 },
        check: clabe,
        group: group_clabe,
    }],
    bank_name,
    account: FieldKey::Clabe,
    suggested_banks: &[],
};

/// How copied numbers are often introduced.
const LABEL: &str = "CLABE";

/// Three digits of the bank, three of the place, eleven of the account, one control digit
/// (Asociación de Bancos de México). Other lengths that Mexicans know are told apart.
fn clabe(typed: &str, _others: &Answers) -> Result<String, Problem> {
    let digits = check::digits(typed, LABEL)?;
    match digits.len() {
        18 if !check::weights_371_hold(&digits) => Err(Problem::CheckDigit),
        18 if bank(&digits).is_none() => Err(Problem::UnknownBank),
        18 => Ok(digits),
        16 => Err(Problem::CardNumber),
        10 | 11 => Err(Problem::LocalAccountNumber),
        0..18 => Err(Problem::Incomplete),
        19.. => Err(Problem::TooLong),
    }
}

fn group_clabe(canonical: &str) -> String {
    check::grouped(canonical, |index| matches!(index, 3 | 6 | 17))
}

/// The first three digits name the bank, while the rest is still being typed.
fn bank_name(answers: &Answers) -> Option<String> {
    let digits = check::digits(answers.get(FieldKey::Clabe)?, LABEL).ok()?;
    bank(&digits).map(str::to_owned)
}

fn bank(digits: &str) -> Option<&'static str> {
    let code: u16 = digits.get(..3)?.parse().ok()?;
    let index = BANKS.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    BANKS.get(index).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(typed: &str, problem: Problem) {
        assert_eq!(clabe(typed, &Answers::new()), Err(problem), "{typed}");
    }

    #[test]
    fn a_clabe_is_accepted_however_it_is_pasted() {
        for typed in [
            "014680260346007120",
            "014 680 26034600712 0",
            "CLABE: 014-680-26034600712-0",
            "clabe 0146.8026.0346.0071.20",
            "\t014680260346007120\n",
        ] {
            assert_eq!(
                clabe(typed, &Answers::new()),
                Ok("014680260346007120".to_owned())
            );
        }
    }

    #[test]
    fn other_numbers_are_told_apart_by_their_length() {
        refused("0", Problem::Incomplete);
        refused("014680260", Problem::Incomplete);
        refused("0146802603", Problem::LocalAccountNumber);
        refused("01468026034", Problem::LocalAccountNumber);
        refused("014680260346", Problem::Incomplete);
        refused("4152 3138 0000 0001", Problem::CardNumber);
        refused("01468026034600712", Problem::Incomplete);
        refused("0146802603460071200", Problem::TooLong);
    }

    #[test]
    fn a_letter_is_not_a_digit() {
        refused("O14680260346007120", Problem::Characters);
    }

    #[test]
    fn a_wrong_digit_and_an_unknown_bank_are_told_apart() {
        refused("014680260346007121", Problem::CheckDigit);
        refused("000000001234567897", Problem::UnknownBank);
    }

    #[test]
    fn the_bank_is_named_from_the_third_digit_on() {
        let bank_of =
            |typed: &str| bank_name(&Answers::from([(FieldKey::Clabe, typed.to_owned())]));
        assert_eq!(bank_of("01"), None);
        assert_eq!(bank_of("014").as_deref(), Some("Santander"));
        assert_eq!(bank_of("CLABE: 646 1").as_deref(), Some("STP"));
        assert_eq!(bank_of("999"), None);
        assert_eq!(bank_of("+14"), None);
        assert_eq!(bank_of("0ñ4"), None);
    }
}

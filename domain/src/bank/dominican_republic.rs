//! The Dominican Republic: an account at a named bank, and the holder's document.

use super::{Answers, Country, CountryCode, Field, FieldKey, Input, Need, Problem, check};
use crate::money::Currency;

pub(super) static COUNTRY: Country = Country {
    code: CountryCode::Do,
    currency: Currency::Dop,
    fields: &[
        check::BANK_NAME,
        check::choice_field(FieldKey::AccountType, &["savings", "checking"]),
        Field {
            key: FieldKey::AccountNumber,
            need: Need::Required,
            input: Input::Code { max: IBAN_LENGTH },
            check: account_number,
            group: group_account_number,
        },
        check::choice_field(FieldKey::DocumentType, &[CEDULA, RNC, PASSPORT]),
        Field {
            key: FieldKey::DocumentIdentifier,
            need: Need::Required,
            input: Input::Code { max: 12 },
            check: document_identifier,
            group: group_document_identifier,
        },
    ],
    bank_name: check::typed_bank_name,
    account: FieldKey::AccountNumber,
    suggested_banks: &BANKS,
};

/// Values of [`FieldKey::DocumentType`].
const CEDULA: &str = "cedula";
const RNC: &str = "rnc";
const PASSPORT: &str = "passport";

/// Length of a Dominican IBAN (SWIFT IBAN registry).
const IBAN_LENGTH: usize = 28;

/// Banks, savings banks and savings and loan associations by their everyday names, the largest
/// first: a selection from the register of the Superintendencia de Bancos as it was in 2025.
/// Suggestions only, because no provider documents which names it knows.
const BANKS: [&str; 24] = [
    "Banreservas",
    "Banco Popular Dominicano",
    "Banco BHD",
    "Scotiabank",
    "Banco Santa Cruz",
    "Asociación Popular de Ahorros y Préstamos (APAP)",
    "Asociación Cibao de Ahorros y Préstamos (ACAP)",
    "Banco Promerica",
    "Banesco",
    "Banco Caribe",
    "Asociación La Nacional de Ahorros y Préstamos",
    "Banco BDI",
    "Banco López de Haro",
    "Banco Vimenca",
    "Banco Lafise",
    "Banco Ademi",
    "Banco Adopem",
    "Banfondesa",
    "Qik Banco Digital",
    "JMMB Bank",
    "Citibank",
    "Alaver (Asociación La Vega Real de Ahorros y Préstamos)",
    "Asociación Duarte de Ahorros y Préstamos",
    "Banco Agrícola",
];

/// A local number of 6 to 20 digits, or the account's IBAN, whose last 20 digits are that number.
fn account_number(typed: &str, _others: &Answers) -> Result<String, Problem> {
    let number = check::code(typed, "IBAN")?;
    if number == "D" {
        Err(Problem::Incomplete)
    } else if is_iban(&number) {
        check::iban(number, IBAN_LENGTH)
    } else {
        check::sized(check::digits(&number, "")?, 6..=20)
    }
}

fn group_account_number(canonical: &str) -> String {
    if is_iban(canonical) {
        check::in_fours(canonical)
    } else {
        check::ungrouped(canonical)
    }
}

fn is_iban(number: &str) -> bool {
    number.starts_with("DO")
}

/// The document's own rule, as soon as its type is known. Without one, the type is the problem to
/// report, and the number passes if any document could have it.
fn document_identifier(typed: &str, others: &Answers) -> Result<String, Problem> {
    match others.get(FieldKey::DocumentType) {
        Some(CEDULA) => cedula(typed),
        Some(RNC) => rnc(typed),
        Some(PASSPORT) => passport(typed),
        Some(_) | None => check::sized(check::code(typed, "")?, 1..=12),
    }
}

/// Eleven digits, the last of which is a Luhn check digit (Junta Central Electoral).
///
/// A few hundred numbers from before the check digit was kept are refused: whoever has one gives a
/// passport.
fn cedula(typed: &str) -> Result<String, Problem> {
    let digits = check::sized(check::digits(typed, "")?, 11..=11)?;
    let sum = check::weighted(&digits, &[1, 2], |product| product / 10 + product % 10);
    if sum > 0 && sum.is_multiple_of(10) {
        Ok(digits)
    } else {
        Err(Problem::CheckDigit)
    }
}

/// Nine digits, the last of which is a check digit modulo eleven that is never zero (Dirección
/// General de Impuestos Internos).
fn rnc(typed: &str) -> Result<String, Problem> {
    let digits = check::sized(check::digits(typed, "")?, 9..=9)?;
    let weights = [7, 9, 8, 6, 5, 4, 3, 2, 0];
    let sum = check::weighted(&digits, &weights, |product| product);
    let control = (10 - sum % 11) % 9 + 1;
    let given = digits.bytes().last().map(check::value);
    if given == Some(control) {
        Ok(digits)
    } else {
        Err(Problem::CheckDigit)
    }
}

/// Six to twelve letters and digits, of any country.
fn passport(typed: &str) -> Result<String, Problem> {
    check::sized(check::code(typed, "")?, 6..=12)
}

/// Eleven digits are a cédula: `001-1391820-5` is how it is printed.
fn group_document_identifier(canonical: &str) -> String {
    let is_cedula = canonical.len() == 11 && canonical.bytes().all(|byte| byte.is_ascii_digit());
    if is_cedula {
        check::grouped(canonical, |index| matches!(index, 3 | 10))
    } else {
        check::ungrouped(canonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(kind: &str, typed: &str) -> Result<String, Problem> {
        let others = Answers::from([(FieldKey::DocumentType, kind.to_owned())]);
        document_identifier(typed, &others)
    }

    fn account(typed: &str) -> Result<String, Problem> {
        account_number(typed, &Answers::new())
    }

    #[test]
    fn an_account_is_a_local_number_or_an_iban() {
        assert_eq!(account("960-291549-8"), Ok("9602915498".to_owned()));
        assert_eq!(
            account("do28 bagr 0000 0001 2124 5361 1324"),
            Ok("DO28BAGR00000001212453611324".to_owned())
        );
    }

    #[test]
    fn an_account_of_another_shape_is_refused() {
        assert_eq!(account("12345"), Err(Problem::Incomplete));
        assert_eq!(account("123456789012345678901"), Err(Problem::TooLong));
        assert_eq!(account("12345A"), Err(Problem::Characters));
        assert_eq!(account("D"), Err(Problem::Incomplete));
        assert_eq!(account("DO"), Err(Problem::Incomplete));
        assert_eq!(account("DO28BAGR"), Err(Problem::Incomplete));
        assert_eq!(account("DOXX"), Err(Problem::Characters));
        assert_eq!(
            account("DO28BAGR00000001212453611325"),
            Err(Problem::CheckDigit)
        );
        assert_eq!(
            account("DO28BAGR000000012124536113240"),
            Err(Problem::TooLong)
        );
        assert_eq!(account("DE89370400440532013000"), Err(Problem::Characters));
    }

    #[test]
    fn a_document_is_checked_by_its_type() {
        assert_eq!(
            document(CEDULA, "001-1391820-5"),
            Ok("00113918205".to_owned())
        );
        assert_eq!(document(RNC, "1-01-85004-3"), Ok("101850043".to_owned()));
        assert_eq!(document(PASSPORT, "rd 1234567"), Ok("RD1234567".to_owned()));
        assert_eq!(document(CEDULA, "101850043"), Err(Problem::Incomplete));
        assert_eq!(document(RNC, "00113918205"), Err(Problem::TooLong));
        assert_eq!(document(CEDULA, "RD1234567"), Err(Problem::Characters));
        assert_eq!(document(PASSPORT, "RD123"), Err(Problem::Incomplete));
        assert_eq!(document(PASSPORT, "RD12345678901"), Err(Problem::TooLong));
        assert_eq!(document(PASSPORT, "RD#12345"), Err(Problem::Characters));
    }

    #[test]
    fn a_check_digit_that_does_not_fit_is_refused() {
        assert_eq!(document(CEDULA, "00113918204"), Err(Problem::CheckDigit));
        assert_eq!(document(RNC, "101850042"), Err(Problem::CheckDigit));
    }

    #[test]
    fn nothing_but_zeros_is_nobody() {
        assert_eq!(document(CEDULA, "00000000000"), Err(Problem::CheckDigit));
        assert_eq!(document(RNC, "000000000"), Err(Problem::CheckDigit));
    }

    #[test]
    fn only_a_cedula_is_grouped_among_documents() {
        assert_eq!(group_document_identifier("00113918205"), "001 1391820 5");
        assert_eq!(group_document_identifier("101850043"), "101850043");
        assert_eq!(group_document_identifier("RD123456789"), "RD123456789");
    }

    #[test]
    fn every_suggested_bank_is_an_accepted_name() {
        for bank in BANKS {
            assert_eq!(
                check::BANK_NAME.check(bank, &Answers::new()).as_deref(),
                Ok(bank)
            );
        }
    }
}

//! Bank forms.

use offramp_domain::bank::{Answers, BankDetails, CountryCode, FieldKey};

use crate::headed;

/// The first line is a country, the others are answers: what is accepted is accepted again as it
/// was written down, holds nothing that a statement or a page could show wrongly, and does not
/// print; what is refused names each answer once.
pub fn bank(data: &[u8]) {
    let Some((country, rest)) = headed(data) else {
        return;
    };
    let (Some(code), Ok(text)) = (CountryCode::parse(country), str::from_utf8(rest)) else {
        return;
    };
    let country = code.country();
    let answers: Answers = text
        .split('\n')
        .filter_map(|line| line.split_once('='))
        .filter_map(|(key, value)| Some((FieldKey::parse(key)?, value.to_owned())))
        .collect();
    match country.accept(&answers) {
        Ok(details) => accepted(&details),
        Err(errors) => {
            assert!(!errors.is_empty());
            for (index, error) in errors.iter().enumerate() {
                assert!(
                    errors
                        .iter()
                        .skip(index + 1)
                        .all(|other| other.key != error.key)
                );
            }
        }
    }
}

fn accepted(details: &BankDetails) {
    let written: Answers = FieldKey::ALL
        .into_iter()
        .filter_map(|key| Some((key, details.answer(key)?.to_owned())))
        .collect();
    let again = details.country().accept(&written);
    let again = again.unwrap_or_else(|errors| panic!("refused when read again: {errors:?}"));
    for (key, answer) in written.iter() {
        assert_eq!(again.answer(key), Some(answer));
        assert!(!answer.is_empty() && answer.trim() == answer);
        assert!(!answer.chars().any(is_deceptive), "{answer:?}");
        if let Some(field) = details.country().field(key) {
            let shown = field.grouped(answer).replace(' ', "");
            assert_eq!(shown, answer.replace(' ', ""));
        }
    }
    let account = details.account();
    assert!(
        account.len() >= 4,
        "an account of {} characters",
        account.len()
    );
    let shown = details.masked().trim_start_matches('•').trim().len();
    assert!(shown <= 4 && shown < account.len());
    assert!(!format!("{details:?}").contains(account));
}

fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '<' | '>' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

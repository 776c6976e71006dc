//! Amounts as people type and paste them.

use offramp_domain::money::{Amount, ParseAmountError};

use crate::headed;

/// The first line is the language's decimal mark and the most decimals, the second what was typed:
/// whatever is read has the digits that were typed, in their order, and no more decimals than that.
pub fn typed_amount(data: &[u8]) {
    let Some((head, rest)) = headed(data) else {
        return;
    };
    let mut head = head.chars();
    let Some(mark @ ('.' | ',')) = head.next() else {
        return;
    };
    let Ok(max_decimals @ 0..=18) = head.as_str().parse::<u32>() else {
        return;
    };
    let Ok(text) = str::from_utf8(rest) else {
        return;
    };
    match Amount::parse_typed(text, mark, max_decimals) {
        Ok(amount) => {
            assert!(amount.decimals() <= max_decimals);
            assert_eq!(digits(&amount.to_string()), digits(text), "{text:?}");
            let plain = amount.to_string();
            assert_eq!(Amount::parse_typed(&plain, '.', max_decimals), Ok(amount));
        }
        // Of the two readings it is the smaller one.
        Err(ParseAmountError::Ambiguous(less)) => {
            assert_eq!(less.to_string().split('.').nth(1).map(str::len), Some(3));
            assert_eq!(digits(&less.to_string()), digits(text), "{text:?}");
        }
        Err(
            ParseAmountError::Empty
            | ParseAmountError::UnexpectedCharacter(_)
            | ParseAmountError::MisplacedPoint
            | ParseAmountError::TooManyDecimals { .. }
            | ParseAmountError::TooLarge,
        ) => {}
    }
}

/// The digits that count.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

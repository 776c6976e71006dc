//! Amounts as they travel.

use offramp_domain::money::{Amount, Round};

/// An amount is read exactly when it is digits with at most one point between them and few enough
/// of them, it prints as it was written but for zeros in front, and no digit is made up or lost.
pub fn amount(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(amount) = text.parse::<Amount>() else {
        assert!(!is_amount(text), "{text:?} is an amount");
        return;
    };
    assert!(is_amount(text), "{text:?} is no amount");
    assert_eq!(amount.to_string(), canonical(text));
    assert_eq!(amount.to_string().parse(), Ok(amount));
    let json = format!("{text:?}");
    assert_eq!(serde_json::from_str::<Amount>(&json).ok(), Some(amount));
    let written = serde_json::to_string(&amount).unwrap_or_default();
    assert_eq!(written, format!("{:?}", amount.to_string()));

    assert_eq!(amount.checked_sub(amount), Some(Amount::ZERO));
    assert_eq!(amount.normalized(), amount);
    for decimals in [0, 2, 6, 18] {
        let down = amount.rounded(decimals, Round::Down);
        assert!(down <= amount && amount <= amount.rounded(decimals, Round::Up));
        assert_eq!(down.rounded(decimals, Round::Up), down);
        match amount.to_atomic(decimals) {
            Some(atomic) => assert_eq!(atomic, units(text, decimals), "{text} {decimals}"),
            None => assert!(amount.decimals() > decimals),
        }
    }
}

fn is_amount(text: &str) -> bool {
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let decimals = fraction.map_or(0, str::len);
    is_number(whole)
        && fraction.is_none_or(is_number)
        && decimals <= 18
        && whole.trim_start_matches('0').len() + decimals <= 28
}

fn canonical(text: &str) -> String {
    let trimmed = text.trim_start_matches('0');
    if trimmed.is_empty() || trimmed.starts_with('.') {
        format!("0{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

/// The number of smallest units, by moving the point in the text.
pub(crate) fn units(text: &str, decimals: u32) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let width = decimals as usize;
    let moved = format!("{whole}{:0<width$}", fraction.trim_end_matches('0'));
    let units = moved.trim_start_matches('0');
    if units.is_empty() { "0" } else { units }.to_owned()
}

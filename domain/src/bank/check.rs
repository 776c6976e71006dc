//! Checks and groupings that several countries share, and the questions about an account's holder.

use std::{cmp::Ordering, ops::RangeInclusive};

use iban::{Iban, ParseBaseIbanError, ParseIbanError};

use super::{Answers, Field, FieldKey, Input, Need, Problem};

/// Longest name that every rail carries. The tightest is SEPA: 70 characters for the name of
/// the beneficiary (EPC115-06, SEPA Credit Transfer inter-PSP implementation guidelines).
const NAME_MAX: usize = 70;

/// Values of [`FieldKey::HolderType`].
const INDIVIDUAL: &str = "individual";
const BUSINESS: &str = "business";

/// The bank's name, typed.
pub(super) const BANK_NAME: Field = name_field(FieldKey::BankName, Need::Required);

/// Who holds the account: a person or a business.
pub(super) const HOLDER_TYPE: Field = choice_field(FieldKey::HolderType, &[INDIVIDUAL, BUSINESS]);

/// First name of a person.
pub(super) const FIRST_NAME: Field = name_field(FieldKey::FirstName, if_held_by(INDIVIDUAL));

/// Last name of a person.
pub(super) const LAST_NAME: Field = name_field(FieldKey::LastName, if_held_by(INDIVIDUAL));

/// Name of a business.
pub(super) const BUSINESS_NAME: Field = name_field(FieldKey::BusinessName, if_held_by(BUSINESS));

/// A question answered by one of `choices`.
pub(super) const fn choice_field(key: FieldKey, choices: &'static [&'static str]) -> Field {
    Field {
        key,
        need: Need::Required,
        input: Input::Choice(choices),
        check: as_chosen,
        group: ungrouped,
    }
}

const fn name_field(key: FieldKey, need: Need) -> Field {
    Field {
        key,
        need,
        input: Input::Text { max: NAME_MAX },
        check: name,
        group: ungrouped,
    }
}

const fn if_held_by(value: &'static str) -> Need {
    Need::When {
        key: FieldKey::HolderType,
        value,
    }
}

/// The bank's name where the payer types it.
pub(super) fn typed_bank_name(answers: &Answers) -> Option<String> {
    BANK_NAME
        .check(answers.get(FieldKey::BankName)?, answers)
        .ok()
}

/// A name: one line with at least one letter.
fn name(typed: &str, _others: &Answers) -> Result<String, Problem> {
    let name = one_line(typed)?;
    if name.chars().any(is_letter) {
        Ok(name)
    } else {
        Err(Problem::Characters)
    }
}

/// A line of an address: one line with at least one letter or digit.
pub(super) fn address_line(typed: &str, _others: &Answers) -> Result<String, Problem> {
    let line = one_line(typed)?;
    let says_something = line.chars().any(|c| is_letter(c) || c.is_ascii_digit());
    if says_something {
        Ok(line)
    } else {
        Err(Problem::Characters)
    }
}

/// Letters, as far as blocks of Unicode tell them from punctuation and pictures. Its whole table
/// would be 1.5 kB of the widget.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(
            c,
            '\u{AA}' | '\u{BA}' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
                | '\u{F8}'..='\u{1FFF}' | '\u{2C00}'..='\u{2DFF}' | '\u{3041}'..='\u{D7FB}'
                | '\u{F900}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{FF21}'..='\u{FFDC}'
                | '\u{10000}'..='\u{1CFFF}' | '\u{20000}'..='\u{3FFFF}'
        )
}

/// [`Field::check`] has already found it among the choices.
#[expect(clippy::unnecessary_wraps, reason = "a check has this shape")]
fn as_chosen(typed: &str, _others: &Answers) -> Result<String, Problem> {
    Ok(typed.to_owned())
}

/// Free text on one line, its inner spaces collapsed, accents kept.
pub(super) fn one_line(typed: &str) -> Result<String, Problem> {
    let mut line = String::with_capacity(typed.len());
    for word in typed.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().any(is_deceptive) {
        Err(Problem::Characters)
    } else {
        Ok(line)
    }
}

/// Characters that no name or address needs, and that could make a bank statement, a log or a page
/// show something other than what is stored: controls, markup, invisible and bidirectional ones.
fn is_deceptive(c: char) -> bool {
    c.is_control() || matches!(c, '<' | '>') || (is_invisible(c) && !is_joiner(c))
}

/// Zero-width joiners shape letters in several scripts; names may hold them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{61C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

/// A number as people write and copy it, without its separators and in capitals. A label before a
/// colon goes too, and so does `label` without one: `CLABE: 014 680…`, `IBAN DE89…`.
pub(super) fn compact(typed: &str, label: &str) -> String {
    let number = match typed.split_once(':') {
        Some((before, after)) if !before.contains(|c: char| c.is_ascii_digit()) => after,
        Some(_) | None => typed,
    };
    let mut number = number.replace(is_separator, "");
    number.make_ascii_uppercase();
    if number.starts_with(label) {
        number.drain(..label.len());
    }
    number
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || is_invisible(c)
        || matches!(
            c,
            '-' | '.' | '_' | '·' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
}

/// The digits of a number. See [`compact`] for `label`.
pub(super) fn digits(typed: &str, label: &str) -> Result<String, Problem> {
    let number = compact(typed, label);
    let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits {
        Ok(number)
    } else {
        Err(Problem::Characters)
    }
}

/// The letters and digits of a code, in capitals. See [`compact`] for `label`.
pub(super) fn code(typed: &str, label: &str) -> Result<String, Problem> {
    let code = compact(typed, label);
    let all_alphanumeric = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if all_alphanumeric {
        Ok(code)
    } else {
        Err(Problem::Characters)
    }
}

/// Passes a number or code on if it is as long as it has to be.
pub(super) fn sized(number: String, lengths: RangeInclusive<usize>) -> Result<String, Problem> {
    if number.len() < *lengths.start() {
        Err(Problem::Incomplete)
    } else if number.len() > *lengths.end() {
        Err(Problem::TooLong)
    } else {
        Ok(number)
    }
}

/// Whether the digits, weighted 3, 7 and 1 in turn, sum to a multiple of ten. This is the rule of
/// a CLABE (Asociación de Bancos de México) and of an ABA routing number (ABA Key to Routing
/// Numbers). It finds every single wrong digit, and every swap of neighbours unless they differ
/// by five.
pub(super) fn weights_371_hold(digits: &str) -> bool {
    weighted(digits, &[3, 7, 1], |product| product).is_multiple_of(10)
}

/// The sum of what `of` makes of each digit times its weight. The weights come round again.
pub(super) fn weighted(digits: &str, weights: &[u32], of: fn(u32) -> u32) -> u32 {
    let mut sum = 0;
    let mut left = weights;
    for digit in digits.bytes() {
        let (weight, rest) = left.split_first().unwrap_or((&0, &[]));
        sum += of(value(digit) * weight);
        left = if rest.is_empty() { weights } else { rest };
    }
    sum
}

/// What an ASCII digit stands for.
pub(super) fn value(digit: u8) -> u32 {
    u32::from(digit.wrapping_sub(b'0'))
}

/// Checks a compact IBAN of a country whose IBANs have `length` characters.
///
/// A wrong length is said at once; the checksum is looked at when the IBAN is whole.
pub(super) fn iban(number: String, length: usize) -> Result<String, Problem> {
    if number
        .bytes()
        .skip(2)
        .take(2)
        .any(|byte| !byte.is_ascii_digit())
    {
        return Err(Problem::Characters);
    }
    match number.len().cmp(&length) {
        Ordering::Less => return Err(Problem::Incomplete),
        Ordering::Greater => return Err(Problem::TooLong),
        Ordering::Equal => {}
    }
    match number.parse::<Iban>() {
        Ok(_) => Ok(number),
        Err(ParseIbanError::InvalidBaseIban {
            source: ParseBaseIbanError::InvalidChecksum,
        }) => Err(Problem::CheckDigit),
        Err(
            ParseIbanError::InvalidBaseIban {
                source: ParseBaseIbanError::InvalidFormat,
            }
            | ParseIbanError::InvalidBban(_),
        ) => Err(Problem::Characters),
        Err(ParseIbanError::UnknownCountry(_)) => Err(Problem::UnknownCountry),
    }
}

/// Shown as it is.
pub(super) fn ungrouped(canonical: &str) -> String {
    canonical.to_owned()
}

/// In groups of four, as IBANs are printed.
pub(super) fn in_fours(canonical: &str) -> String {
    grouped(canonical, |index| index % 4 == 0)
}

/// With a space before each character whose index `starts_group`.
pub(super) fn grouped(canonical: &str, starts_group: fn(usize) -> bool) -> String {
    let mut text = String::with_capacity(canonical.len() + canonical.len() / 3);
    for (index, c) in canonical.chars().enumerate() {
        if index > 0 && starts_group(index) {
            text.push(' ');
        }
        text.push(c);
    }
    text
}

/// Whether a country has this code: ISO 3166-1 alpha-2, and `XK` for Kosovo, which ISO leaves to
/// its users and banks use.
pub(super) fn is_country(code: &str) -> bool {
    ISO_COUNTRIES.binary_search(&code).is_ok() || code == "XK"
}

/// ISO 3166-1 alpha-2: the 249 officially assigned codes, in order; the last to come was `SS`, in
/// 2011. The same as in the time zone database 2025b (`iso3166.tab`).
pub(super) const ISO_COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_countries_of_the_world_are_in_order_and_complete() {
        assert!(ISO_COUNTRIES.is_sorted_by(|before, after| before < after));
        assert_eq!(ISO_COUNTRIES.len(), 249);
    }

    #[test]
    fn kosovo_is_a_country_to_banks_but_no_iso_code() {
        assert!(is_country("XK"));
        assert!(!ISO_COUNTRIES.contains(&"XK"));
        assert!(!is_country("XX"));
    }

    #[test]
    fn separators_of_every_kind_disappear_from_a_number() {
        assert_eq!(
            compact(" 0146-8026\u{2011}0346\u{A0}0071.20\u{200B}", ""),
            "014680260346007120"
        );
    }

    #[test]
    fn a_label_disappears_with_and_without_a_colon() {
        for typed in [
            "CLABE: 014680",
            "clabe 014680",
            "Clabe interbancaria: 014-680",
        ] {
            assert_eq!(compact(typed, "CLABE"), "014680", "{typed}");
        }
        assert_eq!(compact("Routing no: 021000021", ""), "021000021");
    }

    #[test]
    fn digits_before_a_colon_are_not_taken_for_a_label() {
        assert_eq!(digits("021000021:12345", ""), Err(Problem::Characters));
    }

    #[test]
    fn digits_of_other_scripts_are_not_digits() {
        assert_eq!(digits("٠١٤٦٨٠", ""), Err(Problem::Characters));
        assert_eq!(digits("０１４６８０", ""), Err(Problem::Characters));
    }

    #[test]
    fn a_name_keeps_accents_and_loses_spare_spaces() {
        let others = Answers::new();
        assert_eq!(
            name("  Íñigo\u{A0} \tNúñez ", &others),
            Ok("Íñigo Núñez".to_owned())
        );
        assert_eq!(name("7-Eleven", &others), Ok("7-Eleven".to_owned()));
        assert_eq!(
            name("Müller & Söhne", &others),
            Ok("Müller & Söhne".to_owned())
        );
    }

    #[test]
    fn a_name_without_letters_or_with_deceptive_characters_is_refused() {
        let others = Answers::new();
        for typed in [
            "12345",
            "--",
            "\u{200B}",
            "Ana\u{0}",
            "Ana\u{7}López",
            "<b>Ana</b>",
            "Ana >",
            "Ana\u{202E}zepóL",
            "Ana\u{2066}López",
            "Ana\u{200F}",
            "\u{FEFF}Ana",
        ] {
            assert_eq!(name(typed, &others), Err(Problem::Characters), "{typed:?}");
        }
    }
}

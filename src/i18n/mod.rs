//! The payer's language: its words, and which region's figures and times go with them.

mod words;

use offramp_domain::api::ErrorCode;

pub(crate) use words::*;

use crate::api::ApiError;

/// The payer's language and region, in the context of every component. How it writes figures and
/// times is in [`crate::format`].
#[derive(Clone, Copy)]
pub(crate) struct Locale {
    /// Every sentence.
    pub(crate) words: Words,
    tag: Tag,
}

/// A language that there are words for, as a region speaks it: `es-MX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    language: Language,
    region: Option<Region>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Spanish,
    English,
}

/// Two capital letters and a blank, as ISO 3166 has them, or the three digits of a larger part of the
/// world: figures in Latin America (`es-419`) are not written as in Spain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Region([u8; 3]);

impl Language {
    fn code(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::English => "en",
        }
    }
}

impl Tag {
    /// Without a word about it, payers speak Spanish.
    pub(crate) const SPANISH: Self = Self {
        language: Language::Spanish,
        region: None,
    };

    /// Reads the language and the region out of a tag: `es-MX`, `en`, `es-419`.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        let mut parts = tag.split(['-', '_']);
        let language = match parts.next()?.to_ascii_lowercase().as_str() {
            "es" => Language::Spanish,
            "en" => Language::English,
            _ => return None,
        };
        let region = parts.find_map(|part| match *part.as_bytes() {
            [first, second] if part.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                Some(Region([
                    first.to_ascii_uppercase(),
                    second.to_ascii_uppercase(),
                    b' ',
                ]))
            }
            [first, second, third] if part.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Region([first, second, third]))
            }
            _ => None,
        });
        Some(Self { language, region })
    }
}

impl Locale {
    /// The words come from `file`, unless those of the language have been read before.
    pub(crate) fn new(tag: Tag, file: impl FnOnce() -> String) -> Result<Self, ForeignWords> {
        let words = tag.language.words(file)?;
        Ok(Self { words, tag })
    }

    /// Where the payer is, as far as their language tells it: `MX`.
    pub(crate) fn region(&self) -> Option<String> {
        let Region(letters) = self.tag.region?;
        let letters = letters.into_iter().filter(|letter| *letter != b' ');
        Some(letters.map(char::from).collect())
    }

    /// A language tag that every browser accepts: `es-MX`.
    pub(crate) fn tag(&self) -> String {
        let mut tag = self.language().to_owned();
        if let Some(region) = self.region() {
            tag.push('-');
            tag.push_str(&region);
        }
        tag
    }

    /// The language alone, for `lang`.
    pub(crate) fn language(&self) -> &'static str {
        self.tag.language.code()
    }
}

impl ErrorsMessages {
    /// What the payer can do about an error.
    pub(crate) fn sentence(&self, error: &ApiError) -> &'static str {
        match error {
            ApiError::Problem(problem) => self.of_code(problem.code),
            ApiError::Network => self.network(),
            ApiError::Unreadable => self.ours(),
        }
    }

    fn of_code(&self, code: ErrorCode) -> &'static str {
        match code {
            ErrorCode::InvalidRequest
            | ErrorCode::PayloadTooLarge
            | ErrorCode::IdempotencyConflict
            | ErrorCode::PayerMismatch
            | ErrorCode::PayerIncomplete
            | ErrorCode::Internal => self.ours(),
            ErrorCode::Unauthorized | ErrorCode::SessionExpired => self.session(),
            ErrorCode::OriginNotAllowed => self.origin(),
            ErrorCode::VerificationRequired => self.verification(),
            ErrorCode::ReceiverNotVerified => self.receiver(),
            ErrorCode::LimitReached => self.limit(),
            ErrorCode::NotFound => self.not_found(),
            ErrorCode::QuoteNotFound => self.quote_not_found(),
            ErrorCode::ActionNotAllowed => self.action(),
            ErrorCode::WalletNotLinked => self.wallet(),
            ErrorCode::InProgress => self.in_progress(),
            ErrorCode::NeedsOperator => self.operator(),
            ErrorCode::PayerUnlinked => self.unlinked(),
            ErrorCode::QuoteChanged => self.quote_changed(),
            ErrorCode::OrderOpen => self.order_open(),
            ErrorCode::InvalidFields => self.fields(),
            ErrorCode::AmountOutOfRange => self.amount(),
            ErrorCode::AssetUnavailable => self.unavailable(),
            ErrorCode::RateLimited => self.rate_limited(),
            ErrorCode::ProviderRejected => self.rejected(),
            ErrorCode::ProviderUnavailable => self.provider_down(),
            ErrorCode::FundsUnavailable => self.funds(),
        }
    }
}

/// What was chosen, not every sentence of it.
impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tag())
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

/// A sentence with its values: `{name}` becomes the value beside `"name"`.
pub(crate) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            text.push_str(value);
        }
        rest = tail;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[track_caller]
    fn tag(tag: &str) -> String {
        test_support::locale(tag).tag()
    }

    #[test]
    fn a_tag_names_a_language_and_perhaps_a_region() {
        assert_eq!(tag("es-MX"), "es-MX");
        assert_eq!(tag("EN_us"), "en-US");
        assert_eq!(tag("es-419"), "es-419");
        assert_eq!(tag("es-x-1"), "es");
        assert_eq!(tag("es-Latn-DO"), "es-DO");
    }

    #[test]
    fn a_language_nobody_wrote_is_refused() {
        for tag in ["de", "", "est", "english"] {
            assert_eq!(Tag::parse(tag), None);
        }
    }

    #[test]
    fn a_sentence_takes_its_values_by_name() {
        let text = fill("Paso {step} de {steps}", &[("steps", "5"), ("step", "2")]);
        assert_eq!(text, "Paso 2 de 5");
    }

    #[test]
    fn a_sentence_without_values_stays_as_it_is() {
        assert_eq!(fill("Cargando…", &[]), "Cargando…");
    }
}

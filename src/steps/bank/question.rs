//! One question of a bank form: where it comes from, how it is asked, and what is wrong with an
//! answer.

use js_sys::RegExp;
use offramp_domain::{
    api::FormField,
    bank::{Answers, Country, CountryCode, Field, FieldKey, Input, Need, Problem, check_listed},
};

use crate::{
    i18n::{Locale, Words, fill},
    state::{RwSignal, StoredValue},
    ui::Keyboard,
};

/// A question, what is typed, and what is shown to be wrong with that.
#[derive(Clone, Copy, Debug)]
pub(in crate::steps) struct Question {
    /// The name of the input, and the key in the request.
    pub(super) key: StoredValue<String>,
    pub(super) source: Source,
    pub(super) value: RwSignal<String>,
    pub(super) trouble: RwSignal<Option<Trouble>>,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// The rules of the country.
    BuiltIn(&'static Field),
    /// The provider, with a field of its own.
    Listed(StoredValue<FormField>),
    /// This form, to have the answer to a question once more: a number without a check digit.
    Again(&'static Field),
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// By the rules.
    Refused(Problem),
    /// The second answer is not the first one.
    Different,
}

/// How a question is answered.
pub(super) enum Control {
    Typed {
        keyboard: Keyboard,
        autocomplete: &'static str,
        suggestions: &'static [&'static str],
    },
    /// A few choices, all in view.
    Radio(Vec<(String, String)>),
    /// Many of them.
    List(Vec<(String, String)>),
}

/// More choices than this go into a list.
const MOST_RADIOS: usize = 3;

impl Question {
    /// The questions of a built-in form, in its order.
    pub(super) fn built_in(
        country: &'static Country,
        value: impl Fn(&str) -> RwSignal<String>,
    ) -> Vec<Self> {
        let mut questions = Vec::with_capacity(country.fields.len() + 1);
        for field in country.fields {
            let key = key_name(field.key);
            questions.push(Self::new(Source::BuiltIn(field), value(&key), key));
            if country.code == CountryCode::Us && field.key == FieldKey::AccountNumber {
                let key = "account_number_again".to_owned();
                questions.push(Self::new(Source::Again(field), value(&key), key));
            }
        }
        questions
    }

    /// The questions that a provider lists.
    pub(in crate::steps) fn listed(
        fields: &[FormField],
        value: impl Fn(&str) -> RwSignal<String>,
    ) -> Vec<Self> {
        let question = |field: &FormField| {
            let key = field.key.clone();
            let source = Source::Listed(StoredValue::new(field.clone()));
            Self::new(source, value(&key), key)
        };
        fields.iter().map(question).collect()
    }

    fn new(source: Source, value: RwSignal<String>, key: String) -> Self {
        Self {
            key: StoredValue::new(key),
            source,
            value,
            trouble: RwSignal::new(None),
        }
    }

    /// What is typed, beside the answers that matter to it.
    pub(super) fn check(
        self,
        country: &'static Country,
        others: &Answers,
    ) -> Result<String, Trouble> {
        let typed = self.value.get_untracked();
        match self.source {
            Source::BuiltIn(field) => field.check(&typed, others).map_err(Trouble::Refused),
            Source::Again(field) => {
                let first = others
                    .get(field.key)
                    .map(|first| field.check(first, others));
                let again = field.check(&typed, others).map_err(Trouble::Refused)?;
                match first {
                    Some(Ok(first)) if first != again => Err(Trouble::Different),
                    // What is wrong with the first one is said there.
                    Some(_) | None => Ok(again),
                }
            }
            Source::Listed(field) => field
                .with_value(|field| check_listed(country, field, &typed, fits))
                .map_err(Trouble::Refused),
        }
    }

    /// An accepted answer as it is shown.
    pub(super) fn grouped(self, accepted: &str) -> String {
        match self.source {
            Source::BuiltIn(field) | Source::Again(field) => field.grouped(accepted),
            Source::Listed(_) => accepted.to_owned(),
        }
    }

    /// What decides whether the question is asked: another one, and its answer.
    pub(super) fn condition(self) -> Option<(FieldKey, &'static str)> {
        match self.source {
            Source::BuiltIn(Field {
                need: Need::When { key, value },
                ..
            }) => Some((*key, value)),
            Source::BuiltIn(_) | Source::Again(_) | Source::Listed(_) => None,
        }
    }

    pub(super) fn label(self, words: Words) -> String {
        let labels = &words.bank.label;
        let is_optional = match self.source {
            Source::BuiltIn(field) => field.need == Need::Optional,
            Source::Listed(field) => field.with_value(|field| !field.required),
            Source::Again(_) => false,
        };
        let label = match self.source {
            Source::Again(_) => labels.account_number_again().to_owned(),
            Source::Listed(field) => field.with_value(|field| match FieldKey::parse(&field.key) {
                Some(known) => built_in_label(words, known).to_owned(),
                None => usual_label(words, &field.key)
                    .map_or_else(|| field.label.clone(), str::to_owned),
            }),
            Source::BuiltIn(field) => built_in_label(words, field.key).to_owned(),
        };
        if is_optional {
            fill(words.bank.optional(), &[("label", &label)])
        } else {
            label
        }
    }

    pub(super) fn hint(self, words: Words) -> Option<&'static str> {
        let hints = &words.bank.hint;
        let field = match self.source {
            Source::BuiltIn(field) => field,
            Source::Again(_) | Source::Listed(_) => return None,
        };
        match field.key {
            FieldKey::Clabe => Some(hints.clabe()),
            FieldKey::AccountNumber => Some(match field.input {
                Input::Code { .. } => hints.account_number_do(),
                Input::Text { .. } | Input::Digits { .. } | Input::Choice(_) => {
                    hints.account_number()
                }
            }),
            FieldKey::RoutingNumber => Some(hints.routing_number()),
            FieldKey::DocumentIdentifier => Some(hints.document_identifier()),
            FieldKey::FirstName | FieldKey::LastName | FieldKey::BusinessName => Some(hints.name()),
            FieldKey::Iban => Some(hints.iban()),
            FieldKey::Bic => Some(hints.bic()),
            FieldKey::HolderType
            | FieldKey::BankName
            | FieldKey::AccountType
            | FieldKey::DocumentType
            | FieldKey::StreetLine1
            | FieldKey::StreetLine2
            | FieldKey::City
            | FieldKey::State
            | FieldKey::PostalCode
            | FieldKey::AddressCountry => None,
        }
    }

    pub(super) fn control(self, country: &Country, locale: &Locale) -> Control {
        match self.source {
            Source::Listed(field) => field.with_value(|field| listed_control(country, field)),
            Source::Again(field) => Control::Typed {
                keyboard: keyboard(field.input),
                autocomplete: "off",
                suggestions: &[],
            },
            Source::BuiltIn(field) => match field.input {
                Input::Choice(values) if values.len() <= MOST_RADIOS => {
                    let text =
                        |value: &str| choice(locale.words, value).unwrap_or(value).to_owned();
                    Control::Radio(
                        values
                            .iter()
                            .map(|value| ((*value).to_owned(), text(value)))
                            .collect(),
                    )
                }
                Input::Choice(codes) => Control::List(locale.countries(codes)),
                Input::Text { .. } | Input::Digits { .. } | Input::Code { .. } => Control::Typed {
                    keyboard: keyboard(field.input),
                    autocomplete: autocomplete(field.key),
                    suggestions: if field.key == FieldKey::BankName {
                        country.suggested_banks()
                    } else {
                        &[]
                    },
                },
            },
        }
    }

    /// Whether it shares its line with the next one, where there is room for two.
    pub(super) fn is_half(self) -> bool {
        match self.source {
            Source::BuiltIn(field) => matches!(
                field.key,
                FieldKey::FirstName
                    | FieldKey::LastName
                    | FieldKey::City
                    | FieldKey::State
                    | FieldKey::PostalCode
                    | FieldKey::AddressCountry
            ),
            Source::Again(_) | Source::Listed(_) => false,
        }
    }

    /// What is wrong, in words.
    pub(super) fn sentence(self, words: Words, trouble: Trouble) -> String {
        let problem = match trouble {
            Trouble::Refused(problem) => problem,
            Trouble::Different => return words.bank.problem.different().to_owned(),
        };
        let (key, input) = match self.source {
            Source::BuiltIn(field) | Source::Again(field) => (Some(field.key), Some(field.input)),
            Source::Listed(_) => (None, None),
        };
        sentence(words, problem, key, input)
    }
}

fn sentence(words: Words, problem: Problem, key: Option<FieldKey>, input: Option<Input>) -> String {
    let problems = &words.bank.problem;
    let digits = match key {
        Some(FieldKey::Clabe) => Some("18"),
        Some(FieldKey::RoutingNumber) => Some("9"),
        Some(_) | None => None,
    };
    let counted = |sentence: &str, digits: &str| fill(sentence, &[("count", digits)]);
    let sentence = match (problem, digits) {
        (Problem::Incomplete, Some(digits)) => {
            return counted(problems.incomplete_digits(), digits);
        }
        (Problem::TooLong, Some(digits)) => return counted(problems.too_long_digits(), digits),
        (Problem::Incomplete, None) => problems.incomplete(),
        (Problem::TooLong, None) => problems.too_long(),
        (Problem::Required, _) => match input {
            Some(Input::Choice(_)) => problems.required_choice(),
            Some(Input::Text { .. } | Input::Digits { .. } | Input::Code { .. }) | None => {
                problems.required()
            }
        },
        (Problem::Characters, _) => match input {
            Some(Input::Digits { .. }) => problems.digits_only(),
            Some(Input::Text { .. } | Input::Code { .. } | Input::Choice(_)) | None => {
                problems.characters()
            }
        },
        (Problem::CheckDigit, _) => problems.check_digit(),
        (Problem::CardNumber, _) => problems.card_number(),
        (Problem::LocalAccountNumber, _) => problems.local_account_number(),
        (Problem::UnknownBank, _) => problems.unknown_bank(),
        (Problem::UnknownCountry, _) => problems.unknown_country(),
        (Problem::OutsideSepa, _) => problems.outside_sepa(),
        (Problem::CountryMismatch, _) => problems.country_mismatch(),
        (Problem::NotAChoice, _) => problems.not_a_choice(),
        (Problem::NotAsked, _) => problems.not_asked(),
        (Problem::WrongForm, _) => problems.characters(),
        (Problem::AlreadyUsed, _) => problems.already_used(),
    };
    sentence.to_owned()
}

/// Whether a problem can be said while the payer is typing: more of the same will not mend it.
pub(super) fn is_certain(trouble: Trouble) -> bool {
    match trouble {
        Trouble::Refused(problem) => match problem {
            Problem::TooLong
            | Problem::UnknownBank
            | Problem::UnknownCountry
            | Problem::OutsideSepa => true,
            Problem::Required
            | Problem::Characters
            | Problem::Incomplete
            | Problem::CheckDigit
            | Problem::CardNumber
            | Problem::LocalAccountNumber
            | Problem::CountryMismatch
            | Problem::NotAChoice
            | Problem::NotAsked
            | Problem::WrongForm
            | Problem::AlreadyUsed => false,
        },
        Trouble::Different => false,
    }
}

/// The name of a question in JSON.
pub(super) fn key_name(key: FieldKey) -> String {
    key.as_str().to_owned()
}

/// The raw answers of a built-in form.
pub(super) fn answers(questions: &[Question]) -> Answers {
    let answer = |question: &Question| match question.source {
        Source::BuiltIn(field) => Some((field.key, question.value.get())),
        Source::Again(_) | Source::Listed(_) => None,
    };
    let all: Answers = questions.iter().filter_map(answer).collect();
    let mut asked = Answers::new();
    for question in questions {
        if let Source::BuiltIn(field) = question.source
            && field.is_asked(&all)
            && let Some(answer) = all.get(field.key)
        {
            asked.insert(field.key, answer.to_owned());
        }
    }
    asked
}

fn built_in_label(words: Words, key: FieldKey) -> &'static str {
    let labels = &words.bank.label;
    match key {
        FieldKey::Clabe => labels.clabe(),
        FieldKey::HolderType => labels.holder_type(),
        FieldKey::FirstName => labels.first_name(),
        FieldKey::LastName => labels.last_name(),
        FieldKey::BusinessName => labels.business_name(),
        FieldKey::BankName => labels.bank_name(),
        FieldKey::AccountNumber => labels.account_number(),
        FieldKey::AccountType => labels.account_type(),
        FieldKey::DocumentType => labels.document_type(),
        FieldKey::DocumentIdentifier => labels.document_identifier(),
        FieldKey::RoutingNumber => labels.routing_number(),
        FieldKey::StreetLine1 => labels.street_line1(),
        FieldKey::StreetLine2 => labels.street_line2(),
        FieldKey::City => labels.city(),
        FieldKey::State => labels.state(),
        FieldKey::PostalCode => labels.postal_code(),
        FieldKey::AddressCountry => labels.address_country(),
        FieldKey::Iban => labels.iban(),
        FieldKey::Bic => labels.bic(),
    }
}

/// What providers ask for beside that, under the keys that are usual for it.
fn usual_label(words: Words, key: &str) -> Option<&'static str> {
    let labels = &words.bank.label;
    match key {
        "full_name" => Some(labels.full_name()),
        "institution_id" => Some(labels.institution()),
        "phone_number" => Some(labels.phone_number()),
        "address" => Some(labels.address()),
        "ifsc_code" => Some(labels.ifsc_code()),
        _ => None,
    }
}

/// The choices that `domain` names, in words.
fn choice(words: Words, value: &str) -> Option<&'static str> {
    let choices = &words.bank.choice;
    match value {
        "individual" => Some(choices.individual()),
        "business" => Some(choices.business()),
        "savings" => Some(choices.savings()),
        "checking" => Some(choices.checking()),
        "cedula" => Some(choices.cedula()),
        "rnc" => Some(choices.rnc()),
        "passport" => Some(choices.passport()),
        _ => None,
    }
}

fn keyboard(input: Input) -> Keyboard {
    match input {
        Input::Text { .. } | Input::Choice(_) => Keyboard::Text,
        Input::Digits { .. } => Keyboard::Numeric,
        Input::Code { .. } => Keyboard::Code,
    }
}

/// What the browser may fill in: names and addresses, never a number of a bank.
fn autocomplete(key: FieldKey) -> &'static str {
    match key {
        FieldKey::FirstName => "given-name",
        FieldKey::LastName => "family-name",
        FieldKey::BusinessName => "organization",
        FieldKey::StreetLine1 => "address-line1",
        FieldKey::StreetLine2 => "address-line2",
        FieldKey::City => "address-level2",
        FieldKey::State => "address-level1",
        FieldKey::PostalCode => "postal-code",
        FieldKey::Clabe
        | FieldKey::HolderType
        | FieldKey::BankName
        | FieldKey::AccountNumber
        | FieldKey::AccountType
        | FieldKey::DocumentType
        | FieldKey::DocumentIdentifier
        | FieldKey::RoutingNumber
        | FieldKey::AddressCountry
        | FieldKey::Iban
        | FieldKey::Bic => "off",
    }
}

/// What a provider calls anything but a list or a number is asked for as text, unless the country's
/// rules know better.
fn listed_control(country: &Country, field: &FormField) -> Control {
    if field.options.is_empty() {
        let known = FieldKey::parse(&field.key).and_then(|key| country.field(key));
        let keyboard = if let Some(known) = known {
            keyboard(known.input)
        } else if field.kind == "number" {
            Keyboard::Numeric
        } else {
            Keyboard::Text
        };
        return Control::Typed {
            keyboard,
            autocomplete: "off",
            suggestions: &[],
        };
    }
    let options = field
        .options
        .iter()
        .map(|option| (option.clone(), option.clone()))
        .collect();
    if field.options.len() <= MOST_RADIOS {
        Control::Radio(options)
    } else {
        Control::List(options)
    }
}

/// Whether the whole answer matches, as in `<input pattern>`. A pattern that the browser cannot
/// read is left to the proxy.
fn fits(text: &str, answer: &str) -> bool {
    pattern(text).is_none_or(|pattern| pattern.test(answer))
}

fn pattern(text: &str) -> Option<RegExp> {
    let whole = ["^(?:", text, ")$"].concat();
    let arguments = js_sys::Array::of1(&whole.as_str().into());
    let regexp = js_sys::Reflect::get(&js_sys::global(), &"RegExp".into()).ok()?;
    let made = js_sys::Reflect::construct(&regexp.into(), &arguments).ok()?;
    Some(made.into())
}

#[cfg(test)]
mod tests {
    use offramp_domain::bank::COUNTRIES;

    use super::*;
    use crate::test_support;

    fn words() -> Words {
        test_support::locale("en").words
    }

    #[test]
    fn every_choice_of_every_country_has_words() {
        for field in COUNTRIES.iter().flat_map(|country| country.fields) {
            if let Input::Choice(values) = field.input
                && values.len() <= MOST_RADIOS
            {
                for value in values {
                    assert!(choice(words(), value).is_some(), "{value}");
                }
            }
        }
    }

    #[test]
    fn keys_are_named_as_in_json() {
        assert_eq!(key_name(FieldKey::StreetLine1), "street_line1");
        assert_eq!(key_name(FieldKey::Clabe), "clabe");
    }

    #[test]
    fn an_unfinished_number_is_not_called_wrong() {
        let clabe = Some(FieldKey::Clabe);
        let input = Some(Input::Digits { max: 18 });
        assert_eq!(
            sentence(words(), Problem::Incomplete, clabe, input),
            "Some digits are still missing: there should be 18."
        );
        assert_ne!(
            sentence(words(), Problem::Incomplete, clabe, input),
            sentence(words(), Problem::CheckDigit, clabe, input)
        );
    }

    #[test]
    fn only_what_more_typing_cannot_mend_is_said_at_once() {
        assert!(is_certain(Trouble::Refused(Problem::UnknownCountry)));
        assert!(is_certain(Trouble::Refused(Problem::TooLong)));
        assert!(!is_certain(Trouble::Refused(Problem::Incomplete)));
        assert!(!is_certain(Trouble::Refused(Problem::CardNumber)));
        assert!(!is_certain(Trouble::Different));
    }

    #[test]
    fn an_account_number_in_the_united_states_is_asked_for_twice() {
        let owner = leptos::prelude::Owner::new();
        owner.with(|| {
            let keys = |country: CountryCode| -> Vec<String> {
                let questions = Question::built_in(country.country(), |_| RwSignal::default());
                questions
                    .iter()
                    .map(|question| question.key.get_value())
                    .collect()
            };
            assert_eq!(
                keys(CountryCode::Us)[1..3],
                ["account_number", "account_number_again"]
            );
            assert!(!keys(CountryCode::Do).contains(&"account_number_again".to_owned()));
        });
    }
}

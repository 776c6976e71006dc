//! Questions that a provider lists, checked as far as anybody but the provider can.

use super::{Answers, Country, CountryCode, FieldKey, Problem, masked};
use crate::api::{FieldProblem, FormField};

/// The longest answer that is taken.
const LONGEST: usize = 200;

/// Checks one answer. Where our own rules of the country know the question they decide; otherwise
/// what the provider says of it. `fits` tells whether a whole answer matches a regular expression,
/// which browser and server read with what they have.
///
/// # Errors
/// What is wrong with it.
pub fn check_listed(
    country: &'static Country,
    field: &FormField,
    typed: &str,
    fits: impl FnOnce(&str, &str) -> bool,
) -> Result<String, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return if field.required {
            Err(Problem::Required)
        } else {
            Ok(String::new())
        };
    }
    if !field.options.is_empty() {
        return if field.options.iter().any(|option| option == typed) {
            Ok(typed.to_owned())
        } else {
            Err(Problem::NotAChoice)
        };
    }
    let known = FieldKey::parse(&field.key).and_then(|key| country.field(key));
    let canonical = match known {
        Some(ours) => ours.check(typed, &Answers::new())?,
        None => typed.to_owned(),
    };
    if canonical.chars().count() > LONGEST {
        return Err(Problem::TooLong);
    }
    if canonical.chars().any(is_unwelcome) {
        return Err(Problem::Characters);
    }
    match &field.pattern {
        Some(pattern) if !fits(pattern, &canonical) => Err(Problem::WrongForm),
        Some(_) | None => Ok(canonical),
    }
}

/// Control characters, and those that turn the direction of a text.
fn is_unwelcome(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Answers to a provider's questions that passed every check.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedDetails {
    country: CountryCode,
    fields: Vec<(String, String)>,
}

impl ListedDetails {
    /// Turns raw answers into accepted ones, or reports every refused field at once.
    ///
    /// # Errors
    /// All refused fields, in the form's order; answers to what is not asked come last.
    pub fn accept(
        country: CountryCode,
        form: &[FormField],
        answers: &[(String, String)],
        fits: impl Fn(&str, &str) -> bool,
    ) -> Result<Self, Vec<FieldProblem>> {
        let given = |key: &str| answers.iter().find(|(name, _)| name == key);
        let mut fields = Vec::new();
        let mut problems = Vec::new();
        for field in form {
            let typed = given(&field.key).map_or("", |(_, typed)| typed.as_str());
            match check_listed(country.country(), field, typed, &fits) {
                Ok(canonical) if canonical.is_empty() => {}
                Ok(canonical) => fields.push((field.key.clone(), canonical)),
                Err(problem) => problems.push(FieldProblem {
                    key: field.key.clone(),
                    problem,
                }),
            }
        }
        let is_asked = |key: &str| form.iter().any(|field| field.key == key);
        let unasked = answers
            .iter()
            .filter(|(key, typed)| !is_asked(key) && !typed.trim().is_empty());
        problems.extend(unasked.map(|(key, _)| FieldProblem {
            key: key.chars().take(40).collect(),
            problem: Problem::NotAsked,
        }));
        if problems.is_empty() {
            Ok(Self { country, fields })
        } else {
            Err(problems)
        }
    }

    /// The country whose account it is.
    pub fn country(&self) -> CountryCode {
        self.country
    }

    /// The accepted answers, in the form's order.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// One accepted answer.
    pub fn answer(&self, key: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }

    /// The bank's name, where the form asks for it.
    pub fn bank_name(&self) -> Option<String> {
        self.answer(FieldKey::BankName.as_str()).map(str::to_owned)
    }

    /// The account number, as far as it can be told: the answer with the most digits.
    pub fn account(&self) -> &str {
        longest_number(&self.fields)
    }

    /// The account number as it may be shown.
    pub fn masked(&self) -> String {
        masked(self.account())
    }
}

/// Bank details never print.
impl std::fmt::Debug for ListedDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListedDetails")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// The answer with the most digits: what identifies an account where only the provider knows which
/// answer does. Nothing where no answer has a digit.
pub fn longest_number(fields: &[(String, String)]) -> &str {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    fields
        .iter()
        .map(|(_, answer)| answer.as_str())
        .filter(|answer| digits(answer) > 0)
        .max_by_key(|answer| digits(answer))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(key: &str, required: bool) -> FormField {
        FormField {
            key: key.to_owned(),
            label: key.to_owned(),
            kind: "text".to_owned(),
            required,
            pattern: None,
            options: Vec::new(),
        }
    }

    fn accept(
        country: CountryCode,
        form: &[FormField],
        answers: &[(&str, &str)],
    ) -> Result<ListedDetails, Vec<(String, Problem)>> {
        let answers: Vec<_> = answers
            .iter()
            .map(|(key, typed)| ((*key).to_owned(), (*typed).to_owned()))
            .collect();
        let ten_digits = |pattern: &str, answer: &str| {
            assert_eq!(pattern, "[0-9]{10}");
            answer.len() == 10 && answer.bytes().all(|byte| byte.is_ascii_digit())
        };
        ListedDetails::accept(country, form, &answers, ten_digits).map_err(|problems| {
            let pair = |found: FieldProblem| (found.key, found.problem);
            problems.into_iter().map(pair).collect()
        })
    }

    fn naira() -> Vec<FormField> {
        let number = FormField {
            pattern: Some("[0-9]{10}".to_owned()),
            ..asked("account_number", true)
        };
        vec![number, asked("full_name", false)]
    }

    #[test]
    fn accepted_answers_keep_the_forms_order() {
        let answers = [("full_name", " Ada "), ("account_number", "0123456789")];
        let details = accept(CountryCode::Ng, &naira(), &answers).unwrap();
        assert_eq!(details.account(), "0123456789");
        assert_eq!(details.masked(), "•••• 6789");
        assert_eq!(details.fields()[1].1, "Ada");
    }

    #[test]
    fn every_refused_field_is_reported_at_once() {
        let answers = [
            ("account_number", "123"),
            ("colour", "red"),
            ("full_name", "A\u{202e}"),
        ];
        assert_eq!(
            accept(CountryCode::Ng, &naira(), &answers).unwrap_err(),
            [
                ("account_number".to_owned(), Problem::WrongForm),
                ("full_name".to_owned(), Problem::Characters),
                ("colour".to_owned(), Problem::NotAsked),
            ]
        );
        assert_eq!(
            accept(CountryCode::Ng, &naira(), &[]).unwrap_err(),
            [("account_number".to_owned(), Problem::Required)]
        );
    }

    #[test]
    fn what_our_own_rules_know_they_decide() {
        let form = [asked("iban", true)];
        let swapped = [("iban", "ES9121000418450200051323")];
        assert_eq!(
            accept(CountryCode::Sepa, &form, &swapped).unwrap_err(),
            [("iban".to_owned(), Problem::CheckDigit)]
        );
        let spaced = [("iban", "es91 2100 0418 4502 0005 1332")];
        let details = accept(CountryCode::Sepa, &form, &spaced).unwrap();
        assert_eq!(details.answer("iban"), Some("ES9121000418450200051332"));
    }

    #[test]
    fn a_choice_is_one_of_the_options() {
        let form = [FormField {
            options: vec!["savings".to_owned()],
            ..asked("account_type", true)
        }];
        assert!(accept(CountryCode::Co, &form, &[("account_type", "savings")]).is_ok());
        assert_eq!(
            accept(CountryCode::Co, &form, &[("account_type", "gold")]).unwrap_err(),
            [("account_type".to_owned(), Problem::NotAChoice)]
        );
    }

    #[test]
    fn nothing_of_it_prints() {
        let details = accept(
            CountryCode::Ng,
            &naira(),
            &[("account_number", "0123456789")],
        );
        assert!(!format!("{details:?}").contains("0123456789"));
    }
}

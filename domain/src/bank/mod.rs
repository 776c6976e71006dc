//! Bank accounts: the table of countries, and how a form's raw answers become [`BankDetails`].

mod answers;
mod check;
mod dominican_republic;
mod elsewhere;
mod listed;
mod mexico;
mod mexico_banks;
mod sepa;
mod united_states;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{money::Currency, names::names};

pub use answers::Answers;
pub use listed::{ListedDetails, check_listed, longest_number};

/// Every country with a form of our own, in the order in which they are offered.
pub static COUNTRIES: [&Country; 4] = [
    &mexico::COUNTRY,
    &dominican_republic::COUNTRY,
    &united_states::COUNTRY,
    &sepa::COUNTRY,
];

/// Where a bank account is held: an ISO 3166-1 alpha-2 code, or the euro area as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum CountryCode {
    /// Mexico, paid by SPEI to a CLABE.
    Mx,
    /// The Dominican Republic.
    Do,
    /// The United States.
    Us,
    /// The Single Euro Payments Area: the country itself follows from the IBAN.
    Sepa,
    /// Argentina.
    Ar,
    /// Chile.
    Cl,
    /// Colombia.
    Co,
    /// Peru.
    Pe,
    /// The United Kingdom, paid in pounds.
    Gb,
    /// Ghana.
    Gh,
    /// India.
    In,
    /// Nigeria.
    Ng,
}

names! { CountryCode::as_str {
    Mx => "MX",
    Do => "DO",
    Us => "US",
    Sepa => "SEPA",
    Ar => "AR",
    Cl => "CL",
    Co => "CO",
    Pe => "PE",
    Gb => "GB",
    Gh => "GH",
    In => "IN",
    Ng => "NG",
} }

impl CountryCode {
    /// The rules of this country.
    pub fn country(self) -> &'static Country {
        match self {
            Self::Mx => &mexico::COUNTRY,
            Self::Do => &dominican_republic::COUNTRY,
            Self::Us => &united_states::COUNTRY,
            Self::Sepa => &sepa::COUNTRY,
            Self::Ar => &elsewhere::ARGENTINA,
            Self::Cl => &elsewhere::CHILE,
            Self::Co => &elsewhere::COLOMBIA,
            Self::Pe => &elsewhere::PERU,
            Self::Gb => &elsewhere::UNITED_KINGDOM,
            Self::Gh => &elsewhere::GHANA,
            Self::In => &elsewhere::INDIA,
            Self::Ng => &elsewhere::NIGERIA,
        }
    }
}

/// A question that a bank form may ask. The names are the JSON keys of `destination.fields`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldKey {
    /// The 18 digits of a Mexican account.
    Clabe,
    /// A person or a business: `individual` or `business`.
    HolderType,
    /// First name, as at the bank.
    FirstName,
    /// Last name, as at the bank.
    LastName,
    /// Registered name of a business, as at the bank.
    BusinessName,
    /// The bank's name.
    BankName,
    /// A local account number.
    AccountNumber,
    /// `savings` or `checking`.
    AccountType,
    /// `cedula`, `rnc` or `passport`.
    DocumentType,
    /// The number of that document.
    DocumentIdentifier,
    /// The nine digits of an ABA routing number.
    RoutingNumber,
    /// Street and number.
    StreetLine1,
    /// Flat, floor, building.
    StreetLine2,
    /// City.
    City,
    /// State, province or region.
    State,
    /// Postal code.
    PostalCode,
    /// Country of the holder's address, ISO 3166-1 alpha-2.
    AddressCountry,
    /// International Bank Account Number.
    Iban,
    /// Business Identifier Code of the bank.
    Bic,
}

names! { FieldKey::as_str {
    Clabe => "clabe",
    HolderType => "holder_type",
    FirstName => "first_name",
    LastName => "last_name",
    BusinessName => "business_name",
    BankName => "bank_name",
    AccountNumber => "account_number",
    AccountType => "account_type",
    DocumentType => "document_type",
    DocumentIdentifier => "document_identifier",
    RoutingNumber => "routing_number",
    StreetLine1 => "street_line1",
    StreetLine2 => "street_line2",
    City => "city",
    State => "state",
    PostalCode => "postal_code",
    AddressCountry => "address_country",
    Iban => "iban",
    Bic => "bic",
} }

/// What is wrong with one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was given.
    Required,
    /// A character that cannot stand there.
    Characters,
    /// Shorter than it must be: perhaps still being typed.
    Incomplete,
    /// Longer than it can be.
    TooLong,
    /// The check digit or checksum does not fit: a digit is wrong or two are swapped.
    CheckDigit,
    /// Sixteen digits where a CLABE has eighteen: a card number.
    CardNumber,
    /// Ten or eleven digits where a CLABE has eighteen: an account number.
    LocalAccountNumber,
    /// No bank has this code.
    UnknownBank,
    /// No country has this code.
    UnknownCountry,
    /// A country outside the Single Euro Payments Area.
    OutsideSepa,
    /// The bank's code names another country than the account.
    CountryMismatch,
    /// Not one of the choices.
    NotAChoice,
    /// The form does not ask this.
    NotAsked,
    /// Not of the form that it must have.
    WrongForm,
    /// Given before, for something else.
    AlreadyUsed,
}

names! { Problem::as_str {
    Required => "required",
    Characters => "characters",
    Incomplete => "incomplete",
    TooLong => "too_long",
    CheckDigit => "check_digit",
    CardNumber => "card_number",
    LocalAccountNumber => "local_account_number",
    UnknownBank => "unknown_bank",
    UnknownCountry => "unknown_country",
    OutsideSepa => "outside_sepa",
    CountryMismatch => "country_mismatch",
    NotAChoice => "not_a_choice",
    NotAsked => "not_asked",
    WrongForm => "wrong_form",
    AlreadyUsed => "already_used",
} }

/// One refused answer: which, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("the field {key:?} was refused: {problem:?}")]
pub struct FieldError {
    /// Which answer.
    pub key: FieldKey,
    /// What is wrong with it.
    pub problem: Problem,
}

/// When an answer is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// Never, but it is checked when given.
    Optional,
    /// When the answer to `key` is `value`; otherwise the question is not asked.
    When {
        /// The deciding question.
        key: FieldKey,
        /// The answer that makes this question appear.
        value: &'static str,
    },
}

/// How a question is best answered on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Free text, with the longest length accepted in characters.
    Text {
        /// Longest accepted answer.
        max: usize,
    },
    /// Digits, with as many as a full answer can have. Shown on a numeric keyboard.
    Digits {
        /// Most digits of a full answer.
        max: usize,
    },
    /// Letters and digits in capitals (IBAN, BIC, passport).
    Code {
        /// Most characters of a full answer.
        max: usize,
    },
    /// One of these values.
    Choice(&'static [&'static str]),
}

/// One question of a country's form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Which question.
    pub key: FieldKey,
    /// When it is asked.
    pub need: Need,
    /// How it is answered.
    pub input: Input,
    /// Turns what was typed into the answer in its canonical form.
    check: fn(&str, &Answers) -> Result<String, Problem>,
    /// Groups a canonical answer for the eye.
    group: fn(&str) -> String,
}

impl Field {
    /// Checks one answer. `others` are the raw answers beside it, for rules that look at two.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, typed: &str, others: &Answers) -> Result<String, Problem> {
        if typed.trim().is_empty() {
            return match self.need {
                Need::Required | Need::When { .. } => Err(Problem::Required),
                Need::Optional => Ok(String::new()),
            };
        }
        if let Input::Choice(choices) = self.input
            && !choices.contains(&typed)
        {
            return Err(Problem::NotAChoice);
        }
        let canonical = (self.check)(typed, others)?;
        match self.input {
            Input::Text { max } if canonical.chars().count() > max => Err(Problem::TooLong),
            Input::Text { .. } | Input::Digits { .. } | Input::Code { .. } | Input::Choice(_) => {
                Ok(canonical)
            }
        }
    }

    /// A canonical answer, grouped for the eye: `014 680 26034600712 0`.
    pub fn grouped(&self, canonical: &str) -> String {
        (self.group)(canonical)
    }

    /// Whether the question is asked, given the other raw answers.
    pub fn is_asked(&self, others: &Answers) -> bool {
        match self.need {
            Need::Required | Need::Optional => true,
            Need::When { key, value } => others.get(key) == Some(value),
        }
    }
}

/// A country's rules: data, and a few named checks.
#[derive(Debug)]
pub struct Country {
    /// Its code.
    pub code: CountryCode,
    /// The currency its accounts are paid in.
    pub currency: Currency,
    /// The questions of its form, in the order they are asked.
    pub fields: &'static [Field],
    /// The name of the bank, where the number tells it.
    bank_name: fn(&Answers) -> Option<String>,
    /// Which answer identifies the account.
    account: FieldKey,
    /// Names of banks to offer where the bank is typed.
    suggested_banks: &'static [&'static str],
}

impl Country {
    /// Turns raw answers into accepted ones, or reports every refused field at once.
    ///
    /// # Errors
    /// All refused fields, in the form's order; fields that the form does not ask come last.
    pub fn accept(&'static self, answers: &Answers) -> Result<BankDetails, Vec<FieldError>> {
        let mut accepted = Answers::new();
        let mut errors = Vec::new();
        for field in self.fields.iter().filter(|field| field.is_asked(answers)) {
            let typed = answers.get(field.key).unwrap_or_default();
            match field.check(typed, answers) {
                Ok(canonical) if canonical.is_empty() => {}
                Ok(canonical) => accepted.insert(field.key, canonical),
                Err(problem) => errors.push(FieldError {
                    key: field.key,
                    problem,
                }),
            }
        }
        let asked = |key: FieldKey| {
            self.fields
                .iter()
                .any(|field| field.key == key && field.is_asked(answers))
        };
        errors.extend(
            answers
                .iter()
                .filter(|(key, typed)| !asked(*key) && !typed.trim().is_empty())
                .map(|(key, _)| FieldError {
                    key,
                    problem: Problem::NotAsked,
                }),
        );
        if errors.is_empty() {
            Ok(BankDetails {
                country: self,
                answers: accepted,
            })
        } else {
            Err(errors)
        }
    }

    /// Whether there is a form of our own. Elsewhere the provider lists the questions.
    pub fn has_form(&self) -> bool {
        !self.fields.is_empty()
    }

    /// The question with this key.
    pub fn field(&self, key: FieldKey) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The bank's name, as far as raw answers already tell it.
    pub fn bank_name(&self, answers: &Answers) -> Option<String> {
        (self.bank_name)(answers)
    }

    /// Names to offer while [`FieldKey::BankName`] is typed. Any other name is accepted as well.
    pub fn suggested_banks(&self) -> &'static [&'static str] {
        self.suggested_banks
    }
}

/// Answers that passed every check. Only [`Country::accept`] makes one.
#[derive(Clone)]
pub struct BankDetails {
    country: &'static Country,
    answers: Answers,
}

impl BankDetails {
    /// The country whose rules they passed.
    pub fn country(&self) -> &'static Country {
        self.country
    }

    /// One accepted answer, in its canonical form.
    pub fn answer(&self, key: FieldKey) -> Option<&str> {
        self.answers.get(key)
    }

    /// The bank's name, as given or as the number tells it.
    pub fn bank_name(&self) -> Option<String> {
        self.country.bank_name(&self.answers)
    }

    /// The account's own country, ISO 3166-1 alpha-2: the one that its IBAN names in SEPA.
    pub fn iso_country(&self) -> &str {
        let named = self.answer(FieldKey::Iban).and_then(|iban| iban.get(..2));
        named.unwrap_or(self.country.code.as_str())
    }

    /// The account number itself: CLABE, IBAN or local number.
    pub fn account(&self) -> &str {
        self.answer(self.country.account).unwrap_or_default()
    }

    /// The account number as it may be shown: `•••• 7120`.
    pub fn masked(&self) -> String {
        masked(self.account())
    }
}

/// An account number as it may be shown: only its last four characters, and none of a number so
/// short that four would tell most of it.
///
/// ```
/// use offramp_domain::bank::masked;
/// assert_eq!(masked("014680260346007120"), "•••• 7120");
/// assert_eq!(masked("12345"), "•••• 45");
/// ```
pub fn masked(account: &str) -> String {
    let shown = if account.chars().count() >= 8 { 4 } else { 2 };
    let tail = account.char_indices().rev().nth(shown - 1);
    let tail = tail.and_then(|(start, _)| account.get(start..));
    ["•••• ", tail.unwrap_or(account)].concat()
}

/// Bank details never print their numbers or names, not even by mistake in a log.
impl std::fmt::Debug for BankDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankDetails")
            .field("country", &self.country.code)
            .finish_non_exhaustive()
    }
}

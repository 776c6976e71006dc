//! Where money goes in each country: the rail, what it asks for, and what is sent to it (contract 6).

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use offramp_domain::{
    api::FormField,
    bank::{CountryCode, ListedDetails},
    time::Timestamp,
};

use super::wire::{AccountRequest, Field, Institutions, Rail};
use crate::provider::Refusal;

/// The question for a bank or a wallet.
pub(super) const INSTITUTION: &str = "institution_id";

/// The most banks that are offered as choices.
pub(super) const CHOICES: usize = 100;

/// How long a form stays as it was read.
const FRESH: Duration = Duration::from_hours(1);

/// The rail of a country.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) country: CountryCode,
    pub(super) rail: &'static str,
    /// As UNIGOX names it. Euros go to many, and the IBAN says which.
    pub(super) code: Option<&'static str>,
}

#[rustfmt::skip]
const ROUTES: [Route; 6] = [
    Route { country: CountryCode::Sepa, rail: "iban-sepa", code: None },
    Route { country: CountryCode::Ng, rail: "nip-nigeria", code: Some("NG") },
    Route { country: CountryCode::Gb, rail: "faster-payments", code: Some("GB") },
    Route { country: CountryCode::Ar, rail: "cvu-cbu", code: Some("AR") },
    Route { country: CountryCode::In, rail: "imps-neft-india", code: Some("IN") },
    Route { country: CountryCode::Gh, rail: "ghipss", code: Some("GH") },
];

impl Route {
    /// The way to a country, where there is one.
    pub(super) fn to(country: CountryCode) -> Option<&'static Self> {
        ROUTES.iter().find(|route| route.country == country)
    }

    pub(super) fn currency(&self) -> &'static str {
        self.country.country().currency.code()
    }
}

/// A rail, and the banks that it asks to choose from.
#[derive(Debug)]
pub(super) struct Questions {
    rail: Rail,
    banks: Banks,
}

/// The banks that a rail asks to choose from.
#[derive(Debug)]
enum Banks {
    /// It does not ask.
    NotAsked,
    /// These.
    Listed(Vec<Bank>),
    /// More than can be shown: the id is typed.
    TooMany,
}

/// A bank or a wallet.
#[derive(Clone, Debug)]
struct Bank {
    id: String,
    name: String,
    kind: Option<String>,
}

impl Questions {
    pub(super) fn new(rail: Rail, institutions: Option<Institutions>) -> Self {
        let banks = match institutions {
            None => Banks::NotAsked,
            Some(institutions)
                if institutions.are_more() || institutions.institutions.is_empty() =>
            {
                Banks::TooMany
            }
            Some(institutions) => {
                let banks = institutions.institutions.into_iter().map(|bank| Bank {
                    id: bank.id,
                    name: bank.name,
                    kind: bank.kind,
                });
                Banks::Listed(banks.collect())
            }
        };
        Self { rail, banks }
    }

    /// The form: the bank first, then every field of every format.
    pub(super) fn form(&self) -> Vec<FormField> {
        let mut form: Vec<FormField> = self.bank_field().into_iter().collect();
        for field in self.fields() {
            if form.iter().all(|known| known.key != field.key) {
                form.push(self.question(field));
            }
        }
        form
    }

    fn bank_field(&self) -> Option<FormField> {
        let (kind, options) = match &self.banks {
            Banks::NotAsked => return None,
            Banks::Listed(banks) => {
                let names = banks.iter().map(|bank| bank.name.clone()).collect();
                ("select", names)
            }
            Banks::TooMany => ("text", Vec::new()),
        };
        Some(FormField {
            key: INSTITUTION.to_owned(),
            label: "Bank or wallet".to_owned(),
            kind: kind.to_owned(),
            required: true,
            pattern: None,
            options,
        })
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        let of_formats = self.rail.formats.iter().flat_map(|format| &format.fields);
        self.rail.fields.iter().chain(of_formats)
    }

    /// A type that nobody knows is a text. What not every format asks for is not required here.
    fn question(&self, field: &Field) -> FormField {
        let options = field.options();
        let kind = match field.kind.as_deref() {
            Some(known @ ("number" | "tel" | "email")) => known,
            Some(_) | None if options.is_empty() => "text",
            Some(_) | None => "select",
        };
        let in_all = self
            .rail
            .formats
            .iter()
            .all(|format| format.fields.iter().any(|other| other.key == field.key));
        FormField {
            key: field.key.clone(),
            label: field.label.clone().unwrap_or_else(|| field.key.clone()),
            kind: kind.to_owned(),
            required: field.required && in_all,
            pattern: field.pattern.clone(),
            options,
        }
    }

    /// What is sent to save an account.
    pub(super) fn request<'a>(
        &'a self,
        route: &'static Route,
        account: &'a ListedDetails,
    ) -> Result<AccountRequest<'a>, Refusal> {
        let refused = |key: &str| Refusal::Fields {
            keys: vec![key.to_owned()],
        };
        let answer = account.answer(INSTITUTION);
        let (institution_id, kind) = match &self.banks {
            Banks::NotAsked => (None, None),
            Banks::TooMany => (answer.map(str::to_owned), None),
            Banks::Listed(banks) => {
                let chosen = banks.iter().find(|bank| Some(bank.name.as_str()) == answer);
                let chosen = chosen.ok_or_else(|| refused(INSTITUTION))?;
                (Some(chosen.id.clone()), chosen.kind.as_deref())
            }
        };
        let format = self.rail.formats.iter().find(|format| {
            let of_kind =
                kind.is_some_and(|kind| format.institution_types.iter().any(|of| of == kind));
            of_kind || format.institution_types.is_empty()
        });
        let asked: Vec<&Field> = match format {
            Some(format) => self.rail.fields.iter().chain(&format.fields).collect(),
            None => self.fields().collect(),
        };
        let missing = asked.iter().filter(|field| {
            field.required && format.is_some() && account.answer(&field.key).is_none()
        });
        let keys: Vec<_> = missing.map(|field| field.key.clone()).collect();
        if !keys.is_empty() {
            return Err(Refusal::Fields { keys });
        }
        let details: BTreeMap<&str, &str> = asked
            .iter()
            .filter_map(|field| Some((field.key.as_str(), account.answer(&field.key)?)))
            .collect();
        Ok(AccountRequest {
            currency: route.currency(),
            rail: route.rail,
            details,
            institution_id,
            country_code: route.code,
        })
    }
}

/// Forms that were read lately.
#[derive(Debug, Default)]
pub(super) struct Forms {
    known: Mutex<HashMap<CountryCode, (Timestamp, Arc<Questions>)>>,
}

impl Forms {
    pub(super) fn fresh(&self, country: CountryCode, now: Timestamp) -> Option<Arc<Questions>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, questions) = known.get(&country)?;
        let is_fresh = *read_at <= now && now.since(*read_at) < FRESH;
        is_fresh.then(|| Arc::clone(questions))
    }

    pub(super) fn keep(&self, country: CountryCode, questions: Arc<Questions>, now: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(country, (now, questions));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn questions(rail: Value, institutions: Option<Value>) -> Questions {
        let institutions = institutions.map(|json| serde_json::from_value(json).unwrap());
        Questions::new(serde_json::from_value(rail).unwrap(), institutions)
    }

    fn details(
        questions: &Questions,
        country: CountryCode,
        answers: &[(&str, &str)],
    ) -> ListedDetails {
        let answers: Vec<_> = answers
            .iter()
            .map(|(key, answer)| ((*key).to_owned(), (*answer).to_owned()))
            .collect();
        ListedDetails::accept(country, &questions.form(), &answers, |_, _| true).unwrap()
    }

    fn ghana() -> Questions {
        let format = |kind: &str, key: &str| {
            json!({
                "id": kind, "name": kind, "institution_types": [kind],
                "fields": [
                    { "key": key, "label": key, "type": "text", "required": true },
                    { "key": "full_name", "label": "Name", "type": "text", "required": true },
                ],
            })
        };
        let bank = |id: &str, name: &str, kind: &str| json!({ "institution_id": id, "name": name, "institution_type": kind });
        questions(
            json!({
                "slug": "ghipss", "institution_required": true,
                "formats": [format("MOBILE_MONEY", "phone_number"), format("BANK", "account_number")],
            }),
            Some(json!({
                "institutions": [bank("mtn", "MTN MoMo", "MOBILE_MONEY"), bank("gcb", "GCB Bank", "BANK")],
                "pagination": { "total": 2, "limit": 100, "offset": 0 },
            })),
        )
    }

    #[test]
    fn every_route_goes_to_another_country() {
        for route in &ROUTES {
            assert_eq!(Route::to(route.country).unwrap().rail, route.rail);
        }
        assert!(Route::to(CountryCode::Mx).is_none());
    }

    #[test]
    fn a_type_that_nobody_knows_is_a_text() {
        let form = questions(
            json!({
                "slug": "iban-sepa",
                "fields": [
                    { "key": "iban", "label": "IBAN", "type": "text", "required": true },
                    { "key": "purpose", "type": "purpose_picker", "required": false },
                    { "key": "kind", "type": "select", "required": false, "options": ["a", "b"] },
                    { "key": "odd", "type": "select", "required": false, "options": [1] },
                ],
            }),
            None,
        )
        .form();
        let kinds: Vec<_> = form
            .iter()
            .map(|field| (field.label.as_str(), field.kind.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                ("IBAN", "text"),
                ("purpose", "text"),
                ("kind", "select"),
                ("odd", "text")
            ]
        );
    }

    #[test]
    fn banks_are_chosen_by_their_names_and_sent_by_their_ids() {
        let ghana = ghana();
        let form = ghana.form();
        assert_eq!(form[0].options, ["MTN MoMo", "GCB Bank"]);
        let required: Vec<_> = form
            .iter()
            .map(|field| (field.key.as_str(), field.required))
            .collect();
        assert_eq!(
            required,
            [
                (INSTITUTION, true),
                ("phone_number", false),
                ("full_name", true),
                ("account_number", false),
            ]
        );
        let route = Route::to(CountryCode::Gh).unwrap();
        let answers = [
            (INSTITUTION, "MTN MoMo"),
            ("phone_number", "+233201234567"),
            ("account_number", "1234567890"),
            ("full_name", "Ada"),
        ];
        let account = details(&ghana, CountryCode::Gh, &answers);
        let body = serde_json::to_value(ghana.request(route, &account).unwrap()).unwrap();
        assert_eq!(
            body,
            json!({
                "currency": "GHS", "rail": "ghipss", "institution_id": "mtn", "country_code": "GH",
                "details": { "phone_number": "+233201234567", "full_name": "Ada" },
            })
        );
    }

    #[test]
    fn what_the_banks_format_asks_for_has_to_be_there() {
        let ghana = ghana();
        let answers = [
            (INSTITUTION, "GCB Bank"),
            ("phone_number", "+233201234567"),
            ("full_name", "Ada"),
        ];
        let account = details(&ghana, CountryCode::Gh, &answers);
        let refused = ghana
            .request(Route::to(CountryCode::Gh).unwrap(), &account)
            .err();
        let keys = vec!["account_number".to_owned()];
        assert_eq!(refused, Some(Refusal::Fields { keys }));
    }

    #[test]
    fn more_banks_than_can_be_shown_are_typed() {
        let many = questions(
            json!({ "slug": "cvu-cbu", "institution_required": true, "fields": [] }),
            Some(json!({
                "institutions": [{ "institution_id": "a", "name": "A" }],
                "pagination": { "total": 400, "limit": 100, "offset": 0 },
            })),
        );
        let form = many.form();
        assert_eq!((form[0].kind.as_str(), form[0].options.len()), ("text", 0));
        let account = details(&many, CountryCode::Ar, &[(INSTITUTION, "mercado-pago")]);
        let request = many.request(Route::to(CountryCode::Ar).unwrap(), &account);
        assert_eq!(
            request.unwrap().institution_id.as_deref(),
            Some("mercado-pago")
        );
    }

    #[test]
    fn a_form_is_fresh_for_an_hour() {
        let forms = Forms::default();
        let at = |minutes: i64| Timestamp::from_millis((minutes + 100) * 60_000);
        forms.keep(CountryCode::Gh, Arc::new(ghana()), at(0));
        for (minutes, is_fresh) in [(-1, false), (0, true), (59, true), (60, false)] {
            let known = forms.fresh(CountryCode::Gh, at(minutes));
            assert_eq!(known.is_some(), is_fresh, "{minutes}");
        }
        assert!(forms.fresh(CountryCode::Ng, at(0)).is_none());
    }
}

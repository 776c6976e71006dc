//! Payers and their verification (contract 5, A-19, A-20).

use offramp_domain::api::{PayerKind, PayerRef, VerificationStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{data_or_bare, number_or_string};
use crate::{
    provider::{ProviderUserId, Refusal, Registered},
    providers::{
        cryptopocket::{assumptions, refusal},
        exchange::Answer,
        failure::Failure,
    },
};

/// The code of a business, which is registered in another way and gets a password of its own.
const REGISTERS_PEOPLE_ONLY: &str = "company";

/// Whether people there give an account at registration.
pub(in super::super) fn is_registered_in(country: &str) -> bool {
    assumptions::REGISTERED_IN.contains(&country)
}

/// What has to be said about a payer and was not, by the keys of a session's body. Without the
/// country nobody knows what else there is to say.
pub(in super::super) fn misses(payer: &PayerRef) -> Vec<&'static str> {
    let is_blank =
        |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let country = payer.country.as_deref().unwrap_or_default();
    let is_registered = is_registered_in(country);
    let account_lacks = |(key, _): &(&str, &str)| {
        let account = payer.account.as_ref();
        let answer = account.and_then(|account| account.get(*key));
        answer.is_none_or(|answer| answer.trim().is_empty())
    };
    let required = [
        ("name", is_blank(&payer.name)),
        ("email", is_blank(&payer.email)),
        ("country", is_blank(&payer.country)),
        ("document", is_registered && payer.document.is_none()),
        (
            "account",
            is_registered && assumptions::ACCOUNT_FIELDS.iter().any(account_lacks),
        ),
    ];
    let missing = required.into_iter().filter(|(_, is_missing)| *is_missing);
    missing.map(|(name, _)| name).collect()
}

/// The body of `POST /registerUser`.
pub(in super::super) struct UserRequest(pub(in super::super) Map<String, Value>);

impl UserRequest {
    /// In the words of the one mapping table.
    pub(in super::super) fn new(payer: &PayerRef) -> Result<Self, Failure> {
        match payer.kind {
            Some(PayerKind::Business) => return Err(Failure::other(REGISTERS_PEOPLE_ONLY)),
            Some(PayerKind::Individual) | None => {}
        }
        let mut body = Map::new();
        let mut say = |key: &str, value: Option<&String>| {
            if let Some(value) = value {
                body.insert(key.to_owned(), Value::from(value.as_str()));
            }
        };
        say("name", payer.name.as_ref());
        say("email", payer.email.as_ref());
        say(assumptions::COUNTRY, payer.country.as_ref());
        if let Some(document) = &payer.document {
            say(assumptions::DOCUMENT_TYPE, Some(&document.kind));
            say(assumptions::DOCUMENT_NUMBER, Some(&document.number));
        }
        if let Some(account) = &payer.account {
            for (ours, theirs) in assumptions::ACCOUNT_FIELDS {
                say(theirs, account.get(ours));
            }
        }
        Ok(Self(body))
    }
}

/// The body of `POST /onboarding-form`.
#[derive(Serialize)]
pub(in super::super) struct FormRequest {
    user_id: u64,
}

impl FormRequest {
    pub(in super::super) fn new(user: &ProviderUserId) -> Result<Self, Failure> {
        let user_id = user.0.parse();
        let user_id = user_id.map_err(|_| Failure::Refused(Refusal::PayerUnknown))?;
        Ok(Self { user_id })
    }
}

#[derive(Deserialize)]
struct NewUser {
    #[serde(deserialize_with = "number_or_string")]
    id: String,
    kyc_form_url: Option<String>,
}

/// The new payer's id, and where they verify who they are: no other call says it again.
pub(in super::super) fn new_user(answer: &Answer) -> Result<Registered, Failure> {
    let NewUser { id, kyc_form_url } = data_or_bare(answer)?;
    Ok(Registered {
        user: ProviderUserId(id),
        verification_url: kyc_form_url.as_deref().and_then(refusal::web_address),
    })
}

/// How far a verification has come.
#[derive(Deserialize)]
pub(in super::super) struct Kyc {
    kyc_status: String,
}

impl Kyc {
    pub(in super::super) fn read(answer: &Answer) -> Result<Self, Failure> {
        data_or_bare(answer)
    }

    /// Only two words have a definite meaning; one that nobody knows is still in progress.
    pub(in super::super) fn status(&self) -> VerificationStatus {
        match self.kyc_status.as_str() {
            "valid" => VerificationStatus::Verified,
            "fail" => VerificationStatus::Rejected,
            "unused" => VerificationStatus::Required,
            _ => VerificationStatus::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn payer(mut more: Value) -> PayerRef {
        more["id"] = json!("cust-1");
        serde_json::from_value(more).unwrap()
    }

    fn colombian() -> Value {
        json!({
            "name": "Carlos Rojas", "email": "carlos@shop.example", "country": "CO",
            "document": { "type": "CED_CIU", "number": "1020304050" },
            "account": {
                "bank_name": "Bancolombia", "account_number": "12345678901",
                "account_type": "savings",
            },
        })
    }

    #[test]
    fn what_is_missing_depends_on_the_country() {
        assert_eq!(misses(&payer(json!({}))), ["name", "email", "country"]);
        let mut spaniard = json!({ "name": "Inés Vega", "email": "i@shop.example" });
        assert_eq!(misses(&payer(spaniard.clone())), ["country"]);
        spaniard["country"] = json!("ES");
        assert!(misses(&payer(spaniard.clone())).is_empty());
        for country in assumptions::REGISTERED_IN {
            spaniard["country"] = json!(country);
            assert_eq!(misses(&payer(spaniard.clone())), ["document", "account"]);
        }
        assert!(misses(&payer(colombian())).is_empty());
        let mut without_type = colombian();
        without_type["account"]["account_type"] = json!(" ");
        assert_eq!(misses(&payer(without_type)), ["account"]);
    }

    #[test]
    fn a_payer_is_told_in_the_words_of_the_table() {
        let UserRequest(body) = UserRequest::new(&payer(colombian())).ok().unwrap();
        assert_eq!(
            Value::Object(body),
            json!({
                "name": "Carlos Rojas", "email": "carlos@shop.example", "country": "CO",
                "document_type": "CED_CIU", "document_number": "1020304050",
                "bank_name": "Bancolombia", "bank_account_number": "12345678901",
                "bank_account_type": "savings",
            })
        );
    }

    #[test]
    fn a_business_is_registered_elsewhere() {
        let business = payer(json!({ "type": "business", "name": "Acme", "email": "a@a.example" }));
        assert!(matches!(
            UserRequest::new(&business),
            Err(Failure::Refused(_))
        ));
    }

    #[test]
    fn a_new_payer_has_an_id_in_either_writing() {
        let read = |body: Value| new_user(&Answer::with_body(body.to_string()));
        let url = "https://b2b.cryptopocket.example/kyc/1";
        for id in [json!(106), json!("106")] {
            let wrapped = json!({ "status": "ok", "data": { "id": id, "kyc_form_url": url } });
            let bare = json!({ "status": "ok", "id": id, "kyc_form_url": url });
            for body in [wrapped, bare] {
                let registered = read(body).unwrap();
                assert_eq!(registered.user, ProviderUserId("106".to_owned()));
                assert_eq!(registered.verification_url.as_deref(), Some(url));
            }
        }
        let odd = json!({ "data": { "id": 7, "kyc_form_url": "javascript:alert(1)" } });
        assert_eq!(read(odd).unwrap().verification_url, None);
        for id in [json!(""), json!("u-1"), json!(-1), json!(null), json!(1.5)] {
            assert!(read(json!({ "data": { "id": id } })).is_err());
        }
    }

    #[test]
    fn only_the_word_valid_is_a_verification() {
        let status = |word: &str| {
            let wrapped = json!({ "status": "ok", "data": { "kyc_status": word } });
            let beside = json!({ "status": "ok", "kyc_status": word });
            let [one, other] = [wrapped, beside].map(|body| {
                Kyc::read(&Answer::with_body(body.to_string()))
                    .unwrap()
                    .status()
            });
            assert_eq!(one, other);
            one
        };
        assert_eq!(status("valid"), VerificationStatus::Verified);
        assert_eq!(status("fail"), VerificationStatus::Rejected);
        assert_eq!(status("unused"), VerificationStatus::Required);
        for other in ["processing", "VALID", "waiting_for_godot", ""] {
            assert_eq!(status(other), VerificationStatus::Pending, "{other}");
        }
    }
}

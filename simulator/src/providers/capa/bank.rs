//! Bank details: which fields each country asks for, and what is kept of them.

use iban::Iban;
use serde::{Deserialize, Serialize};

use super::assets::Fiat;
use super::check_digits::{clabe_adds_up, routing_number_adds_up};
use super::knobs::BankChecks;
use super::refusal::Refusal;

/// Bank details as a caller sends them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BankBody {
    country: Option<String>,
    account_identifier: Option<String>,
    bank_name: Option<String>,
    account_type: Option<AccountType>,
    document_identifier: Option<String>,
    document_type: Option<DocumentType>,
    routing_number: Option<String>,
    account_holder: Option<HolderBody>,
    address: Option<AddressBody>,
    iban: Option<String>,
    bic: Option<String>,
}

/// An account that passed the checks of its country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BankAccount {
    pub(super) country: String,
    pub(super) account_identifier: String,
    pub(super) is_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_type: Option<AccountType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_type: Option<DocumentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    routing_number: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AccountType {
    Savings,
    Checking,
}

/// Assumption U18: the list of documents is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum DocumentType {
    Cedula,
    Rnc,
    Passport,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "camelCase"
)]
enum HolderBody {
    Individual {
        first_name: Option<String>,
        last_name: Option<String>,
    },
    Business {
        business_name: Option<String>,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddressBody {
    street_line1: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// The countries by what they ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    Mexico,
    DominicanRepublic,
    UnitedStates,
    Sepa,
}

/// Where SEPA reaches, as Capa's list of countries has it.
const SEPA: [&str; 36] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV",
    "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "CH", "GB",
    "MC", "SM", "AD", "VA",
];

impl BankBody {
    /// The account, if every field is there that its country asks for.
    pub(super) fn check(&self, checks: BankChecks) -> Result<BankAccount, Refusal> {
        let country = required(self.country.as_ref())?;
        let rules = Rules::of(country).ok_or(Refusal::InvalidInput)?;
        let account_identifier = match rules {
            Rules::Mexico => self.check_mexico(checks)?,
            Rules::DominicanRepublic => self.check_dominican_republic()?,
            Rules::UnitedStates => self.check_united_states(checks)?,
            Rules::Sepa => self.check_sepa(checks)?,
        };
        Ok(BankAccount {
            country: country.to_owned(),
            account_identifier,
            is_verified: false,
            bank_name: self.bank_name.clone(),
            account_type: self.account_type,
            document_identifier: self.document_identifier.clone(),
            document_type: self.document_type,
            iban: self.iban.clone(),
            bic: self.bic.clone(),
            routing_number: self.routing_number.clone(),
        })
    }

    fn check_mexico(&self, checks: BankChecks) -> Result<String, Refusal> {
        let clabe = required(self.account_identifier.as_ref())?;
        ensure(has_digits(clabe, 18))?;
        match checks {
            BankChecks::Documented => {}
            BankChecks::Strict => ensure(clabe_adds_up(clabe))?,
        }
        Ok(clabe.to_owned())
    }

    fn check_dominican_republic(&self) -> Result<String, Refusal> {
        required(self.bank_name.as_ref())?;
        required(self.document_identifier.as_ref())?;
        ensure(self.account_type.is_some() && self.document_type.is_some())?;
        required(self.account_identifier.as_ref()).map(str::to_owned)
    }

    fn check_united_states(&self, checks: BankChecks) -> Result<String, Refusal> {
        required(self.bank_name.as_ref())?;
        let routing_number = required(self.routing_number.as_ref())?;
        ensure(has_digits(routing_number, 9))?;
        match checks {
            BankChecks::Documented => {}
            BankChecks::Strict => ensure(routing_number_adds_up(routing_number))?,
        }
        self.check_holder()?;
        let address = self.address.as_ref().ok_or(Refusal::InvalidInput)?;
        required(address.street_line1.as_ref())?;
        required(address.city.as_ref())?;
        required(address.postal_code.as_ref())?;
        required(address.country.as_ref())?;
        required(self.account_identifier.as_ref()).map(str::to_owned)
    }

    /// The documents disagree whether `accountIdentifier` is needed beside the IBAN (U21); here it
    /// is not.
    fn check_sepa(&self, checks: BankChecks) -> Result<String, Refusal> {
        required(self.bank_name.as_ref())?;
        required(self.bic.as_ref())?;
        self.check_holder()?;
        let iban = required(self.iban.as_ref())?;
        match checks {
            BankChecks::Documented => {}
            BankChecks::Strict => ensure(iban.parse::<Iban>().is_ok())?,
        }
        Ok(self
            .account_identifier
            .as_deref()
            .unwrap_or(iban)
            .to_owned())
    }

    fn check_holder(&self) -> Result<(), Refusal> {
        match self.account_holder.as_ref().ok_or(Refusal::InvalidInput)? {
            HolderBody::Individual {
                first_name,
                last_name,
            } => {
                required(first_name.as_ref())?;
                required(last_name.as_ref())?;
            }
            HolderBody::Business { business_name } => {
                required(business_name.as_ref())?;
            }
        }
        Ok(())
    }
}

impl BankAccount {
    /// A Mexican account, as a partner has saved it.
    pub(super) fn with_clabe(clabe: &str) -> Self {
        Self {
            country: "MX".to_owned(),
            account_identifier: clabe.to_owned(),
            is_verified: true,
            bank_name: None,
            account_type: None,
            document_identifier: None,
            document_type: None,
            iban: None,
            bic: None,
            routing_number: None,
        }
    }

    /// As the list shows it, which leaves the type of the document out.
    pub(super) fn listed(&self) -> Self {
        Self {
            document_type: None,
            ..self.clone()
        }
    }

    pub(super) fn is_mexican(&self) -> bool {
        self.country == "MX"
    }

    /// Whether the account is in the country of the currency, which only the strict checks ask.
    pub(super) fn check_currency(&self, fiat: Fiat, checks: BankChecks) -> Result<(), Refusal> {
        match checks {
            BankChecks::Documented => Ok(()),
            BankChecks::Strict => ensure(Rules::of(&self.country) == Some(Rules::of_fiat(fiat))),
        }
    }
}

impl Rules {
    fn of(country: &str) -> Option<Self> {
        match country {
            "MX" => Some(Self::Mexico),
            "DO" => Some(Self::DominicanRepublic),
            "US" => Some(Self::UnitedStates),
            other => SEPA.contains(&other).then_some(Self::Sepa),
        }
    }

    const fn of_fiat(fiat: Fiat) -> Self {
        match fiat {
            Fiat::Mxn => Self::Mexico,
            Fiat::Dop => Self::DominicanRepublic,
            Fiat::Usd => Self::UnitedStates,
            Fiat::Eur => Self::Sepa,
        }
    }
}

fn required(text: Option<&String>) -> Result<&str, Refusal> {
    text.map(String::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or(Refusal::InvalidInput)
}

fn ensure(condition: bool) -> Result<(), Refusal> {
    if condition {
        Ok(())
    } else {
        Err(Refusal::InvalidInput)
    }
}

fn has_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &serde_json::Value, checks: BankChecks) -> Result<BankAccount, Refusal> {
        serde_json::from_value::<BankBody>(json.clone())
            .unwrap()
            .check(checks)
    }

    fn united_states() -> serde_json::Value {
        serde_json::json!({
            "country": "US", "accountIdentifier": "123456789", "bankName": "Chase",
            "routingNumber": "021000021",
            "accountHolder": { "type": "INDIVIDUAL", "firstName": "Ana", "lastName": "Lopez" },
            "address": {
                "streetLine1": "1 Main St", "city": "Miami", "postalCode": "33101", "country": "US",
            },
        })
    }

    fn sepa() -> serde_json::Value {
        serde_json::json!({
            "country": "DE", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
            "bankName": "Commerzbank",
            "accountHolder": { "type": "BUSINESS", "businessName": "Cobalto GmbH" },
        })
    }

    fn dominican_republic() -> serde_json::Value {
        serde_json::json!({
            "country": "DO", "accountIdentifier": "9601234567", "bankName": "Banco Popular",
            "accountType": "SAVINGS", "documentType": "CEDULA", "documentIdentifier": "00113918205",
        })
    }

    fn mexico(clabe: &str) -> serde_json::Value {
        serde_json::json!({ "country": "MX", "accountIdentifier": clabe })
    }

    #[test]
    fn every_country_accepts_its_own_form() {
        let forms = [
            mexico("014680260346007120"),
            dominican_republic(),
            united_states(),
            sepa(),
        ];
        for form in forms {
            let account = check(&form, BankChecks::Documented).unwrap();
            assert_eq!(Some(&*account.country), form["country"].as_str());
        }
    }

    #[test]
    fn every_field_of_a_form_is_required() {
        for form in [
            mexico("014680260346007120"),
            dominican_republic(),
            united_states(),
            sepa(),
        ] {
            for field in form.as_object().unwrap().keys() {
                let mut without = form.clone();
                without.as_object_mut().unwrap().remove(field);
                let result = check(&without, BankChecks::Documented);
                assert_eq!(result, Err(Refusal::InvalidInput), "{form} without {field}");
            }
        }
    }

    #[test]
    fn an_account_needs_a_known_country() {
        let form = serde_json::json!({ "country": "BR", "accountIdentifier": "1" });
        assert_eq!(
            check(&form, BankChecks::Documented),
            Err(Refusal::InvalidInput)
        );
    }

    #[test]
    fn an_unknown_kind_of_account_does_not_even_parse() {
        let mut form = dominican_republic();
        form["accountType"] = "GOLD".into();
        assert!(serde_json::from_value::<BankBody>(form).is_err());
    }

    #[test]
    fn a_clabe_has_eighteen_digits_and_nothing_else() {
        for clabe in [
            "01468026034600712",
            "0146802603460071200",
            "01468026034600712X",
            "",
        ] {
            let result = check(&mexico(clabe), BankChecks::Documented);
            assert_eq!(result, Err(Refusal::InvalidInput), "{clabe}");
        }
    }

    /// The CLABE of Capa's own example, and the same with another control digit.
    #[test]
    fn control_digits_are_checked_only_on_request() {
        let wrong = mexico("014680260346007121");
        assert!(check(&wrong, BankChecks::Documented).is_ok());
        assert_eq!(
            check(&wrong, BankChecks::Strict),
            Err(Refusal::InvalidInput)
        );
        assert!(check(&mexico("014680260346007120"), BankChecks::Strict).is_ok());

        let mut wrong = united_states();
        wrong["routingNumber"] = "021000022".into();
        assert!(check(&wrong, BankChecks::Documented).is_ok());
        assert_eq!(
            check(&wrong, BankChecks::Strict),
            Err(Refusal::InvalidInput)
        );
        assert!(check(&united_states(), BankChecks::Strict).is_ok());

        let mut wrong = sepa();
        wrong["iban"] = "DE89370400440532013001".into();
        assert!(check(&wrong, BankChecks::Documented).is_ok());
        assert_eq!(
            check(&wrong, BankChecks::Strict),
            Err(Refusal::InvalidInput)
        );
        assert!(check(&sepa(), BankChecks::Strict).is_ok());
    }

    #[test]
    fn the_currency_has_to_be_the_countrys_only_on_request() {
        let account = check(&sepa(), BankChecks::Documented).unwrap();
        assert_eq!(
            account.check_currency(Fiat::Mxn, BankChecks::Documented),
            Ok(())
        );
        let refused = account.check_currency(Fiat::Mxn, BankChecks::Strict);
        assert_eq!(refused, Err(Refusal::InvalidInput));
        assert_eq!(
            account.check_currency(Fiat::Eur, BankChecks::Strict),
            Ok(())
        );
    }

    #[test]
    fn the_list_leaves_the_type_of_the_document_out() {
        let account = check(&dominican_republic(), BankChecks::Documented).unwrap();
        let json = serde_json::to_value(account.listed()).unwrap();
        assert_eq!(json.get("documentType"), None);
        assert_eq!(json["documentIdentifier"], "00113918205");
    }
}

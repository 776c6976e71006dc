//! Bank accounts, as they are sent (contract 6).

use offramp_domain::bank::{BankDetails, CountryCode, FieldKey};
use serde::Serialize;

/// The object `userBankInformation`. What a country does not want is not sent.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct BankInformation {
    country: String,
    account_identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<String>,
    /// `SAVINGS` or `CHECKING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_identifier: Option<String>,
    /// `CEDULA`, `RNC` or `PASSPORT` (U18).
    #[serde(skip_serializing_if = "Option::is_none")]
    document_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    routing_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_holder: Option<Holder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bic: Option<String>,
}

/// Names for a person, one name for a business.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Holder {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    street_line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_line2: Option<String>,
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

impl BankInformation {
    /// Nothing for an account that is not paid.
    pub(super) fn new(details: &BankDetails) -> Option<Self> {
        let answer = |key| details.answer(key).map(str::to_owned);
        // Our choices are written small, theirs in capitals.
        let choice = |key| details.answer(key).map(str::to_ascii_uppercase);
        let holder = || Holder {
            kind: choice(FieldKey::HolderType),
            first_name: answer(FieldKey::FirstName),
            last_name: answer(FieldKey::LastName),
            business_name: answer(FieldKey::BusinessName),
        };
        let common = Self {
            // An ISO code for SEPA too: the one that the IBAN names.
            country: details.iso_country().to_owned(),
            // The IBAN for SEPA too (U21).
            account_identifier: details.account().to_owned(),
            ..Self::default()
        };
        Some(match details.country().code {
            CountryCode::Mx => common,
            CountryCode::Do => Self {
                bank_name: details.bank_name(),
                account_type: choice(FieldKey::AccountType),
                document_identifier: answer(FieldKey::DocumentIdentifier),
                document_type: choice(FieldKey::DocumentType),
                ..common
            },
            CountryCode::Us => Self {
                bank_name: details.bank_name(),
                routing_number: answer(FieldKey::RoutingNumber),
                account_holder: Some(holder()),
                address: Some(Address {
                    street_line1: answer(FieldKey::StreetLine1),
                    street_line2: answer(FieldKey::StreetLine2),
                    city: answer(FieldKey::City),
                    state: answer(FieldKey::State),
                    postal_code: answer(FieldKey::PostalCode),
                    country: answer(FieldKey::AddressCountry),
                }),
                ..common
            },
            CountryCode::Sepa => Self {
                bank_name: details.bank_name(),
                account_holder: Some(holder()),
                iban: answer(FieldKey::Iban),
                bic: answer(FieldKey::Bic),
                ..common
            },
            CountryCode::Ar
            | CountryCode::Cl
            | CountryCode::Co
            | CountryCode::Pe
            | CountryCode::Gb
            | CountryCode::Gh
            | CountryCode::In
            | CountryCode::Ng => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::bank::Answers;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn sent(country: CountryCode, answers: &[(FieldKey, &str)]) -> Value {
        let answers: Answers = answers
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect();
        let details = country.country().accept(&answers).unwrap();
        serde_json::to_value(BankInformation::new(&details)).unwrap()
    }

    #[test]
    fn mexico_wants_the_clabe() {
        let sent = sent(
            CountryCode::Mx,
            &[(FieldKey::Clabe, "014 680 26034600712 0")],
        );
        let expected = json!({ "country": "MX", "accountIdentifier": "014680260346007120" });
        assert_eq!(sent, expected);
    }

    #[test]
    fn the_dominican_republic_wants_bank_type_and_document() {
        let sent = sent(
            CountryCode::Do,
            &[
                (FieldKey::BankName, "Banreservas"),
                (FieldKey::AccountType, "savings"),
                (FieldKey::AccountNumber, "9602915498"),
                (FieldKey::DocumentType, "cedula"),
                (FieldKey::DocumentIdentifier, "001-1391820-5"),
            ],
        );
        assert_eq!(
            sent,
            json!({
                "country": "DO", "accountIdentifier": "9602915498", "bankName": "Banreservas",
                "accountType": "SAVINGS", "documentIdentifier": "00113918205",
                "documentType": "CEDULA",
            })
        );
    }

    #[test]
    fn the_united_states_want_holder_and_address() {
        let sent = sent(
            CountryCode::Us,
            &[
                (FieldKey::RoutingNumber, "021000021"),
                (FieldKey::AccountNumber, "000123456789"),
                (FieldKey::BankName, "JPMorgan Chase"),
                (FieldKey::HolderType, "individual"),
                (FieldKey::FirstName, "Ana"),
                (FieldKey::LastName, "López"),
                (FieldKey::StreetLine1, "1 Main St"),
                (FieldKey::City, "San Francisco"),
                (FieldKey::PostalCode, "94103"),
                (FieldKey::AddressCountry, "US"),
            ],
        );
        assert_eq!(
            sent,
            json!({
                "country": "US", "accountIdentifier": "000123456789",
                "routingNumber": "021000021", "bankName": "JPMorgan Chase",
                "accountHolder": { "type": "INDIVIDUAL", "firstName": "Ana", "lastName": "López" },
                "address": {
                    "streetLine1": "1 Main St", "city": "San Francisco", "postalCode": "94103",
                    "country": "US",
                },
            })
        );
    }

    #[test]
    fn sepa_wants_the_iban_twice_and_its_country() {
        let sent = sent(
            CountryCode::Sepa,
            &[
                (FieldKey::Iban, "DE89 3704 0044 0532 0130 00"),
                (FieldKey::Bic, "COBADEFFXXX"),
                (FieldKey::BankName, "Commerzbank"),
                (FieldKey::HolderType, "business"),
                (FieldKey::BusinessName, "Acme GmbH"),
            ],
        );
        assert_eq!(
            sent,
            json!({
                "country": "DE", "accountIdentifier": "DE89370400440532013000",
                "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
                "bankName": "Commerzbank",
                "accountHolder": { "type": "BUSINESS", "businessName": "Acme GmbH" },
            })
        );
    }
}

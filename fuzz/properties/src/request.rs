//! Bodies of the neutral API.

use offramp_domain::{
    api::{Destination, NoFields, OrderRequest, QuoteRequest, ReportSent, SessionRequest},
    bank::CountryCode,
};
use offramp_proxy::fuzzing;
use serde::{Serialize, de::DeserializeOwned};

use crate::{headed, secret::private_values};

/// The first line says which body the rest is: what is read and written again reads as the same, a
/// refusal repeats no value, and neither a destination nor a payer prints.
pub fn request(data: &[u8]) {
    let Some((kind, body)) = headed(data) else {
        return;
    };
    match kind {
        "session" => {
            if let Some(request) = read::<SessionRequest>(body) {
                let printed = format!("{:?}", request.payer);
                let expected = format!("PayerRef {{ id: {:?}, .. }}", request.payer.id);
                assert_eq!(printed, expected);
            }
        }
        "quote" => {
            if let Some(request) = read::<QuoteRequest>(body) {
                request.destination.iter().for_each(does_not_print);
            }
        }
        "order" => {
            if let Some(request) = read::<OrderRequest>(body) {
                does_not_print(&request.destination);
                assert!(
                    request
                        .min_fiat_amount
                        .is_none_or(|amount| amount.decimals() <= 18)
                );
            }
        }
        "report_sent" => drop(read::<ReportSent>(body)),
        "nothing" => drop(read::<NoFields>(body)),
        _ => {}
    }
}

fn read<T: DeserializeOwned + Serialize + PartialEq>(body: &[u8]) -> Option<T> {
    match fuzzing::body::<T>(body) {
        Ok(value) => {
            let written = serde_json::to_vec(&value).unwrap_or_default();
            assert!(fuzzing::body::<T>(&written).is_ok_and(|again| again == value));
            // What was read was JSON and nothing more.
            assert!(serde_json::from_slice::<serde_json::Value>(body).is_ok());
            Some(value)
        }
        Err(error) => {
            let told = format!("{error:?}");
            for value in private_values(body) {
                assert!(
                    !told.contains(&value),
                    "a refusal repeats {value:?}: {told}"
                );
            }
            assert!(told.len() < 1_000, "a long refusal: {told}");
            None
        }
    }
}

fn does_not_print(destination: &Destination) {
    let kind = match destination {
        Destination::BankAccount { country, fields } => {
            assert!(CountryCode::parse(country.as_str()).is_some());
            // Keys that no form has are refused as a whole, in words that have an end.
            if let Err(unknown) = offramp_domain::api::answers(fields) {
                assert!(unknown.iter().all(|field| field.key.chars().count() <= 40));
            }
            "bank_account"
        }
        Destination::Saved { .. } => "saved",
        Destination::Registered { .. } => "registered",
    };
    let expected = format!("Destination {{ kind: {kind:?}, .. }}");
    assert_eq!(format!("{destination:?}"), expected);
}

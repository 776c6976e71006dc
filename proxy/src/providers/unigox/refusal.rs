//! UNIGOX' refusals: the tables of its contract.
//!
//! Only a 4xx with a code that the tables list for the call is certain. Everything else says
//! nothing about whether the call was carried out.

use http::StatusCode;

use super::{client::Operation, said::Said};
use crate::{provider::Refusal, providers::failure::Failure};

/// A code, the calls it is listed for, and what it means there. The first row that fits counts.
struct Row(&'static str, &'static [Operation], Meaning);

enum Meaning {
    Is(Refusal),
    /// The answers to these questions.
    Fields(&'static [&'static str]),
    /// Nothing that the core would treat in a way of its own.
    ByName,
}

use Meaning::{ByName, Fields, Is};
use Operation::{
    Authorise, Cancel, Challenge, Confirm, Create, Estimate, Link, Parameters, Provide, Quote,
    Read, Refund, RefundParameters, Register, RemoveAccount, SaveAccount, Verification, Wallet,
};

/// Every call about one order.
const ABOUT_AN_ORDER: &[Operation] = &[
    Read,
    Parameters,
    Authorise,
    Confirm,
    Cancel,
    RefundParameters,
    Refund,
];

/// Sections 2.1 and 2.2 of the contract.
///
/// `QUOTE_ALREADY_USED` is not here: an order may have come of it, and is looked for.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row("INVALID_REQUEST", &[Cancel, Confirm], Is(Refusal::NotPossibleNow)),
    Row("INVALID_REQUEST", &[Challenge, Link], Fields(&["address"])),
    Row("INVALID_REQUEST", &[Register, Quote, Estimate, Create, Authorise, Refund, SaveAccount, Provide], ByName),
    Row("FEATURE_NOT_ENABLED", &[Register], ByName),
    Row("QUOTE_NOT_FOUND", &[Create], Is(Refusal::QuoteExpired)),
    Row("QUOTE_EXPIRED", &[Create], Is(Refusal::QuoteExpired)),
    Row("PRICE_CHANGED_REQUOTE", &[Create], Is(Refusal::QuoteExpired)),
    Row("ORDER_NOT_FOUND", ABOUT_AN_ORDER, Is(Refusal::NotFound)),
    Row("INVALID_PAYMENT_DETAILS", &[Quote], Is(Refusal::NotFound)),
    Row("INVALID_PAYMENT_DETAILS", &[SaveAccount], ByName),
    Row("NO_OFFERS_AVAILABLE", &[Estimate, Quote, Create], Is(Refusal::AssetUnavailable)),
    Row("INVALID_STATUS", &[Parameters, Authorise, Confirm, Cancel, RefundParameters, Refund], Is(Refusal::NotPossibleNow)),
    Row("OPERATION_NOT_ALLOWED", &[Create, Parameters, Authorise, Confirm, Cancel, RefundParameters, Refund], ByName),
    Row("WALLET_NOT_LINKED", &[Quote, Create, Wallet], Is(Refusal::WalletNotLinked)),
    Row("WALLET_ALREADY_LINKED", &[Challenge, Link], Is(Refusal::NotPossibleNow)),
    Row("WALLET_TYPE_MISMATCH", &[Quote, Create, Wallet, Challenge, Link], ByName),
    Row("CHALLENGE_EXPIRED", &[Link], Fields(&["message"])),
    Row("INVALID_SIGNATURE", &[Link], Fields(&["signature"])),
    Row("KYC_NOT_CLEARED", &[Quote, Create], Is(Refusal::NotVerified { url: None })),
    Row("SENDER_IDENTITY_REQUIRED", &[Create], ByName),
    Row("INSUFFICIENT_BALANCE", &[Authorise], Is(Refusal::FundsUnavailable)),
    Row("RAIL_ROUTE_MISMATCH", &[Quote], ByName),
    Row("UNDERAGE_NOT_ALLOWED", &[Provide], Fields(&["dob"])),
    Row("INVALID_DATE_OF_BIRTH", &[Provide], Fields(&["dob"])),
    Row("INVALID_FIELD_VALUE", &[Provide], ByName),
    Row("NO_VALID_KYC_FIELDS", &[Provide], ByName),
];

/// What an answer other than 2xx and 429 means.
pub(super) fn read(operation: Operation, status: StatusCode, body: &[u8]) -> Failure {
    let said = Said::read(body);
    if status == StatusCode::UNAUTHORIZED && is_about_the_key(operation, &said) {
        return Failure::Key;
    }
    if let Some(refusal) = by_status(operation, status) {
        return Failure::Refused(refusal);
    }
    if operation == SaveAccount && status == StatusCode::UNPROCESSABLE_ENTITY && said.names_fields()
    {
        return Failure::RefusedInWords(said.text.into());
    }
    if status.is_client_error()
        && let Some(refusal) = listed(operation, &said)
    {
        return Failure::Refused(refusal);
    }
    Failure::Status {
        status: status.as_u16(),
        code: said.printable_code(),
    }
}

/// Several 401 have no body. Only where an order could have come of it does that say nothing.
fn is_about_the_key(operation: Operation, said: &Said) -> bool {
    operation != Create
        || said
            .code
            .as_deref()
            .is_some_and(|code| is(code, "UNAUTHORIZED"))
}

/// What a status says by itself: 404 and 409 of these calls have no published body.
fn by_status(operation: Operation, status: StatusCode) -> Option<Refusal> {
    match (status, operation) {
        (StatusCode::NOT_FOUND, Verification | Wallet | Challenge | Link | SaveAccount) => {
            Some(Refusal::PayerUnknown)
        }
        (StatusCode::NOT_FOUND, RemoveAccount | Provide) => Some(Refusal::NotFound),
        (StatusCode::NOT_FOUND, _) if ABOUT_AN_ORDER.contains(&operation) => {
            Some(Refusal::NotFound)
        }
        (StatusCode::CONFLICT, RemoveAccount) => Some(Refusal::NotPossibleNow),
        (_, _) => None,
    }
}

/// What the tables say, if they list the code for the call. Keys of the second shape are the same
/// words in small letters.
fn listed(operation: Operation, said: &Said) -> Option<Refusal> {
    let code = said.code.as_deref()?;
    let fits =
        |Row(listed, operations, _): &&Row| is(code, listed) && operations.contains(&operation);
    let Row(code, _, meaning) = ROWS.iter().find(fits)?;
    Some(match meaning {
        Is(refusal) => refusal.clone(),
        Fields(keys) => Refusal::Fields {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        },
        // The table's own text, never the provider's.
        ByName => Refusal::Other {
            code: (*code).to_owned(),
        },
    })
}

fn is(code: &str, listed: &str) -> bool {
    code.eq_ignore_ascii_case(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(code: &str) -> String {
        serde_json::json!({ "success": false, "error": { "code": code } }).to_string()
    }

    fn refused(operation: Operation, status: u16, body: &str) -> Option<Refusal> {
        let status = StatusCode::from_u16(status).unwrap();
        if let Failure::Refused(refusal) = read(operation, status, body.as_bytes()) {
            Some(refusal)
        } else {
            None
        }
    }

    #[test]
    fn a_create_is_refused_by_the_table_only() {
        for (status, code, refusal) in [
            (409, "QUOTE_EXPIRED", Refusal::QuoteExpired),
            (404, "QUOTE_NOT_FOUND", Refusal::QuoteExpired),
            (409, "PRICE_CHANGED_REQUOTE", Refusal::QuoteExpired),
            (409, "WALLET_NOT_LINKED", Refusal::WalletNotLinked),
            (422, "KYC_NOT_CLEARED", Refusal::NotVerified { url: None }),
        ] {
            assert_eq!(
                refused(Create, status, &coded(code)),
                Some(refusal),
                "{code}"
            );
        }
        let named = refused(Create, 422, &coded("SENDER_IDENTITY_REQUIRED"));
        assert!(matches!(named, Some(Refusal::Other { .. })));
        for (status, body) in [
            (409, coded("QUOTE_ALREADY_USED")),
            (409, coded("SOMETHING_NEW")),
            (404, String::new()),
            (400, "<html></html>".to_owned()),
            (500, coded("QUOTE_EXPIRED")),
            (502, coded("TRANSACTOR_ERROR")),
        ] {
            assert_eq!(refused(Create, status, &body), None, "{status} {body}");
        }
    }

    #[test]
    fn a_signature_that_the_relay_could_not_use_is_uncertain() {
        for operation in [Authorise, Refund] {
            assert_eq!(refused(operation, 502, &coded("TRANSACTOR_ERROR")), None);
        }
        assert_eq!(
            refused(Authorise, 422, &coded("INSUFFICIENT_BALANCE")),
            Some(Refusal::FundsUnavailable)
        );
    }

    #[test]
    fn keys_of_the_second_shape_are_read_too() {
        let body = r#"{"success":false,"data":{"error_key":"invalid_date_of_birth"}}"#;
        let keys = vec!["dob".to_owned()];
        assert_eq!(refused(Provide, 400, body), Some(Refusal::Fields { keys }));
    }

    #[test]
    fn what_has_no_body_is_read_by_its_status_where_nothing_is_at_stake() {
        assert_eq!(refused(Read, 404, ""), Some(Refusal::NotFound));
        assert_eq!(refused(Verification, 404, ""), Some(Refusal::PayerUnknown));
        let unauthorised = |operation| read(operation, StatusCode::UNAUTHORIZED, b"");
        assert!(matches!(unauthorised(Read), Failure::Key));
        assert!(matches!(
            unauthorised(Create),
            Failure::Status { status: 401, .. }
        ));
    }

    #[test]
    fn a_cancel_or_a_confirmation_at_the_wrong_time_is_refused_with_either_status() {
        for operation in [Cancel, Confirm] {
            for (status, code) in [(400, "INVALID_REQUEST"), (409, "INVALID_STATUS")] {
                let refusal = refused(operation, status, &coded(code));
                assert_eq!(refusal, Some(Refusal::NotPossibleNow), "{code}");
            }
        }
    }
}

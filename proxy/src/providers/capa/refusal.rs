//! Capa's refusals: the tables of its contract.
//!
//! Only a 4xx with a code that the tables list for the call is certain. Everything else says
//! nothing about whether the call was carried out.

use http::StatusCode;

use super::{client::Operation, said::Said};
use crate::{
    provider::{Refusal, Side},
    providers::failure::Failure,
};

/// The code of a key that is not accepted; with one message, of somebody else's user.
pub(super) const UNAUTHORIZED: &str = "UNAUTHORIZED";

/// The message that makes a 401 say something about the payer and not about the key (1.5).
const NOT_OUR_USER: &str = "User is not associated with the partner";

/// A code, the calls it is listed for, and what it means there. The first row that fits counts.
struct Row(&'static str, &'static [Operation], Meaning);

enum Meaning {
    Is(Refusal),
    Range(Side),
    /// Many different refusals share the code: the message tells them apart.
    ByMessage,
    /// Nothing that the core would treat in a way of its own.
    ByName,
}

use Meaning::{ByMessage, ByName, Is, Range};
use Operation::{Cancel, Create, Execute, History, List, Quote, Read, Register, Verification};

/// Sections 1.5, 2.2, 3.2, 3.4, 3.7, 5.1, 5.4 and 7.5 of the contract, and of section 12 what the
/// simulator and we agree on: U1 (unlisted), U5 (execute after the end), U16 (a payer who exists).
///
/// The quote's own table was not seen to its end, so the limits of a create are read there too: a
/// quote does nothing that could be in doubt.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row("INVALID_USER_INPUT_ERROR", &[Verification], Is(Refusal::PayerUnknown)),
    Row("INVALID_USER_INPUT_ERROR", &[Register, Quote, Create, Read, List, Execute, Cancel, History], ByName),
    Row("INVALID_PARTNER_FLOW", &[Register, Verification, Quote, Create, Read, List, Cancel, History], ByName),
    Row("BAD_REQUEST", &[Register, Quote, Create, Execute, Cancel], ByMessage),
    Row("REQUIRED_USER_ID_ERROR", &[Create], ByName),
    Row("USER_NOT_VERIFIED_ERROR", &[Create], Is(Refusal::NotVerified { url: None })),
    Row("QUOTE_EXPIRED", &[Create], Is(Refusal::QuoteExpired)),
    Row("INVALID_TOKEN_OPERATION_ERROR", &[Quote, Create], Is(Refusal::AssetUnavailable)),
    Row("INVALID_FIAT_AMOUNT_ERROR", &[Quote, Create], Range(Side::Fiat)),
    Row("INVALID_TOKEN_AMOUNT_ERROR", &[Quote, Create], Range(Side::Crypto)),
    Row("RECEIVER_CANNOT_INITIATE_TRANSACTION", &[Create], ByName),
    Row("RECEIVER_USER_MISMATCH", &[Create], ByName),
    Row("USER_BANK_INFO_ACCESS_DENIED", &[Create], ByName),
    Row("RECEIVER_NOT_FOUND", &[Create], Is(Refusal::NotFound)),
    Row("USER_BANK_INFO_NOT_FOUND", &[Create], Is(Refusal::NotFound)),
    Row("NOT_FOUND_ERROR", &[Create], ByMessage),
    Row("NOT_FOUND_ERROR", &[Verification], Is(Refusal::NotFound)),
    Row("NOT_FOUND", &[History], Is(Refusal::NotFound)),
    Row("TRANSACTION_NOT_FOUND", &[Execute, Cancel], Is(Refusal::NotFound)),
    Row("TRANSACTION_ACCESS_DENIED", &[Execute], ByName),
    Row("PARTNER_NOT_OWNER_OF_TRANSACTION_ERROR", &[Cancel], ByName),
    Row("USER_NOT_OWNER_OF_TRANSACTION_ERROR", &[Cancel], ByName),
    Row("CONFLICT", &[Register], ByName),
];

/// How messages begin that tell refusals of one code apart.
#[rustfmt::skip]
const MESSAGES: &[(&str, Refusal)] = &[
    ("Fiat currency is disabled", Refusal::AssetUnavailable),
    ("This blockchain and token combination is disabled", Refusal::AssetUnavailable),
    ("The receiver user account is not verified", Refusal::ReceiverNotVerified),
    ("Invalid transaction state transition", Refusal::NotPossibleNow),
    ("Requested User was not found", Refusal::PayerUnknown),
];

/// What an answer other than 2xx and 429 means.
pub(super) fn read(operation: Operation, status: StatusCode, body: &[u8]) -> Failure {
    let said = Said::read(body);
    if status == StatusCode::UNAUTHORIZED && said.code.as_deref() == Some(UNAUTHORIZED) {
        return if said.begins(NOT_OUR_USER) {
            Failure::Refused(Refusal::PayerUnknown)
        } else {
            Failure::Key
        };
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

/// What the tables say, if they list the code for the call.
fn listed(operation: Operation, said: &Said) -> Option<Refusal> {
    let code = said.code.as_deref()?;
    let Row(code, _, meaning) = ROWS
        .iter()
        .find(|Row(listed, operations, _)| *listed == code && operations.contains(&operation))?;
    Some(match meaning {
        Is(refusal) => refusal.clone(),
        Range(side) => {
            let (min, max) = said.limits();
            Refusal::AmountOutOfRange {
                min,
                max,
                side: *side,
            }
        }
        ByMessage => MESSAGES
            .iter()
            .find(|(start, _)| said.begins(start))
            .map_or_else(|| named(code), |(_, refusal)| refusal.clone()),
        ByName => named(code),
    })
}

/// The code is the table's own text, never the provider's.
fn named(code: &str) -> Refusal {
    Refusal::Other {
        code: code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(operation: Operation, status: u16, body: &str) -> Result<Refusal, Failure> {
        let failure = read(
            operation,
            StatusCode::from_u16(status).unwrap(),
            body.as_bytes(),
        );
        if let Failure::Refused(refusal) = failure {
            Ok(refusal)
        } else {
            Err(failure)
        }
    }

    #[track_caller]
    fn uncertain(operation: Operation, status: u16, body: &str) -> Option<String> {
        match refused(operation, status, body) {
            Err(Failure::Status {
                status: found,
                code,
            }) if found == status => code,
            other => panic!("{other:?}"),
        }
    }

    fn flat(code: &str, message: &str) -> String {
        serde_json::json!({ "success": false, "code": code, "message": message }).to_string()
    }

    #[test]
    fn limits_come_with_the_refusal() {
        let message = "Fiat amount is outside of the allowed range for OFF_RAMP. Should be \
                       between 100 and 500000";
        assert_eq!(
            refused(Create, 400, &flat("INVALID_FIAT_AMOUNT_ERROR", message)).unwrap(),
            Refusal::AmountOutOfRange {
                min: "100".parse().ok(),
                max: "500000".parse().ok(),
                side: Side::Fiat,
            }
        );
    }

    #[test]
    fn one_code_has_many_messages() {
        let create = |message| refused(Create, 400, &flat("BAD_REQUEST", message)).unwrap();
        assert_eq!(
            create("This blockchain and token combination is disabled or does not exist"),
            Refusal::AssetUnavailable
        );
        assert_eq!(
            create("The receiver user account is not verified"),
            Refusal::ReceiverNotVerified
        );
        assert_eq!(
            create("invalid transaction state transition."),
            Refusal::NotPossibleNow
        );
        assert_eq!(
            create("Quote is not valid for OFF_RAMP"),
            named("BAD_REQUEST")
        );
        assert_eq!(create(""), named("BAD_REQUEST"));
    }

    #[test]
    fn a_401_is_about_the_key_or_about_the_payer() {
        let unauthorized = |message| {
            read(
                Create,
                StatusCode::UNAUTHORIZED,
                flat("UNAUTHORIZED", message).as_bytes(),
            )
        };
        for message in [
            "API Key is missing",
            "Invalid API Key format",
            "Invalid API Key",
            "Partner information is required for this operation",
        ] {
            assert!(matches!(unauthorized(message), Failure::Key), "{message}");
        }
        assert!(matches!(
            unauthorized("User is not associated with the partner"),
            Failure::Refused(Refusal::PayerUnknown)
        ));
        assert_eq!(uncertain(Create, 401, "Unauthorized"), None);
    }

    #[test]
    fn a_code_counts_only_for_the_calls_it_is_listed_for() {
        let flow = flat("INVALID_PARTNER_FLOW", "The partner has an invalid flow.");
        assert_eq!(
            refused(Create, 403, &flow).unwrap(),
            named("INVALID_PARTNER_FLOW")
        );
        assert_eq!(
            uncertain(Execute, 403, &flow).as_deref(),
            Some("INVALID_PARTNER_FLOW")
        );
        let missing = flat("TRANSACTION_NOT_FOUND", "Transaction not found");
        assert_eq!(refused(Execute, 404, &missing).unwrap(), Refusal::NotFound);
        assert!(uncertain(Create, 404, &missing).is_some());
    }

    #[test]
    fn what_is_not_in_the_tables_is_uncertain() {
        assert_eq!(uncertain(Create, 400, "{}"), None);
        assert_eq!(uncertain(Create, 400, "<html></html>"), None);
        assert_eq!(
            uncertain(Create, 418, &flat("TEAPOT", "")).as_deref(),
            Some("TEAPOT")
        );
        assert_eq!(
            uncertain(Create, 500, &flat("QUOTE_EXPIRED", "Quote has expired")).as_deref(),
            Some("QUOTE_EXPIRED")
        );
        assert!(uncertain(Create, 307, &flat("QUOTE_EXPIRED", "")).is_some());
    }

    #[test]
    fn a_payer_id_that_is_no_id_belongs_to_nobody() {
        let invalid = flat("INVALID_USER_INPUT_ERROR", "Invalid User Input");
        assert_eq!(
            refused(Verification, 400, &invalid).unwrap(),
            Refusal::PayerUnknown
        );
        assert_eq!(
            refused(Create, 400, &invalid).unwrap(),
            named("INVALID_USER_INPUT_ERROR")
        );
    }
}

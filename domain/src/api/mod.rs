//! The neutral API: the bodies of every request, answer and error, the same for every provider.
//!
//! Amounts are decimal strings, times RFC 3339 in UTC, ids opaque strings. What a browser sends is
//! read strictly (an unknown field is refused, because it would hide a mistake); what the proxy
//! answers may grow, so readers ignore what they do not know.

mod action;
mod checkout;
mod deposit;
mod destination;
mod fields;
mod notification;
mod order;
mod problem;
mod quote;
mod session;
mod wallet;

pub use self::{
    action::{
        Action, ActionOffer, AuthoriseTransfer, Next, NoFields, Party, ProvideInformation,
        ReportNotReceived, ReportSent, Signed,
    },
    checkout::{
        Asset, Checkout, CountryOffer, Form, FormField, Verification, VerificationStatus,
        WalletLink,
    },
    deposit::{AfterSending, Authorisation, Deposit, Offer, TransferToAddress},
    destination::{
        Destination, DestinationRequest, DestinationResponse, MaskedDestination, SavedDestination,
        answers,
    },
    notification::{
        Notification, NotificationBody, NotificationData, NotificationKind, NotificationList,
        NotificationResponse, NotificationState,
    },
    order::{
        CryptoSide, FiatSide, NotReceived, Order, OrderList, OrderRequest, OrderResponse, Refund,
        SignatureProblem, TimelineEntry,
    },
    problem::{ErrorCode, FieldProblem, Problem},
    quote::{Fee, Quote, QuoteRequest, QuoteResponse},
    session::{
        LockKey, PayerDocument, PayerKind, PayerRef, Prefill, Receiver, Session, SessionRequest,
        SessionResponse,
    },
    wallet::{
        SigningRequest, SigningRequestRequest, WalletChallenge, WalletChallengeRequest,
        WalletLinkRequest, WalletLinked,
    },
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{bank::CountryCode, money::Token, network::Network, time::Timestamp};

    #[test]
    fn a_session_request_is_read_as_documented() {
        let request: SessionRequest = serde_json::from_value(json!({
            "payer": { "id": "cust-1", "provider_user_id": "8374f327-38bd-4b0b-b8a7-2524599eb903" },
            "provider": "one", "receiver": null, "origin": "https://shop.example",
            "prefill": { "country": "MX", "token": "USDC", "network": "POL", "crypto_amount": "100" },
            "lock": ["token", "network"], "return_url": null
        }))
        .unwrap();
        assert_eq!(request.lock, [LockKey::Token, LockKey::Network]);
        assert_eq!(request.prefill.crypto_amount, "100".parse().ok());
    }

    #[test]
    fn a_browser_cannot_hide_a_field() {
        let error = serde_json::from_value::<OrderRequest>(json!({
            "quote_id": "q", "min_fiat_amount": null, "payer": "somebody else",
            "destination": { "kind": "saved", "id": "d" }
        }))
        .unwrap_err();
        assert!(
            error.to_string().starts_with("unknown field `payer`"),
            "{error}"
        );
    }

    #[test]
    fn an_amount_in_json_is_a_string() {
        let number = json!({ "kind": "firm", "token": "USDC", "network": "POL", "country": "MX",
                             "crypto_amount": 100 });
        assert!(serde_json::from_value::<QuoteRequest>(number).is_err());
    }

    #[test]
    fn a_deposit_is_tagged_by_its_kind() {
        let deposit = Deposit::TransferToAddress(TransferToAddress {
            network: Network::Pol,
            token: Token::Usdc,
            token_contract: None,
            address: "0x7796d4f304bd84171ee6730ad0f69c07a47e786d".to_owned(),
            amount: "100".parse().unwrap(),
            payment_uri: None,
            after_sending: AfterSending::ReportSent,
            offer: Offer::Live,
            offer_until: None,
        });
        let json = serde_json::to_value(&deposit).unwrap();
        assert_eq!(json["kind"], "transfer_to_address");
        assert_eq!(json["after_sending"], "report_sent");
        assert_eq!(serde_json::from_value::<Deposit>(json).unwrap(), deposit);
    }

    #[test]
    fn answers_with_an_unknown_key_are_refused_by_name() {
        let fields = [
            ("clabe".to_owned(), "1".to_owned()),
            ("password".to_owned(), "2".to_owned()),
        ];
        let refused = answers(&fields).unwrap_err();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].key, "password");
    }

    #[test]
    fn bank_numbers_and_tokens_do_not_print() {
        let destination = Destination::BankAccount {
            country: CountryCode::Mx,
            fields: vec![("clabe".to_owned(), "014680260346007120".to_owned())],
        };
        assert!(!format!("{destination:?}").contains("0146"));
        let session = Session {
            id: "ses_1".to_owned(),
            client_token: "secret".to_owned(),
            expires_at: Timestamp::from_millis(0),
        };
        assert!(!format!("{session:?}").contains("secret"));
    }
}

//! Money that is not the payer's: what makes the partner's key sign, and what does not.

use std::time::Duration;

use axum::http::Method;
use offramp_domain::api::Action;
use offramp_simulator::{
    Fault, Operation,
    providers::unigox::{Refusal, Status},
};
use serde_json::{Value, json};

use crate::{
    shop::{
        self, accepted, ada, authorise, funded, partner, payer, sell, several_accepted, unigox,
        until, working,
    },
    support::{Backend, Bench, Outcome, session},
};

/// Every call that a signature begins or ends with.
const SIGNING: [Operation; 4] = [
    Operation::Parameters,
    Operation::Authorise,
    Operation::RefundParameters,
    Operation::Refund,
];

fn signing_calls(bench: &Bench) -> u64 {
    SIGNING
        .iter()
        .map(|operation| unigox(bench).requests(*operation))
        .sum()
}

/// Every status, and how to get there.
fn ways() -> Vec<Vec<Status>> {
    use Status::{Cancelled, CryptoReceived, Failed};
    let single = [
        Status::Created,
        Status::PendingAddress,
        Status::AwaitingLiquidityProvider,
        Status::AwaitingCryptoTransferAuthorization,
        Status::CryptoTransferAuthorizationPending,
        CryptoReceived,
        Status::FiatPaymentStarted,
        Status::FiatPaymentReviewStarted,
        Status::AwaitingFiatReceivedConfirmation,
        Status::FiatReceivedConfirmed,
        Status::CryptoReleasePending,
        Status::Completed,
        Cancelled,
        Failed,
        Status::PriceChangedRequoteNeeded,
        Status::DisputeStarted,
        Status::RefundPending,
        Status::Refunded,
        Status::SettlementInProgress,
        Status::Returned,
        Status::Other("escrow_haunted".to_owned()),
    ];
    let owed = [
        vec![CryptoReceived, Cancelled],
        vec![CryptoReceived, Failed],
    ];
    single
        .into_iter()
        .map(|status| vec![status])
        .chain(owed)
        .collect()
}

fn bodies() -> [Value; 5] {
    let signature = format!("0x{}", "11".repeat(65));
    [
        json!({}),
        json!({ "crypto_amount": "100", "reference": "debit-1" }),
        json!({ "crypto_amount": "0.000001", "reference": "debit-1" }),
        json!({ "crypto_amount": "10000", "reference": "debit-1" }),
        json!({ "signing_request": "sig_1", "signature": signature }),
    ]
}

#[tokio::test]
async fn no_browser_token_causes_a_signature_in_any_state_for_any_amount() -> Outcome {
    for way in ways() {
        let bench = shop::open(Backend::Unigox).await?;
        let ada = ada(&bench).await?;
        let id = accepted(&bench, &ada).await?;
        for status in &way {
            unigox(&bench).force_status("latest", status.clone())?;
            bench.pass(Duration::from_mins(10)).await?;
        }
        // What ends or confirms the order comes last.
        let is_last = |action: &Action| matches!(action, Action::Cancel | Action::ConfirmReceived);
        let (last, first): (Vec<_>, Vec<_>) = Action::ALL.into_iter().partition(is_last);
        for action in first.into_iter().chain(last) {
            for body in bodies() {
                let answer = payer(&bench, &ada, &id, action.as_str(), &body).await?;
                if matches!(action, Action::AuthoriseTransfer | Action::AuthoriseRefund) {
                    let refusal = answer.refusal();
                    assert_eq!(refusal, (409, "action_not_allowed"), "{way:?} {action:?}");
                }
            }
            let asked = shop::to_sign(&ada, &id, action.as_str()).await?;
            assert!(
                asked.status.is_client_error(),
                "{way:?} {action:?}: {}",
                asked.text
            );
            bench.pass_secs(30).await?;
        }
        assert_eq!(signing_calls(&bench), 0, "{way:?}");
        let record = bench.record(&id).await?;
        let signed = (record.transfer, record.refund, record.authorised);
        assert_eq!(signed, (None, None, None), "{way:?}");
        assert_eq!(unigox(&bench).order("latest")?.transfers, 0);
    }
    Ok(())
}

#[tokio::test]
async fn nobody_but_the_partner_authorises() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    let path = format!("/v1/orders/{id}/actions/authorise_transfer");
    let body = json!({ "crypto_amount": "100", "reference": "debit-1" });
    let order = ada.order(&id).await?;
    let resume = order.order()["resume_token"].as_str().unwrap_or_default();
    for token in [resume, "sk_test_00000000000000000000000000000000", ""] {
        let ask = bench
            .post(&path)
            .bearer(token)
            .header("idempotency-key", "k");
        assert_eq!(ask.json(&body).await?.status, 401, "{token}");
    }
    // Not even with the partner's key, from a browser.
    let ask = bench.post(&path).bearer(crate::support::PARTNER);
    let ask = ask
        .origin(crate::support::ORIGIN)
        .header("idempotency-key", "k");
    assert!(ask.json(&body).await?.status.is_client_error());
    assert_eq!(signing_calls(&bench), 0);
    Ok(())
}

#[tokio::test]
async fn another_amount_is_not_authorised() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    for amount in ["99.999999", "100.000001", "0", "1000"] {
        let refused = authorise(&bench, &id, amount).await?;
        assert_eq!(refused.refusal(), (422, "amount_out_of_range"), "{amount}");
    }
    let unnamed = json!({ "crypto_amount": "100", "reference": "" });
    let refused = partner(&bench, &id, "authorise_transfer", &unnamed).await?;
    assert_eq!(refused.refusal(), (400, "invalid_request"));
    assert_eq!(signing_calls(&bench), 0);
    // The same in other digits is the same.
    let taken = authorise(&bench, &id, "100.00").await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(unigox(&bench).order("latest")?.transfers, 1);
    Ok(())
}

#[tokio::test]
async fn an_order_is_authorised_once() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    let again = authorise(&bench, &id, "100").await?;
    assert_eq!(again.refusal(), (409, "action_not_allowed"));
    let theirs = unigox(&bench).order("latest")?;
    assert_eq!((theirs.authorise_calls, theirs.transfers), (1, 1));
    Ok(())
}

/// The limit of these tests is a thousand.
#[tokio::test]
async fn a_day_has_a_limit() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let first = sell(&ada, "600").await?.order_id()?;
    until(&bench, &first, "awaiting_deposit").await?;
    assert_eq!(authorise(&bench, &first, "600").await?.status, 200);
    until(&bench, &first, "deposit_received").await?;

    let second = sell(&ada, "401").await?.order_id()?;
    until(&bench, &second, "awaiting_deposit").await?;
    let refused = authorise(&bench, &second, "401").await?;
    assert_eq!(refused.refusal(), (403, "limit_reached"));
    assert_eq!(unigox(&bench).order("latest")?.authorise_calls, 0);
    ada.cancel(&second).await?;

    let third = sell(&ada, "400").await?.order_id()?;
    until(&bench, &third, "awaiting_deposit").await?;
    assert_eq!(authorise(&bench, &third, "400").await?.status, 200);
    until(&bench, &third, "deposit_received").await?;

    bench.pass(Duration::from_hours(24)).await?;
    let tomorrow = bench
        .shopper_with(&session("cust-1", shop::ADA_USER))
        .await?;
    let fourth = sell(&tomorrow, "600").await?.order_id()?;
    until(&bench, &fourth, "awaiting_deposit").await?;
    assert_eq!(authorise(&bench, &fourth, "600").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_with_the_same_bytes() -> Outcome {
    for fault in [
        Fault::ResetAfter,
        Fault::ResetBefore,
        Fault::ServerErrorAfter,
        Fault::MalformedJson,
        Fault::EmptyBody,
        Fault::BadGateway,
    ] {
        let bench = shop::open(Backend::Unigox).await?;
        let ada = ada(&bench).await?;
        let id = accepted(&bench, &ada).await?;
        unigox(&bench).fault(Operation::Authorise, fault.clone(), 1);
        let body = json!({ "crypto_amount": "100", "reference": "debit-1" });
        let path = format!("/v1/orders/{id}/actions/authorise_transfer");
        let ask = bench.post(&path).bearer(crate::support::PARTNER);
        let answer = working(&bench, ask.header("idempotency-key", "k").json(&body)).await?;
        assert_eq!(answer.status, 200, "{fault:?} {}", answer.text);
        let signed = bench
            .record(&id)
            .await?
            .transfer
            .ok_or("nothing was signed")?;
        until(&bench, &id, "deposit_received").await?;
        let kept = bench.record(&id).await?.transfer.ok_or("nothing is kept")?;
        let bytes =
            |signature: offramp_proxy::store::Signature| (signature.request, signature.signature);
        assert_eq!(bytes(signed), bytes(kept), "{fault:?}");
        assert_eq!(
            unigox(&bench).requests(Operation::Parameters),
            1,
            "{fault:?}"
        );
        assert_eq!(unigox(&bench).order("latest")?.transfers, 1, "{fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_that_is_certain_is_followed_by_a_new_signature() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    unigox(&bench).refuse_with(Operation::Authorise, &Refusal::InsufficientBalance, 2);
    authorise(&bench, &id, "100").await?;
    until(&bench, &id, "deposit_received").await?;
    assert_eq!(unigox(&bench).requests(Operation::Parameters), 3);
    let theirs = unigox(&bench).order("latest")?;
    assert_eq!((theirs.authorise_calls, theirs.transfers), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_relay_that_fails_for_ever_never_gets_a_second_signature() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    unigox(&bench).refuse_with(Operation::Authorise, &Refusal::TransactorError, 1_000);
    let body = json!({ "crypto_amount": "100", "reference": "debit-1" });
    let path = format!("/v1/orders/{id}/actions/authorise_transfer");
    let ask = bench.post(&path).bearer(crate::support::PARTNER);
    working(&bench, ask.header("idempotency-key", "k").json(&body)).await?;
    bench.pass_in_steps(Duration::from_mins(5), 24).await?;
    assert_eq!(unigox(&bench).requests(Operation::Parameters), 1);
    assert!(unigox(&bench).requests(Operation::Authorise) > 3);
    let order = ada.order(&id).await?;
    // Its time to sign is over, and nobody knows what became of the signature.
    assert_eq!(order.stands(), ("attention", "unknown"));
    assert_eq!(order.reason(), "deposit_missing");
    Ok(())
}

#[tokio::test]
async fn what_is_not_as_agreed_is_not_signed() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = accepted(&bench, &ada).await?;
    let theirs = unigox(&bench).order("latest")?;
    let parameters = |key: &str, value: Value| {
        let mut data = json!({
            "order_id": theirs.id, "chain_id": "660279",
            "token_address": "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA",
            "forwarder_address": "0x6fFCF38bEc8c733b096958fcd2a8E31A00530EDC",
            "recipient_address": theirs.escrow_address, "sender_address": theirs.signer_address,
            "amount_atomic": "100000000", "amount_human": "100.000000",
            "crypto_currency": "USDT", "crypto_decimals": 6, "forwarder_nonce": "0",
            "transfer_data": format!(
                "0xa9059cbb000000000000000000000000{}{:064x}",
                theirs.escrow_address[2..].to_lowercase(),
                100_000_000
            ),
        });
        data[key] = value;
        json!({ "success": true, "data": data }).to_string()
    };
    for (key, value) in [
        ("chain_id", json!("1")),
        (
            "token_address",
            json!("0x2Bf9a4e1D8f1B23f0Bc7Fd2eA7F4c1A8E4d3C5b6"),
        ),
        (
            "recipient_address",
            json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        ),
        (
            "sender_address",
            json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        ),
        ("amount_atomic", json!("200000000")),
        ("crypto_decimals", json!(8)),
    ] {
        let body = parameters(key, value);
        let canned = Fault::Canned { status: 200, body };
        unigox(&bench).fault(Operation::Parameters, canned, 1);
        let answer = authorise(&bench, &id, "100").await?;
        // It is the partner's turn once more: nothing was paid.
        assert_eq!(answer.state(), "awaiting_deposit", "{key}");
        assert_eq!(answer.actions(), ["authorise_transfer", "cancel"], "{key}");
        assert_eq!(bench.record(&id).await?.transfer, None, "{key}");
    }
    assert_eq!(unigox(&bench).requests(Operation::Authorise), 0);
    let body = parameters("order_id", json!(theirs.id));
    let canned = Fault::Canned { status: 200, body };
    unigox(&bench).fault(Operation::Parameters, canned, 1);
    authorise(&bench, &id, "100").await?;
    assert_eq!(
        unigox(&bench).order("latest")?.transfers,
        1,
        "as agreed it is signed"
    );
    Ok(())
}

/// Each transfer of a wallet counts on from the one before.
#[tokio::test]
async fn orders_that_are_authorised_at_once_are_all_paid() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ids = several_accepted(&bench, 5).await?;
    let all = ids.iter().map(|id| authorise(&bench, id, "100"));
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer?.status, 200);
    }
    for order in unigox(&bench).orders() {
        assert_eq!((order.authorise_calls, order.transfers), (1, 1));
    }
    Ok(())
}

/// The partner asks for what its own wallet paid, and the payer does not.
#[tokio::test]
async fn the_partner_says_nothing_that_is_the_payers_to_say() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    for action in [
        "confirm_received",
        "report_not_received",
        "cancel",
        "provide_information",
    ] {
        let refused = partner(&bench, &id, action, &json!({})).await?;
        assert_eq!(refused.refusal(), (409, "action_not_allowed"), "{action}");
    }
    assert_eq!(unigox(&bench).order("latest")?.confirm_calls, 0);
    let listed = bench.ask(Method::GET, &format!("/v1/orders/{id}"));
    assert_eq!(
        listed.bearer(crate::support::PARTNER).send().await?.status,
        200
    );
    Ok(())
}

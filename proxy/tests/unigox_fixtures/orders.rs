//! Orders, as they are made, read, listed and told of (8, 9, 11 and 12).

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use offramp_domain::{
    api::Action,
    money::{Currency, Token},
    order::{Custody, OrderState},
    time::Timestamp,
};
use offramp_proxy::provider::{
    ActOutcome, CreateOutcome, LocalFacts, Provider as _, ProviderError, ProviderRef, Refusal,
    Snapshot, WebhookError,
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{ORDER, QUOTE, fixture, new_order, order, stub::Stub, user};

async fn create(status: u16, body: &'static str) -> Result<(CreateOutcome, Stub)> {
    let stub = Stub::answering(&[("partner/offramp/initiate", status, body)]).await?;
    Ok((stub.client()?.create(&new_order()?).await, stub))
}

async fn created(status: u16, body: &'static str) -> Result<(Snapshot, Stub)> {
    match create(status, body).await? {
        (CreateOutcome::Created(snapshot), stub) => Ok((*snapshot, stub)),
        (outcome, _) => bail!("{outcome:?}"),
    }
}

async fn read(body: &'static str) -> Result<Snapshot> {
    let stub = Stub::answering(&[(&format!("partner/orders/{ORDER}"), 200, body)]).await?;
    Ok(stub.client()?.read(&user(), &order()).await?)
}

/// Section 8, with either status.
#[tokio::test]
async fn a_new_order_is_read() -> Result<()> {
    for status in [200, 201] {
        let (made, stub) = created(status, fixture!("initiated")).await?;
        assert_eq!(
            (made.reference.0.as_str(), made.status.as_str()),
            (ORDER, "awaiting_liquidity_provider")
        );
        assert_eq!(made.our_id.as_deref(), Some("inv-1"));
        assert_eq!(
            (made.token, made.currency),
            (Some(Token::Usdt), Some(Currency::Ngn))
        );
        assert_eq!(made.crypto_amount, "100".parse()?);
        let fiat = made.fiat_amount.map(|amount| amount.to_string());
        assert_eq!(fiat.as_deref(), Some("149280.00"));
        assert_eq!(made.created_at, "2026-09-20T09:00:20Z".parse().ok());
        assert_eq!(
            serde_json::from_str::<Value>(&stub.only()?.body)?,
            json!({ "quote_id": QUOTE, "reference_id": "inv-1" })
        );
    }
    Ok(())
}

/// Section 8: three members that no schema has.
#[tokio::test]
async fn an_order_that_waits_for_an_address_asks_for_it() -> Result<()> {
    let (made, stub) = created(201, fixture!("initiated_pending_address")).await?;
    let keys: Vec<_> = made.asks.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["address", "city", "postal_code"]);
    let stands = stub.client()?.assess(&made, &LocalFacts::default());
    assert_eq!(stands.state, OrderState::Blocked);
    assert_eq!(stands.actions, [Action::ProvideInformation, Action::Cancel]);
    Ok(())
}

/// Sections 2.1 and 8.
#[tokio::test]
async fn a_create_is_refused_or_in_doubt() -> Result<()> {
    let (refused, _) = create(409, fixture!("price_changed_requote")).await?;
    ensure!(
        matches!(refused, CreateOutcome::Refused(Refusal::QuoteExpired)),
        "{refused:?}"
    );
    let (refused, _) = create(422, fixture!("kyc_not_cleared")).await?;
    ensure!(
        matches!(refused, CreateOutcome::Refused(Refusal::NotVerified { .. })),
        "{refused:?}"
    );
    let (in_doubt, _) = create(409, fixture!("quote_already_used")).await?;
    ensure!(
        matches!(in_doubt, CreateOutcome::Uncertain(_)),
        "{in_doubt:?}"
    );
    Ok(())
}

/// Section 9.1.
#[tokio::test]
async fn an_order_that_waits_for_a_signature_is_read() -> Result<()> {
    let snapshot = read(fixture!("order")).await?;
    assert_eq!(snapshot.wants.as_deref(), Some("authorize_crypto_transfer"));
    assert_eq!(snapshot.takes, ["authorize-crypto-transfer", "cancel"]);
    let now = Timestamp::from_millis((1_760_000_000 - 3_600) * 1_000);
    let until = now.plus(Duration::from_secs(1_720));
    assert_eq!(snapshot.waits_until, Some(until));
    assert_eq!((snapshot.address, snapshot.our_id), (None, None));
    Ok(())
}

/// Section 9.2: the word never tells.
#[tokio::test]
async fn a_cancelled_order_owes_what_it_takes_a_signature_for() -> Result<()> {
    let snapshot = read(fixture!("order_cancelled_owing")).await?;
    let stub = Stub::answering(&[]).await?;
    let stands = stub.client()?.assess(&snapshot, &LocalFacts::default());
    assert_eq!(
        (stands.state, stands.custody),
        (OrderState::RefundRequired, Custody::Escrow)
    );
    assert_eq!(stands.actions, [Action::AuthoriseRefund]);
    Ok(())
}

/// Section 9.1.
#[tokio::test]
async fn another_order_than_the_one_asked_for_is_no_answer() -> Result<()> {
    let other = "b7a30000-0000-4000-8000-000000000002";
    let path = format!("partner/orders/{other}");
    let stub = Stub::answering(&[(&path, 200, fixture!("order"))]).await?;
    let read = stub
        .client()?
        .read(&user(), &ProviderRef(other.to_owned()))
        .await;
    ensure!(
        matches!(read, Err(ProviderError::Unavailable(_))),
        "{read:?}"
    );
    Ok(())
}

/// Section 11.
#[tokio::test]
async fn a_list_is_read_without_the_orders_of_their_widget() -> Result<()> {
    let stub = Stub::answering(&[("partner/orders", 200, fixture!("orders"))]).await?;
    let listing = stub
        .client()?
        .list(&user(), Timestamp::from_millis(0))
        .await?;
    let [only] = listing.orders.as_slice() else {
        bail!("{listing:?}")
    };
    assert_eq!(only.reference, order());
    assert!(listing.complete);
    assert_eq!(
        stub.only()?.line,
        "GET /api/v1/partner/orders?page=1&limit=100"
    );
    Ok(())
}

/// Sections 10.3 and 10.4.
#[tokio::test]
async fn an_action_has_no_body_and_answers_where_the_order_stands() -> Result<()> {
    let confirm = format!("partner/orders/{ORDER}/confirm-fiat-received");
    let cancel = format!("partner/orders/{ORDER}/cancel");
    let stub = Stub::answering(&[
        (&confirm, 200, fixture!("acted")),
        (&cancel, 409, fixture!("invalid_status")),
    ])
    .await?;
    let client = stub.client()?;
    let status = "crypto_transfer_authorization_pending".to_owned();
    assert_eq!(client.confirm(&order()).await?, ActOutcome::Done { status });
    assert_eq!(
        client.cancel(&order()).await?,
        ActOutcome::Refused(Refusal::NotPossibleNow)
    );
    for asked in stub.asked() {
        ensure!(asked.body.is_empty(), "{asked:?}");
    }
    Ok(())
}

/// Section 12.2: the vector.
#[tokio::test]
async fn a_webhook_is_read_if_its_signature_is_right() -> Result<()> {
    let body = fixture!("webhook_crypto_received").trim_end().as_bytes();
    let stub = Stub::answering(&[]).await?;
    let mut headers = HeaderMap::new();
    headers.insert("x-unigox-timestamp", HeaderValue::from_static("1769947205"));
    headers.insert(
        "x-unigox-signature",
        HeaderValue::from_static(
            "sha256=c405c68165b5485dc3572aae0ad4361c6e3fe470a39fb09d5cdb5ccfb2f17486",
        ),
    );
    let hint = stub.client_at(1_769_947_205)?.webhook(&headers, body)?;
    let reference = ProviderRef("b2c3d4e5-f6a7-8901-bcde-f12345678901".to_owned());
    assert_eq!(hint.reference, Some(reference));
    let late = stub.client_at(1_769_947_205 + 301)?;
    ensure!(late.webhook(&headers, body).is_err(), "it is too old");
    let mut other = body.to_vec();
    other[20] ^= 1;
    let forged = stub.client_at(1_769_947_205)?.webhook(&headers, &other);
    assert_eq!(forged, Err(WebhookError::Signature));
    Ok(())
}

/// Section 12.1: what the owner has to sign is a reason to read the order, and what is known of a
/// person's verification is none.
#[tokio::test]
async fn a_webhook_hints_at_an_order_or_at_nothing() -> Result<()> {
    let stub = Stub::answering(&[]).await?;
    let client = stub.client_at(1_769_947_205)?;
    for (body, key, reference) in [
        (
            fixture!("webhook_refund_required"),
            format!("evt_refund_required_{ORDER}"),
            Some(order()),
        ),
        (
            fixture!("webhook_kyc_updated"),
            "evt_a1b2c3d4-e5f6-7890-abcd-ef1234567891".to_owned(),
            None,
        ),
    ] {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test_unigox")?;
        mac.update(b"1769947205.");
        mac.update(body.as_bytes());
        let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("x-unigox-timestamp", HeaderValue::from_static("1769947205"));
        let signature = HeaderValue::from_str(&format!("sha256={signature}"))?;
        headers.insert("x-unigox-signature", signature);
        let hint = client.webhook(&headers, body.as_bytes())?;
        assert_eq!((hint.event_key, hint.reference), (key, reference));
        let forged = body.replace("evt_", "evt-");
        let forged = client.webhook(&headers, forged.as_bytes());
        assert_eq!(forged, Err(WebhookError::Signature));
    }
    Ok(())
}

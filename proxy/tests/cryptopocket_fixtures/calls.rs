//! Each call with the answer that its document shows.

use anyhow::{Context as _, Result, bail, ensure};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use offramp_domain::{
    api::{FormField, PayerRef, VerificationStatus},
    bank::{CountryCode, ListedDetails},
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::{
    clock::Clock,
    provider::{
        CreateOutcome, NewOrder, Payee, Provider as _, ProviderError, ProviderRef, ProviderUserId,
        QuoteAsk, Refusal, WebhookError,
    },
};
use serde_json::Value;
use sha2::Sha256;

use super::{fixture, stub::Stub};

const ORDER: &str = "Qw7Tt2bLx0VnE4mHc9KsYp1Rz";

fn user() -> ProviderUserId {
    ProviderUserId("106".to_owned())
}

fn payer() -> Result<PayerRef> {
    Ok(serde_json::from_value(serde_json::json!({
        "id": "cust-1", "name": "Inés Vega", "email": "ines@shop.example", "country": "ES",
    }))?)
}

/// The answer to the one question of a country.
fn details(country: CountryCode, key: &str, answer: &str) -> Result<ListedDetails> {
    let field = FormField {
        key: key.to_owned(),
        label: key.to_owned(),
        kind: "text".to_owned(),
        required: true,
        pattern: None,
        options: Vec::new(),
    };
    let answers = [(key.to_owned(), answer.to_owned())];
    match ListedDetails::accept(country, &[field], &answers, |_, _| true) {
        Ok(details) => Ok(details),
        Err(problems) => bail!("{problems:?}"),
    }
}

fn new_order() -> Result<NewOrder> {
    let details = details(CountryCode::Sepa, "iban", "ES9121000418450200051332")?;
    Ok(NewOrder {
        id: "ord_1".to_owned(),
        user: user(),
        quote_reference: None,
        token: Token::Usdt,
        network: Network::Bsc,
        crypto_amount: "100".parse()?,
        currency: Currency::Eur,
        payee: Payee::Listed(details),
        receiver: None,
    })
}

#[tokio::test]
async fn keys_are_exchanged_for_a_token_once() -> Result<()> {
    let stub = Stub::answering(&[("/api/kyc/check", 200, fixture!("kyc_valid"))]).await?;
    let pocket = stub.client()?;
    for _ in 0..2 {
        let verification = pocket.verification(&user()).await?;
        assert_eq!(verification.status, VerificationStatus::Verified);
    }
    let asked = stub.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
    let check = "GET /api/kyc/check?user_id=106";
    assert_eq!(lines, ["POST /api/authenticate", check, check]);
    assert_eq!(
        asked[0].body,
        r#"{"api_key":"pk_demo","api_secret":"sk_demo"}"#
    );
    assert_eq!(
        (asked[0].token.as_str(), asked[1].token.as_str()),
        ("", "b87b5df8hd")
    );
    Ok(())
}

#[tokio::test]
async fn a_payer_is_registered() -> Result<()> {
    let stub = Stub::answering(&[("/api/registerUser", 200, fixture!("registered"))]).await?;
    let registered = stub.client()?.register(&payer()?).await?;
    assert_eq!(registered.user, user());
    let url = "https://b2b.cryptopocket.example/kyc/1";
    assert_eq!(registered.verification_url.as_deref(), Some(url));
    let asked = stub.asked();
    assert_eq!(asked[1].line, "POST /api/registerUser");
    assert_eq!(asked[1].content_type, "application/json");
    assert_eq!(
        asked[1].body,
        r#"{"country":"ES","email":"ines@shop.example","name":"Inés Vega"}"#
    );
    Ok(())
}

#[tokio::test]
async fn a_payer_who_exists_is_refused_with_http_200() -> Result<()> {
    let body = fixture!("user_already_exists");
    let stub = Stub::answering(&[("/api/registerUser", 200, body)]).await?;
    let refused = stub.client()?.register(&payer()?).await;
    ensure!(
        matches!(
            &refused,
            Err(ProviderError::Refused(Refusal::Other { code }))
                if code == "user_already_exists"
        ),
        "{refused:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_price_is_read() -> Result<()> {
    let stub = Stub::answering(&[("/api/getRampoffQuote", 200, fixture!("quote"))]).await?;
    let ask = QuoteAsk {
        user: user(),
        account: None,
        kind: QuoteKind::Indicative,
        token: Token::Usdc,
        network: Network::Pol,
        country: CountryCode::Sepa,
        currency: Currency::Eur,
        crypto_amount: "100.00".parse()?,
    };
    let quote = stub.client()?.quote(&ask).await?;
    let said = [quote.fiat_amount, quote.rate].map(|amount| amount.to_string());
    assert_eq!(said, ["91.40", "0.914"]);
    assert_eq!(
        stub.asked()[1].line,
        "GET /api/getRampoffQuote?amount=100&symbol=USDC&chain=polygon&fiat_symbol=EUR"
    );
    Ok(())
}

#[tokio::test]
async fn an_order_is_created_and_read() -> Result<()> {
    let stub = Stub::answering(&[
        ("/api/createRampoff", 200, fixture!("rampoff_created")),
        ("/api/getRampoff", 200, fixture!("rampoff")),
    ])
    .await?;
    let outcome = stub.client()?.create(&new_order()?).await;
    let CreateOutcome::Created(order) = outcome else {
        bail!("{outcome:?}")
    };
    assert_eq!(
        (order.reference.0.as_str(), order.status.as_str()),
        (ORDER, "finished")
    );
    let wallet = "0x1f9090aaE28b8a3dCeaDf281B0F12828e676c326";
    assert_eq!(order.address.as_deref(), Some(wallet));
    assert_eq!(order.crypto_amount.to_string(), "100");
    let asked = stub.asked();
    assert_eq!(
        asked[1].body,
        r#"{"user_id":106,"amount":100,"symbol":"usdt","chain":"bsc","blockchain":"bsc","fiat_symbol":"EUR","iban":"ES9121000418450200051332"}"#
    );
    assert_eq!(asked[2].line, format!("GET /api/getRampoff?id={ORDER}"));
    Ok(())
}

#[tokio::test]
async fn a_latin_american_order_names_its_bank() -> Result<()> {
    let body = fixture!("rampoff_created");
    let stub = Stub::answering(&[("/api/createRampoff", 200, body)]).await?;
    let order = NewOrder {
        user: ProviderUserId("231".to_owned()),
        currency: Currency::Cop,
        payee: Payee::Registered(details(CountryCode::Co, "bank_name", "Bancolombia")?),
        ..new_order()?
    };
    let outcome = stub.client()?.create(&order).await;
    ensure!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
    let mut sent: Value = serde_json::from_str(&stub.asked()[1].body)?;
    // What the documents let out here, and ask for elsewhere (A-4).
    let members = sent.as_object_mut().context("an object")?;
    for chain in ["chain", "blockchain"] {
        assert_eq!(members.remove(chain), Some("bsc".into()));
    }
    let documented: Value = serde_json::from_str(fixture!("latam_request"))?;
    assert_eq!(sent, documented);
    Ok(())
}

#[tokio::test]
async fn an_order_that_cannot_be_read_yet_is_one() -> Result<()> {
    let body = fixture!("rampoff_created");
    let stub = Stub::answering(&[("/api/createRampoff", 200, body)]).await?;
    let outcome = stub.client()?.create(&new_order()?).await;
    let CreateOutcome::Created(order) = outcome else {
        bail!("{outcome:?}")
    };
    assert_eq!(order.status, "payment created");
    assert_eq!(
        (order.token, order.network),
        (Some(Token::Usdt), Some(Network::Bsc))
    );
    assert_eq!(order.fiat_amount, None);
    Ok(())
}

#[tokio::test]
async fn a_create_is_refused_in_two_ways() -> Result<()> {
    let refusal = async |status, body| {
        let stub = Stub::answering(&[("/api/createRampoff", status, body)]).await?;
        let outcome = stub.client()?.create(&new_order()?).await;
        let CreateOutcome::Refused(refusal) = outcome else {
            bail!("{outcome:?}")
        };
        anyhow::Ok(refusal)
    };
    let url = Some("https://b2b.cryptopocket.example/kyc/1".to_owned());
    assert_eq!(
        refusal(200, fixture!("require_kyc")).await?,
        Refusal::NotVerified { url }
    );
    let keys = vec!["iban".to_owned()];
    assert_eq!(
        refusal(422, fixture!("validation")).await?,
        Refusal::Fields { keys }
    );
    Ok(())
}

#[tokio::test]
async fn a_list_never_says_that_it_is_complete() -> Result<()> {
    let stub = Stub::answering(&[("/api/getRampoffList", 200, fixture!("rampoffs"))]).await?;
    let listing = stub
        .client()?
        .list(&user(), Timestamp::from_millis(0))
        .await?;
    assert!(listing.orders.is_empty() && !listing.complete);
    assert_eq!(
        stub.asked()[1].line,
        "GET /api/getRampoffList?user_id=106&page=1&per_page=100"
    );
    Ok(())
}

#[tokio::test]
async fn another_order_than_the_one_asked_for_is_no_answer() -> Result<()> {
    let stub = Stub::answering(&[("/api/getRampoff", 200, fixture!("rampoff"))]).await?;
    let pocket = stub.client()?;
    assert!(
        pocket
            .read(&user(), &ProviderRef(ORDER.to_owned()))
            .await
            .is_ok()
    );
    let other = pocket.read(&user(), &ProviderRef("r-2".to_owned())).await;
    ensure!(
        matches!(other, Err(ProviderError::Unavailable(_))),
        "{other:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_order_that_nobody_knows_is_not_found() -> Result<()> {
    let body = fixture!("rampoff_not_found");
    let stub = Stub::answering(&[("/api/getRampoff", 200, body)]).await?;
    let read = stub
        .client()?
        .read(&user(), &ProviderRef(ORDER.to_owned()))
        .await;
    ensure!(
        matches!(read, Err(ProviderError::Refused(Refusal::NotFound))),
        "{read:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_webhook_names_its_order() -> Result<()> {
    let body = fixture!("webhook_crypto_received").as_bytes();
    let stub = Stub::answering(&[]).await?;
    let seconds = (Clock::system().now().as_millis() / 1_000).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"sk_demo")?;
    mac.update(body);
    mac.update(seconds.as_bytes());
    let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
    let headers: HeaderMap = [
        ("x-api-key", "pk_demo"),
        ("x-timestamp", &seconds),
        ("x-signature", &signature),
    ]
    .into_iter()
    .map(|(name, value)| Ok((HeaderName::from_static(name), HeaderValue::from_str(value)?)))
    .collect::<Result<_>>()?;
    let hint = stub.client()?.webhook(&headers, body)?;
    assert_eq!(hint.event_key, format!("CRYPTO_RECEIVED/{ORDER}"));
    assert_eq!(hint.reference, Some(ProviderRef(ORDER.to_owned())));
    let forged = stub.client()?.webhook(&headers, &body[1..]);
    assert_eq!(forged, Err(WebhookError::Signature));
    Ok(())
}

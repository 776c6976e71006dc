//! Payers, refusals and webhooks.

use anyhow::{Result, bail, ensure};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use offramp_domain::{
    api::{PayerRef, VerificationStatus},
    quote::QuoteKind,
};
use offramp_proxy::provider::{
    CreateOutcome, Notice, Provider as _, ProviderError, Refusal, Side, WebhookError,
};
use sha2::Sha256;

use super::{
    ORDER, WEBHOOK_SECRET, amount, ask, capa, create, fixture, new_order, only, order, user,
};

/// What a create is refused with.
async fn refusal(status: u16, body: &str) -> Result<Refusal> {
    match create(status, body).await? {
        CreateOutcome::Refused(refusal) => Ok(refusal),
        CreateOutcome::Created(snapshot) => bail!("{snapshot:?}"),
        CreateOutcome::NotSent(error) | CreateOutcome::Uncertain(error) => bail!("{error:?}"),
    }
}

#[tokio::test]
async fn a_refusal_is_read_in_every_shape() -> Result<()> {
    for body in [
        fixture!("error_flat"),
        fixture!("error_renamed"),
        fixture!("error_nested"),
    ] {
        assert_eq!(refusal(400, body).await?, Refusal::QuoteExpired);
    }
    Ok(())
}

#[tokio::test]
async fn limits_come_with_the_refusal() -> Result<()> {
    let refusal = refusal(400, fixture!("error_limits")).await?;
    let (min, max) = (Some(amount("5")?), Some(amount("25000")?));
    assert_eq!(
        refusal,
        Refusal::AmountOutOfRange {
            min,
            max,
            side: Side::Crypto
        }
    );
    Ok(())
}

#[tokio::test]
async fn a_401_is_about_the_key_or_about_the_payer() -> Result<()> {
    let (capa, _stub) = capa(401, fixture!("error_foreign_user")).await?;
    let error = capa.verification(&user()).await;
    let unknown = Refusal::PayerUnknown;
    ensure!(
        matches!(&error, Err(ProviderError::Refused(refusal)) if *refusal == unknown),
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_key_is_certain() -> Result<()> {
    let (capa, _stub) = capa(401, fixture!("error_key")).await?;
    let error = capa.quote(&ask(QuoteKind::Firm)?).await;
    ensure!(matches!(error, Err(ProviderError::Key)), "{error:?}");
    let outcome = capa.create(&new_order()?).await;
    ensure!(
        matches!(outcome, CreateOutcome::Refused(Refusal::Other { .. })),
        "{outcome:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_verification_is_its_result_and_nothing_else() -> Result<()> {
    let (verified, _stub) = capa(200, fixture!("kyc_details")).await?;
    let verification = verified.verification(&user()).await?;
    assert_eq!(verification.status, VerificationStatus::Verified);
    assert!(!format!("{verification:?}").contains("PLANTED"));
    let (unknown, _stub) = capa(404, fixture!("kyc_not_found")).await?;
    let verification = unknown.verification(&user()).await?;
    assert_eq!(verification.status, VerificationStatus::Required);
    Ok(())
}

#[tokio::test]
async fn a_new_payer_is_read_in_both_forms() -> Result<()> {
    let payer: PayerRef = serde_json::from_value(serde_json::json!({
        "id": "cust-9", "type": "business", "email": "pay@example.com",
    }))?;
    for body in [fixture!("user_created"), fixture!("user_created_older")] {
        let (capa, stub) = capa(201, body).await?;
        let user = capa.register(&payer).await?.user;
        assert_eq!(user.0, "9486244c-ff7d-4c22-9984-797179d7deaa");
        let asked = stub.asked();
        assert_eq!(
            only(&asked)?.body,
            r#"{"type":"BUSINESS","email":"pay@example.com","externalUserId":"cust-9"}"#
        );
    }
    Ok(())
}

#[tokio::test]
async fn webhooks_are_read_as_they_were_signed() -> Result<()> {
    let (capa, _stub) = capa(200, "").await?;
    for (body, key, payer) in [
        (
            fixture!("webhook_created"),
            format!("TRANSACTION/CREATED_OFF_RAMP/{ORDER}"),
            Some("cust-1"),
        ),
        (
            fixture!("webhook_completed"),
            format!("TRANSACTION/COMPLETED_OFF_RAMP/{ORDER}"),
            Some("cust-1"),
        ),
        (
            fixture!("webhook_received_older"),
            format!("TRANSACTION/RECEIVED_USER_CRYPTO/{ORDER}"),
            None,
        ),
        (
            fixture!("webhook_verified"),
            "KYC/VERIFIED_USER/cust-1".to_owned(),
            Some("cust-1"),
        ),
    ] {
        let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes())?;
        mac.update(body.as_bytes());
        let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("capa-signature", HeaderValue::from_str(&signature)?);
        let hint = capa.webhook(&headers, body.as_bytes())?;
        assert_eq!((hint.event_key, hint.payer_id.as_deref()), (key, payer));
        let other = body.replace("cust-1", "cust-2").replace("CRYPTO", "FIAT");
        assert_eq!(
            capa.webhook(&headers, other.as_bytes()),
            Err(WebhookError::Signature)
        );
    }
    Ok(())
}

/// Section 7.5.
#[tokio::test]
async fn the_history_of_webhooks_is_read() -> Result<()> {
    const ID: &str = "5f0c9a1e-3a53-4a4e-9d70-1c2b3a4d5e6f";
    let (capa, stub) = self::capa(200, fixture!("notifications")).await?;
    let history = capa.history("2026-05-01T10:00:00Z".parse()?).await?;
    let missed = Notice {
        id: ID.to_owned(),
        arrived: false,
    };
    assert_eq!((history.notices, history.complete), (vec![missed], true));
    let asked = stub.asked();
    assert_eq!(
        only(&asked)?.path_and_query,
        "/api/partner/v2/webhook-notifications?limit=100&skip=0"
    );
    let later = capa.history("2026-05-01T11:00:00Z".parse()?).await?;
    assert_eq!((later.notices, later.complete), (vec![], true));

    let (capa, stub) = self::capa(200, fixture!("notification")).await?;
    let hint = capa.notice(ID).await?;
    let key = format!("TRANSACTION/CREATED_OFF_RAMP/{ORDER}");
    assert_eq!(
        (hint.event_key, hint.payer_id.as_deref()),
        (key, Some("cust-1"))
    );
    assert_eq!(hint.reference, Some(order()));
    let asked = stub.asked();
    let path = format!("/api/partner/v2/webhook-notifications/{ID}");
    assert_eq!(only(&asked)?.path_and_query, path);

    let (capa, _stub) = self::capa(404, fixture!("notification_not_found")).await?;
    let unknown = capa.notice(ID).await;
    ensure!(
        matches!(unknown, Err(ProviderError::Refused(Refusal::NotFound))),
        "{unknown:?}"
    );
    Ok(())
}

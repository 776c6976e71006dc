//! Users, their verification, and the accounts that they are paid on (4 to 6).

use anyhow::{Result, bail, ensure};
use offramp_domain::{
    api::{Form, PayerRef, VerificationStatus},
    bank::{CountryCode, ListedDetails},
};
use offramp_proxy::{
    provider::{ActOutcome, Provider as _, ProviderError, Refusal, SavedAccount},
    providers::unigox::Unigox,
};
use serde_json::{Value, json};

use super::{USER, fixture, order, stub::Stub, user};

/// Section 4.
#[tokio::test]
async fn a_payer_is_registered() -> Result<()> {
    let stub = Stub::answering(&[("partner/users", 201, fixture!("user"))]).await?;
    let payer: PayerRef =
        serde_json::from_value(json!({ "id": "cust-1", "email": "ada@example.com" }))?;
    let registered = stub.client()?.register(&payer).await?;
    assert_eq!(registered.user, user());
    assert_eq!(registered.verification_url, None);
    let asked = stub.only()?;
    assert_eq!(
        (asked.line.as_str(), asked.key.as_str()),
        ("POST /api/v1/partner/users", "pk_demo")
    );
    assert_eq!(
        serde_json::from_str::<Value>(&asked.body)?,
        json!({ "user_ref": "cust-1", "email": "ada@example.com", "wallet_type": "partner_wallet" })
    );
    Ok(())
}

/// Sections 2 and 2.2: the second shape.
#[tokio::test]
async fn a_key_that_is_not_accepted_is_told_apart() -> Result<()> {
    let path = format!("partner/users/{USER}/verification-status");
    let stub = Stub::answering(&[(&path, 401, fixture!("unauthorized"))]).await?;
    let refused = stub.client()?.verification(&user()).await;
    ensure!(matches!(refused, Err(ProviderError::Key)), "{refused:?}");
    Ok(())
}

/// Section 5.4.
#[tokio::test]
async fn a_verification_is_read() -> Result<()> {
    let path = format!("partner/users/{USER}/verification-status");
    let stub = Stub::answering(&[(&path, 200, fixture!("verification_under_review"))]).await?;
    let verification = stub.client()?.verification(&user()).await?;
    assert_eq!(verification.status, VerificationStatus::Pending);
    assert_eq!(verification.verification_url, None);
    assert_eq!(stub.only()?.line, format!("GET /api/v1/{path}"));
    Ok(())
}

/// Sections 5.4 and 5.1.
#[tokio::test]
async fn a_verification_that_has_not_begun_goes_on_on_their_pages() -> Result<()> {
    let path = format!("partner/users/{USER}/verification-status");
    let begin = format!("partner/users/{USER}/kyc-submissions");
    let stub = Stub::answering(&[
        (&path, 200, fixture!("verification_not_initiated")),
        (&begin, 200, fixture!("handoff")),
    ])
    .await?;
    let verification = stub.client()?.verification(&user()).await?;
    assert_eq!(verification.status, VerificationStatus::Required);
    let url = "https://verify.unigox.example/s/1";
    assert_eq!(verification.verification_url.as_deref(), Some(url));
    let asked = stub.asked();
    assert_eq!(asked[1].line, format!("POST /api/v1/{begin}"));
    assert_eq!(asked[1].body, r#"{"data":{},"method":"handoff"}"#);
    Ok(())
}

/// Section 5.3, refused in the second shape.
#[tokio::test]
async fn what_is_asked_for_is_given_and_refused_by_its_field() -> Result<()> {
    let path = format!("partner/users/{USER}/kyc");
    let stub = Stub::answering(&[(&path, 400, fixture!("invalid_date_of_birth"))]).await?;
    let answers = [("dob".to_owned(), "2099-01-01".to_owned())];
    let outcome = stub.client()?.provide(&user(), &order(), &answers).await?;
    let keys = vec!["dob".to_owned()];
    assert_eq!(outcome, ActOutcome::Refused(Refusal::Fields { keys }));
    let asked = stub.only()?;
    assert_eq!(asked.line, format!("PATCH /api/v1/{path}"));
    assert_eq!(asked.body, r#"{"dob":"2099-01-01"}"#);
    Ok(())
}

async fn iban(client: &Unigox) -> Result<ListedDetails> {
    let Form::Fields { fields } = client.form(CountryCode::Sepa).await? else {
        bail!("no fields")
    };
    let answers = [
        ("full_name".to_owned(), "Ada Lovelace".to_owned()),
        ("iban".to_owned(), "DE89370400440532013000".to_owned()),
    ];
    let details = ListedDetails::accept(CountryCode::Sepa, &fields, &answers, |_, _| true);
    details.map_err(|problems| anyhow::anyhow!("{problems:?}"))
}

/// Section 6.2.
#[tokio::test]
async fn the_questions_are_those_of_the_rail() -> Result<()> {
    let stub =
        Stub::answering(&[("supported/payment-rails", 200, fixture!("payment_rails"))]).await?;
    let client = stub.client()?;
    let Form::Fields { fields } = client.form(CountryCode::Sepa).await? else {
        bail!("no fields")
    };
    let shown: Vec<_> = fields
        .iter()
        .map(|field| (field.key.as_str(), field.label.as_str(), field.required))
        .collect();
    assert_eq!(
        shown,
        [("full_name", "Full name", true), ("iban", "IBAN", true)]
    );
    assert_eq!(
        stub.only()?.line,
        "GET /api/v1/supported/payment-rails?direction=offramp&currency=EUR"
    );
    Ok(())
}

/// Section 6.1, without the country, which an IBAN says by itself.
#[tokio::test]
async fn an_account_is_saved() -> Result<()> {
    let path = format!("partner/users/{USER}/payment-details");
    let stub = Stub::answering(&[
        ("supported/payment-rails", 200, fixture!("payment_rails")),
        (&path, 201, fixture!("payment_details")),
    ])
    .await?;
    let client = stub.client()?;
    let SavedAccount { account, bank_name } =
        client.save_account(&user(), &iban(&client).await?).await?;
    assert_eq!((account.0.as_str(), bank_name), ("987", None));
    let asked = stub.asked();
    assert_eq!(asked[1].line, format!("POST /api/v1/{path}"));
    assert_eq!(
        serde_json::from_str::<Value>(&asked[1].body)?,
        json!({
            "currency": "EUR", "rail": "iban-sepa",
            "details": { "full_name": "Ada Lovelace", "iban": "DE89370400440532013000" },
        })
    );
    Ok(())
}

/// Section 6.1, refused in the third shape.
#[tokio::test]
async fn an_account_is_refused_by_a_text_that_names_its_fields() -> Result<()> {
    let path = format!("partner/users/{USER}/payment-details");
    let stub = Stub::answering(&[
        ("supported/payment-rails", 200, fixture!("payment_rails")),
        (&path, 422, fixture!("payment_details_invalid")),
    ])
    .await?;
    let client = stub.client()?;
    let refused = client.save_account(&user(), &iban(&client).await?).await;
    let Err(ProviderError::Refused(refusal)) = refused else {
        bail!("{refused:?}")
    };
    let keys = vec!["iban".to_owned()];
    assert_eq!(refusal, Refusal::Fields { keys });
    Ok(())
}

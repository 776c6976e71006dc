//! Users and their verification.

use std::error::Error;

use offramp_simulator::Operation;
use offramp_simulator::providers::unigox::{
    FailureBodies, Feature, KycStatus, Refusal, VerificationOutcome,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{ADA, Answer, BEN, Bench, Outcome, with};

fn grace() -> Value {
    json!({ "user_ref": "cust-9", "email": "grace@example.com" })
}

async fn register(bench: &Bench) -> Outcome<String> {
    let answer = bench.post("/users", &grace()).await?;
    Ok(answer.data("user_uuid").to_owned())
}

fn pii(born: &str) -> Value {
    let pii =
        json!({ "first_name": "Grace", "last_name": "Hopper", "country_code": "NG", "dob": born });
    json!({ "method": "direct_data", "data": { "pii": pii } })
}

#[tokio::test]
async fn the_key_is_asked_for_in_the_shape_of_the_endpoint() -> Outcome {
    let bench = Bench::start().await?;
    let bare = async |path: &str| -> Outcome<Answer> {
        let path = format!("/unigox/api/v1/partner{path}");
        let request = bench
            .bare(Method::GET, &path)
            .header("x-api-key", "sim_unigox_keys");
        Answer::read(request.send().await?).await
    };
    assert_eq!(bare("/verify-auth").await?.key(), (401, "unauthorized"));
    assert_eq!(bare("/orders").await?.code(), (401, "UNAUTHORIZED"));
    assert_eq!(bare("/liquidity").await?.status, 200);
    assert_eq!(bench.get("/verify-auth").await?.status, 200);
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.failure_bodies = FailureBodies::Empty);
    let empty = bare("/orders").await?;
    assert_eq!((empty.status, empty.text.as_str()), (401, ""));
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.failure_bodies = FailureBodies::NotJson);
    let page = bench
        .get("/orders/0b2f7c1e-8f53-4a52-9a0e-2b6a1f0c9d11")
        .await?;
    assert_eq!((page.status, page.json), (404, Value::Null));
    assert_eq!(bench.get("/nothing").await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn a_user_is_made_once() -> Outcome {
    let bench = Bench::start().await?;
    let made = bench.post("/users", &grace()).await?;
    let uuid = made.data("user_uuid").to_owned();
    let expected = json!({
        "user_uuid": uuid, "id": uuid, "email": "grace@example.com",
        "wallet_type": "partner_wallet", "kyc_status": "NOT_INITIATED",
        "created_at": "2026-05-01T12:00:00Z",
    });
    assert_eq!((made.status, &made.json["data"]), (201, &expected));
    let again = bench.post("/users", &grace()).await?;
    assert_eq!((again.status, &again.json["data"]), (200, &expected));
    for body in [json!({}), with(grace(), "email", json!("nobody"))] {
        assert_eq!(
            bench.post("/users", &body).await?.key(),
            (400, "invalid_request")
        );
    }
    Ok(())
}

#[tokio::test]
async fn wallets_of_their_own_can_be_off() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.external_wallets = Feature::Off);
    let body = with(grace(), "wallet_type", json!("external_wallet"));
    let refused = bench.post("/users", &body).await?;
    assert_eq!(refused.code(), (403, "FEATURE_NOT_ENABLED"));
    Ok(())
}

#[tokio::test]
async fn a_user_is_shown_with_accounts_and_verification() -> Outcome {
    let bench = Bench::start().await?;
    let ada = bench.get(&format!("/users/{ADA}")).await?;
    let data = &ada.json["data"];
    assert_eq!(data["kyc"]["status"], "VERIFIED");
    assert_eq!(data["kyc"]["first_name"], "Ada");
    assert_eq!(data["payment_profiles"][1]["id"], "988");
    assert_eq!(
        data["payment_profiles"][0]["institution_name"],
        "Access Bank"
    );
    let nobody = bench.get("/users/nobody").await?;
    assert_eq!(nobody.key(), (404, "user_not_found"));
    Ok(())
}

#[tokio::test]
async fn a_verification_starts_when_everything_is_there() -> Outcome {
    let bench = Bench::start().await?;
    let uuid = register(&bench).await?;
    let path = |rest: &str| format!("/users/{uuid}/{rest}");
    let early = bench.post(&path("kyc/verify"), &json!({})).await?;
    assert_eq!(early.key(), (400, "invalid_request"));
    let submitted = bench
        .post(&path("kyc-submissions"), &pii("1990-12-09"))
        .await?;
    let expected = json!({
        "kyc_status": "NOT_INITIATED", "message": "KYC submission received",
        "verification_url": null,
    });
    assert_eq!(
        (submitted.status, &submitted.json["data"]),
        (200, &expected)
    );
    let status = async || -> Outcome<String> {
        let answer = bench.get(&path("verification-status")).await?;
        Ok(answer.data("status").to_owned())
    };
    assert_eq!(status().await?, "PENDING_DOCUMENTS");
    let verify = bench.post(&path("kyc/verify"), &json!({})).await?;
    assert_eq!(
        verify.json["data"]["missing"],
        json!(["identity_document", "selfie"])
    );

    let selfie = json!({ "upload_method": "url_link", "document_type": "selfie",
        "url": "https://files.example/selfie.png" });
    let one = bench.post(&path("kyc/documents"), &selfie).await?;
    assert_eq!(one.data("file_name"), "selfie.png");
    let batch = json!({ "upload_method": "url_link", "documents": [
        { "document_type": "passport_front", "url": "https://files.example/p.pdf" } ] });
    let many = bench.post(&path("kyc/documents"), &batch).await?;
    assert_eq!(many.json["data"]["uploaded"][0]["status"], "uploaded");
    assert_eq!(status().await?, "IN_PROGRESS");
    bench.step_secs(5);
    assert_eq!(status().await?, "VERIFIED");
    let events: Vec<String> = bench
        .unigox()
        .webhooks()
        .into_iter()
        .map(|one| one.event)
        .collect();
    assert_eq!(events, ["user.kyc.updated"]);
    Ok(())
}

#[tokio::test]
async fn a_verification_can_be_reviewed_or_rejected() -> Outcome {
    let bench = Bench::start().await?;
    let uuid = register(&bench).await?;
    let path = format!("/users/{uuid}/kyc-submissions");
    let token = json!({ "method": "external_token",
        "data": { "provider": "persona", "inquiry_id": "inq_1" } });
    bench.unigox().knobs_mut(|knobs| {
        knobs.verification = VerificationOutcome::ReviewedThenVerified;
    });
    bench.post(&path, &token).await?;
    bench.step_secs(5);
    assert_eq!(
        bench.unigox().user(&uuid)?.kyc_status,
        KycStatus::UnderReview
    );
    bench.step_secs(5);
    assert_eq!(bench.unigox().user(&uuid)?.kyc_status, KycStatus::Verified);

    bench
        .unigox()
        .verify(BEN, KycStatus::VerificationRejected)?;
    let ben = bench
        .get(&format!("/users/{BEN}/verification-status"))
        .await?;
    assert_eq!(ben.data("status"), "VERIFICATION_REJECTED");
    let webhook = bench.unigox().webhooks().pop().ok_or("no webhook")?;
    let body: Value = serde_json::from_str(&webhook.body)?;
    assert_eq!(body["data"]["kyc_status"], "REJECTED");
    assert!(body["data"]["rejection_reasons"][0].is_string());
    Ok(())
}

#[tokio::test]
async fn a_verification_is_rejected_by_whoever_reviews_it() -> Outcome {
    let bench = Bench::start().await?;
    let uuid = register(&bench).await?;
    bench.unigox().knobs_mut(|knobs| {
        knobs.verification = VerificationOutcome::ReviewedThenRejected;
    });
    let token = json!({ "method": "external_token",
        "data": { "provider": "persona", "inquiry_id": "inq_1" } });
    bench
        .post(&format!("/users/{uuid}/kyc-submissions"), &token)
        .await?;
    let standing = || Ok::<_, Box<dyn Error>>(bench.unigox().user(&uuid)?.kyc_status);
    bench.step_secs(5);
    assert_eq!(standing()?, KycStatus::UnderReview);
    bench.step_secs(5);
    assert_eq!(standing()?, KycStatus::VerificationRejected);
    bench.step_secs(3600);
    assert_eq!(standing()?, KycStatus::VerificationRejected);
    let told = bench.unigox().webhooks().into_iter();
    let told: Vec<Value> = told
        .map(|one| serde_json::from_str(&one.body))
        .collect::<Result<_, _>>()?;
    let words: Vec<_> = told
        .iter()
        .map(|body| &body["data"]["kyc_status"])
        .collect();
    assert_eq!(words, ["UNDER_REVIEW", "REJECTED"]);
    Ok(())
}

#[tokio::test]
async fn a_handoff_has_an_address_to_go_to() -> Outcome {
    let bench = Bench::start().await?;
    let uuid = register(&bench).await?;
    let path = format!("/users/{uuid}/kyc-submissions");
    let answer = bench.post(&path, &json!({ "method": "handoff" })).await?;
    let url = format!("https://verify.unigox.example/{uuid}");
    assert_eq!(answer.data("verification_url"), url);
    bench.unigox().verify(&uuid, KycStatus::Verified)?;
    let status = bench
        .get(&format!("/users/{uuid}/verification-status"))
        .await?;
    assert_eq!(status.json["data"]["verification_url"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn wrong_facts_are_refused_by_their_key() -> Outcome {
    let bench = Bench::start().await?;
    let uuid = register(&bench).await?;
    let submissions = format!("/users/{uuid}/kyc-submissions");
    for (born, key) in [
        ("2008-05-02", "underage_not_allowed"),
        ("2030-01-01", "invalid_date_of_birth"),
        ("yesterday", "invalid_date_of_birth"),
    ] {
        let refused = bench.post(&submissions, &pii(born)).await?;
        assert_eq!(refused.key(), (400, key), "{born}");
    }
    assert_eq!(
        bench.post(&submissions, &pii("2008-05-01")).await?.status,
        200
    );
    let nameless = json!({ "method": "direct_data", "data": { "pii": {} } });
    let refused = bench.post(&submissions, &nameless).await?;
    assert_eq!(refused.key(), (400, "no_valid_kyc_fields"));

    let path = format!("/users/{uuid}/kyc");
    let change = async |body: Value| bench.call(Method::PATCH, &path, Some(&body)).await;
    for (body, key) in [
        (json!({ "id_type": "NIN" }), "invalid_identity_number_type"),
        (json!({ "gender": "X" }), "invalid_gender"),
        (json!({ "nationality": "nigeria" }), "invalid_country_code"),
        (
            json!({ "source_of_funds": "luck" }),
            "invalid_source_of_funds",
        ),
        (json!({ "phone_number": "0801" }), "invalid_field_value"),
        (
            json!({ "address": " ", "first_name": "Eve" }),
            "no_valid_kyc_fields",
        ),
    ] {
        assert_eq!(change(body).await?.key(), (400, key));
    }
    let done = change(json!({ "city": "Lagos", "gender": "F", "postal_code": "" })).await?;
    assert_eq!(
        done.json["data"]["updated_fields"],
        json!(["city", "gender"])
    );
    let documents = format!("/users/{uuid}/kyc/documents");
    let plain =
        json!({ "upload_method": "url_link", "document_type": "selfie", "url": "http://a/b" });
    assert_eq!(
        bench.post(&documents, &plain).await?.key(),
        (400, "invalid_field_value")
    );
    Ok(())
}

#[tokio::test]
async fn faults_and_refusals_are_switched_on() -> Outcome {
    let bench = Bench::start().await?;
    let unigox = bench.unigox();
    unigox.refuse_with(Operation::Users, &Refusal::Unauthorized, 1);
    assert_eq!(
        bench.post("/users", &grace()).await?.key(),
        (401, "unauthorized")
    );
    unigox.fault(
        Operation::Users,
        offramp_simulator::Fault::ServerErrorAfter,
        1,
    );
    assert_eq!(
        bench.post("/users", &grace()).await?.key(),
        (500, "internal_error")
    );
    assert_eq!(bench.post("/users", &grace()).await?.status, 200);
    assert_eq!(unigox.requests(Operation::Users), 3);
    unigox.fault(Operation::List, offramp_simulator::Fault::RateLimited, 1);
    assert_eq!(bench.get("/orders").await?.status, 429);
    let id = bench.open_accepted().await?;
    unigox.fault(Operation::Read, offramp_simulator::Fault::AnotherId, 1);
    let another = offramp_simulator::fault::ANOTHER_ID;
    assert_eq!(bench.read(&id).await?["order_id"], another);
    unigox.fault(Operation::Read, offramp_simulator::Fault::StatusBack, 1);
    assert_eq!(bench.status(&id).await?, "awaiting_liquidity_provider");
    Ok(())
}

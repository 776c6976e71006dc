//! Users and their verification.

use offramp_simulator::providers::capa::{AddUser, Verification, seed};
use serde_json::{Value, json};

use crate::bench::{Bench, CUST_1, Outcome, order, with};

fn ana() -> Value {
    json!({ "type": "INDIVIDUAL", "email": "new@cobalto.example", "externalUserId": "new-1" })
}

async fn verification(bench: &Bench, user_id: &str) -> Outcome<(u16, Value)> {
    let answer = bench.get(&format!("/kyc/details?userId={user_id}")).await?;
    let result = answer.json["data"]["aipriseSummary"]["verificationResult"].clone();
    Ok((answer.status, result))
}

#[tokio::test]
async fn a_user_is_created_without_a_verification() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.post("/users", &ana()).await?;
    assert_eq!(answer.status, 201);
    let user_id = answer.data("userId");
    assert_eq!(
        answer.json,
        json!({ "success": true, "data": { "userId": user_id } })
    );
    assert_eq!(verification(&bench, user_id).await?.0, 404);
    let body = with(order("100"), "userId", json!(user_id));
    assert_eq!(
        bench.create(&body).await?.refusal().1,
        "USER_NOT_VERIFIED_ERROR"
    );
    Ok(())
}

#[tokio::test]
async fn an_external_id_is_optional_and_unique() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(
        bench
            .post("/users", &with(ana(), "externalUserId", json!(null)))
            .await?
            .status,
        201
    );
    let same_email = bench.post("/users", &ana()).await?;
    assert_eq!(
        same_email.refusal(),
        (409, "CONFLICT", "User already exists")
    );
    let other = with(ana(), "email", json!("other@cobalto.example"));
    let same_id = bench
        .post("/users", &with(other, "externalUserId", json!("cust-1")))
        .await?;
    assert_eq!(same_id.refusal(), (409, "CONFLICT", "User already exists"));
    Ok(())
}

#[tokio::test]
async fn users_that_make_no_sense_are_refused() -> Outcome {
    let bench = Bench::start().await?;
    let email = bench
        .post("/users", &with(ana(), "email", json!("ana")))
        .await?;
    assert_eq!(
        email.refusal(),
        (400, "BAD_REQUEST", "Provided email is not valid")
    );
    for (key, value) in [
        ("type", json!("ROBOT")),
        ("type", json!(null)),
        ("email", json!(null)),
    ] {
        let answer = bench.post("/users", &with(ana(), key, value)).await?;
        assert_eq!(
            answer.refusal(),
            (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input")
        );
    }
    Ok(())
}

#[tokio::test]
async fn verification_details_have_an_envelope_of_their_own() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get(&format!("/kyc/details?userId={CUST_1}")).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(
        (&answer.json["status"], answer.json.get("success")),
        (&json!("ok"), None)
    );
    assert_eq!(
        verification(&bench, CUST_1).await?,
        (200, json!("VERIFIED"))
    );
    Ok(())
}

#[tokio::test]
async fn a_verification_can_be_moved_on() -> Outcome {
    let bench = Bench::start().await?;
    let user_id = bench.capa().add_user(AddUser { verified: false });
    assert_eq!(verification(&bench, &user_id).await?.0, 404);
    bench.capa().verify(&user_id, Verification::ReviewNeeded)?;
    assert_eq!(
        verification(&bench, &user_id).await?,
        (200, json!("REVIEW_NEEDED"))
    );
    bench.capa().verify(&user_id, Verification::Verified)?;
    let body = with(order("100"), "userId", json!(user_id));
    assert_eq!(bench.create(&body).await?.status, 201);
    let bodies: Vec<_> = bench
        .capa()
        .webhooks()
        .into_iter()
        .map(|webhook| webhook.body)
        .collect();
    assert_eq!(
        bodies[1],
        r#"{"type":"KYC","event":"VERIFIED_USER","externalUserId":"cust-4"}"#
    );
    Ok(())
}

#[tokio::test]
async fn details_of_nobody_are_not_found() -> Outcome {
    let bench = Bench::start().await?;
    let absent = "/kyc/details?userId=123e4567-e89b-12d3-a456-426614174000";
    let expected = (404, "NOT_FOUND_ERROR", "Requested User was not found");
    assert_eq!(bench.get(absent).await?.refusal(), expected);
    let unverified = format!("/kyc/details?userId={}", seed::CUST_3);
    assert_eq!(bench.get(&unverified).await?.refusal(), expected);
    for path in ["/kyc/details", "/kyc/details?userId=cust-1"] {
        let answer = bench.get(path).await?;
        assert_eq!(
            answer.refusal(),
            (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input")
        );
    }
    Ok(())
}

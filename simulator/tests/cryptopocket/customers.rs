//! Verification, documents, and the list of customers.

use offramp_simulator::providers::cryptopocket::{Knobs, Kyc, KycAnswer};
use serde_json::{Value, json};

use crate::bench::{Bench, Outcome, with};

#[tokio::test]
async fn a_verification_is_read_in_both_shapes() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get("/kyc/check?user_id=106").await?;
    let expected = json!({ "status": "ok", "data": { "kyc_status": "valid" } });
    assert_eq!((answer.status, answer.json), (200, expected));

    let beside = |knobs: &mut Knobs| knobs.kyc_answer = KycAnswer::Beside;
    bench.pocket().knobs_mut(beside);
    bench.pocket().verify(107, Kyc::Processing)?;
    let answer = bench.get("/kyc/check?user_id=107").await?;
    let expected = json!({ "status": "ok", "kyc_status": "processing" });
    assert_eq!(answer.json, expected);
    bench.pocket().verify(107, "on_hold".into())?;
    let answer = bench.get("/kyc/check?user_id=107").await?;
    assert_eq!(answer.json["kyc_status"], "on_hold");
    Ok(())
}

#[tokio::test]
async fn a_verification_is_of_an_own_user() -> Outcome {
    let bench = Bench::start().await?;
    for id in ["1", "900"] {
        let answer = bench.get(&format!("/kyc/check?user_id={id}")).await?;
        assert_eq!(answer.refusal(), (200, "user_not_found"), "{id}");
    }
    let answer = bench.get("/kyc/check").await?;
    assert_eq!(answer.refusal(), (200, "fail_mandatory_field"));
    let answer = bench.get("/kyc/check?user_id=ana").await?;
    assert_eq!(answer.wrong_field(), (422, Some("user_id")));
    assert!(bench.pocket().verify(1, Kyc::Valid).is_err());
    Ok(())
}

#[tokio::test]
async fn an_enhanced_form_is_a_link() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench
        .post("/onboarding-form", &json!({ "user_id": 106 }))
        .await?;
    let link = answer.data("onboarding_link");
    assert!(link.starts_with("https://"), "{}", answer.text);
    let answer = bench.post("/onboarding-form", &json!({})).await?;
    assert_eq!(answer.refusal(), (200, "fail_mandatory_field"));
    let answer = bench
        .post("/onboarding-form", &json!({ "user_id": 1 }))
        .await?;
    assert_eq!(answer.refusal(), (200, "user_not_found"));
    Ok(())
}

#[tokio::test]
async fn documents_are_uploaded_or_refused() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({ "type": "payslip", "file": "data:application/pdf;base64,JVBERg==" });
    let answer = bench.post("/customers/106/documents", &body).await?;
    assert_eq!(
        (answer.status, answer.json),
        (200, json!({ "status": "ok" }))
    );
    let linked = with(body.clone(), "file", json!("https://files.example/a.pdf"));
    let answer = bench.post("/customers/106/documents", &linked).await?;
    assert_eq!(answer.json["status"], "ok");

    let answer = bench.post("/customers/900/documents", &body).await?;
    assert_eq!(answer.refusal(), (403, "user_not_in_integration"));
    let answer = bench.post("/customers/1/documents", &body).await?;
    assert_eq!(answer.refusal(), (404, "user_not_found"));
    for file in [
        "a.pdf",
        "data:application/pdf;base64,?",
        "data:;base64,JVBERg==",
    ] {
        let broken = with(body.clone(), "file", json!(file));
        let answer = bench.post("/customers/106/documents", &broken).await?;
        assert_eq!(answer.refusal(), (422, "invalid_file"), "{file}");
    }
    let unknown = with(body, "type", json!("selfie"));
    let answer = bench.post("/customers/106/documents", &unknown).await?;
    assert_eq!(answer.wrong_field(), (422, Some("type")));
    Ok(())
}

#[tokio::test]
async fn customers_are_listed_in_pages() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get("/customers/list?per_page=3&page=3").await?;
    let expected = json!({ "status": "ok", "data": {
        "data": [{
            "id": 235, "name": "ROSA QUISPE", "email": "customer-235@cobalto.example",
            "kyc_status": "valid",
        }],
        "current_page": 3, "per_page": 3, "last_page": 3, "total": 7,
    }});
    assert_eq!(answer.json, expected);
    let beyond = bench.get("/customers/list?page=9").await?;
    assert_eq!(beyond.json["data"]["data"], Value::Array(Vec::new()));
    Ok(())
}

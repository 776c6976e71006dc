//! Opening sessions: for whom, for which page, on which terms.

use axum::http::Method;
use offramp_simulator::{Operation, providers::capa::seed};
use serde_json::json;

use crate::support::{Bench, FOREIGN_ORIGIN, Outcome, PARTNER, Shopper, session, with};

#[tokio::test]
async fn a_session_is_opened_for_a_payer() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.open_session(&session("cust-1", seed::CUST_1)).await?;
    assert_eq!(answer.status, 201);
    let session = &answer.json["session"];
    assert!(
        session["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("ses_"))
    );
    let token = session["client_token"].as_str().unwrap_or_default();
    // 256 bits in base64url, behind a prefix.
    assert_eq!((token.get(..4), token.len()), (Some("ofs_"), 47));
    Ok(())
}

#[tokio::test]
async fn every_session_has_a_token_of_its_own() -> Outcome {
    let bench = Bench::start().await?;
    let (one, other) = (bench.ana().await?, bench.ana().await?);
    assert_ne!(one.token, other.token);
    assert_eq!(one.checkout().await?.status, 200);
    assert_eq!(other.checkout().await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_origin_that_is_not_listed_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    for origin in [
        FOREIGN_ORIGIN,
        "https://shop.example/",
        "HTTPS://SHOP.EXAMPLE",
        "*",
        "",
    ] {
        let body = with(session("cust-1", seed::CUST_1), "origin", json!(origin));
        let answer = bench.open_session(&body).await?;
        assert_eq!(answer.refusal(), (403, "origin_not_allowed"), "{origin}");
    }
    Ok(())
}

#[tokio::test]
async fn a_payer_with_another_provider_user_is_a_mismatch() -> Outcome {
    let bench = Bench::start().await?;
    bench.ana().await?;
    let answer = bench.open_session(&session("cust-1", seed::CUST_2)).await?;
    assert_eq!(answer.refusal(), (422, "payer_mismatch"));
    Ok(())
}

#[tokio::test]
async fn a_provider_user_with_another_payer_is_a_mismatch() -> Outcome {
    let bench = Bench::start().await?;
    bench.ana().await?;
    let answer = bench.open_session(&session("cust-9", seed::CUST_1)).await?;
    assert_eq!(answer.refusal(), (422, "payer_mismatch"));
    let again = bench.open_session(&session("cust-9", seed::CUST_2)).await?;
    assert_eq!(again.status, 201, "a mismatch binds nothing");
    Ok(())
}

#[tokio::test]
async fn a_known_payer_needs_no_provider_user() -> Outcome {
    let bench = Bench::start().await?;
    bench.ana().await?;
    let body = with(
        session("cust-1", seed::CUST_1),
        "payer",
        json!({ "id": "cust-1" }),
    );
    assert_eq!(bench.open_session(&body).await?.status, 201);
    assert_eq!(bench.capa().requests(Operation::Users), 0);
    Ok(())
}

#[tokio::test]
async fn a_new_payer_is_registered_at_the_provider_once() -> Outcome {
    let bench = Bench::start().await?;
    let payer = json!({ "id": "cust-77", "type": "individual", "email": "nora@cobalto.example" });
    let body = with(session("cust-77", ""), "payer", payer);
    for _ in 0..2 {
        assert_eq!(bench.open_session(&body).await?.status, 201);
    }
    assert_eq!(bench.capa().requests(Operation::Users), 1);
    let users = bench.capa().users();
    let known = users
        .iter()
        .filter(|user| user.external_id.as_deref() == Some("cust-77"));
    assert_eq!(known.count(), 1);
    Ok(())
}

#[tokio::test]
async fn what_a_new_payer_lacks_is_said_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(session("cust-77", ""), "payer", json!({ "id": "cust-77" }));
    let answer = bench.open_session(&body).await?;
    assert_eq!(answer.refusal(), (422, "payer_incomplete"));
    assert_eq!(
        answer.json["fields"],
        json!([
            { "key": "type", "problem": "required" },
            { "key": "email", "problem": "required" },
        ])
    );
    assert_eq!(bench.capa().requests(Operation::Users), 0);
    Ok(())
}

#[tokio::test]
async fn a_payer_whom_the_provider_knows_already_has_to_be_named() -> Outcome {
    let bench = Bench::start().await?;
    let payer = json!({ "id": "cust-1", "type": "individual", "email": "cust-1@cobalto.example" });
    let body = with(session("cust-1", ""), "payer", payer);
    let answer = bench.open_session(&body).await?;
    assert_eq!(answer.refusal(), (502, "provider_rejected"));
    Ok(())
}

#[tokio::test]
async fn a_field_that_does_not_exist_is_refused_by_name() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(session("cust-1", seed::CUST_1), "spread", json!("0.1"));
    let answer = bench.open_session(&body).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    assert_eq!(answer.json["detail"], "unknown field `spread`");
    Ok(())
}

#[tokio::test]
async fn a_provider_that_is_not_configured_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(session("cust-1", seed::CUST_1), "provider", json!("unigox"));
    let answer = bench.open_session(&body).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    let body = with(session("cust-1", seed::CUST_1), "provider", json!("capa"));
    assert_eq!(bench.open_session(&body).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn an_id_is_neither_empty_nor_endless_nor_invisible() -> Outcome {
    let bench = Bench::start().await?;
    for id in [String::new(), "x".repeat(201), "a\u{7}b".to_owned()] {
        let answer = bench.open_session(&session(&id, seed::CUST_1)).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{id:?}");
        let answer = bench.open_session(&session("cust-1", &id)).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{id:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_return_address_leads_to_a_page() -> Outcome {
    let bench = Bench::start().await?;
    let with_return = |url: &str| with(session("cust-1", seed::CUST_1), "return_url", json!(url));
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "shop.example",
        "",
    ] {
        let answer = bench.open_session(&with_return(url)).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{url}");
    }
    let answer = bench
        .open_session(&with_return("https://shop.example/back"))
        .await?;
    assert_eq!(answer.status, 201);
    Ok(())
}

#[tokio::test]
async fn what_is_locked_has_to_be_said() -> Outcome {
    let bench = Bench::start().await?;
    let body = with(
        session("cust-1", seed::CUST_1),
        "lock",
        json!(["token", "crypto_amount"]),
    );
    let body = with(body, "prefill", json!({ "token": "USDC" }));
    let answer = bench.open_session(&body).await?;
    assert_eq!(answer.refusal(), (400, "invalid_request"));
    assert_eq!(
        answer.json["detail"],
        "crypto_amount is locked, and prefill does not say to what"
    );
    Ok(())
}

#[tokio::test]
async fn a_session_that_the_partner_ends_is_over_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let opened = bench.open_session(&session("cust-1", seed::CUST_1)).await?;
    let (id, token) = (
        opened.json["session"]["id"].as_str().ok_or("no id")?,
        opened.json["session"]["client_token"]
            .as_str()
            .ok_or("no token")?,
    );
    let ana = Shopper::new(&bench, token);
    let order = ana.open_order().await?;
    let path = format!("/v1/sessions/{id}");
    let by_the_payer = ana.ask(Method::DELETE, &path).send().await?;
    assert_eq!(by_the_payer.refusal(), (401, "unauthorized"));
    let end = || bench.ask(Method::DELETE, &path).bearer(PARTNER).send();
    assert_eq!(end().await?.status, 204);
    assert_eq!(ana.checkout().await?.refusal(), (401, "unauthorized"));
    assert_eq!(ana.order(&order).await?.refusal(), (401, "unauthorized"));
    assert_eq!(end().await?.refusal(), (404, "not_found"));
    let again = bench.ana().await?;
    assert_eq!(again.order(&order).await?.state(), "awaiting_deposit");
    Ok(())
}

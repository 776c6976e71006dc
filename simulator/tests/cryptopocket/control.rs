//! The same over HTTP, under `/_sim/cryptopocket`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Answer, Bench, Outcome, sepa};

async fn call(bench: &Bench, method: Method, path: &str, body: Value) -> Outcome<Answer> {
    let url = format!("{}/_sim/cryptopocket{path}", bench.root);
    let request = reqwest::Client::new().request(method, url).json(&body);
    Answer::read(request.send().await?).await
}

async fn post(bench: &Bench, path: &str, body: Value) -> Outcome<Answer> {
    call(bench, Method::POST, path, body).await
}

async fn get(bench: &Bench, path: &str) -> Outcome<Value> {
    Ok(call(bench, Method::GET, path, Value::Null).await?.json)
}

#[tokio::test]
async fn orders_are_paid_for_and_decided() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let body = json!({ "kind": "amount", "amount": "40" });
    let answer = post(&bench, "/orders/latest/deposit", body).await?;
    assert_eq!(answer.json["deposit"], "mismatched");
    assert_eq!(answer.json["received"], "40");
    let path = format!("/orders/{id}/status");
    let answer = post(&bench, &path, json!({ "status": "refunded" })).await?;
    assert_eq!(answer.json["status"], "refunded");
    let orders = get(&bench, "/orders").await?;
    assert_eq!(orders[0]["network"], "polygon");
    assert_eq!(orders[0]["address"].as_str().map(str::len), Some(42));

    let answer = post(&bench, "/orders/x/deposit", json!({ "kind": "exact" })).await?;
    assert_eq!(
        (answer.status, answer.json),
        (404, json!({ "error": "no order `x`" }))
    );
    let body = json!({ "kind": "amount", "amount": "ten" });
    let answer = post(&bench, "/orders/latest/deposit", body).await?;
    assert_eq!(answer.status, 400);
    Ok(())
}

#[tokio::test]
async fn people_are_added_verified_and_blocked() -> Outcome {
    let bench = Bench::start().await?;
    let added = post(&bench, "/users", json!({ "verified": true })).await?;
    assert_eq!(
        (added.status, &added.json["verification"]),
        (201, &json!("valid"))
    );
    assert_eq!(added.json["id"], 901);
    let body = json!({ "verification": "fail" });
    let users = post(&bench, "/users/901/verification", body).await?;
    assert_eq!(users.json[7]["verification"], "fail");
    let body = json!({ "standing": "banned" });
    let users = post(&bench, "/users/901/standing", body).await?;
    assert_eq!(users.json[7]["standing"], "banned");
    assert_eq!(get(&bench, "/users").await?[2]["country"], "CO");
    let body = json!({ "verification": "valid" });
    let unknown = post(&bench, "/users/1/verification", body).await?;
    assert_eq!(
        (unknown.status, unknown.json),
        (404, json!({ "error": "no user `1`" }))
    );
    Ok(())
}

#[tokio::test]
async fn faults_knobs_and_tokens() -> Outcome {
    let bench = Bench::start().await?;
    let body =
        json!({ "operation": "create", "refuse": { "require_kyc": { "url": "https://a" } } });
    let pending = post(&bench, "/faults", body).await?;
    assert_eq!(pending.json[0]["operation"], "create");
    assert_eq!(bench.create(&sepa()).await?.refusal(), (200, "require_kyc"));
    post(
        &bench,
        "/faults",
        json!({ "fault": "empty_body", "times": 2 }),
    )
    .await?;
    let cleared = call(&bench, Method::DELETE, "/faults", Value::Null).await?;
    assert_eq!(cleared.json, json!([]));
    let both = json!({ "fault": "empty_body", "refuse": "user_banned" });
    assert_eq!(post(&bench, "/faults", both).await?.status, 400);

    let knobs = json!({ "webhooks": "held", "step_ms": 1 });
    let knobs = call(&bench, Method::PATCH, "/knobs", knobs).await?;
    assert_eq!(
        (&knobs.json["webhooks"], &knobs.json["step_ms"]),
        (&json!("held"), &json!(1))
    );
    assert_eq!(get(&bench, "/knobs").await?, knobs.json);
    let wrong = call(&bench, Method::PATCH, "/knobs", json!({ "webhook": 1 })).await?;
    assert_eq!(wrong.status, 400);

    assert_eq!(
        post(&bench, "/tokens/expire", Value::Null).await?.status,
        204
    );
    let refused = bench.get("/available-assets").await?;
    assert_eq!(refused.refusal(), (200, "authorization_incorrect"));
    Ok(())
}

#[tokio::test]
async fn webhooks_and_books() -> Outcome {
    let bench = Bench::start().await?;
    let target = json!({ "url": "http://127.0.0.1:9" });
    assert_eq!(post(&bench, "/webhooks/target", target).await?.status, 204);
    bench.open().await?;
    post(&bench, "/orders/latest/deposit", json!({ "kind": "exact" })).await?;
    let webhooks = get(&bench, "/webhooks").await?;
    assert_eq!(webhooks[0]["event"], "CRYPTO_RECEIVED");
    let replayed = post(&bench, "/webhooks/replay", json!({ "order": "latest" })).await?;
    assert_eq!(replayed.json, json!({ "replayed": 1 }));
    let released = post(&bench, "/webhooks/release", json!({ "order": "reversed" })).await?;
    assert_eq!(released.status, 204);

    let books = get(&bench, "/books").await?;
    assert_eq!(books["now"], "2026-05-01T12:00:00.000Z");
    assert_eq!(books["orders"][0]["deposit"], "exact");
    assert_eq!(books["requests"]["create"], 1);
    assert_eq!(books["users"][0]["id"], 106);
    assert_eq!(books["webhooks"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn capa_is_reached_by_its_name_too() -> Outcome {
    let bench = Bench::start().await?;
    let http = reqwest::Client::new();
    for path in [
        "/_sim/orders",
        "/_sim/capa/orders",
        "/_sim/capa/users",
        "/_sim/clock",
    ] {
        let response = http.get(format!("{}{path}", bench.root)).send().await?;
        assert_eq!(response.status(), 200, "{path}");
    }
    let clock = http.get(format!("{}/_sim/capa/clock", bench.root));
    assert_eq!(clock.send().await?.status(), 404);
    Ok(())
}

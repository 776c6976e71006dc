//! `/_sim/unigox/…`: what the handle does, over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Answer, BEN, Bench, Outcome};

async fn get(bench: &Bench, path: &str) -> Outcome<Answer> {
    let path = format!("/_sim/unigox{path}");
    Answer::read(bench.bare(Method::GET, &path).send().await?).await
}

#[tokio::test]
async fn orders_are_shown_and_moved() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(get(&bench, "/orders/latest").await?.status, 404);
    let id = bench.open_accepted().await?;
    let listed = get(&bench, "/orders").await?;
    assert_eq!(listed.json[0]["id"], id);
    assert_eq!(listed.json[0]["custody"], "owner");
    assert_eq!(listed.json[0]["funding_amount"], "100");
    let played = bench
        .control(
            "/orders/latest/profile",
            &json!({ "profile": "bank_return" }),
        )
        .await?;
    assert_eq!(played.json["profile"], "bank_return");
    bench.pay(&id).await?;
    bench.step_secs(60);
    assert_eq!(
        get(&bench, "/orders/latest").await?.json["status"],
        "cancelled"
    );
    let body = json!({ "status": "anything" });
    let forced = bench
        .control(&format!("/orders/{id}/status"), &body)
        .await?;
    assert_eq!(
        (forced.status, &forced.json["status"]),
        (200, &json!("anything"))
    );
    let unknown = bench.control("/orders/nothing/status", &body).await?;
    assert_eq!(
        (unknown.status, &unknown.json["error"]),
        (404, &json!("no order `nothing`"))
    );
    Ok(())
}

#[tokio::test]
async fn knobs_and_faults_are_turned() -> Outcome {
    let bench = Bench::start().await?;
    let patch = async |body: Value| -> Outcome<Answer> {
        let request = bench.bare(Method::PATCH, "/_sim/unigox/knobs").json(&body);
        Answer::read(request.send().await?).await
    };
    let turned = patch(json!({ "quote_life_ms": 30_000, "profile": "no_provider" })).await?;
    assert_eq!(turned.json["pinned_rate"], "1530.12");
    assert_eq!(get(&bench, "/knobs").await?.json["profile"], "no_provider");
    assert_eq!(patch(json!({ "profile": "nothing" })).await?.status, 400);

    let body = json!({ "operation": "quote", "refuse": "no_offers_available" });
    assert_eq!(bench.control("/faults", &body).await?.status, 200);
    let refused = bench.quote(&crate::bench::quote()).await?;
    assert_eq!(refused.code(), (409, "NO_OFFERS_AVAILABLE"));
    let body = json!({ "operation": "refund", "fault": "reset_after", "times": 2 });
    bench.control("/faults", &body).await?;
    assert_eq!(get(&bench, "/faults").await?.json[0]["times"], 2);
    bench
        .bare(Method::DELETE, "/_sim/unigox/faults")
        .send()
        .await?;
    assert_eq!(get(&bench, "/faults").await?.json, json!([]));
    assert_eq!(bench.control("/faults", &json!({})).await?.status, 400);
    Ok(())
}

#[tokio::test]
async fn people_wallets_and_books_are_shown() -> Outcome {
    let bench = Bench::start().await?;
    let added = bench
        .control("/users", &json!({ "kyc_status": "VERIFIED" }))
        .await?;
    assert_eq!(
        (added.status, &added.json["user_ref"]),
        (201, &json!("cust-4"))
    );
    let verified = bench
        .control(
            &format!("/users/{BEN}/verification"),
            &json!({ "kyc_status": "VERIFIED" }),
        )
        .await?;
    assert_eq!(verified.json["kyc_status"], "VERIFIED");
    let books = get(&bench, "/books").await?;
    assert_eq!(books.json["users"].as_array().map(Vec::len), Some(4));
    assert_eq!(books.json["wallets"][0]["balances"]["USDC"], "1000000");
    assert_eq!(books.json["requests"]["create"], 0);
    let wallet = get(&bench, "/wallets/0x12").await?;
    assert_eq!(
        (wallet.status, &wallet.json["error"]),
        (400, &json!("`0x12` is no address"))
    );
    let address = bench.unigox().partner_wallet();
    let body = json!({ "token": "DOGE", "amount": "1" });
    let refused = bench
        .control(&format!("/wallets/{address}/mint"), &body)
        .await?;
    assert_eq!(refused.status, 400);
    Ok(())
}

#[tokio::test]
async fn webhooks_are_aimed_and_listed() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({ "url": "http://127.0.0.1:9/", "secret": "whsec_1" });
    assert_eq!(bench.control("/webhooks/target", &body).await?.status, 204);
    assert_eq!(
        bench.get("/webhooks").await?.data("url"),
        "http://127.0.0.1:9/"
    );
    bench.open().await?;
    let listed = get(&bench, "/webhooks").await?;
    assert_eq!(listed.json[0]["event"], "order.status.changed");
    let replayed = bench
        .control("/webhooks/replay", &json!({ "order": "latest" }))
        .await?;
    assert_eq!(replayed.json["replayed"], 1);
    assert_eq!(
        bench.control("/webhooks/release", &json!({})).await?.status,
        204
    );
    assert_eq!(
        bench.control("/webhooks/target", &json!({})).await?.status,
        204
    );
    Ok(())
}

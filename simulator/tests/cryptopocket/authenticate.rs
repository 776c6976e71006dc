//! Keys, tokens, and both prefixes.

use offramp_simulator::providers::cryptopocket::{ErrorShape, TokenAnswer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Answer, Bench, Outcome};

const REFUSED: (u16, &str) = (200, "authorization_incorrect");

#[tokio::test]
async fn keys_are_exchanged_for_a_token() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.authenticate().await?;
    let token = answer.data("token");
    let expected = json!({ "status": "ok", "data": { "token": token } });
    assert_eq!((answer.status, &answer.json), (200, &expected));
    assert_ne!(token, bench.token);
    // The older one is still good.
    assert_eq!(bench.get("/available-assets").await?.json["status"], "ok");
    Ok(())
}

#[tokio::test]
async fn wrong_keys_are_refused_with_200() -> Outcome {
    let bench = Bench::start().await?;
    let keys = json!({ "api_key": "sim_cryptopocket_key", "api_secret": "guess" });
    let answer = bench.post("/authenticate", &keys).await?;
    let expected = json!({ "status": "error", "error": "authorization_incorrect" });
    assert_eq!((answer.status, &answer.json), (200, &expected));
    let answer = bench
        .post("/authenticate", &json!({ "api_key": "k" }))
        .await?;
    assert_eq!(answer.wrong_field(), (422, Some("api_secret")));
    Ok(())
}

#[tokio::test]
async fn every_other_call_needs_a_token() -> Outcome {
    let bench = Bench::start().await?;
    let calls = [
        (Method::POST, "/registerUser"),
        (Method::POST, "/register/company"),
        (Method::GET, "/kyc/check?user_id=106"),
        (Method::POST, "/onboarding-form"),
        (Method::POST, "/customers/106/documents"),
        (Method::GET, "/customers/list"),
        (Method::GET, "/available-assets"),
        (Method::GET, "/getRampoffQuote"),
        (Method::POST, "/createRampoff"),
        (Method::GET, "/getRampoff"),
        (Method::GET, "/getRampoffList"),
        (Method::POST, "/subscribeToWebhook"),
        (Method::POST, "/updateWebhookSubscription"),
    ];
    for (method, path) in calls {
        let request = bench.bare(method.clone(), path);
        let answer = Answer::read(request.send().await?).await?;
        assert_eq!(answer.refusal(), REFUSED, "{path}");
        let request = bench.bare(method, path).header("auth", "guess");
        let answer = Answer::read(request.send().await?).await?;
        assert_eq!(answer.refusal(), REFUSED, "{path}");
    }
    let bearer = bench
        .bare(Method::GET, "/available-assets")
        .header("auth", format!("Bearer {}", bench.token));
    assert_eq!(Answer::read(bearer.send().await?).await?.refusal(), REFUSED);
    Ok(())
}

#[tokio::test]
async fn a_token_ends_after_an_hour_or_at_once() -> Outcome {
    let mut bench = Bench::start().await?;
    bench.step_secs(3_599);
    assert_eq!(bench.get("/available-assets").await?.json["status"], "ok");
    bench.step_secs(1);
    assert_eq!(bench.get("/available-assets").await?.refusal(), REFUSED);

    bench.renew().await?;
    assert_eq!(bench.get("/available-assets").await?.json["status"], "ok");
    bench.pocket().expire_tokens();
    assert_eq!(bench.get("/available-assets").await?.refusal(), REFUSED);
    Ok(())
}

#[tokio::test]
async fn the_token_can_be_in_four_places() -> Outcome {
    let bench = Bench::start().await?;
    let place = async |answer, pointer: &str| {
        bench
            .pocket()
            .knobs_mut(|knobs| knobs.token_answer = answer);
        let answer = bench.authenticate().await?;
        let token = answer.json.pointer(pointer).and_then(Value::as_str);
        Ok::<_, Box<dyn std::error::Error>>(token.map(str::len))
    };
    assert_eq!(place(TokenAnswer::InData, "/data/token").await?, Some(32));
    assert_eq!(place(TokenAnswer::Token, "/token").await?, Some(32));
    let found = place(TokenAnswer::AccessToken, "/access_token").await?;
    assert_eq!(found, Some(32));
    assert_eq!(place(TokenAnswer::Bare, "/data").await?, Some(32));
    Ok(())
}

#[tokio::test]
async fn the_code_can_be_in_the_message() -> Outcome {
    let bench = Bench::start().await?;
    let in_message = |knobs: &mut offramp_simulator::providers::cryptopocket::Knobs| {
        knobs.errors = ErrorShape::InMessage;
    };
    bench.pocket().knobs_mut(in_message);
    bench.pocket().expire_tokens();
    let answer = bench.get("/available-assets").await?;
    let expected = json!({ "status": "error", "message": "authorization_incorrect" });
    assert_eq!((answer.status, answer.json), (200, expected));
    Ok(())
}

#[tokio::test]
async fn everything_is_there_with_and_without_api() -> Outcome {
    let bench = Bench::start().await?;
    for base in ["/cryptopocket", "/cryptopocket/api"] {
        let url = format!("{}{base}/available-assets", bench.root);
        let request = reqwest::Client::new().get(url).header("auth", &bench.token);
        let response = request.send().await?;
        let date = response.headers().get("date").ok_or("no date")?;
        assert_eq!(date, "Fri, 01 May 2026 12:00:00 GMT");
        let expected = json!({ "status": "ok", "data": [
            { "symbol": "USDC", "chain": "polygon", "decimals": 6 },
            { "symbol": "USDT", "chain": "polygon", "decimals": 6 },
            { "symbol": "USDC", "chain": "bsc", "decimals": 18 },
            { "symbol": "USDT", "chain": "bsc", "decimals": 18 },
        ]});
        assert_eq!(Answer::read(response).await?.json, expected);
    }
    let nowhere = bench.get("/api/available-assets").await?;
    assert_eq!(nowhere.status, 404);
    Ok(())
}

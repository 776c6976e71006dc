//! Tokens that end at any time.

use futures::future::try_join_all;
use offramp_simulator::{Fault, Operation, Pick};
use serde_json::json;

use crate::{
    shop::{ask, ines, open, order, sell},
    support::Outcome,
};

#[tokio::test]
async fn a_token_that_ended_is_renewed_without_anybody_noticing() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    ines.checkout().await?;
    assert_eq!(bench.pocket().requests(Operation::Authenticate), 1);
    bench.pocket().expire_tokens();
    let created = sell(&ines, "100").await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(bench.pocket().requests(Operation::Authenticate), 2);

    // In the middle of an order: refused before anything was done, so that it is sent again, once.
    bench.pocket().expire_tokens();
    ines.cancel(&created.order_id()?).await?;
    let quote = ines.quote(&ask("100")).await?;
    bench.pocket().expire_tokens();
    let before = bench.pocket().requests(Operation::Create);
    let confirmed = crate::shop::confirm(&quote, &crate::shop::iban());
    assert_eq!(ines.create(&confirmed).await?.status, 201);
    let made = bench.pocket().requests(Operation::Create) - before;
    assert!((1..=2).contains(&made), "{made}");
    assert_eq!(bench.pocket().order(Pick::Latest)?.create_calls, 2);
    assert_eq!(bench.pocket().orders().len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_hour_ends_a_token() -> Outcome {
    let bench = open().await?;
    let id = order(&ines(&bench).await?).await?;
    bench.pass_secs(3_600).await?;
    bench.pass_secs(3_600).await?;
    // The session has ended, too.
    let ines = ines(&bench).await?;
    assert_eq!(ines.order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(ines.quote(&ask("100")).await?.status, 200);
    assert!(bench.pocket().requests(Operation::Authenticate) >= 2);
    Ok(())
}

#[tokio::test]
async fn a_crowd_renews_a_token_once() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    ines.checkout().await?;
    bench.pocket().expire_tokens();
    let provider = bench.engine.provider("cryptopocket").ok_or("it is off")?;
    let user = offramp_proxy::provider::ProviderUserId("106".to_owned());
    try_join_all((0..16).map(|_| provider.verification(&user))).await?;
    assert_eq!(bench.pocket().requests(Operation::Authenticate), 2);
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_always_refused_is_renewed_once_for_each_call() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    ines.checkout().await?;
    let before = bench.pocket().requests(Operation::Authenticate);
    let body = json!({ "status": "error", "error": "authorization_incorrect" }).to_string();
    let fault = Fault::Canned { status: 200, body };
    bench.pocket().fault(Operation::Create, fault, 2);
    let refused = sell(&ines, "100").await?;
    assert_eq!(refused.refusal(), (502, "provider_rejected"));
    assert_eq!(bench.pocket().requests(Operation::Authenticate), before + 1);
    assert_eq!(bench.pocket().requests(Operation::Create), 2);
    assert!(bench.pocket().orders().is_empty());
    Ok(())
}

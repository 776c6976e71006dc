//! Webhooks: signed and timed, and nothing but a reason to look.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::State, routing::post};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use offramp_proxy::providers::cryptopocket::{CryptoPocket, Settings};
use offramp_simulator::{
    Deposit, Fault, Operation, Pick,
    providers::cryptopocket::{DeliveryOutcome, EventNames, Payout},
};
use serde_json::json;
use sha2::Sha256;
use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    shop::{ines, open, order},
    support::{
        Answer, Bench, Outcome,
        backend::{POCKET_KEY, POCKET_SECRET},
    },
};

/// A webhook as CryptoPocket signs it now, or so many seconds ago.
async fn told(bench: &Bench, body: &str, ago: i64) -> Outcome<Answer> {
    let timestamp = (bench.now().as_millis() / 1_000 - ago).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(POCKET_SECRET.as_bytes())?;
    mac.update(body.as_bytes());
    mac.update(timestamp.as_bytes());
    let signature = HEXLOWER.encode(&mac.finalize().into_bytes());
    bench
        .post("/webhooks/cryptopocket")
        .header("content-type", "application/json")
        .header("X-API-Key", POCKET_KEY)
        .header("X-Timestamp", timestamp)
        .header("X-Signature", signature)
        .body(body.to_owned())
        .await
}

fn received(id: &str) -> String {
    json!({ "type": "CRYPTO_RECEIVED", "data": { "id": id, "status": "finished" } }).to_string()
}

#[tokio::test]
async fn a_webhook_has_the_order_read_and_says_nothing_itself() -> Outcome {
    let bench = open().await?;
    bench
        .pocket()
        .knobs_mut(|knobs| knobs.payout = Payout::Waits);
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    let theirs = bench.pocket().order(Pick::Latest)?;
    // It says "finished", and nothing of it is believed.
    let before = bench.pocket().requests(Operation::Read);
    assert!(
        told(&bench, &received(&theirs.id), 0)
            .await?
            .status
            .is_success()
    );
    bench.settle().await?;
    assert_eq!(ines.order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(bench.pocket().requests(Operation::Read), before + 1);

    bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    let finished = json!({ "type": "RAMPOFF_FINISHED", "rampoff_id": theirs.id }).to_string();
    assert!(told(&bench, &finished, 299).await?.status.is_success());
    bench.settle().await?;
    assert_eq!(
        ines.order(&id).await?.stands(),
        ("deposit_received", "provider")
    );
    Ok(())
}

#[tokio::test]
async fn an_old_or_a_forged_webhook_is_refused() -> Outcome {
    let bench = open().await?;
    let body = received("r-1");
    for ago in [301, -301] {
        let refused = told(&bench, &body, ago).await?;
        assert_eq!(refused.refusal(), (401, "unauthorized"), "{ago}");
    }
    let unsigned = bench.post("/webhooks/cryptopocket").body(body).await?;
    assert_eq!(unsigned.refusal(), (401, "unauthorized"));
    assert!(bench.engine.store.unhandled_webhooks(9).await?.is_empty());
    Ok(())
}

/// What an inbox at the public address is told, by event.
async fn inbox() -> Outcome<(String, mpsc::UnboundedReceiver<String>)> {
    let (sender, told) = mpsc::unbounded_channel();
    let take_in = async |State(sender): State<Arc<mpsc::UnboundedSender<String>>>, body: String| {
        // Nobody listens any more at the end of a test.
        let _ = sender.send(body);
    };
    let router = Router::new()
        .route("/pay/webhooks/cryptopocket", post(take_in))
        .with_state(Arc::new(sender));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/pay", listener.local_addr()?);
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok((url, told))
}

/// Waits until something is so.
async fn until(is_so: impl Fn() -> bool) -> Outcome {
    for _ in 0..500 {
        if is_so() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("it never was".into())
}

#[tokio::test]
async fn webhooks_are_subscribed_to_at_start_under_the_name_that_is_live() -> Outcome {
    for (names, finished, asked) in [
        (EventNames::New, "TRANSFER_RAMPOFF_FINISHED", 3),
        (EventNames::Old, "RAMPOFF_FINISHED", 4),
    ] {
        let bench = open().await?;
        let pocket = bench.pocket();
        pocket.knobs_mut(|knobs| knobs.event_names = names);
        // The first attempt fails, and holds nobody up.
        pocket.fault(Operation::Subscribe, Fault::ServerErrorBefore, 1);
        let (public_url, mut told) = inbox().await?;
        let origin = bench.provider_origin();
        let lookup = |name: &str| match name {
            "CRYPTOPOCKET_BASE_URL" => Some(format!("{origin}/cryptopocket/api")),
            "CRYPTOPOCKET_API_KEY" => Some(POCKET_KEY.to_owned()),
            "CRYPTOPOCKET_API_SECRET" => Some(POCKET_SECRET.to_owned()),
            "OFFRAMP_PUBLIC_URL" => Some(public_url.clone()),
            _ => None,
        };
        let settings = Settings::from_env(&lookup)?.ok_or("it is off")?;
        let _pocket = CryptoPocket::start(settings, bench.engine.clock.clone())?;
        until(|| pocket.requests(Operation::Subscribe) >= asked).await?;

        let ines = ines(&bench).await?;
        order(&ines).await?;
        pocket.deposit(Pick::Latest, Deposit::Exact)?;
        bench.pass_secs(10).await?;
        until(|| {
            let answered = |outcome| matches!(outcome, DeliveryOutcome::Answered(200));
            let webhooks = pocket.webhooks();
            webhooks.len() == 2 && webhooks.iter().all(|webhook| answered(webhook.outcome))
        })
        .await?;
        for expected in ["CRYPTO_RECEIVED", finished] {
            let body = told.recv().await.ok_or("nothing was told")?;
            assert!(body.contains(expected), "{body}");
        }
    }
    Ok(())
}

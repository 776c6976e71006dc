//! Keys that are changed while orders are under way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use offramp_proxy::config::Config;
use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};

use crate::support::{Answer, Bench, ORIGIN, Outcome, PARTNER, Shopper, provider::sign, session};

const MINUTE: Duration = Duration::from_mins(1);

/// What follows the partner's key.
const NEXT: &str = "sk_test_fedcba9876543210fedcba9876543210";

/// What follows the key that webhooks are signed with.
const NEXT_WEBHOOK_SECRET: &str = "whsec_next";

/// A proxy, and the switch after which its next start finds other keys.
struct Rotation {
    bench: Bench,
    rotated: Arc<AtomicBool>,
}

/// Whether the old keys are kept beside the new ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Old {
    Kept,
    Dropped,
}

impl Rotation {
    async fn planned(old: Old) -> Outcome<Self> {
        let rotated = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&rotated);
        let next = next_keys(old)?;
        let bench = Bench::with(move |config, settings| {
            if switch.load(Ordering::Relaxed) {
                config.secret_key = next.secret_key.clone();
                config
                    .secret_key_previous
                    .clone_from(&next.secret_key_previous);
                config.data_key = next.data_key.clone();
                config
                    .data_keys_previous
                    .clone_from(&next.data_keys_previous);
                let signed_before = settings.webhook_secret.replace(NEXT_WEBHOOK_SECRET.into());
                settings.webhook_secret_previous = signed_before.filter(|_| old == Old::Kept);
            }
        })
        .await?;
        Ok(Self { bench, rotated })
    }

    /// Stops the proxy, changes the keys, and starts it again.
    async fn restart(self) -> Outcome<Bench> {
        self.rotated.store(true, Ordering::Relaxed);
        let bench = self.bench.restart().await?;
        bench.engine.beat().await?;
        Ok(bench)
    }
}

/// The configuration as an operator writes it after the change.
fn next_keys(old: Old) -> Outcome<Config> {
    let config = Config::from_env(&|name| match name {
        "OFFRAMP_SECRET_KEY" => Some(NEXT.to_owned()),
        "OFFRAMP_SECRET_KEY_PREVIOUS" if old == Old::Kept => Some(PARTNER.to_owned()),
        "OFFRAMP_ALLOWED_ORIGINS" => Some(ORIGIN.to_owned()),
        _ => None,
    })?;
    Ok(config)
}

/// An order whose answer is lost, and the token of its payer's session.
async fn lose(bench: &Bench) -> Outcome<(String, String)> {
    let ana = bench.ana().await?;
    bench.capa().fault(Operation::Create, Fault::ResetAfter, 1);
    let answer = ana.buy("100").await?;
    if answer.status != 202 {
        return Err(answer.text.into());
    }
    Ok((answer.order_id()?, ana.token.clone()))
}

async fn open(bench: &Bench, key: &str) -> Outcome<Answer> {
    let body = session("cust-1", offramp_simulator::providers::capa::seed::CUST_1);
    bench.post("/v1/sessions").bearer(key).json(&body).await
}

fn news() -> Value {
    json!({ "type": "TRANSACTION", "event": "CREATED_OFF_RAMP", "transactionId": "t-1" })
}

#[tokio::test]
async fn an_order_under_way_is_adopted_after_the_keys_changed() -> Outcome {
    let rotation = Rotation::planned(Old::Kept).await?;
    let (id, token) = lose(&rotation.bench).await?;
    let bench = rotation.restart().await?;
    bench.pass_secs(2).await?;
    let found = Shopper::new(&bench, &token).order(&id).await?;
    assert_eq!(found.stands(), ("awaiting_deposit", "payer"));
    let theirs = bench.capa().transaction("latest")?;
    assert_eq!(found.address(), Some(theirs.address.as_str()));
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    Ok(())
}

#[tokio::test]
async fn a_create_that_was_killed_is_adopted_after_the_keys_changed() -> Outcome {
    let rotation = Rotation::planned(Old::Kept).await?;
    let (id, token) = lose(&rotation.bench).await?;
    let now = rotation.bench.now();
    let store = &rotation.bench.engine.store;
    store
        .change_order(&id, now, |order, _| {
            order.call.ended_at = None;
            order.next_check_at = Some(now.plus(MINUTE));
        })
        .await?;
    let bench = rotation.restart().await?;
    bench.settle().await?;
    let found = Shopper::new(&bench, &token).order(&id).await?;
    assert_eq!(found.state(), "awaiting_deposit");
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

/// What the two above are worth: without the old key nothing fits, and nothing is called off.
#[tokio::test]
async fn without_the_old_key_an_order_under_way_cannot_be_told() -> Outcome {
    let rotation = Rotation::planned(Old::Dropped).await?;
    let (id, _) = lose(&rotation.bench).await?;
    let bench = rotation.restart().await?;
    bench.pass_in_steps(MINUTE, 4).await?;
    let order = bench.record(&id).await?;
    assert_eq!(order.state.as_str(), "failed");
    assert_eq!(order.shown, None);
    assert_eq!(bench.capa().requests(Operation::Cancel), 0);
    Ok(())
}

#[tokio::test]
async fn sessions_and_resume_tokens_outlive_the_change() -> Outcome {
    let rotation = Rotation::planned(Old::Kept).await?;
    let ana = rotation.bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let resume = created.order()["resume_token"].as_str();
    let (resume, token) = (resume.ok_or("no token")?.to_owned(), ana.token.clone());
    let bench = rotation.restart().await?;

    let ana = Shopper::new(&bench, &token);
    assert_eq!(ana.firm("100").await?.status, 200);
    let seen = ana.order(&id).await?;
    let renewed = seen.order()["resume_token"].as_str().ok_or("no token")?;
    assert_ne!(renewed, resume);
    let path = format!("/v1/orders/{id}");
    for token in [renewed, &resume] {
        assert_eq!(bench.get(&path).bearer(token).send().await?.status, 200);
    }
    let forged = resume.replace("ofr_", "ofr_A");
    let refused = bench.get(&path).bearer(&forged).send().await?;
    assert_eq!(refused.refusal(), (404, "not_found"));
    Ok(())
}

#[tokio::test]
async fn the_partner_s_old_key_is_taken_until_it_is_dropped() -> Outcome {
    for (old, expected) in [(Old::Kept, 201), (Old::Dropped, 401)] {
        let bench = Rotation::planned(old).await?.restart().await?;
        assert_eq!(open(&bench, NEXT).await?.status, 201);
        assert_eq!(open(&bench, PARTNER).await?.status, expected);
        assert_eq!(open(&bench, &PARTNER.to_uppercase()).await?.status, 401);
    }
    Ok(())
}

#[tokio::test]
async fn webhooks_signed_with_the_old_secret_are_taken_until_it_is_dropped() -> Outcome {
    for (old, expected) in [(Old::Kept, 204), (Old::Dropped, 401)] {
        let bench = Rotation::planned(old).await?.restart().await?;
        let body = news().to_string();
        let answer = bench.webhook_with(&body, &sign(body.as_bytes())).await?;
        assert_eq!(answer.status, expected);
    }
    Ok(())
}

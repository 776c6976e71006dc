//! The partner's backend hears about its orders: each change once it can, in order, whatever
//! answers, and nothing where nobody asked for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use offramp_proxy::engine::Engine;
use offramp_simulator::Deposit;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::planted::{Log, has_none_of};
use crate::support::{
    Answer, Bench, Outcome, PARTNER,
    receiver::{Heard, NOTIFY_SECRET, OLD_SECRET, PATH, Receiver, Reply},
};

/// A little more than the first wait, with its jitter.
pub(super) const FIRST_WAIT: Duration = Duration::from_secs(6);

/// A proxy, and the backend that it tells.
pub(super) async fn told() -> Outcome<(Bench, Receiver)> {
    let receiver = Receiver::start().await?;
    let theirs = receiver.clone();
    let bench = Bench::with(move |config, _| theirs.is_told(config)).await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.deposit_limit_ms = 7 * 24 * 60 * 60 * 1_000);
    Ok((bench, receiver))
}

/// A new order of which everything was told.
pub(super) async fn told_order(bench: &Bench, receiver: &Receiver) -> Outcome<String> {
    let id = bench.ana().await?.open_order().await?;
    bench.settle().await?;
    receiver.news();
    Ok(id)
}

/// Something that an order's payer sees, and that is told once.
pub(super) async fn change(bench: &Bench, order_id: &str, digit: char) -> Outcome {
    let hash = format!("0x{}", digit.to_string().repeat(64));
    let ana = bench.ana().await?;
    ana.report(order_id, &json!({ "tx_hash": hash })).await?;
    Ok(())
}

pub(super) async fn partner(bench: &Bench, query: &str) -> Outcome<Answer> {
    bench
        .get(&format!("/v1/notifications{query}"))
        .bearer(PARTNER)
        .send()
        .await
}

pub(super) async fn resend(bench: &Bench, id: &str) -> Outcome<Answer> {
    bench
        .post(&format!("/v1/notifications/{id}/resend"))
        .bearer(PARTNER)
        .send()
        .await
}

pub(super) fn listed(answer: &Answer) -> Vec<&Value> {
    let list = answer.json["notifications"].as_array();
    list.into_iter().flatten().collect()
}

fn sequences(heard: &[Heard]) -> Vec<u64> {
    heard.iter().map(Heard::sequence).collect()
}

pub(super) fn ids(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(|heard| heard.id.as_str()).collect()
}

#[tokio::test]
async fn every_change_of_an_order_is_told_once_and_in_order() -> Outcome {
    let (bench, receiver) = told().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(Duration::from_secs(5), 6).await?;

    let heard = receiver.heard();
    let order = bench
        .get(&format!("/v1/orders/{id}"))
        .bearer(PARTNER)
        .send()
        .await?;
    assert_eq!(order.state(), "completed");
    let expected: Vec<u64> = (1..=order.sequence()).collect();
    assert_eq!(sequences(&heard), expected);
    assert_eq!(heard[0].kind(), "order.created");
    assert_eq!(heard[0].order()["state"], "creating");
    assert!(
        heard[1..]
            .iter()
            .all(|heard| heard.kind() == "order.updated")
    );
    let last = &heard[heard.len() - 1];
    // What the partner would read, and nothing else.
    assert_eq!(last.order(), order.order());
    assert_eq!(last.json["timestamp"], order.order()["updated_at"]);
    assert_eq!(
        last.json["data"].as_object().map(serde_json::Map::len),
        Some(1)
    );
    Ok(())
}

#[tokio::test]
async fn what_is_told_is_signed_as_the_standard_prescribes() -> Outcome {
    let (bench, receiver) = told().await?;
    let now_secs = bench.now().as_millis() / 1_000;
    bench.ana().await?.open_order().await?;
    bench.settle().await?;
    let heard = receiver.heard();
    assert!(heard.len() >= 2);
    for heard in heard {
        assert!(heard.is_signed_with(NOTIFY_SECRET)?);
        assert!(!heard.is_signed_with(OLD_SECRET)?);
        assert_eq!(heard.signatures.len(), 1);
        assert_eq!(heard.at_secs, now_secs);
        assert!(heard.id.starts_with("msg_"), "{}", heard.id);
    }
    Ok(())
}

#[tokio::test]
async fn two_secrets_are_valid_at_once() -> Outcome {
    let receiver = Receiver::start().await?;
    let theirs = receiver.clone();
    let bench = Bench::with(move |config, _| {
        theirs.is_told_with(
            config,
            &[
                ("OFFRAMP_NOTIFY_SECRET", NOTIFY_SECRET),
                ("OFFRAMP_NOTIFY_SECRET_PREVIOUS", OLD_SECRET),
            ],
        );
    })
    .await?;
    told_order(&bench, &Receiver::start().await?).await?;
    let heard = receiver.heard();
    assert!(!heard.is_empty());
    for heard in heard {
        assert!(heard.is_signed_with(NOTIFY_SECRET)?);
        assert!(heard.is_signed_with(OLD_SECRET)?);
    }
    Ok(())
}

#[tokio::test]
async fn where_nobody_asked_nothing_is_told_and_nothing_kept() -> Outcome {
    let bench = Bench::start().await?;
    bench.ana().await?.open_order().await?;
    bench.settle().await?;
    let list = partner(&bench, "").await?;
    assert_eq!(
        list.json,
        json!({ "notifications": [], "next_cursor": null })
    );
    let answer = resend(&bench, "msg_1").await?;
    assert_eq!(answer.refusal(), (409, "action_not_allowed"));
    Ok(())
}

#[tokio::test]
async fn what_was_not_taken_comes_again_the_same_before_anything_newer() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Status(500), Reply::Status(404)]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    change(&bench, &id, 'b').await?;
    bench.settle().await?;
    assert_eq!(receiver.heard().len(), 1);

    bench.pass_secs(4).await?;
    assert_eq!(receiver.heard().len(), 1);
    bench.pass_secs(2).await?;
    assert_eq!(receiver.heard().len(), 2);
    bench.pass_secs(5 * 60 - 1).await?;
    assert_eq!(receiver.heard().len(), 2);
    bench.pass_secs(32).await?;

    let heard = receiver.heard();
    let first = heard[0].sequence();
    assert_eq!(sequences(&heard)[..4], [first, first, first, first + 1]);
    for again in &heard[1..3] {
        assert_eq!((&again.id, &again.text), (&heard[0].id, &heard[0].text));
        assert!(again.at_secs > heard[0].at_secs);
        assert!(again.is_signed_with(NOTIFY_SECRET)?);
    }
    assert_ne!(heard[3].id, heard[0].id);
    Ok(())
}

#[tokio::test]
async fn one_order_waits_for_no_other() -> Outcome {
    let (bench, receiver) = told().await?;
    let of_ana = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Status(500)]);
    change(&bench, &of_ana, 'a').await?;
    bench.settle().await?;
    receiver.news();
    let of_luis = bench.luis().await?.open_order().await?;
    bench.settle().await?;
    let heard = receiver.news();
    assert!(!heard.is_empty());
    assert!(heard.iter().all(|heard| heard.order_id() == of_luis));
    bench.pass(FIRST_WAIT).await?;
    assert!(
        receiver
            .news()
            .iter()
            .any(|heard| heard.order_id() == of_ana)
    );
    Ok(())
}

#[tokio::test]
async fn a_backend_that_takes_too_long_is_told_again() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Nothing(Duration::from_secs(5))]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    let pending = partner(&bench, "?state=pending").await?;
    assert_eq!(listed(&pending)[0]["problem"], "no answer in time");
    assert_eq!(listed(&pending)[0]["attempts"], 1);
    bench.pass(FIRST_WAIT).await?;
    let heard = receiver.heard();
    assert_eq!(heard[0].id, heard[1].id);
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Redirect]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    let pending = partner(&bench, "?state=pending").await?;
    let problem = &listed(&pending)[0]["problem"];
    assert_eq!(problem, "answered 307 Temporary Redirect");
    bench.pass(FIRST_WAIT).await?;
    assert_eq!(receiver.elsewhere(), 0);
    assert_eq!(receiver.heard()[0].id, receiver.heard()[1].id);
    Ok(())
}

#[tokio::test]
async fn a_backend_that_asks_for_time_gets_it() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Later(600)]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    bench.pass_secs(599).await?;
    assert_eq!(receiver.heard().len(), 1);
    bench.pass_secs(62).await?;
    assert!(receiver.heard().len() > 1);
    Ok(())
}

#[tokio::test]
async fn what_was_not_told_is_told_after_a_restart() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    change(&bench, &id, 'a').await?;
    // The proxy ends before it comes to it, and the next one while it sends.
    let bench = bench.restart().await?;
    receiver.replies([Reply::Nothing(Duration::from_secs(5))]);
    let store = &bench.engine.store;
    let due = store.due_notifications(bench.now(), 1).await?.remove(0);
    let minute = Duration::from_mins(1);
    assert!(store.lease_notification(&due, bench.now(), minute).await?);
    let bench = bench.restart().await?;
    bench.settle().await?;
    assert!(receiver.heard().is_empty());
    bench.pass_secs(60).await?;
    bench.pass(FIRST_WAIT).await?;
    let heard = receiver.heard();
    assert_eq!(heard[0].id, due.id);
    assert_eq!((&heard[1].id, &heard[1].text), (&due.id, &due.body));
    Ok(())
}

#[tokio::test]
async fn what_a_clock_planned_that_was_put_back_is_due() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    change(&bench, &id, 'a').await?;
    let due_at = async |hours: u64| -> Outcome<usize> {
        let then = bench.now().minus(Duration::from_hours(hours));
        Ok(bench.engine.store.due_notifications(then, 1).await?.len())
    };
    assert_eq!(due_at(0).await?, 1);
    // As far as a plan can reach.
    assert_eq!(due_at(29).await?, 0);
    assert_eq!(due_at(31).await?, 1);
    Ok(())
}

#[tokio::test]
async fn two_proxies_do_not_tell_the_same_at_once() -> Outcome {
    let (bench, receiver) = told().await?;
    let provider = bench.engine.provider("capa").ok_or("no provider")?;
    let other = Engine::new(
        bench.engine.config.clone(),
        bench.engine.store.clone(),
        vec![Arc::clone(provider)],
        bench.engine.clock.clone(),
    )?;
    let id = told_order(&bench, &receiver).await?;
    for digit in ['a', 'b', 'c'] {
        // Neither is done when the other looks.
        receiver.replies([Reply::Nothing(Duration::from_millis(100))]);
        change(&bench, &id, digit).await?;
        let (first, second) = tokio::join!(bench.engine.do_what_is_due(), other.do_what_is_due());
        first?;
        second?;
    }
    bench.settle().await?;
    let heard = receiver.heard();
    let mut once = ids(&heard);
    once.dedup();
    assert_eq!(ids(&heard), once);
    assert!(heard.is_sorted_by_key(Heard::sequence));
    assert!(heard.len() >= 3);
    Ok(())
}

#[tokio::test]
async fn a_running_proxy_tells_by_itself() -> Outcome {
    let (bench, receiver) = told().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let engine = Arc::clone(&bench.engine);
    let running = tokio::spawn(offramp_proxy::run(listener, engine, std::future::pending()));
    let id = bench.ana().await?.open_order().await?;
    let sequence = bench.record(&id).await?.sequence;
    let deadline = Instant::now() + Duration::from_secs(10);
    while receiver.heard().last().map(Heard::sequence) != Some(sequence) {
        assert!(Instant::now() < deadline, "{:?}", receiver.heard());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(receiver.heard().is_sorted_by_key(Heard::sequence));
    running.abort();
    Ok(())
}

#[tokio::test]
async fn the_documentation_says_what_is_told() -> Outcome {
    let bench = Bench::start().await?;
    let openapi = bench.get("/openapi.json").send().await?.json;
    let schemas = &openapi["components"]["schemas"];
    let data = &schemas["NotificationBody"]["properties"]["data"]["$ref"];
    assert_eq!(data, "#/components/schemas/NotificationData");
    let kinds = &schemas["NotificationKind"]["enum"];
    assert_eq!(kinds, &json!(["order.created", "order.updated"]));
    for (path, method) in [
        ("/v1/notifications", "get"),
        ("/v1/notifications/{id}/resend", "post"),
    ] {
        let security = &openapi["paths"][path][method]["security"];
        assert_eq!(security, &json!([{ "partner_key": [] }]), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn neither_a_secret_nor_the_address_is_in_the_log() -> Outcome {
    let log = Log::default();
    let _listening = log.listen();
    let (bench, receiver) = told().await?;
    receiver.replies([
        Reply::Status(500),
        Reply::Redirect,
        Reply::Nothing(Duration::from_secs(5)),
        Reply::Status(410),
    ]);
    bench.ana().await?.open_order().await?;
    bench.pass_in_steps(Duration::from_mins(40), 4).await?;
    assert!(receiver.heard().len() > 4);
    let text = log.text();
    assert!(text.contains("a notification did not arrive; it is sent again"));
    assert!(text.contains("it is given up until the partner asks for it"));
    let of_secret = NOTIFY_SECRET.trim_start_matches("whsec_");
    has_none_of(&text, "the log", [of_secret, PATH]);
    Ok(())
}

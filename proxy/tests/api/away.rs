//! A provider that does not answer for a while: it is left alone, nothing is lost, and what was not
//! sent is known not to have been.

use std::{num::NonZeroU32, time::Duration};

use offramp_proxy::store::OrderFilter;
use offramp_simulator::{Fault, Operation, Shut};
use serde_json::json;

use crate::support::{
    Bench, Outcome,
    shopper::{confirm, new_key},
};

/// How long the provider is left alone.
const OPEN_FOR: Duration = Duration::from_secs(5);

/// A proxy that leaves its provider alone after a single failure.
async fn touchy() -> Outcome<Bench> {
    touchy_for(OPEN_FOR).await
}

async fn touchy_for(open_for: Duration) -> Outcome<Bench> {
    Bench::with(move |_, settings| {
        settings.policy.failures_to_open = NonZeroU32::MIN;
        settings.policy.open_for = open_for;
    })
    .await
}

/// One failed call, after which nothing is sent.
async fn open(bench: &Bench) -> Outcome {
    let luis = bench.luis().await?;
    bench
        .capa()
        .fault(Operation::Quote, Fault::ServerErrorBefore, 1);
    let refused = luis.firm("100").await?;
    assert_eq!(refused.refusal(), (503, "provider_unavailable"));
    Ok(())
}

#[tokio::test]
async fn an_order_is_refused_before_it_is_stored_and_its_key_is_free() -> Outcome {
    let bench = touchy().await?;
    let ana = bench.ana().await?;
    let (key, body) = (new_key(), confirm(&ana.firm("100").await?));
    open(&bench).await?;
    let refused = ana.create_with_key(&key, &body).await?;
    assert_eq!(refused.refusal(), (503, "provider_unavailable"));
    assert_eq!(refused.json["retryable"], true);
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(bench.capa().requests(Operation::Create), 0);
    let checkout = bench.ana().await?.checkout().await?;
    assert_eq!(checkout.status, 503);

    bench.pass(OPEN_FOR).await?;
    let created = ana.create_with_key(&key, &body).await?;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_first_call_after_the_pause_is_a_price_and_not_the_order() -> Outcome {
    let bench = touchy().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    open(&bench).await?;
    let before = bench.capa().requests(Operation::Quote);
    bench.simulator.clock().step(OPEN_FOR);
    bench
        .capa()
        .fault(Operation::Quote, Fault::ServerErrorBefore, 1);
    let refused = ana.create(&body).await?;
    assert_eq!(refused.refusal(), (503, "provider_unavailable"));
    assert_eq!(bench.capa().requests(Operation::Quote), before + 1);
    assert_eq!(bench.capa().requests(Operation::Create), 0);
    Ok(())
}

#[tokio::test]
async fn an_order_for_which_no_connection_comes_about_leaves_its_key_free() -> Outcome {
    for how in [Shut::Refusing, Shut::Silent] {
        let bench = Bench::with(|_, settings| {
            settings.timeouts.connect = Duration::from_millis(300);
        })
        .await?;
        let ana = bench.ana().await?;
        let (key, body) = (new_key(), confirm(&ana.firm("100").await?));
        bench.simulator.door().shut(how).await;
        let refused = ana.create_with_key(&key, &body).await?;
        assert_eq!(refused.refusal(), (503, "provider_unavailable"), "{how:?}");
        let filter = OrderFilter {
            limit: 9,
            ..OrderFilter::default()
        };
        let orders = bench.engine.store.orders(&filter).await?;
        let [order] = orders.as_slice() else {
            return Err(format!("{orders:?}").into());
        };
        assert_eq!(order.state.as_str(), "failed");
        assert_eq!((order.shown.is_none(), order.next_check_at), (true, None));

        bench.simulator.door().open().await;
        let created = ana.create_with_key(&key, &body).await?;
        assert_eq!(created.status, 201, "{}", created.text);
        assert_ne!(created.order_id()?, order.id);
        assert_eq!(bench.capa().transactions().len(), 1);
        let again = ana.create_with_key(&key, &body).await?;
        assert_eq!(again.order_id()?, created.order_id()?);
    }
    Ok(())
}

#[tokio::test]
async fn an_attempt_that_was_not_made_does_not_count() -> Outcome {
    let hour = Duration::from_hours(1);
    let bench = touchy_for(hour).await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .capa()
        .fault(Operation::Execute, Fault::ServerErrorBefore, 1);
    ana.report(&id, &json!({})).await?;
    bench.settle().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);

    bench.pass_in_steps(Duration::from_secs(30), 20).await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    let later = bench.now().plus(hour);
    let intents = bench.engine.store.due_intents(later, 9).await?;
    let attempts: Vec<_> = intents.iter().map(|intent| intent.attempts).collect();
    assert_eq!(attempts, [1]);

    bench.pass(hour).await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 2);
    assert!(bench.record(&id).await?.executed);
    Ok(())
}

#[tokio::test]
async fn a_create_without_an_answer_is_looked_for_all_the_same() -> Outcome {
    let bench = touchy().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    bench
        .capa()
        .fault(Operation::Create, Fault::ServerErrorAfter, 1);
    let lost = ana.create(&body).await?;
    assert_eq!(lost.status, 202, "{}", lost.text);
    let id = lost.order_id()?;
    bench.pass_secs(2).await?;
    assert_eq!(bench.record(&id).await?.state.as_str(), "creating");
    assert_eq!(bench.capa().requests(Operation::List), 0);
    bench.pass_in_steps(Duration::from_secs(5), 2).await?;
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

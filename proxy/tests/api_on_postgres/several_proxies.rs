//! Several proxies on one database: they share the watching, wake each other's long polls, answer one
//! key with one order, and go on without one of them and after the database's connections were cut.

use std::time::Duration;

use axum::http::Method;
use futures::future::join_all;
use offramp_proxy::store::Store;
use offramp_simulator::{Deposit, Fault, Operation};
use serde_json::json;

use crate::support::{
    Bench, Database, Outcome, Peer, Shopper,
    shopper::{confirm, new_key},
};

/// Long enough for a proxy that says nothing to count as dead.
const SILENCE: Duration = Duration::from_secs(11);

/// Both say that they are alive.
async fn beat(bench: &Bench, peer: &Peer) -> Outcome {
    bench.engine.beat().await?;
    peer.engine.beat().await?;
    Ok(())
}

#[tokio::test]
async fn a_double_click_that_reaches_two_proxies_makes_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    for round in 0..10 {
        let body = confirm(&ana.firm("100").await?);
        let key = new_key();
        let there = ana.at(&peer);
        let (here, there) = tokio::join!(
            ana.create_with_key(&key, &body),
            there.create_with_key(&key, &body)
        );
        let (here, there) = (here?, there?);
        // Whoever is second finds the first one's order, made or being made.
        assert!(here.status.is_success(), "{}", here.text);
        assert!(there.status.is_success(), "{}", there.text);
        assert_eq!(here.order_id()?, there.order_id()?);
        assert_eq!(bench.capa().requests(Operation::Create), round + 1);
        ana.cancel(&here.order_id()?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn one_key_with_two_bodies_on_two_proxies_makes_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    for round in 0..10 {
        let (one, other) = (ana.firm("100").await?, ana.firm("200").await?);
        let (one, other) = (confirm(&one), confirm(&other));
        let key = new_key();
        let there = ana.at(&peer);
        let (here, there) = tokio::join!(
            ana.create_with_key(&key, &one),
            there.create_with_key(&key, &other)
        );
        let mut answers = [here?, there?];
        answers.sort_by_key(|answer| answer.status);
        let [made, refused] = &answers;
        assert!(made.status.is_success(), "{}", made.text);
        assert_eq!(refused.refusal(), (422, "idempotency_conflict"));
        assert_eq!(bench.capa().requests(Operation::Create), round + 1);
        ana.cancel(&made.order_id()?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_tabs_on_two_proxies_make_one_order() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let (one, other) = (bench.ana().await?, bench.ana().await?);
    let bodies = [
        confirm(&one.firm("100").await?),
        confirm(&other.firm("100").await?),
    ];
    let there = other.at(&peer);
    let (here, there) = tokio::join!(one.create(&bodies[0]), there.create(&bodies[1]));
    let mut answers = [here?, there?];
    answers.sort_by_key(|answer| answer.status);
    assert!(answers[0].status.is_success(), "{}", answers[0].text);
    assert_eq!(answers[1].refusal(), (409, "order_open"));
    assert_eq!(answers[1].json["order_id"], json!(answers[0].order_id()?));
    assert_eq!(bench.capa().transactions().len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_order_is_watched_by_one_proxy_at_a_time() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    beat(&bench, &peer).await?;
    let before = bench.capa().requests(Operation::List);
    bench.simulator.clock().step(Duration::from_secs(5));
    beat(&bench, &peer).await?;
    bench.simulator.clock().step(Duration::from_mins(5));
    beat(&bench, &peer).await?;
    peer.engine.do_what_is_due().await?;
    assert_eq!(
        bench.capa().requests(Operation::List),
        before,
        "it is the other one's"
    );
    bench.engine.do_what_is_due().await?;
    assert_eq!(bench.capa().requests(Operation::List), before + 1);
    assert_eq!(ana.at(&peer).order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn what_a_dead_proxy_looked_after_is_taken_over() -> Outcome {
    let bench = Bench::patient().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    beat(&bench, &peer).await?;
    peer.engine.do_what_is_due().await?;
    assert_eq!(
        bench.capa().requests(Operation::Execute),
        0,
        "it is the other one's"
    );
    bench.capa().deposit("latest", Deposit::Exact)?;
    // The first one says nothing any more.
    bench.simulator.clock().step(SILENCE);
    peer.engine.beat().await?;
    peer.engine.do_what_is_due().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    for _ in 0..20 {
        bench.simulator.clock().step(Duration::from_secs(30));
        peer.engine.beat().await?;
        peer.engine.do_what_is_due().await?;
    }
    assert_eq!(ana.at(&peer).order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_goes_leaves_its_orders_at_once() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    ana.reported_order().await?;
    beat(&bench, &peer).await?;
    bench.engine.store.leave().await?;
    peer.engine.do_what_is_due().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    Ok(())
}

#[tokio::test]
async fn a_create_whose_proxy_died_is_looked_for_by_another() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    beat(&bench, &peer).await?;
    bench
        .capa()
        .fault(Operation::Create, Fault::ServerErrorAfter, 1);
    let id = ana.open_order().await?;
    // As if the answer had never come: the process died while it waited.
    let now = bench.now();
    let store = &bench.engine.store;
    store
        .change_order(&id, now, |order, _| {
            order.call.ended_at = None;
            order.next_check_at = Some(now.plus(Duration::from_mins(1)));
        })
        .await?;
    peer.engine.beat().await?;
    peer.engine.do_what_is_due().await?;
    assert_eq!(
        ana.at(&peer).order(&id).await?.state(),
        "creating",
        "its proxy is alive"
    );
    bench.simulator.clock().step(SILENCE);
    peer.engine.beat().await?;
    peer.engine.do_what_is_due().await?;
    assert_eq!(ana.at(&peer).order(&id).await?.state(), "awaiting_deposit");
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn a_long_poll_is_woken_by_a_change_made_elsewhere() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let known = ana.order(&id).await?;
    let there = ana.at(&peer);
    let poll = there
        .ask(Method::GET, &format!("/v1/orders/{id}"))
        .header("if-none-match", known.header("etag"))
        .header("prefer", "wait=25")
        .send();
    let listening = tokio::spawn(std::sync::Arc::clone(&peer.engine).run_listening());
    let change = async {
        // Once somebody waits.
        while peer.engine.wake.watched() == 0 {
            tokio::task::yield_now().await;
        }
        ana.report(&id, &json!({})).await
    };
    let (answer, changed) = tokio::join!(poll, change);
    listening.abort();
    assert_eq!(changed?.state(), "deposit_submitted");
    let answer = answer?;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.state(), "deposit_submitted");
    Ok(())
}

#[tokio::test]
async fn a_cut_connection_is_made_again() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    let Database::Postgres(database) = bench.database() else {
        return Err("these tests are about PostgreSQL".into());
    };
    for _ in 0..3 {
        database.cut_connections()?;
        assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
        assert_eq!(bench.get("/readyz").send().await?.status, 200);
    }
    ana.report(&id, &json!({})).await?;
    database.cut_connections()?;
    bench.settle().await?;
    assert_eq!(bench.capa().requests(Operation::Execute), 1);
    Ok(())
}

#[tokio::test]
async fn proxies_that_start_together_migrate_once() -> Outcome {
    let bench = Bench::start().await?;
    let Database::Postgres(_) = bench.database() else {
        return Err("these tests are about PostgreSQL".into());
    };
    let fresh = offramp_test_database::Database::create()?;
    let url = fresh.url();
    let secrets = bench.engine.store.secrets();
    let opened = join_all((0..8).map(|_| Store::open(&url, secrets.clone()))).await;
    for store in opened {
        store?.ping().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_session_opened_at_one_proxy_is_good_at_another() -> Outcome {
    let bench = Bench::start().await?;
    let peer = bench.second().await?;
    let ana = bench.ana().await?;
    let there: Shopper<'_> = ana.at(&peer);
    let quote = ana.firm("100").await?;
    let created = there.create(&confirm(&quote)).await?;
    assert_eq!(created.state(), "awaiting_deposit", "{}", created.text);
    assert_eq!(
        ana.checkout().await?.json["order"]["id"],
        json!(created.order_id()?)
    );
    Ok(())
}

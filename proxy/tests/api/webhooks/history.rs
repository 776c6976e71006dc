//! The provider's own history: a webhook that was missed is found, and wakes a read like any other.

use std::{sync::Arc, time::Duration};

use offramp_simulator::{
    Deposit, Fault, Operation, WebhookTarget,
    providers::capa::{Verification, WebhookDelivery, seed},
};
use tokio::time::timeout;

use crate::support::{Bench, Outcome, WEBHOOK_SECRET};

const MINUTE: Duration = Duration::from_mins(1);

/// Webhooks that the provider takes for delivered, and that nobody receives.
fn lose(bench: &Bench) {
    bench.capa().set_webhook(Some(WebhookTarget {
        url: "http://127.0.0.1:9/".to_owned(),
        secret: WEBHOOK_SECRET.to_owned(),
    }));
    bench
        .capa()
        .knobs_mut(|knobs| knobs.webhooks = WebhookDelivery::Lost);
}

/// As many webhooks about a person as there are changes to tell.
fn tell(bench: &Bench, times: usize) -> Outcome {
    for _ in 0..times {
        bench.capa().verify(seed::CUST_3, Verification::Rejected)?;
    }
    Ok(())
}

fn lists(bench: &Bench) -> u64 {
    bench.capa().requests(Operation::Notifications)
}

fn looks(bench: &Bench) -> u64 {
    bench.capa().requests(Operation::Notification)
}

fn reads(bench: &Bench) -> u64 {
    bench.capa().requests(Operation::List)
}

async fn read_histories(bench: &Bench) -> Outcome {
    bench.engine.read_due_histories().await?;
    bench.settle().await
}

/// Waits until the duties that run by themselves have brought something about.
async fn until(mut is_so: impl AsyncFnMut() -> Outcome<bool>) -> Outcome {
    let so = async {
        while !is_so().await? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Outcome::Ok(())
    };
    timeout(Duration::from_secs(20), so).await?
}

#[tokio::test]
async fn a_webhook_that_was_missed_while_the_proxy_was_down_is_found() -> Outcome {
    for lost in [false, true] {
        let bench = Bench::start().await?;
        let id = bench.ana().await?.open_order().await?;
        bench.settle().await?;
        if lost {
            lose(&bench);
        }
        bench.capa().deposit("latest", Deposit::Exact)?;
        let bench = bench.restart().await?;
        bench.settle().await?;
        let ana = bench.ana().await?;
        assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
        read_histories(&bench).await?;
        assert_eq!(ana.order(&id).await?.state(), "deposit_received", "{lost}");
    }
    Ok(())
}

#[tokio::test]
async fn the_history_is_read_at_start_and_once_an_hour_beside_the_other_duties() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let duties = tokio::spawn(Arc::clone(&bench.engine).run_duties());
    until(async || Ok(ana.order(&id).await?.state() == "deposit_received")).await?;
    until(async || Ok(bench.engine.store.history_read_to("capa").await?.is_some())).await?;
    assert_eq!(lists(&bench), 1);
    bench.simulator.clock().step(59 * MINUTE);
    // The duties have looked around twice since.
    for event in ["NEWS_1", "NEWS_2"] {
        bench.webhook(event, "unknown").await?;
        let store = &bench.engine.store;
        until(async || Ok(store.unhandled_webhooks(1).await?.is_empty())).await?;
    }
    assert_eq!(lists(&bench), 1);
    bench.simulator.clock().step(MINUTE);
    until(async || Ok(lists(&bench) == 2)).await?;
    duties.abort();
    Ok(())
}

#[tokio::test]
async fn what_came_in_wakes_nothing_again() -> Outcome {
    let bench = Bench::start().await?;
    bench.ana().await?.open_order().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    bench.webhook("CREATED_OFF_RAMP", &theirs).await?;
    bench.settle().await?;
    let before = reads(&bench);
    read_histories(&bench).await?;
    assert_eq!((looks(&bench), reads(&bench)), (1, before));
    assert!(bench.engine.store.unhandled_webhooks(1).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_missed_webhook_is_not_believed_either() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    // Told as cancelled, and then pending again.
    let capa = bench.capa();
    capa.force_status("latest", offramp_simulator::Status::Cancelled)?;
    capa.force_status("latest", offramp_simulator::Status::Pending)?;
    tell(&bench, 1)?;
    let before = reads(&bench);
    read_histories(&bench).await?;
    assert_eq!(reads(&bench), before + 1, "two webhooks share one read");
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn a_history_that_cannot_be_read_is_tried_again_and_blocks_nobody() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    let capa = bench.capa();
    for fault in [
        Fault::TimeoutBefore,
        Fault::ServerErrorBefore,
        Fault::MalformedJson,
    ] {
        capa.fault(Operation::Notifications, fault, 1);
    }
    let theirs = capa.transaction("latest")?.id;
    // While it hangs, for as long as a call may, everything else goes on.
    let duties = tokio::spawn(Arc::clone(&bench.engine).run_duties());
    until(async || Ok(lists(&bench) == 1)).await?;
    capa.deposit("latest", Deposit::Exact)?;
    bench.webhook("CRYPTO_RECEIVED_OFF_RAMP", &theirs).await?;
    until(async || Ok(ana.order(&id).await?.state() == "deposit_received")).await?;
    assert_eq!(lists(&bench), 1);
    duties.abort();
    let _ = duties.await;

    let bench = bench.restart().await?;
    for (minutes, asked) in [(0, 2), (0, 2), (1, 3), (1, 3), (1, 4), (59, 4), (1, 5)] {
        bench.simulator.clock().step(minutes * MINUTE);
        bench.engine.read_due_histories().await?;
        assert_eq!(lists(&bench), asked, "after {minutes} more minutes");
    }
    Ok(())
}

#[tokio::test]
async fn one_reading_looks_at_a_hundred_and_the_next_at_the_rest() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    lose(&bench);
    tell(&bench, 150)?;
    // What did not arrive comes first, however old it is.
    read_histories(&bench).await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    assert_eq!((lists(&bench), looks(&bench)), (2, 100));
    assert_eq!(bench.engine.store.history_read_to("capa").await?, None);
    read_histories(&bench).await?;
    assert_eq!(looks(&bench), 100);
    bench.simulator.clock().step(MINUTE);
    read_histories(&bench).await?;
    // The payout that began then has been told as well.
    assert_eq!((lists(&bench), looks(&bench)), (4, 153));
    let read_to = bench.engine.store.history_read_to("capa").await?;
    assert_eq!(read_to, Some(bench.now()));
    Ok(())
}

#[tokio::test]
async fn a_notification_that_cannot_be_read_keeps_no_other_back() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    tell(&bench, 1)?;
    for (minutes, is_read) in [(0, false), (1, false), (2, true)] {
        bench.simulator.clock().step(minutes * MINUTE);
        // The newest that did not arrive is looked at first, and it is always the same.
        bench
            .capa()
            .fault(Operation::Notification, Fault::WrongType, 1);
        bench.engine.read_due_histories().await?;
        let read_to = bench.engine.store.history_read_to("capa").await?;
        assert_eq!(read_to.is_some(), is_read, "after {minutes} minutes more");
        // Others can be read, so the fault is its own.
        lose(&bench);
        tell(&bench, 1)?;
    }
    assert_eq!(bench.capa().requests(Operation::Notification), 3 + 2 + 2);
    bench.settle().await?;
    assert_ne!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

#[tokio::test]
async fn an_outage_passes_nothing_over() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench.settle().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    for minutes in [0, 1, 2, 4, 8] {
        bench.simulator.clock().step(minutes * MINUTE);
        bench
            .capa()
            .fault(Operation::Notification, Fault::BadGateway, 9);
        bench.engine.read_due_histories().await?;
        bench.capa().clear_faults();
        assert_eq!(bench.engine.store.history_read_to("capa").await?, None);
    }
    bench.simulator.clock().step(16 * MINUTE);
    bench.engine.read_due_histories().await?;
    let waiting = bench.engine.store.unhandled_webhooks(9).await?;
    assert_eq!(waiting.len(), 2);
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.state(), "deposit_received");
    Ok(())
}

#[tokio::test]
async fn the_next_reading_begins_where_the_last_one_ended() -> Outcome {
    let bench = Bench::start().await?;
    tell(&bench, 7)?;
    bench.simulator.clock().step(20 * MINUTE);
    read_histories(&bench).await?;
    assert_eq!(looks(&bench), 7);
    bench.simulator.clock().step(30 * MINUTE);
    tell(&bench, 2)?;
    let bench = bench.restart().await?;
    read_histories(&bench).await?;
    assert_eq!(looks(&bench), 7 + 2);
    bench.simulator.clock().step(60 * MINUTE);
    read_histories(&bench).await?;
    assert_eq!((lists(&bench), looks(&bench)), (3, 7 + 2));
    Ok(())
}

#[tokio::test]
async fn nothing_is_read_from_before_the_last_week() -> Outcome {
    let bench = Bench::start().await?;
    tell(&bench, 3)?;
    bench.simulator.clock().step(8 * 24 * 60 * MINUTE);
    tell(&bench, 1)?;
    read_histories(&bench).await?;
    assert_eq!(looks(&bench), 1);
    Ok(())
}

#[tokio::test]
async fn a_mark_made_by_a_clock_that_was_put_back_is_not_trusted() -> Outcome {
    let bench = Bench::start().await?;
    let far = bench.now().plus(24 * 60 * MINUTE);
    bench.engine.store.history_was_read("capa", far).await?;
    tell(&bench, 2)?;
    bench.simulator.clock().step(MINUTE);
    read_histories(&bench).await?;
    assert_eq!(looks(&bench), 2);
    let read_to = bench.engine.store.history_read_to("capa").await?;
    assert_eq!(read_to, Some(bench.now()));
    Ok(())
}

#[tokio::test]
async fn without_webhooks_there_is_no_history_to_read() -> Outcome {
    let bench = Bench::with(|_, settings| settings.webhook_secret = None).await?;
    tell(&bench, 2)?;
    read_histories(&bench).await?;
    assert_eq!(lists(&bench), 0);
    Ok(())
}

#[tokio::test]
async fn the_mark_is_no_webhook() -> Outcome {
    let bench = Bench::start().await?;
    let (store, now) = (&bench.engine.store, bench.now());
    store.history_was_read("capa", now).await?;
    assert!(store.unhandled_webhooks(9).await?.is_empty());
    assert_eq!(store.history_read_to("unigox").await?, None);
    let later = now.plus(31 * 24 * 60 * MINUTE);
    store.history_was_read("capa", later).await?;
    store.forget_old(later).await?;
    assert_eq!(store.history_read_to("capa").await?, Some(later));
    Ok(())
}

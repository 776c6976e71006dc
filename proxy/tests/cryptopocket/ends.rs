//! How orders end that nobody can call off at the provider.

use std::time::Duration;

use offramp_simulator::{
    Decimal, Deposit, Fault, Operation, Pick,
    providers::cryptopocket::{Payout, Status},
};
use serde_json::json;
use sqlx::{AnyPool, Row as _};

use crate::{
    shop::{ines, open, order, sell},
    support::Outcome,
};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_cancelled_order_is_given_up_by_us_alone() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    let cancelled = ines.cancel(&id).await?;
    assert_eq!(cancelled.stands(), ("cancelled", "payer"));
    assert_eq!(cancelled.reason(), "abandoned");
    assert_eq!((cancelled.address(), cancelled.actions().len()), (None, 0));
    assert_eq!(bench.pocket().requests(Operation::Cancel), 0);
    assert_eq!(bench.pocket().order(Pick::Latest)?.status, Status::Started);
    assert_eq!(sell(&ines, "100").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn crypto_that_comes_after_the_end_needs_a_person() -> Outcome {
    let bench = open().await?;
    bench
        .pocket()
        .knobs_mut(|knobs| knobs.payout = Payout::Waits);
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    ines.cancel(&id).await?;
    bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    bench.pass_in_steps(HOUR, 8).await?;
    let late = ines.order(&id).await?;
    assert_eq!(late.stands(), ("attention", "provider"), "{}", late.text);
    assert_eq!(late.reason(), "deposit_after_end");
    // It is paid out after all.
    bench
        .pocket()
        .force_status(Pick::Latest, Status::Finished)?;
    bench.pass_in_steps(HOUR, 8).await?;
    assert_eq!(ines.order(&id).await?.stands(), ("completed", "converted"));
    Ok(())
}

#[tokio::test]
async fn what_has_arrived_is_not_given_up() -> Outcome {
    let bench = open().await?;
    bench
        .pocket()
        .knobs_mut(|knobs| knobs.payout = Payout::Waits);
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    let cancelled = ines.cancel(&id).await?;
    assert_eq!(cancelled.stands(), ("deposit_received", "provider"));
    assert!(cancelled.actions().is_empty());
    let again = ines.act(&id, "cancel", &json!({})).await?;
    assert_eq!(again.refusal(), (409, "action_not_allowed"));
    Ok(())
}

#[tokio::test]
async fn an_order_without_a_deposit_expires() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    bench.pass_in_steps(HOUR, 30).await?;
    let expired = ines.order(&id).await?;
    assert_eq!(expired.stands(), ("expired", "payer"), "{}", expired.text);
    assert_eq!(expired.reason(), "offer_over");
    Ok(())
}

#[tokio::test]
async fn an_order_that_ends_after_a_report_needs_a_person() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    ines.report(&id, &json!({})).await?;
    bench.pocket().force_status(Pick::Latest, Status::Expired)?;
    bench.pass_secs(60).await?;
    let ended = ines.order(&id).await?;
    assert_eq!(ended.stands(), ("attention", "unknown"));
    assert_eq!(ended.reason(), "deposit_missing");
    Ok(())
}

#[tokio::test]
async fn an_unknown_status_is_neither_success_nor_failure() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    let word = Status::Other("converting".to_owned());
    bench.pocket().force_status(Pick::Latest, word)?;
    bench.pass_secs(60).await?;
    let odd = ines.order(&id).await?;
    assert_eq!(odd.stands(), ("attention", "unknown"));
    assert_eq!(odd.reason(), "unknown_status");
    assert_eq!(odd.actions(), ["report_sent"]);
    bench
        .pocket()
        .force_status(Pick::Latest, Status::Finished)?;
    bench.pass_in_steps(Duration::from_mins(10), 3).await?;
    assert_eq!(ines.order(&id).await?.stands(), ("completed", "converted"));
    Ok(())
}

#[tokio::test]
async fn a_payout_that_fails_or_goes_back_is_told_apart() -> Outcome {
    for (payout, stands, reason) in [
        (Payout::Fails, ("attention", "unknown"), "payout_failed"),
        (Payout::Refunds, ("refunded", "returned"), ""),
    ] {
        let bench = open().await?;
        bench.pocket().knobs_mut(|knobs| {
            knobs.payout = payout;
            knobs.step_ms = 60_000;
        });
        let ines = ines(&bench).await?;
        let id = order(&ines).await?;
        bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
        bench.pass_secs(30).await?;
        assert_eq!(
            ines.order(&id).await?.stands(),
            ("deposit_received", "provider")
        );
        bench.pass_in_steps(Duration::from_mins(1), 5).await?;
        let ended = ines.order(&id).await?;
        assert_eq!((ended.stands(), ended.reason()), (stands, reason));
    }
    Ok(())
}

#[tokio::test]
async fn another_amount_than_was_agreed_needs_a_person_who_sees_the_figures() -> Outcome {
    for (tokens, fiat) in [(40, "36.48"), (90, "82.08"), (110, "100.32")] {
        let bench = open().await?;
        let ines = ines(&bench).await?;
        let id = order(&ines).await?;
        bench
            .pocket()
            .deposit(Pick::Latest, Deposit::Amount(tokens.into()))?;
        bench.pass_in_steps(Duration::from_mins(10), 5).await?;
        let off = ines.order(&id).await?;
        assert_eq!(off.stands(), ("attention", "provider"), "{}", off.text);
        assert_eq!(off.reason(), "wrong_amount");
        assert_eq!(off.order()["crypto"]["amount"], "100");
        assert_eq!(off.order()["fiat"]["amount"], fiat);
        assert_eq!(off.order()["next"]["by"], "partner");
        assert!(off.actions().is_empty() && off.address().is_none());
        let database = AnyPool::connect(&bench.database().url()).await?;
        let rows = sqlx::query(
            "SELECT note FROM order_events WHERE order_id = $1 AND kind = 'wrong_amount'",
        )
        .bind(&id)
        .fetch_all(&database)
        .await?;
        let notes: Vec<String> = rows.iter().map(|row| row.get("note")).collect();
        let note = format!("100 agreed at 0.912; the provider says 100 and {fiat}");
        assert_eq!(notes, [note], "said once");
        // It holds up no other order, and what CryptoPocket decides is taken.
        assert_eq!(sell(&ines, "100").await?.status, 201);
        let theirs = bench
            .pocket()
            .orders()
            .into_iter()
            .find(|order| !order.received.is_zero());
        let theirs = theirs.ok_or("nothing arrived")?.id;
        bench
            .pocket()
            .force_status(Pick::Id(theirs), Status::Finished)?;
        bench.pass_in_steps(Duration::from_mins(15), 2).await?;
        assert_eq!(ines.order(&id).await?.stands(), ("completed", "converted"));
    }
    Ok(())
}

#[tokio::test]
async fn an_amount_as_agreed_and_a_rate_that_moves_need_nobody() -> Outcome {
    for (tenths, by) in [
        (1_000, 0),
        (995, 0),
        (1_005, 0),
        (1_000, -150),
        (1_000, 150),
    ] {
        let bench = open().await?;
        bench
            .pocket()
            .knobs_mut(|knobs| knobs.payout = Payout::Waits);
        let ines = ines(&bench).await?;
        let id = order(&ines).await?;
        bench.pocket().move_rate_bps(by);
        let amount = Deposit::Amount(Decimal::new(tenths, 1));
        bench.pocket().deposit(Pick::Latest, amount)?;
        bench.pass_in_steps(Duration::from_mins(10), 3).await?;
        let order = ines.order(&id).await?;
        assert_eq!(
            order.stands(),
            ("deposit_received", "provider"),
            "{tenths} {by}: {}",
            order.text
        );
    }
    Ok(())
}

#[tokio::test]
async fn another_order_than_was_asked_for_shows_no_address() -> Outcome {
    for (key, value) in [
        ("amount", json!("99000000")),
        ("decimals", json!(18)),
        ("crypto", json!("USDT")),
        ("blockchain", json!("bsc")),
    ] {
        let bench = open().await?;
        let ines = ines(&bench).await?;
        // What it reads is made up for an id that is known only afterwards, so another order's is
        // taken: one that was made before.
        let mut rampoff = json!({
            "status": "started", "blockchain": "polygon", "crypto": "USDC",
            "amount": "100000000", "decimals": 6, "fiat_amount": "91.20",
        });
        rampoff[key] = value;
        rampoff["id"] = json!("r-1");
        let created = json!({
            "rampoff": "payment created", "id": "r-1",
            "wallet": "0x1f9090aaE28b8a3dCeaDf281B0F12828e676c326",
        });
        for (operation, data) in [(Operation::Create, created), (Operation::Read, rampoff)] {
            let body = json!({ "status": "ok", "data": data }).to_string();
            let fault = Fault::Canned { status: 200, body };
            bench.pocket().fault(operation, fault, 1);
        }
        let made = sell(&ines, "100").await?;
        assert_eq!(made.state(), "attention", "{key}: {}", made.text);
        assert_eq!(made.reason(), "provider_mismatch");
        assert_eq!(made.address(), None);
    }
    Ok(())
}

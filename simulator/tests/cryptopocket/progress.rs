//! How an off-ramp moves, by deposits, by time and by hand.

use offramp_simulator::Decimal;
use offramp_simulator::providers::cryptopocket::{
    Deposit, DepositView, Knobs, Payout, Status, UnknownOrder,
};
use serde_json::json;

use crate::bench::{Bench, Outcome};

fn amount(text: &str) -> Deposit {
    Deposit::Amount(text.parse().unwrap_or(Decimal::ZERO))
}

#[tokio::test]
async fn what_arrives_is_paid_a_little_later() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let order = bench.pocket().deposit(&id, Deposit::Exact)?;
    assert_eq!(
        (order.status, order.deposit),
        (Status::CryptoReceived, DepositView::Exact)
    );
    assert_eq!(bench.status(&id).await?, "crypto_received");
    bench.step_secs(2);
    assert_eq!(bench.status(&id).await?, "crypto_received");
    bench.step_secs(1);
    assert_eq!(bench.status(&id).await?, "finished");
    assert!(bench.pocket().order(&id)?.completed_at.is_some());
    Ok(())
}

#[tokio::test]
async fn the_rate_is_fixed_on_arrival() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    assert_eq!(bench.read(&id).await?["fiat_amount"], "91.20");
    bench.pocket().move_rate_bps(-1_000);
    assert_eq!(bench.read(&id).await?["fiat_amount"], "82.08");
    bench.pocket().deposit(&id, Deposit::Exact)?;
    bench.pocket().move_rate_bps(2_000);
    bench.step_secs(10);
    let order = bench.read(&id).await?;
    assert_eq!(
        (&order["status"], &order["fiat_amount"]),
        (&json!("finished"), &json!("82.08"))
    );
    Ok(())
}

#[tokio::test]
async fn half_a_percent_more_or_less_is_paid_out() -> Outcome {
    let bench = Bench::start().await?;
    for (received, fiat) in [("99.5", "90.74"), ("100.5", "91.65")] {
        let id = bench.open().await?;
        let order = bench.pocket().deposit(&id, amount(received))?;
        assert_eq!(order.deposit, DepositView::WithinTolerance);
        bench.step_secs(10);
        let order = bench.read(&id).await?;
        assert_eq!(order["status"], "finished");
        assert_eq!(order["fiat_amount"], fiat);
        assert_eq!(order["amount"], "100000000");
    }
    Ok(())
}

#[tokio::test]
async fn more_than_that_waits_for_a_decision() -> Outcome {
    let bench = Bench::start().await?;
    for received in ["99.49", "100.51", "0.000001"] {
        let id = bench.open().await?;
        let order = bench.pocket().deposit(&id, amount(received))?;
        assert_eq!(order.deposit, DepositView::Mismatched);
        bench.step_secs(600);
        let order = bench.pocket().order(&id)?;
        assert_eq!(order.status, Status::CryptoReceived, "{received}");
        bench.pocket().force_status(&id, Status::Refunded)?;
        assert_eq!(bench.pocket().order(&id)?.status, Status::Refunded);
    }
    Ok(())
}

#[tokio::test]
async fn two_parts_make_a_whole() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    bench.pocket().deposit(&id, amount("40"))?;
    bench.step_secs(60);
    let order = bench.pocket().deposit(&id, amount("60"))?;
    assert_eq!(
        (order.status, order.deposit),
        (Status::CryptoReceived, DepositView::Exact)
    );
    bench.step_secs(3);
    assert_eq!(bench.status(&id).await?, "finished");
    Ok(())
}

#[tokio::test]
async fn nobody_sees_the_wrong_token() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let order = bench.pocket().deposit(&id, Deposit::WrongToken)?;
    assert_eq!(
        (order.status, order.deposit),
        (Status::Started, DepositView::WrongToken)
    );
    assert_eq!(bench.pocket().webhooks(), []);
    Ok(())
}

#[tokio::test]
async fn without_tokens_an_off_ramp_expires_after_a_day() -> Outcome {
    let mut bench = Bench::start().await?;
    let id = bench.open().await?;
    bench.step_secs(24 * 60 * 60 - 1);
    assert_eq!(bench.pocket().order(&id)?.status, Status::Started);
    bench.step_secs(1);
    bench.renew().await?;
    assert_eq!(bench.status(&id).await?, "expired");
    // What comes late needs a decision.
    let order = bench.pocket().deposit(&id, Deposit::Exact)?;
    assert_eq!(order.status, Status::CryptoReceived);
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "crypto_received");
    Ok(())
}

#[tokio::test]
async fn a_payout_ends_as_it_is_told_to() -> Outcome {
    let bench = Bench::start().await?;
    for (payout, status) in [
        (Payout::Fails, Status::Failed),
        (Payout::Refunds, Status::Refunded),
        (Payout::Waits, Status::CryptoReceived),
    ] {
        let told = |knobs: &mut Knobs| knobs.payout = payout;
        bench.pocket().knobs_mut(told);
        let id = bench.open().await?;
        bench.pocket().deposit(&id, Deposit::Exact)?;
        bench.step_secs(60);
        assert_eq!(bench.pocket().order(&id)?.status, status);
    }
    Ok(())
}

#[tokio::test]
async fn any_status_can_be_forced() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    for word in [
        "started", "expired", "failed", "refunded", "on_hold", "finished",
    ] {
        let Ok::<Status, _>(status) = word.parse();
        bench.pocket().force_status("latest", status)?;
        bench.step_secs(1);
        assert_eq!(bench.status(&id).await?, word);
    }
    bench.pocket().force_status(&id, Status::CryptoReceived)?;
    bench.step_secs(3);
    assert_eq!(bench.status(&id).await?, "finished");
    Ok(())
}

#[tokio::test]
async fn what_is_read_can_lag_behind() -> Outcome {
    let bench = Bench::start().await?;
    let lagging = |knobs: &mut Knobs| knobs.read_lag_ms = 10_000;
    bench.pocket().knobs_mut(lagging);
    let id = bench.open().await?;
    bench.pocket().deposit(&id, Deposit::Exact)?;
    assert_eq!(bench.pocket().webhooks().len(), 1);
    assert_eq!(bench.status(&id).await?, "started");
    bench.step_secs(10);
    assert_eq!(bench.status(&id).await?, "crypto_received");
    bench.step_secs(3);
    assert_eq!(bench.status(&id).await?, "finished");
    Ok(())
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_changed() -> Outcome {
    let bench = Bench::start().await?;
    let unknown = UnknownOrder("latest".to_owned());
    assert_eq!(
        bench.pocket().deposit("latest", Deposit::Exact),
        Err(unknown)
    );
    let refused = bench.pocket().force_status("x", Status::Failed);
    assert_eq!(refused, Err(UnknownOrder("x".to_owned())));
    Ok(())
}

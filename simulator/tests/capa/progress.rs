//! How a transaction moves on the simulator's clock.

use offramp_simulator::Decimal;
use offramp_simulator::providers::capa::{
    Deposit, Execution, LateDeposits, MockAmounts, MockStart, Path, Payout, PennyTest, Status,
};
use serde_json::Value;

use crate::bench::{Bench, Outcome, order};

/// The status now and after each of so many steps of three seconds.
async fn walk(bench: &Bench, id: &str, steps: usize) -> Outcome<Vec<String>> {
    let mut statuses = vec![bench.status(id).await?];
    for _ in 0..steps {
        bench.step_secs(3);
        statuses.push(bench.status(id).await?);
    }
    Ok(statuses)
}

#[tokio::test]
async fn a_deposit_and_an_execute_lead_to_the_bank() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.execute(&id).await?;
    let expected = [
        "CRYPTO_RECEIVED",
        "COMPLETED_CRYPTO_RECEIVAL",
        "READY_BANK_TRANSFER",
        "BANK_TRANSFER_PENDING",
        "COMPLETED",
        "COMPLETED",
    ];
    assert_eq!(walk(&bench, &id, 5).await?, expected);
    let transaction = bench.read(&id).await?;
    assert_eq!(transaction["completedAt"], "2026-05-01T12:00:12.000Z");
    assert_eq!(transaction["bankAccount"]["isVerified"], true);
    assert!(transaction["invoice"]["transactionHash"].is_string());
    assert!(transaction["invoice"]["paymentUrl"].is_string());
    Ok(())
}

#[tokio::test]
async fn the_outcome_does_not_depend_on_who_looks_when() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.execute(&id).await?;
    bench.step_secs(86_400);
    assert_eq!(
        bench.read(&id).await?["completedAt"],
        "2026-05-01T12:00:12.000Z"
    );
    Ok(())
}

#[tokio::test]
async fn every_status_can_be_passed_through() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.path = Path::EveryStatus);
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.execute(&id).await?;
    let expected = [
        "CRYPTO_RECEIVED",
        "IN_PROGRESS",
        "COMPLETED_CRYPTO_RECEIVAL",
        "READY_BANK_TRANSFER",
        "AWAITING_MANUAL_FIAT_TRANSFER",
        "BANK_TRANSFER_PENDING",
        "COMPLETED",
    ];
    assert_eq!(walk(&bench, &id, 6).await?, expected);
    Ok(())
}

#[tokio::test]
async fn nothing_is_paid_out_before_execute() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.step_secs(7 * 86_400);
    assert_eq!(bench.status(&id).await?, "CRYPTO_RECEIVED");

    bench
        .capa()
        .knobs_mut(|knobs| knobs.execution = Execution::Automatic);
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn an_execute_before_the_deposit_waits_and_gives_up() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    assert_eq!(bench.execute(&id).await?.data("status"), "PENDING");
    bench.step_secs(9);
    assert_eq!(bench.status(&id).await?, "PENDING");
    bench.step_secs(1);
    assert_eq!(bench.status(&id).await?, "CRYPTO_NOT_RECEIVED");
    assert_eq!(
        bench.execute(&id).await?.data("status"),
        "CRYPTO_NOT_RECEIVED"
    );

    bench.capa().deposit(&id, Deposit::Exact)?;
    assert_eq!(bench.status(&id).await?, "CRYPTO_NOT_RECEIVED");
    assert_eq!(bench.execute(&id).await?.data("status"), "CRYPTO_RECEIVED");
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn a_deposit_while_execute_still_looks_is_found() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.execute(&id).await?;
    bench.step_secs(5);
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn without_a_deposit_a_transaction_expires() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.deposit_limit_ms = 60_000);
    let id = bench.open("100").await?;
    bench.step_secs(59);
    assert_eq!(bench.status(&id).await?, "PENDING");
    bench.step_secs(1);
    assert_eq!(bench.status(&id).await?, "EXPIRED");
    Ok(())
}

#[tokio::test]
async fn whatever_does_not_match_is_left_to_a_person() -> Outcome {
    let bench = Bench::start().await?;
    let amounts = [
        Deposit::Amount(Decimal::from(99)),
        Deposit::Amount(Decimal::from(101)),
    ];
    for deposit in amounts.into_iter().chain([Deposit::WrongToken]) {
        let id = bench.open("100").await?;
        bench.capa().deposit(&id, deposit)?;
        bench.execute(&id).await?;
        bench.step_secs(86_400);
        assert_eq!(bench.status(&id).await?, "IN_PROGRESS", "{deposit:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_person_can_let_a_payout_go_on() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.execute(&id).await?;
    bench
        .capa()
        .deposit(&id, Deposit::Amount(Decimal::from(99)))?;
    bench.capa().force_status(&id, Status::CryptoReceived)?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn a_deposit_twice_is_a_deposit_too_many() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    assert_eq!(bench.status(&id).await?, "IN_PROGRESS");
    Ok(())
}

#[tokio::test]
async fn a_deposit_after_the_end_shows_unless_it_is_ignored() -> Outcome {
    let bench = Bench::start().await?;
    for (late_deposits, expected) in [
        (LateDeposits::Shown, "IN_PROGRESS"),
        (LateDeposits::Ignored, "CANCELLED"),
    ] {
        bench
            .capa()
            .knobs_mut(|knobs| knobs.late_deposits = late_deposits);
        let id = bench.open("100").await?;
        bench.cancel(&id).await?;
        bench.capa().deposit(&id, Deposit::Exact)?;
        assert_eq!(bench.status(&id).await?, expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_bank_can_refuse() -> Outcome {
    let bench = Bench::start().await?;
    bench.capa().knobs_mut(|knobs| knobs.payout = Payout::Fails);
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.execute(&id).await?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "FAILED");
    assert_eq!(bench.read(&id).await?["completedAt"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn the_penny_test_fails_only_the_first_time_and_only_in_mexico() -> Outcome {
    let bench = Bench::start().await?;
    let pay = async |bench: &Bench| -> Outcome<String> {
        let id = bench.open("100").await?;
        bench.capa().deposit(&id, Deposit::Exact)?;
        bench.execute(&id).await?;
        bench.step_secs(60);
        Ok(id)
    };
    bench
        .capa()
        .knobs_mut(|knobs| knobs.penny_test = PennyTest::Fails);
    let id = pay(&bench).await?;
    let failed = bench.read(&id).await?;
    assert_eq!(failed["status"], "CANCELLED");
    assert_eq!(failed["cancellationReason"], "NAME_VERIFICATION_FAILED");

    bench
        .capa()
        .knobs_mut(|knobs| knobs.penny_test = PennyTest::Passes);
    pay(&bench).await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.penny_test = PennyTest::Fails);
    let id = pay(&bench).await?;
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn mock_amounts_play_their_story_after_execute() -> Outcome {
    let bench = Bench::start().await?;
    let stories = [
        ("10.01", "COMPLETED", Value::Null),
        (
            "10.02",
            "CANCELLED",
            Value::from("NAME_VERIFICATION_FAILED"),
        ),
        ("10.03", "CRYPTO_NOT_RECEIVED", Value::Null),
    ];
    for (amount, status, reason) in stories {
        let id = bench.open(amount).await?;
        bench.step_secs(60);
        assert_eq!(bench.status(&id).await?, "PENDING", "{amount}");
        bench.execute(&id).await?;
        bench.step_secs(60);
        let transaction = bench.read(&id).await?;
        assert_eq!(transaction["status"], status, "{amount}");
        assert_eq!(transaction["cancellationReason"], reason, "{amount}");
    }
    Ok(())
}

#[tokio::test]
async fn mock_stories_can_begin_at_creation() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.mock_start = MockStart::OnCreation);
    let id = bench.open("10.01").await?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn the_older_mock_amounts_pass_their_limits() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(bench.create(&order("1.01")).await?.status, 400);
    bench
        .capa()
        .knobs_mut(|knobs| knobs.mock_amounts = MockAmounts::Older);
    let id = bench.open("1.01").await?;
    bench.execute(&id).await?;
    bench.step_secs(60);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn the_guide_lists_the_amounts_that_count() -> Outcome {
    let bench = Bench::start().await?;
    let guide = bench.get("/transactions/mock-testing-guide").await?;
    assert_eq!(guide.status, 200);
    assert_eq!(guide.data("environment"), "staging");
    assert!(
        guide
            .text
            .contains(r#"{"cryptoAmount":10.02,"status":"CANCELLED""#),
        "{}",
        guide.text
    );
    bench
        .capa()
        .knobs_mut(|knobs| knobs.mock_amounts = MockAmounts::Older);
    let guide = bench.get("/transactions/mock-testing-guide").await?;
    assert!(
        guide.text.contains(r#""cryptoAmount":1.02"#),
        "{}",
        guide.text
    );
    Ok(())
}

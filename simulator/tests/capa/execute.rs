//! Execute and cancel: what they answer, and what they refuse.

use offramp_simulator::providers::capa::{Deposit, ExecuteAnswer, Statuses, seed};
use serde_json::{Value, json};

use crate::bench::{Bench, Outcome, order, with};

const INVALID: (u16, &str, &str) = (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input");
const IMPOSSIBLE: (u16, &str, &str) = (400, "BAD_REQUEST", "Invalid transaction state transition");
const ABSENT: &str = "123e4567-e89b-12d3-a456-426614174000";

fn evm_hash() -> String {
    format!("0x{}", "9f".repeat(32))
}

#[tokio::test]
async fn execute_answers_id_and_status_and_no_more() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    let answer = bench.execute(&id).await?;
    assert_eq!(answer.status, 201);
    assert_eq!(
        answer.json,
        json!({ "success": true, "data": { "id": id, "status": "PENDING" } })
    );
    bench
        .capa()
        .knobs_mut(|knobs| knobs.execute_answer = ExecuteAnswer::Ok);
    assert_eq!(bench.execute(&id).await?.status, 200);
    assert_eq!(bench.capa().transaction(&id)?.execute_calls, 2);
    Ok(())
}

#[tokio::test]
async fn execute_refuses_what_it_cannot_find() -> Outcome {
    let bench = Bench::start().await?;
    let absent = bench.execute(ABSENT).await?;
    assert_eq!(
        absent.refusal(),
        (404, "TRANSACTION_NOT_FOUND", "Transaction not found")
    );
    let elsewhere = bench.execute(seed::TRANSACTION_ELSEWHERE).await?;
    let message = "Transaction does not belong to this partner";
    assert_eq!(
        elsewhere.refusal(),
        (403, "TRANSACTION_ACCESS_DENIED", message)
    );
    assert_eq!(bench.execute("not-an-id").await?.refusal(), INVALID);
    assert_eq!(
        bench.post("/off-ramp/execute", &json!({})).await?.refusal(),
        INVALID
    );
    Ok(())
}

#[tokio::test]
async fn a_hash_has_the_form_of_its_blockchain() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    let body = |hash: &str| json!({ "transactionId": id, "transactionHash": hash });
    for hash in ["0x9f2c", &"z".repeat(66), &"5".repeat(88)] {
        let answer = bench.post("/off-ramp/execute", &body(hash)).await?;
        assert_eq!(answer.refusal(), INVALID, "{hash}");
    }
    assert_eq!(
        bench
            .post("/off-ramp/execute", &body(&evm_hash()))
            .await?
            .status,
        201
    );
    assert_eq!(
        bench.capa().transaction(&id)?.transaction_hash,
        Some(evm_hash())
    );

    let solana = bench
        .create(&with(order("100"), "blockchainSymbol", json!("SOL")))
        .await?;
    let body = |hash: &str| json!({ "transactionId": solana.data("id"), "transactionHash": hash });
    assert_eq!(
        bench
            .post("/off-ramp/execute", &body(&evm_hash()))
            .await?
            .refusal(),
        INVALID
    );
    assert_eq!(
        bench
            .post("/off-ramp/execute", &body(&"5".repeat(88)))
            .await?
            .status,
        201
    );
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_is_over_cannot_be_executed() -> Outcome {
    let bench = Bench::start().await?;
    for status in ["CANCELLED", "EXPIRED", "FAILED"] {
        let id = bench.open("100").await?;
        bench.capa().force_status(&id, status.parse()?)?;
        assert_eq!(bench.execute(&id).await?.refusal(), IMPOSSIBLE, "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn executing_again_answers_the_status_as_it_is() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    assert_eq!(bench.execute(&id).await?.data("status"), "CRYPTO_RECEIVED");
    bench.step_secs(3);
    assert_eq!(
        bench.execute(&id).await?.data("status"),
        "COMPLETED_CRYPTO_RECEIVAL"
    );
    bench.step_secs(60);
    assert_eq!(bench.execute(&id).await?.data("status"), "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn one_status_may_have_a_name_that_nobody_knows() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.statuses = Statuses::OneUnknown);
    let id = bench.open("100").await?;
    bench.capa().deposit(&id, Deposit::Exact)?;
    bench.execute(&id).await?;
    bench.step_secs(6);
    assert_eq!(bench.status(&id).await?, "READY_FOR_PAYOUT");
    bench.step_secs(6);
    assert_eq!(bench.status(&id).await?, "COMPLETED");
    Ok(())
}

#[tokio::test]
async fn cancelling_twice_is_cancelling_once() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    for _ in 0..2 {
        let answer = bench.cancel(&id).await?;
        assert_eq!(answer.status, 200);
        let data = json!({ "id": id, "userId": seed::CUST_1, "status": "CANCELLED" });
        assert_eq!(answer.json["data"], data);
    }
    let reason = bench.read(&id).await?["cancellationReason"].clone();
    assert_eq!(reason, Value::from("Transaction cancelled by user"));
    let created_and_cancelled = bench.capa().webhooks().len();
    assert_eq!(created_and_cancelled, 2);
    Ok(())
}

#[tokio::test]
async fn only_what_waits_for_crypto_can_be_cancelled() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench.execute(&id).await?;
    bench.step_secs(10);
    assert_eq!(bench.status(&id).await?, "CRYPTO_NOT_RECEIVED");
    assert_eq!(bench.cancel(&id).await?.status, 200);

    let funded = bench.open("100").await?;
    bench.capa().deposit(&funded, Deposit::Exact)?;
    assert_eq!(bench.cancel(&funded).await?.refusal(), IMPOSSIBLE);
    for status in ["COMPLETED", "FAILED", "EXPIRED", "BANK_TRANSFER_PENDING"] {
        let id = bench.open("100").await?;
        bench.capa().force_status(&id, status.parse()?)?;
        assert_eq!(bench.cancel(&id).await?.refusal(), IMPOSSIBLE, "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn cancel_refuses_what_it_cannot_find() -> Outcome {
    let bench = Bench::start().await?;
    let absent = bench.cancel(ABSENT).await?;
    assert_eq!(
        absent.refusal(),
        (404, "TRANSACTION_NOT_FOUND", "Transaction not found")
    );
    let elsewhere = bench.cancel(seed::TRANSACTION_ELSEWHERE).await?;
    let code = "PARTNER_NOT_OWNER_OF_TRANSACTION_ERROR";
    let message = "Partner is not the owner of the transaction.";
    assert_eq!(elsewhere.refusal(), (403, code, message));
    assert_eq!(bench.cancel("not-an-id").await?.refusal(), INVALID);
    Ok(())
}

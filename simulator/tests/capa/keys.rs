//! The key, and what is refused before anything else.

use offramp_simulator::providers::capa::PartnerFlow;
use reqwest::Method;

use crate::bench::{Answer, Bench, Outcome};

async fn with_key(bench: &Bench, key: &str) -> Outcome<Answer> {
    let request = bench
        .bare(Method::GET, "/transactions")
        .header("partner-api-key", key);
    Answer::read(request.send().await?).await
}

#[tokio::test]
async fn the_three_refusals_of_a_key_differ_by_message() -> Outcome {
    let bench = Bench::start().await?;
    let missing = Answer::read(bench.bare(Method::GET, "/transactions").send().await?).await?;
    assert_eq!(
        missing.refusal(),
        (401, "UNAUTHORIZED", "API Key is missing")
    );
    let empty = with_key(&bench, "").await?;
    assert_eq!(empty.refusal(), (401, "UNAUTHORIZED", "API Key is missing"));
    for key in ["other_key", "sim capa key"] {
        let format = with_key(&bench, key).await?;
        assert_eq!(
            format.refusal(),
            (401, "UNAUTHORIZED", "Invalid API Key format")
        );
    }
    let wrong = with_key(&bench, "sim_other_key").await?;
    assert_eq!(wrong.refusal(), (401, "UNAUTHORIZED", "Invalid API Key"));
    Ok(())
}

#[tokio::test]
async fn the_key_is_checked_before_the_body() -> Outcome {
    let bench = Bench::start().await?;
    let request = bench.bare(Method::POST, "/off-ramp").body("not json");
    let answer = Answer::read(request.send().await?).await?;
    assert_eq!(
        answer.refusal(),
        (401, "UNAUTHORIZED", "API Key is missing")
    );
    Ok(())
}

#[tokio::test]
async fn a_partner_without_a_flow_may_only_execute() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.partner_flow = PartnerFlow::Invalid);
    for path in ["/transactions", "/transactions/mock-testing-guide"] {
        let answer = bench.get(path).await?;
        let expected = (
            403,
            "INVALID_PARTNER_FLOW",
            "The partner has an invalid flow.",
        );
        assert_eq!(answer.refusal(), expected);
    }
    assert_eq!(bench.execute(&id).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn there_is_no_reading_of_one_transaction() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("100").await?;
    assert_eq!(bench.get(&format!("/transactions/{id}")).await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn every_answer_carries_the_simulated_time() -> Outcome {
    let bench = Bench::start().await?;
    let date = bench.get("/transactions").await?.date;
    assert_eq!(date, "Fri, 01 May 2026 12:00:00 GMT");
    bench.step_secs(61);
    let missing = bench.bare(Method::GET, "/nowhere").send().await?;
    assert_eq!(
        Answer::read(missing).await?.date,
        "Fri, 01 May 2026 12:01:01 GMT"
    );
    Ok(())
}

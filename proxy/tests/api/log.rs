//! What the log says of a request, a duty and the calls to the provider that they make.

use offramp_proxy::logging::Format;
use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};

use super::planted::Log;
use crate::support::{Bench, ORIGIN, Outcome, PARTNER, session, shopper::confirm};

const CALLERS: &str = "0af7651916cd43dd8448eb211c80319c";

/// The lines of a JSON log that name this id in one of their spans.
fn lines_of(log: &Log, request_id: &str) -> Outcome<Vec<Value>> {
    let mut of_it = Vec::new();
    for line in log.text().lines() {
        let line: Value = serde_json::from_str(line)?;
        let spans = line["spans"].as_array().cloned().unwrap_or_default();
        if spans.iter().any(|span| span["request.id"] == request_id) {
            of_it.push(line);
        }
    }
    Ok(of_it)
}

#[tokio::test]
async fn a_request_has_one_id_in_the_log_at_the_provider_and_in_its_problem() -> Outcome {
    let log = Log::default();
    let _listening = log.listen_as(Format::Json);
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    let id = quote.header("x-request-id").to_owned();
    assert_eq!(bench.capa().request_id(Operation::Quote), Some(id));

    // The call is made in a task that outlives its request.
    bench
        .capa()
        .fault(Operation::Create, Fault::ServerErrorBefore, 1);
    let created = ana.create(&confirm(&quote)).await?;
    let id = created.header("x-request-id").to_owned();
    assert_eq!(bench.capa().request_id(Operation::Create), Some(id.clone()));
    let lines = lines_of(&log, &id)?;
    let says = |message: &str| lines.iter().any(|line| line["message"] == message);
    assert!(says("order stored") && says("answered"), "{lines:#?}");
    assert!(says(
        "nobody knows whether the order was made; it is looked for"
    ));
    let answered = lines.iter().find(|line| line["message"] == "answered");
    let answered = answered.ok_or("no line about the answer")?;
    assert_eq!(answered["route"], "/v1/orders");
    assert_eq!(answered["status"], 202);
    assert_eq!(answered["level"], "INFO");

    bench
        .capa()
        .fault(Operation::Quote, Fault::ServerErrorBefore, 1);
    let refused = bench.luis().await?.firm("100").await?;
    let id = refused.header("x-request-id").to_owned();
    assert_eq!(refused.json["request_id"], json!(id));
    assert_eq!(bench.capa().request_id(Operation::Quote), Some(id));
    Ok(())
}

#[tokio::test]
async fn a_duty_has_an_id_of_its_own_and_names_its_order() -> Outcome {
    let log = Log::default();
    let _listening = log.listen_as(Format::Json);
    let bench = Bench::start().await?;
    let order = bench.ana().await?.open_order().await?;
    bench.capa().fault(Operation::List, Fault::BadGateway, 1);
    bench
        .pass_in_steps(std::time::Duration::from_secs(30), 4)
        .await?;
    let text = log.text();
    let line = text
        .lines()
        .find(|line| line.contains("an order could not be read"))
        .ok_or("nothing failed")?;
    let line: Value = serde_json::from_str(line)?;
    let duty = &line["spans"][0];
    assert_eq!(duty["name"], "duty");
    assert_eq!(duty["kind"], "check");
    assert_eq!(duty["order.id"], json!(order));
    let id = duty["request.id"].as_str().unwrap_or_default();
    assert!(id.starts_with("dut_"), "{id}");
    let theirs = bench.capa().request_id(Operation::List);
    assert!(theirs.is_some_and(|id| id.starts_with("dut_")));
    Ok(())
}

#[tokio::test]
async fn a_callers_id_stands_beside_ours_and_never_for_it() -> Outcome {
    let log = Log::default();
    let _listening = log.listen_as(Format::Json);
    let bench = Bench::start().await?;
    let open = async |theirs: &str| {
        let ask = bench.post("/v1/sessions").bearer(PARTNER);
        let ask = ask.header("x-request-id", theirs).origin(ORIGIN);
        let body = session("cust-1", offramp_simulator::providers::capa::seed::CUST_1);
        let answer = ask.json(&body).await?;
        Outcome::Ok(answer.header("x-request-id").to_owned())
    };
    let ours = open(CALLERS).await?;
    assert!(ours.starts_with("req_"));
    let lines = lines_of(&log, &ours)?;
    assert!(!lines.is_empty());
    for line in &lines {
        assert_eq!(line["spans"][0]["caller_request_id"], CALLERS);
    }
    let planted = "req_PLANTED-0123456789";
    let ours = open(planted).await?;
    assert_ne!(ours, planted);
    assert!(!lines_of(&log, &ours)?.is_empty());
    assert!(!log.text().contains("PLANTED"));
    Ok(())
}

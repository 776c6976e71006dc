//! The fault layer: what a caller sees, and whether anything happened behind it.

use std::time::Duration;

use offramp_simulator::{Fault, Operation, Refusal, Simulator};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::bench::{Answer, Bench, Outcome, order};

/// How long the caller waits for an answer that does not come.
const PATIENCE: Duration = Duration::from_millis(700);

fn create(bench: &Bench, fault: Fault) -> RequestBuilder {
    bench.capa().fault(Operation::Create, fault, 1);
    bench.request(Method::POST, "/off-ramp").json(&order("100"))
}

async fn answer_under(bench: &Bench, fault: Fault) -> Outcome<Answer> {
    Answer::read(create(bench, fault).send().await?).await
}

/// Why there was no answer.
async fn error_of(request: RequestBuilder) -> Outcome<reqwest::Error> {
    Ok(request.send().await.err().ok_or("there is an answer")?)
}

fn created(simulator: &Simulator) -> usize {
    simulator.capa().transactions().len()
}

#[tokio::test]
async fn a_time_out_happens_before_or_after_the_act() -> Outcome {
    let bench = Bench::start().await?;
    let error = error_of(create(&bench, Fault::TimeoutBefore).timeout(PATIENCE)).await?;
    assert!(error.is_timeout(), "{error}");
    assert_eq!(created(&bench.simulator), 0);
    let error = error_of(create(&bench, Fault::TimeoutAfter).timeout(PATIENCE)).await?;
    assert!(error.is_timeout(), "{error}");
    assert_eq!(created(&bench.simulator), 1);
    Ok(())
}

#[tokio::test]
async fn a_reset_happens_before_or_after_the_act() -> Outcome {
    let bench = Bench::start().await?;
    let error = error_of(create(&bench, Fault::ResetBefore)).await?;
    assert!(error.is_request() && !error.is_timeout(), "{error}");
    assert_eq!(created(&bench.simulator), 0);
    let error = error_of(create(&bench, Fault::ResetAfter)).await?;
    assert!(error.is_request() && !error.is_timeout(), "{error}");
    assert_eq!(created(&bench.simulator), 1);
    Ok(())
}

#[tokio::test]
async fn a_server_error_happens_before_or_after_the_act() -> Outcome {
    let bench = Bench::start().await?;
    let expected = (500, "INTERNAL_SERVER_ERROR", "Internal server error");
    let before = answer_under(&bench, Fault::ServerErrorBefore).await?;
    assert_eq!((before.refusal(), created(&bench.simulator)), (expected, 0));
    let after = answer_under(&bench, Fault::ServerErrorAfter).await?;
    assert_eq!((after.refusal(), created(&bench.simulator)), (expected, 1));
    Ok(())
}

#[tokio::test]
async fn a_dripping_answer_outlasts_its_caller() -> Outcome {
    let bench = Bench::start().await?;
    let response = create(&bench, Fault::SlowDrip)
        .timeout(PATIENCE)
        .send()
        .await?;
    assert_eq!(response.status(), 201);
    let error = response
        .bytes()
        .await
        .err()
        .ok_or("the answer is complete")?;
    assert!(error.is_timeout(), "{error}");
    assert_eq!(created(&bench.simulator), 1);
    Ok(())
}

#[tokio::test]
async fn answers_can_be_spoilt_after_the_act() -> Outcome {
    let bench = Bench::start().await?;
    let malformed = answer_under(&bench, Fault::MalformedJson).await?;
    assert!(
        malformed.text.starts_with(r#"{"success":true"#),
        "{}",
        malformed.text
    );
    assert_eq!((malformed.status, malformed.json), (201, Value::Null));

    let wrong_type = answer_under(&bench, Fault::WrongType).await?;
    assert_eq!(wrong_type.json["data"]["id"], 7);
    assert_eq!(wrong_type.json["data"]["cryptoAmount"], true);

    let unknown = answer_under(&bench, Fault::UnknownStatus).await?;
    assert_eq!(unknown.data("status"), "SETTLING_IN_THE_DARK");

    let empty = answer_under(&bench, Fault::EmptyBody).await?;
    assert_eq!((empty.status, empty.text.as_str()), (201, ""));
    assert_eq!(created(&bench.simulator), 4);
    Ok(())
}

#[tokio::test]
async fn something_in_front_can_answer_instead() -> Outcome {
    let bench = Bench::start().await?;
    let redirect = answer_under(&bench, Fault::Redirect).await?;
    assert_eq!(redirect.status, 307);
    let gateway = answer_under(&bench, Fault::BadGateway).await?;
    assert_eq!(gateway.status, 502);
    assert!(gateway.text.starts_with("<html>"), "{}", gateway.text);
    let limited = answer_under(&bench, Fault::RateLimited).await?;
    assert_eq!(
        (limited.status, limited.refusal().1),
        (429, "TOO_MANY_REQUESTS")
    );
    let fault = Fault::Canned {
        status: 418,
        body: "[]".to_owned(),
    };
    let canned = answer_under(&bench, fault).await?;
    assert_eq!((canned.status, canned.text.as_str()), (418, "[]"));
    assert_eq!(created(&bench.simulator), 0);
    Ok(())
}

#[tokio::test]
async fn any_documented_refusal_can_be_asked_for() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .refuse_with(Operation::Cancel, &Refusal::UserNotOwner, 1);
    let id = bench.open("100").await?;
    let code = "USER_NOT_OWNER_OF_TRANSACTION_ERROR";
    let message = "User is not the owner of the transaction.";
    assert_eq!(bench.cancel(&id).await?.refusal(), (403, code, message));
    assert_eq!(bench.cancel(&id).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn server_errors_are_worded_by_operation() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .fault(Operation::Quote, Fault::ServerErrorBefore, 1);
    bench
        .capa()
        .fault(Operation::Users, Fault::ServerErrorBefore, 1);
    let quote = bench.get("/quotes").await?;
    assert_eq!(
        quote.refusal(),
        (500, "INTERNAL_SERVER_ERROR", "Failed to create quote")
    );
    let user = bench.post("/users", &Value::Null).await?;
    assert_eq!(
        user.refusal(),
        (500, "INTERNAL_SERVER_ERROR", "User creation failed")
    );
    Ok(())
}

#[tokio::test]
async fn a_fault_touches_its_operation_until_it_is_cleared() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .fault(Operation::List, Fault::BadGateway, u32::MAX);
    assert_eq!(bench.get("/transactions").await?.status, 502);
    assert_eq!(bench.get("/transactions").await?.status, 502);
    assert_eq!(bench.create(&order("100")).await?.status, 201);
    bench.capa().clear_faults();
    assert_eq!(bench.get("/transactions").await?.status, 200);
    assert_eq!(bench.capa().requests(Operation::List), 3);
    assert_eq!(bench.capa().requests(Operation::Create), 1);
    assert_eq!(bench.capa().requests(Operation::Kyc), 0);
    Ok(())
}

#[tokio::test]
async fn an_answer_can_end_before_its_end() -> Outcome {
    let bench = Bench::start().await?;
    for fault in [Fault::ResetInBody, Fault::Truncated] {
        let response = create(&bench, fault.clone()).send().await?;
        assert_eq!(response.status(), 201);
        let named = response.content_length();
        assert_eq!(named.is_some(), fault == Fault::Truncated);
        let error = response.bytes().await.err().ok_or("the body is whole")?;
        assert!(!error.is_timeout(), "{error}");
    }
    assert_eq!(created(&bench.simulator), 2);
    Ok(())
}

#[tokio::test]
async fn an_answer_can_be_far_too_large() -> Outcome {
    let bench = Bench::start().await?;
    let large = answer_under(&bench, Fault::TenMegabytes).await?;
    assert!(large.text.len() > 10 << 20);
    let bomb = create(&bench, Fault::CompressedBomb).send().await?;
    assert_eq!(bomb.headers()["content-encoding"], "gzip");
    assert!(bomb.bytes().await?.len() < 1 << 20);
    Ok(())
}

#[tokio::test]
async fn members_of_an_answer_can_be_spoilt() -> Outcome {
    let bench = Bench::start().await?;
    let amount = async |fault| {
        let answer = answer_under(&bench, fault).await?;
        Outcome::Ok(answer.json["data"]["cryptoAmount"].clone())
    };
    assert_eq!(amount(Fault::NumberAsString).await?, "100");
    assert_eq!(amount(Fault::NegativeAmount).await?, -100);
    assert_eq!(amount(Fault::HugeAmount).await?, 1e60);

    let another = answer_under(&bench, Fault::AnotherId).await?;
    assert_eq!(another.data("id"), offramp_simulator::fault::ANOTHER_ID);
    let back = answer_under(&bench, Fault::StatusBack).await?;
    assert_eq!(back.data("status"), "PENDING");
    let more = answer_under(&bench, Fault::ExtraFields).await?;
    assert_eq!(more.json["data"]["__proto__"], Value::Null);
    let missing = answer_under(&bench, Fault::MissingField { nth: 0 }).await?;
    assert_eq!(missing.json["data"], Value::Null);
    let null = answer_under(&bench, Fault::NullField { nth: 0 }).await?;
    assert_eq!(null.json["data"], Value::Null);
    assert!(null.json.get("data").is_some() && missing.json.get("data").is_none());
    Ok(())
}

#[tokio::test]
async fn a_redirect_can_lead_inwards() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .fault(Operation::List, Fault::RedirectInwards, 1);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let response = client
        .build()?
        .execute(bench.request(Method::GET, "/transactions").build()?)
        .await?;
    assert_eq!(response.status(), 307);
    assert_eq!(
        response.headers()["location"],
        offramp_simulator::fault::INWARDS
    );
    Ok(())
}

//! The fault layer: what a caller sees, and whether anything happened behind it.

use std::time::Duration;

use offramp_simulator::providers::cryptopocket::Refusal;
use offramp_simulator::{Fault, Operation};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::bench::{Answer, Bench, Outcome, sepa};

/// How long the caller waits for an answer that does not come.
const PATIENCE: Duration = Duration::from_millis(700);

fn create(bench: &Bench, fault: Fault) -> RequestBuilder {
    bench.pocket().fault(Operation::Create, fault, 1);
    bench.request(Method::POST, "/createRampoff").json(&sepa())
}

#[tokio::test]
async fn a_time_out_happens_before_or_after_the_act() -> Outcome {
    let bench = Bench::start().await?;
    for (fault, created) in [(Fault::TimeoutBefore, 0), (Fault::TimeoutAfter, 1)] {
        let request = create(&bench, fault).timeout(PATIENCE);
        let error = request.send().await.err().ok_or("there is an answer")?;
        assert!(error.is_timeout(), "{error}");
        assert_eq!(bench.pocket().orders().len(), created);
    }
    assert_eq!(bench.pocket().requests(Operation::Create), 2);
    Ok(())
}

#[tokio::test]
async fn a_broken_server_says_so_in_its_framework_s_words() -> Outcome {
    let bench = Bench::start().await?;
    for (fault, created) in [(Fault::ServerErrorBefore, 0), (Fault::ServerErrorAfter, 1)] {
        let answer = Answer::read(create(&bench, fault).send().await?).await?;
        let expected = json!({ "message": "Server Error" });
        assert_eq!((answer.status, answer.json), (500, expected));
        assert_eq!(bench.pocket().orders().len(), created);
    }
    let answer = Answer::read(create(&bench, Fault::RateLimited).send().await?).await?;
    assert_eq!(answer.status, 429);
    Ok(())
}

#[tokio::test]
async fn a_fault_changes_the_status_of_the_order_and_not_of_the_envelope() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    bench.pocket().force_status(&id, "finished".parse()?)?;
    for (fault, status) in [
        (Fault::UnknownStatus, "SETTLING_IN_THE_DARK"),
        (Fault::StatusBack, "started"),
    ] {
        bench.pocket().fault(Operation::Read, fault, 1);
        let answer = bench.get(&format!("/getRampoff?id={id}")).await?;
        assert_eq!(answer.json["status"], "ok");
        assert_eq!(answer.data("status"), status);
    }
    Ok(())
}

#[tokio::test]
async fn any_refusal_can_be_asked_for() -> Outcome {
    let bench = Bench::start().await?;
    let url = "https://kyc.example".to_owned();
    let refusals = [
        (
            Refusal::AuthorizationIncorrect,
            200,
            "authorization_incorrect",
        ),
        (Refusal::UnexpectedError, 200, "unexpected_error"),
        (Refusal::RequireKyc { url }, 200, "require_kyc"),
        (
            Refusal::Other("Undefined index: iban".to_owned()),
            200,
            "Undefined index: iban",
        ),
    ];
    for (refusal, status, code) in refusals {
        bench.pocket().refuse_with(Operation::Create, &refusal, 1);
        let answer = bench.create(&sepa()).await?;
        assert_eq!(answer.refusal(), (status, code));
    }
    let refusal = Refusal::Invalid {
        field: "iban".to_owned(),
        problem: "no".to_owned(),
    };
    bench.pocket().refuse_with(Operation::Create, &refusal, 1);
    assert_eq!(
        bench.create(&sepa()).await?.wrong_field(),
        (422, Some("iban"))
    );
    assert_eq!(bench.pocket().orders(), []);
    Ok(())
}

#[tokio::test]
async fn faults_belong_to_operations_and_can_be_cleared() -> Outcome {
    let bench = Bench::start().await?;
    bench.pocket().fault(Operation::Quote, Fault::EmptyBody, 9);
    bench
        .pocket()
        .fault(Operation::Authenticate, Fault::EmptyBody, 1);
    assert_eq!(bench.authenticate().await?.json, Value::Null);
    assert_eq!(bench.authenticate().await?.json["status"], "ok");
    bench.open().await?;
    bench.pocket().clear_faults();
    let path = "/getRampoffQuote?amount=100&symbol=USDC&fiat_symbol=EUR";
    assert_eq!(bench.get(path).await?.json["status"], "ok");
    let counted = [Operation::Authenticate, Operation::Quote, Operation::Create];
    let counted = counted.map(|operation| bench.pocket().requests(operation));
    assert_eq!(counted, [3, 1, 1]);
    Ok(())
}

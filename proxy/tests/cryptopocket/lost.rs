//! A create without an answer: left to a person, never repeated, and given up by the payer.

use std::time::Duration;

use offramp_simulator::{Fault, Operation, Pick};

use crate::{
    shop::{ask, confirm, iban, ines, open, sell},
    support::{Outcome, shopper::new_key},
};

#[tokio::test]
async fn a_lost_answer_needs_a_person_and_shows_no_address() -> Outcome {
    for fault in [
        Fault::ResetAfter,
        Fault::ServerErrorAfter,
        Fault::MalformedJson,
        Fault::EmptyBody,
    ] {
        let bench = open().await?;
        let ines = ines(&bench).await?;
        bench.pocket().fault(Operation::Create, fault.clone(), 1);
        let lost = sell(&ines, "100").await?;
        assert_eq!(lost.state(), "attention", "{}", lost.text);
        assert_eq!(lost.reason(), "create_unknown", "{fault:?}");
        assert_eq!(lost.address(), None);
        assert_eq!(lost.actions(), ["cancel"]);
        let id = lost.order_id()?;

        bench.pass_in_steps(Duration::from_mins(4), 10).await?;
        let later = ines.order(&id).await?;
        assert_eq!(
            (later.state(), later.reason()),
            ("attention", "create_unknown")
        );
        assert_eq!(bench.pocket().requests(Operation::Create), 1);
        assert_eq!(bench.pocket().orders().len(), 1);
        // It still keeps its payer from another one.
        assert_eq!(sell(&ines, "100").await?.refusal(), (409, "order_open"));
    }
    Ok(())
}

#[tokio::test]
async fn who_gives_a_lost_order_up_may_begin_anew() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    bench
        .pocket()
        .fault(Operation::Create, Fault::ResetAfter, 1);
    let id = sell(&ines, "100").await?.order_id()?;
    let given_up = ines.cancel(&id).await?;
    assert_eq!(given_up.stands(), ("cancelled", "payer"));
    assert_eq!(given_up.reason(), "abandoned");

    let anew = sell(&ines, "100").await?;
    assert_eq!(anew.status, 201, "{}", anew.text);
    assert_eq!(bench.pocket().requests(Operation::Create), 2);
    let theirs = bench.pocket().order(Pick::Latest)?;
    assert_eq!(anew.address(), Some(theirs.address.as_str()));
    Ok(())
}

#[tokio::test]
async fn the_same_request_again_makes_nothing_again() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    bench
        .pocket()
        .fault(Operation::Create, Fault::ResetAfter, 1);
    let quote = ines.quote(&ask("100")).await?;
    let (key, body) = (new_key(), confirm(&quote, &iban()));
    let first = ines.create_with_key(&key, &body).await?;
    for _ in 0..3 {
        let again = ines.create_with_key(&key, &body).await?;
        assert_eq!(again.order_id()?, first.order_id()?);
        assert_eq!(again.reason(), "create_unknown");
    }
    assert_eq!(bench.pocket().requests(Operation::Create), 1);
    Ok(())
}

#[tokio::test]
async fn an_order_that_was_never_asked_for_is_no_lost_one() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let quote = ines.quote(&ask("100")).await?;
    // Without a token nothing is asked.
    bench.pocket().expire_tokens();
    bench
        .pocket()
        .fault(Operation::Authenticate, Fault::ServerErrorBefore, 2);
    let refused = ines.create(&confirm(&quote, &iban())).await?;
    assert_eq!(refused.refusal(), (503, "provider_unavailable"));
    assert!(bench.pocket().orders().is_empty());
    bench.pocket().clear_faults();
    assert_eq!(sell(&ines, "100").await?.status, 201);
    Ok(())
}

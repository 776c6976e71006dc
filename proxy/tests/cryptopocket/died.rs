//! A create whose proxy died, seen by another one.

use std::time::Duration;

use offramp_simulator::{Fault, Operation};

use crate::{
    shop::{ask, confirm, iban, ines, open},
    support::Outcome,
};

#[tokio::test]
async fn a_create_whose_process_died_needs_a_person_too() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    bench
        .pocket()
        .fault(Operation::Create, Fault::TimeoutAfter, 1);
    let quote = ines.quote(&ask("100")).await?;
    let body = confirm(&quote, &iban());
    // The caller goes away, and the answer never comes.
    let asked = tokio::time::timeout(Duration::from_millis(500), ines.create(&body)).await;
    assert!(asked.is_err());
    let checkout = ines.checkout().await?;
    let id = checkout.json["order"]["id"].as_str().ok_or("no order")?;
    assert_eq!(checkout.json["order"]["state"], "creating");

    let peer = bench.second().await?;
    bench.simulator.clock().step(Duration::from_mins(2));
    peer.engine.do_what_is_due().await?;
    let left = ines.at(&peer).order(id).await?;
    assert_eq!(
        (left.state(), left.reason()),
        ("attention", "create_unknown")
    );
    assert_eq!(left.actions(), ["cancel"]);
    assert_eq!(bench.pocket().requests(Operation::Create), 1);
    assert_eq!(bench.pocket().requests(Operation::List), 0);
    Ok(())
}

//! The partner's backend is told at once: how an order ends, and that money did not arrive.

use std::time::Duration;

use offramp_simulator::providers::unigox::Profile;
use serde_json::json;

use crate::{
    shop::{accepted, ada, authorise, funded, payer, play, sell, steady, until},
    support::{
        Answer, Backend, Bench, Outcome, PARTNER, Shopper,
        receiver::{Heard, NOTIFY_SECRET, Receiver},
    },
};

/// How far an order goes by what is done for it.
#[derive(Clone, Copy, Debug)]
enum Done {
    Made,
    Authorised,
    Funded,
    Waited,
}

/// How each way of playing an order ends, or what it needs a person for.
const ENDS: [(Profile, Done, &str); 10] = [
    (Profile::PriceMoved, Done::Made, "cancelled"),
    (Profile::NoProvider, Done::Made, "cancelled"),
    (Profile::SigningWindowOver, Done::Made, "cancelled"),
    (Profile::RelayFailure, Done::Authorised, "failed"),
    (Profile::AutoConfirm, Done::Funded, "completed"),
    (Profile::BuyerClaims, Done::Waited, "completed"),
    (Profile::ProofRejected, Done::Funded, "refund_required"),
    (Profile::FailedFunded, Done::Funded, "refund_required"),
    (Profile::RefundHeld, Done::Funded, "attention"),
    (Profile::DisputeWon, Done::Funded, "disputed"),
];

/// A proxy, and the backend that it tells.
async fn open() -> Outcome<(Bench, Receiver)> {
    let receiver = Receiver::start().await?;
    let theirs = receiver.clone();
    let bench = Bench::before(Backend::Unigox, move |config, _| theirs.is_told(config)).await?;
    steady(&bench);
    Ok((bench, receiver))
}

async fn begun(bench: &Bench, ada: &Shopper<'_>, done: Done) -> Outcome<String> {
    match done {
        Done::Made => sell(ada, "100").await?.order_id(),
        Done::Authorised => {
            let id = accepted(bench, ada).await?;
            authorise(bench, &id, "100").await?;
            Ok(id)
        }
        Done::Funded => funded(bench, ada).await,
        Done::Waited => {
            let id = funded(bench, ada).await?;
            until(bench, &id, "awaiting_confirmation").await?;
            bench.pass(Duration::from_hours(24)).await?;
            Ok(id)
        }
    }
}

async fn read(bench: &Bench, id: &str) -> Outcome<Answer> {
    let request = bench.get(&format!("/v1/orders/{id}"));
    request.bearer(PARTNER).send().await
}

/// The last that was heard is how the order stands now, and it was said now.
async fn is_told_now(bench: &Bench, receiver: &Receiver, id: &str) -> Outcome<Heard> {
    bench.settle().await?;
    let heard = receiver.heard();
    let last = heard.last().ok_or("nothing was heard")?;
    let order = read(bench, id).await?;
    assert_eq!(last.order(), order.order());
    assert_eq!(last.kind(), "order.updated");
    assert_eq!(last.json["timestamp"], order.order()["updated_at"]);
    assert_eq!(last.at_secs, bench.now().as_millis() / 1_000);
    assert!(last.is_signed_with(NOTIFY_SECRET)?, "{last:?}");
    Ok(last.clone())
}

#[tokio::test]
async fn the_end_of_an_order_is_told_at_once() -> Outcome {
    for (profile, done, state) in ENDS {
        let (bench, receiver) = open().await?;
        play(&bench, profile);
        let ada = ada(&bench).await?;
        let id = begun(&bench, &ada, done).await?;
        until(&bench, &id, state).await?;
        let last = is_told_now(&bench, &receiver, &id).await?;
        assert_eq!(last.order()["state"], state, "{profile:?}");
        let times = receiver.heard().into_iter();
        let times = times.filter(|heard| heard.order()["state"] == state);
        assert_eq!(times.count(), 1, "{profile:?}");
    }
    Ok(())
}

#[tokio::test]
async fn money_that_did_not_arrive_is_told_at_once() -> Outcome {
    let (bench, receiver) = open().await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "awaiting_confirmation").await?;
    receiver.news();
    let note = "nothing on my account at Access Bank";
    let body = json!({ "note": note });
    payer(&bench, &ada, &id, "report_not_received", &body).await?;
    let told = is_told_now(&bench, &receiver, &id).await?;
    assert_eq!(told.order()["state"], "awaiting_confirmation");
    assert_eq!(told.order()["not_received"]["note"], note);
    assert_eq!(told.order()["next"]["by"], "partner");
    assert_eq!(receiver.heard().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_confirmation_is_told_as_it_settles_and_ends() -> Outcome {
    let (bench, receiver) = open().await?;
    let ada = ada(&bench).await?;
    let id = funded(&bench, &ada).await?;
    until(&bench, &id, "awaiting_confirmation").await?;
    receiver.news();
    payer(&bench, &ada, &id, "confirm_received", &json!({})).await?;
    until(&bench, &id, "completed").await?;
    let last = is_told_now(&bench, &receiver, &id).await?;
    assert_eq!(last.order()["state"], "completed");
    let heard = receiver.heard();
    let sequences: Vec<u64> = heard.iter().map(Heard::sequence).collect();
    assert!(sequences.is_sorted(), "{sequences:?}");
    Ok(())
}

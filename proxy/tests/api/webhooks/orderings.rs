//! Every ordering of six webhooks of one order, while the order goes its way at the provider.

use offramp_simulator::{Capa, Status};

use crate::support::{Bench, Outcome, Shopper, one_of};

/// Old and new names, one that lies, and one that nobody knows.
const EVENTS: [&str; 6] = [
    "CREATED_OFF_RAMP",
    "CRYPTO_RECEIVED_OFF_RAMP",
    "RECEIVED_USER_CRYPTO",
    "COMPLETED_OFF_RAMP",
    "CANCELLED_OFF_RAMP",
    "SOMETHING_NEW",
];

/// An order's way at the provider, and what the payer is to see at each step.
const WAY: [(Status, &str); 6] = [
    (Status::Pending, "awaiting_deposit"),
    (Status::CryptoReceived, "deposit_received"),
    (Status::CompletedCryptoReceival, "deposit_received"),
    (Status::ReadyBankTransfer, "payout_in_progress"),
    (Status::BankTransferPending, "payout_in_progress"),
    (Status::Completed, "completed"),
];

/// The model: an order stands where the provider says, whatever a webhook says.
async fn follows_the_provider(
    bench: &Bench,
    ana: &Shopper<'_>,
    ordering: &[&str],
    repeated: usize,
) -> Outcome {
    let id = ana.open_order().await?;
    let capa: &Capa = bench.capa();
    let theirs = capa.transaction("latest")?.id;
    let mut sequence = 0;
    for (step, ((status, state), event)) in WAY.iter().zip(ordering).enumerate() {
        capa.force_status(&theirs, status.clone())?;
        // Now one of them comes twice, and once more when it is stale.
        let times = if step == repeated { 2 } else { 1 };
        for _ in 0..times {
            assert_eq!(bench.webhook(event, &theirs).await?.status, 204);
        }
        bench.settle().await?;
        let order = ana.order(&id).await?;
        assert_eq!(order.state(), *state, "{ordering:?} at step {step}");
        let now = order.order()["sequence"].as_u64().unwrap_or_default();
        assert!(now >= sequence, "{ordering:?} at step {step}");
        sequence = now;
    }
    bench.webhook(ordering[repeated], &theirs).await?;
    bench.settle().await?;
    let order = ana.order(&id).await?;
    let timeline = order.order()["timeline"].as_array().cloned();
    let states: Vec<_> = timeline
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| entry["state"].as_str().map(str::to_owned))
        .collect();
    let expected = [
        "creating",
        "created",
        "awaiting_deposit",
        "deposit_received",
        "payout_in_progress",
        "completed",
    ];
    assert_eq!(states, expected, "{ordering:?} walked back");
    Ok(())
}

/// All orderings that begin with this event: 120 of the 720.
async fn orderings_from(first: usize) -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let mut rest = EVENTS.to_vec();
    let first_event = rest.remove(first);
    let mut orderings = Vec::new();
    permute(&mut rest, 0, &mut orderings);
    assert_eq!(orderings.len(), 120);
    for (number, rest) in orderings.iter().enumerate().step_by(one_of()) {
        let mut ordering = vec![first_event];
        ordering.extend(rest);
        follows_the_provider(&bench, &ana, &ordering, number % EVENTS.len()).await?;
    }
    Ok(())
}

fn permute<'a>(items: &mut [&'a str], from: usize, all: &mut Vec<Vec<&'a str>>) {
    if from == items.len() {
        all.push(items.to_vec());
    }
    for other in from..items.len() {
        items.swap(from, other);
        permute(items, from + 1, all);
        items.swap(from, other);
    }
}

#[tokio::test]
async fn an_order_follows_the_provider_in_every_ordering_from_created() -> Outcome {
    orderings_from(0).await
}

#[tokio::test]
async fn an_order_follows_the_provider_in_every_ordering_from_received() -> Outcome {
    orderings_from(1).await
}

#[tokio::test]
async fn an_order_follows_the_provider_in_every_ordering_from_received_by_its_old_name() -> Outcome
{
    orderings_from(2).await
}

#[tokio::test]
async fn an_order_follows_the_provider_in_every_ordering_from_completed() -> Outcome {
    orderings_from(3).await
}

#[tokio::test]
async fn an_order_follows_the_provider_in_every_ordering_from_cancelled() -> Outcome {
    orderings_from(4).await
}

#[tokio::test]
async fn an_order_follows_the_provider_in_every_ordering_from_something_new() -> Outcome {
    orderings_from(5).await
}

//! Orders that are paid from one wallet at a time: one nonce is one order's, for as long as its
//! signature may be carried out.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use offramp_domain::api::AuthoriseTransfer;
use offramp_proxy::{engine::Engine, store::KeyUse};
use offramp_simulator::{
    Fault, Operation,
    providers::unigox::{Nonces, Refusal},
};

use crate::{
    shop::{self, several_accepted, unigox, until},
    support::{Backend, Bench, Outcome, shopper::new_key},
};

/// The partner authorises an order at a proxy, and does not wait.
pub(crate) async fn authorised(engine: &Arc<Engine>, id: &str) -> Outcome {
    let order = engine.store.order(id).await?.ok_or("no such order")?;
    let request = AuthoriseTransfer {
        crypto_amount: order.crypto_amount,
        reference: format!("debit-{id}"),
    };
    let key = KeyUse {
        route: format!("POST /v1/orders/{id}/actions/authorise_transfer"),
        key: new_key(),
        body_hash: "the same".to_owned(),
    };
    let authorised = engine.authorise_by_partner(&order, &request, key).await;
    authorised.map_err(|error| format!("{error:?}"))?;
    Ok(())
}

/// Over which nonces signatures were handed in for an order, and how often it was paid.
pub(crate) fn paid(bench: &Bench, id: &str) -> Outcome<(BTreeSet<u64>, u64)> {
    let orders = unigox(bench).orders();
    let theirs = orders
        .into_iter()
        .find(|order| order.reference_id.as_deref() == Some(id));
    let theirs = theirs.ok_or("no such order at UNIGOX")?;
    Ok((theirs.nonces, theirs.transfers))
}

/// Two orders, of which the first was authorised.
async fn two(bench: &Bench) -> Outcome<[String; 2]> {
    let ids = several_accepted(bench, 2).await?;
    let [first, second] = ids.try_into().map_err(|_| "not two")?;
    authorised(&bench.engine, &first).await?;
    bench.settle().await?;
    Ok([first, second])
}

async fn authorise_and_settle(bench: &Bench, id: &str) -> Outcome {
    authorised(&bench.engine, id).await?;
    bench.settle().await
}

async fn is_signed(bench: &Bench, id: &str) -> Outcome<bool> {
    Ok(bench.record(id).await?.transfer.is_some())
}

#[tokio::test]
async fn a_signature_without_an_answer_keeps_its_nonce_from_other_orders() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    unigox(&bench).fault(Operation::Authorise, Fault::BadGateway, 1);
    let [first, second] = two(&bench).await?;
    authorise_and_settle(&bench, &second).await?;
    assert!(is_signed(&bench, &first).await?);
    assert!(!is_signed(&bench, &second).await?, "over the same nonce");
    assert_eq!(unigox(&bench).requests(Operation::Authorise), 1);

    until(&bench, &first, "deposit_received").await?;
    until(&bench, &second, "deposit_received").await?;
    assert_eq!(paid(&bench, &first)?, ([0].into(), 1));
    assert_eq!(paid(&bench, &second)?, ([1].into(), 1));
    Ok(())
}

#[tokio::test]
async fn a_certain_refusal_frees_the_nonce() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    unigox(&bench).refuse_with(Operation::Authorise, &Refusal::InsufficientBalance, 1);
    let [first, second] = two(&bench).await?;
    assert!(!is_signed(&bench, &first).await?);
    authorise_and_settle(&bench, &second).await?;
    assert_eq!(paid(&bench, &second)?, ([0].into(), 1));
    until(&bench, &first, "deposit_received").await?;
    assert_eq!(paid(&bench, &first)?, ([1].into(), 1));
    Ok(())
}

/// What the relay took and the chain has not is not in the relay's count.
#[tokio::test]
async fn a_nonce_is_in_use_until_the_relay_counts_on() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    unigox(&bench).knobs_mut(|knobs| {
        knobs.nonces = Nonces::WhenMined;
        knobs.chain_ms = 30_000;
    });
    let [first, second] = two(&bench).await?;
    authorise_and_settle(&bench, &second).await?;
    bench.pass_in_steps(Duration::from_secs(2), 10).await?;
    assert_eq!(
        bench.record(&first).await?.state.as_str(),
        "deposit_submitted"
    );
    assert!(!is_signed(&bench, &second).await?);
    assert_eq!(unigox(&bench).requests(Operation::Authorise), 1);

    until(&bench, &second, "deposit_received").await?;
    assert_eq!(paid(&bench, &first)?, ([0].into(), 1));
    assert_eq!(paid(&bench, &second)?, ([1].into(), 1));
    Ok(())
}

#[tokio::test]
async fn an_order_that_is_over_frees_its_nonce() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let window = |millis| unigox(&bench).knobs_mut(|knobs| knobs.signing_window_ms = millis);
    window(300_000);
    let first = several_accepted(&bench, 1).await?.remove(0);
    window(3_600_000);
    let second = several_accepted(&bench, 1).await?.remove(0);
    unigox(&bench).refuse_with(Operation::Authorise, &Refusal::TransactorError, 1_000);
    authorise_and_settle(&bench, &first).await?;
    authorise_and_settle(&bench, &second).await?;
    bench.pass_in_steps(Duration::from_secs(2), 15).await?;
    assert!(!is_signed(&bench, &second).await?);

    // Its time to sign is over, and it is left to a person.
    until(&bench, &first, "attention").await?;
    unigox(&bench).clear_faults();
    until(&bench, &second, "deposit_received").await?;
    assert_eq!(paid(&bench, &first)?, ([].into(), 0));
    assert_eq!(paid(&bench, &second)?, ([0].into(), 1));
    Ok(())
}

#[tokio::test]
async fn a_signature_that_ran_out_frees_its_nonce_a_little_later() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    unigox(&bench).knobs_mut(|knobs| knobs.signing_window_ms = 3 * 3_600_000);
    unigox(&bench).refuse_with(Operation::Authorise, &Refusal::TransactorError, 1_000);
    let [first, second] = two(&bench).await?;
    bench.pass_in_steps(Duration::from_mins(5), 13).await?;
    unigox(&bench).clear_faults();
    authorise_and_settle(&bench, &second).await?;
    assert!(
        !is_signed(&bench, &second).await?,
        "the chain's clock may be behind"
    );
    bench.pass_in_steps(Duration::from_mins(1), 6).await?;
    until(&bench, &second, "deposit_received").await?;
    assert_eq!(paid(&bench, &second)?, ([0].into(), 1));
    // Nobody knows what became of the first one's, which is not made anew.
    assert_eq!(paid(&bench, &first)?, ([].into(), 0));
    assert!(is_signed(&bench, &first).await?);
    Ok(())
}

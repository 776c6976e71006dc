//! Never two orders for one key, whichever the provider: asked for at once from many browsers, and
//! again after an answer that got lost.

use std::time::Duration;

use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};

use super::crowd::Crowd;
use crate::{
    pocket_shop,
    support::{
        Backend, Bench, Outcome, Shopper,
        shopper::{confirm, new_key},
        with,
    },
    unigox_shop,
};

/// One module for each provider, named after it.
macro_rules! never_two_orders_for_one_key {
    ($($name:ident: $backend:ident),+ $(,)?) => {
        $(
            mod $name {
                use crate::support::{Backend, Outcome};

                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn never_two_orders_for_one_key_at_once() -> Outcome {
                    super::at_once(Backend::$backend).await
                }

                #[tokio::test]
                async fn never_two_orders_for_one_key_after_a_lost_answer() -> Outcome {
                    super::after_a_lost_answer(Backend::$backend).await
                }
            }
        )+
    };
}

never_two_orders_for_one_key! {
    with_capa: Capa,
    with_cryptopocket: CryptoPocket,
    with_unigox: Unigox,
    with_unigox_by_wallet: UnigoxByWallet,
}

async fn at_once(backend: Backend) -> Outcome {
    let bench = Bench::on(backend).await?;
    let crowd = Crowd::before(&bench).await?;
    let (payer, body) = checkout(&bench, backend).await?;
    let key = new_key();
    let told = crowd
        .create(&payer, |_| (key.clone(), body.clone()))
        .await?;
    let orders: Vec<&str> = told.iter().filter_map(|told| told.order()).collect();
    let first = *orders.first().ok_or("nobody got an order")?;
    assert!(orders.iter().all(|order| *order == first), "{orders:?}");
    for told in &told {
        let is_right = told.order().is_some() || told.code() == "in_progress";
        assert!(is_right, "{told:?}");
    }
    assert_eq!(made(&bench, backend), (1, 1));
    stands_for_one(&payer, &key, &body, first).await?;
    assert_eq!(made(&bench, backend), (1, 1));
    Ok(())
}

async fn after_a_lost_answer(backend: Backend) -> Outcome {
    for (fault, orders) in [
        (Fault::ResetAfter, 1),
        (Fault::ServerErrorAfter, 1),
        (Fault::MalformedJson, 1),
        (Fault::ResetBefore, 0),
        (Fault::BadGateway, 0),
    ] {
        let bench = Bench::on(backend).await?;
        let (payer, body) = checkout(&bench, backend).await?;
        fail_once(&bench, backend, fault.clone());
        let key = new_key();
        let lost = payer.create_with_key(&key, &body).await?.order_id()?;
        stands_for_one(&payer, &key, &body, &lost).await?;
        // It is looked for, and found, given up or left to a person.
        for _ in 0..8 {
            bench.pass(Duration::from_secs(30)).await?;
            stands_for_one(&payer, &key, &body, &lost).await?;
        }
        assert_eq!(made(&bench, backend), (1, orders), "{fault:?}");
    }
    Ok(())
}

/// The key stands for this body, and for no other.
async fn stands_for_one(payer: &Shopper<'_>, key: &str, body: &Value, order: &str) -> Outcome {
    let again = payer.create_with_key(key, body).await?;
    assert_eq!(again.order_id()?, order);
    let other = with(body.clone(), "min_fiat_amount", json!("1"));
    let refused = payer.create_with_key(key, &other).await?;
    assert_eq!(refused.refusal(), (422, "idempotency_conflict"));
    Ok(())
}

/// A verified payer, and the body that confirms a price.
async fn checkout(bench: &Bench, backend: Backend) -> Outcome<(Shopper<'_>, Value)> {
    match backend {
        Backend::Capa => {
            let payer = bench.ana().await?;
            let quote = payer.firm("100").await?;
            Ok((payer, confirm(&quote)))
        }
        Backend::CryptoPocket => {
            let payer = pocket_shop::ines(bench).await?;
            let quote = payer.quote(&pocket_shop::ask("100")).await?;
            let body = pocket_shop::confirm(&quote, &pocket_shop::iban());
            Ok((payer, body))
        }
        Backend::Unigox => at_unigox(unigox_shop::ada(bench).await?).await,
        Backend::UnigoxByWallet => {
            let payer = unigox_shop::cleo(bench).await?;
            unigox_shop::link(bench, &payer).await?;
            at_unigox(payer).await
        }
    }
}

async fn at_unigox(payer: Shopper<'_>) -> Outcome<(Shopper<'_>, Value)> {
    let destination = unigox_shop::saved(&payer).await?;
    let quote = payer.quote(&unigox_shop::ask("100", &destination)).await?;
    let body = unigox_shop::confirm(&quote, &destination);
    Ok((payer, body))
}

fn fail_once(bench: &Bench, backend: Backend, fault: Fault) {
    match backend {
        Backend::Capa => bench.capa().fault(Operation::Create, fault, 1),
        Backend::CryptoPocket => bench.pocket().fault(Operation::Create, fault, 1),
        Backend::Unigox | Backend::UnigoxByWallet => {
            unigox_shop::unigox(bench).fault(Operation::Create, fault, 1);
        }
    }
}

/// How often the provider was asked for an order, and how many it made.
fn made(bench: &Bench, backend: Backend) -> (u64, usize) {
    let create = Operation::Create;
    match backend {
        Backend::Capa => {
            let capa = bench.capa();
            (capa.requests(create), capa.transactions().len())
        }
        Backend::CryptoPocket => {
            let pocket = bench.pocket();
            (pocket.requests(create), pocket.orders().len())
        }
        Backend::Unigox | Backend::UnigoxByWallet => {
            let unigox = unigox_shop::unigox(bench);
            (unigox.requests(create), unigox.orders().len())
        }
    }
}

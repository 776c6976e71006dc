//! Two proxies that pay from one wallet.

use std::{collections::BTreeSet, time::Duration};

use offramp_simulator::providers::unigox::Nonces;

use crate::{
    nonces::{authorised, paid},
    shop::{self, several_accepted, unigox},
    support::{Backend, Bench, Outcome, Peer},
};

/// How many orders.
const ORDERS: usize = 6;

/// Both say that they are alive, and do what is due at each.
async fn both(bench: &Bench, peer: &Peer) -> Outcome {
    bench.engine.beat().await?;
    peer.engine.beat().await?;
    let (here, there) = tokio::join!(bench.engine.do_what_is_due(), peer.engine.do_what_is_due());
    here?;
    Ok(there?)
}

#[tokio::test]
async fn orders_that_two_proxies_pay_at_once_are_all_paid_each_over_a_nonce_of_its_own() -> Outcome
{
    for counted in [Nonces::WhenTaken, Nonces::WhenMined] {
        let bench = shop::open(Backend::Unigox).await?;
        unigox(&bench).knobs_mut(|knobs| knobs.nonces = counted);
        let peer = bench.second().await?;
        let ids = several_accepted(&bench, ORDERS).await?;
        // Half of them are looked after by the other proxy.
        for id in ids.iter().skip(ORDERS / 2) {
            assert!(peer.engine.store.lease(id, bench.now()).await?);
        }
        for (number, id) in ids.iter().enumerate() {
            let engine = if number % 2 == 0 {
                &bench.engine
            } else {
                &peer.engine
            };
            authorised(engine, id).await?;
        }
        for _ in 0..150 {
            both(&bench, &peer).await?;
            bench.simulator.clock().step(Duration::from_secs(1));
        }
        let mut nonces = BTreeSet::new();
        for id in &ids {
            assert!(bench.record(id).await?.ever_funded, "{counted:?}");
            let (over, transfers) = paid(&bench, id)?;
            assert_eq!((over.len(), transfers), (1, 1), "{counted:?}: {over:?}");
            nonces.extend(over);
        }
        assert_eq!(nonces, (0..6).collect(), "{counted:?}");
        for theirs in unigox(&bench).orders() {
            assert_eq!(theirs.authorise_calls, 1, "{counted:?}");
        }
    }
    Ok(())
}

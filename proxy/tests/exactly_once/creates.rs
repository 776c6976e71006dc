//! The same order from many clients at once.

use offramp_simulator::{AddUser, Operation};
use serde_json::{Value, json};

use super::crowd::{CLIENTS, Crowd, Told};
use crate::{
    campaign::Campaign,
    support::{
        Bench, Outcome, Shopper, session,
        shopper::{confirm, new_key},
        with,
    },
};

/// A payer who has nothing yet.
async fn newcomer(bench: &Bench, number: usize) -> Outcome<Shopper<'_>> {
    let user = bench.capa().add_user(AddUser { verified: true });
    let body = session(&format!("payer-{number}"), &user);
    bench.shopper_with(&body).await
}

/// The one order that they were told of, and how many were told of it.
fn one_order<'a>(
    told: impl IntoIterator<Item = &'a Told>,
    place: &str,
) -> Outcome<(String, usize)> {
    let mut orders: Vec<&str> = told.into_iter().filter_map(Told::order).collect();
    let count = orders.len();
    orders.sort_unstable();
    orders.dedup();
    match orders.as_slice() {
        [only] => Ok(((*only).to_owned(), count)),
        none_or_more => Err(format!("{place}: {none_or_more:?}").into()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_identical_creates_make_one_order() -> Outcome {
    let campaign = Campaign::of("identical creates", 4, 500)?;
    let bench = Bench::start().await?;
    let crowd = Crowd::before(&bench).await?;
    let mut in_progress = 0;
    for round in 0..campaign.rounds {
        let place = campaign.at(round);
        let payer = newcomer(&bench, round).await?;
        let body = confirm(&payer.firm("100").await?);
        let key = new_key();
        let before = bench.capa().requests(Operation::Create);
        let told = crowd
            .create(&payer, |_| (key.clone(), body.clone()))
            .await?;
        for told in &told {
            let is_right = match told.status {
                201 | 202 => told.order().is_some(),
                409 => told.code() == "in_progress",
                _ => false,
            };
            assert!(is_right, "{place}: {told:?}");
        }
        let (order, answered) = one_order(&told, &place)?;
        in_progress += CLIENTS - answered;
        assert_eq!(
            bench.capa().requests(Operation::Create),
            before + 1,
            "{place}"
        );
        // The key stands for this body and for no other.
        let other = with(body.clone(), "min_fiat_amount", json!("1"));
        let refused = payer.create_with_key(&key, &other).await?;
        assert_eq!(refused.refusal(), (422, "idempotency_conflict"), "{place}");
        let again = payer.create_with_key(&key, &body).await?;
        assert_eq!(again.order_id()?, order, "{place}");
    }
    assert_eq!(bench.capa().transactions().len(), campaign.rounds);
    let found = format!("one order each; {in_progress} were told `in_progress`");
    campaign.done(campaign.rounds * CLIENTS, &found);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_with_two_bodies_makes_the_order_of_one_of_them() -> Outcome {
    let campaign = Campaign::of("one key, two bodies", 4, 500)?;
    let bench = Bench::start().await?;
    let crowd = Crowd::before(&bench).await?;
    let mut conflicts = 0;
    for round in 0..campaign.rounds {
        let place = campaign.at(round);
        let payer = newcomer(&bench, round).await?;
        let bodies = [
            confirm(&payer.firm("100").await?),
            confirm(&payer.firm("200").await?),
        ];
        let key = new_key();
        let before = bench.capa().requests(Operation::Create);
        // Every proxy is asked for both.
        let body_of = |number: usize| number / 2 % 2;
        let told = crowd
            .create(&payer, |number| {
                (key.clone(), bodies[body_of(number)].clone())
            })
            .await?;
        let winners = told.iter().position(|told| told.order().is_some());
        let winners = body_of(winners.ok_or_else(|| format!("{place}: no order"))?);
        for (number, told) in told.iter().enumerate() {
            let is_right = match told.status {
                201 | 202 => body_of(number) == winners,
                409 => told.code() == "in_progress",
                422 => told.code() == "idempotency_conflict" && body_of(number) != winners,
                _ => false,
            };
            assert!(is_right, "{place}, {number}: {told:?}");
            conflicts += usize::from(told.status == 422);
        }
        one_order(&told, &place)?;
        assert_eq!(
            bench.capa().requests(Operation::Create),
            before + 1,
            "{place}"
        );
    }
    assert_eq!(bench.capa().transactions().len(), campaign.rounds);
    let found = format!("one order each; {conflicts} were told `idempotency_conflict`");
    campaign.done(campaign.rounds * CLIENTS, &found);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_keys_make_one_order() -> Outcome {
    let campaign = Campaign::of("many keys", 4, 500)?;
    let bench = Bench::start().await?;
    let crowd = Crowd::before(&bench).await?;
    let ana = bench.ana().await?;
    let mut bodies: Vec<Value> = Vec::new();
    for _ in 0..CLIENTS {
        bodies.push(confirm(&ana.firm("100").await?));
    }
    for round in 0..campaign.rounds {
        let place = campaign.at(round);
        let told = crowd
            .create(&ana, |number| (new_key(), bodies[number].clone()))
            .await?;
        let (order, makers) = one_order(&told, &place)?;
        assert_eq!(makers, 1, "{place}");
        for told in told.iter().filter(|told| told.order().is_none()) {
            assert_eq!((told.status, told.code()), (409, "order_open"), "{place}");
            assert_eq!(told.json["order_id"], json!(order), "{place}");
        }
        let requests = bench.capa().requests(Operation::Create);
        assert_eq!(requests, round as u64 + 1, "{place}");
        let ended = ana.act(&order, "cancel", &json!({})).await?;
        assert_eq!(ended.state(), "cancelled", "{place}: {}", ended.text);
        // The price of the one that was made is used up.
        let made = told.iter().position(|told| told.order().is_some());
        bodies[made.ok_or("none")?] = confirm(&ana.firm("100").await?);
    }
    assert_eq!(bench.capa().transactions().len(), campaign.rounds);
    campaign.done(campaign.rounds * CLIENTS, "one order each");
    Ok(())
}

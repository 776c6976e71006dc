//! Every route with every other payer's order: it looks as if there were none.

use axum::http::Method;
use offramp_domain::api::Action;
use offramp_simulator::AddUser;
use serde_json::{Value, json};

use super::{campaign::Campaign, forgery::Seen};
use crate::support::{Answer, Bench, ORIGIN, Outcome, Shopper, session, shopper};

/// An id of the form that ours have.
const ABSENT: &str = "ord_00000000000000000000000000000000";

/// A payer in a session, with an order.
struct Payer<'a> {
    shopper: Shopper<'a>,
    order: String,
    sequence: u64,
    quote: Value,
    resume: String,
}

#[tokio::test]
async fn another_payers_order_looks_absent_on_every_route() -> Outcome {
    let campaign = Campaign::of("foreign orders", 6, 50)?;
    let bench = Bench::patient().await?;
    let mut payers = Vec::new();
    for number in 0..campaign.rounds {
        payers.push(payer(&bench, number).await?);
    }
    let mut tried = 0;
    for (index, caller) in payers.iter().enumerate() {
        let absent = everything(&bench, caller, ABSENT, "quo_0", &caller.order).await?;
        for (number, owner) in payers.iter().enumerate() {
            if index == number {
                continue;
            }
            let quote = owner.quote.as_str().unwrap_or_default();
            let foreign = everything(&bench, caller, &owner.order, quote, &caller.order).await?;
            tried += foreign.len();
            for (foreign, absent) in foreign.iter().zip(&absent) {
                assert_eq!(foreign, absent, "{index} of {number}'s");
            }
        }
    }
    // Nothing has happened to any of them.
    for payer in &payers {
        let now = payer.shopper.order(&payer.order).await?;
        assert_eq!(now.sequence(), payer.sequence);
    }
    campaign.done(tried, "none got in");
    Ok(())
}

async fn payer(bench: &Bench, number: usize) -> Outcome<Payer<'_>> {
    let user = bench.capa().add_user(AddUser { verified: true });
    let id = format!("payer-{number}");
    let shopper = bench.shopper_with(&session(&id, &user)).await?;
    let quote = shopper.firm("100").await?;
    let created = shopper.create(&shopper::confirm(&quote)).await?;
    let resume = created.order()["resume_token"].as_str();
    Ok(Payer {
        order: created.order_id()?,
        sequence: created.sequence(),
        resume: resume.unwrap_or_default().to_owned(),
        // One that is not used yet.
        quote: shopper.firm("100").await?.quote()["id"].clone(),
        shopper,
    })
}

/// What every route says to a caller about an order and a quote.
async fn everything(
    bench: &Bench,
    caller: &Payer<'_>,
    order: &str,
    quote: &str,
    own: &str,
) -> Outcome<Vec<Seen>> {
    let path = format!("/v1/orders/{order}");
    let shopper = &caller.shopper;
    let mut said = Vec::new();
    said.push(refused(&shopper.order(order).await?)?);
    let waiting = shopper.ask(Method::GET, &path);
    let waiting = waiting
        .header("if-none-match", "*")
        .header("prefer", "wait=25");
    said.push(refused(&waiting.send().await?)?);
    said.push(refused(
        &bench.get(&path).bearer(&shopper.token).send().await?,
    )?);
    let resumed = bench.get(&path).bearer(&caller.resume).origin(ORIGIN);
    said.push(refused(&resumed.send().await?)?);
    for action in Action::ALL {
        for body in [json!({}), json!({ "tx_hash": "0x00" }), json!({ "x": 1 })] {
            said.push(refused(&shopper.act(order, action.as_str(), &body).await?)?);
        }
    }
    said.push(refused(&shopper.act(order, "steal", &json!({})).await?)?);
    for method in [Method::PUT, Method::DELETE] {
        said.push(refused(&shopper.ask(method, &path).send().await?)?);
    }
    let body = json!({
        "quote_id": quote, "min_fiat_amount": "1", "destination": shopper::clabe(),
    });
    said.push(refused(&shopper.create(&body).await?)?);
    // Neither is it among one's own.
    let listed = shopper.ask(Method::GET, "/v1/orders").send().await?;
    let ids = listed.json["orders"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert!(ids.iter().all(|listed| listed["id"] == own));
    Ok(said)
}

fn refused(answer: &Answer) -> Outcome<Seen> {
    if answer.status.is_client_error() {
        Ok(Seen::of(answer))
    } else {
        Err(format!("let in: {} {}", answer.status, answer.text).into())
    }
}

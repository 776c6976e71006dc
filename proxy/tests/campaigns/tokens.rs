//! Tokens and keys that nobody was given, most of them one character away from one that somebody was.

use axum::http::Method;
use rand::{RngExt as _, rngs::StdRng};

use super::{
    campaign::Campaign,
    forgery::{Seen, near_miss},
};
use crate::support::{Bench, ORIGIN, Outcome, PARTNER, session, shopper};

/// What tokens are made of.
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What somebody was given.
#[derive(Clone, Copy)]
enum Kind {
    Session,
    Resume,
    Partner,
}

#[tokio::test]
async fn no_token_is_taken_that_nobody_was_given() -> Outcome {
    let campaign = Campaign::of("tokens", 5_000, 50_000)?;
    let mut random = campaign.random();
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    let path = format!("/v1/orders/{id}");
    let action = format!("{path}/actions/cancel");
    let given = [&ana.token, resume, PARTNER];

    let mut told: Vec<Seen> = Vec::new();
    for round in 0..campaign.rounds {
        let kind = [Kind::Session, Kind::Resume, Kind::Partner][round % 3];
        let token = forged(&given, kind, &mut random);
        if given.contains(&token.as_str()) {
            continue;
        }
        let (method, path) = match (kind, round % 4) {
            (Kind::Session, 0) => (Method::GET, "/v1/checkout"),
            (Kind::Session, 1) => (Method::POST, action.as_str()),
            (Kind::Partner, 0) => (Method::POST, "/v1/sessions"),
            (Kind::Session | Kind::Partner, 2) => (Method::GET, "/v1/orders"),
            (Kind::Session | Kind::Resume | Kind::Partner, _) => (Method::GET, path.as_str()),
        };
        let ask = bench.ask(method, path).bearer(&token);
        let ask = match kind {
            Kind::Session | Kind::Resume => ask.origin(ORIGIN),
            Kind::Partner => ask,
        };
        let answer = ask
            .header("idempotency-key", shopper::new_key())
            .json(&session("cust-9", "user-9"))
            .await?;
        let place = format!("{} {path} {token}", campaign.at(round));
        assert!(
            matches!(answer.status.as_u16(), 401 | 404),
            "{place}: {}",
            answer.text
        );
        let seen = Seen::of(&answer);
        if !told.contains(&seen) {
            told.push(seen);
        }
    }
    // An unknown key or session, and a resume token of nothing that is there, each from a page and
    // without one: nothing else can be told.
    assert!(told.len() <= 4, "{told:#?}");
    assert_eq!(bench.record(&id).await?.sequence, created.sequence());
    let resumed = bench
        .get(&path)
        .bearer(resume)
        .origin(ORIGIN)
        .send()
        .await?;
    assert_eq!(resumed.status, 200);
    campaign.done(campaign.rounds, "none got in");
    Ok(())
}

fn forged(given: &[&str; 3], kind: Kind, random: &mut StdRng) -> String {
    let genuine = match kind {
        Kind::Session => given[0],
        Kind::Resume => given[1],
        Kind::Partner => given[2],
    };
    match random.random_range(0..10) {
        0..6 => near_miss(genuine, BASE64URL, random),
        6 => genuine.replacen("ofs_", "ofr_", 1) + "A",
        7 => genuine.to_ascii_uppercase(),
        8 => {
            let start = ["ofs_", "ofr_", "sk_test_"][random.random_range(0..3)];
            let letters = (0..43).map(|_| char::from(BASE64URL[random.random_range(0..64)]));
            start.chars().chain(letters).collect()
        }
        _ => format!("{genuine} {genuine}"),
    }
}

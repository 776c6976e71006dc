//! Pages that are not the session's, most of them nearly.

use axum::http::Method;
use rand::{RngExt as _, rngs::StdRng};

use super::{campaign::Campaign, forgery::near_miss};
use crate::support::{Bench, ORIGIN, OTHER_ORIGIN, Outcome, session, shopper, with};

const LETTERS: &[u8; 42] = b"abcdefghijklmnopqrstuvwxyz0123456789.:/-@%";

#[tokio::test]
async fn no_page_is_let_in_that_is_not_the_sessions() -> Outcome {
    let campaign = Campaign::of("origins", 2_000, 10_000)?;
    let mut random = campaign.random();
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for round in 0..campaign.rounds {
        let origin = forged(&mut random);
        if [ORIGIN, OTHER_ORIGIN].contains(&origin.as_str()) {
            continue;
        }
        let place = format!("{} {origin:?}", campaign.at(round));
        let answer = match round % 4 {
            0 => {
                let body = with(
                    session("cust-1", "user-1"),
                    "origin",
                    origin.as_str().into(),
                );
                bench.open_session(&body).await?
            }
            1 => {
                let ask = bench.post("/v1/quotes").bearer(&ana.token).origin(&origin);
                ask.json(&shopper::ask("firm", "100")).await?
            }
            2 => {
                let ask = bench.get("/v1/checkout").bearer(&ana.token);
                ask.origin(&origin).send().await?
            }
            _ => {
                let ask = bench.ask(Method::OPTIONS, "/v1/orders").origin(&origin);
                let ask = ask.header("access-control-request-method", "POST");
                let answer = ask.send().await?;
                assert_eq!(answer.status, 204, "{place}");
                assert_eq!(answer.header("access-control-allow-methods"), "", "{place}");
                assert_eq!(answer.header("access-control-allow-origin"), "", "{place}");
                continue;
            }
        };
        assert_eq!(answer.refusal(), (403, "origin_not_allowed"), "{place}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{place}");
    }
    assert_eq!(ana.checkout().await?.status, 200);
    campaign.done(campaign.rounds, "none got in");
    Ok(())
}

fn forged(random: &mut StdRng) -> String {
    let genuine = [ORIGIN, OTHER_ORIGIN][random.random_range(0..2)];
    let host = genuine.trim_start_matches("https://");
    let number = random.random_range(1..65_536);
    match random.random_range(0..14) {
        0..5 => near_miss(genuine, LETTERS, random),
        5 => format!("{genuine}:{number}"),
        6 => format!("https://a{number}.{host}"),
        7 => format!("{genuine}.evil{number}.example"),
        8 => format!("http://{host}"),
        9 => format!("https://{host}@evil{number}.example"),
        10 => format!("{genuine}, https://evil{number}.example"),
        11 => format!("{genuine}/{number}"),
        12 => "null".to_owned(),
        _ => format!(" {genuine}"),
    }
}

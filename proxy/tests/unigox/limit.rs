//! Two proxies that count towards one day's limit.

use futures::future::join_all;
use serde_json::json;

use crate::{
    shop::{self, several_accepted, unigox, working},
    support::{Backend, Outcome, PARTNER, shopper::new_key},
};

/// The limit of these tests is a thousand: of twelve orders over a hundred, ten are paid.
#[tokio::test]
async fn two_proxies_keep_one_days_limit() -> Outcome {
    let bench = shop::open(Backend::Unigox).await?;
    let peer = bench.second().await?;
    let ids = several_accepted(&bench, 12).await?;
    let body = json!({ "crypto_amount": "100", "reference": "debit-1" });
    let requests = ids.iter().enumerate().map(|(number, id)| {
        let path = format!("/v1/orders/{id}/actions/authorise_transfer");
        let ask = if number % 2 == 0 {
            bench.post(&path)
        } else {
            peer.ask(axum::http::Method::POST, &path)
        };
        ask.bearer(PARTNER)
            .header("idempotency-key", new_key())
            .json(&body)
    });
    let answers = working(&bench, async { Ok(join_all(requests).await) }).await?;
    let mut refused = 0;
    for answer in answers {
        let answer = answer?;
        if answer.status != 200 {
            assert_eq!(answer.refusal(), (403, "limit_reached"), "{}", answer.text);
            refused += 1;
        }
    }
    assert_eq!(refused, 2);
    bench.pass_secs(60).await?;
    let paid: u64 = unigox(&bench)
        .orders()
        .iter()
        .map(|order| order.transfers)
        .sum();
    assert_eq!(paid, 10);
    Ok(())
}

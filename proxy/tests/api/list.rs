//! Listing orders: a payer's own, or any for the partner's backend.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use crate::support::{Answer, Bench, Outcome, PARTNER};

fn ids(answer: &Answer) -> Vec<&str> {
    answer.json["orders"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|order| order["id"].as_str())
        .collect()
}

async fn partner(bench: &Bench, query: &str) -> Outcome<Answer> {
    bench
        .get(&format!("/v1/orders{query}"))
        .bearer(PARTNER)
        .send()
        .await
}

/// Two orders of Ana's, the first called off, and one of Luis', a second apart.
async fn three_orders(bench: &Bench) -> Outcome<[String; 3]> {
    let ana = bench.ana().await?;
    let cancelled = ana.open_order().await?;
    ana.cancel(&cancelled).await?;
    bench.pass_secs(1).await?;
    let open = ana.open_order().await?;
    bench.pass_secs(1).await?;
    Ok([cancelled, open, bench.luis().await?.open_order().await?])
}

#[tokio::test]
async fn a_payer_lists_their_own_orders_newest_first() -> Outcome {
    let bench = Bench::start().await?;
    let [cancelled, open, of_luis] = three_orders(&bench).await?;
    let ana = bench.ana().await?;
    let list = ana.ask(Method::GET, "/v1/orders").send().await?;
    assert_eq!(ids(&list), [&open, &cancelled]);
    assert!(list.json["next_cursor"].is_null());
    let luis = bench.luis().await?;
    let list = luis.ask(Method::GET, "/v1/orders").send().await?;
    assert_eq!(ids(&list), [&of_luis]);
    Ok(())
}

#[tokio::test]
async fn the_partner_lists_every_order() -> Outcome {
    let bench = Bench::start().await?;
    let [cancelled, open, of_luis] = three_orders(&bench).await?;
    let list = partner(&bench, "").await?;
    assert_eq!(ids(&list), [&of_luis, &open, &cancelled]);
    assert!(list.json["orders"][0]["resume_token"].is_null());
    Ok(())
}

#[tokio::test]
async fn a_list_is_filtered_by_state_and_by_payer() -> Outcome {
    let bench = Bench::start().await?;
    let [cancelled, open, of_luis] = three_orders(&bench).await?;
    let list = partner(&bench, "?state=awaiting_deposit").await?;
    assert_eq!(ids(&list), [&of_luis, &open]);
    let list = partner(&bench, "?payer=cust-1").await?;
    assert_eq!(ids(&list), [&open, &cancelled]);
    let list = partner(&bench, "?payer=cust-1&state=cancelled").await?;
    assert_eq!(ids(&list), [&cancelled]);
    let list = partner(&bench, "?payer=nobody").await?;
    assert_eq!(list.json, json!({ "orders": [], "next_cursor": null }));
    Ok(())
}

#[tokio::test]
async fn a_list_begins_with_what_changed_since() -> Outcome {
    let bench = Bench::start().await?;
    let [cancelled, open, of_luis] = three_orders(&bench).await?;
    let since = bench.now();
    bench.pass_secs(1).await?;
    bench.ana().await?.cancel(&open).await?;
    let list = partner(&bench, &format!("?updated_since={}", bench.now())).await?;
    assert_eq!(ids(&list), [&open]);
    let list = partner(&bench, &format!("?updated_since={since}")).await?;
    assert_eq!(ids(&list), [&of_luis, &open]);
    let list = partner(&bench, "?updated_since=2026-05-01T12:00:00Z").await?;
    assert_eq!(ids(&list), [&of_luis, &open, &cancelled]);
    let later = since.plus(Duration::from_hours(1));
    let list = partner(&bench, &format!("?updated_since={later}&state=cancelled")).await?;
    assert!(ids(&list).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_list_has_pages() -> Outcome {
    let bench = Bench::start().await?;
    let [cancelled, open, of_luis] = three_orders(&bench).await?;
    let first = partner(&bench, "?limit=2").await?;
    assert_eq!(ids(&first), [&of_luis, &open]);
    let cursor = first.json["next_cursor"].as_str().unwrap_or_default();
    let second = partner(&bench, &format!("?limit=2&cursor={cursor}")).await?;
    assert_eq!(ids(&second), [&cancelled]);
    assert!(second.json["next_cursor"].is_null());
    Ok(())
}

#[tokio::test]
async fn orders_of_one_moment_are_all_listed() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let mut made = Vec::new();
    for _ in 0..3 {
        let id = ana.open_order().await?;
        ana.cancel(&id).await?;
        made.push(id);
    }
    let mut listed = Vec::new();
    let mut query = "?limit=1".to_owned();
    for _ in 0..3 {
        let page = partner(&bench, &query).await?;
        listed.extend(ids(&page).into_iter().map(str::to_owned));
        query = format!(
            "?limit=1&cursor={}",
            page.json["next_cursor"].as_str().unwrap_or_default()
        );
    }
    made.sort();
    listed.sort();
    assert_eq!(listed, made);
    Ok(())
}

#[tokio::test]
async fn a_query_that_is_not_as_documented_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    for query in [
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?limit=-1",
        "?state=paid",
        "?cursor=x",
        "?cursor=1",
        "?sort=asc",
        "?updated_since=yesterday",
        "?updated_since=1777636800",
    ] {
        let answer = partner(&bench, query).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{query}");
    }
    assert_eq!(partner(&bench, "?limit=100").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_payer_does_not_ask_for_others() -> Outcome {
    let bench = Bench::start().await?;
    three_orders(&bench).await?;
    let ana = bench.ana().await?;
    for payer in ["cust-1", "cust-2"] {
        let answer = ana
            .ask(Method::GET, &format!("/v1/orders?payer={payer}"))
            .send()
            .await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"));
    }
    Ok(())
}

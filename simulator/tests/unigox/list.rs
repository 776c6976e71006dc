//! The list: pages, filters and rows that one would not expect.

use offramp_simulator::providers::unigox::seed::WIDGET_ORDER;
use offramp_simulator::providers::unigox::{Presence, Status};
use serde_json::{Value, json};

use crate::bench::{Bench, Outcome};

async fn ids(bench: &Bench, query: &str) -> Outcome<Vec<String>> {
    let answer = bench.get(&format!("/orders{query}")).await?;
    let orders = answer.json["data"]["orders"].as_array().cloned();
    let id = |order: Value| order["order_id"].as_str().unwrap_or_default().to_owned();
    Ok(orders.unwrap_or_default().into_iter().map(id).collect())
}

#[tokio::test]
async fn the_newest_order_is_first_and_pages_are_counted() -> Outcome {
    let bench = Bench::start().await?;
    let mut opened = Vec::new();
    for _ in 0..3 {
        opened.push(bench.open().await?);
        bench.step_secs(1);
    }
    opened.reverse();
    assert_eq!(ids(&bench, "").await?, opened);
    assert_eq!(ids(&bench, "?page=2&limit=2").await?, opened[2..]);
    assert_eq!(ids(&bench, "?status=&page=1&limit=20").await?, opened);
    let answer = bench.get("/orders?page=2&limit=2").await?;
    let pagination = json!({ "page": 2, "limit": 2, "total_count": 3, "total_pages": 2 });
    assert_eq!(answer.json["data"]["pagination"], pagination);
    assert_eq!(answer.json["data"]["orders"][0]["reference_id"], "inv-1");
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.references = Presence::Absent);
    let answer = bench.get("/orders").await?;
    assert_eq!(answer.json["data"]["orders"][0].get("reference_id"), None);
    Ok(())
}

#[tokio::test]
async fn only_some_statuses_are_filters_and_one_finds_others() -> Outcome {
    let bench = Bench::start().await?;
    let waiting = bench.open_accepted().await?;
    let signed = bench.open_accepted().await?;
    bench.pay(&signed).await?;
    let both = vec![signed.clone(), waiting.clone()];
    assert_eq!(
        ids(&bench, "?status=crypto_transfer_authorization_pending").await?,
        both
    );
    let one = ids(&bench, "?status=awaiting_crypto_transfer_authorization").await?;
    assert_eq!(one, [waiting]);
    assert_eq!(ids(&bench, "?status=completed").await?, [""; 0]);
    for query in [
        "?status=fiat_payment_started",
        "?status=nothing",
        "?page=0",
        "?limit=101",
        "?limit=0",
        "?page=x",
    ] {
        let refused = bench.get(&format!("/orders{query}")).await?;
        assert_eq!(refused.code(), (400, "INVALID_REQUEST"), "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn an_order_of_the_widget_can_be_read_and_nothing_else() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(ids(&bench, "").await?, [""; 0]);
    bench
        .unigox()
        .knobs_mut(|knobs| knobs.widget_orders = Presence::Present);
    assert_eq!(ids(&bench, "").await?, [WIDGET_ORDER]);
    let order = bench.read(WIDGET_ORDER).await?;
    assert_eq!(order["status"], "awaiting_fiat_received_confirmation");
    assert_eq!(
        (&order["next_action"], &order["allowed_actions"]),
        (&json!(null), &json!([]))
    );
    for action in ["confirm-fiat-received", "cancel", "authorize-refund"] {
        let refused = bench.act(WIDGET_ORDER, action).await?;
        assert_eq!(refused.code(), (404, "ORDER_NOT_FOUND"), "{action}");
    }
    assert_eq!(bench.unigox().orders(), []);
    Ok(())
}

#[tokio::test]
async fn what_is_no_order_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    assert_eq!(
        bench.get("/orders/latest").await?.code(),
        (400, "INVALID_REQUEST")
    );
    let unknown = "0b2f7c1e-8f53-4a52-9a0e-2b6a1f0c9d99";
    for path in [
        "",
        "/transfer-authorization-parameters",
        "/refund-authorization-parameters",
    ] {
        let refused = bench.get(&format!("/orders/{unknown}{path}")).await?;
        assert_eq!(refused.code(), (404, "ORDER_NOT_FOUND"), "{path}");
    }
    for action in ["cancel", "confirm-fiat-received"] {
        assert_eq!(
            bench.act(unknown, action).await?.code(),
            (404, "ORDER_NOT_FOUND")
        );
    }
    assert!(
        bench
            .unigox()
            .force_status("latest", Status::Completed)
            .is_err()
    );
    Ok(())
}

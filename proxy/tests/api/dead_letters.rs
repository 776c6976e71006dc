//! What the partner's backend did not take: given up, listed, asked for again, and forgotten.

use std::time::Duration;

use serde_json::json;

use super::notifications::{FIRST_WAIT, change, ids, listed, partner, resend, told, told_order};
use crate::support::{Bench, Outcome, PARTNER, receiver::Reply};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn after_three_days_it_is_given_up_and_the_next_one_goes_on() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.always_replies(Some(Reply::Status(503)));
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    let first = receiver.heard()[0].clone();
    let mut hours = 0;
    while listed(&partner(&bench, "?state=dead").await?).is_empty() {
        hours += 1;
        assert!(hours < 100);
        bench.pass(HOUR).await?;
    }
    // The plan, a tenth of it more at most, and up to an hour for each look.
    assert!((76..76 + 8 + 9).contains(&hours), "{hours}");
    let heard = receiver.news();
    let tries = heard.iter().filter(|heard| heard.id == first.id);
    assert_eq!(tries.count(), 10);

    let dead = partner(&bench, "?state=dead").await?;
    let dead = listed(&dead)[0].clone();
    assert_eq!(dead["id"], first.id);
    assert_eq!(dead["attempts"], 10);
    assert_eq!(dead["problem"], "answered 503 Service Unavailable");
    assert_eq!(dead["sequence"], first.sequence());
    assert_eq!(dead["order_id"], id);
    assert!(dead["next_attempt_at"].is_null());
    let newer = heard
        .iter()
        .find(|heard| heard.sequence() > first.sequence());
    assert!(newer.is_some());
    Ok(())
}

#[tokio::test]
async fn a_dead_letter_is_sent_again_when_the_partner_asks() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Status(410)]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    let first = receiver.news().remove(0);
    bench.pass(FIRST_WAIT).await?;
    assert!(!ids(&receiver.news()).contains(&first.id.as_str()));
    let dead = partner(&bench, "?state=dead").await?;
    assert_eq!(listed(&dead).len(), 1);
    assert_eq!(listed(&dead)[0]["id"], first.id);
    assert_eq!(listed(&dead)[0]["problem"], "answered 410 Gone");

    let answer = resend(&bench, &first.id).await?;
    assert_eq!(answer.status, 200);
    let notification = &answer.json["notification"];
    assert_eq!(notification["state"], "pending");
    assert_eq!(notification["attempts"], 0);
    bench.settle().await?;
    let again = receiver.news().remove(0);
    assert_eq!((again.id, again.text), (first.id.clone(), first.text));
    assert_eq!(listed(&partner(&bench, "?state=dead").await?).len(), 0);

    let answer = resend(&bench, &first.id).await?;
    assert_eq!(answer.refusal(), (409, "action_not_allowed"));
    let detail = answer.json["detail"].as_str().unwrap_or_default();
    assert_eq!(detail, "it is delivered, and only a dead one is sent again");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_sent_again_is_refused() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Status(500)]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    let pending = receiver.news().remove(0).id;
    let answer = resend(&bench, &pending).await?;
    assert_eq!(answer.refusal(), (409, "action_not_allowed"));
    // It is not sent any sooner for that.
    bench.pass_secs(1).await?;
    assert!(receiver.news().is_empty());
    for absent in ["msg_00", "ord_1", "%00", "%FF"] {
        assert_eq!(resend(&bench, absent).await?.refusal(), (404, "not_found"));
    }
    Ok(())
}

#[tokio::test]
async fn only_the_partner_reads_and_resends() -> Outcome {
    let (bench, receiver) = told().await?;
    told_order(&bench, &receiver).await?;
    let ana = bench.ana().await?;
    for (method, path) in [
        ("GET", "/v1/notifications"),
        ("POST", "/v1/notifications/msg_1/resend"),
    ] {
        let method: axum::http::Method = method.parse()?;
        let ask = || bench.ask(method.clone(), path);
        let of_payer = ana.ask(method.clone(), path).send().await?;
        assert_eq!(of_payer.refusal(), (401, "unauthorized"));
        assert_eq!(ask().send().await?.refusal(), (401, "unauthorized"));
        let wrong = ask().bearer("sk_wrong").send().await?;
        assert_eq!(wrong.refusal(), (401, "unauthorized"));
        let in_a_page = ask().bearer(PARTNER).origin("https://shop.example");
        let refusal = in_a_page.send().await?;
        assert_eq!(refusal.refusal(), (403, "origin_not_allowed"));
    }
    Ok(())
}

#[tokio::test]
async fn notifications_are_listed_oldest_first_in_pages() -> Outcome {
    let (bench, receiver) = told().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.settle().await?;
    let told: Vec<String> = receiver.heard().into_iter().map(|heard| heard.id).collect();
    assert!(told.len() >= 3);
    let mut listed_ids = Vec::new();
    let mut query = "?limit=2&state=delivered".to_owned();
    loop {
        let page = partner(&bench, &query).await?;
        assert!(listed(&page).len() <= 2);
        for notification in listed(&page) {
            assert_eq!(notification["order_id"], id);
            assert_eq!(notification["state"], "delivered");
            assert!(notification["problem"].is_null());
            listed_ids.push(notification["id"].as_str().unwrap_or_default().to_owned());
        }
        let Some(cursor) = page.json["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=2&state=delivered&cursor={cursor}");
    }
    assert_eq!(listed_ids, told);
    let list = partner(&bench, "?state=pending").await?;
    assert_eq!(
        list.json,
        json!({ "notifications": [], "next_cursor": null })
    );
    Ok(())
}

#[tokio::test]
async fn a_query_that_is_not_as_documented_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    for query in [
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?state=lost",
        "?cursor=x",
        "?cursor=1.2",
        "?cursor=1.x.msg_1",
        "?cursor=1.1.%00",
        "?order=ord_1",
    ] {
        let answer = partner(&bench, query).await?;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn what_was_heard_is_kept_for_a_month_and_what_was_not_for_three() -> Outcome {
    let (bench, receiver) = told().await?;
    let id = told_order(&bench, &receiver).await?;
    receiver.replies([Reply::Status(410)]);
    change(&bench, &id, 'a').await?;
    bench.settle().await?;
    let (store, ended) = (&bench.engine.store, bench.now());
    let count = async |state: &str| -> Outcome<usize> {
        let list = partner(&bench, &format!("?limit=100&state={state}")).await?;
        Ok(listed(&list).len())
    };
    let delivered = count("delivered").await?;
    assert!(delivered > 0);
    store.forget_old(ended.plus(DAY * 29)).await?;
    assert_eq!(count("delivered").await?, delivered);
    store.forget_old(ended.plus(DAY * 30)).await?;
    assert_eq!(count("delivered").await?, 0);
    assert_eq!(count("dead").await?, 1);
    store.forget_old(ended.plus(DAY * 90)).await?;
    assert_eq!(count("dead").await?, 0);
    Ok(())
}

//! Which pages see an answer, and which headers of it.

use axum::http::Method;

use crate::support::{Answer, Bench, FOREIGN_ORIGIN, ORIGIN, OTHER_ORIGIN, Outcome};

const EXPOSED: &str = "etag, retry-after, x-request-id, preference-applied";

#[track_caller]
fn is_shown_to(answer: &Answer, origin: &str) {
    assert_eq!(answer.header("access-control-allow-origin"), origin);
    assert_eq!(answer.header("access-control-expose-headers"), EXPOSED);
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert!(answer.header("vary").contains("Origin"));
    assert!(answer.header("x-request-id").starts_with("req_"));
}

#[track_caller]
fn is_hidden(answer: &Answer) {
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    assert!(!answer.headers.contains_key("access-control-expose-headers"));
    assert!(answer.header("vary").contains("Origin"));
}

async fn preflight(bench: &Bench, origin: &str, path: &str) -> Outcome<Answer> {
    bench
        .ask(Method::OPTIONS, path)
        .origin(origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,idempotency-key",
        )
        .send()
        .await
}

#[tokio::test]
async fn a_preflight_from_a_listed_page_is_answered() -> Outcome {
    let bench = Bench::start().await?;
    for path in [
        "/v1/orders",
        "/v1/orders/ord_1/actions/cancel",
        "/v1/unknown",
    ] {
        let answer = preflight(&bench, ORIGIN, path).await?;
        assert_eq!(answer.status, 204, "{path}");
        is_shown_to(&answer, ORIGIN);
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "authorization, content-type, idempotency-key, if-none-match, prefer"
        );
        assert_eq!(
            answer.header("access-control-allow-methods"),
            "GET, POST, DELETE"
        );
        assert_eq!(answer.header("access-control-max-age"), "7200");
    }
    Ok(())
}

#[tokio::test]
async fn a_preflight_from_a_foreign_page_gets_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let answer = preflight(&bench, FOREIGN_ORIGIN, "/v1/orders").await?;
    assert_eq!(answer.status, 204);
    is_hidden(&answer);
    assert!(!answer.headers.contains_key("access-control-allow-headers"));
    Ok(())
}

#[tokio::test]
async fn an_answer_names_the_page_that_asked() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    is_shown_to(&ana.checkout().await?, ORIGIN);
    is_shown_to(&ana.buy("100").await?, ORIGIN);
    Ok(())
}

#[tokio::test]
async fn an_unchanged_order_names_the_page_that_asked() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let unchanged = ana
        .ask(Method::GET, &format!("/v1/orders/{}", created.order_id()?))
        .header("if-none-match", created.header("etag"))
        .send()
        .await?;
    assert_eq!(unchanged.status, 304);
    is_shown_to(&unchanged, ORIGIN);
    assert_eq!(unchanged.header("etag"), created.header("etag"));
    Ok(())
}

#[tokio::test]
async fn a_problem_names_the_page_that_asked() -> Outcome {
    let bench = Bench::start().await?;
    for (method, path) in [
        (Method::GET, "/v1/checkout"),
        (Method::GET, "/v1/nothing"),
        (Method::GET, "/"),
        (Method::DELETE, "/v1/orders"),
    ] {
        let answer = bench.ask(method, path).origin(OTHER_ORIGIN).send().await?;
        is_shown_to(&answer, OTHER_ORIGIN);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    Ok(())
}

#[tokio::test]
async fn a_foreign_page_sees_no_answer() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for origin in [FOREIGN_ORIGIN, "null", "https://shop.example.evil.example"] {
        let answer = bench
            .get("/v1/checkout")
            .bearer(&ana.token)
            .origin(origin)
            .send()
            .await?;
        is_hidden(&answer);
        assert_eq!(answer.refusal(), (403, "origin_not_allowed"));
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_is_not_to_be_stored() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    for answer in [
        ana.checkout().await?,
        ana.firm("100").await?,
        bench.get("/v1/nothing").send().await?,
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    Ok(())
}

#[tokio::test]
async fn a_path_without_that_method_says_so() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.ask(Method::DELETE, "/v1/orders").send().await?;
    assert_eq!(answer.refusal(), (405, "invalid_request"));
    Ok(())
}

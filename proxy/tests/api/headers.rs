//! What every answer tells a browser not to do with it, whatever the route and whatever the answer.

use std::{collections::BTreeSet, fs};

use axum::http::Method;
use serde_json::json;

use crate::support::{
    Answer, Bench, FOREIGN_ORIGIN, ORIGIN, Outcome, PARTNER, provider::sign, session,
    shopper::new_key,
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The set, on an answer of the API.
#[track_caller]
fn is_shut(answer: &Answer) {
    has_the_common_set(answer);
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// The set, on one of the widget's files: any page loads it, with its integrity.
#[track_caller]
fn is_for_every_page(answer: &Answer) {
    has_the_common_set(answer);
    assert_eq!(
        answer.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[track_caller]
fn has_the_common_set(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert!(answer.header("x-request-id").starts_with("req_"));
    for name in answer.headers.keys().filter(|name| *name != "vary") {
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name}");
    }
    for told in ["server", "x-powered-by"] {
        assert_eq!(answer.header(told), "");
    }
}

/// Every route that is documented, and every other one there is.
async fn routes(bench: &Bench) -> Outcome<Vec<(Method, String)>> {
    let documented = bench.get("/openapi.json").send().await?;
    let mut routes = Vec::new();
    for (path, methods) in documented.json["paths"].as_object().ok_or("no paths")? {
        for method in methods.as_object().ok_or("no methods")?.keys() {
            let method = method.to_uppercase().parse()?;
            let path = path.replace("{id}", "ord_1").replace("{action}", "cancel");
            routes.push((method, path));
        }
    }
    assert!(routes.len() >= 7, "{routes:?}");
    for path in ["/healthz", "/readyz", "/openapi.json", "/", "/v1/nothing"] {
        routes.push((Method::GET, path.to_owned()));
    }
    routes.push((Method::POST, "/webhooks/capa".to_owned()));
    Ok(routes)
}

/// An answer of the API of every kind.
async fn answers(bench: &Bench) -> Outcome<Vec<Answer>> {
    let ana = bench.ana().await?;
    let eva = bench.eva().await?;
    let created = ana.buy("100").await?;
    let path = format!("/v1/orders/{}", created.order_id()?);
    let known = ana
        .ask(Method::GET, &path)
        .header("if-none-match", created.header("etag"));
    let large = bench.post("/v1/sessions").bearer(PARTNER);
    let large = large.header("content-type", "application/json");
    let foreign = bench.get("/v1/checkout").bearer(&ana.token);
    let preflight = bench.ask(Method::OPTIONS, "/v1/orders").origin(ORIGIN);
    let webhook = r#"{"type":"TRANSACTION","event":"CREATED_OFF_RAMP","transactionId":"00000000-0000-4000-8000-000000000001"}"#;
    let pair = session("cust-1", "00000000-0000-4000-8000-000000000009");
    Ok(vec![
        known.send().await?,
        bench.open_session(&pair).await?,
        bench.open_session(&json!({ "nothing": true })).await?,
        ana.checkout().await?,
        ana.buy("100").await?,
        eva.buy("100").await?,
        ana.quote(&json!({})).await?,
        large.body(" ".repeat(64 * 1024 + 1)).await?,
        foreign.origin(FOREIGN_ORIGIN).send().await?,
        preflight
            .header("access-control-request-method", "POST")
            .send()
            .await?,
        bench
            .webhook_with(webhook, &sign(webhook.as_bytes()))
            .await?,
        bench.webhook_with(webhook, "00").await?,
        created,
    ])
}

#[tokio::test]
async fn every_route_and_every_kind_of_answer_has_the_set() -> Outcome {
    let (bench, _limited) = Bench::limited(|_| {}).await?;
    let mut seen = BTreeSet::new();
    for answer in answers(&bench).await? {
        is_shut(&answer);
        seen.insert(answer.status.as_u16());
    }
    for (method, path) in routes(&bench).await? {
        for method in [method, Method::DELETE, Method::HEAD, Method::OPTIONS] {
            for token in [None, Some(PARTNER), Some("sk_guessed")] {
                let request = bench.ask(method.clone(), &path);
                let request = match token {
                    Some(token) => request.bearer(token),
                    None => request.origin(ORIGIN),
                };
                let answer = request.header("idempotency-key", new_key()).send().await?;
                is_shut(&answer);
                seen.insert(answer.status.as_u16());
            }
        }
    }
    for _ in 0..21 {
        let guess = bench.get("/v1/orders").bearer("sk_guessed").send().await?;
        is_shut(&guess);
        seen.insert(guess.status.as_u16());
    }
    let kinds = [
        200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 413, 422, 429,
    ];
    assert!(seen.is_superset(&BTreeSet::from(kinds)), "{seen:?}");
    Ok(())
}

#[tokio::test]
async fn every_answer_about_the_widgets_files_has_the_set() -> Outcome {
    let bench = Bench::start().await?;
    let folder = &bench.engine.config.widget_dir;
    fs::create_dir_all(folder.join(VERSION))?;
    fs::write(folder.join("offramp.js"), "export {}")?;
    fs::write(
        folder.join(VERSION).join("widget-0123456789abcdef.wasm"),
        "wasm",
    )?;
    let file = format!("/{VERSION}/widget-0123456789abcdef.wasm");
    let mut seen = BTreeSet::new();
    for path in [
        "/offramp.js",
        &file,
        &format!("/{VERSION}/nothing.js"),
        &format!("/{VERSION}/"),
    ] {
        let get = || bench.get(path).origin(FOREIGN_ORIGIN);
        let first = get().send().await?;
        let modified = first.header("last-modified").to_owned();
        let mut answers = vec![
            first,
            get().header("range", "bytes=0-1").send().await?,
            get().header("range", "bytes=900-").send().await?,
            bench.ask(Method::HEAD, path).send().await?,
            bench.post(path).send().await?,
        ];
        if !modified.is_empty() {
            answers.push(get().header("if-modified-since", modified).send().await?);
        }
        for answer in answers {
            is_for_every_page(&answer);
            seen.insert(answer.status.as_u16());
        }
    }
    let kinds = [200, 206, 304, 404, 405, 416];
    assert!(seen.is_superset(&BTreeSet::from(kinds)), "{seen:?}");
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_reached_by_https_says_to_come_by_nothing_else() -> Outcome {
    for (url, told) in [
        ("https://pay.partner.example", "max-age=31536000"),
        ("http://127.0.0.1:8080", ""),
    ] {
        let bench = Bench::with(|config, _| config.public_url = url.parse().ok()).await?;
        for path in ["/healthz", "/v1/checkout", "/v1/nothing", "/offramp.js"] {
            let answer = bench.get(path).send().await?;
            assert_eq!(answer.header("strict-transport-security"), told, "{path}");
        }
    }
    Ok(())
}

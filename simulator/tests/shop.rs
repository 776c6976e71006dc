//! The demo partner's shop, with a stand-in for the proxy behind it.

use std::error::Error;
use std::future;
use std::path::Path;
use std::time::Duration;

use axum::extract::{Path as Named, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use offramp_simulator::{Clock, Config, PayingWallet, ShopConfig, Simulator, run};
use reqwest::header::{CONTENT_SECURITY_POLICY, COOKIE, SET_COOKIE};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What the proxy signs its notifications with.
const NOTIFY_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What the proxy was asked: the key and the body.
type Asked = (String, Value);

struct Bench {
    base: String,
    proxy_url: String,
    asked: mpsc::UnboundedReceiver<Asked>,
    client: Client,
    _page_dir: tempfile::TempDir,
}

async fn open_session(
    State(asked): State<mpsc::UnboundedSender<Asked>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let key = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let payer = body["payer"]["id"].clone();
    let status = match asked.send((key.unwrap_or_default().to_owned(), body)) {
        Ok(()) if payer == "cust-3" => StatusCode::UNPROCESSABLE_ENTITY,
        Ok(()) => StatusCode::CREATED,
        Err(_) => StatusCode::GONE,
    };
    let session = json!({
        "id": "ses_1", "client_token": "ct_1", "expires_at": "2026-05-01T13:00:00Z",
    });
    (status, Json(json!({ "session": session })))
}

/// The orders `ord_1` and `ord_2` are those of `escrow-1`.
async fn list_orders(Query(query): Query<Vec<(String, String)>>) -> Json<Value> {
    let is_ada = query.iter().any(|(_, payer)| payer == "escrow-1");
    let orders = if is_ada {
        json!([{ "id": "ord_1" }, { "id": "ord_2" }])
    } else {
        json!([])
    };
    Json(json!({ "orders": orders }))
}

async fn act(
    State(asked): State<mpsc::UnboundedSender<Asked>>,
    Named((id, action)): Named<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> StatusCode {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let key = header("authorization").unwrap_or_default().to_owned();
    let idempotency_key = header("idempotency-key").unwrap_or_default();
    let told = json!({ "order": id, "action": action, "key": idempotency_key, "body": body });
    match asked.send((key, told)) {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::GONE,
    }
}

/// A proxy that opens every session but that of `cust-3`.
async fn proxy() -> Outcome<(String, mpsc::UnboundedReceiver<Asked>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (sender, receiver) = mpsc::unbounded_channel();
    let router = Router::new()
        .route("/v1/sessions", post(open_session))
        .route("/v1/orders", get(list_orders))
        .route("/v1/orders/{id}/actions/{action}", post(act))
        .with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((url, receiver))
}

impl Bench {
    async fn start() -> Outcome<Self> {
        Self::with(PayingWallet::Partner).await
    }

    async fn with(paying: PayingWallet) -> Outcome<Self> {
        let (proxy_url, asked) = proxy().await?;
        let page_dir = tempfile::tempdir()?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        std::fs::copy(root.join("index.html"), page_dir.path().join("index.html"))?;
        std::fs::create_dir(page_dir.path().join("demo"))?;
        for file in ["shop.css", "shop.js", "wallet.js"] {
            let from = root.join("demo").join(file);
            std::fs::copy(from, page_dir.path().join("demo").join(file))?;
        }
        let shop = ShopConfig {
            proxy_url: proxy_url.clone(),
            secret_key: "sk_PLANTED".to_owned(),
            page_dir: page_dir.path().to_owned(),
            notify_secret: Some(NOTIFY_SECRET.to_owned()),
            paying,
        };
        let config = Config {
            shop: Some(shop),
            ..Config::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        tokio::spawn(run(
            listener,
            Simulator::new(config, Clock::system()),
            future::pending(),
        ));
        Ok(Self {
            base,
            proxy_url,
            asked,
            client: Client::new(),
            _page_dir: page_dir,
        })
    }

    fn session(&self) -> RequestBuilder {
        self.client
            .post(format!("{}/offramp/session", self.base))
            .header("x-offramp", "1")
    }
}

#[tokio::test]
async fn the_page_embeds_the_element_from_the_proxy_under_a_strict_policy() -> Outcome {
    let bench = Bench::start().await?;
    let response = bench.client.get(&bench.base).send().await?;
    let policy = response
        .headers()
        .get(CONTENT_SECURITY_POLICY)
        .ok_or("no policy")?
        .to_str()?;
    let proxy = &bench.proxy_url;
    let expected = format!(
        "default-src 'none'; script-src 'self' {proxy} 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self' {proxy}; img-src 'self'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    assert_eq!(policy, expected);
    let page = response.text().await?;
    assert!(
        page.contains(&format!("src=\"{proxy}/offramp.js\"")),
        "{page}"
    );
    assert!(!page.contains("sk_PLANTED"));
    Ok(())
}

#[tokio::test]
async fn the_page_has_no_inline_script_and_no_inline_style() -> Outcome {
    let bench = Bench::start().await?;
    let page = bench.client.get(&bench.base).send().await?.text().await?;
    for script in page.split("<script").skip(1) {
        let (attributes, rest) = script.split_once('>').ok_or("an open tag")?;
        assert!(
            attributes.contains("src=") && rest.starts_with("</script>"),
            "{attributes}"
        );
    }
    assert!(
        !page.contains("<style") && !page.contains("style=\""),
        "an inline style"
    );
    for file in ["shop.css", "shop.js"] {
        let response = bench
            .client
            .get(format!("{}/demo/{file}", bench.base))
            .send()
            .await?;
        assert_eq!(response.status(), 200, "{file}");
    }
    Ok(())
}

#[tokio::test]
async fn a_session_is_opened_for_whoever_is_logged_in() -> Outcome {
    let mut bench = Bench::start().await?;
    let body = json!({ "payer": "cust-2", "payer_id": "cust-2" });
    let response = bench.session().json(&body).send().await?;
    assert_eq!(response.status(), 200);
    assert_eq!(
        response
            .headers()
            .get("cache-control")
            .map(reqwest::header::HeaderValue::as_bytes),
        Some(&b"no-store"[..])
    );
    let session: Value = response.json().await?;
    assert_eq!(
        session,
        json!({ "client_token": "ct_1", "expires_at": "2026-05-01T13:00:00Z" })
    );
    let (key, asked) = bench.asked.recv().await.ok_or("nothing asked")?;
    assert_eq!(key, "Bearer sk_PLANTED");
    let payer =
        json!({ "id": "cust-1", "provider_user_id": "8374f327-38bd-4b0b-b8a7-2524599eb903" });
    let expected = json!({ "payer": payer, "provider": "capa", "origin": bench.base });
    assert_eq!(asked, expected);
    Ok(())
}

#[tokio::test]
async fn a_login_changes_the_payer() -> Outcome {
    let mut bench = Bench::start().await?;
    let login = format!("{}/offramp/login", bench.base);
    let response = bench
        .client
        .post(&login)
        .json(&json!({ "payer": "cust-2" }))
        .send()
        .await?;
    assert_eq!(response.status(), 204);
    let cookie = response
        .headers()
        .get(SET_COOKIE)
        .ok_or("no cookie")?
        .to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    bench.session().header(COOKIE, &cookie).send().await?;
    let (_, asked) = bench.asked.recv().await.ok_or("nothing asked")?;
    assert_eq!(asked["payer"]["id"], "cust-2");
    let who: Value = bench
        .client
        .get(&login)
        .header(COOKIE, &cookie)
        .send()
        .await?
        .json()
        .await?;
    assert_eq!(who["payer"], "cust-2");
    assert_eq!(
        who["payers"][2],
        json!({
            "id": "cust-3", "name": "Eva Gómez", "provider": "capa", "verified": false, "note": "",
        })
    );
    Ok(())
}

#[tokio::test]
async fn only_those_are_customers_whom_the_paying_wallet_fits() -> Outcome {
    for (paying, expected, another) in [
        (
            PayingWallet::Partner,
            &[
                ("Ada Eze", "paga con su saldo en Cobalto"),
                ("Ben Adeyemi", "en revisión"),
            ][..],
            "escrow-3",
        ),
        (
            PayingWallet::External,
            &[("Cleo Obi", "firma con su cartera")],
            "escrow-1",
        ),
    ] {
        let bench = Bench::with(paying).await?;
        let payers = bench.payers().await?;
        let theirs = payers.iter().filter(|one| one["provider"] == "unigox");
        let theirs: Vec<_> = theirs.map(|one| (&one["name"], &one["note"])).collect();
        assert_eq!(json!(theirs), json!(expected), "{paying:?}");
        let body = json!({ "payer": another });
        let login = format!("{}/offramp/login", bench.base);
        let refused = bench.client.post(&login).json(&body).send().await?;
        assert_eq!(refused.status(), 401, "{paying:?}");
    }
    Ok(())
}

/// Nobody in the list is a dead end: the panel verifies whoever is not.
#[tokio::test]
async fn the_panel_verifies_every_customer_who_is_not() -> Outcome {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../index.html"))?;
    for paying in [PayingWallet::Partner, PayingWallet::External] {
        let bench = Bench::with(paying).await?;
        for payer in bench.payers().await? {
            if payer["verified"] == true {
                continue;
            }
            let name = payer["name"].as_str().ok_or("no name")?;
            let first = name.split(' ').next().ok_or("no first name")?;
            let (before, _) = page
                .split_once(&format!(">Verifica a {first}<"))
                .ok_or_else(|| format!("no button for {name}"))?;
            let path = between(before, "data-post=\"", "\"").ok_or("no path")?;
            let body = between(before, "data-body='", "'").ok_or("no body")?;
            let provider = payer["provider"].as_str().ok_or("no provider")?;
            let answer = bench
                .client
                .post(format!("{}/_sim/{provider}{path}", bench.base))
                .header("content-type", "application/json")
                .body(body.to_owned());
            assert_eq!(answer.send().await?.status(), 200, "{name}");
        }
        for payer in bench.payers().await? {
            assert_eq!(payer["verified"], true, "{payer} in {paying:?}");
        }
    }
    Ok(())
}

/// The last text of this kind.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, after) = text.rsplit_once(from)?;
    Some(after.split_once(to)?.0)
}

#[tokio::test]
async fn the_providers_are_those_of_the_simulator() -> Outcome {
    let bench = Bench::start().await?;
    let login = format!("{}/offramp/login", bench.base);
    let who: Value = bench.client.get(&login).send().await?.json().await?;
    assert_eq!(
        who["providers"],
        json!([
            { "name": "capa", "label": "Capa" },
            { "name": "cryptopocket", "label": "CryptoPocket" },
            { "name": "unigox", "label": "UNIGOX" },
        ])
    );
    Ok(())
}

#[tokio::test]
async fn only_known_origins_are_passed_on() -> Outcome {
    let mut bench = Bench::start().await?;
    let own = bench.base.clone();
    let cases = [
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("https://evil.example", &own),
    ];
    for (origin, expected) in cases {
        bench.session().header("origin", origin).send().await?;
        let (_, asked) = bench.asked.recv().await.ok_or("nothing asked")?;
        assert_eq!(asked["origin"], expected);
    }
    Ok(())
}

#[tokio::test]
async fn sessions_are_refused_to_strangers() -> Outcome {
    let bench = Bench::start().await?;
    let url = format!("{}/offramp/session", bench.base);
    assert_eq!(bench.client.post(&url).send().await?.status(), 403);
    let stranger = bench
        .session()
        .header(COOKIE, "cobalto_payer=nobody")
        .send()
        .await?;
    assert_eq!(stranger.status(), 401);
    let login = format!("{}/offramp/login", bench.base);
    let nobody = bench
        .client
        .post(&login)
        .json(&json!({ "payer": "nobody" }))
        .send()
        .await?;
    assert_eq!(nobody.status(), 401);
    let refused = bench
        .session()
        .header(COOKIE, "cobalto_payer=cust-3")
        .send()
        .await?;
    assert_eq!(refused.status(), 502);
    let body: Value = refused.json().await?;
    assert_eq!(body, json!({ "error": "the checkout refuses" }));
    Ok(())
}

#[tokio::test]
async fn without_a_secret_there_is_no_shop() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(run(
        listener,
        Simulator::new(Config::default(), Clock::system()),
        future::pending(),
    ));
    assert_eq!(reqwest::get(base).await?.status(), 404);
    Ok(())
}

impl Bench {
    /// Everybody who could log in.
    async fn payers(&self) -> Outcome<Vec<Value>> {
        let login = format!("{}/offramp/login", self.base);
        let who: Value = self.client.get(login).send().await?.json().await?;
        Ok(who["payers"].as_array().ok_or("no payers")?.clone())
    }

    /// A notification, signed by the library of the standard's own authors.
    async fn notify(&self, secret: &str, id: &str, body: &Value) -> Outcome<StatusCode> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let at_secs = i64::try_from(now.as_secs())?;
        let text = body.to_string();
        let signature = Webhook::new(secret)?.sign(id, at_secs, text.as_bytes())?;
        let request = self
            .client
            .post(format!("{}/offramp/notifications", self.base))
            .header("webhook-id", id)
            .header("webhook-timestamp", at_secs)
            .header("webhook-signature", format!("v1,AAAA {signature}"));
        Ok(request.body(text).send().await?.status())
    }

    async fn notices(&self) -> Outcome<Value> {
        let url = format!("{}/offramp/notifications", self.base);
        Ok(self.client.get(url).send().await?.json().await?)
    }
}

fn notification(sequence: u64, state: &str) -> Value {
    let order = json!({ "id": "ord_1", "sequence": sequence, "state": state, "custody": "payer" });
    let data = json!({ "order": order });
    json!({ "type": "order.updated", "timestamp": "2026-05-01T12:00:00Z", "data": data })
}

#[tokio::test]
async fn a_notification_is_heard_once() -> Outcome {
    let bench = Bench::start().await?;
    let first = notification(2, "created");
    for (id, body) in [
        ("msg_1", &first),
        ("msg_1", &first),
        ("msg_2", &notification(3, "completed")),
    ] {
        assert_eq!(bench.notify(NOTIFY_SECRET, id, body).await?, 204);
    }
    let notice = |id: &str, sequence: u64, state: &str| {
        json!({
            "id": id, "type": "order.updated", "order_id": "ord_1", "sequence": sequence,
            "state": state,
        })
    };
    let newest_first = json!([
        notice("msg_2", 3, "completed"),
        notice("msg_1", 2, "created")
    ]);
    assert_eq!(bench.notices().await?, newest_first);
    Ok(())
}

#[tokio::test]
async fn a_notification_of_somebody_else_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let body = notification(2, "completed");
    assert_eq!(bench.notify(other, "msg_1", &body).await?, 401);
    let url = format!("{}/offramp/notifications", bench.base);
    let unsigned = bench.client.post(url).body(body.to_string());
    assert_eq!(unsigned.send().await?.status(), 401);
    let strange = json!({ "type": "order.updated" });
    assert_eq!(bench.notify(NOTIFY_SECRET, "msg_1", &strange).await?, 400);
    assert_eq!(bench.notices().await?, json!([]));
    Ok(())
}

/// An order that waits for what the shop does, as the proxy tells of it.
fn waiting(order: &str, amount: &str, action: &str, state: &str) -> Value {
    let custody = if state == "refunded" {
        "returned"
    } else {
        "payer"
    };
    told(order, amount, action, (state, custody))
}

/// The same, wherever the crypto is.
fn told(order: &str, amount: &str, action: &str, (state, custody): (&str, &str)) -> Value {
    let actions = if action.is_empty() {
        json!([])
    } else {
        json!([{ "action": action, "by": "partner" }, { "action": "cancel", "by": "payer" }])
    };
    json!({
        "type": "order.updated", "timestamp": "2026-05-01T12:00:00Z",
        "data": { "order": {
            "id": order, "sequence": 4, "state": state, "custody": custody, "actions": actions,
            "crypto": { "token": "USDT", "network": "XAI", "amount": amount },
        } },
    })
}

async fn purse_of_ada(bench: &Bench) -> Outcome<Value> {
    let url = format!("{}/offramp/balances", bench.base);
    let balances: Vec<Value> = bench.client.get(url).send().await?.json().await?;
    let mut balances = balances.into_iter();
    let of_ada = balances.find(|one| one["customer"] == "escrow-1");
    Ok(of_ada.ok_or("no balance")?)
}

async fn balance(bench: &Bench) -> Outcome<Value> {
    Ok(purse_of_ada(bench).await?["amount"].clone())
}

#[tokio::test]
async fn what_the_shop_debits_it_authorises_once() -> Outcome {
    let mut bench = Bench::start().await?;
    let order = waiting("ord_1", "100.5", "authorise_transfer", "awaiting_deposit");
    for id in ["msg_1", "msg_2"] {
        bench.notify(NOTIFY_SECRET, id, &order).await?;
        let (key, asked) = bench.asked.recv().await.ok_or("nothing asked")?;
        assert_eq!(key, "Bearer sk_PLANTED");
        let body = json!({ "crypto_amount": "100.5", "reference": "debit-ord_1" });
        let expected = json!({
            "order": "ord_1", "action": "authorise_transfer",
            "key": "authorise_transfer-ord_1", "body": body,
        });
        assert_eq!(asked, expected);
        assert_eq!(balance(&bench).await?, "2399.5");
    }
    Ok(())
}

#[tokio::test]
async fn what_comes_back_is_credited_once() -> Outcome {
    let mut bench = Bench::start().await?;
    let order = waiting("ord_1", "100", "authorise_transfer", "awaiting_deposit");
    bench.notify(NOTIFY_SECRET, "msg_1", &order).await?;
    bench.asked.recv().await.ok_or("nothing asked")?;
    let owed = waiting("ord_1", "100", "authorise_refund", "refund_required");
    bench.notify(NOTIFY_SECRET, "msg_2", &owed).await?;
    let (_, asked) = bench.asked.recv().await.ok_or("nothing asked")?;
    assert_eq!(asked["action"], "authorise_refund");
    assert_eq!(asked["body"], json!({}));
    let back = waiting("ord_1", "100", "", "refunded");
    // Each of them is heard before the next order is paid for.
    for id in ["msg_3", "msg_4"] {
        bench.notify(NOTIFY_SECRET, id, &back).await?;
    }
    let next = waiting("ord_2", "1", "authorise_transfer", "awaiting_deposit");
    bench.notify(NOTIFY_SECRET, "msg_5", &next).await?;
    bench.asked.recv().await.ok_or("nothing asked")?;
    assert_eq!(balance(&bench).await?, "2499");
    Ok(())
}

#[tokio::test]
async fn nothing_is_credited_before_the_crypto_is_back() -> Outcome {
    let mut bench = Bench::start().await?;
    let order = waiting("ord_1", "100", "authorise_transfer", "awaiting_deposit");
    bench.notify(NOTIFY_SECRET, "msg_1", &order).await?;
    bench.asked.recv().await.ok_or("nothing asked")?;
    let next = waiting("ord_2", "1", "authorise_transfer", "awaiting_deposit");
    for (nth, (stands, expected)) in [
        (("failed", "unknown"), "2399"),
        (("failed", "provider"), "2399"),
        (("cancelled", "escrow"), "2399"),
        (("attention", "payer"), "2399"),
        (("failed", "returned"), "2499"),
        (("failed", "payer"), "2499"),
    ]
    .into_iter()
    .enumerate()
    {
        let told = told("ord_1", "100", "", stands);
        bench
            .notify(NOTIFY_SECRET, &format!("told_{nth}"), &told)
            .await?;
        // It is heard before the next order is paid for, which is debited once.
        bench
            .notify(NOTIFY_SECRET, &format!("next_{nth}"), &next)
            .await?;
        bench.asked.recv().await.ok_or("nothing asked")?;
        assert_eq!(balance(&bench).await?, expected, "{stands:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_balance_that_is_too_short_is_said_until_the_order_is_over() -> Outcome {
    let mut bench = Bench::start().await?;
    let order = waiting("ord_1", "3000", "authorise_transfer", "awaiting_deposit");
    let next = waiting("ord_2", "1", "authorise_transfer", "awaiting_deposit");
    for (id, order) in [("msg_1", &order), ("msg_2", &next)] {
        bench.notify(NOTIFY_SECRET, id, order).await?;
    }
    bench.asked.recv().await.ok_or("nothing asked")?;
    // Each order's owner is asked for by itself.
    let expected = json!([{ "order_id": "ord_1", "asked": "3000" }]);
    let said = async {
        while purse_of_ada(&bench).await?["short"] != expected {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok::<_, Box<dyn Error>>(())
    };
    tokio::time::timeout(Duration::from_secs(20), said).await??;
    let over = waiting("ord_1", "3000", "", "cancelled");
    for (id, order) in [("msg_3", &over), ("msg_4", &next)] {
        bench.notify(NOTIFY_SECRET, id, order).await?;
    }
    bench.asked.recv().await.ok_or("nothing asked")?;
    let ada = purse_of_ada(&bench).await?;
    assert_eq!(
        (&ada["short"], &ada["amount"]),
        (&json!([]), &json!("2499"))
    );
    Ok(())
}

#[tokio::test]
async fn nothing_is_authorised_without_a_balance_or_an_owner() -> Outcome {
    let mut bench = Bench::start().await?;
    for (id, order, amount) in [("msg_1", "ord_1", "2500.01"), ("msg_2", "ord_9", "1")] {
        let order = waiting(order, amount, "authorise_transfer", "awaiting_deposit");
        bench.notify(NOTIFY_SECRET, id, &order).await?;
    }
    // The first that is asked for is the one that can be paid.
    let order = waiting("ord_2", "1", "authorise_transfer", "awaiting_deposit");
    bench.notify(NOTIFY_SECRET, "msg_3", &order).await?;
    let (_, asked) = bench.asked.recv().await.ok_or("nothing asked")?;
    assert_eq!(asked["order"], "ord_2");
    assert_eq!(balance(&bench).await?, "2499");
    Ok(())
}

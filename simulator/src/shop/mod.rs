//! The demo partner: one page with the element on it, and the few lines of backend behind it.
//!
//! This is what a partner writes: a login of its own, and one call that opens a session for whoever
//! is logged in. The payer never comes from the request. What becomes of the orders it hears in
//! [`notices`]; where its own wallet pays, [`purse`] debits and authorises. [`wallet`] stands in for
//! a wallet of the payer's own.

mod customers;
pub(crate) mod notices;
mod purse;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use self::customers::Customer;
use self::purse::Purse;
use self::wallet::Wallet;
use crate::Simulator;
use crate::config::ShopConfig;
use crate::providers::Twin;

/// The shop at `/`, or one sentence if there is none.
pub(crate) fn router(config: Option<ShopConfig>, simulator: &Simulator) -> Router {
    let Some(config) = config else {
        return Router::new().route("/", get(no_shop));
    };
    let policy = content_security_policy(&config.proxy_url);
    let customers = customers::all(simulator, config.paying);
    let purse = Purse::new(&config, customers.into_iter().map(|one| one.id).collect());
    let secret = config.notify_secret.as_deref();
    let notices = notices::router(secret, simulator.clock().clone(), purse.clone());
    let files = ServeDir::new(config.page_dir.join("demo"));
    let shop = Shop {
        config,
        simulator: simulator.clone(),
        purse,
        wallet: Wallet::demo(simulator),
        client: reqwest::Client::new(),
    };
    Router::new()
        .route("/", get(page))
        .route("/offramp/session", post(open_session))
        .route("/offramp/login", get(logged_in).post(log_in))
        .route("/offramp/balances", get(balances))
        .route("/demo-wallet", post(ask_wallet))
        .nest_service("/demo", files)
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_SECURITY_POLICY,
            policy,
        ))
        .with_state(shop)
        .merge(notices)
}

#[derive(Clone)]
struct Shop {
    config: ShopConfig,
    simulator: Simulator,
    purse: Purse,
    wallet: Wallet,
    client: reqwest::Client,
}

/// Why the shop does not open a session.
#[derive(Debug)]
enum Refused {
    /// The request does not come from the element.
    NotTheElement,
    /// Nobody with this name is a customer.
    UnknownPayer,
    /// The proxy does not answer.
    ProxyAway(reqwest::Error),
    /// The proxy answers something else than a session.
    ProxyRefuses(StatusCode),
}

/// Who is logged in where nobody has logged in.
const DEFAULT_PAYER: &str = "cust-1";

const COOKIE: &str = "cobalto_payer";

/// Where the page is served while somebody works on the widget.
const DEV_ORIGINS: [&str; 2] = ["http://127.0.0.1:8081", "http://localhost:8081"];

async fn no_shop() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "no shop: OFFRAMP_SECRET_KEY is not set\n",
    )
}

/// The same page that Trunk serves, with the element loaded from the proxy's origin.
async fn page(State(shop): State<Shop>) -> Response {
    let path = shop.config.page_dir.join("index.html");
    match tokio::fs::read_to_string(&path).await {
        Ok(html) => Html(embed_from(&html, &shop.config.proxy_url)).into_response(),
        Err(error) => {
            tracing::error!(path = %path.display(), error = %error, "the page cannot be read");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the page is not built yet\n",
            )
                .into_response()
        }
    }
}

/// Loads the element from another origin. Quotes around an attribute may have been minified away.
fn embed_from(html: &str, proxy_url: &str) -> String {
    let embedded = format!("src=\"{proxy_url}/offramp.js\"");
    html.replace("src=\"/offramp.js\"", &embedded)
        .replace("src=/offramp.js", &embedded)
}

/// The strictest policy under which the element works.
fn content_security_policy(proxy_url: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self' {proxy_url} 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self' {proxy_url}; img-src 'self'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// What the element reads.
#[derive(Debug, Deserialize, Serialize)]
struct Session {
    client_token: String,
    expires_at: String,
}

#[derive(Debug, Deserialize)]
struct Opened {
    session: Session,
}

/// `POST /offramp/session`: the one call that a partner's backend makes.
async fn open_session(State(shop): State<Shop>, headers: HeaderMap) -> Result<Response, Refused> {
    if headers.get("x-offramp").is_none_or(|value| value != "1") {
        return Err(Refused::NotTheElement);
    }
    let payer = shop.payer(&headers)?;
    let session = shop.session(&payer, &page_origin(&headers)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(session)).into_response())
}

impl Shop {
    /// Who is logged in.
    fn payer(&self, headers: &HeaderMap) -> Result<Customer, Refused> {
        self.customer(cookie(headers).unwrap_or(DEFAULT_PAYER))
            .ok_or(Refused::UnknownPayer)
    }

    /// The shop knows its customers by its own ids.
    fn customer(&self, id: &str) -> Option<Customer> {
        customers::all(&self.simulator, self.config.paying)
            .into_iter()
            .find(|customer| customer.id == id)
    }

    async fn session(&self, payer: &Customer, origin: &str) -> Result<Session, Refused> {
        const TIME_LIMIT: Duration = Duration::from_secs(10);
        let body = json!({
            "payer": { "id": payer.id, "provider_user_id": payer.user },
            "provider": payer.provider,
            "origin": origin,
        });
        let response = self
            .client
            .post(format!("{}/v1/sessions", self.config.proxy_url))
            .bearer_auth(&self.config.secret_key)
            .timeout(TIME_LIMIT)
            .json(&body)
            .send()
            .await
            .map_err(Refused::ProxyAway)?;
        let status = response.status();
        if !status.is_success() {
            return Err(Refused::ProxyRefuses(status));
        }
        let Opened { session } = response.json().await.map_err(Refused::ProxyAway)?;
        Ok(session)
    }
}

/// The origin of the page: what the browser says if we know it, or else our own.
fn page_origin(headers: &HeaderMap) -> String {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let own = format!("http://{}", text(header::HOST).unwrap_or("127.0.0.1:4000"));
    match text(header::ORIGIN) {
        Some(origin) if DEV_ORIGINS.contains(&origin) => origin.to_owned(),
        Some(_) | None => own,
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Who is logged in, and who could be.
#[derive(Debug, Serialize)]
struct LoginView {
    payer: Option<String>,
    payers: Vec<Customer>,
    providers: Vec<ProviderView>,
}

/// A provider, as the page's panel names it.
#[derive(Debug, Serialize)]
struct ProviderView {
    name: &'static str,
    label: &'static str,
}

impl ProviderView {
    fn of(twin: &Arc<dyn Twin>) -> Self {
        Self {
            name: twin.name(),
            label: twin.label(),
        }
    }
}

async fn logged_in(State(shop): State<Shop>, headers: HeaderMap) -> Json<LoginView> {
    Json(LoginView {
        payer: shop.payer(&headers).ok().map(|customer| customer.id),
        payers: customers::all(&shop.simulator, shop.config.paying),
        providers: shop
            .simulator
            .twins()
            .iter()
            .map(ProviderView::of)
            .collect(),
    })
}

/// `GET /offramp/balances`: what each customer has at the shop, for the page's panel.
async fn balances(State(shop): State<Shop>) -> Json<Vec<purse::Balance>> {
    Json(shop.purse.balances())
}

/// `POST /demo-wallet`: what the page's test wallet is asked, in the words of EIP-1193.
async fn ask_wallet(State(shop): State<Shop>, Json(asked): Json<wallet::Asked>) -> Response {
    match shop.wallet.answer(&asked) {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": error.to_string() })),
        )
            .into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct LoginBody {
    payer: String,
}

/// `POST /offramp/login`: the demo's login asks for nothing but a name.
async fn log_in(
    State(shop): State<Shop>,
    Json(LoginBody { payer }): Json<LoginBody>,
) -> Result<Response, Refused> {
    shop.customer(&payer).ok_or(Refused::UnknownPayer)?;
    let cookie = format!("{COOKIE}={payer}; Path=/; HttpOnly; SameSite=Strict");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotTheElement => (StatusCode::FORBIDDEN, "the header x-offramp is missing"),
            Self::UnknownPayer => (StatusCode::UNAUTHORIZED, "nobody is logged in"),
            Self::ProxyAway(error) => {
                tracing::error!(error = %error, "the proxy does not answer");
                (StatusCode::BAD_GATEWAY, "the checkout does not answer")
            }
            Self::ProxyRefuses(status) => {
                tracing::error!(status = status.as_u16(), "the proxy refuses a session");
                (StatusCode::BAD_GATEWAY, "the checkout refuses")
            }
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn the_element_is_loaded_from_the_proxy() {
        let expected = r#"<script src="http://p:1/offramp.js"></script>"#;
        for page in [
            r#"<script src="/offramp.js"></script>"#,
            "<script src=/offramp.js></script>",
        ] {
            assert_eq!(embed_from(page, "http://p:1"), expected);
        }
    }

    #[test]
    fn the_origin_is_our_own_unless_it_is_one_we_know() {
        let own = [("host", "127.0.0.1:4000")];
        assert_eq!(page_origin(&headers(&own)), "http://127.0.0.1:4000");
        let known = [
            ("host", "127.0.0.1:4000"),
            ("origin", "http://localhost:8081"),
        ];
        assert_eq!(page_origin(&headers(&known)), "http://localhost:8081");
        let strange = [
            ("host", "127.0.0.1:4000"),
            ("origin", "https://evil.example"),
        ];
        assert_eq!(page_origin(&headers(&strange)), "http://127.0.0.1:4000");
    }

    #[test]
    fn the_login_is_found_among_other_cookies() {
        assert_eq!(
            cookie(&headers(&[("cookie", "a=b; cobalto_payer=cust-2")])),
            Some("cust-2")
        );
        assert_eq!(
            cookie(&headers(&[("cookie", "cobalto_payers=cust-2")])),
            None
        );
        assert_eq!(cookie(&headers(&[])), None);
    }
}

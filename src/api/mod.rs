//! The neutral API, as the browser sees it. The only file that speaks HTTP.

mod answers;
mod json;
mod read;
mod requests;

use std::{cell::RefCell, rc::Rc, time::Duration};

use gloo_net::http::{Method, RequestBuilder, Response};
use js_sys::{Function, Promise};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use offramp_domain::api::{
    Checkout, ErrorCode, Order, OrderRequest, OrderResponse, Problem, QuoteRequest, QuoteResponse,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use self::read::Read;
pub(crate) use self::{
    answers::Issued,
    read::body as read,
    requests::{account_to_save, one_text, quoted},
};
use crate::{clock::ClockOffset, config::Config, order::ActionRequest, state::StoredValue};

/// How long an answer may take. The proxy itself gives up on a provider after 15 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the proxy is asked to hold an answer back until something changes.
const WAIT_SECONDS: u32 = 25;

/// How long a held answer may take.
const LONG_PATIENCE: Duration = Duration::from_secs(40);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ApiError {
    /// The proxy said no, and why.
    Problem(Rc<Problem>),
    /// Nothing came back: whether the proxy heard is not known.
    Network,
    /// Something came back that is no answer of the proxy's.
    Unreadable,
}

impl ApiError {
    /// What went wrong, in a word; nothing when the proxy did not say.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Network | Self::Unreadable => None,
        }
    }

    /// What to quote when asking for help.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(&problem.request_id),
            Self::Network | Self::Unreadable => None,
        }
    }

    /// The proxy's own word, where it gave one.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            Self::Network | Self::Unreadable => None,
        }
    }
}

/// The proxy, in the context of every step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api(StoredValue<Rc<Connection>>);

/// What an order looks like after a poll.
#[derive(Debug)]
pub(crate) enum Polled {
    /// As it is now, and the tag to ask with next time.
    Changed(Rc<Order>, Option<String>),
    /// As it was. Whether the proxy held the answer back for that.
    Unchanged { was_held: bool },
}

/// A press, told apart from another press with the same content. The proxy does each one once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(String);

/// Ends a request when it is dropped, so that a component that is gone waits for nothing.
#[derive(Debug)]
pub(crate) struct Abort(Option<AbortController>);

/// Something that happens later, unless this is dropped before.
struct TimeLimit(TimeoutHandle);

/// A proxy, and who may speak to it.
#[derive(Debug)]
pub(crate) struct Connection {
    proxy: String,
    bearer: Bearer,
    clock: ClockOffset,
    /// Fetches the module that asks wallets.
    wallet: Option<Function>,
}

#[derive(Debug)]
enum Bearer {
    /// A session: asked for once, and once more when it has expired.
    Session {
        ask: Option<Function>,
        asked: RefCell<Option<Promise>>,
    },
    /// Permission to read one order.
    Resume(String),
}

struct Call<'a> {
    method: Method,
    path: &'a str,
    body: Option<String>,
    key: Option<&'a IdempotencyKey>,
    etag: Option<&'a str>,
    hold: Hold,
}

/// Whether the proxy should wait for a change before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    UntilChange,
    No,
}

struct Answer {
    status: u16,
    etag: Option<String>,
    was_held: bool,
    body: String,
}

impl Api {
    /// Speaks to the page's proxy: with a session, or with permission to read one order.
    pub(crate) fn new(config: &Config, resume: Option<String>, clock: ClockOffset) -> Self {
        let bearer = match resume {
            Some(token) => Bearer::Resume(token),
            None => Bearer::Session {
                ask: config.session.clone(),
                asked: RefCell::default(),
            },
        };
        let connection = Connection {
            proxy: config.proxy.clone(),
            bearer,
            clock,
            wallet: config.wallet.clone(),
        };
        Self(StoredValue::new(Rc::new(connection)))
    }

    /// The connection itself, for whoever outlives the component.
    pub(crate) fn connection(self) -> Option<Rc<Connection>> {
        self.0.try_get_value()
    }

    /// All that the first screen needs.
    pub(crate) async fn checkout(self) -> Result<Checkout, ApiError> {
        let connection = self.connection().ok_or(ApiError::Network)?;
        let answer = connection
            .call(&Call::get("checkout"), &Abort::new())
            .await?;
        let checkout: Checkout = answer.read()?;
        connection.clock.learn(checkout.server_time);
        Ok(checkout)
    }

    /// A price.
    pub(crate) async fn quote(self, request: QuoteRequest) -> Result<QuoteResponse, ApiError> {
        let connection = self.connection().ok_or(ApiError::Network)?;
        let call = Call::post("quotes", requests::quote(&request), None);
        let quoted: QuoteResponse = connection.call(&call, &Abort::new()).await?.read()?;
        connection.clock.learn(quoted.server_time);
        Ok(quoted)
    }

    /// Something that has no answer of its own to be read here: its text. Without a body it removes.
    pub(crate) async fn send(self, path: String, body: Option<String>) -> Result<String, ApiError> {
        let connection = self.connection().ok_or(ApiError::Network)?;
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::DELETE
        };
        let call = Call {
            method,
            body,
            ..Call::get(&path)
        };
        Ok(connection.call(&call, &Abort::new()).await?.body)
    }

    /// What fetches the module that asks wallets.
    pub(crate) fn wallet(self) -> Option<Function> {
        self.connection()?.wallet.clone()
    }

    /// A new order. The same key makes the same order, however often it is sent.
    pub(crate) async fn create_order(
        self,
        request: &OrderRequest,
        key: &IdempotencyKey,
    ) -> Result<Rc<Order>, ApiError> {
        let connection = self.connection().ok_or(ApiError::Network)?;
        let call = Call::post("orders", requests::order(request), Some(key));
        let answer = connection.call(&call, &Abort::new()).await?;
        connection.order(&answer)
    }

    /// One order as it is now.
    pub(crate) async fn order(self, id: &str) -> Result<Rc<Order>, ApiError> {
        let connection = self.connection().ok_or(ApiError::Network)?;
        let path = order_path(id);
        let answer = connection.call(&Call::get(&path), &Abort::new()).await?;
        connection.order(&answer)
    }
}

impl Connection {
    /// What tells two pollers of one order apart: an order read by its link shows less.
    pub(crate) fn identity(&self) -> (&str, bool) {
        (&self.proxy, matches!(self.bearer, Bearer::Resume(_)))
    }

    /// The server's clock.
    pub(crate) fn clock(&self) -> &ClockOffset {
        &self.clock
    }

    /// Whether the order has changed since it had this tag.
    pub(crate) async fn poll(
        &self,
        id: &str,
        etag: Option<&str>,
        hold: Hold,
        abort: &Abort,
    ) -> Result<Polled, ApiError> {
        let path = order_path(id);
        let call = Call {
            etag,
            hold,
            ..Call::get(&path)
        };
        let answer = self.call(&call, abort).await?;
        if answer.status == 304 {
            return Ok(Polled::Unchanged {
                was_held: answer.was_held,
            });
        }
        let order = self.order(&answer)?;
        Ok(Polled::Changed(order, answer.etag))
    }

    /// Does something with an order; answers also where to go on, where that was asked.
    pub(crate) async fn act(
        &self,
        id: &str,
        request: &ActionRequest,
        key: &IdempotencyKey,
    ) -> Result<(Rc<Order>, Option<String>), ApiError> {
        let path = [&order_path(id), "/actions/", request.action().as_str()].concat();
        let call = Call::post(&path, requests::action(request), Some(key));
        let answer = self.call(&call, &Abort::new()).await?;
        self.answered(&answer)
    }

    fn order(&self, answer: &Answer) -> Result<Rc<Order>, ApiError> {
        Ok(self.answered(answer)?.0)
    }

    fn answered(&self, answer: &Answer) -> Result<(Rc<Order>, Option<String>), ApiError> {
        let OrderResponse {
            order,
            server_time,
            verification_url,
        } = answer.read()?;
        self.clock.learn(server_time);
        Ok((Rc::new(order), verification_url))
    }

    /// Asks, and asks once more with a new session when the first one has expired.
    async fn call(&self, call: &Call<'_>, abort: &Abort) -> Result<Answer, ApiError> {
        let used = self.bearer.asked();
        let refused = match self.call_once(call, abort).await {
            Err(ApiError::Problem(problem)) if is_over(problem.code) => problem,
            answer => return answer,
        };
        match &self.bearer {
            Bearer::Resume(_) => Err(ApiError::Problem(refused)),
            Bearer::Session { asked, .. } => {
                // Another call may have renewed it already.
                if used.is_none() || self.bearer.asked() == used {
                    asked.replace(None);
                }
                self.call_once(call, abort).await
            }
        }
    }

    async fn call_once(&self, call: &Call<'_>, abort: &Abort) -> Result<Answer, ApiError> {
        let token = self.bearer.token().await?;
        let url = [&self.proxy, "/v1/", call.path].concat();
        let patience = match call.hold {
            Hold::UntilChange => LONG_PATIENCE,
            Hold::No => PATIENCE,
        };
        let _time_limit = abort.after(patience);
        let request = call
            .request(&url, &token, abort)
            .map_err(|_| ApiError::Network)?;
        let response = request.send().await.map_err(|_| ApiError::Network)?;
        // An answer that breaks off is no answer.
        let body = response.text().await.map_err(|_| ApiError::Network)?;
        Answer::from_response(&response, body)
    }
}

impl Bearer {
    /// The promise of the session that is in use.
    fn asked(&self) -> Option<JsValue> {
        match self {
            Self::Resume(_) => None,
            Self::Session { asked, .. } => asked.borrow().clone().map(JsValue::from),
        }
    }

    async fn token(&self) -> Result<String, ApiError> {
        let (ask, asked) = match self {
            Self::Resume(token) => return Ok(token.clone()),
            Self::Session { ask, asked } => (ask, asked),
        };
        let known = asked.borrow().clone();
        let promise = if let Some(promise) = known {
            promise
        } else {
            let ask = ask.as_ref().ok_or(ApiError::Network)?;
            let promise = ask
                .call0(&JsValue::UNDEFINED)
                .map_err(|_| ApiError::Network)?;
            let promise = Promise::resolve(&promise);
            asked.replace(Some(promise.clone()));
            promise
        };
        let token = JsFuture::from(promise)
            .await
            .ok()
            .and_then(|token| token.as_string());
        token.ok_or_else(|| {
            asked.replace(None);
            ApiError::Network
        })
    }
}

/// Whether a new session may help.
fn is_over(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::SessionExpired | ErrorCode::Unauthorized)
}

/// Where an order is.
pub(crate) fn order_path(id: &str) -> String {
    path("orders/", id)
}

/// Where something with an id is.
pub(crate) fn path(before: &str, id: &str) -> String {
    let id = String::from(js_sys::encode_uri_component(id));
    [before, &id].concat()
}

impl<'a> Call<'a> {
    fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            key: None,
            etag: None,
            hold: Hold::No,
        }
    }

    fn post(path: &'a str, body: String, key: Option<&'a IdempotencyKey>) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            key,
            ..Self::get(path)
        }
    }

    fn request(
        &self,
        url: &str,
        token: &str,
        abort: &Abort,
    ) -> Result<gloo_net::http::Request, gloo_net::Error> {
        let mut request = RequestBuilder::new(url)
            .method(self.method.clone())
            .header("Authorization", &["Bearer ", token].concat())
            .abort_signal(abort.signal().as_ref());
        if let Some(IdempotencyKey(key)) = self.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(etag) = self.etag {
            request = request.header("If-None-Match", etag);
            if self.hold == Hold::UntilChange {
                request = request.header("Prefer", &["wait=", &WAIT_SECONDS.to_string()].concat());
            }
        }
        match &self.body {
            Some(body) => request
                .header("Content-Type", "application/json")
                .body(body.as_str()),
            None => request.build(),
        }
    }
}

impl Answer {
    fn from_response(response: &Response, body: String) -> Result<Self, ApiError> {
        let status = response.status();
        if response.ok() || status == 304 {
            let headers = response.headers();
            let etag = headers.get("etag");
            let was_held = headers.get("preference-applied").is_some();
            return Ok(Self {
                status,
                etag,
                was_held,
                body,
            });
        }
        match read::body::<Problem>(&body) {
            Some(problem) => Err(ApiError::Problem(Rc::new(problem))),
            // A gateway in between may say that it got no answer.
            None if status >= 500 => Err(ApiError::Network),
            None => Err(ApiError::Unreadable),
        }
    }

    fn read<T: Read>(&self) -> Result<T, ApiError> {
        read::body(&self.body).ok_or(ApiError::Unreadable)
    }
}

impl IdempotencyKey {
    /// A new one. Random, also on a page without TLS, where `crypto.randomUUID` does not exist.
    pub(crate) fn random() -> Self {
        let mut key = String::with_capacity(32);
        for byte in random::<16>() {
            for half in [byte >> 4, byte & 0xf] {
                key.extend(char::from_digit(u32::from(half), 16));
            }
        }
        Self(key)
    }
}

/// Bytes that nobody can foresee.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Ok(crypto) = window().crypto() {
        // Refuses only more than 65,536 bytes.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}

impl Abort {
    pub(crate) fn new() -> Self {
        Self(AbortController::new().ok())
    }

    /// Ends the request now.
    pub(crate) fn now(&self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }

    /// Ends the request after a while, unless what is returned is dropped before.
    fn after(&self, patience: Duration) -> Option<TimeLimit> {
        let controller = self.0.clone()?;
        // A browser without timers is none.
        let handle = set_timeout_with_handle(move || controller.abort(), patience).ok()?;
        Some(TimeLimit(handle))
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        self.0.clear();
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        self.now();
    }
}

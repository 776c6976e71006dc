//! The whole widget on a page, with a proxy that answers as a test tells it to.

#![expect(
    dead_code,
    reason = "each of the files that share this uses a part of it"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a page that cannot be looked at fails its test"
)]

use std::{cell::RefCell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Object, Promise, Reflect};
use offramp_checkout::{Handle, mount, test_support::words};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    CustomEvent, DomException, Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement,
    Request, Response, ResponseInit, ShadowRoot, ShadowRootInit, ShadowRootMode, window,
};

/// When it is at the server in every answer, unless a test says otherwise.
pub(crate) const NOON: &str = "2026-05-01T12:00:00.000Z";

/// A moment this many milliseconds after noon.
pub(crate) fn after_noon(millis: u32) -> String {
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    format!(
        "2026-05-01T12:{:02}:{:02}.{millis:03}Z",
        seconds / 60,
        seconds % 60
    )
}

/// What the proxy was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) key: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) prefer: Option<String>,
}

/// What the proxy answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Json(u16, Value),
    /// The same, after a while.
    Later(u32, u16, Value),
    /// The connection breaks.
    Cut,
    /// Nothing, until the widget gives up.
    Never,
}

type Script = Rc<dyn Fn(&Asked) -> Answer>;

/// A proxy whose answers are scripted. The script is asked for every request, in order.
#[derive(Clone)]
pub(crate) struct Proxy {
    asked: Rc<RefCell<Vec<Asked>>>,
    script: Rc<RefCell<Script>>,
}

impl Proxy {
    /// One that offers Mexico and USDC on Polygon, and sells at 18.184665 pesos.
    pub(crate) fn new() -> Self {
        Self::scripted(usual)
    }

    pub(crate) fn scripted(script: impl Fn(&Asked) -> Answer + 'static) -> Self {
        Self {
            asked: Rc::default(),
            script: Rc::new(RefCell::new(Rc::new(script))),
        }
    }

    /// From now on it answers like this.
    pub(crate) fn answer(&self, script: impl Fn(&Asked) -> Answer + 'static) {
        *self.script.borrow_mut() = Rc::new(script);
    }

    /// Everything that was asked of this path.
    pub(crate) fn asked(&self, method: &str, path: &str) -> Vec<Asked> {
        let asked = self.asked.borrow();
        asked
            .iter()
            .filter(|asked| asked.method == method && asked.path == path)
            .cloned()
            .collect()
    }

    /// Prices that were asked for, of one kind.
    pub(crate) fn quotes(&self, kind: &str) -> Vec<Asked> {
        let all = self.asked("POST", "/v1/quotes");
        all.into_iter()
            .filter(|asked| asked.body["kind"] == kind)
            .collect()
    }

    /// Stands in for the browser's `fetch`.
    fn take_over(&self) {
        let proxy = self.clone();
        let fetch = Closure::<dyn Fn(Request) -> Promise>::new(move |request| {
            let proxy = proxy.clone();
            future_to_promise(async move { proxy.respond(request).await })
        });
        let window = window().unwrap();
        Reflect::set(&window, &"fetch".into(), &fetch.into_js_value()).unwrap();
    }

    async fn respond(&self, request: Request) -> Result<JsValue, JsValue> {
        let header = |name: &str| request.headers().get(name).ok().flatten();
        let text = JsFuture::from(request.clone()?.text()?)
            .await?
            .as_string()
            .unwrap_or_default();
        let url = web_sys::Url::new(&request.url())?;
        assert_eq!(
            url.origin(),
            "https://proxy.test",
            "a request left the proxy's origin"
        );
        let asked = Asked {
            method: request.method(),
            path: url.pathname(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            key: header("idempotency-key"),
            authorization: header("authorization"),
            etag: header("if-none-match"),
            prefer: header("prefer"),
        };
        self.asked.borrow_mut().push(asked.clone());
        let script = self.script.borrow().clone();
        match script(&asked) {
            Answer::Json(status, body) => response(status, &body),
            Answer::Later(millis, status, body) => {
                TimeoutFuture::new(millis).await;
                response(status, &body)
            }
            Answer::Cut => Err(js_sys::TypeError::new("Failed to fetch").into()),
            Answer::Never => {
                let signal = request.signal();
                let ended = Promise::new(&mut |resolve, _| {
                    signal
                        .add_event_listener_with_callback("abort", &resolve)
                        .unwrap();
                });
                JsFuture::from(ended).await?;
                Err(DomException::new_with_message_and_name("aborted", "AbortError")?.into())
            }
        }
    }
}

fn response(status: u16, body: &Value) -> Result<JsValue, JsValue> {
    let init = ResponseInit::new();
    init.set_status(status);
    if status == 304 || status == 204 {
        return Response::new_with_opt_str_and_init(None, &init).map(JsValue::from);
    }
    let response = Response::new_with_opt_str_and_init(Some(&body.to_string()), &init)?;
    if let Some(sequence) = body.pointer("/order/sequence") {
        response
            .headers()
            .set("etag", &format!("\"{sequence}-p\""))?;
    }
    Ok(response.into())
}

/// What the proxy of [`Proxy::new`] answers.
pub(crate) fn usual(asked: &Asked) -> Answer {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/v1/checkout") => Answer::Json(200, checkout()),
        ("POST", "/v1/quotes") => Answer::Json(200, quoted(asked, "18.184665", 60_000)),
        ("POST", "/v1/orders") => Answer::Json(201, order("ord_1", "awaiting_deposit")),
        ("GET", _) => Answer::Never,
        _ => Answer::Json(404, problem(404, "not_found")),
    }
}

/// The first screen's data.
pub(crate) fn checkout() -> Value {
    json!({
        "assets": [
            asset("USDC", "POL", "Polygon"),
            asset("USDC", "SOL", "Solana"),
            asset("USDT", "ETH", "Ethereum"),
        ],
        "countries": [
            country("MX", "MXN", "100", "400000"),
            country("DO", "DOP", "300", "1000000"),
            country("US", "USD", "5", "25000"),
            country("SEPA", "EUR", "5", "25000"),
        ],
        "destinations": [], "receiver": null,
        "verification": { "status": "verified" },
        "prefill": { "country": "MX", "token": "USDC", "network": "POL" },
        "lock": [], "order": null, "orders": [], "quote_needs_destination": false,
        "server_time": NOON,
    })
}

fn asset(token: &str, network: &str, network_name: &str) -> Value {
    json!({
        "token": token, "network": network, "name": token, "network_name": network_name,
        "decimals": 6, "chain_id": null, "token_contract": null, "min": "5", "max": "25000",
    })
}

fn country(code: &str, currency: &str, min: &str, max: &str) -> Value {
    json!({
        "country": code, "currency": currency, "min": min, "max": max,
        "form": { "kind": "built_in" },
    })
}

/// A price for what was asked, at a rate, that lives this long.
pub(crate) fn quoted(asked: &Asked, rate: &str, life_ms: u32) -> Value {
    use offramp_domain::{
        money::{Amount, Currency},
        quote::{crypto_for, fiat_for},
    };
    let amount = |key: &str| {
        asked.body[key]
            .as_str()
            .and_then(|text| text.parse::<Amount>().ok())
    };
    let rate: Amount = rate.parse().unwrap();
    let currency = match asked.body["country"].as_str() {
        Some("DO") => Currency::Dop,
        Some("US") => Currency::Usd,
        Some("SEPA") => Currency::Eur,
        _ => Currency::Mxn,
    };
    let crypto = amount("crypto_amount")
        .or_else(|| crypto_for(amount("fiat_amount")?, rate, 6))
        .unwrap();
    let fiat = fiat_for(crypto, rate, currency).unwrap().to_string();
    let kind = asked.body["kind"].clone();
    json!({
        "quote": {
            "id": format!("quo_{fiat}"), "kind": kind, "guarantee": "exact",
            "token": asked.body["token"], "network": asked.body["network"],
            "crypto_amount": crypto, "currency": currency,
            "fiat_amount": fiat, "fiat_minimum": fiat, "rate": rate,
            "fees": [], "expires_at": after_noon(life_ms),
        },
        "server_time": NOON,
    })
}

/// An order for 100 USDC.
pub(crate) fn order(id: &str, state: &str) -> Value {
    let deposit = (state == "awaiting_deposit").then(|| {
        json!({
            "kind": "transfer_to_address", "network": "POL", "token": "USDC",
            "token_contract": null, "address": "0x7796d4f304bd84171ee6730ad0f69c07a47e786d",
            "amount": "100", "payment_uri": null, "after_sending": "report_sent",
            "offer": "live", "offer_until": after_noon(1_800_000),
        })
    });
    json!({
        "order": {
            "id": id, "state": state, "custody": "payer", "sequence": 3,
            "crypto": { "token": "USDC", "network": "POL", "amount": "100" },
            "fiat": { "currency": "MXN", "amount": "1818.46", "guarantee": "exact" },
            "rate": "18.184665", "fees": [],
            "destination": {
                "country": "MX", "bank_name": "Santander", "masked": "•••• 7120",
            },
            "deposit": deposit, "actions": [], "next": null, "pending_action": null,
            "timeline": [], "tx_hash": null, "explorer_url": null, "refund": null,
            "reason": null, "resume_token": null, "created_at": NOON, "updated_at": NOON,
        },
        "server_time": NOON,
    })
}

/// A refusal.
pub(crate) fn problem(status: u16, code: &str) -> Value {
    json!({
        "type": "about:blank", "title": code, "status": status, "code": code,
        "retryable": false, "request_id": "req_1",
    })
}

/// A refusal with more to say.
pub(crate) fn problem_with(status: u16, code: &str, more: Value) -> Value {
    let mut problem = problem(status, code);
    if let (Some(problem), Value::Object(more)) = (problem.as_object_mut(), more) {
        problem.extend(more);
    }
    problem
}

/// The widget on a page.
pub(crate) struct Page {
    pub(crate) proxy: Proxy,
    host: HtmlElement,
    shadow: ShadowRoot,
    handle: Option<Handle>,
    events: Rc<RefCell<Vec<(String, Value)>>>,
}

const EVENTS: [&str; 7] = [
    "offramp:ready",
    "offramp:step-change",
    "offramp:order-created",
    "offramp:status-change",
    "offramp:complete",
    "offramp:cancel",
    "offramp:error",
];

impl Page {
    /// In Spanish, with nothing but a session.
    pub(crate) async fn open(proxy: Proxy) -> Self {
        Self::open_with(proxy, json!({})).await
    }

    /// With more options.
    pub(crate) async fn open_with(proxy: Proxy, options: Value) -> Self {
        // What the page before left is taken away a moment later.
        TimeoutFuture::new(1).await;
        proxy.take_over();
        let window = window().unwrap();
        let storage = window.session_storage().unwrap().unwrap();
        if options["keep_storage"].is_null() {
            storage.clear().unwrap();
        }
        let document = window.document().unwrap();
        let host: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        document.body().unwrap().append_child(&host).unwrap();
        let shadow = host
            .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
            .unwrap();
        let root: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        shadow.append_child(&root).unwrap();
        let events = listen(&host);
        let handle = mount(host.clone(), root, &to_js(&options)).unwrap();
        let page = Self {
            proxy,
            host,
            shadow,
            handle: Some(handle),
            events,
        };
        page.until("the first screen", || page.find("h2").is_some())
            .await;
        page
    }

    /// Options that the page changes later.
    pub(crate) fn update(&self, options: &Value) {
        if let Some(handle) = &self.handle {
            handle.update(&to_js(options)).unwrap();
        }
    }

    /// What the element fired, by name.
    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        let events = self.events.borrow();
        events
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, detail)| detail.clone())
            .collect()
    }

    pub(crate) fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.shadow
            .query_selector(selector)
            .unwrap()
            .map(JsCast::unchecked_into)
    }

    #[track_caller]
    pub(crate) fn element(&self, selector: &str) -> HtmlElement {
        match self.find(selector) {
            Some(element) => element,
            None => panic!("no {selector} in: {}", self.words()),
        }
    }

    /// All words on the screen, with plain spaces.
    pub(crate) fn words(&self) -> String {
        let first = self
            .shadow
            .first_element_child()
            .map(JsCast::unchecked_into::<HtmlElement>);
        plain(&first.map(|first| first.inner_text()).unwrap_or_default())
    }

    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        plain(&self.element(selector).text_content().unwrap_or_default())
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        let text = self.words();
        assert!(text.contains(words), "{words:?} is not in {text:?}");
    }

    #[track_caller]
    pub(crate) fn is_silent_about(&self, words: &str) {
        let text = self.words();
        assert!(!text.contains(words), "{words:?} is in {text:?}");
    }

    /// What stands in a field.
    #[track_caller]
    pub(crate) fn value(&self, name: &str) -> String {
        let element = self.element(&format!("[name='{name}']"));
        match element.dyn_into::<HtmlInputElement>() {
            Ok(input) => plain(&input.value()),
            Err(other) => other.unchecked_into::<HtmlSelectElement>().value(),
        }
    }

    /// What is wrong with a field, as a screen reader would find it.
    #[track_caller]
    pub(crate) fn trouble(&self, name: &str) -> Option<String> {
        let element = self.element(&format!("[name='{name}']"));
        if element.get_attribute("aria-invalid").as_deref() != Some("true") {
            return None;
        }
        let ids = element
            .get_attribute("aria-describedby")
            .unwrap_or_default();
        let last = ids.split(' ').next_back().unwrap_or_default().to_owned();
        let problem = self.shadow.get_element_by_id(&last);
        problem
            .and_then(|problem| problem.text_content())
            .map(|text| plain(&text))
    }

    /// Types into a field and stays there.
    pub(crate) async fn type_in(&self, name: &str, text: &str) {
        let input: HtmlInputElement = self
            .element(&format!("input[name='{name}']"))
            .unchecked_into();
        input.set_value(text);
        fire(&input, "input");
        settle().await;
    }

    /// Types into a field and leaves it.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        self.type_in(name, text).await;
        self.leave(name).await;
    }

    pub(crate) async fn leave(&self, name: &str) {
        fire(&self.element(&format!("[name='{name}']")), "blur");
        settle().await;
    }

    /// Chooses from a list or among radio buttons.
    pub(crate) async fn choose(&self, name: &str, value: &str) {
        let radio = format!("input[name='{name}'][value='{value}']");
        if let Some(radio) = self.find(&radio) {
            radio.click();
        } else {
            let select: HtmlSelectElement = self
                .element(&format!("select[name='{name}']"))
                .unchecked_into();
            select.set_value(value);
            fire(&select, "change");
        }
        settle().await;
    }

    pub(crate) async fn press(&self, action: &str) {
        self.element(&format!("[data-action='{action}']")).click();
        settle().await;
    }

    /// The `name` of the field that has the focus.
    pub(crate) fn focused(&self) -> Option<String> {
        self.shadow
            .active_element()
            .and_then(|element| element.get_attribute("name"))
    }

    /// Waits until something is so, and fails after two seconds.
    pub(crate) async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        for _ in 0..200 {
            if is_so() {
                return;
            }
            TimeoutFuture::new(10).await;
        }
        panic!(
            "waited in vain for {what}; the screen says: {}",
            self.words()
        );
    }

    pub(crate) async fn until_says(&self, words: &str) {
        self.until(words, || self.words().contains(words)).await;
    }

    pub(crate) async fn until_step(&self, step: &str) {
        let selector = format!("[data-testid='step-{step}']");
        self.until(step, || self.find(&selector).is_some()).await;
        settle().await;
    }

    /// From the first step to the second, with 100 USDC.
    pub(crate) async fn to_bank(&self, country: &str) {
        self.until_step("amount").await;
        self.choose("country", country).await;
        self.fill("crypto_amount", "100").await;
        self.press("continue").await;
        self.until_step("bank").await;
    }

    /// From the first step to the third, to an account in Mexico.
    pub(crate) async fn to_confirm(&self) {
        self.to_bank("MX").await;
        self.fill("clabe", "014680260346007120").await;
        self.press("continue").await;
        self.until_step("confirm").await;
    }

    /// Takes the widget off the page, as the loader does.
    pub(crate) fn close(mut self) {
        if let Some(handle) = self.handle.take() {
            handle.unmount();
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.handle = None;
        self.host.remove();
    }
}

fn listen(host: &HtmlElement) -> Rc<RefCell<Vec<(String, Value)>>> {
    let events = Rc::new(RefCell::new(Vec::new()));
    for name in EVENTS {
        let heard = Rc::clone(&events);
        let listener = Closure::<dyn Fn(CustomEvent)>::new(move |event: CustomEvent| {
            let detail = js_sys::JSON::stringify(&event.detail()).unwrap();
            let detail = serde_json::from_str(&String::from(detail)).unwrap();
            heard.borrow_mut().push((name.to_owned(), detail));
        });
        let listener = listener.into_js_value();
        host.add_event_listener_with_callback(name, listener.unchecked_ref())
            .unwrap();
    }
    events
}

/// The options as the loader hands them over.
fn to_js(options: &Value) -> JsValue {
    let object: Object = js_sys::JSON::parse(&options.to_string())
        .unwrap()
        .unchecked_into();
    let set = |name: &str, value: JsValue| {
        if Reflect::get(&object, &name.into()).unwrap().is_undefined() {
            Reflect::set(&object, &name.into(), &value).unwrap();
        }
    };
    set("proxy", "https://proxy.test".into());
    set("locale", "es-MX".into());
    set(
        "words",
        words(options["locale"].as_str().unwrap_or("es-MX")).into(),
    );
    // A new token for each call, so that a test sees which one was used.
    let session = Function::new_no_args(
        "globalThis.tokens = (globalThis.tokens ?? 0) + 1; return Promise.resolve('token-' + globalThis.tokens)",
    );
    set("session", session.into());
    // What a test of wallets puts there.
    let wallet = Function::new_no_args("return globalThis.walletModule?.()");
    set("wallet", wallet.into());
    object.into()
}

fn fire(element: &Element, name: &str) {
    element.dispatch_event(&Event::new(name).unwrap()).unwrap();
}

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// Lets effects and promises of this moment run.
pub(crate) async fn settle() {
    for _ in 0..5 {
        leptos::task::tick().await;
    }
    TimeoutFuture::new(0).await;
}

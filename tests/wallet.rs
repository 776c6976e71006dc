//! The payer's own wallet in a real browser: linked, and asked to sign. A wallet of the test's
//! announces itself as browser extensions do.

#![cfg(target_arch = "wasm32")]

mod support;

use std::cell::Cell;

use serde_json::{Value, json};
use support::{
    Answer, Asked, NOON, Page, Proxy, after_noon, checkout, order, problem, settle, usual,
};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MODULE: &str = include_str!("../src/wallet.js");
const ACCOUNT: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const OTHER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const MESSAGE: &str = "pay.example wants you to sign in\nÑ";
const IN_HEX: &str = "0x7061792e6578616d706c652077616e747320796f7520746f207369676e20696e0ac391";

#[wasm_bindgen(inline_js = "
let wallets = [];
let asked = [];
function provider(wallet) {
  return { async request({ method, params }) {
    asked.push({ method, params });
    if (method === wallet.refuses) throw { code: wallet.code ?? 4001 };
    switch (method) {
      case 'eth_requestAccounts': return wallet.accounts;
      case 'eth_chainId': return wallet.chain;
      case 'wallet_switchEthereumChain': wallet.chain = params[0].chainId; return null;
      default: return '0xsigned by ' + wallet.name;
    }
  } };
}
addEventListener('eip6963:requestProvider', () => {
  for (const wallet of wallets) {
    const info = { uuid: wallet.name, name: wallet.name, icon: 'data:,', rdns: 'test' };
    const detail = wallet.broken ? wallet.detail : { info, provider: provider(wallet) };
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  }
});
export function wallets_are(text, json) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  globalThis.walletModule = () => import(url);
  wallets = JSON.parse(json);
  asked = [];
}
export function change_wallets(json) { wallets = JSON.parse(json); }
export function asked_of_wallets() { return JSON.stringify(asked); }
export function no_module() { globalThis.walletModule = () => Promise.reject(new Error()); }
")]
extern "C" {
    fn wallets_are(text: &str, json: &str);
    fn change_wallets(json: &str);
    fn asked_of_wallets() -> String;
    fn no_module();
}

fn wallet(name: &str) -> Value {
    json!({ "name": name, "accounts": [ACCOUNT], "chain": "0xa1337" })
}

fn with(mut wallet: Value, key: &str, value: Value) -> Value {
    wallet[key] = value;
    wallet
}

/// What wallets were asked by one method.
fn asked(method: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(&asked_of_wallets()).unwrap_or_default();
    let of = |asked: &Value| (asked["method"] == method).then(|| asked["params"].clone());
    all.iter().filter_map(of).collect()
}

/// A proxy that wants a wallet linked before anything else.
fn linking(asked: &Asked) -> Answer {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/v1/checkout") => {
            let mut checkout = checkout();
            checkout["wallet"] = json!("required");
            Answer::Json(200, checkout)
        }
        ("POST", "/v1/wallets/challenge") => Answer::Json(
            200,
            json!({ "message": MESSAGE, "expires_at": after_noon(300_000) }),
        ),
        ("POST", "/v1/wallets") => Answer::Json(201, json!({ "address": ACCOUNT })),
        _ => usual(asked),
    }
}

async fn to_link(wallets: Value) -> Page {
    wallets_are(MODULE, &wallets.to_string());
    let page = Page::open(Proxy::scripted(linking)).await;
    page.until_step("amount").await;
    page.fill("crypto_amount", "100").await;
    page.press("continue").await;
    page.until_step("wallet").await;
    page
}

async fn press_wallet(page: &Page) {
    page.until("a wallet", || page.find("[data-action='wallet']").is_some())
        .await;
    page.press("wallet").await;
}

#[wasm_bindgen_test]
async fn a_wallet_is_linked_for_good_before_an_account_is_asked_for() {
    let page = to_link(json!([wallet("Fox")])).await;
    page.says("Vincula tu wallet");
    page.says("No mueve dinero ni da permisos");
    page.says("Es para siempre");
    page.until_says("Conectar Fox").await;
    press_wallet(&page).await;
    page.until_says(ACCOUNT).await;
    assert!(asked("personal_sign").is_empty(), "it only connects");

    page.press("link-wallet").await;
    page.until_step("bank").await;
    let challenge = page.proxy.asked("POST", "/v1/wallets/challenge");
    assert_eq!(challenge[0].body, json!({ "address": ACCOUNT }));
    let signed = json!([IN_HEX, ACCOUNT]);
    assert_eq!(asked("personal_sign"), [signed]);
    let linked = page.proxy.asked("POST", "/v1/wallets");
    let body = json!({ "address": ACCOUNT, "message": MESSAGE, "signature": "0xsigned by Fox" });
    assert_eq!(linked[0].body, body);
    page.until("the focus", || {
        page.element("h2").matches(":focus") == Ok(true)
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_wallet_that_is_known_is_not_asked_for() {
    wallets_are(MODULE, "[]");
    let page = Page::open(Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/checkout" => {
            let mut checkout = checkout();
            checkout["wallet"] = json!("linked");
            Answer::Json(200, checkout)
        }
        _ => usual(asked),
    }))
    .await;
    page.to_bank("MX").await;
    assert!(page.find("[data-testid='step-wallet']").is_none());
}

#[wasm_bindgen_test]
async fn every_wallet_is_offered_by_its_name_and_broken_ones_are_passed_over() {
    let broken = |detail: Value| json!({ "broken": true, "detail": detail });
    let page = to_link(json!([
        broken(Value::Null),
        broken(json!({ "info": { "uuid": "1", "name": "<b>" } })),
        broken(json!({ "provider": {} })),
        wallet("Fox"),
        wallet("<img src=x>"),
    ]))
    .await;
    page.until_says("Conectar Fox").await;
    page.says("Conectar <img src=x>");
    assert!(page.find("img").is_none());
    let count = page.words().matches("Conectar").count();
    assert_eq!(count, 2);
}

#[wasm_bindgen_test]
async fn without_a_wallet_it_is_said_what_to_do() {
    let page = to_link(json!([])).await;
    page.until_says("No encontramos ninguna wallet").await;
    page.says("Instala la extensión");
    change_wallets(&json!([wallet("Fox")]).to_string());
    page.press("look-again").await;
    page.until_says("Conectar Fox").await;
}

#[wasm_bindgen_test]
async fn a_module_that_does_not_come_can_be_asked_for_again() {
    wallets_are(MODULE, "[]");
    no_module();
    let page = Page::open(Proxy::scripted(linking)).await;
    page.until_step("amount").await;
    page.fill("crypto_amount", "100").await;
    page.press("continue").await;
    page.until_says("No pudimos conectarnos").await;
    wallets_are(MODULE, &json!([wallet("Fox")]).to_string());
    page.press("look-again").await;
    page.until_says("Conectar Fox").await;
}

#[wasm_bindgen_test]
async fn who_refuses_to_link_can_try_again_or_take_another() {
    let refusing = with(wallet("Fox"), "refuses", json!("personal_sign"));
    let page = to_link(json!([refusing])).await;
    press_wallet(&page).await;
    page.until_says(ACCOUNT).await;
    page.press("link-wallet").await;
    page.until_says("Rechazaste la solicitud").await;
    assert!(page.proxy.asked("POST", "/v1/wallets").is_empty());

    page.press("other-wallet").await;
    page.until_says("Conectar Fox").await;
    change_wallets(&json!([with(wallet("Fox"), "accounts", json!([OTHER]))]).to_string());
    page.press("wallet").await;
    page.until_says("Vas a vincular").await;
}

#[wasm_bindgen_test]
async fn an_order_that_needs_a_wallet_leads_to_it() {
    let is_linked = Cell::new(false);
    wallets_are(MODULE, &json!([wallet("Fox")]).to_string());
    let page = Page::open(Proxy::scripted(move |asked| {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/v1/checkout") => usual(asked),
            ("POST", "/v1/wallets") => {
                is_linked.set(true);
                linking(asked)
            }
            ("POST", "/v1/orders") if !is_linked.get() => {
                Answer::Json(409, problem(409, "wallet_not_linked"))
            }
            _ => linking(asked),
        }
    }))
    .await;
    page.to_confirm().await;
    page.until_says("1,818.46").await;
    page.press("confirm").await;
    page.until_says("Primero hay que vincular tu wallet").await;
    page.press("to-wallet").await;
    page.until_step("wallet").await;
    press_wallet(&page).await;
    page.until_says("Vas a vincular").await;
    page.press("link-wallet").await;
    page.until_step("bank").await;
    assert_eq!(page.value("clabe"), "014 680 26034600712 0");
}

/// An order that a signature of the payer's wallet moves.
fn to_sign(state: &str, action: &str) -> Value {
    let mut order = order("ord_1", state)["order"].clone();
    order["crypto"] = json!({ "token": "USDT", "network": "XAI", "amount": "100" });
    order["deposit"] = if state == "awaiting_deposit" {
        json!({
            "kind": "sign_typed_data", "network": "XAI", "token": "USDT", "amount": "100",
            "signer": null, "offer": "live", "offer_until": after_noon(900_000),
        })
    } else {
        Value::Null
    };
    order["actions"] = json!([{ "action": action, "required": true, "by": "payer" }]);
    order["next"] = json!({ "by": "payer", "until": after_noon(900_000) });
    order
}

fn typed_data() -> Value {
    json!({
        "domain": { "name": "Forwarder", "version": "1", "chainId": 660_279 },
        "types": { "ForwardRequest": [{ "name": "from", "type": "address" }] },
        "primaryType": "ForwardRequest",
        "message": { "from": ACCOUNT },
    })
}

/// A proxy with such an order, whose signing requests live this long.
fn signing(order: Value, life_ms: u32) -> Proxy {
    Proxy::scripted(
        move |asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/v1/checkout") => {
                let mut checkout = checkout();
                checkout["order"] = order.clone();
                Answer::Json(200, checkout)
            }
            ("POST", "/v1/orders/ord_1/signing_requests") => Answer::Json(
                200,
                json!({
                    "id": "sig_1", "signer": ACCOUNT.to_lowercase(), "typed_data": typed_data(),
                    "expires_at": after_noon(life_ms),
                }),
            ),
            ("POST", _) => {
                let mut order = order.clone();
                order["state"] = json!("deposit_submitted");
                order["sequence"] = json!(4);
                order["deposit"] = Value::Null;
                order["actions"] = json!([]);
                Answer::Json(200, json!({ "order": order, "server_time": NOON }))
            }
            _ => usual(asked),
        },
    )
}

async fn to_transfer(wallets: Value, life_ms: u32) -> Page {
    wallets_are(MODULE, &wallets.to_string());
    let order = to_sign("awaiting_deposit", "authorise_transfer");
    let page = Page::open(signing(order, life_ms)).await;
    page.until_step("deposit").await;
    page
}

fn handed_in(page: &Page, action: &str) -> Vec<Asked> {
    let path = format!("/v1/orders/ord_1/actions/{action}");
    page.proxy.asked("POST", &path)
}

#[wasm_bindgen_test]
async fn a_transfer_is_signed_after_the_screen_has_said_what_is_signed() {
    let page = to_transfer(json!([wallet("Fox")]), 300_000).await;
    page.says("Firma el envío");
    page.says("exactamente 100 USDT por Xai, a un depósito en garantía para este pedido");
    page.says("No da ningún otro permiso");
    page.says("no pagas comisión de red");
    page.says("Te toca a ti, hasta el 1 de mayo");
    page.until_says("Firmar con Fox").await;
    let requests = "/v1/orders/ord_1/signing_requests";
    assert!(
        page.proxy.asked("POST", requests).is_empty(),
        "it goes stale"
    );

    press_wallet(&page).await;
    page.until_step("status").await;
    let asked_for = page.proxy.asked("POST", requests);
    assert_eq!(asked_for[0].body, json!({ "action": "authorise_transfer" }));
    let signed = &asked("eth_signTypedData_v4")[0];
    assert_eq!(signed[0], ACCOUNT);
    let data: Value =
        serde_json::from_str(signed[1].as_str().unwrap_or_default()).unwrap_or_default();
    let mut expected = typed_data();
    expected["types"]["EIP712Domain"] = json!([
        { "name": "name", "type": "string" },
        { "name": "version", "type": "string" },
        { "name": "chainId", "type": "uint256" },
    ]);
    assert_eq!(data, expected);
    let handed_in = handed_in(&page, "authorise_transfer");
    assert_eq!(handed_in.len(), 1);
    let body = json!({ "signing_request": "sig_1", "signature": "0xsigned by Fox" });
    assert_eq!(handed_in[0].body, body);
}

#[wasm_bindgen_test]
async fn what_a_wallet_refuses_is_not_handed_in() {
    let method = "eth_signTypedData_v4";
    for (code, words) in [
        (
            4001,
            "Rechazaste la solicitud en tu wallet. No se movió nada.",
        ),
        (-32002, "Tu wallet tiene otra solicitud abierta"),
        (-32603, "Tu wallet no pudo hacerlo"),
    ] {
        let refusing = with(wallet("Fox"), "refuses", json!(method));
        let refusing = with(refusing, "code", json!(code));
        let page = to_transfer(json!([refusing]), 300_000).await;
        press_wallet(&page).await;
        page.until_says(words).await;
        assert!(handed_in(&page, "authorise_transfer").is_empty());
        page.says("Firmar con Fox");
    }
}

#[wasm_bindgen_test]
async fn another_account_is_not_signed_with() {
    let other = with(wallet("Fox"), "accounts", json!([OTHER]));
    let page = to_transfer(json!([other]), 300_000).await;
    press_wallet(&page).await;
    page.until_says("Tu wallet está en otra cuenta").await;
    page.says(&ACCOUNT.to_lowercase());
    assert!(asked("eth_signTypedData_v4").is_empty());
}

#[wasm_bindgen_test]
async fn a_wallet_on_another_chain_is_moved_or_says_which() {
    let elsewhere = with(wallet("Fox"), "chain", json!("0x1"));
    let page = to_transfer(json!([elsewhere.clone()]), 300_000).await;
    press_wallet(&page).await;
    page.until_step("status").await;
    let moved = json!([{ "chainId": "0xa1337" }]);
    assert_eq!(asked("wallet_switchEthereumChain"), [moved]);
    page.close();
    settle().await;

    let stuck = with(elsewhere, "refuses", json!("wallet_switchEthereumChain"));
    let page = to_transfer(json!([stuck]), 300_000).await;
    press_wallet(&page).await;
    page.until_says("Tu wallet está en otra red. Cámbiala a la de chain id 660279")
        .await;
    assert!(asked("eth_signTypedData_v4").is_empty());
}

#[wasm_bindgen_test]
async fn a_request_that_ran_out_is_asked_for_anew() {
    let page = to_transfer(json!([wallet("Fox")]), 0).await;
    press_wallet(&page).await;
    page.until_says("La solicitud venció antes de que firmaras")
        .await;
    assert!(handed_in(&page, "authorise_transfer").is_empty());
    page.press("wallet").await;
    page.until("another request", || {
        let path = "/v1/orders/ord_1/signing_requests";
        page.proxy.asked("POST", path).len() == 2
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_signature_that_the_proxy_refuses_is_told() {
    let page = to_transfer(json!([wallet("Fox")]), 300_000).await;
    page.proxy.answer(|asked| {
        if asked.path.ends_with("/signing_requests") {
            return Answer::Json(
                200,
                json!({
                    "id": "sig_1", "signer": ACCOUNT, "typed_data": typed_data(),
                    "expires_at": after_noon(300_000),
                }),
            );
        }
        let fields = json!([{ "key": "signature", "problem": "wrong_form" }]);
        let more = json!({ "fields": fields });
        Answer::Json(422, support::problem_with(422, "invalid_fields", more))
    });
    press_wallet(&page).await;
    page.until_says("La firma no es de la wallet vinculada")
        .await;
}

#[wasm_bindgen_test]
async fn what_the_provider_refused_is_told_where_it_is_signed_anew() {
    for (problem, said) in [
        ("funds_unavailable", "Tu wallet no tiene 100 USDT"),
        ("signature_refused", "El proveedor no aceptó la firma"),
    ] {
        wallets_are(MODULE, &json!([wallet("Fox")]).to_string());
        let mut order = to_sign("awaiting_deposit", "authorise_transfer");
        order["signature_problem"] = json!(problem);
        let page = Page::open(signing(order, 300_000)).await;
        page.until_step("deposit").await;
        page.until_says(said).await;
        page.says("No se movió nada");
        page.until_says("Firmar con Fox").await;
    }
}

#[wasm_bindgen_test]
async fn a_refund_is_signed_by_the_same_wallet() {
    wallets_are(MODULE, &json!([wallet("Fox")]).to_string());
    let mut order = to_sign("refund_required", "authorise_refund");
    order["custody"] = json!("escrow");
    let page = Page::open(signing(order, 300_000)).await;
    page.until_step("status").await;
    page.says("Tu cripto vuelve a tu wallet: 100 USDT por Xai");
    press_wallet(&page).await;
    page.until("the signature", || {
        !handed_in(&page, "authorise_refund").is_empty()
    })
    .await;
    let asked_for = page
        .proxy
        .asked("POST", "/v1/orders/ord_1/signing_requests");
    assert_eq!(asked_for[0].body, json!({ "action": "authorise_refund" }));
}

#[wasm_bindgen_test]
async fn a_refund_that_the_business_signs_asks_nothing_of_the_payer() {
    wallets_are(MODULE, &json!([wallet("Fox")]).to_string());
    let mut order = to_sign("refund_required", "authorise_refund");
    order["actions"][0]["by"] = json!("partner");
    order["next"] = json!({ "by": "partner", "until": null });
    let page = Page::open(signing(order, 300_000)).await;
    page.until_step("status").await;
    page.says("Le toca al negocio");
    assert!(page.find("[data-testid='wallets']").is_none());
}

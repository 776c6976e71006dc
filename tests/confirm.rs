//! The third step in a real browser: a price that is held, and one order for one press.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::expect_used,
    reason = "a browser that cannot do this fails its test"
)]

mod support;

use std::{cell::Cell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use serde_json::{Value, json};
use support::{
    Answer, Asked, Page, Proxy, after_noon, order, problem, problem_with, quoted, settle, usual,
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Answers firm prices with these rates, one after the other, and the last one for ever.
fn rates(rates: &'static [&'static str], life_ms: u32) -> impl Fn(&Asked) -> Answer {
    let next = Rc::new(Cell::new(0));
    move |asked| match (asked.path.as_str(), asked.body["kind"].as_str()) {
        ("/v1/quotes", Some("firm")) => {
            let index = next.replace(next.get() + 1).min(rates.len() - 1);
            Answer::Json(200, quoted(asked, rates[index], life_ms))
        }
        _ => usual(asked),
    }
}

async fn confirm(script: impl Fn(&Asked) -> Answer + 'static) -> Page {
    let page = Page::open(Proxy::scripted(script)).await;
    page.to_confirm().await;
    page.until("the price", || {
        page.text("[data-testid='confirm-total']").contains("MXN")
    })
    .await;
    page
}

fn action(page: &Page) -> Option<String> {
    let button = page.find("[data-testid='step-confirm'] .checkout-button--primary")?;
    button.get_attribute("data-action")
}

fn order_requests(page: &Page) -> Vec<Asked> {
    page.proxy.asked("POST", "/v1/orders")
}

/// The answer to an order whose price fell.
fn quote_changed(fiat: &str, minimum: Option<&str>) -> Value {
    let quote = json!({
        "id": "quo_new", "kind": "firm", "guarantee": "exact", "token": "USDC", "network": "POL",
        "crypto_amount": "100", "currency": "MXN", "fiat_amount": fiat, "fiat_minimum": minimum,
        "rate": "18", "fees": [], "expires_at": after_noon(60_000),
    });
    problem_with(409, "quote_changed", json!({ "quote": quote }))
}

#[wasm_bindgen_test]
async fn everything_is_in_view_and_the_account_is_masked() {
    let page = confirm(usual).await;
    assert_eq!(page.text("[data-testid='confirm-total']"), "1,818.46 MXN");
    for words in [
        "100 USDC",
        "Polygon",
        "1 USDC = 18.184665 MXN",
        "Santander •••• 7120",
        "Precio fijo",
    ] {
        page.says(words);
    }
    page.is_silent_about("014680260346007120");
    page.is_silent_about("0346007120");
}

#[wasm_bindgen_test]
async fn a_press_sends_the_price_on_the_screen_and_its_minimum() {
    let page = confirm(usual).await;
    page.press("confirm").await;
    page.until_step("deposit").await;
    let orders = order_requests(&page);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].body["quote_id"], "quo_1818.46");
    assert_eq!(orders[0].body["min_fiat_amount"], "1818.46");
    assert!(
        orders[0].key.as_ref().is_some_and(|key| key.len() >= 32),
        "{:?}",
        orders[0].key
    );
    assert_eq!(page.events("offramp:order-created")[0]["id"], "ord_1");
    let steps: Vec<_> = page.events("offramp:step-change");
    assert_eq!(steps.last(), Some(&json!({ "v": 1, "step": "deposit" })));
}

#[wasm_bindgen_test]
async fn two_presses_make_one_order() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => Answer::Later(100, 201, order("ord_1", "awaiting_deposit")),
        _ => usual(asked),
    })
    .await;
    let button = page.element("[data-action='confirm']");
    button.click();
    button.click();
    settle().await;
    button.click();
    page.until_step("deposit").await;
    assert_eq!(order_requests(&page).len(), 1);
}

#[wasm_bindgen_test]
async fn a_price_is_renewed_five_times_and_then_stops() {
    let page = confirm(rates(&["18.184665"], 60)).await;
    page.until("the end", || {
        action(&page).as_deref() == Some("update-rate")
    })
    .await;
    assert_eq!(
        page.proxy.quotes("firm").len(),
        6,
        "the first one and five more"
    );
    page.says("Actualizar precio");
    TimeoutFuture::new(150).await;
    assert_eq!(page.proxy.quotes("firm").len(), 6);
}

#[wasm_bindgen_test]
async fn a_touch_starts_a_stopped_price_again() {
    let page = confirm(rates(&["18.184665"], 60)).await;
    page.until("the end", || {
        action(&page).as_deref() == Some("update-rate")
    })
    .await;
    let event = web_sys::KeyboardEvent::new("keydown").expect("an event");
    let section = page.element("[data-testid='step-confirm']");
    section.dispatch_event(&event).expect("a dispatch");
    settle().await;
    page.until("a price", || action(&page).as_deref() == Some("confirm"))
        .await;
    page.until("renewals", || page.proxy.quotes("firm").len() == 12)
        .await;
}

#[wasm_bindgen_test]
async fn a_press_on_update_only_updates_even_when_it_is_a_double_one() {
    let page = confirm(rates(&["18.184665"], 60)).await;
    page.until("the end", || {
        action(&page).as_deref() == Some("update-rate")
    })
    .await;
    let button = page.element("[data-action='update-rate']");
    for event in ["pointerdown", "click"] {
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        let event = web_sys::Event::new_with_event_init_dict(event, &init).expect("an event");
        button.dispatch_event(&event).expect("a dispatch");
        TimeoutFuture::new(20).await;
    }
    page.until("a new price", || page.proxy.quotes("firm").len() > 6)
        .await;
    button.click();
    TimeoutFuture::new(50).await;
    button.click();
    TimeoutFuture::new(50).await;
    assert!(order_requests(&page).is_empty());
}

#[wasm_bindgen_test]
async fn a_renewal_that_fails_leaves_the_price_until_it_ends() {
    let asked = Rc::new(Cell::new(0));
    let page = confirm(move |request| match request.body["kind"].as_str() {
        Some("firm") if asked.replace(asked.get() + 1) > 0 => Answer::Cut,
        Some("firm") => Answer::Json(200, quoted(request, "18.184665", 300)),
        _ => usual(request),
    })
    .await;
    page.until("the renewal", || page.proxy.quotes("firm").len() == 2)
        .await;
    settle().await;
    assert_eq!(action(&page).as_deref(), Some("confirm"));
    assert_eq!(page.text("[data-testid='confirm-total']"), "1,818.46 MXN");
    page.until("the end", || {
        action(&page).as_deref() == Some("update-rate")
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_crypto_amount_stays_to_the_digit_when_the_price_is_renewed() {
    let page = Page::open(Proxy::scripted(rates(&["18.184665", "18.19"], 60))).await;
    page.until_step("amount").await;
    page.fill("fiat_amount", "2000").await;
    page.press("continue").await;
    page.until_step("bank").await;
    page.fill("clabe", "014680260346007120").await;
    page.press("continue").await;
    page.until_step("confirm").await;
    page.until("renewals", || page.proxy.quotes("firm").len() >= 2)
        .await;
    let asked = page.proxy.quotes("firm");
    assert_eq!(asked[0].body["fiat_amount"], "2000");
    assert_eq!(asked[1].body["crypto_amount"], "109.982780");
    assert_eq!(asked[1].body.get("fiat_amount"), None);
}

#[wasm_bindgen_test]
async fn only_a_changed_figure_is_announced() {
    let page = confirm(rates(&["18.184665", "18.184665", "18.19"], 100)).await;
    assert_eq!(page.text("[data-testid='quote-change']"), "");
    page.until_says("El precio cambió: ahora recibes 1,819.00 MXN.")
        .await;
    let live = page.element("[data-testid='quote-change']");
    assert_eq!(live.get_attribute("aria-live").as_deref(), Some("polite"));
}

#[wasm_bindgen_test]
async fn a_press_right_after_a_worse_figure_does_not_count() {
    let page = confirm(rates(&["18.184665", "18.1"], 200)).await;
    page.until_says("El precio bajó: ahora recibes 1,810.00 MXN, 8.46 MXN menos.")
        .await;
    page.press("confirm").await;
    TimeoutFuture::new(50).await;
    assert!(order_requests(&page).is_empty());
}

#[wasm_bindgen_test]
async fn a_worse_price_is_the_payer_s_decision() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => Answer::Json(409, quote_changed("1800", Some("1800"))),
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_says("El precio bajó mientras confirmabas").await;
    let notice = page.text("[data-testid='notice-quote-changed']");
    for figure in [
        "1,818.46 MXN",
        "1,800.00 MXN",
        "18.46 MXN menos",
        "Aceptar desde 1,791.00 MXN",
    ] {
        assert!(notice.contains(figure), "{figure} is not in {notice}");
    }
    page.press("accept-quote").await;
    assert_eq!(
        order_requests(&page).len(),
        1,
        "too soon after a worse figure"
    );
}

#[wasm_bindgen_test]
async fn the_figure_above_a_question_is_the_one_that_is_asked_about() {
    let rates = rates(&["18.184665", "18.19"], 2_300);
    let page = confirm(
        move |asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/v1/orders") => Answer::Json(409, quote_changed("1800", Some("1800"))),
            _ => rates(asked),
        },
    )
    .await;
    page.until_says("ahora recibes 1,819.00 MXN").await;
    page.press("confirm").await;
    page.until_says("El precio bajó mientras confirmabas").await;
    assert_eq!(page.text("[data-testid='confirm-total']"), "1,800.00 MXN");
    assert_eq!(
        page.text("[data-testid='quote-rate']"),
        "1 USDC = 18.00 MXN"
    );
    page.is_silent_about("ahora recibes 1,819.00 MXN");
    let total = page.text(".checkout-confirm__total");
    assert!(
        total.contains("Habías visto 1,819.00 MXN"),
        "beside it, as long as nothing renews itself: {total}"
    );
    page.is_silent_about("se renueva solo");
    page.press("decline-quote").await;
    page.says("se renueva solo");
}

#[wasm_bindgen_test]
async fn a_price_that_is_gone_does_not_come_back_when_its_successor_is_refused() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") if asked.body["quote_id"] == "quo_new" => {
            Answer::Json(503, problem(503, "provider_unavailable"))
        }
        ("POST", "/v1/orders") => Answer::Json(409, quote_changed("1800", Some("1800"))),
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_says("El precio bajó mientras confirmabas").await;
    page.until("the second to pass", || {
        page.element("[data-action='accept-quote']")
            .get_attribute("aria-disabled")
            .is_none()
    })
    .await;
    page.press("accept-quote").await;
    page.until_says("El proveedor de pagos no responde").await;
    assert_eq!(page.text("[data-testid='confirm-total']"), "1,800.00 MXN");
}

#[wasm_bindgen_test]
async fn a_worse_price_can_be_accepted_as_it_is_or_down_to_a_floor() {
    for (press, minimum) in [("accept-quote", "1800"), ("accept-floor", "1791.00")] {
        let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/v1/orders") if asked.body["quote_id"] == "quo_new" => usual(asked),
            ("POST", "/v1/orders") => Answer::Json(409, quote_changed("1800", Some("1800"))),
            _ => usual(asked),
        })
        .await;
        page.press("confirm").await;
        page.until_says("El precio bajó mientras confirmabas").await;
        page.until("the second to pass", || {
            page.element(&format!("[data-action='{press}']"))
                .get_attribute("aria-disabled")
                .is_none()
        })
        .await;
        page.press(press).await;
        page.until_step("deposit").await;
        let orders = order_requests(&page);
        assert_eq!(orders[1].body["quote_id"], "quo_new");
        assert_eq!(orders[1].body["min_fiat_amount"], minimum);
        assert_ne!(
            orders[0].key, orders[1].key,
            "another decision is another press"
        );
    }
}

#[wasm_bindgen_test]
async fn a_worse_price_can_be_declined_and_nothing_is_lost() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => Answer::Json(409, quote_changed("1800", Some("1800"))),
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_says("El precio bajó mientras confirmabas").await;
    page.press("decline-quote").await;
    assert!(page.find("[data-testid='notice-quote-changed']").is_none());
    assert_eq!(page.text("[data-testid='confirm-total']"), "1,800.00 MXN");
    page.says("Santander •••• 7120");
    assert_eq!(order_requests(&page).len(), 1);
}

#[wasm_bindgen_test]
async fn an_estimate_is_called_one_and_sent_without_a_minimum() {
    let page = confirm(
        |asked| match (asked.path.as_str(), asked.body["kind"].as_str()) {
            ("/v1/quotes", Some("firm")) => {
                let mut quoted = quoted(asked, "18.184665", 60_000);
                quoted["quote"]["kind"] = json!("indicative");
                quoted["quote"]["guarantee"] = json!("estimate");
                quoted["quote"]["fiat_minimum"] = Value::Null;
                Answer::Json(200, quoted)
            }
            _ => usual(asked),
        },
    )
    .await;
    page.says("Recibes aproximadamente");
    page.says(
        "Lo que ves es una estimación: la cifra es final cuando el proveedor de pagos ha pagado.",
    );
    page.is_silent_about("al menos");
    page.is_silent_about("Precio fijo");
    page.press("confirm").await;
    page.until_step("deposit").await;
    assert_eq!(
        order_requests(&page)[0].body["min_fiat_amount"],
        Value::Null
    );
}

#[wasm_bindgen_test]
async fn a_price_with_a_tolerance_is_held_like_a_firm_one() {
    let page = confirm(
        |asked| match (asked.path.as_str(), asked.body["kind"].as_str()) {
            ("/v1/quotes", Some("firm")) => {
                let mut quoted = quoted(asked, "18.184665", 60_000);
                quoted["quote"]["kind"] = json!("tolerance");
                quoted["quote"]["guarantee"] = json!("at_least");
                Answer::Json(200, quoted)
            }
            _ => usual(asked),
        },
    )
    .await;
    page.says("Recibes al menos");
    page.says("Precio fijo por un momento");
    page.is_silent_about("indicativo");
}

#[wasm_bindgen_test]
async fn a_price_that_is_only_indicative_is_called_so() {
    let page = confirm(
        |asked| match (asked.path.as_str(), asked.body["kind"].as_str()) {
            ("/v1/quotes", Some("firm")) => {
                let mut quoted = quoted(asked, "18.184665", 60_000);
                quoted["quote"]["kind"] = json!("indicative");
                Answer::Json(200, quoted)
            }
            _ => usual(asked),
        },
    )
    .await;
    page.says("Precio indicativo: se fija al confirmar, nunca por debajo del mínimo que ves.");
    page.is_silent_about("Precio fijo");
}

#[wasm_bindgen_test]
async fn an_answer_that_was_lost_is_asked_for_with_the_same_key() {
    let tries = Rc::new(Cell::new(0));
    let page = confirm(
        move |asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/v1/orders") => {
                tries.set(tries.get() + 1);
                if tries.get() == 1 {
                    Answer::Cut
                } else {
                    usual(asked)
                }
            }
            _ => usual(asked),
        },
    )
    .await;
    page.press("confirm").await;
    page.until_says("Estamos comprobando si tu pedido se creó")
        .await;
    page.until_step("deposit").await;
    let orders = order_requests(&page);
    assert_eq!(orders.len(), 2);
    assert_eq!(orders[0].key, orders[1].key);
    assert_eq!(orders[0].body, orders[1].body);
}

#[wasm_bindgen_test]
async fn a_press_that_is_still_being_worked_on_is_not_sent_as_another_one() {
    let tries = Rc::new(Cell::new(0));
    let page = confirm(
        move |asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/v1/orders") => {
                tries.set(tries.get() + 1);
                if tries.get() == 1 {
                    Answer::Json(409, problem(409, "in_progress"))
                } else {
                    Answer::Json(202, order("ord_1", "creating"))
                }
            }
            _ => usual(asked),
        },
    )
    .await;
    page.press("confirm").await;
    page.until_step("status").await;
    let orders = order_requests(&page);
    assert_eq!(orders[0].key, orders[1].key);
}

#[wasm_bindgen_test]
async fn an_open_order_is_opened_instead_of_a_second_one() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => {
            let open = json!({ "order_id": "ord_7" });
            Answer::Json(409, problem_with(409, "order_open", open))
        }
        ("GET", "/v1/orders/ord_7") if asked.etag.is_none() => {
            Answer::Json(200, order("ord_7", "deposit_submitted"))
        }
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_step("status").await;
    assert!(page.events("offramp:order-created").is_empty());
}

#[wasm_bindgen_test]
async fn a_provider_that_is_down_takes_nothing_and_can_be_tried_again() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => Answer::Json(503, problem(503, "provider_unavailable")),
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_says("El proveedor de pagos no responde. No se tomó nada.")
        .await;
    assert_eq!(
        page.text("[data-testid='request-id']"),
        "Código de ayuda: req_1"
    );
    assert_eq!(
        page.events("offramp:error")[0]["code"],
        "provider_unavailable"
    );
    page.proxy.answer(usual);
    page.press("confirm").await;
    page.until_step("deposit").await;
}

#[wasm_bindgen_test]
async fn an_amount_that_is_refused_late_is_said_at_its_field() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => {
            let limits = json!({ "min": "200", "max": "900", "currency": "USDC" });
            Answer::Json(422, problem_with(422, "amount_out_of_range", limits))
        }
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_says("Cambiar el monto").await;
    page.press("change-amount").await;
    page.until_step("amount").await;
    let trouble = page.trouble("crypto_amount");
    assert_eq!(
        trouble.as_deref(),
        Some("El mínimo por pedido es 200 USDC. Sube el monto.")
    );
    page.type_in("crypto_amount", "250").await;
    assert_eq!(page.trouble("crypto_amount"), None);
}

#[wasm_bindgen_test]
async fn a_price_that_cannot_be_had_is_asked_for_on_a_press() {
    let page = Page::open(Proxy::scripted(|asked| match asked.body["kind"].as_str() {
        Some("firm") => Answer::Json(503, problem(503, "provider_unavailable")),
        _ => usual(asked),
    }))
    .await;
    page.to_confirm().await;
    page.until_says("El proveedor de pagos no responde").await;
    page.is_silent_about("Pidiendo el mejor precio");
    page.proxy.answer(usual);
    page.press("update-rate").await;
    page.until_says("1,818.46 MXN").await;
}

#[wasm_bindgen_test]
async fn a_verification_that_is_wanted_now_is_linked() {
    let page = confirm(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/v1/orders") => {
            let url = json!({ "verification_url": "https://kyc.test/1" });
            Answer::Json(403, problem_with(403, "verification_required", url))
        }
        _ => usual(asked),
    })
    .await;
    page.press("confirm").await;
    page.until_says("Antes de vender hay que verificar tu identidad.")
        .await;
    assert_eq!(
        page.element("a").get_attribute("href").as_deref(),
        Some("https://kyc.test/1")
    );
}

#[wasm_bindgen_test]
async fn a_reload_brings_the_open_order_back() {
    let proxy = Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/checkout" => {
            let mut checkout = support::checkout();
            checkout["order"] = order("ord_1", "awaiting_deposit")["order"].clone();
            Answer::Json(200, checkout)
        }
        _ => usual(asked),
    });
    let page = Page::open(proxy).await;
    page.until_step("deposit").await;
    assert!(page.events("offramp:order-created").is_empty());
}

#[wasm_bindgen_test]
async fn another_open_order_can_be_looked_at() {
    let proxy = Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/checkout" => {
            let mut checkout = support::checkout();
            checkout["orders"] = json!([order("ord_2", "payout_in_progress")["order"]]);
            Answer::Json(200, checkout)
        }
        _ => usual(asked),
    });
    let page = Page::open(proxy).await;
    page.says("Tus otros pedidos");
    page.says("Ver 100 USDC: Enviando a tu banco");
    page.press("open-order").await;
    page.until_step("status").await;
}

#[wasm_bindgen_test]
async fn an_order_that_waits_for_its_payer_comes_before_a_new_sale() {
    let proxy = Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/checkout" => {
            let mut waits = order("ord_2", "awaiting_confirmation")["order"].clone();
            waits["next"] = json!({ "by": "payer", "until": null });
            let mut checkout = support::checkout();
            checkout["orders"] = json!([order("ord_3", "payout_in_progress")["order"], waits]);
            Answer::Json(200, checkout)
        }
        path if path.starts_with("/v1/orders/ord_2") => {
            let mut answer = order("ord_2", "awaiting_confirmation");
            answer["order"]["next"] = json!({ "by": "payer", "until": null });
            Answer::Json(200, answer)
        }
        _ => usual(asked),
    });
    let page = Page::open(proxy).await;
    page.until_step("status").await;
    page.says("¿Ya llegó el dinero?");

    // Whoever leaves it for another sale is not led back, and sees whose turn it is.
    page.press("restart").await;
    page.until_step("amount").await;
    page.says("Ver 100 USDC: ¿Ya llegó el dinero?");
    page.says("Te toca a ti.");
}

#[wasm_bindgen_test]
async fn an_order_can_be_opened_by_its_link_without_a_session() {
    let proxy = Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/orders/ord_9" if asked.etag.is_none() => {
            Answer::Json(200, order("ord_9", "completed"))
        }
        _ => Answer::Never,
    });
    let page = Page::open_with(proxy, json!({ "order": "ord_9", "resume": "res_1" })).await;
    page.until_step("status").await;
    let first = &page.proxy.asked("GET", "/v1/orders/ord_9")[0];
    assert_eq!(first.authorization.as_deref(), Some("Bearer res_1"));
    assert!(page.proxy.asked("GET", "/v1/checkout").is_empty());
}

#[wasm_bindgen_test]
async fn an_order_on_the_screen_is_polled_once_however_many_elements_show_it() {
    let script = |asked: &Asked| match asked.path.as_str() {
        "/v1/orders/ord_5" if asked.etag.is_none() => {
            Answer::Json(200, order("ord_5", "payout_in_progress"))
        }
        _ => Answer::Never,
    };
    let proxy = Proxy::scripted(script);
    let options = json!({ "order": "ord_5" });
    let first = Page::open_with(proxy.clone(), options.clone()).await;
    let second = Page::open_with(proxy.clone(), options).await;
    first.until_step("status").await;
    second.until_step("status").await;
    let held = || {
        let asked = proxy.asked("GET", "/v1/orders/ord_5");
        asked
            .iter()
            .filter(|asked| asked.prefer.as_deref() == Some("wait=25"))
            .count()
    };
    for _ in 0..250 {
        if held() > 0 {
            break;
        }
        TimeoutFuture::new(10).await;
    }
    assert_eq!(held(), 1);
}

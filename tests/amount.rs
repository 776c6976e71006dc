//! The first step in a real browser: two linked amounts, limits, and what is fixed.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::expect_used,
    reason = "a browser that cannot do this fails its test"
)]

mod support;

use serde_json::json;
use support::{Answer, Page, Proxy, checkout, problem, problem_with, quoted, settle, usual};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn typing_crypto_fills_in_the_money() {
    let page = Page::open(Proxy::new()).await;
    page.type_in("crypto_amount", "100").await;
    page.until("the money", || page.value("fiat_amount") == "1,818.46")
        .await;
    assert!(
        page.text("[data-testid='quote-rate']")
            .contains("1 USDC = 18.184665 MXN")
    );
    page.says("Precio indicativo");
}

#[wasm_bindgen_test]
async fn a_price_that_is_locked_for_an_account_is_shown_without_one() {
    let proxy = Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/checkout" => {
            let mut checkout = checkout();
            checkout["quote_needs_destination"] = json!(true);
            Answer::Json(200, checkout)
        }
        _ => usual(asked),
    });
    let page = Page::open(proxy).await;
    page.type_in("fiat_amount", "2000").await;
    page.until("the crypto", || page.value("crypto_amount") == "109.98278")
        .await;
    page.says("Precio indicativo");
    assert_eq!(
        page.proxy.quotes("indicative")[0].body["destination"],
        json!(null)
    );
}

#[wasm_bindgen_test]
async fn the_side_edited_last_wins() {
    let page = Page::open(Proxy::new()).await;
    page.type_in("crypto_amount", "100").await;
    page.until("the money", || page.value("fiat_amount") == "1,818.46")
        .await;
    page.type_in("fiat_amount", "2000").await;
    page.until("the crypto", || page.value("crypto_amount") == "109.98278")
        .await;
    assert_eq!(page.value("fiat_amount"), "2000");
    let last = page.proxy.quotes("indicative").pop();
    assert_eq!(
        last.map(|asked| asked.body["fiat_amount"].clone()),
        Some(json!("2000"))
    );
}

#[wasm_bindgen_test]
async fn a_price_is_asked_for_once_the_payer_pauses() {
    let page = Page::open(Proxy::new()).await;
    for text in ["1", "10", "100"] {
        page.type_in("crypto_amount", text).await;
    }
    page.until("the money", || page.value("fiat_amount") == "1,818.46")
        .await;
    let asked = page.proxy.quotes("indicative");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].body["crypto_amount"], "100");
}

#[wasm_bindgen_test]
async fn a_late_answer_does_not_replace_a_newer_one() {
    let proxy = Proxy::scripted(|asked| match asked.body["crypto_amount"].as_str() {
        Some("100") => Answer::Later(600, 200, quoted(asked, "18", 60_000)),
        _ => usual(asked),
    });
    let page = Page::open(proxy).await;
    page.type_in("crypto_amount", "100").await;
    page.until("the first question", || {
        page.proxy.quotes("indicative").len() == 1
    })
    .await;
    page.type_in("crypto_amount", "200").await;
    page.until("the money", || page.value("fiat_amount") == "3,636.93")
        .await;
    gloo_timers::future::TimeoutFuture::new(300).await;
    assert_eq!(page.value("fiat_amount"), "3,636.93");
}

#[wasm_bindgen_test]
async fn pasted_figures_are_read_in_any_notation() {
    let page = Page::open(Proxy::new()).await;
    page.fill("crypto_amount", "USDC 1.234,5").await;
    assert_eq!(page.value("crypto_amount"), "1,234.5");
    page.until("the price", || !page.proxy.quotes("indicative").is_empty())
        .await;
    assert_eq!(
        page.proxy.quotes("indicative")[0].body["crypto_amount"],
        "1234.5"
    );
    page.fill("crypto_amount", "1,234.5").await;
    assert_eq!(page.value("crypto_amount"), "1,234.5");
}

#[wasm_bindgen_test]
async fn thousands_are_told_apart_only_while_nobody_types() {
    let page = Page::open(Proxy::new()).await;
    page.fill("crypto_amount", "12345").await;
    assert_eq!(page.value("crypto_amount"), "12,345");
    page.element("[name='crypto_amount']")
        .focus()
        .expect("a field");
    settle().await;
    assert_eq!(page.value("crypto_amount"), "12345");
    page.leave("crypto_amount").await;
    assert_eq!(page.value("crypto_amount"), "12,345");
    page.until("the price", || !page.proxy.quotes("indicative").is_empty())
        .await;
    assert_eq!(
        page.proxy.quotes("indicative")[0].body["crypto_amount"],
        "12345"
    );
}

/// Notations of one language: what is typed, what stands there afterwards, what is asked for.
const NOTATIONS: [(&str, &str, &str, &str); 11] = [
    ("es-MX", "1,234.56", "1,234.56", "1234.56"),
    ("es-MX", "1.234,56", "1,234.56", "1234.56"),
    ("es-MX", "1234.567", "1,234.567", "1234.567"),
    ("es-MX", "10.125", "10.125", "10.125"),
    ("en", "1,234.56", "1,234.56", "1234.56"),
    ("en", "12,5", "12.5", "12.5"),
    ("es-ES", "1.234,56", "1234,56", "1234.56"),
    ("es-ES", "12.345,6", "12.345,6", "12345.6"),
    ("es-ES", "12345.678", "12.345,678", "12345.678"),
    ("es-ES", "10,125", "10,125", "10.125"),
    ("es-ES", "12.5", "12,5", "12.5"),
];

#[wasm_bindgen_test]
async fn an_amount_is_read_as_its_language_writes_it() {
    for (locale, typed, shown, asked) in NOTATIONS {
        let page = Page::open_with(Proxy::new(), json!({ "locale": locale })).await;
        page.fill("crypto_amount", typed).await;
        assert_eq!(page.value("crypto_amount"), shown, "{typed} in {locale}");
        // What is shown is read again, to the digit.
        page.element("[name='crypto_amount']")
            .focus()
            .expect("a field");
        page.leave("crypto_amount").await;
        page.until("the price", || !page.proxy.quotes("indicative").is_empty())
            .await;
        for quote in page.proxy.quotes("indicative") {
            assert_eq!(quote.body["crypto_amount"], asked, "{typed} in {locale}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_amount_that_follows_is_written_as_its_language_writes_it() {
    for (locale, money) in [
        ("en", "18,184.66"),
        ("es-ES", "18.184,66"),
        ("es-419", "18,184.66"),
    ] {
        let page = Page::open_with(Proxy::new(), json!({ "locale": locale })).await;
        page.type_in("crypto_amount", "1000").await;
        page.until("the money", || page.value("fiat_amount") == money)
            .await;
        // Typed over at its end, it is another figure and not another notation.
        let input = page.element("[name='fiat_amount']");
        input.focus().expect("a field");
        settle().await;
        let bare = page.value("fiat_amount");
        page.fill("fiat_amount", &bare[..bare.len() - 1]).await;
        let asked = || page.proxy.quotes("indicative").pop();
        page.until("the crypto", || {
            asked().is_some_and(|asked| asked.body["fiat_amount"] == "18184.6")
        })
        .await;
    }
}

#[wasm_bindgen_test]
async fn thousands_or_decimals_is_asked_and_never_guessed() {
    for (locale, typed, question) in [
        ("es-MX", "1,234", "¿Es 1234 o 1.234?"),
        ("es-ES", "1.234", "¿Es 1234 o 1,234?"),
        ("en", "100,000", "Is it 100000 or 100?"),
    ] {
        let page = Page::open_with(Proxy::new(), json!({ "locale": locale })).await;
        page.fill("crypto_amount", typed).await;
        let trouble = page.trouble("crypto_amount").unwrap_or_default();
        assert!(trouble.starts_with(question), "{trouble}");
        assert_eq!(page.value("crypto_amount"), typed, "it stays as it is");
        page.press("continue").await;
        assert_eq!(page.focused().as_deref(), Some("crypto_amount"));
        gloo_timers::future::TimeoutFuture::new(500).await;
        assert!(page.proxy.quotes("indicative").is_empty());
    }
}

#[wasm_bindgen_test]
async fn money_has_cents_and_so_three_digits_are_thousands() {
    for (locale, typed, shown) in [("es-MX", "2,000", "2,000"), ("es-ES", "20.000", "20.000")] {
        let page = Page::open_with(Proxy::new(), json!({ "locale": locale })).await;
        page.fill("fiat_amount", typed).await;
        assert_eq!(page.trouble("fiat_amount"), None);
        assert_eq!(page.value("fiat_amount"), shown);
    }
    let page = Page::open(Proxy::new()).await;
    page.fill("fiat_amount", "2.000").await;
    let trouble = page.trouble("fiat_amount");
    assert_eq!(trouble.as_deref(), Some("Usa como máximo 2 decimales."));
}

#[wasm_bindgen_test]
async fn an_amount_of_the_page_is_written_in_the_payer_s_language() {
    let options = json!({ "locale": "es-ES", "amount": "10.125" });
    let page = Page::open_with(Proxy::new(), options).await;
    assert_eq!(page.value("crypto_amount"), "10,125");
    page.until("the price", || !page.proxy.quotes("indicative").is_empty())
        .await;
    assert_eq!(
        page.proxy.quotes("indicative")[0].body["crypto_amount"],
        "10.125"
    );
}

#[wasm_bindgen_test]
async fn the_limits_are_on_the_screen_before_they_are_broken_in_both_units() {
    let page = Page::open(Proxy::new()).await;
    page.says("Por pedido: de 5 USDC a 25,000 USDC");
    page.type_in("crypto_amount", "100").await;
    page.until_says("de 5.5 USDC (≈ 100.00 MXN) a 21,996 USDC (≈ 400,000.00 MXN)")
        .await;
}

#[wasm_bindgen_test]
async fn too_little_is_said_on_leaving_and_mended_by_one_press() {
    let page = Page::open(Proxy::new()).await;
    page.type_in("crypto_amount", "4").await;
    assert_eq!(page.trouble("crypto_amount"), None, "not while typing");
    page.leave("crypto_amount").await;
    assert_eq!(
        page.trouble("crypto_amount").as_deref(),
        Some("El mínimo por pedido es 5 USDC. Sube el monto.")
    );
    page.press("use-minimum").await;
    assert_eq!(page.trouble("crypto_amount"), None);
    assert_eq!(page.value("crypto_amount"), "5");
}

#[wasm_bindgen_test]
async fn too_much_money_is_said_in_money() {
    let page = Page::open(Proxy::new()).await;
    page.fill("fiat_amount", "400000.01").await;
    let trouble = page.trouble("fiat_amount");
    assert_eq!(
        trouble.as_deref(),
        Some("El máximo por pedido es 400,000.00 MXN. Baja el monto.")
    );
    page.press("use-maximum").await;
    assert_eq!(page.value("fiat_amount"), "400,000");
}

#[wasm_bindgen_test]
async fn an_error_goes_with_the_first_keystroke() {
    let page = Page::open(Proxy::new()).await;
    page.fill("crypto_amount", "abc").await;
    let trouble = page.trouble("crypto_amount");
    assert_eq!(
        trouble.as_deref(),
        Some("Escribe solo números, por ejemplo 100.50.")
    );
    page.type_in("crypto_amount", "1").await;
    assert_eq!(page.trouble("crypto_amount"), None);
}

#[wasm_bindgen_test]
async fn more_decimals_than_the_token_has_are_refused() {
    let page = Page::open(Proxy::new()).await;
    page.fill("crypto_amount", "10.1234567").await;
    let trouble = page.trouble("crypto_amount");
    assert_eq!(trouble.as_deref(), Some("Usa como máximo 6 decimales."));
}

#[wasm_bindgen_test]
async fn an_untouched_field_is_not_called_wrong_until_the_payer_goes_on() {
    let page = Page::open(Proxy::new()).await;
    page.leave("crypto_amount").await;
    assert_eq!(page.trouble("crypto_amount"), None);
    page.press("continue").await;
    assert_eq!(
        page.trouble("crypto_amount").as_deref(),
        Some("Escribe un monto.")
    );
    assert_eq!(page.focused().as_deref(), Some("crypto_amount"));
}

#[wasm_bindgen_test]
async fn a_network_is_never_chosen_for_the_payer() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["prefill"] = json!({ "token": "USDC", "country": "MX" });
        Answer::Json(200, checkout)
    });
    let page = Page::open(proxy).await;
    assert_eq!(page.value("asset"), "");
    page.fill("crypto_amount", "100").await;
    page.press("continue").await;
    let trouble = page.trouble("asset");
    assert_eq!(
        trouble.as_deref(),
        Some("Elige el token y la red con que vas a enviar.")
    );
    assert_eq!(page.focused().as_deref(), Some("asset"));
    page.choose("asset", "USDC:SOL").await;
    page.press("continue").await;
    page.until_step("bank").await;
}

#[wasm_bindgen_test]
async fn a_fixed_amount_cannot_be_typed_over() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["prefill"]["crypto_amount"] = json!("250");
        checkout["lock"] = json!(["crypto_amount", "token", "network", "country"]);
        Answer::Json(200, checkout)
    });
    let page = Page::open_with(proxy, json!({ "amount": "10" })).await;
    assert_eq!(page.value("crypto_amount"), "250");
    for name in ["crypto_amount", "fiat_amount"] {
        assert!(
            page.element(&format!("[name='{name}']"))
                .has_attribute("readonly"),
            "{name}"
        );
    }
    for name in ["asset", "country"] {
        assert!(
            page.element(&format!("[name='{name}']"))
                .has_attribute("disabled"),
            "{name}"
        );
    }
    assert!(page.find("[data-action='use-minimum']").is_none());
    page.says("Este monto ya está fijado");
    page.until("the money", || page.value("fiat_amount") == "4,546.16")
        .await;
}

#[wasm_bindgen_test]
async fn the_session_s_word_counts_more_than_the_page_s() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["prefill"] = json!({ "crypto_amount": "70" });
        Answer::Json(200, checkout)
    });
    let options = json!({ "amount": "10", "token": "usdt", "country": "do", "network": "eth" });
    let page = Page::open_with(proxy, options).await;
    assert_eq!(page.value("crypto_amount"), "70");
    assert_eq!(page.value("asset"), "USDT:ETH");
    assert_eq!(page.value("country"), "DO");
}

#[wasm_bindgen_test]
async fn a_reload_brings_the_amount_back() {
    let page = Page::open(Proxy::new()).await;
    page.fill("fiat_amount", "2000").await;
    page.choose("asset", "USDC:SOL").await;
    page.choose("country", "US").await;
    page.close();
    let page = Page::open_with(Proxy::new(), json!({ "keep_storage": true })).await;
    assert_eq!(page.value("fiat_amount"), "2,000");
    assert_eq!(page.value("asset"), "USDC:SOL");
    assert_eq!(page.value("country"), "US");
}

#[wasm_bindgen_test]
async fn another_sale_does_not_begin_with_the_last_amount() {
    let page = Page::open_with(Proxy::new(), json!({ "amount": "10" })).await;
    page.fill("crypto_amount", "99").await;
    page.close();
    let options = json!({ "keep_storage": true, "amount": "20" });
    let page = Page::open_with(Proxy::new(), options).await;
    assert_eq!(page.value("crypto_amount"), "20");
}

/// A session that suggests nothing.
fn unsuggested() -> Proxy {
    Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["prefill"] = json!({});
        Answer::Json(200, checkout)
    })
}

#[wasm_bindgen_test]
async fn the_page_may_suggest_later_what_the_payer_has_not_answered() {
    let page = Page::open(unsuggested()).await;
    assert_eq!(page.value("asset"), "");
    page.update(&json!({ "amount": "20", "token": "usdt", "network": "eth", "country": "do" }));
    settle().await;
    assert_eq!(page.value("crypto_amount"), "20");
    assert_eq!(page.value("asset"), "USDT:ETH");
    assert_eq!(page.value("country"), "DO");
    page.until("the money", || page.value("fiat_amount") == "363.69")
        .await;
    page.update(&json!({ "amount": "30", "country": "do" }));
    settle().await;
    assert_eq!(page.value("crypto_amount"), "30");
    assert_eq!(page.value("asset"), "");
}

#[wasm_bindgen_test]
async fn an_answer_of_the_payer_is_never_typed_over() {
    let suggestion = json!({ "amount": "20", "token": "usdt", "network": "eth", "country": "do" });
    for (typed, stays) in [("99", "99"), ("", "")] {
        let page = Page::open_with(unsuggested(), json!({ "amount": "5" })).await;
        page.type_in("crypto_amount", typed).await;
        page.choose("country", "US").await;
        page.update(&suggestion);
        settle().await;
        assert_eq!(page.value("crypto_amount"), stays);
        assert_eq!(page.value("country"), "US");
        assert_eq!(
            page.value("asset"),
            "USDT:ETH",
            "that one is nobody's answer"
        );
    }
    let page = Page::open(unsuggested()).await;
    page.choose("asset", "USDC:SOL").await;
    page.type_in("fiat_amount", "2000").await;
    page.update(&suggestion);
    settle().await;
    assert_eq!(page.value("fiat_amount"), "2000");
    assert_eq!(page.value("crypto_amount"), "");
    assert_eq!(page.value("asset"), "USDC:SOL");
}

#[wasm_bindgen_test]
async fn what_the_payer_has_agreed_to_is_an_answer() {
    let options = json!({ "amount": "20", "token": "usdc", "network": "pol", "country": "mx" });
    let page = Page::open_with(unsuggested(), options).await;
    page.until_step("amount").await;
    page.press("continue").await;
    page.until_step("bank").await;
    page.update(&json!({ "amount": "30", "token": "usdt", "network": "eth", "country": "do" }));
    page.press("back").await;
    page.until_step("amount").await;
    assert_eq!(page.value("crypto_amount"), "20");
    assert_eq!(page.value("asset"), "USDC:POL");
    assert_eq!(page.value("country"), "MX");
}

#[wasm_bindgen_test]
async fn a_reload_knows_which_answers_were_the_payer_s() {
    let page = Page::open(unsuggested()).await;
    page.update(&json!({ "amount": "20", "country": "do" }));
    page.fill("crypto_amount", "99").await;
    page.close();
    let page = Page::open_with(unsuggested(), json!({ "keep_storage": true })).await;
    assert_eq!(page.value("crypto_amount"), "99");
    page.update(&json!({ "amount": "30", "country": "us" }));
    settle().await;
    assert_eq!(page.value("crypto_amount"), "99");
    assert_eq!(page.value("country"), "US");
}

#[wasm_bindgen_test]
async fn what_the_session_says_cannot_be_suggested_away() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["prefill"]["crypto_amount"] = json!("250");
        checkout["lock"] = json!(["crypto_amount", "token", "network", "country"]);
        Answer::Json(200, checkout)
    });
    let page = Page::open(proxy).await;
    page.update(&json!({ "amount": "30", "token": "usdt", "network": "eth", "country": "do" }));
    settle().await;
    assert_eq!(page.value("crypto_amount"), "250");
    assert_eq!(page.value("asset"), "USDC:POL");
    assert_eq!(page.value("country"), "MX");
}

#[wasm_bindgen_test]
async fn the_proxy_s_own_limit_is_said_at_the_field() {
    let proxy = Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/quotes" => {
            let limits = json!({ "min": "50", "max": "900", "currency": "USDC" });
            Answer::Json(422, problem_with(422, "amount_out_of_range", limits))
        }
        _ => usual(asked),
    });
    let page = Page::open(proxy).await;
    page.type_in("crypto_amount", "20").await;
    page.until("the refusal", || {
        !page.proxy.quotes("indicative").is_empty()
    })
    .await;
    settle().await;
    assert_eq!(page.trouble("crypto_amount"), None, "not while typing");
    page.press("continue").await;
    let trouble = page.trouble("crypto_amount");
    assert_eq!(
        trouble.as_deref(),
        Some("El mínimo por pedido es 50 USDC. Sube el monto.")
    );
    assert!(page.find("[data-testid='step-amount']").is_some());
}

#[wasm_bindgen_test]
async fn a_price_that_cannot_be_had_can_be_asked_for_again() {
    let page = Page::open(Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/quotes" => Answer::Json(503, problem(503, "provider_unavailable")),
        _ => usual(asked),
    }))
    .await;
    page.type_in("crypto_amount", "100").await;
    page.until_says("El proveedor de pagos no responde").await;
    assert_eq!(
        page.text("[data-testid='request-id']"),
        "Código de ayuda: req_1"
    );
    page.proxy.answer(usual);
    page.press("retry").await;
    page.until("the money", || page.value("fiat_amount") == "1,818.46")
        .await;
}

#[wasm_bindgen_test]
async fn the_receiver_is_named() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["receiver"] = json!({ "id": "rec_1", "name": "Ana López" });
        Answer::Json(200, checkout)
    });
    let page = Page::open(proxy).await;
    page.says("El dinero llega a Ana López.");
}

#[wasm_bindgen_test]
async fn a_payer_who_is_not_verified_is_told_what_to_do() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["verification"] =
            json!({ "status": "required", "verification_url": "https://kyc.test/1" });
        Answer::Json(200, checkout)
    });
    let page = Page::open(proxy).await;
    page.says("Primero, verifica tu identidad");
    let link = page.element("a");
    assert_eq!(
        link.get_attribute("href").as_deref(),
        Some("https://kyc.test/1")
    );
    assert_eq!(
        link.get_attribute("rel").as_deref(),
        Some("noopener noreferrer")
    );
    page.proxy.answer(usual);
    page.press("check-verification").await;
    page.until_step("amount").await;
}

#[wasm_bindgen_test]
async fn a_link_that_is_no_web_address_is_not_shown() {
    let proxy = Proxy::scripted(|asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        checkout["verification"] =
            json!({ "status": "required", "verification_url": "javascript:alert(1)" });
        Answer::Json(200, checkout)
    });
    let page = Page::open(proxy).await;
    assert!(page.find("a").is_none());
}

#[wasm_bindgen_test]
async fn a_first_screen_that_cannot_be_loaded_says_so_and_tries_again() {
    let proxy = Proxy::scripted(|_| Answer::Json(500, problem(500, "internal")));
    let page = Page::open(proxy).await;
    page.says("No pudimos abrir el pago");
    assert_eq!(
        page.text("[data-testid='request-id']"),
        "Código de ayuda: req_1"
    );
    assert_eq!(page.events("offramp:error")[0]["code"], "internal");
    page.proxy.answer(usual);
    page.press("retry").await;
    page.until_step("amount").await;
    assert_eq!(page.events("offramp:ready").len(), 1);
}

#[wasm_bindgen_test]
async fn an_expired_session_is_renewed_once() {
    let proxy = Proxy::scripted(|asked| {
        let is_first = asked
            .authorization
            .as_deref()
            .is_some_and(|token| token.ends_with("-1"));
        if is_first {
            Answer::Json(401, problem(401, "session_expired"))
        } else {
            usual(asked)
        }
    });
    let window = web_sys::window().expect("a browser");
    js_sys::Reflect::set(&window, &"tokens".into(), &0.into()).expect("a plain property");
    let page = Page::open(proxy).await;
    page.until_step("amount").await;
    let tokens: Vec<_> = page
        .proxy
        .asked("GET", "/v1/checkout")
        .into_iter()
        .filter_map(|asked| asked.authorization)
        .collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
}

#[wasm_bindgen_test]
async fn an_element_may_go_while_the_payer_is_typing_in_it() {
    for _ in 0..3 {
        let page = Page::open(Proxy::new()).await;
        page.until_step("amount").await;
        page.element("[name='crypto_amount']")
            .focus()
            .expect("a field");
        page.type_in("crypto_amount", "1").await;
        // The browser fires `blur` while the field is taken away.
        page.close();
        settle().await;
    }
}

#[wasm_bindgen_test]
async fn the_page_may_change_the_language_and_nothing_is_lost() {
    let page = Page::open(Proxy::new()).await;
    page.fill("crypto_amount", "100").await;
    page.update(&json!({ "locale": "en-US" }));
    page.until_says("How much do you want to sell?").await;
    assert_eq!(page.value("crypto_amount"), "100");

    // The words of the first language are still there.
    page.update(&json!({ "locale": "es-MX", "words": null }));
    page.until_says("¿Cuánto quieres vender?").await;
    assert_eq!(page.value("crypto_amount"), "100");
}

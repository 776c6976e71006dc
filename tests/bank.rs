//! The second step in a real browser: the form of each country, and what it refuses.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::expect_used,
    reason = "a browser that cannot do this fails its test"
)]

mod support;

use serde_json::{Value, json};
use support::{Answer, Page, Proxy, checkout, problem_with, settle, usual};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

async fn form(country: &str) -> Page {
    let page = Page::open(Proxy::new()).await;
    page.to_bank(country).await;
    page
}

/// A proxy whose first screen is a little different.
fn offering(change: impl Fn(&mut Value) + 'static) -> Proxy {
    Proxy::scripted(move |asked| {
        if asked.path != "/v1/checkout" {
            return usual(asked);
        }
        let mut checkout = checkout();
        change(&mut checkout);
        Answer::Json(200, checkout)
    })
}

/// What the order was asked to pay.
async fn destination(page: &Page) -> Value {
    page.press("continue").await;
    page.until_step("confirm").await;
    page.until("the price", || {
        page.words().contains("MXN")
            || page.words().contains("EUR")
            || page.words().contains("USD")
            || page.words().contains("DOP")
    })
    .await;
    page.press("confirm").await;
    page.until("the order", || {
        !page.proxy.asked("POST", "/v1/orders").is_empty()
    })
    .await;
    page.proxy.asked("POST", "/v1/orders")[0].body["destination"].clone()
}

#[wasm_bindgen_test]
async fn a_clabe_names_its_bank_as_soon_as_it_is_whole() {
    let page = form("MX").await;
    page.type_in("clabe", "01468026034600712").await;
    assert_eq!(page.text("[data-testid='bank-name']"), "");
    page.type_in("clabe", "014680260346007120").await;
    assert_eq!(page.text("[data-testid='bank-name']"), "Banco: Santander");
}

#[wasm_bindgen_test]
async fn a_clabe_is_grouped_on_leaving_and_sent_without_spaces() {
    let page = form("MX").await;
    page.fill("clabe", "CLABE: 0146-8026-0346-0071-20").await;
    assert_eq!(page.value("clabe"), "014 680 26034600712 0");
    let expected = json!({
        "kind": "bank_account", "country": "MX", "fields": { "clabe": "014680260346007120" },
    });
    assert_eq!(destination(&page).await, expected);
}

#[wasm_bindgen_test]
async fn what_is_wrong_with_a_clabe_is_said_by_its_kind() {
    let page = form("MX").await;
    for (typed, expected) in [
        ("0146802603460", "Aún faltan dígitos: deben ser 18."),
        (
            "014680260346007121",
            "Hay un dígito equivocado o dos cambiados de lugar. Compáralo con el de tu banco.",
        ),
        (
            "4152313412345678",
            "Parece un número de tarjeta: tiene 16 dígitos. La CLABE tiene 18.",
        ),
        (
            "26034600712",
            "Parece un número de cuenta. La CLABE tiene 18 dígitos; está en la app de tu banco.",
        ),
        ("01468026034600712O", "Escribe solo números."),
    ] {
        page.fill("clabe", typed).await;
        assert_eq!(page.trouble("clabe").as_deref(), Some(expected), "{typed}");
    }
}

#[wasm_bindgen_test]
async fn a_field_is_not_checked_while_it_is_typed_nor_when_it_is_left_empty() {
    let page = form("MX").await;
    page.leave("clabe").await;
    assert_eq!(page.trouble("clabe"), None);
    page.type_in("clabe", "0146").await;
    assert_eq!(page.trouble("clabe"), None);
    page.type_in("clabe", "0146802603460071200").await;
    assert_eq!(
        page.trouble("clabe").as_deref(),
        Some("Tiene dígitos de más: deben ser 18.")
    );
}

#[wasm_bindgen_test]
async fn going_on_with_nothing_says_everything_that_is_missing() {
    let page = form("SEPA").await;
    page.press("continue").await;
    let summary = page.text("[data-testid='error-summary']");
    for label in ["IBAN", "BIC o SWIFT", "Banco", "¿De quién es la cuenta?"] {
        assert!(summary.contains(label), "{label} is not in {summary}");
    }
    assert_eq!(page.focused().as_deref(), Some("iban"));
    page.type_in("iban", "D").await;
    assert_eq!(page.text("[data-testid='error-summary']"), "");
}

#[wasm_bindgen_test]
async fn an_iban_of_a_country_that_cannot_be_paid_is_said_after_two_letters() {
    let page = form("SEPA").await;
    page.type_in("iban", "TR").await;
    let trouble = page.trouble("iban");
    assert_eq!(
        trouble.as_deref(),
        Some("Ese país está fuera de la zona SEPA. Usa una cuenta de un país SEPA.")
    );
    page.type_in("iban", "XX").await;
    let trouble = page.trouble("iban");
    assert_eq!(
        trouble.as_deref(),
        Some("Ningún país tiene ese código. Revisa las dos letras.")
    );
    page.type_in("iban", "DE8").await;
    assert_eq!(page.trouble("iban"), None);
    page.leave("iban").await;
    let trouble = page.trouble("iban");
    assert_eq!(
        trouble.as_deref(),
        Some("Aún está incompleto. Revisa que no falte nada.")
    );
}

#[wasm_bindgen_test]
async fn the_bank_has_to_be_where_the_account_is() {
    let page = form("SEPA").await;
    page.fill("iban", "de89 3704 0044 0532 0130 00").await;
    assert_eq!(page.value("iban"), "DE89 3704 0044 0532 0130 00");
    page.fill("bic", "BNPAFRPP").await;
    let trouble = page.trouble("bic");
    assert_eq!(
        trouble.as_deref(),
        Some("El banco y la cuenta son de países distintos. Revisa el IBAN y el BIC.")
    );
    page.fill("iban", "FR14 2004 1010 0505 0001 3M02 606").await;
    assert_eq!(
        page.trouble("bic"),
        None,
        "what was wrong beside the other answer is right now"
    );
}

#[wasm_bindgen_test]
async fn a_business_is_asked_for_its_name_and_a_person_for_theirs() {
    let page = form("SEPA").await;
    assert!(page.find("[name='first_name']").is_none());
    page.choose("holder_type", "individual").await;
    page.fill("first_name", "Ana").await;
    page.choose("holder_type", "business").await;
    assert!(page.find("[name='first_name']").is_none());
    page.fill("business_name", "Ana GmbH").await;
    page.fill("iban", "DE89370400440532013000").await;
    page.fill("bic", "COBADEFF").await;
    page.fill("bank_name", "Commerzbank").await;
    let fields = destination(&page).await["fields"].clone();
    let expected = json!({
        "iban": "DE89370400440532013000", "bic": "COBADEFF", "bank_name": "Commerzbank",
        "holder_type": "business", "business_name": "Ana GmbH",
    });
    assert_eq!(fields, expected);
}

#[wasm_bindgen_test]
async fn an_account_number_without_a_check_digit_is_asked_for_twice() {
    let page = form("US").await;
    page.fill("account_number", "000123456").await;
    page.fill("account_number_again", "000123465").await;
    let trouble = page.trouble("account_number_again");
    assert_eq!(
        trouble.as_deref(),
        Some("No es igual al número de arriba. Revisa los dos.")
    );
    page.fill("account_number_again", "000-123-456").await;
    assert_eq!(page.trouble("account_number_again"), None);
}

#[wasm_bindgen_test]
async fn an_account_in_the_united_states_is_sent_with_its_holder_and_address() {
    let page = form("US").await;
    page.fill("routing_number", "021000022").await;
    let trouble = page.trouble("routing_number");
    assert!(trouble.is_some_and(|trouble| trouble.starts_with("Hay un dígito equivocado")));
    for (name, text) in [
        ("routing_number", "0210 0002-1"),
        ("account_number", "000123456"),
        ("account_number_again", "000123456"),
        ("bank_name", "Chase"),
        ("street_line1", "1 Market St"),
        ("city", "San Francisco"),
        ("state", "CA"),
        ("postal_code", "94103"),
    ] {
        page.fill(name, text).await;
    }
    page.choose("holder_type", "individual").await;
    page.fill("first_name", "Ana").await;
    page.fill("last_name", "López").await;
    page.choose("address_country", "US").await;
    let fields = destination(&page).await["fields"].clone();
    assert_eq!(fields["routing_number"], "021000021");
    assert_eq!(fields["account_number"], "000123456");
    assert_eq!(fields["address_country"], "US");
    assert_eq!(fields.get("account_number_again"), None);
    assert_eq!(fields.get("street_line2"), None);
}

#[wasm_bindgen_test]
async fn a_dominican_document_is_checked_by_its_type() {
    let page = form("DO").await;
    page.choose("document_type", "cedula").await;
    page.fill("document_identifier", "00113918204").await;
    assert!(page.trouble("document_identifier").is_some());
    page.choose("document_type", "passport").await;
    assert_eq!(page.trouble("document_identifier"), None);
    page.choose("document_type", "cedula").await;
    page.fill("document_identifier", "001-1391820-5").await;
    assert_eq!(page.value("document_identifier"), "001 1391820 5");
    page.fill("bank_name", "Banreservas").await;
    page.choose("account_type", "savings").await;
    page.fill("account_number", "960-291549-8").await;
    let fields = destination(&page).await["fields"].clone();
    assert_eq!(fields["document_identifier"], "00113918205");
    assert_eq!(fields["account_number"], "9602915498");
}

#[wasm_bindgen_test]
async fn dominican_banks_are_suggested_and_any_other_is_accepted() {
    let page = form("DO").await;
    let input = page.element("[name='bank_name']");
    let list = input.get_attribute("list").unwrap_or_default();
    assert!(
        page.find(&format!(
            "datalist[id='{list}'] option[value='Banreservas']"
        ))
        .is_some()
    );
    page.fill("bank_name", "Otro Banco").await;
    assert_eq!(page.trouble("bank_name"), None);
}

#[wasm_bindgen_test]
async fn what_was_typed_is_there_after_going_back() {
    let page = form("MX").await;
    page.fill("clabe", "014680260346007120").await;
    page.press("back").await;
    page.until_step("amount").await;
    assert_eq!(page.value("crypto_amount"), "100");
    page.press("continue").await;
    page.until_step("bank").await;
    assert_eq!(page.value("clabe"), "014 680 26034600712 0");
}

#[wasm_bindgen_test]
async fn nothing_about_a_bank_account_is_kept_by_the_browser() {
    let page = form("MX").await;
    page.fill("clabe", "014680260346007120").await;
    page.press("continue").await;
    page.until_step("confirm").await;
    let window = web_sys::window().expect("a browser");
    for storage in [window.session_storage(), window.local_storage()] {
        let storage = storage.ok().flatten().expect("a storage");
        let length = storage.length().expect("a length");
        for index in 0..length {
            let key = storage.key(index).ok().flatten().unwrap_or_default();
            let value = storage.get_item(&key).ok().flatten().unwrap_or_default();
            assert!(!value.contains("0146"), "{key} holds {value}");
        }
    }
}

#[wasm_bindgen_test]
async fn what_the_proxy_refuses_is_said_at_its_field() {
    let page = Page::open(Proxy::scripted(|asked| match asked.path.as_str() {
        "/v1/orders" => {
            let fields = json!({ "fields": [{ "key": "clabe", "problem": "unknown_bank" }] });
            Answer::Json(422, problem_with(422, "invalid_fields", fields))
        }
        _ => usual(asked),
    }))
    .await;
    page.to_confirm().await;
    page.until_says("1,818.46 MXN").await;
    page.press("confirm").await;
    page.until_step("bank").await;
    let trouble = page.trouble("clabe");
    assert_eq!(
        trouble.as_deref(),
        Some("Ningún banco tiene ese código. Revisa los primeros dígitos.")
    );
    assert!(page.text("[data-testid='error-summary']").contains("CLABE"));
    assert_eq!(page.value("clabe"), "014 680 26034600712 0");
    page.type_in("clabe", "0").await;
    assert_eq!(page.trouble("clabe"), None);
}

#[wasm_bindgen_test]
async fn a_form_that_the_provider_lists_is_asked_as_it_is() {
    let page = Page::open(offering(|checkout| {
        checkout["countries"][0]["form"] = json!({ "kind": "fields", "fields": [
            { "key": "pix_key", "label": "Llave PIX", "type": "text", "required": true, "pattern": "[a-z]{3}" },
            { "key": "colour", "label": "Color", "type": "something_new", "required": false },
            { "key": "kind", "label": "Tipo", "type": "select", "required": true, "options": ["A", "B"] },
        ] });
    }))
    .await;
    page.to_bank("MX").await;
    page.says("Color (opcional)");
    page.fill("pix_key", "ABC").await;
    assert!(page.trouble("pix_key").is_some());
    page.fill("pix_key", "abc").await;
    assert_eq!(page.trouble("pix_key"), None);
    page.press("continue").await;
    assert!(page.text("[data-testid='error-summary']").contains("Tipo"));
    page.choose("kind", "B").await;
    assert_eq!(
        destination(&page).await["fields"],
        json!({ "pix_key": "abc", "kind": "B" })
    );
}

#[wasm_bindgen_test]
async fn what_is_usual_is_asked_for_in_the_payers_language() {
    let fields = |number_is_required: bool| {
        json!({ "kind": "fields", "fields": [
            { "key": "institution_id", "label": "Bank or wallet", "type": "select", "required": true,
              "options": ["Banco Galicia", "Mercado Pago"] },
            { "key": "cvu", "label": "CVU", "type": "text", "required": number_is_required },
            { "key": "phone_number", "label": "Phone number", "type": "tel", "required": false },
        ] })
    };
    for (is_required, language, label, one_of) in [
        (false, "es-MX", "Teléfono (opcional)", "Llena al menos uno"),
        (true, "es-MX", "Banco o billetera", "Llena al menos uno"),
        (
            false,
            "en-US",
            "Phone number (optional)",
            "Fill in at least one",
        ),
    ] {
        let proxy = offering(move |checkout| {
            checkout["countries"][0]["form"] = fields(is_required);
        });
        let page = Page::open_with(proxy, json!({ "locale": language })).await;
        page.to_bank("MX").await;
        page.says(label);
        page.says("CVU");
        if is_required {
            page.is_silent_about(one_of);
        } else {
            page.says(one_of);
        }
        page.close();
    }
}

#[wasm_bindgen_test]
async fn a_saved_account_needs_no_typing() {
    let page = Page::open(offering(|checkout| {
        checkout["destinations"] = json!([
            { "id": "dst_1", "country": "MX", "bank_name": "Santander", "masked": "•••• 7120" },
            { "id": "dst_2", "country": "US", "bank_name": null, "masked": "•••• 1111" },
        ]);
    }))
    .await;
    page.to_bank("MX").await;
    page.says("Santander •••• 7120");
    page.is_silent_about("1111");
    assert!(page.find("[name='clabe']").is_none());
    page.choose("destination", "").await;
    assert!(page.find("[name='clabe']").is_some());
    page.choose("destination", "dst_1").await;
    assert_eq!(
        destination(&page).await,
        json!({ "kind": "saved", "id": "dst_1" })
    );
}

#[wasm_bindgen_test]
async fn whose_account_is_asked_for_is_said() {
    let page = Page::open(offering(|checkout| {
        checkout["receiver"] = json!({ "id": "rec_1", "name": "Ana López" });
    }))
    .await;
    page.to_bank("MX").await;
    page.says("¿A qué cuenta de Ana López?");
}

#[wasm_bindgen_test]
async fn numbers_are_typed_without_help_from_the_browser() {
    let page = form("SEPA").await;
    let iban = page.element("[name='iban']");
    for (name, value) in [
        ("autocomplete", "off"),
        ("autocapitalize", "characters"),
        ("spellcheck", "false"),
        ("inputmode", "text"),
    ] {
        assert_eq!(iban.get_attribute(name).as_deref(), Some(value), "{name}");
    }
    settle().await;
}

fn registered(fields: Value) -> Proxy {
    offering(move |checkout| {
        checkout["countries"][0]["form"] = json!({ "kind": "registered", "fields": fields });
    })
}

#[wasm_bindgen_test]
async fn an_account_of_the_registration_is_not_asked_for() {
    let bank = json!({
        "key": "bank_name", "label": "Banco", "type": "select", "required": true,
        "options": ["Banreservas", "BHD", "Popular", "Santa Cruz"],
    });
    let page = Page::open(registered(json!([bank]))).await;
    page.to_bank("MX").await;
    page.says("El dinero llega a tu cuenta registrada");
    assert!(page.find("[name='clabe']").is_none());
    page.press("continue").await;
    assert_eq!(page.focused().as_deref(), Some("bank_name"));
    page.choose("bank_name", "BHD").await;
    page.press("continue").await;
    page.until_step("confirm").await;
    page.until_says("BHD, la cuenta que registraste").await;
    page.press("back").await;
    page.until_step("bank").await;
    let destination = destination(&page).await;
    let fields = json!({ "bank_name": "BHD" });
    assert_eq!(
        destination,
        json!({ "kind": "registered", "fields": fields })
    );
}

#[wasm_bindgen_test]
async fn a_registration_that_leaves_nothing_to_ask_needs_one_press() {
    let page = Page::open(registered(json!([]))).await;
    page.to_bank("MX").await;
    let destination = destination(&page).await;
    assert_eq!(destination, json!({ "kind": "registered", "fields": {} }));
    page.until_step("deposit").await;
}

/// A proxy that keeps accounts, and locks no price without one.
fn keeping(
    save: impl Fn() -> Answer + 'static,
    remove: impl Fn() -> Answer + 'static,
    saved: Value,
) -> Proxy {
    Proxy::scripted(
        move |asked| match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/v1/checkout") => {
                let mut checkout = checkout();
                checkout["quote_needs_destination"] = json!(true);
                checkout["destinations"] = saved.clone();
                Answer::Json(200, checkout)
            }
            ("POST", "/v1/destinations") => save(),
            ("DELETE", _) => remove(),
            _ => usual(asked),
        },
    )
}

fn kept(id: &str, masked: &str) -> Value {
    json!({ "id": id, "country": "MX", "bank_name": "Santander", "masked": masked })
}

fn saves() -> Answer {
    Answer::Later(
        50,
        201,
        json!({ "destination": kept("dst_9", "•••• 7120") }),
    )
}

fn never() -> Answer {
    Answer::Cut
}

#[wasm_bindgen_test]
async fn an_account_is_saved_before_it_is_priced() {
    let page = Page::open(keeping(saves, never, json!([]))).await;
    page.to_bank("MX").await;
    page.fill("clabe", "014680260346007120").await;
    page.press("continue").await;
    let busy = page.element("[data-action='continue']");
    assert_eq!(busy.get_attribute("aria-busy").as_deref(), Some("true"));
    page.press("continue").await;
    page.until_step("confirm").await;
    let asked = page.proxy.asked("POST", "/v1/destinations");
    assert_eq!(asked.len(), 1, "a press while it is saved does not count");
    let fields = json!({ "clabe": "014680260346007120" });
    assert_eq!(asked[0].body, json!({ "country": "MX", "fields": fields }));
    let quotes = page.proxy.quotes("firm");
    let saved = json!({ "kind": "saved", "id": "dst_9" });
    assert_eq!(quotes[0].body["destination"], saved);

    page.press("back").await;
    page.until_step("bank").await;
    page.says("Santander •••• 7120");
    assert_eq!(destination(&page).await, saved);
    assert_eq!(page.proxy.asked("POST", "/v1/destinations").len(), 1);
}

#[wasm_bindgen_test]
async fn an_account_that_is_not_saved_is_marked_or_says_why() {
    let refuses = || {
        let fields = json!([{ "key": "clabe", "problem": "unknown_bank" }]);
        let more = json!({ "fields": fields });
        Answer::Json(422, problem_with(422, "invalid_fields", more))
    };
    let page = Page::open(keeping(refuses, never, json!([]))).await;
    page.to_bank("MX").await;
    page.fill("clabe", "014680260346007120").await;
    page.press("continue").await;
    page.until("the mark", || page.trouble("clabe").is_some())
        .await;
    assert_eq!(page.focused().as_deref(), Some("clabe"));

    let down = || Answer::Json(503, support::problem(503, "provider_unavailable"));
    let page = Page::open(keeping(down, never, json!([]))).await;
    page.to_bank("MX").await;
    page.fill("clabe", "014680260346007120").await;
    page.press("continue").await;
    page.until_says("El proveedor de pagos no responde").await;
    assert_eq!(page.value("clabe"), "014 680 26034600712 0");
    assert!(page.proxy.quotes("firm").is_empty());
}

#[wasm_bindgen_test]
async fn a_saved_account_is_removed_after_asking() {
    let two = json!([kept("dst_1", "•••• 1111"), kept("dst_2", "•••• 2222")]);
    let page = Page::open(keeping(saves, || Answer::Json(204, Value::Null), two)).await;
    page.to_bank("MX").await;
    page.press("remove-account").await;
    page.press("remove-account-no").await;
    page.press("remove-account").await;
    page.choose("destination", "dst_2").await;
    assert!(page.find("[data-action='remove-account-yes']").is_none());
    page.press("remove-account").await;
    page.press("remove-account-yes").await;
    page.until("one account less", || !page.words().contains("2222"))
        .await;
    assert_eq!(
        page.proxy.asked("DELETE", "/v1/destinations/dst_2").len(),
        1
    );
    page.says("•••• 1111");
}

#[wasm_bindgen_test]
async fn an_account_that_cannot_be_removed_stays() {
    let one = json!([kept("dst_1", "•••• 1111")]);
    let refuses = || Answer::Json(409, support::problem(409, "action_not_allowed"));
    let page = Page::open(keeping(saves, refuses, one)).await;
    page.to_bank("MX").await;
    page.press("remove-account").await;
    page.press("remove-account-yes").await;
    page.until_says("Eso ya no se puede hacer").await;
    page.says("•••• 1111");
}

#[wasm_bindgen_test]
async fn a_listed_question_that_the_rules_know_is_checked_and_typed_by_them() {
    let listed = |key: &str| json!({ "key": key, "label": key, "type": "text", "required": true });
    let fields = json!([listed("clabe"), listed("nickname")]);
    let page = Page::open(offering(move |checkout| {
        checkout["countries"][0]["form"] = json!({ "kind": "fields", "fields": fields });
    }))
    .await;
    page.to_bank("MX").await;
    page.says("CLABE interbancaria");
    let mode = |name: &str| {
        page.element(&format!("[name='{name}']"))
            .get_attribute("inputmode")
    };
    assert_eq!(mode("clabe").as_deref(), Some("numeric"));
    assert_eq!(mode("nickname").as_deref(), Some("text"));
    page.fill("clabe", "014680260346007121").await;
    assert!(page.trouble("clabe").is_some());
    page.fill("clabe", "014 680 26034600712 0").await;
    assert_eq!(page.trouble("clabe"), None);
    page.fill("nickname", "casa").await;
    let fields = json!({ "clabe": "014680260346007120", "nickname": "casa" });
    assert_eq!(destination(&page).await["fields"], fields);
}

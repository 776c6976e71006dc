//! The step that shows how far the order is, in a real browser.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "a step that cannot be looked at fails its test"
)]

mod stage;

use offramp_checkout::test_support::{Did, Step};
use offramp_domain::{
    api::{Action, Fee, Next, Order, Party, Refund},
    bank::CountryCode,
    money::Token,
    order::{Custody, OrderState, Reason},
    quote::{FeeKind, Guarantee},
};
use serde_json::{Map, Value};
use stage::{
    HASH, Screen, at, enter, is_focused, look_at_the_clock, noon, offer, order_in, settle, show,
};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = "
let saved = null;
export function catch_files() {
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    if (this.download) saved = { name: this.download, text: fetch(this.href).then((r) => r.text()) };
    else click.call(this);
  };
}
export async function saved_text() { return `${saved.name}\\n${await saved.text}`; }
")]
extern "C" {
    fn catch_files();
    async fn saved_text() -> wasm_bindgen::JsValue;
}

fn status(order: Order) -> Screen {
    show(Step::Status, "es-MX", order)
}

/// Who holds the crypto, most of the time, in this state.
fn custody_in(state: OrderState) -> Custody {
    match state {
        OrderState::Creating
        | OrderState::Created
        | OrderState::Blocked
        | OrderState::AwaitingDeposit
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Failed => Custody::Payer,
        OrderState::DepositSubmitted => Custody::InFlight,
        OrderState::DepositReceived
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding => Custody::Provider,
        OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation
        | OrderState::Settling
        | OrderState::PayoutReturned
        | OrderState::Completed => Custody::Converted,
        OrderState::Attention => Custody::Unknown,
        OrderState::Refunded => Custody::Returned,
    }
}

const REASONS: [Reason; 12] = [
    Reason::NotCreated,
    Reason::CreateUnknown,
    Reason::OfferOver,
    Reason::Abandoned,
    Reason::CancelledByPayer,
    Reason::AccountNotOwned,
    Reason::PriceChanged,
    Reason::DepositMissing,
    Reason::DepositAfterEnd,
    Reason::PayoutFailed,
    Reason::ProviderMismatch,
    Reason::UnknownStatus,
];

#[wasm_bindgen_test]
fn every_state_has_words_and_says_who_acts_next() {
    for language in ["es-MX", "en-US"] {
        let mut titles = Vec::new();
        for state in OrderState::ALL {
            let mut order = order_in(state);
            order.custody = custody_in(state);
            let screen = show(Step::Status, language, order);
            let title = screen.text("[data-testid='order-state']");
            let body = screen.text("[role='status']");
            let next = screen.text(".checkout-status__next");
            assert!(
                !title.trim().is_empty(),
                "{state:?} has no title in {language}"
            );
            assert!(
                body.len() > title.len() + 20,
                "{state:?} has no words in {language}"
            );
            assert!(
                next.len() > 10,
                "{state:?} does not say who acts next in {language}"
            );
            let words = screen.root.text_content().unwrap();
            assert!(
                !words.contains(['{', '}']),
                "{state:?} in {language}: {words}"
            );
            let named = screen
                .element("[data-testid='order-state']")
                .get_attribute("data-state");
            assert_eq!(named.as_deref(), Some(state.as_str()));
            assert!(!titles.contains(&title), "{title} twice in {language}");
            titles.push(title);
        }
    }
}

#[wasm_bindgen_test]
fn every_reason_has_words() {
    for language in ["es-MX", "en-US"] {
        let bare = show(Step::Status, language, order_in(OrderState::Failed)).words();
        for reason in REASONS {
            let mut order = order_in(OrderState::Failed);
            order.reason = Some(reason);
            let words = show(Step::Status, language, order).words();
            assert!(
                words.len() > bare.len() + 20,
                "{reason:?} has no words in {language}"
            );
        }
    }
}

#[wasm_bindgen_test]
fn whose_turn_it_is_and_until_when_is_said() {
    for (by, words) in [
        (Party::Payer, "Te toca a ti, hasta el 1 de mayo"),
        (Party::Partner, "Le toca al negocio, hasta el 1 de mayo"),
        (
            Party::Provider,
            "Le toca al proveedor de pagos, hasta el 1 de mayo",
        ),
    ] {
        let mut order = order_in(OrderState::DepositSubmitted);
        order.next = Some(Next {
            by,
            until: Some(noon()),
        });
        let screen = status(order);
        screen.says(words);
        screen.is_silent_about("..");
    }
}

#[wasm_bindgen_test]
async fn what_nobody_understands_is_in_progress_for_half_an_hour() {
    let mut order = order_in(OrderState::Attention);
    order.reason = Some(Reason::UnknownStatus);
    let screen = status(order);
    assert_eq!(screen.text("h2"), "En proceso");
    screen.says("Estamos comprobando");
    screen.is_silent_about("escribe al negocio");

    screen.stage.set_time(at("2026-05-01T12:30:01Z"));
    look_at_the_clock().await;
    assert_eq!(screen.text("h2"), "En revisión");
    screen.says("en un estado que no reconocemos");
    screen.says("escribe al negocio");
    screen.says("ord_1");
}

#[wasm_bindgen_test]
fn attention_for_a_known_reason_says_it_at_once() {
    let mut order = order_in(OrderState::Attention);
    order.reason = Some(Reason::ProviderMismatch);
    order.custody = Custody::Payer;
    let screen = status(order);
    assert_eq!(screen.text("h2"), "En revisión");
    screen.says("no coincide con lo que confirmaste");
    screen.says("no se te cobró nada");
    screen.says("escribe al negocio");
}

#[wasm_bindgen_test]
fn while_it_is_created_there_is_nothing_to_send() {
    let screen = status(order_in(OrderState::Creating));
    screen.says("Nos aseguramos de que quede hecho una sola vez. Todavía no hay nada que enviar.");
    assert!(screen.action("restart").is_none());
}

#[wasm_bindgen_test]
async fn a_report_can_be_corrected_and_cancelling_asks_first() {
    let mut order = order_in(OrderState::DepositSubmitted);
    order.actions = vec![
        offer(Action::ReportSent, false),
        offer(Action::Cancel, false),
    ];
    let screen = status(order);
    screen.type_in("tx_hash", HASH).await;
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), [Did::ReportSent(Some(HASH.to_owned()))]);
    screen
        .stage
        .change(|order| order.tx_hash = Some(HASH.to_owned()));
    settle().await;
    screen.says("Hash guardado: 0x88df…944b");
    screen.press("cancel").await;
    assert_eq!(screen.stage.did().len(), 1);
    screen.press("cancel-yes").await;
    assert_eq!(screen.stage.did().last(), Some(&Did::Cancel));
}

#[wasm_bindgen_test]
fn an_order_that_is_being_cancelled_says_so() {
    let mut order = order_in(OrderState::AwaitingDeposit);
    order.pending_action = Some(Action::Cancel);
    let screen = status(order);
    assert_eq!(screen.text("h2"), "Cancelando…");
    screen.says("No envíes nada");
}

#[wasm_bindgen_test]
async fn longer_than_usual_is_said() {
    let screen = status(order_in(OrderState::DepositSubmitted));
    screen.is_silent_about("más de lo habitual");
    screen.stage.set_time(at("2026-05-01T12:10:00Z"));
    look_at_the_clock().await;
    screen.says("más de lo habitual");
}

#[wasm_bindgen_test]
fn the_transfer_is_linked_to_safely() {
    let mut order = order_in(OrderState::DepositReceived);
    order.tx_hash = Some(HASH.to_owned());
    order.explorer_url = Some(format!("https://polygonscan.com/tx/{HASH}"));
    let screen = status(order.clone());
    assert_eq!(screen.text("[data-testid='tx-hash']"), "0x88df…944b");
    let link = screen.action("explorer").unwrap();
    assert_eq!(
        link.get_attribute("rel").as_deref(),
        Some("noopener noreferrer")
    );
    assert_eq!(link.get_attribute("target").as_deref(), Some("_blank"));

    order.explorer_url = Some("javascript:alert(1)".to_owned());
    assert!(status(order).action("explorer").is_none());
}

#[wasm_bindgen_test]
async fn a_paid_order_shows_what_came_of_it() {
    catch_files();
    let mut order = order_in(OrderState::Completed);
    order.custody = Custody::Converted;
    order.tx_hash = Some(HASH.to_owned());
    let screen = status(order);
    assert_eq!(screen.text("h2"), "Pagado");
    for words in [
        "1,818.46 MXN",
        "100 USDC",
        "Santander •••• 7120",
        "ord_1",
        "Este pedido está cerrado",
    ] {
        screen.says(words);
    }
    screen.press("download-receipt").await;
    let receipt = saved_text()
        .await
        .as_string()
        .unwrap()
        .replace('\u{a0}', " ");
    for words in ["comprobante-ord_1.txt", "1,818.46 MXN", "•••• 7120", HASH] {
        assert!(receipt.contains(words), "{words:?} is not in {receipt:?}");
    }
    screen.press("restart").await;
    assert_eq!(screen.stage.did(), [Did::Restart]);
}

#[wasm_bindgen_test]
async fn a_receipt_for_programs_tells_what_the_proxy_told_and_nothing_to_act_on() {
    catch_files();
    let mut order = order_in(OrderState::Completed);
    order.custody = Custody::Converted;
    order.tx_hash = Some(HASH.to_owned());
    order.resume_token = Some("res_1".to_owned());
    order.fees = vec![Fee {
        kind: FeeKind::Provider,
        amount: "1.50".parse().unwrap(),
        currency: "MXN".to_owned(),
    }];
    let told = serde_json::to_value(&order).unwrap();
    let screen = status(order);
    screen.press("download-data").await;
    let saved = saved_text().await.as_string().unwrap();
    let (name, text) = saved.split_once('\n').unwrap();
    assert_eq!(name, "comprobante-ord_1.json");
    let receipt: Map<String, Value> = serde_json::from_str(text).unwrap();
    let mut keys: Vec<_> = receipt.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = [
        "created_at",
        "crypto",
        "destination",
        "fees",
        "fiat",
        "id",
        "rate",
        "state",
        "tx_hash",
        "updated_at",
    ];
    assert_eq!(keys, expected);
    for (key, value) in receipt {
        assert_eq!(value, told[&key], "{key}");
    }
}

#[wasm_bindgen_test]
fn an_end_without_money_says_where_the_crypto_is() {
    let mut order = order_in(OrderState::Cancelled);
    order.reason = Some(Reason::CancelledByPayer);
    let screen = status(order.clone());
    screen.says("Tú cancelaste el pedido");
    screen.says("no se te cobró nada");
    screen.says("si ya habías enviado, escribe al negocio");
    screen.is_silent_about("este número de pedido");

    order.custody = Custody::Provider;
    let screen = status(order.clone());
    screen.says("la tiene el proveedor de pagos");
    screen.says("escribe al negocio");

    order.state = OrderState::Refunded;
    order.custody = Custody::Returned;
    order.refund = Some(Refund {
        amount: "99.5".parse().ok(),
        token: Token::Usdc,
        tx_hash: None,
    });
    let screen = status(order.clone());
    screen.says("La cripto volvió a la wallet de la que salió");
    screen.says("99.5 USDC");

    order.refund = Some(Refund {
        amount: None,
        token: Token::Usdc,
        tx_hash: Some(HASH.to_owned()),
    });
    let screen = status(order);
    screen.says(HASH);
    screen.is_silent_about("Devuelto");
}

#[wasm_bindgen_test]
fn an_order_that_was_called_off_without_a_word_says_how_far_it_was() {
    for (before, why) in [
        (OrderState::Created, "no encontró quién transfiriera"),
        (OrderState::AwaitingDeposit, "la cripto no salió a tiempo"),
    ] {
        let mut order = order_in(before);
        enter(&mut order, OrderState::Cancelled, noon());
        status(order.clone()).says(why);

        order.reason = Some(Reason::PriceChanged);
        status(order).is_silent_about(why);
    }
    let mut order = order_in(OrderState::Cancelled);
    order.reason = Some(Reason::Abandoned);
    status(order).says("no la uses");
}

#[wasm_bindgen_test]
fn crypto_that_nobody_sees_is_not_said_to_have_been_sent_by_the_payer() {
    let mut order = order_in(OrderState::Failed);
    order.custody = Custody::Unknown;
    order.reason = Some(Reason::DepositMissing);
    let screen = status(order);
    screen.says("Si la enviaste tú");
    screen.says("Le toca al proveedor de pagos");
    screen.is_silent_about("Avisaste");
}

#[wasm_bindgen_test]
fn an_order_without_crypto_yet_blocks_another() {
    assert!(
        status(order_in(OrderState::DepositSubmitted))
            .action("restart")
            .is_none()
    );
    let mut funded = order_in(OrderState::PayoutInProgress);
    funded.custody = Custody::Converted;
    assert!(status(funded).action("restart").is_some());
}

#[wasm_bindgen_test]
fn a_figure_that_nobody_knows_yet_is_not_made_up() {
    let mut order = order_in(OrderState::DepositSubmitted);
    order.fiat.amount = None;
    order.fiat.guarantee = Guarantee::Estimate;
    let screen = status(order.clone());
    screen.says("Se sabrá al pagarse");
    screen.is_silent_about("18.18");
    screen.is_silent_about("≈");

    for (end, title) in [
        (OrderState::Completed, "Pagado"),
        (OrderState::Cancelled, "Pedido cancelado"),
    ] {
        enter(&mut order, end, noon());
        let screen = status(order.clone());
        assert_eq!(screen.text("h2"), title);
        screen.is_silent_about("Se sabrá");
    }
}

#[wasm_bindgen_test]
async fn a_figure_is_final_once_it_is_paid() {
    catch_files();
    for (guarantee, before) in [
        (Guarantee::Estimate, "estimado; final al pagarse"),
        (Guarantee::AtLeast, "Recibes al menos"),
    ] {
        let mut order = order_in(OrderState::DepositReceived);
        order.fiat.guarantee = guarantee;
        status(order.clone()).says(before);

        enter(&mut order, OrderState::Completed, noon());
        let screen = status(order);
        screen.is_silent_about(before);
        screen.says("Recibiste");
        screen.press("download-receipt").await;
        let receipt = saved_text().await.as_string().unwrap();
        assert!(receipt.contains("Recibiste: 1,818.46"), "{receipt}");
    }
}

#[wasm_bindgen_test]
fn how_long_a_payout_takes_depends_on_the_bank() {
    let mut order = order_in(OrderState::PayoutInProgress);
    status(order.clone()).says("Por SPEI suele llegar en minutos");
    order.destination.country = CountryCode::Us;
    status(order).says("1 a 3 días hábiles");
}

#[wasm_bindgen_test]
fn the_timeline_shows_what_is_done_current_and_to_come() {
    let mut order = order_in(OrderState::DepositSubmitted);
    enter(&mut order, OrderState::DepositReceived, noon());
    let screen = status(order);
    let stages = screen
        .root
        .query_selector_all(".checkout-timeline__stage")
        .unwrap();
    let said: Vec<String> = (0..stages.length())
        .filter_map(|index| stages.get(index)?.text_content())
        .collect();
    assert_eq!(said.len(), 5);
    assert!(said[0].starts_with("Pedido creado: Hecho"), "{said:?}");
    assert!(said[2].starts_with("Cripto recibida: Hecho"), "{said:?}");
    assert_eq!(said[3], "Transferencia a tu banco: En curso");
    assert_eq!(said[4], "Pagado: Pendiente");
    assert_eq!(screen.text("[aria-current='step']"), said[3]);
}

#[wasm_bindgen_test]
fn the_timeline_of_an_ended_order_promises_nothing() {
    let screen = status(order_in(OrderState::Expired));
    let text = screen.text(".checkout-timeline");
    assert!(text.contains("Pedido vencido"), "{text}");
    assert!(!text.contains("Pendiente"), "{text}");
}

#[wasm_bindgen_test]
async fn an_update_is_announced_and_does_not_take_the_focus() {
    let mut order = order_in(OrderState::DepositSubmitted);
    order.actions = vec![offer(Action::ReportSent, false)];
    let screen = status(order);
    let input = screen.element("input[name='tx_hash']");
    input.focus().unwrap();
    let before = screen.text("[role='status']");

    screen.stage.change(|order| order.sequence += 1);
    settle().await;
    assert_eq!(screen.text("[role='status']"), before);
    assert!(is_focused(&input));

    screen
        .stage
        .change(|order| enter(order, OrderState::DepositReceived, noon()));
    settle().await;
    assert!(
        screen
            .text("[role='status']")
            .starts_with("Tu cripto llegó")
    );
    assert_eq!(screen.text("h2"), "Tu cripto llegó");
    assert!(is_focused(&input));
}

#[wasm_bindgen_test]
async fn an_old_screen_says_how_old_it_is() {
    let screen = status(order_in(OrderState::DepositReceived));
    screen.stage.disconnect(at("2026-05-01T12:04:00Z"));
    settle().await;
    screen.says("Sin conexión. Última comprobación:");
}

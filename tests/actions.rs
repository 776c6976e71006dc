//! What an order asks of its payer beside sending, in a real browser.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "a step that cannot be looked at fails its test"
)]

mod stage;

use offramp_checkout::test_support::{Did, Step};
use offramp_domain::{
    api::{Action, ErrorCode, FieldProblem, FormField, NotReceived, Order, Party, Problem},
    bank,
    order::{Custody, OrderState, Reason},
};
use stage::{Screen, is_focused, noon, offer, order_in, settle, show};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// An order whose payer has to say whether the money arrived.
fn asked() -> Order {
    let mut order = order_in(OrderState::AwaitingConfirmation);
    order.custody = Custody::Escrow;
    order.actions = vec![
        offer(Action::ConfirmReceived, true),
        offer(Action::ReportNotReceived, false),
    ];
    order
}

fn status(order: Order) -> Screen {
    show(Step::Status, "es-MX", order)
}

#[wasm_bindgen_test]
async fn whether_the_money_arrived_is_asked_and_answered_in_two_steps() {
    let screen = status(asked());
    assert_eq!(screen.text("h2"), "¿Ya llegó el dinero?");
    assert!(!screen.text("[role='status']").contains("?."));
    screen.says("¿ya están 1,818.46 MXN en Santander •••• 7120?");
    assert!(screen.find(".checkout-button--primary").is_none());

    screen.press("received").await;
    assert_eq!(screen.stage.did(), []);
    screen.says("Confirma solo si ves 1,818.46 MXN en Santander •••• 7120");
    screen.says("Es definitivo: tu cripto se entrega");
    assert!(screen.action("not-received").is_none());
    assert!(is_focused(&screen.element(".checkout-ask h3")));

    screen.press("received-no").await;
    assert_eq!(screen.stage.did(), []);
    assert!(is_focused(&screen.action("received").unwrap()));
    screen.press("received").await;
    screen.press("confirm-received").await;
    assert_eq!(screen.stage.did(), [Did::ConfirmReceived]);
}

#[wasm_bindgen_test]
async fn money_that_did_not_arrive_is_reported_with_or_without_a_note() {
    let screen = status(asked());
    screen.press("not-received").await;
    screen.says("No confirmes");
    screen.says("Avisamos al negocio");
    assert_eq!(screen.stage.did(), []);
    screen.press("report-not-received").await;
    assert_eq!(screen.stage.did(), [Did::ReportNotReceived(None)]);

    screen.press("not-received").await;
    screen.type_in("note", " solo 100 MXN ").await;
    screen.press("report-not-received").await;
    let note = Some("solo 100 MXN".to_owned());
    assert_eq!(
        screen.stage.did().last(),
        Some(&Did::ReportNotReceived(note))
    );
}

#[wasm_bindgen_test]
fn what_was_reported_stays_in_sight_and_is_not_asked_again() {
    let mut order = asked();
    order.not_received = Some(NotReceived {
        at: noon(),
        note: None,
    });
    let screen = status(order.clone());
    screen.says("el dinero no había llegado");
    screen.is_silent_about("Mira en tu banco");
    let button = screen.action("received").unwrap();
    assert!(
        button.class_name().contains("quiet"),
        "it may still be confirmed"
    );

    for state in [OrderState::Settling, OrderState::Completed] {
        order.state = state;
        order.custody = Custody::Converted;
        let screen = status(order.clone());
        screen.says("el dinero no había llegado");
        screen.says("escribe al negocio");
        screen.is_silent_about("El dinero llegó");
    }
}

#[wasm_bindgen_test]
async fn nothing_is_promised_that_only_the_provider_keeps() {
    for (language, silence, report) in [
        ("es-MX", "si no contestas", "Avisar no detiene"),
        ("en-US", "without an answer", "does not stop"),
    ] {
        let screen = show(Step::Status, language, asked());
        screen.says(silence);
        screen.press("not-received").await;
        screen.says(report);
        let mut paid = asked();
        paid.state = OrderState::Completed;
        let paid = show(Step::Status, language, paid).words();
        assert!(
            paid.contains("El proveedor de pagos dice")
                || paid.contains("The payment provider says"),
            "{paid}"
        );
    }
}

#[wasm_bindgen_test]
fn before_its_turn_nobody_is_urged_to_confirm() {
    let mut order = asked();
    order.state = OrderState::PayoutInProgress;
    order.actions = vec![offer(Action::ConfirmReceived, false)];
    let screen = status(order);
    let button = screen.action("received").unwrap();
    assert!(button.class_name().contains("quiet"));
    screen.is_silent_about("Mira en tu banco");
    assert!(screen.action("not-received").is_none());
}

#[wasm_bindgen_test]
async fn a_poll_leaves_the_answer_alone_and_another_figure_asks_anew() {
    let screen = status(asked());
    screen.press("not-received").await;
    screen.type_in("note", "nada").await;
    screen.stage.change(|order| order.sequence += 1);
    settle().await;
    let input = screen.element("input[name='note']");
    assert!(input.is_connected());

    screen
        .stage
        .change(|order| order.fiat.amount = "1800".parse().ok());
    settle().await;
    assert!(!input.is_connected());
    screen.says("¿ya están 1,800.00 MXN");
}

#[wasm_bindgen_test]
async fn while_an_answer_is_on_its_way_a_press_does_not_count() {
    let screen = status(asked());
    screen.press("received").await;
    screen.stage.set_acting(Some(Action::ConfirmReceived));
    settle().await;
    screen.press("confirm-received").await;
    assert_eq!(screen.stage.did(), []);

    screen.stage.change(|order| {
        order.pending_action = Some(Action::ConfirmReceived);
        order.actions.clear();
    });
    settle().await;
    assert!(screen.action("confirm-received").is_none());
    assert_eq!(screen.text("h2"), "Pasando tu respuesta");
    screen.is_silent_about("hasta que confirmes");
}

#[wasm_bindgen_test]
fn what_others_have_to_do_is_not_offered_to_the_payer() {
    let mut order = asked();
    for offer in &mut order.actions {
        offer.by = Party::Partner;
    }
    let screen = status(order);
    assert!(screen.action("received").is_none());
    assert!(screen.action("not-received").is_none());
}

#[wasm_bindgen_test]
fn an_action_without_a_screen_is_passed_over() {
    let mut order = asked();
    order.actions = vec![offer(Action::ChangeDestination, true)];
    let screen = status(order);
    assert_eq!(screen.text("h2"), "¿Ya llegó el dinero?");
}

fn field(key: &str, required: bool) -> FormField {
    FormField {
        key: key.to_owned(),
        label: "Ocupación".to_owned(),
        kind: "text".to_owned(),
        required,
        pattern: None,
        options: Vec::new(),
    }
}

fn blocked() -> Order {
    let mut order = order_in(OrderState::Blocked);
    let mut give = offer(Action::ProvideInformation, true);
    give.fields = vec![field("occupation", true), field("employer", false)];
    order.actions = vec![give];
    order
}

#[wasm_bindgen_test]
async fn what_is_missing_is_asked_for_and_checked() {
    let screen = status(blocked());
    assert_eq!(screen.text("h2"), "Falta información");
    screen.press("provide-information").await;
    assert_eq!(screen.stage.did(), []);
    screen.says("Falta este dato.");
    assert!(is_focused(&screen.element("input[name='occupation']")));

    screen.type_in("occupation", "Pintora").await;
    screen.press("provide-information").await;
    let fields = vec![("occupation".to_owned(), "Pintora".to_owned())];
    assert_eq!(screen.stage.did(), [Did::ProvideInformation(fields)]);
}

#[wasm_bindgen_test]
async fn an_answer_that_the_proxy_refuses_is_marked_where_it_stands() {
    let screen = status(blocked());
    screen.type_in("occupation", "?").await;
    screen.stage.refuse(Problem {
        kind: String::new(),
        title: String::new(),
        status: 422,
        code: ErrorCode::InvalidFields,
        detail: None,
        retryable: false,
        request_id: "req-7".to_owned(),
        min: None,
        max: None,
        currency: None,
        fields: vec![FieldProblem {
            key: "occupation".to_owned(),
            problem: bank::Problem::WrongForm,
        }],
        quote: None,
        order_id: None,
        verification_url: None,
    });
    settle().await;
    let input = screen.element("input[name='occupation']");
    assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn a_verification_is_linked_to_in_another_tab() {
    let mut order = order_in(OrderState::Blocked);
    order.actions = vec![offer(Action::CompleteVerification, true)];
    let screen = status(order);
    screen.press("complete-verification").await;
    assert_eq!(screen.stage.did(), [Did::CompleteVerification]);

    screen.stage.send_to("javascript:alert(1)");
    settle().await;
    assert!(screen.find("a[target='_blank']").is_none());
    screen.stage.send_to("https://verify.example/1");
    settle().await;
    let link = screen.element("a[target='_blank']");
    assert_eq!(
        link.get_attribute("href").as_deref(),
        Some("https://verify.example/1")
    );
    assert_eq!(
        link.get_attribute("rel").as_deref(),
        Some("noopener noreferrer")
    );
}

#[wasm_bindgen_test]
async fn an_order_that_may_not_exist_can_be_given_up() {
    let mut order = order_in(OrderState::Attention);
    order.reason = Some(Reason::CreateUnknown);
    order.custody = Custody::Payer;
    order.actions = vec![offer(Action::Cancel, false)];
    let screen = status(order);
    assert_eq!(screen.text("h2"), "No sabemos si tu pedido se creó");
    screen.says("no hay nada que enviar y no se tomó nada");
    screen.is_silent_about("otra vez");
    screen.press("cancel").await;
    screen.is_silent_about("Si ya enviaste");
    screen.press("cancel-yes").await;
    assert_eq!(screen.stage.did(), [Did::Cancel]);
}

#[wasm_bindgen_test]
fn in_a_dispute_people_decide_and_nothing_is_to_be_confirmed() {
    let mut order = order_in(OrderState::Disputed);
    order.custody = Custody::Escrow;
    let screen = status(order);
    screen.says("sin plazo fijo");
    screen.says("No confirmes nada");
    screen.says("escribe al negocio");
}

#[wasm_bindgen_test]
fn a_changed_price_says_what_to_do() {
    let mut order = order_in(OrderState::Cancelled);
    order.reason = Some(Reason::PriceChanged);
    let screen = status(order);
    screen.says("Empieza de nuevo con el precio de ahora");
    assert!(screen.action("restart").is_some());
}

#[wasm_bindgen_test]
fn an_account_of_the_registration_is_called_so() {
    let mut order = order_in(OrderState::PayoutInProgress);
    order.destination.masked = String::new();
    status(order.clone()).says("Santander, la cuenta que registraste");
    order.destination.bank_name = None;
    status(order).says("en camino a la cuenta que registraste");
}

//! The step that asks for the crypto, in a real browser.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "a step that cannot be looked at fails its test"
)]

mod stage;

use offramp_checkout::test_support::{Did, Step};
use offramp_domain::{
    api::{
        Action, ActionOffer, AfterSending, Authorisation, Deposit, ErrorCode, FieldProblem, Next,
        Offer, Order, Party, Problem, TransferToAddress,
    },
    bank,
    money::Token,
    network::Network,
    order::OrderState,
};
use stage::{
    ADDRESS, HASH, LINK, Screen, at, enter, is_focused, look_at_the_clock, offer, order, settle,
    show, transfer,
};
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = "
let copied = null;
export function clipboard(mode) {
  copied = null;
  const value = {
    writeText: (text) => mode === 'refused' ? Promise.reject(new Error()) : new Promise((done) => {
      const finish = () => { copied = text; done(); };
      mode === 'slow' ? globalThis.finishCopy = finish : finish();
    }),
    readText: () => Promise.resolve(mode === 'swapped' ? 'another address' : copied),
  };
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value });
  const state = mode === 'swapped' || mode === 'readable' ? 'granted' : 'prompt';
  navigator.permissions.query = async () => {
    const status = await Object.getPrototypeOf(navigator.permissions).query.call(navigator.permissions, { name: 'geolocation' });
    Object.defineProperty(status, 'state', { value: state });
    return status;
  };
}
export function copied_text() { return copied ?? undefined; }
export function finish_copy() { globalThis.finishCopy(); }
")]
extern "C" {
    /// Puts a clipboard of our own in the browser's place.
    fn clipboard(mode: &str);
    fn copied_text() -> Option<String>;
    fn finish_copy();
}

fn deposit(order: Order) -> Screen {
    show(Step::Deposit, "es-MX", order)
}

fn with(change: impl FnOnce(&mut TransferToAddress)) -> Order {
    let mut order = order();
    let mut transfer = transfer();
    change(&mut transfer);
    order.deposit = Some(Deposit::TransferToAddress(transfer));
    order
}

/// Until promises of the clipboard have run.
async fn settle_copy() {
    for _ in 0..3 {
        settle().await;
    }
}

#[wasm_bindgen_test]
fn the_network_is_the_headline() {
    let screen = deposit(order());
    assert_eq!(screen.text("h2"), "Envía por Polygon");
    let banner = screen.text("[data-testid='deposit-network']");
    for words in [
        "solo USDC",
        "Polygon",
        "137",
        "0x3c49…3359",
        "puede perderse",
    ] {
        assert!(banner.contains(words), "{words:?} is not in {banner:?}");
    }
}

#[wasm_bindgen_test]
fn the_address_is_shown_whole_in_groups_of_four() {
    let screen = deposit(order());
    assert_eq!(screen.text("[data-testid='deposit-address']"), ADDRESS);
    let groups = screen
        .root
        .query_selector_all(".checkout-address__group")
        .unwrap();
    assert_eq!(groups.length(), 11);
    let ends = screen
        .root
        .query_selector_all(".checkout-address__end")
        .unwrap();
    let marked: String = (0..ends.length())
        .filter_map(|index| ends.get(index)?.text_content())
        .collect();
    assert_eq!(marked, "0x77967e786d");
}

#[wasm_bindgen_test]
async fn the_address_is_copied_without_blanks() {
    clipboard("readable");
    let screen = deposit(order());
    screen.press("copy-address").await;
    settle_copy().await;
    assert_eq!(copied_text().as_deref(), Some(ADDRESS));
    screen.says("Copiado");
}

#[wasm_bindgen_test]
async fn the_amount_is_copied_as_a_bare_number() {
    clipboard("plain");
    let screen = deposit(with(|transfer| {
        transfer.amount = "1234.500000".parse().unwrap();
    }));
    screen.says("1,234.5 USDC");
    screen.press("copy-amount").await;
    settle_copy().await;
    assert_eq!(copied_text().as_deref(), Some("1234.5"));
}

#[wasm_bindgen_test]
async fn copied_is_said_only_once_it_is() {
    clipboard("slow");
    let screen = deposit(order());
    screen.press("copy-address").await;
    settle_copy().await;
    screen.is_silent_about("Copiado");
    finish_copy();
    settle_copy().await;
    screen.says("Copiado");
}

#[wasm_bindgen_test]
async fn a_copy_that_is_not_allowed_offers_the_text_instead() {
    clipboard("refused");
    let screen = deposit(order());
    screen.press("copy-address").await;
    settle_copy().await;
    screen.says("No se pudo copiar");
    let by_hand = screen.element(".checkout-copy__text");
    assert!(is_focused(&by_hand));
}

#[wasm_bindgen_test]
async fn a_clipboard_that_holds_something_else_is_reported() {
    clipboard("swapped");
    let screen = deposit(order());
    screen.press("copy-address").await;
    settle_copy().await;
    screen.says("no coincide");
    screen.is_silent_about("Copiado");
}

/// The dark modules that a path paints, as rows of a picture.
fn painted(path: &str, side: usize) -> Vec<Vec<bool>> {
    let mut picture = vec![vec![false; side]; side];
    for run in path.split('M').filter(|run| !run.is_empty()) {
        let (place, rest) = run.split_once('h').unwrap();
        let (x, y) = place.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = rest.split('v').next().unwrap().parse().unwrap();
        picture[y][x..x + length].fill(true);
    }
    picture
}

/// Reads the code as a camera does.
#[track_caller]
fn assert_says(screen: &Screen, text: &str) {
    const PIXELS: usize = 4;
    let svg = screen.element("svg[role='img']");
    let view_box = svg.get_attribute("viewBox").unwrap();
    let side: usize = view_box.rsplit(' ').next().unwrap().parse().unwrap();
    let path = screen
        .element("svg[role='img'] path")
        .get_attribute("d")
        .unwrap();
    let picture = painted(&path, side);
    let mut photo =
        rqrr::PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, |x, y| {
            if picture[y / PIXELS][x / PIXELS] {
                0
            } else {
                255
            }
        });
    let codes = photo.detect_grids();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].decode().unwrap().1, text);
}

#[wasm_bindgen_test]
async fn the_qr_code_holds_the_payment_link_or_the_address_alone() {
    let screen = deposit(order());
    assert_says(&screen, LINK);
    let label = screen
        .element("svg[role='img']")
        .get_attribute("aria-label")
        .unwrap();
    assert!(
        label.contains("enlace de pago") && label.contains("Polygon"),
        "{label}"
    );

    screen.press("qr-address").await;
    assert_says(&screen, ADDRESS);
    let label = screen
        .element("svg[role='img']")
        .get_attribute("aria-label")
        .unwrap();
    assert!(label.ends_with(ADDRESS), "{label}");
}

#[wasm_bindgen_test]
async fn a_press_on_the_qr_code_enlarges_it_and_another_one_closes_it() {
    let screen = deposit(order());
    let small = screen.action("enlarge-qr").unwrap();
    let name = small.text_content().unwrap();
    assert_eq!(name, "Ampliar");
    let dialog = screen.element("dialog");
    assert!(!dialog.matches(":modal").unwrap());

    for close in ["dialog", "[data-action='close-qr']", "dialog svg rect"] {
        small.focus().unwrap();
        screen.press("enlarge-qr").await;
        assert!(dialog.matches(":modal").unwrap());
        assert!(!is_focused(&small));
        let codes = screen.root.query_selector_all("svg[role='img']").unwrap();
        assert_eq!(codes.length(), 2);
        let (small_code, large_code) = (codes.get(0).unwrap(), codes.get(1).unwrap());
        let inside = |node: web_sys::Node| node.unchecked_into::<web_sys::Element>().inner_html();
        assert_eq!(inside(small_code), inside(large_code));

        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        let click = web_sys::Event::new_with_event_init_dict("click", &init).unwrap();
        let target = screen.root.query_selector(close).unwrap().unwrap();
        target.dispatch_event(&click).unwrap();
        assert!(!dialog.matches(":modal").unwrap(), "{close}");
        assert!(is_focused(&small), "the focus comes back");
    }
}

#[wasm_bindgen_test]
fn without_a_payment_link_the_qr_code_is_the_address() {
    let screen = deposit(with(|transfer| transfer.payment_uri = None));
    assert_says(&screen, ADDRESS);
    assert!(screen.action("qr-link").is_none());
    assert!(screen.action("open-wallet").is_none());
}

#[wasm_bindgen_test]
fn a_link_of_another_kind_is_not_followed() {
    let script = "javascript:alert(1)".to_owned();
    let screen = deposit(with(|transfer| transfer.payment_uri = Some(script)));
    assert!(screen.action("open-wallet").is_none());
    let screen = deposit(order());
    let link = screen.action("open-wallet").unwrap();
    assert_eq!(link.get_attribute("href").as_deref(), Some(LINK));
}

#[wasm_bindgen_test]
async fn the_time_left_is_the_servers() {
    let screen = deposit(order());
    assert_eq!(screen.text("[data-testid='countdown']"), "30:00");
    assert_eq!(
        screen
            .element("[data-testid='countdown']")
            .get_attribute("role")
            .unwrap(),
        "timer"
    );
    screen.stage.set_time(at("2026-05-01T12:25:59.500Z"));
    look_at_the_clock().await;
    assert_eq!(screen.text("[data-testid='countdown']"), "4:01");
    screen.says("Queda poco tiempo");
    screen.stage.set_time(at("2026-05-01T12:31:00Z"));
    look_at_the_clock().await;
    assert_eq!(screen.text("[data-testid='countdown']"), "0:00");
    screen.says("no envíes ahora");
}

#[wasm_bindgen_test]
async fn when_the_offer_is_over_nothing_should_be_sent() {
    let screen = deposit(order());
    screen
        .stage
        .change(|order| *order = with(|transfer| transfer.offer = Offer::Over));
    settle().await;
    assert_eq!(screen.text("h2"), "No envíes ahora");
    assert_eq!(screen.text("[data-testid='deposit-address']"), ADDRESS);
    assert!(screen.find("svg[role='img']").is_none());
    assert!(screen.action("copy-address").is_none());
    assert!(screen.action("open-wallet").is_none());
    assert_eq!(
        screen.text("[data-action='report-sent']"),
        "Ya había enviado"
    );
    assert!(screen.action("cancel").is_some());
}

#[wasm_bindgen_test]
async fn sending_is_reported_with_or_without_its_hash() {
    let screen = deposit(order());
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), [Did::ReportSent(None)]);
    screen
        .type_in("tx_hash", &HASH.to_ascii_uppercase().replace("0X", "0x"))
        .await;
    screen.press("report-sent").await;
    assert_eq!(
        screen.stage.did().last(),
        Some(&Did::ReportSent(Some(HASH.to_owned())))
    );
}

#[wasm_bindgen_test]
async fn a_wrong_hash_is_refused_in_words() {
    let screen = deposit(order());
    screen.type_in("tx_hash", "0x1234").await;
    screen.says("No es un hash de Polygon: empieza con 0x y tiene 66 caracteres.");
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), []);
    let input = screen.element("input[name='tx_hash']");
    assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
    assert!(is_focused(&input));

    screen.type_in("tx_hash", ADDRESS).await;
    screen.says("Esto es una dirección");
    screen.type_in("tx_hash", HASH).await;
    assert_eq!(input.get_attribute("aria-invalid"), None);
}

#[wasm_bindgen_test]
async fn a_hash_of_another_network_is_refused() {
    let mut solana = with(|transfer| transfer.network = Network::Sol);
    solana.crypto.network = Network::Sol;
    let screen = deposit(solana);
    screen.type_in("tx_hash", HASH).await;
    screen.says("No es una firma de Solana");
}

#[wasm_bindgen_test]
async fn what_is_typed_survives_a_poll() {
    let screen = deposit(order());
    screen.type_in("tx_hash", "0x12").await;
    let input = screen.element("input[name='tx_hash']");
    input.focus().unwrap();
    screen.stage.change(|order| order.sequence += 1);
    settle().await;
    assert!(is_focused(&input));
    assert!(input.is_connected());
}

#[wasm_bindgen_test]
async fn cancelling_is_asked_for_twice() {
    let screen = deposit(order());
    screen.press("cancel").await;
    assert_eq!(screen.stage.did(), []);
    screen.says("Si no enviaste nada, no se te ha cobrado nada.");
    screen.says("Si ya enviaste, no canceles");
    screen.press("cancel-no").await;
    assert_eq!(screen.stage.did(), []);
    assert!(is_focused(&screen.action("cancel").unwrap()));

    screen.press("cancel").await;
    screen.press("cancel-yes").await;
    assert_eq!(screen.stage.did(), [Did::Cancel]);
}

#[wasm_bindgen_test]
async fn while_it_is_cancelled_no_address_is_shown() {
    let screen = deposit(order());
    screen
        .stage
        .change(|order| order.pending_action = Some(Action::Cancel));
    settle().await;
    assert_eq!(screen.text("h2"), "Cancelando…");
    assert!(!screen.root.text_content().unwrap().contains("7796"));
    assert!(screen.action("cancel").is_none());
}

#[wasm_bindgen_test]
fn only_what_is_offered_can_be_done() {
    let mut quiet = order();
    quiet.actions.clear();
    let screen = deposit(quiet);
    assert!(screen.action("report-sent").is_none());
    assert!(screen.action("cancel").is_none());
}

#[wasm_bindgen_test]
async fn a_press_while_it_works_does_not_count() {
    let screen = deposit(order());
    screen.stage.set_acting(Some(Action::ReportSent));
    settle().await;
    let button = screen.action("report-sent").unwrap();
    assert_eq!(button.get_attribute("aria-busy").as_deref(), Some("true"));
    assert_eq!(button.get_attribute("disabled"), None);
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), []);
}

fn refusal(code: ErrorCode) -> Problem {
    Problem {
        kind: String::new(),
        title: String::new(),
        status: 409,
        code,
        detail: None,
        retryable: false,
        request_id: "req-7".to_owned(),
        min: None,
        max: None,
        currency: None,
        fields: Vec::new(),
        quote: None,
        order_id: None,
        verification_url: None,
    }
}

#[wasm_bindgen_test]
async fn a_hash_of_another_order_is_refused_where_it_stands() {
    let screen = deposit(order());
    screen.type_in("tx_hash", HASH).await;
    let mut problem = refusal(ErrorCode::InvalidFields);
    problem.fields.push(FieldProblem {
        key: "tx_hash".to_owned(),
        problem: bank::Problem::AlreadyUsed,
    });
    screen.stage.refuse(problem);
    settle().await;
    screen.says("Ese hash ya es de otro pedido tuyo");
    assert!(screen.find("[role='alert']").is_none());
    screen.type_in("tx_hash", "").await;
    screen.is_silent_about("Ese hash ya es de otro pedido tuyo");
}

#[wasm_bindgen_test]
async fn a_refusal_names_what_to_quote() {
    let screen = deposit(order());
    screen.stage.refuse(refusal(ErrorCode::ActionNotAllowed));
    settle().await;
    assert!(
        screen
            .text("[role='alert']")
            .contains("ya no se puede hacer")
    );
    assert!(screen.text("[data-testid='request-id']").contains("req-7"));
}

#[wasm_bindgen_test]
async fn who_sends_from_an_exchange_is_told_about_its_fee() {
    let screen = deposit(order());
    screen.is_silent_about("descuenta su comisión");
    screen.element("input[name='from_exchange']").click();
    settle().await;
    screen.says("El exchange descuenta su comisión");
    screen.says("exactamente 100 USDC");
}

#[wasm_bindgen_test]
fn an_order_that_the_business_pays_says_who_acts_and_until_when() {
    let mut order = order();
    order.deposit = Some(Deposit::Authorise(Authorisation {
        network: Network::Xai,
        token: Token::Usdt,
        amount: "100".parse().unwrap(),
        signer: None,
        offer: Offer::Live,
        offer_until: None,
    }));
    order.actions = vec![offer(Action::Cancel, false)];
    for action in [Action::AuthoriseTransfer, Action::AuthoriseRefund] {
        order.actions.push(ActionOffer {
            by: Party::Partner,
            ..offer(action, true)
        });
    }
    order.next = Some(Next {
        by: Party::Partner,
        until: Some(at("2026-05-01T12:30:00Z")),
    });
    let screen = deposit(order);
    screen.says("con tu saldo en el negocio, si alcanza: 100 USDT por Xai");
    screen.says("Tú no tienes que firmar ni enviar nada");
    screen.says("Le toca al negocio, hasta el 1 de mayo");
    assert!(screen.action("cancel").is_some());
    assert!(screen.test_id("wallets").is_none());
}

#[wasm_bindgen_test]
async fn what_is_seen_without_a_word_needs_no_report() {
    let mut waiting = with(|transfer| transfer.after_sending = AfterSending::Wait);
    waiting.actions = vec![offer(Action::Cancel, false)];
    let screen = deposit(waiting.clone());
    screen.says("no tienes que hacer nada más");
    assert!(screen.action("report-sent").is_none());
    assert!(screen.action("already-sent").is_none());

    waiting.actions.push(offer(Action::ReportSent, false));
    let screen = deposit(waiting);
    assert!(screen.action("report-sent").is_none());
    let quiet = screen.action("already-sent").unwrap();
    assert!(quiet.class_name().contains("quiet"));
    screen.press("already-sent").await;
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), [Did::ReportSent(None)]);
}

#[wasm_bindgen_test]
async fn an_old_screen_says_how_old_it_is() {
    let screen = deposit(order());
    screen.is_silent_about("Sin conexión");
    screen.stage.disconnect(at("2026-05-01T12:04:00Z"));
    settle().await;
    screen.says("Sin conexión. Última comprobación:");
    screen.says(":04");
}

#[wasm_bindgen_test]
async fn a_report_can_be_corrected() {
    let mut reported = order();
    enter(
        &mut reported,
        OrderState::DepositSubmitted,
        at("2026-05-01T12:01:00Z"),
    );
    let screen = deposit(reported);
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), []);
    screen.says("Pega aquí el hash");
    screen.type_in("tx_hash", HASH).await;
    screen.press("report-sent").await;
    assert_eq!(screen.stage.did(), [Did::ReportSent(Some(HASH.to_owned()))]);
}

//! A step on the page, an order for it, and ways to look at it and to press it.

#![expect(
    dead_code,
    reason = "each of the two files that share this uses a part of it"
)]

use leptos::prelude::document;
use offramp_checkout::test_support::{Stage, Step};
use offramp_domain::{
    api::{
        Action, ActionOffer, AfterSending, CryptoSide, Deposit, FiatSide, MaskedDestination, Next,
        Offer, Order, Party, TimelineEntry, TransferToAddress,
    },
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
    order::{Custody, OrderState, is_unfunded},
    quote::Guarantee,
    time::Timestamp,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlElement, HtmlInputElement};

pub(crate) const ADDRESS: &str = "0x7796d4f304bd84171ee6730ad0f69c07a47e786d";
pub(crate) const CONTRACT: &str = "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359";
pub(crate) const LINK: &str = "ethereum:0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359@137/transfer?address=0x7796d4f304bd84171ee6730ad0f69c07a47e786d&uint256=100000000";
pub(crate) const HASH: &str = "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b";

/// A mounted step and the element around it.
pub(crate) struct Screen {
    pub(crate) stage: Stage,
    pub(crate) root: HtmlElement,
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.root.remove();
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Half an hour before the offer ends.
pub(crate) fn noon() -> Timestamp {
    at("2026-05-01T12:00:00Z")
}

pub(crate) fn show(step: Step, language: &str, order: Order) -> Screen {
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    let stage = Stage::mount(step, language, noon(), order, root.clone());
    Screen { stage, root }
}

pub(crate) fn transfer() -> TransferToAddress {
    TransferToAddress {
        network: Network::Pol,
        token: Token::Usdc,
        token_contract: Some(CONTRACT.to_owned()),
        address: ADDRESS.to_owned(),
        amount: "100".parse().unwrap(),
        payment_uri: Some(LINK.to_owned()),
        after_sending: AfterSending::ReportSent,
        offer: Offer::Live,
        offer_until: Some(at("2026-05-01T12:30:00Z")),
    }
}

/// An order of 100 USDC on Polygon for pesos that waits for its deposit.
pub(crate) fn order() -> Order {
    let created = at("2026-05-01T11:59:00Z");
    Order {
        id: "ord_1".to_owned(),
        state: OrderState::AwaitingDeposit,
        custody: Custody::Payer,
        sequence: 3,
        crypto: CryptoSide {
            token: Token::Usdc,
            network: Network::Pol,
            amount: "100".parse().unwrap(),
        },
        fiat: FiatSide {
            currency: Currency::Mxn,
            amount: "1818.46".parse().ok(),
            guarantee: Guarantee::Exact,
        },
        rate: "18.1846".parse().ok(),
        fees: Vec::new(),
        destination: MaskedDestination {
            country: CountryCode::Mx,
            bank_name: Some("Santander".to_owned()),
            masked: "•••• 7120".to_owned(),
        },
        deposit: Some(Deposit::TransferToAddress(transfer())),
        actions: vec![
            offer(Action::ReportSent, true),
            offer(Action::Cancel, false),
        ],
        next: Some(Next {
            by: Party::Payer,
            until: Some(at("2026-05-01T12:30:00Z")),
        }),
        pending_action: None,
        timeline: vec![
            TimelineEntry {
                state: OrderState::Created,
                at: created,
            },
            TimelineEntry {
                state: OrderState::AwaitingDeposit,
                at: created,
            },
        ],
        tx_hash: None,
        explorer_url: None,
        signature_problem: None,
        refund: None,
        not_received: None,
        reason: None,
        unfunded: true,
        resume_token: None,
        created_at: created,
        updated_at: created,
    }
}

/// The same order, in a state that it reached at noon.
pub(crate) fn order_in(state: OrderState) -> Order {
    let mut order = order();
    enter(&mut order, state, noon());
    order.unfunded = is_unfunded(state, order.custody);
    order.deposit = None;
    order.actions = Vec::new();
    order.next = None;
    order
}

/// The order goes on.
pub(crate) fn enter(order: &mut Order, state: OrderState, at: Timestamp) {
    order.state = state;
    order.timeline.push(TimelineEntry { state, at });
    order.updated_at = at;
    order.sequence += 1;
}

pub(crate) fn offer(action: Action, required: bool) -> ActionOffer {
    ActionOffer {
        action,
        required,
        by: Party::Payer,
        fields: Vec::new(),
        deadline: None,
    }
}

impl Screen {
    pub(crate) fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root
            .query_selector(selector)
            .unwrap()
            .map(JsCast::unchecked_into)
    }

    #[track_caller]
    pub(crate) fn element(&self, selector: &str) -> HtmlElement {
        match self.find(selector) {
            Some(element) => element,
            None => panic!("no {selector} in {}", self.root.inner_html()),
        }
    }

    pub(crate) fn test_id(&self, id: &str) -> Option<HtmlElement> {
        self.find(&format!("[data-testid='{id}']"))
    }

    pub(crate) fn action(&self, name: &str) -> Option<HtmlElement> {
        self.find(&format!("[data-action='{name}']"))
    }

    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        self.element(selector).text_content().unwrap_or_default()
    }

    /// All words on the screen.
    pub(crate) fn words(&self) -> String {
        self.root.inner_text()
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        let text = self.words().replace('\u{a0}', " ");
        assert!(text.contains(words), "{words:?} is not in {text:?}");
    }

    #[track_caller]
    pub(crate) fn is_silent_about(&self, words: &str) {
        let text = self.words().replace('\u{a0}', " ");
        assert!(!text.contains(words), "{words:?} is in {text:?}");
    }

    pub(crate) async fn press(&self, action: &str) {
        self.element(&format!("[data-action='{action}']")).click();
        settle().await;
    }

    /// Types into a field, as a payer does: the text, and then away from it.
    pub(crate) async fn type_in(&self, name: &str, text: &str) {
        let input: HtmlInputElement = self
            .element(&format!("input[name='{name}']"))
            .unchecked_into();
        input.set_value(text);
        for event in ["input", "change", "blur"] {
            input.dispatch_event(&Event::new(event).unwrap()).unwrap();
        }
        settle().await;
    }
}

/// Lets effects and promises of this moment run.
pub(crate) async fn settle() {
    for _ in 0..3 {
        leptos::task::tick().await;
    }
    let frame = js_sys::Promise::new(&mut |resolve, _| {
        leptos::prelude::window()
            .request_animation_frame(&resolve)
            .unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(frame).await.unwrap();
    leptos::task::tick().await;
}

/// Makes every countdown look at the clock, as it does when its page is seen again.
pub(crate) async fn look_at_the_clock() {
    let event = Event::new("visibilitychange").unwrap();
    leptos::prelude::window().dispatch_event(&event).unwrap();
    settle().await;
}

pub(crate) fn is_focused(element: &HtmlElement) -> bool {
    let active: JsValue = document().active_element().into();
    active == JsValue::from(element.clone())
}

//! What a payer without an open order sees: the steps that lead to one, or what is missing first.

use std::rc::Rc;

use leptos::prelude::*;
use offramp_domain::api::{Checkout, Order, Verification, VerificationStatus};

use super::Progressed;
use crate::{
    config::Config,
    context::{context, words},
    i18n::fill,
    state::{Callback, Signal, StoredValue},
    steps::{AmountStep, BankStep, ConfirmStep, Exits, WalletStep, next_sentence, state_title},
    ui::{Button, ButtonKind, Notice, NoticeKind},
    view::{View, region, view},
    wizard::{Ask, Payee, Wizard},
};

/// The steps before there is an order, for a payer who may sell.
#[component]
pub(super) fn Offer(
    /// What the proxy offers.
    checkout: StoredValue<Checkout>,
    /// The payer's orders that are under way.
    orders: StoredValue<Vec<Rc<Order>>>,
    /// What the page has set.
    config: Signal<Config>,
    progress: Progressed,
    /// Whether the offer is being asked for again.
    #[prop(into)]
    busy: Signal<bool>,
    /// Asks for it again.
    on_check: Callback<()>,
) -> View {
    let verification = checkout.with_value(|checkout| checkout.verification.clone());
    match verification.status {
        VerificationStatus::Verified => view! { <Steps checkout orders config progress /> },
        VerificationStatus::Required
        | VerificationStatus::Pending
        | VerificationStatus::Rejected => {
            view! { <Verify verification busy on_check /> }
        }
    }
}

#[component]
fn Steps(
    checkout: StoredValue<Checkout>,
    orders: StoredValue<Vec<Rc<Order>>>,
    config: Signal<Config>,
    progress: Progressed,
) -> View {
    let host = context().host;
    let Progressed {
        wizard,
        drafts,
        needs_wallet,
        ..
    } = progress;
    let settle_amount = Callback::new(move |ask: Ask| {
        wizard.update(|wizard| *wizard = wizard.clone().with_ask(ask));
    });
    let settle_account = Callback::new(move |payee: Payee| {
        wizard.update(|wizard| *wizard = wizard.clone().with_payee(payee));
    });
    let back = Callback::new(move |()| wizard.update(|wizard| *wizard = wizard.clone().back()));
    let created = Callback::new(move |order: Rc<Order>| {
        host.order_created(&order);
        progress.show(order);
    });
    let open = Callback::new(move |order| progress.show(order));
    let amount = Callback::new(move |()| wizard.set(Wizard::Amount));
    let linked = Callback::new(move |()| needs_wallet.set(false));
    let wallet = Callback::new(move |()| {
        needs_wallet.set(true);
        back.run(());
    });
    let exits = Exits {
        created,
        open,
        bank: back,
        amount,
        wallet,
    };
    region(move || match wizard.get() {
        Wizard::Amount => view! {
            <AmountStep checkout draft=drafts.amount config on_done=settle_amount />
            <OtherOrders orders on_open=open />
        },
        Wizard::Bank { .. } if needs_wallet.get() => {
            view! { <WalletStep on_done=linked on_back=back /> }
        }
        Wizard::Bank { ask } => {
            view! { <BankStep checkout ask drafts on_done=settle_account on_back=back /> }
        }
        Wizard::Confirm { ask, payee } => {
            view! { <ConfirmStep checkout ask payee drafts exits /> }
        }
        // Shown by whoever shows this.
        Wizard::Deposit { .. } | Wizard::Status { .. } => View::empty(),
    })
}

/// The payer's orders that are under way, each with a way to look at it.
#[component]
fn OtherOrders(orders: StoredValue<Vec<Rc<Order>>>, on_open: Callback<Rc<Order>>) -> Option<View> {
    let locale = context().locale;
    let words = locale.words;
    let entry = |order: &Rc<Order>| {
        let order = Rc::clone(order);
        let amount = locale.crypto(order.crypto.amount, order.crypto.token);
        let see = fill(
            words.app.see_order(),
            &[("amount", &amount), ("state", state_title(words, &order))],
        );
        let next = next_sentence(&locale, &order);
        let open = Callback::new(move |()| on_open.run(Rc::clone(&order)));
        view! {
            <li>
                <Button label=see kind=ButtonKind::Secondary action="open-order" on_press=open />
                <p class="checkout-muted">{next}</p>
            </li>
        }
    };
    let entries: Vec<_> = orders.with_value(|orders| orders.iter().map(entry).collect());
    (!entries.is_empty()).then(|| {
        view! {
            <section class="checkout-orders">
                <h3 class="checkout-step__subtitle">{words.app.other_orders()}</h3>
                <ul>{entries}</ul>
            </section>
        }
    })
}

/// The payer may not sell yet: what to do about it, and how to go on afterwards.
#[component]
fn Verify(
    verification: Verification,
    #[prop(into)] busy: Signal<bool>,
    on_check: Callback<()>,
) -> View {
    let words = words();
    let (kind, sentence) = match verification.status {
        VerificationStatus::Verified | VerificationStatus::Required => {
            (NoticeKind::Info, words.app.verify.required())
        }
        VerificationStatus::Pending => (NoticeKind::Info, words.app.verify.pending()),
        VerificationStatus::Rejected => (NoticeKind::Warning, words.app.verify.rejected()),
    };
    let is_pending = verification.status == VerificationStatus::Pending;
    let way = match verification
        .verification_url
        .filter(|url| is_web_address(url))
    {
        Some(url) => Some(view! { <VerificationLink url /> }),
        None if is_pending => None,
        None => Some(view! { <p>{words.app.verify.no_link()}</p> }),
    };
    view! {
        <section class="checkout-step" data-testid="verification">
            <h2 class="checkout-step__title" tabindex="-1">
                {words.app.verify.title()}
            </h2>
            <Notice kind>
                <p>{sentence}</p>
            </Notice>
            {way}
            <Button
                label=words.app.verify.check()
                kind=ButtonKind::Secondary
                action="check-verification"
                busy
                on_press=on_check
            />
        </section>
    }
}

/// Where the payer verifies who they are: in another tab, so that nothing here is lost.
#[component]
pub(crate) fn VerificationLink(url: String) -> View {
    let words = words();
    view! {
        <a
            class="checkout-button checkout-button--primary"
            part="button button-primary"
            href=url
            target="_blank"
            rel="noopener noreferrer"
        >
            {words.app.verify.go()}
            <span class="checkout-visually-hidden">{" "} {words.common.opens_new_tab()}</span>
        </a>
    }
}

/// Whether a link may be shown: nothing that runs as a script in this page.
pub(crate) fn is_web_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

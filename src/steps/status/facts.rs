//! The figures of an order, its number and its transfer.

use leptos::prelude::*;
use offramp_domain::{
    api::Order,
    order::OrderState,
    quote::{FeeKind, Guarantee},
};

use super::super::deposit::shortened;
use crate::{
    context::{context, words},
    i18n::Locale,
    state::Signal,
    ui::{CopyButton, Icon, Picture},
    view::{IntoView, View, region, view},
};

/// A name and a value, on the screen and on the receipt.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// What was agreed and what came of it.
pub(super) fn facts(locale: &Locale, order: &Order) -> Vec<Fact> {
    let words = &locale.words.status.rows;
    let is_paid = order.state == OrderState::Completed;
    let received = match order.fiat.guarantee {
        _ if is_paid => words.paid(),
        Guarantee::Exact => words.received_exact(),
        Guarantee::AtLeast => words.received_at_least(),
        Guarantee::Estimate => words.received_estimate(),
    };
    let currency = order.fiat.currency;
    let fiat = order
        .fiat
        .amount
        .map(|amount| locale.money(amount, currency));
    let mut facts = vec![Fact {
        name: words.sent(),
        value: locale.crypto(order.crypto.amount, order.crypto.token),
    }];
    // What came of an estimate is sometimes not even known at the end.
    let is_known = fiat.is_some();
    if is_known || !order.state.is_terminal() {
        facts.push(Fact {
            name: received,
            value: fiat.unwrap_or_else(|| words.unknown().to_owned()),
        });
    }
    if let Some(rate) = order.rate.filter(|_| is_known) {
        let value = locale.rate(rate, order.crypto.token, currency);
        facts.push(Fact {
            name: words.rate(),
            value,
        });
    }
    for fee in &order.fees {
        let names = &locale.words.common.fees;
        let name = match fee.kind {
            FeeKind::Spread => names.spread(),
            FeeKind::Provider => names.provider(),
            FeeKind::Network => names.network(),
        };
        facts.push(Fact {
            name,
            value: locale.of_unit(fee.amount, &fee.currency),
        });
    }
    facts.push(Fact {
        name: words.account(),
        value: locale.account(&order.destination),
    });
    if let Some(refund) = &order.refund {
        if let Some(amount) = refund.amount {
            let value = locale.crypto(amount, refund.token);
            facts.push(Fact {
                name: words.refund(),
                value,
            });
        }
        if let Some(hash) = &refund.tx_hash {
            facts.push(Fact {
                name: words.refund_hash(),
                value: hash.clone(),
            });
        }
    }
    facts.push(Fact {
        name: words.created(),
        value: locale.date_time(order.created_at),
    });
    let paid = order
        .timeline
        .iter()
        .find(|entry| entry.state == OrderState::Completed);
    if let Some(paid) = paid {
        facts.push(Fact {
            name: words.completed(),
            value: locale.date_time(paid.at),
        });
    }
    facts
}

/// All of them, and what can be copied or looked up.
#[component]
pub(super) fn Facts(order: Signal<Order>) -> View {
    let locale = context().locale;
    let words = &locale.words.status.rows;
    // Nothing in them takes the focus, so they may be made anew whenever the order changes.
    let rows = region(move || {
        let facts = order.with(|order| facts(&locale, order)).into_iter();
        facts
            .map(|fact| view! { <Row fact /> })
            .collect::<Vec<_>>()
            .into_view()
    });
    view! {
        <div class="checkout-step__group">
            <h3 class="checkout-step__subtitle">{words.title()}</h3>
            <dl class="checkout-rows">
                {rows} <div class="checkout-rows__row">
                    <dt class="checkout-rows__term">{words.order()}</dt>
                    <dd class="checkout-rows__value">
                        <OrderNumber order />
                    </dd>
                </div> <Transfer order />
            </dl>
        </div>
    }
}

#[component]
fn Row(fact: Fact) -> View {
    view! {
        <div class="checkout-rows__row">
            <dt class="checkout-rows__term">{fact.name}</dt>
            <dd class="checkout-rows__value">{fact.value}</dd>
        </div>
    }
}

/// The order's number, to be given to whoever helps.
#[component]
pub(super) fn OrderNumber(order: Signal<Order>) -> View {
    let words = &words().status.rows;
    let id = order.with_untracked(|order| order.id.clone());
    view! {
        <div class="checkout-status__copy">
            <span class="checkout-code" data-testid="order-id">
                {id.clone()}
            </span>
            <CopyButton label=words.copy_order() text=id action="copy-order" />
        </div>
    }
}

/// The hash of the payer's transfer, once it is known.
#[component]
fn Transfer(order: Signal<Order>) -> View {
    let words = words();
    let rows = &words.status.rows;
    let known = Signal::memo(move || {
        order.with(|order| {
            let explorer = order.explorer_url.clone().and_then(safe);
            order.tx_hash.clone().map(|hash| (hash, explorer))
        })
    });
    let link = move |url: String| {
        view! {
            <a
                class="checkout-link"
                href=url
                target="_blank"
                rel="noopener noreferrer"
                data-action="explorer"
            >
                {rows.explorer()}
                <Icon picture=Picture::External />
                <span class="checkout-visually-hidden">{words.common.opens_new_tab()}</span>
            </a>
        }
    };
    region(move || {
        let Some((hash, explorer)) = known.get() else {
            return View::empty();
        };
        view! {
            <div class="checkout-rows__row">
                <dt class="checkout-rows__term">{rows.hash()}</dt>
                <dd class="checkout-rows__value">
                    <div class="checkout-status__copy">
                        <span class="checkout-code" data-testid="tx-hash">
                            {shortened(&hash)}
                        </span>
                        <span class="checkout-code checkout-status__whole">{hash.clone()}</span>
                        <CopyButton label=rows.copy_hash() text=hash action="copy-hash" />
                        {explorer.map(link)}
                    </div>
                </dd>
            </div>
        }
    })
}

/// A link is only followed to a page over TLS.
fn safe(url: String) -> Option<String> {
    url.starts_with("https://").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_over_tls_is_linked_to() {
        let safe = |url: &str| safe(url.to_owned()).is_some();
        assert!(safe("https://polygonscan.com/tx/0x1"));
        assert!(!safe("http://polygonscan.com/tx/0x1"));
        assert!(!safe("javascript:alert(1)//https://"));
    }
}

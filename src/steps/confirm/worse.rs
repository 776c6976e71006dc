//! The price fell between the press and the order: both figures, and the payer's decision.

use leptos::prelude::*;
use offramp_domain::{api::Quote, money::Amount, quote::floor_below};
use web_sys::HtmlHeadingElement;

use super::held::promised;
use crate::{
    context::context,
    i18n::fill,
    state::{Callback, NodeRef, Signal, effect},
    ui::{Button, ButtonKind},
    view::{View, view},
};

/// A price that is worse than the one that was confirmed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worse {
    /// What the payer had confirmed.
    pub(super) before: Amount,
    /// What is offered now.
    pub(super) now: Quote,
}

impl Worse {
    /// What the payer may accept instead of a figure that dies in seconds. There is none where
    /// nobody promises a figure.
    fn floor(&self) -> Option<Amount> {
        let promised = self.now.fiat_minimum?;
        floor_below(promised, self.now.currency)
    }
}

/// Asks the payer. Nothing has been made, and nothing is accepted for them.
#[component]
pub(super) fn WorsePrice(
    worse: Worse,
    /// Whether a press counts now, and none is being worked on.
    #[prop(into)]
    busy: Signal<bool>,
    /// Accepts an order that yields at least this; nothing for an estimate.
    on_accept: Callback<Option<Amount>>,
    /// Goes back to the review, with the new price.
    on_decline: Callback<()>,
) -> View {
    let locale = context().locale;
    let words = &locale.words.confirm.worse;
    let floor = worse.floor();
    let Worse { before, now } = worse;
    let money = |amount: Amount| locale.money(amount, now.currency);
    let less = before.checked_sub(promised(&now)).map(money);
    let less = less.map(|less| fill(words.less(), &[("amount", &less)]));
    let minimum = now.fiat_minimum;
    let (before, now) = (money(before), money(promised(&now)));
    let floor = floor.map(|floor| {
        let label = fill(words.floor(), &[("amount", &money(floor))]);
        let hint = fill(words.floor_hint(), &[("floor", &label)]);
        view! {
            <Button
                label
                kind=ButtonKind::Secondary
                action="accept-floor"
                busy
                on_press=Callback::new(move |()| on_accept.run(Some(floor)))
            />
            <p class="checkout-muted">{hint}</p>
        }
    });
    let title = NodeRef::<HtmlHeadingElement>::default();
    effect(move || {
        // Fails for nothing that has a tabindex.
        let _ = title.get().map(|title| title.focus());
    });
    view! {
        <div
            class="checkout-step__group"
            role="group"
            aria-labelledby="checkout-worse"
            data-testid="notice-quote-changed"
        >
            <h3 class="checkout-step__subtitle" id="checkout-worse" tabindex="-1" node_ref=title>
                {words.title()}
            </h3>
            <dl class="checkout-confirm__compare">
                <div>
                    <dt>{words.before()}</dt>
                    <dd class="checkout-confirm__before">{before}</dd>
                </div>
                <div>
                    <dt>{words.now()}</dt>
                    <dd>
                        <strong>{now.clone()}</strong>
                    </dd>
                </div>
            </dl>
            <p>{less}</p>
            <Button
                label=fill(words.accept(), &[("amount", &now)])
                action="accept-quote"
                busy
                on_press=Callback::new(move |()| on_accept.run(minimum))
            />
            {floor}
            <Button
                label=words.decline()
                kind=ButtonKind::Quiet
                action="decline-quote"
                on_press=on_decline
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::{
        money::{Currency, Token},
        network::Network,
        quote::{Guarantee, QuoteKind},
    };

    use super::*;

    fn worse(minimum: Option<&str>) -> Worse {
        Worse {
            before: "1818.46".parse().unwrap(),
            now: Quote {
                id: "q".to_owned(),
                kind: QuoteKind::Firm,
                guarantee: Guarantee::Exact,
                token: Token::Usdc,
                network: Network::Pol,
                crypto_amount: "100".parse().unwrap(),
                currency: Currency::Mxn,
                fiat_amount: "1800".parse().unwrap(),
                fiat_minimum: minimum.map(|minimum| minimum.parse().unwrap()),
                rate: "18".parse().unwrap(),
                fees: Vec::new(),
                expires_at: None,
            },
        }
    }

    #[test]
    fn the_floor_is_half_a_percent_below_what_is_offered_now() {
        assert_eq!(worse(Some("1800")).floor(), "1791".parse().ok());
    }

    #[test]
    fn an_estimate_has_no_floor() {
        assert_eq!(worse(None).floor(), None);
    }
}

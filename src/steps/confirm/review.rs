//! Everything the payer is about to agree to, with the account masked.

use leptos::prelude::*;
use offramp_domain::{
    api::{Fee, MaskedDestination, Quote, Receiver},
    money::Amount,
    quote::{Guarantee, QuoteKind},
};

use super::held::promised;
use crate::{
    context::{context, words},
    i18n::{Locale, Words},
    state::Signal,
    steps::amount::{arrival, fee_label},
    ui::Skeleton,
    view::{IntoView, View, region, view},
};

/// What arrives: the largest thing on the screen.
#[component]
pub(super) fn Total(
    quote: Signal<Option<Quote>>,
    /// What is said instead of how binding it is, while the payer is asked about it.
    asked: Signal<Option<String>>,
    /// Whether there is no price to wait for.
    is_refused: Signal<bool>,
) -> View {
    let locale = context().locale;
    let words = locale.words;
    let label = Signal::derive(move || {
        let guarantee = quote.with(|quote| quote.as_ref().map(|quote| quote.guarantee));
        let label = match guarantee {
            Some(Guarantee::AtLeast) => words.confirm.you_get_at_least(),
            Some(Guarantee::Estimate) => words.confirm.you_get_about(),
            Some(Guarantee::Exact) | None => words.confirm.you_get(),
        };
        label.to_owned()
    });
    let figure = region(move || match quote.get() {
        // On a narrow screen the currency goes to the next line, in one piece.
        Some(quote) => locale
            .money(headline(&quote), quote.currency)
            .replace('\u{a0}', " ")
            .into_view(),
        None if is_refused.get() => "—".into_view(),
        None => view! {
            <Skeleton />
            <span class="checkout-visually-hidden">{words.confirm.loading()}</span>
        },
    });
    let promise = Signal::derive(move || {
        asked.get().or_else(|| {
            quote.with(|quote| quote.as_ref().map(|quote| promise(words, quote).to_owned()))
        })
    });
    view! {
        <div class="checkout-confirm__total">
            <p>{label}</p>
            <p class="checkout-confirm__figure" data-testid="confirm-total">
                {figure}
            </p>
            <p class="checkout-confirm__quote">{promise}</p>
        </div>
    }
}

/// The figure that the label above it promises.
fn headline(quote: &Quote) -> Amount {
    match quote.guarantee {
        Guarantee::AtLeast => promised(quote),
        Guarantee::Exact | Guarantee::Estimate => quote.fiat_amount,
    }
}

/// How binding the price is, never more than it is.
fn promise(words: Words, quote: &Quote) -> &'static str {
    match (quote.kind, quote.guarantee) {
        (_, Guarantee::Estimate) => words.common.estimate(),
        (QuoteKind::Firm | QuoteKind::Tolerance, Guarantee::Exact | Guarantee::AtLeast) => {
            words.confirm.firm()
        }
        (QuoteKind::Indicative, Guarantee::Exact | Guarantee::AtLeast) => {
            words.confirm.indicative()
        }
    }
}

/// The terms, one per line.
#[component]
pub(super) fn Review(
    quote: Signal<Option<Quote>>,
    account: MaskedDestination,
    receiver: Option<Receiver>,
) -> View {
    let locale = context().locale;
    let words = locale.words;
    let when = arrival(words, account.country).to_owned();
    let account = MaskedDestination {
        bank_name: account
            .bank_name
            .or_else(|| Some(locale.country(account.country))),
        ..account
    };
    let account = locale.account(&account);
    let receiver = receiver.map(|receiver| row(words.confirm.receiver(), receiver.name));
    let terms = region(move || match quote.get() {
        Some(quote) => terms(locale, &quote).into_view(),
        None => View::empty(),
    });
    view! {
        <dl class="checkout-rows">
            {terms} {row(words.confirm.to(), account)} {receiver} {row(words.confirm.when(), when)}
        </dl>
    }
}

fn terms(locale: Locale, quote: &Quote) -> Vec<View> {
    let words = locale.words;
    let mut rows = vec![
        row(
            words.confirm.you_send(),
            locale.crypto(quote.crypto_amount, quote.token),
        ),
        row(words.confirm.network(), quote.network.name().to_owned()),
        named_row(
            words.confirm.rate(),
            locale.rate(quote.rate, quote.token, quote.currency),
            Some("quote-rate"),
        ),
    ];
    let fee = |fee: &Fee| {
        row(
            fee_label(words, fee.kind),
            locale.of_unit(fee.amount, &fee.currency),
        )
    };
    rows.extend(quote.fees.iter().map(fee));
    if quote.fees.is_empty() {
        rows.push(row(
            words.confirm.fees(),
            words.confirm.no_fees().to_owned(),
        ));
    }
    // The headline already names the other one of the two.
    if quote.guarantee == Guarantee::Exact
        && let Some(minimum) = quote.fiat_minimum
        && minimum != quote.fiat_amount
    {
        rows.push(row(
            words.confirm.minimum(),
            locale.money(minimum, quote.currency),
        ));
    }
    rows
}

fn row(term: &'static str, value: String) -> View {
    named_row(term, value, None)
}

/// A line that tests find by name.
fn named_row(term: &'static str, value: String, test_id: Option<&'static str>) -> View {
    view! {
        <div class="checkout-rows__row">
            <dt class="checkout-rows__term">{term}</dt>
            <dd class="checkout-rows__value" data-testid=test_id>
                {value}
            </dd>
        </div>
    }
}

/// What happens if something changes on the way, in plain sight.
#[component]
pub(super) fn WhatIf(quote: Signal<Option<Quote>>) -> View {
    let words = &words().confirm;
    let price = Signal::derive(move || {
        let guarantee = quote.with(|quote| quote.as_ref().map(|quote| quote.guarantee));
        let sentence = match guarantee {
            Some(Guarantee::Estimate) => words.what_if_estimate(),
            Some(Guarantee::Exact | Guarantee::AtLeast) | None => words.what_if_exact(),
        };
        sentence.to_owned()
    });
    view! {
        <div class="checkout-step__group">
            <h3 class="checkout-step__subtitle">{words.what_if()}</h3>
            <p class="checkout-muted">{price}</p>
            <p class="checkout-muted">{words.what_if_late()}</p>
        </div>
    }
}

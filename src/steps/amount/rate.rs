//! What one token is worth, what is kept on the way, and when the money arrives.

use leptos::prelude::*;
use offramp_domain::{
    api::{ErrorCode, Fee, Quote},
    bank::CountryCode,
    quote::{FeeKind, Guarantee, QuoteKind},
};

use super::{
    price::{IndicativePrice, Price},
    sale::{Sale, is_about_the_amount},
};
use crate::{
    api::ApiError,
    app::RequestId,
    context::{context, words},
    i18n::Words,
    state::{Callback, Signal},
    ui::{Button, ButtonKind, Notice, NoticeKind, Skeleton},
    view::{View, region, view},
};

/// The rate, the fees and the way of the money, or why there is no rate.
#[component]
pub(super) fn RateLine(sale: Signal<Sale>, price: IndicativePrice) -> View {
    let words = words();
    let line = region(move || match price.price.get() {
        Price::None => View::empty(),
        Price::Calculating => view! {
            <Skeleton />
            <span class="checkout-visually-hidden">{words.amount.calculating()}</span>
        },
        Price::Known(quote) => view! { <Rate quote /> },
        Price::Refused(error) => view! { <NoRate error price /> },
    });
    let arrival = Signal::derive(move || {
        let country = sale.with(|sale| sale.country.map(|offer| offer.country));
        country.map(|country| arrival(words, country).to_owned())
    });
    view! {
        <div class="checkout-amount__rate" data-testid="quote-rate" aria-live="polite">
            {line}
        </div>
        <p class="checkout-muted">{arrival}</p>
    }
}

#[component]
fn Rate(quote: Quote) -> View {
    let locale = context().locale;
    let words = locale.words;
    let rate = locale.rate(quote.rate, quote.token, quote.currency);
    let fee = |fee: &Fee| {
        view! { <li>{fee_label(words, fee.kind)} ": " {locale.of_unit(fee.amount, &fee.currency)}</li> }
    };
    let fees = quote.fees.iter().map(fee).collect::<Vec<_>>();
    let note = match (quote.guarantee, quote.kind) {
        (Guarantee::Estimate, _) => Some(words.common.estimate()),
        (_, QuoteKind::Indicative) => Some(words.amount.indicative()),
        (_, QuoteKind::Firm | QuoteKind::Tolerance) => None,
    };
    view! {
        <p>{rate}</p>
        <ul class="checkout-amount__fees">{fees}</ul>
        <p class="checkout-muted">{note} " " {words.amount.network_fee()}</p>
    }
}

/// What is wrong with the amount stands at its field; the rest is said here.
#[component]
fn NoRate(error: ApiError, price: IndicativePrice) -> View {
    let words = words();
    let code = error.code();
    if code.is_some_and(is_about_the_amount) {
        return View::empty();
    }
    if code == Some(ErrorCode::AssetUnavailable) {
        return view! {
            <Notice kind=NoticeKind::Warning>
                <p>{words.amount.problem.unavailable()}</p>
            </Notice>
        };
    }
    let sentence = words.errors.sentence(&error);
    let id = error.request_id().map(str::to_owned);
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>{words.amount.no_price()} " " {sentence}</p>
            <RequestId id />
            <Button
                label=Signal::stored(words.common.retry().to_owned())
                kind=ButtonKind::Secondary
                action="retry"
                on_press=Callback::new(move |()| price.ask_again())
            />
        </Notice>
    }
}

/// What a fee is for, in words.
pub(crate) fn fee_label(words: Words, kind: FeeKind) -> &'static str {
    match kind {
        FeeKind::Spread => words.common.fees.spread(),
        FeeKind::Provider => words.common.fees.provider(),
        FeeKind::Network => words.common.fees.network(),
    }
}

/// How the money travels to a country, and how long that usually takes.
pub(crate) fn arrival(words: Words, country: CountryCode) -> &'static str {
    match country {
        CountryCode::Mx => words.amount.arrival.mexico(),
        CountryCode::Do => words.amount.arrival.dominican_republic(),
        CountryCode::Us => words.amount.arrival.united_states(),
        CountryCode::Sepa => words.amount.arrival.sepa(),
        CountryCode::Ar
        | CountryCode::Cl
        | CountryCode::Co
        | CountryCode::Pe
        | CountryCode::Gb
        | CountryCode::Gh
        | CountryCode::In
        | CountryCode::Ng => words.amount.arrival.elsewhere(),
    }
}

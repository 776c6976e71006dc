//! The first step: how much, of which token on which network, for an account in which country.

mod limits;
mod prefill;
mod price;
mod rate;
mod sale;

use leptos::{ev::SubmitEvent, prelude::*};
use offramp_domain::{
    api::{Checkout, LockKey},
    money::{Amount, Round},
};
use web_sys::HtmlFormElement;

use super::{AmountDraft, Asked, Side, focus_named};
use crate::{
    config::{Config, Prefill},
    context::context,
    i18n::{Locale, fill},
    state::{Callback, NodeRef, RwSignal, Signal, StoredValue, effect},
    ui::{Button, ButtonKind, ButtonType, FieldSize, Keyboard, Select, TextField},
    view::{View, handler, region, view},
    wizard::Ask,
};
use limits::AmountProblem;
use price::{IndicativePrice, Price};
use rate::RateLine;
pub(super) use rate::{arrival, fee_label};
use sale::{Sale, Trouble};

/// Two linked amounts: what was edited last is kept, the other one follows at an indicative price.
#[component]
pub(crate) fn AmountStep(
    /// What the proxy offers.
    checkout: StoredValue<Checkout>,
    /// What is typed, also after going back.
    draft: AmountDraft,
    /// What the page suggests, now and later.
    config: Signal<Config>,
    /// Called with what the payer has decided.
    on_done: Callback<Ask>,
) -> View {
    let locale = context().locale;
    let words = locale.words;
    let fill_in = move |page: Prefill| {
        checkout.with_value(|checkout| prefill::fill_in(draft, checkout, page, &locale));
    };
    fill_in(config.with_untracked(|config| config.prefill));
    effect(move || fill_in(config.with(|config| config.prefill)));
    effect(move || prefill::keep(draft));
    let selling = Selling::new(checkout, draft, locale);
    selling.follow();

    let root = NodeRef::<HtmlFormElement>::default();
    let submit = handler(move |event: SubmitEvent| {
        event.prevent_default();
        match selling.submit() {
            Ok(ask) => on_done.run(ask),
            Err(name) => focus_named(root, name),
        }
    });
    view! {
        <section class="checkout-step checkout-amount" data-testid="step-amount">
            <h2 class="checkout-step__title" tabindex="-1">
                {words.amount.title()}
            </h2>
            <form on:submit=submit novalidate node_ref=root>
                <SendSide selling checkout />
                <LimitsLine selling />
                <ReceiveSide selling checkout />
                <RateLine sale=selling.sale price=selling.price />
                <div class="checkout-step__actions">
                    <Button label=words.common.next() submit=ButtonType::Submit action="continue" />
                </div>
            </form>
        </section>
    }
}

/// The form being filled in.
#[derive(Clone, Copy, Debug)]
struct Selling {
    locale: Locale,
    draft: AmountDraft,
    sale: Signal<Sale>,
    price: IndicativePrice,
    /// Whether what was typed is looked at: once the payer has left the field, or gone on.
    is_checked: RwSignal<bool>,
    /// Whether the choices are looked at: once the payer has gone on.
    is_submitted: RwSignal<bool>,
    /// Whether the amount cannot be changed.
    is_fixed: bool,
}

impl Selling {
    fn new(checkout: StoredValue<Checkout>, draft: AmountDraft, locale: Locale) -> Self {
        let sale = Signal::memo(move || {
            checkout.with_value(|checkout| Sale::read(checkout, draft, &locale))
        });
        let is_fixed =
            checkout.with_value(|checkout| checkout.lock.contains(&LockKey::CryptoAmount));
        Self {
            locale,
            draft,
            sale,
            price: IndicativePrice::of(sale),
            is_checked: RwSignal::new(draft.refusal.with_untracked(Option::is_some)),
            is_submitted: RwSignal::new(false),
            is_fixed,
        }
    }

    /// Writes the amount that follows from the price beside the one that was typed.
    fn follow(self) {
        let Self { locale, draft, .. } = self;
        effect(move || {
            let side = draft.side.get();
            let other = match side {
                Side::Crypto => draft.fiat,
                Side::Fiat => draft.crypto,
            };
            let following = match self.price.price.get() {
                Price::Known(quote) => match side {
                    Side::Crypto => quote
                        .fiat_amount
                        .to_fixed(quote.currency.decimals(), Round::Down),
                    Side::Fiat => quote.crypto_amount.normalized().to_string(),
                },
                // The last figure stays until the next one is there.
                Price::Calculating => return,
                Price::None | Price::Refused(_) => String::new(),
            };
            other.set(locale.typed(&following));
        });
    }

    /// What is wrong with the amount, shown or not.
    fn trouble(self) -> Option<Trouble> {
        let refusal = self
            .draft
            .refusal
            .get()
            .or_else(|| match self.price.price.get() {
                Price::Refused(error) => Some(error),
                Price::None | Price::Calculating | Price::Known(_) => None,
            });
        self.sale
            .with(|sale| sale.trouble(sale.limits(self.price.rate(sale)), refusal.as_ref()))
    }

    /// What is wrong with the amount of a side, in words, once that may be said.
    fn problem(self, side: Side) -> Option<String> {
        if !self.is_checked.get() || self.draft.side.get() != side {
            return None;
        }
        let trouble = self.trouble()?;
        Some(self.sale.with(|sale| sale.sentence(&self.locale, trouble)))
    }

    fn edited(self, side: Side) {
        self.draft.answer(Asked::Amount);
        self.draft.side.set(side);
        self.draft.refusal.set(None);
        self.is_checked.set(false);
    }

    /// Looks at what was typed, and writes it as it was understood.
    fn left(self, side: Side) {
        let sale = self.sale.get_untracked();
        if sale.side != side {
            return;
        }
        self.is_checked
            .set(sale.amount != Err(AmountProblem::Empty));
        if let Ok(amount) = sale.amount {
            self.write(side, amount);
        }
    }

    fn write(self, side: Side, amount: Amount) {
        let amount = match side {
            Side::Crypto => amount.normalized(),
            Side::Fiat => amount,
        };
        self.draft
            .text(side)
            .set(self.locale.typed(&amount.to_string()));
    }

    /// Puts a limit into the field that was typed in.
    fn take(self, amount: Amount) {
        let side = self.draft.side.get_untracked();
        self.edited(side);
        self.write(side, amount);
    }

    /// What the payer has decided, or the name of the first field that is wrong.
    fn submit(self) -> Result<Ask, &'static str> {
        self.is_submitted.set(true);
        self.is_checked.set(true);
        let sale = self.sale.get_untracked();
        let is_wrong = untrack(|| self.trouble()).is_some();
        match sale.ask() {
            _ if is_wrong && sale.side == Side::Crypto => Err("crypto_amount"),
            _ if sale.asset.is_none() => Err("asset"),
            _ if is_wrong => Err("fiat_amount"),
            Some(ask) => {
                // What was there and is agreed to is an answer as well.
                for asked in [Asked::Amount, Asked::Asset, Asked::Country] {
                    self.draft.answer(asked);
                }
                Ok(ask)
            }
            None => Err("country"),
        }
    }
}

/// What leaves the payer, and on which network.
#[component]
fn SendSide(selling: Selling, checkout: StoredValue<Checkout>) -> View {
    let words = &selling.locale.words.amount;
    let options = checkout.with_value(asset_options);
    let is_only = options.len() == 1;
    let problem = move || {
        let is_missing =
            selling.is_submitted.get() && selling.sale.with(|sale| sale.asset.is_none());
        is_missing.then(|| words.problem.asset().to_owned())
    };
    view! {
        <div class="checkout-amount__pair">
            <AmountField selling side=Side::Crypto label=words.you_send() name="crypto_amount" />
            <Select
                label=words.asset()
                name="asset"
                options=Signal::stored(options)
                value=selling.draft.asset
                placeholder=words.asset_placeholder()
                problem=Signal::derive(problem)
                disabled=Signal::stored(is_only)
                on_edit=Callback::new(move |()| selling.draft.answer(Asked::Asset))
            />
            <p class="checkout-muted">{words.asset_hint()}</p>
        </div>
    }
}

/// What arrives, and where.
#[component]
fn ReceiveSide(selling: Selling, checkout: StoredValue<Checkout>) -> View {
    let words = &selling.locale.words.amount;
    let options = checkout.with_value(|checkout| country_options(checkout, &selling.locale));
    let is_only = options.len() == 1;
    let problem = move || {
        let is_missing =
            selling.is_submitted.get() && selling.sale.with(|sale| sale.country.is_none());
        is_missing.then(|| words.problem.country().to_owned())
    };
    let receiver = checkout.with_value(|checkout| checkout.receiver.clone());
    let country = if receiver.is_some() {
        words.country_of_receiver()
    } else {
        words.country()
    };
    let receiver = receiver.map(|receiver| fill(words.receiver(), &[("name", &receiver.name)]));
    view! {
        <div class="checkout-amount__pair">
            <AmountField selling side=Side::Fiat label=words.you_get() name="fiat_amount" />
            <Select
                label=country
                name="country"
                options=Signal::stored(options)
                value=selling.draft.country
                placeholder=words.country_placeholder()
                problem=Signal::derive(problem)
                disabled=Signal::stored(is_only)
                on_edit=Callback::new(move |()| selling.draft.answer(Asked::Country))
            />
            {receiver.map(|text| view! { <p class="checkout-step__lead">{text}</p> })}
        </div>
    }
}

/// One of the two amounts, with its unit.
#[component]
fn AmountField(selling: Selling, side: Side, label: &'static str, name: &'static str) -> View {
    let is_following = Signal::derive(move || {
        let is_calculating = selling
            .price
            .price
            .with(|price| matches!(price, Price::Calculating));
        is_calculating && selling.draft.side.get() != side
    });
    let unit = Signal::derive(move || selling.sale.with(|sale| sale.unit(side).to_owned()));
    let is_first = side == Side::Crypto;
    let hint =
        (selling.is_fixed && is_first).then(|| selling.locale.words.amount.fixed().to_owned());
    let text = selling.draft.text(side);
    let grouped = Signal::derive(move || text.with(|text| selling.locale.grouped(text)));
    view! {
        <div
            class="checkout-amount__side"
            class:checkout-amount__side--pending=is_following
            data-testid=if is_first { "crypto-amount" } else { "fiat-amount" }
        >
            <TextField
                label
                name
                value=text
                at_rest=grouped
                problem=Signal::derive(move || selling.problem(side))
                hint=Signal::stored(hint)
                keyboard=Keyboard::Decimal
                size=FieldSize::Large
                read_only=Signal::stored(selling.is_fixed)
                on_edit=Callback::new(move |()| selling.edited(side))
                on_leave=Callback::new(move |()| selling.left(side))
            >
                <span class="checkout-amount__unit">{unit}</span>
            </TextField>
        </div>
    }
}

/// What one order may be, in both units, and a way to take the least of it.
#[component]
fn LimitsLine(selling: Selling) -> View {
    let (locale, words) = (selling.locale, &selling.locale.words.amount);
    let limits = move || {
        selling
            .sale
            .with(|sale| sale.limits(selling.price.rate(sale)))
    };
    let text = Signal::derive(move || {
        let limits = limits()?;
        let text = |side, amount| {
            selling
                .sale
                .with(|sale| locale.of_unit(amount, sale.unit(side)))
        };
        let values: [(&str, &str); 4] = [
            ("min", &text(Side::Crypto, limits.crypto.min)),
            ("max", &text(Side::Crypto, limits.crypto.max)),
            ("min_other", &text(Side::Fiat, limits.fiat.min)),
            ("max_other", &text(Side::Fiat, limits.fiat.max)),
        ];
        let sentence = if limits.are_linked {
            words.limits_with_other()
        } else {
            words.limits()
        };
        Some(fill(sentence, &values))
    });
    let action = region(move || {
        let Some(limits) = limits().filter(|_| !selling.is_fixed) else {
            return View::empty();
        };
        let range = limits.side(selling.draft.side.get());
        let (label, action, amount) = match selling.trouble() {
            Some(Trouble::Typed(AmountProblem::Above(_))) => {
                (words.use_max(), "use-maximum", range.max)
            }
            Some(_) | None => (words.use_min(), "use-minimum", range.min),
        };
        let take = Callback::new(move |()| selling.take(amount));
        view! { <Button label kind=ButtonKind::Quiet action on_press=take /> }
    });
    view! {
        <div class="checkout-amount__limits">
            <p>{text}</p>
            {action}
        </div>
    }
}

fn asset_options(checkout: &Checkout) -> Vec<(String, String)> {
    let choices = prefill::assets(checkout);
    let name = |(token, network)| {
        let asset = checkout
            .assets
            .iter()
            .find(|asset| (asset.token, asset.network) == (token, network))?;
        let text = [token.symbol(), " · ", asset.network_name.as_str()].concat();
        Some((prefill::asset_value((token, network)), text))
    };
    choices.into_iter().filter_map(name).collect()
}

fn country_options(checkout: &Checkout, locale: &Locale) -> Vec<(String, String)> {
    let choices = prefill::countries(checkout).into_iter();
    choices
        .map(|country| (country.as_str().to_owned(), locale.country(country)))
        .collect()
}

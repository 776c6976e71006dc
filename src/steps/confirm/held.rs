//! The price on the screen: renewed in place before it ends, a few times, while anybody looks.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use offramp_domain::{
    api::{Destination, Quote, QuoteRequest},
    money::Amount,
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};

use crate::{
    api::{Api, ApiError},
    clock::ServerClock,
    context::{Context, context},
    hooks::use_visibility,
    state::{RwSignal, Signal, StoredValue, effect},
    wizard::{Anchor, Ask},
};

/// How often a price is renewed before somebody has to touch the screen.
const RENEWALS: u8 = 5;

/// How long before its end a price is renewed.
const EARLY: Duration = Duration::from_secs(2);

/// How long a price without an end is shown as the price of now.
const UNTIMED: Duration = Duration::from_secs(30);

/// How long no press counts after a worse figure has appeared.
const SETTLING: Duration = Duration::from_secs(1);

/// How the price on the screen stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Phase {
    /// A new one is on its way, while the last one holds.
    Asking,
    /// A new one is on its way, because the payer wanted one. No press counts until it was seen.
    Restarting,
    /// It holds.
    Held,
    /// It has ended, and is renewed when the payer touches the screen.
    Stopped,
    /// There is none, for this reason.
    Refused(ApiError),
}

/// What became of the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// More arrives than before.
    Better(Amount),
    /// Less arrives than before: the figure, and how much less it is.
    Worse { now: Amount, less: Amount },
}

/// The price on the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldQuote {
    api: Api,
    clock: ServerClock,
    ask: Ask,
    /// The account, where a price needs it.
    destination: StoredValue<Option<Destination>>,
    pub(super) quote: RwSignal<Option<Quote>>,
    pub(super) phase: RwSignal<Phase>,
    /// The last change of the figure, until the next one.
    pub(super) change: RwSignal<Option<Change>>,
    /// A worse figure has just appeared: presses do not count yet.
    pub(super) is_settling: RwSignal<bool>,
    renewals: StoredValue<Renewals>,
    /// Tells the timers of one price from those of the next.
    number: StoredValue<u32>,
    /// An order is being made of it: it stays as it is.
    is_frozen: StoredValue<bool>,
    is_visible: Signal<bool>,
}

/// How many renewals are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Renewals(u8);

impl Renewals {
    fn full() -> Self {
        Self(RENEWALS)
    }

    /// Takes one, if one is left.
    fn take(&mut self) -> bool {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// How long to wait before a price of this life is renewed. One that lives less than the time it
/// should be renewed early is renewed halfway.
fn renew_after(life: Duration) -> Duration {
    life.saturating_sub(EARLY.min(life / 2))
}

impl HeldQuote {
    /// Takes a price at once, and keeps it fresh until the owner is gone.
    pub(super) fn take(ask: Ask, destination: Option<Destination>) -> Self {
        let Context { api, clock, .. } = context();
        let held = Self {
            api,
            clock,
            ask,
            destination: StoredValue::new(destination),
            quote: RwSignal::new(None),
            phase: RwSignal::new(Phase::Held),
            change: RwSignal::new(None),
            is_settling: RwSignal::new(false),
            renewals: StoredValue::new(Renewals::full()),
            number: StoredValue::new(0),
            is_frozen: StoredValue::new(false),
            is_visible: use_visibility(),
        };
        held.ask_now(Phase::Asking);
        let mut was_visible = true;
        effect(move || {
            let is_visible = held.is_visible.get();
            if is_visible && !was_visible {
                held.look_again();
            }
            was_visible = is_visible;
        });
        held
    }

    /// The payer is there: a price that has ended is renewed, and five more times after that.
    pub(super) fn touch(self) {
        if matches!(self.phase.get_untracked(), Phase::Stopped) {
            self.start_again();
        }
    }

    /// Asks for a price, whatever became of the last one.
    pub(super) fn start_again(self) {
        self.renewals.set_value(Renewals::full());
        self.ask_now(Phase::Restarting);
    }

    /// Leaves the price as it is, because an order is being made of it.
    pub(super) fn freeze(self) {
        self.is_frozen.set_value(true);
    }

    /// Nothing came of the order: the price lives on, or is renewed.
    pub(super) fn thaw(self) {
        self.is_frozen.set_value(false);
        self.look_again();
    }

    /// Shows a price that came with a refusal.
    pub(super) fn show(self, quote: Quote) {
        let life = life(&quote, self.clock.now());
        self.received(quote, life);
    }

    fn look_again(self) {
        if self.is_over() {
            self.end();
            self.renew();
        }
    }

    /// Whether the price on the screen has ended.
    fn is_over(self) -> bool {
        self.quote.with_untracked(|quote| {
            let ends = quote.as_ref().and_then(|quote| quote.expires_at);
            ends.is_some_and(|ends| ends <= self.clock.now())
        })
    }

    /// Renews the price if one more renewal is left and somebody looks.
    fn renew(self) {
        let is_wanted = self.is_visible.get_untracked() && !self.is_frozen.get_value();
        if is_wanted && self.renewals.try_update_value(Renewals::take) == Some(true) {
            self.ask_now(Phase::Asking);
        }
    }

    fn ask_now(self, meanwhile: Phase) {
        if matches!(
            self.phase.get_untracked(),
            Phase::Asking | Phase::Restarting
        ) {
            return;
        }
        self.phase.set(meanwhile);
        let request = self.request();
        spawn_local(async move {
            let answer = self.api.quote(request).await;
            // The payer may have gone on in the meantime.
            if self.quote.is_gone() {
                return;
            }
            match answer {
                _ if self.is_frozen.get_value() => self.phase.set(Phase::Held),
                Ok(answer) => {
                    let life = life(&answer.quote, answer.server_time);
                    self.received(answer.quote, life);
                }
                // The price on the screen is as good as it was.
                Err(_) if self.holds() => self.phase.set(Phase::Held),
                Err(error) => self.phase.set(Phase::Refused(error)),
            }
        });
    }

    /// Whether there is a price, and it has not ended.
    fn holds(self) -> bool {
        self.quote.with_untracked(Option::is_some) && !self.is_over()
    }

    /// The first price is for the amount that was named; every other one is for the same crypto.
    fn request(self) -> QuoteRequest {
        let shown = self.quote.with_untracked(|quote| {
            quote
                .as_ref()
                .map(|quote| Anchor::Crypto(quote.crypto_amount))
        });
        let (crypto_amount, fiat_amount) = match shown.unwrap_or(self.ask.anchor) {
            Anchor::Crypto(amount) => (Some(amount), None),
            Anchor::Fiat(amount) => (None, Some(amount)),
        };
        QuoteRequest {
            kind: QuoteKind::Firm,
            token: self.ask.token,
            network: self.ask.network,
            country: self.ask.country,
            crypto_amount,
            fiat_amount,
            destination: self.destination.get_value(),
        }
    }

    fn received(self, quote: Quote, life: Duration) {
        let change = self
            .quote
            .with_untracked(|before| before.as_ref().and_then(|before| change(before, &quote)));
        if let Some(change) = change {
            self.change.set(Some(change));
            if matches!(change, Change::Worse { .. }) {
                self.settle();
            }
        }
        // The press that asked for it may still be going on, or be followed by a second one.
        if matches!(self.phase.get_untracked(), Phase::Restarting) {
            self.settle();
        }
        // Nobody holds an estimate, so that none ends.
        let may_end = quote.guarantee != Guarantee::Estimate;
        self.quote.set(Some(quote));
        self.phase.set(Phase::Held);
        let number = self.number.try_update_value(|number| {
            *number += 1;
            *number
        });
        let is_current = move || self.number.try_get_value() == number;
        set_timeout(
            move || {
                if is_current() {
                    self.renew();
                }
            },
            renew_after(life),
        );
        set_timeout(
            move || {
                if may_end && is_current() && !self.is_frozen.get_value() {
                    self.end();
                }
            },
            life,
        );
    }

    /// The price has ended. While a new one is on its way, that one decides.
    fn end(self) {
        self.phase.update(|phase| {
            if matches!(phase, Phase::Held) {
                *phase = Phase::Stopped;
            }
        });
    }

    /// A worse figure has appeared: a press that was meant for the one before does not count.
    pub(super) fn settle(self) {
        self.is_settling.set(true);
        set_timeout(
            move || {
                self.is_settling.set(false);
            },
            SETTLING,
        );
    }
}

fn life(quote: &Quote, now: Timestamp) -> Duration {
    quote.expires_at.map_or(UNTIMED, |ends| ends.since(now))
}

/// What a price promises: its minimum, or for an estimate the figure that nobody promises.
pub(super) fn promised(quote: &Quote) -> Amount {
    quote.fiat_minimum.unwrap_or(quote.fiat_amount)
}

/// What becomes of the figure when one price follows another.
fn change(before: &Quote, now: &Quote) -> Option<Change> {
    if now.fiat_amount < before.fiat_amount {
        let less = before.fiat_amount.checked_sub(now.fiat_amount)?;
        Some(Change::Worse {
            now: now.fiat_amount,
            less,
        })
    } else if promised(now) < promised(before) {
        let less = promised(before).checked_sub(promised(now))?;
        Some(Change::Worse {
            now: promised(now),
            less,
        })
    } else if now.fiat_amount > before.fiat_amount {
        Some(Change::Better(now.fiat_amount))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::{
        money::{Currency, Token},
        network::Network,
    };

    use super::*;

    #[track_caller]
    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    fn quote(fiat: &str, minimum: Option<&str>) -> Quote {
        Quote {
            id: "q".to_owned(),
            kind: QuoteKind::Firm,
            guarantee: Guarantee::Exact,
            token: Token::Usdc,
            network: Network::Pol,
            crypto_amount: amount("100"),
            currency: Currency::Mxn,
            fiat_amount: amount(fiat),
            fiat_minimum: minimum.map(amount),
            rate: amount("18"),
            fees: Vec::new(),
            expires_at: None,
        }
    }

    #[test]
    fn a_price_is_renewed_two_seconds_before_its_end() {
        assert_eq!(renew_after(Duration::from_secs(10)), Duration::from_secs(8));
        assert_eq!(
            renew_after(Duration::from_secs(3)),
            Duration::from_millis(1_500)
        );
        assert_eq!(renew_after(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn five_renewals_are_enough() {
        let mut renewals = Renewals::full();
        let taken: Vec<_> = (0..6).map(|_| renewals.take()).collect();
        assert_eq!(taken, [true, true, true, true, true, false]);
    }

    #[test]
    fn a_lower_figure_is_worse_by_the_difference() {
        let (before, now) = (
            quote("1818.46", Some("1818.46")),
            quote("1800", Some("1800")),
        );
        let worse = Change::Worse {
            now: amount("1800"),
            less: amount("18.46"),
        };
        assert_eq!(change(&before, &now), Some(worse));
        assert_eq!(
            change(&now, &before),
            Some(Change::Better(amount("1818.46")))
        );
        assert_eq!(change(&now, &now), None);
    }

    #[test]
    fn the_same_figure_with_a_lower_promise_is_worse() {
        let (before, now) = (
            quote("1818.46", Some("1818.46")),
            quote("1818.46", Some("1810")),
        );
        let worse = Change::Worse {
            now: amount("1810"),
            less: amount("8.46"),
        };
        assert_eq!(change(&before, &now), Some(worse));
    }
}

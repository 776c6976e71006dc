//! How long the address is good for, by the server's clock.

use leptos::prelude::*;
use offramp_domain::time::Timestamp;

use crate::{
    context::context,
    hooks::use_countdown,
    i18n::{DepositMessages, fill},
    state::Signal,
    ui::{Notice, NoticeKind},
    view::{View, region, view},
};

/// Seconds left from which on the payer is warned.
const SOON_SECS: u64 = 300;

/// The time left, the moment it ends at, and a word about it now and then.
#[component]
pub(super) fn TimeLeft(until: Timestamp) -> View {
    let locale = context().locale;
    let words = &locale.words.deposit;
    let countdown = use_countdown(Signal::stored(Some(until)));
    let left = move || countdown.get().unwrap_or_default();
    let is_soon = Signal::memo(move || left() <= SOON_SECS);
    let is_over = Signal::memo(move || left() == 0);
    let face = Signal::derive(move || clock_face(left()));
    let spoken = Signal::derive(move || Spoken::of(left()).words(words));
    let warning = region(move || {
        let (kind, text) = match (is_soon.get(), is_over.get()) {
            (false, _) => return View::empty(),
            (true, false) => (NoticeKind::Warning, words.time.soon()),
            // The server has not said so yet, and says what follows from it.
            (true, true) => (NoticeKind::Danger, words.time.up()),
        };
        view! {
            <Notice kind>
                <p>{text}</p>
            </Notice>
        }
    });
    view! {
        <div class="checkout-deposit__time" class:checkout-deposit__time--soon=is_soon>
            <span>{words.time.title()}</span>
            <span
                class="checkout-deposit__left"
                role="timer"
                aria-label=words.time.title()
                data-testid="countdown"
            >
                {face}
            </span>
            <span class="checkout-muted">
                {fill(words.time.until(), &[("time", &locale.time(until))])}
            </span>
        </div>
        <p class="checkout-visually-hidden" aria-live="polite">
            {spoken}
        </p>
        <div aria-live="polite">
            {warning}
        </div>
    }
}

/// What a screen reader is told: every three minutes, then each minute, then each half minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoken {
    Minutes(u64),
    OneMinute,
    HalfMinute,
    Nothing,
}

impl Spoken {
    fn of(left_secs: u64) -> Self {
        match left_secs {
            0 => Self::Nothing,
            1..=30 => Self::HalfMinute,
            31..=60 => Self::OneMinute,
            61..=300 => Self::Minutes(left_secs.div_ceil(60)),
            _ => Self::Minutes(left_secs.div_ceil(180) * 3),
        }
    }

    fn words(self, words: &DepositMessages) -> String {
        match self {
            Self::Minutes(minutes) => {
                fill(words.time.minutes(), &[("minutes", &minutes.to_string())])
            }
            Self::OneMinute => words.time.minute().to_owned(),
            Self::HalfMinute => words.time.seconds().to_owned(),
            Self::Nothing => String::new(),
        }
    }
}

/// `27:31`, and `1:05:00` where it takes hours.
fn clock_face(secs: u64) -> String {
    let two = |number: u64| {
        let digits = number.to_string();
        if number < 10 {
            ["0", &digits].concat()
        } else {
            digits
        }
    };
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 {
        [&hours.to_string(), ":", &two(minutes), ":", &two(secs)].concat()
    } else {
        [&minutes.to_string(), ":", &two(secs)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_as_on_a_clock() {
        assert_eq!(clock_face(0), "0:00");
        assert_eq!(clock_face(65), "1:05");
        assert_eq!(clock_face(1_651), "27:31");
        assert_eq!(clock_face(3_900), "1:05:00");
    }

    #[test]
    fn time_is_spoken_of_rarely_and_more_often_towards_the_end() {
        let mut said = Vec::new();
        for left in (0..=1_800).rev() {
            let spoken = Spoken::of(left);
            if said.last() != Some(&spoken) {
                said.push(spoken);
            }
        }
        let minutes = [30, 27, 24, 21, 18, 15, 12, 9, 6, 5, 4, 3, 2].map(Spoken::Minutes);
        assert_eq!(said[..13], minutes);
        assert_eq!(
            said[13..],
            [Spoken::OneMinute, Spoken::HalfMinute, Spoken::Nothing]
        );
    }
}

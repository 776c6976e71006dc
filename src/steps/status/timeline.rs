//! The five stages of every order: done, current, to come.

use leptos::prelude::*;
use offramp_domain::{api::Order, order::OrderState, time::Timestamp};

use crate::{
    context::{context, words},
    i18n::StatusMessages,
    state::Signal,
    ui::{Icon, Picture},
    view::{IntoView, View, region, view},
};

/// The stages, with the time each was done at.
#[component]
pub(super) fn Timeline(order: Signal<Order>) -> View {
    let words = &words().status;
    // Nothing in it takes the focus, so it may be made anew whenever the order changes.
    let list = region(move || {
        let stages = order.with(stages).into_iter();
        stages
            .map(|stage| view! { <Stage stage /> })
            .collect::<Vec<_>>()
            .into_view()
    });
    view! {
        <div class="checkout-step__group">
            <h3 class="checkout-step__subtitle">{words.timeline()}</h3>
            <ol class="checkout-timeline">{list}</ol>
        </div>
    }
}

#[component]
fn Stage(stage: StageOf) -> View {
    let locale = context().locale;
    let words = &locale.words.status;
    let (class, said) = match stage.progress {
        Progress::Done => ("checkout-timeline__stage--done", words.stage.done()),
        Progress::Current => ("checkout-timeline__stage--current", words.stage.current()),
        Progress::Ended => ("checkout-timeline__stage--current", words.stage.done()),
        Progress::Next => ("checkout-timeline__stage--next", words.stage.next()),
    };
    let is_current = stage.progress == Progress::Current;
    let is_done = stage.progress == Progress::Done;
    view! {
        <li
            class=["checkout-timeline__stage ", class].concat()
            aria-current=is_current.then_some("step")
        >
            <span class="checkout-timeline__mark">
                {is_done.then(|| view! { <Icon picture=Picture::Check /> })}
            </span>
            <span class="checkout-timeline__label">
                {stage.name.of(words)} <span class="checkout-visually-hidden">": " {said}</span>
            </span>
            {stage
                .at
                .map(|at| {
                    view! { <span class="checkout-timeline__at">{locale.date_time(at)}</span> }
                })}
        </li>
    }
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StageOf {
    name: Name,
    progress: Progress,
    at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Ordered,
    Sent,
    Received,
    Payout,
    Paid,
    /// Where the order left the straight way.
    Aside(OrderState),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Done,
    Current,
    /// The last thing that happened, and nothing follows.
    Ended,
    Next,
}

const STAGES: [Name; 5] = [
    Name::Ordered,
    Name::Sent,
    Name::Received,
    Name::Payout,
    Name::Paid,
];

impl Name {
    fn of(self, words: &StatusMessages) -> &'static str {
        match self {
            Self::Ordered => words.stage.ordered(),
            Self::Sent => words.stage.sent(),
            Self::Received => words.stage.received(),
            Self::Payout => words.stage.payout(),
            Self::Paid => words.stage.paid(),
            Self::Aside(state) => words.title.of(state),
        }
    }
}

/// How many stages are done in this state; nothing beside the straight way.
fn done_by(state: OrderState) -> Option<usize> {
    match state {
        OrderState::Creating => Some(0),
        OrderState::Created | OrderState::Blocked | OrderState::AwaitingDeposit => Some(1),
        OrderState::DepositSubmitted => Some(2),
        OrderState::DepositReceived
        | OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation => Some(3),
        OrderState::Settling => Some(4),
        OrderState::Completed => Some(5),
        OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding
        | OrderState::Attention
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded
        | OrderState::Failed => None,
    }
}

fn stages(order: &Order) -> Vec<StageOf> {
    let reached = |done: usize| {
        let mut entries = order.timeline.iter();
        entries
            .find(|entry| done_by(entry.state).is_some_and(|by| by >= done))
            .map(|entry| entry.at)
    };
    let now = done_by(order.state);
    let mut lines: Vec<StageOf> = STAGES
        .into_iter()
        .zip(1..)
        .filter_map(|(name, done)| {
            let at = reached(done);
            let progress = match now {
                Some(now) if now >= done => Progress::Done,
                Some(now) if now + 1 == done => Progress::Current,
                Some(_) => Progress::Next,
                // Only what is known to have happened.
                None => at.map(|_| Progress::Done)?,
            };
            let at = at.filter(|_| progress == Progress::Done);
            Some(StageOf { name, progress, at })
        })
        .collect();
    if now.is_none() {
        let entry = order
            .timeline
            .iter()
            .rev()
            .find(|entry| entry.state == order.state);
        let progress = if order.state.is_terminal() {
            Progress::Ended
        } else {
            Progress::Current
        };
        lines.push(StageOf {
            name: Name::Aside(order.state),
            progress,
            at: Some(entry.map_or(order.updated_at, |entry| entry.at)),
        });
    }
    lines
}

//! What happens to a transaction by itself, and when.

use std::collections::VecDeque;
use std::iter;

use super::knobs::{Knobs, Path};
use super::mock::Outcome;
use crate::clock::Moment;

/// Something that happens to a transaction by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// No deposit came in time.
    Expire,
    /// An execute found no deposit.
    GiveUp,
    /// A mock deposit is seen.
    Receive,
    /// A detour that only some payouts take.
    Process,
    CompleteReceival,
    /// The penny test, where there is one.
    CheckName,
    AwaitManualTransfer,
    StartTransfer,
    EndTransfer,
}

/// The rest of a payout, from `CRYPTO_RECEIVED` on.
pub(super) fn payout(from: Moment, knobs: &Knobs) -> VecDeque<(Moment, Turn)> {
    schedule(from, knobs, payout_turns(knobs))
}

/// What a mock amount plays.
pub(super) fn story(outcome: Outcome, from: Moment, knobs: &Knobs) -> VecDeque<(Moment, Turn)> {
    match outcome {
        Outcome::Completed | Outcome::NameVerificationFailed => {
            let turns = iter::once(Turn::Receive).chain(payout_turns(knobs).iter().copied());
            schedule(from, knobs, &turns.collect::<Vec<_>>())
        }
        Outcome::CryptoNotReceived => [(from.plus(knobs.search()), Turn::GiveUp)].into(),
    }
}

const fn payout_turns(knobs: &Knobs) -> &'static [Turn] {
    match knobs.path {
        Path::Usual => &[
            Turn::CompleteReceival,
            Turn::CheckName,
            Turn::StartTransfer,
            Turn::EndTransfer,
        ],
        Path::EveryStatus => &[
            Turn::Process,
            Turn::CompleteReceival,
            Turn::CheckName,
            Turn::AwaitManualTransfer,
            Turn::StartTransfer,
            Turn::EndTransfer,
        ],
    }
}

fn schedule(from: Moment, knobs: &Knobs, turns: &[Turn]) -> VecDeque<(Moment, Turn)> {
    let mut at = from;
    let mut later = |turn: &Turn| {
        at = at.plus(knobs.step());
        (at, *turn)
    };
    turns.iter().map(&mut later).collect()
}

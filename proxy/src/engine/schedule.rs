//! When the provider is asked, and when something is tried again. Pure.

use std::time::Duration;

use offramp_domain::{
    api::Offer,
    order::{OrderState, Reason},
    time::Timestamp,
};

use crate::{
    provider::ProviderError,
    store::{OrderRecord, REPORT_FRESH},
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How long an order is kept waiting for a deposit that nobody reported, after its offer is over.
pub const GRACE_AFTER_OFFER: Duration = DAY;

/// How long after a create ended without an answer its order may still turn up.
pub const ABSENCE: Duration = Duration::from_mins(2);

/// How many complete readings show that an order does not exist.
pub const ABSENCES: u32 = 3;

/// How long until an order is asked about again when the provider did not answer.
pub const NO_ANSWER: Duration = Duration::from_secs(10);

/// How long `execute` is repeated.
const EXECUTE_FOR: Duration = DAY;

/// Whether somebody looks at the order right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attendance {
    /// Somebody does.
    Watched,
    /// Nobody does.
    Unwatched,
}

/// When to repeat an `execute` that was tried `attempts` times before: 30 s, 1, 2, 5, 10 min, then
/// every 15 min.
pub fn execute_again(attempts: u32) -> Duration {
    match attempts {
        0 => 30 * SECOND,
        1 => MINUTE,
        2 => 2 * MINUTE,
        3 => 5 * MINUTE,
        4 => 10 * MINUTE,
        _ => 15 * MINUTE,
    }
}

/// Until when `execute` is repeated: a day after the payer last said that the crypto was sent, and
/// after the provider was first seen to have some. Without either, nobody says that there is any.
pub fn executes_until(order: &OrderRecord) -> Option<Timestamp> {
    Some(order.sent_at()?.plus(EXECUTE_FOR))
}

/// When to repeat a cancel that got no answer.
pub fn cancel_again(attempts: u32) -> Duration {
    match attempts {
        0 => 2 * SECOND,
        1 => 5 * SECOND,
        2 => 15 * SECOND,
        3 => MINUTE,
        4..=20 => 5 * MINUTE,
        _ => HOUR,
    }
}

/// How long until the next attempt, where another order's signature holds the nonce: a quarter of the
/// time that it took so far, within limits.
pub fn next_turn(waited: Duration) -> Duration {
    (waited / 4).clamp(2 * SECOND, 30 * SECOND)
}

/// How soon the provider is asked again after it gave no answer: as it asked, within limits, and no
/// sooner than ten seconds where it was not asked at all.
pub fn pause_after(error: &ProviderError) -> Duration {
    let asked = error.pause().unwrap_or_default().min(15 * MINUTE);
    match error {
        ProviderError::NotSent { .. } => asked.max(NO_ANSWER),
        ProviderError::Unavailable(_)
        | ProviderError::RateLimited { .. }
        | ProviderError::Refused(_)
        | ProviderError::Key => asked,
    }
}

/// When to look again for an order whose create got no answer, after it was looked for. While the
/// payer waits to hear, it is never put off for long: the provider may be back at any time.
pub fn look_again(state: OrderState, since_call_ended: Duration) -> Duration {
    if since_call_ended < 10 * SECOND {
        5 * SECOND
    } else if since_call_ended < ABSENCE {
        20 * SECOND
    } else if since_call_ended < HOUR || state == OrderState::Creating {
        30 * SECOND
    } else {
        15 * MINUTE
    }
}

/// When the provider is asked about an order next; never, when nothing can come any more.
///
/// Fast while it is young or watched, slow when it is old, and never past a moment at which our own
/// clock changes something.
pub fn next_check(
    order: &OrderRecord,
    attendance: Attendance,
    now: Timestamp,
) -> Option<Timestamp> {
    let pause = pause(order, attendance, now)?;
    let planned = now.plus(pause);
    let turning_points = turning_points(order)
        .into_iter()
        .flatten()
        .filter(|at| *at > now);
    Some(turning_points.fold(planned, Timestamp::min))
}

/// Moments at which the order changes by the clock alone.
fn turning_points(order: &OrderRecord) -> [Option<Timestamp>; 3] {
    let waiting = !order.state.is_terminal();
    let offer = order.shown.as_ref().filter(|_| waiting);
    [
        offer
            .filter(|shown| shown.offer == Offer::Live)
            .map(|shown| shown.offer_until),
        offer.map(|shown| shown.offer_until.plus(GRACE_AFTER_OFFER)),
        order
            .sent_at()
            .filter(|_| waiting)
            .map(|at| at.plus(REPORT_FRESH)),
    ]
}

fn pause(order: &OrderRecord, attendance: Attendance, now: Timestamp) -> Option<Duration> {
    let age = now.since(order.created_at);
    match order.state {
        OrderState::Creating => Some(5 * SECOND),
        OrderState::Completed | OrderState::Refunded => None,
        OrderState::Cancelled | OrderState::Expired | OrderState::Failed => {
            after_the_end(order, now)
        }
        // Made by mistake, called off, and its address never shown.
        OrderState::Attention if order.has_ended() && !order.was_shown() => None,
        OrderState::Attention if age < HOUR => Some(MINUTE),
        OrderState::Attention => Some(15 * MINUTE),
        OrderState::Created | OrderState::Blocked | OrderState::AwaitingDeposit => {
            Some(match attendance {
                // Somebody is looked for who takes the order: that is a matter of seconds.
                Attendance::Watched if order.state == OrderState::Created && age < 10 * MINUTE => {
                    2 * SECOND
                }
                Attendance::Watched if age < HOUR => 5 * SECOND,
                Attendance::Watched => 30 * SECOND,
                Attendance::Unwatched if age < HOUR => 30 * SECOND,
                Attendance::Unwatched => 5 * MINUTE,
            })
        }
        OrderState::DepositSubmitted
        | OrderState::DepositReceived
        | OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation
        | OrderState::Settling
        | OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding => {
            let quiet = now.since(order.updated_at);
            Some(if quiet < 10 * MINUTE {
                5 * SECOND
            } else if attendance == Attendance::Watched {
                15 * SECOND
            } else if quiet < DAY {
                MINUTE
            } else {
                15 * MINUTE
            })
        }
    }
}

/// Money may still come to an address that was shown, and an order that was given up as never made
/// may still turn up: hourly for a week, daily for a month. While somebody may still hold the payer's
/// crypto, every ten minutes, and there is no end to it.
fn after_the_end(order: &OrderRecord, now: Timestamp) -> Option<Duration> {
    if !order.is_closed() {
        return Some(10 * MINUTE);
    }
    let may_turn_up = order.reason == Some(Reason::NotCreated) && order.call.absences > 0;
    if !order.was_shown() && !may_turn_up {
        return None;
    }
    let ended = now.since(order.ended_at.unwrap_or(order.created_at));
    if ended < 7 * DAY {
        Some(HOUR)
    } else if ended < 30 * DAY {
        Some(DAY)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(pauses: impl Iterator<Item = Duration>) -> Vec<u64> {
        pauses.map(|pause| pause.as_secs()).collect()
    }

    #[test]
    fn execute_is_repeated_after_half_a_minute_and_then_less_and_less_often() {
        let pauses = secs((0..7).map(execute_again));
        assert_eq!(pauses, [30, 60, 120, 300, 600, 900, 900]);
    }

    #[test]
    fn a_cancel_is_repeated_soon_and_in_the_end_hourly() {
        let pauses = secs([0, 1, 2, 3, 4, 20, 21, 1_000].into_iter().map(cancel_again));
        assert_eq!(pauses, [2, 5, 15, 60, 300, 300, 3_600, 3_600]);
    }

    #[test]
    fn whose_turn_is_not_there_asks_less_and_less_often() {
        let waited = [0, 8, 20, 60, 120, 3_600].map(Duration::from_secs);
        let pauses = secs(waited.into_iter().map(next_turn));
        assert_eq!(pauses, [2, 2, 5, 15, 30, 30]);
    }

    #[test]
    fn a_provider_that_asks_for_time_gets_it_within_limits() {
        let limited = |retry_after_secs| ProviderError::RateLimited { retry_after_secs };
        let pause = |error| pause_after(&error).as_secs();
        assert_eq!(pause(limited(None)), 0);
        assert_eq!(pause(limited(Some(90))), 90);
        assert_eq!(pause(limited(Some(u64::MAX))), 900);
        let not_sent = ProviderError::NotSent {
            retry_after_secs: 1,
            source: "busy".into(),
        };
        assert_eq!(pause(not_sent), 10);
    }

    #[test]
    fn a_lost_order_is_looked_for_at_least_three_times_in_two_minutes() {
        let mut at = Duration::ZERO;
        let mut looks = 0;
        while at <= ABSENCE {
            at += look_again(OrderState::Creating, at);
            looks += 1;
        }
        assert!(looks > ABSENCES, "{looks}");
    }

    #[test]
    fn a_lost_order_is_looked_for_less_often_later_unless_a_payer_waits_to_hear() {
        let pauses = |state| {
            let times = [0, 9, 10, 119, 120, 3_599, 3_600, 100_000];
            secs(
                times
                    .map(Duration::from_secs)
                    .into_iter()
                    .map(|since| look_again(state, since)),
            )
        };
        assert_eq!(
            pauses(OrderState::Attention),
            [5, 5, 20, 20, 30, 30, 900, 900]
        );
        assert_eq!(pauses(OrderState::Creating), [5, 5, 20, 20, 30, 30, 30, 30]);
    }
}

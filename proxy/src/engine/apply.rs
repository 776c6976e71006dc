//! What a fresh read of the provider, or the clock alone, means for an order. Pure.

use std::time::Duration;

use offramp_domain::{
    api::{Action, AfterSending, Offer},
    network::{DepositAddress, TxHash},
    order::{Custody, Move, OrderState, Reason},
    quote::Guarantee,
    time::Timestamp,
};
use tracing::{error, warn};

use super::{amounts, schedule};
use crate::{
    provider::{Assessment, Snapshot},
    store::{CancelEnd, Change, IntentKind, OrderRecord},
};

/// Brings an order up to date with what the provider says and what its mapping makes of it.
pub fn apply(
    order: &mut OrderRecord,
    snapshot: &Snapshot,
    assessment: &Assessment,
    now: Timestamp,
    change: &mut Change,
) {
    if order.provider_status.as_deref() != Some(snapshot.status.as_str()) {
        change.note("provider_status", Some(snapshot.status.clone()));
        order.provider_status = Some(snapshot.status.clone());
    }
    hear_amounts(order, snapshot);
    hear_offers(order, snapshot);
    order.ever_funded |= assessment.funded;
    if has_arrived(assessment) {
        order.deposit_seen_at.get_or_insert(now);
    }
    if order.tx_hash.is_none() {
        let named = snapshot.tx_hash.as_deref();
        let hash = named.and_then(|text| TxHash::parse(order.network, text).ok());
        order.tx_hash = hash.map(|hash| hash.as_str().to_owned());
    }
    if names_another_address(order, snapshot) {
        withdraw(order, change);
    }
    if assessment.state == OrderState::DepositReceived && amounts::is_another(order, snapshot) {
        look_at_amount(order, snapshot, assessment, now, change);
    } else {
        move_on(order, assessment, now, change);
    }
    look_after_intents(order, assessment, now, change);
    if order.transfer.is_some() && is_over(assessment) {
        change.free_nonces();
    }
}

/// Whether the provider has no transfer carried out any more. A signature that it has is void or
/// used, and keeps no other order from its nonce.
fn is_over(assessment: &Assessment) -> bool {
    assessment.state.is_terminal() || assessment.reason == Some(Reason::DepositMissing)
}

/// Takes in what arrives and at which rate. Where a price was promised it is told once, when the order
/// is made; an estimate becomes what the provider says last.
pub(super) fn hear_amounts(order: &mut OrderRecord, snapshot: &Snapshot) {
    let is_promised = order.guarantee != Guarantee::Estimate;
    if is_promised && order.state != OrderState::Creating {
        return;
    }
    if let Some(fiat_amount) = snapshot.fiat_amount {
        order.fiat_amount = fiat_amount;
        order.fiat_told = true;
    }
    if let Some(rate) = snapshot.rate {
        order.rate = rate;
    }
}

/// Takes in what the provider waits for. It tells how many seconds are left, so that the moment
/// wavers a little from answer to answer.
fn hear_offers(order: &mut OrderRecord, snapshot: &Snapshot) {
    const WAVERS: Duration = Duration::from_secs(5);
    let is_the_same = match (order.offers.until, snapshot.waits_until) {
        (Some(before), Some(now)) => before.since(now).max(now.since(before)) <= WAVERS,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if !is_the_same {
        order.offers.until = snapshot.waits_until;
    }
    order.offers.fields.clone_from(&snapshot.asks);
}

/// Whether the provider names another address than the one that was shown.
fn names_another_address(order: &OrderRecord, snapshot: &Snapshot) -> bool {
    let (Some(shown), Some(named)) = (&order.shown, &snapshot.address) else {
        return false;
    };
    let parse = |text: &str| DepositAddress::parse(order.network, text);
    parse(&shown.address) != parse(named)
}

/// Nobody may trust the address any more.
fn withdraw(order: &mut OrderRecord, change: &mut Change) {
    if let Some(shown) = order.shown.as_mut().filter(|shown| !shown.withdrawn) {
        shown.withdrawn = true;
        error!(
            order.id,
            provider = order.provider,
            "the provider changed a deposit address"
        );
        change.note("address_withdrawn", None);
    }
}

fn move_on(order: &mut OrderRecord, assessment: &Assessment, now: Timestamp, change: &mut Change) {
    if came_late(order, assessment) {
        if order.reason != Some(Reason::DepositAfterEnd) {
            warn!(order.id, "crypto arrived for an order that had ended");
            change.note("deposit_after_end", None);
        }
        needs_a_person(order, Reason::DepositAfterEnd, assessment.custody, now);
        return;
    }
    if is_found_held(order, assessment) {
        return;
    }
    if is_left_to_a_person(order, assessment) {
        if assessment.funded {
            order.custody = assessment.custody;
        }
        return;
    }
    if is_withdrawn(order) && !assessment.funded && !assessment.state.is_terminal() {
        needs_a_person(order, Reason::ProviderMismatch, assessment.custody, now);
        // Whoever had sent already can still say so.
        order.actions.push(Action::ReportSent);
        return;
    }
    if let Some(end) = order.cancel_end.filter(|end| fits(*end, assessment.state)) {
        if !order.has_ended() {
            change.note("called_off", None);
        }
        called_off(order, end, assessment.custody, now);
        return;
    }
    match may_become(order, assessment.state) {
        Move::Allowed | Move::Same => {
            order.enter(assessment.state, now);
            order.custody = assessment.custody;
            order.reason = assessment.reason;
            order.actions.clone_from(&assessment.actions);
        }
        Move::Backward => {
            let back = format!("a step back to {}", assessment.state.as_str());
            change.note("ignored", Some(back));
        }
    }
}

/// Whether an order may go there. One that had ended never waits for crypto again.
fn may_become(order: &OrderRecord, next: OrderState) -> Move {
    let waits = matches!(
        next,
        OrderState::Created
            | OrderState::Blocked
            | OrderState::AwaitingDeposit
            | OrderState::DepositSubmitted
    );
    if waits && order.has_ended() {
        Move::Backward
    } else {
        order.state.may_become(next)
    }
}

/// Whether crypto is there for an order that had ended without.
fn came_late(order: &OrderRecord, assessment: &Assessment) -> bool {
    // Crypto that is owed back, or on its way there, has come and will go: that is a way of its own.
    let goes_back = matches!(
        assessment.state,
        OrderState::RefundRequired | OrderState::Refunding | OrderState::Refunded
    );
    let had_ended = order.has_ended()
        && !goes_back
        && !matches!(order.state, OrderState::Completed | OrderState::Refunded);
    // Said once more, it is no news.
    let is_known = assessment.state == order.state && order.ever_funded;
    had_ended && has_arrived(assessment) && !is_settled(assessment) && !is_known
}

/// Whether only a person can take the order further, whatever the provider says on the way there.
fn is_left_to_a_person(order: &OrderRecord, assessment: &Assessment) -> bool {
    order.state == OrderState::Attention
        && match order.reason {
            Some(Reason::DepositAfterEnd) => !is_settled(assessment),
            // What the provider itself has ended is over, and nothing came of it.
            Some(Reason::ProviderMismatch) => !assessment.state.is_terminal(),
            Some(
                Reason::NotCreated
                | Reason::CreateUnknown
                | Reason::OfferOver
                | Reason::Abandoned
                | Reason::CancelledByPayer
                | Reason::AccountNotOwned
                | Reason::PriceChanged
                | Reason::DepositMissing
                | Reason::WrongAmount
                | Reason::PayoutFailed
                | Reason::UnknownStatus,
            )
            | None => false,
        }
}

/// Whether the provider says less than a person found out: that it still has the crypto.
fn is_found_held(order: &mut OrderRecord, assessment: &Assessment) -> bool {
    if assessment.custody != Custody::Unknown {
        order.found_held_at = None;
    }
    order.found_held_at.is_some()
}

fn is_withdrawn(order: &OrderRecord) -> bool {
    order.shown.as_ref().is_some_and(|shown| shown.withdrawn)
}

/// Whether the provider has crypto, or has seen some.
pub fn has_arrived(assessment: &Assessment) -> bool {
    assessment.funded || assessment.deposit_seen
}

/// Money delivered or crypto returned: that ends an order whatever stood in the way.
fn is_settled(assessment: &Assessment) -> bool {
    matches!(
        assessment.state,
        OrderState::Completed | OrderState::Refunded
    )
}

/// Another amount arrived than was agreed: nothing is done by itself, and a person hears of it.
fn look_at_amount(
    order: &mut OrderRecord,
    snapshot: &Snapshot,
    assessment: &Assessment,
    now: Timestamp,
    change: &mut Change,
) {
    if came_late(order, assessment)
        || order.state.may_become(OrderState::Attention) == Move::Backward
    {
        return move_on(order, assessment, now, change);
    }
    if order.reason != Some(Reason::WrongAmount) {
        warn!(order.id, "another amount arrived than was agreed");
        let (crypto, fiat) = (snapshot.crypto_amount, order.fiat_amount);
        let (agreed, rate) = (order.crypto_amount, order.rate);
        let note = format!("{agreed} agreed at {rate}; the provider says {crypto} and {fiat}");
        change.note("wrong_amount", Some(note));
    }
    needs_a_person(order, Reason::WrongAmount, assessment.custody, now);
}

fn needs_a_person(order: &mut OrderRecord, reason: Reason, custody: Custody, now: Timestamp) {
    order.enter(OrderState::Attention, now);
    order.reason = Some(reason);
    order.custody = custody;
    order.actions.clear();
}

/// Whether `state` is the end that was asked for. What was made by mistake may end in any way.
fn fits(end: CancelEnd, state: OrderState) -> bool {
    match end {
        CancelEnd::Payer | CancelEnd::OfferOver => state == OrderState::Cancelled,
        CancelEnd::Mismatch => matches!(
            state,
            OrderState::Cancelled | OrderState::Expired | OrderState::Failed
        ),
    }
}

/// The provider confirmed that the order is called off.
fn called_off(order: &mut OrderRecord, end: CancelEnd, custody: Custody, now: Timestamp) {
    let (state, reason) = match end {
        CancelEnd::Payer => (OrderState::Cancelled, Reason::CancelledByPayer),
        CancelEnd::OfferOver => (OrderState::Expired, Reason::OfferOver),
        CancelEnd::Mismatch => (OrderState::Attention, Reason::ProviderMismatch),
    };
    order.enter(state, now);
    // A person still has to look at a mismatch, but nothing waits for the payer's crypto any more.
    order.ended_at.get_or_insert(now);
    order.reason = Some(reason);
    order.custody = custody;
    order.actions.clear();
}

/// Ended by us alone: there is nobody who could call it off.
pub fn abandon(order: &mut OrderRecord, now: Timestamp) {
    let (state, reason) = match order.cancel_end {
        Some(CancelEnd::OfferOver) => (OrderState::Expired, Reason::OfferOver),
        Some(CancelEnd::Mismatch) => (OrderState::Attention, Reason::ProviderMismatch),
        Some(CancelEnd::Payer) | None => (OrderState::Cancelled, Reason::Abandoned),
    };
    order.enter(state, now);
    order.ended_at.get_or_insert(now);
    order.reason = Some(reason);
    order.custody = Custody::Payer;
    order.pending_action = None;
    order.actions.clear();
}

/// Starts what has become a duty, and ends what has been answered.
fn look_after_intents(
    order: &mut OrderRecord,
    assessment: &Assessment,
    now: Timestamp,
    change: &mut Change,
) {
    if order.has_ended() {
        order.pending_action = None;
        change.end(IntentKind::Execute, "the order ended");
        change.end(IntentKind::Cancel, "the order ended");
        return;
    }
    if has_arrived(assessment) && order.cancel_end.is_some() {
        stop_cancelling(order, "the crypto arrived", change);
    }
    if wants_execute(order, assessment, now) {
        change.ensure(IntentKind::Execute, now);
    } else {
        change.end(IntentKind::Execute, "not needed now");
    }
}

/// Whether the provider is to be told that the crypto was sent: once a deposit is seen, until it
/// was taken, and again and again while the provider waits for what was reported.
fn wants_execute(order: &OrderRecord, assessment: &Assessment, now: Timestamp) -> bool {
    let begins = assessment.deposit_seen && !order.executed;
    let is_due = schedule::executes_until(order).is_some_and(|until| now < until);
    order.after_sending == AfterSending::ReportSent
        && order.was_shown()
        && !order.is_cancelling()
        && (begins || (assessment.waits_for_deposit && is_due))
}

/// There is nothing to call off any more.
pub fn stop_cancelling(order: &mut OrderRecord, why: &'static str, change: &mut Change) {
    if order.is_cancelling() {
        order.pending_action = None;
    }
    order.cancel_end = None;
    change.end(IntentKind::Cancel, why);
}

/// What the clock alone changes.
pub fn pass_time(order: &mut OrderRecord, now: Timestamp, change: &mut Change) {
    let waits = matches!(
        order.state,
        OrderState::AwaitingDeposit | OrderState::DepositSubmitted | OrderState::Attention
    );
    if !waits || order.ever_funded || order.has_ended() {
        return;
    }
    let Some(shown) = order.shown.as_mut() else {
        return;
    };
    if shown.offer == Offer::Live && now >= shown.offer_until {
        shown.offer = Offer::Over;
        change.note("offer_over", None);
    }
    let is_over = now >= shown.offer_until.plus(schedule::GRACE_AFTER_OFFER);
    let is_known = order.reason != Some(Reason::UnknownStatus);
    if is_over && is_known && order.sent_at().is_none() && order.cancel_end.is_none() {
        order.cancel_end = Some(CancelEnd::OfferOver);
        order.pending_action = Some(Action::Cancel);
        change.start(IntentKind::Cancel, now);
        change.note("cancel_due", Some("the deposit did not come".to_owned()));
    }
}

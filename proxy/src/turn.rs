//! Whose turn an order is, and what can be done about it. Pure.

use offramp_domain::{
    api::{Action, ActionOffer, AfterSending, Next, Offer, Party},
    order::{OrderState, Reason},
};

use crate::{provider::DepositKind, store::OrderRecord};

/// What can be done now: nothing that is refused.
pub(crate) fn actions(order: &OrderRecord) -> Vec<ActionOffer> {
    let is_taken = |action: Action| match order.pending_action {
        None => true,
        // Whoever had sent already can still say so: that stops the cancel.
        Some(Action::Cancel) => action == Action::ReportSent && order.takes_report(),
        Some(_) => false,
    };
    let waits_for_payer = waits_for_payer(order);
    order
        .actions
        .iter()
        .filter(|action| is_taken(**action) && !order.is_answered(**action))
        .map(|action| ActionOffer {
            action: *action,
            required: waits_for_payer && is_required(order, *action),
            by: whose(order, *action),
            fields: match action {
                Action::ProvideInformation => order.offers.fields.clone(),
                Action::ReportSent
                | Action::AuthoriseTransfer
                | Action::ConfirmReceived
                | Action::ReportNotReceived
                | Action::AuthoriseRefund
                | Action::CompleteVerification
                | Action::ChangeDestination
                | Action::Cancel => Vec::new(),
            },
            deadline: order.offers.until.filter(|_| is_required(order, *action)),
        })
        .collect()
}

/// Whose an action is: a signature is the partner's where the partner's own wallet pays.
fn whose(order: &OrderRecord, action: Action) -> Party {
    match (action, order.deposit) {
        (Action::AuthoriseTransfer | Action::AuthoriseRefund, DepositKind::Authorise) => {
            Party::Partner
        }
        (
            Action::ReportSent
            | Action::AuthoriseTransfer
            | Action::ConfirmReceived
            | Action::ReportNotReceived
            | Action::AuthoriseRefund
            | Action::ProvideInformation
            | Action::CompleteVerification
            | Action::ChangeDestination
            | Action::Cancel,
            _,
        ) => Party::Payer,
    }
}

/// Whether the order waits for an action, rather than only takes it.
fn is_required(order: &OrderRecord, action: Action) -> bool {
    match action {
        Action::ReportSent => order.after_sending == AfterSending::ReportSent,
        // Before its turn a confirmation is taken, not asked for.
        Action::ConfirmReceived => order.state == OrderState::AwaitingConfirmation,
        Action::AuthoriseTransfer
        | Action::AuthoriseRefund
        | Action::ProvideInformation
        | Action::CompleteVerification => true,
        Action::ReportNotReceived | Action::ChangeDestination | Action::Cancel => false,
    }
}

/// Whether nothing happens until the payer, or the partner for them, does something.
fn waits_for_payer(order: &OrderRecord) -> bool {
    order.pending_action.is_none()
        && match order.state {
            OrderState::AwaitingDeposit => sends(order) || asked(order).is_some(),
            OrderState::Blocked | OrderState::AwaitingConfirmation | OrderState::RefundRequired => {
                asked(order).is_some()
            }
            OrderState::Attention => asks_payer(order),
            OrderState::Creating
            | OrderState::Created
            | OrderState::DepositSubmitted
            | OrderState::DepositReceived
            | OrderState::PayoutInProgress
            | OrderState::Settling
            | OrderState::PayoutReturned
            | OrderState::Disputed
            | OrderState::Refunding
            | OrderState::Completed
            | OrderState::Cancelled
            | OrderState::Expired
            | OrderState::Refunded
            | OrderState::Failed => false,
        }
}

/// Whether crypto is sent to an address: no action of ours, and the payer's turn.
fn sends(order: &OrderRecord) -> bool {
    match order.deposit {
        DepositKind::TransferToAddress => true,
        DepositKind::SignTypedData | DepositKind::Authorise => false,
    }
}

/// Whose the action is that the order waits for, if it waits for one that can be done.
fn asked(order: &OrderRecord) -> Option<Party> {
    let mut open = order.actions.iter().copied();
    open.find(|action| is_required(order, *action) && !order.is_answered(*action))
        .map(|action| whose(order, action))
}

/// Whether the payer alone can help what needs a person.
fn asks_payer(order: &OrderRecord) -> bool {
    let may = |action: Action| order.actions.contains(&action);
    // Only whoever said that it was sent knows the transfer, or that there was none.
    (order.reason == Some(Reason::DepositMissing) && may(Action::ReportSent))
        // Nothing was shown that could be paid: only the payer knows whether to begin anew.
        || (order.reason == Some(Reason::CreateUnknown) && may(Action::Cancel))
}

/// Whether nobody goes on by themselves, and the payer can do nothing about it.
fn needs_help(order: &OrderRecord) -> bool {
    let is_stuck = match order.state {
        OrderState::Attention => true,
        // Something is missing that is not asked of the payer. What was signed is on its way.
        OrderState::Blocked => order.transfer.is_none() || order.ever_funded,
        OrderState::Creating
        | OrderState::Created
        | OrderState::AwaitingDeposit
        | OrderState::DepositSubmitted
        | OrderState::DepositReceived
        | OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation
        | OrderState::Settling
        | OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding
        | OrderState::Completed
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded
        | OrderState::Failed => false,
    };
    is_stuck && order.pending_action.is_none()
}

/// Who acts next.
pub(crate) fn next(order: &OrderRecord) -> Option<Next> {
    if order.state.is_terminal() {
        return None;
    }
    let is_disputed = order.state == OrderState::Disputed
        || (order.state == OrderState::AwaitingConfirmation && order.not_received.is_some());
    let by = if is_disputed {
        Party::Partner
    } else if waits_for_payer(order) {
        asked(order).unwrap_or(Party::Payer)
    } else if needs_help(order) {
        Party::Partner
    } else {
        Party::Provider
    };
    let is_asked_to_send = by == Party::Payer && order.state == OrderState::AwaitingDeposit;
    let offer = order
        .shown
        .as_ref()
        .filter(|shown| is_asked_to_send && shown.offer == Offer::Live);
    let waits_until = order.offers.until.filter(|_| by != Party::Provider);
    Some(Next {
        by,
        until: offer.map(|shown| shown.offer_until).or(waits_until),
    })
}

//! An order as somebody sees it. Pure.

use offramp_domain::{
    api::{
        Action, ActionOffer, AfterSending, Authorisation, CryptoSide, Deposit, FiatSide,
        MaskedDestination, Next, NotReceived, Offer, Order, Party, Refund, SignatureProblem,
        TransferToAddress,
    },
    money::Round,
    network::{DepositAddress, payment_uri},
    order::{OrderState, Reason},
};

use crate::{
    catalog::{Catalog, Catalogs},
    provider::DepositKind,
    secrets::Secrets,
    store::OrderRecord,
};

/// Who is looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// The payer, in a session.
    Payer,
    /// The partner's backend.
    Partner,
    /// Whoever holds the resume link.
    Resume,
}

/// The strong entity tag of an order in a view: its sequence and the view.
pub(crate) fn etag(order: &OrderRecord, viewer: Viewer) -> String {
    let view = match viewer {
        Viewer::Payer => 'p',
        Viewer::Partner => 's',
        Viewer::Resume => 'r',
    };
    format!("\"{}-{view}\"", order.sequence)
}

/// An order as `viewer` sees it.
pub(crate) fn view(
    order: &OrderRecord,
    viewer: Viewer,
    catalogs: &Catalogs,
    secrets: &Secrets,
) -> Order {
    let catalog = catalogs.of(&order.provider);
    let actions = match viewer {
        Viewer::Payer | Viewer::Partner => actions(order),
        Viewer::Resume => Vec::new(),
    };
    Order {
        id: order.id.clone(),
        state: order.state,
        custody: order.custody,
        unfunded: order.is_unfunded(),
        sequence: order.sequence,
        crypto: CryptoSide {
            token: order.token,
            network: order.network,
            amount: order.crypto_amount.normalized(),
        },
        fiat: FiatSide {
            currency: order.currency,
            amount: order.fiat_told.then(|| {
                order
                    .fiat_amount
                    .rounded(order.currency.decimals(), Round::Down)
            }),
            guarantee: order.guarantee,
        },
        rate: Some(order.rate),
        fees: order.fees.clone(),
        destination: destination(order, viewer),
        deposit: deposit(order, viewer, catalog),
        actions,
        next: next(order),
        pending_action: order.pending_action,
        timeline: order.timeline.clone(),
        tx_hash: order.tx_hash.clone(),
        explorer_url: order
            .tx_hash
            .as_deref()
            .and_then(|hash| catalog.explorer_url(order.network, hash)),
        refund: refund(order),
        signature_problem: signature_problem(order, viewer),
        not_received: match viewer {
            Viewer::Payer | Viewer::Partner => not_received(order, secrets),
            Viewer::Resume => None,
        },
        reason: order.reason,
        resume_token: match viewer {
            Viewer::Payer => Some(secrets.resume_token(&order.id)),
            Viewer::Partner | Viewer::Resume => None,
        },
        created_at: order.created_at,
        updated_at: order.updated_at,
    }
}

/// What the payer said of money that did not arrive, unsealed.
fn not_received(order: &OrderRecord, secrets: &Secrets) -> Option<NotReceived> {
    let NotReceived { at, note } = order.not_received.as_ref()?;
    Some(NotReceived {
        at: *at,
        note: note.as_deref().and_then(|sealed| secrets.open(sealed).ok()),
    })
}

/// Why the last signature was refused: told to whoever's wallet signed.
fn signature_problem(order: &OrderRecord, viewer: Viewer) -> Option<SignatureProblem> {
    let is_told = match (viewer, order.deposit) {
        (Viewer::Partner, _) | (Viewer::Payer, DepositKind::SignTypedData) => true,
        (Viewer::Payer, DepositKind::Authorise | DepositKind::TransferToAddress)
        | (Viewer::Resume, _) => false,
    };
    order
        .signature_problem
        .filter(|_| is_told && !order.state.is_terminal())
}

/// What went back, once it did: everything, by a transfer that a person looked up.
fn refund(order: &OrderRecord) -> Option<Refund> {
    order.refund_tx_hash.as_ref().map(|hash| Refund {
        amount: None,
        token: order.token,
        tx_hash: Some(hash.clone()),
    })
}

/// The account. Somebody with nothing but a link learns no name, and many a bank's is the payer's own
/// writing.
fn destination(order: &OrderRecord, viewer: Viewer) -> MaskedDestination {
    let bank_name = match viewer {
        Viewer::Payer | Viewer::Partner => order.destination.bank_name.clone(),
        Viewer::Resume => None,
    };
    MaskedDestination {
        bank_name,
        ..order.destination.clone()
    }
}

/// The deposit instruction, while there is one. Never under a cancel, never after the provider
/// named two addresses, never once the crypto is there or the order has ended.
fn deposit(order: &OrderRecord, viewer: Viewer, catalog: &Catalog) -> Option<Deposit> {
    match order.deposit {
        DepositKind::TransferToAddress => transfer(order, viewer, catalog),
        DepositKind::SignTypedData => authorisation(order).map(Deposit::SignTypedData),
        DepositKind::Authorise => authorisation(order).map(Deposit::Authorise),
    }
}

/// A signature that the order waits for.
fn authorisation(order: &OrderRecord) -> Option<Authorisation> {
    let waits = order.state == OrderState::AwaitingDeposit
        && order.actions.contains(&Action::AuthoriseTransfer)
        && order.transfer.is_none()
        && !order.is_cancelling();
    waits.then(|| Authorisation {
        network: order.network,
        token: order.token,
        amount: order.crypto_amount.normalized(),
        signer: order
            .transfer
            .as_ref()
            .map(|signature| signature.request.signer.clone()),
        offer: Offer::Live,
        offer_until: order.offers.until,
    })
}

fn transfer(order: &OrderRecord, viewer: Viewer, catalog: &Catalog) -> Option<Deposit> {
    let shown = order.shown.as_ref().filter(|shown| !shown.withdrawn)?;
    let waits = match order.state {
        OrderState::AwaitingDeposit | OrderState::DepositSubmitted => true,
        // Nobody sends anything while nobody knows what the provider says, or after it has ended
        // the order by itself.
        OrderState::Attention => {
            order.reason != Some(Reason::UnknownStatus)
                && order.actions.contains(&Action::ReportSent)
        }
        OrderState::Creating
        | OrderState::Created
        | OrderState::Blocked
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
    let may_be_sent = waits && !order.ever_funded && !order.has_ended() && !order.is_cancelling();
    let is_hidden = viewer == Viewer::Resume && shown.offer == Offer::Over;
    if !may_be_sent || is_hidden {
        return None;
    }
    let asset = catalog.asset(order.token, order.network);
    let contract = asset.and_then(|asset| asset.contract.as_ref());
    let link = asset.zip(contract).and_then(|(asset, contract)| {
        let to = DepositAddress::parse(order.network, &shown.address).ok()?;
        payment_uri(&to, contract, order.crypto_amount, asset.decimals)
    });
    Some(Deposit::TransferToAddress(TransferToAddress {
        network: order.network,
        token: order.token,
        token_contract: contract.map(|contract| contract.as_str().to_owned()),
        address: shown.address.clone(),
        amount: order.crypto_amount.normalized(),
        payment_uri: link.filter(|_| shown.offer == Offer::Live),
        after_sending: order.after_sending,
        offer: shown.offer,
        offer_until: Some(shown.offer_until),
    }))
}

/// What can be done now: nothing that is refused.
fn actions(order: &OrderRecord) -> Vec<ActionOffer> {
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
fn next(order: &OrderRecord) -> Option<Next> {
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

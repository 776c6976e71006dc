//! An order as somebody sees it. Pure.

use offramp_domain::{
    api::{
        Action, Authorisation, CryptoSide, Deposit, FiatSide, MaskedDestination, NotReceived,
        Offer, Order, Refund, SignatureProblem, TransferToAddress,
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
    turn,
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
        Viewer::Payer | Viewer::Partner => turn::actions(order),
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
        next: turn::next(order),
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

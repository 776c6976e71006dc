//! "I've sent it", with the hash of the transfer if the payer has it.

use leptos::{ev::SubmitEvent, prelude::*};
use offramp_domain::{
    api::{Action, AfterSending, Deposit, Offer, Order},
    bank::Problem as FieldProblem,
    network::{Family, Network, TxHash},
    order::OrderState,
};
use web_sys::HtmlInputElement;

use super::{is_offered, shortened};
use crate::{
    api::ApiError,
    context::{context, words},
    i18n::{DepositReportMessages, fill},
    order::{ActionRequest, OrderHandle},
    state::{Callback, NodeRef, RwSignal, Signal},
    ui::{Button, ButtonKind, ButtonType, Keyboard, TextField},
    view::{View, handler, region, view},
};

/// Its name in the form and in the proxy's answers.
const HASH_FIELD: &str = "tx_hash";

/// The form, wherever the order takes a report.
#[component]
pub(crate) fn ReportSent(
    /// The order that is paid.
    handle: OrderHandle,
) -> View {
    let is_taken = Signal::memo(move || {
        handle
            .order
            .with(|order| is_offered(order, Action::ReportSent))
    });
    let is_opened = RwSignal::new(false);
    let is_asked = Signal::memo(move || is_opened.get() || !handle.order.with(is_seen));
    region(move || match (is_taken.get(), is_asked.get()) {
        (false, _) => View::empty(),
        (true, true) => view! { <Report handle /> },
        (true, false) => {
            let label = words().deposit.report.send();
            let open = move |()| is_opened.set(true);
            view! { <Button label kind=ButtonKind::Quiet action="already-sent" on_press=open /> }
        }
    })
}

/// Whether the payer has to say nothing: what is sent is seen without.
fn is_seen(order: &Order) -> bool {
    let waits = match &order.deposit {
        Some(Deposit::TransferToAddress(transfer)) => transfer.after_sending == AfterSending::Wait,
        Some(Deposit::SignTypedData(_) | Deposit::Authorise(_)) | None => false,
    };
    waits && Stage::of(order) == Stage::First
}

#[component]
fn Report(handle: OrderHandle) -> View {
    let locale = context().locale;
    let words = &locale.words.deposit.report;
    let (network, amount) = handle.order.with_untracked(|order| {
        (
            order.crypto.network,
            locale.crypto(order.crypto.amount, order.crypto.token),
        )
    });
    let stage = move || handle.order.with(Stage::of);
    let saved = move || handle.order.with(|order| order.tx_hash.clone());
    let text = RwSignal::new(untrack(saved).unwrap_or_default());
    let refusal = RwSignal::new(None::<String>);
    // The proxy's refusal of a hash that is no longer the one in the field.
    let corrected = RwSignal::new(None::<ApiError>);
    let input = NodeRef::<HtmlInputElement>::default();

    let problem = Signal::derive(move || {
        if let Some(refusal) = refusal.get() {
            return Some(refusal);
        }
        let refused = handle
            .problem
            .get()
            .filter(|problem| Some(problem) != corrected.get().as_ref());
        refused
            .as_ref()
            .and_then(WrongHash::of)
            .map(|wrong| wrong.words(words, network))
    });
    let edit = Callback::new(move |()| {
        refusal.set(None);
        corrected.set(handle.problem.get_untracked());
    });
    let read = move || text.with_untracked(|text| read(network, text));
    let leave = Callback::new(move |()| {
        refusal.set(read().err().map(|wrong| wrong.words(words, network)));
    });
    let send = handler(move |event: SubmitEvent| {
        event.prevent_default();
        let hash = match (read(), untrack(stage)) {
            (Ok(None), Stage::Corrected) => Err(WrongHash::Missing),
            (read, Stage::First | Stage::Late | Stage::Corrected) => read,
        };
        match hash {
            Ok(tx_hash) => handle.act.run(ActionRequest::ReportSent { tx_hash }),
            Err(wrong) => {
                refusal.set(Some(wrong.words(words, network)));
                if let Some(input) = input.get() {
                    // An input that cannot be focused stays as it is.
                    let _ = input.focus();
                }
            }
        }
    });
    let title = Signal::derive(move || {
        match stage() {
            Stage::First | Stage::Late => words.title(),
            Stage::Corrected => words.title_again(),
        }
        .to_owned()
    });
    let lead = Signal::derive(move || match (stage(), saved()) {
        (Stage::First | Stage::Late, _) => fill(
            words.only_if(),
            &[("amount", &amount), ("network", network.name())],
        ),
        (Stage::Corrected, Some(hash)) => fill(words.saved(), &[("hash", &shortened(&hash))]),
        (Stage::Corrected, None) => words.add().to_owned(),
    });
    let label = Signal::derive(move || {
        match stage() {
            Stage::First | Stage::Late => words.hash(),
            Stage::Corrected => words.hash_needed(),
        }
        .to_owned()
    });
    let button = Signal::derive(move || {
        match stage() {
            Stage::First => words.send(),
            Stage::Late => words.send_late(),
            Stage::Corrected => words.save(),
        }
        .to_owned()
    });
    let hint = match network.family() {
        Family::Evm => words.hint_evm(),
        Family::Solana => words.hint_solana(),
        Family::Starknet => words.hint_starknet(),
    };
    let busy = Signal::derive(move || handle.acting.get() == Some(Action::ReportSent));
    view! {
        <form class="checkout-deposit__report" novalidate on:submit=send>
            <h3 class="checkout-step__subtitle">{title}</h3>
            <p aria-live="polite">{lead}</p>
            <TextField
                label=label
                name=HASH_FIELD
                value=text
                problem
                hint=Some(hint.to_owned())
                keyboard=Keyboard::Hash
                enter="send"
                on_edit=edit
                on_leave=leave
                node_ref=input
            />
            <Button label=button submit=ButtonType::Submit busy=busy action="report-sent" />
        </form>
    }
}

/// What a report would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It was sent.
    First,
    /// It had been sent before the time was over, or the order was called off.
    Late,
    /// This is the right hash.
    Corrected,
}

impl Stage {
    fn of(order: &Order) -> Self {
        let was_reported = order.state == OrderState::DepositSubmitted
            || order
                .timeline
                .iter()
                .any(|entry| entry.state == OrderState::DepositSubmitted);
        let is_live = match &order.deposit {
            Some(Deposit::TransferToAddress(transfer)) => transfer.offer == Offer::Live,
            Some(Deposit::SignTypedData(_) | Deposit::Authorise(_)) | None => false,
        };
        if was_reported {
            Self::Corrected
        } else if is_live && order.pending_action.is_none() {
            Self::First
        } else {
            Self::Late
        }
    }
}

/// Why a text is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrongHash {
    /// Nothing was given where a hash was to be.
    Missing,
    /// It has the form of an address.
    Address,
    /// It has another form.
    Form,
    /// It belongs to another order of the payer's.
    Used,
}

impl WrongHash {
    /// What the proxy said about it.
    fn of(error: &ApiError) -> Option<Self> {
        let fields = &error.problem()?.fields;
        let refused = fields.iter().find(|field| field.key == HASH_FIELD)?;
        let is_used = refused.problem == FieldProblem::AlreadyUsed;
        Some(if is_used { Self::Used } else { Self::Form })
    }

    fn words(self, words: &DepositReportMessages, network: Network) -> String {
        let sentence = match self {
            Self::Missing => words.missing(),
            Self::Address => words.is_address(),
            Self::Used => words.used(),
            Self::Form => match network.family() {
                Family::Evm => words.wrong_evm(),
                Family::Solana => words.wrong_solana(),
                Family::Starknet => words.wrong_starknet(),
            },
        };
        fill(sentence, &[("network", network.name())])
    }
}

/// Reads a hash, or a link to an explorer that ends in one; nothing out of nothing.
fn read(network: Network, text: &str) -> Result<Option<String>, WrongHash> {
    let text = text.trim().trim_end_matches('/');
    let last = text.rsplit('/').next().unwrap_or(text);
    let hash = last.split(['?', '#']).next().unwrap_or(last);
    if hash.is_empty() {
        return Ok(None);
    }
    match TxHash::parse(network, hash) {
        Ok(hash) => Ok(Some(hash.as_str().to_owned())),
        Err(_) if looks_like_address(network, hash) => Err(WrongHash::Address),
        Err(_) => Err(WrongHash::Form),
    }
}

/// By its length alone: its checksum does not matter here.
fn looks_like_address(network: Network, text: &str) -> bool {
    match network.family() {
        Family::Evm => text.starts_with("0x") && text.len() == 42,
        Family::Solana => (32..=44).contains(&text.len()),
        // Addresses and hashes are alike there.
        Family::Starknet => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b";
    const ADDRESS: &str = "0x7796d4f304bd84171ee6730ad0f69c07a47e786d";

    #[test]
    fn a_hash_may_come_with_its_explorer() {
        let expected = Ok(Some(HASH.to_owned()));
        assert_eq!(read(Network::Pol, HASH), expected);
        assert_eq!(
            read(
                Network::Pol,
                &[" https://polygonscan.com/tx/", HASH, "/ "].concat()
            ),
            expected
        );
        assert_eq!(
            read(
                Network::Pol,
                &["https://x.example/tx/", HASH, "?a=b"].concat()
            ),
            expected
        );
    }

    #[test]
    fn no_hash_is_no_mistake() {
        assert_eq!(read(Network::Pol, "  "), Ok(None));
    }

    #[test]
    fn what_is_no_hash_is_refused_by_what_it_is() {
        assert_eq!(read(Network::Pol, ADDRESS), Err(WrongHash::Address));
        assert_eq!(read(Network::Pol, "0x12"), Err(WrongHash::Form));
        assert_eq!(read(Network::Pol, "sent it"), Err(WrongHash::Form));
        assert_eq!(read(Network::Sol, HASH), Err(WrongHash::Form));
    }
}

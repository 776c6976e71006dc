//! How much, of what, on which network, and a QR code for wallets.

use leptos::{
    ev::{Event, MouseEvent},
    prelude::*,
};
use offramp_domain::{
    api::TransferToAddress,
    money::{Amount, Token},
    network::{Family, Network},
};

use super::shortened;
use crate::{
    context::{context, words},
    i18n::fill,
    state::{RwSignal, Signal},
    ui::{CopyButton, Icon, Picture, QrCode, unique_id},
    view::{View, handler, region, view},
};

/// The amount, to be copied as a bare number.
#[component]
pub(super) fn AmountToSend(amount: Amount, token: Token) -> View {
    let locale = context().locale;
    let words = &locale.words.deposit;
    let bare = amount.normalized().to_string();
    view! {
        <div class="checkout-step__group">
            <p class="checkout-field__label">{words.amount()}</p>
            <div class="checkout-deposit__amount">
                <span class="checkout-deposit__figure" data-testid="deposit-amount">
                    {locale.crypto(amount, token)}
                </span>
                <CopyButton label=words.copy_amount() text=bare action="copy-amount" />
            </div>
        </div>
    }
}

/// Which token on which network, and what a mistake costs.
#[component]
pub(super) fn NetworkBanner(transfer: TransferToAddress) -> View {
    let words = &words().deposit;
    let (network, token) = (transfer.network, transfer.token.symbol());
    let only = fill(
        words.only(),
        &[("token", token), ("network", network.name())],
    );
    let chain = network
        .chain_id()
        .map(|id| fill(words.chain_id(), &[("id", &id.to_string())]))
        .map(|text| view! { <p class="checkout-muted">{text}</p> });
    let contract = transfer.token_contract.map(|contract| {
        let text = fill(
            words.contract(),
            &[("token", token), ("contract", &shortened(&contract))],
        );
        view! {
            <div class="checkout-deposit__contract">
                <span class="checkout-muted">{text}</span>
                <CopyButton label=words.copy_contract() text=contract action="copy-contract" />
            </div>
        }
    });
    view! {
        <div class="checkout-deposit__network" part="network" data-testid="deposit-network">
            <p>
                <strong>{only}</strong>
            </p>
            <p>{words.wrong_network()}</p>
            {chain}
            {contract}
        </div>
    }
}

/// A QR code in two modes, and on a phone a link to the wallet before it.
#[component]
pub(super) fn ScanOrOpen(transfer: TransferToAddress) -> View {
    let locale = context().locale;
    let words = &locale.words.deposit;
    let network = transfer.network.name();
    let amount = locale.crypto(transfer.amount, transfer.token);
    let link = payment_link(&transfer);
    // Whether the code holds the payment link, or the address alone.
    let is_link = RwSignal::new(link.is_some());

    let open = link.clone().map(|link| {
        view! {
            <a
                class="checkout-button checkout-button--secondary checkout-deposit__wallet"
                part="button button-secondary"
                href=link
                data-action="open-wallet"
            >
                <Icon picture=Picture::External />
                {words.open_wallet()}
            </a>
        }
    });
    let modes = link.is_some().then(|| view! { <Modes is_link /> });
    let text = {
        let address = transfer.address.clone();
        Signal::derive(move || match &link {
            Some(link) if is_link.get() => link.clone(),
            Some(_) | None => address.clone(),
        })
    };
    let label = Signal::derive(move || {
        if is_link.get() {
            fill(
                words.qr.link_label(),
                &[("amount", &amount), ("network", network)],
            )
        } else {
            fill(words.qr.address_label(), &[("address", &transfer.address)])
        }
    });
    let hint = Signal::derive(move || {
        if is_link.get() {
            words.qr.link_hint().to_owned()
        } else {
            fill(words.qr.address_hint(), &[("network", network)])
        }
    });
    view! {
        <div class="checkout-deposit__qr">
            {open} {modes} <QrCode text label /> <p class="checkout-muted">{hint}</p>
        </div>
    }
}

/// The two modes, one tap apart.
#[component]
fn Modes(is_link: RwSignal<bool>) -> View {
    let words = &words().deposit.qr;
    let button = |of: bool, name: &'static str, label: &'static str| {
        let is_pressed = Signal::derive(move || Some((is_link.get() == of).to_string()));
        let press = handler(move |_: MouseEvent| is_link.set(of));
        view! {
            <button
                type="button"
                class="checkout-deposit__mode"
                data-action=name
                aria-pressed=is_pressed
                on:click=press
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="checkout-deposit__modes" role="group" aria-label=words.modes()>
            {button(true, "qr-link", words.link())}
            {button(false, "qr-address", words.address())}
        </div>
    }
}

/// The fee that an exchange keeps is the main reason why too little arrives.
#[component]
pub(super) fn FromExchange(amount: Amount, token: Token, network: Network) -> View {
    let locale = context().locale;
    let words = &locale.words.deposit.exchange;
    let amount = locale.crypto(amount, token);
    let is_open = RwSignal::new(false);
    let id = unique_id("exchange");
    let toggle = handler(move |event: Event| is_open.set(event_target_checked(&event)));
    let advice = region(move || {
        if !is_open.get() {
            return View::empty();
        }
        view! {
            <p>{fill(words.body(), &[("amount", &amount)])}</p>
            <p>{fill(words.network(), &[("network", network.name())])}</p>
        }
    });
    view! {
        <div class="checkout-deposit__exchange">
            <label class="checkout-deposit__toggle">
                <input
                    type="checkbox"
                    role="switch"
                    name="from_exchange"
                    aria-controls=id.clone()
                    prop:checked=is_open
                    on:change=toggle
                />
                <span>{words.title()}</span>
            </label>
            <div id=id aria-live="polite">
                {advice}
            </div>
        </div>
    }
}

/// The payment link, where it is of the kind that wallets of this network open. Anything else is no
/// link to follow.
fn payment_link(transfer: &TransferToAddress) -> Option<String> {
    let scheme = match transfer.network.family() {
        Family::Evm => "ethereum:",
        Family::Solana => "solana:",
        Family::Starknet => return None,
    };
    transfer
        .payment_uri
        .clone()
        .filter(|uri| uri.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use offramp_domain::api::{AfterSending, Offer};

    use super::*;

    fn transfer(network: Network, payment_uri: &str) -> TransferToAddress {
        TransferToAddress {
            network,
            token: Token::Usdc,
            token_contract: None,
            address: String::new(),
            amount: Amount::ZERO,
            payment_uri: Some(payment_uri.to_owned()),
            after_sending: AfterSending::ReportSent,
            offer: Offer::Live,
            offer_until: None,
        }
    }

    #[test]
    fn only_a_link_of_the_network_is_followed() {
        let link = |network, uri| payment_link(&transfer(network, uri)).is_some();
        assert!(link(Network::Pol, "ethereum:0x1@137/transfer"));
        assert!(link(Network::Sol, "solana:9xQe"));
        assert!(!link(Network::Sol, "ethereum:0x1@137/transfer"));
        assert!(!link(Network::Pol, "javascript:alert(1)"));
        assert!(!link(Network::Stk, "starknet:0x1"));
    }
}

//! What the provider made is held against what was asked for, before an address is shown.

use offramp_domain::{
    api::Offer,
    money::{Amount, Round},
    network::DepositAddress,
    order::{OrderState, Reason},
};
use secrecy::ExposeSecret as _;
use tracing::error;

use super::{Engine, apply};
use crate::{
    provider::{Capabilities, DepositKind, Part, Provider, Snapshot},
    store::{CancelEnd, Change, IntentKind, OrderRecord, Shown},
};

impl Engine {
    /// Holds what the provider made against what was asked for, and shows the address only where
    /// everything fits. The order is no longer being created after this.
    pub(super) fn take(
        &self,
        provider: &dyn Provider,
        order: &mut OrderRecord,
        snapshot: &Snapshot,
        change: &mut Change,
    ) {
        let now = self.now();
        order.reference = Some(snapshot.reference.0.clone());
        order.provider_status = Some(snapshot.status.clone());
        match self.mismatch(provider, order, snapshot) {
            None => {
                apply::hear_amounts(order, snapshot);
                order.shown = snapshot.address.clone().map(|address| Shown {
                    address,
                    at: now,
                    offer_until: now.plus(self.config.deposit_offer),
                    offer: Offer::Live,
                    withdrawn: false,
                });
                order.enter(OrderState::Created, now);
                if order.was_shown() {
                    change.note("address_shown", None);
                }
                let assessment = provider.assess(snapshot, &order.facts(now));
                apply::apply(order, snapshot, &assessment, now, change);
            }
            Some(what) => {
                error!(
                    order.id,
                    provider = order.provider,
                    what,
                    "the provider made another order than was asked for; it is called off"
                );
                change.note("mismatch", Some(what.to_owned()));
                order.enter(OrderState::Attention, now);
                order.reason = Some(Reason::ProviderMismatch);
                order.cancel_end = Some(CancelEnd::Mismatch);
                change.start(IntentKind::Cancel, now);
            }
        }
        self.plan(order);
    }

    /// What does not fit in what the provider made.
    pub(super) fn mismatch(
        &self,
        provider: &dyn Provider,
        order: &OrderRecord,
        snapshot: &Snapshot,
    ) -> Option<&'static str> {
        let Capabilities {
            deposit, unsaid, ..
        } = provider.capabilities();
        let is_said = |part: Part| !unsaid.contains(&part);
        let floor = order.fiat_minimum.unwrap_or(Amount::ZERO);
        let arrives = snapshot
            .fiat_amount
            .map(|amount| amount.rounded(order.currency.decimals(), Round::Down));
        let address_fits = match deposit {
            DepositKind::TransferToAddress => snapshot
                .address
                .as_deref()
                .is_some_and(|address| DepositAddress::parse(order.network, address).is_ok()),
            DepositKind::SignTypedData | DepositKind::Authorise => true,
        };
        let checks = [
            ("token", snapshot.token == Some(order.token)),
            (
                "network",
                !is_said(Part::Network) || snapshot.network == Some(order.network),
            ),
            (
                "currency",
                !is_said(Part::Currency) || snapshot.currency == Some(order.currency),
            ),
            (
                "crypto amount",
                snapshot.crypto_amount == order.crypto_amount,
            ),
            (
                "fiat amount",
                arrives.is_none_or(|arrives| arrives >= floor),
            ),
            (
                "account",
                !is_said(Part::Account) || self.pays_the_account(order, snapshot),
            ),
            ("address", address_fits),
        ];
        checks
            .into_iter()
            .find(|(_, fits)| !fits)
            .map(|(what, _)| what)
    }

    /// Whether the account that is paid is the one that was asked for.
    pub(super) fn pays_the_account(&self, order: &OrderRecord, snapshot: &Snapshot) -> bool {
        snapshot.account.as_ref().is_some_and(|account| {
            let secrets = self.store.secrets();
            secrets.is_fingerprint(&order.fingerprint, account.expose_secret())
        })
    }
}

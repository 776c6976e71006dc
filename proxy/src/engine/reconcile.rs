//! The store beside the provider's books: every difference, and nothing changed.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use offramp_domain::{order::OrderState, time::Timestamp};

use tracing::warn;

use super::Engine;
use crate::{
    provider::{LocalFacts, Part, Provider, ProviderError, ProviderRef, Snapshot},
    store::{OrderRecord, Payer, StoreError},
};

/// Something that the two sides do not agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Our order; none where only the provider has one.
    pub order_id: Option<String>,
    /// The provider's; none where only we have one.
    pub reference: Option<String>,
    /// What differs.
    pub what: String,
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Reconciliation {
    /// How many of our orders were compared.
    pub compared: usize,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Payers whose orders at the provider could not be read to their end, by our id of them.
    pub unread: Vec<String>,
    /// Providers whose lists do not tell whose orders they have, so that only ours were read.
    pub unlisted: BTreeSet<&'static str>,
}

/// Where an order stands, in words that both sides share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// No crypto yet.
    Waits,
    /// The provider has the crypto.
    Holds,
    /// The money was delivered.
    Paid,
    /// Over, without a payout.
    Over,
    /// A person has to look.
    Unclear,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |id: &Option<String>| id.clone().unwrap_or_else(|| "-".to_owned());
        write!(
            f,
            "{}\t{}\t{}",
            or_none(&self.order_id),
            or_none(&self.reference),
            self.what
        )
    }
}

impl Engine {
    /// Compares every order that was stored since a moment, or is not closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reconcile(&self, since: Timestamp) -> Result<Reconciliation, StoreError> {
        let mut found = Reconciliation::default();
        for payer_id in self.store.payers_with_orders(since).await? {
            let Some(payer) = self.store.payer(&payer_id).await? else {
                continue;
            };
            let orders = self.store.orders_to_reconcile(&payer_id, since).await?;
            found.compared += orders.len();
            let Some(provider) = self.provider(&payer.provider) else {
                found.unread.push(payer_id);
                continue;
            };
            let is_read = self
                .compare(provider.as_ref(), &payer, &orders, since, &mut found)
                .await;
            if is_read.is_err() || is_read.is_ok_and(|complete| !complete) {
                found.unread.push(payer_id);
            }
        }
        Ok(found)
    }

    /// Whether everything could be read that the provider tells.
    async fn compare(
        &self,
        provider: &dyn Provider,
        payer: &Payer,
        orders: &[OrderRecord],
        since: Timestamp,
        found: &mut Reconciliation,
    ) -> Result<bool, ProviderError> {
        if !provider.capabilities().finds_lost {
            found.unlisted.insert(provider.name());
            return Ok(self.compare_each(provider, payer, orders, found).await);
        }
        let oldest = orders.iter().map(|order| order.created_at).min();
        let from = oldest.map_or(since, |oldest| oldest.min(since));
        let margin = std::time::Duration::from_mins(10);
        let listing = provider.list(&payer.user, from.minus(margin)).await?;
        let mut theirs: HashMap<&str, &Snapshot> = listing
            .orders
            .iter()
            .map(|snapshot| (snapshot.reference.0.as_str(), snapshot))
            .collect();
        for order in orders {
            let Some(reference) = &order.reference else {
                found.lost(order);
                continue;
            };
            match theirs.remove(reference.as_str()) {
                Some(snapshot) => self.compare_one(provider, order, snapshot, found),
                None if listing.complete => {
                    found.add(
                        Some(order),
                        Some(reference.as_str()),
                        "the provider does not list it",
                    );
                }
                None => {}
            }
        }
        for (reference, snapshot) in theirs {
            let is_ours = self.store.order_by_reference(provider.name(), reference);
            let is_over = provider
                .assess(snapshot, &LocalFacts::default())
                .state
                .is_terminal();
            if !is_over && is_ours.await.is_ok_and(|order| order.is_none()) {
                let what = format!("only the provider has it ({})", snapshot.status);
                found.add(None, Some(reference), &what);
            }
        }
        Ok(listing.complete)
    }

    /// Reads each of our orders by itself. Whether each could be read.
    async fn compare_each(
        &self,
        provider: &dyn Provider,
        payer: &Payer,
        orders: &[OrderRecord],
        found: &mut Reconciliation,
    ) -> bool {
        let mut all_read = true;
        for order in orders {
            let Some(reference) = order.reference.clone().map(ProviderRef) else {
                found.lost(order);
                continue;
            };
            match provider.read(&payer.user, &reference).await {
                Ok(snapshot) => self.compare_one(provider, order, &snapshot, found),
                Err(ProviderError::Refused(refusal)) => {
                    let what = format!("the provider does not show it: {refusal}");
                    found.add(Some(order), Some(&reference.0), &what);
                }
                Err(error) => {
                    warn!(
                        order.id,
                        provider = order.provider,
                        error = &error as &dyn std::error::Error,
                        "an order could not be read"
                    );
                    all_read = false;
                }
            }
        }
        all_read
    }

    fn compare_one(
        &self,
        provider: &dyn Provider,
        order: &OrderRecord,
        snapshot: &Snapshot,
        found: &mut Reconciliation,
    ) {
        let reference = order.reference.as_deref();
        let assessment = provider.assess(snapshot, &order.facts(self.now()));
        let (ours, theirs) = (stand(order.state), stand(assessment.state));
        if ours != theirs {
            let what = format!(
                "it is {} here and {} there",
                order.state.as_str(),
                snapshot.status
            );
            found.add(Some(order), reference, &what);
        }
        let unsaid = provider.capabilities().unsaid;
        let is_said = |part: Part| !unsaid.contains(&part);
        let same = [
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
                "account",
                !is_said(Part::Account) || self.pays_the_account(order, snapshot),
            ),
        ];
        for (what, _) in same.iter().filter(|(_, is_same)| !is_same) {
            found.add(Some(order), reference, &format!("the {what} differs"));
        }
        let shown = order.shown.as_ref().map(|shown| shown.address.as_str());
        let named = snapshot.address.as_deref();
        if shown.is_some() && named.is_some() && shown != named {
            found.add(Some(order), reference, "the address differs");
        }
    }
}

impl Reconciliation {
    /// An order of which the provider's is not known.
    fn lost(&mut self, order: &OrderRecord) {
        if !order.has_ended() {
            let what = "it is not known what became of its create";
            self.add(Some(order), None, what);
        }
    }

    fn add(&mut self, order: Option<&OrderRecord>, reference: Option<&str>, what: &str) {
        self.differences.push(Difference {
            order_id: order.map(|order| order.id.clone()),
            reference: reference.map(ToOwned::to_owned),
            what: what.to_owned(),
        });
    }
}

fn stand(state: OrderState) -> Stand {
    match state {
        OrderState::Creating
        | OrderState::Created
        | OrderState::Blocked
        | OrderState::AwaitingDeposit
        | OrderState::DepositSubmitted => Stand::Waits,
        OrderState::DepositReceived
        | OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation
        | OrderState::Settling
        | OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding => Stand::Holds,
        OrderState::Attention => Stand::Unclear,
        OrderState::Completed => Stand::Paid,
        OrderState::Cancelled | OrderState::Expired | OrderState::Refunded | OrderState::Failed => {
            Stand::Over
        }
    }
}

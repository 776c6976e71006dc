//! CryptoPocket's books: everything that it remembers.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::assets::Asset;
use super::countries::Country;
use super::knobs::Knobs;
use super::kyc::Kyc;
use super::letters::Letter;
use super::status::Status;
use super::{assumptions, seed};
use crate::clock::Moment;
use crate::world::World;

/// Everything that CryptoPocket remembers. Orders are in the order of their creation.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) world: World,
    pub(super) knobs: Knobs,
    pub(super) users: Vec<User>,
    pub(super) orders: Vec<Order>,
    /// When each token ends.
    pub(super) tokens: BTreeMap<String, Moment>,
    /// How often each create was received, by its body.
    pub(super) creates: BTreeMap<String, u64>,
    /// Webhooks that nobody has taken to the post yet.
    pub(super) letters: Vec<Letter>,
}

/// A customer of an operator.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) owner: Owner,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) kyc: Kyc,
    pub(super) standing: Standing,
    pub(super) payee: Payee,
}

/// Whose customer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Operator,
    AnotherIntegration,
}

/// What stands between a verified user and an off-ramp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing.
    #[default]
    Good,
    /// The user is blocked.
    Banned,
    /// The enhanced form.
    Reinforced,
}

/// How a user is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Payee {
    /// At the IBAN that comes with each order.
    ByIban,
    /// At the account that was registered.
    Registered(Account),
}

/// An account of a country that has no SEPA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) country: Country,
    pub(super) bank: String,
    pub(super) number: String,
    pub(super) kind: String,
}

/// An off-ramp.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) user_id: u64,
    pub(super) asset: Asset,
    pub(super) amount: Decimal,
    pub(super) fiat: &'static str,
    /// The number of the account that is paid.
    pub(super) account: String,
    pub(super) bank_name: Option<String>,
    pub(super) wallet: String,
    pub(super) status: Status,
    /// Every status that it has had, and since when.
    pub(super) history: Vec<(Moment, Status)>,
    /// How many tokens have arrived; none before the first.
    pub(super) received: Option<Decimal>,
    pub(super) wrong_tokens: WrongTokens,
    /// The rate, once it is fixed.
    pub(super) rate: Option<Decimal>,
    pub(super) created_at: Moment,
    pub(super) completed_at: Option<Moment>,
    /// What happens by itself, and when.
    pub(super) due: Option<(Moment, Turn)>,
    /// The key under which [`Books::creates`] counts it.
    pub(super) create_key: String,
}

/// Whether tokens arrived that are not bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrongTokens {
    None,
    Arrived,
}

/// Something that happens to an off-ramp by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// No tokens came in time.
    Expire,
    /// The payout ends.
    PayOut,
}

impl Books {
    pub(super) fn new(world: World) -> Self {
        Self {
            world,
            knobs: Knobs::default(),
            users: seed::users(),
            orders: Vec::new(),
            tokens: BTreeMap::new(),
            creates: BTreeMap::new(),
            letters: Vec::new(),
        }
    }

    /// The operator's own users, first come first.
    pub(super) fn own_users(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| match user.owner {
            Owner::Operator => true,
            Owner::AnotherIntegration => false,
        })
    }

    /// One of the operator's own users.
    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.own_users().find(|user| user.id == id)
    }

    pub(super) fn order(&self, id: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// The number after the highest.
    pub(super) fn next_user_id(&self) -> u64 {
        let highest = self.users.iter().map(|user| user.id).max();
        highest.unwrap_or_default().saturating_add(1)
    }

    /// The rate that counts for an order now.
    pub(super) fn rate(&self, order: &Order) -> Decimal {
        let now = || self.world.rate(order.asset.token, order.fiat);
        order.rate.or_else(now).unwrap_or_default()
    }

    /// What an order pays, as far as anybody knows by now.
    pub(super) fn fiat_amount(&self, order: &Order) -> Decimal {
        net(order.received.unwrap_or(order.amount), self.rate(order))
    }
}

/// What so many tokens are worth, net, rounded down.
pub(super) fn net(tokens: Decimal, rate: Decimal) -> Decimal {
    tokens
        .saturating_mul(rate)
        .round_dp_with_strategy(assumptions::FIAT_PLACES, RoundingStrategy::ToZero)
}

//! UNIGOX' books: everything that it remembers.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::chain::{Ledger, Token};
use super::knobs::Knobs;
use super::letters::Letter;
use super::order::Order;
use super::price::{Price, Tolerance};
use super::rails::{Institution, Rail};
use super::seed;
use super::verification::Verification;
use crate::clock::Moment;
use crate::world::World;

/// Everything that UNIGOX remembers. Orders are in the order of their creation.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) world: World,
    pub(super) knobs: Knobs,
    pub(super) users: Vec<User>,
    pub(super) accounts: Vec<Account>,
    pub(super) next_account: u64,
    pub(super) quotes: BTreeMap<String, Quote>,
    pub(super) orders: Vec<Order>,
    pub(super) ledger: Ledger,
    /// The wallet that the partner signs from.
    pub(super) partner_wallet: Address,
    /// Webhooks that nobody has taken to the post yet.
    pub(super) letters: Vec<Letter>,
}

/// A customer of the partner.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) uuid: String,
    /// The partner's own id.
    pub(super) reference: String,
    pub(super) email: String,
    pub(super) wallet_type: WalletType,
    pub(super) created_at: Moment,
    pub(super) verification: Verification,
    pub(super) challenge: Option<Challenge>,
    pub(super) wallet: Option<Address>,
}

/// Whose crypto a customer sells (section 13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletType {
    /// The partner's.
    #[default]
    PartnerWallet,
    /// The customer's own.
    ExternalWallet,
}

/// A message that a customer was asked to sign.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    pub(super) address: Address,
    pub(super) message: String,
    pub(super) expires_at: Moment,
}

/// An account that is paid to.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) user: String,
    pub(super) rail: &'static Rail,
    pub(super) institution: Option<&'static Institution>,
    pub(super) details: Map<String, Value>,
}

/// A price that was locked, with its tolerance.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) account_id: u64,
    pub(super) token: Token,
    pub(super) currency: &'static str,
    pub(super) price: Price,
    pub(super) tolerance: Tolerance,
    pub(super) notification: Notified,
    pub(super) expires_at: Moment,
    pub(super) spent: Spent,
    pub(super) initiate_calls: u64,
}

/// Whether the buyer's side confirms the delivery by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notified {
    No,
    Yes,
}

/// Whether a quote was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    No,
    Yes,
}

impl Books {
    pub(super) fn new(world: World, partner_wallet: Address) -> Self {
        let now = world.clock().now();
        let mut books = Self {
            world,
            knobs: Knobs::default(),
            users: seed::users(now),
            accounts: seed::accounts(),
            next_account: 1_000,
            quotes: BTreeMap::new(),
            orders: Vec::new(),
            ledger: Ledger::default(),
            partner_wallet,
            letters: Vec::new(),
        };
        for token in Token::ALL {
            books.ledger.add(partner_wallet, token, seed::MINTED);
        }
        books.orders.extend(seed::widget_order(partner_wallet, now));
        books
    }

    pub(super) fn user(&self, uuid: &str) -> Option<&User> {
        self.users.iter().find(|user| user.uuid == uuid)
    }

    pub(super) fn user_mut(&mut self, uuid: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.uuid == uuid)
    }

    pub(super) fn accounts_of(&self, user: &str) -> impl Iterator<Item = &Account> {
        self.accounts
            .iter()
            .filter(move |account| account.user == user)
    }

    pub(super) fn order(&self, id: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// Whose signature moves a user's crypto; nobody's while no wallet is linked.
    pub(super) fn signer(&self, user: &User) -> Option<Address> {
        match user.wallet_type {
            WalletType::PartnerWallet => Some(self.partner_wallet),
            WalletType::ExternalWallet => user.wallet,
        }
    }
}

impl Notified {
    pub(super) const fn is_yes(self) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
        }
    }
}

//! Capa's books: everything that it remembers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::bank::BankAccount;
use super::deal::Deal;
use super::knobs::Knobs;
use super::letters::Letter;
use super::mock::Outcome;
use super::plan::Turn;
use super::seed;
use super::status::Status;
use crate::clock::Moment;
use crate::world::World;

/// Everything that Capa remembers. Transactions are in the order of their creation.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) world: World,
    pub(super) knobs: Knobs,
    pub(super) users: Vec<User>,
    pub(super) receivers: Vec<Receiver>,
    pub(super) accounts: Vec<SavedAccount>,
    pub(super) quotes: BTreeMap<String, Quote>,
    pub(super) transactions: Vec<Transaction>,
    /// Which user's accounts have passed the penny test.
    pub(super) proven_accounts: BTreeSet<(String, String)>,
    /// How often each create was received, by its quote or else by its body.
    pub(super) creates: BTreeMap<String, u64>,
    /// Webhooks that nobody has taken to the post yet.
    pub(super) letters: Vec<Letter>,
}

/// A customer of the partner.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) external_id: Option<String>,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) verification: Verification,
}

/// How far the verification of a user has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verification {
    /// Not begun.
    NotStarted,
    /// The documents are there.
    InProgress,
    /// Passed.
    Verified,
    /// Failed.
    Rejected,
    /// A person has to look.
    ReviewNeeded,
}

/// Somebody else whom a user may pay.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    pub(super) id: String,
    pub(super) user_id: String,
    pub(super) verification: Verification,
}

/// An account that was saved before.
#[derive(Clone, Debug)]
pub(super) struct SavedAccount {
    pub(super) id: String,
    pub(super) holder: Holder,
    pub(super) account: BankAccount,
}

/// Whose saved account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    User(String),
    Receiver(String),
    AnotherPartner,
}

/// A locked quote.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    pub(super) id: String,
    pub(super) deal: Deal,
    pub(super) expires_at: Moment,
    pub(super) spent: Spent,
}

/// Whether a quote has made its one transaction (assumption U7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    No,
    Yes,
}

/// Whose transaction it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Partner,
    AnotherPartner,
}

/// An off-ramp.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) id: String,
    pub(super) owner: Owner,
    pub(super) user_id: String,
    pub(super) status: Status,
    pub(super) deal: Deal,
    pub(super) created_at: Moment,
    pub(super) completed_at: Option<Moment>,
    pub(super) address: String,
    pub(super) bank: BankAccount,
    pub(super) cancellation_reason: Option<&'static str>,
    pub(super) deposits: Vec<Arrival>,
    /// The hash that an execute named.
    pub(super) hash: Option<String>,
    pub(super) execution: Executed,
    /// The story that its amount plays, if it is a mock amount.
    pub(super) mock: Option<Outcome>,
    /// What happens by itself, soonest first.
    pub(super) plan: VecDeque<(Moment, Turn)>,
    /// The key under which [`Books::creates`] counts it.
    pub(super) create_key: String,
    pub(super) execute_calls: u64,
    pub(super) cancel_calls: u64,
}

/// Whether execute was ever called with success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Executed {
    No,
    Yes,
}

/// Crypto that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// As agreed, and nothing had arrived before.
    Matching,
    /// Too much, too little, too late, or something else.
    Mismatched,
}

impl Books {
    pub(super) fn new(world: World) -> Self {
        let now = world.clock().now();
        let mut books = Self {
            world,
            knobs: Knobs::default(),
            users: seed::users(),
            receivers: seed::receivers(),
            accounts: seed::accounts(),
            quotes: BTreeMap::new(),
            transactions: Vec::new(),
            proven_accounts: BTreeSet::new(),
            creates: BTreeMap::new(),
            letters: Vec::new(),
        };
        books
            .transactions
            .extend(seed::foreign_transaction(&books, now));
        books
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn transaction(&self, id: &str) -> Option<&Transaction> {
        self.transactions
            .iter()
            .find(|transaction| transaction.id == id)
    }

    /// The partner's own transactions, oldest first.
    pub(super) fn own_transactions(&self) -> impl Iterator<Item = &Transaction> {
        self.transactions
            .iter()
            .filter(|transaction| match transaction.owner {
                Owner::Partner => true,
                Owner::AnotherPartner => false,
            })
    }
}

impl Transaction {
    /// Whether what was agreed has arrived, and nothing else.
    pub(super) fn is_funded(&self) -> bool {
        self.deposits == [Arrival::Matching]
    }
}

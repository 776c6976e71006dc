//! CryptoPocket's JSON, exactly as CryptoPocket spells it.

use serde::{Serialize, Serializer};

use super::assets::Asset;
use super::books::{Books, Order, User};
use super::knobs::{Statuses, UserIds};
use super::kyc::Kyc;
use super::status::Status;
use super::{assumptions, ids};
use crate::clock::Moment;
use crate::figure::{Shown, with_places};

/// The usual envelope of a success.
#[derive(Debug, Serialize)]
pub(super) struct Envelope<T> {
    pub(super) status: &'static str,
    pub(super) data: T,
}

/// What `authenticate` answers.
#[derive(Debug, Serialize)]
pub(super) struct Token {
    pub(super) token: String,
}

/// An id of a user, as a number or as a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserId(u64, UserIds);

/// What registering a person answers.
#[derive(Debug, Serialize)]
pub(super) struct RegisteredUser {
    id: UserId,
    kyc_form_url: String,
}

/// What registering a company answers.
#[derive(Debug, Serialize)]
pub(super) struct RegisteredCompany {
    id: UserId,
    uuid: String,
    kyb_link: String,
    password: String,
}

/// What `kyc/check` answers.
#[derive(Debug, Serialize)]
pub(super) struct KycState {
    pub(super) kyc_status: Kyc,
}

/// What `onboarding-form` answers.
#[derive(Debug, Serialize)]
pub(super) struct OnboardingForm {
    pub(super) onboarding_link: String,
}

/// A row of `customers/list`.
#[derive(Debug, Serialize)]
pub(super) struct Customer {
    id: UserId,
    name: String,
    email: String,
    kyc_status: Kyc,
}

/// A token on a chain.
#[derive(Debug, Serialize)]
pub(super) struct AvailableAsset {
    symbol: &'static str,
    chain: &'static str,
    decimals: u32,
}

/// A price that binds nobody.
#[derive(Debug, Serialize)]
pub(super) struct Quote {
    pub(super) amount: Shown,
    pub(super) symbol: &'static str,
    pub(super) chain: &'static str,
    pub(super) fiat_symbol: &'static str,
    pub(super) fiat_amount: String,
    pub(super) price: String,
}

/// What creating an off-ramp answers.
#[derive(Debug, Serialize)]
pub(super) struct CreatedRampoff {
    rampoff: &'static str,
    wallet: String,
    id: String,
}

/// An off-ramp as it is read.
#[derive(Debug, Serialize)]
pub(super) struct Rampoff {
    id: String,
    status: String,
    blockchain: &'static str,
    crypto: &'static str,
    amount: String,
    decimals: u32,
    fiat_amount: String,
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub(super) struct Paginated<T> {
    pub(super) data: Vec<T>,
    pub(super) current_page: usize,
    pub(super) per_page: usize,
    pub(super) last_page: usize,
    pub(super) total: usize,
}

impl UserId {
    pub(super) fn new(id: u64, ids: UserIds) -> Self {
        Self(id, ids)
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            UserIds::Numbers => serializer.serialize_u64(self.0),
            UserIds::Strings => serializer.collect_str(&self.0),
        }
    }
}

impl RegisteredUser {
    pub(super) fn new(user: &User, user_ids: UserIds) -> Self {
        Self {
            id: UserId(user.id, user_ids),
            kyc_form_url: ids::page("kyc", user.id),
        }
    }
}

impl RegisteredCompany {
    pub(super) fn new(user: &User, user_ids: UserIds) -> Self {
        Self {
            id: UserId(user.id, user_ids),
            uuid: uuid::Uuid::new_v4().to_string(),
            kyb_link: ids::page("kyb", user.id),
            password: ids::new_token().chars().take(12).collect(),
        }
    }
}

impl Customer {
    pub(super) fn new(user: &User, user_ids: UserIds) -> Self {
        Self {
            id: UserId(user.id, user_ids),
            name: user.name.clone(),
            email: user.email.clone(),
            kyc_status: user.kyc.clone(),
        }
    }
}

impl AvailableAsset {
    pub(super) fn new(asset: Asset) -> Self {
        Self {
            symbol: asset.token,
            chain: asset.chain.name(),
            decimals: asset.chain.decimals(),
        }
    }
}

impl CreatedRampoff {
    pub(super) fn new(order: &Order) -> Self {
        Self {
            rampoff: "payment created",
            wallet: order.wallet.clone(),
            id: order.id.clone(),
        }
    }
}

impl Rampoff {
    pub(super) fn new(order: &Order, books: &Books, now: Moment) -> Self {
        let places = usize::try_from(assumptions::FIAT_PLACES).unwrap_or_default();
        Self {
            id: order.id.clone(),
            status: status_word(order.shown(now, &books.knobs), books.knobs.statuses).to_owned(),
            blockchain: order.asset.chain.name(),
            crypto: order.asset.token,
            amount: order.asset.atomic(order.amount),
            decimals: order.asset.chain.decimals(),
            fiat_amount: with_places(books.fiat_amount(order), places),
        }
    }
}

/// What a status is called where one of them is unknown.
pub(super) fn status_word(status: &Status, statuses: Statuses) -> &str {
    match (status, statuses) {
        (Status::CryptoReceived, Statuses::OneUnknown) => "converting",
        (known, Statuses::Assumed | Statuses::OneUnknown) => known.as_str(),
    }
}

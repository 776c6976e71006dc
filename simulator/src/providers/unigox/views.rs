//! What tests and the control plane are shown of the books.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::books::{Books, User, WalletType};
use super::chain::Wallet;
use super::order::{Custody, Order};
use super::profile::Profile;
use super::status::Status;
use super::verification::KycStatus;
use crate::clock::Moment;

/// An order, with what only UNIGOX and the chain know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderView {
    /// Its `order_id`.
    pub id: String,
    /// Whose it is.
    pub user_uuid: String,
    /// Where it stands.
    pub status: Status,
    /// What it plays.
    pub profile: Profile,
    /// The partner's own id.
    pub reference_id: Option<String>,
    /// The quote that it came from.
    pub quote_id: String,
    /// The account that it pays to.
    pub payment_details_id: u64,
    /// The token that is sold.
    pub crypto_currency: String,
    /// The sale and the platform's fee.
    #[serde(with = "rust_decimal::serde::str")]
    pub crypto_amount: Decimal,
    /// What has to be in the escrow.
    #[serde(with = "rust_decimal::serde::str")]
    pub funding_amount: Decimal,
    /// What is paid out.
    #[serde(with = "rust_decimal::serde::str")]
    pub fiat_amount: Decimal,
    /// The currency that is paid out.
    pub fiat_currency: String,
    /// What one token is worth.
    #[serde(with = "rust_decimal::serde::str")]
    pub rate: Decimal,
    /// Where the crypto is.
    pub custody: Custody,
    /// The address of the escrow.
    pub escrow_address: String,
    /// Whose signature moves the crypto.
    pub signer_address: String,
    /// How often its quote was initiated.
    pub initiate_calls: u64,
    /// How often a signature was handed in.
    pub authorise_calls: u64,
    /// The nonces of what was handed in, each once.
    pub nonces: BTreeSet<u64>,
    /// How many transfers into the escrow were relayed.
    pub transfers: u64,
    /// How often it was confirmed.
    pub confirm_calls: u64,
    /// How often it was called off.
    pub cancel_calls: u64,
    /// How often a signature for a refund was handed in.
    pub refund_calls: u64,
    /// When it was made.
    pub created_at: Moment,
    /// When it was completed.
    pub completed_at: Option<Moment>,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserView {
    /// Their `user_uuid`.
    pub uuid: String,
    /// The partner's own id.
    pub user_ref: String,
    /// Where the verification stands.
    pub kyc_status: KycStatus,
    /// Whose crypto they sell.
    pub wallet_type: WalletType,
    /// Their linked wallet.
    pub wallet: Option<String>,
    /// Their accounts.
    pub payment_details: Vec<u64>,
}

/// What an address holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WalletView {
    /// The address, with its checksum.
    pub address: String,
    /// How many of its transfers were relayed.
    pub nonce: u64,
    /// What it holds of each token.
    pub balances: BTreeMap<&'static str, Decimal>,
}

impl Books {
    pub(super) fn view(&self, order: &Order) -> OrderView {
        let quote = self.quotes.get(&order.quote_id);
        OrderView {
            id: order.id.clone(),
            user_uuid: order.user.clone(),
            status: order.status.clone(),
            profile: order.profile,
            reference_id: order.reference_id.clone(),
            quote_id: order.quote_id.clone(),
            payment_details_id: order.account_id,
            crypto_currency: order.token.code().to_owned(),
            crypto_amount: order.price.crypto_amount,
            funding_amount: order.price.funding,
            fiat_amount: order.price.fiat_amount,
            fiat_currency: order.currency.to_owned(),
            rate: order.price.rate,
            custody: order.custody,
            escrow_address: order.escrow.to_checksum(None),
            signer_address: order.signer.to_checksum(None),
            initiate_calls: quote.map_or(0, |quote| quote.initiate_calls),
            authorise_calls: order.authorise_calls,
            nonces: order.nonces.clone(),
            transfers: order.transfers,
            confirm_calls: order.confirm_calls,
            cancel_calls: order.cancel_calls,
            refund_calls: order.refund_calls,
            created_at: order.created_at,
            completed_at: order.completed_at,
        }
    }

    pub(super) fn user_view(&self, user: &User) -> UserView {
        UserView {
            uuid: user.uuid.clone(),
            user_ref: user.reference.clone(),
            kyc_status: user.verification.status,
            wallet_type: user.wallet_type,
            wallet: user.wallet.map(|address| address.to_checksum(None)),
            payment_details: self.accounts_of(&user.uuid).map(|one| one.id).collect(),
        }
    }
}

impl WalletView {
    pub(super) fn new(address: alloy_primitives::Address, wallet: &Wallet) -> Self {
        Self {
            address: address.to_checksum(None),
            nonce: wallet.nonce,
            balances: wallet
                .balances
                .iter()
                .map(|(token, amount)| (token.code(), *amount))
                .collect(),
        }
    }
}

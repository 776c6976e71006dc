//! Who is there from the beginning.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::books::{Account, Notified, Quote, Spent, User, WalletType};
use super::chain::Token;
use super::knobs::Funding;
use super::order::{Order, Origin};
use super::price::{Anchor, Price, Tolerance, ToleranceKind};
use super::rails::{Institution, Rail};
use super::status::Status;
use super::verification::{KycStatus, Method};
use crate::clock::Moment;

/// Verified; the partner's wallet pays. Has [`NGN_ACCOUNT`] and [`EUR_ACCOUNT`].
pub const ADA: &str = "0b2f7c1e-8f53-4a52-9a0e-2b6a1f0c9d11";

/// Under review; the partner's wallet pays.
pub const BEN: &str = "0b2f7c1e-8f53-4a52-9a0e-2b6a1f0c9d12";

/// Verified; pays from a wallet of their own, which is not linked yet. Has [`CLEO_ACCOUNT`].
pub const CLEO: &str = "0b2f7c1e-8f53-4a52-9a0e-2b6a1f0c9d13";

/// Ada's account in Nigeria.
pub const NGN_ACCOUNT: u64 = 987;

/// Ada's account in Germany.
pub const EUR_ACCOUNT: u64 = 988;

/// Cleo's account in Nigeria.
pub const CLEO_ACCOUNT: u64 = 989;

/// What the partner's wallet holds of each token at first.
pub(super) const MINTED: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

pub(super) fn users(now: Moment) -> Vec<User> {
    let person = |uuid: &str, reference: &str, first: &str, wallet_type, status| {
        let email = format!("{}@example.com", first.to_lowercase());
        let mut user = User::new(
            uuid.to_owned(),
            reference.to_owned(),
            email,
            wallet_type,
            now,
        );
        user.verification.set(status, now);
        user.verification.method = Some(Method::DirectData);
        user.verification.facts = facts(first);
        user
    };
    let (partner, external) = (WalletType::PartnerWallet, WalletType::ExternalWallet);
    vec![
        person(ADA, "cust-1", "Ada", partner, KycStatus::Verified),
        person(BEN, "cust-2", "Ben", partner, KycStatus::UnderReview),
        person(CLEO, "cust-3", "Cleo", external, KycStatus::Verified),
    ]
}

fn facts(first_name: &str) -> BTreeMap<String, String> {
    [
        ("first_name", first_name),
        ("last_name", "Lovelace"),
        ("country_code", "NG"),
        ("address", "1 Broad Street"),
        ("city", "Lagos"),
        ("postal_code", "101001"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

pub(super) fn accounts() -> Vec<Account> {
    let naira = |id, user, number| {
        let bank = Institution::with_id("access-bank");
        account(id, user, "nip-nigeria", bank, &[("account_number", number)])
    };
    let iban = [
        ("full_name", "Ada Lovelace"),
        ("iban", "DE89370400440532013000"),
    ];
    [
        naira(NGN_ACCOUNT, ADA, "0123456789"),
        account(EUR_ACCOUNT, ADA, "iban-sepa", None, &iban),
        naira(CLEO_ACCOUNT, CLEO, "9876543210"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn account(
    id: u64,
    user: &str,
    rail: &str,
    institution: Option<&'static Institution>,
    details: &[(&str, &str)],
) -> Option<Account> {
    let detail = |(key, value): &(&str, &str)| ((*key).to_owned(), Value::from(*value));
    let details: Map<String, Value> = details.iter().map(detail).collect();
    Some(Account {
        id,
        user: user.to_owned(),
        rail: Rail::with_slug(rail)?,
        institution,
        details,
    })
}

/// An order of UNIGOX' own widget, which the list holds if it is asked to.
pub const WIDGET_ORDER: &str = "5a1d0000-0000-4000-8000-000000000001";

pub(super) fn widget_order(signer: Address, now: Moment) -> Option<Order> {
    let rate = Decimal::from(1_500);
    let hundred = Decimal::ONE_HUNDRED;
    let rounding = Funding::Unrounded;
    let quote = Quote {
        id: "5a1d0000-0000-4000-8000-000000000002".to_owned(),
        user: ADA.to_owned(),
        account_id: NGN_ACCOUNT,
        token: Token::Usdt,
        currency: "NGN",
        price: Price::new(
            Anchor::Crypto,
            hundred,
            rate,
            Decimal::ZERO,
            "NGN",
            rounding,
        )?,
        tolerance: Tolerance {
            kind: ToleranceKind::Percent,
            value: Decimal::ZERO,
        },
        notification: Notified::No,
        expires_at: now,
        spent: Spent::Yes,
        initiate_calls: 0,
    };
    let price = quote.price.clone();
    let mut order = Order::new(WIDGET_ORDER.to_owned(), &quote, price, None, signer, now);
    order.origin = Origin::Widget;
    order.status = Status::AwaitingFiatReceivedConfirmation;
    Some(order)
}

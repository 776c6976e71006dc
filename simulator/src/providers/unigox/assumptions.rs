//! What UNIGOX states nowhere, and what the stand-in takes for true, under the contract's numbers.
//!
//! What is a figure or a name is a constant of this file. The others are written where they apply:
//!
//! | number | where |
//! |---|---|
//! | U-2 | `wallets`: bodies of `deposit-addresses` and `wallet/funding-balance` |
//! | U-3 | `price`: fiat is base times rate, rounded to what the currency can pay |
//! | U-4 | [`Knobs::references`](super::Knobs::references) |
//! | U-5, U-6, U-7 | `order`: `allowed_actions` |
//! | U-8 | `orders`: the compact answer |
//! | U-10 | `orders`: newest first |
//! | U-12 | `post`: the time is that of the attempt |
//! | U-14 | [`Profile`](super::Profile) and [`Knobs`](super::Knobs) |
//! | U-16 | `plan`: [`Profile::BuyerClaims`](super::Profile::BuyerClaims) alone completes |
//! | U-21 | `quotes`: `beneficiary_requirements` |
//! | U-22 | `initiate`: the quote is used once |
//! | U-23 | `refund`: all of the funding goes back |
//! | U-24 | `progress`: a timeline without duplicates |
//! | U-25 | `handle`: tokens are minted |
//! | U-26 | [`Knobs::review_word`](super::Knobs::review_word) |
//! | U-27 | `price`: a tolerance in `amount` is in crypto |
//! | U-28 | `refusal`: `FEATURE_NOT_ENABLED` is of the first shape |
//! | U-29 | `authorise`, `initiate`: a bad signature is the relay's error; a moved price uses the quote up |
//!
//! U-13 is about a client alone.

use std::time::Duration;

use axum::http::StatusCode;
use rust_decimal::Decimal;

/// U-1: `RAIL_ROUTE_MISMATCH`.
pub(super) const RAIL_ROUTE_MISMATCH: StatusCode = StatusCode::CONFLICT;

/// U-3: the platform's fee in percent, of the published example.
pub(super) const PLATFORM_FEE_PCT: Decimal = Decimal::from_parts(15, 0, 0, false, 1);

/// U-9: the members of a `SafeTx`, in their order.
pub(super) const SAFE_TX: [(&str, &str); 10] = [
    ("to", "address"),
    ("value", "uint256"),
    ("data", "bytes"),
    ("operation", "uint8"),
    ("safeTxGas", "uint256"),
    ("baseGas", "uint256"),
    ("gasPrice", "uint256"),
    ("gasToken", "address"),
    ("refundReceiver", "address"),
    ("nonce", "uint256"),
];

/// U-11: the event of `webhooks/test`, whose `data` is empty.
pub(super) const TEST_EVENT: &str = "webhook.test";

/// U-15: how long a provider is looked for.
pub(super) const ACCEPTANCE_WINDOW: Duration = Duration::from_mins(5);

/// U-15: how long a signature is waited for.
pub(super) const SIGNING_WINDOW: Duration = Duration::from_mins(30);

/// U-15: how long the buyer may take to pay.
pub(super) const PAYMENT_WINDOW: Duration = Duration::from_hours(1);

/// U-15: how long until the buyer may claim what nobody confirmed. By U-16 only a profile does.
pub(super) const CONFIRMATION_WINDOW: Duration = Duration::from_hours(24);

/// U-15: how long a dispute takes.
pub(super) const DISPUTE_WINDOW: Duration = Duration::from_hours(72);

/// U-17: how many rejected proofs end an order.
pub(super) const PROOF_REJECTIONS: u32 = 3;

/// U-18: the least that is sold, in tokens.
pub(super) const SMALLEST_SALE: Decimal = Decimal::from_parts(10, 0, 0, false, 0);

/// U-18: the most that is sold, in tokens.
pub(super) const LARGEST_SALE: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

/// U-19 and U-29: a signature that is late, of somebody else or over an old nonce.
pub(super) const UNUSABLE_SIGNATURE: StatusCode = StatusCode::BAD_GATEWAY;

/// U-20: the one chain that orders are paid on, XAI.
pub(super) const CHAIN_ID: u64 = 660_279;

/// By how much the crypto of a fiat-anchored order may grow before it fails (7.2).
pub(super) const BREACH_FACTOR: Decimal = Decimal::from_parts(12, 0, 0, false, 1);

/// How long a message that links a wallet is good for (13.2).
pub(super) const CHALLENGE_LIFE: Duration = Duration::from_mins(10);

/// After how long a webhook is sent again, each time (12.2). At most ten attempts are made.
pub(super) const RETRIES: [Duration; 9] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(12),
    Duration::from_hours(24),
    Duration::from_hours(24),
    Duration::from_hours(24),
];

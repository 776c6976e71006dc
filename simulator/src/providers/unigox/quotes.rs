//! `/offramp/estimate` and `/offramp/quote`: a price for anybody, and a locked one (7.1 and 7.2).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::assumptions::{LARGEST_SALE, SMALLEST_SALE};
use super::books::{Account, Books, Notified, Quote, Spent, User};
use super::chain::Token;
use super::knobs::{Knobs, Presence, ReviewWord};
use super::order::address_fields;
use super::price::{Anchor, Price, Tolerance, ToleranceKind, fiat_places};
use super::rail_table::RAILS;
use super::rails::Rail;
use super::refusal::{Refusal, Shape};
use super::verification::KycStatus;
use super::{Unigox, new_id, progress, read, stamp};
use crate::clock::Moment;
use crate::figure::{Figure, with_places};

/// `POST /offramp/estimate`.
pub(super) async fn estimate(State(unigox): State<Unigox>, body: Bytes) -> Response {
    let result = unigox.with_books(|books, _| books.estimate(&body));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `POST /offramp/quote`.
pub(super) async fn quote(State(unigox): State<Unigox>, body: Bytes) -> Response {
    let result = unigox.with_books(|books, now| books.quote(&body, now));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// What a caller names when it asks for a price, still as it was written.
#[derive(Debug, Deserialize)]
struct Terms {
    crypto_currency: String,
    fiat_currency: String,
    crypto_amount: Option<String>,
    fiat_amount: Option<String>,
    partner_fee_pct: Option<String>,
    provider_scope: Option<Scope>,
    payment_method_slug: Option<String>,
    payment_network_slug: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Scope {
    #[default]
    All,
    LicensedOnly,
    P2pOnly,
}

#[derive(Debug, Deserialize)]
struct QuoteBody {
    user_uuid: String,
    payment_details_id: u64,
    rail: Option<String>,
    slippage_tolerance: Option<ToleranceBody>,
    #[serde(default)]
    has_fiat_settlement_notification: bool,
    #[serde(flatten)]
    terms: Terms,
}

#[derive(Debug, Deserialize)]
struct ToleranceBody {
    #[serde(rename = "type")]
    kind: ToleranceKind,
    value: Figure,
}

/// Terms that make sense and are traded.
struct Checked {
    token: Token,
    rail: &'static Rail,
    price: Price,
}

impl Books {
    fn estimate(&self, body: &[u8]) -> Result<Value, Refusal> {
        let terms: Terms = read(body)?;
        let Checked { price, .. } = self.price(&terms)?;
        Ok(json!({
            "rate": with_places(price.rate, 2),
            "crypto_amount": with_places(price.crypto_amount, 6),
            "fiat_amount": with_places(price.fiat_amount, 2),
            "fee_breakdown": price.fees(),
            "payment_method_slug": terms.payment_method_slug,
            "payment_network_slug": terms.payment_network_slug,
            "provider_scope": terms.provider_scope.unwrap_or_default(),
            "is_indicative": true,
        }))
    }

    fn quote(&mut self, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        let body: QuoteBody = read(body)?;
        let tolerance = body.tolerance()?;
        let user = self.user(&body.user_uuid).ok_or(Refusal::UserNotFound)?;
        let account = self
            .accounts_of(&user.uuid)
            .find(|account| account.id == body.payment_details_id)
            .ok_or(Refusal::InvalidPaymentDetails)?;
        check_rail(&body, account)?;
        user.check_cleared(&self.knobs)?;
        let Checked { token, rail, price } = self.price(&body.terms)?;
        let life = Duration::from_millis(self.knobs.quote_life_ms);
        let quote = Quote {
            id: new_id(),
            user: user.uuid.clone(),
            account_id: account.id,
            token,
            currency: rail.currency,
            price,
            tolerance,
            notification: if body.has_fiat_settlement_notification {
                Notified::Yes
            } else {
                Notified::No
            },
            expires_at: now.plus(life),
            spent: Spent::No,
            initiate_calls: 0,
        };
        let mut shown = quote.shown();
        if let Some(members) = shown.as_object_mut() {
            if user.lacks_address(rail.currency) {
                members.insert("beneficiary_requirements".to_owned(), address_fields());
            }
            match self.knobs.delayed_settlement {
                Presence::Absent => {}
                Presence::Present => {
                    members.insert("delayed_settlement".to_owned(), true.into());
                    members.insert("settlement_hours".to_owned(), 24.into());
                }
            }
        }
        self.quotes.insert(quote.id.clone(), quote);
        Ok(shown)
    }

    fn price(&self, terms: &Terms) -> Result<Checked, Refusal> {
        let currency = &terms.fiat_currency;
        let (anchor, asked) = terms.amount()?;
        let partner_pct = terms.partner_pct()?;
        let token = Token::with_code(&terms.crypto_currency).ok_or(Refusal::NoOffersAvailable)?;
        let rail = RAILS.iter().find(|rail| rail.currency == *currency);
        let rail = rail.ok_or(Refusal::NoOffersAvailable)?;
        let rate = progress::rate(&self.knobs, &self.world, token.code(), rail.currency);
        let rate = rate.ok_or(Refusal::NoOffersAvailable)?;
        let too_long = || Refusal::invalid("the amount is too large");
        let rounding = self.knobs.funding;
        let price = Price::new(anchor, asked, rate, partner_pct, rail.currency, rounding);
        let price = price.ok_or_else(too_long)?;
        if (SMALLEST_SALE..=LARGEST_SALE).contains(&price.funding) {
            Ok(Checked { token, rail, price })
        } else {
            Err(Refusal::NoOffersAvailable)
        }
    }
}

impl Terms {
    /// Exactly one amount, with no more decimals than its currency has.
    fn amount(&self) -> Result<(Anchor, Decimal), Refusal> {
        let (anchor, text, places) = match (&self.crypto_amount, &self.fiat_amount) {
            (Some(crypto), None) => (Anchor::Crypto, crypto, Token::DECIMALS),
            (None, Some(fiat)) => (Anchor::Fiat, fiat, fiat_places(&self.fiat_currency)),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Refusal::invalid(
                    "exactly one of crypto_amount and fiat_amount",
                ));
            }
        };
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let amount = text.parse::<Figure>().ok().filter(|_| is_plain);
        let Some(Figure(amount)) = amount else {
            return Err(Refusal::invalid("the amount is not a decimal"));
        };
        let amount = amount.normalize();
        if amount > Decimal::ZERO && amount.scale() <= places {
            Ok((anchor, amount))
        } else {
            Err(Refusal::invalid(
                "the amount has a unit that cannot be paid",
            ))
        }
    }

    /// `^[0-9]+(\.[0-9]+)?$`, and less than everything.
    fn partner_pct(&self) -> Result<Decimal, Refusal> {
        let Some(text) = &self.partner_fee_pct else {
            return Ok(Decimal::ZERO);
        };
        let is_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_right = match text.split_once('.') {
            Some((whole, rest)) => is_digits(whole) && is_digits(rest),
            None => is_digits(text),
        };
        let fee = text.parse::<Figure>().ok().filter(|_| is_right);
        match fee {
            Some(Figure(fee)) if fee < Decimal::ONE_HUNDRED => Ok(fee),
            Some(_) | None => Err(Refusal::invalid("partner_fee_pct is invalid")),
        }
    }
}

impl QuoteBody {
    /// Without one, any movement forces a new quote.
    fn tolerance(&self) -> Result<Tolerance, Refusal> {
        match &self.slippage_tolerance {
            None => Ok(Tolerance {
                kind: ToleranceKind::Percent,
                value: Decimal::ZERO,
            }),
            Some(body) if body.value.0 >= Decimal::ZERO => Ok(Tolerance {
                kind: body.kind,
                value: body.value.0,
            }),
            Some(_) => Err(Refusal::invalid("slippage_tolerance is negative")),
        }
    }
}

fn check_rail(body: &QuoteBody, account: &Account) -> Result<(), Refusal> {
    if body
        .rail
        .as_deref()
        .is_some_and(|rail| rail != account.rail.slug)
    {
        return Err(Refusal::RailRouteMismatch);
    }
    if body.terms.fiat_currency == account.rail.currency {
        Ok(())
    } else {
        Err(Refusal::invalid(
            "fiat_currency is not that of the payment details",
        ))
    }
}

impl User {
    /// Only a verified user may trade.
    pub(super) fn check_cleared(&self, knobs: &Knobs) -> Result<(), Refusal> {
        let word = match (self.verification.status, knobs.review_word) {
            (KycStatus::Verified, _) => return Ok(()),
            (KycStatus::UnderReview, ReviewWord::InProgress) => KycStatus::InProgress.as_str(),
            (KycStatus::Failed, _) => KycStatus::VerificationRejected.as_str(),
            (
                status @ (KycStatus::NotInitiated
                | KycStatus::PendingDocuments
                | KycStatus::InProgress
                | KycStatus::UnderReview
                | KycStatus::VerificationRejected),
                _,
            ) => status.as_str(),
        };
        Err(Refusal::KycNotCleared {
            kyc_status: word.to_owned(),
        })
    }

    /// Whether a payout in this currency lacks the user's address (5.3).
    pub(super) fn lacks_address(&self, currency: &str) -> bool {
        ["EUR", "GBP", "AUD"].contains(&currency) && !self.verification.has_address()
    }
}

impl Quote {
    fn shown(&self) -> Value {
        json!({
            "quote_id": self.id,
            "anchor_type": self.price.anchor,
            "rate": with_places(self.price.rate, 2),
            "crypto_amount": with_places(self.price.crypto_amount, 6),
            "fiat_amount": with_places(self.price.fiat_amount, 2),
            "fee_breakdown": self.price.fees(),
            "payment_details_id": self.account_id,
            "payment_method_id": 5,
            "payment_network_id": 12,
            "expires_at": stamp(self.expires_at),
            "has_fiat_settlement_notification": self.notification.is_yes(),
        })
    }
}

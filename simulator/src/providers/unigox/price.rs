//! What a sale comes to (7.4): one base, and fees that do not compound.

use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::assumptions::PLATFORM_FEE_PCT;
use super::knobs::Funding;
use crate::figure::{Shown, with_places};

/// Which side stays as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Anchor {
    Crypto,
    Fiat,
}

/// How far a price may move before it is a new one (7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tolerance {
    pub(super) kind: ToleranceKind,
    pub(super) value: Decimal,
}

/// In what a tolerance is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ToleranceKind {
    Percent,
    /// Crypto (U-27).
    Amount,
    Fiat,
}

/// A price in every detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Price {
    pub(super) anchor: Anchor,
    /// What was asked for: all that leaves the seller, or all that reaches the account.
    pub(super) asked: Decimal,
    pub(super) rate: Decimal,
    pub(super) partner_pct: Decimal,
    pub(super) crypto_amount: Decimal,
    pub(super) platform_fee: Decimal,
    pub(super) partner_fee: Decimal,
    pub(super) fiat_amount: Decimal,
    /// What has to be in the escrow.
    pub(super) funding: Decimal,
}

/// Currencies that are paid in whole units only.
const WHOLE: [&str; 5] = ["NGN", "UGX", "TZS", "KES", "GHS"];

/// How many decimals an amount of a currency may have.
pub(super) fn fiat_places(currency: &str) -> u32 {
    if WHOLE.contains(&currency) { 0 } else { 2 }
}

impl Price {
    /// The price at a rate; none where it has too many digits.
    pub(super) fn new(
        anchor: Anchor,
        asked: Decimal,
        rate: Decimal,
        partner_pct: Decimal,
        currency: &str,
        rounding: Funding,
    ) -> Option<Self> {
        let hundred = Decimal::ONE_HUNDRED;
        let platform = PLATFORM_FEE_PCT / hundred;
        let partner = partner_pct.checked_div(hundred)?;
        let all = Decimal::ONE + platform + partner;
        let base = match anchor {
            Anchor::Crypto => asked.checked_div(all)?,
            Anchor::Fiat => asked.checked_div(rate)?,
        };
        let crypto_amount = six(base.checked_mul(Decimal::ONE + platform)?);
        let platform_fee = six(base.checked_mul(platform)?);
        let partner_fee = six(base.checked_mul(partner)?);
        let fiat_amount = match anchor {
            Anchor::Crypto => base
                .checked_mul(rate)?
                .round_dp_with_strategy(fiat_places(currency), MidpointAwayFromZero),
            Anchor::Fiat => asked,
        };
        let funding = match (anchor, rounding) {
            (Anchor::Crypto, _) => asked,
            (Anchor::Fiat, Funding::Unrounded) => six(base.checked_mul(all)?),
            (Anchor::Fiat, Funding::PrintedParts) => crypto_amount + partner_fee,
        };
        Some(Self {
            anchor,
            asked,
            rate,
            partner_pct,
            crypto_amount,
            platform_fee,
            partner_fee,
            fiat_amount,
            funding,
        })
    }

    /// Whether a price that was quoted may become this one.
    pub(super) fn is_within(&self, tolerance: Tolerance, quoted: &Self) -> bool {
        let fiat = (self.fiat_amount - quoted.fiat_amount).abs();
        let crypto = (self.funding - quoted.funding).abs();
        let moved = match (tolerance.kind, self.anchor) {
            (ToleranceKind::Percent, Anchor::Crypto) => percent(fiat, quoted.fiat_amount),
            (ToleranceKind::Percent, Anchor::Fiat) => percent(crypto, quoted.funding),
            (ToleranceKind::Amount, Anchor::Crypto) => fiat.checked_div(self.rate),
            (ToleranceKind::Amount, Anchor::Fiat) => Some(crypto),
            (ToleranceKind::Fiat, Anchor::Crypto) => Some(fiat),
            (ToleranceKind::Fiat, Anchor::Fiat) => crypto.checked_mul(self.rate),
        };
        moved.is_some_and(|moved| moved <= tolerance.value)
    }

    pub(super) fn fees(&self) -> Value {
        json!({
            "platform_fee": with_places(self.platform_fee, 6),
            "platform_fee_pct": Shown::Number(PLATFORM_FEE_PCT),
            "partner_fee": with_places(self.partner_fee, 6),
            "partner_fee_pct": Shown::Number(self.partner_pct),
            "total_fee": with_places(self.platform_fee + self.partner_fee, 6),
        })
    }
}

fn six(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(6, MidpointAwayFromZero)
}

fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn price(anchor: Anchor, asked: &str, rate: &str, rounding: Funding) -> Price {
        let (asked, rate) = (decimal(asked), decimal(rate));
        Price::new(anchor, asked, rate, Decimal::ONE, "NGN", rounding).unwrap()
    }

    #[track_caller]
    fn figures(price: &Price) -> [String; 5] {
        [
            price.crypto_amount,
            price.platform_fee,
            price.partner_fee,
            price.fiat_amount,
            price.funding,
        ]
        .map(|figure| with_places(figure, 2))
    }

    #[test]
    fn a_hundred_tokens_come_to_the_contracts_figures() {
        let price = price(Anchor::Crypto, "100", "1530.12", Funding::Unrounded);
        let expected = ["99.02439", "1.463415", "0.97561", "149280.00", "100.00"];
        assert_eq!(figures(&price), expected);
        let fees = price.fees().to_string();
        assert!(fees.contains(r#""partner_fee":"0.975610""#), "{fees}");
        assert!(fees.contains(r#""total_fee":"2.439025""#), "{fees}");
        assert!(fees.contains(r#""platform_fee_pct":1.5"#), "{fees}");
    }

    #[test]
    fn half_a_million_naira_come_to_the_contracts_figures() {
        let unrounded = price(Anchor::Fiat, "500000", "1530.12", Funding::Unrounded);
        let expected = [
            "331.673333",
            "4.901576",
            "3.267718",
            "500000.00",
            "334.94105",
        ];
        assert_eq!(figures(&unrounded), expected);
        let printed = price(Anchor::Fiat, "500000", "1530.12", Funding::PrintedParts);
        assert_eq!(printed.funding, decimal("334.941051"));
    }

    #[test]
    fn a_tolerance_is_in_percent_in_crypto_or_in_fiat() {
        let quoted = price(Anchor::Crypto, "100", "1500", Funding::Unrounded);
        let now = price(Anchor::Crypto, "100", "1485", Funding::Unrounded);
        let within = |kind, value: &str| {
            let value = decimal(value);
            now.is_within(Tolerance { kind, value }, &quoted)
        };
        assert!(within(ToleranceKind::Percent, "1.001"));
        assert!(!within(ToleranceKind::Percent, "0.99"));
        assert!(within(ToleranceKind::Fiat, "1464"));
        assert!(!within(ToleranceKind::Fiat, "1462"));
        assert!(within(ToleranceKind::Amount, "1"));
        assert!(!within(ToleranceKind::Amount, "0.5"));
        assert!(!within(ToleranceKind::Percent, "0"));
        assert!(quoted.is_within(
            Tolerance {
                kind: ToleranceKind::Percent,
                value: Decimal::ZERO
            },
            &quoted
        ));
    }

    #[test]
    fn what_has_too_many_digits_has_no_price() {
        let price = Price::new(
            Anchor::Crypto,
            Decimal::MAX,
            decimal("1530.12"),
            Decimal::ONE,
            "NGN",
            Funding::Unrounded,
        );
        assert_eq!(price, None);
    }
}

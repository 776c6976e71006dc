//! What arrived, beside what was agreed. Pure.

use offramp_domain::{money::Amount, quote::Guarantee};

use crate::{provider::Snapshot, store::OrderRecord};

/// How far the crypto may be off and still be paid out as it is, in thousandths: an assumption (A-13 of
/// the one contract with estimates).
const CRYPTO: u128 = 5;

/// How far a rate moves between a price and the arrival, in thousandths. What is off by more is not
/// the rate.
const FIAT: u128 = 20;

/// Whether another amount arrived than was agreed, as far as the provider's figures show it: what it
/// says of the crypto, or an estimate that changes by more than a rate does. A promised price says
/// nothing of it.
pub(super) fn is_another(order: &OrderRecord, snapshot: &Snapshot) -> bool {
    let expected = order.rate.checked_mul(order.crypto_amount);
    order.guarantee == Guarantee::Estimate
        && (is_off(snapshot.crypto_amount, order.crypto_amount, CRYPTO)
            || snapshot
                .fiat_amount
                .zip(expected)
                .is_some_and(|(fiat, expected)| is_off(fiat, expected, FIAT)))
}

fn is_off(found: Amount, agreed: Amount, per_mille: u128) -> bool {
    let off = found
        .checked_sub(agreed)
        .or_else(|| agreed.checked_sub(found));
    let allowed = Amount::new(per_mille, 3).and_then(|part| agreed.checked_mul(part));
    off.zip(allowed).is_some_and(|(off, allowed)| off > allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_off_beyond_its_tolerance_either_way() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        for (found, expected) in [
            ("100", false),
            ("99.5", false),
            ("100.5", false),
            ("99.499999", true),
            ("100.500001", true),
            ("0", true),
        ] {
            let found_off = is_off(amount(found), amount("100"), CRYPTO);
            assert_eq!(found_off, expected, "{found}");
        }
    }
}

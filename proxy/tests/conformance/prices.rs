//! Prices, and what may be made of them.

use anyhow::{Context as _, Result, bail, ensure};
use offramp_domain::quote::{Guarantee, QuoteKind};
use offramp_proxy::provider::{CreateOutcome, NewOrder, ProviderError, Refusal, Side};

use super::harness::{Harness, amount, made, new_order};

pub(crate) async fn amounts_keep_their_digits(harness: &dyn Harness) -> Result<()> {
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        let ask = harness.ask(QuoteKind::Firm, "100.123457")?;
        let quote = harness.provider().quote(&ask).await?;
        assert_eq!(quote.crypto_amount, ask.crypto_amount);
        let is_promised = harness.provider().capabilities().guarantee != Guarantee::Estimate;
        let exact = quote
            .crypto_amount
            .checked_mul(quote.rate)
            .context("a product")?;
        let difference = exact
            .checked_sub(quote.fiat_amount)
            .or(quote.fiat_amount.checked_sub(exact));
        // An estimate may be in whole cents already.
        let least = if is_promised { "0.000001" } else { "0.01" };
        ensure!(
            difference < amount(least).ok(),
            "{exact} and {}",
            quote.fiat_amount
        );
        let is_exact = harness.provider().capabilities().guarantee == Guarantee::Exact;
        ensure!(
            !is_exact || quote.fiat_amount.decimals() > 2,
            "{} is rounded",
            quote.fiat_amount
        );

        let order = NewOrder {
            quote_reference: quote.reference.clone(),
            crypto_amount: quote.crypto_amount,
            ..new_order(harness, "100").await?
        };
        let made = made(harness.provider().create(&order).await)?;
        let read = harness
            .provider()
            .read(&harness.verified_payer(), &made.reference)
            .await?;
        for snapshot in [made, read] {
            assert_eq!(snapshot.crypto_amount, quote.crypto_amount);
            if is_promised {
                assert_eq!(
                    (snapshot.fiat_amount, snapshot.rate),
                    (Some(quote.fiat_amount), Some(quote.rate))
                );
            }
        }
    }
    Ok(())
}

/// A price that nobody holds has no end and no id, and promises nothing.
pub(crate) async fn a_price_promises_what_it_says(harness: &dyn Harness) -> Result<()> {
    let capabilities = harness.provider().capabilities();
    let ask = harness.ask(QuoteKind::Firm, "100")?;
    let quote = harness.provider().quote(&ask).await?;
    assert_eq!(quote.kind, capabilities.quote_kind);
    let is_held = capabilities.quote_kind != QuoteKind::Indicative;
    assert_eq!(quote.reference.is_some(), is_held);
    assert_eq!(quote.expires_at.is_some(), is_held);
    ensure!(
        is_held || capabilities.guarantee == Guarantee::Estimate,
        "{:?} of a price that nobody holds",
        capabilities.guarantee
    );
    Ok(())
}

pub(crate) async fn an_indicative_price_locks_nothing(harness: &dyn Harness) -> Result<()> {
    let ask = harness.ask(QuoteKind::Indicative, "100")?;
    let quote = harness.provider().quote(&ask).await?;
    assert_eq!(
        (quote.kind, quote.reference, quote.expires_at),
        (QuoteKind::Indicative, None, None)
    );
    assert_eq!(quote.crypto_amount, ask.crypto_amount);
    Ok(())
}

pub(crate) async fn an_expired_quote_refuses_and_creates_nothing(
    harness: &dyn Harness,
) -> Result<()> {
    if !holds_prices(harness) {
        return Ok(());
    }
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        let quote = harness
            .provider()
            .quote(&harness.ask(QuoteKind::Firm, "100")?)
            .await?;
        let order = new_order(harness, "100").await?;
        let life = quote.expires_at.context("an end")?.since(harness.now());
        harness.pass_time(life);
        let before = harness.orders();
        let outcome = harness.provider().create(&order).await;
        ensure!(
            matches!(outcome, CreateOutcome::Refused(Refusal::QuoteExpired)),
            "{outcome:?}"
        );
        assert_eq!(harness.orders(), before);
    }
    Ok(())
}

fn holds_prices(harness: &dyn Harness) -> bool {
    harness.provider().capabilities().quote_kind != QuoteKind::Indicative
}

pub(crate) async fn a_quote_makes_one_order(harness: &dyn Harness) -> Result<()> {
    if !holds_prices(harness) {
        return Ok(());
    }
    let order = new_order(harness, "100").await?;
    made(harness.provider().create(&order).await)?;
    let outcome = harness.provider().create(&order).await;
    // That it was used may be said of the first create's own repetition: then its order is found.
    let is_refused = match &outcome {
        CreateOutcome::Refused(_) => true,
        CreateOutcome::Uncertain(_) => harness.provider().capabilities().finds_lost,
        CreateOutcome::Created(_) | CreateOutcome::NotSent(_) => false,
    };
    ensure!(is_refused, "{outcome:?}");
    assert_eq!(harness.orders(), 1);
    Ok(())
}

pub(crate) async fn what_is_not_traded_is_refused(harness: &dyn Harness) -> Result<()> {
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        let ask = harness.ask_for_what_is_not_traded()?;
        let refused = harness.provider().quote(&ask).await;
        ensure!(
            matches!(
                refused,
                Err(ProviderError::Refused(Refusal::AssetUnavailable))
            ),
            "{refused:?}"
        );
    }
    Ok(())
}

pub(crate) async fn an_amount_out_of_range_is_refused_with_its_limits(
    harness: &dyn Harness,
) -> Result<()> {
    // Where the price is refused, there is nothing to make an order of.
    if harness.provider().capabilities().quote_needs_destination {
        let ask = harness.ask(QuoteKind::Firm, "1")?;
        let refused = harness.provider().quote(&ask).await;
        ensure!(
            matches!(refused, Err(ProviderError::Refused(_))),
            "{refused:?}"
        );
        return Ok(());
    }
    let order = new_order(harness, "1").await?;
    let outcome = harness.provider().create(&order).await;
    let CreateOutcome::Refused(Refusal::AmountOutOfRange { min, max, side }) = outcome else {
        bail!("{outcome:?}")
    };
    assert_eq!(side, Side::Crypto);
    let fits = max.is_none_or(|max| Some(max) > min);
    ensure!(min > amount("1").ok() && fits, "{min:?} to {max:?}");
    assert_eq!(harness.orders(), 0);
    Ok(())
}

//! Payers: who may sell, who sees what, and which accounts are paid.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use offramp_domain::api::VerificationStatus;
use offramp_proxy::provider::{CreateOutcome, NewOrder, Part, ProviderError, Refusal};
use secrecy::ExposeSecret as _;

use super::harness::{Harness, created, made, new_order, order_for};

pub(crate) async fn a_payer_who_is_not_verified_is_refused(harness: &dyn Harness) -> Result<()> {
    let provider = harness.provider();
    // Where a price is for somebody's account already, it is refused there.
    if provider.capabilities().quote_needs_destination {
        let refused = provider.quote(&harness.unverified_ask()?).await;
        ensure!(
            matches!(
                refused,
                Err(ProviderError::Refused(Refusal::NotVerified { .. }))
            ),
            "{refused:?}"
        );
        return Ok(());
    }
    let order = NewOrder {
        user: harness.unverified_payer(),
        ..new_order(harness, "100").await?
    };
    let outcome = provider.create(&order).await;
    ensure!(
        matches!(outcome, CreateOutcome::Refused(Refusal::NotVerified { .. })),
        "{outcome:?}"
    );
    assert_eq!(harness.orders(), 0);
    Ok(())
}

pub(crate) async fn the_verification_of_a_payer_is_known(harness: &dyn Harness) -> Result<()> {
    let provider = harness.provider();
    let verified = provider.verification(&harness.verified_payer()).await?;
    assert_eq!(verified.status, VerificationStatus::Verified);
    let unverified = provider.verification(&harness.unverified_payer()).await?;
    assert_eq!(unverified.status, VerificationStatus::Required);
    Ok(())
}

pub(crate) async fn a_new_payer_is_registered_once(harness: &dyn Harness) -> Result<()> {
    let payer = harness.new_payer()?;
    let user = harness.provider().register(&payer).await?.user;
    let verification = harness.provider().verification(&user).await?;
    assert_eq!(verification.status, VerificationStatus::Required);
    let again = harness.provider().register(&payer).await;
    let is_once = match &again {
        Ok(registered) => registered.user == user,
        Err(error) => matches!(error, ProviderError::Refused(_)),
    };
    ensure!(is_once, "{again:?}");
    Ok(())
}

pub(crate) async fn an_order_is_shown_to_its_payer_only(harness: &dyn Harness) -> Result<()> {
    let order = created(harness, "100").await?;
    // Where nothing is said of who is paid, nothing is said of who pays: the proxy alone knows.
    let capabilities = harness.provider().capabilities();
    if !capabilities.unsaid.contains(&Part::Account) {
        let read = harness
            .provider()
            .read(&harness.another_payer(), &order.reference)
            .await;
        ensure!(read.is_err(), "{read:?}");
    }
    let since = harness.now().minus(Duration::from_mins(1));
    let listing = harness
        .provider()
        .list(&harness.another_payer(), since)
        .await?;
    assert_eq!(listing.complete, capabilities.finds_lost);
    // A list of everybody's orders says whose each is.
    ensure!(
        listing.orders.iter().all(|order| order.our_id.is_some()),
        "{listing:?}"
    );
    Ok(())
}

pub(crate) async fn nobody_is_paid_on_the_saved_account_of_another(
    harness: &dyn Harness,
) -> Result<()> {
    let provider = harness.provider();
    if !provider.capabilities().quote_needs_destination {
        return Ok(());
    }
    let refused = provider.quote(&harness.foreign_ask()?).await;
    ensure!(
        matches!(refused, Err(ProviderError::Refused(Refusal::NotFound))),
        "{refused:?}"
    );
    Ok(())
}

pub(crate) async fn every_kind_of_account_is_taken(harness: &dyn Harness) -> Result<()> {
    let unsaid = harness.provider().capabilities().unsaid;
    for (ask, payee, number) in harness.accounts().await? {
        let currency = ask.currency;
        let order = order_for(harness, &ask, payee).await?;
        let made = made(harness.provider().create(&order).await)?;
        let read = harness
            .provider()
            .read(&order.user, &made.reference)
            .await?;
        for snapshot in [made, read] {
            if !unsaid.contains(&Part::Currency) {
                assert_eq!(snapshot.currency, Some(currency));
            }
            if !unsaid.contains(&Part::Account) {
                let paid = snapshot.account.context("an account")?;
                assert_eq!(Some(paid.expose_secret()), number.as_deref());
            }
        }
    }
    Ok(())
}

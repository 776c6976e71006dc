//! Payers: who may sell, who sees what, and which accounts are paid.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use offramp_domain::{
    api::VerificationStatus,
    bank::{CountryCode, FieldKey},
    money::Currency,
    quote::QuoteKind,
};
use offramp_proxy::provider::{CreateOutcome, NewOrder, Payee, ProviderError, Refusal};
use secrecy::ExposeSecret as _;

use super::harness::{Harness, account, created, made, mexican_account, new_order, order_for};

pub(crate) async fn a_payer_who_is_not_verified_is_refused(harness: &dyn Harness) -> Result<()> {
    let order = NewOrder {
        user: harness.unverified_payer(),
        ..new_order(harness, "100").await?
    };
    let outcome = harness.provider().create(&order).await;
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
    ensure!(
        matches!(again, Err(ProviderError::Refused { .. })),
        "{again:?}"
    );
    Ok(())
}

pub(crate) async fn an_order_is_shown_to_its_payer_only(harness: &dyn Harness) -> Result<()> {
    let order = created(harness, "100").await?;
    let read = harness
        .provider()
        .read(&harness.another_payer(), &order.reference)
        .await;
    ensure!(read.is_err(), "{read:?}");
    let since = harness.now().minus(Duration::from_mins(1));
    let listing = harness
        .provider()
        .list(&harness.another_payer(), since)
        .await?;
    ensure!(listing.complete && listing.orders.is_empty(), "{listing:?}");
    Ok(())
}

pub(crate) async fn every_kind_of_account_is_taken(harness: &dyn Harness) -> Result<()> {
    let accounts = [
        (Currency::Mxn, mexican_account()?),
        (
            Currency::Dop,
            account(
                CountryCode::Do,
                &[
                    (FieldKey::BankName, "Banreservas"),
                    (FieldKey::AccountType, "savings"),
                    (FieldKey::AccountNumber, "9602915498"),
                    (FieldKey::DocumentType, "cedula"),
                    (FieldKey::DocumentIdentifier, "00113918205"),
                ],
            )?,
        ),
        (
            Currency::Usd,
            account(
                CountryCode::Us,
                &[
                    (FieldKey::RoutingNumber, "021000021"),
                    (FieldKey::AccountNumber, "000123456789"),
                    (FieldKey::BankName, "JPMorgan Chase"),
                    (FieldKey::HolderType, "individual"),
                    (FieldKey::FirstName, "Ana"),
                    (FieldKey::LastName, "López"),
                    (FieldKey::StreetLine1, "1 Main St"),
                    (FieldKey::City, "San Francisco"),
                    (FieldKey::PostalCode, "94103"),
                    (FieldKey::AddressCountry, "US"),
                ],
            )?,
        ),
        (
            Currency::Eur,
            account(
                CountryCode::Sepa,
                &[
                    (FieldKey::Iban, "DE89370400440532013000"),
                    (FieldKey::Bic, "COBADEFFXXX"),
                    (FieldKey::BankName, "Commerzbank"),
                    (FieldKey::HolderType, "business"),
                    (FieldKey::BusinessName, "Acme GmbH"),
                ],
            )?,
        ),
    ];
    for (currency, destination) in accounts {
        let mut ask = harness.ask(QuoteKind::Firm, "100")?;
        (ask.currency, ask.country) = (currency, destination.country().code);
        let number = destination.account().to_owned();
        let order = order_for(harness, &ask, Payee::Given(destination)).await?;
        let made = made(harness.provider().create(&order).await)?;
        assert_eq!(made.currency, Some(currency));
        let read = harness
            .provider()
            .read(&harness.verified_payer(), &made.reference)
            .await?;
        for snapshot in [made, read] {
            let paid = snapshot.account.context("an account")?;
            assert_eq!(paid.expose_secret(), number);
        }
    }
    Ok(())
}

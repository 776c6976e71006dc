//! A bank account that will not do: found by the form, or said by the provider.

use anyhow::{Context as _, Result, ensure};
use offramp_domain::order::OrderState;
use offramp_e2e::{
    Checkout, Screen, Step,
    accounts::{DOMINICAN_REPUBLIC, MEXICO, SEPA, UNITED_STATES},
    journey::journey,
};
use offramp_simulator::{Operation, Refusal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clabe_is_refused_in_words_that_help() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        let screen = checkout.to_bank("100", &MEXICO).await?;
        ensure!(screen.problems.is_empty(), "an empty form is not wrong yet");
        checkout.press("continue").await?;
        let screen = refused(checkout, "clabe", "Falta este dato").await?;
        ensure!(
            screen.focus == "input:clabe",
            "{} has the focus",
            screen.focus
        );
        ensure!(!screen.alerts.is_empty());

        for (typed, said) in [
            ("4152 3133 4567 8901", "tarjeta"),
            ("014680260346007121", "dígito equivocado"),
            ("01468026034600712", "deben ser 18"),
            ("999680260346007122", "Ningún banco"),
        ] {
            checkout.answer("clabe", typed).await?;
            checkout.press("continue").await?;
            refused(checkout, "clabe", said).await?;
        }

        checkout.answer("clabe", MEXICO.number).await?;
        let screen = checkout
            .until("no more problem", |screen| screen.problems.is_empty())
            .await?;
        ensure!(screen.is(Step::Bank));
        ensure!(checkout.text("bank-name").await?.contains("Santander"));
        checkout.press("continue").await?;
        checkout.reaches(Step::Confirm).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_answer_is_marked_at_once() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_bank("100", &UNITED_STATES).await?;
        checkout.fill_bank(&UNITED_STATES).await?;
        checkout.answer("routing_number", "011000016").await?;
        checkout
            .answer("account_number_again", "0123456780")
            .await?;
        checkout.answer("city", "").await?;
        checkout.press("continue").await?;

        let screen = refused(checkout, "routing_number", "dígito equivocado").await?;
        let again = screen.problem("account_number_again");
        ensure!(again.is_some_and(|said| said.contains("No es igual")));
        ensure!(screen.problem("city").is_some());
        ensure!(screen.focus == "input:routing_number", "{}", screen.focus);
        let summary = checkout.text("error-summary").await?;
        for label in ["Número de ruta", "Repite el número", "Ciudad"] {
            ensure!(summary.contains(label), "{label} is not in {summary}");
        }

        checkout.fill_bank(&UNITED_STATES).await?;
        checkout.press("continue").await?;
        checkout.reaches(Step::Confirm).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_and_bank_codes_are_checked_against_the_account() -> Result<()> {
    journey(async |journey| {
        let checkout = journey.open().await?;
        checkout.to_bank("100", &DOMINICAN_REPUBLIC).await?;
        checkout.fill_bank(&DOMINICAN_REPUBLIC).await?;
        checkout
            .answer("document_identifier", "001-1391820-6")
            .await?;
        checkout.press("continue").await?;
        refused(checkout, "document_identifier", "dígito equivocado").await?;

        checkout.press("back").await?;
        checkout.to_bank("100", &SEPA).await?;
        checkout.fill_bank(&SEPA).await?;
        checkout.answer("bic", "BNPAFRPP").await?;
        checkout.press("continue").await?;
        refused(checkout, "bic", "países distintos").await?;

        // What was typed for the other country is still there.
        checkout.press("back").await?;
        checkout.to_bank("100", &DOMINICAN_REPUBLIC).await?;
        ensure!(checkout.value("bank_name").await? == "Banreservas");
        ensure!(checkout.value("document_type").await? == "cedula");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_refuses_can_be_changed_and_sent_again() -> Result<()> {
    journey(async |journey| {
        let capa = journey.stack.capa();
        let checkout = journey.open().await?;
        checkout.to_confirm("100", &MEXICO).await?;
        capa.refuse_with(Operation::Create, &Refusal::InvalidInput, 1);
        checkout.press("confirm").await?;

        let screen = checkout.offers("change-bank").await?;
        ensure!(screen.is(Step::Confirm));
        let alert = screen.alerts.first().context("nothing is said")?;
        ensure!(alert.contains("no lo aceptó"), "{alert}");
        ensure!(
            checkout
                .text("request-id")
                .await?
                .contains("Código de ayuda")
        );
        checkout.press("change-bank").await?;
        checkout.reaches(Step::Bank).await?;
        let clabe = checkout.value("clabe").await?;
        ensure!(clabe.replace(' ', "") == MEXICO.number, "{clabe}");

        checkout.press("continue").await?;
        checkout.press("confirm").await?;
        checkout.shows(OrderState::AwaitingDeposit).await?;
        ensure!(capa.transactions().len() == 1);
        Ok(())
    })
    .await
}

/// Waits until a control is marked as wrong in these words.
async fn refused(checkout: &Checkout, name: &str, words: &str) -> Result<Screen> {
    let what = format!("{name} is refused with “{words}”");
    let is_refused = |screen: &Screen| {
        screen
            .problem(name)
            .is_some_and(|said| said.contains(words))
    };
    checkout.until(&what, is_refused).await
}

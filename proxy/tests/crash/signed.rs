//! Orders that a signature moves: paid, confirmed and brought back.

use anyhow::{Result, ensure};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{AUTHORISE, CONFIRM, Payer, REFUND};
use crate::{
    flight::{Call, Flight, in_flight},
    page::{Actor, Page, id, state},
    point::Choice,
    program::Program,
    theirs::Stage,
    wallet::Wallet,
};

impl Payer {
    /// A wallet of their own, linked, with crypto in it.
    pub(super) async fn linked(&self, page: &Page) -> Result<Wallet> {
        let wallet = Wallet::new(&HEXLOWER.encode(&Sha256::digest(&self.user)))?;
        page.link(&wallet).await?;
        self.provider.mint(&wallet.address())?;
        Ok(wallet)
    }

    /// Has a wallet pay: the partner's or the payer's. What there is news about comes back.
    pub(super) async fn have_it_paid(
        &mut self,
        page: &Page,
        program: &mut Program,
        choice: Option<Choice>,
        order: &Value,
    ) -> Result<Option<String>> {
        let is_nowhere = order["deposit"]["address"].is_null();
        ensure!(is_nowhere, "an address is shown: {order}");
        let id = id(order)?;
        if state(order) == "awaiting_deposit" || self.ever_sent(&id, AUTHORISE) {
            if !self.ever_sent(&id, AUTHORISE) {
                let is_untouched = self.books().iter().all(|theirs| theirs.signatures == 0);
                ensure!(is_untouched, "a signature that nobody authorised");
            }
            let flight = Flight::of(Call::Signature, choice, &self.provider, &self.user);
            let amount = &order["crypto"]["amount"];
            let debit = json!({ "crypto_amount": amount, "reference": format!("debit-{id}") });
            let authorised = self.sign(page, &id, AUTHORISE, debit);
            in_flight(flight, program, authorised).await?;
        }
        let books = self.books();
        let mut open = books
            .into_iter()
            .filter(|theirs| !matches!(theirs.stage, Stage::Off | Stage::Paid));
        let news = open.next().map(|theirs| theirs.id);
        Ok(news.filter(|theirs| !self.acknowledged.contains(theirs)))
    }

    /// Says that the money arrived, once it is asked.
    pub(super) async fn confirm(
        &mut self,
        page: &Page,
        program: &mut Program,
        choice: Option<Choice>,
        id: &str,
    ) -> Result<()> {
        if !self.ever_sent(id, CONFIRM) {
            self.becomes(page, id, &["awaiting_confirmation"]).await?;
            let is_untouched = self.books().iter().all(|theirs| theirs.confirmations == 0);
            ensure!(is_untouched, "confirmed by nobody");
        }
        let flight = Flight::of(Call::Confirmation, choice, &self.provider, &self.user);
        let body = json!({});
        let confirmed = self.act_once(page, Actor::Payer, id, CONFIRM, &body);
        in_flight(flight, program, confirmed).await
    }

    /// Has what was paid back, once it is owed.
    pub(super) async fn have_it_back(
        &mut self,
        page: &Page,
        program: &mut Program,
        choice: Option<Choice>,
        id: &str,
    ) -> Result<()> {
        if !self.ever_sent(id, REFUND) {
            self.becomes(page, id, &["refund_required"]).await?;
            let is_untouched = self.books().iter().all(|theirs| theirs.refunds == 0);
            ensure!(is_untouched, "a refund that nobody asked for");
        }
        let flight = Flight::of(Call::Refund, choice, &self.provider, &self.user);
        let back = self.sign(page, id, REFUND, json!({}));
        in_flight(flight, program, back).await
    }

    /// Has a wallet sign, once: the partner's on its word, the payer's own by itself.
    async fn sign(
        &mut self,
        page: &Page,
        id: &str,
        action: &'static str,
        word: Value,
    ) -> Result<()> {
        let Some(wallet) = &self.wallet else {
            return self.act_once(page, Actor::Partner, id, action, &word).await;
        };
        let signed = if self.ever_sent(id, action) {
            Value::Null
        } else {
            page.signed(wallet, id, action).await?
        };
        self.act_once(page, Actor::Payer, id, action, &signed).await
    }
}

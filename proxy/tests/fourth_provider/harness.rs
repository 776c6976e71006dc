//! Tinta, before its stand-in on a real socket, for the shared suite.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use offramp_domain::{
    api::PayerRef,
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    provider::{Payee, Provider, ProviderRef, ProviderUserId, QuoteAsk},
    providers::timeouts::Timeouts,
};
use offramp_simulator::{Clock, Config, Fault, Operation, Simulator};

use super::{
    fourth_provider::{
        adapter::Tinta,
        mounted,
        twin::{self, KEY, UNVERIFIED, VERIFIED},
    },
    harness::{Harness, amount, answered},
    stand_in::{Adapters, IMPATIENT, NOON, StandIn, one_call},
    table::Asked,
};

const WRONG_KEY: &str = "sim_another_key";
const IBAN: &str = "ES9121000418450200051332";

#[derive(Debug)]
pub(crate) struct TintaHarness {
    stand_in: StandIn,
    adapters: Adapters,
    tinta: twin::Tinta,
}

impl TintaHarness {
    pub(crate) async fn start() -> Result<Self> {
        let simulator = Simulator::of(&mounted(), Config::default(), Clock::held_at(NOON));
        let tinta = simulator.twin::<twin::Tinta>().context("it is mounted")?;
        let tinta = tinta.clone();
        let stand_in = StandIn::around(simulator).await?;
        let adapter = |key: &str, timeouts| -> Result<Box<dyn Provider>> {
            let base = format!("{}/tinta", stand_in.url).parse()?;
            let tinta = Tinta::new(base, &key.into(), timeouts, one_call(), stand_in.clock())?;
            Ok(Box::new(tinta))
        };
        let short = Timeouts {
            connect: IMPATIENT / 2,
            headers: IMPATIENT,
            quote: IMPATIENT,
            create: IMPATIENT,
            other: IMPATIENT,
        };
        let adapters = Adapters {
            usual: adapter(KEY, Timeouts::default())?,
            impatient: adapter(KEY, short)?,
            with_a_wrong_key: adapter(WRONG_KEY, Timeouts::default())?,
        };
        Ok(Self {
            stand_in,
            adapters,
            tinta,
        })
    }
}

fn user(id: &str) -> ProviderUserId {
    ProviderUserId(id.to_owned())
}

#[async_trait]
impl Harness for TintaHarness {
    fn stand_in(&self) -> &StandIn {
        &self.stand_in
    }

    fn adapters(&self) -> &Adapters {
        &self.adapters
    }

    fn secrets(&self) -> Vec<String> {
        [KEY, WRONG_KEY, IBAN].map(str::to_owned).to_vec()
    }

    fn dialects(&self) -> usize {
        1
    }

    fn speak(&self, _dialect: usize) {}

    fn verified_payer(&self) -> ProviderUserId {
        user(VERIFIED[0])
    }

    fn another_payer(&self) -> ProviderUserId {
        user(VERIFIED[1])
    }

    fn unverified_payer(&self) -> ProviderUserId {
        user(UNVERIFIED)
    }

    fn new_payer(&self) -> Result<PayerRef> {
        Ok(serde_json::from_value(
            serde_json::json!({ "id": "cust-new" }),
        )?)
    }

    fn unknown_order(&self) -> ProviderRef {
        ProviderRef("s-0".to_owned())
    }

    fn ask(&self, kind: QuoteKind, crypto_amount: &str) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            user: self.verified_payer(),
            account: None,
            kind,
            token: Token::Usdc,
            network: Network::Pol,
            country: CountryCode::Sepa,
            currency: Currency::Eur,
            crypto_amount: amount(crypto_amount)?,
        })
    }

    async fn payee(&self) -> Result<(Payee, Option<String>)> {
        let form = self.provider().form(CountryCode::Sepa).await?;
        let details = answered(CountryCode::Sepa, &form, &[("iban", IBAN)])?;
        Ok((Payee::Listed(details), Some(IBAN.to_owned())))
    }

    async fn accounts(&self) -> Result<Vec<(QuoteAsk, Payee, Option<String>)>> {
        let (payee, number) = self.payee().await?;
        Ok(vec![(self.ask(QuoteKind::Firm, "100")?, payee, number)])
    }

    fn statuses(&self) -> &'static [&'static str] {
        &["waiting", "arrived", "paid", "cancelled"]
    }

    /// Every amount is a text.
    fn has_numbers(&self, _asked: Asked) -> bool {
        false
    }

    fn keeps_history(&self) -> bool {
        false
    }

    /// To the second, as the header `Date` is.
    fn tick(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn ask_for_what_is_not_traded(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            network: Network::Eth,
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    fn fail_once(&self, operation: Operation, fault: Fault) {
        self.tinta.fail_once(operation, fault);
    }

    fn clear_faults(&self) {
        self.tinta.faults().clear();
    }

    fn requests(&self, operation: Operation) -> u64 {
        self.tinta.faults().requests(operation)
    }

    fn orders(&self) -> usize {
        self.tinta.sales()
    }

    async fn deposit(&self, reference: &ProviderRef) -> Result<()> {
        ensure!(self.tinta.deposit(&reference.0), "no such sale");
        Ok(())
    }

    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()> {
        let forced = self.tinta.force_status(&reference.0, status);
        ensure!(forced, "no such sale");
        Ok(())
    }
}

//! CryptoPocket, before its stand-in on a real socket.

use anyhow::{Result, ensure};
use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{Form, PayerRef},
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    provider::{Payee, Provider, ProviderRef, ProviderUserId, QuoteAsk},
    providers::cryptopocket::{CryptoPocket, Settings, Timeouts},
};
use offramp_simulator::{
    Config, CryptoPocketKeys, Deposit, Fault, Operation, Pick,
    providers::cryptopocket::{
        ErrorShape, EventNames, Knobs, KycAnswer, List, SignatureText, SuccessWord, TokenAnswer,
        UserIds, WebhookId,
        seed::{ARGENTINE, CHILEAN, COLOMBIAN, EUROPEAN, MEXICAN, PERUVIAN, UNVERIFIED},
    },
};

use super::{
    harness::{Harness, amount, answered},
    stand_in::{Adapters, IMPATIENT, StandIn, one_call},
    table::Asked,
};

const KEY: &str = "sim_cryptopocket_key";
const SECRET: &str = "sim_cryptopocket_secret";
const WRONG_SECRET: &str = "sim_another_secret";
const IBAN: &str = "ES9121000418450200051332";

/// Accounts that were given at registration.
const REGISTERED: [(u64, CountryCode, Currency, &str); 5] = [
    (MEXICAN, CountryCode::Mx, Currency::Mxn, "BBVA"),
    (COLOMBIAN, CountryCode::Co, Currency::Cop, "Bancolombia"),
    (CHILEAN, CountryCode::Cl, Currency::Clp, "Banco de Chile"),
    (PERUVIAN, CountryCode::Pe, Currency::Pen, "BCP"),
    (ARGENTINE, CountryCode::Ar, Currency::Ars, "Banco Galicia"),
];

#[derive(Debug)]
pub(crate) struct PocketHarness {
    stand_in: StandIn,
    adapters: Adapters,
}

impl PocketHarness {
    pub(crate) async fn start() -> Result<Self> {
        let stand_in = StandIn::start(Config {
            cryptopocket: CryptoPocketKeys {
                key: KEY.to_owned(),
                secret: SECRET.to_owned(),
            },
            ..Config::default()
        })
        .await?;
        let simulator = &stand_in.simulator;
        simulator
            .cryptopocket()
            .set_webhook(Some(&stand_in.inbox_url));
        let pocket = |secret: &str, timeouts| -> Result<Box<dyn Provider>> {
            let settings = Settings {
                base_url: format!("{}/cryptopocket/api", stand_in.url).parse()?,
                api_key: KEY.into(),
                api_secret: secret.into(),
                quote_path: vec!["getRampoffQuote".to_owned()],
                list_path: vec!["getRampoffList".to_owned()],
                public_url: None,
                timeouts,
                policy: one_call(),
            };
            Ok(Box::new(CryptoPocket::new(settings, stand_in.clock())?))
        };
        let short = Timeouts {
            connect: IMPATIENT / 2,
            authenticate: IMPATIENT,
            quote: IMPATIENT,
            create: IMPATIENT,
            other: IMPATIENT,
        };
        let adapters = Adapters {
            usual: pocket(SECRET, Timeouts::default())?,
            impatient: pocket(SECRET, short)?,
            with_a_wrong_key: pocket(WRONG_SECRET, Timeouts::default())?,
        };
        // What is looked at is the call itself, not how a token is had for it.
        adapters.impatient.verification(&user(EUROPEAN)).await?;
        Ok(Self { stand_in, adapters })
    }
}

fn user(id: u64) -> ProviderUserId {
    ProviderUserId(id.to_string())
}

#[async_trait]
impl Harness for PocketHarness {
    fn stand_in(&self) -> &StandIn {
        &self.stand_in
    }

    fn adapters(&self) -> &Adapters {
        &self.adapters
    }

    fn secrets(&self) -> Vec<String> {
        [KEY, SECRET, WRONG_SECRET, IBAN]
            .map(str::to_owned)
            .to_vec()
    }

    fn dialects(&self) -> usize {
        dialects().len()
    }

    fn speak(&self, dialect: usize) {
        let knobs = dialects().swap_remove(dialect);
        self.stand_in.simulator.cryptopocket().set_knobs(knobs);
        // The next call has the token written in that dialect, too.
        self.stand_in.simulator.cryptopocket().expire_tokens();
    }

    fn verified_payer(&self) -> ProviderUserId {
        user(EUROPEAN)
    }

    fn another_payer(&self) -> ProviderUserId {
        user(COLOMBIAN)
    }

    fn unverified_payer(&self) -> ProviderUserId {
        user(UNVERIFIED)
    }

    fn new_payer(&self) -> Result<PayerRef> {
        Ok(serde_json::from_value(serde_json::json!({
            "id": "cust-new", "name": "Nora Nueva", "email": "new@shop.example", "country": "CO",
            "document": { "type": "CED_CIU", "number": "1020304050" },
            "account": {
                "bank_name": "Bancolombia", "account_number": "12345678901",
                "account_type": "savings",
            },
        }))?)
    }

    fn unknown_order(&self) -> ProviderRef {
        ProviderRef("0000000000000000000000000".to_owned())
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
        let (sepa, iban) = self.payee().await?;
        let mut accounts = vec![(self.ask(QuoteKind::Firm, "100")?, sepa, iban)];
        for (id, country, currency, bank) in REGISTERED {
            let ask = QuoteAsk {
                user: user(id),
                token: Token::Usdt,
                network: Network::Bsc,
                country,
                currency,
                ..self.ask(QuoteKind::Firm, "10.000000000000000001")?
            };
            let form = self.provider().form(country).await?;
            ensure!(matches!(form, Form::Registered { .. }), "{form:?}");
            let details = answered(country, &form, &[("bank_name", bank)])?;
            accounts.push((ask, Payee::Registered(details), None));
        }
        Ok(accounts)
    }

    fn statuses(&self) -> &'static [&'static str] {
        &[
            "payment created",
            "started",
            "crypto_received",
            "finished",
            "expired",
            "failed",
            "refunded",
        ]
    }

    /// The amount of a price, and the decimals of an order.
    fn has_numbers(&self, asked: Asked) -> bool {
        [Asked::Price, Asked::Lock, Asked::Read, Asked::List].contains(&asked)
    }

    fn keeps_history(&self) -> bool {
        false
    }

    fn ask_for_what_is_not_traded(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            network: Network::Eth,
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    fn fail_once(&self, operation: Operation, fault: Fault) {
        self.stand_in
            .simulator
            .cryptopocket()
            .fault(operation, fault, 1);
    }

    fn clear_faults(&self) {
        self.stand_in.simulator.cryptopocket().clear_faults();
    }

    fn requests(&self, operation: Operation) -> u64 {
        self.stand_in.simulator.cryptopocket().requests(operation)
    }

    fn orders(&self) -> usize {
        self.stand_in.simulator.cryptopocket().orders().len()
    }

    async fn deposit(&self, reference: &ProviderRef) -> Result<()> {
        self.stand_in
            .simulator
            .cryptopocket()
            .deposit(Pick::Id(reference.0.clone()), Deposit::Exact)?;
        Ok(())
    }

    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()> {
        let pick = Pick::Id(reference.0.clone());
        self.stand_in
            .simulator
            .cryptopocket()
            .force_status(pick, status.parse()?)?;
        Ok(())
    }

    async fn webhook(&self, reference: &ProviderRef) -> Result<(HeaderMap, Vec<u8>)> {
        self.deposit(reference).await?;
        self.stand_in.webhook(reference).await
    }
}

/// What the documents contradict or leave open, and a client has to survive; the assumed position of
/// each first.
fn dialects() -> Vec<Knobs> {
    vec![
        Knobs::default(),
        Knobs {
            success: SuccessWord::Success,
            user_ids: UserIds::Strings,
            errors: ErrorShape::InMessage,
            token_answer: TokenAnswer::Token,
            kyc_answer: KycAnswer::Beside,
            list: List::Array,
            event_names: EventNames::Old,
            webhook_id: WebhookId::RampoffId,
            signature: SignatureText::UpperHex,
            ..Knobs::default()
        },
        Knobs {
            success: SuccessWord::Sucess,
            token_answer: TokenAnswer::AccessToken,
            webhook_id: WebhookId::PaymentId,
            signature: SignatureText::Base64,
            ..Knobs::default()
        },
        Knobs {
            token_answer: TokenAnswer::Bare,
            webhook_id: WebhookId::Id,
            ..Knobs::default()
        },
    ]
}

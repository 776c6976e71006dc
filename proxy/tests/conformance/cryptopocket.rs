//! CryptoPocket, before its stand-in on a real socket.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use axum::{Router, body::Bytes, extract::State, routing::post};
use http::HeaderMap;
use offramp_domain::{
    api::{Form, PayerRef},
    bank::{CountryCode, ListedDetails},
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::{
    clock,
    outgoing::Policy,
    provider::{Payee, Provider, ProviderRef, ProviderUserId, QuoteAsk},
    providers::cryptopocket::{CryptoPocket, Settings, Timeouts},
};
use offramp_simulator::{
    Clock, Config, CryptoPocketKeys, Deposit, Fault, Moment, Operation, Pick, Shut, Simulator,
    providers::cryptopocket::{
        ErrorShape, EventNames, Knobs, KycAnswer, List, SignatureText, SuccessWord, TokenAnswer,
        UserIds, WebhookId,
        seed::{ARGENTINE, CHILEAN, COLOMBIAN, EUROPEAN, MEXICAN, PERUVIAN, UNVERIFIED},
    },
};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use super::{
    harness::{Harness, amount},
    table::Asked,
};

const KEY: &str = "sim_cryptopocket_key";
const SECRET: &str = "sim_cryptopocket_secret";
const WRONG_SECRET: &str = "sim_another_secret";
const IBAN: &str = "ES9121000418450200051332";

/// Noon of 1 May 2026: the clock stands still unless a test moves it.
const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// Far more than a healthy answer needs, and short enough to wait for.
const IMPATIENT: Duration = Duration::from_millis(1_500);

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
    simulator: Simulator,
    provider: CryptoPocket,
    impatient: CryptoPocket,
    with_a_wrong_key: CryptoPocket,
    webhooks: Mutex<mpsc::UnboundedReceiver<(HeaderMap, Bytes)>>,
    servers: Vec<JoinHandle<()>>,
}

impl PocketHarness {
    pub(crate) async fn start() -> Result<Self> {
        let (sender, webhooks) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let inbox_url = format!("http://{}/webhooks/cryptopocket", listener.local_addr()?);
        let inbox = Router::new()
            .route("/webhooks/cryptopocket", post(take_in))
            .with_state(Arc::new(sender));
        let inbox = tokio::spawn(async move {
            let _ = axum::serve(listener, inbox).await;
        });

        let config = Config {
            cryptopocket: CryptoPocketKeys {
                key: KEY.to_owned(),
                secret: SECRET.to_owned(),
            },
            ..Config::default()
        };
        let simulator = Simulator::new(config, Clock::held_at(NOON));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}/cryptopocket/api", listener.local_addr()?);
        let server = offramp_simulator::run(listener, simulator.clone(), std::future::pending());
        let server = tokio::spawn(async move {
            let _ = server.await;
        });
        simulator.cryptopocket().set_webhook(Some(&inbox_url));

        // Each promise is about one call: what is repeated, and when nothing is sent, is tested by
        // itself.
        let policy = Policy {
            repeats: 0,
            failures_to_open: NonZeroU32::MAX,
            ..Policy::default()
        };
        let theirs = simulator.clock().clone();
        let clock =
            clock::Clock::from_fn(move || Timestamp::from_millis(theirs.now().unix_millis()));
        let pocket = |secret: &str, timeouts| {
            let settings = Settings {
                base_url: base_url.parse().context("the simulator's address")?,
                api_key: KEY.into(),
                api_secret: secret.into(),
                quote_path: vec!["getRampoffQuote".to_owned()],
                list_path: vec!["getRampoffList".to_owned()],
                public_url: None,
                timeouts,
                policy,
            };
            CryptoPocket::new(settings, clock.clone()).map_err(anyhow::Error::from)
        };
        let short = Timeouts {
            connect: IMPATIENT / 2,
            authenticate: IMPATIENT,
            quote: IMPATIENT,
            create: IMPATIENT,
            other: IMPATIENT,
        };
        let harness = Self {
            provider: pocket(SECRET, Timeouts::default())?,
            impatient: pocket(SECRET, short)?,
            with_a_wrong_key: pocket(WRONG_SECRET, Timeouts::default())?,
            simulator,
            webhooks: Mutex::new(webhooks),
            servers: vec![inbox, server],
        };
        // What is looked at is the call itself, not how a token is had for it.
        let payer = harness.verified_payer();
        harness.impatient.verification(&payer).await?;
        Ok(harness)
    }
}

impl Drop for PocketHarness {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

async fn take_in(
    State(inbox): State<Arc<mpsc::UnboundedSender<(HeaderMap, Bytes)>>>,
    headers: HeaderMap,
    body: Bytes,
) {
    // Nobody listens any more at the end of a test.
    let _ = inbox.send((headers, body));
}

fn user(id: u64) -> ProviderUserId {
    ProviderUserId(id.to_string())
}

/// The answer to the one question of a form.
async fn answered(provider: &CryptoPocket, country: CountryCode, answer: &str) -> Result<Payee> {
    let form = provider.form(country).await?;
    let (Form::Fields { fields } | Form::Registered { fields }) = &form else {
        bail!("{form:?}")
    };
    let key = fields.first().context("a question")?.key.clone();
    let answers = [(key, answer.to_owned())];
    let details = ListedDetails::accept(country, fields, &answers, |_, _| true);
    let details = details.map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    Ok(match form {
        Form::Registered { .. } => Payee::Registered(details),
        Form::Fields { .. } | Form::BuiltIn => Payee::Listed(details),
    })
}

#[async_trait]
impl Harness for PocketHarness {
    fn provider(&self) -> &dyn Provider {
        &self.provider
    }

    fn impatient(&self) -> &dyn Provider {
        &self.impatient
    }

    fn with_a_wrong_key(&self) -> &dyn Provider {
        &self.with_a_wrong_key
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
        self.simulator.cryptopocket().set_knobs(knobs);
        // The next call has the token written in that dialect, too.
        self.simulator.cryptopocket().expire_tokens();
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
        let payee = answered(&self.provider, CountryCode::Sepa, IBAN).await?;
        Ok((payee, Some(IBAN.to_owned())))
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
            accounts.push((ask, answered(&self.provider, country, bank).await?, None));
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

    fn operation(&self, asked: Asked) -> Operation {
        match asked {
            Asked::Price | Asked::Lock => Operation::Quote,
            Asked::Create => Operation::Create,
            Asked::Read => Operation::Read,
            Asked::List => Operation::List,
            Asked::Verify => Operation::Kyc,
            // There are no such calls.
            Asked::Execute => Operation::Execute,
            Asked::Cancel => Operation::Cancel,
        }
    }

    /// The amount of a price, and the decimals of an order.
    fn has_numbers(&self, asked: Asked) -> bool {
        match asked {
            Asked::Price | Asked::Lock | Asked::Read | Asked::List => true,
            Asked::Create | Asked::Execute | Asked::Cancel | Asked::Verify => false,
        }
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

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.simulator.clock().now().unix_millis())
    }

    fn pass_time(&self, by: Duration) {
        self.simulator.clock().step(by);
    }

    fn fail_once(&self, operation: Operation, fault: Fault) {
        self.simulator.cryptopocket().fault(operation, fault, 1);
    }

    fn clear_faults(&self) {
        self.simulator.cryptopocket().clear_faults();
    }

    async fn shut_door(&self, how: Shut) {
        self.simulator.door().shut(how).await;
    }

    async fn open_door(&self) {
        self.simulator.door().open().await;
    }

    fn patience(&self) -> Duration {
        IMPATIENT
    }

    fn requests(&self, operation: Operation) -> u64 {
        self.simulator.cryptopocket().requests(operation)
    }

    fn orders(&self) -> usize {
        self.simulator.cryptopocket().orders().len()
    }

    async fn deposit(&self, reference: &ProviderRef) -> Result<()> {
        self.simulator
            .cryptopocket()
            .deposit(Pick::Id(reference.0.clone()), Deposit::Exact)?;
        Ok(())
    }

    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()> {
        let pick = Pick::Id(reference.0.clone());
        self.simulator
            .cryptopocket()
            .force_status(pick, status.parse()?)?;
        Ok(())
    }

    async fn webhook(&self, reference: &ProviderRef) -> Result<(HeaderMap, Vec<u8>)> {
        const PATIENCE: Duration = Duration::from_secs(20);
        self.deposit(reference).await?;
        let mut inbox = self.webhooks.lock().await;
        loop {
            let Some((headers, body)) = tokio::time::timeout(PATIENCE, inbox.recv()).await? else {
                bail!("there are no webhooks any more");
            };
            if String::from_utf8_lossy(&body).contains(&reference.0) {
                return Ok((headers, body.to_vec()));
            }
        }
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

//! Capa, before its stand-in on a real socket.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use axum::{Router, body::Bytes, extract::State, routing::post};
use http::HeaderMap;
use offramp_domain::{
    api::PayerRef,
    bank::{BankDetails, CountryCode, FieldKey},
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::{
    outgoing::Policy,
    provider::{Payee, Provider, ProviderRef, ProviderUserId, QuoteAsk},
    providers::capa::{Capa, Settings, Timeouts},
};
use offramp_simulator::{
    Clock, Config, Deposit, Fault, Knobs, Moment, Operation, Pick, Shut, Simulator, WebhookTarget,
    providers::capa::{
        CreatedAs, Decimals, ErrorShape, EventNames, ExecuteAnswer, ExtraFields,
        seed::{CUST_1, CUST_2, CUST_3},
    },
};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use super::{
    harness::{Harness, account, amount},
    table::Asked,
};

const KEY: &str = "sim_capa_key";
const WEBHOOK_SECRET: &str = "whsec_test";

/// Noon of 1 May 2026: the clock stands still unless a test moves it.
const NOON: Moment = Moment::from_unix_millis(1_777_636_800_000);

/// Far more than a healthy answer needs, and short enough to wait for.
const IMPATIENT: Duration = Duration::from_millis(1_500);

#[derive(Debug)]
pub(crate) struct CapaHarness {
    simulator: Simulator,
    provider: Capa,
    impatient: Capa,
    with_a_wrong_key: Capa,
    webhooks: Mutex<mpsc::UnboundedReceiver<(HeaderMap, Bytes)>>,
    servers: Vec<JoinHandle<()>>,
}

impl CapaHarness {
    pub(crate) async fn start() -> Result<Self> {
        let (sender, webhooks) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks/capa", listener.local_addr()?);
        let inbox = Router::new()
            .route("/webhooks/capa", post(take_in))
            .with_state(Arc::new(sender));
        let inbox = tokio::spawn(async move {
            let _ = axum::serve(listener, inbox).await;
        });

        let target = WebhookTarget {
            url,
            secret: WEBHOOK_SECRET.to_owned(),
        };
        let config = Config {
            capa_key: KEY.to_owned(),
            webhook: Some(target),
            ..Config::default()
        };
        let simulator = Simulator::new(config, Clock::held_at(NOON));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let server = offramp_simulator::run(listener, simulator.clone(), std::future::pending());
        let server = tokio::spawn(async move {
            let _ = server.await;
        });

        // Each promise is about one call: what is repeated, and when nothing is sent, is tested by
        // itself.
        let policy = Policy {
            repeats: 0,
            failures_to_open: NonZeroU32::MAX,
            ..Policy::default()
        };
        let capa = |key: &str, timeouts| {
            Capa::new(Settings {
                base_url: base_url.parse().context("the simulator's address")?,
                api_key: key.into(),
                webhook_secret: Some(WEBHOOK_SECRET.into()),
                webhook_secret_previous: None,
                premium_spread: amount("0")?,
                timeouts,
                policy,
            })
            .map_err(anyhow::Error::from)
        };
        let short = Timeouts {
            connect: IMPATIENT / 2,
            headers: IMPATIENT,
            quote: IMPATIENT,
            create: IMPATIENT,
            other: IMPATIENT,
        };
        Ok(Self {
            provider: capa(KEY, Timeouts::default())?,
            impatient: capa(KEY, short)?,
            with_a_wrong_key: capa("sim_another_key", Timeouts::default())?,
            simulator,
            webhooks: Mutex::new(webhooks),
            servers: vec![inbox, server],
        })
    }
}

impl Drop for CapaHarness {
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

#[async_trait]
impl Harness for CapaHarness {
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
        [
            KEY,
            "sim_another_key",
            WEBHOOK_SECRET,
            CUST_1,
            CUST_2,
            "014680260346007120",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn dialects(&self) -> usize {
        dialects().len()
    }

    fn speak(&self, dialect: usize) {
        self.simulator
            .capa()
            .set_knobs(dialects().swap_remove(dialect));
    }

    fn verified_payer(&self) -> ProviderUserId {
        ProviderUserId(CUST_1.to_owned())
    }

    fn another_payer(&self) -> ProviderUserId {
        ProviderUserId(CUST_2.to_owned())
    }

    fn unverified_payer(&self) -> ProviderUserId {
        ProviderUserId(CUST_3.to_owned())
    }

    fn new_payer(&self) -> Result<PayerRef> {
        Ok(serde_json::from_value(serde_json::json!({
            "id": "cust-new", "type": "individual", "email": "new@shop.example",
        }))?)
    }

    fn unknown_order(&self) -> ProviderRef {
        ProviderRef("00000000-0000-4000-8000-00000000dead".to_owned())
    }

    fn ask(&self, kind: QuoteKind, crypto_amount: &str) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            user: self.verified_payer(),
            account: None,
            kind,
            token: Token::Usdc,
            network: Network::Pol,
            country: CountryCode::Mx,
            currency: Currency::Mxn,
            crypto_amount: amount(crypto_amount)?,
        })
    }

    async fn payee(&self) -> Result<(Payee, Option<String>)> {
        let account = mexican_account()?;
        let number = account.account().to_owned();
        Ok((Payee::Given(account), Some(number)))
    }

    async fn accounts(&self) -> Result<Vec<(QuoteAsk, Payee, Option<String>)>> {
        let accounts = accounts()?.into_iter().map(|(currency, account)| {
            let ask = QuoteAsk {
                currency,
                country: account.country().code,
                ..self.ask(QuoteKind::Firm, "100")?
            };
            let number = account.account().to_owned();
            Ok((ask, Payee::Given(account), Some(number)))
        });
        accounts.collect()
    }

    fn statuses(&self) -> &'static [&'static str] {
        &STATUSES
    }

    fn operation(&self, asked: Asked) -> Operation {
        match asked {
            Asked::Price | Asked::Lock => Operation::Quote,
            Asked::Create => Operation::Create,
            // One order is read from the list.
            Asked::Read | Asked::List => Operation::List,
            Asked::Execute => Operation::Execute,
            Asked::Cancel => Operation::Cancel,
            Asked::Verify => Operation::Kyc,
        }
    }

    fn has_numbers(&self, asked: Asked) -> bool {
        match asked {
            Asked::Price | Asked::Lock | Asked::Create | Asked::Read | Asked::List => true,
            Asked::Execute | Asked::Cancel | Asked::Verify => false,
        }
    }

    fn keeps_history(&self) -> bool {
        true
    }

    fn ask_for_what_is_not_traded(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            network: Network::Base,
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
        self.simulator.capa().fault(operation, fault, 1);
    }

    fn clear_faults(&self) {
        self.simulator.capa().clear_faults();
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
        self.simulator.capa().requests(operation)
    }

    fn orders(&self) -> usize {
        self.simulator.capa().transactions().len()
    }

    async fn deposit(&self, reference: &ProviderRef) -> Result<()> {
        self.simulator
            .capa()
            .deposit(Pick::Id(reference.0.clone()), Deposit::Exact)?;
        Ok(())
    }

    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()> {
        let pick = Pick::Id(reference.0.clone());
        self.simulator.capa().force_status(pick, status.parse()?)?;
        Ok(())
    }

    async fn webhook(&self, reference: &ProviderRef) -> Result<(HeaderMap, Vec<u8>)> {
        const PATIENCE: Duration = Duration::from_secs(20);
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

/// The sixteen words of section 4.1.
const STATUSES: [&str; 16] = [
    "PENDING",
    "PENDING_PAYMENT",
    "IN_PROGRESS",
    "CRYPTO_RECEIVED",
    "CRYPTO_NOT_RECEIVED",
    "COMPLETED_CRYPTO_RECEIVAL",
    "READY_BANK_TRANSFER",
    "BANK_TRANSFER_PENDING",
    "AWAITING_MANUAL_FIAT_TRANSFER",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "EXPIRED",
    "FIAT_PAYMENT_RECEIVED",
    "FIAT_RECEIVED",
    "AWAITING_MANUAL_CRYPTO_TRANSFER",
];

fn mexican_account() -> Result<BankDetails> {
    account(CountryCode::Mx, &[(FieldKey::Clabe, "014680260346007120")])
}

/// One of each kind.
fn accounts() -> Result<[(Currency, BankDetails); 4]> {
    Ok([
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
    ])
}

/// The contradictions of Capa's documents that a client has to survive (section 11, item 6), the
/// assumed position of each first.
fn dialects() -> Vec<Knobs> {
    vec![
        Knobs::default(),
        Knobs {
            decimals: Decimals::Strings,
            created_as: CreatedAs::PendingPayment,
            errors: ErrorShape::Renamed,
            event_names: EventNames::Old,
            execute_answer: ExecuteAnswer::Ok,
            ..Knobs::default()
        },
        Knobs {
            decimals: Decimals::Mixed,
            errors: ErrorShape::Nested,
            extra_fields: ExtraFields::Present,
            ..Knobs::default()
        },
    ]
}

//! Capa, before its stand-in on a real socket.

use anyhow::Result;
use async_trait::async_trait;
use offramp_domain::{
    api::PayerRef,
    bank::{BankDetails, CountryCode, FieldKey},
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    provider::{Payee, Provider, ProviderRef, ProviderUserId, QuoteAsk},
    providers::capa::{Capa, Settings, Timeouts},
};
use offramp_simulator::{
    Config, Deposit, Fault, Knobs, Operation, Pick, WebhookTarget,
    providers::capa::{
        CreatedAs, Decimals, ErrorShape, EventNames, ExecuteAnswer, ExtraFields,
        seed::{CUST_1, CUST_2, CUST_3},
    },
};

use super::{
    harness::{Harness, account, amount},
    stand_in::{Adapters, IMPATIENT, StandIn, one_call},
    table::Asked,
};

const KEY: &str = "sim_capa_key";
const WEBHOOK_SECRET: &str = "whsec_test";

#[derive(Debug)]
pub(crate) struct CapaHarness {
    stand_in: StandIn,
    adapters: Adapters,
}

impl CapaHarness {
    pub(crate) async fn start() -> Result<Self> {
        let stand_in = StandIn::start(Config {
            capa_key: KEY.to_owned(),
            ..Config::default()
        })
        .await?;
        stand_in.simulator.capa().set_webhook(Some(WebhookTarget {
            url: stand_in.inbox_url.clone(),
            secret: WEBHOOK_SECRET.to_owned(),
        }));
        let capa = |key: &str, timeouts| -> Result<Box<dyn Provider>> {
            Ok(Box::new(Capa::new(Settings {
                base_url: stand_in.url.parse()?,
                api_key: key.into(),
                webhook_secret: Some(WEBHOOK_SECRET.into()),
                webhook_secret_previous: None,
                premium_spread: amount("0")?,
                timeouts,
                policy: one_call(),
            })?))
        };
        let short = Timeouts {
            connect: IMPATIENT / 2,
            headers: IMPATIENT,
            quote: IMPATIENT,
            create: IMPATIENT,
            other: IMPATIENT,
        };
        let adapters = Adapters {
            usual: capa(KEY, Timeouts::default())?,
            impatient: capa(KEY, short)?,
            with_a_wrong_key: capa("sim_another_key", Timeouts::default())?,
        };
        Ok(Self { stand_in, adapters })
    }
}

#[async_trait]
impl Harness for CapaHarness {
    fn stand_in(&self) -> &StandIn {
        &self.stand_in
    }

    fn adapters(&self) -> &Adapters {
        &self.adapters
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
        self.stand_in
            .simulator
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

    /// One order is read from the list.
    fn operation(&self, asked: Asked) -> Operation {
        if asked == Asked::Read {
            Operation::List
        } else {
            asked.operation()
        }
    }

    fn has_numbers(&self, asked: Asked) -> bool {
        [
            Asked::Price,
            Asked::Lock,
            Asked::Create,
            Asked::Read,
            Asked::List,
        ]
        .contains(&asked)
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

    fn fail_once(&self, operation: Operation, fault: Fault) {
        self.stand_in.simulator.capa().fault(operation, fault, 1);
    }

    fn clear_faults(&self) {
        self.stand_in.simulator.capa().clear_faults();
    }

    fn requests(&self, operation: Operation) -> u64 {
        self.stand_in.simulator.capa().requests(operation)
    }

    fn orders(&self) -> usize {
        self.stand_in.simulator.capa().transactions().len()
    }

    async fn deposit(&self, reference: &ProviderRef) -> Result<()> {
        self.stand_in
            .simulator
            .capa()
            .deposit(Pick::Id(reference.0.clone()), Deposit::Exact)?;
        Ok(())
    }

    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()> {
        let pick = Pick::Id(reference.0.clone());
        self.stand_in
            .simulator
            .capa()
            .force_status(pick, status.parse()?)?;
        Ok(())
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

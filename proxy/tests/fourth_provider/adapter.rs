//! The one file of an adapter: Tinta, a provider that is made up. It pays euros to an IBAN, holds no
//! price, repeats our id of an order and can call one off.

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderName, StatusCode};
use offramp_domain::{
    api::{Action, AfterSending, Form, FormField, PayerRef, Verification, VerificationStatus},
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
    order::{Custody, OrderState, Reason},
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};
use offramp_proxy::{
    clock::Clock,
    config::{ConfigError, Lookup},
    outgoing::{Client, Policy, Probe},
    provider::{
        ActOutcome, Assessment, Capabilities, CreateOutcome, DepositKind, Listing, LocalFacts,
        NewOrder, Payee, Provider, ProviderError, ProviderQuote, ProviderRef, ProviderUserId,
        QuoteAsk, Refusal, Registered, Side, Snapshot,
    },
    providers::{
        base_url::base_url,
        exchange::{self, Answer, Call, Query},
        failure::{self, Failure},
        key,
        timeouts::Timeouts,
    },
    variables::SecretVariable,
};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use url::Url;

pub(crate) const NAME: &str = "tinta";

const BASE_URL: &str = "TINTA_BASE_URL";
const API_KEY: SecretVariable = SecretVariable {
    value: "TINTA_API_KEY",
    file: "TINTA_API_KEY_FILE",
};
const KEY_HEADER: HeaderName = HeaderName::from_static("tinta-key");

/// What Tinta offers.
const CATALOG: &str = r#"
[[asset]]
token = "USDC"
network = "POL"
name = "USD Coin"
decimals = 6
min = "10"
max = "1000"

[[country]]
country = "SEPA"
min = "1"
max = "10000"
"#;

/// Tinta's adapter.
#[derive(Debug)]
pub(crate) struct Tinta {
    client: Client,
    timeouts: Timeouts,
}

/// Tinta, if its key is set.
pub(crate) fn from_env(
    lookup: Lookup<'_>,
    clock: &Clock,
) -> Result<Option<Arc<dyn Provider>>, ConfigError> {
    let Some(key) = API_KEY.read(lookup)? else {
        return Ok(None);
    };
    let text = lookup(BASE_URL).unwrap_or_default();
    let base = base_url(BASE_URL, &text, "https://api.tinta.example")?;
    let policy = Policy::default();
    let tinta = Tinta::new(base, &key, Timeouts::default(), policy, clock.clone())?;
    Ok(Some(Arc::new(tinta)))
}

/// What is asked.
#[derive(Clone, Copy)]
enum Operation {
    Register,
    Verification,
    Quote,
    Create,
    Read,
    List,
    Cancel,
}

impl exchange::Operation for Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Verification => "verification",
            Self::Quote => "quote",
            Self::Create => "create",
            Self::Read => "read",
            Self::List => "list",
            Self::Cancel => "cancel",
        }
    }

    fn probe(self) -> Probe {
        match self {
            Self::Create => Probe::MayNot,
            Self::Register
            | Self::Verification
            | Self::Quote
            | Self::Read
            | Self::List
            | Self::Cancel => Probe::May,
        }
    }
}

#[derive(Deserialize)]
struct Person {
    id: String,
    verified: bool,
}

#[derive(Deserialize)]
struct Price {
    rate: Amount,
    euros: Amount,
}

#[derive(Deserialize)]
struct Sale {
    id: String,
    our_id: String,
    status: String,
    amount: Amount,
    euros: Amount,
    address: String,
    iban: String,
    made_at: Timestamp,
}

/// A refusal that the contract lists.
#[derive(Deserialize)]
#[serde(tag = "refused", rename_all = "snake_case")]
enum Refused {
    NotVerified,
    NotFound,
    NotNow,
    NotTraded,
    Amount { min: Amount, max: Amount },
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotVerified => Self::NotVerified { url: None },
            Refused::NotFound => Self::NotFound,
            Refused::NotNow => Self::NotPossibleNow,
            Refused::NotTraded => Self::AssetUnavailable,
            Refused::Amount { min, max } => Self::AmountOutOfRange {
                min: Some(min),
                max: Some(max),
                side: Side::Crypto,
            },
        }
    }
}

/// Whether an answer is a success; otherwise what it means. Everything else tells nothing.
fn check(status: StatusCode, body: &[u8]) -> Result<(), Failure> {
    if status.is_success() {
        return Ok(());
    }
    if status == StatusCode::UNAUTHORIZED {
        return Err(Failure::Key);
    }
    match serde_json::from_slice::<Refused>(body) {
        Ok(refused) if status == StatusCode::UNPROCESSABLE_ENTITY => {
            Err(Failure::Refused(refused.into()))
        }
        Ok(_) | Err(_) => Err(Failure::Status {
            status: status.as_u16(),
            code: None,
        }),
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    serde_json::from_slice(&answer.body).map_err(|error| Failure::unreadable(&error))
}

impl Sale {
    fn snapshot(self, provider_now: Option<Timestamp>) -> Snapshot {
        Snapshot {
            token: Some(Token::Usdc),
            network: Some(Network::Pol),
            currency: Some(Currency::Eur),
            fiat_amount: Some(self.euros),
            address: Some(self.address),
            our_id: Some(self.our_id),
            account: Some(self.iban.into()),
            created_at: Some(self.made_at),
            provider_now,
            ..Snapshot::new(ProviderRef(self.id), self.status, self.amount)
        }
    }
}

impl Tinta {
    pub(crate) fn new(
        base: Url,
        key: &SecretString,
        timeouts: Timeouts,
        policy: Policy,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        key::check(API_KEY, key)?;
        let key = key::in_header(API_KEY, KEY_HEADER, key)?;
        let client = Client::new(NAME, base, Some(key), timeouts.connect, policy, clock);
        let client = client.map_err(|error| ConfigError::wrong(BASE_URL, error))?;
        Ok(Self { client, timeouts })
    }

    async fn send(&self, call: Call<'_, Operation>) -> Result<Answer, Failure> {
        let operation = call.operation;
        let whole = match operation {
            Operation::Create => self.timeouts.create,
            Operation::Quote => self.timeouts.quote,
            Operation::Register
            | Operation::Verification
            | Operation::Read
            | Operation::List
            | Operation::Cancel => self.timeouts.other,
        };
        let call = call.within(self.timeouts.limits(whole));
        let sent = self.client.send(&call);
        exchange::answer(NAME, operation, sent, |answer| {
            check(answer.status, &answer.body)
        })
        .await
    }

    /// One order, which has to be the one that was asked for.
    async fn sale(
        &self,
        call: Call<'_, Operation>,
        reference: &ProviderRef,
    ) -> Result<Snapshot, Failure> {
        let answer = self.send(call).await?;
        let sale: Sale = read(&answer)?;
        if sale.id == reference.0 {
            Ok(sale.snapshot(answer.provider_now))
        } else {
            Err(Failure::Misfit("another order"))
        }
    }

    async fn made(&self, order: &NewOrder) -> Result<Snapshot, Failure> {
        let Payee::Listed(account) = &order.payee else {
            return Err(Failure::other("an account of another kind"));
        };
        let body = json!({
            "person": order.user.0,
            "our_id": order.id,
            "amount": order.crypto_amount,
            "iban": account.answer("iban"),
        });
        let call = Call::post(Operation::Create, &["sales"], &body)?;
        let answer = self.send(call).await?;
        Ok(read::<Sale>(&answer)?.snapshot(answer.provider_now))
    }
}

#[async_trait]
impl Provider for Tinta {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            quote_kind: QuoteKind::Indicative,
            guarantee: Guarantee::Estimate,
            deposit: DepositKind::TransferToAddress,
            after_sending: AfterSending::Wait,
            can_cancel: true,
            finds_lost: true,
            quote_needs_destination: false,
            links_wallet: false,
            daily_limit: None,
            unsaid: &[],
        }
    }

    fn catalog(&self) -> &'static str {
        CATALOG
    }

    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError> {
        let body = json!({ "reference": payer.id });
        let call = Call::post(Operation::Register, &["people"], &body)?;
        let person: Person = read(&self.send(call).await?)?;
        Ok(Registered {
            user: ProviderUserId(person.id),
            verification_url: None,
        })
    }

    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError> {
        let path = ["people", &user.0];
        let call = Call::get(Operation::Verification, &path, Query::new());
        let person: Person = read(&self.send(call).await?)?;
        let status = if person.verified {
            VerificationStatus::Verified
        } else {
            VerificationStatus::Required
        };
        Ok(Verification {
            status,
            verification_url: None,
        })
    }

    async fn form(&self, _country: CountryCode) -> Result<Form, ProviderError> {
        let iban = FormField {
            key: "iban".to_owned(),
            label: "IBAN".to_owned(),
            kind: "text".to_owned(),
            required: true,
            pattern: None,
            options: Vec::new(),
        };
        Ok(Form::Fields { fields: vec![iban] })
    }

    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
        let query = vec![
            ("amount", ask.crypto_amount.to_string()),
            ("token", ask.token.to_string()),
            ("network", ask.network.to_string()),
        ];
        let call = Call::get(Operation::Quote, &["price"], query);
        let answer = self.send(call).await?;
        let price: Price = read(&answer)?;
        Ok(ProviderQuote {
            reference: None,
            kind: QuoteKind::Indicative,
            crypto_amount: ask.crypto_amount,
            fiat_amount: price.euros,
            rate: price.rate,
            spread: Amount::ZERO,
            fees: Vec::new(),
            expires_at: None,
            provider_now: answer.provider_now,
        })
    }

    async fn create(&self, order: &NewOrder) -> CreateOutcome {
        failure::created(self.made(order).await, "key")
    }

    async fn read(
        &self,
        user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError> {
        let path = ["sales", &reference.0];
        let query = vec![("person", user.0.clone())];
        let call = Call::get(Operation::Read, &path, query);
        Ok(self.sale(call, reference).await?)
    }

    async fn list(
        &self,
        user: &ProviderUserId,
        since: Timestamp,
    ) -> Result<Listing, ProviderError> {
        let query = vec![("person", user.0.clone())];
        let call = Call::get(Operation::List, &["sales"], query);
        let answer = self.send(call).await?;
        let mut sales: Vec<Sale> = read(&answer)?;
        sales.retain(|sale| sale.made_at >= since);
        let snapshot = |sale: Sale| sale.snapshot(answer.provider_now);
        Ok(Listing {
            orders: sales.into_iter().map(snapshot).collect(),
            complete: true,
            provider_now: answer.provider_now,
        })
    }

    async fn cancel(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let path = ["sales", &reference.0, "cancel"];
        let call = Call::bare_post(Operation::Cancel, &path);
        let ended = self.sale(call, reference).await;
        failure::acted(ended.map(|sale| ActOutcome::Done {
            status: sale.status,
        }))
    }

    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment {
        match snapshot.status.as_str() {
            "waiting" => waiting(*facts),
            "arrived" => Assessment {
                funded: true,
                deposit_seen: true,
                ..stands(OrderState::DepositReceived, Custody::Provider)
            },
            "paid" => Assessment {
                funded: true,
                ..stands(OrderState::Completed, Custody::Converted)
            },
            "cancelled" if !facts.ever_funded && !facts.reported => Assessment {
                reason: facts.cancel_asked.then_some(Reason::CancelledByPayer),
                ..stands(OrderState::Cancelled, Custody::Payer)
            },
            "cancelled" => missing(*facts),
            _ => Assessment {
                funded: facts.ever_funded,
                reason: Some(Reason::UnknownStatus),
                ..stands(OrderState::Attention, Custody::Unknown)
            },
        }
    }
}

/// Tinta waits for the tokens. Never "send it" once it held them, or once they were sent.
fn waiting(facts: LocalFacts) -> Assessment {
    let assessment = if facts.ever_funded {
        missing(facts)
    } else if facts.reported {
        Assessment {
            actions: vec![Action::ReportSent],
            ..stands(OrderState::DepositSubmitted, Custody::InFlight)
        }
    } else {
        Assessment {
            actions: vec![Action::ReportSent, Action::Cancel],
            reason: facts.offer_is_over.then_some(Reason::OfferOver),
            ..stands(OrderState::AwaitingDeposit, Custody::Payer)
        }
    };
    Assessment {
        waits_for_deposit: true,
        ..assessment
    }
}

/// Tokens were seen or reported, and Tinta does not have them.
fn missing(facts: LocalFacts) -> Assessment {
    Assessment {
        funded: facts.ever_funded,
        reason: Some(Reason::DepositMissing),
        ..stands(OrderState::Attention, Custody::Unknown)
    }
}

/// A state and a custody, and nothing to do.
fn stands(state: OrderState, custody: Custody) -> Assessment {
    Assessment {
        state,
        custody,
        actions: Vec::new(),
        reason: None,
        funded: false,
        deposit_seen: false,
        waits_for_deposit: false,
    }
}

//! The one file of an adapter: Tinta, a provider that is made up. It pays euros to an IBAN, holds no
//! price, repeats our id of an order and can call one off.

use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode};
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
    outgoing::{Call, Client, Limits, Policy, Probe, Repeat, Unanswered},
    provider::{
        ActOutcome, Assessment, Capabilities, CreateOutcome, DepositKind, Listing, LocalFacts,
        NewOrder, Part, Payee, Provider, ProviderError, ProviderQuote, ProviderRef, ProviderUserId,
        QuoteAsk, Refusal, Registered, Snapshot,
    },
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

const NAME: &str = "tinta";

const LIMITS: Limits = Limits {
    headers: Duration::from_secs(10),
    whole: Duration::from_secs(10),
};

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
}

/// Tinta, if `TINTA_BASE_URL` is set.
pub(crate) fn from_env(lookup: Lookup<'_>, clock: &Clock) -> Result<Option<Tinta>, ConfigError> {
    const BASE_URL: &str = "TINTA_BASE_URL";
    let Some(text) = lookup(BASE_URL) else {
        return Ok(None);
    };
    let wrong = |problem: String| ConfigError::wrong(BASE_URL, problem);
    let base = text
        .parse()
        .map_err(|_| wrong("is no address".to_owned()))?;
    let connect = Duration::from_secs(2);
    let client = Client::new(NAME, base, None, connect, Policy::default(), clock.clone());
    let client = client.map_err(|error| wrong(error.to_string()))?;
    Ok(Some(Tinta { client }))
}

/// Why there is no answer that can be used.
enum Failure {
    Refused(Refusal),
    Unusable(ProviderError),
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
    state: String,
    amount: Amount,
    euros: Amount,
    address: String,
}

impl Sale {
    fn snapshot(self) -> Snapshot {
        Snapshot {
            token: Some(Token::Usdc),
            network: Some(Network::Pol),
            currency: Some(Currency::Eur),
            fiat_amount: Some(self.euros),
            address: Some(self.address),
            our_id: Some(self.our_id),
            ..Snapshot::new(ProviderRef(self.id), self.state, self.amount)
        }
    }
}

impl Tinta {
    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: Vec<(&'static str, String)>,
        body: Option<Value>,
    ) -> Result<T, Failure> {
        let reads = method == Method::GET;
        let call = Call {
            method,
            path,
            query,
            body: body.map(|body| body.to_string().into_bytes()),
            limits: LIMITS,
            repeat: if reads { Repeat::Safe } else { Repeat::Never },
            probe: if reads { Probe::May } else { Probe::MayNot },
        };
        let answer = self.client.send(&call).await.map_err(unanswered)?;
        match answer.status {
            StatusCode::FORBIDDEN => Err(Failure::Refused(Refusal::NotVerified { url: None })),
            StatusCode::NOT_FOUND => Err(Failure::Refused(Refusal::NotFound)),
            StatusCode::CONFLICT => Err(Failure::Refused(Refusal::NotPossibleNow)),
            StatusCode::OK => serde_json::from_slice(&answer.body)
                .map_err(|error| Failure::Unusable(unavailable(error))),
            // Everything else tells nothing.
            status => Err(Failure::Unusable(unavailable(status.as_str().to_owned()))),
        }
    }
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ProviderError {
    ProviderError::Unavailable(source.into())
}

fn unanswered(error: Unanswered) -> Failure {
    Failure::Unusable(match error {
        Unanswered::NotSent(source) => ProviderError::NotSent {
            retry_after_secs: 5,
            source: source.into(),
        },
        sent @ (Unanswered::TimedOut
        | Unanswered::Connection(_)
        | Unanswered::TooLarge { .. }
        | Unanswered::Encoded) => unavailable(sent),
    })
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Unusable(error) => error,
        }
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
            unsaid: &[Part::Account],
        }
    }

    fn catalog(&self) -> &'static str {
        CATALOG
    }

    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError> {
        let body = Some(json!({ "reference": payer.id }));
        let person: Person = self.send(Method::POST, &["people"], vec![], body).await?;
        Ok(Registered {
            user: ProviderUserId(person.id),
            verification_url: None,
        })
    }

    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError> {
        let path = ["people", &user.0];
        let person: Person = self.send(Method::GET, &path, vec![], None).await?;
        let status = if person.verified {
            VerificationStatus::Verified
        } else {
            VerificationStatus::Pending
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
        let query = vec![("amount", ask.crypto_amount.to_string())];
        let price: Price = self.send(Method::GET, &["price"], query, None).await?;
        Ok(ProviderQuote {
            reference: None,
            kind: QuoteKind::Indicative,
            crypto_amount: ask.crypto_amount,
            fiat_amount: price.euros,
            rate: price.rate,
            spread: Amount::ZERO,
            fees: Vec::new(),
            expires_at: None,
            provider_now: None,
        })
    }

    async fn create(&self, order: &NewOrder) -> CreateOutcome {
        let Payee::Listed(account) = &order.payee else {
            return CreateOutcome::Refused(Refusal::Other {
                code: "an account of another kind".to_owned(),
            });
        };
        let body = json!({
            "person": order.user.0,
            "our_id": order.id,
            "amount": order.crypto_amount,
            "iban": account.answer("iban"),
        });
        let made = self.send::<Sale>(Method::POST, &["sales"], vec![], Some(body));
        match made.await {
            Ok(sale) => CreateOutcome::Created(Box::new(sale.snapshot())),
            Err(Failure::Refused(refusal)) => CreateOutcome::Refused(refusal),
            Err(Failure::Unusable(error @ ProviderError::NotSent { .. })) => {
                CreateOutcome::NotSent(error)
            }
            Err(Failure::Unusable(error)) => CreateOutcome::Uncertain(error),
        }
    }

    async fn read(
        &self,
        _user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError> {
        let path = ["sales", &reference.0];
        let sale: Sale = self.send(Method::GET, &path, vec![], None).await?;
        Ok(sale.snapshot())
    }

    async fn list(
        &self,
        user: &ProviderUserId,
        _since: Timestamp,
    ) -> Result<Listing, ProviderError> {
        let query = vec![("person", user.0.clone())];
        let sales: Vec<Sale> = self.send(Method::GET, &["sales"], query, None).await?;
        Ok(Listing {
            orders: sales.into_iter().map(Sale::snapshot).collect(),
            complete: true,
            provider_now: None,
        })
    }

    async fn cancel(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let path = ["sales", &reference.0, "cancel"];
        match self.send::<Sale>(Method::POST, &path, vec![], None).await {
            Ok(sale) => Ok(ActOutcome::Done { status: sale.state }),
            Err(Failure::Refused(refusal)) => Ok(ActOutcome::Refused(refusal)),
            Err(Failure::Unusable(error)) => Err(error),
        }
    }

    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment {
        let stands = |state, custody, actions: &[Action], reason| Assessment {
            state,
            custody,
            actions: actions.to_vec(),
            reason,
            funded: facts.ever_funded || custody != Custody::Payer,
            deposit_seen: custody == Custody::Provider,
            waits_for_deposit: state == OrderState::AwaitingDeposit,
        };
        match snapshot.status.as_str() {
            "waiting" if facts.ever_funded => stands(
                OrderState::Attention,
                Custody::Unknown,
                &[],
                Some(Reason::DepositMissing),
            ),
            "waiting" => stands(
                OrderState::AwaitingDeposit,
                Custody::Payer,
                &[Action::ReportSent, Action::Cancel],
                facts.offer_is_over.then_some(Reason::OfferOver),
            ),
            "arrived" => stands(OrderState::DepositReceived, Custody::Provider, &[], None),
            "paid" => stands(OrderState::Completed, Custody::Converted, &[], None),
            "cancelled" if !facts.ever_funded => {
                stands(OrderState::Cancelled, Custody::Payer, &[], None)
            }
            _ => Assessment {
                funded: facts.ever_funded,
                ..stands(
                    OrderState::Attention,
                    Custody::Unknown,
                    &[],
                    Some(Reason::UnknownStatus),
                )
            },
        }
    }
}

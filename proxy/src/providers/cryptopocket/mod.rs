//! CryptoPocket: prices that bind nobody, a deposit address, and a payout that comes by itself.
//!
//! Unverified against the provider: much of it is not published. `assumptions` is the one table of
//! what is assumed. `wire` is their JSON, `refusal` what an answer says of itself, `client` speaks HTTP
//! and keeps the token, `mapping` says where an order stands, `webhook` checks signatures,
//! `subscriptions` asks for them.

mod assumptions;
mod client;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod mapping;
mod refusal;
mod settings;
mod subscriptions;
mod webhook;
mod wire;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{AfterSending, Form, FormField, PayerRef, Verification},
    bank::CountryCode,
    money::{Amount, Currency},
    network::TxHash,
    quote::QuoteKind,
    time::Timestamp,
};
use serde_json::value::RawValue;
use tracing::warn;

use self::client::{Call, Client, Keys, Operation};
use super::failure::{self, Failure};
use crate::{
    clock::Clock,
    config::{ConfigError, Lookup},
    provider::{
        ActOutcome, Assessment, Capabilities, CreateOutcome, DepositKind, Hint, History, Listing,
        LocalFacts, NewOrder, Part, Provider, ProviderError, ProviderQuote, ProviderRef,
        ProviderUserId, QuoteAsk, Refusal, Registered, Snapshot, WebhookError,
    },
};

pub use self::settings::{Settings, Timeouts};

/// The name used in configuration, in the database and in logs.
pub(super) const NAME: &str = "cryptopocket";

/// CryptoPocket's API, as far as its documents tell.
pub struct CryptoPocket {
    client: Client,
    webhooks: webhook::Verifier,
    quote_path: Vec<String>,
    list_path: Vec<String>,
    clock: Clock,
}

impl fmt::Debug for CryptoPocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptoPocket")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// CryptoPocket, if its key and its secret are set. Webhooks are subscribed to meanwhile.
pub(super) fn from_env(
    lookup: Lookup<'_>,
    clock: &Clock,
) -> Result<Option<Arc<dyn Provider>>, ConfigError> {
    let Some(settings) = Settings::from_env(lookup)? else {
        return Ok(None);
    };
    warn!(
        provider = NAME,
        "this adapter is unverified against the provider"
    );
    Ok(Some(CryptoPocket::start(settings, clock.clone())?))
}

impl CryptoPocket {
    /// A client for one CryptoPocket account, with the clock that webhooks are held against. Nothing
    /// is asked yet.
    ///
    /// # Errors
    /// When the machine has no usable TLS.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, ConfigError> {
        let Settings {
            base_url,
            api_key,
            api_secret,
            quote_path,
            list_path,
            public_url: _,
            timeouts,
            policy,
        } = settings;
        let keys = Keys {
            key: api_key.clone(),
            secret: api_secret.clone(),
        };
        Ok(Self {
            client: Client::new(base_url, keys, timeouts, policy, clock.clone())?,
            webhooks: webhook::Verifier::new(api_key, api_secret),
            quote_path,
            list_path,
            clock,
        })
    }

    /// The same, which subscribes to webhooks while others go on, where a public address is known.
    ///
    /// # Errors
    /// As [`CryptoPocket::new`].
    pub fn start(settings: Settings, clock: Clock) -> Result<Arc<Self>, ConfigError> {
        let webhooks = settings
            .public_url
            .as_ref()
            .and_then(subscriptions::address);
        let pocket = Arc::new(Self::new(settings, clock)?);
        if let Some(url) = webhooks {
            subscriptions::subscribe_in_background(&pocket, url);
        } else {
            warn!(
                provider = NAME,
                "OFFRAMP_PUBLIC_URL is not set: no webhooks are subscribed to"
            );
        }
        Ok(pocket)
    }

    async fn try_create(&self, order: &NewOrder) -> Result<Snapshot, Failure> {
        let request = wire::CreateRequest::new(order)?;
        let call = Call::post(Operation::Create, &["createRampoff"], &request)?;
        let answer = self.client.send(call).await?;
        let created: wire::Created = wire::data(&answer)?;
        let reference = created.reference()?;
        Ok(match self.find(&reference).await {
            Ok(read) => created.read(read),
            // There is an order, and its next reading says the rest.
            Err(failure) => {
                warn!(
                    provider = NAME,
                    error = &failure as &dyn std::error::Error,
                    "a new order was not read yet"
                );
                created.unread(order, answer.provider_now)
            }
        })
    }

    /// The refusal with the address of the form, which a call of its own tells where the refusal does
    /// not. Without one the partner has to say where.
    async fn with_form(&self, user: &ProviderUserId, refused: Failure) -> Failure {
        if !matches!(
            refused,
            Failure::Refused(Refusal::FormMissing { url: None })
        ) {
            return refused;
        }
        match self.onboarding_form(user).await {
            Ok(url) => Failure::Refused(Refusal::FormMissing { url }),
            Err(failure) => {
                warn!(
                    provider = NAME,
                    error = &failure as &dyn std::error::Error,
                    "where the form is filled in is not known now"
                );
                refused
            }
        }
    }

    async fn onboarding_form(&self, user: &ProviderUserId) -> Result<Option<String>, Failure> {
        let request = wire::FormRequest::new(user)?;
        let call = Call::post(Operation::OnboardingForm, &["onboarding-form"], &request)?;
        refusal::link(&self.client.send(call).await?.body)
    }

    async fn find(&self, reference: &ProviderRef) -> Result<Snapshot, Failure> {
        let query = vec![("id", reference.0.clone())];
        let call = Call::get(Operation::Read, &["getRampoff"], query);
        let answer = self.client.send(call).await?;
        let read: wire::Rampoff = wire::data(&answer)?;
        if read.id != reference.0 {
            return Err(Failure::Misfit("another order than the one asked for"));
        }
        read.snapshot(answer.provider_now)
    }

    async fn price(&self, ask: &QuoteAsk) -> Result<ProviderQuote, Failure> {
        let path: Vec<_> = self.quote_path.iter().map(String::as_str).collect();
        let call = Call::get(Operation::Quote, &path, wire::quote_query(ask)?);
        let answer = self.client.send(call).await?;
        let quote: wire::Quote = wire::data(&answer)?;
        quote.price(ask, answer.provider_now)
    }

    /// Rows say neither whose they are nor since when: that there are some is all that can be
    /// told of them, and never that something is missing.
    async fn rows(&self, user: &ProviderUserId) -> Result<Listing, Failure> {
        let query = vec![
            ("user_id", user.0.clone()),
            ("page", "1".to_owned()),
            ("per_page", assumptions::PER_PAGE.to_string()),
        ];
        let path: Vec<_> = self.list_path.iter().map(String::as_str).collect();
        let call = Call::get(Operation::List, &path, query);
        let answer = self.client.send(call).await?;
        let list: Box<RawValue> = wire::data(&answer)?;
        let rows = wire::rows(&list)?.len();
        tracing::debug!(provider = NAME, rows, "orders are listed");
        Ok(Listing {
            orders: Vec::new(),
            complete: false,
            provider_now: answer.provider_now,
        })
    }
}

#[async_trait]
impl Provider for CryptoPocket {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            quote_kind: QuoteKind::Indicative,
            guarantee: assumptions::GUARANTEE,
            deposit: DepositKind::TransferToAddress,
            after_sending: AfterSending::Wait,
            can_cancel: false,
            finds_lost: false,
            quote_needs_destination: false,
            links_wallet: false,
            daily_limit: None,
            unsaid: &[Part::Currency, Part::Account],
        }
    }

    fn catalog(&self) -> &'static str {
        include_str!("catalog.toml")
    }

    fn misses(&self, payer: &PayerRef) -> Vec<&'static str> {
        wire::misses(payer)
    }

    /// A payer who exists at CryptoPocket already cannot be looked up there: they are refused with
    /// `user_already_exists`, and the partner has to name their `provider_user_id`.
    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError> {
        let wire::UserRequest(request) = wire::UserRequest::new(payer)?;
        let call = Call::post(Operation::Register, &["registerUser"], &request)?;
        Ok(wire::new_user(&self.client.send(call).await?)?)
    }

    /// No call but registration says where a verification is done.
    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError> {
        let query = vec![("user_id", user.0.clone())];
        let call = Call::get(Operation::Verification, &["kyc", "check"], query);
        let answer = self.client.send(call).await?;
        Ok(Verification {
            status: wire::Kyc::read(&answer)?.status(),
            verification_url: None,
        })
    }

    fn tier(&self, _: Currency, _: Amount) -> u8 {
        0
    }

    async fn form(&self, country: CountryCode) -> Result<Form, ProviderError> {
        let question = |key: &str, label: &str| FormField {
            key: key.to_owned(),
            label: label.to_owned(),
            kind: "text".to_owned(),
            required: true,
            pattern: None,
            options: Vec::new(),
        };
        if country == CountryCode::Sepa {
            Ok(Form::Fields {
                fields: vec![question("iban", "IBAN")],
            })
        } else if wire::is_registered_in(country.as_str()) {
            Ok(Form::Registered {
                fields: vec![question("bank_name", "Bank")],
            })
        } else {
            Err(Failure::Refused(Refusal::AssetUnavailable).into())
        }
    }

    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
        Ok(self.price(ask).await?)
    }

    fn ready(&self) -> Result<(), ProviderError> {
        Ok(self.client.ready().map_err(Failure::NotSent)?)
    }

    async fn create(&self, order: &NewOrder) -> CreateOutcome {
        let ended = match self.try_create(order).await {
            Ok(snapshot) => Ok(snapshot),
            Err(failure) => Err(self.with_form(&order.user, failure).await),
        };
        failure::created(ended, refusal::AUTHORIZATION)
    }

    async fn read(
        &self,
        _: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError> {
        Ok(self.find(reference).await?)
    }

    async fn list(&self, user: &ProviderUserId, _: Timestamp) -> Result<Listing, ProviderError> {
        Ok(self.rows(user).await?)
    }

    /// There is no such call.
    async fn execute(
        &self,
        _: &ProviderRef,
        _: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("execute"))
    }

    /// There is no such call.
    async fn cancel(&self, _: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("cancel"))
    }

    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment {
        mapping::assess(snapshot, *facts)
    }

    fn webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, WebhookError> {
        self.webhooks.read(headers, body, self.clock.now())
    }

    fn takes_webhooks(&self) -> bool {
        true
    }

    /// No history is kept anywhere: nothing can be missing from it.
    async fn history(&self, _: Timestamp) -> Result<History, ProviderError> {
        Ok(History {
            notices: Vec::new(),
            complete: true,
        })
    }

    async fn notice(&self, _: &str) -> Result<Hint, ProviderError> {
        Err(Failure::Refused(Refusal::NotFound).into())
    }
}

//! Capa: firm quotes of ten seconds, a deposit address, and a payout that has to be asked for.
//!
//! `wire` is their JSON, `client` speaks HTTP, `refusal` reads their error tables, `mapping` says
//! where an order stands, `listing` reads their list to its end, `webhook` checks signatures, `history`
//! reads what they told.

mod client;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod history;
mod listing;
mod mapping;
mod refusal;
mod said;
mod settings;
mod spread;
mod webhook;
mod wire;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{AfterSending, PayerRef, Verification},
    money::{Amount, Currency},
    network::TxHash,
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};

use self::{
    client::{Call, Client, Operation},
    history::Walk,
    listing::{Listed, PAGE, Progress, Reading},
};
use super::{
    exchange::{Answer, Query},
    failure::{self, Failure},
};
use crate::{
    clock::Clock,
    config::{ConfigError, Lookup},
    provider::{
        ActOutcome, Assessment, Capabilities, CreateOutcome, DepositKind, Hint, History, Listing,
        LocalFacts, NewOrder, Provider, ProviderError, ProviderQuote, ProviderRef, ProviderUserId,
        QuoteAsk, Refusal, Registered, Snapshot, WebhookError,
    },
};

pub use self::settings::{Settings, Timeouts};

/// The name used in configuration, in the database and in logs.
pub(super) const NAME: &str = "capa";

/// Above this many pesos another pricing tier begins (contract 2.4).
const OTC_ABOVE_MXN: Amount = Amount::new(50_000, 0).unwrap();

/// Capa's partner API, version 2.
pub struct Capa {
    client: Client,
    webhooks: Option<webhook::Verifier>,
    spread: Amount,
}

impl fmt::Debug for Capa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capa")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// Capa, if `CAPA_API_KEY` is set. A spread is only taken once its direction has been seen.
pub(super) async fn from_env(lookup: Lookup<'_>) -> Result<Option<Arc<dyn Provider>>, ConfigError> {
    let Some(settings) = Settings::from_env(lookup)? else {
        return Ok(None);
    };
    let capa = Capa::new(settings)?;
    capa.check_spread().await?;
    Ok(Some(Arc::new(capa)))
}

impl Capa {
    /// A client for one Capa account. Nothing is asked yet.
    ///
    /// # Errors
    /// When the key cannot be sent, or the machine has no usable TLS.
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        Self::on_clock(settings, Clock::system())
    }

    /// The same, with a clock that says how long Capa is left alone after it did not answer.
    ///
    /// # Errors
    /// As [`Capa::new`].
    pub fn on_clock(settings: Settings, clock: Clock) -> Result<Self, ConfigError> {
        let Settings {
            base_url,
            api_key,
            webhook_secret,
            webhook_secret_previous,
            premium_spread,
            timeouts,
            policy,
        } = settings;
        Ok(Self {
            client: Client::new(base_url, &api_key, timeouts, policy, clock)?,
            webhooks: webhook_secret
                .map(|secret| webhook::Verifier::new(secret, webhook_secret_previous)),
            spread: premium_spread,
        })
    }

    async fn price(&self, ask: &QuoteAsk, spread: Amount) -> Result<ProviderQuote, Failure> {
        let (kind, answer) = match ask.kind {
            QuoteKind::Indicative => {
                let terms = wire::quote_query(ask, spread);
                let call = Call::get(Operation::Quote, &["quotes"], terms);
                (QuoteKind::Indicative, self.client.send(call).await?)
            }
            QuoteKind::Firm | QuoteKind::Tolerance => {
                let terms = wire::QuoteRequest::new(ask, spread);
                let call = Call::post(Operation::Quote, &["quotes"], &terms)?;
                (QuoteKind::Firm, self.client.send(call).await?)
            }
        };
        let quote: wire::Quote = wire::data(&answer)?;
        quote.price(ask, kind, spread, answer.provider_now)
    }

    async fn try_create(&self, order: &NewOrder) -> Result<Snapshot, Failure> {
        let request = wire::CreateRequest::new(order)?;
        let call = Call::post(Operation::Create, &["off-ramp"], &request)?;
        let answer = self.client.send(call).await?;
        let transaction: wire::Transaction = wire::data(&answer)?;
        if !transaction.is_of(&order.user) {
            return Err(Failure::Misfit("the order of another user"));
        }
        Ok(transaction.snapshot(answer.provider_now))
    }

    async fn transactions(
        &self,
        operation: Operation,
        query: Query,
    ) -> Result<(wire::Page, Answer), Failure> {
        let answer = self
            .client
            .send(Call::get(operation, &["transactions"], query))
            .await?;
        Ok((wire::data(&answer)?, answer))
    }

    async fn find(&self, user: &ProviderUserId, id: &str) -> Result<Snapshot, Failure> {
        let query = vec![("id", id.to_owned()), ("userId", user.0.clone())];
        let (page, answer) = self.transactions(Operation::Read, query).await?;
        let found = page.read()?;
        match <[_; 1]>::try_from(found) {
            Ok([one]) if one.id == id && one.is_of(user) => Ok(one.snapshot(answer.provider_now)),
            Ok(_) => Err(Failure::Misfit("another order than the one asked for")),
            Err(none) if none.is_empty() => Err(Failure::Refused(Refusal::NotFound)),
            Err(_) => Err(Failure::Misfit("several orders for one id")),
        }
    }

    async fn page(&self, user: &ProviderUserId, skip: usize) -> Result<Listed, Failure> {
        let query = vec![
            ("userId", user.0.clone()),
            ("type", wire::OFF_RAMP.to_owned()),
            ("sortBy", "createdAt".to_owned()),
            ("sortOrder", "desc".to_owned()),
            ("limit", PAGE.to_string()),
            ("skip", skip.to_string()),
        ];
        let (page, answer) = self.transactions(Operation::List, query).await?;
        page.listed(user, answer.provider_now)
    }

    async fn read_list(&self, user: &ProviderUserId, since: Timestamp) -> Result<Listing, Failure> {
        let mut reading = Reading::since(since);
        loop {
            let page = self.page(user, reading.skip()).await?;
            match reading.take(page) {
                Progress::More => {}
                Progress::Over(listing) => return Ok(listing),
            }
        }
    }

    async fn read_history(&self, since: Timestamp) -> Result<History, Failure> {
        let mut walk = Walk::since(since);
        loop {
            let query = vec![
                ("limit", history::PAGE.to_string()),
                ("skip", walk.skip().to_string()),
            ];
            let call = Call::get(Operation::History, &["webhook-notifications"], query);
            let page: wire::Notifications = wire::data(&self.client.send(call).await?)?;
            match walk.take(page.into()) {
                history::Progress::More => {}
                history::Progress::Over(history) => return Ok(history),
            }
        }
    }

    async fn read_notice(&self, id: &str) -> Result<Hint, Failure> {
        let path = ["webhook-notifications", id];
        let call = Call::get(Operation::History, &path, Query::new());
        let one: wire::OneNotification = wire::data(&self.client.send(call).await?)?;
        one.hint(id)
    }

    async fn act(&self, call: Call<'_>, id: &str) -> Result<ActOutcome, ProviderError> {
        let acted = async {
            let answer = self.client.send(call).await?;
            let acted: wire::Acted = wire::data(&answer)?;
            if acted.id == id {
                Ok(ActOutcome::Done {
                    status: acted.status,
                })
            } else {
                Err(Failure::Misfit("another order than the one acted on"))
            }
        };
        failure::acted(acted.await)
    }
}

#[async_trait]
impl Provider for Capa {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            quote_kind: QuoteKind::Firm,
            guarantee: Guarantee::Exact,
            deposit: DepositKind::TransferToAddress,
            after_sending: AfterSending::ReportSent,
            can_cancel: true,
            finds_lost: true,
            quote_needs_destination: false,
            links_wallet: false,
            daily_limit: None,
            unsaid: &[],
        }
    }

    fn catalog(&self) -> &'static str {
        include_str!("catalog.toml")
    }

    /// What `POST /users` requires (contract 5.1).
    fn misses(&self, payer: &PayerRef) -> Vec<&'static str> {
        let required = [
            ("type", payer.kind.is_none()),
            ("email", payer.email.is_none()),
        ];
        let missing = required.into_iter().filter(|(_, is_missing)| *is_missing);
        missing.map(|(name, _)| name).collect()
    }

    /// A payer who exists at Capa already cannot be looked up there: they are refused with the code
    /// `CONFLICT`, and the partner has to name their `provider_user_id` (contract U16).
    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError> {
        let request = wire::UserRequest::new(payer)?;
        let call = Call::post(Operation::Register, &["users"], &request)?;
        match self.client.send(call).await {
            Ok(answer) => Ok(Registered {
                user: wire::new_user(&answer)?,
                verification_url: None,
            }),
            Err(Failure::Status { status: 409, .. }) => Err(Failure::Refused(Refusal::Other {
                code: "CONFLICT".to_owned(),
            })
            .into()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError> {
        let query = vec![("userId", user.0.clone())];
        let call = Call::get(Operation::Verification, &["kyc", "details"], query);
        let status = match self.client.send(call).await {
            Ok(answer) => wire::data::<wire::Kyc>(&answer)?.status(),
            // A payer without a verification has not begun one (contract U16).
            Err(Failure::Refused(Refusal::NotFound) | Failure::Status { status: 404, .. }) => {
                wire::NOT_BEGUN
            }
            Err(failure) => return Err(failure.into()),
        };
        Ok(Verification {
            status,
            verification_url: None,
        })
    }

    fn tier(&self, currency: Currency, fiat_amount: Amount) -> u8 {
        match currency {
            Currency::Mxn => u8::from(fiat_amount > OTC_ABOVE_MXN),
            Currency::Dop
            | Currency::Usd
            | Currency::Eur
            | Currency::Gbp
            | Currency::Cop
            | Currency::Clp
            | Currency::Pen
            | Currency::Ars
            | Currency::Ngn
            | Currency::Ghs
            | Currency::Inr => 0,
        }
    }

    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
        Ok(self.price(ask, self.spread).await?)
    }

    fn ready(&self) -> Result<(), ProviderError> {
        Ok(self.client.ready().map_err(Failure::NotSent)?)
    }

    async fn create(&self, order: &NewOrder) -> CreateOutcome {
        failure::created(self.try_create(order).await, refusal::UNAUTHORIZED)
    }

    async fn read(
        &self,
        user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError> {
        Ok(self.find(user, &reference.0).await?)
    }

    async fn list(
        &self,
        user: &ProviderUserId,
        since: Timestamp,
    ) -> Result<Listing, ProviderError> {
        Ok(self.read_list(user, since).await?)
    }

    async fn execute(
        &self,
        reference: &ProviderRef,
        tx_hash: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError> {
        let request = wire::ExecuteRequest::new(reference, tx_hash);
        let call = Call::post(Operation::Execute, &["off-ramp", "execute"], &request)?;
        self.act(call, &reference.0).await
    }

    async fn cancel(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let path = ["transactions", &reference.0, "cancel"];
        self.act(Call::put(Operation::Cancel, &path), &reference.0)
            .await
    }

    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment {
        mapping::assess(snapshot, *facts)
    }

    fn webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, WebhookError> {
        self.webhooks
            .as_ref()
            .ok_or(WebhookError::NotConfigured)?
            .read(headers, body)
    }

    fn takes_webhooks(&self) -> bool {
        self.webhooks.is_some()
    }

    async fn history(&self, since: Timestamp) -> Result<History, ProviderError> {
        Ok(self.read_history(since).await?)
    }

    async fn notice(&self, id: &str) -> Result<Hint, ProviderError> {
        Ok(self.read_notice(id).await?)
    }
}

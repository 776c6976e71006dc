//! UNIGOX: prices against saved accounts, crypto that moves by a signature, and a payer who says that
//! the money arrived.
//!
//! `wire` is their JSON, `client` speaks HTTP, `refusal` reads their error tables, `rails` knows what
//! each country asks for, `check` holds what is to be signed against what was agreed, `typed_data`
//! writes it, `signing_key` signs it, `mapping` says where an order stands, `listing` reads their
//! list to its end, `webhook` checks signatures.

mod check;
mod client;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod listing;
mod mapping;
mod rails;
mod refusal;
mod said;
mod settings;
mod signing_key;
mod typed_data;
mod webhook;
mod wire;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{AfterSending, Form, PayerRef, Verification, WalletChallenge, WalletLinkRequest},
    bank::{CountryCode, ListedDetails},
    money::{Amount, Currency},
    network::TxHash,
    quote::{Guarantee, QuoteKind},
    time::Timestamp,
};
use serde_json::{Value, json};

use self::{
    check::Agreed,
    client::{Call, Client, Operation},
    listing::{Listed, PAGE, Progress, Reading},
    rails::{Forms, Questions, Route},
    typed_data::Typed,
};
use super::{
    exchange::Query,
    failure::{self, Failure},
};
use crate::{
    clock::Clock,
    config::{ConfigError, Lookup},
    provider::{
        AccountRef, ActOutcome, Assessment, Capabilities, CreateOutcome, DepositKind, Expected,
        Hint, History, Listing, LocalFacts, NewOrder, Part, Provider, ProviderError, ProviderQuote,
        ProviderRef, ProviderUserId, Purpose, QuoteAsk, Refusal, Registered, SavedAccount,
        SigningError, Snapshot, ToSign, WebhookError,
    },
};

pub use self::{
    settings::{Settings, Timeouts, WalletMode},
    signing_key::SigningKey,
};

/// The name used in configuration, in the database and in logs.
pub(super) const NAME: &str = "unigox";

/// UNIGOX' partner API.
pub struct Unigox {
    client: Client,
    webhooks: Option<webhook::Verifier>,
    wallet: WalletMode,
    chain_ids: Vec<u64>,
    forms: Forms,
    clock: Clock,
}

impl fmt::Debug for Unigox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unigox")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// UNIGOX, if `UNIGOX_API_KEY` is set.
pub(super) fn from_env(
    lookup: Lookup<'_>,
    clock: &Clock,
) -> Result<Option<Arc<dyn Provider>>, ConfigError> {
    let Some(settings) = Settings::from_env(lookup)? else {
        return Ok(None);
    };
    Ok(Some(Arc::new(Unigox::new(settings, clock.clone())?)))
}

impl Unigox {
    /// A client for one UNIGOX account, with the clock that deadlines, webhooks and pauses are read
    /// from. Nothing is asked yet.
    ///
    /// # Errors
    /// When the key cannot be sent, or the machine has no usable TLS.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, ConfigError> {
        let Settings {
            base_url,
            api_key,
            webhook_secret,
            webhook_secret_previous,
            webhook_window,
            wallet,
            chain_ids,
            timeouts,
            policy,
        } = settings;
        let verifier =
            |secret| webhook::Verifier::new(secret, webhook_secret_previous, webhook_window);
        Ok(Self {
            client: Client::new(base_url, &api_key, timeouts, policy, clock.clone())?,
            webhooks: webhook_secret.map(verifier),
            wallet,
            chain_ids,
            forms: Forms::default(),
            clock,
        })
    }

    fn wallet_type(&self) -> &'static str {
        match self.wallet {
            WalletMode::Partner { .. } => "partner_wallet",
            WalletMode::External => "external_wallet",
        }
    }

    async fn try_register(&self, payer: &PayerRef) -> Result<String, Failure> {
        let request = wire::UserRequest::new(payer, self.wallet_type()).ok_or(Failure::Request)?;
        let call = Call::post(Operation::Register, &["partner", "users"], &request)?;
        let user: wire::User = wire::data(&self.client.send(call).await?)?;
        user.uuid().ok_or(Failure::Misfit("a user without an id"))
    }

    async fn try_verification(&self, user: &ProviderUserId) -> Result<Verification, Failure> {
        let path = ["partner", "users", &user.0, "verification-status"];
        let call = Call::get(Operation::Verification, &path, Query::new());
        let said: wire::VerificationStatus = wire::data(&self.client.send(call).await?)?;
        let begins = said.has_not_begun();
        let (status, mut verification_url) = said.read();
        if begins {
            verification_url = self.begin_verification(user).await;
        }
        Ok(Verification {
            status,
            verification_url,
        })
    }

    /// Has a payer of whom nothing is known verified on UNIGOX' own pages, and says where they are. The
    /// partner may still hand in what it knows.
    async fn begin_verification(&self, user: &ProviderUserId) -> Option<String> {
        let path = ["partner", "users", &user.0, "kyc-submissions"];
        let handoff = json!({ "method": "handoff", "data": {} });
        let call = Call::post(Operation::Handoff, &path, &handoff).ok()?;
        let answer = self.client.send(call).await.ok()?;
        let handoff: wire::Handoff = wire::data(&answer).ok()?;
        handoff.verification_url
    }

    /// What the rail of a country asks for.
    async fn questions(&self, route: &'static Route) -> Result<Arc<Questions>, Failure> {
        let now = self.clock.now();
        if let Some(known) = self.forms.fresh(route.country, now) {
            return Ok(known);
        }
        let mut query = vec![
            ("direction", "offramp".to_owned()),
            ("currency", route.currency().to_owned()),
        ];
        query.extend(route.code.map(|code| ("country", code.to_owned())));
        let call = Call::get(Operation::Catalogue, &["supported", "payment-rails"], query);
        let rails: wire::Rails = wire::data(&self.client.send(call).await?)?;
        let rail = rails.rails.into_iter().find(|rail| rail.slug == route.rail);
        let rail = rail.ok_or(Failure::Refused(Refusal::AssetUnavailable))?;
        let institutions = if rail.institution_required || !rail.formats.is_empty() {
            Some(self.institutions(route).await?)
        } else {
            None
        };
        let questions = Arc::new(Questions::new(rail, institutions));
        self.forms.keep(route.country, Arc::clone(&questions), now);
        Ok(questions)
    }

    async fn institutions(&self, route: &Route) -> Result<wire::Institutions, Failure> {
        let mut query = vec![
            ("rail", route.rail.to_owned()),
            ("limit", rails::CHOICES.to_string()),
        ];
        query.extend(route.code.map(|code| ("country", code.to_owned())));
        let call = Call::get(Operation::Catalogue, &["supported", "institutions"], query);
        wire::data(&self.client.send(call).await?)
    }

    async fn try_save(
        &self,
        user: &ProviderUserId,
        account: &ListedDetails,
    ) -> Result<SavedAccount, Failure> {
        let route = Route::to(account.country());
        let route = route.ok_or(Failure::Refused(Refusal::AssetUnavailable))?;
        let questions = self.questions(route).await?;
        let request = questions
            .request(route, account)
            .map_err(Failure::Refused)?;
        let path = ["partner", "users", &user.0, "payment-details"];
        let call = Call::post(Operation::SaveAccount, &path, &request)?;
        let saved: wire::SavedDetails = match self.client.send(call).await {
            Ok(answer) => wire::data(&answer)?,
            Err(Failure::RefusedInWords(text)) => {
                let form = questions.form();
                let keys = said::named(&text, form.iter().map(|field| field.key.as_str()));
                return Err(Failure::Refused(Refusal::Fields { keys }));
            }
            Err(failure) => return Err(failure),
        };
        Ok(SavedAccount {
            account: AccountRef(saved.payment_details_id.0),
            bank_name: saved.institution_name,
        })
    }

    async fn price(&self, ask: &QuoteAsk) -> Result<ProviderQuote, Failure> {
        match ask.kind {
            QuoteKind::Indicative => {
                let request = wire::EstimateRequest::new(ask);
                let path = ["partner", "offramp", "estimate"];
                let call = Call::post(Operation::Estimate, &path, &request)?;
                let answer = self.client.send(call).await?;
                let estimate: wire::Estimate = wire::data(&answer)?;
                estimate.price(ask, answer.provider_now)
            }
            QuoteKind::Firm | QuoteKind::Tolerance => {
                let request = wire::QuoteRequest::new(ask)?;
                let path = ["partner", "offramp", "quote"];
                let call = Call::post(Operation::Quote, &path, &request)?;
                let answer = self.client.send(call).await?;
                let quote: wire::Quote = wire::data(&answer)?;
                quote.price(ask, answer.provider_now)
            }
        }
    }

    async fn try_create(&self, order: &NewOrder) -> Result<Snapshot, Failure> {
        let quote_id = order.quote_reference.as_deref();
        let quote_id = quote_id.ok_or(Failure::Refused(Refusal::QuoteExpired))?;
        let request = wire::InitiateRequest {
            quote_id,
            reference_id: &order.id,
        };
        let path = ["partner", "offramp", "initiate"];
        let call = Call::post(Operation::Create, &path, &request)?;
        let answer = self.client.send(call).await?;
        let made: wire::Order = wire::data(&answer)?;
        if !made.is_of(quote_id) {
            return Err(Failure::Misfit("the order of another quote"));
        }
        let snapshot = made.snapshot(self.clock.now(), answer.provider_now)?;
        if snapshot.our_id.as_ref().is_some_and(|id| *id != order.id) {
            return Err(Failure::Misfit("another order's reference"));
        }
        Ok(snapshot)
    }

    async fn find(&self, id: &str) -> Result<Snapshot, Failure> {
        let path = ["partner", "orders", id];
        let call = Call::get(Operation::Read, &path, Query::new());
        let answer = self.client.send(call).await?;
        let order: wire::Order = wire::data(&answer)?;
        if order.id != id {
            return Err(Failure::Misfit("another order than the one asked for"));
        }
        order.snapshot(self.clock.now(), answer.provider_now)
    }

    async fn page(&self, number: usize) -> Result<Listed, Failure> {
        let query = vec![("page", number.to_string()), ("limit", PAGE.to_string())];
        let call = Call::get(Operation::List, &["partner", "orders"], query);
        let answer = self.client.send(call).await?;
        let page: wire::Page = wire::data(&answer)?;
        Ok(Listed {
            pages: page.pagination.total_pages.0,
            items: page.items(self.clock.now(), answer.provider_now),
            provider_now: answer.provider_now,
        })
    }

    async fn read_list(&self, since: Timestamp) -> Result<Listing, Failure> {
        let mut reading = Reading::since(since);
        loop {
            let page = self.page(reading.next_page()).await?;
            match reading.take(page) {
                Progress::More => {}
                Progress::Over(listing) => return Ok(listing),
            }
        }
    }

    /// What has to be signed, as UNIGOX hands it out, once every byte is as agreed.
    async fn checked(&self, expected: &Expected) -> Result<ToSign, SigningError> {
        let signer = match (&self.wallet, &expected.signer) {
            (WalletMode::Partner { key, .. }, None) => key.address(),
            (WalletMode::External, Some(wallet)) => {
                check::address(wallet).ok_or(SigningError::Unexpected("the payer's wallet"))?
            }
            (WalletMode::Partner { .. }, Some(_)) | (WalletMode::External, None) => {
                return Err(SigningError::Unexpected("whose wallet pays"));
            }
        };
        let agreed = Agreed {
            expected,
            signer,
            chain_ids: &self.chain_ids,
        };
        let id = &expected.reference.0;
        let checked = match expected.purpose {
            Purpose::Transfer => {
                let path = ["partner", "orders", id, "transfer-authorization-parameters"];
                let call = Call::get(Operation::Parameters, &path, Query::new());
                let answer = self.client.send(call).await.map_err(ProviderError::from)?;
                let parameters: wire::TransferParameters =
                    wire::data(&answer).map_err(ProviderError::from)?;
                agreed.transfer(&parameters, self.clock.now())
            }
            Purpose::Refund => {
                let path = ["partner", "orders", id, "refund-authorization-parameters"];
                let call = Call::get(Operation::RefundParameters, &path, Query::new());
                let answer = self.client.send(call).await.map_err(ProviderError::from)?;
                let parameters: wire::RefundParameters =
                    wire::data(&answer).map_err(ProviderError::from)?;
                agreed.refund(&parameters, self.clock.now())
            }
        };
        checked.map_err(SigningError::Unexpected)
    }

    async fn act(&self, call: Call<'_>, id: &str) -> Result<ActOutcome, ProviderError> {
        let acted = async {
            let answer = self.client.send(call).await?;
            let acted: wire::Acted = wire::data(&answer)?;
            if acted.order_id == id {
                Ok(ActOutcome::Done {
                    status: acted.status,
                })
            } else {
                Err(Failure::Misfit("another order than the one acted on"))
            }
        };
        failure::acted(acted.await)
    }

    /// Refuses what is asked of the payer's own wallet where the partner's pays.
    fn check_external(&self, what: &str) -> Result<(), ProviderError> {
        match self.wallet {
            WalletMode::External => Ok(()),
            WalletMode::Partner { .. } => Err(self.cannot(what)),
        }
    }

    async fn link(&self, path: &[&str], body: &Value) -> Result<wire::Linked, Failure> {
        let call = Call::post(Operation::Link, path, body)?;
        wire::data(&self.client.send(call).await?)
    }
}

#[async_trait]
impl Provider for Unigox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        let (deposit, daily_limit) = match &self.wallet {
            WalletMode::Partner { daily_limit, .. } => (DepositKind::Authorise, Some(*daily_limit)),
            WalletMode::External => (DepositKind::SignTypedData, None),
        };
        Capabilities {
            quote_kind: QuoteKind::Tolerance,
            guarantee: Guarantee::AtLeast,
            deposit,
            after_sending: AfterSending::Wait,
            can_cancel: true,
            finds_lost: true,
            quote_needs_destination: true,
            links_wallet: matches!(self.wallet, WalletMode::External),
            daily_limit,
            unsaid: &[Part::Network, Part::Account],
        }
    }

    fn catalog(&self) -> &'static str {
        include_str!("catalog.toml")
    }

    /// What `POST /users` requires (contract 4).
    fn misses(&self, payer: &PayerRef) -> Vec<&'static str> {
        payer
            .email
            .is_none()
            .then_some("email")
            .into_iter()
            .collect()
    }

    async fn register(&self, payer: &PayerRef) -> Result<Registered, ProviderError> {
        let user = ProviderUserId(self.try_register(payer).await?);
        Ok(Registered {
            user,
            verification_url: None,
        })
    }

    async fn verification(&self, user: &ProviderUserId) -> Result<Verification, ProviderError> {
        Ok(self.try_verification(user).await?)
    }

    fn tier(&self, _currency: Currency, _fiat_amount: Amount) -> u8 {
        0
    }

    async fn form(&self, country: CountryCode) -> Result<Form, ProviderError> {
        let route = Route::to(country).ok_or(Failure::Refused(Refusal::AssetUnavailable))?;
        let fields = self.questions(route).await?.form();
        Ok(Form::Fields { fields })
    }

    async fn save_account(
        &self,
        user: &ProviderUserId,
        account: &ListedDetails,
    ) -> Result<SavedAccount, ProviderError> {
        Ok(self.try_save(user, account).await?)
    }

    async fn remove_account(
        &self,
        user: &ProviderUserId,
        account: &AccountRef,
    ) -> Result<(), ProviderError> {
        let path = ["partner", "users", &user.0, "payment-details", &account.0];
        match self
            .client
            .send(Call::delete(Operation::RemoveAccount, &path))
            .await
        {
            Ok(_) | Err(Failure::Refused(Refusal::NotFound)) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn quote(&self, ask: &QuoteAsk) -> Result<ProviderQuote, ProviderError> {
        Ok(self.price(ask).await?)
    }

    fn ready(&self) -> Result<(), ProviderError> {
        Ok(self.client.ready().map_err(Failure::NotSent)?)
    }

    /// A quote makes one order at most. That it was used already says that an order may have come of
    /// it, which is looked for by our own id.
    async fn create(&self, order: &NewOrder) -> CreateOutcome {
        failure::created(self.try_create(order).await, "UNAUTHORIZED")
    }

    async fn read(
        &self,
        _user: &ProviderUserId,
        reference: &ProviderRef,
    ) -> Result<Snapshot, ProviderError> {
        Ok(self.find(&reference.0).await?)
    }

    /// The list is of all payers: what is looked for says whose it is.
    async fn list(
        &self,
        _user: &ProviderUserId,
        since: Timestamp,
    ) -> Result<Listing, ProviderError> {
        Ok(self.read_list(since).await?)
    }

    async fn execute(
        &self,
        _reference: &ProviderRef,
        _tx_hash: Option<&TxHash>,
    ) -> Result<ActOutcome, ProviderError> {
        Err(self.cannot("execute"))
    }

    async fn cancel(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let path = ["partner", "orders", &reference.0, "cancel"];
        self.act(Call::bare_post(Operation::Cancel, &path), &reference.0)
            .await
    }

    async fn wallet(&self, user: &ProviderUserId) -> Result<Option<String>, ProviderError> {
        self.check_external("wallet")?;
        let path = ["partner", "users", &user.0, "wallet"];
        let call = Call::get(Operation::Wallet, &path, Query::new());
        match self.client.send(call).await {
            Ok(answer) => Ok(wire::data::<wire::Linked>(&answer)?.address()),
            Err(Failure::Refused(Refusal::WalletNotLinked)) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn wallet_challenge(
        &self,
        user: &ProviderUserId,
        address: &str,
    ) -> Result<WalletChallenge, ProviderError> {
        self.check_external("wallet_challenge")?;
        let path = ["partner", "users", &user.0, "wallet", "challenge"];
        let call = Call::post(Operation::Challenge, &path, &json!({ "address": address }))?;
        let answer = self.client.send(call).await?;
        Ok(wire::data::<wire::Challenge>(&answer)?.into())
    }

    async fn link_wallet(
        &self,
        user: &ProviderUserId,
        link: &WalletLinkRequest,
    ) -> Result<String, ProviderError> {
        self.check_external("link_wallet")?;
        let body = json!({
            "address": link.address, "message": link.message, "signature": link.signature,
        });
        let linked = self
            .link(&["partner", "users", &user.0, "wallet"], &body)
            .await?;
        let address = linked.address();
        let is_theirs = |linked: &String| linked.eq_ignore_ascii_case(&link.address);
        let address = address.filter(is_theirs);
        Ok(address.ok_or(Failure::Misfit("another wallet than the one linked"))?)
    }

    async fn to_sign(&self, expected: &Expected) -> Result<ToSign, SigningError> {
        self.checked(expected).await
    }

    fn sign(&self, request: &ToSign) -> Result<String, SigningError> {
        let WalletMode::Partner { key, .. } = &self.wallet else {
            return Err(self.cannot("sign").into());
        };
        if check::address(&request.signer) != Some(key.address()) {
            return Err(SigningError::Unexpected("the signer"));
        }
        let typed = Typed::read(request.purpose, &request.typed_data)
            .ok_or(SigningError::Unexpected("the typed data"))?;
        key.sign(&typed)
            .ok_or(SigningError::Unexpected("the signature"))
    }

    fn is_signed(&self, request: &ToSign, signature: &str) -> bool {
        let signature = typed_data::signature(signature);
        let typed = Typed::read(request.purpose, &request.typed_data);
        let signer = typed
            .zip(signature)
            .and_then(|(typed, signature)| typed_data::signer(&typed, &signature));
        signer.is_some() && signer == check::address(&request.signer)
    }

    async fn hand_in(
        &self,
        request: &ToSign,
        signature: &str,
    ) -> Result<ActOutcome, ProviderError> {
        let typed = Typed::read(request.purpose, &request.typed_data)
            .ok_or(Failure::Misfit("typed data that nobody wrote"))?;
        // Some wallets count from zero what contracts count from 27.
        let signature = typed_data::signature(signature).ok_or(Failure::Misfit("no signature"))?;
        let signature = alloy_primitives::hex::encode_prefixed(signature.as_bytes());
        let (operation, action, body) = match request.purpose {
            Purpose::Transfer => (
                Operation::Authorise,
                "authorize-crypto-transfer",
                json!({ "forward_request": typed.message(), "signature": signature }),
            ),
            Purpose::Refund => (
                Operation::Refund,
                "authorize-refund",
                json!({ "signature": signature }),
            ),
        };
        let path = ["partner", "orders", &request.reference, action];
        self.act(Call::post(operation, &path, &body)?, &request.reference)
            .await
    }

    async fn confirm(&self, reference: &ProviderRef) -> Result<ActOutcome, ProviderError> {
        let path = ["partner", "orders", &reference.0, "confirm-fiat-received"];
        self.act(Call::bare_post(Operation::Confirm, &path), &reference.0)
            .await
    }

    async fn provide(
        &self,
        user: &ProviderUserId,
        _reference: &ProviderRef,
        fields: &[(String, String)],
    ) -> Result<ActOutcome, ProviderError> {
        let facts: serde_json::Map<String, Value> = fields
            .iter()
            .map(|(key, answer)| (key.clone(), answer.as_str().into()))
            .collect();
        let path = ["partner", "users", &user.0, "kyc"];
        let call = Call::patch(Operation::Provide, &path, &facts)?;
        let given = async {
            let answer = self.client.send(call).await?;
            wire::data::<wire::Updated>(&answer)
        };
        failure::acted(given.await.map(|_| ActOutcome::Done {
            status: "given".to_owned(),
        }))
    }

    fn assess(&self, snapshot: &Snapshot, facts: &LocalFacts) -> Assessment {
        mapping::assess(snapshot, *facts)
    }

    fn webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Hint, WebhookError> {
        self.webhooks
            .as_ref()
            .ok_or(WebhookError::NotConfigured)?
            .read(headers, body, self.clock.now())
    }

    fn takes_webhooks(&self) -> bool {
        self.webhooks.is_some()
    }

    /// UNIGOX keeps none that could be asked for.
    async fn history(&self, _since: Timestamp) -> Result<History, ProviderError> {
        Ok(History {
            notices: Vec::new(),
            complete: true,
        })
    }

    async fn notice(&self, _id: &str) -> Result<Hint, ProviderError> {
        Err(self.cannot("notice"))
    }
}

//! Prices: what a payer is shown, and within which limits.

use std::time::Duration;

use offramp_domain::{
    api::{self, ErrorCode, Fee, Quote, QuoteRequest},
    money::{Amount, Currency, Round},
    quote::{FeeKind, Guarantee, QuoteKind, crypto_for, fiat_for},
    time::Timestamp,
};

use super::{
    Engine,
    limits::{Chosen, named_range, within_crypto_limits, within_fiat_limits, within_locks},
    rates::Rate,
};
use crate::{
    catalog::{Asset, Country},
    error::ApiError,
    provider::{Provider, ProviderQuote, ProviderUserId, QuoteAsk},
    secrets::new_id,
    store::{Destination, StoredQuote, StoredSession},
};

/// How many tiers are asked about for one price: the first guess, the one that the amount belongs
/// to, and that one again at its own rate.
const TIERS_ASKED: usize = 3;

/// How many prices are locked for one fiat amount while the rate falls.
const LOCKS_ASKED: usize = 3;

/// How far the provider's clock may be past what its answer says: that is in whole seconds.
const CLOCK_GRAIN: Duration = Duration::from_secs(1);

/// What a payer asks for, checked against what is offered.
pub(super) struct Ask<'a> {
    user: &'a ProviderUserId,
    destination: Option<Destination>,
    pub(super) provider: &'a dyn Provider,
    pub(super) asset: &'a Asset,
    country: &'a Country,
    pub(super) currency: Currency,
    side: AskedAmount,
}

impl Ask<'_> {
    /// What the provider is asked.
    pub(super) fn of(&self, kind: QuoteKind, crypto_amount: Amount) -> QuoteAsk {
        QuoteAsk {
            user: self.user.clone(),
            account: self.destination.as_ref().map(|saved| saved.account.clone()),
            kind,
            token: self.asset.token,
            network: self.asset.network,
            country: self.country.country,
            currency: self.currency,
            crypto_amount,
        }
    }
}

/// The one amount that was given.
#[derive(Clone, Copy)]
enum AskedAmount {
    Crypto(Amount),
    Fiat(Amount),
}

impl Engine {
    /// Prices what a payer asks for, and remembers the price for an order.
    ///
    /// # Errors
    /// When it is not offered, out of range, locked otherwise, or the provider cannot say.
    pub async fn quote(
        &self,
        session: &StoredSession,
        request: &QuoteRequest,
    ) -> Result<StoredQuote, ApiError> {
        let provider = self.session_provider(session)?;
        let destination = self.quoted_destination(session, request, provider).await?;
        let ask = self.ask(session, request, provider, destination)?;
        if let AskedAmount::Crypto(amount) = ask.side {
            within_crypto_limits(ask.asset, amount)?;
        }
        if let AskedAmount::Fiat(amount) = ask.side {
            within_fiat_limits(ask.country, ask.currency, amount)?;
        }
        let firm = request.kind == QuoteKind::Firm
            && ask.provider.capabilities().quote_kind != QuoteKind::Indicative
            && self.prices.spend(ask.provider.name());
        let quote = if firm {
            self.firm(&ask).await?
        } else {
            self.indicative(&ask).await?
        };
        within_crypto_limits(ask.asset, quote.shown.crypto_amount)?;
        within_fiat_limits(ask.country, ask.currency, quote.shown.fiat_amount)?;
        self.store
            .insert_quote(&session.payer.id, &quote, self.now())
            .await?;
        Ok(quote)
    }

    /// A new locked price for the same crypto amount. Creating an order may always take one.
    ///
    /// # Errors
    /// When the provider cannot say.
    pub async fn requote(
        &self,
        provider: &dyn Provider,
        user: &ProviderUserId,
        old: &StoredQuote,
    ) -> Result<StoredQuote, ApiError> {
        let ask = QuoteAsk {
            user: user.clone(),
            account: old.account.clone(),
            kind: QuoteKind::Firm,
            token: old.shown.token,
            network: old.shown.network,
            country: old.country,
            currency: old.shown.currency,
            crypto_amount: old.shown.crypto_amount,
        };
        self.prices.spend(provider.name());
        let asked_at = self.now();
        let answer = provider.quote(&ask).await?;
        let mut quote = self.stored(provider, &ask, &answer, asked_at);
        quote.destination.clone_from(&old.destination);
        Ok(quote)
    }

    /// The provider that a session is with.
    ///
    /// # Errors
    /// When it has been switched off since.
    pub fn session_provider(&self, session: &StoredSession) -> Result<&dyn Provider, ApiError> {
        self.provider(&session.payer.provider)
            .map(AsRef::as_ref)
            .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))
    }

    /// The saved account that a price is asked for, where one is named.
    async fn quoted_destination(
        &self,
        session: &StoredSession,
        request: &QuoteRequest,
        provider: &dyn Provider,
    ) -> Result<Option<Destination>, ApiError> {
        let needs_one = provider.capabilities().quote_needs_destination;
        match &request.destination {
            Some(api::Destination::Saved { id }) if needs_one => {
                let saved = self.store.destination(&session.payer.id, id).await?;
                let saved = saved
                    .filter(|saved| saved.shown.country == request.country)
                    .ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
                Ok(Some(saved))
            }
            None if needs_one && request.kind != QuoteKind::Indicative => Err(
                ApiError::invalid_request("a price needs a saved destination first"),
            ),
            // Where it changes nothing, it is not looked at.
            Some(
                api::Destination::BankAccount { .. }
                | api::Destination::Saved { .. }
                | api::Destination::Registered { .. },
            )
            | None => Ok(None),
        }
    }

    fn ask<'a>(
        &'a self,
        session: &'a StoredSession,
        request: &QuoteRequest,
        provider: &'a dyn Provider,
        destination: Option<Destination>,
    ) -> Result<Ask<'a>, ApiError> {
        let side = match (request.crypto_amount, request.fiat_amount) {
            (Some(crypto), None) => AskedAmount::Crypto(crypto),
            (None, Some(fiat)) => AskedAmount::Fiat(fiat),
            (Some(_), Some(_)) | (None, None) => {
                return Err(ApiError::invalid_request(
                    "exactly one of crypto_amount and fiat_amount is needed",
                ));
            }
        };
        within_locks(
            session,
            &Chosen {
                country: request.country,
                token: request.token,
                network: request.network,
                crypto_amount: request.crypto_amount,
            },
        )?;
        let unavailable = || ApiError::new(ErrorCode::AssetUnavailable);
        let catalog = self.catalogs.of(provider.name());
        let asset = catalog
            .asset(request.token, request.network)
            .ok_or_else(unavailable)?;
        let country = catalog.country(request.country).ok_or_else(unavailable)?;
        let (given, decimals) = match side {
            AskedAmount::Crypto(amount) => (amount, asset.decimals),
            AskedAmount::Fiat(amount) => (amount, request.country.country().currency.decimals()),
        };
        if given.decimals() > decimals {
            return Err(ApiError::invalid_request(format!(
                "an amount with more than {decimals} decimals"
            )));
        }
        Ok(Ask {
            user: &session.payer.user,
            destination,
            provider,
            asset,
            country,
            currency: request.country.country().currency,
            side,
        })
    }

    /// A price from a rate that was shown lately, or is asked for now.
    async fn indicative(&self, ask: &Ask<'_>) -> Result<StoredQuote, ApiError> {
        let mut tier = 0;
        let mut amount = match ask.side {
            AskedAmount::Crypto(amount) => amount,
            AskedAmount::Fiat(_) => a_usual_amount(ask.asset),
        };
        let mut quote = None;
        for _ in 0..TIERS_ASKED {
            let rate = self.rate(ask, tier, amount).await?;
            let (crypto, fiat) = both_amounts(ask, rate.fiat_per_token)?;
            quote = Some(indicative_quote(ask, rate, crypto, fiat));
            tier = ask.provider.tier(ask.currency, fiat);
            amount = crypto;
            if rate.tier == tier {
                break;
            }
        }
        // On the border between two tiers neither rate may fit: the last one is shown, and what it
        // is worth is seen when a price is locked.
        quote.ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))
    }

    /// A price that the provider locks.
    async fn firm(&self, ask: &Ask<'_>) -> Result<StoredQuote, ApiError> {
        let mut crypto_amount = match ask.side {
            AskedAmount::Crypto(amount) => amount,
            AskedAmount::Fiat(_) => self.indicative(ask).await?.shown.crypto_amount,
        };
        for _ in 0..LOCKS_ASKED {
            let request = ask.of(QuoteKind::Firm, crypto_amount);
            let asked_at = self.now();
            let answer = ask
                .provider
                .quote(&request)
                .await
                .map_err(|error| named_range(error, ask.asset, ask.currency))?;
            let mut quote = self.stored(ask.provider, &request, &answer, asked_at);
            quote.destination = ask.destination.as_ref().map(|saved| saved.id.clone());
            match ask.side {
                // The rate has moved since: more crypto is needed for what was asked.
                AskedAmount::Fiat(wanted) if quote.shown.fiat_amount < wanted => {
                    crypto_amount = crypto_for(wanted, answer.rate, ask.asset.decimals)
                        .ok_or_else(|| ApiError::new(ErrorCode::ProviderUnavailable))?;
                }
                AskedAmount::Fiat(_) | AskedAmount::Crypto(_) => return Ok(quote),
            }
        }
        Err(ApiError::new(ErrorCode::ProviderUnavailable))
    }

    /// A provider's price as it is shown and kept.
    fn stored(
        &self,
        provider: &dyn Provider,
        ask: &QuoteAsk,
        answer: &ProviderQuote,
        asked_at: Timestamp,
    ) -> StoredQuote {
        let now = self.now();
        let ahead = answer
            .provider_now
            .map_or(0, |theirs| theirs.as_millis() - now.as_millis());
        let fiat = answer
            .fiat_amount
            .rounded(ask.currency.decimals(), Round::Down);
        let guarantee = provider.capabilities().guarantee;
        let shown = Quote {
            id: new_id("quo"),
            kind: answer.kind,
            guarantee,
            token: ask.token,
            network: ask.network,
            crypto_amount: answer.crypto_amount.normalized(),
            currency: ask.currency,
            fiat_amount: fiat,
            fiat_minimum: match guarantee {
                Guarantee::Exact | Guarantee::AtLeast => Some(fiat),
                Guarantee::Estimate => None,
            },
            rate: answer.rate,
            fees: spread_fee(fiat, answer.spread, ask.currency)
                .into_iter()
                .chain(answer.fees.iter().cloned())
                .collect(),
            expires_at: answer
                .expires_at
                .map(|theirs| earliest_end(theirs, answer.provider_now, asked_at)),
        };
        StoredQuote {
            shown,
            country: ask.country,
            fiat_amount: answer.fiat_amount,
            reference: answer.reference.clone(),
            destination: None,
            account: ask.account.clone(),
            provider_ahead_ms: ahead,
        }
    }
}

/// When a price ends at the earliest, on our clock. It is better asked for once more than used when
/// the provider does not hold it any more.
fn earliest_end(theirs: Timestamp, said: Option<Timestamp>, asked_at: Timestamp) -> Timestamp {
    // The provider cannot have said what time it is before it was asked.
    let latest = said.unwrap_or(asked_at).plus(CLOCK_GRAIN);
    asked_at.plus(theirs.since(latest))
}

/// A price from a rate, as it is shown and kept.
fn indicative_quote(
    ask: &Ask<'_>,
    rate: Rate,
    crypto_amount: Amount,
    fiat_amount: Amount,
) -> StoredQuote {
    // Where the provider locks prices at all, one is locked when the order is made, and the
    // order is refused below the figure shown: the figure is a floor already.
    let locks = ask.provider.capabilities().quote_kind != QuoteKind::Indicative;
    let shown = Quote {
        id: new_id("quo"),
        kind: QuoteKind::Indicative,
        guarantee: if locks {
            Guarantee::AtLeast
        } else {
            Guarantee::Estimate
        },
        token: ask.asset.token,
        network: ask.asset.network,
        crypto_amount: crypto_amount.normalized(),
        currency: ask.currency,
        fiat_amount,
        fiat_minimum: locks.then_some(fiat_amount),
        rate: rate.fiat_per_token,
        fees: spread_fee(fiat_amount, rate.spread, ask.currency),
        expires_at: None,
    };
    StoredQuote {
        shown,
        country: ask.country.country,
        fiat_amount,
        reference: None,
        destination: ask.destination.as_ref().map(|saved| saved.id.clone()),
        account: ask.destination.as_ref().map(|saved| saved.account.clone()),
        provider_ahead_ms: 0,
    }
}

/// An amount to ask a first rate with, where the payer named none: within every limit, and far
/// from the amounts that are priced otherwise.
fn a_usual_amount(asset: &Asset) -> Amount {
    let ten = const { Amount::new(10, 0).unwrap() };
    let usual = asset.min.checked_mul(ten).unwrap_or(asset.min);
    usual.min(asset.max)
}

fn both_amounts(ask: &Ask<'_>, rate: Amount) -> Result<(Amount, Amount), ApiError> {
    let unusable = || ApiError::new(ErrorCode::ProviderUnavailable);
    match ask.side {
        AskedAmount::Crypto(crypto) => {
            let fiat = fiat_for(crypto, rate, ask.currency).ok_or_else(unusable)?;
            Ok((crypto, fiat))
        }
        AskedAmount::Fiat(wanted) => {
            let crypto = crypto_for(wanted, rate, ask.asset.decimals).ok_or_else(unusable)?;
            let fiat = fiat_for(crypto, rate, ask.currency).ok_or_else(unusable)?;
            Ok((crypto, fiat))
        }
    }
}

/// The partner's spread as a line of its own: what the rate without it would have paid more.
fn spread_fee(fiat: Amount, spread: Amount, currency: Currency) -> Vec<Fee> {
    let one = const { Amount::new(1, 0).unwrap() };
    let amount = one
        .checked_sub(spread)
        .filter(|_| !spread.is_zero())
        .and_then(|kept| fiat.checked_div(kept))
        .and_then(|without| without.checked_sub(fiat))
        .map(|fee| fee.rounded(currency.decimals(), Round::Up));
    amount
        .map(|amount| Fee {
            kind: FeeKind::Spread,
            amount,
            currency: currency.code().to_owned(),
        })
        .into_iter()
        .collect()
}

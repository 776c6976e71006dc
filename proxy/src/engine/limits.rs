//! What may be asked for: the limits of the catalogue, what a session fixed, and how a refusal of
//! the provider is told. Pure.

use offramp_domain::{
    api::{ErrorCode, LockKey},
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
};

use crate::{
    catalog::{Asset, Country},
    error::{ApiError, Range},
    provider::{ProviderError, Refusal, Side},
    store::{StoredQuote, StoredSession},
};

/// Whether an amount of crypto is within the catalogue's limits.
///
/// # Errors
/// When it is not, with the limits.
pub fn within_crypto_limits(asset: &Asset, amount: Amount) -> Result<(), ApiError> {
    if (asset.min..=asset.max).contains(&amount) {
        return Ok(());
    }
    Err(ApiError::out_of_range(Range {
        min: Some(asset.min),
        max: Some(asset.max),
        currency: asset.token.symbol().to_owned(),
    }))
}

/// Whether an amount of money is within the catalogue's limits.
///
/// # Errors
/// When it is not, with the limits.
pub fn within_fiat_limits(
    country: &Country,
    currency: Currency,
    amount: Amount,
) -> Result<(), ApiError> {
    if (country.min..=country.max).contains(&amount) {
        return Ok(());
    }
    Err(ApiError::out_of_range(Range {
        min: Some(country.min),
        max: Some(country.max),
        currency: currency.code().to_owned(),
    }))
}

/// What a payer chose, as far as a session may fix it.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// Country of the bank account.
    pub country: CountryCode,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Everything that leaves the payer; none where the payer named the money instead.
    pub crypto_amount: Option<Amount>,
}

/// Whether a choice keeps to what the session fixed.
///
/// # Errors
/// When it does not.
pub fn within_locks(session: &StoredSession, chosen: &Chosen) -> Result<(), ApiError> {
    let prefill = &session.terms.prefill;
    for lock in &session.terms.lock {
        let is_kept = match lock {
            LockKey::Country => prefill.country == Some(chosen.country),
            LockKey::Token => prefill.token == Some(chosen.token),
            LockKey::Network => prefill.network == Some(chosen.network),
            LockKey::CryptoAmount => prefill.crypto_amount == chosen.crypto_amount,
        };
        if !is_kept {
            let error = match lock {
                LockKey::Country | LockKey::Token | LockKey::Network => {
                    ApiError::new(ErrorCode::AssetUnavailable)
                }
                LockKey::CryptoAmount => ApiError::out_of_range(Range {
                    min: prefill.crypto_amount,
                    max: prefill.crypto_amount,
                    currency: chosen.token.symbol().to_owned(),
                }),
            };
            return Err(error.detail("locked"));
        }
    }
    Ok(())
}

/// Whether a price keeps to what the session fixed: it may be another session's.
///
/// # Errors
/// When it does not.
pub fn keeps_locks(session: &StoredSession, quote: &StoredQuote) -> Result<(), ApiError> {
    let chosen = Chosen {
        country: quote.country,
        token: quote.shown.token,
        network: quote.shown.network,
        crypto_amount: Some(quote.shown.crypto_amount),
    };
    within_locks(session, &chosen)
}

/// A provider's refusal of an amount, with the name of what was refused.
pub fn named_range(error: ProviderError, asset: &Asset, currency: Currency) -> ApiError {
    match error {
        ProviderError::Refused(refusal) => refused(refusal, asset.token, currency),
        ProviderError::Unavailable(_)
        | ProviderError::NotSent { .. }
        | ProviderError::RateLimited { .. }
        | ProviderError::Key => error.into(),
    }
}

/// A refusal, where the token and the currency are known.
pub fn refused(refusal: Refusal, token: Token, currency: Currency) -> ApiError {
    match refusal {
        Refusal::AmountOutOfRange { min, max, side } => ApiError::out_of_range(Range {
            min,
            max,
            currency: match side {
                Side::Fiat => currency.code().to_owned(),
                Side::Crypto => token.symbol().to_owned(),
            },
        }),
        Refusal::QuoteExpired
        | Refusal::NotVerified { .. }
        | Refusal::FormMissing { .. }
        | Refusal::WalletNotLinked
        | Refusal::FundsUnavailable
        | Refusal::Fields { .. }
        | Refusal::ReceiverNotVerified
        | Refusal::PayerUnknown
        | Refusal::NotFound
        | Refusal::AssetUnavailable
        | Refusal::NotPossibleNow
        | Refusal::Other { .. } => refusal.into(),
    }
}

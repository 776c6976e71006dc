//! The partner's spread: taken only once it is certain which way it works.
//!
//! One page of Capa's reference says that a premium *increases the rate*, another that it goes to
//! the partner (contract 2.4 and U20). If the first were meant literally, a payer would be paid too
//! much and the partner would pay for it.

use offramp_domain::{
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use thiserror::Error;

use super::{Capa, settings::PREMIUM_SPREAD};
use crate::{
    config::ConfigError,
    provider::{ProviderError, ProviderUserId, QuoteAsk},
};

/// How much is asked about: well within the limits of the simulator and of any account.
const ABOUT: Amount = Amount::new(100, 0).unwrap();

/// Why a spread is refused.
#[derive(Debug, Error)]
enum SpreadError {
    #[error("with it the payer gets more, not less")]
    GivesMore,
    #[error(
        "its effect cannot be seen: one quote without it and one with it differ by something else"
    )]
    Unclear,
    #[error("its direction cannot be seen, because there is no quote: {0}")]
    NoQuote(#[source] ProviderError),
}

impl Capa {
    /// Takes one quote without the spread and one with it, and compares them. Without a spread
    /// there is nothing to check.
    ///
    /// # Errors
    /// Unless the payer gets less by about the spread.
    pub async fn check_spread(&self) -> Result<(), ConfigError> {
        if self.spread.is_zero() {
            return Ok(());
        }
        self.compare_rates()
            .await
            .map_err(|error| ConfigError::wrong(PREMIUM_SPREAD, error))
    }

    async fn compare_rates(&self) -> Result<(), SpreadError> {
        let ask = QuoteAsk {
            user: ProviderUserId(String::new()),
            account: None,
            kind: QuoteKind::Indicative,
            token: Token::Usdc,
            network: Network::Pol,
            country: CountryCode::Mx,
            currency: Currency::Mxn,
            crypto_amount: ABOUT,
        };
        let rate = async |spread| match self.price(&ask, spread).await {
            Ok(quote) => Ok(quote.rate),
            Err(failure) => Err(SpreadError::NoQuote(failure.into())),
        };
        let without = rate(Amount::ZERO).await?;
        let with = rate(self.spread).await?;
        compare(without, with, self.spread)
    }
}

/// Whether a rate fell by about the spread: between half of it and one and a half times as much,
/// since the market may have moved between the two quotes.
fn compare(without: Amount, with: Amount, spread: Amount) -> Result<(), SpreadError> {
    let times = |factor| without.checked_mul(spread)?.checked_mul(factor);
    let least = times(const { Amount::new(5, 1).unwrap() });
    let most = times(const { Amount::new(15, 1).unwrap() });
    // What cannot be kept is nothing, and nothing is below everything.
    let is_about_it =
        |change: Option<Amount>| change.is_some() && least <= change && change <= most;
    if is_about_it(without.checked_sub(with)) {
        Ok(())
    } else if is_about_it(with.checked_sub(without)) {
        Err(SpreadError::GivesMore)
    } else {
        Err(SpreadError::Unclear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(without: &str, with: &str, spread: &str) -> Result<(), String> {
        let amount = |text: &str| text.parse().unwrap();
        compare(amount(without), amount(with), amount(spread)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_payer_has_to_get_less_by_about_the_spread() {
        assert_eq!(verdict("18.184665", "18.002818", "0.01"), Ok(()));
        assert_eq!(verdict("18.184665", "18.010000", "0.01"), Ok(()));
    }

    #[test]
    fn a_spread_that_works_the_other_way_is_refused() {
        let problem = "with it the payer gets more, not less".to_owned();
        assert_eq!(verdict("18.184665", "18.366512", "0.01"), Err(problem));
    }

    #[test]
    fn a_spread_without_effect_is_refused() {
        let problem = "its effect cannot be seen: one quote without it and one with it differ by \
                       something else";
        assert_eq!(
            verdict("18.184665", "18.184665", "0.01"),
            Err(problem.to_owned())
        );
        assert_eq!(
            verdict("18.184665", "17.0", "0.01"),
            Err(problem.to_owned())
        );
    }
}

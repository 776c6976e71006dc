//! What is typed and chosen in the first step, and what follows from it.

use offramp_domain::{
    api::{Checkout, ErrorCode, Problem},
    bank::CountryCode,
    money::{Amount, Currency, Token},
    network::Network,
};

use super::{
    limits::{self, AmountProblem, Limits, Range},
    prefill::asset_value,
};
use crate::{
    api::ApiError,
    i18n::{Locale, fill},
    state::RwSignal,
    steps::{AmountDraft, Side},
    wizard::{Anchor, Ask},
};

/// Digits after the point while no token is chosen: as many as any of them has.
const MOST_DECIMALS: u32 = 18;

/// Digits after the point while no country is chosen.
const CENTS: u32 = 2;

/// What is typed and chosen at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sale {
    /// Which amount was typed.
    pub(super) side: Side,
    /// That amount, whatever the limits.
    pub(super) amount: Result<Amount, AmountProblem>,
    pub(super) asset: Option<Sold>,
    pub(super) country: Option<Paid>,
}

/// What is sold, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sold {
    pub(super) token: Token,
    pub(super) network: Network,
    pub(super) decimals: u32,
    pub(super) range: Range,
}

/// Where money is paid, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) country: CountryCode,
    pub(super) currency: Currency,
    pub(super) range: Range,
}

/// Why the amount will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Found here.
    Typed(AmountProblem),
    /// Found by the proxy.
    Refused(ErrorCode),
}

impl Sale {
    /// Reads the draft against what is offered.
    pub(super) fn read(checkout: &Checkout, draft: AmountDraft, locale: &Locale) -> Self {
        let (side, asset, country) = (draft.side.get(), draft.asset.get(), draft.country.get());
        let asset = (checkout.assets.iter())
            .find(|known| asset_value((known.token, known.network)) == asset)
            .map(|known| Sold {
                token: known.token,
                network: known.network,
                decimals: known.decimals,
                range: Range {
                    min: known.min,
                    max: known.max,
                },
            });
        let country = (checkout.countries.iter())
            .find(|known| known.country.as_str() == country)
            .map(|known| Paid {
                country: known.country,
                currency: known.currency,
                range: Range {
                    min: known.min,
                    max: known.max,
                },
            });
        let decimals = match side {
            Side::Crypto => asset.map_or(MOST_DECIMALS, |asset| asset.decimals),
            Side::Fiat => country.map_or(CENTS, |offer| offer.currency.decimals()),
        };
        let mark = locale.decimal_mark();
        let text = draft.text(side);
        let amount = text.with(|text| limits::read(text, mark, decimals));
        Self {
            side,
            amount,
            asset,
            country,
        }
    }

    /// All of it, once it is complete.
    pub(super) fn ask(&self) -> Option<Ask> {
        let (asset, country) = (self.asset?, self.country?);
        let amount = self.amount.ok().filter(|amount| !amount.is_zero())?;
        Some(Ask {
            token: asset.token,
            network: asset.network,
            country: country.country,
            anchor: match self.side {
                Side::Crypto => Anchor::Crypto(amount),
                Side::Fiat => Anchor::Fiat(amount),
            },
        })
    }

    /// The unit of a side, once it is chosen.
    pub(super) fn unit(&self, side: Side) -> &'static str {
        let unit = match side {
            Side::Crypto => self.asset.map(|asset| asset.token.symbol()),
            Side::Fiat => self.country.map(|offer| offer.currency.code()),
        };
        unit.unwrap_or_default()
    }

    /// What one order may be, once both sides are chosen.
    pub(super) fn limits(&self, rate: Option<Amount>) -> Option<Limits> {
        Some(Limits::of(self.asset?, self.country?, rate))
    }

    /// What is wrong with the amount: what can be found here before what the proxy said.
    pub(super) fn trouble(
        &self,
        limits: Option<Limits>,
        refused: Option<&ApiError>,
    ) -> Option<Trouble> {
        let amount = match self.amount {
            Ok(amount) => amount,
            Err(problem) => return Some(Trouble::Typed(problem)),
        };
        let range = limits.map(|limits| limits.side(self.side));
        if let Some(problem) = range.and_then(|range| range.refuse(amount)) {
            return Some(Trouble::Typed(problem));
        }
        let code = refused?.code().filter(|code| is_about_the_amount(*code))?;
        let range = refused?
            .problem()
            .and_then(|problem| self.refused_range(problem));
        let problem = range.and_then(|range| range.refuse(amount));
        Some(problem.map_or(Trouble::Refused(code), Trouble::Typed))
    }

    /// The limits that the proxy named, if they are in the unit that was typed.
    fn refused_range(&self, problem: &Problem) -> Option<Range> {
        let is_typed = problem.currency.as_deref() == Some(self.unit(self.side));
        let min = problem.min.unwrap_or(Amount::ZERO);
        is_typed.then_some(Range {
            min,
            max: problem.max?,
        })
    }

    /// What is wrong, in words.
    pub(super) fn sentence(&self, locale: &Locale, trouble: Trouble) -> String {
        let words = &locale.words.amount.problem;
        let limit = |amount| locale.of_unit(amount, self.unit(self.side));
        let problem = match trouble {
            Trouble::Typed(problem) => problem,
            Trouble::Refused(ErrorCode::LimitReached) => return words.limit().to_owned(),
            Trouble::Refused(_) => return locale.words.errors.amount().to_owned(),
        };
        match problem {
            AmountProblem::Empty => words.empty().to_owned(),
            AmountProblem::NotAnAmount => words.not_amount().to_owned(),
            AmountProblem::TooLong => words.too_large().to_owned(),
            AmountProblem::TooManyDecimals { max } => {
                fill(words.decimals(), &[("max", &max.to_string())])
            }
            AmountProblem::Ambiguous(less) => {
                let thousand = "1000".parse().unwrap_or_default();
                let more = less.checked_mul(thousand).unwrap_or(less);
                let typed = |amount: Amount| locale.typed(&amount.normalized().to_string());
                fill(
                    words.ambiguous(),
                    &[("more", &typed(more)), ("less", &typed(less))],
                )
            }
            AmountProblem::Below(min) => fill(words.below(), &[("min", &limit(min))]),
            AmountProblem::Above(max) => fill(words.above(), &[("max", &limit(max))]),
        }
    }
}

/// Whether another amount would do.
pub(super) fn is_about_the_amount(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::AmountOutOfRange | ErrorCode::LimitReached)
}

impl AmountDraft {
    /// What is typed on a side.
    pub(super) fn text(self, side: Side) -> RwSignal<String> {
        match side {
            Side::Crypto => self.crypto,
            Side::Fiat => self.fiat,
        }
    }
}

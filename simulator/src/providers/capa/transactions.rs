//! `GET /transactions`: the partner's transactions, filtered, sorted and paged.

use std::cmp::Ordering;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::assets::Fiat;
use super::books::{Books, Transaction};
use super::refusal::Refusal;
use super::status::Status;
use super::{Capa, check_id, wire};

/// `GET /transactions`.
pub(super) async fn list(
    State(capa): State<Capa>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let answer = |books: &mut Books, _| {
        let Query(query) = query.map_err(|_| Refusal::InvalidInput)?;
        let listing = Listing::try_from(query)?;
        Ok(books.page(&listing))
    };
    capa.reply(StatusCode::OK, capa.with_books(answer))
}

/// The query as it was written. There is one partner, so `partnerId` is not looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListQuery {
    id: Option<String>,
    status: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    fiat_currency: Option<String>,
    user_id: Option<String>,
    skip: Option<String>,
    limit: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
}

/// A query that passed its checks.
#[derive(Debug)]
struct Listing {
    id: Option<String>,
    status: Option<Status>,
    kind: Option<&'static str>,
    fiat: Option<Fiat>,
    user_id: Option<String>,
    skip: usize,
    limit: usize,
    sort_by: SortBy,
    sort_order: SortOrder,
}

#[derive(Clone, Copy, Debug)]
enum SortBy {
    CreatedAt,
    CompletedAt,
    CryptoAmount,
    FiatAmount,
    Status,
}

#[derive(Clone, Copy, Debug)]
enum SortOrder {
    Ascending,
    Descending,
}

impl TryFrom<ListQuery> for Listing {
    type Error = Refusal;

    fn try_from(query: ListQuery) -> Result<Self, Refusal> {
        query
            .id
            .iter()
            .chain(&query.user_id)
            .try_for_each(|id| check_id(id))?;
        let limit = number(query.limit.as_deref(), 20)?;
        if !(1..=100).contains(&limit) {
            return Err(Refusal::InvalidInput);
        }
        Ok(Self {
            status: known(query.status.as_deref(), Status::documented)?,
            kind: known(query.kind.as_deref(), |kind| {
                ["ON_RAMP", "OFF_RAMP"]
                    .into_iter()
                    .find(|known| *known == kind)
            })?,
            fiat: known(query.fiat_currency.as_deref(), Fiat::with_code)?,
            skip: number(query.skip.as_deref(), 0)?,
            limit,
            // Assumption U30: newest first, and either case.
            sort_by: known(query.sort_by.as_deref(), SortBy::named)?.unwrap_or(SortBy::CreatedAt),
            sort_order: known(query.sort_order.as_deref(), SortOrder::named)?
                .unwrap_or(SortOrder::Descending),
            id: query.id,
            user_id: query.user_id,
        })
    }
}

impl Listing {
    fn includes(&self, transaction: &Transaction) -> bool {
        self.id.as_ref().is_none_or(|id| *id == transaction.id)
            && self
                .user_id
                .as_ref()
                .is_none_or(|id| *id == transaction.user_id)
            && self
                .status
                .as_ref()
                .is_none_or(|status| *status == transaction.status)
            && self
                .kind
                .is_none_or(|kind| kind == transaction.deal.direction.word())
            && self.fiat.is_none_or(|fiat| fiat == transaction.deal.fiat)
    }
}

impl SortBy {
    fn named(name: &str) -> Option<Self> {
        match name {
            "createdAt" => Some(Self::CreatedAt),
            "completedAt" => Some(Self::CompletedAt),
            "cryptoAmount" => Some(Self::CryptoAmount),
            "fiatAmount" => Some(Self::FiatAmount),
            "status" => Some(Self::Status),
            _ => None,
        }
    }

    fn compare(self, one: &Transaction, other: &Transaction) -> Ordering {
        match self {
            Self::CreatedAt => one.created_at.cmp(&other.created_at),
            Self::CompletedAt => one.completed_at.cmp(&other.completed_at),
            Self::CryptoAmount => one.deal.crypto_amount.cmp(&other.deal.crypto_amount),
            Self::FiatAmount => one.deal.fiat_amount.cmp(&other.deal.fiat_amount),
            Self::Status => one.status.as_str().cmp(other.status.as_str()),
        }
    }
}

impl SortOrder {
    fn named(name: &str) -> Option<Self> {
        match name {
            "asc" | "ASC" => Some(Self::Ascending),
            "desc" | "DESC" => Some(Self::Descending),
            _ => None,
        }
    }
}

impl Books {
    fn page(&self, listing: &Listing) -> wire::Page<wire::ListedTransaction> {
        let mut matching: Vec<&Transaction> = self
            .own_transactions()
            .filter(|transaction| listing.includes(transaction))
            .collect();
        // What is equal stays in the order of creation, or in its reverse.
        matching.sort_by(|one, other| listing.sort_by.compare(one, other));
        match listing.sort_order {
            SortOrder::Ascending => {}
            SortOrder::Descending => matching.reverse(),
        }
        let shown = matching.iter().skip(listing.skip).take(listing.limit);
        wire::Page {
            count: matching.len(),
            data: shown
                .map(|transaction| wire::ListedTransaction::new(transaction, &self.knobs))
                .collect(),
        }
    }
}

/// What the text names, if there is one; text that names nothing is refused.
fn known<T>(text: Option<&str>, name: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
    text.map(|text| name(text).ok_or(Refusal::InvalidInput))
        .transpose()
}

fn number(text: Option<&str>, otherwise: usize) -> Result<usize, Refusal> {
    text.map_or(Ok(otherwise), |text| {
        text.parse().map_err(|_| Refusal::InvalidInput)
    })
}

//! Pages, as Laravel cuts them (assumption A-7).

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use super::assumptions::{MAX_PER_PAGE, PER_PAGE};
use super::refusal::Refusal;
use super::wire;

/// The query as it was written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PageQuery {
    page: Option<String>,
    per_page: Option<String>,
    user_id: Option<String>,
}

/// Which page is meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paging {
    page: usize,
    per_page: usize,
    pub(super) user_id: Option<u64>,
}

impl Paging {
    pub(super) fn read(query: Result<Query<PageQuery>, QueryRejection>) -> Result<Self, Refusal> {
        let wrong = |name: &str| {
            let problem = format!("The {name} field must be an integer.");
            Refusal::invalid(name, &problem)
        };
        let Query(query) = query.map_err(|_| wrong("page"))?;
        let number = |name, text: Option<String>, otherwise, most| match text.as_deref() {
            None | Some("") => Ok(otherwise),
            Some(text) => match text.parse() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                Ok(_) | Err(_) => Err(wrong(name)),
            },
        };
        let user_id = query.user_id.filter(|id| !id.is_empty());
        let user_id = user_id.map(|id| id.parse().map_err(|_| wrong("user_id")));
        Ok(Self {
            page: number("page", query.page, 1, usize::MAX)?,
            per_page: number("per_page", query.per_page, PER_PAGE, MAX_PER_PAGE)?,
            user_id: user_id.transpose()?,
        })
    }

    pub(super) fn cut<T>(self, rows: Vec<T>) -> wire::Paginated<T> {
        let total = rows.len();
        let before = self.per_page.saturating_mul(self.page - 1);
        wire::Paginated {
            data: rows.into_iter().skip(before).take(self.per_page).collect(),
            current_page: self.page,
            per_page: self.per_page,
            last_page: total.div_ceil(self.per_page).max(1),
            total,
        }
    }
}

//! Why the last press came to nothing.

use leptos::prelude::*;
use offramp_domain::api::ErrorCode;

use crate::{
    api::ApiError,
    app::RequestId,
    i18n::Locale,
    region::region,
    ui::{Notice, NoticeKind},
};

/// Says what the payer can do about it, and what to quote when asking for help.
#[component]
pub(crate) fn Refusal(problem: Signal<Option<ApiError>>) -> impl IntoView {
    let words = expect_context::<Locale>().words;
    region(move || {
        let Some(error) = problem.get() else {
            return ().into_any();
        };
        let sentence = words.errors.sentence(&error);
        let id = error.request_id().map(str::to_owned);
        view! {
            <Notice kind=NoticeKind::Danger attr:role="alert">
                <p>{sentence}</p>
                <RequestId id />
            </Notice>
        }
        .into_any()
    })
}

/// All but refused answers, which are marked where they were given.
pub(crate) fn unmarked(problem: Signal<Option<ApiError>>) -> Signal<Option<ApiError>> {
    Signal::derive(move || {
        problem
            .get()
            .filter(|error| error.code() != Some(ErrorCode::InvalidFields))
    })
}

//! Why the last press came to nothing.

use leptos::prelude::*;
use offramp_domain::api::ErrorCode;

use crate::{
    api::ApiError,
    app::RequestId,
    context::words,
    state::Signal,
    ui::{Notice, NoticeKind},
    view::{View, region, view},
};

/// Says what the payer can do about it, and what to quote when asking for help.
#[component]
pub(crate) fn Refusal(problem: Signal<Option<ApiError>>) -> View {
    let words = words();
    region(move || {
        let Some(error) = problem.get() else {
            return View::empty();
        };
        let sentence = words.errors.sentence(&error);
        let id = error.request_id().map(str::to_owned);
        view! {
            <Notice kind=NoticeKind::Danger attr:role="alert">
                <p>{sentence}</p>
                <RequestId id />
            </Notice>
        }
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

//! What is shown while nothing else can be: a skeleton, a failure, a surprise.

use leptos::prelude::*;

use crate::{
    api::ApiError,
    element::Host,
    i18n::{Locale, fill},
    steps::Refusal,
    ui::{Button, CopyButton, Notice, NoticeKind, Skeleton, SkeletonSize},
};

/// The shape of the first screen.
#[component]
pub(super) fn Loading() -> impl IntoView {
    let words = expect_context::<Locale>().words;
    view! {
        <div class="checkout-step" role="status" aria-label=words.common.loading>
            <Skeleton />
            <Skeleton size=SkeletonSize::Block />
            <Skeleton size=SkeletonSize::Block />
        </div>
    }
}

/// The first screen could not be loaded.
#[component]
pub(super) fn Failed(
    /// Why not.
    error: ApiError,
    /// Whether it is being tried again.
    #[prop(into)]
    busy: Signal<bool>,
    /// Tries again.
    on_retry: Callback<()>,
) -> impl IntoView {
    let words = expect_context::<Locale>().words;
    expect_context::<Host>().failed(&error);
    view! {
        <section class="checkout-step">
            <h2 class="checkout-step__title" tabindex="-1">
                {words.app.failed_title}
            </h2>
            <Refusal problem=Signal::stored(Some(error)) />
            <Button label=words.common.retry action="retry" busy on_press=on_retry />
        </section>
    }
}

/// What to quote when asking for help, where the proxy gave it.
#[component]
pub(crate) fn RequestId(
    /// The id, as the proxy gave it.
    id: Option<String>,
) -> impl IntoView {
    let words = expect_context::<Locale>().words;
    id.map(|id| {
        let text = fill(words.common.request_id, &[("id", &id)]);
        view! {
            <p class="checkout-muted" data-testid="request-id">
                {text}
            </p>
            <CopyButton label=words.common.request_id_copy text=id action="copy-request-id" />
        }
    })
}

/// Something that should not happen has happened.
#[component]
pub(super) fn Surprise(
    /// Begins anew.
    on_start_over: Callback<()>,
) -> impl IntoView {
    let words = expect_context::<Locale>().words;
    view! {
        <section class="checkout-step">
            <h2 class="checkout-step__title" tabindex="-1">
                {words.app.surprise_title}
            </h2>
            <Notice kind=NoticeKind::Warning attr:role="alert">
                <p>{words.app.surprise}</p>
            </Notice>
            <Button label=words.app.start_over action="restart" on_press=on_start_over />
        </section>
    }
}

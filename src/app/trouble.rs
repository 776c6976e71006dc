//! What is shown while nothing else can be: a skeleton, a failure, a surprise.

use leptos::prelude::*;

use crate::{
    api::ApiError,
    context::{context, words},
    i18n::fill,
    state::{Callback, Signal},
    steps::Refusal,
    ui::{Button, CopyButton, Skeleton, SkeletonSize},
    view::{View, view},
};

/// The shape of the first screen.
#[component]
pub(super) fn Loading() -> View {
    let words = words();
    view! {
        <div class="checkout-step" role="status" aria-label=words.common.loading()>
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
) -> View {
    let words = words();
    context().host.failed(&error);
    view! {
        <section class="checkout-step">
            <h2 class="checkout-step__title" tabindex="-1">
                {words.app.failed_title()}
            </h2>
            <Refusal problem=Signal::stored(Some(error)) />
            <Button label=words.common.retry() action="retry" busy on_press=on_retry />
        </section>
    }
}

/// What to quote when asking for help, where the proxy gave it.
#[component]
pub(crate) fn RequestId(
    /// The id, as the proxy gave it.
    id: Option<String>,
) -> Option<View> {
    let words = words();
    id.map(|id| {
        let text = fill(words.common.request_id(), &[("id", &id)]);
        view! {
            <p class="checkout-muted" data-testid="request-id">
                {text}
            </p>
            <CopyButton label=words.common.request_id_copy() text=id action="copy-request-id" />
        }
    })
}

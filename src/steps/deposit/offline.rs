//! What is on the screen may be old.

use leptos::prelude::*;

use crate::{
    context::context,
    i18n::fill,
    order::Connection,
    state::Signal,
    ui::{Notice, NoticeKind},
    view::{View, region, view},
};

/// Says when the order was last checked, while the proxy cannot be reached.
#[component]
pub(crate) fn OfflineNotice(connection: Signal<Connection>) -> View {
    let locale = context().locale;
    let notice = region(move || match connection.get() {
        Connection::Live => View::empty(),
        Connection::Offline { last_checked } => {
            let time = locale.time(last_checked);
            let text = fill(locale.words.deposit.offline(), &[("time", &time)]);
            view! {
                <Notice kind=NoticeKind::Warning>
                    <p>{text}</p>
                </Notice>
            }
        }
    });
    view! { <div aria-live="polite">{notice}</div> }
}

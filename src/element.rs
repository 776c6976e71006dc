//! What the loader calls: mount, update, unmount, and the events that the element fires.

use js_sys::{Object, Reflect};
use offramp_domain::api::Order;
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use crate::{
    api::ApiError,
    app::App,
    config::Config,
    i18n::ForeignWords,
    state::{ArcRwSignal, StoredValue},
    view::{Mounted, view},
    wizard::Step,
};

/// Version of the `detail` of every event.
const EVENTS_VERSION: u32 = 1;

/// Shows the checkout inside `root`, within the shadow root of `host`, on which it fires events.
///
/// `options` is `{ proxy, session: () => Promise<string>, wallet: () => Promise<module>, locale, words, country, token, network,
/// amount, order, resume, appearance }`, where `words` is the text of the file for the language of
/// `locale`, and everything but these two, `proxy` and `session` may be absent.
///
/// # Errors
/// When the words are those of another version.
#[wasm_bindgen]
pub fn mount(host: HtmlElement, root: HtmlElement, options: &JsValue) -> Result<Handle, JsError> {
    // The program that payers get ends at a panic without a word.
    if cfg!(debug_assertions) {
        console_error_panic_hook::set_once();
    }
    let config = ArcRwSignal::new(Config::parse(options)?);
    let given = config.clone();
    let mounted = Mounted::new(root, || {
        view! { <App host=Host::new(host) config=given.into() /> }
    });
    Ok(Handle {
        config,
        _mounted: mounted,
    })
}

/// A checkout on a page. It is gone when this is dropped.
#[wasm_bindgen]
pub struct Handle {
    config: ArcRwSignal<Config>,
    _mounted: Mounted,
}

#[wasm_bindgen]
impl Handle {
    /// Takes new options, and keeps what the payer has done so far. The words of a language that was
    /// shown before may be absent.
    ///
    /// # Errors
    /// When the words are those of another version. Everything stays as it was.
    pub fn update(&self, options: &JsValue) -> Result<(), JsError> {
        let config = Config::parse(options)?;
        if self.config.with_untracked(|known| *known != config) {
            self.config.set(config);
        }
        Ok(())
    }

    /// Takes the checkout off the page and ends everything it does.
    pub fn unmount(self) {}
}

impl From<ForeignWords> for JsError {
    fn from(ForeignWords: ForeignWords) -> Self {
        Self::new("the words are those of another version")
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// The custom element, in the context of every step. Its events carry ids and states, never
/// anything about a person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host(StoredValue<HtmlElement>);

impl Host {
    pub(crate) fn new(element: HtmlElement) -> Self {
        Self(StoredValue::new(element))
    }

    /// The first screen is there.
    pub(crate) fn ready(self) {
        self.fire("offramp:ready", &[]);
    }

    /// Another step is on the screen.
    pub(crate) fn step_changed(self, step: Step) {
        self.fire("offramp:step-change", &[("step", step.name())]);
    }

    /// The payer has made an order.
    pub(crate) fn order_created(self, order: &Order) {
        self.fire_order("offramp:order-created", order);
    }

    /// An order on the screen stands elsewhere.
    pub(crate) fn status_changed(self, order: &Order) {
        self.fire_order("offramp:status-change", order);
    }

    /// The money was delivered. For the page's eyes only: the proof is in the partner's backend.
    pub(crate) fn completed(self, order: &Order) {
        self.fire_order("offramp:complete", order);
    }

    /// The order was called off.
    pub(crate) fn cancelled(self, order: &Order) {
        self.fire_order("offramp:cancel", order);
    }

    /// Something went wrong that the payer was told about.
    pub(crate) fn failed(self, error: &ApiError) {
        let code = match error {
            ApiError::Problem(problem) => problem.code.as_str(),
            ApiError::Network => "network",
            ApiError::Unreadable => "unreadable",
        };
        let mut detail = vec![("code", code)];
        detail.extend(error.request_id().map(|id| ("request_id", id)));
        self.fire("offramp:error", &detail);
    }

    /// Sets custom properties on the element, and takes those away that are not given any more.
    pub(crate) fn set_properties(self, before: &[(String, String)], now: &[(String, String)]) {
        self.0.try_with_value(|element| {
            let style = element.style();
            for (property, _) in before {
                // A name that the browser refuses is without effect, as in a stylesheet.
                let _ = style.remove_property(property);
            }
            for (property, value) in now {
                let _ = style.set_property(property, value);
            }
        });
    }

    fn fire_order(self, event: &str, order: &Order) {
        let detail = [
            ("id", order.id.as_str()),
            ("state", order.state.as_str()),
            ("custody", order.custody.as_str()),
        ];
        self.fire(event, &detail);
    }

    fn fire(self, event: &str, detail: &[(&str, &str)]) {
        let object = Object::new();
        set(&object, "v", &EVENTS_VERSION.into());
        for (name, value) in detail {
            set(&object, name, &(*value).into());
        }
        let init = CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_detail(&object);
        self.0.try_with_value(|element| {
            if let Ok(event) = CustomEvent::new_with_event_init_dict(event, &init) {
                // Fails only for an event that is being dispatched already.
                let _ = element.dispatch_event(&event);
            }
        });
    }
}

/// Cannot fail: the object is a plain one of our own.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

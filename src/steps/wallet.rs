//! The payer's own wallet: linked once, and asked to sign, after the screen has said what.

use js_sys::Array;
use leptos::prelude::*;
use offramp_domain::api::{Action, ErrorCode, SignatureProblem};
use wasm_bindgen::JsValue;

use crate::{
    api::{Api, ApiError, Issued, one_text, order_path, read},
    clock::ServerClock,
    context::{Context, context, words},
    i18n::{Locale, fill},
    order::{ActionRequest, OrderHandle},
    state::{Callback, RwSignal, Signal, StoredValue, Task, effect},
    ui::{Button, ButtonKind, Notice, NoticeKind, Skeleton, SkeletonSize},
    view::{View, region, view},
    wallet::{Answered, Question, Trouble, ask, text},
};

/// What a wallet is asked for.
#[derive(Clone, Copy)]
enum Job {
    /// To be the payer's from now on.
    Link(Callback<()>),
    /// To sign what an order waits for.
    Sign(OrderHandle, Action),
}

/// The payer's wallet has to be known before anything is sold.
#[component]
pub(crate) fn WalletStep(
    /// Called once it is linked.
    on_done: Callback<()>,
    /// Called when the payer wants another amount.
    on_back: Callback<()>,
) -> View {
    let words = words();
    view! {
        <section class="checkout-step" data-testid="step-wallet">
            <h2 class="checkout-step__title" tabindex="-1">
                {words.wallet.link.title()}
            </h2>
            <p class="checkout-step__lead">{words.wallet.link.lead()}</p>
            <p>
                <strong>{words.wallet.link.for_good()}</strong>
            </p>
            {wallets(Job::Link(on_done))}
            <div class="checkout-step__actions">
                <Button
                    label=words.common.back()
                    kind=ButtonKind::Quiet
                    action="back"
                    on_press=on_back
                />
            </div>
        </section>
    }
}

/// Asks the payer's wallet for the signature that an order waits for.
#[component]
pub(super) fn Sign(handle: OrderHandle, action: Action) -> View {
    let locale = context().locale;
    let words = &locale.words.wallet;
    let sentence = if action == Action::AuthoriseRefund {
        words.refund()
    } else {
        words.transfer()
    };
    let what = handle.order.with_untracked(|order| {
        let amount = locale.crypto(order.crypto.amount, order.crypto.token);
        let network = order.crypto.network.name();
        fill(sentence, &[("amount", &amount), ("network", network)])
    });
    view! {
        <div class="checkout-step__group">
            <p>
                <strong>{what}</strong>
            </p>
            <p>{words.nothing_else()}</p>
            {wallets(Job::Sign(handle, action))}
        </div>
    }
}

/// The wallets of this browser, each with a button, and what became of the last press.
fn wallets(job: Job) -> View {
    let Context {
        api, clock, locale, ..
    } = context();
    let words = locale.words;
    let asking = Asking {
        api,
        clock,
        job,
        found: Task::new(),
        task: Task::new(),
        chosen: StoredValue::new(String::new()),
        account: RwSignal::new(String::new()),
        trouble: RwSignal::new(None),
    };
    asking.look();
    asking.follow();
    let busy = asking.is_busy();
    let list = region(move || {
        let account = asking.account.get();
        if !account.is_empty() {
            return asking.linking(&account, busy);
        }
        match &*asking.found.outcome().value() {
            None => view! {
                <Skeleton size=SkeletonSize::Block />
                <span class="checkout-visually-hidden">{words.wallet.looking()}</span>
            },
            Some(Err(trouble)) => asking.nothing(trouble.sentence(words)),
            Some(Ok(found)) => {
                let found = Array::from(&found.value);
                if found.length() == 0 {
                    return asking.nothing(words.wallet.trouble.none().to_owned());
                }
                let button = |wallet: JsValue| asking.button(&Array::from(&wallet), busy);
                let buttons = found.iter().map(button).collect::<Vec<_>>();
                view! { <div class="checkout-step__actions">{buttons}</div> }
            }
        }
    });
    let state = region(move || match asking.refusal(locale) {
        _ if busy.get() => view! { <p>{words.wallet.asking()}</p> },
        Some(trouble) => danger(trouble),
        None => View::empty(),
    });
    view! {
        <div class="checkout-step__group" data-testid="wallets" aria-live="polite">
            {list}
            <div>{state}</div>
        </div>
    }
}

fn danger(sentence: String) -> View {
    view! {
        <Notice kind=NoticeKind::Danger>
            <p>{sentence}</p>
        </Notice>
    }
}

/// A wallet that is being asked.
#[derive(Clone, Copy)]
struct Asking {
    api: Api,
    clock: ServerClock,
    job: Job,
    /// The wallets that announce themselves.
    found: Task<Result<Answered, Trouble>>,
    /// The last question.
    task: Task<Result<Answered, Trouble>>,
    /// The wallet that was pressed last.
    chosen: StoredValue<String>,
    /// The account that it offers to be linked, or nothing.
    account: RwSignal<String>,
    /// Why the last press came to nothing.
    trouble: RwSignal<Option<String>>,
}

impl Asking {
    fn look(self) {
        let question = Question {
            function: "discover",
            ..Question::default()
        };
        self.found.run(ask(self.api, question));
    }

    fn ask(self, question: Question) {
        self.trouble.set(None);
        self.task.run(ask(self.api, question));
    }

    /// Goes on with what a wallet did.
    fn follow(self) {
        let words = words();
        effect(move || match (&*self.task.outcome().value(), self.job) {
            (None, _) => {}
            (Some(Err(trouble)), _) => self.trouble.set(Some(trouble.sentence(words))),
            (Some(Ok(answered)), Job::Sign(handle, action)) => {
                match read::<Issued>(&answered.before) {
                    Some(issued) if issued.expires_at > self.clock.now() => {
                        handle.act.run(ActionRequest::Signed {
                            action,
                            signing_request: issued.id,
                            signature: text(&answered.value),
                        });
                    }
                    Some(_) => {
                        let expired = words.wallet.trouble.expired().to_owned();
                        self.trouble.set(Some(expired));
                    }
                    None => self.trouble.set(Some(words.errors.ours().to_owned())),
                }
            }
            (Some(Ok(answered)), Job::Link(_)) if answered.function == "connect" => {
                self.account.set(text(&answered.value));
            }
            (Some(Ok(_)), Job::Link(on_done)) => on_done.run(()),
        });
    }

    fn is_busy(self) -> Signal<bool> {
        let is_running = self.task.is_running();
        Signal::derive(move || {
            let is_acting = match self.job {
                Job::Link(_) => false,
                Job::Sign(handle, _) => handle.acting.with(Option::is_some),
            };
            is_running.get() || is_acting
        })
    }

    /// Why the last press came to nothing, by the wallet's word, the proxy's or the provider's.
    fn refusal(self, locale: Locale) -> Option<String> {
        let words = &locale.words.wallet.trouble;
        let Job::Sign(handle, _) = self.job else {
            return self.trouble.get();
        };
        let code = handle.problem.get().as_ref().and_then(ApiError::code);
        let is_refused = code == Some(ErrorCode::InvalidFields);
        let refused = is_refused.then(|| words.signature().to_owned());
        let problem = || {
            handle.order.with(|order| {
                Some(match order.signature_problem? {
                    SignatureProblem::FundsUnavailable => {
                        let amount = locale.crypto(order.crypto.amount, order.crypto.token);
                        fill(words.short(), &[("amount", &amount)])
                    }
                    SignatureProblem::SignatureRefused => words.untaken().to_owned(),
                })
            })
        };
        self.trouble.get().or(refused).or_else(problem)
    }

    fn nothing(self, sentence: String) -> View {
        let look = move |()| self.look();
        view! {
            {danger(sentence)}
            <Button
                label=words().wallet.again()
                kind=ButtonKind::Secondary
                action="look-again"
                on_press=look
            />
        }
    }

    /// A wallet, by its id and its name.
    fn button(self, wallet: &Array, busy: Signal<bool>) -> View {
        let words = &words().wallet;
        let label = match self.job {
            Job::Link(_) => words.connect_with(),
            Job::Sign(..) => words.sign_with(),
        };
        let label = fill(label, &[("wallet", &text(&wallet.get(1)))]);
        let id = text(&wallet.get(0));
        let press = move |()| self.press(&id);
        view! { <Button label busy action="wallet" on_press=press /> }
    }

    fn press(self, id: &str) {
        self.chosen.set_value(id.to_owned());
        let (function, before) = match self.job {
            Job::Link(_) => ("connect", None),
            // What is signed goes stale, so it is asked for now.
            Job::Sign(handle, action) => {
                let order = handle.order.with_untracked(|order| order_path(&order.id));
                let path = [&order, "/signing_requests"].concat();
                ("sign", Some((path, one_text("action", action.as_str()))))
            }
        };
        self.ask(Question {
            function,
            arguments: vec![id.to_owned()],
            before,
            after: None,
        });
    }

    /// The account that is about to be linked, for good.
    fn linking(self, account: &str, busy: Signal<bool>) -> View {
        let words = &words().wallet.link;
        let text = fill(words.account(), &[("account", account)]);
        let other = move |()| self.account.set(String::new());
        view! {
            <p class="checkout-code">{text}</p>
            <div class="checkout-step__actions">
                <Button label=words.go() busy action="link-wallet" on_press=move |()| self.link() />
                <Button
                    label=words.other()
                    kind=ButtonKind::Secondary
                    action="other-wallet"
                    on_press=other
                />
            </div>
        }
    }

    fn link(self) {
        let account = self.account.get_untracked();
        let challenge = one_text("address", &account);
        self.ask(Question {
            function: "link",
            arguments: vec![self.chosen.get_value(), account],
            before: Some(("wallets/challenge".to_owned(), challenge)),
            after: Some("wallets"),
        });
    }
}

//! The payer's own wallet: linked once, and asked to sign, after the screen has said what.

use leptos::prelude::*;
use offramp_domain::api::{Action, ErrorCode};

use crate::{
    api::{Api, ApiError},
    clock::ServerClock,
    context::{Context, context, words},
    i18n::{Words, fill},
    order::{ActionRequest, OrderHandle},
    state::{Callback, RwSignal, Signal, StoredValue, Task, effect},
    ui::{Button, ButtonKind, Notice, NoticeKind, Skeleton, SkeletonSize},
    view::{View, region, view},
    wallet::{Trouble, Wallet, connect, discover, link, sign},
};

/// What a wallet is asked for.
#[derive(Clone, Copy)]
enum Job {
    /// To be the payer's from now on.
    Link(Callback<()>),
    /// To sign what an order waits for.
    Sign(OrderHandle, Action),
}

/// What a wallet did.
#[derive(Clone, Debug, PartialEq)]
enum Done {
    /// It offers this account.
    Connected(String),
    Linked,
    Signed(ActionRequest),
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
                {words.wallet.link.title}
            </h2>
            <p class="checkout-step__lead">{words.wallet.link.lead}</p>
            <p>
                <strong>{words.wallet.link.for_good}</strong>
            </p>
            <Wallets job=Job::Link(on_done) />
            <div class="checkout-step__actions">
                <Button
                    label=words.common.back
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
        words.refund
    } else {
        words.transfer
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
            <p>{words.nothing_else}</p>
            <Wallets job=Job::Sign(handle, action) />
        </div>
    }
}

/// The wallets of this browser, each with a button, and what became of the last press.
#[component]
fn Wallets(job: Job) -> View {
    let Context { api, clock, .. } = context();
    let words = words();
    let found = Task::new();
    let look = Callback::new(move |()| found.run(discover(api)));
    look.run(());
    let asking = Asking {
        api,
        clock,
        job,
        chosen: StoredValue::new(String::new()),
        account: RwSignal::new(None),
        task: Task::new(),
    };
    asking.follow();
    let busy = asking.is_busy();
    let list = region(
        move || match (&*found.outcome().value(), asking.account.get()) {
            (_, Some(account)) => view! { <Link asking account /> },
            (None, None) => view! {
                <Skeleton size=SkeletonSize::Block />
                <span class="checkout-visually-hidden">{words.wallet.looking}</span>
            },
            (Some(Err(trouble)), None) => nothing(words, trouble.sentence(words), look),
            (Some(Ok(wallets)), None) if wallets.is_empty() => {
                nothing(words, words.wallet.trouble.none.to_owned(), look)
            }
            (Some(Ok(wallets)), None) => {
                let button = |wallet: &Wallet| asking.button(wallet.clone(), words, busy);
                let buttons = wallets.iter().map(button).collect::<Vec<_>>();
                view! { <div class="checkout-step__actions">{buttons}</div> }
            }
        },
    );
    let state = region(move || match asking.trouble(words) {
        _ if busy.get() => view! { <p>{words.wallet.asking}</p> },
        Some(trouble) => danger(trouble),
        None => View::empty(),
    });
    view! {
        <div class="checkout-step__group" data-testid="wallets">
            {list} <div aria-live="polite">{state}</div>
        </div>
    }
}

/// The account that is about to be linked, for good.
#[component]
fn Link(asking: Asking, account: String) -> View {
    let words = &words().wallet.link;
    let text = fill(words.account, &[("account", &account)]);
    let link = move |()| asking.link(account.clone());
    let other = move |()| asking.account.set(None);
    view! {
        <p class="checkout-code">{text}</p>
        <div class="checkout-step__actions">
            <Button label=words.go busy=asking.is_busy() action="link-wallet" on_press=link />
            <Button
                label=words.other
                kind=ButtonKind::Secondary
                action="other-wallet"
                on_press=other
            />
        </div>
    }
}

fn nothing(words: Words, sentence: String, on_look: Callback<()>) -> View {
    view! {
        {danger(sentence)}
        <Button
            label=words.wallet.again
            kind=ButtonKind::Secondary
            action="look-again"
            on_press=on_look
        />
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
    /// The wallet that was pressed last.
    chosen: StoredValue<String>,
    /// The account that it offers to be linked.
    account: RwSignal<Option<String>>,
    task: Task<Result<Done, Trouble>>,
}

impl Asking {
    /// Goes on with what a wallet did.
    fn follow(self) {
        effect(move || match (&*self.task.outcome().value(), self.job) {
            (Some(Ok(Done::Connected(account))), _) => self.account.set(Some(account.clone())),
            (Some(Ok(Done::Linked)), Job::Link(on_done)) => on_done.run(()),
            (Some(Ok(Done::Signed(request))), Job::Sign(handle, _)) => {
                handle.act.run(request.clone());
            }
            (Some(Ok(Done::Linked | Done::Signed(_)) | Err(_)) | None, _) => {}
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

    /// Why the last press came to nothing.
    fn trouble(self, words: Words) -> Option<String> {
        match &*self.task.outcome().value() {
            None => return None,
            Some(Err(trouble)) => return Some(trouble.sentence(words)),
            Some(Ok(_)) => {}
        }
        let Job::Sign(handle, _) = self.job else {
            return None;
        };
        let code = handle.problem.get().as_ref().and_then(ApiError::code);
        let is_refused = code == Some(ErrorCode::InvalidFields);
        is_refused.then(|| words.wallet.trouble.signature.to_owned())
    }

    fn button(self, wallet: Wallet, words: Words, busy: Signal<bool>) -> View {
        let Wallet { id, name } = wallet;
        let label = match self.job {
            Job::Link(_) => words.wallet.connect_with,
            Job::Sign(..) => words.wallet.sign_with,
        };
        let label = fill(label, &[("wallet", &name)]);
        let press = move |()| self.press(id.clone());
        view! { <Button label busy action="wallet" on_press=press /> }
    }

    fn press(self, id: String) {
        self.chosen.set_value(id.clone());
        let Self { api, clock, .. } = self;
        match self.job {
            Job::Link(_) => self
                .task
                .run(async move { Ok(Done::Connected(connect(api, &id).await?)) }),
            Job::Sign(handle, action) => {
                let order = handle.order.with_untracked(|order| order.id.clone());
                self.task.run(async move {
                    let signed = sign(api, clock, &order, action, &id).await?;
                    Ok(Done::Signed(signed))
                });
            }
        }
    }

    fn link(self, account: String) {
        let (api, id) = (self.api, self.chosen.get_value());
        self.task.run(async move {
            link(api, &id, &account).await?;
            Ok(Done::Linked)
        });
    }
}

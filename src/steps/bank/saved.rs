//! The accounts saved earlier: chosen, removed, and one more saved.

use leptos::prelude::*;
use offramp_domain::{
    api::{
        Destination, DestinationRequest, DestinationResponse, ErrorCode, MaskedDestination,
        Problem, SavedDestination,
    },
    bank::CountryCode,
};

use crate::{
    api::{Api, ApiError, account_to_save, path, read},
    context::{Context, context, words},
    i18n::fill,
    state::{Callback, RwSignal, Signal, StoredValue, Task, effect},
    steps::{Refusal, deposit::unmarked},
    ui::{Ask, ButtonKind, Choice, Question},
    view::{View, region, view},
    wizard::Payee,
};

/// The choice of an account that is not saved.
const ANOTHER: &str = "";

/// The accounts of one country, and which of them is chosen.
#[derive(Clone, Copy)]
pub(super) struct Accounts {
    saved: StoredValue<Vec<SavedDestination>>,
    country: CountryCode,
    choice: RwSignal<String>,
    /// Whether it is one that is not saved.
    pub(super) is_another: Signal<bool>,
    /// Raised when there is one more or one less.
    changed: RwSignal<()>,
}

impl Accounts {
    pub(super) fn of(saved: StoredValue<Vec<SavedDestination>>, country: CountryCode) -> Self {
        let choice = RwSignal::new(String::new());
        let accounts = Self {
            saved,
            country,
            choice,
            is_another: Signal::memo(move || choice.with(|choice| choice == ANOTHER)),
            changed: RwSignal::new(()),
        };
        accounts.choose_first();
        accounts
    }

    /// The account to be paid, where it is a saved one.
    pub(super) fn chosen(self) -> Option<Payee> {
        let chosen = self.choice.get_untracked();
        let saved = self.here().into_iter().find(|saved| saved.id == chosen)?;
        Some(payee(saved))
    }

    fn here(self) -> Vec<SavedDestination> {
        let mut saved = self.saved.get_value();
        saved.retain(|saved| saved.country == self.country);
        saved
    }

    fn choose_first(self) {
        let first = self.here().into_iter().next();
        self.choice
            .set(first.map_or(ANOTHER.to_owned(), |saved| saved.id));
    }

    /// Takes an account out, and puts `saved` in front of the others.
    fn replace(self, id: &str, saved: Option<SavedDestination>) {
        let mut all: Vec<_> = saved.into_iter().collect();
        for known in self.saved.get_value() {
            if known.id != id {
                all.push(known);
            }
        }
        self.saved.set_value(all);
    }
}

fn payee(saved: SavedDestination) -> Payee {
    Payee {
        destination: Destination::Saved { id: saved.id },
        shown: MaskedDestination {
            country: saved.country,
            bank_name: saved.bank_name,
            masked: saved.masked,
        },
    }
}

/// The accounts, and the way to another one. Nothing where there are none.
#[component]
pub(super) fn SavedAccounts(accounts: Accounts) -> View {
    let words = words();
    let option = |saved: SavedDestination| {
        let bank = saved.bank_name.as_deref().unwrap_or_default();
        let text = fill(
            words.bank.saved_account(),
            &[("bank", bank), ("number", &saved.masked)],
        );
        (saved.id, text.trim().to_owned())
    };
    region(move || {
        accounts.changed.track();
        let mut options: Vec<_> = accounts.here().into_iter().map(option).collect();
        if options.is_empty() {
            return View::empty();
        }
        options.push((ANOTHER.to_owned(), words.bank.another().to_owned()));
        view! {
            <Choice legend=words.bank.saved() name="destination" options value=accounts.choice />
            <Remove accounts />
        }
    })
}

/// Takes the chosen account away, where the provider keeps them.
#[component]
fn Remove(accounts: Accounts) -> View {
    let Context { api, host, .. } = context();
    let words = &words().bank.remove;
    let removing = Task::new();
    effect(move || match removing.outcome().get() {
        None => {}
        Some(Ok(_)) => {
            accounts.replace(&accounts.choice.get_untracked(), None);
            accounts.choose_first();
            accounts.changed.set(());
        }
        Some(Err(error)) => host.failed(&error),
    });
    let problem = Signal::derive(move || removing.outcome().get()?.err());
    let question = region(move || {
        if accounts.is_another.get() {
            return View::empty();
        }
        let asked = RwSignal::new(String::new());
        // Of another account it is asked anew.
        effect(move || {
            accounts.choice.track();
            asked.set(String::new());
        });
        let question = Question {
            open: (words.open(), ButtonKind::Quiet, "remove-account"),
            title: words.title(),
            lines: vec![words.body().to_owned()],
            warning: None,
            yes: (words.yes(), ButtonKind::Danger, "remove-account-yes"),
            no: (words.no(), "remove-account-no"),
        };
        let remove = move |()| {
            let account = accounts.choice.get_untracked();
            removing.run(api.send(path("destinations/", &account), None));
        };
        view! { <Ask question asked busy=removing.is_running() on_yes=remove /> }
    });
    view! {
        {question}
        <Refusal problem />
    }
}

/// An account on its way to be saved.
#[derive(Clone, Copy)]
pub(super) struct Saving {
    api: Api,
    task: Task<Result<String, ApiError>>,
}

impl Saving {
    /// Goes on with the account once it is saved. Refused answers are marked by `on_refused`.
    pub(super) fn new(
        accounts: Accounts,
        on_done: Callback<Payee>,
        on_refused: impl Fn(&Problem) + 'static,
    ) -> Self {
        let Context { api, host, .. } = context();
        let task: Task<Result<String, ApiError>> = Task::new();
        effect(move || match task.outcome().get() {
            None => {}
            Some(Ok(answer)) => match read::<DestinationResponse>(&answer) {
                Some(DestinationResponse { destination: saved }) => {
                    accounts.replace(&saved.id, Some(saved.clone()));
                    on_done.run(payee(saved));
                }
                // Said where the problem is.
                None => host.failed(&ApiError::Unreadable),
            },
            Some(Err(error)) => {
                host.failed(&error);
                if error.code() == Some(ErrorCode::InvalidFields)
                    && let Some(problem) = error.problem()
                {
                    on_refused(problem);
                }
            }
        });
        Self { api, task }
    }

    pub(super) fn save(self, request: &DestinationRequest) {
        let body = account_to_save(request);
        self.task
            .run(self.api.send("destinations".to_owned(), Some(body)));
    }

    pub(super) fn is_running(self) -> Signal<bool> {
        self.task.is_running()
    }

    /// Why it is not saved, where that is not said at an answer.
    pub(super) fn problem(self) -> Signal<Option<ApiError>> {
        let task = self.task;
        unmarked(Signal::derive(move || match task.outcome().get()? {
            Err(error) => Some(error),
            Ok(answer) => read::<DestinationResponse>(&answer)
                .is_none()
                .then_some(ApiError::Unreadable),
        }))
    }
}

//! A bank form being filled in: when an answer is looked at, and what is said about it.

use leptos::prelude::*;
use offramp_domain::{
    api::{Destination, FieldProblem, MaskedDestination},
    bank::{Answers, CountryCode, FieldKey, longest_number, masked},
};
use web_sys::HtmlInputElement;

use super::question::{Control, Question, Source, Trouble, answers, is_certain};
use crate::{
    context::{context, words},
    i18n::{Words, fill},
    state::{Callback, NodeRef, RwSignal, Signal, StoredValue, effect},
    ui::{Choice, Select, TextField, unique_id},
    view::{IntoView, View, region, view},
    wizard::Payee,
};

/// The questions of one form, and what is known about the answers.
#[derive(Clone, Copy, Debug)]
pub(in crate::steps) struct Asking {
    country: CountryCode,
    questions: StoredValue<Vec<Question>>,
    holder: Holder,
    /// Whether the payer has just wanted to go on with something wrong.
    pub(super) is_refused: RwSignal<bool>,
}

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::steps) enum Holder {
    /// The payer's: the browser may fill in their name and address.
    Payer,
    /// Somebody else's.
    Receiver,
}

impl Asking {
    pub(in crate::steps) fn new(
        country: CountryCode,
        questions: Vec<Question>,
        holder: Holder,
    ) -> Self {
        Self {
            country,
            questions: StoredValue::new(questions),
            holder,
            is_refused: RwSignal::new(false),
        }
    }

    /// Marks the answers that the proxy refused.
    pub(in crate::steps) fn refuse(self, refused: &[FieldProblem]) {
        for question in self.questions.get_value() {
            let key = question.key.get_value();
            if let Some(found) = refused.iter().find(|found| found.key == key) {
                question.trouble.set(Some(Trouble::Refused(found.problem)));
            }
        }
        self.is_refused.set(!refused.is_empty());
    }

    /// The answers, if nothing is wrong with any. Otherwise each wrong one is marked.
    pub(in crate::steps) fn accepted(self) -> Option<Vec<(String, String)>> {
        let country = self.country.country();
        let others = untrack(|| self.answers());
        let mut accepted = Vec::new();
        let mut is_refused = false;
        for question in self.asked() {
            match question.check(country, &others) {
                Ok(answer) if answer.is_empty() => {}
                Ok(answer) => {
                    question.trouble.set(None);
                    if !matches!(question.source, Source::Again(_)) {
                        accepted.push((question.key.get_value(), answer));
                    }
                }
                Err(trouble) => {
                    question.trouble.set(Some(trouble));
                    is_refused = true;
                }
            }
        }
        self.is_refused.set(is_refused);
        (!is_refused).then_some(accepted)
    }

    /// The account that these answers name, or that of the registration with them beside it.
    pub(super) fn payee(self, fields: Vec<(String, String)>, is_registered: bool) -> Payee {
        if is_registered {
            let bank = fields.iter().find(|(key, _)| key == "bank_name");
            return Payee {
                shown: MaskedDestination {
                    country: self.country,
                    bank_name: bank.map(|(_, bank)| bank.clone()),
                    masked: String::new(),
                },
                destination: Destination::Registered { fields },
            };
        }
        let answers = untrack(|| self.answers());
        let country = self.country.country();
        let shown = match country.accept(&answers) {
            Ok(details) => MaskedDestination {
                country: self.country,
                bank_name: details.bank_name(),
                masked: details.masked(),
            },
            // A form of the provider's: the longest answer with digits is the account.
            Err(_) => MaskedDestination {
                country: self.country,
                bank_name: None,
                masked: masked(longest_number(&fields)),
            },
        };
        Payee {
            destination: Destination::BankAccount {
                country: self.country,
                fields,
            },
            shown,
        }
    }

    /// The raw answers of a built-in form.
    fn answers(self) -> Answers {
        self.questions.with_value(|questions| answers(questions))
    }

    /// The questions that are on the screen.
    fn asked(self) -> Vec<Question> {
        let questions = self.questions.get_value();
        questions
            .into_iter()
            .filter(|question| untrack(|| self.is_asked(*question)))
            .collect()
    }

    /// Whether a question is on the screen, given the answers to the others.
    fn is_asked(self, question: Question) -> bool {
        let Some((key, value)) = question.condition() else {
            return true;
        };
        let is_deciding = |other: &&Question| match other.source {
            Source::BuiltIn(field) => field.key == key,
            Source::Again(_) | Source::Listed(_) => false,
        };
        let deciding = self
            .questions
            .with_value(|questions| questions.iter().find(is_deciding).copied());
        deciding.is_some_and(|deciding| deciding.value.with(|given| given == value))
    }

    /// The payer has changed an answer. What was wrong may be right now, and what cannot become
    /// right any more is said at once.
    fn edited(self, question: Question) {
        self.is_refused.set(false);
        let country = self.country.country();
        let others = untrack(|| self.answers());
        let trouble = question.check(country, &others).err();
        question
            .trouble
            .set(trouble.filter(|trouble| is_certain(*trouble)));
        for other in self.asked() {
            let is_shown = other.trouble.with_untracked(Option::is_some);
            if is_shown && other.key.get_value() != question.key.get_value() {
                other.trouble.set(other.check(country, &others).err());
            }
        }
    }

    /// The payer has left a field. An empty one is not looked at.
    fn left(self, question: Question) {
        if question
            .value
            .with_untracked(|typed| typed.trim().is_empty())
        {
            return;
        }
        match question.check(self.country.country(), &untrack(|| self.answers())) {
            Ok(accepted) => {
                question.trouble.set(None);
                question.value.set(question.grouped(&accepted));
            }
            Err(trouble) => question.trouble.set(Some(trouble)),
        }
    }

    /// The bank, where the number names it.
    fn found_bank(self) -> Option<String> {
        let country = self.country.country();
        if country.field(FieldKey::BankName).is_some() {
            return None;
        }
        let answers = self.answers();
        let is_complete = country.accept(&answers).is_ok();
        country.bank_name(&answers).filter(|_| is_complete)
    }

    /// The name of the first input with a problem.
    pub(in crate::steps) fn first_refused(self) -> Option<String> {
        let is_refused = |question: &Question| question.trouble.with_untracked(Option::is_some);
        Some(self.asked().into_iter().find(is_refused)?.key.get_value())
    }

    /// Each question with a problem, and the problem.
    pub(super) fn summary(self, words: Words) -> Vec<(String, String)> {
        let entry = |question: Question| {
            let trouble = question.trouble.get_untracked()?;
            Some((question.label(words), question.sentence(words, trouble)))
        };
        self.asked().into_iter().filter_map(entry).collect()
    }
}

/// All questions that are asked.
#[component]
pub(in crate::steps) fn Questions(asking: Asking) -> View {
    let words = words();
    let bank = Signal::derive(move || {
        asking
            .found_bank()
            .map(|bank| fill(words.bank.found(), &[("bank", &bank)]))
    });
    let question = move |question: Question| {
        let class = if question.is_half() {
            "checkout-bank__half"
        } else {
            ""
        };
        let asked = move || {
            view! {
                <div class=class>
                    <Asked asking question />
                </div>
            }
        };
        if question.condition().is_none() {
            return asked();
        }
        region(move || {
            if asking.is_asked(question) {
                asked()
            } else {
                View::empty()
            }
        })
        .into_view()
    };
    let questions = asking.questions.get_value();
    view! {
        <div class="checkout-bank__fields">
            {questions.into_iter().map(question).collect::<Vec<_>>()}
            <p class="checkout-bank__found" data-testid="bank-name" aria-live="polite">
                {bank}
            </p>
        </div>
    }
}

/// One question with the control that fits it.
#[component]
fn Asked(asking: Asking, question: Question) -> View {
    let locale = context().locale;
    let words = locale.words;
    let Question { value, .. } = question;
    let (name, label) = (question.key.get_value(), question.label(words));
    let problem = Signal::derive(move || {
        question
            .trouble
            .get()
            .map(|trouble| question.sentence(words, trouble))
    });
    let edit = Callback::new(move |()| asking.edited(question));
    match question.control(asking.country.country(), &locale) {
        Control::Radio(options) => {
            view! { <Choice legend=label name options value problem on_edit=edit /> }
        }
        Control::List(options) => view! {
            <Select
                label
                name
                options=Signal::stored(options)
                value
                placeholder=words.bank.choose()
                problem
                on_edit=edit
            />
        },
        Control::Typed {
            keyboard,
            autocomplete,
            suggestions,
        } => {
            let input = NodeRef::<HtmlInputElement>::default();
            let leave = Callback::new(move |()| asking.left(question));
            let hint = question.hint(words).map(str::to_owned);
            let autocomplete = match asking.holder {
                Holder::Payer => autocomplete,
                Holder::Receiver => "off",
            };
            view! {
                <TextField
                    label
                    name
                    value
                    problem
                    hint=Signal::stored(hint)
                    keyboard
                    autocomplete
                    on_edit=edit
                    on_leave=leave
                    node_ref=input
                />
                <Suggestions input suggestions />
            }
        }
    }
}

/// What the browser offers while a name is typed. Any other name is accepted as well.
#[component]
fn Suggestions(
    input: NodeRef<HtmlInputElement>,
    suggestions: &'static [&'static str],
) -> Option<View> {
    (!suggestions.is_empty()).then(|| {
        let id = unique_id("suggestions");
        let list = id.clone();
        effect(move || {
            if let Some(input) = input.get() {
                // `list` is a valid name of an attribute.
                let _ = input.set_attribute("list", &list);
            }
        });
        let options = suggestions
            .iter()
            .map(|name| view! { <option value=*name></option> });
        view! { <datalist id=id>{options.collect::<Vec<_>>()}</datalist> }
    })
}

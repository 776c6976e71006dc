//! The five steps, in the order in which a payer meets them, and what they type on the way.

mod actions;
mod amount;
mod bank;
mod confirm;
mod deposit;
mod status;
mod wallet;

use offramp_domain::{
    api::{Checkout, CountryOffer, FieldProblem, SavedDestination},
    bank::CountryCode,
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement};

use crate::{
    api::ApiError,
    state::{ArcRwSignal, NodeRef, RwSignal, StoredValue},
};

use actions::Actions;
pub(crate) use amount::AmountStep;
pub(crate) use bank::BankStep;
pub(crate) use confirm::{ConfirmStep, Exits};
pub(crate) use deposit::{DepositStep, Refusal};
pub(crate) use status::{StatusStep, next_sentence, state_title};
pub(crate) use wallet::WalletStep;

/// What the payer is typing, kept while they go back and forth, and given up with the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drafts {
    /// The first step.
    pub(crate) amount: AmountDraft,
    /// The answers about a bank account.
    bank: StoredValue<Vec<(CountryCode, String, ArcRwSignal<String>)>>,
    /// The accounts saved earlier, and those saved since.
    pub(crate) accounts: StoredValue<Vec<SavedDestination>>,
    /// The answers that the proxy refused.
    pub(crate) refused_fields: RwSignal<Vec<FieldProblem>>,
}

/// What is typed in the first step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AmountDraft {
    pub(crate) crypto: RwSignal<String>,
    pub(crate) fiat: RwSignal<String>,
    /// Which of the two was typed; the other one follows.
    pub(crate) side: RwSignal<Side>,
    /// `USDC:POL`, or nothing.
    pub(crate) asset: RwSignal<String>,
    /// `MX`, or nothing.
    pub(crate) country: RwSignal<String>,
    /// Why the proxy did not want this amount, when it said so later.
    pub(crate) refusal: RwSignal<Option<ApiError>>,
    /// What session and page suggested when the fields were first filled in, in one line.
    pub(crate) began: StoredValue<String>,
    /// The questions that the payer has answered, as bits: no page fills those in any more, also
    /// when they were emptied.
    pub(crate) answered: StoredValue<u32>,
}

/// A question of the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Amount = 1,
    Asset = 2,
    Country = 4,
}

/// One of the two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Crypto,
    Fiat,
}

impl Drafts {
    pub(crate) fn new() -> Self {
        Self {
            amount: AmountDraft {
                crypto: RwSignal::default(),
                fiat: RwSignal::default(),
                side: RwSignal::new(Side::Crypto),
                asset: RwSignal::default(),
                country: RwSignal::default(),
                refusal: RwSignal::new(None),
                began: StoredValue::default(),
                answered: StoredValue::new(0),
            },
            bank: StoredValue::default(),
            accounts: StoredValue::default(),
            refused_fields: RwSignal::default(),
        }
    }

    /// What is typed for one question of a country's form.
    fn answer(self, country: CountryCode, key: &str) -> RwSignal<String> {
        let draft = self.bank.try_update_value(|drafts| {
            let known = drafts
                .iter()
                .find(|(of, name, _)| *of == country && name == key);
            if let Some((_, _, draft)) = known {
                return draft.clone();
            }
            let draft = ArcRwSignal::default();
            drafts.push((country, key.to_owned(), draft.clone()));
            draft
        });
        draft.unwrap_or_default().into()
    }
}

impl AmountDraft {
    /// The payer has answered a question.
    fn answer(self, asked: Asked) {
        let answered = self.answered.get_value() | asked as u32;
        self.answered.set_value(answered);
    }

    fn is_answered(self, asked: Asked) -> bool {
        self.answered.get_value() & asked as u32 != 0
    }
}

/// Puts the focus on the field with this name.
fn focus_named(form: NodeRef<HtmlFormElement>, name: &str) {
    let selector = ["[name='", name, "']"].concat();
    let form = form.get();
    if let Some(field) = form.and_then(|form| form.query_selector(&selector).ok().flatten()) {
        // Fails for nothing that is on the screen.
        let _ = field.unchecked_into::<HtmlElement>().focus();
    }
}

/// What is offered for a country; nothing when it is not offered any more.
fn country_of(checkout: &Checkout, code: CountryCode) -> Option<&CountryOffer> {
    checkout
        .countries
        .iter()
        .find(|offer| offer.country == code)
}

//! A provider's `mapping.md`, held row by row against the rows that its tests try: a row that one of
//! them has and the other has not is an error.

use std::collections::BTreeSet;

use offramp_domain::{
    api::Action,
    order::{Custody, OrderState, Reason},
};
use serde::Serialize;

/// The words of a row of everything that is listed nowhere.
const ANYTHING_ELSE: &str = "anything else";

/// Where an order stands by one row: the provider's word, the state, the custody and the reason.
type Entry = (String, String, String, String);

/// What a test has tried.
pub(super) struct Tried<'a> {
    pub(super) word: &'a str,
    pub(super) stands: (OrderState, Custody),
    pub(super) actions: &'a [Action],
    pub(super) reason: Option<Reason>,
}

/// Fails unless the document and the tests have the same rows.
#[track_caller]
pub(super) fn same_rows<'a>(document: &str, tried: impl IntoIterator<Item = Tried<'a>>) {
    assert_eq!(compared(document, tried), Ok(()));
}

fn compared<'a>(document: &str, tried: impl IntoIterator<Item = Tried<'a>>) -> Result<(), String> {
    let rows = rows(document)?;
    let listed: BTreeSet<&String> = rows.iter().flat_map(|row| &row.words).collect();
    let documented: BTreeSet<Entry> = rows.iter().flat_map(Row::entries).collect();
    let mut tested = BTreeSet::new();
    for tried in tried {
        let is_listed = listed.iter().any(|word| *word == tried.word);
        let word = if is_listed { tried.word } else { ANYTHING_ELSE };
        let entry = entry(word, &tried);
        let actions: Vec<String> = tried.actions.iter().map(named).collect();
        let has_row = rows.iter().any(|row| {
            row.entries().contains(&entry)
                && actions.iter().all(|action| row.actions.contains(action))
        });
        if !has_row {
            return Err(format!(
                "no row of the document has {entry:?} with {actions:?}"
            ));
        }
        tested.insert(entry);
    }
    match documented.difference(&tested).next() {
        Some(untested) => Err(format!("no test has {untested:?}")),
        None if documented.len() == tested.len() => Ok(()),
        None => Err(format!("{} and {} rows", documented.len(), tested.len())),
    }
}

fn entry(word: &str, tried: &Tried<'_>) -> Entry {
    let (state, custody) = tried.stands;
    let reason = tried.reason.as_ref().map_or_else(nothing, named);
    (word.to_owned(), named(&state), named(&custody), reason)
}

/// What is written where there is nothing.
fn nothing() -> String {
    "–".to_owned()
}

/// A name as the API has it.
fn named(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).unwrap();
    name.as_str().unwrap().to_owned()
}

/// A row of the document. Where a cell says when it is what, it has several of them.
struct Row {
    words: Vec<String>,
    state: String,
    custodies: Vec<String>,
    actions: Vec<String>,
    reasons: Vec<String>,
}

impl Row {
    fn entries(&self) -> BTreeSet<Entry> {
        let mut entries = BTreeSet::new();
        for word in &self.words {
            for custody in &self.custodies {
                for reason in &self.reasons {
                    let (word, state) = (word.clone(), self.state.clone());
                    entries.insert((word, state, custody.clone(), reason.clone()));
                }
            }
        }
        entries
    }
}

/// The rows of the table. A row without words has those of the row above.
fn rows(document: &str) -> Result<Vec<Row>, String> {
    let mut words: Vec<String> = Vec::new();
    let table = document
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2);
    table
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [said, _, state, custody, actions, reason] = cells.as_slice() else {
                return Err(format!("not six cells: {line}"));
            };
            if !said.is_empty() {
                words = quoted(said);
                words.extend(
                    said.contains(ANYTHING_ELSE)
                        .then(|| ANYTHING_ELSE.to_owned()),
                );
            }
            if words.is_empty() {
                return Err(format!("a row of no word: {line}"));
            }
            Ok(Row {
                words: words.clone(),
                state: quoted(state).concat(),
                custodies: custodies(custody),
                actions: quoted(actions),
                reasons: reasons(reason),
            })
        })
        .collect()
}

/// What stands in a cell as code.
fn quoted(cell: &str) -> Vec<String> {
    let parts = cell.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

/// `unknown, after execute in flight` is both.
fn custodies(cell: &str) -> Vec<String> {
    let words = cell.trim_end_matches(['¹', '²', '³', ' ']);
    let parts = words.split(", after execute ");
    parts.map(|word| word.replace(' ', "_")).collect()
}

/// A reason with a condition is there or not.
fn reasons(cell: &str) -> Vec<String> {
    let mut reasons = quoted(cell);
    let is_certain = cell.contains("; ") || cell.contains("else");
    let has_condition = !is_certain && (cell.contains(" if ") || cell.contains(" once "));
    if reasons.is_empty() || has_condition {
        reasons.push(nothing());
    }
    reasons
}

#[test]
fn a_row_that_only_one_of_them_has_is_an_error() {
    const DOCUMENT: &str = "\
        | it says | and | state | custody | actions | reason |\n\
        |---|---|---|---|---|---|\n\
        | `open` | | `created` | payer | `cancel` | – |\n\
        | | it was funded | `attention` | unknown | – | `payout_failed` |\n\
        | anything else | | `attention` | unknown | – | `unknown_status` |\n";
    let unknown = (OrderState::Attention, Custody::Unknown);
    let row = |word, stands, actions, reason| Tried {
        word,
        stands,
        actions,
        reason,
    };
    let all = || {
        [
            row(
                "open",
                (OrderState::Created, Custody::Payer),
                &[Action::Cancel][..],
                None,
            ),
            row("open", unknown, &[], Some(Reason::PayoutFailed)),
            row("odd", unknown, &[], Some(Reason::UnknownStatus)),
        ]
    };
    assert_eq!(compared(DOCUMENT, all()), Ok(()));
    for missing in 0..3 {
        let others = all().into_iter().enumerate();
        let others = others
            .filter(|(number, _)| *number != missing)
            .map(|(_, row)| row);
        assert!(compared(DOCUMENT, others).is_err(), "{missing}");
    }
    for more in [
        row("open", unknown, &[], None),
        row("open", (OrderState::Created, Custody::InFlight), &[], None),
        row(
            "open",
            (OrderState::Created, Custody::Payer),
            &[Action::ReportSent],
            None,
        ),
        row("shut", (OrderState::Cancelled, Custody::Payer), &[], None),
    ] {
        assert!(compared(DOCUMENT, all().into_iter().chain([more])).is_err());
    }
    assert!(compared("| a | b |\n|---|---|\n| `open` | |\n", []).is_err());
}

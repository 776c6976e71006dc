//! Every row of the table, and what holds for all of them.

use offramp_domain::money::Amount;

use super::*;
use crate::{
    provider::ProviderRef,
    providers::mapping_table::{Tried, same_rows},
};

use Action::{Cancel, ReportSent};
use Custody::{Converted, InFlight, Payer, Provider, Returned};
use OrderState::{
    Attention, AwaitingDeposit, Completed, DepositReceived, DepositSubmitted, Expired, Failed,
    Refunded,
};
use Reason::{DepositMissing, OfferOver, PayoutFailed, UnknownStatus};

const NOTHING: LocalFacts = LocalFacts {
    executed: false,
    reported: false,
    report_is_stale: false,
    ever_funded: false,
    cancel_asked: false,
    offer_is_over: false,
    transfer_signed: false,
    refund_signed: false,
    not_received: false,
};
const OVER: LocalFacts = LocalFacts {
    offer_is_over: true,
    ..NOTHING
};
const REPORTED: LocalFacts = LocalFacts {
    reported: true,
    ..NOTHING
};
const STALE: LocalFacts = LocalFacts {
    report_is_stale: true,
    ..REPORTED
};
const FUNDED: LocalFacts = LocalFacts {
    ever_funded: true,
    ..NOTHING
};
const CANCELLING: LocalFacts = LocalFacts {
    cancel_asked: true,
    ..NOTHING
};

type Row = (
    &'static str,
    LocalFacts,
    (OrderState, Custody),
    &'static [Action],
    Option<Reason>,
);

const BOTH: &[Action] = &[ReportSent, Cancel];
const REPORT: &[Action] = &[ReportSent];
const NONE: &[Action] = &[];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Made, no read yet, or waiting.
    ("payment created", NOTHING, (AwaitingDeposit, Payer), BOTH, None),
    ("started", NOTHING, (AwaitingDeposit, Payer), BOTH, None),
    ("payment created", OVER, (AwaitingDeposit, Payer), BOTH, Some(OfferOver)),
    ("started", OVER, (AwaitingDeposit, Payer), BOTH, Some(OfferOver)),
    ("started", CANCELLING, (AwaitingDeposit, Payer), BOTH, None),
    ("payment created", REPORTED, (DepositSubmitted, InFlight), REPORT, None),
    ("started", REPORTED, (DepositSubmitted, InFlight), REPORT, None),
    ("payment created", STALE, (Attention, InFlight), BOTH, Some(DepositMissing)),
    ("payment created", FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    ("started", STALE, (Attention, InFlight), BOTH, Some(DepositMissing)),
    ("started", FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    // The tokens are there.
    ("crypto_received", NOTHING, (DepositReceived, Provider), NONE, None),
    ("crypto_received", STALE, (DepositReceived, Provider), NONE, None),
    ("crypto_received", CANCELLING, (DepositReceived, Provider), NONE, None),
    // The end.
    ("finished", NOTHING, (Completed, Converted), NONE, None),
    ("finished", FUNDED, (Completed, Converted), NONE, None),
    ("expired", NOTHING, (Expired, Payer), NONE, Some(OfferOver)),
    ("expired", REPORTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    ("expired", FUNDED, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    ("failed", NOTHING, (Failed, Payer), NONE, None),
    ("failed", REPORTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    ("failed", FUNDED, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    ("refunded", NOTHING, (Refunded, Returned), NONE, None),
    ("refunded", REPORTED, (Refunded, Returned), NONE, None),
    ("refunded", FUNDED, (Refunded, Returned), NONE, None),
    // Words of nobody.
    ("converting", NOTHING, (Attention, Custody::Unknown), REPORT, Some(UnknownStatus)),
    ("converting", FUNDED, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    ("FINISHED", FUNDED, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    ("", NOTHING, (Attention, Custody::Unknown), REPORT, Some(UnknownStatus)),
];

/// Every word that is known or assumed.
const WORDS: [&str; 7] = [
    "payment created",
    "started",
    "crypto_received",
    "finished",
    "expired",
    "failed",
    "refunded",
];

fn snapshot(status: &str) -> Snapshot {
    Snapshot::new(
        ProviderRef("r-1".to_owned()),
        status.to_owned(),
        Amount::ZERO,
    )
}

/// Every combination of what we can know.
fn all_facts() -> impl Iterator<Item = LocalFacts> {
    (0_u8..32).map(|bits| LocalFacts {
        reported: bits & 1 != 0,
        report_is_stale: bits & 3 == 3,
        ever_funded: bits & 4 != 0,
        cancel_asked: bits & 8 != 0,
        offer_is_over: bits & 16 != 0,
        ..NOTHING
    })
}

fn all() -> impl Iterator<Item = (&'static str, LocalFacts, Assessment)> {
    WORDS.into_iter().flat_map(|word| {
        all_facts().map(move |facts| (word, facts, assess(&snapshot(word), facts)))
    })
}

#[test]
fn every_row_of_the_table_holds() {
    for (word, facts, stands, actions, reason) in TABLE {
        let found = assess(&snapshot(word), *facts);
        assert_eq!(
            (
                (found.state, found.custody),
                found.actions.as_slice(),
                found.reason
            ),
            (*stands, *actions, *reason),
            "{word} with {facts:?}"
        );
    }
}

#[test]
fn the_table_and_mapping_md_have_the_same_rows() {
    let tried = TABLE
        .iter()
        .map(|(word, _, stands, actions, reason)| Tried {
            word,
            stands: *stands,
            actions,
            reason: *reason,
        });
    same_rows(include_str!("../mapping.md"), tried);
}

#[test]
fn every_word_has_a_row() {
    for word in WORDS {
        assert!(TABLE.iter().any(|(said, ..)| *said == word), "{word}");
        assert_ne!(Status::parse(word), Status::Unknown, "{word}");
    }
}

#[test]
fn nothing_is_ever_asked_of_the_provider_but_to_be_read() {
    for (word, facts, found) in all() {
        let known = [ReportSent, Cancel];
        let all_local = found.actions.iter().all(|action| known.contains(action));
        assert!(all_local, "{word} with {facts:?}");
    }
}

#[test]
fn what_was_funded_stays_funded_and_is_never_sent_again() {
    for (word, facts, found) in all().filter(|(_, facts, _)| facts.ever_funded) {
        assert!(found.funded, "{word}");
        assert_ne!(found.state, AwaitingDeposit, "{word} with {facts:?}");
        assert_eq!(found.actions, [], "{word} with {facts:?}");
    }
}

#[test]
fn nothing_ends_quietly_after_a_report_unless_it_was_paid_or_returned() {
    for (word, facts, found) in all().filter(|(_, facts, _)| facts.reported) {
        let may_end = ["finished", "refunded"].contains(&word);
        assert_eq!(found.state.is_terminal(), may_end, "{word} with {facts:?}");
    }
}

#[test]
fn nobody_is_closed_while_somebody_else_may_hold_the_crypto() {
    for (word, facts, found) in all().filter(|(_, _, found)| found.state.is_terminal()) {
        assert!(
            matches!(found.custody, Payer | Converted | Returned),
            "{word} with {facts:?}"
        );
    }
}

#[test]
fn an_unknown_word_is_neither_success_nor_failure() {
    for facts in all_facts() {
        let found = assess(&snapshot("converting"), facts);
        assert_eq!(
            (found.state, found.reason),
            (Attention, Some(UnknownStatus))
        );
    }
}

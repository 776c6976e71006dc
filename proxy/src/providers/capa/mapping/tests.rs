//! Every row of the table, and what holds for all of them.

use offramp_domain::money::Amount;

use super::*;
use crate::{
    provider::ProviderRef,
    providers::mapping_table::{Tried, same_rows},
};

use Action::{Cancel, ReportSent};
use Custody::{Converted, InFlight, Payer, Provider};
use OrderState::{
    Attention, AwaitingDeposit, Cancelled, Completed, DepositReceived, DepositSubmitted, Expired,
    Failed, PayoutInProgress,
};
use Reason::{
    AccountNotOwned, CancelledByPayer, DepositAfterEnd, DepositMissing, OfferOver, PayoutFailed,
    UnknownStatus,
};

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
const EXECUTED: LocalFacts = LocalFacts {
    executed: true,
    ..NOTHING
};
const REPORTED: LocalFacts = LocalFacts {
    reported: true,
    ..NOTHING
};
const EXECUTED_AFTER_REPORT: LocalFacts = LocalFacts {
    executed: true,
    ..REPORTED
};
const STALE: LocalFacts = LocalFacts {
    report_is_stale: true,
    ..EXECUTED_AFTER_REPORT
};
const FUNDED: LocalFacts = LocalFacts {
    ever_funded: true,
    ..EXECUTED_AFTER_REPORT
};
const FUNDED_UNREPORTED: LocalFacts = LocalFacts {
    ever_funded: true,
    ..EXECUTED
};
const CANCELLING: LocalFacts = LocalFacts {
    cancel_asked: true,
    ..NOTHING
};
const CANCELLING_AFTER_REPORT: LocalFacts = LocalFacts {
    cancel_asked: true,
    ..EXECUTED_AFTER_REPORT
};
const CANCELLING_TOO_LATE: LocalFacts = LocalFacts {
    cancel_asked: true,
    ..FUNDED
};

/// What a row is about: a word, and what stands beside it.
#[derive(Clone, Copy, Debug)]
enum Said {
    Word(&'static str),
    /// The word, and the transfer that was matched.
    Matched(&'static str),
    /// Cancelled, and why.
    CancelledBecause(&'static str),
}
use Said::{CancelledBecause, Matched, Word};

type Row = (
    Said,
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
    // Waiting for the deposit.
    (Word("PENDING_PAYMENT"), NOTHING, (AwaitingDeposit, Payer), BOTH, None),
    (Word("PENDING"), NOTHING, (AwaitingDeposit, Payer), BOTH, None),
    (Word("PENDING_PAYMENT"), OVER, (AwaitingDeposit, Payer), BOTH, Some(OfferOver)),
    (Word("PENDING"), OVER, (AwaitingDeposit, Payer), BOTH, Some(OfferOver)),
    (Word("PENDING"), CANCELLING, (AwaitingDeposit, Payer), BOTH, None),
    (Word("PENDING"), REPORTED, (DepositSubmitted, InFlight), REPORT, None),
    (Word("PENDING_PAYMENT"), EXECUTED_AFTER_REPORT, (DepositSubmitted, InFlight), REPORT, None),
    (Word("PENDING"), EXECUTED, (DepositSubmitted, InFlight), REPORT, None),
    (Word("PENDING_PAYMENT"), STALE, (Attention, InFlight), BOTH, Some(DepositMissing)),
    (Matched("PENDING_PAYMENT"), STALE, (Attention, InFlight), REPORT, None),
    (Matched("PENDING_PAYMENT"), NOTHING, (DepositSubmitted, Custody::Unknown), REPORT, None),
    (Word("PENDING_PAYMENT"), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("PENDING"), STALE, (Attention, InFlight), BOTH, Some(DepositMissing)),
    (Matched("PENDING"), NOTHING, (DepositSubmitted, Custody::Unknown), REPORT, None),
    (Matched("PENDING"), EXECUTED, (DepositSubmitted, InFlight), REPORT, None),
    (Matched("PENDING"), REPORTED, (DepositSubmitted, InFlight), REPORT, None),
    (Matched("PENDING"), STALE, (Attention, InFlight), REPORT, None),
    (Word("PENDING"), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("CRYPTO_NOT_RECEIVED"), NOTHING, (AwaitingDeposit, Payer), BOTH, None),
    (Word("CRYPTO_NOT_RECEIVED"), EXECUTED, (AwaitingDeposit, Payer), BOTH, None),
    (Word("CRYPTO_NOT_RECEIVED"), OVER, (AwaitingDeposit, Payer), BOTH, Some(OfferOver)),
    (Word("CRYPTO_NOT_RECEIVED"), REPORTED, (DepositSubmitted, InFlight), BOTH, None),
    (Word("CRYPTO_NOT_RECEIVED"), STALE, (Attention, InFlight), BOTH, Some(DepositMissing)),
    (Matched("CRYPTO_NOT_RECEIVED"), NOTHING, (DepositSubmitted, Custody::Unknown), REPORT, None),
    (Matched("CRYPTO_NOT_RECEIVED"), EXECUTED, (DepositSubmitted, InFlight), REPORT, None),
    (Matched("CRYPTO_NOT_RECEIVED"), REPORTED, (DepositSubmitted, InFlight), REPORT, None),
    (Matched("CRYPTO_NOT_RECEIVED"), STALE, (Attention, InFlight), REPORT, None),
    (Word("CRYPTO_NOT_RECEIVED"), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    // Something arrived.
    (Word("IN_PROGRESS"), NOTHING, (DepositSubmitted, Custody::Unknown), REPORT, None),
    (Word("IN_PROGRESS"), REPORTED, (DepositSubmitted, Custody::Unknown), REPORT, None),
    (Word("IN_PROGRESS"), EXECUTED, (DepositSubmitted, InFlight), REPORT, None),
    (Word("IN_PROGRESS"), STALE, (Attention, InFlight), REPORT, None),
    (Word("IN_PROGRESS"), FUNDED, (PayoutInProgress, Provider), NONE, None),
    (Word("CRYPTO_RECEIVED"), NOTHING, (DepositReceived, Provider), NONE, None),
    (Word("CRYPTO_RECEIVED"), STALE, (DepositReceived, Provider), NONE, None),
    (Word("CRYPTO_RECEIVED"), CANCELLING, (DepositReceived, Provider), NONE, None),
    (Word("COMPLETED_CRYPTO_RECEIVAL"), FUNDED, (DepositReceived, Provider), NONE, None),
    // The money is on its way: no cancel any more, whatever one page says.
    (Word("READY_BANK_TRANSFER"), FUNDED, (PayoutInProgress, Converted), NONE, None),
    (Word("BANK_TRANSFER_PENDING"), FUNDED, (PayoutInProgress, Converted), NONE, None),
    (Word("BANK_TRANSFER_PENDING"), NOTHING, (PayoutInProgress, Converted), NONE, None),
    (Word("AWAITING_MANUAL_FIAT_TRANSFER"), FUNDED, (PayoutInProgress, Converted), NONE, None),
    (Word("COMPLETED"), NOTHING, (Completed, Converted), NONE, None),
    (Word("COMPLETED"), CANCELLING_TOO_LATE, (Completed, Converted), NONE, None),
    // The end, without crypto.
    (Word("CANCELLED"), NOTHING, (Cancelled, Payer), NONE, None),
    (Word("CANCELLED"), CANCELLING, (Cancelled, Payer), NONE, Some(CancelledByPayer)),
    (Word("CANCELLED"), CANCELLING_AFTER_REPORT, (Cancelled, Payer), NONE, Some(CancelledByPayer)),
    (CancelledBecause("Transaction cancelled by user"), CANCELLING, (Cancelled, Payer), NONE, Some(CancelledByPayer)),
    (Word("EXPIRED"), NOTHING, (Expired, Payer), NONE, Some(OfferOver)),
    (Word("FAILED"), NOTHING, (Failed, Payer), NONE, None),
    // The end, and perhaps crypto.
    (Word("CANCELLED"), REPORTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("CANCELLED"), EXECUTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("EXPIRED"), REPORTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("EXPIRED"), EXECUTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("FAILED"), REPORTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (Word("FAILED"), EXECUTED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    // The end, and crypto.
    (Word("CANCELLED"), FUNDED, (Attention, Provider), NONE, Some(PayoutFailed)),
    (Word("CANCELLED"), FUNDED_UNREPORTED, (Attention, Provider), NONE, Some(PayoutFailed)),
    (Matched("CANCELLED"), NOTHING, (Attention, Provider), NONE, Some(PayoutFailed)),
    (Matched("CANCELLED"), CANCELLING, (Attention, Provider), NONE, Some(DepositAfterEnd)),
    (CancelledBecause("NAME_VERIFICATION_FAILED"), FUNDED, (Attention, Provider), NONE, Some(AccountNotOwned)),
    (CancelledBecause("NAME_VERIFICATION_FAILED"), NOTHING, (Attention, Provider), NONE, Some(AccountNotOwned)),
    (CancelledBecause("name_verification_failed: no match"), FUNDED, (Attention, Provider), NONE, Some(AccountNotOwned)),
    (Word("EXPIRED"), FUNDED, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    (Matched("EXPIRED"), NOTHING, (Attention, Custody::Unknown), NONE, Some(DepositAfterEnd)),
    (Word("FAILED"), FUNDED, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    (Matched("FAILED"), NOTHING, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    // Words of on-ramps, and words of nobody.
    (Word("FIAT_PAYMENT_RECEIVED"), NOTHING, (Attention, Custody::Unknown), REPORT, Some(UnknownStatus)),
    (Word("FIAT_RECEIVED"), REPORTED, (Attention, Custody::Unknown), REPORT, Some(UnknownStatus)),
    (Word("AWAITING_MANUAL_CRYPTO_TRANSFER"), FUNDED, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    (Word("SETTLING_IN_THE_DARK"), NOTHING, (Attention, Custody::Unknown), REPORT, Some(UnknownStatus)),
    (Word("SETTLING_IN_THE_DARK"), FUNDED, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    (Word("completed"), FUNDED, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    (Word(""), NOTHING, (Attention, Custody::Unknown), REPORT, Some(UnknownStatus)),
];

/// The sixteen words of section 4.1.
const WORDS: [&str; 16] = [
    "PENDING",
    "PENDING_PAYMENT",
    "IN_PROGRESS",
    "CRYPTO_RECEIVED",
    "CRYPTO_NOT_RECEIVED",
    "COMPLETED_CRYPTO_RECEIVAL",
    "READY_BANK_TRANSFER",
    "BANK_TRANSFER_PENDING",
    "AWAITING_MANUAL_FIAT_TRANSFER",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "EXPIRED",
    "FIAT_PAYMENT_RECEIVED",
    "FIAT_RECEIVED",
    "AWAITING_MANUAL_CRYPTO_TRANSFER",
];

fn snapshot(said: Said) -> Snapshot {
    let (status, tx_hash, cancellation_reason) = match said {
        Word(word) => (word, None, None),
        Matched(word) => (word, Some("0x9f2c".to_owned()), None),
        CancelledBecause(reason) => ("CANCELLED", None, Some(reason.to_owned())),
    };
    Snapshot {
        cancellation_reason,
        tx_hash,
        ..Snapshot::new(
            ProviderRef("t-1".to_owned()),
            status.to_owned(),
            Amount::ZERO,
        )
    }
}

/// Every combination of what we can know.
fn all_facts() -> impl Iterator<Item = LocalFacts> {
    (0_u8..64).map(|bits| LocalFacts {
        executed: bits & 1 != 0,
        reported: bits & 2 != 0,
        report_is_stale: bits & 6 == 6,
        ever_funded: bits & 8 != 0,
        cancel_asked: bits & 16 != 0,
        offer_is_over: bits & 32 != 0,
        ..NOTHING
    })
}

fn all() -> impl Iterator<Item = (&'static str, LocalFacts, Assessment)> {
    WORDS.into_iter().flat_map(|word| {
        all_facts().map(move |facts| (word, facts, assess(&snapshot(Word(word)), facts)))
    })
}

#[test]
fn every_row_of_the_table_holds() {
    for (said, facts, stands, actions, reason) in TABLE {
        let found = assess(&snapshot(*said), *facts);
        assert_eq!(
            (
                (found.state, found.custody),
                found.actions.as_slice(),
                found.reason
            ),
            (*stands, *actions, *reason),
            "{said:?} with {facts:?}"
        );
    }
}

#[test]
fn the_table_and_mapping_md_have_the_same_rows() {
    let words: Vec<_> = TABLE.iter().map(|row| snapshot(row.0).status).collect();
    let tried = TABLE.iter().zip(&words);
    let tried = tried.map(|((_, _, stands, actions, reason), word)| Tried {
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
        let has_row = TABLE
            .iter()
            .any(|(said, ..)| snapshot(*said).status == word);
        assert!(has_row, "{word}");
        assert!(!matches!(Status::parse(word), Status::Unknown(_)), "{word}");
    }
}

#[test]
fn execute_is_repeated_while_capa_waits_and_no_longer() {
    for (word, _, found) in all() {
        let waits = ["PENDING", "PENDING_PAYMENT", "CRYPTO_NOT_RECEIVED"].contains(&word);
        assert_eq!(found.waits_for_deposit, waits, "{word}");
    }
}

#[test]
fn execute_is_due_without_a_report_once_a_deposit_is_seen() {
    const SEEN: [&str; 3] = [
        "IN_PROGRESS",
        "CRYPTO_RECEIVED",
        "COMPLETED_CRYPTO_RECEIVAL",
    ];
    for (word, _, found) in all() {
        assert_eq!(found.deposit_seen, SEEN.contains(&word), "{word}");
    }
    for word in ["PENDING", "CRYPTO_NOT_RECEIVED"] {
        assert!(
            assess(&snapshot(Matched(word)), NOTHING).deposit_seen,
            "{word}"
        );
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
fn what_was_reported_is_cancelled_only_where_nothing_arrived() {
    for (word, facts, found) in all().filter(|(_, facts, _)| facts.reported) {
        if found.actions.contains(&Cancel) {
            let says_so = word == "CRYPTO_NOT_RECEIVED";
            assert!(says_so || facts.report_is_stale, "{word} with {facts:?}");
        }
    }
}

#[test]
fn nothing_ends_quietly_after_a_report_unless_it_was_paid_or_called_off() {
    for (word, facts, found) in all().filter(|(_, facts, _)| facts.reported) {
        let may_end = word == "COMPLETED" || facts.cancel_asked;
        assert!(
            may_end || !found.state.is_terminal(),
            "{word} with {facts:?}"
        );
    }
}

#[test]
fn an_unknown_word_is_neither_success_nor_failure() {
    for facts in all_facts() {
        let found = assess(&snapshot(Word("SETTLING_IN_THE_DARK")), facts);
        assert_eq!(
            (found.state, found.reason),
            (Attention, Some(UnknownStatus))
        );
    }
}

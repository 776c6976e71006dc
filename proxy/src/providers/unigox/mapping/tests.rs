//! Every row of the table, and what holds for all of them.

use offramp_domain::{money::Amount, order::Move};

use super::*;
use crate::{
    provider::ProviderRef,
    providers::mapping_table::{Tried, same_rows},
};

use Action::{
    AuthoriseRefund, AuthoriseTransfer, Cancel, ConfirmReceived, ProvideInformation,
    ReportNotReceived,
};
use Custody::{Converted, Escrow, InFlight, Payer, Returned};
use OrderState::{
    Attention, AwaitingDeposit, Blocked, Cancelled, Completed, Created, DepositReceived,
    DepositSubmitted, Disputed, Failed, PayoutInProgress, PayoutReturned, RefundRequired, Refunded,
    Refunding, Settling,
};
use Reason::{CancelledByPayer, DepositMissing, PayoutFailed, PriceChanged, UnknownStatus};

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
const CANCELLING: LocalFacts = LocalFacts {
    cancel_asked: true,
    ..NOTHING
};
const SIGNED: LocalFacts = LocalFacts {
    transfer_signed: true,
    ..NOTHING
};
const FUNDED: LocalFacts = LocalFacts {
    ever_funded: true,
    ..SIGNED
};
const GIVEN_BACK: LocalFacts = LocalFacts {
    refund_signed: true,
    ..FUNDED
};
const NOT_RECEIVED: LocalFacts = LocalFacts {
    not_received: true,
    ..FUNDED
};

/// A word, what UNIGOX waits for, and what it takes.
type Said = (&'static str, Option<&'static str>, &'static [&'static str]);

type Row = (
    Said,
    LocalFacts,
    (OrderState, Custody),
    &'static [Action],
    Option<Reason>,
);

const NONE: &[Action] = &[];
const CANCEL: &[&str] = &["cancel"];
const SIGN: &[&str] = &["authorize-crypto-transfer", "cancel"];
const CONFIRM: &[&str] = &["confirm-fiat-received"];
const REFUND: &[&str] = &["authorize-refund"];
const AUTHORISE: &str = "awaiting_crypto_transfer_authorization";
const PENDING: &str = "crypto_transfer_authorization_pending";
const CONFIRMING: &str = "awaiting_fiat_received_confirmation";
const REQUOTE: &str = "price_changed_requote_needed";

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Before the signature.
    (("created", None, CANCEL), NOTHING, (Created, Payer), &[Cancel], None),
    (("awaiting_liquidity_provider", None, CANCEL), NOTHING, (Created, Payer), &[Cancel], None),
    (("awaiting_liquidity_provider", None, CANCEL), CANCELLING, (Created, Payer), &[Cancel], None),
    (("awaiting_liquidity_provider", None, &[]), NOTHING, (Created, Payer), NONE, None),
    (("created", None, CANCEL), SIGNED, (Created, InFlight), NONE, None),
    (("awaiting_liquidity_provider", None, CANCEL), SIGNED, (Created, InFlight), NONE, None),
    (("pending_address", Some("provide_address"), CANCEL), SIGNED, (Blocked, InFlight), NONE, None),
    (("pending_address", Some("provide_address"), &[]), NOTHING, (Blocked, Payer), &[ProvideInformation], None),
    (("pending_address", Some("update_kyc_address"), CANCEL), NOTHING, (Blocked, Payer), &[ProvideInformation, Cancel], None),
    ((AUTHORISE, Some("authorize_crypto_transfer"), SIGN), NOTHING, (AwaitingDeposit, Payer), &[AuthoriseTransfer, Cancel], None),
    ((AUTHORISE, Some("authorize_crypto_transfer"), &[]), NOTHING, (AwaitingDeposit, Payer), &[AuthoriseTransfer], None),
    ((AUTHORISE, None, &[]), NOTHING, (AwaitingDeposit, Payer), NONE, None),
    // After it.
    ((AUTHORISE, Some("authorize_crypto_transfer"), SIGN), SIGNED, (AwaitingDeposit, InFlight), NONE, None),
    ((PENDING, None, &[]), SIGNED, (DepositSubmitted, InFlight), NONE, None),
    ((PENDING, None, CANCEL), SIGNED, (DepositSubmitted, InFlight), NONE, None),
    (("crypto_received", None, CONFIRM), SIGNED, (DepositReceived, Escrow), &[ConfirmReceived], None),
    (("crypto_received", None, &[]), SIGNED, (DepositReceived, Escrow), NONE, None),
    (("crypto_received", Some("sign_settlement_consent"), &["settlement-consent"]), SIGNED, (Blocked, Escrow), NONE, None),
    (("crypto_received", Some("submit_source_of_funds"), &[]), FUNDED, (Blocked, Escrow), NONE, None),
    (("crypto_received", Some("await_review"), &[]), FUNDED, (Blocked, Escrow), NONE, None),
    (("fiat_payment_started", None, CONFIRM), FUNDED, (PayoutInProgress, Escrow), &[ConfirmReceived], None),
    (("fiat_payment_review_started", None, CONFIRM), FUNDED, (PayoutInProgress, Escrow), &[ConfirmReceived], None),
    ((CONFIRMING, Some("confirm_fiat_received"), CONFIRM), FUNDED, (OrderState::AwaitingConfirmation, Escrow), &[ConfirmReceived, ReportNotReceived], None),
    ((CONFIRMING, Some("confirm_fiat_received"), CONFIRM), NOT_RECEIVED, (OrderState::AwaitingConfirmation, Escrow), &[ConfirmReceived], None),
    (("fiat_received_confirmed", None, &[]), FUNDED, (Settling, Escrow), NONE, None),
    (("crypto_release_pending", None, &[]), FUNDED, (Settling, Escrow), NONE, None),
    (("completed", None, &[]), FUNDED, (Completed, Converted), NONE, None),
    (("dispute_started", None, &[]), FUNDED, (Disputed, Escrow), NONE, None),
    // Ended without a payout.
    (("cancelled", Some("authorize_refund"), REFUND), FUNDED, (RefundRequired, Escrow), &[AuthoriseRefund], None),
    (("cancelled", None, REFUND), SIGNED, (RefundRequired, Escrow), &[AuthoriseRefund], None),
    (("failed", None, REFUND), FUNDED, (RefundRequired, Escrow), &[AuthoriseRefund], None),
    ((REQUOTE, None, REFUND), FUNDED, (RefundRequired, Escrow), &[AuthoriseRefund], None),
    (("cancelled", None, REFUND), GIVEN_BACK, (Refunding, Escrow), NONE, None),
    (("failed", None, REFUND), GIVEN_BACK, (Refunding, Escrow), NONE, None),
    ((REQUOTE, None, REFUND), GIVEN_BACK, (Refunding, Escrow), NONE, None),
    (("cancelled", None, &[]), NOTHING, (Cancelled, Payer), NONE, None),
    (("cancelled", None, &[]), CANCELLING, (Cancelled, Payer), NONE, Some(CancelledByPayer)),
    (("cancelled", None, &[]), GIVEN_BACK, (Refunded, Returned), NONE, None),
    (("cancelled", None, &[]), FUNDED, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    (("cancelled", None, &[]), SIGNED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (("failed", None, &[]), NOTHING, (Failed, Payer), NONE, None),
    (("failed", None, &[]), FUNDED, (Failed, Custody::Unknown), NONE, Some(PayoutFailed)),
    (("failed", None, &[]), SIGNED, (Failed, Custody::Unknown), NONE, Some(DepositMissing)),
    (("failed", None, &[]), GIVEN_BACK, (Refunded, Returned), NONE, None),
    ((REQUOTE, Some("request_new_quote"), &[]), NOTHING, (Cancelled, Payer), NONE, Some(PriceChanged)),
    ((REQUOTE, Some("request_new_quote"), &[]), SIGNED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    ((REQUOTE, None, &[]), FUNDED, (Attention, Custody::Unknown), NONE, Some(PayoutFailed)),
    ((REQUOTE, None, &[]), GIVEN_BACK, (Refunded, Returned), NONE, None),
    (("refund_pending", None, &[]), GIVEN_BACK, (Refunding, Escrow), NONE, None),
    (("refunded", None, &[]), GIVEN_BACK, (Refunded, Returned), NONE, None),
    // A day later.
    (("settlement_in_progress", None, &[]), FUNDED, (PayoutInProgress, Converted), NONE, None),
    (("returned", None, &[]), FUNDED, (PayoutReturned, Converted), NONE, None),
    // The crypto was in the escrow, and now it is not there yet.
    (("created", None, CANCEL), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (("awaiting_liquidity_provider", None, CANCEL), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    (("pending_address", Some("provide_address"), CANCEL), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    ((AUTHORISE, None, SIGN), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    ((PENDING, None, &[]), FUNDED, (Attention, Custody::Unknown), NONE, Some(DepositMissing)),
    // Words of nobody.
    (("escrow_haunted", Some("authorize_crypto_transfer"), SIGN), NOTHING, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    (("COMPLETED", None, &[]), FUNDED, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
    (("", None, &[]), NOTHING, (Attention, Custody::Unknown), NONE, Some(UnknownStatus)),
];

/// The words of section 9.2.
const WORDS: [&str; 20] = [
    "created",
    "pending_address",
    "awaiting_liquidity_provider",
    AUTHORISE,
    PENDING,
    "crypto_received",
    "fiat_payment_started",
    "fiat_payment_review_started",
    CONFIRMING,
    "fiat_received_confirmed",
    "crypto_release_pending",
    "completed",
    "cancelled",
    "failed",
    REQUOTE,
    "dispute_started",
    "refund_pending",
    "refunded",
    "settlement_in_progress",
    "returned",
];

const WANTS: [Option<&str>; 8] = [
    None,
    Some("authorize_crypto_transfer"),
    Some("confirm_fiat_received"),
    Some("request_new_quote"),
    Some("update_kyc_address"),
    Some("authorize_refund"),
    Some("sign_settlement_consent"),
    Some("something_new"),
];

const TAKES: [&[&str]; 6] = [&[], CANCEL, SIGN, CONFIRM, REFUND, &["something-new"]];

fn snapshot((word, wants, takes): Said) -> Snapshot {
    Snapshot {
        wants: wants.map(str::to_owned),
        takes: takes.iter().map(|word| (*word).to_owned()).collect(),
        ..Snapshot::new(ProviderRef("o-1".to_owned()), word.to_owned(), Amount::ZERO)
    }
}

/// Every combination of what we can know.
fn all_facts() -> impl Iterator<Item = LocalFacts> {
    (0_u8..32).map(|bits| LocalFacts {
        ever_funded: bits & 1 != 0,
        transfer_signed: bits & 2 != 0,
        refund_signed: bits & 4 != 0,
        cancel_asked: bits & 8 != 0,
        not_received: bits & 16 != 0,
        ..NOTHING
    })
}

fn all_said() -> impl Iterator<Item = Said> {
    let words = WORDS.into_iter().chain(["escrow_haunted"]);
    words.flat_map(|word| {
        WANTS
            .into_iter()
            .flat_map(move |wants| TAKES.map(|takes| (word, wants, takes)))
    })
}

fn all() -> impl Iterator<Item = (Said, LocalFacts, Assessment)> {
    all_said().flat_map(|said| {
        all_facts().map(move |facts| (said, facts, assess(&snapshot(said), facts)))
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
    let tried = TABLE
        .iter()
        .map(|((word, ..), _, stands, actions, reason)| Tried {
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
        assert!(TABLE.iter().any(|((said, ..), ..)| *said == word), "{word}");
        assert_ne!(Status::parse(word), Status::Unknown, "{word}");
    }
}

#[test]
fn no_second_signature_is_asked_for_once_one_is_under_way() {
    for (said, facts, found) in all() {
        let is_asked = |action| found.actions.contains(&action);
        if facts.transfer_signed || facts.ever_funded {
            assert!(!is_asked(AuthoriseTransfer), "{said:?} with {facts:?}");
            assert!(!is_asked(Cancel), "{said:?} with {facts:?}");
        }
        if facts.refund_signed {
            assert!(!is_asked(AuthoriseRefund), "{said:?} with {facts:?}");
        }
    }
}

#[test]
fn a_signature_is_asked_for_only_where_unigox_takes_it() {
    for ((word, wants, allowed), facts, found) in all() {
        let taken = |ours, theirs: &str| {
            let is_taken = allowed.contains(&theirs)
                || wants.is_some_and(|want| want.replace('_', "-") == theirs);
            assert!(
                !found.actions.contains(&ours) || is_taken,
                "{word} with {facts:?}"
            );
        };
        taken(AuthoriseTransfer, "authorize-crypto-transfer");
        taken(AuthoriseRefund, "authorize-refund");
        taken(ConfirmReceived, "confirm-fiat-received");
        taken(Cancel, "cancel");
    }
}

#[test]
fn what_ended_with_a_refund_owed_never_ends_quietly() {
    for ((word, wants, allowed), facts, found) in all() {
        let is_owed = allowed.contains(&"authorize-refund") || wants == Some("authorize_refund");
        if is_owed && ["cancelled", "failed", REQUOTE].contains(&word) {
            let expected = if facts.refund_signed {
                Refunding
            } else {
                RefundRequired
            };
            assert_eq!(
                (found.state, found.custody),
                (expected, Escrow),
                "{word} with {facts:?}"
            );
        }
    }
}

#[test]
fn nothing_that_may_be_funded_closes_without_a_payout_or_a_refund() {
    for (said, facts, found) in all() {
        let is_closed = offramp_domain::order::is_closed(found.state, found.custody);
        if is_closed && (facts.ever_funded || facts.transfer_signed) {
            assert!(
                matches!(found.state, Completed | Refunded),
                "{said:?} with {facts:?}"
            );
        }
    }
}

/// Nothing that waits for the crypto follows what has it.
#[test]
fn nothing_goes_backward_once_it_was_funded() {
    for (said, facts, found) in all().filter(|(_, facts, _)| facts.ever_funded) {
        assert!(found.funded, "{said:?}");
        let waits = [Created, AwaitingDeposit, DepositSubmitted].contains(&found.state);
        assert!(
            !waits && !found.waits_for_deposit,
            "{said:?} with {facts:?}"
        );
        let parked = found.state == Blocked;
        assert!(
            !parked || found.custody == Escrow,
            "{said:?} with {facts:?}"
        );
    }
}

#[test]
fn the_usual_way_is_forward_at_every_step() {
    let way: [Said; 10] = [
        ("created", None, CANCEL),
        ("awaiting_liquidity_provider", None, CANCEL),
        (AUTHORISE, None, SIGN),
        (PENDING, None, &[]),
        ("crypto_received", None, CONFIRM),
        ("fiat_payment_started", None, CONFIRM),
        ("fiat_payment_review_started", None, CONFIRM),
        (CONFIRMING, None, CONFIRM),
        ("fiat_received_confirmed", None, &[]),
        ("completed", None, &[]),
    ];
    let mut state = Created;
    let mut facts = NOTHING;
    for said in way {
        let found = assess(&snapshot(said), facts);
        assert_ne!(state.may_become(found.state), Move::Backward, "{said:?}");
        facts.ever_funded |= found.funded;
        facts.transfer_signed |= found.actions.contains(&AuthoriseTransfer);
        state = found.state;
    }
    assert_eq!(state, Completed);
}

#[test]
fn an_unknown_word_is_neither_success_nor_failure() {
    for (_, _, found) in all().filter(|((word, ..), ..)| *word == "escrow_haunted") {
        assert_eq!(
            (found.state, found.reason, found.actions),
            (Attention, Some(UnknownStatus), vec![])
        );
    }
}

#[test]
fn only_one_who_is_asked_confirms_and_nobody_else_does() {
    for (said, facts, found) in all() {
        if found.actions.contains(&ReportNotReceived) {
            assert_eq!(found.state, OrderState::AwaitingConfirmation, "{said:?}");
            assert!(!facts.not_received, "{said:?}");
        }
    }
}

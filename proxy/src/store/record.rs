//! An order as it is kept: what the payer sees, and what only the proxy knows.

use std::time::Duration;

use offramp_domain::{
    api::{
        Action, AfterSending, Fee, FormField, MaskedDestination, NotReceived, Offer,
        SignatureProblem, TimelineEntry,
    },
    money::{Amount, Currency, Token},
    network::Network,
    order::{Custody, OrderState, Reason, is_closed, is_unfunded},
    quote::Guarantee,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::provider::{DepositKind, LocalFacts, ToSign};

/// How long a report stays fresh: the provider should have seen the deposit by then.
pub const REPORT_FRESH: Duration = Duration::from_hours(1);

/// An order as it is kept.
///
/// The provider's id of the payer and the account number are not here: the first stands with the
/// payer, the second is kept by its keyed fingerprint only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// Our id of it.
    pub id: String,
    /// Our id of the payer.
    pub payer_id: String,
    /// Which provider.
    pub provider: String,
    /// Where it stands.
    pub state: OrderState,
    /// Who holds the crypto.
    pub custody: Custody,
    /// Raised by every change that the payer can see.
    pub sequence: u64,
    /// Token sold.
    pub token: Token,
    /// Network it travels on.
    pub network: Network,
    /// Everything that leaves the payer.
    pub crypto_amount: Amount,
    /// Currency received.
    pub currency: Currency,
    /// What arrives, with all digits as received.
    pub fiat_amount: Amount,
    /// Whether that is more than an estimate made before the order.
    #[serde(default = "yes")]
    pub fiat_told: bool,
    /// The least that the payer accepted; none for an estimate.
    pub fiat_minimum: Option<Amount>,
    /// What the fiat amount promises.
    pub guarantee: Guarantee,
    /// Fiat for one token.
    pub rate: Amount,
    /// What is kept on the way.
    pub fees: Vec<Fee>,
    /// The account, masked.
    pub destination: MaskedDestination,
    /// The account's keyed fingerprint.
    pub fingerprint: String,
    /// The call that creates it at the provider.
    pub call: Call,
    /// The provider's id of it.
    pub reference: Option<String>,
    /// How the crypto leaves the payer.
    #[serde(default)]
    pub deposit: DepositKind,
    /// What the payer does once it is sent.
    #[serde(default = "reports")]
    pub after_sending: AfterSending,
    /// The deposit, from the moment its address was first shown.
    pub shown: Option<Shown>,
    /// What the partner authorised, where the partner's wallet pays.
    #[serde(default)]
    pub authorised: Option<Authorised>,
    /// The signature that moves the crypto into the order, as it was handed in last.
    #[serde(default)]
    pub transfer: Option<Signature>,
    /// The signature that has it back.
    #[serde(default)]
    pub refund: Option<Signature>,
    /// Why the last signature was refused, until another one is made.
    #[serde(default)]
    pub signature_problem: Option<SignatureProblem>,
    /// When the payer said that the money arrived.
    #[serde(default)]
    pub confirmed_at: Option<Timestamp>,
    /// What the payer said of money that did not arrive.
    #[serde(default)]
    pub not_received: Option<NotReceived>,
    /// What the provider waits for, beside the actions.
    #[serde(default)]
    pub offers: Offers,
    /// What the payer can do, as the provider's mapping said last.
    pub actions: Vec<Action>,
    /// Why it is where it is.
    pub reason: Option<Reason>,
    /// An action under way.
    pub pending_action: Option<Action>,
    /// What the order becomes when the provider confirms that it is called off.
    pub cancel_end: Option<CancelEnd>,
    /// The provider's last word.
    pub provider_status: Option<String>,
    /// Hash of the transfer, as reported or as the provider matched it.
    pub tx_hash: Option<String>,
    /// Hash of the transfer by which the crypto went back.
    #[serde(default)]
    pub refund_tx_hash: Option<String>,
    /// Whether the provider took an `execute` at least once.
    pub executed: bool,
    /// When the payer last said that the crypto was sent.
    pub reported_at: Option<Timestamp>,
    /// When the provider was first seen to have crypto, or to have seen some.
    pub deposit_seen_at: Option<Timestamp>,
    /// Whether the provider was ever seen to hold the crypto.
    pub ever_funded: bool,
    /// When a person found the crypto still held, where no read can tell.
    #[serde(default)]
    pub found_held_at: Option<Timestamp>,
    /// What happened.
    pub timeline: Vec<TimelineEntry>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it last changed for the payer.
    pub updated_at: Timestamp,
    /// When it first ended.
    pub ended_at: Option<Timestamp>,
    /// When the provider is asked next.
    pub next_check_at: Option<Timestamp>,
    /// Who wanted the provider to be asked, besides the schedule.
    #[serde(default)]
    pub asked: Asked,
}

fn reports() -> AfterSending {
    AfterSending::ReportSent
}

fn yes() -> bool {
    true
}

/// What the partner authorised, after it had debited the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorised {
    /// How much.
    pub crypto_amount: Amount,
    /// The partner's reference of the debit.
    pub reference: String,
    /// When.
    pub at: Timestamp,
}

/// A signature, from the moment it was made: it is stored before it is handed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What was signed.
    pub request: ToSign,
    /// The signature, in hex.
    pub signature: String,
    /// Whether the provider took it, as far as is known.
    pub taken: bool,
}

/// A signature moves money: it does not print.
impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signature")
            .field("purpose", &self.request.purpose)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

/// What the provider waits for, beside the actions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// What `provide_information` asks.
    pub fields: Vec<FormField>,
    /// Until when it waits for what is required.
    pub until: Option<Timestamp>,
}

/// How often somebody wanted the provider to be asked, so that an answer that is under way meanwhile
/// is not taken for one to the latest question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// How often.
    pub times: u64,
    /// For when, the last time.
    pub by: Option<Timestamp>,
}

/// The call that creates an order at the provider: made once, and looked for where its answer was
/// lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, with an answer or without.
    pub ended_at: Option<Timestamp>,
    /// How far the provider's clock is ahead of ours, in milliseconds.
    pub provider_ahead_ms: i64,
    /// Complete readings of the provider's list in which the order was not found.
    pub absences: u32,
}

/// A deposit instruction that the payer has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Where to send. It never changes.
    pub address: String,
    /// When it was first shown.
    pub at: Timestamp,
    /// Until when it is offered.
    pub offer_until: Timestamp,
    /// Whether it still is.
    pub offer: Offer,
    /// Whether the provider named another address later, so that nobody may trust this one.
    pub withdrawn: bool,
}

/// Why an order is being called off, and so what it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelEnd {
    /// The payer asked.
    Payer,
    /// The deposit did not come.
    OfferOver,
    /// What the provider made is not what was asked for.
    Mismatch,
}

impl OrderRecord {
    /// What only we know, for the provider's mapping.
    pub fn facts(&self, now: Timestamp) -> LocalFacts {
        LocalFacts {
            executed: self.executed,
            reported: self.sent_at().is_some(),
            report_is_stale: self
                .sent_at()
                .is_some_and(|at| now.since(at) >= REPORT_FRESH),
            ever_funded: self.ever_funded,
            cancel_asked: self.cancel_end.is_some(),
            offer_is_over: self
                .shown
                .as_ref()
                .is_some_and(|shown| shown.offer == Offer::Over),
            transfer_signed: self.transfer.is_some(),
            refund_signed: self.refund.as_ref().is_some_and(|refund| refund.taken),
            not_received: self.not_received.is_some(),
        }
    }

    /// Whether nothing is left to happen.
    pub fn is_closed(&self) -> bool {
        is_closed(self.state, self.custody)
    }

    /// Whether it keeps the payer from another order. One that had ended does not, whatever was
    /// found out about it later.
    pub fn is_unfunded(&self) -> bool {
        is_unfunded(self.state, self.custody) && !self.has_ended() && !self.ever_funded
    }

    /// Whether its create ended without an answer that tells what became of it.
    pub fn is_uncertain(&self) -> bool {
        self.state == OrderState::Creating && self.call.ended_at.is_some()
    }

    /// Whether an address was ever shown, so that money may still come.
    pub fn was_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Whether it takes a report that the crypto was sent: its address was shown, and the money is
    /// not accounted for.
    pub fn takes_report(&self) -> bool {
        let is_accounted_for = matches!(
            self.state,
            OrderState::Completed | OrderState::Refunded | OrderState::Refunding
        );
        self.was_shown() && !is_accounted_for
    }

    /// Whether an action was answered already, whatever the last read said: a signature was handed in
    /// that may be taken, or the money confirmed. Neither is asked for again, and nothing is called off
    /// that may be paid.
    pub fn is_answered(&self, action: Action) -> bool {
        match action {
            Action::AuthoriseTransfer | Action::Cancel => self.transfer.is_some(),
            Action::AuthoriseRefund => self.refund.is_some(),
            Action::ConfirmReceived | Action::ReportNotReceived => self.confirmed_at.is_some(),
            Action::ReportSent
            | Action::ProvideInformation
            | Action::CompleteVerification
            | Action::ChangeDestination => false,
        }
    }

    /// Moves to a state, and writes it on the timeline.
    pub fn enter(&mut self, state: OrderState, now: Timestamp) {
        if self.state != state {
            self.timeline.push(TimelineEntry { state, at: now });
            self.state = state;
        }
        if state.is_terminal() && self.ended_at.is_none() {
            self.ended_at = Some(now);
        }
    }

    /// Since when the crypto is said to be on its way: the payer's last word, or what was seen first.
    pub fn sent_at(&self) -> Option<Timestamp> {
        self.reported_at.max(self.deposit_seen_at)
    }

    /// Whether it has ended, whatever was found out about it later.
    pub fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// Whether it is being called off for the payer to see.
    pub fn is_cancelling(&self) -> bool {
        self.pending_action == Some(Action::Cancel)
    }

    /// Asks the provider no later than `at`.
    pub fn check_by(&mut self, at: Timestamp) {
        self.asked.times += 1;
        self.asked.by = Some(at);
        self.bring_forward(at);
    }

    /// After an answer was taken in: keeps the wish of whoever came while it was under way, since
    /// `asked` was read.
    pub fn keep_what_was_asked(&mut self, asked: &Asked) {
        if let Some(by) = self.asked.by
            && self.asked.times != asked.times
        {
            self.bring_forward(by);
        }
    }

    fn bring_forward(&mut self, at: Timestamp) {
        self.next_check_at = Some(self.next_check_at.map_or(at, |planned| planned.min(at)));
    }
}

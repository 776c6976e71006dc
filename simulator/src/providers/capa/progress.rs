//! How a transaction moves: what others do to it, and what time does.
//!
//! The graph is section 4.3 of the contract. What happens by itself is written into a transaction's
//! plan with the moment at which it happens, so that the outcome depends on the clock alone and not
//! on who looks when.

use std::collections::{BTreeSet, VecDeque};

use super::books::{Arrival, Books, Executed, Transaction, User};
use super::knobs::{Execution, Knobs, LateDeposits, MockStart, Payout, PennyTest};
use super::letters::{Event, Letter};
use super::mock::Outcome;
use super::plan::{Turn, payout, story};
use super::refusal::Refusal;
use super::status::Status;
use crate::clock::Moment;

const NAME_VERIFICATION_FAILED: &str = "NAME_VERIFICATION_FAILED";
const CANCELLED_BY_USER: &str = "Transaction cancelled by user";

impl Books {
    /// Lets everything happen that is due by now, in the order in which it is due.
    pub(super) fn advance(&mut self, now: Moment) {
        while let Some((id, at, turn)) = self.next_due(now) {
            self.change(&id, at, |transaction, context| {
                transaction.take(turn, context);
            });
        }
    }

    fn next_due(&mut self, now: Moment) -> Option<(String, Moment, Turn)> {
        let due = |transaction: &Transaction| {
            transaction
                .plan
                .front()
                .filter(|(at, _)| *at <= now)
                .map(|(at, _)| *at)
        };
        let next = self
            .transactions
            .iter_mut()
            .filter_map(|transaction| due(transaction).map(|at| (at, transaction)));
        let (_, transaction) = next.min_by_key(|(at, _)| *at)?;
        let (at, turn) = transaction.plan.pop_front()?;
        Some((transaction.id.clone(), at, turn))
    }

    /// Enters a new transaction.
    pub(super) fn begin(&mut self, mut transaction: Transaction, now: Moment) -> Transaction {
        let mut context = Context {
            now,
            knobs: &self.knobs,
            user: self
                .users
                .iter()
                .find(|user| user.id == transaction.user_id),
            proven_accounts: &mut self.proven_accounts,
            letters: &mut self.letters,
        };
        transaction.begin(&mut context);
        self.transactions.push(transaction.clone());
        transaction
    }

    /// Changes one transaction and writes the webhooks that the change calls for.
    pub(super) fn change<T>(
        &mut self,
        id: &str,
        now: Moment,
        act: impl FnOnce(&mut Transaction, &mut Context<'_>) -> T,
    ) -> Option<T> {
        let transaction = self
            .transactions
            .iter_mut()
            .find(|transaction| transaction.id == id)?;
        let mut context = Context {
            now,
            knobs: &self.knobs,
            user: self
                .users
                .iter()
                .find(|user| user.id == transaction.user_id),
            proven_accounts: &mut self.proven_accounts,
            letters: &mut self.letters,
        };
        Some(act(transaction, &mut context))
    }
}

/// What a change of a transaction may look at and write to.
pub(super) struct Context<'a> {
    pub(super) now: Moment,
    pub(super) knobs: &'a Knobs,
    user: Option<&'a User>,
    proven_accounts: &'a mut BTreeSet<(String, String)>,
    letters: &'a mut Vec<Letter>,
}

impl Transaction {
    /// The first status, the first webhook, and the time limit.
    fn begin(&mut self, context: &mut Context<'_>) {
        self.plan = [(
            context.now.plus(context.knobs.deposit_limit()),
            Turn::Expire,
        )]
        .into();
        self.tell(Event::Created, context);
        match (context.knobs.mock_start, self.mock) {
            (MockStart::OnCreation, Some(outcome)) => {
                self.execution = Executed::Yes;
                self.plan = story(outcome, context.now, context.knobs);
            }
            (MockStart::OnCreation, None) | (MockStart::OnExecute, _) => {}
        }
    }

    /// The partner asks for the payout. Asking again changes nothing (assumption U5).
    pub(super) fn execute(&mut self, context: &mut Context<'_>) -> Result<(), Refusal> {
        self.execute_calls += 1;
        let (now, knobs) = (context.now, context.knobs);
        match (&self.status, self.execution) {
            (Status::Cancelled | Status::Expired | Status::Failed, _) => {
                return Err(Refusal::InvalidTransition);
            }
            (Status::Pending | Status::PendingPayment, Executed::No) => {
                self.plan = match self.mock {
                    Some(outcome) => story(outcome, now, knobs),
                    None => [(now.plus(knobs.search()), Turn::GiveUp)].into(),
                };
            }
            (Status::CryptoReceived, Executed::No) => self.plan = payout(now, knobs),
            (Status::CryptoNotReceived, Executed::No | Executed::Yes) => {
                if self.is_funded() {
                    self.receive(context);
                    self.plan = payout(now, knobs);
                }
            }
            (
                Status::Pending
                | Status::PendingPayment
                | Status::CryptoReceived
                | Status::InProgress
                | Status::CompletedCryptoReceival
                | Status::ReadyBankTransfer
                | Status::BankTransferPending
                | Status::AwaitingManualFiatTransfer
                | Status::Completed
                | Status::FiatPaymentReceived
                | Status::FiatReceived
                | Status::AwaitingManualCryptoTransfer
                | Status::Other(_),
                Executed::No | Executed::Yes,
            ) => {}
        }
        self.execution = Executed::Yes;
        Ok(())
    }

    /// The partner cancels. Cancelling again changes nothing.
    pub(super) fn cancel(&mut self, context: &mut Context<'_>) -> Result<(), Refusal> {
        self.cancel_calls += 1;
        match self.status {
            Status::Cancelled => Ok(()),
            Status::Pending | Status::PendingPayment | Status::CryptoNotReceived
                if self.deposits.is_empty() =>
            {
                self.end_cancelled(CANCELLED_BY_USER, context);
                Ok(())
            }
            Status::Pending
            | Status::PendingPayment
            | Status::CryptoNotReceived
            | Status::InProgress
            | Status::CryptoReceived
            | Status::CompletedCryptoReceival
            | Status::ReadyBankTransfer
            | Status::BankTransferPending
            | Status::AwaitingManualFiatTransfer
            | Status::Completed
            | Status::Failed
            | Status::Expired
            | Status::FiatPaymentReceived
            | Status::FiatReceived
            | Status::AwaitingManualCryptoTransfer
            | Status::Other(_) => Err(Refusal::InvalidTransition),
        }
    }

    /// Crypto arrives. What does not match stays `IN_PROGRESS`, for a person to solve (U6).
    pub(super) fn deposit(&mut self, arrival: Arrival, context: &mut Context<'_>) {
        self.deposits.push(arrival);
        match context.knobs.execution {
            Execution::Automatic => self.execution = Executed::Yes,
            Execution::OnRequest => {}
        }
        match self.status {
            Status::Pending | Status::PendingPayment if self.is_funded() => {
                self.receive(context);
                self.plan = match self.execution {
                    Executed::Yes => payout(context.now, context.knobs),
                    Executed::No => VecDeque::new(),
                };
            }
            // It is found by the next execute.
            Status::CryptoNotReceived if self.is_funded() => {}
            Status::Pending
            | Status::PendingPayment
            | Status::CryptoNotReceived
            | Status::CryptoReceived
            | Status::CompletedCryptoReceival => self.leave_to_a_person(),
            Status::Cancelled | Status::Expired | Status::Failed => {
                match context.knobs.late_deposits {
                    LateDeposits::Shown => self.leave_to_a_person(),
                    LateDeposits::Ignored => {}
                }
            }
            Status::InProgress
            | Status::ReadyBankTransfer
            | Status::BankTransferPending
            | Status::AwaitingManualFiatTransfer
            | Status::Completed
            | Status::FiatPaymentReceived
            | Status::FiatReceived
            | Status::AwaitingManualCryptoTransfer
            | Status::Other(_) => {}
        }
    }

    /// A person at Capa decides. A payout that was asked for goes on from there.
    pub(super) fn force(&mut self, status: Status, context: &mut Context<'_>) {
        self.plan.clear();
        match &status {
            Status::CryptoReceived => {
                self.receive(context);
                match self.execution {
                    Executed::Yes => self.plan = payout(context.now, context.knobs),
                    Executed::No => {}
                }
            }
            Status::Completed => self.end_completed(context),
            Status::Cancelled => self.end_cancelled(CANCELLED_BY_USER, context),
            Status::Pending | Status::PendingPayment => {
                self.execution = Executed::No;
                self.status = status;
            }
            Status::InProgress
            | Status::CryptoNotReceived
            | Status::CompletedCryptoReceival
            | Status::ReadyBankTransfer
            | Status::BankTransferPending
            | Status::AwaitingManualFiatTransfer
            | Status::Failed
            | Status::Expired
            | Status::FiatPaymentReceived
            | Status::FiatReceived
            | Status::AwaitingManualCryptoTransfer
            | Status::Other(_) => self.status = status,
        }
    }

    fn take(&mut self, turn: Turn, context: &mut Context<'_>) {
        match turn {
            Turn::Expire => self.status = Status::Expired,
            Turn::GiveUp => self.status = Status::CryptoNotReceived,
            Turn::Receive => self.receive(context),
            Turn::Process => self.status = Status::InProgress,
            Turn::CompleteReceival => self.status = Status::CompletedCryptoReceival,
            Turn::CheckName => self.check_name(context),
            Turn::AwaitManualTransfer => self.status = Status::AwaitingManualFiatTransfer,
            Turn::StartTransfer => self.status = Status::BankTransferPending,
            Turn::EndTransfer => match context.knobs.payout {
                Payout::Completes => self.end_completed(context),
                Payout::Fails => self.status = Status::Failed,
            },
        }
    }

    fn receive(&mut self, context: &mut Context<'_>) {
        self.status = Status::CryptoReceived;
        self.tell(Event::CryptoReceived, context);
    }

    /// The first time that a user is paid at a Mexican account, a small transfer checks the name.
    fn check_name(&mut self, context: &mut Context<'_>) {
        let account = (self.user_id.clone(), self.bank.account_identifier.clone());
        let passes = match (self.mock, context.knobs.penny_test) {
            (Some(Outcome::NameVerificationFailed), _) => false,
            (Some(Outcome::Completed | Outcome::CryptoNotReceived) | None, PennyTest::Passes) => {
                true
            }
            (Some(Outcome::Completed | Outcome::CryptoNotReceived) | None, PennyTest::Fails) => {
                !self.bank.is_mexican() || context.proven_accounts.contains(&account)
            }
        };
        if passes {
            context.proven_accounts.insert(account);
            self.bank.is_verified = true;
            self.status = Status::ReadyBankTransfer;
        } else {
            self.end_cancelled(NAME_VERIFICATION_FAILED, context);
        }
    }

    fn leave_to_a_person(&mut self) {
        self.plan.clear();
        self.status = Status::InProgress;
    }

    fn end_completed(&mut self, context: &mut Context<'_>) {
        self.plan.clear();
        self.status = Status::Completed;
        self.completed_at = Some(context.now);
        self.tell(Event::Completed, context);
    }

    fn end_cancelled(&mut self, reason: &'static str, context: &mut Context<'_>) {
        self.plan.clear();
        self.status = Status::Cancelled;
        self.cancellation_reason = Some(reason);
        self.tell(Event::Cancelled, context);
    }

    fn tell(&self, event: Event, context: &mut Context<'_>) {
        let letter = Letter::about(self, event, context.user, context.knobs);
        context.letters.extend(letter);
    }
}

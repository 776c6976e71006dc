//! What can happen to an order.

use offramp_domain::api::Action;
use offramp_simulator::{Deposit, Fault, Operation, Status};
use proptest::{prelude::*, sample::select};

/// One of two payers.
pub(super) type Payer = usize;

/// Something that happens.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A new order is asked for.
    Create(Payer),
    /// The last one is asked for once more, with its key.
    CreateAgain(Payer),
    /// The payer says that the crypto was sent, with the hash or without.
    Report(Payer, bool),
    /// The payer calls the order off.
    Cancel(Payer),
    /// The payer does something else, whether it is offered or not.
    Act(Payer, Action),
    /// The payer acts on the other's order.
    ActOnForeign(Payer, Action),
    /// Crypto arrives at the provider.
    Deposit(Payer, Deposit),
    /// A person at the provider changes the status.
    Force(Payer, Status),
    /// The provider sends news, true or not.
    News(Payer, &'static str),
    /// The provider fails so many times.
    Fail(Operation, Fault, u32),
    /// So many seconds pass.
    Pass(u64),
    /// The proxy starts again.
    Restart,
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let payer = 0..2_usize;
    let action = select(Action::ALL.to_vec());
    let deposits = [
        Deposit::Exact,
        Deposit::Exact,
        Deposit::Amount(40.into()),
        Deposit::WrongToken,
    ];
    let statuses = [
        Status::Pending,
        Status::PendingPayment,
        Status::InProgress,
        Status::CryptoReceived,
        Status::CryptoNotReceived,
        Status::CompletedCryptoReceival,
        Status::ReadyBankTransfer,
        Status::BankTransferPending,
        Status::AwaitingManualFiatTransfer,
        Status::Completed,
        Status::Failed,
        Status::Cancelled,
        Status::Expired,
        Status::FiatReceived,
        Status::Other("SETTLING_IN_THE_DARK".to_owned()),
    ];
    let operations = [
        Operation::Quote,
        Operation::Create,
        Operation::Create,
        Operation::Execute,
        Operation::List,
        Operation::Cancel,
    ];
    let faults = [
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::MalformedJson,
        Fault::WrongType,
        Fault::EmptyBody,
        Fault::BadGateway,
        Fault::RateLimited,
        Fault::Redirect,
    ];
    let news = [
        "CRYPTO_RECEIVED_OFF_RAMP",
        "COMPLETED_OFF_RAMP",
        "FAILED",
        "A_NEW_ONE",
    ];
    let spans = [1, 5, 30, 61, 130, 600, 1_801, 3_601, 90_000];
    prop_oneof![
        5 => payer.clone().prop_map(Step::Create),
        1 => payer.clone().prop_map(Step::CreateAgain),
        3 => (payer.clone(), any::<bool>()).prop_map(|(payer, hash)| Step::Report(payer, hash)),
        2 => payer.clone().prop_map(Step::Cancel),
        1 => (payer.clone(), action.clone()).prop_map(|(payer, action)| Step::Act(payer, action)),
        1 => (payer.clone(), action)
            .prop_map(|(payer, action)| Step::ActOnForeign(payer, action)),
        3 => (payer.clone(), select(deposits.to_vec()))
            .prop_map(|(payer, deposit)| Step::Deposit(payer, deposit)),
        2 => (payer.clone(), select(statuses.to_vec()))
            .prop_map(|(payer, status)| Step::Force(payer, status)),
        1 => (payer, select(news.to_vec())).prop_map(|(payer, event)| Step::News(payer, event)),
        2 => (select(operations.to_vec()), select(faults.to_vec()), 1..4_u32)
            .prop_map(|(operation, fault, times)| Step::Fail(operation, fault, times)),
        6 => select(spans.to_vec()).prop_map(Step::Pass),
        1 => Just(Step::Restart),
    ]
}

//! Who is there when the simulator starts: the ids that tests and the demo know by heart.

use std::collections::VecDeque;

use rust_decimal::Decimal;

use super::bank::BankAccount;
use super::books::{
    Books, Executed, Holder, Owner, Receiver, SavedAccount, Transaction, User, Verification,
};
use super::deal::Direction;
use super::status::Status;
use super::terms::Terms;
use crate::clock::Moment;
use crate::figure::Figure;

/// Ana, verified. Her external id is `cust-1`.
pub const CUST_1: &str = "8374f327-38bd-4b0b-b8a7-2524599eb903";
/// Luis, verified. His external id is `cust-2`.
pub const CUST_2: &str = "9486244c-ff7d-4c22-9984-797179d7deaa";
/// Eva, who has not begun her verification. Her external id is `cust-3`.
pub const CUST_3: &str = "3c1a5e0b-52f4-4d37-8d8e-0a4b7d9f6e21";

/// A verified receiver of `cust-1`.
pub const RECEIVER: &str = "b0d3f1a2-6f5e-4a7c-9b1d-2e8c4a6f0d13";
/// A receiver of `cust-1` who is not verified.
pub const UNVERIFIED_RECEIVER: &str = "c7e4a2b9-1d3f-4c5a-8e6b-9f0a1b2c3d4e";
/// A verified receiver of `cust-2`.
pub const RECEIVER_OF_CUST_2: &str = "d8f5b3ca-2e40-4d6b-9f7c-0a1b2c3d4e5f";

/// A saved account of `cust-1`.
pub const ACCOUNT: &str = "5a1c7b7e-61f7-4b52-9a43-0c6d1f6c8f10";
/// A saved account of `cust-2`.
pub const ACCOUNT_OF_CUST_2: &str = "6b2d8c8f-72a8-4c63-8b54-1d7e2a7d9a21";
/// A saved account of [`RECEIVER`].
pub const ACCOUNT_OF_RECEIVER: &str = "7c3e9d90-83b9-4d74-9c65-2e8f3b8eab32";
/// A saved account at another partner.
pub const ACCOUNT_ELSEWHERE: &str = "8d4fae01-94ca-4e85-8d76-3f904c9fbc43";

/// A transaction of another partner.
pub const TRANSACTION_ELSEWHERE: &str = "e9a6c4db-3f51-4e7c-8a8d-1b2c3d4e5f60";

pub(super) fn users() -> Vec<User> {
    let user = |id: &str, number: u32, first_name: &str, last_name: &str, verification| User {
        id: id.to_owned(),
        external_id: Some(format!("cust-{number}")),
        email: format!("cust-{number}@cobalto.example"),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        verification,
    };
    vec![
        user(CUST_1, 1, "ANA", "LOPEZ", Verification::Verified),
        user(CUST_2, 2, "LUIS", "PEREZ", Verification::Verified),
        user(CUST_3, 3, "EVA", "GOMEZ", Verification::NotStarted),
    ]
}

pub(super) fn receivers() -> Vec<Receiver> {
    let receiver = |id: &str, user_id: &str, verification| Receiver {
        id: id.to_owned(),
        user_id: user_id.to_owned(),
        verification,
    };
    vec![
        receiver(RECEIVER, CUST_1, Verification::Verified),
        receiver(UNVERIFIED_RECEIVER, CUST_1, Verification::InProgress),
        receiver(RECEIVER_OF_CUST_2, CUST_2, Verification::Verified),
    ]
}

/// The account numbers are those of Capa's own examples.
pub(super) fn accounts() -> Vec<SavedAccount> {
    let account = |id: &str, holder, clabe: &str| SavedAccount {
        id: id.to_owned(),
        holder,
        account: BankAccount::with_clabe(clabe),
    };
    vec![
        account(
            ACCOUNT,
            Holder::User(CUST_1.to_owned()),
            "012345678902422382",
        ),
        account(
            ACCOUNT_OF_CUST_2,
            Holder::User(CUST_2.to_owned()),
            "014680260346007120",
        ),
        account(
            ACCOUNT_OF_RECEIVER,
            Holder::Receiver(RECEIVER.to_owned()),
            "014680260346007120",
        ),
        account(
            ACCOUNT_ELSEWHERE,
            Holder::AnotherPartner,
            "014680260346007120",
        ),
    ]
}

/// None only if dollars were no longer traded for pesos.
pub(super) fn foreign_transaction(books: &Books, now: Moment) -> Option<Transaction> {
    let terms = Terms {
        token_symbol: Some("USDC".to_owned()),
        blockchain_symbol: Some("POL".to_owned()),
        fiat_currency: Some("MXN".to_owned()),
        crypto_amount: Some(Figure(Decimal::ONE_HUNDRED)),
        ..Terms::default()
    };
    let deal = terms
        .check()
        .ok()?
        .price(Direction::Off, &books.world, &books.knobs)
        .ok()?;
    Some(Transaction {
        id: TRANSACTION_ELSEWHERE.to_owned(),
        owner: Owner::AnotherPartner,
        user_id: "f0b7d5ec-4062-4f8d-9b9e-2c3d4e5f6071".to_owned(),
        status: Status::Pending,
        deal,
        created_at: now,
        completed_at: None,
        address: "0x7796d4f304bd84171ee6730ad0f69c07a47e786d".to_owned(),
        bank: BankAccount::with_clabe("014680260346007120"),
        cancellation_reason: None,
        deposits: Vec::new(),
        hash: None,
        execution: Executed::No,
        mock: None,
        plan: VecDeque::new(),
        create_key: String::new(),
        execute_calls: 0,
        cancel_calls: 0,
    })
}

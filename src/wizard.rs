//! Where the payer is, and what is settled by then.

use offramp_domain::{
    api::{Destination, MaskedDestination, Order},
    bank::CountryCode,
    money::{Amount, Token},
    network::Network,
    order::OrderState,
};

/// A step, holding exactly what the steps before it have settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wizard {
    /// How much.
    Amount,
    /// To which account.
    Bank { ask: Ask },
    /// At which rate.
    Confirm { ask: Ask, payee: Payee },
    /// Sending the crypto.
    Deposit { order: OrderId },
    /// Watching the money arrive.
    Status {
        order: OrderId,
        /// Whether the crypto is still to come.
        is_unfunded: bool,
    },
}

/// What is sold, for money in which country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) token: Token,
    pub(crate) network: Network,
    pub(crate) country: CountryCode,
    pub(crate) anchor: Anchor,
}

/// The amount that the payer named; the other one follows from the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Sell this much.
    Crypto(Amount),
    /// Receive this much.
    Fiat(Amount),
}

/// The account that is paid, and as much of it as may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payee {
    pub(crate) destination: Destination,
    pub(crate) shown: MaskedDestination,
}

/// An order's id, as the proxy gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderId(String);

/// The steps, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Amount,
    Bank,
    Confirm,
    Deposit,
    Status,
}

impl Step {
    /// How many there are.
    pub(crate) const COUNT: usize = 5;

    /// Its name in events.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Bank => "bank",
            Self::Confirm => "confirm",
            Self::Deposit => "deposit",
            Self::Status => "status",
        }
    }
}

impl OrderId {
    pub(crate) fn of(order: &Order) -> Self {
        Self(order.id.clone())
    }
}

impl Wizard {
    /// Which step this is.
    pub(crate) fn step(&self) -> Step {
        match self {
            Self::Amount => Step::Amount,
            Self::Bank { .. } => Step::Bank,
            Self::Confirm { .. } => Step::Confirm,
            Self::Deposit { .. } => Step::Deposit,
            Self::Status { .. } => Step::Status,
        }
    }

    /// How far that is, counted from one. It never runs back: what is looked at before the crypto
    /// is there belongs to sending it.
    pub(crate) fn place(&self) -> usize {
        match self {
            Self::Amount => 1,
            Self::Bank { .. } => 2,
            Self::Confirm { .. } => 3,
            Self::Deposit { .. }
            | Self::Status {
                is_unfunded: true, ..
            } => 4,
            Self::Status {
                is_unfunded: false, ..
            } => 5,
        }
    }

    /// The order on the screen, once there is one.
    pub(crate) fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Amount | Self::Bank { .. } | Self::Confirm { .. } => None,
            Self::Deposit { order } | Self::Status { order, .. } => Some(order),
        }
    }

    /// The amount is settled, for the first time or anew.
    #[must_use]
    pub(crate) fn with_ask(self, ask: Ask) -> Self {
        match self {
            Self::Amount | Self::Bank { .. } | Self::Confirm { .. } => Self::Bank { ask },
            Self::Deposit { .. } | Self::Status { .. } => self,
        }
    }

    /// The account is settled.
    #[must_use]
    pub(crate) fn with_payee(self, payee: Payee) -> Self {
        match self {
            Self::Bank { ask } | Self::Confirm { ask, .. } => Self::Confirm { ask, payee },
            Self::Amount | Self::Deposit { .. } | Self::Status { .. } => self,
        }
    }

    /// One step back. An order is not undone by looking away.
    #[must_use]
    pub(crate) fn back(self) -> Self {
        match self {
            Self::Amount | Self::Bank { .. } => Self::Amount,
            Self::Confirm { ask, .. } => Self::Bank { ask },
            Self::Deposit { .. } | Self::Status { .. } => self,
        }
    }

    /// The screen for an order as it is now: to send, or to watch.
    pub(crate) fn for_order(order: &Order) -> Self {
        let id = OrderId::of(order);
        if order.deposit.is_some() && waits_for_deposit(order.state) {
            Self::Deposit { order: id }
        } else {
            Self::Status {
                order: id,
                is_unfunded: order.unfunded,
            }
        }
    }
}

fn waits_for_deposit(state: OrderState) -> bool {
    match state {
        OrderState::Created | OrderState::AwaitingDeposit => true,
        OrderState::Creating
        | OrderState::Blocked
        | OrderState::DepositSubmitted
        | OrderState::DepositReceived
        | OrderState::PayoutInProgress
        | OrderState::AwaitingConfirmation
        | OrderState::Settling
        | OrderState::PayoutReturned
        | OrderState::Disputed
        | OrderState::RefundRequired
        | OrderState::Refunding
        | OrderState::Attention
        | OrderState::Completed
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded
        | OrderState::Failed => false,
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::{
        api::{AfterSending, CryptoSide, Deposit, FiatSide, Offer, TransferToAddress},
        money::Currency,
        order::Custody,
        quote::Guarantee,
        time::Timestamp,
    };

    use super::*;

    fn ask() -> Ask {
        Ask {
            token: Token::Usdc,
            network: Network::Pol,
            country: CountryCode::Mx,
            anchor: Anchor::Crypto("100".parse().unwrap()),
        }
    }

    fn payee() -> Payee {
        Payee {
            destination: Destination::BankAccount {
                country: CountryCode::Mx,
                fields: Vec::new(),
            },
            shown: MaskedDestination {
                country: CountryCode::Mx,
                bank_name: None,
                masked: "•••• 7120".to_owned(),
            },
        }
    }

    fn order(state: OrderState, deposit: Option<Deposit>) -> Order {
        let at = Timestamp::from_millis(0);
        Order {
            id: "ord_1".to_owned(),
            state,
            custody: Custody::Payer,
            sequence: 1,
            crypto: CryptoSide {
                token: Token::Usdc,
                network: Network::Pol,
                amount: "100".parse().unwrap(),
            },
            fiat: FiatSide {
                currency: Currency::Mxn,
                amount: None,
                guarantee: Guarantee::Exact,
            },
            rate: None,
            fees: Vec::new(),
            destination: payee().shown,
            deposit,
            actions: Vec::new(),
            next: None,
            pending_action: None,
            timeline: Vec::new(),
            tx_hash: None,
            explorer_url: None,
            signature_problem: None,
            refund: None,
            not_received: None,
            reason: None,
            unfunded: true,
            resume_token: None,
            created_at: at,
            updated_at: at,
        }
    }

    fn transfer() -> Deposit {
        Deposit::TransferToAddress(TransferToAddress {
            network: Network::Pol,
            token: Token::Usdc,
            token_contract: None,
            address: "0x7796d4f304bd84171ee6730ad0f69c07a47e786d".to_owned(),
            amount: "100".parse().unwrap(),
            payment_uri: None,
            after_sending: AfterSending::ReportSent,
            offer: Offer::Live,
            offer_until: None,
        })
    }

    #[test]
    fn each_step_adds_what_it_settles() {
        let bank = Wizard::Amount.with_ask(ask());
        assert_eq!(bank, Wizard::Bank { ask: ask() });
        let confirm = bank.with_payee(payee());
        assert_eq!(
            confirm,
            Wizard::Confirm {
                ask: ask(),
                payee: payee()
            }
        );
    }

    #[test]
    fn going_back_gives_up_only_the_last_decision() {
        let confirm = Wizard::Confirm {
            ask: ask(),
            payee: payee(),
        };
        assert_eq!(confirm.clone().back(), Wizard::Bank { ask: ask() });
        assert_eq!(confirm.back().back(), Wizard::Amount);
        assert_eq!(Wizard::Amount.back(), Wizard::Amount);
    }

    #[test]
    fn an_account_without_an_amount_settles_nothing() {
        assert_eq!(Wizard::Amount.with_payee(payee()), Wizard::Amount);
    }

    #[test]
    fn an_order_is_not_undone_by_a_late_press() {
        let deposit = Wizard::for_order(&order(OrderState::AwaitingDeposit, Some(transfer())));
        assert_eq!(deposit.clone().back(), deposit);
        assert_eq!(deposit.clone().with_ask(ask()), deposit);
        assert_eq!(deposit.clone().with_payee(payee()), deposit);
    }

    #[test]
    fn an_order_is_sent_to_only_while_there_is_an_address() {
        let sending = order(OrderState::AwaitingDeposit, Some(transfer()));
        assert_eq!(Wizard::for_order(&sending).step(), Step::Deposit);
        let cancelling = order(OrderState::AwaitingDeposit, None);
        assert_eq!(Wizard::for_order(&cancelling).step(), Step::Status);
        let late = order(OrderState::Expired, Some(transfer()));
        assert_eq!(Wizard::for_order(&late).step(), Step::Status);
    }

    #[test]
    fn every_state_of_an_order_has_a_screen() {
        for state in OrderState::ALL {
            let is_sent_to = matches!(state, OrderState::Created | OrderState::AwaitingDeposit);
            let expected = if is_sent_to {
                Step::Deposit
            } else {
                Step::Status
            };
            assert_eq!(
                Wizard::for_order(&order(state, Some(transfer()))).step(),
                expected,
                "{state:?}"
            );
        }
    }

    #[test]
    fn places_count_from_one_and_never_run_back() {
        let of = |state, deposit, unfunded| {
            Wizard::for_order(&Order {
                unfunded,
                ..order(state, deposit)
            })
        };
        let steps = [
            Wizard::Amount,
            Wizard::Bank { ask: ask() },
            Wizard::Confirm {
                ask: ask(),
                payee: payee(),
            },
            of(OrderState::Created, None, true),
            of(OrderState::AwaitingDeposit, Some(transfer()), true),
            of(OrderState::DepositSubmitted, None, true),
            of(OrderState::DepositReceived, None, false),
            of(OrderState::Completed, None, false),
        ];
        let places: Vec<_> = steps.iter().map(Wizard::place).collect();
        assert_eq!(places, [1, 2, 3, 4, 4, 4, Step::COUNT, Step::COUNT]);
    }
}

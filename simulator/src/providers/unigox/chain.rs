//! XAI as far as UNIGOX uses it: tokens, contracts, and what every address holds there.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256, address};
use rust_decimal::Decimal;

/// A token on XAI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    Usdc,
    Usdt,
}

/// The contract that relays signed transfers.
pub(super) const FORWARDER: Address = address!("0x6fFCF38bEc8c733b096958fcd2a8E31A00530EDC");

impl Token {
    pub(super) const ALL: [Self; 2] = [Self::Usdc, Self::Usdt];

    pub(super) const DECIMALS: u32 = 6;

    pub(super) fn with_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|token| token.code() == code)
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Usdc => "USDC",
            Self::Usdt => "USDT",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Usdc => "USD Coin",
            Self::Usdt => "Tether USD",
        }
    }

    pub(super) const fn address(self) -> Address {
        match self {
            Self::Usdc => address!("0x2Bf9a4e1D8f1B23f0Bc7Fd2eA7F4c1A8E4d3C5b6"),
            Self::Usdt => address!("0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA"),
        }
    }
}

/// An amount in the token's smallest unit. Amounts have at most six decimals and are not negative.
pub(super) fn atomic(amount: Decimal) -> U256 {
    let scale = Decimal::from(1_000_000_u32);
    let units = amount.checked_mul(scale).map(|units| units.round());
    let units = units.and_then(|units| u128::try_from(units).ok());
    U256::from(units.unwrap_or(u128::MAX))
}

/// What every address holds, and how many of its transfers were relayed.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    wallets: BTreeMap<Address, Wallet>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Wallet {
    pub(super) nonce: u64,
    pub(super) balances: BTreeMap<Token, Decimal>,
}

impl Ledger {
    pub(super) fn wallet(&self, address: Address) -> Wallet {
        self.wallets.get(&address).cloned().unwrap_or_default()
    }

    pub(super) fn wallets(&self) -> impl Iterator<Item = (&Address, &Wallet)> {
        self.wallets.iter()
    }

    pub(super) fn balance(&self, address: Address, token: Token) -> Decimal {
        let wallet = self.wallets.get(&address);
        let balance = wallet.and_then(|wallet| wallet.balances.get(&token));
        balance.copied().unwrap_or_default()
    }

    /// Adds to a balance, or takes away where the amount is negative.
    pub(super) fn add(&mut self, address: Address, token: Token, amount: Decimal) {
        let wallet = self.wallets.entry(address).or_default();
        let balance = wallet.balances.entry(token).or_default();
        *balance = balance.saturating_add(amount);
    }

    pub(super) fn use_nonce(&mut self, address: Address) {
        self.wallets.entry(address).or_default().nonce += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_whole_units() {
        assert_eq!(atomic(Decimal::new(100, 0)), U256::from(100_000_000));
        assert_eq!(
            atomic(Decimal::new(334_941_050, 6)),
            U256::from(334_941_050)
        );
    }

    #[test]
    fn what_is_spent_is_gone() {
        let mut ledger = Ledger::default();
        ledger.add(FORWARDER, Token::Usdt, Decimal::TEN);
        ledger.add(FORWARDER, Token::Usdt, -Decimal::ONE);
        assert_eq!(ledger.balance(FORWARDER, Token::Usdt), Decimal::from(9));
        assert_eq!(ledger.balance(FORWARDER, Token::Usdc), Decimal::ZERO);
    }
}

//! Private keys of wallets: accounts of the public development mnemonic.

/// The second, a payer's, and the third, somebody else's.
pub(crate) const WALLET_KEYS: [&str; 2] = [
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
];

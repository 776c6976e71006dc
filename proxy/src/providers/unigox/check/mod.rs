//! What is handed out to be signed, held byte by byte against what was agreed. Pure.

use std::time::Duration;

use alloy_primitives::{Address, Bytes, U256};
use offramp_domain::{
    money::Amount,
    network::{DepositAddress, Network},
    time::Timestamp,
};
use serde_json::Value;

use super::{
    typed_data::{Forward, Refund, SAFE_TX, Typed, transfer_call},
    wire::{RefundParameters, TransferParameters},
};
use crate::provider::{Expected, ToSign};

/// What the published helper allows where nothing is recommended (contract 10.1).
const GAS: u64 = 500_000;
const TTL_SECS: u64 = 3_600;

/// The shortest and the longest that a signature is good for. A transfer whose answer got lost may
/// be carried out until then.
const SHORTEST_SECS: u64 = 60;
const LONGEST_SECS: u64 = TTL_SECS;

/// The most gas that a forwarded transfer could need.
const MOST_GAS: u64 = 10_000_000;

/// How long a refund may be signed after it was handed out. It has no end of its own.
const REFUND_LIFE: Duration = Duration::from_mins(30);

/// What was agreed.
pub(super) struct Agreed<'a> {
    pub(super) expected: &'a Expected,
    /// Whose wallet signs.
    pub(super) signer: Address,
    /// The chains that anything may be signed for.
    pub(super) chain_ids: &'a [u64],
}

/// What is not as agreed.
type Unexpected = &'static str;

impl Agreed<'_> {
    /// The transfer into the escrow.
    pub(super) fn transfer(
        &self,
        parameters: &TransferParameters,
        now: Timestamp,
    ) -> Result<ToSign, Unexpected> {
        let order_id = &parameters.order_id;
        self.same_order(
            order_id,
            &parameters.crypto_currency,
            parameters.crypto_decimals.0,
        )?;
        let chain_id = self.chain(&parameters.chain_id.0)?;
        let token = self.token(&parameters.token_address)?;
        let forwarder = address(&parameters.forwarder_address).ok_or("the forwarder")?;
        let sender = address(&parameters.sender_address).ok_or("the sender")?;
        if sender != self.signer {
            return Err("the sender");
        }
        let recipient = address(&parameters.recipient_address).ok_or("the recipient")?;
        if [sender, token, forwarder].contains(&recipient) || forwarder == token {
            return Err("the recipient");
        }
        let amount = number(&parameters.amount_atomic.0).ok_or("the amount")?;
        self.same_amount(amount)?;
        if let Some(human) = &parameters.amount_human {
            self.same_figure(&human.0, amount)?;
        }
        if bytes(&parameters.transfer_data) != Some(transfer_call(recipient, amount)) {
            return Err("the data");
        }
        let gas = match &parameters.recommended_gas_limit {
            Some(gas) => number(&gas.0).ok_or("the gas")?,
            None => U256::from(GAS),
        };
        if gas.is_zero() || gas > U256::from(MOST_GAS) {
            return Err("the gas");
        }
        let ttl = match &parameters.recommended_ttl_seconds {
            Some(ttl) => ttl.0.parse().map_err(|_| "the deadline")?,
            None => TTL_SECS,
        };
        let expires_at = now.plus(Duration::from_secs(ttl.clamp(SHORTEST_SECS, LONGEST_SECS)));
        let typed = Typed::from(Forward {
            chain_id,
            forwarder,
            from: sender,
            token,
            to: recipient,
            amount,
            gas,
            nonce: number(&parameters.forwarder_nonce.0).ok_or("the nonce")?,
            deadline_secs: u64::try_from(expires_at.as_millis() / 1_000)
                .map_err(|_| "the deadline")?,
        });
        Ok(self.to_sign(&typed, expires_at))
    }

    /// The refund out of it.
    pub(super) fn refund(
        &self,
        parameters: &RefundParameters,
        now: Timestamp,
    ) -> Result<ToSign, Unexpected> {
        let order_id = &parameters.order_id;
        self.same_order(
            order_id,
            &parameters.crypto_currency,
            parameters.crypto_decimals.0,
        )?;
        if parameters.direction != "to_seller" {
            return Err("the direction");
        }
        let escrow = address(&parameters.escrow_address).ok_or("the escrow")?;
        let verifying = address(&parameters.domain.verifying_contract).ok_or("the domain")?;
        if verifying != escrow {
            return Err("the domain");
        }
        let chain_id = self.chain(&parameters.domain.chain_id.0)?;
        if address(&parameters.signer_address) != Some(self.signer) {
            return Err("the signer");
        }
        // What was paid goes back to who paid it, and to nobody else.
        if address(&parameters.recipient_address) != Some(self.signer) {
            return Err("the recipient");
        }
        let safe = &parameters.safe_params;
        let token = self.token(&safe.to)?;
        if escrow == token || escrow == self.signer {
            return Err("the escrow");
        }
        let zeros = [
            ("the value", &safe.value.0),
            ("the operation", &safe.operation.0),
            ("the gas", &safe.safe_tx_gas.0),
            ("the gas", &safe.base_gas.0),
            ("the gas price", &safe.gas_price.0),
        ];
        for (what, text) in zeros {
            if number(text) != Some(U256::ZERO) {
                return Err(what);
            }
        }
        for (what, text) in [
            ("the gas token", &safe.gas_token),
            ("the refund receiver", &safe.refund_receiver),
        ] {
            if text.parse() != Ok(Address::ZERO) {
                return Err(what);
            }
        }
        let amount = self.refunded(&safe.data)?;
        if let Some(human) = &parameters.amount_human {
            self.same_figure(&human.0, amount)?;
        }
        check_types(&parameters.types)?;
        let typed = Typed::from(Refund {
            chain_id,
            escrow,
            token,
            to: self.signer,
            amount,
            nonce: number(&safe.nonce.0).ok_or("the nonce")?,
        });
        Ok(self.to_sign(&typed, now.plus(REFUND_LIFE)))
    }

    /// The amount of a transfer to the signer, of what the order moved.
    fn refunded(&self, data: &str) -> Result<U256, Unexpected> {
        let data = bytes(data).ok_or("the data")?;
        let last = data.len().checked_sub(32).and_then(|at| data.get(at..));
        let amount = U256::from_be_slice(last.ok_or("the data")?);
        if data != transfer_call(self.signer, amount) {
            return Err("the data");
        }
        self.same_amount(amount)?;
        Ok(amount)
    }

    fn same_order(&self, id: &str, token: &str, decimals: usize) -> Result<(), Unexpected> {
        let Expected {
            reference,
            token: expected,
            decimals: expected_decimals,
            ..
        } = self.expected;
        if *id != reference.0 {
            Err("the order")
        } else if token != expected.symbol() {
            Err("the token")
        } else if usize::try_from(*expected_decimals) != Ok(decimals) {
            Err("the decimals")
        } else {
            Ok(())
        }
    }

    fn chain(&self, text: &str) -> Result<u64, Unexpected> {
        let id = text.parse().map_err(|_| "the chain")?;
        let is_allowed = self.chain_ids.contains(&id);
        is_allowed.then_some(id).ok_or("the chain")
    }

    fn token(&self, text: &str) -> Result<Address, Unexpected> {
        let token = address(text).ok_or("the token contract")?;
        let contract = self.expected.contract.as_deref().and_then(address);
        (contract == Some(token))
            .then_some(token)
            .ok_or("the token contract")
    }

    /// The order's amount, give or take the smallest unit: parts that are printed may add up to one
    /// more than their sum, rounded once (7.4).
    fn same_amount(&self, amount: U256) -> Result<(), Unexpected> {
        let expected = self
            .expected
            .crypto_amount
            .to_atomic(self.expected.decimals);
        let expected = expected
            .and_then(|text| number(&text))
            .ok_or("the amount")?;
        let is_paid = !amount.is_zero() && amount.abs_diff(expected) <= U256::ONE;
        is_paid.then_some(()).ok_or("the amount")
    }

    /// Whether a figure says the same as an amount in the smallest unit.
    fn same_figure(&self, figure: &str, atomic: U256) -> Result<(), Unexpected> {
        let figure: Option<Amount> = figure.parse().ok();
        let said = figure.and_then(|amount| amount.to_atomic(self.expected.decimals));
        let said = said.and_then(|text| number(&text));
        (said == Some(atomic)).then_some(()).ok_or("the amount")
    }

    fn to_sign(&self, typed: &Typed, expires_at: Timestamp) -> ToSign {
        ToSign {
            reference: self.expected.reference.0.clone(),
            purpose: self.expected.purpose,
            signer: self.signer.to_checksum(None),
            typed_data: typed.json(),
            nonce: Some(typed.nonce()),
            expires_at,
        }
    }
}

/// The published example shows two of the ten members: what is shown has to be of the standard.
fn check_types(types: &Value) -> Result<(), Unexpected> {
    let types = match types {
        Value::Null => return Ok(()),
        Value::Object(types) => types,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err("the types");
        }
    };
    for (name, members) in types {
        match name.as_str() {
            "EIP712Domain" => continue,
            "SafeTx" => {}
            _ => return Err("the types"),
        }
        let is_standard = |member: &Value| {
            let text = |key: &str| member.get(key).and_then(Value::as_str);
            SAFE_TX
                .iter()
                .any(|(name, kind)| text("name") == Some(name) && text("type") == Some(kind))
        };
        let members = members.as_array().ok_or("the types")?;
        if !members.iter().all(is_standard) {
            return Err("the types");
        }
    }
    Ok(())
}

/// An address of somebody. With capitals it has to carry its checksum.
pub(super) fn address(text: &str) -> Option<Address> {
    DepositAddress::parse(Network::Xai, text).ok()?;
    let address: Address = text.parse().ok()?;
    (address != Address::ZERO).then_some(address)
}

/// A whole number in decimal digits.
fn number(text: &str) -> Option<U256> {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal.then(|| text.parse().ok())?
}

fn bytes(text: &str) -> Option<Bytes> {
    text.starts_with("0x").then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;

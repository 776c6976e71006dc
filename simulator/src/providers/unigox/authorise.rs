//! The signature that pays an order: its parameters, and the transfer itself (10.1 and 10.2).

use std::str::FromStr;

use alloy_primitives::{Address, Bytes as Data, U256, aliases::U48, hex};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assumptions::CHAIN_ID;
use super::books::Books;
use super::chain::{FORWARDER, Token, atomic};
use super::order::Order;
use super::refusal::{Refusal, Shape};
use super::status::Status;
use super::typed_data::{Forward, signer, transfer_call};
use super::{Unigox, read};
use crate::clock::Moment;
use crate::figure::with_places;

/// What the published helper allows for gas.
const GAS: &str = "500000";

/// How long a signature should be good for, in seconds.
const TTL_SECS: u64 = 3_600;

/// `GET /orders/{order_id}/transfer-authorization-parameters`.
pub(super) async fn parameters(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, _| {
        let order = books.actionable(&id)?;
        order.check_signable()?;
        Ok(books.transfer_parameters(order))
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `POST /orders/{order_id}/authorize-crypto-transfer`.
pub(super) async fn authorise(
    State(unigox): State<Unigox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.authorise(&id, &body, now));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

#[derive(Debug, Deserialize)]
struct AuthoriseBody {
    forward_request: ForwardBody,
    signature: String,
}

/// All numbers travel as decimal strings.
#[derive(Debug, Deserialize)]
struct ForwardBody {
    from: String,
    to: String,
    value: String,
    gas: String,
    nonce: String,
    deadline: String,
    data: String,
}

impl Order {
    fn check_signable(&self) -> Result<(), Refusal> {
        if self.status == Status::AwaitingCryptoTransferAuthorization {
            Ok(())
        } else {
            Err(Refusal::InvalidStatus)
        }
    }

    fn transfer(&self) -> Data {
        transfer_call(self.escrow, atomic(self.price.funding))
    }
}

impl Books {
    fn transfer_parameters(&self, order: &Order) -> Value {
        json!({
            "order_id": order.id,
            "network_preset": "xai",
            "chain_id": CHAIN_ID.to_string(),
            "rpc_url": "https://xai-chain.example/rpc",
            "token_address": order.token.address().to_checksum(None),
            "forwarder_address": FORWARDER.to_checksum(None),
            "recipient_address": order.escrow.to_checksum(None),
            "sender_address": order.signer.to_checksum(None),
            "amount_atomic": atomic(order.price.funding).to_string(),
            "amount_human": with_places(order.price.funding, 6),
            "crypto_currency": order.token.code(),
            "crypto_decimals": Token::DECIMALS,
            "recommended_gas_limit": GAS,
            "recommended_ttl_seconds": TTL_SECS,
            "transfer_data": hex::encode_prefixed(order.transfer()),
            "forwarder_nonce": self.ledger.wallet(order.signer).nonce.to_string(),
            "authorization_path": order.endpoint("authorize-crypto-transfer"),
        })
    }

    fn authorise(&mut self, id: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        self.actionable(id)?;
        self.change(id, now, |order, _| order.authorise_calls += 1);
        let order = self.actionable(id)?;
        order.check_signable()?;
        let body: AuthoriseBody = read(body)?;
        let forward = body.forward_request.parse()?;
        let signature = bytes(&body.signature)?;
        let nonce = u64::try_from(forward.nonce).unwrap_or(u64::MAX);
        self.change(id, now, |order, _| order.nonces.insert(nonce));
        let order = self.actionable(id)?;
        let is_as_asked = forward.from == order.signer
            && forward.to == order.token.address()
            && forward.value == U256::ZERO
            && forward.data == order.transfer();
        if !is_as_asked {
            return Err(Refusal::invalid("forward_request is not that of the order"));
        }
        if self.ledger.balance(order.signer, order.token) < order.price.funding {
            return Err(Refusal::InsufficientBalance);
        }
        let is_now = nonce == self.ledger.wallet(order.signer).nonce;
        let seconds = u64::try_from(now.unix_millis() / 1_000).unwrap_or(0);
        let is_in_time = forward.deadline >= U48::from(seconds);
        let is_signed = signer(forward.digest(), &signature) == Some(order.signer);
        // U-19 and U-29: whatever the chain would not take is the relay's error.
        if !(is_now && is_in_time && is_signed) {
            return Err(Refusal::TransactorError);
        }
        self.change(id, now, |order, context| order.fund(nonce, context));
        let order = self.order(id).ok_or(Refusal::OrderNotFound)?;
        Ok(order.compact())
    }
}

impl ForwardBody {
    fn parse(&self) -> Result<Forward, Refusal> {
        Ok(Forward {
            from: known::<Address>(&self.from)?,
            to: known::<Address>(&self.to)?,
            value: known::<U256>(&self.value)?,
            gas: known::<U256>(&self.gas)?,
            nonce: known::<U256>(&self.nonce)?,
            deadline: known::<U48>(&self.deadline)?,
            data: bytes(&self.data)?.into(),
        })
    }
}

fn known<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|_| Refusal::invalid("forward_request cannot be read"))
}

/// Hex, with `0x` or without.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Refusal> {
    hex::decode(text).map_err(|_| Refusal::invalid("not hexadecimal"))
}

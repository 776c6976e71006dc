//! The signature that brings the crypto back: its parameters, and the refund itself (10.5).

use alloy_primitives::{Address, hex};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assumptions::{CHAIN_ID, SAFE_TX};
use super::authorise::bytes;
use super::books::Books;
use super::chain::{Token, atomic};
use super::knobs::SafeTypes;
use super::order::{Order, Refund};
use super::refusal::{Refusal, Shape};
use super::typed_data::{refund_digest, signer, transfer_call};
use super::{Unigox, read};
use crate::clock::Moment;
use crate::figure::with_places;

/// `GET /orders/{order_id}/refund-authorization-parameters`.
pub(super) async fn parameters(State(unigox): State<Unigox>, Path(id): Path<String>) -> Response {
    let result = unigox.with_books(|books, _| {
        let order = books.actionable(&id)?;
        order.check_refundable()?;
        Ok(order.refund_parameters(books.knobs.safe_types))
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `POST /orders/{order_id}/authorize-refund`.
pub(super) async fn authorise(
    State(unigox): State<Unigox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.authorise_refund(&id, &body, now));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

#[derive(Debug, Deserialize)]
struct RefundBody {
    signature: String,
}

impl Order {
    fn check_refundable(&self) -> Result<(), Refusal> {
        match self.refund() {
            Refund::Owed => Ok(()),
            Refund::Held => Err(Refusal::OperationNotAllowed),
            Refund::None => Err(Refusal::InvalidStatus),
        }
    }

    fn refund_parameters(&self, types: SafeTypes) -> Value {
        let zero = Address::ZERO.to_checksum(None);
        let data = transfer_call(self.signer, atomic(self.price.funding));
        let shown = match types {
            SafeTypes::Full => SAFE_TX.len(),
            SafeTypes::Shortened => 2,
        };
        let member = |(name, kind): &(&str, &str)| json!({ "name": name, "type": kind });
        let members: Vec<Value> = SAFE_TX.iter().take(shown).map(member).collect();
        json!({
            "order_id": self.id,
            "status": self.status,
            "escrow_address": self.escrow.to_checksum(None),
            "signer_address": self.signer.to_checksum(None),
            "recipient_address": self.signer.to_checksum(None),
            "amount_human": with_places(self.price.funding, 6),
            "crypto_currency": self.token.code(),
            "crypto_decimals": Token::DECIMALS,
            "direction": "to_seller",
            "safe_params": {
                "to": self.token.address().to_checksum(None),
                "value": "0",
                "data": hex::encode_prefixed(data),
                "operation": 0,
                "safeTxGas": "0",
                "baseGas": "0",
                "gasPrice": "0",
                "gasToken": zero,
                "refundReceiver": zero,
                "nonce": "0",
            },
            "domain": {
                "chainId": CHAIN_ID,
                "verifyingContract": self.escrow.to_checksum(None),
            },
            "types": { "SafeTx": members },
            "authorization_path": self.endpoint("authorize-refund"),
        })
    }

    fn refunded(&self) -> Value {
        let mut shown = self.compact();
        if let (Some(hash), Some(members)) = (self.refund_hash, shown.as_object_mut()) {
            members.insert("tx_hash".to_owned(), hash.to_string().into());
        }
        shown
    }
}

impl Books {
    fn authorise_refund(&mut self, id: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        self.actionable(id)?;
        self.change(id, now, |order, _| order.refund_calls += 1);
        let order = self.actionable(id)?;
        order.check_refundable()?;
        let RefundBody { signature } = read(body)?;
        let signature = bytes(&signature)?;
        let amount = atomic(order.price.funding);
        let token = order.token.address();
        let digest = refund_digest(order.escrow, token, order.signer, amount);
        if signer(digest, &signature) != Some(order.signer) {
            return Err(Refusal::TransactorError);
        }
        self.change(id, now, Order::start_refund);
        let order = self.order(id).ok_or(Refusal::OrderNotFound)?;
        Ok(order.refunded())
    }
}

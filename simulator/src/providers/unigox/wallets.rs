//! Wallets: the partner's, and those that customers link (section 13).

use alloy_primitives::{Address, keccak256};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assumptions::{CHAIN_ID, CHALLENGE_LIFE};
use super::authorise::bytes;
use super::books::{Books, Challenge, User, WalletType};
use super::catalogue::FUNDING_CHAINS;
use super::chain::Token;
use super::letters::Letter;
use super::refusal::{Refusal, Shape};
use super::typed_data::message_signer;
use super::{Unigox, new_id, read, stamp};
use crate::clock::Moment;
use crate::figure::with_places;

/// `POST /users/{user_uuid}/wallet/challenge`.
pub(super) async fn challenge(
    State(unigox): State<Unigox>,
    Path(user): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.challenge(&user, &body, now));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `POST /users/{user_uuid}/wallet`.
pub(super) async fn link(
    State(unigox): State<Unigox>,
    Path(user): Path<String>,
    body: Bytes,
) -> Response {
    let result = unigox.with_books(|books, now| books.link(&user, &body, now));
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `GET /users/{user_uuid}/wallet`.
pub(super) async fn show(State(unigox): State<Unigox>, Path(user): Path<String>) -> Response {
    let result = unigox.with_books(|books, _| {
        let user = books.user(&user).ok_or(Refusal::UserNotFound)?;
        user.check_external()?;
        Ok(user.wallet_shown())
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `GET /users/{user_uuid}/deposit-addresses`.
pub(super) async fn user_addresses(
    State(unigox): State<Unigox>,
    Path(user): Path<String>,
) -> Response {
    let result = unigox.with_books(|books, _| {
        let user = books.user(&user).ok_or(Refusal::UserNotFound)?;
        user.check_external()?;
        let wallet = user.wallet.ok_or(Refusal::WalletNotLinked)?;
        Ok(deposit_addresses(wallet))
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

/// `GET /deposit-addresses` (U-2).
pub(super) async fn addresses(State(unigox): State<Unigox>) -> Response {
    let wallet = unigox.with_books(|books, _| books.partner_wallet);
    let answer = deposit_addresses(wallet);
    unigox.reply(Shape::Coded, StatusCode::OK, Ok(answer))
}

/// `GET /wallet/funding-balance` (U-2).
pub(super) async fn balance(State(unigox): State<Unigox>) -> Response {
    let result = unigox.with_books(|books, _| {
        let of_token = |token: Token| {
            let amount = books.ledger.balance(books.partner_wallet, token);
            json!({ "crypto_currency": token.code(), "amount": with_places(amount, 6) })
        };
        Ok(json!({ "balances": Token::ALL.map(of_token) }))
    });
    unigox.reply(Shape::Coded, StatusCode::OK, result)
}

#[derive(Debug, Deserialize)]
struct ChallengeBody {
    address: String,
}

#[derive(Debug, Deserialize)]
struct LinkBody {
    address: String,
    message: String,
    signature: String,
}

impl Books {
    fn challenge(&mut self, user: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        let body: ChallengeBody = read(body)?;
        let user = self.user_mut(user).ok_or(Refusal::UserNotFound)?;
        user.check_external()?;
        user.check_unlinked()?;
        let address = address(&body.address)?;
        let expires_at = now.plus(CHALLENGE_LIFE);
        let message = sign_in_message(address, user, now, expires_at);
        let shown = json!({ "message": message, "expires_at": stamp(expires_at) });
        user.challenge = Some(Challenge {
            address,
            message,
            expires_at,
        });
        Ok(shown)
    }

    fn link(&mut self, user: &str, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        let body: LinkBody = read(body)?;
        let user = self.user_mut(user).ok_or(Refusal::UserNotFound)?;
        user.check_external()?;
        user.check_unlinked()?;
        let address = address(&body.address)?;
        let signature = bytes(&body.signature)?;
        // A message is good for one attempt.
        let challenge = user
            .challenge
            .take_if(|known| known.message == body.message);
        let challenge = challenge.filter(|challenge| challenge.expires_at > now);
        let challenge = challenge.ok_or(Refusal::ChallengeExpired)?;
        let is_signed = message_signer(&challenge.message, &signature) == Some(address);
        if challenge.address != address || !is_signed {
            return Err(Refusal::InvalidSignature);
        }
        user.wallet = Some(address);
        let shown = user.wallet_shown();
        let letter = Letter::about_wallet(user, now);
        self.letters.push(letter);
        Ok(shown)
    }
}

impl User {
    fn check_external(&self) -> Result<(), Refusal> {
        match self.wallet_type {
            WalletType::ExternalWallet => Ok(()),
            WalletType::PartnerWallet => Err(Refusal::WalletTypeMismatch),
        }
    }

    fn check_unlinked(&self) -> Result<(), Refusal> {
        match self.wallet {
            None => Ok(()),
            Some(_) => Err(Refusal::WalletAlreadyLinked),
        }
    }

    fn wallet_shown(&self) -> Value {
        let address = self.wallet.map(|address| address.to_checksum(None));
        let status = if address.is_some() {
            "linked"
        } else {
            "unlinked"
        };
        json!({ "wallet": { "address": address, "status": status } })
    }
}

fn address(text: &str) -> Result<Address, Refusal> {
    text.parse()
        .map_err(|_| Refusal::invalid("address is not one"))
}

/// The message of EIP-4361.
fn sign_in_message(address: Address, user: &User, now: Moment, until: Moment) -> String {
    let nonce = new_id().replace('-', "");
    format!(
        "unigox.com wants you to sign in with your Ethereum account:\n\
         {address}\n\
         \n\
         Link this wallet to customer {customer}. This cannot be undone.\n\
         \n\
         URI: https://unigox.com\n\
         Version: 1\n\
         Chain ID: {CHAIN_ID}\n\
         Nonce: {nonce}\n\
         Issued At: {issued}\n\
         Expiration Time: {expires}",
        address = address.to_checksum(None),
        customer = user.uuid,
        issued = stamp(now),
        expires = stamp(until),
    )
}

fn deposit_addresses(wallet: Address) -> Value {
    let of_chain = |(chain, kind, tokens): &(&str, &str, &[&str])| {
        let hash = keccak256(format!("{wallet} {kind}"));
        let address = match *kind {
            "evm" => Address::from_word(hash).to_checksum(None),
            "svm" => bs58::encode(hash).into_string(),
            "tvm" => {
                let payload = [&[0x41], &hash[12..]].concat();
                bs58::encode(payload).into_string()
            }
            _ => format!("EQ{}", data_encoding::BASE64URL_NOPAD.encode(&hash[..])),
        };
        json!({ "chain": chain, "chain_type": kind, "address": address, "tokens": tokens })
    };
    let addresses: Vec<Value> = FUNDING_CHAINS.iter().map(of_chain).collect();
    json!({ "funding_wallet_address": wallet.to_checksum(None), "addresses": addresses })
}

//! `POST /offramp/initiate`: a quote becomes an order (section 8).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, Spent};
use super::knobs::InitiateAnswer;
use super::order::Order;
use super::price::Price;
use super::profile::Profile;
use super::refusal::{Refusal, Shape};
use super::status::Status;
use super::{Unigox, new_id, progress, read, stamp};
use crate::clock::Moment;

/// `POST /offramp/initiate`.
pub(super) async fn initiate(State(unigox): State<Unigox>, body: Bytes) -> Response {
    let status = match unigox.knobs().initiate_answer {
        InitiateAnswer::Created => StatusCode::CREATED,
        InitiateAnswer::Ok => StatusCode::OK,
    };
    let result = unigox.with_books(|books, now| books.initiate(&body, now));
    unigox.reply(Shape::Coded, status, result)
}

#[derive(Debug, Deserialize)]
struct InitiateBody {
    quote_id: String,
    reference_id: Option<String>,
}

impl Books {
    fn initiate(&mut self, body: &[u8], now: Moment) -> Result<Value, Refusal> {
        let body: InitiateBody = read(body)?;
        let quote = self.quotes.get_mut(&body.quote_id);
        let quote = quote.ok_or(Refusal::QuoteNotFound)?;
        quote.initiate_calls += 1;
        match quote.spent {
            Spent::Yes => return Err(Refusal::QuoteAlreadyUsed),
            Spent::No if quote.expires_at <= now => return Err(Refusal::QuoteExpired),
            Spent::No => {}
        }
        let quote = quote.clone();
        let user = self.user(&quote.user).ok_or(Refusal::UserNotFound)?;
        user.check_cleared(&self.knobs)?;
        let signer = self.signer(user).ok_or(Refusal::WalletNotLinked)?;
        let waits_for_address =
            user.lacks_address(quote.currency) || self.knobs.profile == Profile::PendingAddress;
        // U-29: from here on the quote is used up.
        if let Some(quote) = self.quotes.get_mut(&body.quote_id) {
            quote.spent = Spent::Yes;
        }
        let price = self.price_again(&quote.price, quote.token.code(), quote.currency)?;
        if !price.is_within(quote.tolerance, &quote.price) {
            return Err(Refusal::PriceChangedRequote {
                quoted_rate: quote.price.rate,
                current_rate: price.rate,
                fiat_difference: price.fiat_amount - quote.price.fiat_amount,
            });
        }
        let id = new_id();
        let reference = body.reference_id;
        let mut order = Order::new(id.clone(), &quote, price, reference, signer, now);
        order.profile = self.knobs.profile;
        let first = if waits_for_address {
            Status::PendingAddress
        } else {
            Status::AwaitingLiquidityProvider
        };
        self.begin(order, first, now);
        let order = self.order(&id).ok_or(Refusal::Internal)?;
        Ok(order.initiated())
    }

    fn price_again(&self, quoted: &Price, token: &str, currency: &str) -> Result<Price, Refusal> {
        let rate = progress::rate(&self.knobs, &self.world, token, currency);
        let rate = rate.ok_or(Refusal::NoOffersAvailable)?;
        let (anchor, asked) = (quoted.anchor, quoted.asked);
        let rounding = self.knobs.funding;
        Price::new(anchor, asked, rate, quoted.partner_pct, currency, rounding)
            .ok_or(Refusal::NoOffersAvailable)
    }
}

impl Order {
    /// The answer has members that the order itself has not, and one action by another name.
    fn initiated(&self) -> Value {
        let mut shown = json!({
            "order_id": self.id,
            "status": self.status,
            "quote_id": self.quote_id,
            "reference_id": self.reference_id,
            "order_type": "offramp",
            "amounts": self.amounts(),
            "fee_breakdown": self.price.fees(),
            "timeline": self.timeline_shown(),
            "created_at": stamp(self.created_at),
        });
        if let (Status::PendingAddress, Some(members)) = (&self.status, shown.as_object_mut()) {
            let required = json!(["address", "city", "postal_code"]);
            members.insert("required_fields".to_owned(), required);
            members.insert("next_action".to_owned(), "provide_address".into());
        }
        shown
    }
}

//! Orders (contract 8, 9 and 11).

use std::time::Duration;

use offramp_domain::{
    api::FormField,
    money::{Currency, Token},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    figure::{Count, Figure},
    quote::Breakdown,
    said,
};
use crate::{
    provider::{ProviderRef, Snapshot},
    providers::{failure::Failure, figure::effective_rate, unigox::listing::Item},
};

/// The body of `POST /offramp/initiate`.
#[derive(Serialize)]
pub(in super::super) struct InitiateRequest<'a> {
    pub(in super::super) quote_id: &'a str,
    pub(in super::super) reference_id: &'a str,
}

/// An order, from initiate or from a read.
#[derive(Deserialize)]
pub(in super::super) struct Order {
    #[serde(rename = "order_id")]
    pub(in super::super) id: String,
    status: String,
    amounts: Amounts,
    #[serde(default)]
    fee_breakdown: Breakdown,
    reference_id: Option<String>,
    quote_id: Option<String>,
    next_action: Option<String>,
    action_required: Option<ActionRequired>,
    /// Initiate does not say.
    allowed_actions: Option<Vec<String>>,
    #[serde(default)]
    required_fields: Vec<String>,
    crypto_transfer_authorization_seconds_left: Option<Value>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Amounts {
    crypto_amount: Figure,
    fiat_amount: Option<Figure>,
    crypto_currency: Option<String>,
    fiat_currency: Option<String>,
}

#[derive(Deserialize)]
struct ActionRequired {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    fields: Vec<AskedField>,
}

#[derive(Deserialize)]
struct AskedField {
    field: String,
    label: Option<String>,
}

/// The statuses at which section 9.2 lists `cancel`, for answers that do not say what is allowed.
const CANCELLABLE: [&str; 3] = ["created", "awaiting_liquidity_provider", "pending_address"];

/// What payouts in some currencies need, where an order waits for it without saying so (5.3).
const ADDRESS: [(&str, &str); 3] = [
    ("address", "Address"),
    ("city", "City"),
    ("postal_code", "Postal code"),
];

impl Order {
    /// Whether it came of this price, as far as it says.
    pub(in super::super) fn is_of(&self, quote_id: &str) -> bool {
        self.quote_id.as_deref().is_none_or(|said| said == quote_id)
    }

    /// What it says, in our words. Times that are left count from `now`.
    pub(in super::super) fn snapshot(
        self,
        now: Timestamp,
        provider_now: Option<Timestamp>,
    ) -> Result<Snapshot, Failure> {
        let asks = self.asks();
        let takes = self.allowed_actions.unwrap_or_else(|| {
            let takes_cancel = CANCELLABLE.contains(&self.status.as_str());
            takes_cancel
                .then(|| "cancel".to_owned())
                .into_iter()
                .collect()
        });
        let crypto_amount = self
            .fee_breakdown
            .funding(self.amounts.crypto_amount.0)
            .ok_or(Failure::Misfit("an amount that cannot be"))?;
        let fiat_amount = self.amounts.fiat_amount.map(|Figure(amount)| amount);
        let seconds = self.crypto_transfer_authorization_seconds_left;
        // What cannot be read is not known: the order stands as it does.
        let seconds = seconds.and_then(|seconds| serde_json::from_value::<Count>(seconds).ok());
        let seconds = seconds.and_then(|Count(seconds)| u64::try_from(seconds).ok());
        let required = self.action_required.and_then(|required| required.kind);
        let currency = self.amounts.fiat_currency;
        Ok(Snapshot {
            token: self
                .amounts
                .crypto_currency
                .as_deref()
                .and_then(Token::parse),
            currency: currency.as_deref().and_then(Currency::parse),
            fiat_amount,
            rate: fiat_amount.and_then(|fiat| effective_rate(fiat, crypto_amount)),
            our_id: said(self.reference_id),
            wants: said(self.next_action).or(required),
            takes,
            asks,
            waits_until: seconds.map(|seconds| now.plus(Duration::from_secs(seconds))),
            created_at: self.created_at.and_then(|text| text.parse().ok()),
            provider_now,
            ..Snapshot::new(ProviderRef(self.id), self.status, crypto_amount)
        })
    }

    /// What it asks for, in either spelling.
    fn asks(&self) -> Vec<FormField> {
        let field = |key: &str, label: &str| FormField {
            key: key.to_owned(),
            label: label.to_owned(),
            kind: "text".to_owned(),
            required: true,
            pattern: None,
            options: Vec::new(),
        };
        if self.status != "pending_address" {
            return Vec::new();
        }
        let named = self
            .action_required
            .iter()
            .flat_map(|required| &required.fields);
        let named: Vec<_> = named
            .map(|asked| field(&asked.field, asked.label.as_deref().unwrap_or(&asked.field)))
            .collect();
        if !named.is_empty() {
            return named;
        }
        let is_required = |(key, _): &&(&str, &str)| {
            self.required_fields.is_empty() || self.required_fields.iter().any(|asked| asked == key)
        };
        let ours = ADDRESS.iter().filter(is_required);
        ours.map(|(key, label)| field(key, label)).collect()
    }

    /// Whether it may be one of ours although it does not say whose it is: what UNIGOX' own widget
    /// made takes nothing from anybody.
    fn may_be_ours(&self) -> bool {
        let takes = self.allowed_actions.as_ref();
        takes.is_none_or(|takes| !takes.is_empty())
    }
}

/// What an action answers.
#[derive(Deserialize)]
pub(in super::super) struct Acted {
    pub(in super::super) order_id: String,
    pub(in super::super) status: String,
}

/// A page of the list.
#[derive(Deserialize)]
pub(in super::super) struct Page {
    orders: Vec<Value>,
    pub(in super::super) pagination: Pagination,
}

#[derive(Deserialize)]
pub(in super::super) struct Pagination {
    pub(in super::super) total_pages: Count,
}

impl Page {
    pub(in super::super) fn items(
        self,
        now: Timestamp,
        provider_now: Option<Timestamp>,
    ) -> Vec<Item> {
        let items = self.orders.into_iter();
        items.map(|order| item(order, now, provider_now)).collect()
    }
}

fn item(order: Value, now: Timestamp, provider_now: Option<Timestamp>) -> Item {
    let created_at = order.get("created_at").and_then(Value::as_str);
    let created_at = created_at.and_then(|text| text.parse().ok());
    let unreadable = Item::Unreadable { created_at };
    let Ok(order) = serde_json::from_value::<Order>(order) else {
        return unreadable;
    };
    let is_ours = said(order.reference_id.clone()).is_some();
    if !is_ours && !order.may_be_ours() {
        return Item::Foreign { created_at };
    }
    match order.snapshot(now, provider_now) {
        Ok(snapshot) if is_ours => Item::Order(Box::new(snapshot)),
        Ok(_) | Err(_) => unreadable,
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::money::Amount;
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_789_894_820_000)
    }

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    fn snapshot(json: Value) -> Snapshot {
        let order: Order = serde_json::from_value(json).unwrap();
        order.snapshot(now(), None).unwrap()
    }

    /// The example of section 8.
    fn initiated() -> Value {
        json!({
            "order_id": "b7a3", "status": "awaiting_liquidity_provider", "quote_id": "5c1f",
            "reference_id": "inv-1", "order_type": "offramp",
            "amounts": {
                "crypto_amount": "99.024390", "fiat_amount": "149280.00",
                "crypto_currency": "USDT", "fiat_currency": "NGN", "rate": "1530.12",
            },
            "fee_breakdown": { "platform_fee": "1.463415", "partner_fee": "0.975610" },
            "timeline": [], "created_at": "2026-09-20T09:00:20Z",
        })
    }

    #[test]
    fn the_published_answer_is_read() {
        let snapshot = snapshot(initiated());
        assert_eq!(snapshot.crypto_amount, amount("100"));
        assert_eq!(snapshot.token, Some(Token::Usdt));
        assert_eq!(snapshot.currency, Some(Currency::Ngn));
        assert_eq!(snapshot.our_id.as_deref(), Some("inv-1"));
        assert_eq!(snapshot.rate, Some(amount("1492.8")));
        assert_eq!(snapshot.takes, ["cancel"]);
        assert!(snapshot.asks.is_empty() && snapshot.wants.is_none());
    }

    #[test]
    fn a_missing_address_is_asked_for_in_either_spelling() {
        let keys = |json| -> Vec<_> {
            let asks = snapshot(json).asks.into_iter();
            asks.map(|field| (field.key, field.label)).collect()
        };
        let mut order = initiated();
        order["status"] = json!("pending_address");
        let all = ADDRESS.map(|(key, label)| (key.to_owned(), label.to_owned()));
        assert_eq!(keys(order.clone()), all);
        order["required_fields"] = json!(["city", "postal_code"]);
        assert_eq!(keys(order.clone()), all[1..]);
        order["action_required"] = json!({
            "type": "update_kyc_address", "message": "…",
            "fields": [{ "field": "address", "label": "Street" }],
        });
        let street = ("address".to_owned(), "Street".to_owned());
        assert_eq!(keys(order), [street]);
    }

    #[test]
    fn the_time_that_is_left_counts_from_now() {
        let until = now().plus(Duration::from_secs(1720));
        for (said, expected) in [
            (json!(1720), Some(until)),
            (json!("1720"), Some(until)),
            (json!(-1), None),
            (json!("soon"), None),
        ] {
            let mut order = initiated();
            order["crypto_transfer_authorization_seconds_left"] = said;
            assert_eq!(snapshot(order).waits_until, expected);
        }
    }

    #[test]
    fn in_a_list_an_order_is_ours_the_widgets_or_a_gap() {
        let mut order = initiated();
        assert!(matches!(item(order.clone(), now(), None), Item::Order(_)));
        order["reference_id"] = Value::Null;
        order["quote_id"] = Value::Null;
        order["allowed_actions"] = json!([]);
        assert!(matches!(
            item(order.clone(), now(), None),
            Item::Foreign { .. }
        ));
        order["allowed_actions"] = json!(["cancel"]);
        assert!(matches!(item(order, now(), None), Item::Unreadable { .. }));
        let other = json!({ "order_id": 7, "created_at": "2026-09-20T09:00:20Z" });
        let Item::Unreadable { created_at } = item(other, now(), None) else {
            panic!("readable");
        };
        assert!(created_at.is_some());
    }
}

//! Orders, which CryptoPocket calls rampoffs (contract 7, 8 and 10).

use offramp_domain::{money::Amount, time::Timestamp};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

use super::{super::assumptions, number_or_string};
use crate::{
    provider::{NewOrder, Payee, ProviderRef, Refusal, Snapshot},
    providers::{failure::Failure, figure::Figure},
};

/// Most digits after the point of a token.
const MOST_DECIMALS: u32 = 18;

/// The body of `POST /createRampoff`: whole tokens, and both names of the chain.
#[derive(Serialize)]
pub(in super::super) struct CreateRequest<'a> {
    user_id: u64,
    amount: Figure,
    symbol: String,
    #[serde(flatten)]
    chain: Chain,
    fiat_symbol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<&'a str>,
}

/// One chain, under every name of the field.
struct Chain(&'static str);

impl Serialize for Chain {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(assumptions::CHAIN_NAMES.map(|name| (name, self.0)))
    }
}

impl<'a> CreateRequest<'a> {
    /// SEPA brings its IBAN; elsewhere the account of the registration is paid, and its bank named.
    pub(in super::super) fn new(order: &'a NewOrder) -> Result<Self, Failure> {
        let untraded = || Failure::Refused(Refusal::AssetUnavailable);
        let user_id = order.user.0.parse();
        let (iban, bank_name) = match &order.payee {
            Payee::Listed(details) => (details.answer("iban"), None),
            Payee::Registered(details) => (None, details.answer("bank_name")),
            Payee::Given(_) | Payee::Saved { .. } => {
                return Err(Failure::other("an account of another kind"));
            }
        };
        if iban.is_none() && bank_name.is_none() {
            return Err(Failure::other("an account of another kind"));
        }
        if order.receiver.is_some() {
            return Err(Failure::other("somebody else is paid"));
        }
        let symbol = assumptions::symbol(order.token).ok_or_else(untraded)?;
        Ok(Self {
            user_id: user_id.map_err(|_| Failure::Refused(Refusal::PayerUnknown))?,
            amount: Figure(order.crypto_amount.normalized()),
            symbol: symbol.to_ascii_lowercase(),
            chain: Chain(assumptions::chain(order.network).ok_or_else(untraded)?),
            fiat_symbol: order.currency.code(),
            iban,
            bank_name,
        })
    }
}

/// What a create answers: neither a status, nor an amount, nor a deadline.
#[derive(Deserialize)]
pub(in super::super) struct Created {
    id: String,
    wallet: String,
}

impl Created {
    /// Where it can be read.
    pub(in super::super) fn reference(&self) -> Result<ProviderRef, Failure> {
        if self.id.trim().is_empty() || self.wallet.trim().is_empty() {
            return Err(Failure::Misfit("an order without an id or a wallet"));
        }
        Ok(ProviderRef(self.id.clone()))
    }

    /// The order as it was asked for, where nobody has read it yet.
    pub(in super::super) fn unread(
        self,
        order: &NewOrder,
        provider_now: Option<Timestamp>,
    ) -> Snapshot {
        Snapshot {
            token: Some(order.token),
            network: Some(order.network),
            address: Some(self.wallet),
            provider_now,
            ..Snapshot::new(
                ProviderRef(self.id),
                assumptions::CREATED.to_owned(),
                order.crypto_amount,
            )
        }
    }

    /// The order as it was read.
    pub(in super::super) fn read(self, read: Snapshot) -> Snapshot {
        Snapshot {
            address: Some(self.wallet),
            ..read
        }
    }
}

/// One order as it is read: atomic units, and the names of a create in other words.
#[derive(Deserialize)]
pub(in super::super) struct Rampoff {
    pub(in super::super) id: String,
    status: String,
    blockchain: String,
    crypto: String,
    #[serde(deserialize_with = "number_or_string")]
    amount: String,
    #[serde(deserialize_with = "number_or_string")]
    decimals: String,
    #[serde(default, deserialize_with = "said_amount")]
    fiat_amount: Option<Amount>,
}

/// An amount, unless nothing or zero is said.
fn said_amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Amount>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    let raw = raw.filter(|raw| raw.get() != "\"\"");
    let figure = raw.map(|raw| serde_json::from_str::<Figure>(raw.get()));
    let figure = figure.transpose().map_err(de::Error::custom)?;
    Ok(figure
        .map(|Figure(amount)| amount)
        .filter(|amount| !amount.is_zero()))
}

impl Rampoff {
    /// Neither currency, nor address, nor time are ever said.
    pub(in super::super) fn snapshot(
        self,
        provider_now: Option<Timestamp>,
    ) -> Result<Snapshot, Failure> {
        let crypto_amount = whole_tokens(&self.amount, &self.decimals)
            .ok_or(Failure::Misfit("an amount that cannot be kept"))?;
        Ok(Snapshot {
            token: assumptions::token(&self.crypto),
            network: assumptions::network(&self.blockchain),
            fiat_amount: self.fiat_amount,
            provider_now,
            ..Snapshot::new(ProviderRef(self.id), self.status, crypto_amount)
        })
    }
}

/// Atomic units as whole tokens, to the digit.
fn whole_tokens(atomic: &str, decimals: &str) -> Option<Amount> {
    let decimals: u32 = decimals.parse().ok()?;
    if decimals > MOST_DECIMALS {
        return None;
    }
    Amount::from_atomic(atomic, decimals).map(Amount::normalized)
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Rampoff>,
}

/// The rows of a list: those of a page, or all there are (A-7).
pub(in super::super) fn rows(list: &RawValue) -> Result<Vec<Rampoff>, Failure> {
    let list = list.get();
    let rows = if list.starts_with('[') {
        serde_json::from_str(list)
    } else {
        serde_json::from_str(list).map(|page: Page| page.data)
    };
    rows.map_err(|error| Failure::unreadable(&error))
}

#[cfg(test)]
mod tests {
    use offramp_domain::{
        api::FormField,
        bank::{CountryCode, ListedDetails},
        money::{Currency, Token},
        network::Network,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::ProviderUserId;

    fn details(country: CountryCode, key: &str, answer: &str) -> ListedDetails {
        let field = FormField {
            key: key.to_owned(),
            label: key.to_owned(),
            kind: "text".to_owned(),
            required: true,
            pattern: None,
            options: Vec::new(),
        };
        let answers = [(key.to_owned(), answer.to_owned())];
        ListedDetails::accept(country, &[field], &answers, |_, _| true).unwrap()
    }

    fn order(payee: Payee, currency: Currency) -> NewOrder {
        NewOrder {
            id: "ord_1".to_owned(),
            user: ProviderUserId("106".to_owned()),
            quote_reference: None,
            token: Token::Usdc,
            network: Network::Pol,
            crypto_amount: "100.00".parse().unwrap(),
            currency,
            payee,
            receiver: None,
        }
    }

    fn sepa() -> NewOrder {
        let iban = details(CountryCode::Sepa, "iban", "ES9121000418450200051332");
        order(Payee::Listed(iban), Currency::Eur)
    }

    fn rampoff() -> Value {
        json!({
            "id": "Qw7Tt2bLx0VnE4mHc9KsYp1Rz", "status": "finished", "blockchain": "bsc",
            "crypto": "USDT", "amount": "100000000000000000000", "decimals": 18,
            "fiat_amount": "91.40",
        })
    }

    fn read(rampoff: &Value) -> Option<Snapshot> {
        let rampoff: Rampoff = serde_json::from_str(&rampoff.to_string()).ok()?;
        rampoff.snapshot(None).ok()
    }

    fn with(key: &str, value: Value) -> Value {
        let mut rampoff = rampoff();
        rampoff[key] = value;
        rampoff
    }

    #[test]
    fn an_iban_goes_with_the_order() {
        let order = sepa();
        let body = serde_json::to_string(&CreateRequest::new(&order).ok().unwrap()).unwrap();
        assert_eq!(
            body,
            r#"{"user_id":106,"amount":100,"symbol":"usdc","chain":"polygon","blockchain":"polygon","fiat_symbol":"EUR","iban":"ES9121000418450200051332"}"#
        );
    }

    #[test]
    fn a_registered_account_is_named_by_its_bank() {
        let bank = details(CountryCode::Co, "bank_name", "Bancolombia");
        let order = NewOrder {
            token: Token::Usdt,
            network: Network::Bsc,
            crypto_amount: "10.000000000000000001".parse().unwrap(),
            ..order(Payee::Registered(bank), Currency::Cop)
        };
        let body = serde_json::to_string(&CreateRequest::new(&order).ok().unwrap()).unwrap();
        assert_eq!(
            body,
            r#"{"user_id":106,"amount":10.000000000000000001,"symbol":"usdt","chain":"bsc","blockchain":"bsc","fiat_symbol":"COP","bank_name":"Bancolombia"}"#
        );
    }

    #[test]
    fn what_cannot_be_asked_is_refused_without_a_call() {
        let refused = |order: NewOrder| match CreateRequest::new(&order) {
            Err(Failure::Refused(refusal)) => refusal,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("taken"),
        };
        let nobody = NewOrder {
            user: ProviderUserId("u-1".to_owned()),
            ..sepa()
        };
        assert_eq!(refused(nobody), Refusal::PayerUnknown);
        let elsewhere = NewOrder {
            network: Network::Sol,
            ..sepa()
        };
        assert_eq!(refused(elsewhere), Refusal::AssetUnavailable);
        let another = NewOrder {
            receiver: Some("7".to_owned()),
            ..sepa()
        };
        assert!(matches!(refused(another), Refusal::Other { .. }));
    }

    #[test]
    fn atomic_units_become_whole_tokens_to_the_digit() {
        for (atomic, decimals, tokens) in [
            ("100000000000000000000", "18", "100"),
            ("10000000000000000000001", "18", "10000.000000000000000001"),
            ("1", "6", "0.000001"),
            ("100123457", "6", "100.123457"),
            ("7", "0", "7"),
        ] {
            let found = whole_tokens(atomic, decimals).unwrap();
            assert_eq!(found.to_string(), tokens, "{atomic} with {decimals}");
        }
        let far_too_many = "9".repeat(40);
        for (atomic, decimals) in [("1", "19"), (far_too_many.as_str(), "6"), ("1.5", "6")] {
            assert_eq!(whole_tokens(atomic, decimals), None, "{atomic}");
        }
    }

    #[test]
    fn an_order_is_read() {
        let snapshot = read(&rampoff()).unwrap();
        assert_eq!(snapshot.status, "finished");
        assert_eq!(
            (snapshot.token, snapshot.network),
            (Some(Token::Usdt), Some(Network::Bsc))
        );
        assert_eq!(snapshot.crypto_amount.to_string(), "100");
        assert_eq!(
            snapshot
                .fiat_amount
                .map(|amount| amount.to_string())
                .as_deref(),
            Some("91.40")
        );
        assert!(snapshot.currency.is_none() && snapshot.address.is_none());
    }

    #[test]
    fn numbers_may_be_strings_and_nothing_may_be_said_of_the_money() {
        let snapshot = read(&with("decimals", json!("18"))).unwrap();
        assert_eq!(snapshot.crypto_amount.to_string(), "100");
        for nothing in [json!(null), json!(""), json!("0.00"), json!(0)] {
            let snapshot = read(&with("fiat_amount", nothing)).unwrap();
            assert_eq!(snapshot.fiat_amount, None);
        }
    }

    #[test]
    fn what_is_no_order_is_not_read() {
        for (key, value) in [
            ("amount", json!("-1")),
            ("amount", json!("1.5")),
            ("decimals", json!(-6)),
            ("decimals", json!(1e60)),
            ("fiat_amount", json!("-1")),
            ("status", json!(7)),
            ("id", json!(null)),
        ] {
            assert!(read(&with(key, value.clone())).is_none(), "{key}: {value}");
        }
        let snapshot = read(&with("crypto", json!("DOGE"))).unwrap();
        assert_eq!(snapshot.token, None);
    }

    #[test]
    fn a_created_order_is_what_was_asked_for_until_it_is_read() {
        let created = || Created {
            id: "r-1".to_owned(),
            wallet: "0x1f9090aaE28b8a3dCeaDf281B0F12828e676c326".to_owned(),
        };
        let unread = created().unread(&sepa(), None);
        assert_eq!(unread.status, assumptions::CREATED);
        assert_eq!(unread.network, Some(Network::Pol));
        let both = created().read(read(&rampoff()).unwrap());
        assert_eq!(both.address, unread.address);
        assert_eq!(both.status, "finished");
    }

    #[test]
    fn a_list_is_a_page_or_an_array() {
        let count = |body: Value| {
            let list = RawValue::from_string(body.to_string()).unwrap();
            rows(&list).map(|rows| rows.len()).ok()
        };
        assert_eq!(count(json!([rampoff()])), Some(1));
        let page = json!({ "data": [rampoff(), rampoff()], "current_page": 1 });
        assert_eq!(count(page), Some(2));
        for odd in [json!({}), json!([7]), json!([with("decimals", json!(-6))])] {
            assert_eq!(count(odd), None);
        }
    }
}

//! Orders, which Capa calls transactions (contract 3).

use offramp_domain::{
    money::{Currency, Token},
    network::{Network, TxHash},
    time::Timestamp,
};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

use super::{OFF_RAMP, bank::BankInformation, said};
use crate::{
    provider::{NewOrder, Payee, ProviderRef, ProviderUserId, Refusal, Snapshot},
    providers::{
        capa::listing::{Item, Listed},
        failure::Failure,
        figure::Figure,
    },
};

/// The body of `POST /off-ramp`. Token, network, currency, amount and spread are the quote's (U20,
/// U22).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct CreateRequest<'a> {
    user_id: &'a str,
    quote_id: &'a str,
    user_bank_information: BankInformation,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_id: Option<&'a str>,
}

impl<'a> CreateRequest<'a> {
    /// An account and a locked price are all that it takes.
    pub(in super::super) fn new(order: &'a NewOrder) -> Result<Self, Failure> {
        let unsupported = |code: &str| {
            Failure::Refused(Refusal::Other {
                code: code.to_owned(),
            })
        };
        let Payee::Given(account) = &order.payee else {
            return Err(unsupported("an account of another kind"));
        };
        Ok(Self {
            user_id: &order.user.0,
            quote_id: order
                .quote_reference
                .as_deref()
                .ok_or_else(|| unsupported("no locked price"))?,
            user_bank_information: BankInformation::new(account)
                .ok_or_else(|| unsupported("an account in another country"))?,
            receiver_id: order.receiver.as_deref(),
        })
    }
}

/// The body of `POST /off-ramp/execute`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct ExecuteRequest<'a> {
    transaction_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_hash: Option<&'a str>,
}

impl<'a> ExecuteRequest<'a> {
    pub(in super::super) fn new(reference: &'a ProviderRef, hash: Option<&'a TxHash>) -> Self {
        Self {
            transaction_id: &reference.0,
            transaction_hash: hash.map(TxHash::as_str),
        }
    }
}

/// What execute and cancel answer, and an older cancel much more.
#[derive(Deserialize)]
pub(in super::super) struct Acted {
    pub(in super::super) id: String,
    pub(in super::super) status: String,
}

/// One order, as create and list answer it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Transaction {
    pub(in super::super) id: String,
    user_id: String,
    status: String,
    /// Only in lists.
    #[serde(rename = "type")]
    kind: Option<String>,
    token_symbol: String,
    blockchain_symbol: String,
    fiat_currency: String,
    crypto_amount: Figure,
    fiat_amount: Figure,
    exchange_rate: Figure,
    /// Kept as a text: an order with a date that nobody can read is still an order.
    created_at: Option<String>,
    destination_wallet_address: Option<String>,
    bank_account: Option<BankAccount>,
    /// Only in lists.
    invoice: Option<Invoice>,
    /// Only in lists.
    cancellation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BankAccount {
    account_identifier: Option<String>,
    iban: Option<String>,
}

/// Assumption U29: the deposit that Capa matched.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invoice {
    transaction_hash: Option<String>,
}

impl Transaction {
    /// Whose order it is.
    pub(in super::super) fn is_of(&self, user: &ProviderUserId) -> bool {
        self.user_id.eq_ignore_ascii_case(&user.0)
    }

    fn created_at(&self) -> Option<Timestamp> {
        self.created_at.as_deref()?.parse().ok()
    }

    pub(in super::super) fn snapshot(self, provider_now: Option<Timestamp>) -> Snapshot {
        Snapshot {
            created_at: self.created_at(),
            token: Token::parse(&self.token_symbol),
            network: Network::parse(&self.blockchain_symbol),
            currency: currency(&self.fiat_currency),
            fiat_amount: Some(self.fiat_amount.0),
            rate: Some(self.exchange_rate.0),
            address: said(self.destination_wallet_address),
            account: self.bank_account.and_then(BankAccount::number),
            cancellation_reason: said(self.cancellation_reason),
            tx_hash: self
                .invoice
                .and_then(|invoice| said(invoice.transaction_hash)),
            provider_now,
            ..Snapshot::new(ProviderRef(self.id), self.status, self.crypto_amount.0)
        }
    }
}

impl BankAccount {
    /// The number alone, as `BankDetails::account` has it.
    fn number(self) -> Option<SecretString> {
        let mut number = said(self.iban).or_else(|| said(self.account_identifier))?;
        number.retain(|character| !character.is_whitespace());
        Some(number.into())
    }
}

fn currency(code: &str) -> Option<Currency> {
    Currency::ALL
        .into_iter()
        .find(|currency| currency.code() == code)
}

/// A page of the list. Each order is read by itself, so that one that nobody understands does not
/// hide the others.
#[derive(Deserialize)]
pub(in super::super) struct Page {
    /// How many there are on all pages together.
    #[serde(default, deserialize_with = "number_or_string")]
    count: Option<usize>,
    data: Vec<Box<RawValue>>,
}

/// Where amounts are strings, nobody knows what a count is.
fn number_or_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    let number = raw.map(|raw| raw.get().trim_matches('"').parse());
    number.transpose().map_err(de::Error::custom)
}

/// As much as can be said about an order that cannot be read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stub {
    id: Option<String>,
    created_at: Option<String>,
}

impl Page {
    /// Every order of it, or none.
    pub(in super::super) fn read(self) -> Result<Vec<Transaction>, Failure> {
        self.data
            .iter()
            .map(|raw| serde_json::from_str(raw.get()))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::unreadable(&error))
    }

    /// The off-ramps of one payer, and a place for everything else that was on the page.
    pub(in super::super) fn listed(
        self,
        user: &ProviderUserId,
        provider_now: Option<Timestamp>,
    ) -> Result<Listed, Failure> {
        let items = self.data.iter().map(|raw| item(raw, user, provider_now));
        Ok(Listed {
            items: items.collect::<Result<_, _>>()?,
            count: self.count,
            provider_now,
        })
    }
}

fn item(
    raw: &RawValue,
    user: &ProviderUserId,
    provider_now: Option<Timestamp>,
) -> Result<Item, Failure> {
    if let Ok(transaction) = serde_json::from_str::<Transaction>(raw.get()) {
        let id = transaction.id.clone();
        let created_at = transaction.created_at();
        let is_asked_for = transaction.is_of(user)
            && transaction
                .kind
                .as_deref()
                .is_none_or(|kind| kind == OFF_RAMP);
        return Ok(if is_asked_for {
            Item::Order {
                id,
                created_at,
                snapshot: Box::new(transaction.snapshot(provider_now)),
            }
        } else {
            Item::Other { id, created_at }
        });
    }
    let stub: Stub =
        serde_json::from_str(raw.get()).map_err(|error| Failure::unreadable(&error))?;
    let created_at = stub.created_at.and_then(|text| text.parse().ok());
    Ok(Item::Unreadable {
        id: stub.id.unwrap_or_default(),
        created_at,
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::{Value, json};

    use super::*;

    fn user() -> ProviderUserId {
        ProviderUserId("u-1".to_owned())
    }

    fn transaction() -> Value {
        json!({
            "id": "t-1", "userId": "U-1", "status": "PENDING", "type": "OFF_RAMP",
            "tokenSymbol": "USDC", "blockchainSymbol": "POL", "fiatCurrency": "MXN",
            "fiatAmount": "4.728013", "cryptoAmount": "0.260000", "exchangeRate": "18.184665",
            "createdAt": "2026-05-01T12:00:05.000Z", "completedAt": null,
            "destinationWalletAddress": "0x620e598c65d8c42d4d19e05c3bec53fc6f19cdec",
            "bankAccount": { "country": "MX", "accountIdentifier": "012345678902422382" },
            "invoice": { "transactionHash": null, "paymentUrl": null },
        })
    }

    fn with(key: &str, value: Value) -> Value {
        let mut transaction = transaction();
        transaction[key] = value;
        transaction
    }

    fn read(json: &Value) -> Result<Snapshot, serde_json::Error> {
        serde_json::from_str::<Transaction>(&json.to_string())
            .map(|transaction| transaction.snapshot(None))
    }

    fn items(transactions: &[Value]) -> Result<Vec<Item>, Failure> {
        let page = json!({ "count": transactions.len(), "data": transactions }).to_string();
        let page: Page = serde_json::from_str(&page).unwrap();
        page.listed(&user(), None).map(|listed| listed.items)
    }

    #[test]
    fn what_nobody_knows_is_left_open() {
        let snapshot = read(&with("tokenSymbol", json!("DOGE"))).unwrap();
        assert_eq!(
            (snapshot.token, snapshot.network),
            (None, Some(Network::Pol))
        );
        let snapshot = read(&with("blockchainSymbol", json!("DOGE"))).unwrap();
        assert_eq!(snapshot.network, None);
        let snapshot = read(&with("fiatCurrency", json!("JPY"))).unwrap();
        assert_eq!(snapshot.currency, None);
        let snapshot = read(&with("createdAt", json!("yesterday"))).unwrap();
        assert_eq!(snapshot.created_at, None);
        let snapshot = read(&with("destinationWalletAddress", json!(""))).unwrap();
        assert_eq!(snapshot.address, None);
    }

    #[test]
    fn what_an_order_cannot_be_without_is_required() {
        for key in [
            "id",
            "userId",
            "status",
            "cryptoAmount",
            "fiatAmount",
            "exchangeRate",
        ] {
            assert!(read(&with(key, Value::Null)).is_err(), "{key}");
        }
    }

    #[test]
    fn the_account_is_its_number_without_spaces() {
        let account = |bank: Value| {
            let snapshot = read(&with("bankAccount", bank)).unwrap();
            snapshot
                .account
                .map(|account| account.expose_secret().to_owned())
        };
        assert_eq!(
            account(json!({ "accountIdentifier": "123 456" })).as_deref(),
            Some("123456")
        );
        assert_eq!(
            account(json!({ "accountIdentifier": null, "iban": "DE89 3704" })).as_deref(),
            Some("DE893704")
        );
        assert_eq!(
            account(json!({ "accountIdentifier": "", "iban": null })),
            None
        );
        assert_eq!(account(Value::Null), None);
    }

    #[test]
    fn a_list_is_read_order_by_order() {
        let found = items(&[
            transaction(),
            with("userId", json!("u-2")),
            with("type", json!("ON_RAMP")),
            with("exchangeRate", Value::Null),
        ]);
        let found = found.unwrap();
        assert!(matches!(&found[0], Item::Order { id, .. } if id == "t-1"));
        assert!(matches!(&found[1], Item::Other { .. }));
        assert!(matches!(&found[2], Item::Other { .. }));
        assert!(matches!(
            &found[3],
            Item::Unreadable {
                created_at: Some(_),
                ..
            }
        ));
    }

    #[test]
    fn a_list_of_something_else_is_no_list() {
        assert!(items(&[json!(7)]).is_err());
        assert!(items(&[with("createdAt", json!(7))]).is_err());
    }
}

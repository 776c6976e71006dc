//! What the proxy answers, type by type.
//!
//! A name that nobody knows makes an answer unreadable, as it does for serde. A member that nobody
//! knows is passed over: answers may grow.

use offramp_domain::{
    api::{
        Action, ActionOffer, AfterSending, Asset, Authorisation, Checkout, CountryOffer,
        CryptoSide, Deposit, DestinationResponse, ErrorCode, Fee, FiatSide, FieldProblem, Form,
        FormField, LockKey, MaskedDestination, Next, NotReceived, Offer, Order, OrderResponse,
        Party, Prefill, Problem, Quote, QuoteResponse, Receiver, Refund, SavedDestination,
        SignatureProblem, TimelineEntry, TransferToAddress, Verification, VerificationStatus,
        WalletLink,
    },
    bank::{CountryCode, Problem as FieldProblemKind},
    money::{Currency, Token},
    network::Network,
    order::{Custody, OrderState, Reason},
    quote::{FeeKind, Guarantee, QuoteKind},
    time::Timestamp,
};

use super::{
    json::Json,
    read::{Read, Reading},
};

/// A signing request, but for what is signed: that goes to the wallet as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    /// Its id, for the action.
    pub(crate) id: String,
    /// Until when it may be signed.
    pub(crate) expires_at: Timestamp,
}

/// Reads an object, member by member: `kind as "type"` is called otherwise in JSON, `fees or []` may
/// be absent. A field that the domain adds does not compile until it stands here.
macro_rules! object {
    ($type:ident { $($field:ident $(as $key:literal)? $(or $absent:tt)?),* $(,)? }) => {
        impl Read for $type {
            fn read(json: &Json, reading: &Reading) -> Self {
                Self {
                    $($field: Read::read(
                        object!(@ json, reading, $field $(as $key)? $(or $absent)?),
                        reading,
                    ),)*
                }
            }
        }
    };
    (@ $json:ident, $reading:ident, $field:ident) => {
        $reading.member($json, stringify!($field))
    };
    (@ $json:ident, $reading:ident, $field:ident as $key:literal) => {
        $reading.member($json, $key)
    };
    (@ $json:ident, $reading:ident, $field:ident or $absent:tt) => {
        $reading.member_or($json, stringify!($field), object!(@ $absent))
    };
    (@ []) => {
        const { &Json::List(Vec::new()) }
    };
    (@ {}) => {
        const { &Json::Object(Vec::new()) }
    };
    (@ $flag:literal) => {
        &Json::Flag($flag)
    };
}

/// Reads enums by their tables of names.
macro_rules! named {
    ($($type:ident),* $(,)?) => {
        $(impl Read for $type {
            fn read(json: &Json, reading: &Reading) -> Self {
                reading.accept(json.text().and_then(Self::parse), Self::ALL[0])
            }
        })*
    };
}

object! { Checkout {
    assets,
    countries,
    destinations or [],
    receiver,
    verification,
    prefill or {},
    lock or [],
    return_url,
    order,
    orders or [],
    quote_needs_destination or false,
    wallet,
    server_time,
} }

object! { Asset {
    token, network, name, network_name, decimals, chain_id, token_contract, min, max,
} }

object! { CountryOffer { country, currency, min, max, form } }

object! { FormField { key, label, kind as "type", required, pattern, options or [] } }

object! { SavedDestination { id, country, bank_name, masked } }

object! { DestinationResponse { destination } }

object! { Receiver { id, name } }

object! { Verification { status, verification_url } }

object! { Prefill { country, token, network, crypto_amount } }

object! { QuoteResponse { quote, server_time } }

object! { Quote {
    id,
    kind,
    guarantee,
    token,
    network,
    crypto_amount,
    currency,
    fiat_amount,
    fiat_minimum,
    rate,
    fees or [],
    expires_at,
} }

object! { Fee { kind, amount, currency } }

object! { OrderResponse { order, verification_url, server_time } }

object! { Order {
    id,
    state,
    custody,
    sequence,
    crypto,
    fiat,
    rate,
    fees or [],
    destination,
    deposit,
    actions or [],
    next,
    pending_action,
    timeline or [],
    tx_hash,
    explorer_url,
    refund,
    signature_problem,
    not_received,
    reason,
    unfunded or false,
    resume_token,
    created_at,
    updated_at,
} }

object! { CryptoSide { token, network, amount } }

object! { FiatSide { currency, amount, guarantee } }

object! { MaskedDestination { country, bank_name, masked } }

object! { TransferToAddress {
    network,
    token,
    token_contract,
    address,
    amount,
    payment_uri,
    after_sending,
    offer,
    offer_until,
} }

object! { Authorisation { network, token, amount, signer, offer, offer_until } }

object! { ActionOffer { action, required, by, fields or [], deadline } }

object! { Next { by, until } }

object! { TimelineEntry { state, at } }

object! { NotReceived { at, note } }

object! { Refund { amount, token, tx_hash } }

object! { Issued { id, expires_at } }

object! { Problem {
    kind as "type",
    title,
    status,
    code,
    detail,
    retryable,
    request_id,
    min,
    max,
    currency,
    fields or [],
    quote,
    order_id,
    verification_url,
} }

object! { FieldProblem { key, problem } }

named!(
    Action,
    AfterSending,
    Currency,
    Custody,
    ErrorCode,
    FeeKind,
    FieldProblemKind,
    Guarantee,
    LockKey,
    Network,
    Offer,
    OrderState,
    Party,
    QuoteKind,
    Reason,
    SignatureProblem,
    Token,
    VerificationStatus,
    WalletLink,
);

impl Read for CountryCode {
    fn read(json: &Json, reading: &Reading) -> Self {
        reading.accept(json.text().and_then(Self::parse), Self::Mx)
    }
}

impl Read for Form {
    fn read(json: &Json, reading: &Reading) -> Self {
        match reading.member(json, "kind").text() {
            Some("built_in") => Self::BuiltIn,
            Some("fields") => Self::Fields {
                fields: Read::read(reading.member(json, "fields"), reading),
            },
            Some("registered") => Self::Registered {
                fields: Read::read(reading.member(json, "fields"), reading),
            },
            Some(_) | None => reading.refuse(Self::BuiltIn),
        }
    }
}

impl Read for Deposit {
    fn read(json: &Json, reading: &Reading) -> Self {
        match reading.member(json, "kind").text() {
            Some("transfer_to_address") => Self::TransferToAddress(Read::read(json, reading)),
            Some("sign_typed_data") => Self::SignTypedData(Read::read(json, reading)),
            Some("authorise") => Self::Authorise(Read::read(json, reading)),
            Some(_) | None => reading.refuse(Self::Authorise(Read::read(&Json::Null, reading))),
        }
    }
}

/// Everything is held against serde, which the proxy writes with.
#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use offramp_domain::{api::SigningRequest, money::Amount};
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::{Value, json};

    use super::{super::read::body, *};

    fn read<T: Read>(json: &Value) -> Option<T> {
        body(&json.to_string())
    }

    /// What takes the place of every part of an answer, one at a time.
    fn wrong_parts() -> [Value; 14] {
        [
            Value::Null,
            json!(true),
            json!(0),
            json!(70_000),
            json!(5_000_000_000_u64),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("unheard_of"),
            json!("100"),
            json!("2026-05-01T12:00:10Z"),
            json!({}),
            json!([]),
            json!([null]),
        ]
    }

    /// The answer as it is, with as little as serde reads, and with every part of both missing or
    /// wrong: the widget reads what serde reads.
    #[track_caller]
    fn is_read_as_by_serde<T>(answer: &T)
    where
        T: Read + Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let full = serde_json::to_value(answer).unwrap();
        assert_eq!(read::<T>(&full).as_ref(), Some(answer));
        let least = least::<T>(full.clone());
        assert!(read::<T>(&least).is_some(), "{least}");
        for json in [full, least] {
            for pointer in pointers(&json) {
                agree::<T>(&without(&json, &pointer));
                let is_object = json.pointer(&pointer).is_some_and(Value::is_object);
                for wrong in wrong_parts() {
                    // Serde also reads a list as an object, and this a fraction as an empty one;
                    // nobody writes either.
                    if !(is_object && (wrong.is_array() || wrong.is_f64())) {
                        agree::<T>(&with(&json, &pointer, wrong));
                    }
                }
            }
        }
    }

    #[track_caller]
    fn agree<T: Read + DeserializeOwned + PartialEq + Debug>(json: &Value) {
        let by_serde = serde_json::from_value::<T>(json.clone()).ok();
        assert_eq!(read::<T>(json), by_serde, "{json}");
    }

    /// The answer without anything that serde can do without.
    fn least<T: DeserializeOwned>(full: Value) -> Value {
        pointers(&full).iter().fold(full, |json, pointer| {
            let smaller = without(&json, pointer);
            if serde_json::from_value::<T>(smaller.clone()).is_ok() {
                smaller
            } else {
                json
            }
        })
    }

    /// Where the parts of an answer are, the whole of it first.
    fn pointers(json: &Value) -> Vec<String> {
        fn visit(json: &Value, at: &str, pointers: &mut Vec<String>) {
            pointers.push(at.to_owned());
            if let Value::Object(members) = json {
                for (key, member) in members {
                    visit(member, &format!("{at}/{key}"), pointers);
                }
            }
            if let Value::Array(entries) = json {
                for (index, entry) in entries.iter().enumerate() {
                    visit(entry, &format!("{at}/{index}"), pointers);
                }
            }
        }
        let mut pointers = Vec::new();
        visit(json, "", &mut pointers);
        pointers
    }

    /// The same without a member. An entry of a list stays.
    fn without(json: &Value, pointer: &str) -> Value {
        let mut json = json.clone();
        if let Some((parent, key)) = pointer.rsplit_once('/')
            && let Some(Value::Object(members)) = json.pointer_mut(parent)
        {
            members.remove(key);
        }
        json
    }

    fn with(json: &Value, pointer: &str, part: Value) -> Value {
        let mut json = json.clone();
        *json.pointer_mut(pointer).unwrap() = part;
        json
    }

    #[track_caller]
    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_777_636_810_000 + seconds * 1_000)
    }

    fn form_field() -> FormField {
        FormField {
            key: "cedula".to_owned(),
            label: "Cédula".to_owned(),
            kind: "text".to_owned(),
            required: true,
            pattern: Some("[0-9]{11}".to_owned()),
            options: vec!["one".to_owned(), "two".to_owned()],
        }
    }

    fn checkout() -> Checkout {
        let offer = |country, form| CountryOffer {
            country,
            currency: Currency::Mxn,
            min: amount("100"),
            max: amount("50000.00"),
            form,
        };
        Checkout {
            assets: vec![Asset {
                token: Token::UsdcE,
                network: Network::Pol,
                name: "USD Coin".to_owned(),
                network_name: "Polygon".to_owned(),
                decimals: 6,
                chain_id: Some(137),
                token_contract: Some("0x3c49".to_owned()),
                min: amount("1"),
                max: amount("10000"),
            }],
            countries: vec![
                offer(CountryCode::Mx, Form::BuiltIn),
                offer(
                    CountryCode::Do,
                    Form::Fields {
                        fields: vec![form_field()],
                    },
                ),
                offer(
                    CountryCode::Sepa,
                    Form::Registered {
                        fields: vec![form_field()],
                    },
                ),
            ],
            destinations: vec![SavedDestination {
                id: "dst_1".to_owned(),
                country: CountryCode::Sepa,
                bank_name: Some("Banco".to_owned()),
                masked: "•••• 7120".to_owned(),
            }],
            receiver: Some(Receiver {
                id: "rec_1".to_owned(),
                name: "Ana".to_owned(),
            }),
            verification: Verification {
                status: VerificationStatus::Pending,
                verification_url: Some("https://verify.example".to_owned()),
            },
            prefill: Prefill {
                country: Some(CountryCode::Mx),
                token: Some(Token::Usdc),
                network: Some(Network::Base),
                crypto_amount: Some(amount("100")),
            },
            lock: LockKey::ALL.to_vec(),
            return_url: Some("https://shop.example".to_owned()),
            order: Some(order()),
            orders: vec![],
            quote_needs_destination: true,
            wallet: Some(WalletLink::Required),
            server_time: at(0),
        }
    }

    fn quote() -> Quote {
        Quote {
            id: "quo_1".to_owned(),
            kind: QuoteKind::Firm,
            guarantee: Guarantee::AtLeast,
            token: Token::Usdc,
            network: Network::Pol,
            crypto_amount: amount("100"),
            currency: Currency::Mxn,
            fiat_amount: amount("1818.46"),
            fiat_minimum: Some(amount("1809.36")),
            rate: amount("18.184665"),
            fees: vec![fee()],
            expires_at: Some(at(10)),
        }
    }

    fn fee() -> Fee {
        Fee {
            kind: FeeKind::Spread,
            amount: amount("0.260000"),
            currency: "USDC".to_owned(),
        }
    }

    fn order() -> Order {
        Order {
            id: "ord_1".to_owned(),
            state: OrderState::AwaitingDeposit,
            custody: Custody::InFlight,
            sequence: 7,
            crypto: CryptoSide {
                token: Token::Usdc,
                network: Network::Pol,
                amount: amount("100"),
            },
            fiat: FiatSide {
                currency: Currency::Mxn,
                amount: Some(amount("1818.46")),
                guarantee: Guarantee::Exact,
            },
            rate: Some(amount("18.184665")),
            fees: vec![fee()],
            destination: MaskedDestination {
                country: CountryCode::Mx,
                bank_name: Some("Banco".to_owned()),
                masked: "•••• 7120".to_owned(),
            },
            deposit: Some(Deposit::TransferToAddress(TransferToAddress {
                network: Network::Pol,
                token: Token::Usdc,
                token_contract: Some("0x3c49".to_owned()),
                address: "0x7796".to_owned(),
                amount: amount("100"),
                payment_uri: Some("ethereum:0x3c49".to_owned()),
                after_sending: AfterSending::ReportSent,
                offer: Offer::Live,
                offer_until: Some(at(600)),
            })),
            actions: vec![ActionOffer {
                action: Action::ProvideInformation,
                required: true,
                by: Party::Payer,
                fields: vec![form_field()],
                deadline: Some(at(600)),
            }],
            next: Some(Next {
                by: Party::Provider,
                until: Some(at(600)),
            }),
            pending_action: Some(Action::Cancel),
            timeline: vec![TimelineEntry {
                state: OrderState::Creating,
                at: at(0),
            }],
            tx_hash: Some("0x9f2c".to_owned()),
            explorer_url: Some("https://explorer.example".to_owned()),
            refund: Some(Refund {
                amount: Some(amount("99.5")),
                token: Token::Usdc,
                tx_hash: Some("0x9f2d".to_owned()),
            }),
            signature_problem: Some(SignatureProblem::FundsUnavailable),
            not_received: Some(NotReceived {
                at: at(700),
                note: Some("only half".to_owned()),
            }),
            reason: Some(Reason::OfferOver),
            unfunded: true,
            resume_token: Some("res_1".to_owned()),
            created_at: at(0),
            updated_at: at(1),
        }
    }

    fn problem() -> Problem {
        Problem {
            kind: "https://docs.example/problems".to_owned(),
            title: "The price is worse".to_owned(),
            status: 409,
            code: ErrorCode::QuoteChanged,
            detail: Some("by 3%".to_owned()),
            retryable: false,
            request_id: "req_1".to_owned(),
            min: Some(amount("1")),
            max: Some(amount("10000")),
            currency: Some("USDC".to_owned()),
            fields: vec![FieldProblem {
                key: "clabe".to_owned(),
                problem: FieldProblemKind::CheckDigit,
            }],
            quote: Some(quote()),
            order_id: Some("ord_1".to_owned()),
            verification_url: Some("https://verify.example".to_owned()),
        }
    }

    #[test]
    fn a_first_screen_is_read_as_by_serde() {
        is_read_as_by_serde(&checkout());
        let orders = vec![order()];
        is_read_as_by_serde(&Checkout {
            orders,
            ..checkout()
        });
    }

    #[test]
    fn a_price_is_read_as_by_serde() {
        is_read_as_by_serde(&QuoteResponse {
            quote: quote(),
            server_time: at(0),
        });
    }

    #[test]
    fn a_saved_account_is_read_as_by_serde() {
        let destination = checkout().destinations.remove(0);
        is_read_as_by_serde(&DestinationResponse { destination });
    }

    #[test]
    fn a_signing_request_is_read_as_far_as_it_is_for_the_widget() {
        let full = serde_json::to_value(SigningRequest {
            id: "sig_1".to_owned(),
            signer: "0xf39F".to_owned(),
            typed_data: json!({ "domain": { "chainId": 660_279 }, "types": [] }),
            expires_at: at(60),
        })
        .unwrap();
        let issued = Issued {
            id: "sig_1".to_owned(),
            expires_at: at(60),
        };
        assert_eq!(read(&full), Some(issued));
        for pointer in ["/id", "/expires_at"] {
            assert_eq!(read::<Issued>(&without(&full, pointer)), None);
            assert_eq!(read::<Issued>(&with(&full, pointer, json!(7))), None);
        }
    }

    #[test]
    fn an_order_is_read_as_by_serde() {
        is_read_as_by_serde(&OrderResponse {
            order: order(),
            verification_url: Some("https://verify.example".to_owned()),
            server_time: at(0),
        });
    }

    #[test]
    fn a_problem_is_read_as_by_serde() {
        is_read_as_by_serde(&problem());
    }

    #[test]
    fn every_kind_of_deposit_is_read_as_by_serde() {
        let authorisation = Authorisation {
            network: Network::Eth,
            token: Token::Usdt,
            amount: amount("25"),
            signer: Some("0x5aAe".to_owned()),
            offer: Offer::Over,
            offer_until: Some(at(60)),
        };
        is_read_as_by_serde(&Deposit::SignTypedData(authorisation.clone()));
        is_read_as_by_serde(&Deposit::Authorise(authorisation));
        // A kind that the domain adds does not compile until it is tried above.
        match order().deposit.unwrap() {
            deposit @ Deposit::TransferToAddress(_) => is_read_as_by_serde(&deposit),
            Deposit::SignTypedData(_) | Deposit::Authorise(_) => unreachable!(),
        }
    }

    #[test]
    fn every_kind_of_form_is_read_as_by_serde() {
        for offer in checkout().countries {
            // A kind that the domain adds does not compile until a country above has it.
            match offer.form {
                form @ (Form::BuiltIn | Form::Fields { .. } | Form::Registered { .. }) => {
                    is_read_as_by_serde(&form);
                }
            }
        }
    }

    #[track_caller]
    fn names_are_read<T: Read + Serialize + PartialEq + Debug>(all: &[T]) {
        for value in all {
            let json = serde_json::to_value(value).unwrap();
            assert_eq!(read::<T>(&json).as_ref(), Some(value));
        }
        assert_eq!(read::<T>(&json!("unheard_of")), None);
    }

    #[test]
    fn every_name_is_read() {
        names_are_read(&Action::ALL);
        names_are_read(&AfterSending::ALL);
        names_are_read(&CountryCode::ALL);
        names_are_read(&Currency::ALL);
        names_are_read(&Custody::ALL);
        names_are_read(&ErrorCode::ALL);
        names_are_read(&FeeKind::ALL);
        names_are_read(&FieldProblemKind::ALL);
        names_are_read(&Guarantee::ALL);
        names_are_read(&LockKey::ALL);
        names_are_read(&Network::ALL);
        names_are_read(&Offer::ALL);
        names_are_read(&OrderState::ALL);
        names_are_read(&Party::ALL);
        names_are_read(&QuoteKind::ALL);
        names_are_read(&Reason::ALL);
        names_are_read(&SignatureProblem::ALL);
        names_are_read(&Token::ALL);
        names_are_read(&VerificationStatus::ALL);
        names_are_read(&WalletLink::ALL);
    }

    /// Also in a receiver and a prefill, which serde reads strictly because they are requests too.
    #[test]
    fn a_member_that_nobody_knows_is_passed_over() {
        let known = serde_json::to_value(checkout()).unwrap();
        for pointer in pointers(&known) {
            let mut grown = known.clone();
            if let Some(Value::Object(members)) = grown.pointer_mut(&pointer) {
                members.insert("later".to_owned(), json!({ "of": ["nobody"] }));
            }
            assert_eq!(read::<Checkout>(&grown), Some(checkout()), "{pointer}");
        }
    }

    #[test]
    fn what_is_required_is_required() {
        let order = serde_json::to_value(order()).unwrap();
        for key in ["id", "state", "crypto", "destination", "updated_at"] {
            assert_eq!(read::<Order>(&without(&order, &format!("/{key}"))), None);
        }
        assert_eq!(read::<Order>(&with(&order, "/state", json!("paid"))), None);
        assert_eq!(read::<Order>(&with(&order, "/sequence", json!("7"))), None);
        assert_eq!(read::<Order>(&with(&order, "/fees", Value::Null)), None);
    }
}

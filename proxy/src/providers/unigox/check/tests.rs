//! What is as agreed is signed; one changed byte of anything that moves crypto is refused.

use offramp_domain::money::Token;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::provider::{ProviderRef, Purpose};

const OWNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const TOKEN: &str = "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA";
const FORWARDER: &str = "0x6fFCF38bEc8c733b096958fcd2a8E31A00530EDC";
const ESCROW: &str = "0x9f8eF448C2c0694383B848e32D4d2857eBAEdB94";
const ZERO: &str = "0x0000000000000000000000000000000000000000";
const TO_ESCROW: &str = "0xa9059cbb0000000000000000000000009f8ef448c2c0694383b848e32d4d2857ebaedb94\
                         0000000000000000000000000000000000000000000000000000000005f5e100";
const TO_OWNER: &str = "0xa9059cbb000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266\
                        0000000000000000000000000000000000000000000000000000000005f5e100";

fn now() -> Timestamp {
    Timestamp::from_millis(1_759_996_400_000)
}

fn transfer() -> Value {
    json!({
        "order_id": "o-1", "network_preset": "xai", "chain_id": "660279",
        "rpc_url": "https://rpc.example", "token_address": TOKEN, "forwarder_address": FORWARDER,
        "recipient_address": ESCROW, "sender_address": OWNER, "amount_atomic": "100000000",
        "amount_human": "100.000000", "crypto_currency": "USDT", "crypto_decimals": 6,
        "recommended_gas_limit": "500000", "recommended_ttl_seconds": 3600,
        "transfer_data": TO_ESCROW, "forwarder_nonce": "0", "authorization_path": "/",
    })
}

fn refund() -> Value {
    let types: Vec<_> = SAFE_TX
        .iter()
        .map(|(name, kind)| json!({ "name": name, "type": kind }))
        .collect();
    json!({
        "order_id": "o-1", "status": "cancelled", "escrow_address": ESCROW,
        "signer_address": OWNER, "recipient_address": OWNER, "amount_human": "100.000000",
        "crypto_currency": "USDT", "crypto_decimals": 6, "direction": "to_seller",
        "safe_params": {
            "to": TOKEN, "value": "0", "data": TO_OWNER, "operation": 0, "safeTxGas": "0",
            "baseGas": "0", "gasPrice": "0", "gasToken": ZERO, "refundReceiver": ZERO,
            "nonce": "0",
        },
        "domain": { "chainId": 660_279, "verifyingContract": ESCROW },
        "types": { "SafeTx": types },
    })
}

fn expected(purpose: Purpose) -> Expected {
    Expected {
        reference: ProviderRef("o-1".to_owned()),
        purpose,
        token: Token::Usdt,
        network: Network::Xai,
        contract: Some(TOKEN.to_owned()),
        decimals: 6,
        crypto_amount: "100".parse().unwrap(),
        signer: None,
    }
}

fn check(purpose: Purpose, parameters: Value) -> Result<ToSign, String> {
    check_against(&expected(purpose), parameters)
}

fn check_against(expected: &Expected, parameters: Value) -> Result<ToSign, String> {
    let agreed = Agreed {
        expected,
        signer: OWNER.parse().unwrap(),
        chain_ids: &[660_279],
    };
    let unreadable = |error: serde_json::Error| error.to_string();
    let checked = match expected.purpose {
        Purpose::Transfer => {
            let parameters = serde_json::from_value(parameters).map_err(unreadable)?;
            agreed.transfer(&parameters, now())
        }
        Purpose::Refund => {
            let parameters = serde_json::from_value(parameters).map_err(unreadable)?;
            agreed.refund(&parameters, now())
        }
    };
    checked.map_err(str::to_owned)
}

#[test]
fn what_was_agreed_is_the_contracts_vector() {
    for (purpose, parameters, digest) in [
        (
            Purpose::Transfer,
            transfer(),
            "0x0a8820c6e183c13bb10847e9c5324fea5885df52ae5207aa7fd3683b8c240bff",
        ),
        (
            Purpose::Refund,
            refund(),
            "0x7fec87e0fadf73e398ae9a4530d014a8caedb7a015aa58ecf4aadf6f5a1ca53c",
        ),
    ] {
        let to_sign = check(purpose, parameters).unwrap();
        assert_eq!(to_sign.signer, OWNER);
        let typed = Typed::read(purpose, &to_sign.typed_data).unwrap();
        assert_eq!(typed.digest().to_string(), digest);
    }
}

#[test]
fn what_is_not_said_is_as_the_published_helper_has_it() {
    let mut parameters = transfer();
    for key in [
        "recommended_gas_limit",
        "recommended_ttl_seconds",
        "amount_human",
    ] {
        parameters[key] = Value::Null;
    }
    let to_sign = check(Purpose::Transfer, parameters).unwrap();
    assert_eq!(to_sign.typed_data["message"]["gas"], "500000");
    assert_eq!(to_sign.typed_data["message"]["deadline"], "1760000000");
}

#[test]
fn a_signature_is_never_good_for_longer_than_an_hour() {
    let mut parameters = transfer();
    for (ttl, deadline) in [("1000000", "1760000000"), ("1", "1759996460")] {
        parameters["recommended_ttl_seconds"] = json!(ttl);
        let to_sign = check(Purpose::Transfer, parameters.clone()).unwrap();
        assert_eq!(to_sign.typed_data["message"]["deadline"], deadline);
    }
}

#[test]
fn every_member_of_a_transfer_counts() {
    let other = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    for (key, value, what) in [
        ("order_id", json!("o-2"), "the order"),
        ("chain_id", json!("1"), "the chain"),
        ("chain_id", json!("660279.0"), "the chain"),
        ("token_address", json!(other), "the token contract"),
        ("token_address", json!(ZERO), "the token contract"),
        ("forwarder_address", json!(ZERO), "the forwarder"),
        ("forwarder_address", json!(TOKEN), "the recipient"),
        ("recipient_address", json!(other), "the data"),
        ("recipient_address", json!(ZERO), "the recipient"),
        ("recipient_address", json!(OWNER), "the recipient"),
        ("recipient_address", json!(TOKEN), "the recipient"),
        ("sender_address", json!(other), "the sender"),
        ("amount_atomic", json!("100000002"), "the amount"),
        ("amount_atomic", json!("99999998"), "the amount"),
        ("amount_atomic", json!("100000001"), "the amount"),
        ("amount_atomic", json!("0x5f5e100"), "the amount"),
        ("amount_atomic", json!("-1"), "the amount"),
        ("amount_human", json!("1000"), "the amount"),
        ("crypto_currency", json!("USDC"), "the token"),
        ("crypto_decimals", json!(18), "the decimals"),
        ("recommended_gas_limit", json!("0"), "the gas"),
        ("recommended_gas_limit", json!("10000001"), "the gas"),
        ("recommended_ttl_seconds", json!("soon"), "the deadline"),
        ("transfer_data", json!(TO_OWNER), "the data"),
        ("transfer_data", json!(format!("{TO_ESCROW}00")), "the data"),
        ("transfer_data", json!(&TO_ESCROW[2..]), "the data"),
        ("transfer_data", json!("0x"), "the data"),
        ("forwarder_nonce", json!("0x1"), "the nonce"),
    ] {
        let mut parameters = transfer();
        parameters[key] = value.clone();
        assert_eq!(
            check(Purpose::Transfer, parameters).unwrap_err(),
            what,
            "{key} {value}"
        );
    }
}

#[test]
fn every_member_of_a_refund_counts() {
    let other = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    for (path, value, what) in [
        ("/order_id", json!("o-2"), "the order"),
        ("/escrow_address", json!(other), "the domain"),
        ("/signer_address", json!(other), "the signer"),
        ("/recipient_address", json!(other), "the recipient"),
        ("/amount_human", json!("99"), "the amount"),
        ("/crypto_currency", json!("USDC"), "the token"),
        ("/crypto_decimals", json!(18), "the decimals"),
        ("/direction", json!("to_buyer"), "the direction"),
        ("/safe_params/to", json!(other), "the token contract"),
        ("/safe_params/value", json!("1"), "the value"),
        ("/safe_params/data", json!(TO_ESCROW), "the data"),
        ("/safe_params/data", json!("0x"), "the data"),
        ("/safe_params/operation", json!(1), "the operation"),
        ("/safe_params/safeTxGas", json!("1"), "the gas"),
        ("/safe_params/baseGas", json!("1"), "the gas"),
        ("/safe_params/gasPrice", json!("1"), "the gas price"),
        ("/safe_params/gasToken", json!(TOKEN), "the gas token"),
        (
            "/safe_params/refundReceiver",
            json!(other),
            "the refund receiver",
        ),
        ("/safe_params/nonce", json!("first"), "the nonce"),
        ("/domain/chainId", json!(1), "the chain"),
        ("/domain/verifyingContract", json!(other), "the domain"),
        ("/types/SafeTx/0/type", json!("uint256"), "the types"),
        ("/types", json!({ "Permit": [] }), "the types"),
    ] {
        let mut parameters = refund();
        *parameters.pointer_mut(path).unwrap() = value.clone();
        assert_eq!(
            check(Purpose::Refund, parameters).unwrap_err(),
            what,
            "{path} {value}"
        );
    }
    let mut named = refund();
    named["domain"]["name"] = json!("Safe");
    assert!(check(Purpose::Refund, named).is_err(), "another domain");
}

#[test]
fn types_may_be_shown_in_part_and_what_is_signed_has_all_ten() {
    let mut parameters = refund();
    let shown: Vec<_> = parameters["types"]["SafeTx"].as_array().unwrap()[..2].to_vec();
    parameters["types"]["SafeTx"] = shown.into();
    let to_sign = check(Purpose::Refund, parameters).unwrap();
    let members = to_sign.typed_data["types"]["SafeTx"].as_array().unwrap();
    assert_eq!(members.len(), 10);
}

/// Section 7.4: one unit either way, and not two.
#[test]
fn the_smallest_unit_is_allowed_for() {
    for (agreed, is_taken) in [
        ("99.999998", false),
        ("99.999999", true),
        ("100", true),
        ("100.000001", true),
        ("100.000002", false),
        ("0", false),
    ] {
        for (purpose, parameters) in [(Purpose::Transfer, transfer()), (Purpose::Refund, refund())]
        {
            let expected = Expected {
                crypto_amount: agreed.parse().unwrap(),
                ..expected(purpose)
            };
            let checked = check_against(&expected, parameters);
            assert_eq!(checked.is_ok(), is_taken, "{purpose:?} {agreed}");
        }
    }
}

#[test]
fn without_a_contract_in_the_catalogue_nothing_is_signed() {
    let expected = Expected {
        contract: None,
        ..expected(Purpose::Transfer)
    };
    assert_eq!(
        check_against(&expected, transfer()).unwrap_err(),
        "the token contract"
    );
}

/// Members that decide where crypto goes, and how much. The others (gas, nonce, how long it is good
/// for) are the relay's to choose.
const OF_TRANSFERS: [&str; 10] = [
    "order_id",
    "chain_id",
    "token_address",
    "recipient_address",
    "sender_address",
    "amount_atomic",
    "amount_human",
    "crypto_currency",
    "crypto_decimals",
    "transfer_data",
];

proptest! {
    #[test]
    fn one_changed_byte_of_what_moves_crypto_is_refused(
        member in prop::sample::select(OF_TRANSFERS.as_slice()),
        at in any::<prop::sample::Index>(),
        byte in 0x21_u8..0x7f,
    ) {
        let mut parameters = transfer();
        let before = &parameters[member];
        let before = before.as_str().map_or_else(|| before.to_string(), str::to_owned);
        let mut bytes = before.clone().into_bytes();
        let at = at.index(bytes.len());
        // Capitals of hex, and zeros behind the point, say the same.
        prop_assume!(!bytes[at].eq_ignore_ascii_case(&byte));
        bytes[at] = byte;
        let after = String::from_utf8(bytes).unwrap();
        parameters[member] = match after.parse::<u32>() {
            Ok(number) if member == "crypto_decimals" => json!(number),
            _ => json!(after),
        };
        prop_assert!(check(Purpose::Transfer, parameters).is_err(), "{member}: {after}");
    }

    #[test]
    fn one_changed_byte_of_a_refunds_call_is_refused(
        at in 2_usize..138,
        byte in prop::sample::select(b"0123456789abcdef".as_slice()),
    ) {
        let mut bytes = TO_OWNER.as_bytes().to_vec();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let mut parameters = refund();
        parameters["safe_params"]["data"] = json!(String::from_utf8(bytes).unwrap());
        prop_assert!(check(Purpose::Refund, parameters).is_err());
    }
}

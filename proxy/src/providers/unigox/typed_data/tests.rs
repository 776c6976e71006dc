//! The vectors of the contract, and what a changed byte does.

use alloy_primitives::{address, b256};
use proptest::prelude::*;

use super::*;

const OWNER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const TOKEN: Address = address!("0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA");
const FORWARDER: Address = address!("0x6fFCF38bEc8c733b096958fcd2a8E31A00530EDC");
const ESCROW: Address = address!("0x9f8eF448C2c0694383B848e32D4d2857eBAEdB94");
const XAI: u64 = 660_279;

const TRANSFER_SIGNED: &str = "0x3c39f289c5b96a99273a05bc27e0ff56be014b186f7060487b9d50064eda5cc2\
                               5ceba36d94411b30b84455b4834f60c64cf17ccdf800bf84d5e8e191f29cc0cc1c";
const REFUND_SIGNED: &str = "0x3bb6f6dc9a396d1171ff642bbd399c4d22c867a2785a32985bc4655988fbab25\
                             79153798720712350cde76c988d818fded5201c5b469b83ecbf1abe16ec430331c";

fn transfer() -> Typed {
    Typed::from(Forward {
        chain_id: XAI,
        forwarder: FORWARDER,
        from: OWNER,
        token: TOKEN,
        to: ESCROW,
        amount: U256::from(100_000_000),
        gas: U256::from(500_000),
        nonce: U256::ZERO,
        deadline_secs: 1_760_000_000,
    })
}

fn refund() -> Typed {
    Typed::from(Refund {
        chain_id: XAI,
        escrow: ESCROW,
        token: TOKEN,
        to: OWNER,
        amount: U256::from(100_000_000),
        nonce: U256::ZERO,
    })
}

fn both() -> [(Purpose, Typed, &'static str); 2] {
    [
        (Purpose::Transfer, transfer(), TRANSFER_SIGNED),
        (Purpose::Refund, refund(), REFUND_SIGNED),
    ]
}

#[test]
fn the_transfer_is_that_of_the_contract() {
    let Typed::Transfer { request, .. } = transfer() else {
        panic!("another kind");
    };
    assert_eq!(
        hex::encode_prefixed(&request.data),
        "0xa9059cbb0000000000000000000000009f8ef448c2c0694383b848e32d4d2857ebaedb94\
         0000000000000000000000000000000000000000000000000000000005f5e100"
    );
    assert_eq!(
        request.eip712_type_hash(),
        b256!("0x7f96328b83274ebc7c1cf4f7a3abda602b51a78b7fa1d86a2ce353d75e587cac")
    );
    assert_eq!(
        transfer().domain().separator(),
        b256!("0xc06a1525841289a11a549fa8bd542e65706d83a6bc68acabdb28ba9a056b7970")
    );
    assert_eq!(
        request.eip712_hash_struct(),
        b256!("0x3a70d86aef69398006f18c7e9c52ce6f4677324b82da1eaf6ba1375b98c6843b")
    );
    assert_eq!(
        transfer().digest(),
        b256!("0x0a8820c6e183c13bb10847e9c5324fea5885df52ae5207aa7fd3683b8c240bff")
    );
}

#[test]
fn the_refund_is_that_of_the_contract() {
    let Typed::Refund { tx, .. } = refund() else {
        panic!("another kind");
    };
    assert_eq!(
        tx.eip712_type_hash(),
        b256!("0xbb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8")
    );
    assert_eq!(
        refund().domain().separator(),
        b256!("0xdfa47a840d01c1c73905f77ed01d4646375a2a57deea19987dcd260db58f4067")
    );
    assert_eq!(
        refund().digest(),
        b256!("0x7fec87e0fadf73e398ae9a4530d014a8caedb7a015aa58ecf4aadf6f5a1ca53c")
    );
}

#[test]
fn the_signatures_of_the_contract_are_the_owners() {
    for (purpose, typed, signed) in both() {
        for text in [signed, signed.trim_start_matches("0x")] {
            let signature = signature(text).unwrap();
            assert_eq!(signer(&typed, &signature), Some(OWNER), "{purpose:?}");
        }
    }
}

#[test]
fn a_nonce_is_the_signers_with_the_relay_or_the_safes_own() {
    let Typed::Transfer { request, .. } = transfer() else {
        panic!("another kind");
    };
    let over = |request, chain_id, forwarder| {
        let typed = Typed::Transfer {
            request,
            chain_id,
            forwarder,
        };
        typed.nonce()
    };
    let known = transfer().nonce();
    // Another amount, time or recipient changes nothing about whose turn it is.
    let same = ForwardRequest {
        deadline: U48::from(1),
        data: transfer_call(OWNER, U256::ONE),
        ..request.clone()
    };
    assert_eq!(over(same, XAI, FORWARDER), known);
    let next = ForwardRequest {
        nonce: U256::ONE,
        ..request.clone()
    };
    let somebody_elses = ForwardRequest {
        from: ESCROW,
        ..request.clone()
    };
    for other in [
        over(next, XAI, FORWARDER),
        over(somebody_elses, XAI, FORWARDER),
        over(request.clone(), 1, FORWARDER),
        over(request, XAI, ESCROW),
        refund().nonce(),
    ] {
        assert_ne!(other, known);
    }
}

#[test]
fn the_members_are_those_that_are_hashed() {
    let encoded = |members: &[(&str, &str)]| {
        let members: Vec<_> = members
            .iter()
            .map(|(name, kind)| format!("{kind} {name}"))
            .collect();
        members.join(",")
    };
    assert_eq!(
        format!("ForwardRequest({})", encoded(&FORWARD_REQUEST)),
        ForwardRequest::eip712_encode_type()
    );
    assert_eq!(
        format!("SafeTx({})", encoded(&SAFE_TX)),
        SafeTx::eip712_encode_type()
    );
}

#[test]
fn what_was_written_is_read_and_nothing_else() {
    for (purpose, typed, _) in both() {
        let json = typed.json();
        let read = Typed::read(purpose, &json).unwrap();
        assert_eq!(read.digest(), typed.digest());
        let text = json.to_string();
        let reread: Value = serde_json::from_str(&text).unwrap();
        assert!(Typed::read(purpose, &reread).is_some());
        for (key, value) in [
            ("primaryType", json!("Permit")),
            ("types", json!({})),
            ("extra", json!(1)),
        ] {
            let mut other = json.clone();
            other[key] = value;
            assert!(Typed::read(purpose, &other).is_none(), "{key}");
        }
        let other = match purpose {
            Purpose::Transfer => Purpose::Refund,
            Purpose::Refund => Purpose::Transfer,
        };
        assert!(Typed::read(other, &json).is_none());
    }
}

#[test]
fn a_signature_has_65_bytes_and_one_form() {
    for text in ["", "0x", "zz", &TRANSFER_SIGNED[..130], "0x00"] {
        assert!(signature(text).is_none(), "{text}");
    }
    let good = signature(TRANSFER_SIGNED).unwrap();
    let order: U256 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
        .parse()
        .unwrap();
    let other = Signature::new(good.r(), order - good.s(), !good.v());
    assert_eq!(signer(&transfer(), &other), Some(OWNER));
    assert!(signature(&hex::encode_prefixed(other.as_bytes())).is_none());
}

proptest! {
    #[test]
    fn a_changed_byte_of_the_typed_data_is_refused_or_signed_by_nobody_known(
        is_refund in any::<bool>(),
        at in any::<prop::sample::Index>(),
        byte in 0x20_u8..0x7f,
    ) {
        let [first, second] = both();
        let (purpose, typed, signed) = if is_refund { second } else { first };
        let text = typed.json().to_string();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let changed: Option<Value> = serde_json::from_slice(&bytes).ok();
        let read = changed
            .filter(|changed| *changed != typed.json())
            .and_then(|changed| Typed::read(purpose, &changed));
        if let Some(read) = read {
            prop_assert_ne!(signer(&read, &signature(signed).unwrap()), Some(OWNER));
        }
    }
}

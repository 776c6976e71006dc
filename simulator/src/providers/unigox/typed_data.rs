//! What is signed: EIP-712 over a forwarded transfer and over a Safe's refund (10.2 and 10.5).

use alloy_primitives::{Address, B256, Bytes, Signature, U256, aliases::U48};
use alloy_sol_types::{Eip712Domain, SolCall as _, SolStruct as _, eip712_domain, sol};

use super::assumptions::CHAIN_ID;
use super::chain::FORWARDER;

sol! {
    struct ForwardRequest {
        address from;
        address to;
        uint256 value;
        uint256 gas;
        uint256 nonce;
        uint48 deadline;
        bytes data;
    }

    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }

    function transfer(address recipient, uint256 amount) external returns (bool);
}

/// A transfer that the forwarder is asked to relay.
#[derive(Clone, Debug)]
pub(super) struct Forward {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) value: U256,
    pub(super) gas: U256,
    pub(super) nonce: U256,
    pub(super) deadline: U48,
    pub(super) data: Bytes,
}

/// The call that moves an amount of a token.
pub(super) fn transfer_call(recipient: Address, amount: U256) -> Bytes {
    transferCall { recipient, amount }.abi_encode().into()
}

fn forwarder_domain() -> Eip712Domain {
    eip712_domain! {
        name: "SyntheticAssetForwarder",
        version: "1",
        chain_id: CHAIN_ID,
        verifying_contract: FORWARDER,
    }
}

fn safe_domain(escrow: Address) -> Eip712Domain {
    eip712_domain! {
        chain_id: CHAIN_ID,
        verifying_contract: escrow,
    }
}

impl Forward {
    fn typed(&self) -> ForwardRequest {
        ForwardRequest {
            from: self.from,
            to: self.to,
            value: self.value,
            gas: self.gas,
            nonce: self.nonce,
            deadline: self.deadline,
            data: self.data.clone(),
        }
    }

    /// What the owner of the tokens signs.
    pub(super) fn digest(&self) -> B256 {
        self.typed().eip712_signing_hash(&forwarder_domain())
    }
}

fn refund(token: Address, recipient: Address, amount: U256) -> SafeTx {
    SafeTx {
        to: token,
        value: U256::ZERO,
        data: transfer_call(recipient, amount),
        operation: 0,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::ZERO,
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        nonce: U256::ZERO,
    }
}

/// What the owner signs to get the whole amount out of an escrow that was never used before.
pub(super) fn refund_digest(escrow: Address, token: Address, to: Address, amount: U256) -> B256 {
    refund(token, to, amount).eip712_signing_hash(&safe_domain(escrow))
}

/// Who signed the digest; nobody, if it is no signature.
pub(super) fn signer(digest: B256, signature: &[u8]) -> Option<Address> {
    let signature = Signature::from_raw(signature).ok()?;
    signature.recover_address_from_prehash(&digest).ok()
}

/// Who signed the message with `personal_sign`.
pub(super) fn message_signer(message: &str, signature: &[u8]) -> Option<Address> {
    let signature = Signature::from_raw(signature).ok()?;
    signature.recover_address_from_msg(message.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, b256, hex};

    use super::super::chain::Token;
    use super::*;

    const OWNER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    const ESCROW: Address = address!("0x9f8eF448C2c0694383B848e32D4d2857eBAEdB94");
    const AMOUNT: u64 = 100_000_000;

    fn forward() -> Forward {
        Forward {
            from: OWNER,
            to: Token::Usdt.address(),
            value: U256::ZERO,
            gas: U256::from(500_000),
            nonce: U256::ZERO,
            deadline: U48::from(1_760_000_000_u64),
            data: transfer_call(ESCROW, U256::from(AMOUNT)),
        }
    }

    #[test]
    fn the_forward_request_is_that_of_the_contract() {
        let data = hex!(
            "a9059cbb0000000000000000000000009f8ef448c2c0694383b848e32d4d2857ebaedb94"
            "0000000000000000000000000000000000000000000000000000000005f5e100"
        );
        let forward = forward();
        assert_eq!(forward.data.as_ref(), data);
        let typed = forward.typed();
        assert_eq!(
            typed.eip712_type_hash(),
            b256!("0x7f96328b83274ebc7c1cf4f7a3abda602b51a78b7fa1d86a2ce353d75e587cac")
        );
        assert_eq!(
            forwarder_domain().separator(),
            b256!("0xc06a1525841289a11a549fa8bd542e65706d83a6bc68acabdb28ba9a056b7970")
        );
        assert_eq!(
            typed.eip712_hash_struct(),
            b256!("0x3a70d86aef69398006f18c7e9c52ce6f4677324b82da1eaf6ba1375b98c6843b")
        );
        assert_eq!(
            forward.digest(),
            b256!("0x0a8820c6e183c13bb10847e9c5324fea5885df52ae5207aa7fd3683b8c240bff")
        );
    }

    #[test]
    fn the_signature_of_the_contract_is_the_owners() {
        let signature = hex!(
            "3c39f289c5b96a99273a05bc27e0ff56be014b186f7060487b9d50064eda5cc2"
            "5ceba36d94411b30b84455b4834f60c64cf17ccdf800bf84d5e8e191f29cc0cc1c"
        );
        assert_eq!(signer(forward().digest(), &signature), Some(OWNER));
        let mut other = forward();
        other.nonce = U256::from(1);
        assert_ne!(signer(other.digest(), &signature), Some(OWNER));
        assert_eq!(signer(forward().digest(), &signature[..64]), None);
    }

    #[test]
    fn the_refund_is_that_of_the_contract() {
        let amount = U256::from(AMOUNT);
        let token = Token::Usdt.address();
        assert_eq!(
            refund(token, OWNER, amount).eip712_type_hash(),
            b256!("0xbb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8")
        );
        assert_eq!(
            safe_domain(ESCROW).separator(),
            b256!("0xdfa47a840d01c1c73905f77ed01d4646375a2a57deea19987dcd260db58f4067")
        );
        let digest = refund_digest(ESCROW, token, OWNER, amount);
        assert_eq!(
            digest,
            b256!("0x7fec87e0fadf73e398ae9a4530d014a8caedb7a015aa58ecf4aadf6f5a1ca53c")
        );
        let signature = hex!(
            "3bb6f6dc9a396d1171ff642bbd399c4d22c867a2785a32985bc4655988fbab25"
            "79153798720712350cde76c988d818fded5201c5b469b83ecbf1abe16ec430331c"
        );
        assert_eq!(signer(digest, &signature), Some(OWNER));
    }
}

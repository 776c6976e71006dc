//! Deposit addresses and transaction hashes of each family of blockchains.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::assets::Family;
use super::deal::Flow;

/// The address of a user: the same for all of their transactions of one family and one flow.
pub(super) fn deposit_address(user_id: &str, family: Family, flow: Flow) -> String {
    let digest = digest(&["address", user_id, family.name(), flow.word()]);
    match family {
        Family::Evm => format!("0x{}", HEXLOWER.encode(&digest[..20])),
        Family::Svm => bs58::encode(digest).into_string(),
        Family::Stk => format!("0x00{}", HEXLOWER.encode(&digest[..31])),
    }
}

/// The hash of a deposit that no execute has named.
pub(super) fn deposit_hash(transaction_id: &str, family: Family) -> String {
    let first = digest(&["deposit", transaction_id, family.name()]);
    match family {
        Family::Evm | Family::Stk => format!("0x{}", HEXLOWER.encode(&first)),
        Family::Svm => {
            let second = digest(&["signature", transaction_id]);
            bs58::encode([first, second].concat()).into_string()
        }
    }
}

/// Whether the text could be a transaction's hash on such a blockchain (assumption U15).
pub(super) fn is_hash(text: &str, family: Family) -> bool {
    match family {
        Family::Evm | Family::Stk => text.strip_prefix("0x").is_some_and(|digits| {
            digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        }),
        Family::Svm => (64..=88).contains(&text.len()) && bs58::decode(text).into_vec().is_ok(),
    }
}

/// Whether the text could be a transaction's hash on any blockchain.
pub(super) fn is_any_hash(text: &str) -> bool {
    is_hash(text, Family::Evm) || is_hash(text, Family::Svm)
}

impl Family {
    const fn name(self) -> &'static str {
        match self {
            Self::Evm => "EVM",
            Self::Svm => "SVM",
            Self::Stk => "STK",
        }
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    Sha256::digest(parts.join("|")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_user_family_and_flow() {
        let address = |user, family, flow| deposit_address(user, family, flow);
        let first = address("a", Family::Evm, Flow::Regular);
        assert_eq!(first, address("a", Family::Evm, Flow::Regular));
        assert_ne!(first, address("b", Family::Evm, Flow::Regular));
        assert_ne!(first, address("a", Family::Evm, Flow::Otc));
        assert_ne!(first, address("a", Family::Svm, Flow::Regular));
    }

    #[test]
    fn addresses_have_the_form_of_their_family() {
        let evm = deposit_address("a", Family::Evm, Flow::Regular);
        assert_eq!((evm.len(), &evm[..2]), (42, "0x"));
        let svm = deposit_address("a", Family::Svm, Flow::Regular);
        assert_eq!(bs58::decode(svm).into_vec().unwrap().len(), 32);
    }

    #[test]
    fn generated_hashes_pass_the_check_of_their_family() {
        for family in [Family::Evm, Family::Svm, Family::Stk] {
            assert!(is_hash(&deposit_hash("t", family), family), "{family:?}");
        }
    }

    #[test]
    fn what_is_not_a_hash_is_refused() {
        let evm = deposit_hash("t", Family::Evm);
        assert!(!is_hash(&evm[..65], Family::Evm));
        assert!(!is_hash(&evm.replace("0x", "1x"), Family::Evm));
        assert!(!is_hash(&evm, Family::Svm));
        assert!(!is_any_hash("0x9f2c"));
    }
}

//! How enums are spelled in JSON: one table each, and the ways from it and back.

/// Gives an enum its names: `ALL` of its values, the name of each, and `parse`.
///
/// Serde derives the same names. The table is for paths, logs and the widget, which reads JSON
/// without serde's derived code because that weighs too much in a browser.
macro_rules! names {
    ($type:ident::$name:ident { $($variant:ident => $text:literal,)* }) => {
        impl $type {
            /// All of them.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$variant),*];

            /// The name in JSON.
            pub fn $name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// Reads the name, to the letter.
            pub fn parse(name: &str) -> Option<Self> {
                let index = $crate::names::position(&[$($text),*], name)?;
                Self::ALL.get(index).copied()
            }
        }
    };
}

pub(crate) use names;

/// Which of the names it is. Not generic, so that all enums share the code.
pub(crate) fn position(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::{Serialize, de::DeserializeOwned};

    use crate::{
        api::{
            Action, AfterSending, ErrorCode, LockKey, Offer, Party, VerificationStatus, WalletLink,
        },
        bank::{CountryCode, FieldKey, Problem},
        money::{Currency, Token},
        network::Network,
        order::{Custody, OrderState, Reason},
        quote::{FeeKind, Guarantee, QuoteKind},
    };

    #[track_caller]
    fn agree<T>(all: &[T], name: fn(T) -> &'static str, parse: fn(&str) -> Option<T>)
    where
        T: Copy + Debug + PartialEq + Serialize + DeserializeOwned,
    {
        for value in all.iter().copied() {
            let json = serde_json::to_value(value).unwrap();
            assert_eq!(json, name(value));
            assert_eq!(serde_json::from_value::<T>(json).unwrap(), value);
            assert_eq!(parse(name(value)), Some(value));
            assert_eq!(parse(&[name(value), " "].concat()), None);
        }
    }

    #[test]
    fn names_are_the_same_in_code_and_in_json() {
        agree(&Action::ALL, Action::as_str, Action::parse);
        agree(
            &AfterSending::ALL,
            AfterSending::as_str,
            AfterSending::parse,
        );
        agree(&Currency::ALL, Currency::code, Currency::parse);
        agree(&Custody::ALL, Custody::as_str, Custody::parse);
        agree(&ErrorCode::ALL, ErrorCode::as_str, ErrorCode::parse);
        agree(&FeeKind::ALL, FeeKind::as_str, FeeKind::parse);
        agree(&FieldKey::ALL, FieldKey::as_str, FieldKey::parse);
        agree(&Guarantee::ALL, Guarantee::as_str, Guarantee::parse);
        agree(&LockKey::ALL, LockKey::as_str, LockKey::parse);
        agree(&Network::ALL, Network::id, Network::parse);
        agree(&Offer::ALL, Offer::as_str, Offer::parse);
        agree(&OrderState::ALL, OrderState::as_str, OrderState::parse);
        agree(&Party::ALL, Party::as_str, Party::parse);
        agree(&Problem::ALL, Problem::as_str, Problem::parse);
        agree(&QuoteKind::ALL, QuoteKind::as_str, QuoteKind::parse);
        agree(&Reason::ALL, Reason::as_str, Reason::parse);
        agree(&Token::ALL, Token::symbol, Token::parse);
        agree(
            &VerificationStatus::ALL,
            VerificationStatus::as_str,
            VerificationStatus::parse,
        );
        agree(&WalletLink::ALL, WalletLink::as_str, WalletLink::parse);
    }

    #[test]
    fn the_table_of_countries_names_them_as_in_json() {
        let all = CountryCode::ALL;
        agree(&all, CountryCode::as_str, CountryCode::parse);
    }
}

//! The table of `docs/reliability.md`: how each call ends under each fault.

use offramp_simulator::{Fault, Operation, Shut};

use super::harness::{Harness, can};

/// What a provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Price,
    Lock,
    Create,
    Read,
    List,
    Execute,
    Cancel,
    Verify,
    /// An account is saved.
    Save,
    /// What an order misses is given.
    Provide,
    /// Whether a wallet is linked, what it signs to be linked, and its linking.
    Wallet,
    Challenge,
    Link,
    /// What moves the crypto by a signature, and that signature; and the same to have it back.
    ToSign,
    HandIn,
    ToSignBack,
    HandInBack,
    Confirm,
}

impl Asked {
    /// Everything.
    pub(crate) const ALL: [Self; 18] = [
        Self::Price,
        Self::Lock,
        Self::Create,
        Self::Read,
        Self::List,
        Self::Execute,
        Self::Cancel,
        Self::Verify,
        Self::Save,
        Self::Provide,
        Self::Wallet,
        Self::Challenge,
        Self::Link,
        Self::ToSign,
        Self::HandIn,
        Self::ToSignBack,
        Self::HandInBack,
        Self::Confirm,
    ];

    /// Which call of the simulator answers it, where the provider has no other.
    pub(crate) fn operation(self) -> Operation {
        match self {
            Self::Price | Self::Lock => Operation::Quote,
            Self::Create => Operation::Create,
            Self::Read => Operation::Read,
            Self::List => Operation::List,
            Self::Execute => Operation::Execute,
            Self::Cancel => Operation::Cancel,
            Self::Verify | Self::Provide => Operation::Kyc,
            Self::Save => Operation::Accounts,
            Self::Wallet | Self::Challenge | Self::Link => Operation::Wallet,
            Self::ToSign => Operation::Parameters,
            Self::HandIn => Operation::Authorise,
            Self::ToSignBack => Operation::RefundParameters,
            Self::HandInBack => Operation::Refund,
            Self::Confirm => Operation::Confirm,
        }
    }
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With an answer that can be used.
    Answered,
    /// For certain without a request.
    NotSent,
    /// Nobody knows what became of it.
    NoAnswer,
    /// The provider asks for time.
    SlowDown,
    /// There is something to sign, and it is not what was agreed.
    Unexpected,
    /// For certain refused: no fault may look like that, and what a provider cannot do always does.
    Refused,
}

/// A way to fail: of the connection, or of what is said on it.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    Door(Shut),
    Fault(Spoils, Fault),
}

/// What a fault leaves of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoils {
    /// Nothing that could be read.
    Everything,
    /// Nothing that is of the type that it should be of.
    Types,
    /// Nothing but a word about when to ask again.
    Patience,
    /// All but some member.
    OneMember,
    /// All but the amounts.
    Amounts,
    /// All but the id.
    Id,
    /// All but the word for how something stands.
    Word,
    /// All but that nothing is there besides.
    Completeness,
    /// Nothing that is relied on.
    Nothing,
}

/// Every way, with what chance decides in it.
pub(crate) fn ways(seed: u64) -> Vec<Way> {
    let everything = [
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::ResetInBody,
        Fault::SlowDrip,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::BadGateway,
        Fault::MalformedJson,
        Fault::Truncated,
        Fault::EmptyBody,
        Fault::TenMegabytes,
        Fault::CompressedBomb,
        Fault::Redirect,
        Fault::RedirectInwards,
    ];
    let some = [
        (Spoils::Patience, Fault::RateLimited),
        (Spoils::Types, Fault::WrongType),
        (
            Spoils::OneMember,
            Fault::MissingField {
                nth: mixed(seed, 1),
            },
        ),
        (
            Spoils::OneMember,
            Fault::NullField {
                nth: mixed(seed, 2),
            },
        ),
        (Spoils::Completeness, Fault::ExtraFields),
        (Spoils::Nothing, Fault::NumberAsString),
        (Spoils::Amounts, Fault::NegativeAmount),
        (Spoils::Amounts, Fault::HugeAmount),
        (Spoils::Word, Fault::UnknownStatus),
        (Spoils::Word, Fault::StatusBack),
        (Spoils::Id, Fault::AnotherId),
    ];
    let everything = everything.map(|fault| (Spoils::Everything, fault));
    let doors = [Shut::Refusing, Shut::Silent].map(Way::Door);
    let faults = everything.into_iter().chain(some);
    let faults = faults.map(|(spoils, fault)| Way::Fault(spoils, fault));
    doors.into_iter().chain(faults).collect()
}

/// A number that looks like chance, and is the same for the same seed.
fn mixed(seed: u64, salt: u64) -> u64 {
    let mixed = (seed ^ salt.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 17
}

/// How a call may end.
pub(crate) fn documented(harness: &dyn Harness, way: &Way, asked: Asked) -> &'static [End] {
    if !can(harness.provider(), asked) {
        return &[End::Refused];
    }
    let spoils = match way {
        Way::Door(_) => return &[End::NotSent],
        Way::Fault(spoils, _) => spoils,
    };
    match spoils {
        // The id of what was saved is a text in one place and a number in another.
        Spoils::Types if asked == Asked::Save => &[End::Answered],
        Spoils::Everything | Spoils::Types => &[End::NoAnswer],
        Spoils::Patience => &[End::SlowDown],
        // It depends on which member it is.
        Spoils::OneMember if is_to_be_signed(asked) => {
            &[End::Answered, End::NoAnswer, End::Unexpected]
        }
        Spoils::OneMember => &[End::Answered, End::NoAnswer],
        Spoils::Amounts if harness.has_numbers(asked) => &[End::NoAnswer],
        // A wallet is linked where nothing else is said of it.
        Spoils::Word if asked == Asked::Link => &[End::NoAnswer],
        // More than the domain of what is signed would be another domain.
        Spoils::Completeness if asked == Asked::ToSignBack => &[End::NoAnswer],
        Spoils::Amounts | Spoils::Word | Spoils::Completeness | Spoils::Nothing => &[End::Answered],
        // Only what was asked for by its id can be held against it here.
        Spoils::Id => match asked {
            Asked::ToSign | Asked::ToSignBack => &[End::Unexpected],
            Asked::Read
            | Asked::Execute
            | Asked::Cancel
            | Asked::HandIn
            | Asked::HandInBack
            | Asked::Confirm => &[End::NoAnswer],
            Asked::Price
            | Asked::Lock
            | Asked::Create
            | Asked::List
            | Asked::Verify
            | Asked::Save
            | Asked::Provide
            | Asked::Wallet
            | Asked::Challenge
            | Asked::Link => &[End::Answered],
        },
    }
}

fn is_to_be_signed(asked: Asked) -> bool {
    asked == Asked::ToSign || asked == Asked::ToSignBack
}

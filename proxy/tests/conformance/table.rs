//! The table of `docs/reliability.md`: how each call ends under each fault.

use offramp_simulator::{Fault, Shut};

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
}

impl Asked {
    /// Everything.
    pub(crate) const ALL: [Self; 8] = [
        Self::Price,
        Self::Lock,
        Self::Create,
        Self::Read,
        Self::List,
        Self::Execute,
        Self::Cancel,
        Self::Verify,
    ];
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
    /// Nothing but a word about when to ask again.
    Patience,
    /// All but some member.
    OneMember,
    /// All but the amounts.
    Amounts,
    /// All but the id.
    Id,
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
        Fault::WrongType,
        Fault::Truncated,
        Fault::EmptyBody,
        Fault::TenMegabytes,
        Fault::CompressedBomb,
        Fault::Redirect,
        Fault::RedirectInwards,
    ];
    let some = [
        (Spoils::Patience, Fault::RateLimited),
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
        (Spoils::Nothing, Fault::ExtraFields),
        (Spoils::Nothing, Fault::NumberAsString),
        (Spoils::Amounts, Fault::NegativeAmount),
        (Spoils::Amounts, Fault::HugeAmount),
        (Spoils::Nothing, Fault::UnknownStatus),
        (Spoils::Nothing, Fault::StatusBack),
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
        Spoils::Everything => &[End::NoAnswer],
        Spoils::Patience => &[End::SlowDown],
        // It depends on which member it is.
        Spoils::OneMember => &[End::Answered, End::NoAnswer],
        Spoils::Amounts if harness.has_numbers(asked) => &[End::NoAnswer],
        Spoils::Amounts | Spoils::Nothing => &[End::Answered],
        // Only what was asked for by its id can be held against it here.
        Spoils::Id => match asked {
            Asked::Read | Asked::Execute | Asked::Cancel => &[End::NoAnswer],
            Asked::Price | Asked::Lock | Asked::Create | Asked::List | Asked::Verify => {
                &[End::Answered]
            }
        },
    }
}

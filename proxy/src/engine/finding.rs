//! What a person can find out about an order, and why that may settle nothing.

use offramp_domain::{order::OrderState, time::Timestamp};
use thiserror::Error;

use crate::{
    provider::{ProviderError, ProviderRef},
    store::StoreError,
};

/// What a person found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// This order of the provider's is the one whose create got no answer.
    Adopt(ProviderRef),
    /// The provider never made the order.
    NotCreated,
    /// Nothing was ever sent to the address.
    NothingArrived,
    /// The crypto went back by this transfer.
    Returned(String),
    /// The provider, or the escrow, still has the crypto.
    StillHeld,
}

/// Whose word a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Who settles the order.
    pub by: String,
    /// What they heard, and from whom at the provider.
    pub note: Option<String>,
}

impl Word {
    /// As it stands on the audit trail.
    pub(super) fn written(&self, finding: &str) -> String {
        let Self { by, note } = self;
        note.as_ref().map_or_else(
            || format!("{by}: {finding}"),
            |note| format!("{by}: {finding}; {note}"),
        )
    }
}

/// Why an order was left as it is.
#[derive(Debug, Error)]
pub enum Unresolved {
    /// The id is wrong.
    #[error("there is no order with this id")]
    NoSuchOrder,
    /// Nobody has to decide about it.
    #[error(
        "it is {}: only an order in attention, or a failed one whose crypto is nobody knows where, is \
         settled by hand", .0.as_str()
    )]
    NotInAttention(OrderState),
    /// Its provider is not configured.
    #[error("its provider is switched off")]
    SwitchedOff,
    /// It is bound to an order of the provider's.
    #[error("it is bound to {0} at the provider already")]
    IsBound(String),
    /// The provider's order is another one's.
    #[error("{reference} belongs to {order_id}")]
    BelongsTo {
        /// The provider's order.
        reference: String,
        /// Ours.
        order_id: String,
    },
    /// The order was given up before; its address may not be shown any more.
    #[error("it had ended before; an address is not shown after that")]
    HadEnded,
    /// The provider's order is not what was asked for.
    #[error("the provider's order differs in its {0}")]
    Differs(&'static str),
    /// The provider has an order that may be this one.
    #[error("the provider has an order that fits: adopt it, or have it cancelled there first")]
    MayExist,
    /// The provider says that crypto arrived.
    #[error("the provider has crypto for it ({status})")]
    HasArrived {
        /// Its word.
        status: String,
    },
    /// What was signed may still be carried out.
    #[error("its signature can be used until {0}: look again after that")]
    MayStillArrive(Timestamp),
    /// Nobody ever saw its crypto leave the payer.
    #[error("the provider was never seen to have crypto for it, and no signature was handed in")]
    NeverLeft,
    /// No hash of this network.
    #[error("this is not the hash of a transfer on {network}")]
    NotAHash {
        /// The network.
        network: &'static str,
    },
    /// The provider cannot show whether it made the order.
    #[error("the provider's list does not tell: say in a note who at the provider said so")]
    NeedsWord,
    /// The provider does not repeat where to send.
    #[error("the provider does not say an order's address again: what it made is never adopted")]
    NeverAdopted,
    /// The provider did not show everything.
    #[error("the provider's list could not be read to its end")]
    Incomplete,
    /// The provider did not answer.
    #[error("the provider could not be asked")]
    Provider(#[from] ProviderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

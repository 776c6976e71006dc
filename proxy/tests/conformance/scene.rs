//! What a provider is asked everything with: a payer, an account, and orders at every place where
//! something can be asked.

use anyhow::Result;
use offramp_domain::{
    api::WalletLinkRequest, bank::ListedDetails, money::Token, network::Network, quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::provider::{
    Expected, NewOrder, ProviderRef, ProviderUserId, Purpose, QuoteAsk, ToSign,
};
use serde_json::Value;

use super::harness::{Harness, amount, created, is_signed_for, new_order};

/// Everything that is needed to ask everything once.
pub(crate) struct Scene {
    pub(crate) payer: ProviderUserId,
    pub(crate) price: QuoteAsk,
    pub(crate) lock: QuoteAsk,
    /// At a price that nobody used yet.
    pub(crate) order: NewOrder,
    /// Made, and nothing more.
    pub(crate) sent: ProviderRef,
    pub(crate) unwanted: ProviderRef,
    /// What it misses.
    pub(crate) answers: Vec<(String, String)>,
    pub(crate) account: ListedDetails,
    pub(crate) unlinked: ProviderUserId,
    pub(crate) to_be_linked: (ProviderUserId, WalletLinkRequest),
    pub(crate) signed: Signed,
}

/// What is asked where crypto moves by a signature, each of an order of its own.
pub(crate) struct Signed {
    pub(crate) transfer: Expected,
    pub(crate) transferred: (ToSign, String),
    pub(crate) refund: Expected,
    pub(crate) refunded: (ToSign, String),
    pub(crate) delivered: ProviderRef,
}

impl Scene {
    pub(crate) async fn set(harness: &dyn Harness) -> Result<Self> {
        let signed = if is_signed_for(harness.provider()) {
            Signed::set(harness).await?
        } else {
            Signed::nothing(&created(harness, "100").await?.reference)?
        };
        Ok(Self {
            payer: harness.verified_payer(),
            price: harness.ask(QuoteKind::Indicative, "100")?,
            lock: harness.ask(QuoteKind::Firm, "100")?,
            sent: created(harness, "100").await?.reference,
            unwanted: created(harness, "100").await?.reference,
            answers: vec![("city".to_owned(), "Lagos".to_owned())],
            account: harness.account_to_save().await?,
            unlinked: harness.to_be_linked().await?.0,
            to_be_linked: harness.to_be_linked().await?,
            // Last, because a price does not hold for long.
            order: new_order(harness, "100").await?,
            signed,
        })
    }
}

impl Signed {
    async fn set(harness: &dyn Harness) -> Result<Self> {
        let owed = stopped(harness).await?;
        let refund = harness.expected(&owed, Purpose::Refund, "100")?;
        let owed_too = stopped(harness).await?;
        let owed_too = harness.expected(&owed_too, Purpose::Refund, "100")?;
        let delivered = created(harness, "100").await?.reference;
        harness.deposit(&delivered).await?;
        let transfer = accepted(harness).await?;
        let accepted_too = accepted(harness).await?;
        Ok(Self {
            transfer,
            transferred: signature(harness, &accepted_too).await?,
            refund,
            refunded: signature(harness, &owed_too).await?,
            delivered,
        })
    }

    /// Where there is nothing to sign, whoever asks is told so before any of this is looked at.
    fn nothing(order: &ProviderRef) -> Result<Self> {
        let expected = |purpose| -> Result<_> {
            Ok(Expected {
                reference: order.clone(),
                purpose,
                token: Token::Usdc,
                network: Network::Pol,
                contract: None,
                decimals: 6,
                crypto_amount: amount("100")?,
                signer: None,
            })
        };
        let unsigned = |purpose| {
            let request = ToSign {
                reference: order.0.clone(),
                purpose,
                signer: String::new(),
                typed_data: Value::Null,
                nonce: None,
                expires_at: Timestamp::from_millis(0),
            };
            (request, String::new())
        };
        Ok(Self {
            transfer: expected(Purpose::Transfer)?,
            transferred: unsigned(Purpose::Transfer),
            refund: expected(Purpose::Refund)?,
            refunded: unsigned(Purpose::Refund),
            delivered: order.clone(),
        })
    }
}

/// An order whose crypto is in the escrow, and whose payout came to nothing.
async fn stopped(harness: &dyn Harness) -> Result<ProviderRef> {
    let order = created(harness, "100").await?.reference;
    harness.deposit(&order).await?;
    harness.stop_payout(&order)?;
    Ok(order)
}

/// What is agreed about an order that somebody has accepted.
async fn accepted(harness: &dyn Harness) -> Result<Expected> {
    let order = created(harness, "100").await?.reference;
    harness.accept(&order)?;
    harness.expected(&order, Purpose::Transfer, "100")
}

async fn signature(harness: &dyn Harness, expected: &Expected) -> Result<(ToSign, String)> {
    let request = harness.provider().to_sign(expected).await?;
    let signature = harness.sign(&request)?;
    Ok((request, signature))
}

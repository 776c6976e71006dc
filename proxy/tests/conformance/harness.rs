//! Providers as the suite sees them: the real adapter, before a stand-in that can be steered.

use std::{fmt, time::Duration};

use anyhow::{Result, bail};
use async_trait::async_trait;
use http::HeaderMap;
use offramp_domain::{
    api::{AfterSending, Form, PayerRef, WalletLinkRequest},
    bank::{Answers, BankDetails, CountryCode, FieldKey, ListedDetails},
    money::Amount,
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::provider::{
    CreateOutcome, DepositKind, Expected, NewOrder, Payee, Provider, ProviderRef, ProviderUserId,
    Purpose, QuoteAsk, Snapshot, ToSign,
};
use offramp_simulator::{Fault, Operation, Shut};

use super::{
    stand_in::{Adapters, StandIn},
    table::Asked,
};

/// A provider and the stand-in behind it, which is steered in the words of the neutral model.
#[async_trait]
pub(crate) trait Harness: fmt::Debug + Send + Sync {
    /// The simulator that plays the provider.
    fn stand_in(&self) -> &StandIn;

    /// The adapters before it.
    fn adapters(&self) -> &Adapters;

    /// The adapter, as it is configured by default.
    fn provider(&self) -> &dyn Provider {
        self.adapters().usual.as_ref()
    }

    /// The adapter with time limits that a test can wait for.
    fn impatient(&self) -> &dyn Provider {
        self.adapters().impatient.as_ref()
    }

    /// The adapter with a key that the provider does not accept.
    fn with_a_wrong_key(&self) -> &dyn Provider {
        self.adapters().with_a_wrong_key.as_ref()
    }

    /// What may not appear in an error: the key, and numbers and ids of people.
    fn secrets(&self) -> Vec<String>;

    /// How many ways of writing the provider's JSON there are: its documents contradict each other.
    fn dialects(&self) -> usize;

    /// Makes the provider write in one of them.
    fn speak(&self, dialect: usize);

    /// A payer who may sell.
    fn verified_payer(&self) -> ProviderUserId;

    /// Another one.
    fn another_payer(&self) -> ProviderUserId;

    /// A payer who may not sell yet.
    fn unverified_payer(&self) -> ProviderUserId;

    /// A payer whom the provider does not know.
    fn new_payer(&self) -> Result<PayerRef>;

    /// An order that does not exist.
    fn unknown_order(&self) -> ProviderRef;

    /// What a price may be asked for.
    fn ask(&self, kind: QuoteKind, crypto_amount: &str) -> Result<QuoteAsk>;

    /// What a price for the unverified payer may be asked for.
    fn unverified_ask(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            user: self.unverified_payer(),
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    /// What a price would be asked for to the saved account of somebody else.
    fn foreign_ask(&self) -> Result<QuoteAsk> {
        bail!("no accounts are saved")
    }

    /// The account that an order of such a price pays, and its number where each order brings one.
    async fn payee(&self) -> Result<(Payee, Option<String>)>;

    /// Every kind of account that is paid: whose, what a price is asked for, the account, and its
    /// number where each order brings one.
    async fn accounts(&self) -> Result<Vec<(QuoteAsk, Payee, Option<String>)>>;

    /// Every word for where an order stands.
    fn statuses(&self) -> &'static [&'static str];

    /// Which call of the provider's answers this.
    fn operation(&self, asked: Asked) -> Operation {
        asked.operation()
    }

    /// Whether amounts are JSON numbers in the answer to this.
    fn has_numbers(&self, asked: Asked) -> bool;

    /// Whether the provider shows which webhooks it wrote.
    fn keeps_history(&self) -> bool;

    /// The smallest step of the provider's times.
    fn tick(&self) -> Duration {
        Duration::from_millis(1)
    }

    /// The same on a token and network that is not traded.
    fn ask_for_what_is_not_traded(&self) -> Result<QuoteAsk>;

    /// What the provider's clock shows.
    fn now(&self) -> Timestamp {
        self.stand_in().now()
    }

    /// Moves the provider's clock.
    fn pass_time(&self, by: Duration) {
        self.stand_in().simulator.clock().step(by);
    }

    /// Makes the next call of this kind fail.
    fn fail_once(&self, operation: Operation, fault: Fault);

    /// Ends every fault that has not happened yet.
    fn clear_faults(&self);

    /// Lets no connection come about.
    async fn shut_door(&self, how: Shut) {
        self.stand_in().simulator.door().shut(how).await;
    }

    /// Lets connections come about again.
    async fn open_door(&self) {
        self.stand_in().simulator.door().open().await;
    }

    /// How often the provider was asked for this.
    fn requests(&self, operation: Operation) -> u64;

    /// How many orders the provider made.
    fn orders(&self) -> usize;

    /// Whoever has to accept an order, before a deposit is asked for, does.
    fn accept(&self, _reference: &ProviderRef) -> Result<()> {
        Ok(())
    }

    /// The deposit arrives as agreed: a hundred.
    async fn deposit(&self, reference: &ProviderRef) -> Result<()>;

    /// The payout of an order comes to nothing while its crypto is in the escrow.
    fn stop_payout(&self, _reference: &ProviderRef) -> Result<()> {
        bail!("there is no escrow")
    }

    /// How often crypto was moved for an order.
    fn transfers(&self, _reference: &ProviderRef) -> Result<u64> {
        bail!("nothing is moved by a signature")
    }

    /// What is agreed about an order of so much crypto, before anything is signed for it.
    fn expected(
        &self,
        _reference: &ProviderRef,
        _purpose: Purpose,
        _crypto_amount: &str,
    ) -> Result<Expected> {
        bail!("nothing is signed")
    }

    /// A signature by the wallet that pays.
    fn sign(&self, _request: &ToSign) -> Result<String> {
        bail!("nothing is signed")
    }

    /// A signature of the same by another wallet.
    fn sign_as_a_stranger(&self, _request: &ToSign) -> Result<String> {
        bail!("nothing is signed")
    }

    /// An account that is saved before a price is asked for.
    async fn account_to_save(&self) -> Result<ListedDetails> {
        match ListedDetails::accept(CountryCode::Mx, &[], &[], |_, _| true) {
            Ok(details) => Ok(details),
            Err(problems) => bail!("{problems:?}"),
        }
    }

    /// A payer whose wallet is not linked yet, and what links it.
    async fn to_be_linked(&self) -> Result<(ProviderUserId, WalletLinkRequest)> {
        Ok((self.verified_payer(), nothing_linked()))
    }

    /// The provider says this about an order from now on.
    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()>;

    /// A webhook about an order that was made last, as it arrived at a listening socket. Something
    /// happens to the order first, where its making alone is not told.
    async fn webhook(&self, reference: &ProviderRef) -> Result<(HeaderMap, Vec<u8>)> {
        self.stand_in().webhook(reference).await
    }
}

/// Whether the provider can be asked this at all.
pub(crate) fn can(provider: &dyn Provider, asked: Asked) -> bool {
    let capabilities = provider.capabilities();
    match asked {
        Asked::Execute => capabilities.after_sending == AfterSending::ReportSent,
        Asked::Cancel => capabilities.can_cancel,
        Asked::Save => capabilities.quote_needs_destination,
        Asked::Wallet | Asked::Challenge | Asked::Link => capabilities.links_wallet,
        // Nobody else misses anything once there is an order.
        Asked::Provide
        | Asked::ToSign
        | Asked::HandIn
        | Asked::ToSignBack
        | Asked::HandInBack
        | Asked::Confirm => is_signed_for(provider),
        Asked::Price | Asked::Lock | Asked::Create | Asked::Read | Asked::List | Asked::Verify => {
            true
        }
    }
}

/// Whether crypto moves by a signature, into an escrow, and nobody sends any to an address.
pub(crate) fn is_signed_for(provider: &dyn Provider) -> bool {
    match provider.capabilities().deposit {
        DepositKind::SignTypedData | DepositKind::Authorise => true,
        DepositKind::TransferToAddress => false,
    }
}

/// An account, by the rules of its country.
pub(crate) fn account(country: CountryCode, fields: &[(FieldKey, &str)]) -> Result<BankDetails> {
    let answers: Answers = fields
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect();
    match country.country().accept(&answers) {
        Ok(details) => Ok(details),
        Err(errors) => bail!("{errors:?}"),
    }
}

/// The answers to the questions of a form.
pub(crate) fn answered(
    country: CountryCode,
    form: &Form,
    answers: &[(&str, &str)],
) -> Result<ListedDetails> {
    let (Form::Fields { fields } | Form::Registered { fields }) = form else {
        bail!("{form:?}")
    };
    let answers: Vec<_> = answers
        .iter()
        .map(|(key, answer)| ((*key).to_owned(), (*answer).to_owned()))
        .collect();
    match ListedDetails::accept(country, fields, &answers, |_, _| true) {
        Ok(details) => Ok(details),
        Err(problems) => bail!("{problems:?}"),
    }
}

pub(crate) fn amount(text: &str) -> Result<Amount> {
    Ok(text.parse()?)
}

/// What links nothing, where no wallets are linked.
pub(crate) fn nothing_linked() -> WalletLinkRequest {
    WalletLinkRequest {
        address: String::new(),
        message: String::new(),
        signature: String::new(),
    }
}

/// What a create is sent with, at a price taken now.
pub(crate) async fn new_order(harness: &dyn Harness, crypto_amount: &str) -> Result<NewOrder> {
    let ask = harness.ask(QuoteKind::Firm, crypto_amount)?;
    let (payee, _) = harness.payee().await?;
    order_for(harness, &ask, payee).await
}

/// What a create is sent with for an account, at a price taken now.
pub(crate) async fn order_for(
    harness: &dyn Harness,
    ask: &QuoteAsk,
    payee: Payee,
) -> Result<NewOrder> {
    let quote = harness.provider().quote(ask).await?;
    Ok(NewOrder {
        id: "ord_1".to_owned(),
        user: ask.user.clone(),
        quote_reference: quote.reference,
        token: ask.token,
        network: ask.network,
        crypto_amount: quote.crypto_amount,
        currency: ask.currency,
        payee,
        receiver: None,
    })
}

/// An order that the provider made.
pub(crate) async fn created(harness: &dyn Harness, crypto_amount: &str) -> Result<Snapshot> {
    let order = new_order(harness, crypto_amount).await?;
    made(harness.provider().create(&order).await)
}

/// The order that a create made.
pub(crate) fn made(outcome: CreateOutcome) -> Result<Snapshot> {
    match outcome {
        CreateOutcome::Created(snapshot) => Ok(*snapshot),
        CreateOutcome::Refused(refusal) => bail!("refused: {refusal}"),
        CreateOutcome::NotSent(error) => bail!("not sent: {error:?}"),
        CreateOutcome::Uncertain(error) => bail!("uncertain: {error:?}"),
    }
}

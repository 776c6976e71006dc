//! UNIGOX, before its stand-in on a real socket, with the partner's wallet paying.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use offramp_domain::{
    api::{MaskedDestination, PayerRef},
    bank::CountryCode,
    money::{Currency, Token},
    network::Network,
    quote::QuoteKind,
};
use offramp_proxy::{
    provider::{
        AccountRef, ActOutcome, Expected, Payee, Provider, ProviderRef, ProviderUserId, Purpose,
        QuoteAsk, ToSign,
    },
    providers::unigox::{Settings, SigningKey, Timeouts, Unigox, WalletMode},
};
use offramp_simulator::{
    Config, Decimal, Fault, Operation, WebhookTarget,
    providers::unigox::{
        AddUser, FailureBodies, Funding, InitiateAnswer, Knobs, KycStatus, PendingActions, Pick,
        Presence, Profile, Refunds, StatusRefusal, UserMember, WalletType,
        seed::{ADA, CLEO, CLEO_ACCOUNT, NGN_ACCOUNT},
    },
};

use super::{
    harness::{Harness, amount, answered},
    stand_in::{Adapters, IMPATIENT, StandIn, one_call},
    table::Asked,
};

const KEY: &str = "sim_unigox_key";
const WRONG_KEY: &str = "sim_another_key";
const WEBHOOK_SECRET: &str = "whsec_test_unigox";

/// The first account of the public development mnemonic.
const SIGNING_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// The second: a key whose wallet pays nothing here.
const STRANGERS_KEY: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// As the catalogue has it.
const CONTRACT: &str = "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA";

const IBAN: &str = "DE89370400440532013000";

#[derive(Debug)]
pub(crate) struct UnigoxHarness {
    stand_in: StandIn,
    adapters: Adapters,
    stranger: Box<dyn Provider>,
    unverified: (String, AccountRef),
}

impl UnigoxHarness {
    pub(crate) async fn start() -> Result<Self> {
        let stand_in = StandIn::start(Config::default()).await?;
        let unigox = stand_in.simulator.unigox();
        unigox.set_knobs(steady(Knobs::default()));
        unigox.set_webhook(Some(WebhookTarget {
            url: stand_in.inbox_url.clone(),
            secret: WEBHOOK_SECRET.to_owned(),
        }));
        let unverified = unigox.add_user(AddUser {
            kyc_status: KycStatus::NotInitiated,
            wallet_type: WalletType::PartnerWallet,
        });

        let adapter = |key: &str, signing_key: &str, timeouts| -> Result<Box<dyn Provider>> {
            let settings = Settings {
                base_url: format!("{}/unigox", stand_in.url).parse()?,
                api_key: key.into(),
                webhook_secret: Some(WEBHOOK_SECRET.into()),
                webhook_secret_previous: None,
                webhook_window: Duration::from_mins(5),
                wallet: WalletMode::Partner {
                    key: SigningKey::parse(&signing_key.into()).context("a key")?,
                    daily_limit: amount("100000")?,
                },
                chain_ids: vec![660_279],
                timeouts,
                policy: one_call(),
            };
            Ok(Box::new(Unigox::new(settings, stand_in.clock())?))
        };
        let short = Timeouts {
            connect: IMPATIENT / 2,
            headers: IMPATIENT,
            quote: IMPATIENT,
            create: IMPATIENT,
            other: IMPATIENT,
        };
        let stranger = adapter(KEY, STRANGERS_KEY, Timeouts::default())?;
        let adapters = Adapters {
            usual: adapter(KEY, SIGNING_KEY, Timeouts::default())?,
            impatient: adapter(KEY, SIGNING_KEY, short)?,
            with_a_wrong_key: adapter(WRONG_KEY, SIGNING_KEY, Timeouts::default())?,
        };
        let user = ProviderUserId(unverified.clone());
        let account = [("account_number", "0112233445")];
        let saved = save(adapters.usual.as_ref(), &user, CountryCode::Ng, &account).await?;
        Ok(Self {
            stand_in,
            adapters,
            stranger,
            unverified: (unverified, saved),
        })
    }

    async fn hand_in(&self, request: &ToSign) -> Result<()> {
        let signature = self.provider().sign(request)?;
        let outcome = self.provider().hand_in(request, &signature).await?;
        ensure!(matches!(outcome, ActOutcome::Done { .. }), "{outcome:?}");
        Ok(())
    }
}

/// Saves an account, by the answers to its country's questions.
async fn save(
    provider: &dyn Provider,
    user: &ProviderUserId,
    country: CountryCode,
    answers: &[(&str, &str)],
) -> Result<AccountRef> {
    let form = provider.form(country).await?;
    let details = answered(country, &form, answers)?;
    Ok(provider.save_account(user, &details).await?.account)
}

fn saved(account: AccountRef, country: CountryCode) -> Payee {
    Payee::Saved {
        account,
        shown: MaskedDestination {
            country,
            bank_name: None,
            masked: String::new(),
        },
        fingerprint: String::new(),
    }
}

#[async_trait]
impl Harness for UnigoxHarness {
    fn stand_in(&self) -> &StandIn {
        &self.stand_in
    }

    fn adapters(&self) -> &Adapters {
        &self.adapters
    }

    fn secrets(&self) -> Vec<String> {
        let known = [KEY, WRONG_KEY, WEBHOOK_SECRET, SIGNING_KEY, ADA, CLEO, IBAN];
        let known = known.map(str::to_owned).into_iter();
        known.chain([self.unverified.0.clone()]).collect()
    }

    fn dialects(&self) -> usize {
        dialects().len()
    }

    fn speak(&self, dialect: usize) {
        let knobs = dialects().swap_remove(dialect);
        self.stand_in.simulator.unigox().set_knobs(steady(knobs));
    }

    fn verified_payer(&self) -> ProviderUserId {
        ProviderUserId(ADA.to_owned())
    }

    fn another_payer(&self) -> ProviderUserId {
        ProviderUserId(CLEO.to_owned())
    }

    fn unverified_payer(&self) -> ProviderUserId {
        ProviderUserId(self.unverified.0.clone())
    }

    fn new_payer(&self) -> Result<PayerRef> {
        Ok(serde_json::from_value(serde_json::json!({
            "id": "cust-new", "email": "new@shop.example",
        }))?)
    }

    fn unknown_order(&self) -> ProviderRef {
        ProviderRef("00000000-0000-4000-8000-00000000dead".to_owned())
    }

    fn ask(&self, kind: QuoteKind, crypto_amount: &str) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            user: self.verified_payer(),
            account: Some(AccountRef(NGN_ACCOUNT.to_string())),
            kind,
            token: Token::Usdt,
            network: Network::Xai,
            country: CountryCode::Ng,
            currency: Currency::Ngn,
            crypto_amount: amount(crypto_amount)?,
        })
    }

    fn unverified_ask(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            user: self.unverified_payer(),
            account: Some(self.unverified.1.clone()),
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    fn foreign_ask(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            account: Some(AccountRef(CLEO_ACCOUNT.to_string())),
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    async fn payee(&self) -> Result<(Payee, Option<String>)> {
        let account = AccountRef(NGN_ACCOUNT.to_string());
        Ok((saved(account, CountryCode::Ng), None))
    }

    async fn accounts(&self) -> Result<Vec<(QuoteAsk, Payee, Option<String>)>> {
        let mut accounts = Vec::new();
        for (country, currency, answers) in ACCOUNTS {
            let user = self.verified_payer();
            let account = save(self.provider(), &user, country, answers).await?;
            let ask = QuoteAsk {
                account: Some(account.clone()),
                country,
                currency,
                ..self.ask(QuoteKind::Firm, "100")?
            };
            accounts.push((ask, saved(account, country), None));
        }
        Ok(accounts)
    }

    fn statuses(&self) -> &'static [&'static str] {
        &STATUSES
    }

    fn operation(&self, asked: Asked) -> Operation {
        match asked {
            Asked::Price => Operation::Estimate,
            Asked::Lock => Operation::Quote,
            Asked::Create => Operation::Create,
            Asked::Read => Operation::Read,
            Asked::List => Operation::List,
            Asked::Cancel => Operation::Cancel,
            Asked::Verify => Operation::Kyc,
            // There is no such call.
            Asked::Execute => Operation::Execute,
        }
    }

    /// Amounts are strings. The number of the account is none, and that of the list's pages.
    fn has_numbers(&self, asked: Asked) -> bool {
        match asked {
            Asked::Lock | Asked::List => true,
            Asked::Price
            | Asked::Create
            | Asked::Read
            | Asked::Execute
            | Asked::Cancel
            | Asked::Verify => false,
        }
    }

    fn keeps_history(&self) -> bool {
        false
    }

    fn tick(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn ask_for_what_is_not_traded(&self) -> Result<QuoteAsk> {
        Ok(QuoteAsk {
            token: Token::Pysud,
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    fn fail_once(&self, operation: Operation, fault: Fault) {
        self.stand_in.simulator.unigox().fault(operation, fault, 1);
    }

    fn clear_faults(&self) {
        self.stand_in.simulator.unigox().clear_faults();
    }

    fn requests(&self, operation: Operation) -> u64 {
        self.stand_in.simulator.unigox().requests(operation)
    }

    fn orders(&self) -> usize {
        self.stand_in.simulator.unigox().orders().len()
    }

    fn accept(&self, _reference: &ProviderRef) -> Result<()> {
        self.pass_time(Duration::from_secs(2));
        Ok(())
    }

    async fn deposit(&self, reference: &ProviderRef) -> Result<()> {
        self.accept(reference)?;
        let expected = self.expected(reference, Purpose::Transfer, "100")?;
        self.hand_in(&self.provider().to_sign(&expected).await?)
            .await?;
        self.pass_time(Duration::from_secs(3));
        Ok(())
    }

    fn stop_payout(&self, reference: &ProviderRef) -> Result<()> {
        let pick = Pick::Id(reference.0.clone());
        let unigox = self.stand_in.simulator.unigox();
        unigox.set_profile(pick, Profile::ProofRejected)?;
        self.pass_time(Duration::from_mins(2));
        Ok(())
    }

    fn transfers(&self, reference: &ProviderRef) -> Result<u64> {
        let pick = Pick::Id(reference.0.clone());
        Ok(self.stand_in.simulator.unigox().order(pick)?.transfers)
    }

    fn expected(
        &self,
        reference: &ProviderRef,
        purpose: Purpose,
        crypto_amount: &str,
    ) -> Result<Expected> {
        Ok(Expected {
            reference: reference.clone(),
            purpose,
            token: Token::Usdt,
            network: Network::Xai,
            contract: Some(CONTRACT.to_owned()),
            decimals: 6,
            crypto_amount: amount(crypto_amount)?,
            signer: None,
        })
    }

    fn sign(&self, request: &ToSign) -> Result<String> {
        Ok(self.provider().sign(request)?)
    }

    fn sign_as_a_stranger(&self, request: &ToSign) -> Result<String> {
        let signer = match request.purpose {
            // The second account's address.
            Purpose::Transfer | Purpose::Refund => "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        };
        let request = ToSign {
            signer: signer.to_owned(),
            ..request.clone()
        };
        Ok(self.stranger.sign(&request)?)
    }

    fn force_status(&self, reference: &ProviderRef, status: &str) -> Result<()> {
        let pick = Pick::Id(reference.0.clone());
        self.stand_in
            .simulator
            .unigox()
            .force_status(pick, status.parse()?)?;
        Ok(())
    }
}

/// The words of section 9.2.
const STATUSES: [&str; 20] = [
    "created",
    "pending_address",
    "awaiting_liquidity_provider",
    "awaiting_crypto_transfer_authorization",
    "crypto_transfer_authorization_pending",
    "crypto_received",
    "fiat_payment_started",
    "fiat_payment_review_started",
    "awaiting_fiat_received_confirmation",
    "fiat_received_confirmed",
    "crypto_release_pending",
    "completed",
    "cancelled",
    "failed",
    "price_changed_requote_needed",
    "dispute_started",
    "refund_pending",
    "refunded",
    "settlement_in_progress",
    "returned",
];

type Answers = &'static [(&'static str, &'static str)];

/// One of each rail.
const ACCOUNTS: [(CountryCode, Currency, Answers); 6] = [
    (
        CountryCode::Sepa,
        Currency::Eur,
        &[("full_name", "Ada Lovelace"), ("iban", IBAN)],
    ),
    (
        CountryCode::Ng,
        Currency::Ngn,
        &[("account_number", "0123456780")],
    ),
    (
        CountryCode::Gb,
        Currency::Gbp,
        &[
            ("full_name", "Ada Lovelace"),
            ("sort_code", "200000"),
            ("account_number", "55779911"),
        ],
    ),
    (
        CountryCode::Ar,
        Currency::Ars,
        &[
            ("institution_id", "Mercado Pago"),
            ("cvu", "0000003100010000000001"),
        ],
    ),
    (
        CountryCode::In,
        Currency::Inr,
        &[
            ("full_name", "Ada Lovelace"),
            ("bank_name", "HDFC Bank"),
            ("ifsc_code", "HDFC0000123"),
            ("account_number", "50100012345678"),
        ],
    ),
    (
        CountryCode::Gh,
        Currency::Ghs,
        &[
            ("institution_id", "GCB Bank"),
            ("account_number", "1234567890123"),
        ],
    ),
];

/// At a rate that stays.
fn steady(mut knobs: Knobs) -> Knobs {
    knobs.pinned_rate = Some(Decimal::new(153_012, 2));
    knobs
}

/// What the documents contradict or leave open, and a client has to survive; the assumed position of
/// each first.
fn dialects() -> Vec<Knobs> {
    vec![
        Knobs::default(),
        Knobs {
            failure_bodies: FailureBodies::Empty,
            funding: Funding::PrintedParts,
            status_refusal: StatusRefusal::Conflict,
            initiate_answer: InitiateAnswer::Ok,
            pending_actions: PendingActions::Cancel,
            refunds: Refunds::OwnStatuses,
            widget_orders: Presence::Present,
            user_member: UserMember::UserUuid,
            quote_life_ms: 30_000,
            ..Knobs::default()
        },
        Knobs {
            failure_bodies: FailureBodies::NotJson,
            unknown_field_type: Presence::Present,
            ..Knobs::default()
        },
    ]
}

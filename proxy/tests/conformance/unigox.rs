//! UNIGOX, before its stand-in on a real socket: the partner's wallet pays, or the payer's own.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use async_trait::async_trait;
use offramp_domain::{
    api::{MaskedDestination, PayerRef, WalletLinkRequest},
    bank::{CountryCode, ListedDetails},
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
    harness::{Harness, amount, answered, nothing_linked},
    stand_in::{Adapters, IMPATIENT, StandIn, one_call},
    table::Asked,
    wallet::Wallet,
    wallet_keys::WALLET_KEYS,
};

const KEY: &str = "sim_unigox_key";
const WRONG_KEY: &str = "sim_another_key";
const WEBHOOK_SECRET: &str = "whsec_test_unigox";

/// The first account of the public development mnemonic.
const SIGNING_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// As the catalogue has it.
const CONTRACT: &str = "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA";

const IBAN: &str = "DE89370400440532013000";

#[derive(Debug)]
pub(crate) struct UnigoxHarness {
    stand_in: StandIn,
    adapters: Adapters,
    unverified: (String, AccountRef),
    pays: Pays,
}

/// Whose wallet pays.
#[derive(Debug)]
enum Pays {
    /// The partner's.
    Partner,
    /// The payer's own.
    Payer(Wallet),
}

/// The same where each payer signs with a wallet of their own.
#[derive(Debug)]
pub(crate) struct ByWallet;

impl ByWallet {
    pub(crate) async fn start() -> Result<UnigoxHarness> {
        let harness = UnigoxHarness::paid_by(Pays::Payer(Wallet::new(WALLET_KEYS[0])?)).await?;
        let cleo = harness.verified_payer();
        let link = harness.link_for(&cleo).await?;
        harness.provider().link_wallet(&cleo, &link).await?;
        let plenty = Decimal::from(1_000_000);
        let unigox = harness.stand_in.simulator.unigox();
        unigox.mint(&link.address, "USDT", plenty)?;
        Ok(harness)
    }
}

impl UnigoxHarness {
    pub(crate) async fn start() -> Result<Self> {
        Self::paid_by(Pays::Partner).await
    }

    async fn paid_by(pays: Pays) -> Result<Self> {
        let stand_in = StandIn::start(Config::default()).await?;
        let unigox = stand_in.simulator.unigox();
        unigox.set_knobs(steady(Knobs::default()));
        unigox.set_webhook(Some(WebhookTarget {
            url: stand_in.inbox_url.clone(),
            secret: WEBHOOK_SECRET.to_owned(),
        }));
        let unverified = unigox.add_user(AddUser {
            kyc_status: KycStatus::NotInitiated,
            wallet_type: pays.wallet_type(),
        });

        let adapter = |key: &str, timeouts| -> Result<Box<dyn Provider>> {
            let settings = Settings {
                base_url: format!("{}/unigox", stand_in.url).parse()?,
                api_key: key.into(),
                webhook_secret: Some(WEBHOOK_SECRET.into()),
                webhook_secret_previous: None,
                webhook_window: Duration::from_mins(5),
                wallet: pays.mode()?,
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
        let adapters = Adapters {
            usual: adapter(KEY, Timeouts::default())?,
            impatient: adapter(KEY, short)?,
            with_a_wrong_key: adapter(WRONG_KEY, Timeouts::default())?,
        };
        let user = ProviderUserId(unverified.clone());
        let account = [("account_number", "0112233445")];
        let saved = save(adapters.usual.as_ref(), &user, CountryCode::Ng, &account).await?;
        Ok(Self {
            stand_in,
            adapters,
            unverified: (unverified, saved),
            pays,
        })
    }

    /// What links the payers' wallet to one of them.
    async fn link_for(&self, user: &ProviderUserId) -> Result<WalletLinkRequest> {
        let Pays::Payer(wallet) = &self.pays else {
            bail!("the partner's wallet pays")
        };
        let address = wallet.address();
        let challenge = self.provider().wallet_challenge(user, &address).await?;
        Ok(WalletLinkRequest {
            address,
            signature: wallet.sign_message(&challenge.message)?,
            message: challenge.message,
        })
    }

    async fn hand_in(&self, request: &ToSign) -> Result<()> {
        let signature = self.sign(request)?;
        let outcome = self.provider().hand_in(request, &signature).await?;
        ensure!(matches!(outcome, ActOutcome::Done { .. }), "{outcome:?}");
        Ok(())
    }
}

impl Pays {
    fn wallet_type(&self) -> WalletType {
        match self {
            Self::Partner => WalletType::PartnerWallet,
            Self::Payer(_) => WalletType::ExternalWallet,
        }
    }

    fn mode(&self) -> Result<WalletMode> {
        Ok(match self {
            Self::Partner => WalletMode::Partner {
                key: SigningKey::parse(&SIGNING_KEY.into()).context("a key")?,
                daily_limit: amount("100000")?,
            },
            Self::Payer(_) => WalletMode::External,
        })
    }

    /// A verified payer, their account, another payer, and theirs.
    fn payers(&self) -> [(&'static str, u64); 2] {
        let (ada, cleo) = ((ADA, NGN_ACCOUNT), (CLEO, CLEO_ACCOUNT));
        match self {
            Self::Partner => [ada, cleo],
            Self::Payer(_) => [cleo, ada],
        }
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
        let [(payer, _), _] = self.pays.payers();
        ProviderUserId(payer.to_owned())
    }

    fn another_payer(&self) -> ProviderUserId {
        let [_, (another, _)] = self.pays.payers();
        ProviderUserId(another.to_owned())
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
        let [(_, account), _] = self.pays.payers();
        Ok(QuoteAsk {
            user: self.verified_payer(),
            account: Some(AccountRef(account.to_string())),
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
        let [_, (_, foreign)] = self.pays.payers();
        Ok(QuoteAsk {
            account: Some(AccountRef(foreign.to_string())),
            ..self.ask(QuoteKind::Firm, "100")?
        })
    }

    async fn payee(&self) -> Result<(Payee, Option<String>)> {
        let [(_, account), _] = self.pays.payers();
        let account = AccountRef(account.to_string());
        Ok((saved(account, CountryCode::Ng), None))
    }

    /// Its questions are answered from what was read of them lately.
    async fn account_to_save(&self) -> Result<ListedDetails> {
        let form = self.impatient().form(CountryCode::Ng).await?;
        answered(CountryCode::Ng, &form, &[("account_number", "0112233445")])
    }

    async fn to_be_linked(&self) -> Result<(ProviderUserId, WalletLinkRequest)> {
        let added = self.stand_in.simulator.unigox().add_user(AddUser {
            kyc_status: KycStatus::Verified,
            wallet_type: WalletType::ExternalWallet,
        });
        let user = ProviderUserId(added);
        let link = match self.pays {
            Pays::Partner => nothing_linked(),
            Pays::Payer(_) => self.link_for(&user).await?,
        };
        Ok((user, link))
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
        if asked == Asked::Price {
            Operation::Estimate
        } else {
            asked.operation()
        }
    }

    /// Amounts are strings. The number of the account is none, and that of the list's pages, and what
    /// the token and the chain are counted in.
    fn has_numbers(&self, asked: Asked) -> bool {
        [Asked::Lock, Asked::List, Asked::ToSign, Asked::ToSignBack].contains(&asked)
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
            signer: match &self.pays {
                Pays::Partner => None,
                Pays::Payer(wallet) => Some(wallet.address()),
            },
        })
    }

    fn sign(&self, request: &ToSign) -> Result<String> {
        match &self.pays {
            Pays::Partner => Ok(self.provider().sign(request)?),
            Pays::Payer(wallet) => wallet.sign_typed(&request.typed_data),
        }
    }

    fn sign_as_a_stranger(&self, request: &ToSign) -> Result<String> {
        Wallet::new(WALLET_KEYS[1])?.sign_typed(&request.typed_data)
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

//! What differs from one provider to the next: where the process can die, what the payer asks for,
//! and how the provider's stand-in is handled.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context as _, Result};
use offramp_simulator::{
    AddUser, Decimal, Deposit, Fault, Operation, Pick, Simulator,
    providers::{
        cryptopocket::Kyc,
        unigox::{self, KycStatus, Profile, WalletType},
    },
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    point::Point,
    program::WEBHOOK_SECRET,
    theirs::{Stage, Theirs},
};

/// The first account of the public development mnemonic, which the stand-in knows as the partner's.
const SIGNING_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// The keys of the stand-in's default.
pub(crate) const POCKET_KEY: &str = "sim_cryptopocket_key";
pub(crate) const POCKET_SECRET: &str = "sim_cryptopocket_secret";

/// Longer than any campaign: nothing ends because time passes.
const WEEK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Shorter than a signature is good for: one that ran out is left to the provider's own end.
const AWAY: Duration = Duration::from_mins(20);

/// Whose adapter is tried, and in which life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Capa,
    CryptoPocket,
    /// The partner's wallet pays, and the payer says that the money arrived.
    Unigox,
    /// The partner's wallet pays, the bank sends the money back, and the wallet has its crypto back.
    UnigoxReturned,
    /// The same with the payer's own wallet.
    UnigoxByWallet,
}

/// Whose adapter is tried, whatever the life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adapter {
    Capa,
    CryptoPocket,
    Unigox,
}

/// A life that every order has. In this order, because a schema is migrated once.
const EVERYWHERE: [Point; 11] = [
    Point::DuringMigration,
    Point::BeforeIntent,
    Point::IntentCommitted,
    Point::CallInFlight,
    Point::AnswerRead,
    Point::CommittedBeforeReply,
    Point::WebhookBeforeInsert,
    Point::WebhookAfterInsert,
    Point::WebhookAcknowledged,
    Point::InsideApply,
    Point::BeforeWake,
];

/// What an order passes that a signature moves.
const SIGNED: [Point; 4] = [
    Point::SignatureMade,
    Point::SignatureStored,
    Point::SignatureInFlight,
    Point::SignatureAnswered,
];

/// What one passes whose payer has the last word.
const CONFIRMED: [Point; 3] = [
    Point::ConfirmationCommitted,
    Point::ConfirmationInFlight,
    Point::ConfirmationAnswered,
];

/// What one passes that a second signature brings back.
const RETURNED: [Point; 4] = [
    Point::RefundMade,
    Point::RefundStored,
    Point::RefundInFlight,
    Point::RefundAnswered,
];

impl Backend {
    pub(crate) fn adapter(self) -> Adapter {
        match self {
            Self::Capa => Adapter::Capa,
            Self::CryptoPocket => Adapter::CryptoPocket,
            Self::Unigox | Self::UnigoxReturned | Self::UnigoxByWallet => Adapter::Unigox,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self.adapter() {
            Adapter::Capa => "capa",
            Adapter::CryptoPocket => "cryptopocket",
            Adapter::Unigox => "unigox",
        }
    }

    /// Every point that an order passes.
    pub(crate) fn points(self) -> Vec<Point> {
        let adoption = [Point::InsideAdoption];
        let authorised = [Point::AuthorisationCommitted];
        match self {
            Self::Capa => [&EVERYWHERE[..], &adoption].concat(),
            // A lost order cannot be told from another: none is adopted.
            Self::CryptoPocket => EVERYWHERE.to_vec(),
            Self::Unigox => [&EVERYWHERE[..], &adoption, &authorised, &SIGNED, &CONFIRMED].concat(),
            // What comes before is that of an order that is paid out.
            Self::UnigoxReturned => RETURNED.to_vec(),
            Self::UnigoxByWallet => [&EVERYWHERE[..], &SIGNED, &RETURNED].concat(),
        }
    }

    /// The points of a short run: all of one provider, and of the others what is theirs alone.
    pub(crate) fn sample(self) -> Vec<Point> {
        match self {
            Self::Capa => self.points(),
            Self::CryptoPocket => vec![Point::IntentCommitted, Point::CallInFlight],
            Self::Unigox => vec![
                Point::SignatureMade,
                Point::SignatureInFlight,
                Point::SignatureAnswered,
                Point::ConfirmationAnswered,
            ],
            Self::UnigoxReturned => vec![Point::RefundInFlight],
            Self::UnigoxByWallet => vec![Point::SignatureInFlight, Point::RefundAnswered],
        }
    }

    /// Whether an order of it ends with its crypto where it came from.
    pub(crate) fn returns(self) -> bool {
        match self {
            Self::Capa | Self::CryptoPocket | Self::Unigox => false,
            Self::UnigoxReturned | Self::UnigoxByWallet => true,
        }
    }

    /// How long a process that died here may be away.
    pub(crate) fn longest_away(point: Point) -> Option<Duration> {
        let is_signed = point == Point::AuthorisationCommitted
            || [&SIGNED[..], &CONFIRMED, &RETURNED]
                .iter()
                .any(|points| points.contains(&point));
        is_signed.then_some(AWAY)
    }

    /// What a price is asked for.
    pub(crate) fn ask(self) -> Value {
        let (token, network, country) = match self.adapter() {
            Adapter::Capa => ("USDC", "POL", "MX"),
            Adapter::CryptoPocket => ("USDC", "POL", "SEPA"),
            Adapter::Unigox => ("USDT", "XAI", "NG"),
        };
        json!({
            "kind": "firm", "token": token, "network": network, "country": country,
            "crypto_amount": "100",
        })
    }

    /// The account that is paid: the providers' own examples.
    pub(crate) fn account(self) -> Value {
        let (country, fields) = match self.adapter() {
            Adapter::Capa => ("MX", json!({ "clabe": "014680260346007120" })),
            Adapter::CryptoPocket => ("SEPA", json!({ "iban": "ES9121000418450200051332" })),
            Adapter::Unigox => (
                "NG",
                json!({ "account_number": "0123456789", "full_name": "Ada Eze" }),
            ),
        };
        json!({ "country": country, "fields": fields })
    }

    /// What the program has to know of the provider besides.
    fn variables(self, url: &str) -> HashMap<&'static str, String> {
        let adapter = match self.adapter() {
            Adapter::Capa => Vec::new(),
            Adapter::CryptoPocket => vec![
                ("CRYPTOPOCKET_BASE_URL", format!("{url}/cryptopocket/api")),
                ("CRYPTOPOCKET_API_KEY", POCKET_KEY.to_owned()),
                ("CRYPTOPOCKET_API_SECRET", POCKET_SECRET.to_owned()),
            ],
            Adapter::Unigox => vec![
                ("UNIGOX_BASE_URL", format!("{url}/unigox")),
                ("UNIGOX_API_KEY", "sim_unigox_key".to_owned()),
                ("UNIGOX_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
            ],
        };
        let wallet = match self {
            Self::Capa | Self::CryptoPocket => Vec::new(),
            Self::Unigox | Self::UnigoxReturned => vec![
                ("UNIGOX_SIGNING_KEY", SIGNING_KEY.to_owned()),
                ("UNIGOX_DAILY_LIMIT", "1000000".to_owned()),
                ("UNIGOX_WALLET_MODE", "partner_wallet".to_owned()),
            ],
            Self::UnigoxByWallet => vec![("UNIGOX_WALLET_MODE", "external_wallet".to_owned())],
        };
        adapter.into_iter().chain(wallet).collect()
    }
}

/// A provider's stand-in on a real socket, whose clock the proxy follows. Clones are the same.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) backend: Backend,
    pub(crate) simulator: Simulator,
    pub(crate) url: String,
}

impl Provider {
    pub(crate) async fn open(backend: Backend) -> Result<Self> {
        let simulator = Simulator::new(
            offramp_simulator::Config::default(),
            offramp_simulator::Clock::system(),
        );
        match backend.adapter() {
            Adapter::Capa => simulator
                .capa()
                .knobs_mut(|knobs| knobs.deposit_limit_ms = WEEK_MS),
            Adapter::CryptoPocket => simulator
                .cryptopocket()
                .knobs_mut(|knobs| knobs.deposit_limit_ms = WEEK_MS),
            Adapter::Unigox => simulator.unigox().knobs_mut(|knobs| {
                knobs.signing_window_ms = WEEK_MS;
                knobs.payment_window_ms = WEEK_MS;
                knobs.confirmation_window_ms = WEEK_MS;
                if backend.returns() {
                    knobs.profile = Profile::BankReturn;
                }
            }),
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(offramp_simulator::run(
            listener,
            simulator.clone(),
            std::future::pending(),
        ));
        Ok(Self {
            backend,
            simulator,
            url,
        })
    }

    /// What the program is told.
    pub(crate) fn variables(&self) -> HashMap<&'static str, String> {
        self.backend.variables(&self.url)
    }

    /// Somebody new who may sell, by the provider's id.
    pub(crate) fn add_user(&self) -> String {
        let Self { simulator, .. } = self;
        match self.backend {
            Backend::Capa => simulator.capa().add_user(AddUser { verified: true }),
            Backend::CryptoPocket => simulator.cryptopocket().add_user(Kyc::Valid).to_string(),
            Backend::Unigox | Backend::UnigoxReturned => simulator
                .unigox()
                .add_user(verified(WalletType::PartnerWallet)),
            Backend::UnigoxByWallet => simulator
                .unigox()
                .add_user(verified(WalletType::ExternalWallet)),
        }
    }

    /// A payer's wallet has crypto.
    pub(crate) fn mint(&self, address: &str) -> Result<()> {
        let amount = Decimal::ONE_THOUSAND;
        self.simulator.unigox().mint(address, "USDT", amount)?;
        Ok(())
    }

    /// Makes the next request for an operation fail.
    pub(crate) fn fault(&self, operation: Operation, fault: Fault) {
        let Self { simulator, .. } = self;
        match self.backend.adapter() {
            Adapter::Capa => simulator.capa().fault(operation, fault, 1),
            Adapter::CryptoPocket => simulator.cryptopocket().fault(operation, fault, 1),
            Adapter::Unigox => simulator.unigox().fault(operation, fault, 1),
        }
    }

    pub(crate) fn clear_faults(&self) {
        self.simulator.capa().clear_faults();
        self.simulator.cryptopocket().clear_faults();
        self.simulator.unigox().clear_faults();
    }

    /// How often an operation was asked for.
    pub(crate) fn requests(&self, operation: Operation) -> u64 {
        let Self { simulator, .. } = self;
        match self.backend.adapter() {
            Adapter::Capa => simulator.capa().requests(operation),
            Adapter::CryptoPocket => simulator.cryptopocket().requests(operation),
            Adapter::Unigox => simulator.unigox().requests(operation),
        }
    }

    /// The provider's books on one user, oldest first.
    pub(crate) fn books(&self, user: &str) -> Vec<Theirs> {
        let Self { simulator, .. } = self;
        let books: Vec<Theirs> = match self.backend.adapter() {
            Adapter::Capa => {
                let books = simulator.capa().transactions();
                books.into_iter().map(Theirs::from).collect()
            }
            Adapter::CryptoPocket => {
                let books = simulator.cryptopocket().orders();
                books.into_iter().map(Theirs::from).collect()
            }
            Adapter::Unigox => {
                let books = simulator.unigox().orders();
                books.into_iter().map(Theirs::from).collect()
            }
        };
        books.into_iter().filter(|one| one.user == user).collect()
    }

    /// The provider's order that waits for this user's crypto, at one of these addresses where it
    /// could have made more than one.
    pub(crate) fn waiting(&self, user: &str, shown: &[String]) -> Result<Option<Theirs>> {
        let is_shown = |theirs: &Theirs| match self.backend.adapter() {
            Adapter::Capa | Adapter::Unigox => true,
            // What a lost create left behind waits for ever, at an address that nobody was shown.
            Adapter::CryptoPocket => theirs
                .address
                .as_ref()
                .is_some_and(|address| shown.contains(address)),
        };
        let mut waiting = self
            .books(user)
            .into_iter()
            .filter(|theirs| theirs.stage == Stage::Waiting && is_shown(theirs));
        let first = waiting.next();
        anyhow::ensure!(waiting.next().is_none(), "two orders wait for crypto");
        Ok(first)
    }

    /// The crypto arrives.
    pub(crate) fn deposit(&self, id: &str) -> Result<()> {
        let Self { simulator, .. } = self;
        match self.backend.adapter() {
            Adapter::Capa => {
                simulator.capa().deposit(id, Deposit::Exact)?;
            }
            Adapter::CryptoPocket => {
                let pick = Pick::Id(id.to_owned());
                simulator.cryptopocket().deposit(pick, Deposit::Exact)?;
            }
            Adapter::Unigox => None.context("crypto arrives by a signature alone")?,
        }
        Ok(())
    }
}

fn verified(wallet_type: WalletType) -> unigox::AddUser {
    unigox::AddUser {
        kyc_status: KycStatus::Verified,
        wallet_type,
    }
}

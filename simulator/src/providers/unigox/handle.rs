//! What a test or the control plane may do to UNIGOX' stand-in, and no partner may.
//!
//! All of it is synchronous and takes effect at once.

use alloy_primitives::Address;
use rust_decimal::Decimal;
use thiserror::Error;

use super::books::{Books, User, WalletType};
use super::chain::Token;
use super::knobs::Knobs;
use super::letters::Letter;
use super::order::{Order, Origin};
use super::post::WebhookView;
use super::profile::Profile;
use super::refusal::{Refusal, Shape};
use super::status::Status;
use super::verification::KycStatus;
use super::views::{OrderView, UserView, WalletView};
use super::{Unigox, new_id};
use crate::config::WebhookTarget;
use crate::fault::{Fault, Operation, Pending};
use crate::providers::common::{Pick, ReleaseOrder};
use crate::world::Pairs;

/// Who is to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddUser {
    /// Where the verification stands.
    pub kyc_status: KycStatus,
    /// Whose crypto they sell.
    pub wallet_type: WalletType,
}

/// There is no such order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no order `{0}`")]
pub struct UnknownOrder(pub String);

/// There is no such user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no user `{0}`")]
pub struct UnknownUser(pub String);

/// The text is no address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no address")]
pub struct BadAddress(pub String);

/// There is no such token on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no token `{0}`: USDC or USDT")]
pub struct UnknownToken(pub String);

/// Why a wallet could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WalletRefused {
    /// The text is no address.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// There is no such token.
    #[error(transparent)]
    Token(#[from] UnknownToken),
}

impl Unigox {
    /// How the switches stand.
    pub fn knobs(&self) -> Knobs {
        self.books().knobs.clone()
    }

    /// Sets every switch.
    pub fn set_knobs(&self, knobs: Knobs) {
        self.knobs_mut(|now| *now = knobs);
    }

    /// Sets some switches.
    pub fn knobs_mut(&self, change: impl FnOnce(&mut Knobs)) {
        self.with_books(|books, _| change(&mut books.knobs));
    }

    /// Makes an operation fail, so many times.
    pub fn fault(&self, operation: Operation, fault: Fault, times: u32) {
        self.inner.faults.switch_on(operation, fault, times);
    }

    /// Makes an operation answer a refusal, in the shape of its endpoint, so many times.
    pub fn refuse_with(&self, operation: Operation, refusal: &Refusal, times: u32) {
        let shape = match operation {
            Operation::Users
            | Operation::Kyc
            | Operation::Accounts
            | Operation::Catalogue
            | Operation::WebhookSettings => Shape::Keyed,
            Operation::Quote
            | Operation::Estimate
            | Operation::Create
            | Operation::Read
            | Operation::List
            | Operation::Parameters
            | Operation::Authorise
            | Operation::Confirm
            | Operation::Cancel
            | Operation::RefundParameters
            | Operation::Refund
            | Operation::Wallet
            | Operation::Execute
            | Operation::Notifications
            | Operation::Notification
            | Operation::Authenticate
            | Operation::Assets
            | Operation::Documents
            | Operation::Subscribe => Shape::Coded,
        };
        let body = refusal.body(shape).to_string();
        let status = refusal.status().as_u16();
        self.fault(operation, Fault::Canned { status, body }, times);
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.inner.faults.clear();
    }

    pub(crate) fn pending_faults(&self) -> Vec<Pending> {
        self.inner.faults.pending()
    }

    /// How often an operation was asked for, whatever the answer.
    pub fn requests(&self, operation: Operation) -> u64 {
        self.inner.faults.requests(operation)
    }

    /// What the last request for an operation called itself, in `x-request-id`.
    pub fn request_id(&self, operation: Operation) -> Option<String> {
        self.inner.faults.request_id(operation)
    }

    /// Moves every rate by so many basis points of where it began. Movements add up.
    pub fn move_rate_bps(&self, by: i32) {
        self.inner.world.move_rates(&Pairs::default(), by);
    }

    /// Adds a user and says its `user_uuid`. The partner's id is `cust-` and the next number.
    pub fn add_user(&self, add: AddUser) -> String {
        self.with_books(|books, now| {
            let number = books.users.len() + 1;
            let reference = format!("cust-{number}");
            let email = format!("{reference}@example.com");
            let mut user = User::new(new_id(), reference, email, add.wallet_type, now);
            user.verification.set(add.kyc_status, now);
            let uuid = user.uuid.clone();
            books.users.push(user);
            uuid
        })
    }

    /// Moves a user's verification on, and sends the webhook that belongs to it.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub fn verify(&self, user_uuid: &str, status: KycStatus) -> Result<UserView, UnknownUser> {
        self.with_books(|books, now| {
            let unknown = || UnknownUser(user_uuid.to_owned());
            let user = books.user_mut(user_uuid).ok_or_else(unknown)?;
            user.verification.set(status, now);
            let letter = Letter::about_verification(user, now);
            books.letters.extend(letter);
            let user = books.user(user_uuid).ok_or_else(unknown)?;
            Ok(books.user_view(user))
        })
    }

    /// Every user, first come first.
    pub fn users(&self) -> Vec<UserView> {
        self.with_books(|books, _| {
            let view = |user: &User| books.user_view(user);
            books.users.iter().map(view).collect()
        })
    }

    /// One user.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub fn user(&self, user_uuid: &str) -> Result<UserView, UnknownUser> {
        self.with_books(|books, _| {
            let user = books.user(user_uuid);
            let user = user.ok_or_else(|| UnknownUser(user_uuid.to_owned()))?;
            Ok(books.user_view(user))
        })
    }

    /// Every order that was made over the API, oldest first: the books.
    pub fn orders(&self) -> Vec<OrderView> {
        self.with_books(|books, _| {
            let view = |order: &Order| books.view(order);
            books.own_orders().map(view).collect()
        })
    }

    /// One order.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn order(&self, pick: impl Into<Pick>) -> Result<OrderView, UnknownOrder> {
        self.change(pick.into(), |_, _| ())
    }

    /// Puts an order into a status, as a person at UNIGOX could; any word will do. What the status
    /// says about the crypto becomes true, and nothing more happens by itself.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn force_status(
        &self,
        pick: impl Into<Pick>,
        status: Status,
    ) -> Result<OrderView, UnknownOrder> {
        self.change(pick.into(), |order, context| order.force(status, context))
    }

    /// Lets an order play something else from where it stands.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn set_profile(
        &self,
        pick: impl Into<Pick>,
        profile: Profile,
    ) -> Result<OrderView, UnknownOrder> {
        self.change(pick.into(), |order, context| order.play(profile, context))
    }

    /// Gives an address so many tokens.
    ///
    /// # Errors
    ///
    /// When the text is no address, or there is no such token.
    pub fn mint(
        &self,
        address: &str,
        token: &str,
        amount: Decimal,
    ) -> Result<WalletView, WalletRefused> {
        let address = parse_address(address)?;
        let token = Token::with_code(token).ok_or_else(|| UnknownToken(token.to_owned()))?;
        Ok(self.with_books(|books, _| {
            books.ledger.add(address, token, amount);
            WalletView::new(address, &books.ledger.wallet(address))
        }))
    }

    /// What an address holds.
    ///
    /// # Errors
    ///
    /// When the text is no address.
    pub fn wallet(&self, address: &str) -> Result<WalletView, BadAddress> {
        let address = parse_address(address)?;
        Ok(self.with_books(|books, _| WalletView::new(address, &books.ledger.wallet(address))))
    }

    /// Every address that ever held anything.
    pub fn wallets(&self) -> Vec<WalletView> {
        self.with_books(|books, _| {
            let wallets = books.ledger.wallets();
            wallets
                .map(|(address, wallet)| WalletView::new(*address, wallet))
                .collect()
        })
    }

    /// The address that the partner signs from.
    pub fn partner_wallet(&self) -> String {
        self.books().partner_wallet.to_checksum(None)
    }

    /// Sends webhooks somewhere else from now on, or nowhere.
    pub fn set_webhook(&self, target: Option<WebhookTarget>) {
        self.inner.post.set_target(target);
    }

    /// The webhooks that were written, oldest first.
    pub fn webhooks(&self) -> Vec<WebhookView> {
        self.with_books(|_, _| ());
        self.inner.post.history()
    }

    /// Sends again every webhook about an order, and says how many that are.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn replay_webhooks(&self, pick: impl Into<Pick>) -> Result<usize, UnknownOrder> {
        let order = self.order(pick)?;
        Ok(self.inner.post.replay(&order.id))
    }

    /// Sends the webhooks that [`WebhookDelivery::Held`](super::WebhookDelivery::Held) held back.
    pub fn release_webhooks(&self, order: ReleaseOrder) {
        self.inner.post.release(order);
    }

    fn change(
        &self,
        pick: Pick,
        act: impl FnOnce(&mut Order, &mut super::progress::Context<'_>),
    ) -> Result<OrderView, UnknownOrder> {
        self.with_books(|books, now| {
            let id = books.pick(pick)?;
            let unknown = || UnknownOrder(id.clone());
            books.change(&id, now, act).ok_or_else(unknown)?;
            let order = books.order(&id).ok_or_else(unknown)?;
            Ok(books.view(order))
        })
    }
}

impl Books {
    /// The orders that were made over the API, oldest first.
    fn own_orders(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders
            .iter()
            .filter(|order| order.origin == Origin::Api)
    }

    fn pick(&self, pick: Pick) -> Result<String, UnknownOrder> {
        match pick {
            Pick::Latest => {
                let latest = self.own_orders().next_back();
                let none = || UnknownOrder("latest".to_owned());
                latest.map(|order| order.id.clone()).ok_or_else(none)
            }
            Pick::Id(id) => Ok(id),
        }
    }
}

fn parse_address(text: &str) -> Result<Address, BadAddress> {
    text.parse().map_err(|_| BadAddress(text.to_owned()))
}

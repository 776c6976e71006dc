//! `POST /createRampoff`: an off-ramp is created (section 7).
//!
//! The checks come in this order: form, mandatory fields, user, verification, asset, limits, payee.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use iban::{Iban, IbanLike};
use rust_decimal::Decimal;

use super::assets::{Asset, Chain, currency};
use super::assumptions::{BANK_NAME, LEAST_TOKENS, MOST_TOKENS, TWO_CHAINS};
use super::books::{Books, Order, Payee, Standing, Turn, User, WrongTokens};
use super::fields::Fields;
use super::knobs::Wallets;
use super::refusal::Refusal;
use super::status::Status;
use super::{CryptoPocket, ids, wire};
use crate::clock::Moment;

/// `POST /createRampoff`. There is neither an idempotency key nor a reference of the caller's.
pub(super) async fn create(State(pocket): State<CryptoPocket>, body: Bytes) -> Response {
    let answer = pocket.with_books(|books, now| {
        let request = Request::read(&body)?;
        let key = String::from_utf8_lossy(&body).into_owned();
        let order = books.check(&request, key.clone(), now)?;
        *books.creates.entry(key).or_default() += 1;
        let answer = wire::CreatedRampoff::new(&order);
        books.orders.push(order);
        Ok(answer)
    });
    pocket.reply(answer)
}

/// A body of the right form with every mandatory field.
struct Request {
    user_id: u64,
    amount: Decimal,
    symbol: String,
    chain: Option<String>,
    fiat: Option<String>,
    iban: Option<String>,
    bank_name: Option<String>,
}

impl Request {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let fields = Fields::read(body)?;
        let text = |name| Ok::<_, Refusal>(fields.text(name)?.map(str::to_owned));
        let chain = match (text("chain")?, text("blockchain")?) {
            (Some(chain), Some(blockchain)) if chain != blockchain => return Err(TWO_CHAINS),
            (chain, blockchain) => chain.or(blockchain),
        };
        let (user_id, amount) = (fields.id("user_id")?, fields.number("amount")?);
        Ok(Self {
            user_id: user_id.ok_or(Refusal::FailMandatoryField)?,
            amount: amount.ok_or(Refusal::FailMandatoryField)?,
            symbol: text("symbol")?.ok_or(Refusal::FailMandatoryField)?,
            chain,
            fiat: text("fiat_symbol")?,
            iban: text("iban")?,
            bank_name: text(BANK_NAME)?,
        })
    }
}

impl Books {
    fn check(&self, request: &Request, create_key: String, now: Moment) -> Result<Order, Refusal> {
        let user = self.user(request.user_id).ok_or(Refusal::UserNotFound)?;
        may_sell(user)?;
        let fiat = fiat(request, user)?;
        let chain = match (&request.chain, fiat) {
            (Some(chain), _) => chain,
            (None, "EUR") => return Err(Refusal::FailMandatoryField),
            (None, _) => Chain::DEFAULT,
        };
        let asset = Asset::find(&request.symbol, chain, self.knobs.assets)?;
        check_amount(request.amount, asset)?;
        let account = account(request, user, fiat)?;
        let id = ids::new_order_id();
        let wallet = match self.knobs.wallets {
            Wallets::PerOrder => ids::wallet(&id),
            Wallets::PerUser => ids::wallet(&user.id.to_string()),
        };
        Ok(Order {
            id,
            user_id: user.id,
            asset,
            amount: request.amount,
            fiat,
            account,
            bank_name: request.bank_name.clone(),
            wallet,
            status: Status::Started,
            history: vec![(now, Status::Started)],
            received: None,
            wrong_tokens: WrongTokens::None,
            rate: None,
            created_at: now,
            completed_at: None,
            due: Some((now.plus(self.knobs.deposit_limit()), Turn::Expire)),
            create_key,
        })
    }
}

fn may_sell(user: &User) -> Result<(), Refusal> {
    match user.standing {
        Standing::Banned => return Err(Refusal::UserBanned),
        Standing::Good | Standing::Reinforced => {}
    }
    if !user.kyc.is_valid() {
        let url = ids::page("kyc", user.id);
        return Err(Refusal::RequireKyc { url });
    }
    match user.standing {
        Standing::Reinforced => Err(Refusal::KycReinforcedRequired),
        Standing::Good | Standing::Banned => Ok(()),
    }
}

/// The currency, which only the example names: without it an IBAN means euros.
fn fiat(request: &Request, user: &User) -> Result<&'static str, Refusal> {
    match (&request.fiat, &request.iban, &user.payee) {
        (Some(named), _, _) => currency(named),
        (None, None, Payee::Registered(account)) => currency(account.country.currency()),
        (None, Some(_), _) | (None, None, Payee::ByIban) => currency("EUR"),
    }
}

fn check_amount(amount: Decimal, asset: Asset) -> Result<(), Refusal> {
    if amount.normalize().scale() > asset.chain.decimals() {
        let most = asset.chain.decimals();
        let problem = format!("The amount field must have at most {most} decimals.");
        return Err(Refusal::invalid("amount", &problem));
    }
    if amount < Decimal::from(LEAST_TOKENS) {
        Err(Refusal::MinAmount)
    } else if amount > Decimal::from(MOST_TOKENS) {
        Err(Refusal::MaxAmount)
    } else {
        Ok(())
    }
}

/// SEPA is paid at the IBAN of the order, everything else at the account of the registration.
fn account(request: &Request, user: &User, fiat: &str) -> Result<String, Refusal> {
    if fiat == "EUR" {
        let iban = request.iban.as_deref().ok_or(Refusal::FailMandatoryField)?;
        let iban: Iban = iban.parse().map_err(|_| Refusal::InvalidIban)?;
        return Ok(iban.electronic_str().to_owned());
    }
    if request.bank_name.is_none() {
        return Err(Refusal::FailMandatoryField);
    }
    match &user.payee {
        Payee::Registered(account) if account.country.currency() == fiat => {
            Ok(account.number.clone())
        }
        Payee::Registered(_) | Payee::ByIban => Err(Refusal::FailMandatoryField),
    }
}

//! `POST /registerUser` and `POST /register/company`: customers become known (sections 5.1, 5.2,
//! 5.5; assumption A-19).

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::assumptions::{
    BANK_ACCOUNT_NUMBER, BANK_ACCOUNT_TYPE, BANK_NAME, COUNTRY, DOCUMENT_NUMBER, DOCUMENT_TYPE,
};
use super::books::{Account, Books, Owner, Payee, Standing, User};
use super::countries::Country;
use super::fields::Fields;
use super::kyc::Kyc;
use super::refusal::Refusal;
use super::{CryptoPocket, wire};

/// Hosts whose addresses last for minutes.
const DISPOSABLE: [&str; 3] = ["mailinator.com", "yopmail.com", "disposable.example"];

/// `POST /registerUser`. `callback_url` is taken and not used.
pub(super) async fn person(State(pocket): State<CryptoPocket>, body: Bytes) -> Response {
    let answer = pocket.with_books(|books, _| {
        let fields = Fields::read(&body)?;
        let name = fields.required("name")?;
        let email = email(&fields)?;
        fields.text("callback_url")?;
        let payee = payee(&fields)?;
        let user = books.register(name, email, payee)?;
        let user = wire::RegisteredUser::new(&user, books.knobs.user_ids);
        Ok(user)
    });
    pocket.reply(answer)
}

/// `POST /register/company`.
pub(super) async fn company(State(pocket): State<CryptoPocket>, body: Bytes) -> Response {
    let answer = pocket.with_books(|books, _| {
        let fields = Fields::read(&body)?;
        let email = email(&fields)?;
        let name = limited(&fields, "company_name", 255)?;
        let user = books.register(name, email, Payee::ByIban)?;
        let company = wire::RegisteredCompany::new(&user, books.knobs.user_ids);
        Ok(company)
    });
    pocket.reply(answer)
}

impl Books {
    fn register(&mut self, name: &str, email: &str, payee: Payee) -> Result<User, Refusal> {
        let host = email.rsplit('@').next().unwrap_or_default();
        if DISPOSABLE.contains(&host) {
            return Err(Refusal::EmailNotAllowed);
        }
        let is_taken = |user: &User| user.email.eq_ignore_ascii_case(email);
        if self.users.iter().any(is_taken) {
            return Err(Refusal::UserAlreadyExists);
        }
        let user = User {
            id: self.next_user_id(),
            owner: Owner::Operator,
            name: name.to_owned(),
            email: email.to_owned(),
            kyc: Kyc::Unused,
            standing: Standing::Good,
            payee,
        };
        self.users.push(user.clone());
        Ok(user)
    }
}

fn email(fields: &Fields) -> Result<&str, Refusal> {
    let email = limited(fields, "email", 254)?;
    let (name, host) = email.split_once('@').unwrap_or_default();
    let is_email = !name.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !email.contains(char::is_whitespace);
    if is_email {
        Ok(email)
    } else {
        Err(Refusal::invalid(
            "email",
            "The email field must be a valid email address.",
        ))
    }
}

fn limited<'a>(fields: &'a Fields, name: &str, most: usize) -> Result<&'a str, Refusal> {
    let text = fields.required(name)?;
    if text.chars().count() <= most {
        Ok(text)
    } else {
        let problem = format!("The {name} field must not be greater than {most} characters.");
        Err(Refusal::invalid(name, &problem))
    }
}

/// Who lives where accounts are registered needs an identification and an account; everybody else
/// gives an IBAN with each order.
fn payee(fields: &Fields) -> Result<Payee, Refusal> {
    let Some(code) = fields.text(COUNTRY)? else {
        return Ok(Payee::ByIban);
    };
    if code.len() != 2 || !code.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(selected(COUNTRY));
    }
    let Some(country) = Country::from_code(code) else {
        return Ok(Payee::ByIban);
    };
    let kind = fields.text(DOCUMENT_TYPE)?;
    let number = fields.text(DOCUMENT_NUMBER)?;
    let account = country.account();
    if account.is_some() || kind.is_some() || number.is_some() {
        let form = country.document(fields.required(DOCUMENT_TYPE)?);
        let form = form.ok_or_else(|| selected(DOCUMENT_TYPE))?;
        if !form.fits(fields.required(DOCUMENT_NUMBER)?) {
            return Err(format_of(DOCUMENT_NUMBER));
        }
    }
    let Some(form) = account else {
        return Ok(Payee::ByIban);
    };
    let bank = fields.required(BANK_NAME)?;
    let number = fields.required(BANK_ACCOUNT_NUMBER)?;
    let kind = fields.required(BANK_ACCOUNT_TYPE)?;
    if !form.fits(number) {
        return Err(format_of(BANK_ACCOUNT_NUMBER));
    }
    Ok(Payee::Registered(Account {
        country,
        bank: bank.to_owned(),
        number: number.to_owned(),
        kind: kind.to_owned(),
    }))
}

fn selected(name: &str) -> Refusal {
    Refusal::invalid(name, &format!("The selected {name} is invalid."))
}

fn format_of(name: &str) -> Refusal {
    Refusal::invalid(name, &format!("The {name} field format is invalid."))
}

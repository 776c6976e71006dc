//! Who is there when the simulator starts: the ids that tests and the demo know by heart.

use super::books::{Account, Owner, Payee, Standing, User};
use super::countries::Country;
use super::kyc::Kyc;

/// Inés, verified, paid by SEPA at the IBAN of each order.
pub const EUROPEAN: u64 = 106;
/// Otto, who has not begun his verification.
pub const UNVERIFIED: u64 = 107;
/// Carlos in Colombia, verified, with an account at Bancolombia.
pub const COLOMBIAN: u64 = 231;
/// María in Mexico, verified, with an account at BBVA.
pub const MEXICAN: u64 = 232;
/// Sofía in Argentina, verified, with an account at Banco Galicia.
pub const ARGENTINE: u64 = 233;
/// Diego in Chile, verified, with an account at Banco de Chile.
pub const CHILEAN: u64 = 234;
/// Rosa in Peru, verified, with an account at BCP.
pub const PERUVIAN: u64 = 235;
/// Somebody of another integration.
pub const ELSEWHERE: u64 = 900;

/// The account numbers have the form of their country and belong to nobody.
pub(super) fn users() -> Vec<User> {
    let registered = |country, bank: &str, number: &str| {
        Payee::Registered(Account {
            country,
            bank: bank.to_owned(),
            number: number.to_owned(),
            kind: "savings".to_owned(),
        })
    };
    let user = |id, name: &str, kyc, payee| User {
        id,
        owner: match id {
            ELSEWHERE => Owner::AnotherIntegration,
            _ => Owner::Operator,
        },
        name: name.to_owned(),
        email: format!("customer-{id}@cobalto.example"),
        kyc,
        standing: Standing::Good,
        payee,
    };
    let colombian = registered(Country::Colombia, "Bancolombia", "12345678901");
    let mexican = registered(Country::Mexico, "BBVA", "012345678902422382");
    let argentine = registered(
        Country::Argentina,
        "Banco Galicia",
        "0070999020000065706080",
    );
    let chilean = registered(Country::Chile, "Banco de Chile", "12345678");
    let peruvian = registered(Country::Peru, "BCP", "00219300123456789012");
    vec![
        user(EUROPEAN, "INES VEGA", Kyc::Valid, Payee::ByIban),
        user(UNVERIFIED, "OTTO BLANCO", Kyc::Unused, Payee::ByIban),
        user(COLOMBIAN, "CARLOS ROJAS", Kyc::Valid, colombian),
        user(MEXICAN, "MARIA CRUZ", Kyc::Valid, mexican),
        user(ARGENTINE, "SOFIA PAZ", Kyc::Valid, argentine),
        user(CHILEAN, "DIEGO SOTO", Kyc::Valid, chilean),
        user(PERUVIAN, "ROSA QUISPE", Kyc::Valid, peruvian),
        user(ELSEWHERE, "NADIE", Kyc::Valid, Payee::ByIban),
    ]
}

//! The bank rules through the public API: published numbers, refusals, and properties of every
//! form.

use std::collections::BTreeSet;

use offramp_domain::bank::{
    Answers, BankDetails, COUNTRIES, Country, CountryCode, Field, FieldError, FieldKey, Input,
    Need, Problem, masked,
};
use proptest::prelude::*;

/// The numbers of a file in `tests/data`, one a line, without its comments.
fn published(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

fn answers(given: &[(FieldKey, &str)]) -> Answers {
    given
        .iter()
        .map(|(key, typed)| (*key, (*typed).to_owned()))
        .collect()
}

fn mexican(clabe: &str) -> Answers {
    answers(&[(FieldKey::Clabe, clabe)])
}

fn dominican() -> Answers {
    answers(&[
        (FieldKey::BankName, "Banreservas"),
        (FieldKey::AccountType, "savings"),
        (FieldKey::AccountNumber, "9601234567"),
        (FieldKey::DocumentType, "cedula"),
        (FieldKey::DocumentIdentifier, "00113918205"),
    ])
}

fn american() -> Answers {
    answers(&[
        (FieldKey::RoutingNumber, "021000021"),
        (FieldKey::AccountNumber, "000123456789"),
        (FieldKey::BankName, "JPMorgan Chase"),
        (FieldKey::HolderType, "individual"),
        (FieldKey::FirstName, "Ana"),
        (FieldKey::LastName, "López"),
        (FieldKey::StreetLine1, "1 Main St"),
        (FieldKey::City, "New York"),
        (FieldKey::PostalCode, "10001"),
        (FieldKey::AddressCountry, "US"),
    ])
}

fn european() -> Answers {
    answers(&[
        (FieldKey::Iban, "DE89370400440532013000"),
        (FieldKey::Bic, "COBADEFFXXX"),
        (FieldKey::BankName, "Commerzbank"),
        (FieldKey::HolderType, "business"),
        (FieldKey::BusinessName, "Müller & Söhne GmbH"),
    ])
}

/// One complete form of every country.
fn complete() -> [(CountryCode, Answers); 4] {
    [
        (CountryCode::Mx, mexican("014680260346007120")),
        (CountryCode::Do, dominican()),
        (CountryCode::Us, american()),
        (CountryCode::Sepa, european()),
    ]
}

fn with(mut answers: Answers, key: FieldKey, typed: &str) -> Answers {
    answers.insert(key, typed.to_owned());
    answers
}

fn without(mut answers: Answers, key: FieldKey) -> Answers {
    answers.remove(key);
    answers
}

#[track_caller]
fn accepted(country: CountryCode, answers: &Answers) -> BankDetails {
    match country.country().accept(answers) {
        Ok(details) => details,
        Err(errors) => panic!("{country:?} refused {answers:?}: {errors:?}"),
    }
}

#[track_caller]
fn refused(country: CountryCode, answers: &Answers, expected: &[(FieldKey, Problem)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|&(key, problem)| FieldError { key, problem })
        .collect();
    match country.country().accept(answers) {
        Ok(_) => panic!("{country:?} accepted {answers:?}, not {expected:?}"),
        Err(errors) => assert_eq!(errors, expected, "{country:?} {answers:?}"),
    }
}

/// The accepted answers, as they would be sent.
fn canonical(details: &BankDetails) -> Answers {
    let fields = details.country().fields.iter();
    fields
        .filter_map(|field| Some((field.key, details.answer(field.key)?.to_owned())))
        .collect()
}

#[test]
fn a_published_clabe_is_accepted_and_names_its_bank() {
    for line in published(include_str!("data/clabes.txt")) {
        let (clabe, bank) = line.split_once(' ').expect("a CLABE and a bank");
        let details = accepted(CountryCode::Mx, &mexican(clabe));
        assert_eq!(details.account(), clabe);
        assert_eq!(details.bank_name().as_deref(), Some(bank), "{clabe}");
        assert_eq!(details.iso_country(), "MX");
    }
}

#[test]
fn the_clabe_of_a_bank_that_is_gone_is_refused_by_its_bank() {
    // The example of Wikipedia's article on the control digit. It holds; Ixe is Banorte since 2013.
    let problem = [(FieldKey::Clabe, Problem::UnknownBank)];
    refused(CountryCode::Mx, &mexican("032180000118359719"), &problem);
    // Stripe's test account.
    refused(CountryCode::Mx, &mexican("000000001234567897"), &problem);
}

#[test]
fn a_number_that_is_no_clabe_is_refused_with_what_it_is() {
    for (typed, problem) in [
        ("", Problem::Required),
        (" \u{A0} ", Problem::Required),
        ("-", Problem::Incomplete),
        ("CLABE:", Problem::Incomplete),
        ("014", Problem::Incomplete),
        ("60346007120", Problem::LocalAccountNumber),
        ("6034600712", Problem::LocalAccountNumber),
        ("4152 3138 0000 0001", Problem::CardNumber),
        ("014680260346007121", Problem::CheckDigit),
        ("014680260346001720", Problem::CheckDigit),
        ("0146802603460071200", Problem::TooLong),
        ("01468026034600712O", Problem::Characters),
        ("ES9121000418450200051332", Problem::Characters),
    ] {
        refused(
            CountryCode::Mx,
            &mexican(typed),
            &[(FieldKey::Clabe, problem)],
        );
    }
}

#[test]
fn a_published_routing_number_is_accepted() {
    for routing in published(include_str!("data/routing_numbers.txt")) {
        let details = accepted(
            CountryCode::Us,
            &with(american(), FieldKey::RoutingNumber, routing),
        );
        assert_eq!(details.answer(FieldKey::RoutingNumber), Some(routing));
        assert_eq!(details.iso_country(), "US");
    }
}

#[test]
fn a_number_that_is_no_routing_number_is_refused() {
    for (typed, problem) in [
        ("", Problem::Required),
        ("0", Problem::Incomplete),
        ("02100002", Problem::Incomplete),
        ("0210000211", Problem::TooLong),
        ("021000022", Problem::CheckDigit),
        ("021000210", Problem::CheckDigit),
        ("500000005", Problem::UnknownBank),
        ("000000000", Problem::UnknownBank),
        ("0210OOO21", Problem::Characters),
    ] {
        let answers = with(american(), FieldKey::RoutingNumber, typed);
        refused(
            CountryCode::Us,
            &answers,
            &[(FieldKey::RoutingNumber, problem)],
        );
    }
}

#[test]
fn the_registry_s_iban_of_every_sepa_country_is_accepted() {
    let mut countries = BTreeSet::new();
    for iban in published(include_str!("data/ibans_in_sepa.txt")) {
        let country = &iban[..2];
        let answers = with(european(), FieldKey::Iban, iban);
        let answers = with(answers, FieldKey::Bic, &format!("AAAA{country}2LXXX"));
        let details = accepted(CountryCode::Sepa, &answers);
        assert_eq!(details.account(), iban);
        assert_eq!(details.iso_country(), country);
        countries.insert(country);
    }
    assert_eq!(countries.len(), 42);
}

#[test]
fn the_registry_s_iban_of_any_other_country_is_outside_sepa() {
    for iban in published(include_str!("data/ibans_outside_sepa.txt")) {
        let answers = with(european(), FieldKey::Iban, iban);
        refused(
            CountryCode::Sepa,
            &answers,
            &[(FieldKey::Iban, Problem::OutsideSepa)],
        );
    }
}

#[test]
fn a_number_that_is_no_iban_is_refused() {
    for (typed, problem) in [
        ("", Problem::Required),
        ("IBAN", Problem::Incomplete),
        ("DE89 3704", Problem::Incomplete),
        ("DE89370400440532013001", Problem::CheckDigit),
        ("DE89370400440532010300", Problem::CheckDigit),
        ("DE893704004405320130001", Problem::TooLong),
        ("DE8937040044053201300?", Problem::Characters),
        ("0532013000", Problem::Characters),
        ("ZZ89370400440532013000", Problem::UnknownCountry),
        ("MX89370400440532013000", Problem::OutsideSepa),
    ] {
        let answers = with(european(), FieldKey::Iban, typed);
        refused(CountryCode::Sepa, &answers, &[(FieldKey::Iban, problem)]);
    }
}

#[test]
fn a_published_bic_is_accepted_beside_an_iban_of_its_country() {
    // ISO 9362 in Wikipedia: Deutsche Bank, Danske Bank, UniCredit.
    for (iban, bic) in [
        ("DE89370400440532013000", "DEUTDEFF"),
        ("DE89370400440532013000", "deut de ff 500"),
        ("DK5000400440116243", "DABADKKK"),
        ("IT60X0542811101000000123456", "UNCRITMM"),
    ] {
        let answers = with(with(european(), FieldKey::Iban, iban), FieldKey::Bic, bic);
        accepted(CountryCode::Sepa, &answers);
    }
}

#[test]
fn a_code_that_is_no_bic_of_the_account_is_refused() {
    for (typed, problem) in [
        ("", Problem::Required),
        ("COBADE", Problem::Incomplete),
        ("COBADEFFX", Problem::Incomplete),
        ("COBADEFFXXXX", Problem::TooLong),
        ("C0BADEFF", Problem::Characters),
        ("COBA-DE-FF!", Problem::Characters),
        ("COBAZZFF", Problem::UnknownCountry),
        // Nedbank in Johannesburg, the third example of the same article.
        ("NEDSZAJJ", Problem::CountryMismatch),
        ("DABADKKK", Problem::CountryMismatch),
    ] {
        let answers = with(european(), FieldKey::Bic, typed);
        refused(CountryCode::Sepa, &answers, &[(FieldKey::Bic, problem)]);
    }
}

#[test]
fn an_account_on_reunion_or_jersey_keeps_its_bank_s_own_country() {
    for (iban, bic) in [
        ("FR1420041010050500013M02606", "AAAARERX"),
        ("GB29NWBK60161331926819", "AAAAJESH"),
        ("MC5811222000010123456789030", "AAAAFRPP"),
    ] {
        let answers = with(with(european(), FieldKey::Iban, iban), FieldKey::Bic, bic);
        let details = accepted(CountryCode::Sepa, &answers);
        assert_eq!(details.iso_country(), &iban[..2]);
    }
}

#[test]
fn an_account_in_french_polynesia_is_not_in_sepa() {
    let answers = with(european(), FieldKey::Iban, "FR1420041010050500013M02606");
    let answers = with(answers, FieldKey::Bic, "AAAAPFTP");
    refused(
        CountryCode::Sepa,
        &answers,
        &[(FieldKey::Bic, Problem::CountryMismatch)],
    );
}

#[test]
fn a_published_dominican_document_is_accepted() {
    for (kind, documents) in [
        ("cedula", include_str!("data/cedulas.txt")),
        ("rnc", include_str!("data/rncs.txt")),
    ] {
        for document in published(documents) {
            let answers = with(dominican(), FieldKey::DocumentType, kind);
            let answers = with(answers, FieldKey::DocumentIdentifier, document);
            let details = accepted(CountryCode::Do, &answers);
            assert_eq!(details.answer(FieldKey::DocumentIdentifier), Some(document));
        }
    }
}

#[test]
fn a_document_that_does_not_fit_its_type_is_refused() {
    for (kind, typed, problem) in [
        ("cedula", "", Problem::Required),
        ("cedula", "0011391820", Problem::Incomplete),
        ("cedula", "001139182050", Problem::TooLong),
        ("cedula", "0011391820x", Problem::Characters),
        ("cedula", "00113918204", Problem::CheckDigit),
        ("cedula", "00000000000", Problem::CheckDigit),
        ("rnc", "12345678", Problem::Incomplete),
        ("rnc", "1234567890", Problem::TooLong),
        ("rnc", "1018A0043", Problem::Characters),
        ("rnc", "101850042", Problem::CheckDigit),
        ("rnc", "112031226", Problem::CheckDigit),
        ("passport", "SC123", Problem::Incomplete),
        ("passport", "SC12345678901", Problem::TooLong),
        ("passport", "SC/12345", Problem::Characters),
    ] {
        let answers = with(dominican(), FieldKey::DocumentType, kind);
        let answers = with(answers, FieldKey::DocumentIdentifier, typed);
        refused(
            CountryCode::Do,
            &answers,
            &[(FieldKey::DocumentIdentifier, problem)],
        );
    }
}

#[test]
fn an_unknown_type_is_reported_instead_of_the_document_behind_it() {
    let problem = [(FieldKey::DocumentType, Problem::NotAChoice)];
    for kind in ["CEDULA", " cedula", "licence"] {
        refused(
            CountryCode::Do,
            &with(dominican(), FieldKey::DocumentType, kind),
            &problem,
        );
    }
    let problem = [(FieldKey::DocumentType, Problem::Required)];
    refused(
        CountryCode::Do,
        &without(dominican(), FieldKey::DocumentType),
        &problem,
    );
}

#[test]
fn a_dominican_account_is_a_local_number_or_the_registry_s_iban() {
    let iban = "DO28BAGR00000001212453611324";
    for (typed, account) in [
        ("960-123456-7", "9601234567"),
        ("DO28 BAGR 0000 0001 2124 5361 1324", iban),
    ] {
        let details = accepted(
            CountryCode::Do,
            &with(dominican(), FieldKey::AccountNumber, typed),
        );
        assert_eq!(details.account(), account);
        assert_eq!(details.iso_country(), "DO");
        assert_eq!(details.bank_name().as_deref(), Some("Banreservas"));
    }
}

#[test]
fn a_dominican_account_of_another_shape_is_refused() {
    for (typed, problem) in [
        ("", Problem::Required),
        ("12345", Problem::Incomplete),
        ("123456789012345678901", Problem::TooLong),
        ("96012345A7", Problem::Characters),
        ("DO28BAGR0000000121245361132", Problem::Incomplete),
        ("DO28BAGR000000012124536113245", Problem::TooLong),
        ("DO29BAGR00000001212453611324", Problem::CheckDigit),
        ("GB29NWBK60161331926819", Problem::Characters),
    ] {
        let answers = with(dominican(), FieldKey::AccountNumber, typed);
        refused(
            CountryCode::Do,
            &answers,
            &[(FieldKey::AccountNumber, problem)],
        );
    }
}

#[test]
fn only_the_dominican_form_suggests_banks_and_accepts_others() {
    for country in COUNTRIES {
        assert_eq!(
            country.suggested_banks().is_empty(),
            country.code != CountryCode::Do
        );
    }
    for bank in CountryCode::Do
        .country()
        .suggested_banks()
        .iter()
        .chain(&["Banco Nuevo"])
    {
        accepted(
            CountryCode::Do,
            &with(dominican(), FieldKey::BankName, bank),
        );
    }
}

#[test]
fn a_person_and_a_business_are_asked_for_different_names() {
    for (country, answers) in [
        (CountryCode::Us, american()),
        (CountryCode::Sepa, european()),
    ] {
        let person = with(answers, FieldKey::HolderType, "individual");
        let person = with(person, FieldKey::FirstName, " María  José ");
        let person = with(person, FieldKey::LastName, "Núñez");
        let person = without(person, FieldKey::BusinessName);
        let details = accepted(country, &person);
        assert_eq!(details.answer(FieldKey::FirstName), Some("María José"));
        assert_eq!(details.answer(FieldKey::BusinessName), None);

        let business = with(person, FieldKey::HolderType, "business");
        refused(
            country,
            &business,
            &[
                (FieldKey::BusinessName, Problem::Required),
                (FieldKey::FirstName, Problem::NotAsked),
                (FieldKey::LastName, Problem::NotAsked),
            ],
        );
    }
}

#[test]
fn a_holder_of_no_known_type_is_refused() {
    let answers = without(without(american(), FieldKey::FirstName), FieldKey::LastName);
    for (typed, problem) in [
        ("", Problem::Required),
        ("Individual", Problem::NotAChoice),
        ("individual ", Problem::NotAChoice),
        ("company", Problem::NotAChoice),
    ] {
        let answers = with(answers.clone(), FieldKey::HolderType, typed);
        refused(
            CountryCode::Us,
            &answers,
            &[(FieldKey::HolderType, problem)],
        );
    }
}

#[test]
fn a_name_that_no_statement_should_show_is_refused() {
    for (typed, problem) in [
        ("", Problem::Required),
        ("42", Problem::Characters),
        ("Ana\u{202E}zepóL", Problem::Characters),
        ("<i>Ana</i>", Problem::Characters),
        ("Ana\u{1B}[31m", Problem::Characters),
        ("\u{200B}", Problem::Characters),
        (&"ñ".repeat(71), Problem::TooLong),
    ] {
        let answers = with(american(), FieldKey::LastName, typed);
        refused(CountryCode::Us, &answers, &[(FieldKey::LastName, problem)]);
    }
    accepted(
        CountryCode::Us,
        &with(american(), FieldKey::LastName, &"ñ".repeat(70)),
    );
    accepted(
        CountryCode::Us,
        &with(american(), FieldKey::LastName, "O’Neill-Şahin"),
    );
}

#[test]
fn the_optional_lines_of_an_address_may_be_missing_but_not_wrong() {
    let answers = with(american(), FieldKey::StreetLine2, "  ");
    assert_eq!(
        accepted(CountryCode::Us, &answers).answer(FieldKey::StreetLine2),
        None
    );
    let answers = with(american(), FieldKey::StreetLine2, "Apt  #4");
    let details = accepted(CountryCode::Us, &answers);
    assert_eq!(details.answer(FieldKey::StreetLine2), Some("Apt #4"));
    let answers = with(american(), FieldKey::State, "<NY>");
    refused(
        CountryCode::Us,
        &answers,
        &[(FieldKey::State, Problem::Characters)],
    );
}

#[test]
fn an_address_may_be_abroad_but_in_a_country() {
    let abroad = with(american(), FieldKey::AddressCountry, "GB");
    let abroad = with(abroad, FieldKey::PostalCode, "sw1a 1aa");
    let details = accepted(CountryCode::Us, &abroad);
    assert_eq!(details.answer(FieldKey::PostalCode), Some("SW1A 1AA"));
    assert_eq!(details.iso_country(), "US");
    for country in ["us", "USA", "XX", "XK"] {
        let answers = with(american(), FieldKey::AddressCountry, country);
        refused(
            CountryCode::Us,
            &answers,
            &[(FieldKey::AddressCountry, Problem::NotAChoice)],
        );
    }
}

#[test]
fn a_form_reports_every_wrong_field_at_once_in_its_own_order() {
    let answers = answers(&[
        (FieldKey::RoutingNumber, "021000022"),
        (FieldKey::AccountNumber, "12x"),
        (FieldKey::HolderType, "business"),
        (FieldKey::FirstName, "Ana"),
        (FieldKey::StreetLine1, "1 Main St"),
        (FieldKey::City, "?"),
        (FieldKey::PostalCode, "1000"),
        (FieldKey::AddressCountry, "US"),
        (FieldKey::Iban, "DE89370400440532013000"),
    ]);
    refused(
        CountryCode::Us,
        &answers,
        &[
            (FieldKey::RoutingNumber, Problem::CheckDigit),
            (FieldKey::AccountNumber, Problem::Characters),
            (FieldKey::BankName, Problem::Required),
            (FieldKey::BusinessName, Problem::Required),
            (FieldKey::City, Problem::Characters),
            (FieldKey::PostalCode, Problem::Incomplete),
            (FieldKey::FirstName, Problem::NotAsked),
            (FieldKey::Iban, Problem::NotAsked),
        ],
    );
}

#[test]
fn an_empty_form_asks_for_everything_it_needs() {
    refused(
        CountryCode::Mx,
        &Answers::new(),
        &[(FieldKey::Clabe, Problem::Required)],
    );
    for country in COUNTRIES {
        let required = country
            .fields
            .iter()
            .filter(|field| field.need == Need::Required);
        let expected: Vec<_> = required
            .map(|field| (field.key, Problem::Required))
            .collect();
        refused(country.code, &Answers::new(), &expected);
    }
}

#[test]
fn the_names_of_the_fields_never_change() {
    for (key, name) in [
        (FieldKey::Clabe, "clabe"),
        (FieldKey::HolderType, "holder_type"),
        (FieldKey::FirstName, "first_name"),
        (FieldKey::LastName, "last_name"),
        (FieldKey::BusinessName, "business_name"),
        (FieldKey::BankName, "bank_name"),
        (FieldKey::AccountNumber, "account_number"),
        (FieldKey::AccountType, "account_type"),
        (FieldKey::DocumentType, "document_type"),
        (FieldKey::DocumentIdentifier, "document_identifier"),
        (FieldKey::RoutingNumber, "routing_number"),
        // serde puts its underscores before capitals only, hence none before the digit.
        (FieldKey::StreetLine1, "street_line1"),
        (FieldKey::StreetLine2, "street_line2"),
        (FieldKey::City, "city"),
        (FieldKey::State, "state"),
        (FieldKey::PostalCode, "postal_code"),
        (FieldKey::AddressCountry, "address_country"),
        (FieldKey::Iban, "iban"),
        (FieldKey::Bic, "bic"),
    ] {
        assert_eq!(serde_json::to_value(key).expect("a key is a string"), name);
        assert_eq!(
            serde_json::from_value::<FieldKey>(name.into()).expect("a known name"),
            key
        );
    }
}

#[test]
fn numbers_are_grouped_as_they_are_printed() {
    for (country, key, canonical, printed) in [
        (
            CountryCode::Mx,
            FieldKey::Clabe,
            "014680260346007120",
            "014 680 26034600712 0",
        ),
        (CountryCode::Mx, FieldKey::Clabe, "0146", "014 6"),
        (
            CountryCode::Do,
            FieldKey::DocumentIdentifier,
            "00113918205",
            "001 1391820 5",
        ),
        (
            CountryCode::Do,
            FieldKey::AccountNumber,
            "9601234567",
            "9601234567",
        ),
        (
            CountryCode::Us,
            FieldKey::RoutingNumber,
            "021000021",
            "021000021",
        ),
        (
            CountryCode::Sepa,
            FieldKey::Iban,
            "NO9386011117947",
            "NO93 8601 1117 947",
        ),
        (
            CountryCode::Sepa,
            FieldKey::Iban,
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
        ),
    ] {
        let field = country
            .country()
            .field(key)
            .expect("a field of the country");
        assert_eq!(field.grouped(canonical), printed);
    }
}

#[test]
fn each_form_asks_a_question_once_and_knows_its_account() {
    for country in COUNTRIES {
        let keys: BTreeSet<_> = country.fields.iter().map(|field| field.key).collect();
        assert_eq!(keys.len(), country.fields.len(), "{:?}", country.code);
        assert!(std::ptr::eq(country.code.country(), country));
    }
    for (country, answers) in complete() {
        assert!(!accepted(country, &answers).account().is_empty());
    }
}

#[test]
fn a_question_that_depends_on_another_names_one_of_its_choices() {
    for country in COUNTRIES {
        for field in country.fields {
            if let Need::When { key, value } = field.need {
                let deciding = country.field(key).map(|field| field.input);
                let known =
                    matches!(deciding, Some(Input::Choice(choices)) if choices.contains(&value));
                assert!(known, "{:?} {:?}", country.code, field.key);
            }
        }
    }
}

#[test]
fn bank_details_in_a_log_tell_nothing() {
    for (country, answers) in complete() {
        let details = accepted(country, &answers);
        let logged = format!("{details:?}");
        for (_, value) in canonical(&details).iter() {
            assert!(!logged.contains(value), "{logged}");
        }
        assert!(details.masked().chars().count() < details.account().chars().count());
        assert_eq!(details.masked(), masked(details.account()));
    }
}

/// One of the published numbers of a file.
fn one_of(text: &'static str) -> impl Strategy<Value = String> {
    let numbers: Vec<_> = published(text)
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    prop::sample::select(numbers)
}

fn a_clabe() -> impl Strategy<Value = String> {
    one_of(include_str!("data/clabes.txt"))
}

fn a_routing_number() -> impl Strategy<Value = String> {
    one_of(include_str!("data/routing_numbers.txt"))
}

fn an_iban() -> impl Strategy<Value = String> {
    one_of(include_str!("data/ibans_in_sepa.txt"))
}

fn a_cedula() -> impl Strategy<Value = String> {
    one_of(include_str!("data/cedulas.txt"))
}

/// Any field of any country.
fn a_field() -> impl Strategy<Value = (&'static Country, &'static Field)> {
    let fields: Vec<_> = COUNTRIES
        .iter()
        .flat_map(|country| country.fields.iter().map(|field| (*country, field)))
        .collect();
    prop::sample::select(fields)
}

/// Text of any script, and text made of what numbers are made of.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9A-Za-z :.-]{0,40}",
        "(IBAN|CLABE|DO|DE|ñ|é|\u{202E}|[0-9]){0,30}"
    ]
}

/// The number with the digit at `index` replaced by one that is `step` further on.
fn with_a_wrong_digit(number: &str, index: usize, step: u32) -> Option<String> {
    let changed = number.chars().enumerate().map(|(position, c)| {
        let digit = c.to_digit(10).filter(|_| position == index);
        digit
            .and_then(|digit| char::from_digit((digit + step) % 10, 10))
            .unwrap_or(c)
    });
    let changed: String = changed.collect();
    (changed != number).then_some(changed)
}

/// The number with the two characters from `index` swapped, and how far apart they were.
fn with_a_swap(number: &str, index: usize) -> Option<(String, u32)> {
    let mut characters: Vec<_> = number.chars().collect();
    let before = characters.get(index)?.to_digit(10)?;
    let after = characters.get(index + 1)?.to_digit(10)?;
    characters.swap(index, index + 1);
    Some((characters.into_iter().collect(), before.abs_diff(after)))
}

fn check(country: CountryCode, key: FieldKey, typed: &str) -> Result<String, Problem> {
    let others = answers(&[(FieldKey::DocumentType, "cedula")]);
    country
        .country()
        .field(key)
        .map_or(Err(Problem::NotAsked), |field| field.check(typed, &others))
}

proptest! {
    #[test]
    fn one_wrong_digit_in_a_clabe_is_refused(
        clabe in a_clabe(),
        index in 0..18_usize,
        step in 1..10_u32,
    ) {
        let wrong = with_a_wrong_digit(&clabe, index, step).expect("all are digits");
        prop_assert_eq!(check(CountryCode::Mx, FieldKey::Clabe, &wrong), Err(Problem::CheckDigit));
    }

    #[test]
    fn swapped_digits_in_a_clabe_are_refused_unless_they_differ_by_five(
        clabe in a_clabe(),
        index in 0..17_usize,
    ) {
        let (wrong, apart) = with_a_swap(&clabe, index).expect("all are digits");
        let refusal = check(CountryCode::Mx, FieldKey::Clabe, &wrong);
        prop_assert_eq!(refusal == Err(Problem::CheckDigit), apart != 0 && apart != 5);
    }

    #[test]
    fn one_wrong_digit_in_a_routing_number_is_refused(
        routing in a_routing_number(),
        index in 0..9_usize,
        step in 1..10_u32,
    ) {
        let wrong = with_a_wrong_digit(&routing, index, step).expect("all are digits");
        let refusal = check(CountryCode::Us, FieldKey::RoutingNumber, &wrong);
        let found = matches!(refusal, Err(Problem::CheckDigit | Problem::UnknownBank));
        prop_assert!(found, "{refusal:?}");
    }

    #[test]
    fn swapped_digits_in_a_routing_number_are_refused_unless_they_differ_by_five(
        routing in a_routing_number(),
        index in 0..8_usize,
    ) {
        let (wrong, apart) = with_a_swap(&routing, index).expect("all are digits");
        let refusal = check(CountryCode::Us, FieldKey::RoutingNumber, &wrong);
        let found = matches!(refusal, Err(Problem::CheckDigit | Problem::UnknownBank));
        prop_assert!(found || apart == 0 || apart == 5, "{refusal:?}");
    }

    #[test]
    fn one_wrong_digit_in_an_iban_is_refused(
        iban in an_iban(),
        index in 2..31_usize,
        step in 1..10_u32,
    ) {
        if let Some(wrong) = with_a_wrong_digit(&iban, index, step) {
            let refusal = check(CountryCode::Sepa, FieldKey::Iban, &wrong);
            prop_assert_eq!(refusal, Err(Problem::CheckDigit));
        }
    }

    #[test]
    fn swapped_digits_in_an_iban_are_refused(iban in an_iban(), index in 2..30_usize) {
        if let Some((wrong, apart)) = with_a_swap(&iban, index) {
            let refusal = check(CountryCode::Sepa, FieldKey::Iban, &wrong);
            prop_assert_eq!(refusal == Err(Problem::CheckDigit), apart != 0);
        }
    }

    #[test]
    fn one_wrong_digit_in_a_cedula_is_refused(
        cedula in a_cedula(),
        index in 0..11_usize,
        step in 1..10_u32,
    ) {
        let wrong = with_a_wrong_digit(&cedula, index, step).expect("all are digits");
        let refusal = check(CountryCode::Do, FieldKey::DocumentIdentifier, &wrong);
        prop_assert_eq!(refusal, Err(Problem::CheckDigit));
    }

    #[test]
    fn swapped_digits_in_a_cedula_are_refused_unless_they_are_zero_and_nine(
        cedula in a_cedula(),
        index in 0..10_usize,
    ) {
        let (wrong, apart) = with_a_swap(&cedula, index).expect("all are digits");
        let refusal = check(CountryCode::Do, FieldKey::DocumentIdentifier, &wrong);
        prop_assert_eq!(refusal == Err(Problem::CheckDigit), apart != 0 && apart != 9);
    }

    #[test]
    fn no_text_makes_a_field_panic(
        (country, field) in a_field(),
        typed in typed(),
        other in typed(),
    ) {
        let complete = complete();
        for (key, _) in complete.iter().flat_map(|(_, answers)| answers.iter()) {
            let others = answers(&[(key, &other), (field.key, &typed)]);
            let _ = field.check(&typed, &others);
            let _ = field.is_asked(&others);
            let _ = country.bank_name(&others);
            let _ = country.accept(&others);
        }
    }

    #[test]
    fn what_a_field_accepts_it_accepts_again_unchanged((_, field) in a_field(), typed in typed()) {
        for others in complete().map(|(_, answers)| answers) {
            if let Ok(canonical) = field.check(&typed, &others) {
                prop_assert_eq!(field.check(&canonical, &others), Ok(canonical.clone()));
            }
        }
    }

    #[test]
    fn a_field_that_is_needed_never_accepts_nothing((_, field) in a_field(), typed in typed()) {
        for others in complete().map(|(_, answers)| answers) {
            if let Ok(canonical) = field.check(&typed, &others) {
                prop_assert!(!canonical.is_empty() || field.need == Need::Optional);
            }
        }
    }

    #[test]
    fn grouping_only_adds_spaces((_, field) in a_field(), typed in typed()) {
        prop_assert_eq!(field.grouped(&typed).replace(' ', ""), typed.replace(' ', ""));
    }

    #[test]
    fn what_was_grouped_is_read_back(iban in an_iban(), clabe in a_clabe(), cedula in a_cedula()) {
        for (country, key, number) in [
            (CountryCode::Sepa, FieldKey::Iban, iban),
            (CountryCode::Mx, FieldKey::Clabe, clabe),
            (CountryCode::Do, FieldKey::DocumentIdentifier, cedula),
        ] {
            let grouped = country.country().field(key).map(|field| field.grouped(&number));
            let grouped = grouped.unwrap_or_default();
            prop_assert_eq!(check(country, key, &grouped), Ok(number));
        }
    }

    #[test]
    fn an_accepted_form_is_accepted_again_unchanged(
        iban in an_iban(),
        routing in a_routing_number(),
        clabe in a_clabe(),
        name in "[ a-zñÁ.'-]{0,15}[a-z][ A-Zü]{0,15}",
    ) {
        let in_new_york = with(american(), FieldKey::RoutingNumber, &routing);
        let bic = format!("aaaa{}2l", &iban[..2]);
        let at_the_bank = with(with(european(), FieldKey::Iban, &iban), FieldKey::Bic, &bic);
        for (country, form) in [
            (CountryCode::Mx, mexican(&clabe)),
            (CountryCode::Do, with(dominican(), FieldKey::BankName, &name)),
            (CountryCode::Us, with(in_new_york, FieldKey::City, &name)),
            (CountryCode::Sepa, with(at_the_bank, FieldKey::BusinessName, &name)),
        ] {
            let first = canonical(&accepted(country, &form));
            let again = canonical(&accepted(country, &first));
            prop_assert_eq!(first, again);
        }
    }
}

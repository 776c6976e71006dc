//! Marked values go through everything there is, and turn up nowhere they should not be: in no
//! answer, in no line of the log, and not in the database.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::Method;
use offramp_proxy::logging::{self, Format};
use offramp_simulator::{AddUser, Deposit, Fault, Operation, Refusal, providers::capa::seed};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tracing::{Dispatch, subscriber::DefaultGuard};
use tracing_subscriber::EnvFilter;

use crate::support::{
    Answer, Bench, CLABE, HASH, ORIGIN, Outcome, PARTNER, PROVIDER_KEY, Shopper, WEBHOOK_SECRET,
    receiver::Receiver,
    session,
    shopper::{self, ask, confirm, confirm_to},
    with,
};

const IBAN: &str = "DE89370400440532013000";
const US_ACCOUNT: &str = "000123456789";
const DO_ACCOUNT: &str = "1234567890";
const CEDULA: &str = "00113918205";
const WRONG_CLABE: &str = "014680260346007121";

/// Numbers of accounts and documents.
const NUMBERS: [&str; 6] = [CLABE, IBAN, US_ACCOUNT, DO_ACCOUNT, CEDULA, WRONG_CLABE];

/// Names of people, as they are sent to us or by the provider.
const NAMES: [&str; 5] = [
    "Zacarias",
    "Quetzalcoatl",
    "Planted GmbH",
    "SATOSHI",
    "Olga Planted",
];

const KEYS: [&str; 3] = [PROVIDER_KEY, WEBHOOK_SECRET, PARTNER];

/// Everything that is written to the log.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens to this test's thread, to the last detail of the proxy's own.
    ///
    /// `tracing` takes a lone subscriber for one that listens to every thread, and forgets what is
    /// first said on another; beside a second one it asks each.
    pub(super) fn listen(&self) -> (DefaultGuard, Dispatch) {
        self.listen_as(Format::Text)
    }

    pub(super) fn listen_as(&self, format: Format) -> (DefaultGuard, Dispatch) {
        let second = Dispatch::new(tracing_subscriber::registry());
        let log = self.clone();
        let filter = EnvFilter::new("debug,offramp_proxy=trace,offramp_simulator=off");
        let subscriber = logging::subscriber(format, filter, move || log.clone());
        (tracing::subscriber::set_default(subscriber), second)
    }

    pub(super) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything in the database, as text where it can be.
fn database(bench: &Bench) -> Outcome<String> {
    let contents = bench.database().contents()?;
    Ok(String::from_utf8_lossy(&contents).into_owned())
}

#[track_caller]
pub(super) fn has_none_of<'a>(
    text: &str,
    where_: &str,
    planted: impl IntoIterator<Item = &'a str>,
) {
    for value in planted {
        let found = text.find(value).map(|at| {
            let from = text.floor_char_boundary(at.saturating_sub(200));
            let to = text.floor_char_boundary((at + 200).min(text.len()));
            text.get(from..to).unwrap_or_default()
        });
        assert_eq!(found, None, "{value} is in {where_}");
    }
}

fn accounts() -> [(&'static str, Value); 4] {
    let account = |country, fields: Value| {
        (
            country,
            json!({ "kind": "bank_account", "country": country, "fields": fields }),
        )
    };
    [
        account("MX", json!({ "clabe": CLABE })),
        account(
            "DO",
            json!({
                "account_number": DO_ACCOUNT, "bank_name": "Banco Popular",
                "account_type": "savings", "document_type": "cedula",
                "document_identifier": CEDULA,
            }),
        ),
        account(
            "US",
            json!({
                "account_number": US_ACCOUNT, "routing_number": "021000021",
                "bank_name": "Chase", "holder_type": "individual", "first_name": "Zacarias",
                "last_name": "Quetzalcoatl", "street_line1": "1 Main St", "city": "New York",
                "postal_code": "10001", "address_country": "US",
            }),
        ),
        account(
            "SEPA",
            json!({
                "iban": IBAN, "bic": "COBADEFFXXX", "bank_name": "Commerzbank",
                "holder_type": "business", "business_name": "Planted GmbH",
            }),
        ),
    ]
}

/// One order to each kind of account, with a report, to its end.
async fn pay_everybody(bench: &Bench, ana: &Shopper<'_>) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::new();
    for (country, account) in accounts() {
        let quote = ana
            .quote(&with(ask("firm", "100"), "country", json!(country)))
            .await?;
        let created = ana.create(&confirm_to(&quote, &account)).await?;
        let id = created.order_id()?;
        answers.push(ana.report(&id, &json!({})).await?);
        bench.settle().await?;
        bench.capa().deposit("latest", Deposit::Exact)?;
        bench.pass_in_steps(Duration::from_secs(5), 4).await?;
        answers.extend([quote, created, ana.order(&id).await?]);
    }
    Ok(answers)
}

/// Requests that are refused, each with something in it that should not come back.
async fn be_refused(bench: &Bench, ana: &Shopper<'_>) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::new();
    let quote = ana.firm("100").await?;
    let fields = [
        json!({ "clabe": WRONG_CLABE }),
        json!({ "clabe": CLABE, "first_name": "Zacarias" }),
        json!({ "account": CLABE }),
        json!({ "clabe": ["Quetzalcoatl", CLABE] }),
    ];
    for fields in fields {
        let account = json!({ "kind": "bank_account", "country": "MX", "fields": fields });
        answers.push(ana.create(&confirm_to(&quote, &account)).await?);
    }
    for body in [
        format!("{{\"destination\": \"{CLABE}"),
        format!("{{\"quote_id\": {CLABE}, \"min_fiat_amount\": \"{IBAN}\"}}"),
    ] {
        let ask = ana
            .ask(Method::POST, "/v1/orders")
            .header("idempotency-key", shopper::new_key())
            .header("content-type", "application/json");
        answers.push(ask.body(body).await?);
    }
    for path in [
        format!("/v1/orders/{CLABE}"),
        format!("/v1/{IBAN}"),
        format!("/v1/orders?cursor={CLABE}"),
        format!("/webhooks/{CLABE}"),
    ] {
        answers.push(ana.ask(Method::GET, &path).send().await?);
    }
    let named = ana.ask(Method::GET, "/v1/checkout");
    answers.push(named.header("x-request-id", CLABE).send().await?);
    let wrong_token = bench
        .get("/v1/checkout")
        .bearer(&format!("{}x", ana.token))
        .origin(ORIGIN)
        .send()
        .await?;
    answers.push(wrong_token);
    Ok(answers)
}

/// Every way in which the provider fails or refuses.
async fn be_failed(bench: &Bench) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::new();
    let faults = [
        Fault::ResetBefore,
        Fault::ServerErrorBefore,
        Fault::MalformedJson,
        Fault::WrongType,
        Fault::BadGateway,
        Fault::RateLimited,
        Fault::Canned {
            status: 400,
            body: json!({ "code": format!("NO {CLABE}"), "message": "Zacarias" }).to_string(),
        },
    ];
    for fault in faults {
        let ana = bench.luis().await?;
        bench.capa().fault(Operation::Quote, fault.clone(), 1);
        answers.push(ana.firm("100").await?);
        bench.capa().fault(Operation::Create, fault.clone(), 1);
        let created = ana.buy("100").await?;
        bench.capa().fault(Operation::List, fault.clone(), 2);
        bench.pass_in_steps(Duration::from_secs(10), 3).await?;
        bench.pass_in_steps(Duration::from_mins(2), 4).await?;
        let id = created.order_id()?;
        bench.capa().fault(Operation::Execute, fault.clone(), 1);
        answers.push(ana.report(&id, &json!({ "tx_hash": null })).await?);
        bench.settle().await?;
        bench.capa().fault(Operation::Cancel, fault, 1);
        bench.pass_in_steps(Duration::from_secs(20), 4).await?;
        answers.push(ana.cancel(&id).await?);
        bench.pass_in_steps(Duration::from_mins(1), 2).await?;
        answers.extend([created, ana.order(&id).await?]);
        bench.capa().clear_faults();
    }
    bench
        .capa()
        .refuse_with(Operation::Create, &Refusal::InvalidInput, 1);
    answers.push(bench.luis().await?.buy("100").await?);
    Ok(answers)
}

/// Webhooks with names, good and bad.
async fn be_told(bench: &Bench) -> Outcome<Vec<Answer>> {
    let id = bench.capa().transaction("latest")?.id;
    let body = json!({
        "type": "TRANSACTION", "event": "COMPLETED_OFF_RAMP", "externalUserId": "cust-1",
        "transactionId": id, "firstName": "SATOSHI", "lastName": "Quetzalcoatl",
        "accountNumber": CLABE,
    })
    .to_string();
    let signed = crate::support::provider::sign(body.as_bytes());
    let answers = vec![
        bench.webhook_with(&body, &signed).await?,
        bench.webhook_with(&body, "00").await?,
        bench.webhook_with(&body[..40], &signed).await?,
    ];
    bench.settle().await?;
    Ok(answers)
}

#[tokio::test]
async fn marked_values_turn_up_nowhere_they_should_not_be() -> Outcome {
    are_nowhere(Format::Text).await
}

#[tokio::test]
async fn marked_values_turn_up_nowhere_in_a_log_for_machines() -> Outcome {
    are_nowhere(Format::Json).await
}

async fn are_nowhere(format: Format) -> Outcome {
    let log = Log::default();
    let listening = log.listen_as(format);
    let backend = Receiver::start().await?;
    let theirs = backend.clone();
    let bench = Bench::with(move |config, _| theirs.is_told(config)).await?;
    let receiver = json!({ "id": seed::RECEIVER, "name": "Olga Planted" });
    let opened = with(session("cust-1", seed::CUST_1), "receiver", receiver);
    let with_receiver = bench.shopper_with(&opened).await?;
    let user = bench.capa().add_user(AddUser { verified: true });
    let mut answers = vec![
        bench.open_session(&session("cust-1", &user)).await?,
        bench
            .open_session(&with(opened.clone(), "x", json!("Zacarias")))
            .await?,
    ];
    let ana = bench.ana().await?;
    answers.push(ana.checkout().await?);
    answers.extend(be_refused(&bench, &ana).await?);
    answers.extend(pay_everybody(&bench, &ana).await?);
    answers.extend(be_told(&bench).await?);
    answers.extend(be_failed(&bench).await?);
    let luis = bench.luis().await?;
    answers.push(luis.ask(Method::GET, "/v1/orders").send().await?);
    answers.push(bench.get("/v1/orders").bearer(PARTNER).send().await?);
    answers.push(bench.get("/openapi.json").send().await?);
    // Whose name it is may see it.
    let own = with_receiver.checkout().await?;
    assert!(own.text.contains("Olga Planted"));

    let tokens = [&with_receiver.token, &ana.token, &luis.token].map(String::as_str);
    let users = [seed::CUST_1, seed::CUST_2, user.as_str(), seed::RECEIVER];
    assert!(answers.len() > 60, "{}", answers.len());
    for answer in &answers {
        let shown = format!("{:?} {}", answer.headers, answer.text);
        has_none_of(&shown, "an answer", NUMBERS);
        has_none_of(&shown, "an answer", NAMES);
        has_none_of(&shown, "an answer", KEYS);
        has_none_of(&shown, "an answer", users);
        has_none_of(&shown, "an answer", tokens);
    }

    bench.settle().await?;
    let heard = backend.heard();
    assert!(heard.len() > 20, "{}", heard.len());
    let told: String = heard.iter().map(|heard| heard.text.as_str()).collect();
    let page = bench.metrics().await?;
    assert!(page.contains("operation=\"execute\""), "{page}");
    for (text, where_) in [(&told, "a notification"), (&page, "the metrics")] {
        has_none_of(text, where_, NUMBERS);
        has_none_of(text, where_, NAMES);
        has_none_of(text, where_, KEYS);
        has_none_of(text, where_, users);
        has_none_of(text, where_, tokens);
    }
    has_none_of(&page, "the metrics", [HASH, "ord_", "cust-"]);

    let written = log.text();
    assert!(written.contains("execute was taken"), "the log was heard");
    assert!(written.len() > 10_000, "{}", written.len());
    has_none_of(&written, "the log", NUMBERS);
    has_none_of(&written, "the log", NAMES);
    has_none_of(&written, "the log", KEYS);
    has_none_of(&written, "the log", users);
    has_none_of(&written, "the log", tokens);
    has_none_of(&written, "the log", [HASH]);
    drop(listening);

    let stored = database(&bench)?;
    assert!(stored.contains("awaiting_deposit"), "the database was read");
    has_none_of(&stored, "the database", NUMBERS);
    has_none_of(&stored, "the database", NAMES);
    has_none_of(&stored, "the database", KEYS);
    has_none_of(&stored, "the database", tokens);
    Ok(())
}

#[tokio::test]
async fn a_token_is_stored_as_its_hash() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let resume = created.order()["resume_token"].as_str().unwrap_or_default();
    let stored = database(&bench)?;
    let hash = offramp_proxy::secrets::token_hash(&ana.token);
    assert!(stored.contains(&hash));
    has_none_of(&stored, "the database", [ana.token.as_str(), resume]);
    has_none_of(&stored, "the database", ana.token.strip_prefix("ofs_"));
    Ok(())
}

#[tokio::test]
async fn a_bank_number_cannot_be_guessed_from_the_hash_of_a_request() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let body = confirm(&ana.firm("100").await?);
    assert_eq!(ana.create(&body).await?.status, 201);
    let plain = data_encoding::HEXLOWER.encode(&Sha256::digest(body.to_string()));
    let kept = database(&bench)?;
    assert!(kept.contains("POST /v1/orders"), "the key is kept");
    has_none_of(&kept, "the database", [plain.as_str()]);
    Ok(())
}

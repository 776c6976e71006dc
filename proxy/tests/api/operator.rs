//! What a person does about an order that needs one: compare, and settle by what was found out.

use std::{process::Command, time::Duration};

use offramp_proxy::{
    engine::resolve::{Finding, Unresolved, Word},
    provider::ProviderRef,
    store::OrderRecord,
};
use offramp_simulator::{Deposit, Fault, Operation, Status};
use sqlx::{AnyPool, Row as _};

use super::lost::{look_alike, lose};
use crate::support::{Bench, HASH, ORIGIN, Outcome, PARTNER, PROVIDER_KEY, Shopper};

const MINUTE: Duration = Duration::from_mins(1);

async fn resolve(bench: &Bench, id: &str, finding: Finding) -> Result<OrderRecord, Unresolved> {
    let word = Word {
        by: "grace".to_owned(),
        note: None,
    };
    bench.engine.resolve(id, &finding, &word).await
}

fn adopt(reference: &str) -> Finding {
    Finding::Adopt(ProviderRef(reference.to_owned()))
}

/// Why an order was left as it is.
async fn refusal(bench: &Bench, id: &str, finding: Finding) -> Outcome<String> {
    let before = bench.record(id).await?;
    let refused = resolve(bench, id, finding).await;
    assert_eq!(bench.record(id).await?, before, "nothing has changed");
    let refusal = refused.err().ok_or("it was settled")?;
    Ok(refusal.to_string())
}

/// An order whose create got no answer, and of which the provider has two that look alike.
async fn doubtful(bench: &Bench, ana: &Shopper<'_>) -> Outcome<(String, String)> {
    let id = lose(bench, ana, Fault::ServerErrorAfter).await?;
    let first = bench.capa().transaction("latest")?.id;
    bench.provider_post("/off-ramp", &look_alike()).await?;
    bench.pass_secs(2).await?;
    assert_eq!(ana.order(&id).await?.state(), "attention");
    Ok((id, first))
}

#[tokio::test]
async fn the_right_one_of_two_is_adopted_by_hand() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let (id, theirs) = doubtful(&bench, &ana).await?;
    let settled = resolve(&bench, &id, adopt(&theirs)).await?;
    assert_eq!(settled.reference.as_deref(), Some(theirs.as_str()));
    let order = ana.order(&id).await?;
    assert_eq!(order.state(), "awaiting_deposit");
    let transaction = bench.capa().transaction(&*theirs)?;
    assert_eq!(order.address(), Some(transaction.address.as_str()));
    bench.capa().deposit(&*theirs, Deposit::Exact)?;
    bench.pass_in_steps(MINUTE, 5).await?;
    assert_eq!(ana.order(&id).await?.state(), "completed");
    Ok(())
}

#[tokio::test]
async fn what_was_settled_is_on_the_audit_trail() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let (id, theirs) = doubtful(&bench, &ana).await?;
    resolve(&bench, &id, adopt(&theirs)).await?;
    let database = AnyPool::connect(&bench.database().url()).await?;
    let row =
        sqlx::query("SELECT note FROM order_events WHERE order_id = $1 AND kind = 'resolved'")
            .bind(&id)
            .fetch_one(&database)
            .await?;
    let note: String = row.try_get("note")?;
    assert_eq!(note, format!("grace: adopt {theirs}"));
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_not_adopted() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let other = luis.open_order().await?;
    let of_luis = bench.capa().transaction("latest")?.id;
    let (id, theirs) = doubtful(&bench, &ana).await?;
    assert_eq!(
        refusal(&bench, &id, adopt(&of_luis)).await?,
        format!("{of_luis} belongs to {other}")
    );
    assert_eq!(
        refusal(&bench, &id, adopt("no-such-transaction")).await?,
        "the provider could not be asked"
    );
    bench.capa().fault(Operation::List, Fault::BadGateway, 1);
    assert_eq!(
        refusal(&bench, &id, adopt(&theirs)).await?,
        "the provider could not be asked"
    );
    bench
        .answer_list_with("cryptoAmount", serde_json::json!(99))
        .await?;
    let latest = bench.capa().transaction("latest")?.id;
    assert_eq!(
        refusal(&bench, &id, adopt(&latest)).await?,
        "the provider's order differs in its crypto amount"
    );
    Ok(())
}

#[tokio::test]
async fn an_order_that_the_provider_never_made_lets_its_payer_go_on() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let (id, _) = doubtful(&bench, &ana).await?;
    bench.capa().fault(Operation::List, Fault::BadGateway, 1);
    assert_eq!(
        refusal(&bench, &id, Finding::NotCreated).await?,
        "the provider could not be asked"
    );
    assert_eq!(
        refusal(&bench, &id, Finding::NotCreated).await?,
        "the provider has an order that fits: adopt it, or have it cancelled there first"
    );
    for theirs in bench.capa().transactions() {
        bench.capa().force_status(&*theirs.id, Status::Cancelled)?;
    }
    resolve(&bench, &id, Finding::NotCreated).await?;
    let order = ana.order(&id).await?;
    assert_eq!(order.stands(), ("failed", "payer"));
    assert_eq!(order.reason(), "not_created");
    assert_eq!(ana.buy("50").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn an_order_for_which_nothing_was_sent_is_called_off() -> Outcome {
    let bench = Bench::patient().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.pass_in_steps(MINUTE, 61).await?;
    assert_eq!(ana.order(&id).await?.reason(), "deposit_missing");
    resolve(&bench, &id, Finding::NothingArrived).await?;
    assert_eq!(
        ana.order(&id).await?.state(),
        "attention",
        "until it is answered"
    );
    bench.settle().await?;
    assert_eq!(ana.order(&id).await?.stands(), ("expired", "payer"));
    assert_eq!(
        bench.capa().transaction("latest")?.status,
        Status::Cancelled
    );
    assert_eq!(bench.ana().await?.buy("50").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn an_order_that_the_provider_ended_does_not_block_its_payer_for_ever() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().force_status("latest", Status::Expired)?;
    bench.pass(MINUTE).await?;
    assert_eq!(ana.order(&id).await?.reason(), "deposit_missing");
    assert_eq!(ana.buy("50").await?.refusal(), (409, "order_open"));
    resolve(&bench, &id, Finding::NothingArrived).await?;
    assert_eq!(ana.order(&id).await?.stands(), ("expired", "payer"));
    assert_eq!(ana.buy("50").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn crypto_that_arrived_is_not_called_nothing() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    bench
        .capa()
        .force_status("latest", Status::CryptoReceived)?;
    bench.pass(MINUTE).await?;
    bench.capa().force_status("latest", Status::Pending)?;
    bench.pass(MINUTE).await?;
    assert_eq!(ana.order(&id).await?.reason(), "deposit_missing");
    let refusal = refusal(&bench, &id, Finding::NothingArrived).await?;
    assert_eq!(refusal, "the provider has crypto for it (PENDING)");
    Ok(())
}

#[tokio::test]
async fn crypto_that_went_back_is_refunded_by_its_transfer() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.reported_order().await?;
    bench.capa().force_status("latest", Status::Expired)?;
    bench.pass(MINUTE).await?;
    assert_eq!(
        refusal(&bench, &id, Finding::StillHeld).await?,
        "the provider was never seen to have crypto for it, and no signature was handed in"
    );
    assert_eq!(
        refusal(&bench, &id, Finding::Returned("0x12".to_owned())).await?,
        "this is not the hash of a transfer on POL"
    );
    resolve(&bench, &id, Finding::Returned(HASH.to_owned())).await?;
    let order = ana.order(&id).await?;
    assert_eq!(order.stands(), ("refunded", "returned"));
    assert_eq!(order.order()["refund"]["tx_hash"], HASH);
    assert_eq!(ana.buy("50").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn what_needs_nobody_is_left_alone() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let id = ana.open_order().await?;
    for finding in [
        adopt("t-1"),
        Finding::NotCreated,
        Finding::NothingArrived,
        Finding::Returned(HASH.to_owned()),
        Finding::StillHeld,
    ] {
        assert_eq!(
            refusal(&bench, &id, finding).await?,
            "it is awaiting_deposit: only an order in attention, or a failed one whose crypto is \
             nobody knows where, is settled by hand"
        );
    }
    let absent = resolve(&bench, "ord_x", Finding::NotCreated).await;
    assert!(matches!(absent, Err(Unresolved::NoSuchOrder)), "{absent:?}");
    Ok(())
}

#[tokio::test]
async fn books_that_agree_have_no_difference() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let paid = ana.reported_order().await?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    bench.pass_in_steps(MINUTE, 5).await?;
    assert_eq!(ana.order(&paid).await?.state(), "completed");
    ana.cancel(&ana.open_order().await?).await?;
    luis.open_order().await?;
    let found = bench
        .engine
        .reconcile(bench.now().minus(MINUTE * 60))
        .await?;
    assert_eq!(found.differences, []);
    assert_eq!((found.compared, found.unread.len()), (3, 0));
    assert!(found.unlisted.is_empty(), "{:?}", found.unlisted);
    Ok(())
}

#[tokio::test]
async fn every_difference_is_named() -> Outcome {
    let bench = Bench::start().await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    let (lost, _) = doubtful(&bench, &ana).await?;
    let open = luis.open_order().await?;
    let theirs = bench.capa().transaction("latest")?.id;
    bench
        .capa()
        .force_status("latest", Status::CryptoReceived)?;
    let found = bench.engine.reconcile(bench.now().minus(MINUTE)).await?;
    let lines: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
    assert!(
        lines.contains(&format!(
            "{lost}\t-\tit is not known what became of its create"
        )),
        "{lines:?}"
    );
    assert!(
        lines.contains(&format!(
            "{open}\t{theirs}\tit is awaiting_deposit here and CRYPTO_RECEIVED there"
        )),
        "{lines:?}"
    );
    let strays = lines
        .iter()
        .filter(|line| line.ends_with("only the provider has it (PENDING)"));
    assert_eq!(strays.count(), 2, "{lines:?}");
    assert_eq!(lines.len(), 4, "{lines:?}");
    Ok(())
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_said() -> Outcome {
    let bench = Bench::start().await?;
    bench.ana().await?.open_order().await?;
    bench.capa().fault(Operation::List, Fault::BadGateway, 10);
    let found = bench.engine.reconcile(bench.now().minus(MINUTE)).await?;
    assert_eq!((found.differences.len(), found.unread.len()), (0, 1));
    Ok(())
}

/// The real program, as an operator runs it beside a proxy that serves.
fn program(bench: &Bench, arguments: &[&str]) -> Outcome<(Option<i32>, String)> {
    let provider = bench.provider_origin();
    let output = Command::new(env!("CARGO_BIN_EXE_offramp-proxy"))
        .args(arguments)
        .env_clear()
        .env("OFFRAMP_SECRET_KEY", PARTNER)
        .env("OFFRAMP_ALLOWED_ORIGINS", ORIGIN)
        .env("OFFRAMP_DATABASE_URL", bench.database().url())
        .env("OFFRAMP_CLOCK_URL", format!("{provider}/_sim/clock"))
        .env("OFFRAMP_LOG", "error")
        .env("CAPA_BASE_URL", &provider)
        .env("CAPA_API_KEY", PROVIDER_KEY)
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8(said)?))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_settles_beside_a_proxy_that_serves() -> Outcome {
    let bench = Bench::start().await?;
    let ana = bench.ana().await?;
    let (id, theirs) = doubtful(&bench, &ana).await?;

    let (code, said) = program(&bench, &["reconcile"])?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 orders compared, 3 differences"), "{said}");

    let resolve = ["orders", "resolve", &id, "--by", "grace"];
    let (code, said) = program(&bench, &[&resolve[..], &["--not-created"]].concat())?;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("the provider has an order that fits"),
        "{said}"
    );
    let (code, said) = program(&bench, &[&resolve[..], &["--adopt", &theirs]].concat())?;
    assert_eq!(
        (code, said),
        (Some(0), format!("{id} is awaiting_deposit now\n"))
    );
    assert_eq!(ana.order(&id).await?.state(), "awaiting_deposit");
    Ok(())
}

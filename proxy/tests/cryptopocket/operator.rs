//! What a person does about a create that got no answer, where the provider's list cannot tell.

use std::{process::Command, time::Duration};

use offramp_proxy::{
    engine::resolve::{Finding, Unresolved, Word},
    provider::ProviderRef,
};
use offramp_simulator::{Deposit, Fault, Operation, Pick};
use sqlx::{AnyPool, Row as _};

use crate::{
    shop::{ines, open, open_with, order, sell},
    support::{
        Bench, ORIGIN, Outcome, PARTNER, Shopper,
        backend::{POCKET_KEY, POCKET_SECRET},
        receiver::Receiver,
    },
};

const HOUR: Duration = Duration::from_hours(1);

fn word(note: Option<&str>) -> Word {
    Word {
        by: "grace".to_owned(),
        note: note.map(str::to_owned),
    }
}

/// An order of which nobody knows whether CryptoPocket made it.
async fn lost(bench: &Bench, ines: &Shopper<'_>) -> Outcome<String> {
    let pocket = bench.pocket();
    pocket.fault(Operation::Create, Fault::ResetAfter, 1);
    let lost = sell(ines, "100").await?;
    assert_eq!(lost.reason(), "create_unknown", "{}", lost.text);
    assert_eq!(lost.order()["next"]["by"], "payer", "who may give it up");
    lost.order_id()
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
        .env("OFFRAMP_PROVIDER", "cryptopocket")
        .env("CRYPTOPOCKET_BASE_URL", format!("{provider}/cryptopocket"))
        .env("CRYPTOPOCKET_API_KEY", POCKET_KEY)
        .env("CRYPTOPOCKET_API_SECRET", POCKET_SECRET)
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8(said)?))
}

#[tokio::test]
async fn what_somebody_at_the_provider_says_closes_a_lost_order_and_the_partner_hears() -> Outcome {
    let receiver = Receiver::start().await?;
    let theirs = receiver.clone();
    let bench = open_with(move |config| theirs.is_told(config)).await?;
    let ines = ines(&bench).await?;
    let id = lost(&bench, &ines).await?;
    let settle = async |note| {
        let word = word(note);
        bench.engine.resolve(&id, &Finding::NotCreated, &word).await
    };
    let refused = settle(None).await;
    assert!(matches!(refused, Err(Unresolved::NeedsWord)), "{refused:?}");
    assert_eq!(ines.order(&id).await?.state(), "attention");

    settle(Some("Marta of their desk: there is no such rampoff")).await?;
    let order = ines.order(&id).await?;
    assert_eq!(order.stands(), ("failed", "payer"));
    assert_eq!(order.reason(), "not_created");
    bench.settle().await?;
    let heard = receiver.heard();
    let last = heard.last().ok_or("nothing was heard")?;
    assert_eq!(
        (last.order_id(), last.order()["state"].as_str()),
        (&*id, Some("failed"))
    );

    let database = AnyPool::connect(&bench.database().url()).await?;
    let row =
        sqlx::query("SELECT note FROM order_events WHERE order_id = $1 AND kind = 'resolved'")
            .bind(&id)
            .fetch_one(&database)
            .await?;
    let note: String = row.try_get("note")?;
    assert_eq!(
        note,
        "grace: not created; Marta of their desk: there is no such rampoff"
    );
    assert_eq!(sell(&ines, "100").await?.status, 201);
    bench.pass_in_steps(HOUR, 3).await?;
    assert_eq!(ines.order(&id).await?.state(), "failed");
    Ok(())
}

#[tokio::test]
async fn what_has_no_address_is_never_adopted() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = lost(&bench, &ines).await?;
    let theirs = bench.pocket().order(Pick::Latest)?.id;
    let adopt = Finding::Adopt(ProviderRef(theirs));
    let refused = bench.engine.resolve(&id, &adopt, &word(None)).await;
    assert!(
        matches!(refused, Err(Unresolved::NeverAdopted)),
        "{refused:?}"
    );
    assert_eq!(ines.order(&id).await?.reason(), "create_unknown");
    Ok(())
}

#[tokio::test]
async fn an_order_that_is_known_there_is_not_called_never_made() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    ines.report(&id, &serde_json::json!({})).await?;
    bench.pass_in_steps(Duration::from_mins(10), 7).await?;
    assert_eq!(ines.order(&id).await?.reason(), "deposit_missing");
    let note = word(Some("their desk"));
    let refused = bench.engine.resolve(&id, &Finding::NotCreated, &note).await;
    assert!(
        matches!(refused, Err(Unresolved::IsBound(_))),
        "{refused:?}"
    );
    // Nothing came, and there is no way to call it off there: it is given up here.
    let nothing = Finding::NothingArrived;
    bench.engine.resolve(&id, &nothing, &word(None)).await?;
    bench.settle().await?;
    assert_eq!(ines.order(&id).await?.stands(), ("expired", "payer"));
    Ok(())
}

#[tokio::test]
async fn our_orders_are_compared_one_by_one() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let id = order(&ines).await?;
    let theirs = bench.pocket().order(Pick::Latest)?.id;
    let since = bench.now().minus(HOUR);
    let found = bench.engine.reconcile(since).await?;
    assert_eq!(found.differences, []);
    assert_eq!((found.compared, found.unread.len()), (1, 0));
    assert!(found.unlisted.contains("cryptopocket"));

    bench.pocket().deposit(Pick::Latest, Deposit::Exact)?;
    let found = bench.engine.reconcile(since).await?;
    let told: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
    let expected = format!("{id}\t{theirs}\tit is awaiting_deposit here and crypto_received there");
    assert_eq!(told, [expected]);
    bench
        .pocket()
        .fault(Operation::Read, Fault::ServerErrorBefore, 9);
    let found = bench.engine.reconcile(since).await?;
    assert_eq!((found.differences.len(), found.unread.len()), (0, 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_what_it_cannot_see_and_takes_a_note() -> Outcome {
    let bench = open().await?;
    let ines = ines(&bench).await?;
    let first = order(&ines).await?;
    let (code, said) = program(&bench, &["reconcile"])?;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("cryptopocket does not tell whose the orders of its list are"),
        "{said}"
    );
    assert!(said.contains("1 orders compared, 0 differences"), "{said}");

    assert_eq!(ines.cancel(&first).await?.state(), "cancelled");
    let id = lost(&bench, &ines).await?;
    let (code, said) = program(&bench, &["reconcile"])?;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("it is not known what became of its create"),
        "{said}"
    );
    let resolve = ["orders", "resolve", &id, "--by", "grace", "--not-created"];
    let (code, said) = program(&bench, &resolve)?;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("say in a note who at the provider said so"),
        "{said}"
    );
    let note = ["--note", "Marta of their desk"];
    let (code, said) = program(&bench, &[&resolve[..], &note].concat())?;
    assert_eq!((code, said), (Some(0), format!("{id} is failed now\n")));
    Ok(())
}

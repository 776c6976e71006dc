//! The program around the API: health, documentation, the widget's files, and its end.

use std::{fs, time::Duration};

use futures::future::join_all;
use offramp_proxy::{
    secrets::Secrets,
    store::{Store, StoreError},
};
use offramp_simulator::{AddUser, Deposit, Fault, Operation};
use serde_json::json;

use crate::support::{
    Bench, Database, FOREIGN_ORIGIN, ORIGIN, Outcome, PARTNER, Shopper, program::Program, session,
};

#[tokio::test]
async fn the_process_and_its_database_answer() -> Outcome {
    let bench = Bench::start().await?;
    for path in ["/healthz", "/readyz"] {
        let answer = bench.get(path).send().await?;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("x-request-id").starts_with("req_"));
    }
    let ready = bench.get("/readyz").send().await?;
    assert_eq!(
        ready.json,
        json!({
            "database": "ready",
            "providers": ["capa"],
            "provider_states": { "capa": { "breaker": "closed", "webhooks": true } },
        })
    );
    Ok(())
}

#[tokio::test]
async fn every_path_is_documented() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get("/openapi.json").send().await?;
    let paths = &answer.json["paths"];
    for (path, method) in [
        ("/v1/sessions", "post"),
        ("/v1/checkout", "get"),
        ("/v1/quotes", "post"),
        ("/v1/orders", "post"),
        ("/v1/orders", "get"),
        ("/v1/orders/{id}", "get"),
        ("/v1/orders/{id}/actions/{action}", "post"),
    ] {
        assert!(
            paths[path][method]["responses"]["429"]["content"].is_object(),
            "{method} {path}"
        );
    }
    let schemas = answer.json["components"]["schemas"]
        .as_object()
        .map(serde_json::Map::len);
    assert!(schemas > Some(30), "{schemas:?}");
    assert_eq!(
        answer.json["components"]["securitySchemes"]["client_token"]["scheme"],
        "bearer"
    );
    Ok(())
}

/// The widget as the bundler leaves it.
async fn with_widget() -> Outcome<Bench> {
    let bench = Bench::start().await?;
    let folder = &bench.engine.config.widget_dir;
    let version = folder.join(env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(&version)?;
    fs::write(folder.join("offramp.js"), "export {}")?;
    fs::write(folder.join("offramp.js.br"), "compressed")?;
    fs::write(folder.join("secret.txt"), "not for everybody")?;
    fs::write(version.join("words-es.01234567.txt"), "Cargando…\n")?;
    fs::write(version.join("widget-0123456789abcdef.wasm"), "wasm")?;
    fs::write(
        version.join("widget-0123456789abcdef.wasm.br"),
        "compressed",
    )?;
    Ok(bench)
}

fn wasm() -> String {
    format!(
        "/{}/widget-0123456789abcdef.wasm",
        env!("CARGO_PKG_VERSION")
    )
}

#[tokio::test]
async fn the_loader_is_asked_for_again_and_the_rest_is_kept() -> Outcome {
    let bench = with_widget().await?;
    for (path, cache, kind) in [
        (
            "/offramp.js".to_owned(),
            "public, max-age=300",
            "text/javascript",
        ),
        (
            wasm(),
            "public, max-age=31536000, immutable",
            "application/wasm",
        ),
        (
            format!("/{}/words-es.01234567.txt", env!("CARGO_PKG_VERSION")),
            "public, max-age=31536000, immutable",
            "text/plain",
        ),
    ] {
        let answer = bench.get(&path).origin(FOREIGN_ORIGIN).send().await?;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), cache);
        assert_eq!(answer.header("content-type"), kind);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("x-request-id").starts_with("req_"));
    }
    Ok(())
}

#[tokio::test]
async fn the_widget_is_sent_compressed_to_whoever_can_read_it() -> Outcome {
    let bench = with_widget().await?;
    for path in ["/offramp.js".to_owned(), wasm()] {
        let small = bench
            .get(&path)
            .header("accept-encoding", "gzip, br")
            .send()
            .await?;
        assert_eq!(small.header("content-encoding"), "br", "{path}");
        assert_eq!(small.text, "compressed");
        let plain = bench.get(&path).send().await?;
        assert_eq!(plain.header("content-encoding"), "");
        assert!(
            plain
                .header("vary")
                .to_lowercase()
                .contains("accept-encoding")
        );
    }
    Ok(())
}

#[tokio::test]
async fn no_other_file_is_served() -> Outcome {
    let bench = with_widget().await?;
    let version = env!("CARGO_PKG_VERSION");
    for path in [
        "/secret.txt".to_owned(),
        format!("/{version}/../secret.txt"),
        format!("/{version}/%2e%2e/secret.txt"),
        format!("/{version}/..%2fsecret.txt"),
        format!("/{version}/nothing.js"),
        format!("/{version}/"),
        "/offramp.db".to_owned(),
        format!("/{version}/../../offramp.db"),
    ] {
        let answer = bench.get(&path).send().await?;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.text.contains("not for everybody"));
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_second_proxy_on_one_database_is_refused_where_the_database_is_a_file() -> Outcome {
    let bench = Bench::start().await?;
    let second = bench.second().await;
    match bench.database() {
        Database::Sqlite(path) => {
            let refusal = second.err().ok_or("it was let in")?;
            let file = path.display();
            assert_eq!(
                refusal.to_string(),
                format!("another process is using the database {file}: one proxy per SQLite file")
            );
        }
        Database::Postgres(_) => {
            let second = second?;
            second.engine.beat().await?;
            let ana = bench.ana().await?;
            assert_eq!(ana.at(&second).checkout().await?.status, 200);
        }
    }
    let bench = bench.restart().await?;
    assert_eq!(bench.get("/readyz").send().await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn an_address_of_another_database_is_refused() -> Outcome {
    let secrets = Secrets::new(&PARTNER.into(), &PARTNER.into());
    let refused = Store::open("mysql://localhost/offramp", secrets).await;
    assert!(matches!(refused, Err(StoreError::Address)), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn the_documentation_names_the_address_that_callers_use() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.get("/openapi.json").send().await?;
    assert!(answer.json["servers"].is_null(), "this one");
    for (configured, documented) in [
        ("https://pay.partner.example", "https://pay.partner.example"),
        (
            "https://partner.example/offramp/",
            "https://partner.example/offramp",
        ),
    ] {
        let bench = Bench::with(|config, _| config.public_url = configured.parse().ok()).await?;
        let answer = bench.get("/openapi.json").send().await?;
        assert_eq!(answer.json["servers"], json!([{ "url": documented }]));
    }
    Ok(())
}

#[tokio::test]
async fn the_program_does_its_duties_by_itself() -> Outcome {
    let bench = Bench::start().await?;
    let _program = Program::start(&bench).await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    bench.capa().deposit("latest", Deposit::Exact)?;
    let paid = async {
        while ana.order(&id).await?.state() != "completed" {
            bench.simulator.clock().step(Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Outcome::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(20), paid).await??;
    assert_eq!(bench.capa().transaction("latest")?.execute_calls, 1);
    Ok(())
}

#[tokio::test]
async fn many_payers_at_once_are_all_paid_once() -> Outcome {
    const PAYERS: usize = 16;
    let bench = Bench::start().await?;
    let _program = Program::start(&bench).await?;
    let mut payers = Vec::new();
    for number in 0..PAYERS {
        let user = bench.capa().add_user(AddUser { verified: true });
        let body = session(&format!("many-{number}"), &user);
        payers.push(bench.shopper_with(&body).await?);
    }
    let opened = join_all(payers.iter().map(Shopper::open_order)).await;
    let ids = opened.into_iter().collect::<Outcome<Vec<_>>>()?;
    let nothing = json!({});
    let reports = payers
        .iter()
        .zip(&ids)
        .map(|(payer, id)| payer.report(id, &nothing));
    for reported in join_all(reports).await {
        assert_eq!(reported?.state(), "deposit_submitted");
    }
    for theirs in bench.capa().transactions() {
        bench.capa().deposit(&theirs.id, Deposit::Exact)?;
    }
    let paid = async {
        for (payer, id) in payers.iter().zip(&ids) {
            while payer.order(id).await?.state() != "completed" {
                bench.simulator.clock().step(Duration::from_secs(5));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Outcome::Ok(())
    };
    tokio::time::timeout(Duration::from_mins(1), paid).await??;
    let transactions = bench.capa().transactions();
    assert_eq!(transactions.len(), PAYERS);
    assert!(transactions.iter().all(|theirs| theirs.create_calls == 1));
    Ok(())
}

#[tokio::test]
async fn the_program_lets_long_polls_answer_before_it_ends() -> Outcome {
    let bench = Bench::start().await?;
    let program = Program::start(&bench).await?;
    let ana = bench.ana().await?;
    let created = ana.buy("100").await?;
    let id = created.order_id()?;
    let poll = reqwest::Client::new()
        .get(format!("{}/v1/orders/{id}", program.base))
        .header("authorization", format!("Bearer {}", ana.token))
        .header("origin", ORIGIN)
        .header("if-none-match", created.header("etag"))
        .header("prefer", "wait=25")
        .send();
    let end = async {
        while !bench.engine.wake.is_watched(&id) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        program.stop().await
    };
    let (polled, ended) =
        tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(poll, end) }).await?;
    ended?;
    assert_eq!(polled?.status().as_u16(), 304);
    Ok(())
}

#[tokio::test]
async fn a_provider_that_does_not_answer_about_one_order_holds_up_no_other() -> Outcome {
    let bench = Bench::start().await?;
    let _program = Program::start(&bench).await?;
    let (ana, luis) = (bench.ana().await?, bench.luis().await?);
    ana.open_order().await?;
    let second = luis.open_order().await?;
    let reads = || bench.capa().requests(Operation::List);
    let before = reads();
    // Whichever of the two is asked about first waits ten seconds for nothing.
    bench.capa().fault(Operation::List, Fault::TimeoutBefore, 1);
    bench.simulator.clock().step(Duration::from_secs(30));
    let asked = async {
        while reads() < before + 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asked).await?;
    luis.report(&second, &json!({})).await?;
    let executed = async {
        while bench.capa().requests(Operation::Execute) == 0 {
            bench.simulator.clock().step(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), executed).await?;
    Ok(())
}

//! Long polls: what each costs, and how soon the last of them hears of a change at the provider.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use offramp_simulator::{
    AddUser, Clock, Config, Simulator, Status, WebhookTarget, providers::capa::Pick,
};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    figures::{is_full, percentile, resident_kb},
    program::{ORIGIN, PARTNER, Program, WEBHOOK_SECRET},
    support::{
        Outcome, session,
        shopper::{ask, clabe},
    },
};

/// How long the last of them may take to hear.
const PATIENCE: Duration = Duration::from_mins(2);

/// Connections that are being opened at once.
const OPENING: usize = 100;

/// An order that somebody waits for.
struct Watched {
    /// At the provider.
    transaction: String,
    /// The poll, as it is written.
    request: String,
}

#[tokio::test]
async fn every_long_poll_hears_of_a_change_at_the_provider() -> Outcome {
    let sizes: &[(usize, usize)] = if is_full() {
        &[(10_000, 1), (10_000, 100), (10_000, 1_000)]
    } else {
        &[(200, 4)]
    };
    // Each of them is a file here, and one in the program.
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    for (polls, orders) in sizes {
        let most = usize::try_from(files)?.saturating_sub(200);
        measure((*polls).min(most), *orders).await?;
    }
    Ok(())
}

async fn measure(polls: usize, orders: usize) -> Outcome {
    let simulator = Simulator::new(Config::default(), Clock::system());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let provider = format!("http://{}", listener.local_addr()?);
    tokio::spawn(offramp_simulator::run(
        listener,
        simulator.clone(),
        std::future::pending(),
    ));
    let folder = TempDir::new()?;
    let database = format!("sqlite://{}/offramp.db", folder.path().display());
    let program = Program::spawn(&provider, &database, [])?;
    program.is_ready().await?;
    let url = program.url().await?;
    simulator.capa().set_webhook(Some(WebhookTarget {
        url: format!("{url}/webhooks/capa"),
        secret: WEBHOOK_SECRET.to_owned(),
    }));

    let mut watched = Vec::new();
    for number in 0..orders {
        watched.push(Arc::new(
            open(&program.client, &url, &simulator, number).await?,
        ));
    }
    let before = resident_kb(&program)?;
    let server: SocketAddr = url.trim_start_matches("http://").parse()?;
    let opening = Arc::new(Semaphore::new(OPENING));
    let waiting = Arc::new(AtomicUsize::new(0));
    let mut heard = JoinSet::new();
    for number in 0..polls {
        let watched = Arc::clone(&watched[number % orders]);
        let (opening, waiting) = (Arc::clone(&opening), Arc::clone(&waiting));
        heard.spawn(async move { poll(server, &watched.request, &opening, &waiting).await });
    }
    let all_wait = async {
        while waiting.load(Ordering::Relaxed) < polls {
            sleep(Duration::from_millis(20)).await;
        }
        // What was written last is read by then.
        sleep(Duration::from_secs(1)).await;
    };
    timeout(PATIENCE, all_wait).await?;
    let with_polls = resident_kb(&program)?;

    let start = Instant::now();
    for watched in &watched {
        let id = Pick::Id(watched.transaction.clone());
        simulator.capa().force_status(id, Status::Cancelled)?;
    }
    let mut times = Vec::new();
    while let Some(heard) = timeout(PATIENCE, heard.join_next()).await? {
        times.push(heard??.saturating_duration_since(start));
    }
    assert_eq!(times.len(), polls);
    assert!(
        times.iter().all(|time| !time.is_zero()),
        "one heard too early"
    );
    let tenths = with_polls.saturating_sub(before) * 10 / polls as u64;
    eprintln!(
        "long polls: {polls} on {orders} orders: {before} kB resident before, {with_polls} kB with \
         them, {}.{} kB each; heard: half within {:?}, all within {:?}",
        tenths / 10,
        tenths % 10,
        percentile(&mut times, 50),
        percentile(&mut times, 100),
    );
    Ok(program.stop().await?)
}

/// A payer with an order, and how a page waits for it.
async fn open(
    client: &Client,
    url: &str,
    simulator: &Simulator,
    number: usize,
) -> Outcome<Watched> {
    let user = simulator.capa().add_user(AddUser { verified: true });
    let payer = session(&format!("payer-{number}"), &user);
    let opened = post(client, format!("{url}/v1/sessions"), PARTNER, "", &payer).await?;
    let token = opened["session"]["client_token"]
        .as_str()
        .unwrap_or_default();
    let quote = post(
        client,
        format!("{url}/v1/quotes"),
        token,
        "",
        &ask("firm", "100"),
    )
    .await?;
    let order = json!({
        "quote_id": quote["quote"]["id"], "min_fiat_amount": quote["quote"]["fiat_minimum"],
        "destination": clabe(),
    });
    let made = post(client, format!("{url}/v1/orders"), token, "key", &order).await?;
    let id = made["order"]["id"]
        .as_str()
        .ok_or_else(|| made.to_string())?;
    let read = client
        .get(format!("{url}/v1/orders/{id}"))
        .bearer_auth(token)
        .header("origin", ORIGIN);
    let read = read.send().await?;
    let etag = read.headers()["etag"].to_str()?;
    let request = format!(
        "GET /v1/orders/{id} HTTP/1.1\r\nhost: proxy\r\norigin: {ORIGIN}\r\nauthorization: Bearer \
         {token}\r\nif-none-match: {etag}\r\nprefer: wait=25\r\n\r\n"
    );
    let transactions = simulator.capa().transactions();
    let theirs = transactions
        .into_iter()
        .find(|theirs| theirs.user_id == user);
    Ok(Watched {
        transaction: theirs.ok_or("the provider has no order")?.id,
        request,
    })
}

async fn post(
    client: &Client,
    url: String,
    token: &str,
    key: &str,
    body: &Value,
) -> Outcome<Value> {
    let request = client.post(url).bearer_auth(token);
    // The partner's backend is no page.
    let request = if token == PARTNER {
        request
    } else {
        request.header("origin", ORIGIN)
    };
    let request = request
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = request.send().await?;
    let is_well = answer.status().is_success();
    let text = answer.text().await?;
    if is_well {
        Ok(serde_json::from_str(&text)?)
    } else {
        Err(text.into())
    }
}

/// Waits as a page does, again and again, and says when it heard of something new.
async fn poll(
    server: SocketAddr,
    request: &str,
    opening: &Semaphore,
    waiting: &AtomicUsize,
) -> Outcome<Instant> {
    let permit = opening.acquire().await?;
    let mut stream = TcpStream::connect(server).await?;
    drop(permit);
    let mut is_first = true;
    loop {
        stream.write_all(request.as_bytes()).await?;
        if std::mem::take(&mut is_first) {
            waiting.fetch_add(1, Ordering::Relaxed);
        }
        let mut answer = Vec::new();
        while !answer.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        match answer.get(9..12) {
            Some(b"304") => {}
            Some(b"200") => return Ok(Instant::now()),
            Some(_) | None => return Err(String::from_utf8_lossy(&answer).into()),
        }
    }
}

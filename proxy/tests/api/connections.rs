//! Connections on a real socket: what they speak, how many there may be, and how they end.

use std::{num::NonZeroU32, time::Duration};

use offramp_simulator::{Fault, Operation};
use reqwest::{Client, RequestBuilder, Version};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::Instant,
};

use crate::support::{
    Answer, Bench, ORIGIN, Outcome, PARTNER, Shopper,
    program::Program,
    session,
    shopper::{confirm, new_key},
};

const SHORT: Duration = Duration::from_secs(1);

/// With limits that a test can wait for.
async fn strict(at_once: u32) -> Outcome<Bench> {
    let at_once = NonZeroU32::new(at_once).ok_or("zero")?;
    Bench::with(move |config, _| {
        config.connections.at_once = at_once;
        config.connections.header = SHORT;
        config.connections.body = SHORT;
        config.connections.idle = SHORT;
        config.connections.drain = 2 * SHORT;
    })
    .await
}

/// Waits for a change of an order that does not change.
fn poll(
    program: &Program,
    shopper: &Shopper<'_>,
    order: &Answer,
    secs: u32,
) -> Outcome<RequestBuilder> {
    let url = format!("{}/v1/orders/{}", program.base, order.order_id()?);
    Ok(Client::new()
        .get(url)
        .bearer_auth(&shopper.token)
        .header("origin", ORIGIN)
        .header("if-none-match", order.header("etag"))
        .header("prefer", format!("wait={secs}")))
}

/// What comes back for these bytes, until the connection is closed.
async fn raw(program: &Program, bytes: &str) -> Outcome<String> {
    let mut stream = TcpStream::connect(program.address).await?;
    stream.write_all(bytes.as_bytes()).await?;
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await??;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn a_long_poll_outlasts_every_limit_of_time() -> Outcome {
    let bench = strict(10).await?;
    let program = Program::start(&bench).await?;
    let ana = bench.ana().await?;
    let order = ana.buy("100").await?;
    let start = Instant::now();
    let answer = poll(&program, &ana, &order, 3)?.send().await?;
    assert_eq!(answer.status(), 304);
    assert!(start.elapsed() >= Duration::from_secs(3));
    Ok(())
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_without_encryption() -> Outcome {
    let bench = Bench::start().await?;
    let program = Program::start(&bench).await?;
    for (client, version) in [
        (Client::builder().http1_only(), Version::HTTP_11),
        (Client::builder().http2_prior_knowledge(), Version::HTTP_2),
    ] {
        let client = client.build()?;
        let opened = client
            .post(format!("{}/v1/sessions", program.base))
            .bearer_auth(PARTNER)
            .json(&session("cust-9", "8374f327-38bd-4b0b-b8a7-2524599eb909"))
            .send()
            .await?;
        assert_eq!((opened.status().as_u16(), opened.version()), (201, version));
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_closed_after_a_pause() -> Outcome {
    let bench = strict(10).await?;
    let program = Program::start(&bench).await?;
    let two = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n".repeat(2);
    let start = Instant::now();
    let answers = raw(&program, &two).await?;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert!(start.elapsed() >= SHORT);
    Ok(())
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused() -> Outcome {
    let bench = Bench::start().await?;
    let program = Program::start(&bench).await?;
    let large = "a".repeat(20_000);
    let answer = raw(
        &program,
        &format!("GET /healthz HTTP/1.1\r\nhost: a\r\nx-large: {large}\r\n\r\n"),
    )
    .await?;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let many = "x-one: 1\r\n".repeat(200);
    let answer = raw(
        &program,
        &format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{many}\r\n"),
    )
    .await?;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let url = format!("{}/healthz", program.base);
    let client = Client::builder().http2_prior_knowledge().build()?;
    let refused = client.get(url).header("x-large", large).send().await?;
    assert_eq!(refused.status(), 431);
    Ok(())
}

#[tokio::test]
async fn a_body_that_takes_too_long_is_refused_and_its_connection_closed() -> Outcome {
    let bench = strict(10).await?;
    let program = Program::start(&bench).await?;
    let answer = raw(
        &program,
        &format!(
            "POST /v1/sessions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {PARTNER}\r\n\
             content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"payer\":"
        ),
    )
    .await?;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(
        answer.contains(r#""detail":"the body took too long""#),
        "{answer}"
    );
    Ok(())
}

#[tokio::test]
async fn whoever_comes_when_all_places_are_taken_waits_for_one() -> Outcome {
    let bench = strict(2).await?;
    let program = Program::start(&bench).await?;
    let ana = bench.ana().await?;
    let order = ana.buy("100").await?;
    let polls = [
        poll(&program, &ana, &order, 2)?,
        poll(&program, &ana, &order, 2)?,
    ];
    let [first, second] = polls.map(|poll| tokio::spawn(poll.send()));
    while !bench.engine.wake.is_watched(&order.order_id()?) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Both are connected before the third is: the system's queue keeps its order.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let start = Instant::now();
    let third = Client::new()
        .get(format!("{}/healthz", program.base))
        .send()
        .await?;
    assert_eq!(third.status(), 200);
    assert!(
        start.elapsed() >= Duration::from_millis(1_500),
        "{:?}",
        start.elapsed()
    );
    for poll in [first, second] {
        assert_eq!(poll.await??.status(), 304);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_program_ends() -> Outcome {
    let bench =
        Bench::with(|_, settings| settings.timeouts.create = Duration::from_secs(1)).await?;
    let program = Program::start(&bench).await?;
    let ana = bench.ana().await?;
    let quote = ana.firm("100").await?;
    bench
        .capa()
        .fault(Operation::Create, Fault::TimeoutAfter, 1);
    let create = tokio::spawn(
        Client::new()
            .post(format!("{}/v1/orders", program.base))
            .bearer_auth(&ana.token)
            .header("origin", ORIGIN)
            .header("idempotency-key", new_key())
            .json(&confirm(&quote))
            .send(),
    );
    while bench.capa().requests(Operation::Create) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    program.stop().await?;
    assert_eq!(create.await??.status(), 202);
    Ok(())
}

#[tokio::test]
async fn what_does_not_finish_is_cut_off_when_the_program_ends() -> Outcome {
    let bench = Bench::with(|config, _| config.connections.drain = SHORT).await?;
    let program = Program::start(&bench).await?;
    let address = program.address;
    let mut half = TcpStream::connect(address).await?;
    half.write_all(b"GET /healthz HTTP/1.1\r\nhos").await?;
    let mut silent = TcpStream::connect(address).await?;
    // Answered on a third connection, the first two have been accepted.
    let url = format!("{}/healthz", program.base);
    assert_eq!(Client::new().get(url).send().await?.status(), 200);
    let start = Instant::now();
    program.stop().await?;
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    let mut byte = [0; 1];
    assert_eq!(silent.read(&mut byte).await?, 0);
    assert!(matches!(half.read(&mut byte).await, Ok(0) | Err(_)));
    assert!(TcpStream::connect(address).await.is_err());
    Ok(())
}

//! What a provider, or whoever stands in for it, may answer.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use offramp_proxy::outgoing::{NotSent, Unanswered};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::{
    KEY, LIMITS, call,
    stub::{Reply, Stub, answer, head},
};

/// How one call to a server with this reply ends, within its time.
async fn failure(reply: Reply) -> Result<Unanswered> {
    let stub = Stub::replying(vec![reply]).await?;
    let begun = Instant::now();
    let failure = call(&stub.url).await?.err();
    let took = begun.elapsed();
    assert!(took < LIMITS.whole + Duration::from_secs(2), "{took:?}");
    match failure {
        Some(failure) => Ok(failure),
        None => bail!("there is an answer"),
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() -> Result<()> {
    let elsewhere = Stub::replying(vec![answer(200, "", "{}")]).await?;
    let host = elsewhere.url.replace("http://", "");
    for location in [
        elsewhere.url.clone(),
        format!("//{host}/api"),
        format!("http://admin:secret@{host}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "/elsewhere".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let headers = format!("location: {location}\r\n");
            let stub = Stub::replying(vec![answer(status, &headers, "")]).await?;
            let answer = call(&stub.url).await??;
            assert_eq!(answer.status, status);
            assert_eq!(stub.requests().len(), 1, "{location}");
        }
    }
    assert!(elsewhere.requests().is_empty());
    Ok(())
}

#[tokio::test]
async fn the_key_goes_to_the_configured_host_and_no_encoding_is_asked_for() -> Result<()> {
    let stub = Stub::replying(vec![answer(200, "", "{}")]).await?;
    let base = stub.url.replace("http://", "http://somebody:else@");
    let refused = call(&base).await?.err();
    assert!(
        matches!(refused, Some(Unanswered::NotSent(NotSent::Address))),
        "{refused:?}"
    );
    assert!(stub.requests().is_empty());
    call(&stub.url).await??;
    for request in stub.requests() {
        assert!(
            request.contains(&format!("partner-api-key: {KEY}")),
            "{request}"
        );
        assert!(!request.contains("accept-encoding"), "{request}");
    }
    Ok(())
}

#[tokio::test]
async fn a_head_that_never_comes_is_waited_for_no_longer_than_its_time() -> Result<()> {
    let begun = Instant::now();
    let failure = failure(Reply::Silence).await?;
    assert!(matches!(failure, Unanswered::TimedOut), "{failure}");
    assert!(begun.elapsed() < LIMITS.whole);
    Ok(())
}

#[tokio::test]
async fn a_byte_at_a_time_is_read_no_longer_than_the_whole_time() -> Result<()> {
    let second = Duration::from_secs(1);
    let slow_head = Reply::Drip(head(200, "", 2, "{}"), second);
    let failed = failure(slow_head).await?;
    assert!(matches!(failed, Unanswered::TimedOut), "{failed}");

    for slow_body in [
        Reply::Stall(head(200, "", 100, "{")),
        Reply::Drip(
            [head(200, "", 2_000, ""), vec![b' '; 2_000]].concat(),
            LIMITS.whole / 60,
        ),
    ] {
        let failed = failure(slow_body).await?;
        assert!(matches!(failed, Unanswered::TimedOut), "{failed}");
    }
    Ok(())
}

#[tokio::test]
async fn a_broken_connection_leaves_it_open_what_happened() -> Result<()> {
    let half = || head(201, "", 100, r#"{"success":true"#);
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n".to_vec();
    for reply in [
        Reply::Cut(Vec::new()),
        Reply::Reset(Vec::new()),
        Reply::Cut(half()),
        Reply::Reset(half()),
        Reply::Cut(chunked),
        Reply::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        Reply::Flood(
            b"HTTP/1.1 200 OK\r\n".to_vec(),
            b"x-more: 0123456789\r\n".repeat(50),
        ),
    ] {
        let failure = failure(reply.clone()).await?;
        assert!(
            matches!(failure, Unanswered::Connection(_)),
            "{failure} {reply:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_not_read() -> Result<()> {
    let mebibyte = 1 << 20;
    let announced = head(200, "", 10 * mebibyte, "");
    let stub = Stub::replying(vec![Reply::Flood(announced, vec![b'x'; mebibyte])]).await?;
    let failure = call(&stub.url).await?.err();
    assert!(
        matches!(failure, Some(Unanswered::TooLarge { .. })),
        "{failure:?}"
    );
    assert!(stub.flooded() < 8 * mebibyte, "{}", stub.flooded());
    Ok(())
}

#[tokio::test]
async fn a_body_that_does_not_end_is_read_to_the_limit() -> Result<()> {
    let endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
    let stub = Stub::replying(vec![Reply::Flood(endless, chunk)]).await?;
    let failure = call(&stub.url).await?.err();
    assert!(
        matches!(failure, Some(Unanswered::TooLarge { limit: 1_048_576 })),
        "{failure:?}"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_compressed_is_refused_unopened() -> Result<()> {
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let headers = format!("content-encoding: {encoding}\r\n");
        let failure = failure(answer(200, &headers, "{}")).await?;
        assert!(
            matches!(failure, Unanswered::Encoded),
            "{failure} {encoding}"
        );
    }
    let plain = answer(200, "content-encoding: identity\r\n", "{}");
    let stub = Stub::replying(vec![plain]).await?;
    assert_eq!(call(&stub.url).await??.body, b"{}");
    Ok(())
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let refusing = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let failure = call(&refusing).await?.err();
    assert!(
        matches!(failure, Some(Unanswered::NotSent(NotSent::Unreachable(_)))),
        "{failure:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_not_waited_for() -> Result<()> {
    // A listener that takes one connection and drops whatever knocks after it.
    let socket = TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(0)?;
    let address = listener.local_addr()?;
    let _first = TcpStream::connect(address).await?;
    let begun = Instant::now();
    let failure = call(&format!("http://{address}")).await?.err();
    assert!(
        matches!(failure, Some(Unanswered::NotSent(NotSent::Unreachable(_)))),
        "{failure:?}"
    );
    assert!(begun.elapsed() < LIMITS.headers);
    Ok(())
}

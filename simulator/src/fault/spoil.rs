//! What a fault does to the bytes of an answer, whatever they mean.

use std::io;
use std::io::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::{Compression, write::GzEncoder};
use futures::stream;

const MEBIBYTE: usize = 1 << 20;

/// A response whose body fails at once: the server drops the connection before a byte is sent.
pub(super) fn reset() -> Response {
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(broken())])))
}

fn broken() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionReset)
}

pub(super) fn canned(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The same response with another body. A body over a megabyte becomes empty.
pub(super) async fn rewrite(response: Response, change: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut head, body) = response.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    let bytes = body::to_bytes(body, MEBIBYTE).await.unwrap_or_default();
    Response::from_parts(head, change(bytes))
}

pub(super) fn drip(bytes: Bytes) -> Body {
    const PAUSE: Duration = Duration::from_secs(1);
    Body::from_stream(stream::unfold(bytes, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
        let byte = rest.split_to(1);
        Some((Ok::<_, io::Error>(byte), rest))
    }))
}

pub(super) fn break_off(mut bytes: Bytes) -> Body {
    bytes.truncate(bytes.len().div_euclid(2));
    Body::from(bytes)
}

/// Half of the body, and then the connection is dropped.
pub(super) fn drop_in_the_middle(mut bytes: Bytes) -> Body {
    /// How long the half may take to get out.
    const SENT: Duration = Duration::from_millis(50);

    let half = bytes.split_to(bytes.len().div_euclid(2));
    let parts = stream::unfold(Some(half), |part| async move {
        let Some(half) = part else {
            tokio::time::sleep(SENT).await;
            return Some((Err(broken()), None));
        };
        Some((Ok(half), None))
    });
    Body::from_stream(parts)
}

/// The same, under a head that names the whole length.
pub(super) async fn truncate(response: Response) -> Response {
    let mut length = 0;
    let mut response = rewrite(response, |bytes| {
        length = bytes.len();
        drop_in_the_middle(bytes)
    })
    .await;
    let length = HeaderValue::from(length);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response
}

/// Ten megabytes of what looks like an answer.
pub(super) fn bloat(_: Bytes) -> Body {
    let filling = " ".repeat(10 * MEBIBYTE);
    Body::from(format!("{{\"success\":true,\"data\":{filling}{{}}}}"))
}

/// A hundred megabytes, in as many members of a gzip stream of a kilobyte each.
pub(super) async fn bomb(response: Response) -> Response {
    static MEMBER: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let spaces = vec![b' '; MEBIBYTE];
        // Writing to memory does not fail.
        let written = encoder.write_all(&spaces).and_then(|()| encoder.finish());
        written.unwrap_or_default()
    });
    let mut response = rewrite(response, |_| Body::from(MEMBER.repeat(100))).await;
    let gzip = HeaderValue::from_static("gzip");
    response
        .headers_mut()
        .insert(header::CONTENT_ENCODING, gzip);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bomb_is_small_and_unfolds() {
        let response = bomb(Response::new(Body::empty())).await;
        let bytes = body::to_bytes(response.into_body(), MEBIBYTE)
            .await
            .unwrap();
        let mut decoder = flate2::read::MultiGzDecoder::new(&bytes[..]);
        let unfolded = io::copy(&mut decoder, &mut io::sink()).unwrap();
        assert_eq!(unfolded, 100 << 20);
    }
}

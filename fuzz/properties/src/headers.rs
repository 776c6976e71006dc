//! Headers that are more than a word, and cursors.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use offramp_proxy::fuzzing;

/// Lines of `name: value`, as headers of one request: nothing is granted that is not offered, and a
/// tag is known only where it stands. `cursor: …` is a cursor, which reads as itself again.
pub fn headers(data: &[u8]) {
    const ETAG: &str = "\"7-p\"";
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(20) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if name == b"cursor" {
            cursor(value);
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    let said = |name: &str| -> Vec<&str> {
        let values = headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).collect()
    };
    if let Some(secs) = fuzzing::wait_secs(&headers) {
        assert!((1..=25).contains(&secs));
        let asks = |value: &str| value.to_ascii_lowercase().contains("wait");
        assert!(said("prefer").iter().any(|value| asks(value)));
    }
    let names_it = |value: &str| value.contains(ETAG) || value.contains('*');
    if fuzzing::knows(&headers, ETAG) {
        assert!(said("if-none-match").iter().any(|value| names_it(value)));
    } else {
        assert!(said("if-none-match").iter().all(|value| *value != ETAG));
    }
    let key = said("idempotency-key").first().map_or(0, |key| key.len());
    if fuzzing::has_idempotency_key(&headers) {
        assert!((1..=200).contains(&key));
    }
    if let Some(token) = fuzzing::bearer(&headers) {
        assert!(!token.is_empty());
        let value = said("authorization").first().copied().unwrap_or_default();
        assert_eq!(value.len(), "bearer ".len() + token.len());
        assert!(value.ends_with(token));
    }
}

fn cursor(value: &[u8]) {
    let Ok(text) = str::from_utf8(value) else {
        return;
    };
    if let Ok((at, id)) = fuzzing::cursor(text) {
        let written = format!("{}.{id}", at.as_millis());
        let again = fuzzing::cursor(&written).ok();
        assert_eq!(again, Some((at, id)));
    }
}

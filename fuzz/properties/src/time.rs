//! Moments.

use std::time::Duration;

use offramp_domain::time::Timestamp;

/// A moment prints as RFC 3339 in UTC, which reads as the same moment, and no sum leaves the years
/// that can be printed.
pub fn time(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(at) = text.parse::<Timestamp>() else {
        return;
    };
    let printed = at.to_string();
    assert_eq!(printed.len(), "2026-05-01T12:00:10.000Z".len(), "{text:?}");
    assert_eq!(printed.parse(), Ok(at));
    let json = format!("{printed:?}");
    assert_eq!(serde_json::from_str::<Timestamp>(&json).ok(), Some(at));
    assert_eq!(Timestamp::from_millis(at.as_millis()), at);
    for span in [Duration::from_hours(24), Duration::MAX] {
        let (later, earlier) = (at.plus(span), at.minus(span));
        assert!(earlier <= at && at <= later);
        assert_eq!(at.since(later), Duration::ZERO);
        assert_eq!(later.to_string().parse(), Ok(later));
        assert_eq!(earlier.to_string().parse(), Ok(earlier));
    }
}

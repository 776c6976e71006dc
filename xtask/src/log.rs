//! What a person reads while they wait.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Does `work`, saying what it is before and how long it took after.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    say(what);
    let result = work();
    match &result {
        Ok(_) => eprintln!("  {what}: done in {}", seconds(start.elapsed())),
        Err(_) => eprintln!("  {what}: failed after {}", seconds(start.elapsed())),
    }
    result
}

/// One line about what happens next.
pub(crate) fn say(what: &str) {
    eprintln!("▸ {what}");
}

/// `7.3 s`, or `12 min 05 s` from a minute on.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{whole}.{} s", duration.subsec_millis() / 100)
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_would_say_them() {
        assert_eq!(seconds(Duration::from_millis(7_340)), "7.3 s");
        assert_eq!(seconds(Duration::from_secs(725)), "12 min 05 s");
    }
}

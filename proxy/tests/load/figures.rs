//! What is read off a running program.

use std::{env, fs, time::Duration};

use crate::{program::Program, support::Outcome};

/// Whether the figures of the docs are asked for.
pub(crate) fn is_full() -> bool {
    env::var("OFFRAMP_CAMPAIGN").is_ok_and(|size| size == "full")
}

/// The memory that a program holds, in the kernel's kilobytes.
pub(crate) fn resident_kb(program: &Program) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id()?))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("the system does not tell")?.parse()?)
}

/// So many of a hundred were no slower.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(place).copied().unwrap_or_default()
}

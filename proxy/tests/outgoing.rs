//! Calls to a provider that misbehaves, on a real socket: each ends in its time, goes nowhere else,
//! and is made as often as it may be.

#[path = "outgoing/breaker.rs"]
mod breaker;
#[path = "outgoing/hostile.rs"]
mod hostile;
#[path = "outgoing/repeat.rs"]
mod repeat;
#[path = "outgoing/stub.rs"]
mod stub;

use std::{num::NonZeroU32, time::Duration};

use anyhow::Result;
use http::{HeaderName, HeaderValue, Method};
use offramp_proxy::{
    clock::Clock,
    outgoing::{Answer, Call, Client, Key, Limits, Policy, Probe, Repeat, Unanswered},
};

const KEY: &str = "sim_capa_key";

/// Short enough to wait for, and far more than a healthy answer needs.
const LIMITS: Limits = Limits {
    headers: Duration::from_secs(1),
    whole: Duration::from_millis(1_500),
};

/// What is tested by itself is off.
fn patient() -> Policy {
    Policy {
        repeats: 0,
        failures_to_open: NonZeroU32::MAX,
        ..Policy::default()
    }
}

fn client(base: &str, policy: Policy, clock: Clock) -> Result<Client> {
    let key = Key {
        header: HeaderName::from_static("partner-api-key"),
        value: HeaderValue::from_static(KEY),
    };
    let connect = Duration::from_millis(500);
    Ok(Client::new(
        "test",
        base.parse()?,
        key,
        connect,
        policy,
        clock,
    )?)
}

/// A call that only reads.
fn read() -> Call<'static> {
    Call {
        method: Method::GET,
        path: &["transactions"],
        query: Vec::new(),
        body: None,
        limits: LIMITS,
        repeat: Repeat::Safe,
        probe: Probe::May,
    }
}

/// A call that must not get lost.
fn create() -> Call<'static> {
    Call {
        method: Method::POST,
        path: &["off-ramp"],
        body: Some(b"{}".to_vec()),
        repeat: Repeat::Never,
        probe: Probe::MayNot,
        ..read()
    }
}

/// What a provider at this address makes of one call.
async fn call(base: &str) -> Result<Result<Answer, Unanswered>> {
    let client = client(base, patient(), Clock::system())?;
    Ok(client.send(&read()).await)
}

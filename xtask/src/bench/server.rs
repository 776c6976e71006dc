//! The proxy: how soon it is there, how much memory it takes, how fast it answers.

use std::{
    fmt::Write,
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::load::{self, Load};
use crate::{
    http::{Connection, Request},
    programs::{Program, Site, origin},
};

/// How often the proxy is started; the time in the middle counts.
const STARTS: usize = 9;

/// Before anything is measured.
const WARM_UP: Load = Load {
    connections: 4,
    requests: 100,
};

/// One payer alone, and more at once than there are cores.
const LOADS: [Load; 2] = [
    Load {
        connections: 1,
        requests: 4_000,
    },
    Load {
        connections: 16,
        requests: 500,
    },
];

/// From nothing to the first answer, and what it takes then. The database is there already.
pub(super) fn at_rest(site: &Site) -> Result<String> {
    let mut times = Vec::new();
    let mut memory = String::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let proxy = site.proxy()?;
        times.push(start.elapsed());
        memory = resident(&proxy);
    }
    times.sort_unstable();
    let start = milliseconds(times[STARTS / 2]);
    Ok(format!(
        "{:<36}{start:>12}\n{:<36}{memory:>12}",
        "proxy, start to ready, ms", "proxy at rest, resident memory, MB"
    ))
}

/// Asks what payers' pages ask most, with an order open.
pub(super) fn under_load(site: &Site, proxy: &Program) -> Result<String> {
    let payer = Payer::log_in(site)?;
    let headers = payer.headers();
    let order = format!("/v1/orders/{}", payer.order(site.proxy)?);
    let quote = sale("indicative").to_string();
    let asked = [
        ("GET /v1/checkout", "GET", "/v1/checkout", ""),
        ("POST /v1/quotes", "POST", "/v1/quotes", &quote),
        ("GET /v1/orders/{id}", "GET", &order, ""),
    ];
    let mut table = format!(
        "{:<24}{:>12}{:>12}{:>12}{:>12}",
        "proxy", "connections", "per second", "p50, ms", "p99, ms"
    );
    for (name, method, path, body) in asked {
        let request = Request {
            method,
            path,
            headers: &headers,
            body,
        };
        load::run(site.proxy, &request, WARM_UP)?;
        for load in LOADS {
            let speed = load::run(site.proxy, &request, load)?;
            let _ = write!(
                table,
                "\n{name:<24}{:>12}{:>12}{:>12}{:>12}",
                load.connections,
                speed.per_second(),
                milliseconds(speed.percentile(50)),
                milliseconds(speed.percentile(99))
            );
        }
    }
    let memory = resident(proxy);
    let _ = write!(
        table,
        "\n\n{:<36}{memory:>12}",
        "proxy after it, resident memory, MB"
    );
    Ok(table)
}

/// A payer's page, as far as the proxy can tell.
struct Payer {
    token: String,
    page: String,
}

impl Payer {
    /// Somebody else than the one whom the browser shows.
    fn log_in(site: &Site) -> Result<Self> {
        let session = post(
            site.shop,
            "/offramp/session",
            &[("X-Offramp", "1"), ("Cookie", "cobalto_payer=cust-2")],
            "",
        )?;
        let token = text(&session, "/client_token")?;
        Ok(Self {
            token: format!("Bearer {token}"),
            page: origin(site.shop),
        })
    }

    fn headers(&self) -> [(&str, &str); 3] {
        [
            ("Authorization", &self.token),
            ("Origin", &self.page),
            ("Content-Type", "application/json"),
        ]
    }

    /// The id of a new order.
    fn order(&self, proxy: u16) -> Result<String> {
        let headers = self.headers();
        let quoted = post(proxy, "/v1/quotes", &headers, &sale("firm").to_string())?;
        // The CLABE of a provider's own examples.
        let order = json!({
            "quote_id": quoted["quote"]["id"],
            "min_fiat_amount": quoted["quote"]["fiat_minimum"],
            "destination": {
                "kind": "bank_account", "country": "MX", "fields": { "clabe": "014680260346007120" },
            },
        });
        let headers = [&headers[..], &[("Idempotency-Key", "bench")]].concat();
        let made = post(proxy, "/v1/orders", &headers, &order.to_string())?;
        text(&made, "/order/id")
    }
}

fn sale(kind: &str) -> Value {
    json!({
        "kind": kind, "token": "USDC", "network": "POL", "country": "MX", "crypto_amount": "100",
    })
}

fn post(port: u16, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Value> {
    let request = Request {
        method: "POST",
        path,
        headers,
        body,
    };
    let answer = Connection::open(port)?.send(&request)?;
    ensure!(
        (200..300).contains(&answer.status),
        "POST {path} answered {}: {}",
        answer.status,
        answer.body
    );
    serde_json::from_str(&answer.body).with_context(|| format!("POST {path}: {}", answer.body))
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    let text = text.with_context(|| format!("there is no {pointer} in {answer}"))?;
    Ok(text.to_owned())
}

/// The memory that a program holds, in megabytes, where the system tells it in `/proc`.
fn resident(program: &Program) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", program.process.id()));
    match status.as_deref().map(kilobytes) {
        // The kernel's kilobytes have 1,024 bytes.
        Ok(Some(kilobytes)) => tenths(kilobytes * 1_024 / 100_000),
        Ok(None) | Err(_) => "not told".to_owned(),
    }
}

fn kilobytes(status: &str) -> Option<u64> {
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    resident.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn milliseconds(duration: Duration) -> String {
    let hundredths = duration.as_micros() / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn tenths(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_found_among_what_the_kernel_tells() {
        let status = "VmHWM:\t   20480 kB\nVmRSS:\t   16384 kB\nThreads:\t3\n";
        assert_eq!(kilobytes(status), Some(16_384));
        assert_eq!(kilobytes("Threads:\t3\n"), None);
    }

    #[test]
    fn a_time_has_two_decimals() {
        assert_eq!(milliseconds(Duration::from_micros(12_349)), "12.34");
        assert_eq!(milliseconds(Duration::from_micros(95)), "0.09");
    }
}

//! Many browsers of one payer at once, on real sockets, spread over all proxies there are.

use std::time::Duration;

use futures::future::try_join_all;
use reqwest::Client;
use serde_json::Value;

use crate::support::{Bench, Database, ORIGIN, Outcome, Peer, Shopper, program::Program};

/// How many ask at once.
pub(super) const CLIENTS: usize = 64;

/// The proxies of a bench, each on a socket, and those who ask them.
pub(super) struct Crowd {
    programs: Vec<Program>,
    clients: Vec<Client>,
    _peer: Option<Peer>,
}

/// What one of them was told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) json: Value,
}

impl Told {
    pub(super) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// The order's id, where there is one.
    pub(super) fn order(&self) -> Option<&str> {
        self.json["order"]["id"].as_str()
    }
}

impl Crowd {
    /// Two proxies where a database can be shared, else one.
    pub(super) async fn before(bench: &Bench) -> Outcome<Self> {
        let peer = match bench.database() {
            Database::Sqlite(_) => None,
            Database::Postgres(_) => Some(bench.second().await?),
        };
        let mut programs = vec![Program::start(bench).await?];
        if let Some(peer) = &peer {
            programs.push(Program::of(&peer.engine).await?);
        }
        let clients = (0..CLIENTS).map(|_| {
            let client = Client::builder().timeout(Duration::from_secs(30));
            client.build()
        });
        Ok(Self {
            programs,
            clients: clients.collect::<Result<_, _>>()?,
            _peer: peer,
        })
    }

    /// Everybody creates an order at the same time, each with the key and the body that are its own.
    pub(super) async fn create(
        &self,
        shopper: &Shopper<'_>,
        own: impl Fn(usize) -> (String, Value),
    ) -> Outcome<Vec<Told>> {
        let asked = self.clients.iter().enumerate().map(|(number, client)| {
            let program = &self.programs[number % self.programs.len()];
            let (key, body) = own(number);
            let request = client
                .post(format!("{}/v1/orders", program.base))
                .bearer_auth(&shopper.token)
                .header("origin", ORIGIN)
                .header("idempotency-key", key)
                .header("content-type", "application/json")
                .body(body.to_string());
            // A task of its own, so that they are truly at once.
            let answer = tokio::spawn(async move {
                let answer = request.send().await?;
                let status = answer.status().as_u16();
                let json = serde_json::from_str(&answer.text().await?)?;
                Outcome::Ok(Told { status, json })
            });
            async move { answer.await? }
        });
        try_join_all(asked).await
    }
}

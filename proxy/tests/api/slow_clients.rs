//! Clients that take their time, on a real socket: they are shown out, and nobody else notices.

use std::{cell::Cell, time::Duration};

use crate::support::{
    Bench, Outcome,
    program::Program,
    slow::{Slow, campaign},
};

/// What each phase of a request may take here.
const SHORT: Duration = Duration::from_secs(1);

/// What a loaded machine may add.
const SLACK: Duration = Duration::from_secs(10);

async fn strict() -> Outcome<Bench> {
    Bench::with(|config, _| {
        config.connections.header = SHORT;
        config.connections.body = SHORT;
        config.connections.idle = 2 * SHORT;
    })
    .await
}

#[tokio::test]
async fn four_hundred_slow_clients_are_closed_while_others_are_answered() -> Outcome {
    let bench = strict().await?;
    let program = Program::start(&bench).await?;
    let slow = [
        (Slow::Silent, 100),
        (Slow::HalfAHeader, 50),
        (Slow::OnlyThePreface, 25),
        (Slow::HalfASecondHeader, 25),
        (Slow::DripsAHeader, 100),
        (Slow::DripsABody, 100),
    ];
    let answered = Cell::new(0);
    let others = async {
        let url = format!("{}/readyz", program.base);
        loop {
            // Each on a connection of its own: one that is kept says nothing about a new one.
            let answer = reqwest::Client::new().get(&url).send().await?;
            if answer.status() != 200 {
                return Outcome::<()>::Err(format!("{answer:?}").into());
            }
            answered.set(answered.get() + 1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let suffered = tokio::select! {
        suffered = campaign(program.address, &slow, SHORT + SLACK) => suffered?,
        failed = others => return failed,
    };
    assert_eq!(suffered.open, 0);
    assert_eq!(suffered.closed.len(), 400);
    assert!(suffered.longest() < SHORT + SLACK, "{suffered:?}");
    assert!(answered.get() >= 10, "{answered:?}");
    Ok(())
}

//! A death while the provider is being asked.

use std::time::Duration;

use anyhow::{Result, ensure};
use offramp_simulator::{Fault, Operation};
use tokio::time::{Instant, sleep};

use crate::{
    backend::Provider,
    payer::PATIENCE,
    point::{Choice, Point},
    program::Program,
    theirs::Stage,
};

/// A request to the provider that gets no answer.
pub(crate) struct Flight {
    provider: Provider,
    user: String,
    operation: Operation,
    provider_acts: bool,
    asked_before: u64,
}

impl Flight {
    /// The one at this point, if that is where the process dies. The next request hangs from here on.
    pub(crate) fn at(
        point: Point,
        operation: Operation,
        choice: Option<Choice>,
        provider: &Provider,
        user: &str,
    ) -> Option<Self> {
        let choice = choice.filter(|choice| choice.point == point)?;
        let fault = if choice.provider_acts {
            Fault::TimeoutAfter
        } else {
            Fault::TimeoutBefore
        };
        let asked_before = provider.requests(operation);
        provider.fault(operation, fault);
        Some(Self {
            provider: provider.clone(),
            user: user.to_owned(),
            operation,
            provider_acts: choice.provider_acts,
            asked_before,
        })
    }

    fn is_under_way(&self) -> bool {
        self.provider.requests(self.operation) > self.asked_before
            && (!self.provider_acts || self.has_acted())
    }

    /// Whether the provider has done what it was asked.
    fn has_acted(&self) -> bool {
        let books = self.provider.books(&self.user);
        books.iter().any(|theirs| match self.operation {
            Operation::Authorise => theirs.transfers > 0,
            Operation::Confirm => matches!(theirs.stage, Stage::Confirmed | Stage::Paid),
            _ => true,
        })
    }

    async fn kill(&self, program: &mut Program) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_under_way() {
            ensure!(Instant::now() < deadline, "the provider is never asked");
            sleep(Duration::from_millis(1)).await;
        }
        program.kill()
    }
}

/// Asks for something, and kills the process while it asks the provider, where there is a flight.
pub(crate) async fn in_flight<T>(
    flight: Option<Flight>,
    program: &mut Program,
    asking: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(flight) = flight else {
        return asking.await;
    };
    let (asked, killed) = tokio::join!(asking, flight.kill(program));
    killed?;
    asked
}

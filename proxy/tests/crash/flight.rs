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
    theirs::{Stage, Theirs},
};

/// What the provider is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Create,
    Signature,
    Confirmation,
    Refund,
}

impl Call {
    fn point(self) -> Point {
        match self {
            Self::Create => Point::CallInFlight,
            Self::Signature => Point::SignatureInFlight,
            Self::Confirmation => Point::ConfirmationInFlight,
            Self::Refund => Point::RefundInFlight,
        }
    }

    fn operation(self) -> Operation {
        match self {
            Self::Create => Operation::Create,
            Self::Signature => Operation::Authorise,
            Self::Confirmation => Operation::Confirm,
            Self::Refund => Operation::Refund,
        }
    }

    /// Whether the provider has done it.
    fn is_done(self, theirs: &Theirs) -> bool {
        match self {
            Self::Create => true,
            Self::Signature => theirs.transfers > 0,
            Self::Confirmation => matches!(theirs.stage, Stage::Confirmed | Stage::Paid),
            Self::Refund => theirs.is_returned,
        }
    }
}

/// A request to the provider that gets no answer.
pub(crate) struct Flight {
    provider: Provider,
    user: String,
    call: Call,
    provider_acts: bool,
    asked_before: u64,
}

impl Flight {
    /// That of this call, if the process dies in it. The next such request hangs from here on.
    pub(crate) fn of(
        call: Call,
        choice: Option<Choice>,
        provider: &Provider,
        user: &str,
    ) -> Option<Self> {
        let choice = choice.filter(|choice| choice.point == call.point())?;
        let fault = if choice.provider_acts {
            Fault::TimeoutAfter
        } else {
            Fault::TimeoutBefore
        };
        let asked_before = provider.requests(call.operation());
        provider.fault(call.operation(), fault);
        Some(Self {
            provider: provider.clone(),
            user: user.to_owned(),
            call,
            provider_acts: choice.provider_acts,
            asked_before,
        })
    }

    fn is_under_way(&self) -> bool {
        let has_acted = || {
            let books = self.provider.books(&self.user);
            books.iter().any(|theirs| self.call.is_done(theirs))
        };
        self.provider.requests(self.call.operation()) > self.asked_before
            && (!self.provider_acts || has_acted())
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

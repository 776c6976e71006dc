//! The command line: to serve, and what an operator asks beside a proxy that serves.

use std::{io::Write as _, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::{ArgGroup, Args, Parser, Subcommand};

use crate::{
    engine::{
        Engine,
        resolve::{Finding, Word},
    },
    provider::ProviderRef,
};

/// Keeps the provider's key, remembers every order, and shows the widget one neutral API. Without a
/// command it serves. It reads its configuration from the environment: docs/configuration.md.
#[derive(Debug, Parser)]
#[command(name = "offramp-proxy", version)]
pub struct CommandLine {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What an operator asks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compares the store with the provider, prints every difference, and changes nothing. Ends with
    /// 1 when there are differences, with 2 when some could not be read
    Reconcile {
        /// Orders of so many days, and every order that is not closed.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// What needs a person.
    #[command(subcommand)]
    Orders(Orders),
}

/// What is done with orders.
#[derive(Debug, Subcommand)]
pub enum Orders {
    /// Settles an order that needs a person. What was found is checked against the provider, and
    /// written on the order's audit trail
    Resolve(Resolve),
}

/// What a person found out.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("finding").required(true))]
pub struct Resolve {
    /// Our id of the order: ord_…
    order: String,
    /// This order of the provider's is the one whose create got no answer
    #[arg(long, group = "finding", value_name = "REFERENCE")]
    adopt: Option<String>,
    /// The provider never made the order: it failed, and nothing was taken
    #[arg(long, group = "finding")]
    not_created: bool,
    /// Nothing was ever sent to its address: it is called off
    #[arg(long, group = "finding")]
    nothing_arrived: bool,
    /// The crypto went back by this transfer: it is refunded
    #[arg(long, group = "finding", value_name = "HASH")]
    returned: Option<String>,
    /// The provider, or the escrow, still has the crypto: it needs a person until it goes back
    #[arg(long, group = "finding")]
    still_held: bool,
    /// Who says so, for the audit trail
    #[arg(long, env = "USER")]
    by: String,
    /// What was heard, and from whom at the provider, for the audit trail. Needed with --not-created
    /// where the provider's list cannot tell
    #[arg(long, value_name = "TEXT", value_parser = note)]
    note: Option<String>,
}

impl Command {
    /// Does it, beside whatever proxy uses the same database.
    ///
    /// # Errors
    /// When it cannot be done, with a sentence that says why.
    pub async fn run(&self, engine: &Arc<Engine>) -> anyhow::Result<ExitCode> {
        match self {
            Self::Reconcile { days } => reconcile(engine, *days).await,
            Self::Orders(Orders::Resolve(resolve)) => resolve.run(engine).await,
        }
    }
}

async fn reconcile(engine: &Engine, days: u32) -> anyhow::Result<ExitCode> {
    let since = engine
        .now()
        .minus(Duration::from_hours(24 * u64::from(days)));
    let found = engine.reconcile(since).await?;
    let mut out = std::io::stdout().lock();
    for difference in &found.differences {
        writeln!(out, "{difference}")?;
    }
    for provider in &found.unlisted {
        writeln!(
            out,
            "-\t-\t{provider} does not tell whose the orders of its list are: each of ours was read by \
             itself, and orders that only it has are not seen"
        )?;
    }
    for payer in &found.unread {
        writeln!(
            out,
            "-\t-\tthe provider's orders of {payer} could not be read to their end"
        )?;
    }
    writeln!(
        out,
        "{} orders compared, {} differences",
        found.compared,
        found.differences.len()
    )?;
    Ok(if !found.unread.is_empty() {
        ExitCode::from(2)
    } else if found.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Words that say something, on one line.
fn note(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("a note is one line of text");
    }
    Ok(text.to_owned())
}

impl Resolve {
    async fn run(&self, engine: &Arc<Engine>) -> anyhow::Result<ExitCode> {
        let order = engine
            .resolve(&self.order, &self.finding(), &self.word())
            .await
            .with_context(|| format!("{} is left as it is", self.order))?;
        let mut out = std::io::stdout().lock();
        if order.pending_action.is_some() {
            writeln!(out, "{} is being called off at the provider", order.id)?;
        } else {
            writeln!(out, "{} is {} now", order.id, order.state.as_str())?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn word(&self) -> Word {
        Word {
            by: self.by.clone(),
            note: self.note.clone(),
        }
    }

    /// The one that was said: the command line requires exactly one.
    fn finding(&self) -> Finding {
        if let Some(reference) = &self.adopt {
            Finding::Adopt(ProviderRef(reference.clone()))
        } else if let Some(hash) = &self.returned {
            Finding::Returned(hash.clone())
        } else if self.nothing_arrived {
            Finding::NothingArrived
        } else if self.still_held {
            Finding::StillHeld
        } else {
            Finding::NotCreated
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<CommandLine, clap::Error> {
        CommandLine::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn without_a_command_it_serves() {
        assert!(parse("offramp-proxy").unwrap().command.is_none());
    }

    #[test]
    fn an_order_is_resolved_by_one_finding() {
        let finding = |rest: &str| {
            let line = format!("offramp-proxy orders resolve ord_1 --by ana {rest}");
            match parse(&line).unwrap().command.unwrap() {
                Command::Orders(Orders::Resolve(resolve)) => resolve.finding(),
                Command::Reconcile { .. } => unreachable!(),
            }
        };
        let adopt = Finding::Adopt(ProviderRef("a".to_owned()));
        assert_eq!(finding("--adopt a"), adopt);
        assert_eq!(finding("--not-created"), Finding::NotCreated);
        assert_eq!(finding("--nothing-arrived"), Finding::NothingArrived);
        assert_eq!(finding("--still-held"), Finding::StillHeld);
        assert_eq!(
            finding("--returned 0x1"),
            Finding::Returned("0x1".to_owned())
        );
    }

    #[test]
    fn a_note_is_one_line_of_words() {
        let with = |text: &str| {
            let line = "offramp-proxy orders resolve ord_1 --by ana --not-created --note";
            CommandLine::try_parse_from(line.split_whitespace().chain([text]))
        };
        match with(" their desk says so ").unwrap().command.unwrap() {
            Command::Orders(Orders::Resolve(resolve)) => {
                let note = resolve.word().note;
                assert_eq!(note.as_deref(), Some("their desk says so"));
            }
            Command::Reconcile { .. } => unreachable!(),
        }
        for empty in ["", "  ", "two\nlines"] {
            assert!(with(empty).is_err(), "{empty:?}");
        }
    }

    #[test]
    fn no_finding_and_two_findings_are_refused() {
        for line in [
            "offramp-proxy orders resolve ord_1 --by ana",
            "offramp-proxy orders resolve ord_1 --by ana --not-created --adopt a",
            "offramp-proxy orders resolve --by ana --not-created",
            "offramp-proxy orders resolve ord_1 --by ana --not-created --note",
            "offramp-proxy reconcile --days 0",
            "offramp-proxy serve",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

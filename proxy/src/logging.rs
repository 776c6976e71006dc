//! The log: lines for people, or one JSON object a line for machines.

use std::str::FromStr;

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, fmt::MakeWriter, layer::SubscriberExt as _};

use crate::config::{ConfigError, Lookup};

const FORMAT: &str = "OFFRAMP_LOG_FORMAT";

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Words and `name=value`, for people.
    #[default]
    Text,
    /// One object a line: the fields of the event, and those of the request or the duty in `spans`.
    Json,
}

impl Format {
    /// `OFFRAMP_LOG_FORMAT`, `text`.
    ///
    /// # Errors
    /// When it is neither `text` nor `json`.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        lookup(FORMAT)
            .filter(|value| !value.is_empty())
            .map_or(Ok(Self::default()), |value| value.parse())
    }
}

impl FromStr for Format {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(ConfigError::wrong(FORMAT, "neither `text` nor `json`")),
        }
    }
}

/// What writes the log: `filter` as in `OFFRAMP_LOG`.
pub fn subscriber<W>(format: Format, filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match format {
        Format::Text => lines.boxed(),
        Format::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .boxed(),
    };
    tracing_subscriber::registry().with(filter).with(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(value: &str) -> Result<Format, String> {
        Format::from_env(&|name| (name == FORMAT).then(|| value.to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_text_unless_json_is_asked_for() {
        assert_eq!(format(""), Ok(Format::Text));
        assert_eq!(format("text"), Ok(Format::Text));
        assert_eq!(format("json"), Ok(Format::Json));
        assert_eq!(
            format("xml"),
            Err("OFFRAMP_LOG_FORMAT is wrong: neither `text` nor `json`".to_owned())
        );
    }
}

//! Where a provider is: an address that a key may be sent to.

use url::Url;

use crate::config::{ConfigError, is_loopback};

/// Reads an address that calls are made below, like `example`.
///
/// # Errors
/// Whatever a key should not be sent to.
pub(super) fn base_url(
    variable: &'static str,
    text: &str,
    example: &str,
) -> Result<Url, ConfigError> {
    let wrong = |problem: &str| Err(ConfigError::wrong(variable, problem));
    let url: Url = text
        .parse()
        .map_err(|error| ConfigError::wrong(variable, error))?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return wrong(&format!("not the address of a host, like {example}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("a name or a password does not belong here");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("neither `?` nor `#` belongs here");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return wrong("the key would travel unencrypted: http:// is for this machine only");
    }
    Ok(url)
}

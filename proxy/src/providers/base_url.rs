//! Where a provider is: an address that a key may be sent to.

use url::Url;

use crate::config::{ConfigError, is_loopback};

/// Reads an address that calls are made below, like `example`.
///
/// # Errors
/// Whatever a key should not be sent to.
pub fn base_url(variable: &'static str, text: &str, example: &str) -> Result<Url, ConfigError> {
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

/// The address of an API, which is below the configured one.
///
/// # Errors
/// When nothing can be below it.
pub fn below(variable: &'static str, mut base: Url, prefix: &[&str]) -> Result<Url, ConfigError> {
    base.path_segments_mut()
        .map_err(|()| ConfigError::wrong(variable, "not the address of a host"))?
        .pop_if_empty()
        .extend(prefix);
    Ok(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_below_the_configured_address() {
        for (base, expected) in [
            ("https://host.example", "https://host.example/api/v1"),
            ("http://127.0.0.1:1/a/", "http://127.0.0.1:1/a/api/v1"),
            ("http://127.0.0.1:1/a", "http://127.0.0.1:1/a/api/v1"),
        ] {
            let base = below("BASE_URL", base.parse().unwrap(), &["api", "v1"]).unwrap();
            assert_eq!(base.as_str(), expected);
        }
        assert!(below("BASE_URL", "data:text".parse().unwrap(), &["api"]).is_err());
    }
}

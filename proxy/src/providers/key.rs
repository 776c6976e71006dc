//! A partner's key, which goes into a header.

use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{config::ConfigError, outgoing::Key, variables::SecretVariable};

/// Whether a key can be sent: checked here and not when it is first sent, so that the variable is
/// named.
///
/// # Errors
/// When it cannot.
pub fn check(variable: SecretVariable, key: &SecretString) -> Result<(), ConfigError> {
    let is_visible = |byte: u8| byte.is_ascii_graphic();
    if key.expose_secret().bytes().all(is_visible) {
        Ok(())
    } else {
        Err(ConfigError::wrong(
            variable.value,
            "a key has no spaces and only ASCII letters",
        ))
    }
}

/// The key in its header.
///
/// # Errors
/// When it cannot stand there.
pub fn in_header(
    variable: SecretVariable,
    header: HeaderName,
    key: &SecretString,
) -> Result<Key, ConfigError> {
    match HeaderValue::from_str(key.expose_secret()) {
        Ok(value) => Ok(Key { header, value }),
        Err(_) => Err(ConfigError::wrong(
            variable.value,
            "it cannot stand in a header",
        )),
    }
}

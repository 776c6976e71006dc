//! The environment.

use offramp_proxy::{
    config::{Config, ConfigError},
    providers::capa::Settings,
};

/// What marks every secret.
const MARK: &str = "0123456789-PLANTED-SECRET-abcdef";

const SECRETS: [&str; 4] = [
    "OFFRAMP_SECRET_KEY",
    "OFFRAMP_DATA_KEY",
    "CAPA_API_KEY",
    "CAPA_WEBHOOK_SECRET",
];

/// Lines of `NAME=value`: a refusal names a variable and repeats no secret, what is taken prints
/// none, and every origin is one.
pub fn config(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let lines: Vec<_> = text
        .split('\n')
        .filter_map(|line| line.split_once('='))
        .collect();
    if lines.iter().any(|(_, value)| value.contains(MARK)) {
        return;
    }
    // A file is the catalogue's matter.
    let lookup = |name: &str| {
        let (_, value) = lines
            .iter()
            .find(|(key, _)| *key == name && name != "OFFRAMP_CATALOG")?;
        Some(if SECRETS.contains(&name) && !value.is_empty() {
            format!("{MARK}{value}")
        } else {
            (*value).to_owned()
        })
    };
    match Config::from_env(&lookup) {
        Ok(config) => {
            assert!(!format!("{config:?}").contains(MARK));
            assert!(!config.allowed_origins.is_empty());
            for origin in &config.allowed_origins {
                assert!(
                    !origin.contains(['*', ' ', ',']) && origin.contains("://"),
                    "{origin}"
                );
            }
            let minutes = [config.session, config.deposit_offer].map(|span| span.as_secs() / 60);
            assert!(
                minutes
                    .iter()
                    .all(|minutes| (1..=7 * 24 * 60).contains(minutes))
            );
        }
        Err(error) => is_a_refusal(&error),
    }
    match Settings::from_env(&lookup) {
        Ok(Some(settings)) => {
            assert!(!format!("{settings:?}").contains(MARK));
            assert!(matches!(settings.base_url.scheme(), "http" | "https"));
            assert!(settings.premium_spread.to_string().starts_with('0'));
        }
        Ok(None) => assert!(lookup("CAPA_API_KEY").is_none_or(|key| key.is_empty())),
        Err(error) => is_a_refusal(&error),
    }
}

fn is_a_refusal(error: &ConfigError) {
    let told = error.to_string();
    assert!(
        told.starts_with("OFFRAMP_") || told.starts_with("CAPA_"),
        "{told}"
    );
    assert!(!told.contains(MARK), "{told}");
}

//! Keys for a token (contract 2, A-1).

use serde::{Deserialize, Serialize};

use crate::providers::{exchange::Answer, failure::Failure};

/// The body of `POST /authenticate`.
#[derive(Serialize)]
pub(in super::super) struct Credentials<'a> {
    pub(in super::super) api_key: &'a str,
    pub(in super::super) api_secret: &'a str,
}

#[derive(Deserialize)]
struct Authenticated {
    data: Option<Data>,
    token: Option<String>,
    access_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Data {
    Named {
        token: Option<String>,
        access_token: Option<String>,
    },
    Bare(String),
}

/// The token, wherever it is.
pub(in super::super) fn token(answer: &Answer) -> Result<String, Failure> {
    let Authenticated {
        data,
        token,
        access_token,
    } = serde_json::from_slice(&answer.body).map_err(|error| Failure::unreadable(&error))?;
    let in_data = match data {
        Some(Data::Named {
            token,
            access_token,
        }) => token.or(access_token),
        Some(Data::Bare(token)) => Some(token),
        None => None,
    };
    in_data
        .or(token)
        .or(access_token)
        .filter(|token| !token.is_empty())
        .ok_or(Failure::Misfit("an answer without a token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_every_place_it_may_be() {
        for body in [
            r#"{"status":"ok","data":{"token":"b87b5df8hd"}}"#,
            r#"{"status":"ok","data":{"access_token":"b87b5df8hd"}}"#,
            r#"{"status":"ok","data":"b87b5df8hd"}"#,
            r#"{"status":"ok","token":"b87b5df8hd"}"#,
            r#"{"status":"ok","access_token":"b87b5df8hd","data":null}"#,
        ] {
            let found = token(&Answer::with_body(body)).unwrap();
            assert_eq!(found, "b87b5df8hd", "{body}");
        }
    }

    #[test]
    fn no_token_is_no_answer() {
        for body in [
            "{}",
            r#"{"data":{}}"#,
            r#"{"token":""}"#,
            r#"{"token":7}"#,
            "[]",
        ] {
            assert!(token(&Answer::with_body(body)).is_err(), "{body}");
        }
    }
}

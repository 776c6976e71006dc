//! Nearly the genuine thing, and what its forger is told.

use rand::{RngExt as _, rngs::StdRng};
use serde_json::Value;

use crate::support::Answer;

/// What a caller can tell one answer from another by: everything but the request's id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Seen {
    pub(super) fn of(answer: &Answer) -> Self {
        let headers = answer.headers.iter();
        let mut headers: Vec<_> = headers
            .filter(|(name, _)| name.as_str() != "x-request-id")
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect();
        headers.sort();
        let mut body = answer.json.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("request_id");
        }
        Self {
            status: answer.status.as_u16(),
            headers,
            body,
        }
    }
}

/// A text that is nearly this one, of the same characters: never this one itself.
pub(super) fn near_miss(text: &str, alphabet: &[u8], random: &mut StdRng) -> String {
    loop {
        let mut bytes = text.as_bytes().to_vec();
        let place = random.random_range(0..bytes.len());
        let other = alphabet[random.random_range(0..alphabet.len())];
        match random.random_range(0..8) {
            0..3 => bytes[place] = other,
            3 => bytes.truncate(place.max(1)),
            4 => bytes.insert(place, other),
            5 => drop(bytes.remove(place)),
            6 => {
                bytes[place] ^= if bytes[place].is_ascii_alphabetic() {
                    0x20
                } else {
                    0
                }
            }
            _ => {
                let next = (place + 1) % bytes.len();
                bytes.swap(place, next);
            }
        }
        if bytes != text.as_bytes() && !bytes.is_empty() {
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
}

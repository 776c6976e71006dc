//! Notifications that the provider did not sign.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use offramp_simulator::Operation;
use rand::{RngExt as _, rngs::StdRng};
use serde_json::json;
use sha2::Sha256;

use super::campaign::Campaign;
use crate::support::{Bench, Outcome, WEBHOOK_SECRET, provider::sign};

/// A body and the signatures that stand beside it.
struct Letter {
    body: Vec<u8>,
    signatures: Vec<String>,
}

#[tokio::test]
async fn no_webhook_is_taken_that_the_provider_did_not_sign() -> Outcome {
    let campaign = Campaign::of("webhooks", 5_000, 100_000)?;
    let mut random = campaign.random();
    let bench = Bench::start().await?;
    let id = bench.ana().await?.open_order().await?;
    let reference = bench.capa().transaction("latest")?.id;
    let before = bench.record(&id).await?;
    let reads = bench.capa().requests(Operation::List);
    let bodies: Vec<_> = [
        "CRYPTO_RECEIVED_OFF_RAMP",
        "COMPLETED_OFF_RAMP",
        "FAILED",
        "A_NEW_ONE",
    ]
    .map(|event| {
        let body = json!({
            "type": "TRANSACTION", "event": event, "externalUserId": "cust-1",
            "transactionId": reference, "firstName": "ANA", "lastName": "LOPEZ",
        });
        body.to_string().into_bytes()
    })
    .into();
    for round in 0..campaign.rounds {
        let body = &bodies[round % bodies.len()];
        let other = &bodies[(round + 1) % bodies.len()];
        let forged = forged(body, other, &mut random);
        let mut ask = bench.post("/webhooks/capa");
        for signature in &forged.signatures {
            ask = ask.header("capa-signature", signature);
        }
        let answer = ask.body(forged.body).await?;
        assert_eq!(
            answer.refusal(),
            (401, "unauthorized"),
            "{}",
            campaign.at(round)
        );
    }
    // Nothing was kept, and nothing was done about any of them.
    assert!(bench.engine.store.unhandled_webhooks(1).await?.is_empty());
    bench.settle().await?;
    assert_eq!(bench.capa().requests(Operation::List), reads);
    assert_eq!(bench.record(&id).await?, before);
    let genuine = String::from_utf8(bodies[0].clone())?;
    let taken = bench
        .webhook_with(&genuine, &sign(genuine.as_bytes()))
        .await?;
    assert_eq!(taken.status, 204);
    campaign.done(campaign.rounds, "none got in");
    Ok(())
}

fn forged(body: &[u8], other: &[u8], random: &mut StdRng) -> Letter {
    let right = sign(body);
    let mut body = body.to_vec();
    let mut signatures = vec![right.clone()];
    match random.random_range(0..12) {
        0..3 => {
            let place = random.random_range(0..body.len());
            body[place] ^= 1 << random.random_range(0..8);
        }
        3..5 => signatures = vec![with_another_digit(&right, random)],
        5 => body.truncate(random.random_range(0..body.len())),
        6 => body.extend_from_slice(&vec![b' '; random.random_range(1..5)]),
        7 => signatures = vec![right[..random.random_range(0..64)].to_owned()],
        8 => {
            let secret = format!("{WEBHOOK_SECRET}{}", random.random_range(0..1_000_000));
            signatures = vec![HEXLOWER.encode(&mac(secret.as_bytes(), &body))];
        }
        9 => signatures = vec![sign(other)],
        10 => {
            let raw = mac(WEBHOOK_SECRET.as_bytes(), &body);
            let shapes = [
                BASE64.encode(&raw),
                format!("sha256={right}"),
                format!("{right}{right}"),
                HEXLOWER.encode(&[0; 32]),
                String::new(),
            ];
            signatures = vec![shapes[random.random_range(0..shapes.len())].clone()];
        }
        _ if random.random() => signatures = Vec::new(),
        _ => signatures.push(right),
    }
    Letter { body, signatures }
}

/// One hexadecimal digit is another one, not only another way to write it.
fn with_another_digit(signature: &str, random: &mut StdRng) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut bytes = signature.as_bytes().to_vec();
    let place = random.random_range(0..bytes.len());
    let value = DIGITS.iter().position(|digit| *digit == bytes[place]);
    let other = value.unwrap_or_default() + random.random_range(1..16);
    bytes[place] = DIGITS[other % 16];
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mac(secret: &[u8], body: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(secret).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(body);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

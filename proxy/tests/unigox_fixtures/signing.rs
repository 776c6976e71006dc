//! What is signed, with the vectors of the contract (10.1, 10.2 and 10.5).

use anyhow::{Result, bail, ensure};
use offramp_domain::{money::Token, network::Network};
use offramp_proxy::provider::{
    ActOutcome, Expected, Provider as _, ProviderError, Purpose, Refusal, SigningError,
};
use serde_json::{Value, json};

use super::{ORDER, fixture, order, stub::Stub};

fn expected(purpose: Purpose) -> Result<Expected> {
    Ok(Expected {
        reference: order(),
        purpose,
        token: Token::Usdt,
        network: Network::Xai,
        contract: Some("0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA".to_owned()),
        decimals: 6,
        crypto_amount: "100".parse()?,
        signer: None,
    })
}

fn path(rest: &str) -> String {
    format!("partner/orders/{ORDER}/{rest}")
}

/// Sections 10.1 and 10.2.
#[tokio::test]
async fn a_transfer_is_signed_and_handed_in_to_the_byte() -> Result<()> {
    let (parameters, hand_in) = (
        path("transfer-authorization-parameters"),
        path("authorize-crypto-transfer"),
    );
    let stub = Stub::answering(&[
        (&parameters, 200, fixture!("transfer_parameters")),
        (&hand_in, 200, fixture!("acted")),
    ])
    .await?;
    let client = stub.client()?;
    let request = client.to_sign(&expected(Purpose::Transfer)?).await?;
    let signature = client.sign(&request)?;
    assert_eq!(
        signature,
        "0x3c39f289c5b96a99273a05bc27e0ff56be014b186f7060487b9d50064eda5cc25ceba36d94411b30b84455b4834f60c64cf17ccdf800bf84d5e8e191f29cc0cc1c"
    );
    let status = "crypto_transfer_authorization_pending".to_owned();
    assert_eq!(
        client.hand_in(&request, &signature).await?,
        ActOutcome::Done { status }
    );
    let asked = stub.asked();
    assert_eq!(asked[0].line, format!("GET /api/v1/{parameters}"));
    assert_eq!(asked[1].line, format!("POST /api/v1/{hand_in}"));
    assert_eq!(
        serde_json::from_str::<Value>(&asked[1].body)?,
        json!({
            "forward_request": {
                "from": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                "to": "0xf86Cc81F4E480CF54Eb013FFe6929a0C2Ad5EdCA",
                "value": "0", "gas": "500000", "nonce": "0", "deadline": "1760000000",
                "data": "0xa9059cbb0000000000000000000000009f8ef448c2c0694383b848e32d4d2857ebaedb940000000000000000000000000000000000000000000000000000000005f5e100",
            },
            "signature": signature,
        })
    );
    Ok(())
}

/// Section 10.5: two of ten types are shown, and all ten signed.
#[tokio::test]
async fn a_refund_is_signed_and_handed_in_to_the_byte() -> Result<()> {
    let (parameters, hand_in) = (
        path("refund-authorization-parameters"),
        path("authorize-refund"),
    );
    let stub = Stub::answering(&[
        (&parameters, 200, fixture!("refund_parameters")),
        (&hand_in, 200, fixture!("refunded")),
    ])
    .await?;
    let client = stub.client()?;
    let request = client.to_sign(&expected(Purpose::Refund)?).await?;
    let signature = client.sign(&request)?;
    assert_eq!(
        signature,
        "0x3bb6f6dc9a396d1171ff642bbd399c4d22c867a2785a32985bc4655988fbab2579153798720712350cde76c988d818fded5201c5b469b83ecbf1abe16ec430331c"
    );
    let status = "cancelled".to_owned();
    assert_eq!(
        client.hand_in(&request, &signature).await?,
        ActOutcome::Done { status }
    );
    assert_eq!(
        serde_json::from_str::<Value>(&stub.asked()[1].body)?,
        json!({ "signature": signature })
    );
    Ok(())
}

/// Sections 2.1 and 10.1: the usual answer until somebody has accepted.
#[tokio::test]
async fn nothing_is_to_be_signed_too_early() -> Result<()> {
    let parameters = path("transfer-authorization-parameters");
    let stub = Stub::answering(&[(&parameters, 409, fixture!("invalid_status"))]).await?;
    let refused = stub.client()?.to_sign(&expected(Purpose::Transfer)?).await;
    let Err(SigningError::Provider(ProviderError::Refused(refusal))) = refused else {
        bail!("{refused:?}")
    };
    assert_eq!(refusal, Refusal::NotPossibleNow);
    Ok(())
}

/// Section 10.2.
#[tokio::test]
async fn a_wallet_that_is_short_is_told_apart() -> Result<()> {
    let (parameters, hand_in) = (
        path("transfer-authorization-parameters"),
        path("authorize-crypto-transfer"),
    );
    let stub = Stub::answering(&[
        (&parameters, 200, fixture!("transfer_parameters")),
        (&hand_in, 422, fixture!("insufficient_balance")),
    ])
    .await?;
    let client = stub.client()?;
    let request = client.to_sign(&expected(Purpose::Transfer)?).await?;
    let outcome = client.hand_in(&request, &client.sign(&request)?).await?;
    assert_eq!(outcome, ActOutcome::Refused(Refusal::FundsUnavailable));
    Ok(())
}

/// Section 10.1, with anything but the agreed amount.
#[tokio::test]
async fn another_amount_is_not_signed() -> Result<()> {
    let parameters = path("transfer-authorization-parameters");
    let stub = Stub::answering(&[(&parameters, 200, fixture!("transfer_parameters"))]).await?;
    let expected = Expected {
        crypto_amount: "99".parse()?,
        ..expected(Purpose::Transfer)?
    };
    let refused = stub.client()?.to_sign(&expected).await;
    ensure!(
        matches!(refused, Err(SigningError::Unexpected("the amount"))),
        "{refused:?}"
    );
    Ok(())
}

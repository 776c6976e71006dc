//! Orders, as they are made, read and acted on.

use anyhow::{Result, bail, ensure};
use axum::http::{Method, header};
use offramp_domain::{
    money::{Currency, Token},
    network::{Network, TxHash},
    time::Timestamp,
};
use offramp_proxy::provider::{
    ActOutcome, CreateOutcome, NewOrder, Provider as _, ProviderError, ProviderRef, ProviderUserId,
    Snapshot,
};
use secrecy::ExposeSecret;

use super::{
    ORDER, USER, capa, client_of, create, fixture, new_order, only, order, stub::Answer, user,
};

fn created(outcome: CreateOutcome) -> Result<Snapshot> {
    match outcome {
        CreateOutcome::Created(snapshot) => Ok(*snapshot),
        CreateOutcome::Refused(refusal) => bail!("refused: {refusal}"),
        CreateOutcome::NotSent(error) => bail!("not sent: {error}"),
        CreateOutcome::Uncertain(error) => bail!("uncertain: {error}"),
    }
}

fn digits(snapshot: &Snapshot) -> [String; 3] {
    let amounts = [
        Some(snapshot.crypto_amount),
        snapshot.fiat_amount,
        snapshot.rate,
    ];
    amounts.map(|amount| amount.map_or_else(String::new, |amount| amount.to_string()))
}

fn account(snapshot: &Snapshot) -> Option<&str> {
    snapshot.account.as_ref().map(ExposeSecret::expose_secret)
}

#[tokio::test]
async fn a_new_order_is_read() -> Result<()> {
    let (capa, stub) = capa(201, fixture!("off_ramp_created")).await?;
    let snapshot = created(capa.create(&new_order()?).await)?;
    assert_eq!(
        (snapshot.reference.0.as_str(), snapshot.status.as_str()),
        (ORDER, "PENDING")
    );
    assert_eq!(
        (snapshot.token, snapshot.network, snapshot.currency),
        (Some(Token::Usdc), Some(Network::Pol), Some(Currency::Mxn))
    );
    assert_eq!(digits(&snapshot), ["100", "1818.4665", "18.184665"]);
    let address = "0x7796d4f304bd84171ee6730ad0f69c07a47e786d";
    assert_eq!(snapshot.address.as_deref(), Some(address));
    assert_eq!(snapshot.created_at, "2026-05-01T12:00:05Z".parse().ok());
    assert_eq!(account(&snapshot), Some("014680260346007120"));
    assert!(!format!("{snapshot:?}").contains("014680260346007120"));
    let asked = stub.asked();
    assert_eq!(
        only(&asked)?.body,
        r#"{"userId":"8374f327-38bd-4b0b-b8a7-2524599eb903","quoteId":"123e4567-e89b-12d3-a456-426614174000","userBankInformation":{"country":"MX","accountIdentifier":"014680260346007120"}}"#
    );
    Ok(())
}

#[tokio::test]
async fn a_receiver_goes_with_the_order() -> Result<()> {
    let (capa, stub) = capa(201, fixture!("off_ramp_created")).await?;
    let order = NewOrder {
        receiver: Some("rcv-1".to_owned()),
        ..new_order()?
    };
    created(capa.create(&order).await)?;
    let asked = stub.asked();
    let sent: serde_json::Value = serde_json::from_str(&only(&asked)?.body)?;
    assert_eq!(sent["receiverId"], "rcv-1");
    Ok(())
}

#[tokio::test]
async fn amounts_keep_their_digits_in_numbers_and_in_strings() -> Result<()> {
    let snapshot = created(create(201, fixture!("off_ramp_created_in_strings")).await?)?;
    assert_eq!(digits(&snapshot), ["0.260000", "4.728013", "18.184665"]);
    assert_eq!(snapshot.status, "PENDING_PAYMENT");
    Ok(())
}

#[tokio::test]
async fn the_order_of_somebody_else_is_no_answer() -> Result<()> {
    let foreign = fixture!("off_ramp_created").replace(USER, "another");
    ensure!(matches!(
        create(201, &foreign).await?,
        CreateOutcome::Uncertain(_)
    ));
    Ok(())
}

#[tokio::test]
async fn an_order_is_read_from_the_list() -> Result<()> {
    let (capa, stub) = capa(200, fixture!("transactions")).await?;
    let snapshot = capa.read(&user(), &order()).await?;
    assert_eq!(digits(&snapshot), ["0.26", "4.728013", "18.184665"]);
    let reason = Some("Transaction cancelled by user");
    assert_eq!(
        (
            snapshot.status.as_str(),
            snapshot.cancellation_reason.as_deref()
        ),
        ("CANCELLED", reason)
    );
    assert_eq!(snapshot.tx_hash, None);
    let asked = stub.asked();
    assert_eq!(
        only(&asked)?.path_and_query,
        format!("/api/partner/v2/transactions?id={ORDER}&userId={USER}")
    );
    Ok(())
}

#[tokio::test]
async fn an_order_that_was_not_asked_for_is_no_answer() -> Result<()> {
    let (capa, _stub) = capa(200, fixture!("transactions")).await?;
    for (user, reference) in [
        (user(), ProviderRef("t-2".to_owned())),
        (ProviderUserId("u".to_owned()), order()),
    ] {
        let error = capa.read(&user, &reference).await;
        ensure!(
            matches!(error, Err(ProviderError::Unavailable(_))),
            "{error:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn fields_nobody_documents_are_passed_over() -> Result<()> {
    let (capa, stub) = capa(200, fixture!("transactions_with_extras")).await?;
    let listing = capa.list(&user(), Timestamp::from_millis(0)).await?;
    let [first, second] = listing.orders.as_slice() else {
        bail!("{:?}", listing.orders)
    };
    assert!(listing.complete);
    assert_eq!(listing.provider_now, "2026-05-01T12:00:06Z".parse().ok());
    assert_eq!(account(first), Some("DE89370400440532013000"));
    assert!(
        first
            .tx_hash
            .as_ref()
            .is_some_and(|hash| hash.starts_with("5VERv8NM"))
    );
    assert_eq!((second.token, second.network), (Some(Token::Pysud), None));
    assert_eq!(second.created_at, "2026-05-01T09:30:00.500Z".parse().ok());
    assert_eq!((&second.address, second.account.is_none()), (&None, true));
    let asked = stub.asked();
    assert_eq!(
        only(&asked)?.path_and_query,
        format!(
            "/api/partner/v2/transactions?userId={USER}&type=OFF_RAMP&sortBy=createdAt\
             &sortOrder=desc&limit=100&skip=0"
        )
    );
    Ok(())
}

#[tokio::test]
async fn execute_names_the_transfer_if_there_is_one() -> Result<()> {
    let (capa, stub) = capa(201, fixture!("executed")).await?;
    let hash = TxHash::parse(Network::Pol, &format!("0x{}", "9f2c".repeat(16)))?;
    for hash in [None, Some(&hash)] {
        let done = ActOutcome::Done {
            status: "PENDING".to_owned(),
        };
        assert_eq!(capa.execute(&order(), hash).await?, done);
    }
    let bodies: Vec<_> = stub.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies[0], format!(r#"{{"transactionId":"{ORDER}"}}"#));
    assert_eq!(
        bodies[1],
        format!(
            r#"{{"transactionId":"{ORDER}","transactionHash":"{}"}}"#,
            hash.as_str()
        )
    );
    Ok(())
}

#[tokio::test]
async fn cancel_is_read_in_both_forms() -> Result<()> {
    for body in [fixture!("cancelled"), fixture!("cancelled_older")] {
        let (capa, stub) = capa(200, body).await?;
        let done = ActOutcome::Done {
            status: "CANCELLED".to_owned(),
        };
        assert_eq!(capa.cancel(&order()).await?, done);
        let asked = stub.asked();
        let asked = only(&asked)?;
        let path = format!("/api/partner/v2/transactions/{ORDER}/cancel");
        assert_eq!(
            (&asked.method, &asked.path_and_query),
            (&Method::PUT, &path)
        );
        assert_eq!(asked.body, "");
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Result<()> {
    for status in [301, 302, 303, 307, 308] {
        let answer = Answer::new(status, "")?.with(header::LOCATION, "/elsewhere");
        let (capa, stub) = client_of(answer).await?;
        let outcome = capa.create(&new_order()?).await;
        ensure!(
            matches!(outcome, CreateOutcome::Uncertain(_)),
            "{outcome:?}"
        );
        assert_eq!(stub.asked().len(), 1);
    }
    Ok(())
}

//! The list of transactions and its filters.

use std::collections::BTreeSet;

use offramp_simulator::Status;
use offramp_simulator::providers::capa::seed;
use serde_json::{Value, json};

use crate::bench::{Bench, CUST_1, Outcome, order, with};

/// Three transactions a minute apart: pesos, euros, and pesos of another user; and their ids.
async fn three(bench: &Bench) -> Outcome<[String; 3]> {
    let sepa = json!({
        "country": "DE", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
        "bankName": "Commerzbank",
        "accountHolder": { "type": "INDIVIDUAL", "firstName": "Ana", "lastName": "Lopez" },
    });
    let euros = with(
        with(order("50"), "fiatCurrency", json!("EUR")),
        "userBankInformation",
        sepa,
    );
    let bodies = [
        order("100"),
        euros,
        with(order("75"), "userId", json!(seed::CUST_2)),
    ];
    let mut ids = <[String; 3]>::default();
    for (body, id) in bodies.iter().zip(&mut ids) {
        bench.create(body).await?.data("id").clone_into(id);
        bench.step_secs(60);
    }
    Ok(ids)
}

async fn listed(bench: &Bench, query: &str) -> Outcome<(u64, Vec<String>)> {
    let answer = bench.get(&format!("/transactions{query}")).await?;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    let page = &answer.json["data"];
    let id = |transaction: &Value| transaction["id"].as_str().unwrap_or_default().to_owned();
    let ids = page["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(id)
        .collect();
    Ok((page["count"].as_u64().unwrap_or_default(), ids))
}

#[tokio::test]
async fn the_newest_comes_first() -> Outcome {
    let bench = Bench::start().await?;
    let [one, two, three] = three(&bench).await?;
    assert_eq!(listed(&bench, "").await?, (3, vec![three, two, one]));
    Ok(())
}

#[tokio::test]
async fn every_filter_filters() -> Outcome {
    let bench = Bench::start().await?;
    let [one, two, three] = three(&bench).await?;
    bench
        .capa()
        .force_status(&two, Status::BankTransferPending)?;
    let cases = [
        (format!("?id={two}"), vec![&two]),
        ("?status=PENDING".to_owned(), vec![&three, &one]),
        ("?status=BANK_TRANSFER_PENDING".to_owned(), vec![&two]),
        ("?type=OFF_RAMP".to_owned(), vec![&three, &two, &one]),
        ("?type=ON_RAMP".to_owned(), vec![]),
        ("?fiatCurrency=EUR".to_owned(), vec![&two]),
        (format!("?userId={CUST_1}"), vec![&two, &one]),
        (format!("?userId={CUST_1}&fiatCurrency=MXN"), vec![&one]),
        ("?partnerId=anything".to_owned(), vec![&three, &two, &one]),
    ];
    for (query, expected) in cases {
        let (_, ids) = listed(&bench, &query).await?;
        assert_eq!(ids.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn sorting_takes_either_case() -> Outcome {
    let bench = Bench::start().await?;
    let [one, two, three] = three(&bench).await?;
    let by_age = [&one, &two, &three];
    for order in ["asc", "ASC"] {
        let (_, ids) = listed(&bench, &format!("?sortBy=createdAt&sortOrder={order}")).await?;
        assert_eq!(ids.iter().collect::<Vec<_>>(), by_age, "{order}");
    }
    let (_, ids) = listed(&bench, "?sortBy=cryptoAmount&sortOrder=DESC").await?;
    assert_eq!(ids, [one, three, two]);
    Ok(())
}

#[tokio::test]
async fn a_page_is_a_part_and_the_count_is_the_whole() -> Outcome {
    let bench = Bench::start().await?;
    let [one, two, _] = three(&bench).await?;
    assert_eq!(listed(&bench, "?skip=1&limit=1").await?, (3, vec![two]));
    assert_eq!(listed(&bench, "?skip=2&limit=100").await?, (3, vec![one]));
    assert_eq!(listed(&bench, "?skip=3").await?, (3, vec![]));
    Ok(())
}

#[tokio::test]
async fn twenty_are_shown_unless_it_is_said_otherwise() -> Outcome {
    let bench = Bench::start().await?;
    for _ in 0..21 {
        bench.open("100").await?;
    }
    let (count, ids) = listed(&bench, "").await?;
    assert_eq!((count, ids.len()), (21, 20));
    let distinct: BTreeSet<_> = listed(&bench, "?limit=100").await?.1.into_iter().collect();
    assert_eq!(distinct.len(), 21);
    Ok(())
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let queries = [
        "?id=1",
        "?userId=cust-1",
        "?status=SOON",
        "?type=SIDE_RAMP",
        "?fiatCurrency=BRL",
        "?limit=0",
        "?limit=101",
        "?limit=many",
        "?skip=-1",
        "?sortBy=luck",
        "?sortOrder=Asc",
    ];
    for query in queries {
        let answer = bench.get(&format!("/transactions{query}")).await?;
        let expected = (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input");
        assert_eq!(answer.refusal(), expected, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn transactions_of_another_partner_are_not_listed() -> Outcome {
    let bench = Bench::start().await?;
    let query = format!("?id={}", seed::TRANSACTION_ELSEWHERE);
    assert_eq!(listed(&bench, &query).await?, (0, vec![]));
    Ok(())
}

#[tokio::test]
async fn a_listed_transaction_is_answered_as_documented() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open("0.26e2").await?;
    let transaction = bench.read(&id).await?;
    let keys: Vec<_> = transaction
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .collect();
    let expected = [
        "bankAccount",
        "blockchainSymbol",
        "completedAt",
        "createdAt",
        "cryptoAmount",
        "destinationWalletAddress",
        "exchangeRate",
        "fiatAmount",
        "fiatCurrency",
        "id",
        "invoice",
        "premiumSpread",
        "status",
        "tokenSymbol",
        "type",
        "userId",
    ];
    assert_eq!(keys, expected);
    let nothing_yet = json!({ "transactionHash": null, "paymentUrl": null });
    assert_eq!(transaction["invoice"], nothing_yet);
    let answer = bench.get(&format!("/transactions?id={id}")).await?;
    assert!(
        answer
            .text
            .contains(r#""fiatAmount":472.80129,"cryptoAmount":26,"#),
        "{}",
        answer.text
    );
    Ok(())
}

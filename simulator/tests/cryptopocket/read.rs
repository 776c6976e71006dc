//! Off-ramps are read and listed, and prices are asked for.

use offramp_simulator::providers::cryptopocket::{
    Deposit, Knobs, List, Quotes, Statuses, SuccessWord,
};
use serde_json::{Value, json};

use crate::bench::{Bench, Outcome, latam, sepa, with};

#[tokio::test]
async fn a_read_has_atomic_units_on_polygon() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let answer = bench.get(&format!("/getRampoff?id={id}")).await?;
    let expected = json!({ "status": "ok", "data": {
        "id": id, "status": "started", "blockchain": "polygon", "crypto": "USDC",
        "amount": "100000000", "decimals": 6, "fiat_amount": "91.20",
    }});
    assert_eq!((answer.status, answer.json), (200, expected));
    Ok(())
}

#[tokio::test]
async fn a_read_has_atomic_units_on_bsc() -> Outcome {
    let bench = Bench::start().await?;
    let amount: Value = serde_json::from_str("100.000000000000000001")?;
    let body = with(with(latam(), "chain", json!("bsc")), "amount", amount);
    let answer = bench.create(&body).await?;
    let order = bench.read(answer.data("id")).await?;
    assert_eq!(order["amount"], "100000000000000000001");
    assert_eq!(
        (&order["decimals"], &order["crypto"]),
        (&json!(18), &json!("USDT"))
    );
    Ok(())
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_read() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench
        .get("/getRampoff?id=Qw7Tt2bLx0VnE4mHc9KsYp1Rz")
        .await?;
    assert_eq!(answer.refusal(), (200, "rampoff_not_found"));
    let answer = bench.get("/getRampoff").await?;
    assert_eq!(answer.refusal(), (200, "fail_mandatory_field"));
    Ok(())
}

#[tokio::test]
async fn a_success_has_three_spellings() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    for (word, text) in [
        (SuccessWord::Ok, "ok"),
        (SuccessWord::Success, "success"),
        (SuccessWord::Sucess, "sucess"),
    ] {
        let spelt = |knobs: &mut Knobs| knobs.success = word;
        bench.pocket().knobs_mut(spelt);
        let answer = bench.get(&format!("/getRampoff?id={id}")).await?;
        assert_eq!(answer.json["status"], text);
    }
    Ok(())
}

#[tokio::test]
async fn a_status_can_be_one_that_nobody_knows() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let unknown = |knobs: &mut Knobs| knobs.statuses = Statuses::OneUnknown;
    bench.pocket().knobs_mut(unknown);
    bench.pocket().deposit(&id, Deposit::Exact)?;
    assert_eq!(bench.status(&id).await?, "converting");
    Ok(())
}

#[tokio::test]
async fn a_list_has_pages_and_the_newest_first() -> Outcome {
    let bench = Bench::start().await?;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, bench.open().await?);
    }
    bench.create(&latam()).await?;
    let answer = bench
        .get("/getRampoffList?user_id=106&per_page=2&page=2")
        .await?;
    let page = &answer.json["data"];
    let shape = ["current_page", "per_page", "last_page", "total"];
    assert_eq!(
        shape.map(|key| page[key].clone()),
        [2, 2, 3, 5].map(Value::from)
    );
    let row = bench.read(&ids[2]).await?;
    assert_eq!(page["data"][0], row);
    assert_eq!(page["data"].as_array().map(Vec::len), Some(2));

    let all = bench.get("/getRampoffList").await?;
    let shape = shape.map(|key| all.json["data"][key].clone());
    assert_eq!(shape, [1, 20, 1, 6].map(Value::from));
    Ok(())
}

#[tokio::test]
async fn a_list_can_be_bare_or_absent() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.open().await?;
    let bare = |knobs: &mut Knobs| knobs.list = List::Array;
    bench.pocket().knobs_mut(bare);
    let answer = bench.get("/getRampoffList").await?;
    assert_eq!(answer.json["data"][0]["id"], id);
    let absent = |knobs: &mut Knobs| knobs.list = List::Absent;
    bench.pocket().knobs_mut(absent);
    assert_eq!(bench.get("/getRampoffList").await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn a_page_that_is_none_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    for (query, field) in [
        ("page=0", "page"),
        ("page=x", "page"),
        ("per_page=101", "per_page"),
        ("per_page=0", "per_page"),
        ("user_id=x", "user_id"),
    ] {
        let answer = bench.get(&format!("/getRampoffList?{query}")).await?;
        assert_eq!(answer.wrong_field(), (422, Some(field)), "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn a_quote_is_a_price_that_binds_nobody() -> Outcome {
    let bench = Bench::start().await?;
    let path = "/getRampoffQuote?amount=100&symbol=usdc&chain=polygon&fiat_symbol=EUR";
    let answer = bench.get(path).await?;
    let expected = json!({ "status": "ok", "data": {
        "amount": 100, "symbol": "USDC", "chain": "polygon", "fiat_symbol": "EUR",
        "fiat_amount": "91.20", "price": "0.912",
    }});
    assert_eq!((answer.status, answer.json), (200, expected));
    bench.create(&sepa()).await?;
    bench.pocket().move_rate_bps(-100);
    assert_eq!(bench.get(path).await?.data("fiat_amount"), "90.28");
    Ok(())
}

#[tokio::test]
async fn a_quote_is_refused_or_not_there() -> Outcome {
    let bench = Bench::start().await?;
    let quote = async |query: &str| bench.get(&format!("/getRampoffQuote?{query}")).await;
    let answer = quote("symbol=USDC&fiat_symbol=EUR").await?;
    assert_eq!(answer.refusal(), (200, "fail_mandatory_field"));
    let answer = quote("amount=1&symbol=DAI&fiat_symbol=EUR").await?;
    assert_eq!(answer.refusal(), (200, "coin_not_supported"));
    let answer = quote("amount=1&symbol=USDC&fiat_symbol=USD").await?;
    assert_eq!(answer.refusal(), (200, "coin_not_supported"));
    for amount in ["0", "-1", "ten"] {
        let answer = quote(&format!("amount={amount}&symbol=USDC&fiat_symbol=EUR")).await?;
        assert_eq!(answer.wrong_field(), (422, Some("amount")), "{amount}");
    }
    let absent = |knobs: &mut Knobs| knobs.quotes = Quotes::Absent;
    bench.pocket().knobs_mut(absent);
    assert_eq!(
        quote("amount=1&symbol=USDC&fiat_symbol=EUR").await?.status,
        404
    );
    Ok(())
}

//! Creating a transaction: every refusal of the table, and their order.

use offramp_simulator::providers::capa::{AssetList, BankChecks, CreatedAs, seed};
use serde_json::{Value, json};

use crate::bench::{Bench, CUST_1, Outcome, order, quoted_order, with};

const INVALID: (u16, &str, &str) = (400, "INVALID_USER_INPUT_ERROR", "Invalid User Input");

/// A create with a saved account instead of an inline one.
fn saved(account: &str) -> Value {
    with(
        with(order("100"), "userBankInformation", json!(null)),
        "userBankInformationId",
        json!(account),
    )
}

#[tokio::test]
async fn a_transaction_is_answered_as_documented() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.create(&order("100")).await?;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.data("userId"), CUST_1);
    assert_eq!(answer.data("status"), "PENDING");
    assert_eq!(answer.data("createdAt"), "2026-05-01T12:00:00.000Z");
    assert_eq!(answer.json["data"]["completedAt"], Value::Null);
    let account = json!({
        "country": "MX", "accountIdentifier": "014680260346007120", "isVerified": false,
    });
    assert_eq!(answer.json["data"]["bankAccount"], account);
    let figures = r#""cryptoAmount":100,"fiatAmount":1818.4665,"exchangeRate":18.184665"#;
    assert!(answer.text.contains(figures), "{}", answer.text);
    let address = answer.data("destinationWalletAddress");
    assert!(
        address.starts_with("0x") && address.len() == 42,
        "{address}"
    );
    Ok(())
}

#[tokio::test]
async fn transactions_of_one_user_share_an_address() -> Outcome {
    let bench = Bench::start().await?;
    let address =
        |answer: &crate::bench::Answer| answer.data("destinationWalletAddress").to_owned();
    let first = address(&bench.create(&order("100")).await?);
    assert_eq!(address(&bench.create(&order("200")).await?), first);
    let other = with(order("100"), "userId", json!(seed::CUST_2));
    assert_ne!(address(&bench.create(&other).await?), first);
    let solana = with(order("100"), "blockchainSymbol", json!("SOL"));
    let solana = address(&bench.create(&solana).await?);
    assert!(
        (32..=44).contains(&solana.len()) && !solana.starts_with("0x"),
        "{solana}"
    );
    Ok(())
}

#[tokio::test]
async fn a_new_transaction_has_two_names() -> Outcome {
    let bench = Bench::start().await?;
    bench
        .capa()
        .knobs_mut(|knobs| knobs.created_as = CreatedAs::PendingPayment);
    assert_eq!(
        bench.create(&order("100")).await?.data("status"),
        "PENDING_PAYMENT"
    );
    Ok(())
}

#[tokio::test]
async fn amounts_are_read_to_the_last_digit() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.create(&order("100.000001")).await?;
    assert!(
        answer.text.contains(r#""cryptoAmount":100.000001"#),
        "{}",
        answer.text
    );
    Ok(())
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_invalid_input() -> Outcome {
    let bench = Bench::start().await?;
    let cases = [
        ("userId", json!("cust-1")),
        ("userId", json!(7)),
        ("cryptoAmount", json!(true)),
        ("cryptoAmount", json!(0)),
        ("fiatAmount", json!(1000)),
        ("premiumSpread", json!(-0.1)),
        ("userBankInformationId", json!(seed::ACCOUNT)),
        (
            "userBankInformation",
            json!({ "country": "MX", "accountIdentifier": "123" }),
        ),
        (
            "userBankInformation",
            json!({ "country": "US", "accountIdentifier": "123" }),
        ),
    ];
    for (key, value) in cases {
        let answer = bench.create(&with(order("100"), key, value)).await?;
        assert_eq!(answer.refusal(), INVALID, "{key}");
    }
    assert_eq!(bench.create(&json!([])).await?.refusal(), INVALID);
    assert!(bench.capa().transactions().is_empty());
    Ok(())
}

#[tokio::test]
async fn terms_are_a_quote_or_everything_else() -> Outcome {
    let bench = Bench::start().await?;
    let expected = (
        400,
        "BAD_REQUEST",
        "Either quoteId or fiatCurrency, blockchainSymbol, tokenSymbol, and at least one of \
         fiatAmount or cryptoAmount must be provided",
    );
    for key in [
        "fiatCurrency",
        "blockchainSymbol",
        "tokenSymbol",
        "cryptoAmount",
    ] {
        let answer = bench.create(&with(order("100"), key, json!(null))).await?;
        assert_eq!(answer.refusal(), expected, "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn a_user_has_to_be_there_and_verified() -> Outcome {
    let bench = Bench::start().await?;
    let missing = bench
        .create(&with(order("100"), "userId", json!(null)))
        .await?;
    let message = "This endpoint requires a user id to be provided";
    assert_eq!(missing.refusal(), (400, "REQUIRED_USER_ID_ERROR", message));

    let stranger = json!("123e4567-e89b-12d3-a456-426614174000");
    assert_eq!(
        bench
            .create(&with(order("100"), "userId", stranger))
            .await?
            .refusal(),
        INVALID
    );

    let unverified = bench
        .create(&with(order("100"), "userId", json!(seed::CUST_3)))
        .await?;
    let message = "User is not allowed to perform the operations because has not completed the \
                   KYC verification.";
    assert_eq!(
        unverified.refusal(),
        (403, "USER_NOT_VERIFIED_ERROR", message)
    );

    let receiver = bench
        .create(&with(order("100"), "userId", json!(seed::RECEIVER)))
        .await?;
    let message = "Receiver accounts cannot initiate transactions directly.";
    assert_eq!(
        receiver.refusal(),
        (403, "RECEIVER_CANNOT_INITIATE_TRANSACTION", message)
    );
    Ok(())
}

#[tokio::test]
async fn a_receiver_has_to_be_the_users_and_verified() -> Outcome {
    let bench = Bench::start().await?;
    let to = |receiver: &str| with(order("100"), "receiverId", json!(receiver));
    let absent = bench
        .create(&to("123e4567-e89b-12d3-a456-426614174000"))
        .await?;
    assert_eq!(
        absent.refusal(),
        (404, "RECEIVER_NOT_FOUND", "Receiver not found.")
    );
    let another = bench.create(&to(seed::RECEIVER_OF_CUST_2)).await?;
    let message = "The receiver does not belong to the specified user.";
    assert_eq!(another.refusal(), (403, "RECEIVER_USER_MISMATCH", message));
    let unverified = bench.create(&to(seed::UNVERIFIED_RECEIVER)).await?;
    let message = "The receiver user account is not verified";
    assert_eq!(unverified.refusal(), (400, "BAD_REQUEST", message));
    assert_eq!(bench.create(&to(seed::RECEIVER)).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn a_saved_account_has_to_be_the_payees() -> Outcome {
    let bench = Bench::start().await?;
    let none = bench
        .create(&with(order("100"), "userBankInformation", json!(null)))
        .await?;
    let message = "Either userBankInformationId or userBankInformation must be provided";
    assert_eq!(none.refusal(), (400, "BAD_REQUEST", message));
    let absent = bench
        .create(&saved("123e4567-e89b-12d3-a456-426614174000"))
        .await?;
    let message = "User bank information not found.";
    assert_eq!(absent.refusal(), (404, "USER_BANK_INFO_NOT_FOUND", message));

    let denied = "USER_BANK_INFO_ACCESS_DENIED";
    let message = "The bank information does not belong to the specified user.";
    for account in [seed::ACCOUNT_OF_CUST_2, seed::ACCOUNT_OF_RECEIVER] {
        assert_eq!(
            bench.create(&saved(account)).await?.refusal(),
            (403, denied, message)
        );
    }
    let elsewhere = bench.create(&saved(seed::ACCOUNT_ELSEWHERE)).await?;
    let message = "The bank information belongs to a different partner.";
    assert_eq!(elsewhere.refusal(), (403, denied, message));

    assert_eq!(bench.create(&saved(seed::ACCOUNT)).await?.status, 201);
    let receivers = with(
        saved(seed::ACCOUNT_OF_RECEIVER),
        "receiverId",
        json!(seed::RECEIVER),
    );
    assert_eq!(bench.create(&receivers).await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn what_is_not_traded_is_refused() -> Outcome {
    let bench = Bench::start().await?;
    let fiat = bench
        .create(&with(order("100"), "fiatCurrency", json!("BRL")))
        .await?;
    let message = "Fiat currency is disabled or does not exist";
    assert_eq!(fiat.refusal(), (400, "BAD_REQUEST", message));
    let asset = bench
        .create(&with(order("100"), "blockchainSymbol", json!("BSC")))
        .await?;
    let message = "This blockchain and token combination is disabled or does not exist";
    assert_eq!(asset.refusal(), (400, "BAD_REQUEST", message));

    bench
        .capa()
        .knobs_mut(|knobs| knobs.assets = AssetList::Wide);
    let ether = with(
        with(order("3"), "tokenSymbol", json!("ETH")),
        "blockchainSymbol",
        json!("ETH"),
    );
    let message = "Token cannot be operated as OTC, only stable coins are allowed";
    let expected = (400, "INVALID_TOKEN_OPERATION_ERROR", message);
    assert_eq!(bench.create(&ether).await?.refusal(), expected);
    Ok(())
}

#[tokio::test]
async fn limits_are_told_in_the_message() -> Outcome {
    let bench = Bench::start().await?;
    let token = bench.create(&order("4.99")).await?;
    let message =
        "Token amount is outside of the allowed range for OFF_RAMP. Should be between 5 and 25000";
    assert_eq!(
        token.refusal(),
        (400, "INVALID_TOKEN_AMOUNT_ERROR", message)
    );
    let body = with(
        with(order("1"), "cryptoAmount", json!(null)),
        "fiatAmount",
        json!(99.99),
    );
    let fiat = bench.create(&body).await?;
    let message = "Fiat amount is outside of the allowed range for OFF_RAMP. Should be between 100 and 500000";
    assert_eq!(fiat.refusal(), (400, "INVALID_FIAT_AMOUNT_ERROR", message));
    Ok(())
}

#[tokio::test]
async fn a_refused_create_leaves_its_quote_open() -> Outcome {
    let bench = Bench::start().await?;
    let id = bench.quote("OFF_RAMP").await?;
    let stranger = with(quoted_order(&id), "userId", json!(seed::CUST_3));
    assert_eq!(bench.create(&stranger).await?.status, 403);
    assert_eq!(bench.create(&quoted_order(&id)).await?.status, 201);
    Ok(())
}

/// Assumption U27: user, receiver, bank details, quote, limits.
#[tokio::test]
async fn the_first_thing_wrong_is_the_one_that_is_told() -> Outcome {
    let bench = Bench::start().await?;
    let absent = json!("123e4567-e89b-12d3-a456-426614174000");
    let mut body = with(
        saved("223e4567-e89b-12d3-a456-426614174000"),
        "userId",
        json!(seed::CUST_3),
    );
    body = with(
        with(body, "receiverId", absent),
        "fiatCurrency",
        json!("BRL"),
    );
    let steps = [
        ("userId", json!(CUST_1), "USER_NOT_VERIFIED_ERROR"),
        ("receiverId", json!(null), "RECEIVER_NOT_FOUND"),
        (
            "userBankInformationId",
            json!(seed::ACCOUNT),
            "USER_BANK_INFO_NOT_FOUND",
        ),
        ("fiatCurrency", json!("MXN"), "BAD_REQUEST"),
        ("cryptoAmount", json!(5), ""),
    ];
    for (key, value, code) in steps {
        assert_eq!(
            bench.create(&body).await?.refusal().1,
            code,
            "before {key} is right"
        );
        body = with(body, key, value);
    }
    assert_eq!(
        bench.create(&body).await?.refusal().1,
        "INVALID_FIAT_AMOUNT_ERROR"
    );
    Ok(())
}

#[tokio::test]
async fn control_digits_count_only_on_request() -> Outcome {
    let bench = Bench::start().await?;
    let account = json!({ "country": "MX", "accountIdentifier": "014680260346007121" });
    let body = with(order("100"), "userBankInformation", account);
    assert_eq!(bench.create(&body).await?.status, 201);
    bench
        .capa()
        .knobs_mut(|knobs| knobs.bank_checks = BankChecks::Strict);
    assert_eq!(bench.create(&body).await?.refusal(), INVALID);
    Ok(())
}

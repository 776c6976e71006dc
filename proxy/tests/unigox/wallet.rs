//! The payer's own wallet: linked, and asked to sign what was agreed.

use std::time::Duration;

use axum::http::Method;
use offramp_simulator::{
    Decimal, Fault, Operation,
    providers::unigox::{Profile, Refusal, Status},
};
use serde_json::{Value, json};

use crate::{
    shop::{
        self, authorise, cleo, link, payer, play, sell, to_sign, unigox, until, wallet::Wallet,
        wallet_keys::WALLET_KEYS,
    },
    support::{Answer, Backend, Bench, ORIGIN, Outcome, Shopper},
};

async fn open() -> Outcome<Bench> {
    shop::open(Backend::UnigoxByWallet).await
}

async fn post(shopper: &Shopper<'_>, path: &str, body: &Value) -> Outcome<Answer> {
    shopper.ask(Method::POST, path).json(body).await
}

async fn accepted(bench: &Bench, shopper: &Shopper<'_>) -> Outcome<String> {
    let id = sell(shopper, "100").await?.order_id()?;
    until(bench, &id, "awaiting_deposit").await?;
    Ok(id)
}

/// What a wallet hands in.
fn signed(request: &Answer, signature: &str) -> Value {
    json!({ "signing_request": request.json["id"], "signature": signature })
}

#[tokio::test]
async fn the_payers_wallet_signs_and_pays() -> Outcome {
    let bench = open().await?;
    let cleo = cleo(&bench).await?;
    assert_eq!(cleo.checkout().await?.json["wallet"], "required");
    let refused = sell(&cleo, "100").await?;
    assert_eq!(
        refused.refusal(),
        (409, "wallet_not_linked"),
        "{}",
        refused.text
    );
    let wallet = link(&bench, &cleo).await?;
    assert_eq!(cleo.checkout().await?.json["wallet"], "linked");

    let id = accepted(&bench, &cleo).await?;
    let order = cleo.order(&id).await?;
    assert_eq!(order.order()["deposit"]["kind"], "sign_typed_data");
    assert_eq!(order.order()["next"]["by"], "payer");
    let refused = authorise(&bench, &id, "100").await?;
    assert_eq!(
        refused.refusal(),
        (409, "action_not_allowed"),
        "the partner pays nothing here"
    );

    let request = to_sign(&cleo, &id, "authorise_transfer").await?;
    assert_eq!(request.status, 200, "{}", request.text);
    assert_eq!(request.json["signer"], wallet.address());
    let typed = &request.json["typed_data"];
    assert_eq!(typed["primaryType"], "ForwardRequest");
    assert_eq!(typed["message"]["from"], wallet.address());
    let signature = wallet.sign_typed(typed)?;
    let body = signed(&request, &signature);
    let taken = payer(&bench, &cleo, &id, "authorise_transfer", &body).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    until(&bench, &id, "awaiting_confirmation").await?;
    payer(&bench, &cleo, &id, "confirm_received", &json!({})).await?;
    until(&bench, &id, "completed").await?;
    let theirs = unigox(&bench).order("latest")?;
    assert_eq!((theirs.authorise_calls, theirs.transfers), (1, 1));
    let left = unigox(&bench).wallet(&wallet.address())?.balances["USDT"];
    assert_eq!(left, Decimal::from(900));
    Ok(())
}

#[tokio::test]
async fn only_the_signature_that_was_asked_for_is_taken() -> Outcome {
    let bench = open().await?;
    let cleo = cleo(&bench).await?;
    let wallet = link(&bench, &cleo).await?;
    let first = accepted(&bench, &cleo).await?;
    let of_first = to_sign(&cleo, &first, "authorise_transfer").await?;
    cleo.cancel(&first).await?;

    let id = accepted(&bench, &cleo).await?;
    let request = to_sign(&cleo, &id, "authorise_transfer").await?;
    let typed = &request.json["typed_data"];
    let stranger = Wallet::new(WALLET_KEYS[1])?;
    let mut altered = typed.clone();
    altered["message"]["nonce"] = json!("7");
    let wrong_form = (422, "invalid_fields");
    for (body, refusal) in [
        (signed(&request, &stranger.sign_typed(typed)?), wrong_form),
        (signed(&request, &wallet.sign_typed(&altered)?), wrong_form),
        (signed(&request, &wallet.sign_message("hello")?), wrong_form),
        (signed(&request, "0x"), wrong_form),
        (signed(&request, ""), wrong_form),
        (
            signed(&of_first, &wallet.sign_typed(&of_first.json["typed_data"])?),
            (404, "not_found"),
        ),
        (
            json!({ "signing_request": "sig_0", "signature": wallet.sign_typed(typed)? }),
            (404, "not_found"),
        ),
        (
            json!({ "crypto_amount": "100", "reference": "debit-1" }),
            (400, "invalid_request"),
        ),
    ] {
        let refused = payer(&bench, &cleo, &id, "authorise_transfer", &body).await?;
        assert_eq!(refused.refusal(), refusal, "{body}");
    }
    // What is for the transfer is not for the refund.
    let body = signed(&request, &wallet.sign_typed(typed)?);
    let refused = payer(&bench, &cleo, &id, "authorise_refund", &body).await?;
    assert!(refused.status.is_client_error(), "{}", refused.text);

    assert_eq!(unigox(&bench).requests(Operation::Authorise), 0);
    let taken = payer(&bench, &cleo, &id, "authorise_transfer", &body).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let again = to_sign(&cleo, &id, "authorise_transfer").await?;
    assert_eq!(again.refusal(), (409, "action_not_allowed"));
    assert_eq!(unigox(&bench).order("latest")?.transfers, 1);
    Ok(())
}

#[tokio::test]
async fn what_was_signed_too_late_is_not_taken() -> Outcome {
    let bench = open().await?;
    unigox(&bench).knobs_mut(|knobs| knobs.signing_window_ms = 7_200_000);
    let cleo = cleo(&bench).await?;
    let wallet = link(&bench, &cleo).await?;
    let id = accepted(&bench, &cleo).await?;
    let request = to_sign(&cleo, &id, "authorise_transfer").await?;
    let signature = wallet.sign_typed(&request.json["typed_data"])?;
    bench.pass(Duration::from_hours(1)).await?;
    let late = shop::cleo(&bench).await?;
    let body = signed(&request, &signature);
    let refused = payer(&bench, &late, &id, "authorise_transfer", &body).await?;
    assert_eq!(refused.refusal(), (404, "not_found"));
    let request = to_sign(&late, &id, "authorise_transfer").await?;
    let signature = wallet.sign_typed(&request.json["typed_data"])?;
    let body = signed(&request, &signature);
    let taken = payer(&bench, &late, &id, "authorise_transfer", &body).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    Ok(())
}

/// The relay does not count yet what another order's signature was seen to pay.
#[tokio::test]
async fn what_is_signed_over_a_nonce_in_use_is_not_taken() -> Outcome {
    let bench = open().await?;
    unigox(&bench).knobs_mut(|knobs| knobs.signing_window_ms = 7_200_000);
    let cleo = cleo(&bench).await?;
    let wallet = link(&bench, &cleo).await?;
    let first = accepted(&bench, &cleo).await?;
    let request = to_sign(&cleo, &first, "authorise_transfer").await?;
    let body = signed(&request, &wallet.sign_typed(&request.json["typed_data"])?);
    unigox(&bench).fault(Operation::Authorise, Fault::BadGateway, 1);
    let taking = cleo.act(&first, "authorise_transfer", &body);
    let funding = async {
        while unigox(&bench).requests(Operation::Authorise) == 0 {
            bench.engine.do_what_is_due().await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        unigox(&bench).force_status("latest", Status::CryptoReceived)?;
        bench.pass_secs(60).await
    };
    let (taken, funded) = tokio::join!(taking, funding);
    funded?;
    assert_eq!(taken?.status, 200);
    assert_eq!(
        bench.record(&first).await?.state.as_str(),
        "deposit_received"
    );

    let id = accepted(&bench, &cleo).await?;
    let calls = unigox(&bench).requests(Operation::Authorise);
    let request = to_sign(&cleo, &id, "authorise_transfer").await?;
    assert_eq!(request.json["typed_data"]["message"]["nonce"], "0");
    let body = signed(&request, &wallet.sign_typed(&request.json["typed_data"])?);
    let refused = payer(&bench, &cleo, &id, "authorise_transfer", &body).await?;
    assert_eq!(refused.refusal(), (409, "action_not_allowed"));
    assert_eq!(bench.record(&id).await?.transfer, None);
    assert_eq!(unigox(&bench).requests(Operation::Authorise), calls);

    bench.pass(Duration::from_mins(71)).await?;
    let late = shop::cleo(&bench).await?;
    let request = to_sign(&late, &id, "authorise_transfer").await?;
    let body = signed(&request, &wallet.sign_typed(&request.json["typed_data"])?);
    let taken = payer(&bench, &late, &id, "authorise_transfer", &body).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(unigox(&bench).order("latest")?.transfers, 1);
    Ok(())
}

#[tokio::test]
async fn a_wallet_is_linked_by_its_own_signature_only() -> Outcome {
    let bench = open().await?;
    let cleo = cleo(&bench).await?;
    let wallet = Wallet::new(WALLET_KEYS[0])?;
    let stranger = Wallet::new(WALLET_KEYS[1])?;
    let address = wallet.address();
    let nonsense = json!({ "address": "0x1234" });
    let refused = post(&cleo, "/v1/wallets/challenge", &nonsense).await?;
    assert_eq!(refused.refusal(), (422, "invalid_fields"));
    let body = json!({ "address": address });
    let challenge = post(&cleo, "/v1/wallets/challenge", &body).await?;
    let message = challenge.json["message"].as_str().unwrap_or_default();
    let link = async |message: &str, signature: String| {
        let body = json!({ "address": address, "message": message, "signature": signature });
        post(&cleo, "/v1/wallets", &body).await
    };
    let refused = link(message, stranger.sign_message(message)?).await?;
    assert_eq!(
        refused.json["fields"][0]["key"], "signature",
        "{}",
        refused.text
    );
    // A message is good for one attempt.
    let refused = link(message, wallet.sign_message(message)?).await?;
    assert_eq!(
        refused.json["fields"][0]["key"], "message",
        "{}",
        refused.text
    );
    assert_eq!(cleo.checkout().await?.json["wallet"], "required");
    Ok(())
}

#[tokio::test]
async fn a_refund_is_signed_by_the_wallet_that_paid() -> Outcome {
    let bench = open().await?;
    play(&bench, Profile::ProofRejected);
    let cleo = cleo(&bench).await?;
    let wallet = link(&bench, &cleo).await?;
    let id = accepted(&bench, &cleo).await?;
    let request = to_sign(&cleo, &id, "authorise_transfer").await?;
    let signature = wallet.sign_typed(&request.json["typed_data"])?;
    let body = signed(&request, &signature);
    payer(&bench, &cleo, &id, "authorise_transfer", &body).await?;
    until(&bench, &id, "refund_required").await?;
    let order = cleo.order(&id).await?;
    assert_eq!(order.actions(), ["authorise_refund"]);
    assert_eq!(order.order()["next"]["by"], "payer");

    let request = to_sign(&cleo, &id, "authorise_refund").await?;
    assert_eq!(
        request.json["typed_data"]["primaryType"], "SafeTx",
        "{}",
        request.text
    );
    let stranger = Wallet::new(WALLET_KEYS[1])?;
    let body = signed(&request, &stranger.sign_typed(&request.json["typed_data"])?);
    let refused = payer(&bench, &cleo, &id, "authorise_refund", &body).await?;
    assert_eq!(refused.refusal(), (422, "invalid_fields"));
    let body = signed(&request, &wallet.sign_typed(&request.json["typed_data"])?);
    let taken = payer(&bench, &cleo, &id, "authorise_refund", &body).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    until(&bench, &id, "refunded").await?;
    assert_eq!(cleo.order(&id).await?.stands(), ("refunded", "returned"));
    let back = unigox(&bench).wallet(&wallet.address())?.balances["USDT"];
    assert_eq!(back, Decimal::from(1_000));
    Ok(())
}

/// Signs, and hands in, and looks again.
async fn sign(bench: &Bench, cleo: &Shopper<'_>, id: &str, wallet: &Wallet) -> Outcome<Answer> {
    let request = to_sign(cleo, id, "authorise_transfer").await?;
    assert_eq!(request.status, 200, "{}", request.text);
    let signature = wallet.sign_typed(&request.json["typed_data"])?;
    let body = signed(&request, &signature);
    let taken = payer(bench, cleo, id, "authorise_transfer", &body).await?;
    assert_eq!(taken.status, 200, "{}", taken.text);
    bench.settle().await?;
    cleo.order(id).await
}

#[tokio::test]
async fn a_wallet_that_is_short_is_told_and_may_sign_again() -> Outcome {
    let bench = open().await?;
    let cleo = cleo(&bench).await?;
    let wallet = link(&bench, &cleo).await?;
    let id = sell(&cleo, "1200").await?.order_id()?;
    until(&bench, &id, "awaiting_deposit").await?;
    let order = cleo.order(&id).await?;
    assert_eq!(order.order()["signature_problem"], Value::Null);

    for _ in 0..2 {
        let short = sign(&bench, &cleo, &id, &wallet).await?;
        assert_eq!(short.stands(), ("awaiting_deposit", "payer"));
        assert_eq!(
            short.order()["signature_problem"],
            "funds_unavailable",
            "{}",
            short.text
        );
        assert_eq!(short.actions(), ["authorise_transfer", "cancel"]);
        assert_eq!(short.order()["next"]["by"], "payer");
    }
    let linked = by_link(&bench, &cleo, &id).await?;
    assert_eq!(linked.order()["signature_problem"], Value::Null);

    unigox(&bench).mint(&wallet.address(), "USDT", Decimal::from(500))?;
    let taken = sign(&bench, &cleo, &id, &wallet).await?;
    assert_eq!(taken.order()["signature_problem"], Value::Null);
    until(&bench, &id, "deposit_received").await?;
    assert_eq!(unigox(&bench).order("latest")?.transfers, 1);
    Ok(())
}

/// The order as whoever holds its resume link sees it.
async fn by_link(bench: &Bench, cleo: &Shopper<'_>, id: &str) -> Outcome<Answer> {
    let token = cleo.order(id).await?.order()["resume_token"]
        .as_str()
        .ok_or("no link")?
        .to_owned();
    bench
        .get(&format!("/v1/orders/{id}"))
        .bearer(&token)
        .origin(ORIGIN)
        .send()
        .await
}

#[tokio::test]
async fn a_signature_that_is_refused_is_told_in_neutral_words() -> Outcome {
    let bench = open().await?;
    let cleo = cleo(&bench).await?;
    let wallet = link(&bench, &cleo).await?;
    let id = accepted(&bench, &cleo).await?;
    unigox(&bench).refuse_with(Operation::Authorise, &Refusal::OperationNotAllowed, 1);
    let refused = sign(&bench, &cleo, &id, &wallet).await?;
    assert_eq!(
        refused.order()["signature_problem"],
        "signature_refused",
        "{}",
        refused.text
    );
    cleo.cancel(&id).await?;
    let ended = cleo.order(&id).await?;
    assert_eq!(ended.state(), "cancelled");
    assert_eq!(ended.order()["signature_problem"], Value::Null);
    Ok(())
}

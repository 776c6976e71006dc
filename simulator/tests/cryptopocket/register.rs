//! People and companies become known.

use offramp_simulator::providers::cryptopocket::{UserIds, UserView};
use serde_json::{Value, json};

use crate::bench::{Bench, Outcome, latam, with};

fn mexican() -> Value {
    json!({
        "name": "LUZ MORA", "email": "luz@cobalto.example", "country": "MX",
        "document_type": "CURP", "document_number": "HEGG560427MVZRRL04",
        "bank_name": "BBVA", "bank_account_number": "014680260346007120",
        "bank_account_type": "savings",
    })
}

#[tokio::test]
async fn a_person_gets_an_id_and_a_link() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({
        "name": "LUZ MORA", "email": "luz@cobalto.example", "callback_url": "https://shop.example",
    });
    let answer = bench.post("/registerUser", &body).await?;
    let link = answer.data("kyc_form_url");
    assert!(link.starts_with("https://b2b.cryptopocket.example/kyc/"));
    let expected = json!({ "status": "ok", "data": { "id": 901, "kyc_form_url": link } });
    assert_eq!((answer.status, &answer.json), (200, &expected));
    let answer = bench.get("/kyc/check?user_id=901").await?;
    assert_eq!(answer.data("kyc_status"), "unused");

    let again = bench.post("/registerUser", &body).await?;
    assert_eq!(again.refusal(), (200, "user_already_exists"));
    Ok(())
}

#[tokio::test]
async fn an_id_can_be_a_string() -> Outcome {
    let bench = Bench::start().await?;
    let strings = |knobs: &mut offramp_simulator::providers::cryptopocket::Knobs| {
        knobs.user_ids = UserIds::Strings;
    };
    bench.pocket().knobs_mut(strings);
    let answer = bench.post("/registerUser", &mexican()).await?;
    assert_eq!(answer.json["data"]["id"], "901");
    Ok(())
}

#[tokio::test]
async fn an_account_is_registered_where_there_is_no_sepa() -> Outcome {
    let bench = Bench::start().await?;
    let answer = bench.post("/registerUser", &mexican()).await?;
    assert_eq!(answer.json["data"]["id"], 901);
    let users = bench.pocket().users();
    let user = users.iter().find(|user| user.id == 901);
    let account = |user: &UserView| (user.bank_name.clone(), user.account_type.clone());
    let expected = (Some("BBVA".to_owned()), Some("savings".to_owned()));
    assert_eq!(user.map(account), Some(expected));

    bench.pocket().verify(901, "valid".into())?;
    let body = json!({ "user_id": 901, "fiat_symbol": "MXN", "bank_name": "BBVA" });
    let mut order = latam();
    for (key, value) in body.as_object().ok_or("no object")? {
        order = with(order, key, value.clone());
    }
    assert_eq!(bench.create(&order).await?.json["status"], "ok");
    assert_eq!(
        bench.pocket().order("latest")?.account,
        "014680260346007120"
    );
    Ok(())
}

#[tokio::test]
async fn each_field_is_checked_and_named() -> Outcome {
    let bench = Bench::start().await?;
    let wrong = [
        ("name", Value::Null, "name"),
        ("name", json!(7), "name"),
        ("email", json!("luz"), "email"),
        ("country", json!("mx"), "country"),
        ("country", json!("MEX"), "country"),
        ("document_type", Value::Null, "document_type"),
        // It belongs to another country.
        ("document_type", json!("CED_CIU"), "document_type"),
        ("document_number", json!("HEGG56"), "document_number"),
        ("bank_name", json!(""), "bank_name"),
        (
            "bank_account_number",
            json!("01468026034600712X"),
            "bank_account_number",
        ),
        ("bank_account_type", Value::Null, "bank_account_type"),
    ];
    for (key, value, field) in wrong {
        let body = with(mexican(), key, value.clone());
        let answer = bench.post("/registerUser", &body).await?;
        assert_eq!(answer.wrong_field(), (422, Some(field)), "{key} {value}");
        assert!(answer.json["message"].is_string(), "{}", answer.text);
    }
    let request = bench
        .request(reqwest::Method::POST, "/registerUser")
        .body("{");
    assert_eq!(request.send().await?.status(), 422);
    assert_eq!(bench.pocket().users().len(), 7);
    Ok(())
}

#[tokio::test]
async fn an_identification_is_checked_where_none_is_needed() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({
        "name": "LUZ MORA", "email": "luz@cobalto.example", "country": "ES",
        "document_type": "DNI", "document_number": "12345678Z",
    });
    let answer = bench.post("/registerUser", &body).await?;
    assert_eq!(answer.wrong_field(), (422, Some("document_type")));
    let body = with(body, "document_type", json!("GOVERNMENT_ID"));
    assert_eq!(
        bench.post("/registerUser", &body).await?.json["status"],
        "ok"
    );
    Ok(())
}

#[tokio::test]
async fn a_company_gets_a_link_and_a_password() -> Outcome {
    let bench = Bench::start().await?;
    let body = json!({ "email": "ana@firma.example", "company_name": "FIRMA SL" });
    let answer = bench.post("/register/company", &body).await?;
    assert_eq!(
        (answer.status, &answer.json["data"]["id"]),
        (200, &json!(901))
    );
    assert_eq!(answer.data("uuid").len(), 36);
    assert!(answer.data("kyb_link").contains("/kyb/"), "{}", answer.text);
    assert_eq!(answer.data("password").len(), 12);

    let again = bench.post("/register/company", &body).await?;
    assert_eq!(again.refusal(), (200, "user_already_exists"));
    let disposable = with(body.clone(), "email", json!("a@mailinator.com"));
    let answer = bench.post("/register/company", &disposable).await?;
    assert_eq!(answer.refusal(), (200, "email_not_allowed"));
    for (key, length) in [("company_name", 256), ("email", 255)] {
        let long = with(body.clone(), key, json!("x".repeat(length)));
        let answer = bench.post("/register/company", &long).await?;
        assert_eq!(answer.wrong_field(), (422, Some(key)));
    }
    Ok(())
}

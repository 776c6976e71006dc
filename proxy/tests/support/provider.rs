//! What a test does behind the proxy's back: the provider's own API, answers in its name, and its
//! webhooks.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use offramp_simulator::{Fault, Operation};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Answer, Bench, Outcome, PROVIDER_KEY, WEBHOOK_SECRET, with};

impl Bench {
    /// Calls the provider as somebody else with the same key.
    pub(crate) async fn provider_post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let request = reqwest::Client::new().post(self.provider_url(path));
        let answer = request
            .header("partner-api-key", PROVIDER_KEY)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await?;
        Ok(serde_json::from_str(&answer.text().await?)?)
    }

    /// What the provider's list says about a transaction.
    pub(crate) async fn provider_transaction(&self, id: &str) -> Outcome<Value> {
        let request =
            reqwest::Client::new().get(self.provider_url(&format!("/transactions?id={id}")));
        let answer = request
            .header("partner-api-key", PROVIDER_KEY)
            .send()
            .await?;
        let page: Value = serde_json::from_str(&answer.text().await?)?;
        Ok(page["data"]["data"][0].clone())
    }

    fn provider_url(&self, path: &str) -> String {
        format!("http://{}/api/partner/v2{path}", self.provider_address)
    }

    /// The next create is answered with this, and not carried out.
    pub(crate) fn answer_create_with(&self, data: &Value) {
        let body = json!({ "success": true, "data": data }).to_string();
        let fault = Fault::Canned { status: 201, body };
        self.capa().fault(Operation::Create, fault, 1);
    }

    /// The next list has the last transaction in it and no other, with one member changed.
    pub(crate) async fn answer_list_with(&self, key: &str, value: Value) -> Outcome {
        let theirs = self.capa().transaction("latest")?;
        let listed = with(self.provider_transaction(&theirs.id).await?, key, value);
        let page = json!({ "success": true, "data": { "count": 1, "data": [listed] } });
        let fault = Fault::Canned {
            status: 200,
            body: page.to_string(),
        };
        self.capa().fault(Operation::List, fault, 1);
        Ok(())
    }

    /// A webhook about a transaction, signed as the provider signs.
    pub(crate) async fn webhook(&self, event: &str, transaction_id: &str) -> Outcome<Answer> {
        let body = json!({
            "type": "TRANSACTION", "event": event, "externalUserId": "cust-1",
            "transactionId": transaction_id, "firstName": "ANA", "lastName": "LOPEZ",
        });
        self.webhook_with(&body.to_string(), &sign(body.to_string().as_bytes()))
            .await
    }

    /// A webhook with these bytes and this signature.
    pub(crate) async fn webhook_with(&self, body: &str, signature: &str) -> Outcome<Answer> {
        self.post("/webhooks/capa")
            .header("content-type", "application/json")
            .header("capa-signature", signature)
            .body(body.to_owned())
            .await
    }
}

/// The signature of a webhook.
pub(crate) fn sign(body: &[u8]) -> String {
    Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(body);
            HEXLOWER.encode(&mac.finalize().into_bytes())
        },
    )
}

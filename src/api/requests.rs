//! What the widget sends, written without derived code as answers are read without it.

use offramp_domain::{
    api::{Destination, DestinationRequest, OrderRequest, QuoteRequest},
    money::Amount,
};

use crate::order::ActionRequest;

/// The body that asks for a price.
pub(super) fn quote(request: &QuoteRequest) -> String {
    let QuoteRequest {
        kind,
        token,
        network,
        country,
        crypto_amount,
        fiat_amount,
        destination: account,
    } = request;
    let mut object = Object::new();
    object.text("kind", kind.as_str());
    object.text("token", token.symbol());
    object.text("network", network.id());
    object.text("country", country.as_str());
    if let Some(amount) = crypto_amount {
        object.text("crypto_amount", &amount.to_string());
    }
    if let Some(amount) = fiat_amount {
        object.text("fiat_amount", &amount.to_string());
    }
    if let Some(account) = account {
        object.json("destination", &destination(account));
    }
    object.end()
}

/// The body that saves a bank account.
pub(crate) fn account_to_save(request: &DestinationRequest) -> String {
    let DestinationRequest { country, fields } = request;
    let mut object = Object::new();
    object.text("country", country.as_str());
    object.json("fields", &texts(fields));
    object.end()
}

/// A body of one text.
pub(crate) fn one_text(key: &str, text: &str) -> String {
    let mut object = Object::new();
    object.text(key, text);
    object.end()
}

/// The body that makes an order.
pub(super) fn order(request: &OrderRequest) -> String {
    let OrderRequest {
        quote_id,
        min_fiat_amount,
        destination: account,
    } = request;
    let minimum = min_fiat_amount.as_ref().map(Amount::to_string);
    let minimum = minimum.as_deref().map(quoted);
    let mut object = Object::new();
    object.text("quote_id", quote_id);
    object.json("min_fiat_amount", minimum.as_deref().unwrap_or("null"));
    object.json("destination", &destination(account));
    object.end()
}

/// The body that does something with an order.
pub(super) fn action(request: &ActionRequest) -> String {
    let mut object = Object::new();
    match request {
        ActionRequest::ReportSent { tx_hash } => {
            if let Some(tx_hash) = tx_hash {
                object.text("tx_hash", tx_hash);
            }
        }
        ActionRequest::ReportNotReceived { note } => {
            if let Some(note) = note {
                object.text("note", note);
            }
        }
        ActionRequest::Signed {
            action: _,
            signing_request,
            signature,
        } => {
            object.text("signing_request", signing_request);
            object.text("signature", signature);
        }
        ActionRequest::ProvideInformation { fields } => object.json("fields", &texts(fields)),
        ActionRequest::Cancel
        | ActionRequest::ConfirmReceived
        | ActionRequest::CompleteVerification => {}
    }
    object.end()
}

fn destination(account: &Destination) -> String {
    let mut object = Object::new();
    match account {
        Destination::BankAccount { country, fields } => {
            object.text("kind", "bank_account");
            object.text("country", country.as_str());
            object.json("fields", &texts(fields));
        }
        Destination::Saved { id } => {
            object.text("kind", "saved");
            object.text("id", id);
        }
        Destination::Registered { fields } => {
            object.text("kind", "registered");
            object.json("fields", &texts(fields));
        }
    }
    object.end()
}

fn texts(fields: &[(String, String)]) -> String {
    let mut object = Object::new();
    for (key, text) in fields {
        object.text(key, text);
    }
    object.end()
}

/// A JSON object while it is written.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self("{".to_owned())
    }

    fn text(&mut self, key: &str, text: &str) {
        self.json(key, &quoted(text));
    }

    /// Adds a value that is JSON already.
    fn json(&mut self, key: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(key));
        self.0.push(':');
        self.0.push_str(json);
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A text in JSON. Every text can be written, so that the default is never used.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use offramp_domain::{
        api::{
            Action, NoFields, ProvideInformation, ReportNotReceived, ReportSent, Signed,
            SigningRequestRequest, WalletChallengeRequest,
        },
        bank::CountryCode,
        money::Token,
        network::Network,
        quote::QuoteKind,
    };
    use serde::Serialize;

    use super::*;

    #[track_caller]
    fn same(written: &str, request: &impl Serialize) {
        assert_eq!(written, serde_json::to_string(request).unwrap());
    }

    fn destinations() -> [Destination; 4] {
        let fields = vec![
            ("clabe".to_owned(), "014680260346007120".to_owned()),
            (
                "first_name".to_owned(),
                "Zoë \"\\\n\t\u{1}\u{7f}🦀</script>".to_owned(),
            ),
        ];
        [
            Destination::BankAccount {
                country: CountryCode::Sepa,
                fields: fields.clone(),
            },
            Destination::Saved {
                id: "dst_1".to_owned(),
            },
            Destination::Registered { fields },
            Destination::Registered { fields: Vec::new() },
        ]
    }

    #[test]
    fn a_question_for_a_price_is_written_as_serde_writes_it() {
        let mut request = QuoteRequest {
            kind: QuoteKind::Firm,
            token: Token::UsdcE,
            network: Network::Pol,
            country: CountryCode::Mx,
            crypto_amount: None,
            fiat_amount: None,
            destination: None,
        };
        same(&quote(&request), &request);
        request.crypto_amount = Some("100.50".parse().unwrap());
        same(&quote(&request), &request);
        request.fiat_amount = Some("0.000001".parse().unwrap());
        for destination in destinations() {
            request.destination = Some(destination);
            same(&quote(&request), &request);
        }
    }

    #[test]
    fn an_order_is_written_as_serde_writes_it() {
        for destination in destinations() {
            for min_fiat_amount in [None, "1809.36".parse().ok()] {
                let request = OrderRequest {
                    quote_id: "quo_\"1\"".to_owned(),
                    min_fiat_amount,
                    destination: destination.clone(),
                };
                same(&order(&request), &request);
            }
        }
    }

    #[test]
    fn an_account_to_save_is_written_as_serde_writes_it() {
        let request = DestinationRequest {
            country: CountryCode::Ng,
            fields: vec![
                ("account_number".to_owned(), "0123456789".to_owned()),
                ("bank_name".to_owned(), "\"First\" Bank".to_owned()),
            ],
        };
        same(&account_to_save(&request), &request);
    }

    #[test]
    fn what_is_asked_about_a_wallet_is_written_as_serde_writes_it() {
        let address = "0xf39F".to_owned();
        let written = one_text("address", &address);
        same(&written, &WalletChallengeRequest { address });
        for action in [Action::AuthoriseTransfer, Action::AuthoriseRefund] {
            let written = one_text("action", action.as_str());
            same(&written, &SigningRequestRequest { action });
        }
    }

    #[test]
    fn an_action_is_written_as_serde_writes_it() {
        for tx_hash in [None, Some("0x9f2c".to_owned())] {
            let request = ActionRequest::ReportSent {
                tx_hash: tx_hash.clone(),
            };
            same(&action(&request), &ReportSent { tx_hash });
        }
        for note in [None, Some("solo 100\n\"MXN\"".to_owned())] {
            let request = ActionRequest::ReportNotReceived { note: note.clone() };
            same(&action(&request), &ReportNotReceived { note });
        }
        for fields in [Vec::new(), vec![("document".to_owned(), "A-1".to_owned())]] {
            let request = ActionRequest::ProvideInformation {
                fields: fields.clone(),
            };
            same(&action(&request), &ProvideInformation { fields });
        }
        let request = ActionRequest::Signed {
            action: Action::AuthoriseRefund,
            signing_request: "sig_1".to_owned(),
            signature: "0x3c39".to_owned(),
        };
        let signed = Signed {
            signing_request: "sig_1".to_owned(),
            signature: "0x3c39".to_owned(),
        };
        same(&action(&request), &signed);
        for request in [
            ActionRequest::Cancel,
            ActionRequest::ConfirmReceived,
            ActionRequest::CompleteVerification,
        ] {
            same(&action(&request), &NoFields {});
        }
    }
}

//! The payer's own wallet, asked by the JavaScript that the loader fetches when one is needed
//! (`wallet.js`).

use js_sys::{Array, Function, Promise, Reflect};
use offramp_domain::api::Action;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{
    api::{Api, ApiError},
    clock::ServerClock,
    i18n::{Words, fill},
    order::ActionRequest,
};

/// A wallet of this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wallet {
    pub(crate) id: String,
    /// As it calls itself.
    pub(crate) name: String,
}

/// Why a wallet did not do what it was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// The proxy did not play its part, or the module is not to be had.
    Api(ApiError),
    /// It signed when the request had ended.
    Expired,
    /// The wallet itself: a word of `wallet.js`, and what it is about.
    Wallet { code: String, detail: String },
}

impl Trouble {
    /// What the payer can do about it.
    pub(crate) fn sentence(&self, words: Words) -> String {
        let sentences = &words.wallet.trouble;
        match self {
            Self::Api(error) => words.errors.sentence(error).to_owned(),
            Self::Expired => sentences.expired.to_owned(),
            Self::Wallet { code, detail } => {
                let sentence = match code.as_str() {
                    "refused" => sentences.refused,
                    "busy" => sentences.busy,
                    "account" => sentences.account,
                    "chain" => sentences.chain,
                    _ => sentences.failed,
                };
                fill(sentence, &[("detail", detail)])
            }
        }
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

/// The wallets that announce themselves.
pub(crate) async fn discover(api: Api) -> Result<Vec<Wallet>, Trouble> {
    let found = ask(api, "discover", &[]).await?;
    let wallet = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some(Wallet {
            id: pair.get(0).as_string()?,
            name: pair.get(1).as_string()?,
        })
    };
    Ok(Array::from(&found).iter().filter_map(wallet).collect())
}

/// The account that a wallet offers.
pub(crate) async fn connect(api: Api, id: &str) -> Result<String, Trouble> {
    Ok(text(&ask(api, "connect", &[id]).await?))
}

/// Links an account of a wallet to the payer, for good.
pub(crate) async fn link(api: Api, id: &str, account: &str) -> Result<(), Trouble> {
    let challenge = api.wallet_challenge(account).await?;
    let signed = ask(api, "link", &[id, account, &challenge]).await?;
    Ok(api.link_wallet(text(&signed)).await?)
}

/// Has a wallet sign what an order waits for. What is signed is asked for now, and goes stale.
pub(crate) async fn sign(
    api: Api,
    clock: ServerClock,
    order: &str,
    action: Action,
    id: &str,
) -> Result<ActionRequest, Trouble> {
    let (issued, body) = api.signing_request(order, action).await?;
    let signature = text(&ask(api, "sign", &[id, &body]).await?);
    if issued.expires_at <= clock.now() {
        return Err(Trouble::Expired);
    }
    Ok(ActionRequest::Signed {
        action,
        signing_request: issued.id,
        signature,
    })
}

/// Calls a function of the module, and waits for what comes of it.
async fn ask(api: Api, function: &str, arguments: &[&str]) -> Result<JsValue, Trouble> {
    let load = api.wallet().ok_or(ApiError::Network)?;
    let module = awaited(load.call0(&JsValue::UNDEFINED)).await;
    let module = module.map_err(|_| ApiError::Network)?;
    let arguments: Array = arguments.iter().copied().map(JsValue::from_str).collect();
    let function = Reflect::get(&module, &function.into());
    let function: Function = function.unwrap_or_default().unchecked_into();
    let answer = awaited(function.apply(&JsValue::UNDEFINED, &arguments)).await;
    answer.map_err(|error| {
        let part = |name: &str| text(&Reflect::get(&error, &name.into()).unwrap_or_default());
        Trouble::Wallet {
            code: part("code"),
            detail: part("detail"),
        }
    })
}

async fn awaited(called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&called?)).await
}

fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

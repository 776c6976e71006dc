//! The payer's own wallet, asked by the JavaScript that the loader fetches when one is needed
//! (`wallet.js`).

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{
    api::{Api, ApiError},
    i18n::{Words, fill},
};

/// What a wallet is asked for: a function of the module with its arguments, and what the proxy has
/// to do with it. One kind for all questions, because each kind would be compiled for itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) function: &'static str,
    pub(crate) arguments: Vec<String>,
    /// A path and a body that the proxy is asked before: its answer is the last argument.
    pub(crate) before: Option<(String, String)>,
    /// A path that what came of it is sent to.
    pub(crate) after: Option<&'static str>,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answered {
    pub(crate) function: &'static str,
    /// What the proxy answered before.
    pub(crate) before: String,
    /// What the module answered.
    pub(crate) value: JsValue,
}

/// Why a wallet did not do what it was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// The proxy did not play its part, or the module is not to be had.
    Api(ApiError),
    /// The wallet itself: a word of `wallet.js`, and what it is about.
    Wallet { code: String, detail: String },
}

impl Trouble {
    /// What the payer can do about it.
    pub(crate) fn sentence(&self, words: Words) -> String {
        let sentences = &words.wallet.trouble;
        match self {
            Self::Api(error) => words.errors.sentence(error).to_owned(),
            Self::Wallet { code, detail } => {
                let sentence = match code.as_str() {
                    "refused" => sentences.refused(),
                    "busy" => sentences.busy(),
                    "account" => sentences.account(),
                    "chain" => sentences.chain(),
                    _ => sentences.failed(),
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

/// Asks, and waits for what comes of it.
pub(crate) async fn ask(api: Api, question: Question) -> Result<Answered, Trouble> {
    let Question {
        function,
        mut arguments,
        before,
        after,
    } = question;
    let load = api.wallet().ok_or(ApiError::Network)?;
    let module = awaited(load.call0(&JsValue::UNDEFINED)).await;
    let module = module.map_err(|_| ApiError::Network)?;
    let mut told = String::new();
    if let Some((path, body)) = before {
        told = api.send(path, Some(body)).await?;
        arguments.push(told.clone());
    }
    let value = awaited(called(&module, function, &arguments))
        .await
        .map_err(|error| trouble(&error))?;
    if let Some(path) = after {
        api.send(path.to_owned(), Some(text(&value))).await?;
    }
    Ok(Answered {
        function,
        before: told,
        value,
    })
}

fn called(module: &JsValue, function: &str, arguments: &[String]) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(module, &function.into())?.dyn_into()?;
    let arguments: Array = arguments.iter().map(JsValue::from).collect();
    function.apply(&JsValue::UNDEFINED, &arguments)
}

fn trouble(error: &JsValue) -> Trouble {
    let part = |name: &str| text(&Reflect::get(error, &name.into()).unwrap_or_default());
    Trouble::Wallet {
        code: part("code"),
        detail: part("detail"),
    }
}

fn awaited(called: Result<JsValue, JsValue>) -> JsFuture {
    JsFuture::from(match called {
        Ok(value) => Promise::resolve(&value),
        Err(error) => Promise::reject(&error),
    })
}

/// A text out of JavaScript; nothing where it is none.
pub(crate) fn text(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

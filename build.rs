//! Turns `src/i18n/<language>.json` into statics of one `Messages` type, so that a sentence that is
//! missing in a language, or asks for other values there, does not build.

use std::{collections::BTreeSet, env, error::Error, fmt::Write as _, fs, path::Path};

use serde_json::{Map, Value};

/// The first one defines which sentences there are.
const LANGUAGES: [&str; 2] = ["es", "en"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut locales = Vec::new();
    for language in LANGUAGES {
        let path = format!("src/i18n/{language}.json");
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let sentences: Map<String, Value> =
            serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        locales.push((language, sentences));
    }
    let mut code = String::new();
    if let Some(((_, model), others)) = locales.split_first() {
        for (language, sentences) in others {
            compare(language, "", model, sentences)?;
        }
        define(&mut code, "Messages", model)?;
    }
    for (language, sentences) in &locales {
        let name = language.to_uppercase();
        write!(code, "pub(crate) static {name}: Messages = ")?;
        fill(&mut code, "Messages", sentences)?;
        code.push_str(";\n");
    }
    let folder = env::var("OUT_DIR")?;
    fs::write(Path::new(&folder).join("messages.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// Both languages say the same things, with the same values in them.
fn compare(
    language: &str,
    path: &str,
    model: &Map<String, Value>,
    sentences: &Map<String, Value>,
) -> Result<(), String> {
    let keys: BTreeSet<_> = model.keys().chain(sentences.keys()).collect();
    for key in keys {
        let path = format!("{path}/{key}");
        match (model.get(key), sentences.get(key)) {
            (Some(Value::String(expected)), Some(Value::String(found))) => {
                let (expected, found) = (values(expected), values(found));
                if expected != found {
                    return Err(format!(
                        "{language}.json: {path} names {found:?}, not {expected:?}"
                    ));
                }
            }
            (Some(Value::Object(expected)), Some(Value::Object(found))) => {
                compare(language, &path, expected, found)?;
            }
            (Some(_), None) => return Err(format!("{language}.json: {path} is missing")),
            (None, Some(_)) => return Err(format!("{language}.json: {path} is not asked for")),
            _ => return Err(format!("{language}.json: {path} is not a sentence")),
        }
    }
    Ok(())
}

/// The names between braces.
fn values(sentence: &str) -> BTreeSet<&str> {
    sentence
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// One struct for each object.
fn define(
    code: &mut String,
    name: &str,
    sentences: &Map<String, Value>,
) -> Result<(), Box<dyn Error>> {
    let mut fields = String::new();
    for (key, value) in sentences {
        let kind = if let Value::Object(inner) = value {
            let inner_name = type_name(name, key);
            define(code, &inner_name, inner)?;
            inner_name
        } else {
            "&'static str".to_owned()
        };
        writeln!(fields, "    pub(crate) {key}: {kind},")?;
    }
    writeln!(code, "pub(crate) struct {name} {{\n{fields}}}")?;
    Ok(())
}

fn fill(
    code: &mut String,
    name: &str,
    sentences: &Map<String, Value>,
) -> Result<(), Box<dyn Error>> {
    writeln!(code, "{name} {{")?;
    for (key, value) in sentences {
        write!(code, "{key}: ")?;
        if let Value::Object(inner) = value {
            fill(code, &type_name(name, key), inner)?;
        } else {
            let sentence = value
                .as_str()
                .ok_or_else(|| format!("{key} is not a sentence"))?;
            write!(code, "{sentence:?}")?;
        }
        code.push_str(",\n");
    }
    code.push('}');
    Ok(())
}

/// `bank` in `Messages` is a `BankMessages`, `labels` in that a `BankLabelsMessages`.
fn type_name(outer: &str, key: &str) -> String {
    let mut name = outer.strip_suffix("Messages").unwrap_or(outer).to_owned();
    for word in key.split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name.push_str("Messages");
    name
}

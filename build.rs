//! Checks `src/i18n/<language>.json` against each other and defines their `Messages`, so that a
//! sentence that is missing in a language, or asks for other values there, does not build. The
//! sentences themselves are not in the program: it reads those of one language from a file.

#[path = "src/i18n/lines.rs"]
mod lines;

use std::{collections::BTreeSet, env, error::Error, fmt::Write as _, fs, path::Path};

use serde_json::{Map, Value};

use lines::{LANGUAGES, Parts};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::var("OUT_DIR")?;
    let folder = Path::new(&folder);
    let mut locales = Vec::new();
    for language in LANGUAGES {
        let path = format!("src/i18n/{language}.json");
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let sentences: Map<String, Value> =
            serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        let file = lines::file(&sentences).map_err(|error| format!("{path}: {error}"))?;
        // For the tests, which have no loader.
        fs::write(folder.join(format!("words.{language}.txt")), file)?;
        locales.push((language, sentences));
    }
    let mut code = String::new();
    if let Some(((_, model), others)) = locales.split_first() {
        for (language, sentences) in others {
            compare(language, "", model, sentences)?;
        }
        define(&mut code, "Messages", model)?;
        let count = lines::file(model)?.lines().count();
        writeln!(code, "const SENTENCES: usize = {count};")?;
    }
    fs::write(folder.join("messages.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/i18n/lines.rs");
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

/// One struct for each object, and how it is made of lines. Each has a function of its own: in one
/// another, they would copy what they have read once more. Its sentences are a list, which is copied
/// as a whole, and a method for each.
fn define(
    code: &mut String,
    name: &str,
    object: &Map<String, Value>,
) -> Result<(), Box<dyn Error>> {
    let Parts { sentences, objects } = Parts::of(object)?;
    let (mut fields, mut values, mut methods) = (String::new(), String::new(), String::new());
    let count = sentences.len();
    if count > 0 {
        writeln!(fields, "    own: [&'static str; {count}],")?;
        writeln!(values, "            own: *lines.take(),")?;
    }
    for (number, (key, _)) in sentences.iter().enumerate() {
        writeln!(
            methods,
            "    pub(crate) const fn {key}(&self) -> &'static str {{
        self.own[{number}]
    }}"
        )?;
    }
    for (key, inner) in objects {
        let inner_name = type_name(name, key);
        define(code, &inner_name, inner)?;
        writeln!(fields, "    pub(crate) {key}: {inner_name},")?;
        writeln!(values, "            {key}: {inner_name}::read(lines),")?;
    }
    writeln!(
        code,
        "pub(crate) struct {name} {{
{fields}}}
impl {name} {{
    #[inline(never)]
    fn read(lines: &mut Lines) -> Self {{
        Self {{
{values}        }}
    }}
{methods}}}"
    )?;
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

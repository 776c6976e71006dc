//! What the browser need not read, taken out of the program and its glue, at both ends alike.
//!
//! Leptos brings `wasm-streams`, whose classes are exported although nobody reads a stream here;
//! and every function of the browser that the program calls has a name of some thirty characters,
//! once in the program and once in the glue.

use anyhow::{Context, Result, bail};
use walrus::Module;

/// Exported by `wasm-streams`, in the program and in the glue.
const STREAMS: &str = "intounderlying";
const STREAM_CLASS: &str = "export class IntoUnderlying";

/// A program and the glue around it, for each other and for nobody else.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) glue: String,
    pub(super) wasm: Vec<u8>,
}

impl Program {
    /// The same program, smaller.
    pub(super) fn shrunk(self) -> Result<Self> {
        let mut module = Module::from_buffer(&self.wasm).context("the program cannot be read")?;
        let streams: Vec<_> = module
            .exports
            .iter()
            .filter(|export| export.name.contains(STREAMS))
            .map(walrus::Export::id)
            .collect();
        for export in streams {
            module.exports.delete(export);
        }
        walrus::passes::gc::run(&mut module);

        let mut glue = without_streams(&self.glue);
        let imports: Vec<_> = module.imports.iter().map(walrus::Import::id).collect();
        let mut names = Vec::with_capacity(imports.len());
        for (number, id) in imports.into_iter().enumerate() {
            let import = module.imports.get_mut(id);
            let short = short(number);
            names.push((import.name.clone(), short.clone()));
            import.name = short;
        }
        glue = renamed(&glue, &names)?;
        Ok(Self {
            glue,
            wasm: module.emit_wasm(),
        })
    }
}

/// `a`, `b`, … `z`, `a0`, `b0`, …
fn short(number: usize) -> String {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let letter = char::from(LETTERS[number % LETTERS.len()]);
    match number / LETTERS.len() {
        0 => letter.to_string(),
        round => format!("{letter}{}", round - 1),
    }
}

/// The glue without the classes of streams, and what registers their finalizers.
fn without_streams(glue: &str) -> String {
    let mut kept = String::with_capacity(glue.len());
    let mut end: Option<fn(&str) -> bool> = None;
    for line in glue.lines() {
        if let Some(is_end) = end {
            if is_end(line) {
                end = None;
            }
        } else if line.starts_with(STREAM_CLASS) {
            end = Some(|line| line == "}");
        } else if line.starts_with("const IntoUnderlying") {
            end = Some(|line| line.ends_with(");"));
        } else if !line.starts_with("if (Symbol.dispose) IntoUnderlying") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The glue with the imports that the program still has, under their new names.
fn renamed(glue: &str, names: &[(String, String)]) -> Result<String> {
    let mut kept = String::with_capacity(glue.len());
    let mut found = 0;
    let mut lines = glue.lines();
    while let Some(line) = lines.next() {
        let entry = line
            .strip_prefix("        ")
            .filter(|entry| entry.starts_with("__wb"))
            .and_then(|entry| entry.split_once(": "));
        let Some((name, function)) = entry else {
            kept.push_str(line);
            kept.push('\n');
            continue;
        };
        let new = names.iter().find(|(old, _)| old == name);
        if let Some((_, new)) = new {
            found += 1;
            kept.push_str(new);
            kept.push_str(": ");
            kept.push_str(function);
            kept.push('\n');
        }
        if function.ends_with(',') {
            continue;
        }
        // The body, to the line that closes the entry.
        for line in lines.by_ref() {
            if new.is_some() {
                kept.push_str(line);
                kept.push('\n');
            }
            if line.starts_with("        }") {
                break;
            }
        }
    }
    if found != names.len() {
        bail!(
            "the program has {} imports, the glue {found} of them: wasm-bindgen writes another glue than it did",
            names.len()
        );
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_of_streams_are_left_out_to_their_last_line() {
        let glue = "\
export class Handle {
}
export class IntoUnderlyingSink {
    __destroy_into_raw() {
        IntoUnderlyingSinkFinalization.unregister(this);
        return ptr;
    }
}
if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = 1;
const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.free(ptr, 1));
export function mount() {
}
";
        assert_eq!(
            without_streams(glue),
            "export class Handle {\n}\nexport function mount() {\n}\n"
        );
    }
}

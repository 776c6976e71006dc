//! What the browser need not read, taken out of the program and its glue, at both ends alike.
//!
//! Leptos brings `wasm-streams`, whose classes are exported although nobody reads a stream here, and
//! wasm-bindgen a function for every closure that some library might hand to the browser. Tables of
//! functions name them, so a collector of garbage does not see that nobody calls them. And every
//! function of the browser that the program calls has a name of some thirty characters, once in the
//! program and once in the glue.

use std::collections::HashSet;

use anyhow::{Context, Result, bail};
use walrus::{
    ExportItem, FunctionBuilder, FunctionId, FunctionKind, Module,
    ir::{Visitor, dfs_in_order},
};

use super::types;

/// Exported by `wasm-streams`, in the program and in the glue.
const STREAMS: &str = "intounderlying";
/// Where a tool of Leptos' would cut the program into parts.
const SPLIT: &str = "_WASM_SPLIT_MARKER";

/// Where wasm-bindgen's ways to start a program begin. They are the last of the glue.
pub(super) const STARTS: &str = "let wasmModule, wasmInstance, wasm;\n";

/// The one that the loader takes.
const START: &str = include_str!("start.js");

const STREAM_CLASS: &str = "export class IntoUnderlying";

/// In the names of the functions that go on with a stream after each wait. Without the exports
/// nobody can begin.
const STREAM_TASK: [&str; 2] = ["future_to_promise", "wasm_streams"];

/// In the names of the functions that the browser calls for a closure: by an export, or never.
const INVOKE: [&str; 2] = ["wasm_bindgen", "convert::closures::_::invoke::<"];

/// In the names of their exports.
const INVOKE_EXPORT: &str = "convert__closures_____invoke";

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
        let unused: Vec<_> = module
            .exports
            .iter()
            .filter(|export| export.name.contains(STREAMS) || export.name.starts_with(SPLIT))
            .map(walrus::Export::id)
            .collect();
        for export in unused {
            module.exports.delete(export);
        }
        empty_uncalled(&mut module);
        walrus::passes::gc::run(&mut module);
        types::renumber(&mut module);

        let mut glue = without_streams(&self.glue);
        let invoked =
            (module.exports.iter_mut()).filter(|export| export.name.contains(INVOKE_EXPORT));
        for (number, export) in invoked.enumerate() {
            // No name begins with another one: each ends with what the others have not.
            let short = format!("invoke{number}");
            glue = glue.replace(&export.name, &short);
            export.name = short;
        }
        let imports: Vec<_> = module.imports.iter().map(walrus::Import::id).collect();
        let mut names = Vec::with_capacity(imports.len());
        for (number, id) in imports.into_iter().enumerate() {
            let import = module.imports.get_mut(id);
            let short = short(number);
            names.push((import.name.clone(), short.clone()));
            import.name = short;
        }
        glue = started(&renamed(&glue, &names)?)?;
        Ok(Self {
            glue,
            wasm: module.emit_wasm(),
        })
    }
}

/// Empties functions that are neither exported nor called, so that only a table names them, and of
/// which it is known that nobody takes them out of it.
fn empty_uncalled(module: &mut Module) {
    let mut reached = Reached::default();
    for export in module.exports.iter() {
        if let ExportItem::Function(id) = export.item {
            reached.0.insert(id);
        }
    }
    for (_, function) in module.funcs.iter_local() {
        dfs_in_order(&mut reached, function, function.entry_block());
    }
    let uncalled: Vec<_> = module
        .funcs
        .iter_local()
        .filter_map(|(id, function)| {
            let name = module.funcs.get(id).name.as_deref()?;
            (is_uncalled(name) && !reached.0.contains(&id)).then(|| (id, function.ty()))
        })
        .collect();
    for (id, ty) in uncalled {
        let (parameters, results) = module.types.params_results(ty);
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let mut empty = FunctionBuilder::new(&mut module.types, &parameters, &results);
        empty.func_body().unreachable();
        let arguments = parameters.iter().map(|ty| module.locals.add(*ty)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(empty.local_func(arguments));
    }
}

/// What clears a value away may be one function for many types.
fn is_uncalled(name: &str) -> bool {
    let is_named = |parts: &[&str]| parts.iter().all(|part| name.contains(part));
    !name.starts_with("core") && (is_named(&STREAM_TASK) || is_named(&INVOKE))
}

/// The functions that something in the program names, other than a table.
#[derive(Default)]
struct Reached(HashSet<FunctionId>);

impl Visitor<'_> for Reached {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.0.insert(*function);
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

/// The glue with one way to start the program.
fn started(glue: &str) -> Result<String> {
    let (kept, _) = glue
        .split_once(STARTS)
        .context("the glue starts the program in another way than it did")?;
    Ok([kept, START].concat())
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
    use walrus::ConstExpr;

    use super::*;

    const INVOKED: &str = "wasm_bindgen::convert::closures::_::invoke::<Event, (), true>";

    /// A program whose table has a function of each name.
    fn program(names: &[&str]) -> (Module, Vec<FunctionId>) {
        let mut module = Module::default();
        let ids: Vec<_> = names
            .iter()
            .map(|name| {
                let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
                function.name((*name).to_owned()).func_body().return_();
                function.finish(Vec::new(), &mut module.funcs)
            })
            .collect();
        let table = module
            .tables
            .add_local(false, 9, None, walrus::RefType::FUNCREF);
        let kind = walrus::ElementKind::Active {
            table,
            offset: ConstExpr::Value(walrus::ir::Value::I32(1)),
        };
        let items = walrus::ElementItems::Functions(ids.clone());
        module.elements.add(kind, items);
        (module, ids)
    }

    fn is_empty(module: &Module, id: FunctionId) -> bool {
        let function = module.funcs.get(id).kind.unwrap_local();
        let body = function.block(function.entry_block());
        matches!(
            body.instrs.as_slice(),
            [(walrus::ir::Instr::Unreachable(_), _)]
        )
    }

    #[test]
    fn only_what_is_known_and_not_reached_is_emptied() {
        let task = "js_sys::futures::future_to_promise::<wasm_streams::Source>::{closure#0}";
        let drop =
            "core::ptr::drop_in_place::<js_sys::futures::future_to_promise<wasm_streams::Source>>";
        let (mut module, ids) = program(&[INVOKED, task, drop, "offramp_checkout::view"]);
        empty_uncalled(&mut module);
        let emptied: Vec<_> = ids.iter().map(|id| is_empty(&module, *id)).collect();
        assert_eq!(emptied, [true, true, false, false]);
    }

    #[test]
    fn what_an_export_leads_to_is_kept() {
        let (mut module, ids) =
            program(&[INVOKED, "wasm_bindgen::convert::closures::_::invoke::<()>"]);
        let mut shim = FunctionBuilder::new(&mut module.types, &[], &[]);
        shim.func_body().call(ids[0]);
        let shim = shim.finish(Vec::new(), &mut module.funcs);
        module.exports.add("shim", shim);
        module.exports.add("invoke", ids[1]);
        empty_uncalled(&mut module);
        assert!(ids.iter().all(|id| !is_empty(&module, *id)));
    }

    #[test]
    fn the_glue_keeps_one_way_to_start() {
        let glue = started("let a;\nlet wasmModule, wasmInstance, wasm;\nexport {};\n").unwrap();
        assert_eq!(glue, format!("let a;\n{START}"));
        let error = started("let wasm;\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the glue starts the program in another way than it did"
        );
    }

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

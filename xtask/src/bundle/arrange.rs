//! Arranges a program so that it compresses better. What it does stays as it is.
//!
//! A compressor writes in a few bits what it has seen lately, or often. So functions that resemble
//! each other stand beside each other, and of a function's locals those named most have the lowest
//! numbers. Every address is written as if it were not aligned. What only a debugger reads is left
//! out.

use std::{cmp::Reverse, collections::HashMap, convert::Infallible};

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, FunctionSection, Instruction, Module,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, CustomSectionReader, FunctionBody, FunctionSectionReader,
    MemArg, Operator, Parser, Payload, TypeRef,
};

use super::shrink::Program;

/// Functions resemble each other by the runs of this many bytes that both have.
const RUN: usize = 6;

/// What a run is worth that one function has: the more have it, the less.
const WORTH: u32 = 1000;

#[cfg(test)]
pub(super) const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

impl Program {
    /// The same program in another order.
    pub(super) fn arranged(self) -> Result<Self> {
        let Self { glue, wasm } = self;
        let mut module = Module::new();
        Arrangement::of(&wasm)
            .context("the program cannot be read")?
            .parse_core_module(&mut module, Parser::new(0), &wasm)
            .context("the program cannot be arranged")?;
        let wasm = module.finish();
        Ok(Self { glue, wasm })
    }
}

/// Which function comes where.
struct Arrangement {
    /// How many parameters functions have, by their types.
    parameters: Vec<usize>,
    /// The types of the functions that are not imported.
    types: Vec<u32>,
    /// Of the functions that are not imported, by their numbers before.
    order: Vec<usize>,
    /// The numbers of all functions, by those before.
    functions: Vec<u32>,
    /// The numbers of the locals of the function at hand, by those before.
    locals: Vec<u32>,
}

impl Arrangement {
    fn of(wasm: &[u8]) -> Result<Self, BinaryReaderError> {
        let (mut parameters, mut types) = (Vec::new(), Vec::new());
        let mut imports = 0;
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::TypeSection(section) = payload {
                for ty in section.into_iter_err_on_gc_types() {
                    parameters.push(ty?.params().len());
                }
            } else if let Payload::ImportSection(section) = payload {
                for import in section.into_imports() {
                    imports += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            } else if let Payload::FunctionSection(section) = payload {
                types = section.into_iter().collect::<Result<_, _>>()?;
            } else if let Payload::CodeSectionEntry(body) = payload {
                bodies.push(body.as_bytes());
            }
        }
        let order = by_likeness(&bodies);
        let mut functions: Vec<u32> = (0..).take(imports + order.len()).collect();
        for (new, old) in (0..).skip(imports).zip(&order) {
            functions[imports + old] = new;
        }
        Ok(Self {
            parameters,
            types,
            order,
            functions,
            locals: Vec::new(),
        })
    }

    fn local(&self, before: u32) -> u32 {
        self.locals[before as usize]
    }
}

/// The numbers of functions, each after those that it resembles most. What was written last counts
/// most.
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let mut owners: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (number, body) in bodies.iter().enumerate() {
        for run in body.windows(RUN) {
            let owners = owners.entry(run).or_default();
            if owners.last() != Some(&number) {
                owners.push(number);
            }
        }
    }
    let mut likeness = vec![0; bodies.len()];
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order = Vec::with_capacity(bodies.len());
    let rank = |number: usize, likeness: u32| (likeness, bodies[number].len(), Reverse(number));
    while let Some(place) =
        (0..left.len()).max_by_key(|place| rank(left[*place], likeness[left[*place]]))
    {
        let next = left.swap_remove(place);
        order.push(next);
        for likeness in &mut likeness {
            *likeness = *likeness / 5 * 4;
        }
        for run in bodies[next].windows(RUN) {
            let owners = &owners[run];
            let share = WORTH / u32::try_from(owners.len().isqrt()).unwrap_or(u32::MAX);
            for owner in owners {
                likeness[*owner] += share;
            }
        }
    }
    order
}

/// The numbers of a function's locals, by those before: each stays among those of its type, the
/// ones that are named most first. Parameters keep theirs.
fn by_use(body: &FunctionBody, parameters: usize) -> Result<Vec<u32>, BinaryReaderError> {
    let mut groups = Vec::new();
    let mut end = parameters;
    for group in body.get_locals_reader()? {
        let (count, _) = group?;
        groups.push(end..end + count as usize);
        end += count as usize;
    }
    let mut uses = vec![0; end];
    for operator in body.get_operators_reader()? {
        if let Operator::LocalGet { local_index }
        | Operator::LocalSet { local_index }
        | Operator::LocalTee { local_index } = operator?
        {
            uses[local_index as usize] += 1;
        }
    }
    let mut numbers: Vec<u32> = (0..).take(end).collect();
    for group in groups {
        let mut locals: Vec<usize> = group.clone().collect();
        locals.sort_by_key(|local| Reverse(uses[*local]));
        for (new, old) in (0..).skip(group.start).zip(locals) {
            numbers[old] = new;
        }
    }
    Ok(numbers)
}

impl Reencode for Arrangement {
    type Error = Infallible;

    fn function_index(&mut self, before: u32) -> Result<u32, Error> {
        Ok(self.functions[before as usize])
    }

    /// How an address is aligned is a hint, and browsers do not need it.
    fn mem_arg(&mut self, before: MemArg) -> Result<wasm_encoder::MemArg, Error> {
        let before = MemArg { align: 0, ..before };
        utils::mem_arg(self, before)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for old in &self.order {
            functions.function(self.types[*old]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for old in self.order.clone() {
            self.locals = by_use(&bodies[old], self.parameters[self.types[old] as usize])?;
            self.parse_function_body(code, bodies[old].clone())?;
        }
        Ok(())
    }

    fn instruction<'a>(&mut self, before: Operator<'a>) -> Result<Instruction<'a>, Error> {
        if let Operator::LocalGet { local_index } = before {
            Ok(Instruction::LocalGet(self.local(local_index)))
        } else if let Operator::LocalSet { local_index } = before {
            Ok(Instruction::LocalSet(self.local(local_index)))
        } else if let Operator::LocalTee { local_index } = before {
            Ok(Instruction::LocalTee(self.local(local_index)))
        } else {
            utils::instruction(self, before)
        }
    }

    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use walrus::{
        ElementItems, ExportItem, FunctionBuilder, FunctionId, LocalId, ValType,
        ir::{Instr, LoadKind, MemArg},
    };

    use super::*;

    #[test]
    fn functions_that_resemble_each_other_stand_together() {
        let bodies: [&[u8]; 4] = [b"the longest one", b"second", b"a longest one", b"third1"];
        assert_eq!(by_likeness(&bodies), [0, 2, 1, 3]);
    }

    /// A function that ends with this number, after as many instructions as say nothing.
    fn function(module: &mut walrus::Module, number: i32, length: usize) -> FunctionId {
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
        for _ in 0..length {
            function.func_body().i32_const(number).drop();
        }
        function.func_body().i32_const(number);
        function.finish(Vec::new(), &mut module.funcs)
    }

    fn arranged(module: &mut walrus::Module) -> walrus::Module {
        let program = Program {
            glue: String::new(),
            wasm: module.emit_wasm(),
        };
        walrus::Module::from_buffer(&program.arranged().unwrap().wasm).unwrap()
    }

    fn instructions(module: &walrus::Module, id: FunctionId) -> Vec<Instr> {
        let function = module.funcs.get(id).kind.unwrap_local();
        let block = function.block(function.entry_block());
        block
            .instrs
            .iter()
            .map(|(instr, _)| instr.clone())
            .collect()
    }

    fn number(module: &walrus::Module, id: FunctionId) -> i32 {
        let instructions = instructions(module, id);
        let Some(Instr::Const(last)) = instructions.last() else {
            panic!("{instructions:?}");
        };
        let walrus::ir::Value::I32(number) = last.value else {
            panic!("{last:?}");
        };
        number
    }

    #[test]
    fn whatever_names_a_function_names_the_same_one_afterwards() {
        let mut module = walrus::Module::default();
        let ty = module.types.add(&[], &[]);
        module.add_import_func("host", "imported", ty);
        // By length, as they are written first, those that resemble each other are apart.
        let ids = [(1, 90), (2, 85), (1, 80)].map(|(n, length)| function(&mut module, n, length));
        let mut caller = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
        caller.func_body().call(ids[1]);
        let caller = caller.finish(Vec::new(), &mut module.funcs);
        module.exports.add("other", ids[1]);
        module.exports.add("caller", caller);
        let table = module
            .tables
            .add_local(false, 3, None, walrus::RefType::FUNCREF);
        let offset = walrus::ConstExpr::Value(walrus::ir::Value::I32(0));
        let kind = walrus::ElementKind::Active { table, offset };
        module
            .elements
            .add(kind, ElementItems::Functions(ids.to_vec()));

        let module = arranged(&mut module);
        let exported = |name: &str| match module.exports.get_func(name) {
            Ok(id) => id,
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(number(&module, exported("other")), 2);
        let [Instr::Call(call)] = &instructions(&module, exported("caller"))[..] else {
            panic!("the caller calls nothing");
        };
        assert_eq!(call.func, exported("other"));
        let elements = module.elements.iter().next().unwrap();
        let ElementItems::Functions(named) = &elements.items else {
            panic!("{elements:?}");
        };
        let numbers: Vec<_> = named.iter().map(|id| number(&module, *id)).collect();
        assert_eq!(numbers, [1, 2, 1]);
    }

    #[test]
    fn locals_named_most_come_first_among_those_of_their_type() {
        let mut module = walrus::Module::default();
        let parameter = module.locals.add(ValType::I32);
        let [seldom, often] = [(); 2].map(|()| module.locals.add(ValType::I32));
        let other = module.locals.add(ValType::I64);
        let mut function = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
        let mut body = function.func_body();
        for local in [seldom, other, often, often] {
            body.local_get(local).drop();
        }
        let function = function.finish(vec![parameter], &mut module.funcs);
        module.exports.add("function", function);

        let module = arranged(&mut module);
        let ExportItem::Function(id) = module.exports.iter().next().unwrap().item else {
            panic!("a function is exported");
        };
        let mut named: Vec<LocalId> = Vec::new();
        for instruction in instructions(&module, id) {
            if let Instr::LocalGet(get) = instruction {
                named.push(get.local);
            }
        }
        let [seldom, other, often, again] = named[..] else {
            panic!("{named:?}");
        };
        assert_eq!(often, again);
        assert!(often < seldom);
        assert_eq!(module.locals.get(other).ty(), ValType::I64);
    }

    #[test]
    fn addresses_are_written_alike() {
        let mut module = walrus::Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
        for align in [1, 8] {
            let kind = LoadKind::I64 { atomic: false };
            let arg = MemArg { align, offset: 40 };
            let mut body = function.func_body();
            body.i32_const(0).load(memory, kind, arg).drop();
        }
        let function = function.finish(Vec::new(), &mut module.funcs);
        module.exports.add("function", function);

        let module = arranged(&mut module);
        let ExportItem::Function(id) = module.exports.iter().next().unwrap().item else {
            panic!("a function is exported");
        };
        let mut loads = Vec::new();
        for instruction in instructions(&module, id) {
            if let Instr::Load(load) = instruction {
                loads.push((load.arg.align, load.arg.offset));
            }
        }
        assert_eq!(loads, [(1, 40), (1, 40)]);
    }

    #[test]
    fn what_only_a_debugger_reads_is_left_out() {
        let mut module = walrus::Module::default();
        let function = function(&mut module, 1, 1);
        module.funcs.get_mut(function).name = Some("a_long_name".to_owned());
        module.exports.add("function", function);
        let wasm = module.emit_wasm();
        let program = Program {
            glue: String::new(),
            wasm,
        };
        let arranged = program.arranged().unwrap().wasm;
        assert!(!arranged.windows(11).any(|part| part == b"a_long_name"));
    }

    #[test]
    fn javascript_is_refused() {
        let program = Program {
            glue: String::new(),
            wasm: b"export".to_vec(),
        };
        let error = program.arranged().unwrap_err();
        assert_eq!(error.to_string(), "the program cannot be read");
    }
}

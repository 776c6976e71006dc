//! Shorter names for types.
//!
//! A signal knows of its value only that it is of some type, and Rust tells types apart by random
//! numbers of sixteen bytes, which do not compress. Within a finished program any others do, as long
//! as each type has its own.

use std::collections::HashMap;

use walrus::{
    ConstExpr, Data, DataKind, LocalFunction, Module,
    ir::{Const, Instr, Value, VisitorMut, dfs_pre_order_mut},
};

/// At the end of the name of a function that says of which type a value is: by a number that it
/// takes out of the memory. Whoever compares has the number among its instructions, by halves.
const NAMING: &str = "::any::Any>::type_id";

/// The bytes of a number, and of its half.
const LENGTH: usize = 16;
const HALF: usize = 8;

/// Gives each type a short number, wherever the long one stands.
pub(super) fn renumber(module: &mut Module) {
    let places: Vec<_> = module.data.iter().map(Data::id).collect();
    let mut short = Short(HashMap::new());
    for (number, long) in (1_i64..).zip(long(module)) {
        let mut bytes = [0; LENGTH];
        bytes[..HALF].copy_from_slice(&number.to_le_bytes());
        for id in &places {
            replace(&mut module.data.get_mut(*id).value, &long, &bytes);
        }
        let (low, high) = long.split_at(HALF);
        short.0.extend(half(low).map(|half| (half, number)));
        short.0.extend(half(high).map(|half| (half, 0)));
    }
    for (_, function) in module.funcs.iter_local_mut() {
        let entry = function.entry_block();
        dfs_pre_order_mut(&mut short, function, entry);
    }
}

/// The numbers of types, each once.
fn long(module: &Module) -> Vec<[u8; LENGTH]> {
    let mut numbers: Vec<_> = (module.funcs.iter_local())
        .filter(|(id, _)| {
            let name = module.funcs.get(*id).name.as_deref();
            name.is_some_and(|name| name.ends_with(NAMING))
        })
        .filter_map(|(_, function)| at(module, source(function)?))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Where a function takes its number from, which it reads in two halves.
fn source(function: &LocalFunction) -> Option<u64> {
    let block = function.block(function.entry_block());
    let mut addresses: Vec<_> = (block.instrs.iter())
        .filter_map(|(instr, _)| {
            if let Instr::Load(load) = instr {
                Some(load.arg.offset)
            } else {
                None
            }
        })
        .collect();
    addresses.sort_unstable();
    match addresses.as_slice() {
        [low, high] if *high == low + HALF as u64 => Some(*low),
        _ => None,
    }
}

/// What the memory has there when the program begins.
fn at(module: &Module, address: u64) -> Option<[u8; LENGTH]> {
    module.data.iter().find_map(|data| {
        let DataKind::Active {
            offset: ConstExpr::Value(Value::I32(start)),
            ..
        } = data.kind
        else {
            return None;
        };
        let from = usize::try_from(address.checked_sub(u64::try_from(start).ok()?)?).ok()?;
        data.value.get(from..)?.first_chunk().copied()
    })
}

fn replace(memory: &mut [u8], long: &[u8; LENGTH], short: &[u8; LENGTH]) {
    let mut from = 0;
    while let Some(found) = (memory[from..].windows(LENGTH)).position(|part| part == long) {
        from += found;
        memory[from..from + LENGTH].copy_from_slice(short);
    }
}

fn half(bytes: &[u8]) -> Option<i64> {
    bytes.try_into().ok().map(i64::from_le_bytes)
}

/// Short numbers, by the halves of long ones.
struct Short(HashMap<i64, i64>);

impl VisitorMut for Short {
    fn visit_const_mut(&mut self, constant: &mut Const) {
        if let Value::I64(number) = &mut constant.value
            && let Some(short) = self.0.get(number)
        {
            *number = *short;
        }
    }
}

#[cfg(test)]
mod tests {
    use walrus::{
        FunctionBuilder, FunctionId, MemoryId, ValType,
        ir::{LoadKind, MemArg},
    };

    use super::*;

    const ONE: [i64; 2] = [0x1234_5678_9abc_def0, -0x0fed_cba9_8765_4321];
    const OTHER: [i64; 2] = [0x2345_6789_abcd_ef01, 0x1111_2222_3333_4444];

    /// Where the memory of [`program`] begins.
    const START: i32 = 1_000;

    fn program() -> (Module, MemoryId) {
        let mut module = Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        let offset = ConstExpr::Value(Value::I32(START));
        let halves = [7, ONE[0], ONE[1], OTHER[0], OTHER[1], ONE[1]];
        let value = halves.map(i64::to_le_bytes).concat();
        module.data.add(DataKind::Active { memory, offset }, value);
        (module, memory)
    }

    fn naming(module: &mut Module, memory: MemoryId, name: &str, address: u64) {
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
        function.name(name.to_owned());
        for offset in [address + HALF as u64, address] {
            let kind = LoadKind::I64 { atomic: false };
            let arg = MemArg { align: 4, offset };
            (function.func_body().i32_const(0))
                .load(memory, kind, arg)
                .drop();
        }
        function.finish(Vec::new(), &mut module.funcs);
    }

    fn comparing(module: &mut Module, number: i64) -> FunctionId {
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[ValType::I64]);
        function.func_body().i64_const(number);
        function.finish(Vec::new(), &mut module.funcs)
    }

    fn compared(module: &Module, id: FunctionId) -> i64 {
        let function = module.funcs.get(id).kind.unwrap_local();
        match function.block(function.entry_block()).instrs.as_slice() {
            [
                (
                    Instr::Const(Const {
                        value: Value::I64(number),
                    }),
                    _,
                ),
            ] => *number,
            other => panic!("{other:?}"),
        }
    }

    fn in_memory(module: &Module) -> Vec<i64> {
        let data = module.data.iter().next().unwrap();
        data.value.chunks(HALF).filter_map(half).collect()
    }

    #[test]
    fn each_type_has_a_short_number_of_its_own_everywhere() {
        let (mut module, memory) = program();
        naming(
            &mut module,
            memory,
            "<bool as core::any::Any>::type_id",
            1_008,
        );
        naming(
            &mut module,
            memory,
            "<u32 as core::any::Any>::type_id",
            1_024,
        );
        let users =
            [ONE[0], ONE[1], OTHER[0], OTHER[1], 5].map(|half| comparing(&mut module, half));
        renumber(&mut module);
        let [one, zero, other, _, five] = users.map(|id| compared(&module, id));
        assert_eq!([zero, five], [0, 5]);
        assert!([[1, 2], [2, 1]].contains(&[one, other]));
        assert_eq!(in_memory(&module), [7, one, 0, other, 0, ONE[1]]);
    }

    #[test]
    fn numbers_that_are_not_of_types_stay() {
        let (mut module, memory) = program();
        naming(&mut module, memory, "hash", 1_008);
        naming(
            &mut module,
            memory,
            "<u32 as core::any::Any>::type_id",
            9_000,
        );
        let before = in_memory(&module);
        let id = comparing(&mut module, ONE[0]);
        renumber(&mut module);
        assert_eq!(in_memory(&module), before);
        assert_eq!(compared(&module, id), ONE[0]);
    }
}

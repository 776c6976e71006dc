#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| offramp_fuzz_properties::pocket_answer(data));

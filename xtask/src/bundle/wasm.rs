//! Leaves out what only a debugger reads. Trunk cannot pass `--remove-name-section` and
//! `--remove-producers-section` to wasm-bindgen, so this does the same.

use anyhow::{Context, Result, bail};

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
const LEFT_OUT: [&[u8]; 2] = [b"name", b"producers"];

#[cfg(test)]
pub(super) const EMPTY: &[u8] = HEADER;

pub(super) fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let Some(mut rest) = wasm.strip_prefix(HEADER) else {
        bail!("this is not a WebAssembly module");
    };
    let mut kept = HEADER.to_vec();
    while let Some((id, after_id)) = rest.split_first() {
        let (size, content) = leb128(after_id).context("a section without a size")?;
        let (content, next) = content
            .split_at_checked(size)
            .context("a section is cut off")?;
        if *id != CUSTOM || !LEFT_OUT.contains(&name(content)?) {
            kept.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    Ok(kept)
}

fn name(custom_section: &[u8]) -> Result<&[u8]> {
    let (length, rest) = leb128(custom_section).context("a custom section without a name")?;
    rest.get(..length)
        .context("the name of a custom section is cut off")
}

/// An unsigned number and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        [&[HEADER], sections].concat().concat()
    }

    const TYPES: &[u8] = &[1, 1, 0];
    const NAMES: &[u8] = b"\0\x06\x04nameX";
    const PRODUCERS: &[u8] = b"\0\x0a\x09producers";
    const FEATURES: &[u8] = b"\0\x10\x0ftarget_features";

    #[test]
    fn names_and_producers_are_left_out_and_the_rest_is_kept() {
        let long: Vec<u8> = [&[10, 0x80, 0x01][..], &[7; 128]].concat();
        let wasm = module(&[TYPES, NAMES, FEATURES, PRODUCERS, &long]);
        assert_eq!(
            without_names(&wasm).unwrap(),
            module(&[TYPES, FEATURES, &long])
        );
    }

    #[test]
    fn a_module_that_is_cut_off_is_refused() {
        let error = without_names(&module(&[&TYPES[..2]])).unwrap_err();
        assert_eq!(error.to_string(), "a section is cut off");
    }

    #[test]
    fn javascript_is_refused() {
        let error = without_names(b"export").unwrap_err();
        assert_eq!(error.to_string(), "this is not a WebAssembly module");
    }
}

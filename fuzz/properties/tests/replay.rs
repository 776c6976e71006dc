//! What the corpora hold, and a fixed number of variations of it, through every promise.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use offramp_fuzz_properties::TARGETS;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

/// The same variations every time.
const SEED: u64 = 1;

/// How many for each target.
const VARIATIONS: usize = 20_000;

/// What the formats are made of.
const WORDS: [&[u8]; 20] = [
    b"0",
    b"9",
    b".",
    b",",
    b"-",
    b"e",
    b"\"",
    b"\\",
    b"\n",
    b"=",
    b": ",
    b"null",
    b"true",
    b"[",
    b"{}",
    b"\xe2\x80\xae",
    b"\x00",
    b"18446744073709551616",
    b"99999999999999999999999999999",
    b"wait=",
];

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn folder(target: &str) -> PathBuf {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fuzz.join("corpus").join(target)
}

fn corpus(target: &str) -> Outcome<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder(target))? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths.iter().map(fs::read).collect::<Result<_, _>>()?)
}

#[test]
fn every_target_has_a_corpus_and_a_program() -> Outcome {
    let manifest = fs::read_to_string(folder("..").join("Cargo.toml"))?;
    let mut bytes = 0;
    for (name, _) in TARGETS {
        let seeds = corpus(name)?;
        assert!(seeds.len() >= 3, "{name} has {} seeds", seeds.len());
        bytes += seeds.iter().map(Vec::len).sum::<usize>();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
    assert!(bytes < 200_000, "the corpora have {bytes} bytes");
    Ok(())
}

#[test]
fn every_promise_is_kept_for_the_corpora_and_variations_of_them() -> Outcome {
    for (name, keeps) in TARGETS {
        let seeds = corpus(name)?;
        for seed in &seeds {
            keeps(seed);
        }
        let mut random = StdRng::seed_from_u64(SEED);
        for _ in 0..VARIATIONS {
            let seed = seeds.choose(&mut random).ok_or("no seeds")?;
            let other = seeds.choose(&mut random).ok_or("no seeds")?;
            keeps(&varied(seed, other, &mut random));
        }
    }
    Ok(())
}

/// A seed with one to four changes: a byte, a word put in, a part left out, doubled, or taken from
/// another seed.
fn varied(seed: &[u8], other: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..random.random_range(1..=4) {
        let place = random.random_range(0..=data.len());
        let end = (place + random.random_range(0..=8)).min(data.len());
        match random.random_range(0..6) {
            0 => {
                if let Some(byte) = data.get_mut(place) {
                    *byte = random.random();
                }
            }
            1 => {
                if let Some(byte) = data.get_mut(place) {
                    *byte ^= 1 << random.random_range(0..7);
                }
            }
            2 => {
                let word = WORDS.choose(random).copied().unwrap_or_default();
                data.splice(place..end, word.iter().copied());
            }
            3 => drop(data.drain(place..end)),
            4 => {
                let part = data[place..end].to_vec();
                data.splice(place..place, part);
            }
            _ => {
                let from = random.random_range(0..=other.len());
                data.truncate(place);
                data.extend_from_slice(&other[from..]);
            }
        }
    }
    data
}

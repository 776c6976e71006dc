//! Every sentence of one language, read from the file that the loader fetched.
//!
//! `es.json` and `en.json` have one [`Messages`] type (see `build.rs`): each key is a field, each
//! object a struct of its own. A sentence missing in one language does not build, and one that
//! nobody uses is reported as dead code.

use std::{cell::OnceCell, thread::LocalKey};

use super::Language;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// Every sentence of one language.
pub(crate) type Words = &'static Messages;

thread_local! {
    // What was read stays, for other elements and for a page that changes its mind.
    static SPANISH: OnceCell<Words> = const { OnceCell::new() };
    static ENGLISH: OnceCell<Words> = const { OnceCell::new() };
}

/// A file that does not have a line for each sentence: it is of another version of the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignWords;

impl Language {
    /// Its words, from `file` unless they have been read before.
    pub(super) fn words(self, file: impl FnOnce() -> String) -> Result<Words, ForeignWords> {
        let known: &LocalKey<_> = match self {
            Self::Spanish => &SPANISH,
            Self::English => &ENGLISH,
        };
        known.with(|known| {
            if let Some(words) = known.get() {
                return Ok(*words);
            }
            let words = Box::leak(Box::new(Messages::parse(file().leak())?));
            Ok(*known.get_or_init(|| words))
        })
    }
}

impl Messages {
    fn parse(file: &'static str) -> Result<Self, ForeignWords> {
        let mut lines = [""; SENTENCES];
        let mut rest = file;
        for line in &mut lines {
            (*line, rest) = rest.split_once('\n').ok_or(ForeignWords)?;
        }
        if rest.is_empty() {
            Ok(Self::read(&mut Lines(&lines)))
        } else {
            Err(ForeignWords)
        }
    }
}

/// The lines that nobody has taken yet.
struct Lines<'a>(&'a [&'static str]);

impl<'a> Lines<'a> {
    /// The next ones. They are there: both the lines and those who take them were counted.
    fn take<const N: usize>(&mut self) -> &'a [&'static str; N] {
        match self.0.split_first_chunk() {
            Some((taken, rest)) => {
                self.0 = rest;
                taken
            }
            None => const { &[""; N] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn each_sentence_is_where_its_language_has_it() {
        let spanish = Messages::parse(test_support::words("es")).unwrap();
        let english = Messages::parse(test_support::words("en")).unwrap();
        assert_eq!(spanish.common.loading(), "Cargando…");
        assert_eq!(english.common.loading(), "Loading…");
        assert_eq!(spanish.bank.title(), "¿A qué cuenta?");
        assert_eq!(english.amount.problem.empty(), "Type an amount.");
    }

    #[test]
    fn words_of_another_version_are_refused() {
        let words = test_support::words("es");
        let (_, fewer) = words.split_once('\n').unwrap();
        let more = format!("{words}\n");
        let cut = words.trim_end();
        for words in ["", fewer, cut, more.leak()] {
            assert_eq!(Messages::parse(words).err(), Some(ForeignWords));
        }
    }

    #[test]
    fn a_language_is_read_once() {
        let first = Language::English.words(|| test_support::words("en").to_owned());
        let again = Language::English.words(String::new);
        assert!(std::ptr::eq(first.unwrap(), again.unwrap()));
    }
}

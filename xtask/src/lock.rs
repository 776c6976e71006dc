//! One process at a time: whoever comes second waits for the first.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use anyhow::{Context, Result};

/// Holds `path` until the returned file is dropped; says first if that means waiting.
///
/// The lock ends with its process, however that ends; the empty file stays.
pub(crate) fn hold(path: &Path, wait: impl FnOnce()) -> Result<File> {
    let shown = path.display();
    let file = File::create(path).with_context(|| format!("cannot create {shown}"))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => wait(),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {shown}"));
        }
    }
    file.lock()
        .with_context(|| format!("cannot lock {shown}"))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, sync::mpsc, thread};

    use super::*;

    #[test]
    fn the_second_says_that_it_waits_and_then_goes_on() {
        let path = env::temp_dir().join(format!("xtask-lock-{}", std::process::id()));
        let first = hold(&path, || panic!("nobody else holds it")).unwrap();
        let (say, said) = mpsc::channel();
        let second = thread::spawn({
            let path = path.clone();
            move || {
                hold(&path, || say.send("waiting").unwrap()).unwrap();
                say.send("going on").unwrap();
            }
        });
        assert_eq!(said.recv().unwrap(), "waiting");
        assert!(said.try_recv().is_err());
        drop(first);
        assert_eq!(said.recv().unwrap(), "going on");
        second.join().unwrap();
        fs::remove_file(path).unwrap();
    }
}

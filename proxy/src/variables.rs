//! Secrets among the variables: each may stand in the environment or in a file, and may have a
//! predecessor that is valid until everybody uses the new one.

use std::{fs::File, io, io::Read as _, path::Path};

use secrecy::{ExposeSecret as _, SecretString};

use crate::config::{ConfigError, Lookup};

/// The largest file that a secret is read from, in bytes.
const LARGEST_FILE: u64 = 16 * 1024;

/// A variable that holds a secret, and its twin that names a file with it.
#[derive(Clone, Copy, Debug)]
pub struct SecretVariable {
    /// The variable with the secret itself.
    pub value: &'static str,
    /// The variable with the path of a file.
    pub file: &'static str,
}

/// The variable of this name, and the one that ends in `_FILE`.
macro_rules! secret_variable {
    ($name:literal) => {
        $crate::variables::SecretVariable {
            value: $name,
            file: concat!($name, "_FILE"),
        }
    };
}
pub(crate) use secret_variable;

impl SecretVariable {
    /// The secret, from the environment or from the file; nothing where neither is set.
    ///
    /// # Errors
    /// When both are set, or the file cannot be read. No refusal repeats what it found.
    pub fn read(self, lookup: Lookup<'_>) -> Result<Option<SecretString>, ConfigError> {
        let text = |name: &str| lookup(name).filter(|value| !value.is_empty());
        match (text(self.value), text(self.file)) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some(value.into())),
            (None, Some(path)) => self.read_file(Path::new(&path)).map(Some),
            (Some(_), Some(_)) => Err(ConfigError::wrong(
                self.value,
                format!("{} is set as well; set one of them", self.file),
            )),
        }
    }

    /// The predecessor of a secret, which makes sense beside its successor only.
    ///
    /// # Errors
    /// As [`SecretVariable::read`], and when there is no successor or it is the same.
    pub fn read_predecessor(
        self,
        lookup: Lookup<'_>,
        of: Self,
        current: Option<&SecretString>,
    ) -> Result<Option<SecretString>, ConfigError> {
        let Some(previous) = self.read(lookup)? else {
            return Ok(None);
        };
        match current {
            None => Err(ConfigError::wrong(
                self.value,
                format!("{} is not set, so nothing follows it", of.value),
            )),
            Some(current) if current.expose_secret() == previous.expose_secret() => Err(
                ConfigError::wrong(self.value, format!("it is the same as {}", of.value)),
            ),
            Some(_) => Ok(Some(previous)),
        }
    }

    fn read_file(self, path: &Path) -> Result<SecretString, ConfigError> {
        let wrong = |problem: &str| ConfigError::wrong(self.file, problem);
        let text =
            read_bounded(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let text = text.ok_or_else(|| wrong("larger than a secret is"))?;
        let text = String::from_utf8(text).map_err(|_| wrong("the file is not text"))?;
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.is_empty() {
            return Err(wrong("the file is empty"));
        }
        Ok(secret.into())
    }
}

/// What a file holds, or nothing where that is too much.
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST_FILE);
    Ok(fits.then_some(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const KEY: SecretVariable = secret_variable!("A_KEY");
    const OLD: SecretVariable = secret_variable!("A_KEY_PREVIOUS");

    fn read(variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let lookup = lookup(variables);
        KEY.read(&lookup)
            .map(|secret| secret.map(|secret| secret.expose_secret().to_owned()))
            .map_err(|error| error.to_string())
    }

    fn lookup(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    fn file(contents: &[u8]) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, contents).unwrap();
        let path = path.display().to_string();
        (folder, path)
    }

    #[test]
    fn a_secret_stands_in_the_environment_or_in_a_file() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("A_KEY", ""), ("A_KEY_FILE", "")]), Ok(None));
        assert_eq!(read(&[("A_KEY", "secret")]), Ok(Some("secret".to_owned())));
        for contents in ["secret", "secret\n", "secret\r\n"] {
            let (_folder, path) = file(contents.as_bytes());
            assert_eq!(
                read(&[("A_KEY_FILE", &path)]),
                Ok(Some("secret".to_owned()))
            );
        }
        let (_folder, path) = file(b" inner space \n");
        assert_eq!(
            read(&[("A_KEY_FILE", &path)]),
            Ok(Some(" inner space ".to_owned()))
        );
    }

    #[test]
    fn a_secret_that_is_set_twice_is_refused_by_its_name() {
        assert_eq!(
            read(&[("A_KEY", "secret"), ("A_KEY_FILE", "/run/secrets/key")]),
            Err("A_KEY is wrong: A_KEY_FILE is set as well; set one of them".to_owned())
        );
    }

    #[test]
    fn a_file_that_holds_no_secret_is_refused_without_its_contents() {
        let refusal = |contents: &[u8]| {
            let (_folder, path) = file(contents);
            read(&[("A_KEY_FILE", &path)]).unwrap_err()
        };
        assert_eq!(refusal(b"\n"), "A_KEY_FILE is wrong: the file is empty");
        assert_eq!(
            refusal(b"sec\xffret"),
            "A_KEY_FILE is wrong: the file is not text"
        );
        assert_eq!(
            refusal(&vec![b'x'; 20_000]),
            "A_KEY_FILE is wrong: larger than a secret is"
        );
        let (folder, path) = file(b"secret");
        assert_eq!(
            read(&[("A_KEY_FILE", &format!("{path}.gone"))]),
            Err(
                "A_KEY_FILE is wrong: cannot be read: No such file or directory (os error 2)"
                    .to_owned()
            )
        );
        let folder = folder.path().display().to_string();
        assert_eq!(
            read(&[("A_KEY_FILE", &folder)]),
            Err("A_KEY_FILE is wrong: cannot be read: Is a directory (os error 21)".to_owned())
        );
    }

    #[test]
    fn a_predecessor_needs_another_successor() {
        let previous = |current: Option<&str>| {
            let current = current.map(SecretString::from);
            let lookup = lookup(&[("A_KEY_PREVIOUS", "old")]);
            OLD.read_predecessor(&lookup, KEY, current.as_ref())
                .map(|secret| secret.map(|secret| secret.expose_secret().to_owned()))
                .map_err(|error| error.to_string())
        };
        assert_eq!(previous(Some("new")), Ok(Some("old".to_owned())));
        assert_eq!(
            previous(Some("old")),
            Err("A_KEY_PREVIOUS is wrong: it is the same as A_KEY".to_owned())
        );
        assert_eq!(
            previous(None),
            Err("A_KEY_PREVIOUS is wrong: A_KEY is not set, so nothing follows it".to_owned())
        );
    }
}

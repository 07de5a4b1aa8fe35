//! The tokens of a data folder, each in a file that its owner alone can read: the start token, and the one for Prometheus,
//! which reads its file by itself (`credentials_file`).

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use shared::hex;
use shared::secret::Secret;

/// The name of the start token's file in the data folder.
pub const FILE: &str = "start-token";
/// The name of the file with the token that scrapes show.
pub const METRICS_FILE: &str = "metrics-token";

/// The fewest characters of a token that somebody wrote into the file.
const MIN_TOKEN_CHARS: usize = 32;

/// The start token of this data folder, which is made if there is none. Only the one server of a folder may ask for it.
///
/// # Errors
/// Says what cannot be read or written, or what is wrong with the file.
pub fn open(folder: &Path) -> Result<Secret, String> {
    open_file(folder, FILE)
}

/// The token that scrapes show, for a server without one of its own: made and kept like the start token.
///
/// # Errors
/// The same.
pub fn open_metrics(folder: &Path) -> Result<Secret, String> {
    open_file(folder, METRICS_FILE)
}

fn open_file(folder: &Path, name: &str) -> Result<Secret, String> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => token(&path, &text),
        Ok(_) => make(folder, name),
        Err(error) if error.kind() == ErrorKind::NotFound => make(folder, name),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// The token of the server whose data folder this is.
///
/// # Errors
/// Says what to do if there is none.
pub fn read(folder: &Path) -> Result<Secret, String> {
    let path = folder.join(FILE);
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "{} is not there: start the server first with `{}`, or name its data folder with --data DIR",
            path.display(),
            crate::program::start()
        ),
        _ => format!("{}: {error}", path.display()),
    })?;
    token(&path, &text)
}

fn token(path: &Path, text: &str) -> Result<Secret, String> {
    let text = text.trim();
    if text.len() >= MIN_TOKEN_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(Secret::new(text));
    }
    Err(format!(
        "{} holds no token: expected at least {MIN_TOKEN_CHARS} letters and digits. Take the file away, and a new one is \
         made at the next start",
        path.display()
    ))
}

/// Writes the whole file before it gets its name, so that nobody ever reads a part.
fn make(folder: &Path, name: &str) -> Result<Secret, String> {
    let path = folder.join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let token = random().map_err(failed)?;
    let unfinished: PathBuf = folder.join(format!("{name}.new"));
    let _ = fs::remove_file(&unfinished);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(failed)?;
    file.write_all(format!("{token}\n").as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&unfinished, &path).map_err(failed)?;
    Ok(Secret::new(&token))
}

/// 32 random bytes of the system, in hexadecimal: enough for a secret.
fn random() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn token_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(read(folder.path()).expect_err("none yet").contains("cargo run"));
        let made = open(folder.path()).expect("a token");
        assert_eq!(made.expose().len(), 64);
        let mode = fs::metadata(folder.path().join(FILE)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(open(folder.path()), Ok(made.clone()));
        assert_eq!(read(folder.path()), Ok(made.clone()));
        let other = tempfile::tempdir().expect("a folder");
        assert_ne!(open(other.path()), Ok(made.clone()));
        let metrics = open_metrics(folder.path()).expect("a token");
        assert_ne!(metrics, made);
        assert_eq!(open_metrics(folder.path()), Ok(metrics));
        let mode = fs::metadata(folder.path().join(METRICS_FILE)).expect("a file").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn unusable_file_is_named_and_an_empty_one_is_made_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        for text in ["short", &"é".repeat(40), &format!("{}\n{}", "a".repeat(40), "b".repeat(40))]
        {
            fs::write(&path, text).expect("a file");
            let error = open(folder.path()).expect_err("no token");
            assert!(error.contains("start-token holds no token"), "{error}");
            assert!(!error.contains(text), "{error}");
        }
        fs::write(&path, "\n").expect("a file");
        assert_eq!(open(folder.path()).expect("a token").expose().len(), 64);
        let own = "mine0123456789abcdefghijklmnopqrstuvwxyz";
        fs::write(&path, own).expect("a file");
        assert_eq!(open(folder.path()), Ok(Secret::new(own)));
    }
}

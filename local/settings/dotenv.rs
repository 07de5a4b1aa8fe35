//! The file `.env`: variables for what the environment does not have.
//!
//! A file that cannot be read refuses a start. Under a running server the last values that were read stay in use instead:
//! a real vendor must not become a simulated one because a file went away.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use shared::config::Environment;

/// The `.env` of this process, in the folder it was started in.
pub(super) static DOTENV: LazyLock<Arc<Dotenv>> = LazyLock::new(|| Arc::new(Dotenv::at(".env")));

/// A `.env` file with the last values that were read from it.
pub(super) struct Dotenv {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    good: Option<Contents>,
    /// The reason why the last reading is not in use, if it is not.
    problem: Option<String>,
}

/// The outcome of one reading.
pub(super) struct Reading {
    /// The variables in use.
    pub(super) variables: Environment,
    /// The reason why they are not those of the file, and what to do.
    pub(super) problem: Option<String>,
}

impl Dotenv {
    /// The file at this path; nothing of it is read yet.
    pub(super) fn at(path: impl Into<PathBuf>) -> Dotenv {
        Dotenv { path: path.into(), state: Mutex::default() }
    }

    /// Reads the file again. Where that fails, or a file that held variables is gone or empty, gives the variables that
    /// were read last, and logs the reason once.
    pub(super) fn read(&self) -> Reading {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let had_any = state.good.as_ref().is_some_and(|good| good.count > 0);
        let problem = match Contents::of(&self.path) {
            Ok(contents) if contents.count == 0 && had_any => Some(format!(
                "{} {}. Bring its variables back",
                self.path.display(),
                if contents.exists { "holds no variables any more" } else { "is gone" }
            )),
            Ok(contents) => {
                contents.log_malformed(state.good.as_ref());
                state.good = Some(contents);
                None
            }
            Err(problem) => Some(problem),
        };
        let variables = state.good.as_ref().map(|good| good.variables.clone());
        let problem = match variables {
            None => problem,
            Some(_) => problem.map(|problem| {
                format!(
                    "{problem}: until then, or the next start, the values read before stay in use"
                )
            }),
        };
        // Without values from before it is the start that says so.
        if variables.is_some() && problem != state.problem {
            match &problem {
                Some(problem) => tracing::error!("{problem}"),
                None => tracing::info!("{} is in use again", self.path.display()),
            }
        }
        state.problem.clone_from(&problem);
        Reading { variables: variables.unwrap_or_default(), problem }
    }
}

/// The contents of a `.env` file.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) variables: Environment,
    count: usize,
    exists: bool,
    /// The numbers of the lines that are no `NAME=value`.
    malformed: Vec<usize>,
}

impl Contents {
    /// Reads a file; one that is not there holds nothing.
    ///
    /// # Errors
    /// A sentence that names the file, where it is wrong, and what to do: it is there and cannot be read, or is not UTF-8.
    pub(super) fn of(path: &Path) -> Result<Contents, String> {
        let name = path.display();
        match std::fs::read(path) {
            Ok(bytes) => {
                let text = text(&bytes).map_err(|(line, byte)| {
                    format!(
                        "{name}:{line}: is not UTF-8 at byte {byte} of the line. Save the file as UTF-8"
                    )
                })?;
                Ok(Contents { exists: true, ..Contents::parse(text) })
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {
                Ok(Contents::default())
            }
            Err(error) => Err(format!(
                "{name} cannot be read: {error}. Make it a file that the user of this program may read, or remove it"
            )),
        }
    }

    /// Parses lines of `NAME=value`. A value is what stands there, to the end of its line: a `$` or `#` may be part of a
    /// password. Only quotes around all of it are taken off.
    fn parse(text: &str) -> Contents {
        let (mut variables, mut malformed) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = line.strip_prefix("export ").unwrap_or(line);
            match line.split_once('=') {
                Some((name, value)) if is_variable(name.trim()) => {
                    variables.push((name.trim().to_owned(), unquoted(value.trim()).to_owned()));
                }
                _ => malformed.push(index + 1),
            }
        }
        let count = variables.len();
        Contents { variables: Environment::of(variables), count, exists: true, malformed }
    }

    /// Logs the lines that say nothing, unless they were the same before; without their text, which could hold a secret.
    fn log_malformed(&self, before: Option<&Contents>) {
        if before.is_some_and(|before| before.malformed == self.malformed) {
            return;
        }
        for line in &self.malformed {
            tracing::warn!(line, "a line of .env cannot be read: expected NAME=value");
        }
    }
}

/// The text of a file, or the line and the byte in it, counted from one, where it is none. UTF-16 of plain letters is
/// UTF-8 too, but for its zero bytes.
fn text(bytes: &[u8]) -> Result<&str, (usize, usize)> {
    let checked = std::str::from_utf8(bytes).map_err(|error| error.valid_up_to());
    let checked = checked.and_then(|text| text.find('\0').map_or(Ok(text), Err));
    checked.map_err(|at| {
        let before = bytes.get(..at).unwrap_or_default();
        let mut line = before.split(|byte| *byte == b'\n');
        (line.clone().count(), line.next_back().map_or(0, <[u8]>::len) + 1)
    })
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn unquoted(value: &str) -> &str {
    let quoted = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = "TWILIO_ACCOUNT_SID=AC1\n";

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        (folder, path)
    }

    #[test]
    fn value_of_dotenv_is_what_stands_there() {
        let text = "# a comment\n\nexport A=1\nB = pa$word #1 \nC=\"with space\"\nD='x'\nnonsense\nE=a=b\n";
        let contents = Contents::parse(text);
        for (name, value) in
            [("A", "1"), ("B", "pa$word #1"), ("C", "with space"), ("D", "x"), ("E", "a=b")]
        {
            assert_eq!(contents.variables.get(name), Some(value));
        }
        assert_eq!(contents.variables.get("nonsense"), None);
        assert_eq!((contents.count, &contents.malformed[..]), (5, &[7][..]));
    }

    #[test]
    fn file_that_is_not_utf8_names_line_and_byte() {
        let (_folder, path) = folder();
        for (bytes, place) in [
            (&b"A=1\n# f\xfcr uns\nB=2\n"[..], ":2: is not UTF-8 at byte 4 of the line."),
            (b"A=1\r\nB=\xe4", ":2: is not UTF-8 at byte 3 of the line."),
            (b"\xff\xfeA\0=\x001\0", ":1: is not UTF-8 at byte 1 of the line."),
            (b"A\0=\x001\0", ":1: is not UTF-8 at byte 2 of the line."),
            (b"A=1\n\n\xc3", ":3: is not UTF-8 at byte 1 of the line."),
        ] {
            std::fs::write(&path, bytes).expect("a file");
            let Err(told) = Contents::of(&path) else { panic!("{bytes:?} is taken") };
            assert!(told.contains(place) && told.contains("Save the file as UTF-8"), "{told}");
        }
        std::fs::write(&path, "\u{feff}A=grün\n# für\n").expect("a file");
        let read = Contents::of(&path).expect("UTF-8");
        assert_eq!(read.variables.get("A"), Some("grün"));
    }

    #[test]
    fn path_that_is_there_and_cannot_be_read_is_an_error() {
        let (folder, path) = folder();
        assert!(Contents::of(&path).is_ok_and(|contents| !contents.exists));
        std::os::unix::fs::symlink(folder.path().join("none"), &path).expect("a link");
        assert!(
            Contents::of(&path).is_err_and(|told| told.contains(".env cannot be read: No such"))
        );
        std::fs::remove_file(&path).expect("no link");
        std::fs::create_dir(&path).expect("a folder");
        assert!(Contents::of(&path).is_err_and(|told| told.contains("or remove it")));
        std::fs::remove_dir(&path).expect("no folder");
        std::fs::write(&path, REAL).expect("a file");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o000))
            .expect("permissions");
        // Root reads it all the same.
        if std::fs::read(&path).is_err() {
            assert!(Contents::of(&path).is_err_and(|told| told.contains("Permission denied")));
        }
    }

    #[test]
    fn values_stay_in_use_while_the_file_is_gone_or_wrong() {
        let (_folder, path) = folder();
        let dotenv = Dotenv::at(&path);
        assert!(dotenv.read().problem.is_none(), "there may be none");
        let sid =
            |reading: &Reading| reading.variables.get("TWILIO_ACCOUNT_SID").map(str::to_owned);
        for (bytes, expected, problem) in [
            (Some(REAL.as_bytes()), "AC1", None),
            (None, "AC1", Some("is gone")),
            (Some(b""), "AC1", Some("holds no variables any more")),
            (Some(b"TWILIO_ACCOUNT_SID=\xe4"), "AC1", Some(":1: is not UTF-8")),
            (Some(b"TWILIO_ACCOUNT_SID=AC2"), "AC2", None),
            (None, "AC2", Some("is gone")),
        ] {
            match bytes {
                Some(bytes) => std::fs::write(&path, bytes).expect("a file"),
                None => std::fs::remove_file(&path).expect("no file"),
            }
            for _ in 0..2 {
                let reading = dotenv.read();
                assert_eq!(sid(&reading).as_deref(), Some(expected), "{bytes:?}");
                let told = reading.problem.unwrap_or_default();
                assert_eq!(told.is_empty(), problem.is_none(), "{told}");
                assert!(told.contains(problem.unwrap_or_default()), "{told}");
            }
        }
        assert!(sid(&Dotenv::at(&path).read()).is_none(), "at the next start it is gone");
    }
}

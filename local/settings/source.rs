//! Where the configuration comes from: a file, a variable, or the demo.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use shared::config::file::{self, calendar_part, calendars_named, unreadable};
use shared::config::{PART_PREFIX, kept_names};
use shared::domain::schedule::MAX_CALENDAR_BYTES;
use shared::storage::Store;
use shared::{Error, Timestamp};

use super::environment;

/// The configuration that is used while there is no `ringdown.toml`.
pub const DEMO: &str = include_str!("../demo.toml");

/// The configuration's usual file.
const USUAL: &str = "ringdown.toml";

/// Where the configuration comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// This file.
    File(PathBuf),
    /// The variable `RINGDOWN_CONFIG`.
    Variable(String),
    /// [`DEMO`], for there is no `ringdown.toml`.
    Demo,
    /// [`DEMO`], for there is nothing in `ringdown.toml`.
    DemoForBlank,
}

/// What the demo is called.
const DEMO_NAME: &str = "the built-in demo";

/// Whether this store keeps a last good configuration that is not the demo, which an earlier version kept too.
pub async fn keeps_own(store: &dyn Store, now: Timestamp) -> Result<bool, Error> {
    let is_demo = |name: &String| name.strip_prefix(PART_PREFIX).unwrap_or(name) == DEMO_NAME;
    let names = kept_names(store, now).await?;
    Ok(names.is_some_and(|names| !names.iter().any(is_demo)))
}

/// A shell makes the file before `ringdown config > ringdown.toml` runs. Comments say nothing either.
fn is_blank(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| file::is_blank(&text))
}

impl Source {
    /// The file asked for, else `RINGDOWN_CONFIG`, else `ringdown.toml` if there is anything in it, else the demo.
    pub fn find(asked: Option<&Path>) -> Source {
        let usual = Path::new(USUAL);
        let variable = || environment().get("RINGDOWN_CONFIG").map(str::to_owned);
        match asked {
            Some(path) => Source::File(path.to_owned()),
            None => match variable() {
                Some(text) => Source::Variable(text),
                None if !usual.exists() => Source::Demo,
                None if is_blank(usual) => Source::DemoForBlank,
                None => Source::File(usual.to_owned()),
            },
        }
    }

    /// The same for a server: where a configuration is kept (see [`keeps_own`]), a `ringdown.toml` that is gone or lost its
    /// text is a broken one, and no reason for the demo.
    pub fn of_server(asked: Option<&Path>, keeps_own: bool) -> Source {
        match Source::find(asked) {
            source if keeps_own && source.is_demo() => Source::File(USUAL.into()),
            source => source,
        }
    }

    /// Whether it is the demo.
    pub fn is_demo(&self) -> bool {
        matches!(self, Source::Demo | Source::DemoForBlank)
    }

    /// Whether it is `ringdown.toml`, the configuration's usual file.
    pub fn is_usual(&self) -> bool {
        matches!(self, Source::File(path) if path == Path::new(USUAL))
    }

    /// Whether it is a file with nothing in it.
    pub fn is_blank(&self) -> bool {
        matches!(self, Source::File(path) if is_blank(path))
    }

    /// The warning to print beside an answer that is about it.
    pub fn warning(&self) -> Option<&'static str> {
        matches!(self, Source::DemoForBlank).then_some(
            "warning: ringdown.toml is empty: this is about the built-in demo. A server whose data folder holds a last \
             good configuration uses that one",
        )
    }

    /// The name to call it by in a message.
    pub fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Variable(_) => "RINGDOWN_CONFIG".to_owned(),
            Source::Demo => DEMO_NAME.to_owned(),
            Source::DemoForBlank => format!("{DEMO_NAME} ({USUAL} is empty)"),
        }
    }

    /// Its text.
    pub fn read(&self) -> Result<String, Error> {
        match self {
            Source::Demo | Source::DemoForBlank => Ok(DEMO.to_owned()),
            Source::Variable(text) => Ok(text.clone()),
            Source::File(path) => std::fs::read_to_string(path).map_err(|error| {
                let is_gone = error.kind() == std::io::ErrorKind::NotFound;
                let is_text = error.kind() != std::io::ErrorKind::InvalidData;
                let why = match is_gone && path == Path::new(USUAL) {
                    true => "is not there".to_owned(),
                    false if !is_text => "is not UTF-8: save the file as UTF-8".to_owned(),
                    false => format!("cannot be read: {error}"),
                };
                let path = path.display();
                let prefix = crate::program::prefix();
                Error::NotSetUp(format!("{path} {why}. `{prefix} config` prints one to start from"))
            }),
        }
    }

    /// Its text as a piece of a configuration, named as in a message; and behind it the calendars that it names, each as
    /// it is named there. One that is not there is left out: the check says where it was expected. One that cannot be read
    /// is named for what it is.
    pub fn parts(&self) -> Result<Vec<(String, String)>, Error> {
        let text = self.read()?;
        let folder = match self {
            Source::File(path) => path.parent().unwrap_or(Path::new("")),
            Source::Variable(_) | Source::Demo | Source::DemoForBlank => Path::new(""),
        };
        let name = match self.is_demo() {
            true => DEMO_NAME.to_owned(),
            false => self.name(),
        };
        let calendars = calendars_named(&text).into_iter().filter_map(|name| {
            let text = calendar(&folder.join(&name))?;
            Some((name, text))
        });
        let calendars: Vec<(String, String)> = calendars.collect();
        Ok([(name, text)].into_iter().chain(calendars).collect())
    }
}

/// The piece of a calendar's file; `None` if there is none.
fn calendar(path: &Path) -> Option<String> {
    let read = || -> std::io::Result<String> {
        // A folder is none, and a pipe may never end.
        if !std::fs::metadata(path)?.is_file() {
            return Ok(unreadable("is no file, expected an .ics file"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(MAX_CALENDAR_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(calendar_part(&bytes))
    };
    part_of(read())
}

/// The piece of a calendar's file as it was read.
pub(super) fn part_of(read: std::io::Result<String>) -> Option<String> {
    match read {
        Ok(part) => Some(part),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(unreadable(&format!("cannot be read: {error}"))),
    }
}

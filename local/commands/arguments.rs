//! Arguments that several commands take.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use shared::domain::text::shell_word;

/// The data folder unless another is named.
const USUAL_DATA: &str = ".ringdown";

/// The address of a server unless another is named.
const USUAL_ADDRESS: &str = "http://127.0.0.1:8080";

/// The option `--data`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFolder {
    /// The server's data folder [default: .ringdown]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, global = true)]
    pub(super) data: Option<PathBuf>,
}

impl DataFolder {
    /// The folder that is meant.
    pub fn path(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new(USUAL_DATA))
    }

    /// Whether it is the one that needs no naming.
    pub fn is_usual(&self) -> bool {
        self.path() == Path::new(USUAL_DATA)
    }

    /// The option as it is typed in a shell, behind a blank; empty if it needs no naming.
    pub fn typed(&self) -> String {
        if self.is_usual() { String::new() } else { typed("data", self.path()) }
    }
}

/// An option with a path, as it is typed in a shell.
fn typed(option: &str, path: &Path) -> String {
    format!(" --{option} {}", shell_word(&path.to_string_lossy()))
}

/// The option `--config`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// The configuration file [default: ringdown.toml if it exists, else the built-in demo]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true)]
    pub(super) config: Option<PathBuf>,
}

impl ConfigFile {
    /// The option as it is typed in a shell, behind a blank; empty if no file was named.
    pub fn typed(&self) -> String {
        self.path().map(|path| typed("config", path)).unwrap_or_default()
    }

    /// The file that was named.
    pub fn path(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

/// The option `--config` of a command that asks about a running server.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerConfig {
    /// The server's configuration file [default: what its data folder keeps, else the built-in demo]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) config: Option<PathBuf>,
}

impl ServerConfig {
    /// The file that was named.
    pub fn path(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

/// The option `--to`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// The address of the running server
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, default_value = USUAL_ADDRESS)]
    pub to: String,
}

impl ServerAddress {
    /// The option as it is typed in a shell, behind a blank; empty if it needs no naming.
    pub fn typed(&self) -> String {
        if self.is_usual() { String::new() } else { format!(" --to {}", shell_word(&self.to)) }
    }

    /// Whether it is the one that needs no naming.
    pub fn is_usual(&self) -> bool {
        self.to == USUAL_ADDRESS
    }
}

impl Default for ServerAddress {
    fn default() -> ServerAddress {
        ServerAddress { to: USUAL_ADDRESS.to_owned() }
    }
}

/// A configuration file that may be named with and without `--config`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedConfig {
    /// The configuration file [default: ringdown.toml if it exists, else the built-in demo]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "config")]
    pub(super) file: Option<PathBuf>,
    /// The same as FILE
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) config: Option<PathBuf>,
}

impl NamedConfig {
    /// The file that was named.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_deref().or(self.config.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_is_typed_only_where_it_is_not_the_usual_one() {
        let folder = |name: &str| DataFolder { data: Some(name.into()) }.typed();
        assert_eq!(DataFolder::default().typed(), "");
        assert_eq!((folder(".ringdown").as_str(), folder("a b").as_str()), ("", " --data 'a b'"));
        let address = ServerAddress { to: "http://127.0.0.1:9000".to_owned() };
        assert_eq!(ServerAddress::default().typed(), "");
        assert_eq!(address.typed(), " --to http://127.0.0.1:9000");
        assert_eq!(ConfigFile::default().typed(), "");
        assert_eq!(ConfigFile { config: Some("r 2.toml".into()) }.typed(), " --config 'r 2.toml'");
    }
}

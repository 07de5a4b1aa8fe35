//! Settings on one machine: the environment, `.env` and `ringdown.toml`; what is missing is made up for the pretend
//! vendors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::Error;
use shared::config::file::Config;
use shared::config::{CHANNELS, Environment, Fetch, PIECES, Values};

/// The pretend Twilio's auth token, used while there is no real one. Everybody knows it, so the front door takes it from
/// this machine only.
pub const PRETEND_TOKEN: &str = "the-pretend-twilio-s-auth-token";

/// The configuration that is used while there is no `ringdown.toml`.
pub const DEMO: &str = include_str!("demo.toml");

/// Where the configuration comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// This file.
    File(PathBuf),
    /// [`DEMO`].
    Demo,
}

impl Source {
    /// The file asked for, else `ringdown.toml` if it is there, else the demo.
    pub fn find(asked: Option<&Path>) -> Source {
        let usual = Path::new("ringdown.toml");
        match asked {
            Some(path) => Source::File(path.to_owned()),
            None if usual.exists() => Source::File(usual.to_owned()),
            None => Source::Demo,
        }
    }

    /// What to call it in a message.
    pub fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Demo => "the built-in demo".to_owned(),
        }
    }

    /// Its text.
    pub fn read(&self) -> Result<String, Error> {
        match self {
            Source::Demo => Ok(DEMO.to_owned()),
            Source::File(path) => std::fs::read_to_string(path).map_err(|error| {
                let path = path.display();
                Error::NotSetUp(format!(
                    "{path} cannot be read: {error}. `ringdown config` prints one to start from"
                ))
            }),
        }
    }

    /// Its text as the only piece of a configuration, named as in a message.
    pub fn pieces(&self) -> Result<Vec<(String, String)>, Error> {
        Ok(vec![(self.name(), self.read()?)])
    }
}

/// The process's environment, and where it has nothing `.env`.
pub fn environment() -> Environment {
    Environment::read().or(dotenv())
}

fn dotenv() -> Environment {
    let Ok(lines) = dotenvy::from_path_iter(".env") else { return Environment::default() };
    let mut variables = Vec::new();
    for line in lines {
        match line {
            Ok(pair) => variables.push(pair),
            // Its text could hold a secret.
            Err(_) => tracing::warn!(
                "a line of .env cannot be read, and what follows it: expected NAME=value"
            ),
        }
    }
    Environment::of(variables)
}

/// The values that a file or `.env` may give; the environment is asked for them anyway.
const NAMES: [&str; 5] = [
    "twilio/auth-token",
    "twilio/account-sid",
    "public-base-url",
    "slack/bot-token",
    "dashboard-password",
];

/// Reads all values anew, each time: `.env` and the configuration may change under a running house. What is missing is
/// made up, for a house that listens at `address` (`http://127.0.0.1:8080`).
pub fn fetch(source: Source, address: String) -> Fetch {
    Arc::new(move || {
        let values = values(&source, &address);
        Box::pin(async move { values })
    })
}

fn values(source: &Source, address: &str) -> Result<Values, Error> {
    let dotenv = dotenv();
    let pieces = source.pieces()?;
    let mut values = Values::from([
        ("twilio/auth-token".to_owned(), PRETEND_TOKEN.to_owned()),
        ("public-base-url".to_owned(), address.to_owned()),
    ]);
    let given = |name: &str| Some((name.to_owned(), dotenv.value(name)?.to_owned()));
    values.extend(NAMES.iter().filter_map(|name| given(name)));
    if let Ok(config) = Config::parse(pieces.clone()) {
        for channel in config.routes.channels() {
            let name = format!("{CHANNELS}{channel}");
            let pretend = (name.clone(), format!("{address}/pretend/slack/services/{channel}"));
            values.extend([given(&name).unwrap_or(pretend)]);
        }
    }
    values.extend(pieces.into_iter().map(|(name, text)| (format!("{PIECES}{name}"), text)));
    Ok(values)
}

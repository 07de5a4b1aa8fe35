//! Secrets and configuration: the only place that reads the environment.
//!
//! A value has a name like `twilio/auth-token`. In the cloud it is the SSM parameter of that name under one path; the
//! environment wins over it, under the same name in capitals (`TWILIO_AUTH_TOKEN`). Values are kept five minutes, and
//! stale ones serve while they cannot be read.
//!
//! A configuration that fails its check is never used: `settings_cache` goes on with the last good one, which `last_good` keeps in
//! the store, and says so ([`rejected`]).

mod chosen;
pub mod file;
mod last_good;
mod rejected;
mod settings_cache;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::domain::text::SlackContext;
use crate::http::base_url::{self, BaseUrlError};
use crate::secret::Secret;
use crate::slack::client::Destination;
use crate::twilio::rest::FromNumber;
use chosen::Chosen;
use file::Config;
pub use last_good::{PARTITION, forget_kept, kept_config, kept_names};
pub use rejected::Rejected;
pub use settings_cache::{ConfigStatus, FAILED_CHECK, Fallback, Fetch, FillIn, SettingsCache};

/// Values by name: `twilio/auth-token`, `slack/channels/flex`, `config/main`, …
pub type Values = BTreeMap<String, String>;

/// The process's environment, read once.
#[derive(Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl fmt::Debug for Environment {
    /// Names only: some of the values are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// Reads it.
    pub fn read() -> Environment {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        Environment(
            std::env::vars_os()
                .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
                .collect(),
        )
    }

    /// The variables of a `.env` file.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Environment {
        Environment(variables.into_iter().collect())
    }

    /// The same with the variables of `more` where it has none of that name.
    pub fn or(mut self, more: Environment) -> Environment {
        for (name, value) in more.0 {
            if self.get(&name).is_none() {
                self.0.insert(name, value);
            }
        }
        self
    }

    /// The same without this variable.
    pub fn without(mut self, name: &str) -> Environment {
        self.0.remove(name);
        self
    }

    /// A variable, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A variable that must be there.
    pub fn need(&self, name: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| Error::NotSetUp(format!("the environment has no {name}")))
    }

    /// The value of this name: `twilio/auth-token` is the variable `TWILIO_AUTH_TOKEN`, `slack/channels/flex` is
    /// `SLACK_WEBHOOK_FLEX`, and the channel `default` is `SLACK_WEBHOOK`.
    pub fn value(&self, name: &str) -> Option<&str> {
        let capitals = |text: &str| text.replace(['/', '-'], "_").to_uppercase();
        match name.strip_prefix(CHANNELS) {
            Some("default") => {
                self.get("SLACK_WEBHOOK").or_else(|| self.get("SLACK_WEBHOOK_DEFAULT"))
            }
            Some(channel) => self.get(&format!("SLACK_WEBHOOK_{}", capitals(channel))),
            None => self.get(&capitals(name)),
        }
    }
}

/// The name before a channel's.
pub const CHANNELS: &str = "slack/channels/";
/// The address of a server on one machine, where no public URL is set.
pub const LOCAL_ADDRESS: &str = "local address";
/// The name before a piece of the configuration.
pub const PART_PREFIX: &str = "config/";
/// Why the configuration could not be read, where it is a file; there are no pieces then.
pub const UNREADABLE: &str = "config-unreadable";

/// The parts that a server on one machine can simulate. It does so where its settings hold a value of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulated {
    /// Twilio: its REST API and its phones.
    Twilio,
    /// Slack.
    Slack,
    /// The events: sample events and alarms, and time that is pushed ahead.
    Events,
}

impl Simulated {
    /// The name of its value.
    pub fn name(self) -> &'static str {
        match self {
            Simulated::Twilio => "simulated twilio",
            Simulated::Slack => "simulated slack",
            Simulated::Events => "simulated events",
        }
    }
}

/// All that a function knows at one moment.
pub struct Settings {
    environment: Environment,
    values: Values,
    /// The configuration, checked and compiled.
    pub config: Arc<Config>,
    /// The problems of the configuration that was read last, if it is not in use, or not all of it.
    pub rejected: Option<Arc<Rejected>>,
    /// Names what was read last.
    read: String,
    /// Names the configuration in use.
    used: String,
    /// Auth tokens that sign: the current one, and while rotating the next.
    pub tokens: Vec<Secret>,
    /// Auth tokens that we knew before the last reading.
    pub retired: Vec<Secret>,
}

impl fmt::Debug for Settings {
    /// Names only: some of the values are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("values", &self.values.keys()).finish_non_exhaustive()
    }
}

impl Settings {
    fn new(
        environment: &Environment,
        values: Values,
        chosen: Chosen,
        before: Option<&Settings>,
    ) -> Settings {
        let tokens =
            value(environment, &values, "twilio/auth-token").map(tokens).unwrap_or_default();
        let retired = before
            .iter()
            .flat_map(|before| before.tokens.iter().chain(&before.retired))
            .filter(|token| !tokens.contains(token))
            .take(4)
            .cloned()
            .collect();
        let Chosen { config, rejected, read, used } = chosen;
        let environment = environment.clone();
        let settings =
            Settings { environment, values, config, rejected, read, used, tokens, retired };
        let problem = settings.configured_base_url().err();
        let is_known = before.is_some_and(|before| before.configured_base_url().err() == problem);
        if let Some(problem) = problem.filter(|_| !is_known) {
            tracing::error!("not set up: {problem}");
        }
        settings
    }

    /// The value of this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        value(&self.environment, &self.values, name)
    }

    /// The secret of this name.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.value(name).map(Secret::new)
    }

    /// The number that calls and texts.
    pub fn from_number(&self) -> Option<FromNumber> {
        self.value("twilio/from-number").map(FromNumber::new)
    }

    /// The URL that Twilio and people call us by, without a slash at its end; on one machine where none is set, that of
    /// the machine itself.
    pub fn public_base_url(&self) -> Option<&str> {
        match self.value("public-base-url") {
            Some(_) => self.configured_base_url().unwrap_or_default(),
            None => self.value(LOCAL_ADDRESS),
        }
    }

    /// The context that texts for Slack take from these settings.
    pub fn slack_context(&self) -> SlackContext<'_> {
        SlackContext { base_url: self.public_base_url(), people: &self.config.escalation.people }
    }

    /// The URL that was set, without a slash at its end.
    ///
    /// # Errors
    /// Says why the one that was set cannot be right.
    pub fn configured_base_url(&self) -> Result<Option<&str>, BaseUrlError> {
        let Some(url) = self.value("public-base-url") else { return Ok(None) };
        base_url::check(url).map(|()| Some(url.trim_end_matches('/')))
    }

    /// Whether browsers reach us over TLS, as far as we were told.
    pub fn is_behind_tls(&self) -> bool {
        let scheme = self.configured_base_url().ok().flatten().and_then(|url| url.get(..8));
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
    }

    /// Whether this is simulated here. Never in the cloud, and no variable of the environment can say so.
    pub fn is_simulated(&self, what: Simulated) -> bool {
        self.values.contains_key(what.name())
    }

    /// Where a channel's posts go. Its secret is an incoming webhook's URL, or a channel's id for the bot token.
    pub fn destination(&self, channel: &str) -> Result<Destination, String> {
        let name = format!("{CHANNELS}{channel}");
        let secret = self.value(&name).ok_or_else(|| {
            format!("the channel {channel} has no secret: store the parameter {name}")
        })?;
        if secret.starts_with("https://") || secret.starts_with("http://") {
            return Ok(Destination::Webhook(Secret::new(secret)));
        }
        let token = self.secret("slack/bot-token").ok_or_else(|| {
            format!("the channel {channel} has no webhook URL, and for its id there is no slack/bot-token")
        })?;
        Ok(Destination::Bot { token, channel: secret.trim_start_matches('#').to_owned() })
    }
}

fn value<'a>(environment: &'a Environment, values: &'a Values, name: &str) -> Option<&'a str> {
    let stored = values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    environment.value(name).or(stored)
}

fn parts(environment: &Environment, values: &Values) -> Vec<(String, String)> {
    let stored = values
        .range(PART_PREFIX.to_owned()..)
        .take_while(|(name, _)| name.starts_with(PART_PREFIX));
    let stored = stored.map(|(name, text)| (name.clone(), text.clone()));
    match environment.get("RINGDOWN_CONFIG") {
        // It has no space for the calendars that it may name.
        Some(text) => std::iter::once(("RINGDOWN_CONFIG".to_owned(), text.to_owned()))
            .chain(stored.filter(|(name, _)| file::is_calendar(name)))
            .collect(),
        None => stored.collect(),
    }
}

/// Auth tokens, comma-separated.
pub fn tokens(list: &str) -> Vec<Secret> {
    list.split(',').filter(|token| !token.trim().is_empty()).map(Secret::new).collect()
}

#[cfg(test)]
mod tests;

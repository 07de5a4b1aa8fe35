//! Settings on one machine: the environment, `.env` and `ringdown.toml`; what is missing is made up for the sandbox
//! vendors.

mod account;
mod dotenv;
mod simulated;
mod source;
mod stored;

use std::path::Path;
use std::sync::Arc;

use sandbox::Secrets;
use shared::Error;
use shared::config::{
    CHANNELS, Environment, LOCAL_ADDRESS, PART_PREFIX, SettingsCache, Simulated, UNREADABLE,
    Values, tokens,
};
use shared::twilio::studio::callback_token::made_up;

pub use account::twilio_account;
use dotenv::{Contents, DOTENV, Dotenv};
pub use simulated::{Local, Real};
pub use source::{DEMO, Source, keeps_own};
pub use stored::config_of_data_folder;

/// The process's environment, and where it has nothing `.env`; the last values read from that while it cannot be read.
pub fn environment() -> Environment {
    Environment::read().or(DOTENV.read().variables)
}

/// Reads `.env` for the first time.
///
/// # Errors
/// Says why it cannot be read, if it is there. Nothing may start then: it could hold a real vendor's credentials.
pub fn check_dotenv() -> Result<(), String> {
    DOTENV.read().problem.map_or(Ok(()), Err)
}

/// The variable `LOG_LEVEL`, before there is a log that could say what is wrong with `.env`.
pub fn log_level() -> Option<String> {
    let dotenv = Contents::of(Path::new(".env")).unwrap_or_default().variables;
    Environment::read().or(dotenv).get("LOG_LEVEL").map(str::to_owned)
}

/// The values that a file or `.env` may give; the environment is asked for them anyway.
const NAMES: [&str; 13] = [
    "twilio/auth-token",
    "twilio/account-sid",
    "twilio/from-number",
    "twilio/api-base-url",
    "public-base-url",
    "slack/bot-token",
    "slack/signing-secret",
    "slack/api-base-url",
    "dashboard-password",
    "alarms-token",
    "metrics-token",
    "heartbeat-url",
    "callback-key",
];

/// The process's own environment, without what [`live`] puts together with values of its own.
pub fn own_environment() -> Environment {
    let together = ["RINGDOWN_CONFIG", "TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET"];
    together.iter().fold(Environment::read(), |environment, name| environment.without(name))
}

/// Settings that are read anew each time: `.env` and the configuration may change under a running server. What is
/// missing is made up, where that is simulated.
pub fn live(environment: Environment, source: Source, local: Local) -> SettingsCache {
    live_beside(DOTENV.clone(), environment, source, local)
}

fn live_beside(
    dotenv: Arc<Dotenv>,
    environment: Environment,
    source: Source,
    local: Local,
) -> SettingsCache {
    let (of_channels, beside) = (local.clone(), dotenv.clone());
    let fetch = Arc::new(move || {
        let values = values(&beside, &source, &local);
        Box::pin(async move { Ok(values) }) as _
    });
    SettingsCache::new(environment, fetch).of_file(Arc::new(move |config, values| {
        with_channels(&dotenv, &of_channels, config.routes.channels(), values);
    }))
}

fn values(dotenv: &Dotenv, source: &Source, local: &Local) -> Values {
    let dotenv = dotenv.read();
    let environment = Environment::read().or(dotenv.variables);
    let given = |name: &str| Some((name.to_owned(), environment.value(name)?.to_owned()));
    let mut values: Values = NAMES.iter().filter_map(|name| given(name)).collect();
    values.insert(LOCAL_ADDRESS.to_owned(), local.address.clone());
    // `ringdown alarm` has it too.
    let token = || local.start_token.expose().to_owned();
    values.entry("alarms-token".to_owned()).or_insert_with(token);
    let token = || local.metrics_token.expose().to_owned();
    values.entry("metrics-token".to_owned()).or_insert_with(token);
    // The same after a restart, and as secret as the auth token is.
    let simulated_token = Secrets::derived_from(&local.start_token).auth_token;
    let auth_token = environment.value("twilio/auth-token").unwrap_or(simulated_token.expose());
    let keys: Vec<String> = tokens(auth_token).iter().map(made_up).collect();
    values.entry("callback-key".to_owned()).or_insert_with(|| keys.join(","));
    match (source.parts(), dotenv.problem) {
        // The last good configuration goes with the last good values, and is told of. The demo is kept nowhere.
        (Ok(_), Some(problem)) if !source.is_demo() => {
            values.insert(UNREADABLE.to_owned(), problem);
        }
        (Ok(parts), _) => {
            let named =
                parts.into_iter().map(|(name, text)| (format!("{PART_PREFIX}{name}"), text));
            values.extend(named);
        }
        (Err(error), _) => {
            let why = match error {
                Error::NotSetUp(why) => why,
                error => error.to_string(),
            };
            values.insert(UNREADABLE.to_owned(), why);
        }
    }
    values
}

/// Adds what depends on the channels of the configuration in use: where they speak, and what is simulated.
fn with_channels(dotenv: &Dotenv, local: &Local, channels: &[String], values: &mut Values) {
    let environment = Environment::read().or(dotenv.read().variables);
    let given = |name: &str| Some((name.to_owned(), environment.value(name)?.to_owned()));
    values.extend(channels.iter().filter_map(|channel| given(&format!("{CHANNELS}{channel}"))));
    for what in local.simulated(&environment, channels) {
        values.insert(what.name().to_owned(), "yes".to_owned());
        match what {
            Simulated::Twilio => local.simulate_twilio(&environment, values),
            Simulated::Slack => local.simulate_slack(&environment, channels, values),
            Simulated::Events => {}
        }
    }
}

#[cfg(test)]
mod tests;

//! Settings on one machine: the environment, `.env` and `ringdown.toml`; what is missing is made up for the sandbox
//! vendors.

mod dotenv;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sandbox::Secrets;
use sandbox::slack::made_up_id;
use sandbox::twilio::SANDBOX_ACCOUNT;
use shared::config::file::{self, calendar_part, calendars_named, unreadable};
use shared::config::{
    CHANNELS, Environment, LOCAL_ADDRESS, PART_PREFIX, SettingsCache, Simulated, UNREADABLE,
    Values, kept_names, tokens,
};
use shared::domain::schedule::MAX_CALENDAR_BYTES;
use shared::secret::Secret;
use shared::storage::Store;
use shared::twilio::studio::callback_token::made_up;
use shared::{Error, Timestamp};

use dotenv::{Contents, DOTENV, Dotenv};

/// The configuration that is used while there is no `ringdown.toml`.
pub const DEMO: &str = include_str!("demo.toml");

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

    /// What to say beside an answer that is about it.
    pub fn warning(&self) -> Option<&'static str> {
        matches!(self, Source::DemoForBlank).then_some(
            "warning: ringdown.toml is empty: this is about the built-in demo. A server whose data folder holds a last \
             good configuration uses that one",
        )
    }

    /// What to call it in a message.
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
                let why = match is_gone && path == Path::new(USUAL) {
                    true => "is not there".to_owned(),
                    false => format!("cannot be read: {error}"),
                };
                let path = path.display();
                Error::NotSetUp(format!("{path} {why}. `ringdown config` prints one to start from"))
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
fn part_of(read: std::io::Result<String>) -> Option<String> {
    match read {
        Ok(part) => Some(part),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(unreadable(&format!("cannot be read: {error}"))),
    }
}

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
const NAMES: [&str; 12] = [
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
    "heartbeat-url",
    "callback-key",
];

/// The number that the sandbox's Twilio calls from.
const SANDBOX_NUMBER: &str = "+15005550006";

/// Which vendors are real: credentials of theirs are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Real {
    /// `TWILIO_ACCOUNT_SID` or `TWILIO_AUTH_TOKEN`.
    pub twilio: bool,
    /// `SLACK_BOT_TOKEN`, `SLACK_SIGNING_SECRET`, or what one of the channels is reached by.
    pub slack: bool,
}

impl Real {
    /// What this environment says, for a configuration with these channels.
    pub fn of(environment: &Environment, channels: &[String]) -> Real {
        let has = |name: &str| environment.value(name).is_some();
        Real {
            twilio: has("twilio/account-sid") || has("twilio/auth-token"),
            slack: has("slack/bot-token")
                || has("slack/signing-secret")
                || channels.iter().any(|channel| has(&format!("{CHANNELS}{channel}"))),
        }
    }

    /// What is simulated then: the others, and what happens while none is real; with `sandbox` all of it.
    pub fn simulated(self, sandbox: bool) -> Vec<Simulated> {
        let all = [
            (Simulated::Twilio, self.twilio),
            (Simulated::Slack, self.slack),
            (Simulated::Events, self.twilio || self.slack),
        ];
        all.into_iter().filter(|(_, real)| sandbox || !real).map(|(what, _)| what).collect()
    }
}

/// What a server on one machine makes up where its environment has nothing.
#[derive(Clone, Debug)]
pub struct Local {
    /// Where it listens: `http://127.0.0.1:8080`.
    pub address: String,
    /// The token of its data folder.
    pub start_token: Secret,
    /// All is simulated, whatever is real: `--sandbox`.
    pub sandbox: bool,
}

impl Local {
    /// The Web API that a bot posts to: `SLACK_API_BASE_URL`; without that, and without a bot's token, the sandbox
    /// Slack's; `None` is Slack's own.
    pub fn slack_api(&self, environment: &Environment) -> Option<String> {
        let given = environment.value("slack/api-base-url").map(str::to_owned);
        let has_bot = environment.value("slack/bot-token").is_some();
        given.or_else(|| (!has_bot).then(|| format!("{}/sandbox/slack/api", self.address)))
    }

    /// What is simulated, in this environment and with these channels.
    pub fn simulated(&self, environment: &Environment, channels: &[String]) -> Vec<Simulated> {
        Real::of(environment, channels).simulated(self.sandbox)
    }

    /// Puts the values of a simulated Twilio beside those that are set.
    fn simulate_twilio(&self, environment: &Environment, values: &mut Values) {
        let secret = Secrets::derived_from(&self.start_token).auth_token;
        let has_account = environment.value("twilio/account-sid").is_some();
        // Requests to Twilio go out with the first one.
        let tokens = match environment.value("twilio/auth-token") {
            Some(real) if has_account => format!("{real},{}", secret.expose()),
            Some(real) => format!("{},{real}", secret.expose()),
            None => secret.expose().to_owned(),
        };
        values.insert("twilio/auth-token".to_owned(), tokens);
        // Without an account nobody real can be called: the simulated phones ring.
        if has_account {
            return;
        }
        let sandbox = format!("{}/sandbox/twilio", self.address);
        for (name, made_up) in [
            ("twilio/account-sid", SANDBOX_ACCOUNT),
            ("twilio/from-number", SANDBOX_NUMBER),
            ("twilio/api-base-url", &sandbox),
        ] {
            values.entry(name.to_owned()).or_insert_with(|| made_up.to_owned());
        }
    }

    /// Puts the values of a simulated Slack beside those that are set.
    fn simulate_slack(&self, environment: &Environment, channels: &[String], values: &mut Values) {
        let secrets = Secrets::derived_from(&self.start_token);
        let given = environment.value("slack/signing-secret");
        let signing = given.into_iter().chain([secrets.signing_secret.expose()]);
        let signing = signing.collect::<Vec<_>>().join(",");
        values.insert("slack/signing-secret".to_owned(), signing);
        let slack = format!("{}/sandbox/slack", self.address);
        values.insert("slack/hooks-base-url".to_owned(), slack.clone());
        let bot = bot_is_simulated(environment, channels);
        if bot {
            values.insert("slack/bot-token".to_owned(), secrets.bot_token.expose().to_owned());
        }
        for channel in channels {
            let made_up = match bot {
                true => made_up_id(channel),
                false => format!("{slack}/services/{}/{channel}", secrets.webhook_key.expose()),
            };
            values.entry(format!("{CHANNELS}{channel}")).or_insert(made_up);
        }
    }
}

/// Whether channels without a secret have a bot in the sandbox's Slack, whose messages can change. Whoever connects a real
/// one, if only by half, has made-up webhooks for the other channels: one bot posts to one Slack.
fn bot_is_simulated(environment: &Environment, channels: &[String]) -> bool {
    let is_given = |name: &str| environment.value(name).is_some();
    let has_id = |channel: &String| {
        let secret = environment.value(&format!("{CHANNELS}{channel}"));
        secret.is_some_and(|secret| !secret.starts_with("http"))
    };
    !is_given("slack/bot-token") && !is_given("slack/api-base-url") && !channels.iter().any(has_id)
}

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
mod tests {
    use shared::config::file::Config;
    use shared::slack::client::Destination;

    use super::*;

    fn local(sandbox: bool) -> Local {
        let start_token = Secret::new("the-start-token");
        Local { address: "http://127.0.0.1:1".to_owned(), start_token, sandbox }
    }

    #[tokio::test]
    async fn real_vendor_stays_real_when_dotenv_goes_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, dotenv) = (folder.path().join("ringdown.toml"), folder.path().join(".env"));
        std::fs::write(&file, DEMO).expect("a file");
        let real = b"TWILIO_ACCOUNT_SID=AC1\nTWILIO_AUTH_TOKEN=a-real-one\nALARMS_TOKEN=mine\n";
        for source in [Source::File(file), Source::Demo] {
            std::fs::write(&dotenv, real).expect("a file");
            let beside = Arc::new(Dotenv::at(&dotenv));
            let is_demo = source.is_demo();
            let live = live_beside(beside, Environment::default(), source, local(false));
            for (second, bytes) in
                [(0, Some(&real[..])), (1_000, None), (2_000, Some(b"#\xe4")), (3_000, Some(real))]
            {
                match bytes {
                    Some(bytes) => std::fs::write(&dotenv, bytes).expect("a file"),
                    None => std::fs::remove_file(&dotenv).expect("no file"),
                }
                let now = Timestamp::from_second(1_900_000_000 + second).expect("a time");
                let settings = live.get(now).await.expect("settings");
                assert!(!settings.is_simulated(Simulated::Twilio), "{bytes:?}");
                assert!(!settings.is_simulated(Simulated::Events), "{bytes:?}");
                assert_eq!(settings.value("twilio/account-sid"), Some("AC1"), "{bytes:?}");
                assert_eq!(settings.value("alarms-token"), Some("mine"), "{bytes:?}");
                let told = settings.rejected.as_ref().map(|rejected| rejected.reason());
                let is_told = told.as_ref().is_some_and(|told| told.contains(".env"));
                assert_eq!(is_told, bytes != Some(&real[..]) && !is_demo, "{bytes:?}: {told:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_configuration_that_breaks_under_a_running_server_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ringdown.toml");
        std::fs::write(&file, DEMO).expect("a file");
        let source = Source::find(Some(&file));
        let live = live(Environment::default(), source, local(false));
        for (second, text) in [(0, DEMO), (1_000, "broken = ="), (2_000, ""), (3_000, DEMO)] {
            std::fs::write(&file, text).expect("a file");
            let now = Timestamp::from_second(1_900_000_000 + second).expect("a time");
            let settings = live.get(now).await.expect("settings");
            let flex = settings.destination("flex");
            assert!(matches!(flex, Ok(Destination::Bot { .. })), "{text:?}: {flex:?}");
            assert_eq!(settings.config.routes.iter().count(), 4, "{text:?}");
        }
    }

    /// What a configuration says of a calendar of this name in this folder.
    fn checked(folder: &Path, ics: &str) -> Result<Config, String> {
        let text = format!(
            "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[schedules]]\nname = \"cal\"\n\
             time_zone = \"Europe/Berlin\"\nics = {ics:?}\n"
        );
        let file = folder.join("ringdown.toml");
        std::fs::write(&file, text).expect("a file");
        let parts = Source::File(file).parts().expect("pieces");
        Config::parse(parts).map_err(|problems| problems.to_string())
    }

    const CALENDAR: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:alpha für Jürgen\nDTSTART:20260105T080000\n\
                            DTEND:20260112T080000\nEND:VEVENT\nEND:VCALENDAR\n";

    #[test]
    fn calendar_file_is_read_whatever_its_name_and_encoding() {
        let folder = tempfile::tempdir().expect("a folder");
        let utf16: Vec<u8> = "\u{feff}"
            .chars()
            .chain(CALENDAR.chars())
            .flat_map(|c| u16::try_from(u32::from(c)).expect("one unit").to_le_bytes())
            .collect();
        let latin1: Vec<u8> =
            CALENDAR.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte")).collect();
        for (name, bytes) in
            [("UP.ICS", CALENDAR.as_bytes()), ("wide.ics", &utf16), ("Old.Ics", &latin1)]
        {
            std::fs::write(folder.path().join(name), bytes).expect("a file");
            let config = checked(folder.path(), name).expect(name);
            let at = "2026-01-06T12:00:00Z".parse().expect("a time");
            let shift = config.escalation.schedules.on_call("cal", at);
            assert_eq!(shift.people, ["alpha"], "{name}");
            assert_eq!(shift.from.to_string(), "2026-01-05T07:00:00Z", "{name}");
        }
    }

    #[test]
    fn calendar_that_is_no_file_is_named_for_what_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("folder.ics")).expect("a folder");
        std::fs::write(folder.path().join("packed.ics"), b"PK\x03\x04rest").expect("a file");
        std::fs::write(folder.path().join("page.ics"), "<html>Sign in</html>").expect("a file");
        for (name, expected) in [
            (
                "folder.ics",
                "ringdown.toml:7: schedules.ics: \"folder.ics\" is no file, expected an .ics file",
            ),
            ("packed.ics", "\"packed.ics\" is a ZIP file, expected the text of a calendar"),
            ("page.ics", "page.ics:1: is a web page and no calendar"),
            (
                "none.ics",
                "ringdown.toml:7: schedules.ics: \"none.ics\" is not there, expected the name of an .ics file",
            ),
            ("page.ics/under.ics", "\"page.ics/under.ics\" cannot be read: "),
        ] {
            let told = checked(folder.path(), name).expect_err(name);
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn calendar_without_permission_is_never_said_to_be_missing() {
        use std::io::ErrorKind;
        let part = |kind: ErrorKind| part_of(Err(kind.into()));
        assert_eq!(part(ErrorKind::NotFound), None);
        let denied = unreadable("cannot be read: permission denied");
        assert_eq!(part(ErrorKind::PermissionDenied), Some(denied));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secret.ics");
        std::fs::write(&file, CALENDAR).expect("a file");
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o000))
            .expect("permissions");
        // Root reads it all the same.
        if std::fs::read(&file).is_err() {
            let told = checked(folder.path(), "secret.ics").expect_err("no permission");
            assert!(told.contains("\"secret.ics\" cannot be read: Permission denied"), "{told}");
        }
    }

    #[test]
    fn a_bot_is_made_up_while_nobody_has_begun_to_connect_a_real_one() {
        let channels = ["default".to_owned(), "flex".to_owned()];
        let environment =
            |name: &str, value: &str| Environment::of([(name.to_owned(), value.to_owned())]);
        let webhook = environment("SLACK_WEBHOOK", "https://hooks.slack.example/services/a");
        for environment in [Environment::default(), webhook] {
            assert!(bot_is_simulated(&environment, &channels), "{environment:?}");
            let api = local(false).slack_api(&environment);
            assert_eq!(api.as_deref(), Some("http://127.0.0.1:1/sandbox/slack/api"));
        }
        for (name, value, api) in [
            ("SLACK_BOT_TOKEN", "xoxb-1", None),
            ("SLACK_API_BASE_URL", "http://x.example", Some("http://x.example")),
            ("SLACK_WEBHOOK_FLEX", "C0123ABCD", Some("http://127.0.0.1:1/sandbox/slack/api")),
        ] {
            let environment = environment(name, value);
            assert!(!bot_is_simulated(&environment, &channels), "{name}");
            assert_eq!(local(false).slack_api(&environment).as_deref(), api, "{name}");
        }
    }

    #[test]
    fn real_vendor_is_not_simulated_unless_the_flag_says_so() {
        use Simulated::{Events, Slack, Twilio};
        let channels = ["default".to_owned(), "flex".to_owned()];
        for (name, expected) in [
            ("TWILIO_AUTH_TOKEN", &[Slack][..]),
            ("TWILIO_ACCOUNT_SID", &[Slack]),
            ("SLACK_BOT_TOKEN", &[Twilio]),
            ("SLACK_SIGNING_SECRET", &[Twilio]),
            ("SLACK_WEBHOOK", &[Twilio]),
            ("SLACK_WEBHOOK_FLEX", &[Twilio]),
            ("ALARMS_TOKEN", &[Twilio, Slack, Events]),
            ("PUBLIC_BASE_URL", &[Twilio, Slack, Events]),
            ("TWILIO_API_BASE_URL", &[Twilio, Slack, Events]),
        ] {
            let environment = Environment::of([(name.to_owned(), "x".to_owned())]);
            assert_eq!(local(false).simulated(&environment, &channels), expected, "{name}");
            assert_eq!(local(true).simulated(&environment, &channels), [Twilio, Slack, Events]);
        }
    }

    #[test]
    fn real_secret_is_never_the_simulated_vendors() {
        let real = |name: &str| (name.to_owned(), "a-real-one".to_owned());
        let environment = Environment::of(["TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET"].map(real));
        let (mut values, channels) = (Values::new(), ["default".to_owned()]);
        local(true).simulate_twilio(&environment, &mut values);
        local(true).simulate_slack(&environment, &channels, &mut values);
        let secrets = Secrets::derived_from(&Secret::new("the-start-token"));
        for (name, simulated) in [
            ("twilio/auth-token", &secrets.auth_token),
            ("slack/signing-secret", &secrets.signing_secret),
        ] {
            let known = tokens(&values[name]);
            assert!(known.contains(simulated) && known.contains(&Secret::new("a-real-one")));
            assert!(!simulated.is("a-real-one"));
        }
        assert!(!values.values().any(|value| value.contains("the-start-token")), "it is derived");
    }
}

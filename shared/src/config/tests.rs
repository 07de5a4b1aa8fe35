use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

mod alarms;
mod calendars;
mod calling;
mod deployment;
mod last_good;
mod mistakes;
mod policies;
mod reports;
mod schedules;
mod settings_cache;
mod silences;
mod templates;

const GOOD: &str =
    "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\ntext = \"t\"\nto = \"a\"\n";

fn problems(toml: &str) -> String {
    match Config::parse(vec![("ringdown.toml".to_owned(), toml.to_owned())]) {
        Ok(_) => "fine".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn blank_configuration_is_said_to_be_empty() {
    let empty = "ringdown.toml:1: is empty, expected a table like [channels.default] at least";
    for text in ["", " \n\t", "# nothing\n\n  # [channels.a]\n", "\u{feff}\r\n"] {
        assert_eq!(problems(text), empty, "{text:?}");
    }
}

#[test]
fn error_names_file_line_key_and_what_was_expected() {
    let route = |keys: &str| problems(&format!("[channels.a]\n[[routes]]\nname = \"r\"\n{keys}"));
    let rest = "events = [\"x\"]\ntext = \"t\"\nto = \"a\"\n";
    assert_eq!(route(rest), "fine");
    for (keys, expected) in [
        (
            "events = [\"x\"]\ntext = \"t\"\nto = \"b\"",
            "ringdown.toml:6: routes.to: \"b\" is not a declared channel, expected one of a",
        ),
        (
            "events = []\ntext = \"t\"\nto = \"a\"",
            "ringdown.toml:4: routes.events: is empty, expected event types",
        ),
        (
            "events = [\"x y\"]\ntext = \"t\"\nto = \"a\"",
            "ringdown.toml:4: routes.events: \"x y\" can match no event type, expected one like",
        ),
        (
            "events = [\"x\"]\ntext = \"{{ dta.x }}\"\nto = \"a\"",
            "ringdown.toml:5: routes.text: unknown name `dta`, expected one of type, id",
        ),
        (
            "events = [\"x\"]\ntext = \"{{ data\"\nto = \"a\"",
            "ringdown.toml:5: routes.text: unexpected end of input",
        ),
        (
            "events = [\"x\"]\ntext = \"\"\"\n{{ data.a }}\n{{ data.b | loud }}\"\"\"\nto = \"a\"",
            "ringdown.toml:7: routes.text: filter loud is unknown",
        ),
        (
            "events = [\"x\"]\nwhen = \"data.a >\"\ntext = \"t\"\nto = \"a\"",
            "ringdown.toml:5: routes.when: unexpected end of input",
        ),
        (
            "events = [\"x\"]\ntext = \"t\"\nto = \"{{ data.a }}\"",
            "ringdown.toml:6: routes.to: is a template, so the route needs a `fallback`, expected one of a",
        ),
        (
            "events = [\"x\"]\ntext = \"t\"\nto = \"{{ data.a }}\"\nfallback = \"c\"",
            "ringdown.toml:7: routes.fallback: \"c\" is not a declared channel, expected one of a",
        ),
        (
            "events = [\"x\"]\ntext = 5\nto = \"a\"",
            "ringdown.toml:5: text: is a number, expected text in quotes, like text = ",
        ),
        (
            "events = [\"x\"]\ntext = \"t\"\ntoo = \"a\"",
            "ringdown.toml:6: too: unknown key `too` (did you mean `to`?), expected one of",
        ),
        ("events = [\"x\"]\ntext = \"t\"", "ringdown.toml:2: [[routes]]: `to` is missing"),
    ] {
        let told = route(keys);
        assert!(told.starts_with(expected), "\n{told}\n{expected}");
    }
    let told = problems(&format!("{GOOD}[forward]\ngive_up_after = \"soon\"\n"));
    assert_eq!(
        told,
        "ringdown.toml:8: forward.give_up_after: \"soon\" is not a duration, expected one like \"4h\" or \"30m\""
    );
    let told = problems("[channels.'A b']\n");
    assert!(
        told.starts_with("ringdown.toml:1: channels: channel \"A b\": expected lower-case letters"),
        "{told}"
    );
}

#[test]
fn configuration_that_could_say_nothing_is_wrong() {
    for empty in ["[forward]\n", "# no channels\n[forward]\n"] {
        assert_eq!(
            problems(empty),
            "ringdown.toml:1: channels: there is none, expected a table like [channels.default]"
        );
    }
    let told = problems("[channels.a-b]\n[channels.a_b]\n");
    assert!(
        told.starts_with("ringdown.toml:2: channels: \"a-b\" and \"a_b\" would share one variable"),
        "{told}"
    );
    let told = problems(&format!("{GOOD}[forward]\ngive_up_after = \"13h\"\n"));
    assert!(told.contains("is too long, expected at most \"12h\""), "{told}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let twice = "[[routes]]\nname = \"r\"\nevents = []\ntext = \"t\"\nto = \"z\"\n".repeat(2);
    assert_eq!(problems(&format!("[channels.a]\n{twice}")).lines().count(), 5);
}

#[test]
fn pieces_are_joined_and_errors_name_the_piece() {
    let parts = |text: &str| {
        vec![
            ("config/1".to_owned(), "[channels.a]".to_owned()),
            ("config/2".to_owned(), text.to_owned()),
        ]
    };
    let route = "\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\ntext = \"t\"\nto = \"a\"";
    assert!(Config::parse(parts(route)).is_ok());
    let told =
        Config::parse(parts(&route.replace("\"a\"", "\"b\""))).map(|_| ()).unwrap_err().to_string();
    assert!(told.starts_with("config/2:6: routes.to"), "{told}");
    let told = Config::parse(Vec::new()).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("as the parameter config/main"), "{told}");
}

#[test]
fn piece_may_be_as_parameter_store_takes_it() {
    let stored = file::to_parameter(GOOD);
    assert!(!stored.contains('{'));
    let config = Config::parse(vec![("config/main".to_owned(), format!("{stored}\n"))]).unwrap();
    assert_eq!(config.parts[0].1, GOOD);
    let broken = Config::parse(vec![("config/main".to_owned(), "base64:?".to_owned())])
        .map(|_| ())
        .unwrap_err();
    assert!(
        broken.to_string().starts_with("config/main:1: begins with base64: and is not"),
        "{broken}"
    );
}

#[test]
fn names_in_the_environment() {
    let environment = Environment::of(
        [
            ("TWILIO_AUTH_TOKEN", "t"),
            ("SLACK_WEBHOOK", "d"),
            ("SLACK_WEBHOOK_MY_TEAM", "m"),
            ("PUBLIC_BASE_URL", " "),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    assert_eq!(environment.value("twilio/auth-token"), Some("t"));
    assert_eq!(environment.value("slack/channels/default"), Some("d"));
    assert_eq!(environment.value("slack/channels/my-team"), Some("m"));
    assert_eq!(environment.value("slack/channels/other"), None);
    assert_eq!(environment.value("public-base-url"), None);
}

fn values(token: &str, config: &str) -> Values {
    Values::from([
        ("twilio/auth-token".to_owned(), token.to_owned()),
        ("config/main".to_owned(), config.to_owned()),
    ])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Settings of these values, whose configuration is good.
fn settings(values: Values) -> Settings {
    let environment = Environment::default();
    let chosen = chosen::Source::of(&environment, &values).checked().ok().unwrap();
    Settings::new(&environment, values, chosen, None)
}

#[tokio::test]
async fn channel_has_a_webhook_or_an_id_for_the_bot() {
    let with = |secret: &str, bot: &str| {
        let mut values = values("t", GOOD);
        values.insert("slack/channels/a".to_owned(), secret.to_owned());
        values.insert("slack/bot-token".to_owned(), bot.to_owned());
        settings(values).destination("a")
    };
    assert_eq!(with("https://h/x\n", ""), Ok(Destination::Webhook(Secret::new("https://h/x"))));
    let bot = Destination::Bot { token: Secret::new("xoxb-1"), channel: "C1".to_owned() };
    assert_eq!(with("C1", "xoxb-1"), Ok(bot));
    assert!(with("C1", "").unwrap_err().contains("slack/bot-token"));
    assert!(with("", "").unwrap_err().contains("slack/channels/a"));
}

#[test]
fn secrets_do_not_show() {
    let environment = Environment::of([("DASHBOARD_PASSWORD".to_owned(), "hush-hush".to_owned())]);
    let chosen = chosen::Source::of(&environment, &values("top-secret", GOOD)).checked();
    let settings =
        Settings::new(&environment, values("top-secret", GOOD), chosen.ok().unwrap(), None);
    let shown = format!("{settings:?} {:?}", settings.secret("dashboard-password"));
    assert!(!shown.contains("top-secret") && !shown.contains("hush-hush"), "{shown}");
}

proptest! {
    #[test]
    fn no_configuration_can_make_it_panic(text in r#"([a-z\[\]="{}.\n#' ]|\[\[routes\]\]|name|\n){0,60}"#) {
        let _ = problems(&text);
    }
}

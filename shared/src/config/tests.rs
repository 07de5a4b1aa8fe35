use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::testing::readings;

mod alarms;
mod calendars;
mod calling;
mod deployment;
mod last_good;
mod mistakes;
mod reports;
mod schedules;
mod silences;

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
fn an_error_names_file_line_key_and_what_was_expected() {
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
fn a_configuration_that_could_say_nothing_is_wrong() {
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
fn what_a_template_calls_is_known_even_in_a_branch() {
    for call in [
        "{% if data.a %}{{ data.b | loud }}{% endif %}",
        "{% include \\\"nope\\\" %}",
        "{{ nope() }}",
    ] {
        let told = problems(&GOOD.replace("\"t\"", &format!("\"{call}\"")));
        assert!(told.starts_with("ringdown.toml:5: routes.text:"), "{call}: {told}");
    }
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
fn a_piece_may_be_as_parameter_store_takes_it() {
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

/// Settings that are read from this list, one entry a reading.
fn live(values: Vec<Result<Values, Error>>) -> SettingsCache {
    SettingsCache::new(Environment::default(), readings(values))
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

fn first_token(settings: &Settings) -> &str {
    settings.tokens[0].expose()
}

#[tokio::test]
async fn settings_are_kept_five_minutes_and_read_afresh_after_thirty_seconds() {
    let live = live(vec![
        Ok(values("one", GOOD)),
        Ok(values("two", GOOD)),
        Ok(values("three,four", GOOD)),
    ]);
    assert_eq!(first_token(&live.get(at(0)).await.unwrap()), "one");
    assert_eq!(first_token(&live.refresh(at(30)).await.unwrap()), "one");
    assert_eq!(first_token(&live.refresh(at(31)).await.unwrap()), "two");
    assert_eq!(first_token(&live.get(at(331)).await.unwrap()), "two");
    let last = live.get(at(332)).await.unwrap();
    assert_eq!(last.tokens.len(), 2);
    assert_eq!(last.retired.iter().map(Secret::expose).collect::<Vec<_>>(), ["two", "one"]);
}

#[tokio::test]
async fn stale_settings_serve_while_they_cannot_be_read() {
    let down = || Err(Error::NotSetUp("down".to_owned()));
    let live = live(vec![down(), Ok(values("one", GOOD)), down()]);
    assert!(live.get(at(0)).await.is_err());
    assert_eq!(first_token(&live.get(at(1)).await.unwrap()), "one");
    assert_eq!(first_token(&live.get(at(1000)).await.unwrap()), "one");
}

#[tokio::test]
async fn an_environment_that_has_all_needs_nothing_else() {
    let environment = [("RINGDOWN_CONFIG", GOOD), ("TWILIO_AUTH_TOKEN", "one")];
    let environment =
        Environment::of(environment.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let down: Fetch = Arc::new(|| Box::pin(async { Err(Error::NotSetUp("down".to_owned())) }));
    let settings = SettingsCache::new(environment, down).get(at(0)).await.unwrap();
    assert_eq!(first_token(&settings), "one");
}

#[tokio::test]
async fn a_wrong_configuration_never_replaces_a_right_one() {
    let live = live(vec![Ok(values("one", GOOD)), Ok(values("two", "routes = 1"))]);
    live.get(at(0)).await.unwrap();
    let settings = live.get(at(1000)).await.unwrap();
    assert_eq!(first_token(&settings), "two");
    assert_eq!(settings.config.routes.channels(), ["a"]);
}

#[tokio::test]
async fn a_channel_has_a_webhook_or_an_id_for_the_bot() {
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

/// Two people and a policy of this text; `{}` alone is a good one.
fn policy(keys: &str) -> String {
    problems(&format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
         [[policies]]\nname = \"p\"\n{keys}"
    ))
}

#[test]
fn a_policy_is_checked_when_it_is_loaded() {
    let rest = "alarms = [\"*\"]\nroster = [\"alpha\"]\n";
    assert_eq!(policy(rest), "fine");
    for (keys, expected) in [
        (
            "alarms = []\nroster = [\"alpha\"]",
            "ringdown.toml:8: policies.alarms: is empty, expected globs",
        ),
        (
            "alarms = [\"*\"]\nroster = []",
            "ringdown.toml:9: policies.roster: has 0 people, expected 1 to 20",
        ),
        (
            "alarms = [\"*\"]\nroster = [\"delta\"]",
            "ringdown.toml:9: policies.roster: \"delta\" is nobody we know, expected one of alpha, bravo",
        ),
    ] {
        assert!(policy(keys).starts_with(expected), "\n{}\n{expected}", policy(keys));
    }
    for (key, expected) in [
        ("ring_seconds = 4", "ringdown.toml:10: policies.ring_seconds: is 4, expected 5 to 600"),
        ("attempts = 0", "ringdown.toml:10: policies.attempts: is 0, expected 1 to 20"),
        (
            "channel = \"x\"",
            "ringdown.toml:10: policies.channel: the policy \"p\" has its incidents told in \"x\", which",
        ),
        (
            "flap_window = \"soon\"",
            "ringdown.toml:10: policies.flap_window: \"soon\" is not a duration",
        ),
        (
            "resolve_after = \"30s\"",
            "ringdown.toml:10: policies.resolve_after: is 30s, expected 1m to 720h",
        ),
        (
            "resolve_after = \"2000h\"",
            "ringdown.toml:10: policies.resolve_after: is 2000h, expected 1m to 720h",
        ),
        (
            "resolve_after = \"later\"",
            "ringdown.toml:10: policies.resolve_after: \"later\" is not a duration",
        ),
        (
            "repage_after = \"30h\"",
            "ringdown.toml:10: policies.repage_after: is 30h, expected 1s to 24h",
        ),
        (
            "call_with = \"pigeon\"",
            "ringdown.toml:10: policies.call_with: \"pigeon\" is no way to call",
        ),
        ("say = \"{{ who }}\"", "ringdown.toml:10: policies.say: undefined value"),
        ("ring = 4", "ringdown.toml:10: ring: unknown key `ring`"),
    ] {
        let told = policy(&format!("{rest}{key}"));
        assert!(told.starts_with(expected), "\n{told}\n{expected}");
    }
    assert_eq!(
        policy(&format!("{rest}say = \"{{{{ what }}}} {{{{ keys }}}}\"\nvoice = \"Polly.Amy\"")),
        "fine"
    );
}

#[test]
fn a_phone_is_e164_and_one_persons_alone() {
    let people = |phones: [&str; 2]| {
        problems(&format!(
            "[channels.default]\n[people.alpha]\nphone = \"{}\"\n[people.bravo]\nphone = \"{}\"\nslack = \"U1\"\n",
            phones[0], phones[1]
        ))
    };
    assert_eq!(people(["+15005550001", "+15005550002"]), "fine");
    let told = people(["+15005550001", "+15005550001"]);
    assert!(told.starts_with("ringdown.toml:5: people.phone: is the phone of alpha too"), "{told}");
    for phone in
        ["5005550001", "+1500555", "+1 500 555 0001", "+1234567890123456", "+", "+١٥٠٠٥٥٥٠٠٠١"]
    {
        let told = people([phone, "+15005550002"]);
        let fine = phone == "+1500555";
        assert_eq!(told == "fine", fine, "{phone}: {told}");
    }
}

#[test]
fn person_whose_phone_is_none_is_known_to_all_other_checks() {
    let told = problems(
        "[channels.default]\n[people.alpha]\nphone = \"500\"\n[people.bravo]\nphone = \"500\"\n\
         [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\", \"bravo\"]\n",
    );
    let none = "is no phone number in E.164, expected + and 7 to 15 digits like \"+15005550001\"";
    let expected = [
        format!("ringdown.toml:3: people.phone: {none}"),
        format!("ringdown.toml:5: people.phone: {none}"),
        "ringdown.toml:5: people.phone: is the phone of alpha too, expected one for each person"
            .to_owned(),
    ];
    assert_eq!(told, expected.join("\n"));
}

#[test]
fn the_first_policy_that_matches_is_the_one() {
    let text = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"prod\"\n\
                alarms = [\"prod-*\", \"Live*\"]\nroster = [\"alpha\"]\n[[policies]]\nname = \"rest\"\nalarms = [\"*\"]\n\
                roster = [\"alpha\"]\n";
    let config = Config::parse(vec![("ringdown.toml".to_owned(), text.to_owned())]).unwrap();
    let of = |alarm: &str| config.escalation.for_alarm(alarm, at(0)).map(|policy| policy.name);
    assert_eq!(
        [of("prod-api"), of("LiveTraffic"), of("staging")],
        ["prod", "prod", "rest"].map(|name| Some(name.to_owned()))
    );
    let policy = config.escalation.policy_at("prod", at(0)).unwrap();
    assert_eq!((policy.attempts, policy.ring_seconds, policy.answer_seconds), (3, 25, 10));
}

#[test]
fn template_or_condition_over_ten_kilobytes_fails_its_check() {
    let with = |keys: &str| {
        problems(&format!("[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\n{keys}\n"))
    };
    let (most, long) = (10 * 1024, 60_000);
    for (text, name) in
        [("x", "plain"), ("1+", "sum"), ("a.", "path"), ("(", "parenthesis"), ("not ", "not")]
    {
        for length in [most + 1, long, 2_000_000] {
            let value = text.repeat(length / text.len() + 1);
            let told = with(&format!("text = \"t\"\nwhen = '{value}1'\nto = \"a\""));
            assert!(told.starts_with("ringdown.toml:6: routes.when: has "), "{name}: {told:.200}");
            assert!(told.ends_with("bytes, expected 10240 at most") && told.len() < 200, "{name}");
            let told = with(&format!("text = '{{{{ {value}1 }}}}'\nto = \"a\""));
            assert!(told.starts_with("ringdown.toml:5: routes.text: has "), "{name}: {told:.200}");
        }
    }
    assert_eq!(with(&format!("text = \"{}\"\nto = \"a\"", "x".repeat(most))), "fine");
}

#[test]
fn text_without_an_end_fails_its_check() {
    for bomb in ["text = \"".to_owned() + &"x".repeat(1_000_000), "text = '''".repeat(20_000)] {
        let told = problems(&format!("[channels.a]\n[[routes]]\n{bomb}"));
        assert!(told.starts_with("ringdown.toml:3:") && told.len() < 500, "{told:.600}");
    }
}

#[test]
fn resolve_after_is_none_unless_it_is_configured() {
    let of = |keys: &str| {
        let toml = format!(
            "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\n\
             alarms = [\"*\"]\nroster = [\"alpha\"]\n{keys}\n"
        );
        let config = Config::parse(vec![("ringdown.toml".to_owned(), toml)]).expect("fine");
        config.escalation.policy_at("p", at(0)).expect("a policy").resolve_after
    };
    assert_eq!(of(""), None);
    assert_eq!(of("resolve_after = \"4h 30m\""), Some(jiff::SignedDuration::from_mins(270)));
    assert_eq!(of("resolve_after = \"720h\""), Some(jiff::SignedDuration::from_hours(720)));
}

#[test]
fn deepest_template_that_is_taken_does_not_end_the_process() {
    for text in ["1+", "a.", "(", "not ", "-", "a|", "a~", "1 and ", "[", "{1:", "a if ", "a[0]["] {
        let value = text.repeat(10_000 / text.len());
        let _ = problems(&format!(
            "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\ntext = '{{{{ {value}1 }}}}'\nwhen = '{value}1'\nto = \"a\"\n"
        ));
    }
}

#[test]
fn template_that_doubles_a_text_fails_its_check_with_its_line_and_key() {
    let route = "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\n";
    let doubling = "{% set a = 'aaaaaaaaaa' %}".to_owned() + &"{% set a = a ~ a %}".repeat(60);
    let told = problems(&format!("{route}to = \"a\"\ntext = \"{doubling}\"\n"));
    assert!(told.starts_with("ringdown.toml:6: routes.text: it makes too much text"), "{told}");
    let looped = "{% for x in ['a'] recursive %}{{ loop([x ~ x]) }}{% endfor %}";
    let told = problems(&format!("{route}to = \"a\"\ntext = '''\na\n{looped}'''\n"));
    assert!(told.starts_with("ringdown.toml:8: routes.text: a loop cannot be"), "{told}");
    let told = problems(&format!("{route}to = \"a\"\ntext = \"t\"\nwhen = \"'a' * 1000000000\"\n"));
    assert!(told.starts_with("ringdown.toml:7: routes.when: only numbers can be"), "{told}");
    let told = problems(&format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\n\
         alarms = [\"*\"]\nroster = [\"alpha\"]\nsay = \"{doubling}\"\n"
    ));
    assert!(told.contains(":8: policies.say: ") && told.contains("too much text"), "{told}");
}

use shared::config::file::{Config, unreadable};
use shared::slack::client::Destination;

use shared::Timestamp;
use shared::secret::Secret;

use super::simulated::bot_is_simulated;
use super::source::part_of;
use super::*;

fn local(sandbox: bool) -> Local {
    let start_token = Secret::new("the-start-token");
    Local {
        address: "http://127.0.0.1:1".to_owned(),
        metrics_token: start_token.clone(),
        start_token,
        sandbox,
    }
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
async fn configuration_that_breaks_under_a_running_server_changes_nothing() {
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
        assert_eq!(settings.config.routes.iter().count(), 7, "{text:?}");
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
fn bot_is_made_up_while_nobody_has_begun_to_connect_a_real_one() {
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

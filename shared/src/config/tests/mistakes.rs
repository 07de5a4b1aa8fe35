//! Mistakes that a newcomer makes in `examples/ringdown.toml`, and what to do about it.

mod values;

use super::*;

const EXAMPLE: &str = include_str!("../../../../examples/ringdown.toml");
const CALENDAR: &str = include_str!("../../../../examples/oncall.ics");

fn with(what: &str, instead: &str) -> String {
    assert!(EXAMPLE.contains(what), "{what}");
    parsed(&EXAMPLE.replacen(what, instead, 1))
}

fn parsed(toml: &str) -> String {
    let parts = [("ringdown.toml", toml), ("oncall.ics", CALENDAR)];
    let parts = parts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Config::parse(parts.into()).map_or_else(|wrong| wrong.to_string(), |_| "fine".to_owned())
}

/// Tables and keys that are not written as they should be.
#[test]
fn mistake_in_a_table_is_answered_with_what_to_write() {
    for (what, instead, expected) in [
        (
            "[[policies]] ",
            "[policies] ",
            "82: [policies]: expected [[policies]], in double brackets",
        ),
        ("[[routes]]", "[routes]", "15: [routes]: expected [[routes]], in double brackets"),
        (
            "[[schedules.overrides]]",
            "[schedules.overrides]",
            "[schedules.overrides]: expected [[schedules.overrides]], in double",
        ),
        (
            "[people.alpha]",
            "[[people.alpha]]",
            "68: [[people.alpha]]: expected [people.alpha], in single brackets",
        ),
        ("[studio]", "[[studio]]", "[[studio]]: expected [studio], in single brackets"),
        (
            "[channels.default]",
            "[channel.default]",
            "9: [channel.default]: unknown table `channel` (did you mean `channels`?), expected one of",
        ),
        (
            "[channels.flex] ",
            "[channels.flex]\nwebhook = \"https://hooks.slack.com/T0/B0/SECRET\"",
            "11: webhook: a channel is only declared here, expected the line [channels.flex] and nothing under it: its secret (a webhook's URL, or a channel's id) is SLACK_WEBHOOK_FLEX in .env, on AWS the parameter slack/channels/flex",
        ),
        (
            "[channels.default] ",
            "[channels.default]\nurl = 5",
            "10: url: a channel is only declared here, expected the line [channels.default] and nothing under it: its secret (a webhook's URL, or a channel's id) is SLACK_WEBHOOK in .env",
        ),
        (
            "# A complete",
            "attempts = 3\n# A complete",
            "1: attempts: unknown key `attempts` (a key stands under the line of its table, like [[routes]]), expected one of `channels`",
        ),
        (
            "# A complete",
            "slack_webhook = \"SECRET\"\n# A complete",
            "1: slack_webhook: unknown key `slack_webhook` (secrets are in .env, on AWS in the Parameter Store), expected",
        ),
        (
            "attempts = 6",
            "atempts = 6",
            "86: atempts: unknown key `atempts` (did you mean `attempts`?), expected one of `name`",
        ),
        (
            "to = \"flex\"",
            "to = \"flex\"\nto = \"default\"",
            "20: to: is there twice in one table, expected once",
        ),
        (
            "[people.bravo]",
            "[people.alpha]",
            "73: [people.alpha]: is there twice, expected once with all its keys",
        ),
        (
            "to = \"flex\"\n",
            "",
            "15: [[routes]]: `to` is missing, expected a line like to = \"default\"",
        ),
        (
            "phone = \"+15005550001\"",
            "",
            "68: [people.alpha]: `phone` is missing, expected a line like phone = \"+15005550001\"",
        ),
        ("[[ignore]] ", "[[ignore] ", "161: has no end, expected ]] behind its name"),
        (
            "[channels.flex] ",
            "<<<<<<< HEAD\n[channels.flex] ",
            "10: is the mark of a merge conflict, expected the lines of one side alone",
        ),
    ] {
        let told = with(what, instead);
        assert!(told.contains(expected) && !told.contains("SECRET"), "\n{told}\n{expected}");
    }
    for (toml, expected) in [
        (
            "[channels.a]\n[policies]\nname = \"p\"\n",
            "2: [policies]: expected [[policies]], in double brackets: there may be several",
        ),
        (
            "[channels.a]\n[policies.default]\nroster = []\n",
            "2: [policies.default]: expected [[policies]], and under it a line name = \"default\"",
        ),
        (
            "[channels.a]\n[[policies.default]]\nroster = []\n",
            "2: [[policies.default]]: expected [[policies]], and under it a line name = \"default\"",
        ),
        (
            "[channels.a]\n[schedules.\"on call\"]\n",
            "2: [schedules.\"on call\"]: expected [[schedules]], and under it a line name = \"on call\"",
        ),
        ("[routes.x]\n", "1: [routes.x]: expected [[routes]], and under it a line name = \"x\""),
        (
            "[silences.x]\n",
            "1: [silences.x]: expected [[silences]], in double brackets and without a name",
        ),
        (
            "[[policies]]\nalarms = [\"*\"\nroster = [\"a\"]\n",
            "2: alarms: its list has no end, expected a closing ]",
        ),
        (
            "[[policies]]\nalarms = [\"*\",\nattempts = 5\n",
            "2: alarms: its list has no end, expected a closing ]",
        ),
        (
            "[[policies]]\nalarms = [\n  \"*\",\n  \"b\"\n\n# c\nroster = [\"a\"]\n",
            "2: alarms: its list has no end, expected a closing ]",
        ),
        (
            "[[policies]]\nalarms = [\"*\"\n\n[[routes]]\nname = \"x\"\n",
            "2: alarms: its list has no end, expected a closing ]",
        ),
        (
            "[[policies]]\nalarms = [\"*\",\n[people.alpha]\n",
            "2: alarms: its list has no end, expected a closing ]",
        ),
        ("[[policies]]\nalarms = [\"*\"", "2: alarms: its list has no end, expected a closing ]"),
        (
            "[[policies]]\nalarms = [\"a\" \"b\"]\n",
            "2: alarms: its list has two values without a comma between, expected one",
        ),
        (
            "[[policies]]\nalarms = [\n  \"a\"\n  \"b\"\n]\n",
            "2: alarms: its list has two values without a comma between, expected one",
        ),
        (
            "[[policies]]\nsay = \"C:\\Users\"\n",
            "2: say: has a \\ that begins no character, expected \\\\ for one, or the text in single quotes",
        ),
        ("[[policies]]\nsay = \"C:\\data\"\n", "2: say: has a \\ that begins no character"),
        ("[[policies]]\nsay = \"a\u{7}\"\n", "2: say: has a control character in its text"),
        ("[[policies]]\nsay = \"\"\"a\n", "its text has no end, expected a closing \"\"\""),
        (
            "[channels.a]\n[people.\"a\\u001b[31m\\u202e\"]\nphone = \"+15005550001\"\n",
            "has control characters, expected a name without them",
        ),
        (
            "[channels.a]\n[people.\" a\"]\nphone = \"+15005550001\"\n",
            "expected a name without blanks around it",
        ),
        (
            "[[people]]\nname = \"alpha\"\n",
            "1: [[people]]: expected [people.alpha]: single brackets, and its name",
        ),
        (
            "channels = [\"default\"]\n",
            "1: channels: expected tables, each under a line like [channels.default]",
        ),
        ("routes = 1\n", "1: routes: expected tables, each under a line [[routes]]"),
        (
            "[channels]\ndefault = \"https://hooks.slack.com/T0/B0/SECRET\"\n",
            "2: default: a channel is only declared here, expected the line [channels.default]",
        ),
        (
            "[people]\nalpha = \"+15005550001\"\n",
            "2: alpha: expected the line [people.alpha], and under it a line like phone = ",
        ),
        ("{\"channels\": {}}", "1: looks like JSON, expected TOML: lines like key = \"value\""),
        (
            "channels:\n  default:\n",
            "1: channels: has a colon, expected an equals sign: key = \"value\"",
        ),
    ] {
        let told = parsed(toml);
        assert!(told.contains(expected) && !told.contains("SECRET"), "\n{told}\n{expected}");
    }
}

#[test]
fn line_of_a_template_is_right_in_a_file_with_carriage_returns() {
    for quotes in ["\"\"\"", "'''"] {
        let text = format!(
            "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\nto = \"a\"\n\
             text = {quotes}\none\n{{{{ data.x | loud }}}}\n{quotes}\n"
        );
        for text in [text.replace('\n', "\r\n"), text] {
            let told = problems(&text);
            assert!(told.starts_with("ringdown.toml:8: routes.text: filter loud"), "{told}");
        }
    }
    let told = problems(&format!("{GOOD}[forwards]\n").replace('\n', "\r\n"));
    assert!(told.starts_with("ringdown.toml:7: [forwards]: unknown table"), "{told}");
}

#[test]
fn line_of_a_template_is_right_where_its_lines_are_joined() {
    let toml = |text: &str| {
        format!(
            "[channels.a]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\nto = \"a\"\ntext = {text}\n"
        )
    };
    for (text, line) in [
        ("\"\"\"\\\n  {{ data.x }} \\\n  {{ data.y | nosuch }}\"\"\"", 8),
        ("\"\"\"\n  {{ data.x }} \\\n\n\n  {{ data.y | nosuch }}\"\"\"", 10),
        ("\"\"\"a\\n\\n\n  {{ data.y | nosuch }}\"\"\"", 7),
        ("\"a\\n\\n{{ data.y | nosuch }}\"", 6),
        ("\"\"\"\\\n  {{ data.x }}\n  \\\n {% if %}\"\"\"", 9),
        ("'''\n\\\n{{ data.y | nosuch }}'''", 8),
    ] {
        for toml in [toml(text), toml(text).replace('\n', "\r\n")] {
            let told = problems(&toml);
            assert!(
                told.starts_with(&format!("ringdown.toml:{line}: routes.text: ")),
                "{toml}\n{told}"
            );
        }
    }
}

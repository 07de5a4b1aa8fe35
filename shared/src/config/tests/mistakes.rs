//! What a newcomer writes into `examples/ringdown.toml`, and what to do about it.

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

/// Values that are not written as they should be. None is repeated, as it may be a number or a secret.
#[test]
fn mistake_in_a_value_is_answered_with_an_example() {
    for (what, instead, expected) in [
        (
            "alarms = [\"checkout-*\"]",
            "alarms = \"checkout-*\"",
            "84: alarms: is text in quotes, expected a list in brackets, like alarms = [\"checkout-*\"]",
        ),
        (
            "attempts = 6",
            "attempts = \"6\"",
            "86: attempts: is text in quotes, expected a whole number without quotes, like attempts = 3",
        ),
        (
            "ring_seconds = 25",
            "ring_seconds = -25",
            "87: ring_seconds: is negative or too large, expected a whole number",
        ),
        (
            "ring_seconds = 25",
            "ring_seconds = 25.5",
            "87: ring_seconds: is no whole number, expected a whole number",
        ),
        (
            "ring_seconds = 25 ",
            "ring_seconds = 25s ",
            "87: ring_seconds: cannot be read, expected a value like ring_seconds = 25",
        ),
        (
            "repage_after = \"30m\"",
            "repage_after = 30",
            "90: repage_after: is a number, expected text in quotes, like repage_after = \"30m\"",
        ),
        (
            "call_on_new_alarm = false",
            "call_on_new_alarm = False",
            "92: call_on_new_alarm: cannot be read, expected a value like call_on_new_alarm = true",
        ),
        (
            "call_on_new_alarm = false",
            "call_on_new_alarm = \"false\"",
            "92: call_on_new_alarm: is text in quotes, expected true or false, without quotes",
        ),
        (
            "phone = \"+15005550001\"",
            "phone = +19995550001",
            "69: phone: is a number, expected text in quotes, like phone = \"+15005550001\"",
        ),
        (
            "to = \"flex\"",
            "to = flex",
            "19: to: cannot be read, expected a value like to = \"default\"",
        ),
        ("to = \"flex\"", "to = \"flex", "19: to: its text has no end, expected a closing \""),
        (
            "to = \"flex\"",
            "to = “flex”",
            "19: to: has typographic quotes, expected straight ones (\")",
        ),
        ("to = \"flex\"", "to: \"flex\"", "19: to: has a colon, expected an equals sign"),
        (
            "text = \"*{{ data.flow_name",
            "text = \"*{{ \"x\" data.flow_name",
            "54: text: goes on after its value, expected the end of the line",
        ),
        (
            "name = \"new worker\"",
            "name = 2026-01-05",
            "16: name: is a date or a time, expected text in quotes",
        ),
        (
            "every = [\"saturday\", \"sunday\"]",
            "every = 7",
            "156: every: is a number, expected \"day\", a day like \"sunday\", or several",
        ),
        (
            "until = \"2026-12-28T22:00\"",
            "until = 2026-12-28",
            "150: silences.until: \"2026-12-28\" is no time, expected one like",
        ),
        (
            "data.payload.task_age > 1800",
            "data.payload.task_age = 1800",
            "24: routes.when: unexpected input after expression: expected == in place of =",
        ),
        (
            "data.payload.task_age > 1800",
            "data.x >= '=' && data.y",
            "24: routes.when: unexpected character: expected `and` in place of &&",
        ),
        (
            "data.payload.task_age > 1800",
            "!data.x",
            "24: routes.when: unexpected character: expected `not` in place of !",
        ),
        (
            "data.payload.task_age > 1800",
            "{{ data.x }}",
            "24: routes.when: unexpected `}`, expected `:`: expected the condition alone, without {{ and }}",
        ),
        (
            "{{ data.payload.worker_name }}",
            "{{ data.payload.worker_name }",
            "18: routes.text: unexpected `}`, expected end of variable block: {{ needs its }}",
        ),
        (
            "{{ data.payload.worker_name }}",
            "{{ payload.worker_name }}",
            "(what an event carries is in `data`, like data.payload)",
        ),
    ] {
        let told = with(what, instead);
        assert!(told.contains(expected) && !told.contains("1999555"), "\n{told}\n{expected}");
    }
    let told = with("time_zone = \"Europe/Berlin\"      # all", "time_zone = \"CEST\" # all");
    assert_eq!(told.lines().count(), 1, "a wrong zone is told once: {told}");
}

#[test]
fn dates_and_times_may_be_tomls_own() {
    for (what, instead) in [
        ("starts = \"2026-01-05\"", "starts = 2026-01-05"),
        ("hand_over = \"09:00\"", "hand_over = 09:00:00"),
        ("hand_over = \"09:00\"", "hand_over = 09:00"),
        ("from = \"2026-12-24T18:00\"", "from = 2026-12-24T18:00:00"),
        ("until = \"2026-12-26T09:00\"", "until = 2026-12-26 09:00:00+01:00"),
        ("from = \"2026-12-28T18:00\"", "from = 2026-12-28T17:00:00Z"),
        ("until = \"2026-12-28T22:00\"", "until = 2026-12-28T22:00:00"),
        ("at = \"02:00\"", "at = 02:00:00"),
    ] {
        assert_eq!(with(what, instead), "fine", "{instead}");
    }
    let told = with("hand_over = \"09:00\"", "hand_over = 09:00:30");
    assert!(told.contains("\"09:00:30\" cannot be read, expected a time like \"09:00\""), "{told}");
    let told = with("starts = \"2026-01-05\"", "starts = { year = 2026 }");
    assert!(told.contains("starts: is a table, expected text in quotes, like starts = "), "{told}");
}

#[test]
fn native_date_means_what_the_text_means() {
    let shifts = |starts: &str| {
        let toml = format!(
            "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[schedules]]\nname = \"s\"\n\
             time_zone = \"Europe/Berlin\"\nrotation = \"weekly\"\npeople = [\"alpha\"]\n{starts}"
        );
        let config = Config::parse(vec![("ringdown.toml".to_owned(), toml)]).unwrap();
        format!("{:?}", config.escalation.schedules.get("s").map(|schedule| &schedule.source))
    };
    assert_eq!(
        shifts("starts = 2026-01-05\nhand_over = 09:30:00\n"),
        shifts("starts = \"2026-01-05\"\nhand_over = \"09:30\"\n")
    );
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

//! Mistakes in values, and what TOML's own values mean.

use super::*;

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

//! Plans of a scenario: who is called for which alarms, and in which way.

use std::time::Duration;

use serde_json::{Value, json};

use super::phone::PEOPLE;

/// The way in which people are called, and what lies in its nature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallWith {
    Voice,
    Studio,
}

impl CallWith {
    /// The keys of the n-th policy.
    fn keys(self, policy: usize) -> String {
        match self {
            CallWith::Voice => "call_with = \"voice\"".to_owned(),
            CallWith::Studio => format!("call_with = \"studio\"\nflow_sid = \"FW{policy:032}\""),
        }
    }

    /// The outcome of a call that voicemail took: Studio listens for no machine.
    pub(crate) fn voicemail(self) -> &'static str {
        match self {
            CallWith::Voice => "voicemail",
            CallWith::Studio => "answered, did not choose",
        }
    }

    /// How often the menu is read to a machine.
    pub(crate) fn readings_to_voicemail(self) -> usize {
        match self {
            CallWith::Voice => 1,
            CallWith::Studio => 2,
        }
    }

    /// The last words that voicemail hears.
    pub(crate) fn last_word_to_voicemail(self) -> &'static str {
        match self {
            CallWith::Voice => "Good bye.",
            CallWith::Studio => "No key was pressed. The next person is called. Good bye.",
        }
    }

    /// Twilio says nothing by itself. (What a Flow asks us, it asks in the call.)
    pub(crate) fn says_nothing(self) -> Value {
        match self {
            CallWith::Voice => json!({"lose_all_callbacks": true}),
            CallWith::Studio => json!({"lose_events": true}),
        }
    }

    /// How long after the last ring a call is looked up that nobody told us of.
    pub(crate) fn until_it_is_looked_up(self) -> Duration {
        match self {
            CallWith::Voice => Duration::from_secs(9),
            CallWith::Studio => Duration::from_secs(16),
        }
    }

    /// The end of the paths that ask for a call.
    pub(super) fn asks_at(self) -> &'static str {
        match self {
            CallWith::Voice => "/Calls.json",
            CallWith::Studio => "/Executions",
        }
    }
}

/// The policy of most scenarios: three people, three calls.
pub(crate) fn usual() -> String {
    policy("default", "*", &["alpha", "bravo", "charlie"], 3)
}

/// A policy; `begin` says how people are called.
pub(crate) fn policy(name: &str, alarms: &str, roster: &[&str], attempts: u32) -> String {
    format!(
        r#"
[[policies]]
name = "{name}"
alarms = ["{alarms}"]
roster = {roster:?}
attempts = {attempts}
ring_seconds = 25
answer_seconds = 10
channel = "default"
repage_after = "30m"
flap_window = "5m"
retry_exhausted_after = "15m"
WAY
"#
    )
}

/// The whole configuration.
pub(crate) fn config(call_with: CallWith, policies: &str) -> String {
    let people = PEOPLE.iter().enumerate().map(|(index, (name, number))| {
        let slack =
            if index < 2 { format!("slack = \"U000000{}\"\n", index + 1) } else { String::new() };
        format!("[people.{name}]\nphone = \"{number}\"\n{slack}")
    });
    let people: String = people.collect();
    let mut parts = policies.split("WAY");
    let first = parts.next().unwrap_or_default().to_owned();
    let policies =
        parts.enumerate().fold(first, |text, (at, part)| text + &call_with.keys(at + 1) + part);
    format!("[channels.default]\n{people}{policies}")
}

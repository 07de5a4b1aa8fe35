//! Who is called for which alarms, and in which way.

use super::phone::PEOPLE;

/// The way in which people are called.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    Voice,
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Way::Voice => "voice",
        }
    }
}

/// What a policy is for most stories: three people, three calls.
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
call_with = "WAY"
"#
    )
}

/// The whole configuration.
pub(crate) fn config(way: Way, policies: &str) -> String {
    let people = PEOPLE.iter().enumerate().map(|(index, (name, number))| {
        let slack =
            if index < 2 { format!("slack = \"U000000{}\"\n", index + 1) } else { String::new() };
        format!("[people.{name}]\nphone = \"{number}\"\n{slack}")
    });
    let people: String = people.collect();
    format!("[channels.default]\n{people}{}", policies.replace("WAY", way.name()))
}

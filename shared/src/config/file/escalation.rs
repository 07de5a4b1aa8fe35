//! `[people]` and `[[policies]]`: who is called for which alarms.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;
use wildmatch::WildMatch;

use super::Check;
use crate::app::words::check_say;
use crate::escalation::{CallWith, Person, Policy};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonTable {
    phone: Spanned<String>,
    slack: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyTable {
    name: Spanned<String>,
    alarms: Spanned<Vec<Spanned<String>>>,
    roster: Spanned<Vec<Spanned<String>>>,
    attempts: Option<Spanned<u32>>,
    ring_seconds: Option<Spanned<u32>>,
    answer_seconds: Option<Spanned<u32>>,
    channel: Option<Spanned<String>>,
    repage_after: Option<Spanned<String>>,
    flap_window: Option<Spanned<String>>,
    retry_exhausted_after: Option<Spanned<String>>,
    call_with: Option<Spanned<String>>,
    voice: Option<String>,
    language: Option<String>,
    say: Option<Spanned<String>>,
}

/// Who can be called, and for which alarms.
#[derive(Debug, Default)]
pub struct Escalation {
    /// Everybody, by name.
    pub people: BTreeMap<String, Person>,
    policies: Vec<(Vec<WildMatch>, Policy)>,
}

impl Escalation {
    /// The policies in the file's order.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().map(|(_, policy)| policy)
    }

    /// The policy of this name.
    pub fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies().find(|policy| policy.name == name)
    }

    /// The first policy for alarms of this name.
    pub fn for_alarm(&self, alarm: &str) -> Option<&Policy> {
        let found =
            self.policies.iter().find(|(globs, _)| globs.iter().any(|glob| glob.matches(alarm)));
        found.map(|(_, policy)| policy)
    }
}

/// The longest roster, and the most calls of a hunt.
const MOST: u32 = 20;

impl Check<'_> {
    pub(super) fn escalation(
        &mut self,
        people: BTreeMap<Spanned<String>, PersonTable>,
        tables: Vec<PolicyTable>,
        channels: &[String],
    ) -> Escalation {
        let mut known: BTreeMap<String, Person> = BTreeMap::new();
        for (name, table) in people {
            self.short_name(&name, "people", "person");
            let phone = table.phone.get_ref();
            if !is_e164(phone) {
                let what = "is no phone number in E.164, expected + and 7 to 15 digits like \"+15005550001\"";
                self.problem(table.phone.span().start, "people.phone", what);
            }
            if let Some((other, _)) = known.iter().find(|(_, person)| person.phone == *phone) {
                let what = format!("is the phone of {other} too, expected one for each person");
                self.problem(table.phone.span().start, "people.phone", what);
            }
            if let Some(slack) = table.slack.as_ref().filter(|id| !is_member(id.get_ref())) {
                let what = format!(
                    "{:?} is no Slack member id, expected one like \"U0000001\"",
                    slack.get_ref()
                );
                self.problem(slack.span().start, "people.slack", what);
            }
            let slack = table.slack.map(Spanned::into_inner);
            known.insert(name.into_inner(), Person { phone: phone.clone(), slack });
        }
        let mut policies: Vec<(Vec<WildMatch>, Policy)> = Vec::new();
        for table in tables {
            self.short_name(&table.name, "policies.name", "policy");
            let name = table.name.get_ref();
            if policies.iter().any(|(_, policy)| policy.name == *name) {
                let what =
                    format!("there is another policy named {name:?}, expected a name of its own");
                self.problem(table.name.span().start, "policies.name", what);
            }
            policies.push(self.policy(table, &known, channels));
        }
        Escalation { people: known, policies }
    }

    fn policy(
        &mut self,
        table: PolicyTable,
        people: &BTreeMap<String, Person>,
        channels: &[String],
    ) -> (Vec<WildMatch>, Policy) {
        let name = table.name.into_inner();
        self.roster(&table.roster, people);
        if table.alarms.get_ref().iter().all(|glob| glob.get_ref().is_empty()) {
            let what = "is empty, expected globs on the alarm's name like \"*\" or \"prod-*\"";
            self.problem(table.alarms.span().start, "policies.alarms", what);
        }
        let alarms: Vec<String> =
            table.alarms.into_inner().into_iter().map(Spanned::into_inner).collect();
        let whole_day = SignedDuration::from_hours(24);
        let second = SignedDuration::from_secs(1);
        let policy = Policy {
            channel: self.policy_channel(table.channel, &name, channels),
            roster: table.roster.into_inner().into_iter().map(Spanned::into_inner).collect(),
            attempts: self.number("policies.attempts", table.attempts, 3, 1..=MOST),
            ring_seconds: self.number("policies.ring_seconds", table.ring_seconds, 25, 5..=600),
            answer_seconds: self.number(
                "policies.answer_seconds",
                table.answer_seconds,
                10,
                3..=60,
            ),
            repage_after: self.span(
                "policies.repage_after",
                table.repage_after,
                SignedDuration::from_mins(30),
                second..=whole_day,
            ),
            flap_window: self.span(
                "policies.flap_window",
                table.flap_window,
                SignedDuration::from_mins(5),
                SignedDuration::ZERO..=whole_day,
            ),
            retry_exhausted_after: self.span(
                "policies.retry_exhausted_after",
                table.retry_exhausted_after,
                SignedDuration::from_mins(15),
                second..=whole_day,
            ),
            call_with: self.call_with(table.call_with),
            voice: table.voice,
            language: table.language,
            say: table.say.map(|say| {
                self.checked("policies.say", &say, check_say);
                say.into_inner()
            }),
            alarms,
            name,
        };
        (policy.alarms.iter().map(|glob| WildMatch::new(glob)).collect(), policy)
    }

    fn roster(
        &mut self,
        roster: &Spanned<Vec<Spanned<String>>>,
        people: &BTreeMap<String, Person>,
    ) {
        let count = roster.get_ref().len();
        if count == 0 || count > MOST as usize {
            let what = format!("has {count} people, expected 1 to {MOST}");
            self.problem(roster.span().start, "policies.roster", what);
        }
        for person in roster.get_ref() {
            if !people.contains_key(person.get_ref()) {
                let names: Vec<&str> = people.keys().map(String::as_str).collect();
                let known = match names[..] {
                    [] => "a table like [people.alpha]".to_owned(),
                    _ => format!("one of {}", names.join(", ")),
                };
                let what = format!("{:?} is nobody we know, expected {known}", person.get_ref());
                self.problem(person.span().start, "policies.roster", what);
            }
        }
    }

    fn policy_channel(
        &mut self,
        channel: Option<Spanned<String>>,
        policy: &str,
        channels: &[String],
    ) -> String {
        let at = channel.as_ref().map_or(0, |channel| channel.span().start);
        let channel = channel.map_or_else(|| "default".to_owned(), Spanned::into_inner);
        if !channels.contains(&channel) {
            let expected = match channels {
                [] => "a table like [channels.default]".to_owned(),
                channels => format!("one of {}", channels.join(", ")),
            };
            let what = format!(
                "the policy {policy:?} tells its story in {channel:?}, which is not a declared channel, expected {expected}"
            );
            self.problem(at, "policies.channel", what);
        }
        channel
    }

    fn call_with(&mut self, call_with: Option<Spanned<String>>) -> CallWith {
        if let Some(other) = call_with.filter(|with| with.get_ref() != "voice") {
            let what = format!("{:?} is no way to call, expected \"voice\"", other.get_ref());
            self.problem(other.span().start, "policies.call_with", what);
        }
        CallWith::Voice
    }

    fn number(
        &mut self,
        key: &str,
        value: Option<Spanned<u32>>,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> u32 {
        let Some(value) = value else { return default };
        if !range.contains(value.get_ref()) {
            let what =
                format!("is {}, expected {} to {}", value.get_ref(), range.start(), range.end());
            self.problem(value.span().start, key, what);
        }
        value.into_inner()
    }

    fn span(
        &mut self,
        key: &str,
        text: Option<Spanned<String>>,
        default: SignedDuration,
        range: std::ops::RangeInclusive<SignedDuration>,
    ) -> SignedDuration {
        let Some(text) = text else { return default };
        match text.get_ref().parse::<SignedDuration>() {
            Ok(span) if range.contains(&span) => span,
            Ok(_) => {
                let what = format!(
                    "is {}, expected {:#} to {:#}",
                    text.get_ref(),
                    range.start(),
                    range.end()
                );
                self.problem(text.span().start, key, what);
                default
            }
            Err(_) => {
                let what =
                    format!("{:?} is not a duration, expected one like \"30m\"", text.get_ref());
                self.problem(text.span().start, key, what);
                default
            }
        }
    }
}

/// `+`, then 7 to 15 digits.
pub fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn is_member(id: &str) -> bool {
    id.starts_with(['U', 'W', 'S'])
        && id.len() > 1
        && id.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

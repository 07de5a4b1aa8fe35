//! Checks `[[policies]]`: their names, channels, numbers and spans of time.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use toml::Spanned;
use wildmatch::WildMatch;

use super::{Configured, Escalation, PolicyTable};
use crate::config::file::Check;
use crate::config::file::escalation::{
    MAX_CALLS_PER_HOUR, MAX_LISTED_PEOPLE, MAX_OWN_ALARM_CALLS_PER_HOUR,
};
use crate::config::file::people::{People, PersonTable};
use crate::config::file::schedules::ScheduleTable;
use crate::domain::escalation::Policy;
use crate::domain::schedule::Schedules;
use crate::domain::text::check_say;

/// The shortest and the longest `resolve_after`: a call takes most of a minute, and an incident is kept for 90 days.
const RESOLVE_AFTER_MIN: SignedDuration = SignedDuration::from_mins(1);
const RESOLVE_AFTER_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Check<'_> {
    pub(in crate::config::file) fn escalation(
        &mut self,
        people: BTreeMap<Spanned<String>, PersonTable>,
        schedules: Vec<ScheduleTable>,
        tables: Vec<PolicyTable>,
        channels: &[String],
    ) -> Escalation {
        let people = self.people(people);
        let schedules = self.schedules(schedules, &people);
        let mut policies: Vec<Configured> = Vec::new();
        for table in tables {
            self.short_name(&table.name, "policies.name", "policy");
            let name = table.name.get_ref();
            if policies.iter().any(|other| other.policy.name == *name) {
                let what =
                    format!("there is another policy named {name:?}, expected a name of its own");
                self.problem(table.name.span().start, "policies.name", what);
            }
            policies.push(self.policy(table, &people, &schedules, channels));
        }
        Escalation {
            people: people.into_iter().filter_map(|(name, one)| Some((name, one?))).collect(),
            schedules,
            policies,
            max_calls_per_hour: MAX_CALLS_PER_HOUR,
            max_own_alarm_calls_per_hour: MAX_OWN_ALARM_CALLS_PER_HOUR,
            only_configured_people: false,
        }
    }

    fn policy(
        &mut self,
        table: PolicyTable,
        people: &People,
        schedules: &Schedules,
        channels: &[String],
    ) -> Configured {
        let name = table.name.into_inner();
        let roster = self.roster(table.roster, people, schedules);
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
            roster: Vec::new(),
            empty_shift: None,
            attempts: self.number("policies.attempts", table.attempts, 3, 1..=MAX_LISTED_PEOPLE),
            ring_seconds: self.number("policies.ring_seconds", table.ring_seconds, 25, 5..=600),
            answer_seconds: self.number(
                "policies.answer_seconds",
                table.answer_seconds,
                10,
                1..=60,
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
            call_on_new_alarm: table.call_on_new_alarm.unwrap_or_default(),
            text_on_missed_call: table.text_on_missed_call.unwrap_or_default(),
            retry_exhausted_after: self.span(
                "policies.retry_exhausted_after",
                table.retry_exhausted_after,
                SignedDuration::from_mins(15),
                second..=whole_day,
            ),
            resolve_after: table.resolve_after.map(|text| {
                self.span(
                    "policies.resolve_after",
                    Some(text),
                    RESOLVE_AFTER_MAX,
                    RESOLVE_AFTER_MIN..=RESOLVE_AFTER_MAX,
                )
            }),
            call_with: self.call_with(table.call_with, table.flow_sid),
            voice: table.voice,
            language: table.language,
            say: table.say.map(|say| {
                self.checked("policies.say", &say, check_say);
                say.into_inner()
            }),
            alarms,
            name,
        };
        let globs = policy.alarms.iter().map(|glob| WildMatch::new(glob)).collect();
        Configured { globs, roster, policy }
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
                "incidents of the policy {policy:?} are posted to {channel:?}, which is not a declared channel, expected {expected}"
            );
            self.problem(at, "policies.channel", what);
        }
        channel
    }

    pub(in crate::config::file) fn number(
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

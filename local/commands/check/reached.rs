//! The policy that an alarm reaches, and the people whom it calls.

use serde::Serialize;
use shared::Timestamp;
use shared::config::file::{Config, Escalation, Instead, Roster, UnreadCalendar, glob_matches};
use shared::domain::escalation::Policy;

/// The reach of an alarm, as `--json` prints it.
#[derive(Serialize)]
pub(super) struct Reached {
    alarm: String,
    /// Nothing if it calls nobody.
    policy: Option<String>,
    /// Who is called now, in this order.
    roster: Vec<String>,
    is_ignored: bool,
    silenced_until: Option<Timestamp>,
    /// The same in words.
    text: String,
}

/// Finds what the alarm of this name reaches now.
pub(super) fn reached(config: &Config, name: &str, now: Timestamp) -> Reached {
    let is_ignored = config.ignored.reason(name).is_some();
    let policy = config.escalation.for_alarm(name, now).filter(|_| !is_ignored);
    let silence = policy.as_ref().and_then(|_| config.silences.until(name, now));
    Reached {
        alarm: name.to_owned(),
        roster: policy.as_ref().map(|policy| policy.roster.clone()).unwrap_or_default(),
        policy: policy.map(|policy| policy.name),
        is_ignored,
        silenced_until: silence.map(|silence| silence.until),
        text: self::policy(config, name, now),
    }
}

/// Which policy has the alarm of this name now, and whom it calls; or why it calls nobody.
pub(super) fn policy(config: &Config, name: &str, now: Timestamp) -> String {
    if let Some(reason) = config.ignored.reason(name) {
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        return format!("nobody: it is ignored{reason}");
    }
    let Some(policy) = config.escalation.for_alarm(name, now) else {
        return "nobody: no policy is for it, it becomes a dead letter".to_owned();
    };
    let by = policy.alarms.iter().find(|glob| glob_matches(glob, name));
    let by = by.map(|glob| format!(" by {glob:?}")).unwrap_or_default();
    let roster = roster(&config.escalation, &config.unread, &policy);
    let calls = format!("policy {}{by}: calls {roster}", policy.name);
    match config.silences.until(name, now) {
        None => calls,
        Some(silence) => {
            let reason = silence.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{calls}; silenced until {:.0}{reason}", silence.until)
        }
    }
}

/// The people who are called, with the last four digits of their numbers.
pub(super) fn roster(
    escalation: &Escalation,
    unread: &[UnreadCalendar],
    policy: &Policy,
) -> String {
    let person = |name: &String| {
        let phone = escalation.phone(name).map(|phone| phone.masked());
        format!("{name} ({})", phone.unwrap_or_default())
    };
    let names = policy.roster.iter().map(person).collect::<Vec<_>>().join(", ");
    match escalation.roster(&policy.name) {
        Some(Roster::OnCall { schedule, .. }) => {
            let names = if names.is_empty() { "nobody" } else { &names };
            let unread = unread.iter().find(|unread| unread.schedule == *schedule);
            let (which, now) = match unread.map(|unread| unread.instead) {
                None => ("", "now"),
                Some(Instead::Nothing) => (", whose calendar cannot be read", "without it"),
                Some(Instead::Part | Instead::Former) => {
                    (", whose calendar cannot be read", "by the part that can be read")
                }
            };
            format!("who is on call in {schedule}{which}, and others after that: {now} {names}")
        }
        _ => names,
    }
}

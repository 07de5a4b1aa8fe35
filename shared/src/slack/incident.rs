//! An incident's own message: how it stands, and the buttons that fit. Pure.
//!
//! It is posted once and edited as the incident changes, so nothing in it depends on when it is rendered: a time is
//! shown by each reader's own clock.

mod buttons;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::post::{Post, fits_a_click};
use crate::domain::escalation::{Alarm, Ending, Incident, State};
use crate::domain::text::{
    SlackContext, alarm_name, bold, count, cut_section, escape, local_time, outcome_text, span,
};
use crate::slack::action::Place;

pub use buttons::webhook_buttons;

/// The most alarms that are named, and the most calls; the rest is counted.
const NAMED: usize = 6;
const CALLS: usize = 10;
/// The longest name of an alarm, and the longest reason, in characters.
const NAME: usize = 80;
const REASON: usize = 200;

/// How much is said of the alarms.
#[derive(Clone, Copy)]
struct Detail {
    /// The most alarms that are named.
    alarms: usize,
    /// The longest reason, in characters.
    reason: usize,
}

/// From all that has space to what is left where texts are long once encoded.
const DETAILS: [Detail; 4] = [
    Detail { alarms: NAMED, reason: REASON },
    Detail { alarms: NAMED, reason: 60 },
    Detail { alarms: 3, reason: 20 },
    Detail { alarms: 1, reason: 0 },
];

/// The message of an incident as it stands, within Slack's limits (docs: 50 blocks, 3,000 characters in a section), and
/// so that a click on its buttons is a form that we take.
pub fn message(incident: &Incident, slack: SlackContext<'_>, place: Place) -> Post {
    let mut less = DETAILS[1..].iter();
    let mut post = detailed(incident, slack, place, &DETAILS[0]);
    while !fits_a_click(&post) {
        let Some(detail) = less.next() else { break };
        post = detailed(incident, slack, place, detail);
    }
    post
}

fn detailed(incident: &Incident, slack: SlackContext<'_>, place: Place, detail: &Detail) -> Post {
    let headline = headline(incident, slack);
    let mut blocks = vec![section(&headline)];
    blocks.extend(alarms(incident, detail).map(|text| section(&text)));
    blocks.extend(joined(incident, detail).map(|text| section(&text)));
    blocks.extend(calls(incident).map(|text| context(&text)));
    blocks.push(context(&about(incident, slack)));
    blocks.extend(buttons::of(incident, place));
    let names = names(incident);
    let text = if names.is_empty() { headline } else { format!("{headline}: {names}") };
    Post { text: cut_section(&text), blocks, lines: 0 }
}

/// How it stands, in one line.
fn headline(incident: &Incident, slack: SlackContext<'_>) -> String {
    match incident.state() {
        State::Calling => match incident.under_way() {
            Some(attempt) => format!(
                ":telephone_receiver: *calling* {} (call {} of {})",
                slack.mention(&attempt.person),
                incident.round.calls,
                incident.policy.attempts
            ),
            None => ":hourglass: *everybody is in another call*: waiting".to_owned(),
        },
        State::Taken => match incident.taken_by() {
            Some(owner) => format!(
                ":white_check_mark: {} *has it* since {}{}",
                slack.mention(&owner.person),
                local_time(owner.at),
                took_after(incident).map(|after| format!(", after {after}")).unwrap_or_default()
            ),
            None => ":white_check_mark: somebody *has it*".to_owned(),
        },
        State::Exhausted => {
            let next =
                next_try(incident).map(|at| format!("; the next try is at {}", local_time(at)));
            format!(
                ":rotating_light: *nobody took it* after {}{}",
                count(incident.round.calls as usize, "call"),
                next.unwrap_or_default()
            )
        }
        State::Silenced => {
            let until = incident.silenced_until.map(|at| format!(" until {}", local_time(at)));
            let by = incident.silenced_by().map(|by| format!(" by {}", bold(by)));
            format!(
                ":mute: *silenced*{}{}: nobody is called",
                until.unwrap_or_default(),
                by.unwrap_or_default()
            )
        }
        State::Resolved => format!(":large_green_circle: *over*{}", ending(incident)),
    }
}

/// How long it took, and whose it was.
fn ending(incident: &Incident) -> String {
    let lasted = incident.ended_at.map(|at| at.duration_since(incident.raised_at).as_secs());
    let lasted = lasted.map(|seconds| format!(" after {}", span(seconds))).unwrap_or_default();
    let by = match (&incident.owner, took_after(incident)) {
        (Some(owner), Some(after)) => format!("{} took it after {after}", bold(&owner.person)),
        (Some(owner), None) => format!("{} had it", bold(&owner.person)),
        (None, _) => "nobody had taken it".to_owned(),
    };
    let why = match incident.ending() {
        Some(Ending::ByHand(by)) => format!("; {} resolved it", bold(by)),
        Some(Ending::NothingChanged(seconds)) => {
            format!("; nothing changed for {}", span(seconds))
        }
        _ => String::new(),
    };
    format!("{lasted}; {by}{why}")
}

/// When all are called again, unless it is over before that.
fn next_try(incident: &Incident) -> Option<Timestamp> {
    let over_at = incident.resolves_at();
    incident.next_round_at().filter(|at| over_at.is_none_or(|over_at| *at < over_at))
}

/// How long it took until somebody had it, in words.
fn took_after(incident: &Incident) -> Option<String> {
    incident.took_seconds().map(span)
}

/// The alarms with their reasons: those that go on before those that recovered.
fn alarms(incident: &Incident, detail: &Detail) -> Option<String> {
    let (open, over): (Vec<&Alarm>, Vec<&Alarm>) =
        incident.alarms.iter().partition(|alarm| alarm.recovered_at.is_none());
    let mut lines: Vec<String> = open
        .iter()
        .chain(&over)
        .take(detail.alarms)
        .map(|alarm| alarm_line(alarm, detail))
        .collect();
    let more_open = open.len().saturating_sub(detail.alarms) + incident.more_alarms as usize;
    let more_over = over.len().saturating_sub(detail.alarms.saturating_sub(open.len()));
    if more_open > 0 {
        lines.push(format!("_and {more_open} more in ALARM_"));
    }
    if more_over > 0 {
        lines.push(format!("_and {more_over} more that recovered_"));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What joined since somebody has it, if they do: the names, and how many more.
fn joined(incident: &Incident, detail: &Detail) -> Option<String> {
    let names: Vec<String> =
        incident.joined_alarms().filter(|_| incident.taken_by().is_some()).map(name).collect();
    let more = names.len().saturating_sub(detail.alarms);
    let shown = names[..names.len() - more].join("*, *");
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!names.is_empty()).then(|| format!(":heavy_plus_sign: since it was taken: *{shown}*{more}"))
}

fn alarm_line(alarm: &Alarm, detail: &Detail) -> String {
    let name = name(alarm);
    if let Some(at) = alarm.recovered_at {
        return format!(":white_check_mark: {name}: OK since {}", local_time(at));
    }
    let reason = match one_line(&alarm.reason, detail.reason) {
        empty if empty.is_empty() => empty,
        reason => format!(": {}", escape(&reason)),
    };
    format!(":red_circle: *{name}* since {}{reason}", local_time(alarm.since))
}

/// The alarms' names, as a notification has them.
fn names(incident: &Incident) -> String {
    let mut alarms: Vec<&Alarm> = incident.open_alarms().collect();
    if alarms.is_empty() {
        alarms = incident.alarms.iter().collect();
    }
    let names: Vec<String> = alarms.iter().take(3).map(|alarm| name(alarm)).collect();
    let more = alarms.len() + incident.more_alarms as usize - names.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", names.join(", "))
}

fn name(alarm: &Alarm) -> String {
    escape(alarm_name(&one_line(&alarm.name, NAME)))
}

/// A stranger's text on one line, cut visibly.
fn one_line(text: &str, longest: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The calls so far: the last ones with what became of them.
fn calls(incident: &Incident) -> Option<String> {
    let shown = &incident.attempts[incident.attempts.len().saturating_sub(CALLS)..];
    let first = shown.first()?;
    let earlier = match first.number.saturating_sub(1) {
        0 => String::new(),
        earlier => format!("_{earlier} earlier_ · "),
    };
    let calls: Vec<String> = shown
        .iter()
        .map(|attempt| {
            let became = attempt.outcome.map_or("being called", outcome_text);
            format!("{}: {became}", bold(&attempt.person))
        })
        .collect();
    Some(format!(":telephone_receiver: {earlier}{}", calls.join(" · ")))
}

/// Where to look, whose it is, and when it began.
fn about(incident: &Incident, slack: SlackContext<'_>) -> String {
    let page = slack.base_url.map(|base| {
        let url = format!("{base}/incidents/{}", incident.id).replace('|', "%7C");
        format!("<{}|Its page> · ", escape(&url))
    });
    format!(
        "{}policy {} · began {}",
        page.unwrap_or_default(),
        bold(&incident.policy.name),
        local_time(incident.raised_at)
    )
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": mrkdwn(text)})
}

fn context(text: &str) -> Value {
    json!({"type": "context", "elements": [mrkdwn(text)]})
}

/// `verbatim`: Slack makes no links of its own from a stranger's words.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": cut_section(text), "verbatim": true})
}

#[cfg(test)]
mod tests;

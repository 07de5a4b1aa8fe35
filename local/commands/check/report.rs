//! The text of a check: what goes where, and who is called.

use jiff::SignedDuration;
use shared::Timestamp;
use shared::config::CHANNELS;
use shared::config::Environment;
use shared::config::file::{Config, Escalation, to_parameter, why_unreadable};
use shared::domain::event::Event;
use shared::domain::schedule::time;
use shared::domain::silence::{Silences, Window};
use shared::jobs::{forward, watch};
use shared::storage::messages::Task;
use shared::twilio::event_stream::Malformed;

use super::super::on_call;
use super::findings::names;
use super::{findings, reached};
use crate::settings::{Real, environment};
use crate::simulated::samples;

/// What one SSM parameter holds, in bytes: a standard one, and an advanced one.
const STANDARD: usize = 4 * 1024;
const ADVANCED: usize = 8 * 1024;

/// Prints what a configuration does.
///
/// # Errors
/// A sample of ours is none.
pub(super) fn print(config: &Config, now: Timestamp) -> Result<(), String> {
    let environment = environment();
    sizes(config);
    say!("\nchannels");
    let has_slack = Real::of(&environment, config.routes.channels()).slack;
    for channel in config.routes.channels() {
        say!("  {channel:20} {}", destination(&environment, channel, has_slack));
    }
    say!("\nroutes");
    for route in config.routes.iter() {
        say!("  {:20} {}", route.name, route.events.join(", "));
        if let Some(when) = &route.when {
            say!("  {:20} when {when}", "");
        }
        let fallback =
            route.fallback.as_ref().map(|channel| format!(", else {channel}")).unwrap_or_default();
        say!("  {:20} to {}{fallback}", "", route.to);
    }
    escalation(&config.escalation, now);
    ignored(config);
    schedules(config, now);
    silences(&config.silences, now);
    say!("\nwhat the files of events/event-stream-webhook/ would bring");
    for sample in samples::list() {
        say!("  {}", sample.name);
        let envelope = crate::envelope::Envelope::read(sample.envelope)?;
        bring(config, &shared::twilio::event_stream::parse(envelope.bytes()), now);
    }
    say!("  an Execution of a Flow that is stuck");
    bring(config, &[Ok(watch::stuck::sample(now))], now);
    say!("  a Flow that has gone quiet, and is started again");
    bring(config, &watch::quiet::samples(now).map(Ok), now);
    let give_up_after = SignedDuration::try_from(config.give_up_after).unwrap_or_default();
    say!("\nA line that Slack does not take for {give_up_after:#} becomes a dead letter.");
    Ok(())
}

/// Parameter Store takes the configuration in base64 only: its size there is a third more.
fn sizes(config: &Config) {
    for (name, text) in config.parts.iter().filter(|(_, text)| why_unreadable(text).is_none()) {
        let size = to_parameter(text).len();
        let advice = if size <= STANDARD {
            "a standard one"
        } else if size <= ADVANCED {
            "an advanced one (--tier Advanced), or several under config/"
        } else {
            "too much for one: cut the file, and store the pieces under config/"
        };
        say!("{name}: {} bytes; {size} as an SSM parameter: {advice}", text.len());
    }
}

fn escalation(escalation: &Escalation, now: Timestamp) {
    let mut policies = escalation.policies_at(now).peekable();
    if policies.peek().is_none() {
        say!("\nno policies: an alarm calls nobody, and becomes a dead letter");
        return;
    }
    say!("\npolicies");
    for policy in policies {
        say!("  {:20} alarms {}", policy.name, policy.alarms.join(", "));
        let roster = reached::roster(escalation, &[], &policy);
        say!("  {:20} calls {roster}, {} calls at most", "", policy.attempts);
        say!(
            "  {:20} rings {} s, waits {} s for a key, asks again after {:#}, told in {}",
            "",
            policy.ring_seconds,
            policy.answer_seconds,
            policy.repage_after,
            policy.channel
        );
    }
}

/// Prints who is on call when, and warns of what is perhaps not meant: that is no error.
fn schedules(config: &Config, now: Timestamp) {
    let schedules = &config.escalation.schedules;
    if schedules.iter().next().is_none() {
        return;
    }
    say!("\nschedules");
    for schedule in schedules.iter() {
        let until = on_call::later(now, on_call::four_weeks(), &schedule.zone);
        on_call::print(schedule, now, until, "  ");
        for gap in findings::gaps(schedule, now) {
            say!("  {}", gap.plain());
        }
    }
}

fn ignored(config: &Config) {
    for (place, rule) in config.ignored.iter().enumerate() {
        if place == 0 {
            say!("\nignored");
        }
        let reason = rule.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        say!("  {}{reason}", rule.alarms.join(", "));
    }
}

/// Prints what is silenced now, and what will be next. A window that is over is no error.
fn silences(silences: &Silences, now: Timestamp) {
    if silences.iter().next().is_none() {
        return;
    }
    say!("\nsilences");
    let in_force = silences.in_force(now);
    if in_force.is_empty() {
        say!("  now:  none is in force");
    }
    for (window, (_, until)) in in_force {
        say!("  now:  {} until {}{}", names(window), time(until, &window.zone), because(window));
    }
    if let Some((window, (from, until))) = silences.next(now) {
        let (from, until) = (time(from, &window.zone), time(until, &window.zone));
        say!("  next: {} from {from} until {until}{}", names(window), because(window));
    }
    for over in findings::over(silences, now) {
        say!("  {}", over.plain());
    }
}

fn because(window: &Window) -> String {
    window.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
}

fn destination(environment: &Environment, channel: &str, has_slack: bool) -> String {
    let variable = match channel {
        "default" => "SLACK_WEBHOOK".to_owned(),
        channel => format!("SLACK_WEBHOOK_{}", channel.replace('-', "_").to_uppercase()),
    };
    match environment.value(&format!("{CHANNELS}{channel}")) {
        Some(url) if url.starts_with("http") => format!("incoming webhook of {variable}"),
        Some(_) if environment.value("slack/bot-token").is_some() => {
            format!("chat.postMessage, to the channel id of {variable}")
        }
        Some(_) => format!("{variable} is a channel id, and SLACK_BOT_TOKEN is missing"),
        None if has_slack => format!("nowhere: {variable} is not set"),
        None => format!("the sandbox's Slack ({variable} is not set)"),
    }
}

fn bring(config: &Config, events: &[Result<Event, Malformed>], now: Timestamp) {
    let tasks = forward::intake::tasks(&config.routes, events, now).tasks;
    if tasks.is_empty() {
        say!("    nothing");
    }
    for task in tasks {
        match task {
            Task::Lines(lines) => {
                for line in lines.lines {
                    say!("    {}: {}", lines.channel, line.text);
                }
            }
            Task::Malformed { reason, .. } => say!("    a dead letter: {reason}"),
            // No event of Twilio's is a click.
            Task::Reply { .. } => {}
        }
    }
}

//! `ringdown check`: is the configuration right, and what would it forward where?

use clap::Args;
use jiff::tz::TimeZone;
use shared::config::file::{
    Config, Escalation, Instead, Roster, UnreadCalendar, glob_matches, to_parameter, why_unreadable,
};
use shared::domain::escalation::Policy;
use shared::domain::event::Event;
use shared::domain::schedule::{Because, time};
use shared::domain::silence::{Silences, Window};
use shared::jobs::{forward, watch};
use shared::storage::messages::Task;
use shared::twilio::event_stream::Malformed;
use shared::{Timestamp, domain::text::mask_numbers};
use shared::{
    config::{CHANNELS, ConfigStatus, Environment},
    http::base_url,
};

use super::arguments::{DataFolder, NamedConfig};
use super::on_call::{MAX_LISTED, line};
use super::{on_call, read_leniently};
use crate::clock::now;
use crate::settings::{Real, Source, environment};
use crate::simulated::samples;

/// What was typed behind `check`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct CheckOptions {
    /// Which.
    #[command(flatten)]
    pub config: NamedConfig,
    /// The data folder of a server that uses it.
    #[command(flatten)]
    pub folder: DataFolder,
    /// Print only which policy has each of these alarms now
    #[arg(long = "alarm", value_name = "NAME", num_args = 1.., value_parser = alarm_name)]
    pub alarms: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  ringdown check ringdown.toml
  ringdown check --alarm checkout-5xx-rate orders-queue-age";

/// Reads the name of an alarm.
fn alarm_name(name: &str) -> Result<String, String> {
    match name.trim().is_empty() {
        true => Err("expected the name of an alarm, and got an empty one".to_owned()),
        false => Ok(name.to_owned()),
    }
}

/// What one SSM parameter holds, in bytes: a standard one, and an advanced one.
const STANDARD: usize = 4 * 1024;
const ADVANCED: usize = 8 * 1024;

/// A deployment that uses a configuration: its name, and how that stands there.
pub struct Deployment {
    /// What to call it, as `the data folder .ringdown`.
    pub name: String,
    /// How its configuration stands.
    pub standing: ConfigStatus,
    /// Whether it is a data folder that keeps a configuration other than the demo.
    pub keeps_own: bool,
}

/// Checks a configuration and prints what it does; of `alarms`, if any are named, only which policy has each. Says too
/// what the deployment that is known here uses instead, if anything.
///
/// # Errors
/// Says all that is wrong with it.
pub fn run(options: &CheckOptions, deployment: Option<&Deployment>) -> Result<(), String> {
    let keeps_own = deployment.is_some_and(|deployment| deployment.keeps_own);
    let source = &Source::of_server(options.config.path(), keeps_own);
    let alarms = &options.alarms;
    let config = match alarms.is_empty() {
        true => source
            .parts()
            .map_err(|error| error.to_string())
            .and_then(|parts| Config::parse(parts).map_err(|problems| problems.to_string())),
        // The question is not whether all of it is right.
        false => read_leniently(source),
    };
    let named = |problems: String| match source.is_blank() {
        true => format!("{} is empty\n{problems}", source.name()),
        false => problems,
    };
    let config = config.map_err(named).map_err(|problems| match deployment.and_then(stays) {
        Some(stays) => format!("{problems}\n{stays}"),
        None => problems,
    })?;
    if let Some(warning) = source.warning() {
        eprintln!("{warning}");
    }
    let environment = environment();
    if let Some(url) = environment.value("public-base-url") {
        base_url::check(url).map_err(|error| error.to_string())?;
    }
    warnings(&config, now());
    say!("{}: {}", source.name(), verdict(source, &config, now()));
    if let Some(warning) = deployment.and_then(still) {
        say!("{warning}");
    }
    if !alarms.is_empty() {
        for name in alarms {
            // Names are trimmed where alarms come in, too.
            let name = name.trim();
            say!("  {name:20} {}", reaches(&config, name, now()));
        }
        return Ok(());
    }
    sizes(&config);
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
    escalation(&config.escalation, now());
    ignored(&config);
    schedules(&config, now());
    silences(&config.silences, now());
    say!("\nwhat the files of events/event-stream-webhook/ would bring");
    for sample in samples::list() {
        say!("  {}", sample.name);
        let envelope = crate::envelope::Envelope::read(sample.envelope)?;
        bring(&config, &shared::twilio::event_stream::parse(envelope.bytes()));
    }
    say!("  an Execution of a Flow that is stuck");
    bring(&config, &[Ok(watch::stuck::sample(now()))]);
    say!("  a Flow that has gone quiet, and is started again");
    bring(&config, &watch::quiet::samples(now()).map(Ok));
    say!("\nA line that Slack does not take for {:?} becomes a dead letter.", config.give_up_after);
    Ok(())
}

/// What is used while this configuration is wrong.
fn stays(deployment: &Deployment) -> Option<String> {
    let Deployment { name, standing, .. } = deployment;
    let since = time(standing.good_since?, &TimeZone::UTC);
    Some(format!(
        "Until this is right, the server with {name} goes on with the last good configuration, of {since}, and with \
         the last good reading of a calendar."
    ))
}

/// That a configuration which is right by now is not in use yet.
fn still(deployment: &Deployment) -> Option<String> {
    let Deployment { name, standing, .. } = deployment;
    let rejected = standing.rejected.as_ref()?;
    Some(format!(
        "warning: for the server with {name}, since {}: {}. {}\n\
         A server that runs reads its configuration again within five minutes.",
        rejected.since_in_words(),
        rejected.headline(),
        rejected.reason()
    ))
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
        let roster = roster(escalation, &[], &policy);
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

/// Who is called, with the last four digits of their numbers.
fn roster(escalation: &Escalation, unread: &[UnreadCalendar], policy: &Policy) -> String {
    let person = |name: &String| {
        let phone = escalation.people.get(name).map(|person| mask_numbers(&person.phone));
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
        for gap in schedule.gaps(now, until) {
            let meant = match gap.because {
                Because::Override => "an override says so",
                _ => "nothing says who is",
            };
            let (from, until) = on_call::span(&gap, &schedule.zone);
            let name = &schedule.name;
            say!("  warning: nobody is on call in {name} from {from} to {until}: {meant}");
        }
    }
}

/// Prints what is wrong with the events of calendars, and what is not wrong, and yet perhaps not meant. It comes first,
/// since it is what somebody has to look at.
fn warnings(config: &Config, now: Timestamp) {
    let lost = config.lost_shifts(now);
    for lost in lost.iter().take(MAX_LISTED) {
        let schedule = &lost.schedule;
        say!("  PROBLEM: {schedule} loses a shift: {}", line(&lost.problem));
    }
    if lost.len() > MAX_LISTED {
        say!("  PROBLEM: and {} more lost shifts", lost.len() - MAX_LISTED);
    }
    let foreign = config.foreign_events(now);
    for event in foreign.iter().take(MAX_LISTED) {
        say!("  warning: {}", line(&event.problem));
    }
    if foreign.len() > MAX_LISTED {
        say!("  and {} more events that put nobody on call", foreign.len() - MAX_LISTED);
    }
    for warning in &config.warnings {
        say!("  warning: {}", line(warning));
    }
}

fn verdict(source: &Source, config: &Config, now: Timestamp) -> String {
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    let warnings = config.warnings.len()
        + config.foreign_events(now).len()
        + usize::from(source.warning().is_some());
    let found =
        [counted(config.lost_shifts(now).len(), "lost shift"), counted(warnings, "warning")];
    let unread = counted(config.unread.len(), "calendar");
    if let Some(unread) = unread {
        return format!("wrong: {unread} cannot be read");
    }
    match &found.into_iter().flatten().collect::<Vec<_>>()[..] {
        [] => "fine".to_owned(),
        found => format!("valid, with {}", found.join(" and ")),
    }
}

/// Which policy has the alarm of this name now, and whom it calls; or why it calls nobody.
fn reaches(config: &Config, name: &str, now: Timestamp) -> String {
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
    for window in silences.over(now) {
        let (place, names) = (&window.place, names(window));
        say!("  warning: {place}: silences: the one of {names} is over: it can be taken out");
    }
}

fn names(window: &Window) -> String {
    window.alarms.join(", ")
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

fn bring(config: &Config, events: &[Result<Event, Malformed>]) {
    let tasks = forward::intake::tasks(&config.routes, events, now()).tasks;
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

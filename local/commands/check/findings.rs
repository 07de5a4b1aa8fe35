//! The findings of a check: what is wrong with calendars, and what is perhaps not meant.

use serde::Serialize;
use shared::Timestamp;
use shared::config::file::{CalendarProblem, Config, Problem};
use shared::domain::schedule::{Because, Schedule};
use shared::domain::silence::{Silences, Window};
use shared::domain::text::count;

use super::super::on_call::{self, MAX_LISTED, line};
use crate::settings::Source;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Severity {
    /// It is wrong.
    Problem,
    /// It is perhaps not meant.
    Warning,
    /// It is meant, and worth knowing.
    Note,
}

impl Severity {
    /// The word in front of a finding.
    fn name(self) -> &'static str {
        match self {
            Severity::Problem => "PROBLEM",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    severity: Severity,
    /// The file, the line in it from 1 and the key, if it has a place.
    file: Option<String>,
    line: Option<usize>,
    key: Option<String>,
    text: String,
}

impl Finding {
    pub(super) fn of(severity: Severity, text: &str) -> Finding {
        Finding { severity, file: None, line: None, key: None, text: text.to_owned() }
    }

    pub(super) fn at(severity: Severity, place: &Problem, text: &str) -> Finding {
        let Problem { file, line, key, .. } = place;
        let (file, line, key) = (Some(file.clone()), Some(*line), Some(key.clone()));
        Finding { severity, file, line, key, text: text.to_owned() }
    }

    /// Whether it makes a strict check fail.
    pub(super) fn counts(&self) -> bool {
        self.severity != Severity::Note
    }

    /// The finding as a line.
    pub(super) fn plain(&self) -> String {
        format!("{}: {}", self.severity.name(), self.text)
    }
}

/// All that is found in a configuration that can be used.
pub(super) fn all(source: &Source, config: &Config, now: Timestamp) -> Vec<Finding> {
    let at = |severity, problem: &Problem| Finding::at(severity, problem, &problem.what);
    let unread = config.unread.iter().map(|unread| at(Severity::Problem, &unread.problem));
    let lost = config.lost_shifts(now).into_iter().map(|lost| {
        let text = format!("{} loses a shift: {}", lost.schedule, lost.problem.what);
        Finding::at(Severity::Problem, &lost.problem, &text)
    });
    let foreign = config.foreign_events(now).into_iter();
    let foreign = foreign.map(|event| at(severity(event), &event.problem));
    let warnings = config.warnings.iter().map(|warning| at(Severity::Warning, warning));
    let blank = source
        .warning()
        .map(|text| Finding::of(Severity::Warning, text.strip_prefix("warning: ").unwrap_or(text)));
    let schedules = config.escalation.schedules.iter();
    unread
        .chain(lost)
        .chain(foreign)
        .chain(warnings)
        .chain(blank)
        .chain(schedules.flat_map(|schedule| gaps(schedule, now)))
        .chain(over(&config.silences, now))
        .collect()
}

/// How bad an event is that puts nobody on call: where a word says that somebody is away, that is what it is for.
fn severity(event: &CalendarProblem) -> Severity {
    if event.is_absence { Severity::Note } else { Severity::Warning }
}

/// The gaps of a schedule within the next weeks. One that an override makes is meant.
pub(super) fn gaps(schedule: &Schedule, now: Timestamp) -> Vec<Finding> {
    let until = on_call::later(now, on_call::four_weeks(), &schedule.zone);
    let gaps = schedule.gaps(now, until).into_iter().map(|gap| {
        let (severity, meant) = match gap.because {
            Because::Override => (Severity::Note, "an override says so"),
            _ => (Severity::Warning, "nothing says who is"),
        };
        let (from, until) = on_call::span(&gap, &schedule.zone);
        let name = &schedule.name;
        let text = format!("nobody is on call in {name} from {from} to {until}: {meant}");
        Finding::of(severity, &text)
    });
    gaps.collect()
}

/// The silences that are over. That is no error.
pub(super) fn over(silences: &Silences, now: Timestamp) -> Vec<Finding> {
    let over = silences.over(now).map(|window| {
        let (place, names) = (&window.place, names(window));
        let text = format!("{place}: silences: the one of {names} is over: it can be taken out");
        Finding::of(Severity::Warning, &text)
    });
    over.collect()
}

/// The alarms of a silence.
pub(super) fn names(window: &Window) -> String {
    window.alarms.join(", ")
}

/// Prints what is wrong with the events of calendars, and what is not wrong, and yet perhaps not meant. It comes first,
/// since it is what somebody has to look at.
pub(super) fn print(config: &Config, now: Timestamp) {
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
        let severity = severity(event).name();
        say!("  {severity}: {}", line(&event.problem));
    }
    if foreign.len() > MAX_LISTED {
        say!("  and {} more events that put nobody on call", foreign.len() - MAX_LISTED);
    }
    for warning in &config.warnings {
        say!("  warning: {}", line(warning));
    }
}

/// The verdict in words, with how many findings there are.
pub(super) fn verdict(config: &Config, findings: &[Finding]) -> String {
    if !config.unread.is_empty() {
        return format!("wrong: {} cannot be read", count(config.unread.len(), "calendar"));
    }
    let number = |severity| findings.iter().filter(|one| one.severity == severity).count();
    let found = [(number(Severity::Problem), "lost shift"), (number(Severity::Warning), "warning")];
    let found = found.into_iter().filter(|(number, _)| *number > 0);
    match &found.map(|(number, what)| count(number, what)).collect::<Vec<_>>()[..] {
        [] => "fine".to_owned(),
        found => format!("valid, with {}", found.join(" and ")),
    }
}

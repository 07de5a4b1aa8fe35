//! `ringdown.toml`: read, checked, compiled. An error names the file, the line, the key and what was expected.

mod alarms;
mod calendar_problems;
mod calendars;
mod escalation;
mod globs;
mod header;
mod ignored;
mod parts;
mod people;
mod policies;
mod problems;
mod roster;
mod routes;
mod schedules;
mod silences;
mod studio;
mod syntax;
mod template_lines;
mod times;
mod unclosed;
mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use alarms::AlarmsTable;
pub use calendar_problems::CalendarProblem;
use calendars::{Calendars, Former};
pub use calendars::{Instead, UnreadCalendar};
use escalation::EscalationTable;
use ignored::IgnoreTable;
pub use ignored::{IgnoreRule, Ignored};
pub use parts::{
    calendar_part, calendars_named, is_calendar, to_parameter, unreadable, why_unreadable,
};
use people::PersonTable;
use policies::PolicyTable;
pub use policies::{Escalation, glob_matches};
use problems::Source;
pub use problems::{Problem, Problems};
pub use roster::Roster;
use routes::RouteTable;
use schedules::ScheduleTable;
use silences::SilenceTable;
pub use studio::StudioSettings;
use studio::StudioTable;

use crate::domain::routes::{Route, Routes};
use crate::domain::schedule::NOT_ON_CALL;
use crate::domain::silence::Silences;
use crate::domain::sns::Topic;

/// A configuration that passed its check.
pub struct Config {
    /// Its parts: `(name, text)`, in order, decoded; a calendar that could not be read as it was before.
    pub parts: Vec<(String, String)>,
    /// Which event goes where.
    pub routes: Routes,
    /// How old a line may get before it becomes a dead letter instead of being tried again.
    pub give_up_after: Duration,
    /// The people, the policies and the schedules: who is called for which alarms, and who is on call when.
    pub escalation: Escalation,
    /// When nobody is called for which alarms.
    pub silences: Silences,
    /// Alarms that are not for a phone.
    pub ignored: Ignored,
    /// The topics of SNS whose messages are taken over HTTPS, without the bearer token.
    pub sns_topics: Vec<Topic>,
    /// The settings of Studio: what the pages show of executions, and the zone of a Flow's hours.
    pub studio: StudioSettings,
    /// Things that are not wrong, and yet perhaps not meant: globs that match nothing or come too late.
    pub warnings: Vec<Problem>,
    /// The calendars that could not be read, if it was read with [`Config::parse_beside`].
    pub unread: Vec<UnreadCalendar>,
    /// Events of calendars that cannot be read, or put nobody on call. See [`Config::lost_shifts`].
    pub calendar_problems: Vec<CalendarProblem>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("give_up_after", &self.give_up_after).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    channels: BTreeMap<Spanned<String>, ChannelTable>,
    #[serde(default)]
    routes: Vec<RouteTable>,
    #[serde(default)]
    forward: ForwardTable,
    #[serde(default)]
    escalation: EscalationTable,
    #[serde(default)]
    people: BTreeMap<Spanned<String>, PersonTable>,
    #[serde(default)]
    schedules: Vec<ScheduleTable>,
    #[serde(default)]
    policies: Vec<PolicyTable>,
    #[serde(default)]
    silences: Vec<SilenceTable>,
    #[serde(default)]
    ignore: Vec<IgnoreTable>,
    #[serde(default)]
    alarms: AlarmsTable,
    #[serde(default)]
    studio: StudioTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelTable {}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ForwardTable {
    give_up_after: Option<Spanned<String>>,
}

const FOUR_HOURS: Duration = Duration::from_secs(4 * 60 * 60);

impl Config {
    /// Reads a configuration from its pieces, which are joined in order; those that are calendars ([`is_calendar`]) are
    /// read where a schedule names them. A piece may be in base64 ([`to_parameter`]).
    pub fn parse(parts: Vec<(String, String)>) -> Result<Config, Problems> {
        Config::read(parts, None)
    }

    /// Reads a configuration as [`Config::parse`] does, but a calendar that cannot be read costs its own schedule only:
    /// the schedule goes on with the calendar that it has in `former`, the pieces of the last good configuration; without
    /// one with the part that can be read, if there is any. [`Config::unread`] names those calendars.
    pub fn parse_beside(
        parts: Vec<(String, String)>,
        former: &[(String, String)],
    ) -> Result<Config, Problems> {
        Config::read(parts, Some(Former::new(former)))
    }

    fn read(parts: Vec<(String, String)>, former: Option<Former<'_>>) -> Result<Config, Problems> {
        let (toml, calendars) = Calendars::apart(parts, former)?;
        let source = Source::new(&toml);
        if toml.is_empty() {
            return Err(Problems(vec![Problem {
                file: "config/".to_owned(),
                line: 1,
                key: String::new(),
                what: "there is no configuration: store ringdown.toml as the parameter config/main"
                    .to_owned(),
            }]));
        }
        let mut file: File = toml::from_str(&source.text).map_err(|error| source.syntax(&error))?;
        let (problems, warnings) = (Vec::new(), Vec::new());
        let mut check = Check {
            source: &source,
            calendars,
            problems,
            warnings,
            calendar_names: Vec::new(),
            not_on_call: Vec::new(),
            calendar_problems: Vec::new(),
        };
        check.doubtful_globs(&file);
        let silences = check.silences(std::mem::take(&mut file.silences));
        let ignored = check.ignored(std::mem::take(&mut file.ignore));
        let sns_topics = check.sns_topics(std::mem::take(&mut file.alarms));
        let studio = check.studio(std::mem::take(&mut file.studio));
        let config = check.config(file);
        let Check { calendars, problems, warnings, calendar_problems, .. } = check;
        match config {
            Some((routes, give_up_after, escalation)) if problems.is_empty() => {
                let (parts, unread) = calendars.finish(toml);
                Ok(Config {
                    parts,
                    routes,
                    give_up_after,
                    escalation,
                    silences,
                    ignored,
                    sns_topics,
                    studio,
                    warnings,
                    unread,
                    calendar_problems,
                })
            }
            _ => Err(Problems(problems)),
        }
    }
}

struct Check<'a> {
    source: &'a Source,
    calendars: Calendars<'a>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    /// People, each with what calendars call them.
    calendar_names: Vec<(String, Vec<String>)>,
    /// The words that mean that an event of a calendar is no shift.
    not_on_call: Vec<String>,
    calendar_problems: Vec<CalendarProblem>,
}

/// Whether a configuration has nothing but white space and comments.
pub fn is_blank(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.into_iter().all(|line| line.is_empty() || line.starts_with('#'))
}

impl Check<'_> {
    fn problem(&mut self, at: usize, key: &str, what: impl Into<String>) {
        self.problems.push(self.source.problem(at, key, what.into()));
    }

    fn config(&mut self, file: File) -> Option<(Routes, Duration, Escalation)> {
        let mut channels: Vec<Spanned<String>> = file.channels.into_keys().collect();
        channels.sort_by_key(|channel| channel.span().start);
        for (index, channel) in channels.iter().enumerate() {
            self.short_name(channel, "channels", "channel");
            let variable = |name: &Spanned<String>| name.get_ref().replace('-', "_");
            if let Some(other) =
                channels[..index].iter().find(|other| variable(other) == variable(channel))
            {
                let what = format!(
                    "{:?} and {:?} would share one variable of the environment, expected another name",
                    other.get_ref(),
                    channel.get_ref()
                );
                self.problem(channel.span().start, "channels", what);
            }
        }
        let channels: Vec<String> = channels.into_iter().map(Spanned::into_inner).collect();
        let mut routes: Vec<Route> = Vec::new();
        for table in file.routes {
            if routes.iter().any(|route| route.name == *table.name.get_ref()) {
                let name = table.name.get_ref();
                self.problem(
                    table.name.span().start,
                    "routes.name",
                    format!("there is another route named {name:?}, expected a name of its own"),
                );
            }
            routes.push(self.route(table, &channels));
        }
        if is_blank(&self.source.text) {
            self.problem(0, "", "is empty, expected a table like [channels.default] at least");
        } else if channels.is_empty() {
            self.problem(0, "channels", "there is none, expected a table like [channels.default]");
        }
        let give_up_after =
            self.duration("forward.give_up_after", file.forward.give_up_after, FOUR_HOURS);
        let usual = NOT_ON_CALL.map(str::to_owned);
        self.not_on_call = self.not_on_call(
            "escalation.not_on_call",
            file.escalation.not_on_call.as_ref(),
            &usual,
        );
        let limits = self.limits(file.escalation);
        let mut escalation = self.escalation(file.people, file.schedules, file.policies, &channels);
        escalation.limit(&limits);
        if !self.problems.is_empty() {
            // A text that is too long for its check is too long to be compiled.
            return None;
        }
        Some((Routes::new(routes, channels), give_up_after, escalation))
    }

    fn short_name(&mut self, name: &Spanned<String>, key: &str, what: &str) {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let text = name.get_ref();
        if text.is_empty() || text.len() > 80 || !text.chars().all(fine) {
            let what = format!(
                "{what} {text:?}: expected lower-case letters, digits, - and _ (80 at most)"
            );
            self.problem(name.span().start, key, what);
        }
    }
}

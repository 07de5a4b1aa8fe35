//! `ringdown oncall`: who is on call, until when, and who is next? [`overrides`]: somebody takes over.

pub mod overrides;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, ToSpan};
use serde::Serialize;
use shared::Timestamp;
use shared::config::file::{Config, Instead, Problem};
use shared::domain::schedule::{Because, Moment, Schedule, Shift, StoredOverrides, time};

use super::arguments::{ConfigFile, DataFolder};
use super::read_leniently;
use crate::clock::now;
use crate::output::json;
use crate::settings::Source;

pub use overrides::OnCallCommand;

/// What was typed behind `oncall`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct OnCallOptions {
    /// Look from this time on instead of now
    ///
    /// Like 2026-12-24T20:00, which is each schedule's local time, or with an offset or a Z.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// How far to look ahead, like 10d; a year at most [default: 4w]
    #[arg(long = "for", value_name = "TIME")]
    pub lasting: Option<String>,
    /// Print the answer as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// The data folder, which knows who has taken over.
    #[command(flatten)]
    pub folder: DataFolder,
    /// What to do instead of printing who is on call.
    #[command(subcommand)]
    pub command: Option<OnCallCommand>,
}

const EXAMPLES: &str = "\
Examples:
  ringdown oncall
  ringdown oncall --json
  ringdown oncall --at 2026-12-24T20:00 --for 4w --config ringdown.toml
  ringdown oncall override primary bravo --until 2026-12-24T22:00";

/// The longest look ahead.
const MAX_SPAN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// How far we look ahead, unless told otherwise.
pub fn four_weeks() -> Span {
    4.weeks()
}

/// Prints who is on call in each schedule, with these overrides over what the configuration says.
///
/// # Errors
/// Says what is wrong with the time, or with the configuration.
pub fn run(options: &OnCallOptions, overrides: &StoredOverrides) -> Result<(), String> {
    let source = &Source::find(options.config.path());
    let at = options.at.as_deref().map_or(Ok(Moment::Instant(now())), moment)?;
    let lasting = options.lasting.as_deref().map_or(Ok(four_weeks()), look_ahead)?;
    let config = read_leniently(source)?;
    if let Some(warning) = source.warning() {
        say_error!("{warning}");
    }
    let escalation = config.escalation.with_overrides(overrides);
    let schedules = &escalation.schedules;
    if options.json {
        let listed = |schedule: &Schedule| {
            let at = at.in_zone(&schedule.zone);
            Listed::of(schedule, at, later(at, lasting, &schedule.zone), &config)
        };
        say!("{}", json(&schedules.iter().map(listed).collect::<Vec<_>>()));
        return Ok(());
    }
    if schedules.iter().next().is_none() {
        say!("no schedules: {} has no [[schedules]]", source.name());
    }
    for (index, schedule) in schedules.iter().enumerate() {
        if index > 0 {
            say!();
        }
        let at = at.in_zone(&schedule.zone);
        print(schedule, at, later(at, lasting, &schedule.zone), "");
        if let Some(unread) = config.unread.iter().find(|unread| unread.schedule == schedule.name) {
            let known = match unread.instead {
                Instead::Nothing => "its overrides are",
                Instead::Part | Instead::Former => "the part that can be read is",
            };
            say!("  PROBLEM: its calendar cannot be read: only {known} known here");
        }
        let mut lost = config.lost_shifts(at);
        lost.retain(|lost| lost.schedule == schedule.name);
        for lost in lost.iter().take(MAX_LISTED) {
            say!("  PROBLEM: a shift is lost: {}", line(&lost.problem));
        }
        if lost.len() > MAX_LISTED {
            say!("  PROBLEM: and {} more shifts are lost", lost.len() - MAX_LISTED);
        }
    }
    Ok(())
}

/// A schedule, as `--json` prints it.
#[derive(Serialize)]
struct Listed {
    schedule: String,
    time_zone: String,
    shifts: Vec<ListedShift>,
    /// The problems of its calendar.
    problems: Vec<String>,
}

/// A shift of it.
#[derive(Serialize)]
struct ListedShift {
    /// Nothing if it always was so.
    from: Option<Timestamp>,
    /// Nothing if it stays so.
    until: Option<Timestamp>,
    people: Vec<String>,
    because: Because,
}

impl Listed {
    fn of(schedule: &Schedule, at: Timestamp, until: Timestamp, config: &Config) -> Listed {
        let shift = |shift: Shift| ListedShift {
            from: Some(shift.from).filter(|from| *from != Timestamp::MIN),
            until: Some(shift.until).filter(|until| *until != Timestamp::MAX),
            people: shift.people,
            because: shift.because,
        };
        let unread = config.unread.iter().filter(|unread| unread.schedule == schedule.name);
        let unread = unread.map(|unread| line(&unread.problem));
        let mut lost = config.lost_shifts(at);
        lost.retain(|lost| lost.schedule == schedule.name);
        Listed {
            schedule: schedule.name.clone(),
            time_zone: schedule.zone.iana_name().unwrap_or("UTC").to_owned(),
            shifts: schedule.shifts(at, until).into_iter().map(shift).collect(),
            problems: unread.chain(lost.iter().map(|lost| line(&lost.problem))).collect(),
        }
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    let expected = "expected one like 2026-12-24T20:00 or 2026-12-24T19:00Z";
    Moment::parse(text).ok_or_else(|| format!("--at: {text:?} is no time, {expected}"))
}

fn look_ahead(text: &str) -> Result<Span, String> {
    let length = |span: &Span| {
        let begin = Timestamp::UNIX_EPOCH;
        let end = begin.to_zoned(TimeZone::UTC).checked_add(*span).ok()?.timestamp();
        Some(end.duration_since(begin))
    };
    let fits =
        |span: &Span| length(span).is_some_and(|length| length.is_positive() && length <= MAX_SPAN);
    let expected = "expected one like 4w or 10d, a year at most";
    let span = text.parse::<Span>().ok().filter(fits);
    span.ok_or_else(|| format!("--for: {text:?} is no length of time, {expected}"))
}

/// So long after this time, by the calendar of this zone: a day may have 23 hours.
pub fn later(at: Timestamp, span: Span, zone: &TimeZone) -> Timestamp {
    let later = at.to_zoned(zone.clone()).checked_add(span);
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}

/// From when until when a shift is, in words.
pub fn span(shift: &Shift, zone: &TimeZone) -> (String, String) {
    let is_open = (shift.from == Timestamp::MIN, shift.until == Timestamp::MAX);
    let from = if is_open.0 { "always".to_owned() } else { time(shift.from, zone) };
    let until = if is_open.1 { "for good".to_owned() } else { time(shift.until, zone) };
    (from, until)
}

/// Prints who is on call in a schedule, and the shifts until then. A gap shouts.
pub fn print(schedule: &Schedule, at: Timestamp, until: Timestamp, indent: &str) {
    let zone = &schedule.zone;
    let shifts = schedule.shifts(at, until);
    let rows: Vec<(String, String, &Shift)> = shifts
        .iter()
        .map(|shift| {
            let (from, until) = span(shift, zone);
            (from, until, shift)
        })
        .collect();
    let Some((_, ends, first)) = rows.first() else { return };
    let name = zone.iana_name().unwrap_or("UTC");
    say!("{indent}{} ({name}): {}, until {ends}", schedule.name, who(first));
    let froms = rows.iter().map(|(from, ..)| from.chars().count()).max().unwrap_or(0);
    let untils = rows.iter().map(|(_, until, _)| until.chars().count()).max().unwrap_or(0);
    for (from, until, shift) in &rows {
        let mark = match shift.because {
            Because::Override => "  (override)",
            Because::TakenOver => "  (taken over)",
            _ => "",
        };
        say!("{indent}  {from:froms$}  {until:untils$}  {}{mark}", who(shift));
    }
}

fn who(shift: &Shift) -> String {
    match shift.people[..] {
        [] => "NOBODY".to_owned(),
        _ => shift.people.join(", "),
    }
}

/// The most lost shifts, and events that put nobody on call, that are listed.
pub(super) const MAX_LISTED: usize = 20;

/// A problem, with its place.
pub(super) fn line(problem: &Problem) -> String {
    let Problem { file, line, key, what } = problem;
    format!("{file}:{line}: {key}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_to_look_ahead() {
        for (text, fits) in [
            ("4w", true),
            ("10d", true),
            ("36h", true),
            ("1y", true),
            ("2y", false),
            ("0d", false),
            ("-1w", false),
            ("soon", false),
            ("9999999w", false),
            ("", false),
        ] {
            assert_eq!(look_ahead(text).is_ok(), fits, "{text}");
        }
    }
}

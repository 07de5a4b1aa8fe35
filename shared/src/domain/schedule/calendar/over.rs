//! When a VEVENT is over that cannot be read: how long a complaint about it matters.
//!
//! As far as its digits tell. What may go on for ever is never over; a length that cannot be read is [`PLAUSIBLE`].

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::components::Component;
use super::event::values;
use super::lines::Line;
use super::stamp::length;

/// How long a shift may plausibly be whose length cannot be read, and how far one of a series is moved.
const PLAUSIBLE: SignedDuration = SignedDuration::from_hours(35 * 24);
/// A date is over everywhere on earth.
const MARGIN: SignedDuration = SignedDuration::from_hours(48);
/// No rule goes on beyond so many days.
const MAX_DAYS: i64 = 400_000;

impl Component<'_> {
    /// Whether it stands for one of a series and for all that follow, in whatever way.
    pub(super) fn has_range(&self) -> bool {
        self.line("RECURRENCE-ID").is_some_and(|line| line.parameter("RANGE").is_some())
    }

    /// A time after which it is over, as far as its digits tell; `None` if it may go on. Of one that changes a series
    /// from some instance on, the time after which that instance is over.
    pub(super) fn over(&self) -> Option<Timestamp> {
        let first = self.line("DTSTART").and_then(|line| date(line.value()));
        let place = self.line("RECURRENCE-ID").and_then(|line| date(line.value()));
        let ends = self.line("DTEND").filter(|line| self.is_behind_start(line));
        let length = self.plausible_length(ends.is_some());
        let ends = ends.and_then(|line| date(line.value()));
        // Without a begin that can be read it is near its end, or near the instance that it stands for.
        let about = || [ends, place].into_iter().flatten().max()?.checked_add(PLAUSIBLE).ok();
        let mut last =
            first.or_else(about)?.checked_add(length).ok()?.max(ends.unwrap_or_default());
        last = last.max(place.unwrap_or_default().checked_add(length).ok()?);
        // One that stands for another does not repeat, whatever rule it carries.
        if place.is_none() {
            for line in self.all("RRULE") {
                last = last.max(rule_ends(line, first)?.checked_add(length).ok()?);
            }
        }
        for value in self.all("RDATE").flat_map(values) {
            last = last.max(period_ends(value, length)?);
        }
        last.checked_add(MARGIN).ok()
    }

    /// Whether this DTEND can be the end of it: one with a wrong year, or that is none, is not.
    fn is_behind_start(&self, end: &Line<'_>) -> bool {
        let text = |line: &Line<'_>| line.value().trim_end_matches(['Z', 'z']).to_owned();
        let Some(start) = self.line("DTSTART").filter(|line| date(line.value()).is_some()) else {
            return date(end.value()).is_some();
        };
        let (begins, ends) = (text(start), text(end));
        let is_day = begins == ends && begins.len() == 8;
        date(end.value()).is_some() && (begins < ends || is_day)
    }

    /// Its length; zero if its end is known.
    fn plausible_length(&self, has_end: bool) -> SignedDuration {
        match (self.line("DTEND"), self.line("DURATION")) {
            (Some(_), _) if has_end => SignedDuration::ZERO,
            (Some(_), _) => PLAUSIBLE,
            (None, Some(line)) => plausible(line.value()),
            (None, None) => SignedDuration::ZERO,
        }
    }
}

/// A length, however long if it can be read.
fn plausible(text: &str) -> SignedDuration {
    length(text).filter(SignedDuration::is_positive).unwrap_or(PLAUSIBLE)
}

/// The date that a text begins with.
fn date(text: &str) -> Option<Timestamp> {
    let date = text.trim().get(..8)?.parse::<Date>().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The end of a value of RDATE, for an event of this length.
fn period_ends(value: &str, usual: SignedDuration) -> Option<Timestamp> {
    let (begins, end) = match value.split_once('/') {
        None => return date(value)?.checked_add(usual).ok(),
        Some((begins, end)) => (date(begins)?, end),
    };
    match date(end).filter(|end| *end >= begins) {
        Some(end) => Some(end),
        None => begins.checked_add(plausible(end)).ok(),
    }
}

/// The last begin that a rule may mean, by its UNTIL, or its COUNT from the first one; `None` if it may go on.
fn rule_ends(line: &Line<'_>, first: Option<Timestamp>) -> Option<Timestamp> {
    let text = line.value().to_ascii_uppercase();
    let parts = || text.split(';').filter_map(|part| part.trim().split_once('='));
    let value = |name: &str| parts().find(|(have, _)| *have == name).map(|(_, value)| value);
    if let Some(until) = value("UNTIL") {
        return date(until);
    }
    let number = |name: &str| value(name)?.parse::<i64>().ok().filter(|number| *number > 0);
    let count = number("COUNT")?;
    let interval = if value("INTERVAL").is_some() { number("INTERVAL")? } else { 1 };
    let (years, week) = (8 * 366, 7);
    // How many days lie between two at most: a 29 February is eight years from the next.
    let usual = match value("FREQ")? {
        "SECONDLY" | "MINUTELY" | "HOURLY" | "DAILY" => 1,
        "WEEKLY" => week,
        "MONTHLY" => 62,
        _ => years,
    };
    let narrows =
        |name: &str| name.starts_with("BY") && !["BYHOUR", "BYMINUTE", "BYSECOND"].contains(&name);
    let days = match parts().map(|(name, _)| name).filter(|name| narrows(name)).max() {
        None => usual,
        // Names that sort behind BYDAY narrow more than a week does.
        Some("BYDAY") if usual <= week => week,
        Some(_) => years,
    };
    let days = count.checked_mul(interval)?.checked_mul(days).filter(|days| *days <= MAX_DAYS)?;
    first?.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

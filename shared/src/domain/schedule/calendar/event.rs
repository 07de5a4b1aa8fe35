//! One VEVENT: whom it names, which version it is, when it takes place.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Complaint;
use super::attendee::{Attendee, Away};
use super::components::{Component, Unclosed};
use super::lines::Line;
use super::rule::{Budget, Rule};
use super::stamp::{Stamp, length};
use super::zones::Zones;
use crate::domain::schedule::names::{Named, Names};

/// When an event takes place, as its own properties say.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) first: Stamp,
    /// How long each is, by the clock on the wall.
    pub(super) length: SignedDuration,
    pub(super) rules: Vec<Rule>,
    /// More of it that no rule says, each with an end of its own if it has one.
    pub(super) dates: Vec<(Stamp, Option<Timestamp>)>,
    /// Those that do not take place.
    /// Each with its line.
    pub(super) except: Vec<(usize, Stamp)>,
}

/// The most that is said of one event.
const MAX_COMPLAINTS: usize = 3;

/// The longest event that repeats.
const MAX_REPEATED: SignedDuration = SignedDuration::from_hours(400 * 24);

impl Component<'_> {
    /// People it names: in its SUMMARY, then in each ATTENDEE; and who of them does not attend, as they declined, or
    /// have handed it on (RFC 5545, 3.2.12). Somebody who has two ATTENDEEs, and declined by one of them only, attends.
    pub(super) fn names(&self, names: &Names) -> (Named, BTreeSet<usize>) {
        let mut named = names.in_text(&self.summary());
        let (mut declined, mut attending) = (BTreeSet::new(), BTreeSet::new());
        for line in self.all("ATTENDEE") {
            let attendee = Attendee::of(line, names);
            let people = if attendee.is_away.is_some() { &mut declined } else { &mut attending };
            people.extend(&attendee.people);
            attendee.people.iter().chain(&attendee.instead).for_each(|person| named.add(*person));
        }
        (named, &declined - &attending)
    }

    /// The complaint that of all whom it names nobody attends.
    pub(super) fn all_declined(&self) -> Complaint {
        let mut away = self.all("ATTENDEE").filter_map(|line| Some((line, Away::of(line)?)));
        let (line, away) =
            away.next().map_or((self.line, Away::Declined), |(line, away)| (line.number, away));
        let what = format!(
            "all that {:?} names have {}, expected somebody who is on call",
            self.summary(),
            match away {
                Away::Declined => "declined (PARTSTAT=DECLINED)",
                Away::Delegated => "handed it on (PARTSTAT=DELEGATED)",
            }
        );
        Complaint::new(line, "ATTENDEE", &what)
    }

    /// The text of its SUMMARY.
    pub(super) fn summary(&self) -> String {
        let mut text = String::new();
        let mut chars = self.line("SUMMARY").map(Line::value).unwrap_or_default().chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => {
                    text.extend(chars.next().map(|c| if matches!(c, 'n' | 'N') { ' ' } else { c }))
                }
                c => text.push(c),
            }
        }
        text
    }

    /// Which version it is: a higher one replaces a lower one.
    pub(super) fn sequence(&self) -> i64 {
        let Some(text) = self.line("SEQUENCE").map(Line::value) else { return 0 };
        let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        // One that is too large for us is still the highest.
        text.parse().unwrap_or(if is_number { i64::MAX } else { 0 })
    }

    /// Whether its STATUS says that it does not take place.
    pub(super) fn is_cancelled(&self) -> bool {
        let is = |value: &str| self.line("STATUS").is_some_and(|line| line.is("STATUS", value));
        // Some write it as Americans do.
        is("CANCELLED") || is("CANCELED")
    }

    /// Its UID, if it has any.
    pub(super) fn uid(&self) -> Option<&str> {
        self.line("UID").map(Line::value).filter(|uid| !uid.is_empty())
    }

    /// When it begins.
    pub(super) fn begins(&self, zones: &Zones<'_>) -> Result<Stamp, Complaint> {
        let line = self.line("DTSTART").ok_or_else(|| {
            Complaint::new(self.line, "DTSTART", "is missing, expected when the event begins")
        })?;
        zones.stamp(line, line.value())
    }

    /// When it begins, and its length by the clock on the wall: all there is of one that does not repeat.
    pub(super) fn once(&self, zones: &Zones<'_>) -> Result<(Stamp, SignedDuration), Complaint> {
        if !self.is_whole {
            return Err(Complaint::new(
                self.line,
                "VEVENT",
                "has no END:VEVENT, expected the whole event: is the file cut off?",
            ));
        }
        if self.is_too_long {
            return Err(Complaint::new(
                self.line,
                "VEVENT",
                "has more lines than are read, expected 10000 at most",
            ));
        }
        if let Some(unclosed) = self.unclosed.as_ref().filter(|unclosed| unclosed.hides_any) {
            return Err(unclosed.complaint());
        }
        let first = self.begins(zones)?;
        let length = self.length(&first, zones)?;
        Ok((first, length))
    }

    /// The length by the clock on the wall; zero for one that has no end.
    fn length(&self, first: &Stamp, zones: &Zones<'_>) -> Result<SignedDuration, Complaint> {
        let a_day = SignedDuration::from_hours(24);
        if let Some(line) = self.line("DTEND") {
            let ends = zones.stamp_beside(line, line.value(), first)?;
            return match first.length_until(&ends).unwrap_or_default() {
                length if length.is_positive() => Ok(length),
                length if length.is_zero() && first.is_date && ends.is_date => Ok(a_day),
                _ => Err(Complaint::of(line, "is not behind DTSTART, expected a later time")),
            };
        }
        let Some(line) = self.line("DURATION") else {
            return match &self.unclosed {
                Some(unclosed) => Err(unclosed.complaint()),
                None => Ok(if first.is_date { a_day } else { SignedDuration::ZERO }),
            };
        };
        length(line.value()).filter(SignedDuration::is_positive).ok_or_else(|| {
            Complaint::of(line, "is no duration, expected one like \"P7D\" or \"PT12H\"")
        })
    }

    /// When it takes place, with all that repeats; and what of it cannot be read without losing the rest.
    pub(super) fn times(
        &self,
        zones: &Zones<'_>,
        budget: &mut Budget,
    ) -> Result<(Times, Vec<Complaint>), Complaint> {
        let (first, length) = self.once(zones)?;
        if let Some(line) = self.line("EXRULE") {
            return Err(Complaint::of(line, "is not read, expected EXDATE"));
        }
        let mut rules = Vec::new();
        for line in self.all("RRULE") {
            let mut rule = Rule::parse(line.value(), &first.zone)
                .map_err(|what| Complaint::of(line, &what))?;
            if first.is_date {
                rule.ends_with_a_day(&first.zone);
            }
            rule.bound(first.local, budget).map_err(|what| Complaint::of(line, &what))?;
            rules.push(rule);
        }
        if let Some(line) = self.line("RRULE").filter(|_| length > MAX_REPEATED) {
            return Err(Complaint::of(
                line,
                "is of an event that is longer than a year, expected a shorter one",
            ));
        }
        let (mut dates, mut except, mut complaints) = (Vec::new(), Vec::new(), Vec::new());
        // Some are enough for whoever repairs the file.
        let mut complain = |complaint: Complaint| {
            if complaints.len() < MAX_COMPLAINTS {
                complaints.push(complaint);
            }
        };
        for line in self.all("RDATE") {
            for value in values(line) {
                match rdate(line, value, &first, zones) {
                    Ok(date) => dates.push(date),
                    Err(complaint) => complain(complaint),
                }
            }
        }
        for line in self.all("EXDATE") {
            for value in values(line) {
                match zones.stamp_beside(line, value, &first) {
                    Ok(stamp) => except.push((line.number, stamp)),
                    Err(complaint) => complain(complaint),
                }
            }
        }
        Ok((Times { first, length, rules, dates, except }, complaints))
    }
}

impl Unclosed {
    /// The complaint that it has no END.
    pub(super) fn complaint(&self) -> Complaint {
        let name = &self.name;
        let what = format!(
            "has no END:{name}, expected one before END:VEVENT: nobody knows what is whose"
        );
        Complaint::new(self.line, name, &what)
    }
}

/// The values of a property that may have several.
pub(super) fn values<'a>(line: &'a Line<'_>) -> impl Iterator<Item = &'a str> {
    line.value().split(',').map(str::trim).filter(|value| !value.is_empty())
}

/// A date of an RDATE; a PERIOD has an end, or a length.
fn rdate(
    line: &Line<'_>,
    value: &str,
    first: &Stamp,
    zones: &Zones<'_>,
) -> Result<(Stamp, Option<Timestamp>), Complaint> {
    let Some((begins, end)) = value.split_once('/') else {
        return Ok((zones.stamp_beside(line, value, first)?, None));
    };
    let begins = zones.stamp_beside(line, begins, first)?;
    let ends = match length(end) {
        Some(length) => begins.end(length),
        None => Some(zones.stamp_beside(line, end, first)?.at()),
    };
    match ends.filter(|ends| *ends > begins.at()) {
        Some(ends) => Ok((begins, Some(ends))),
        None => Err(Complaint::of(
            line,
            &format!("{value:?} does not end behind its begin, expected a later time"),
        )),
    }
}

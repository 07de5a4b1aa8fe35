//! One VEVENT: who, when, how often.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};

use super::Complaint;
use super::lines::Line;
use super::rule::Rule;
use crate::schedule::moment::instant;
use crate::schedule::slot::Span;

/// The properties of one VEVENT, without those of what is inside it (a VALARM has a DURATION too).
pub(super) struct Block {
    /// Where it begins.
    pub(super) line: usize,
    lines: Vec<Line>,
}

/// An event that puts somebody on call.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) person: String,
    uid: Option<String>,
    first: Stamp,
    /// When the first one ends.
    ends: Timestamp,
    /// Whether it is itself in the place of one of a series.
    is_moved: bool,
    rule: Option<Rule>,
    except: Vec<Except>,
}

/// A time as the file has it.
#[derive(Clone, Debug)]
struct Stamp {
    local: DateTime,
    zone: TimeZone,
    is_date: bool,
}

/// One of a series that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Except {
    At(Timestamp),
    On(Date),
}

/// One of a series, by the UID of that, which another event stands in for.
pub(super) struct Replaced {
    uid: String,
    except: Except,
}

/// The VEVENTs of a file.
pub(super) fn blocks(lines: Vec<Line>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // How deep we are inside a VEVENT: 0 is outside.
    let mut depth = 0_usize;
    for line in lines {
        match line.name.as_str() {
            "BEGIN" if depth > 0 => depth += 1,
            "BEGIN" if line.is("BEGIN", "VEVENT") => {
                depth = 1;
                blocks.push(Block { line: line.number, lines: Vec::new() });
            }
            "END" => depth = depth.saturating_sub(1),
            _ if depth == 1 => {
                if let Some(block) = blocks.last_mut() {
                    block.lines.push(line);
                }
            }
            _ => {}
        }
    }
    blocks
}

impl Block {
    fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// What it is called.
    pub(super) fn summary(&self) -> String {
        let text = self.line("SUMMARY").map(|line| line.value.trim()).unwrap_or_default();
        text.replace("\\n", " ").replace("\\N", " ").replace('\\', "")
    }

    /// Whether it does not take place after all.
    pub(super) fn is_cancelled(&self) -> bool {
        self.line("STATUS").is_some_and(|line| line.is("STATUS", "CANCELLED"))
    }

    fn uid(&self) -> Option<String> {
        self.line("UID").map(|line| line.value.trim().to_owned())
    }

    /// Which one of a series it stands in for, if it does.
    pub(super) fn replaces(&self, zone: Option<&TimeZone>) -> Result<Option<Replaced>, Complaint> {
        let Some(line) = self.line("RECURRENCE-ID") else { return Ok(None) };
        if line.parameter("RANGE").is_some() {
            let what = "stands for all that follow, expected one event alone (no RANGE)";
            return Err(complaint(line, what));
        }
        let stamp = Stamp::read(line, &line.value, zone)?;
        Ok(self.uid().map(|uid| Replaced { uid, except: stamp.as_except() }))
    }

    /// The event, of this person.
    pub(super) fn event(&self, person: &str, zone: Option<&TimeZone>) -> Result<Event, Complaint> {
        let missing = || Complaint {
            line: self.line,
            key: "DTSTART".to_owned(),
            what: "is missing, expected when the event begins".to_owned(),
        };
        let line = self.line("DTSTART").ok_or_else(missing)?;
        let first = Stamp::read(line, &line.value, zone)?;
        if first.local.year() < 1970 {
            return Err(complaint(line, "is before 1970, expected a later year"));
        }
        if let Some(line) = self.line("RDATE").or_else(|| self.line("EXRULE")) {
            return Err(complaint(line, "is not read, expected an RRULE, or an event of its own"));
        }
        let ends = self.ends(&first, zone)?;
        let rule = match self.line("RRULE") {
            None => None,
            Some(line) => {
                let rule = Rule::parse(&line.value, &first.zone);
                Some(rule.map_err(|what| complaint(line, &what))?)
            }
        };
        let mut except = Vec::new();
        for line in self.lines.iter().filter(|line| line.name == "EXDATE") {
            for value in line.value.split(',').filter(|value| !value.trim().is_empty()) {
                except.push(Stamp::read(line, value, zone)?.as_except());
            }
        }
        let is_moved = self.line("RECURRENCE-ID").is_some();
        let person = person.to_owned();
        Ok(Event { person, uid: self.uid(), first, ends, is_moved, rule, except })
    }

    fn ends(&self, first: &Stamp, zone: Option<&TimeZone>) -> Result<Timestamp, Complaint> {
        let begins = first.at();
        if let Some(line) = self.line("DTEND") {
            let ends = Stamp::read(line, &line.value, zone)?.at();
            return match ends > begins {
                true => Ok(ends),
                false => Err(complaint(line, "is not behind DTSTART, expected a later time")),
            };
        }
        let Some(line) = self.line("DURATION") else {
            let day =
                if first.is_date { SignedDuration::from_hours(24) } else { SignedDuration::ZERO };
            let ends = first.local.checked_add(day).map(|local| instant(&first.zone, local));
            return Ok(ends.unwrap_or(begins));
        };
        let span: Option<jiff::Span> = line.value.trim().parse().ok();
        let begins_zoned = begins.to_zoned(first.zone.clone());
        let ends = span.and_then(|span| begins_zoned.checked_add(span).ok());
        let ends = ends.map(|ends| ends.timestamp()).filter(|ends| *ends > begins);
        ends.ok_or_else(|| {
            complaint(line, "is no duration, expected one like \"P7D\" or \"PT12H\"")
        })
    }
}

impl Event {
    /// Leaves out those of its series that other events stand in for.
    pub(super) fn leave_out(&mut self, replaced: &[Replaced]) {
        let ours = |one: &&Replaced| !self.is_moved && self.uid.as_ref() == Some(&one.uid);
        let more: Vec<Except> =
            replaced.iter().filter(ours).map(|one| one.except.clone()).collect();
        self.except.extend(more);
    }

    /// When it takes place. One that repeats: those that touch this span of time, and perhaps some beside it.
    pub(super) fn within(&self, (from, until): Span) -> Vec<Span> {
        let Some(rule) = &self.rule else {
            let (begins, date) = (self.first.at(), self.first.local.date());
            return if self.excepts(date, begins) { Vec::new() } else { vec![(begins, self.ends)] };
        };
        // Each ends by the clock on the wall as the first did, so that shifts of a week leave no hour open when the
        // clocks change. (RFC 5545, 3.8.5.3, would have those with a DTEND be of one length.)
        let ends = self.first.zone.to_datetime(self.ends);
        let length = self.first.local.until((Unit::Second, ends));
        let Ok(length) = length.and_then(SignedDuration::try_from) else {
            return Vec::new();
        };
        let day = SignedDuration::from_hours(24);
        let early = from.checked_sub(length.saturating_add(day)).unwrap_or(Timestamp::MIN);
        let late = until.checked_add(day).unwrap_or(Timestamp::MAX);
        let date = |at: Timestamp| self.first.zone.to_datetime(at).date();
        let dates = rule.dates(self.first.local.date(), date(early), date(late));
        let span = |date: Date| {
            let local = date.to_datetime(self.first.local.time());
            let begins = instant(&self.first.zone, local);
            let ends = instant(&self.first.zone, local.checked_add(length).ok()?);
            let counts = rule.goes_on(date, begins) && !self.excepts(date, begins);
            (counts && begins < ends).then_some((begins, ends))
        };
        dates.into_iter().filter_map(span).collect()
    }

    fn excepts(&self, date: Date, begins: Timestamp) -> bool {
        self.except.iter().any(|except| match except {
            Except::At(at) => *at == begins,
            Except::On(on) => *on == date,
        })
    }
}

impl Stamp {
    /// Reads `20260105T090000`, with a Z, a TZID, or neither: then it is of the zone given; or the date `20260105`.
    fn read(line: &Line, value: &str, zone: Option<&TimeZone>) -> Result<Stamp, Complaint> {
        let value = value.trim();
        let wrong = || {
            let what = format!("{value:?} is no time, expected one like \"20260105T090000Z\"");
            complaint(line, &what)
        };
        if !matches!(value.len(), 8 | 15 | 16) || !value.is_ascii() {
            return Err(wrong());
        }
        if value.ends_with(['Z', 'z']) {
            let at: Timestamp = value.parse().map_err(|_| wrong())?;
            let local = TimeZone::UTC.to_datetime(at);
            return Ok(Stamp { local, zone: TimeZone::UTC, is_date: false });
        }
        let zone = match (line.parameter("TZID"), zone) {
            (Some(id), _) => iana(id).ok_or_else(|| {
                let what = format!(
                    "the TZID {id:?} is no zone that we know, expected a name like \"Europe/Berlin\""
                );
                complaint(line, &what)
            })?,
            (None, Some(zone)) => zone.clone(),
            (None, None) => {
                let what = "has no zone, expected a TZID, or `time_zone` in the schedule";
                return Err(complaint(line, what));
            }
        };
        let is_date = value.len() == 8;
        let local = match is_date {
            true => value.parse::<Date>().map(|date| date.to_datetime(Default::default())),
            false => value.parse::<DateTime>(),
        };
        Ok(Stamp { local: local.map_err(|_| wrong())?, zone, is_date })
    }

    fn at(&self) -> Timestamp {
        instant(&self.zone, self.local)
    }

    fn as_except(&self) -> Except {
        match self.is_date {
            true => Except::On(self.local.date()),
            false => Except::At(self.at()),
        }
    }
}

/// A zone by its name. Some programs put a path of their own before it: `/example.org/2026/Europe/Berlin`.
fn iana(id: &str) -> Option<TimeZone> {
    let id = id.trim();
    TimeZone::get(id).ok().or_else(|| {
        let at = id.rmatch_indices('/').nth(1)?.0;
        TimeZone::get(&id[at + 1..]).ok()
    })
}

fn complaint(line: &Line, what: &str) -> Complaint {
    Complaint { line: line.number, key: line.name.clone(), what: what.to_owned() }
}

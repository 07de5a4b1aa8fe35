//! A VTIMEZONE (RFC 5545, 3.6.5) as a zone: all its changes from the first year that counts to the last, as the data of a
//! time zone file (RFC 8536).

use std::cell::Cell;
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::Zones;
use crate::domain::schedule::calendar::components::Definition;
use crate::domain::schedule::calendar::lines::Line;
use crate::domain::schedule::calendar::rule::{Budget, Rule};

/// Nobody is on call before this year, …
const FIRST_YEAR: i16 = 1_970;
/// … and whoever is after this one has the offset of its end.
const LAST_YEAR: i16 = 2_070;

/// How many years that are.
const YEARS: u64 = LAST_YEAR.abs_diff(FIRST_YEAR) as u64;

/// The most changes of one zone.
const MAX_CHANGES: usize = 10_000;

/// The most STANDARDs and DAYLIGHTs of one zone.
const MAX_OBSERVANCES: usize = 1_000;

/// When the clocks change: to what, and from what, in seconds east of UTC.
type Changes = BTreeMap<i64, (i32, i32)>;

impl Definition<'_> {
    /// The zone, or what is wrong with its definition.
    /// `days` is how many days may still be looked at.
    pub(super) fn zone(&self, days: &Cell<u64>) -> Result<TimeZone, String> {
        if self.observances.is_empty() || self.observances.len() > MAX_OBSERVANCES {
            return Err(format!(
                "has {} rules, expected 1 to {MAX_OBSERVANCES}",
                self.observances.len()
            ));
        }
        let mut changes = Changes::new();
        let mut budget = Budget::default();
        for observance in &self.observances {
            add(observance, &mut changes, &mut budget, days)?;
            if changes.len() > MAX_CHANGES {
                return Err(format!(
                    "has too many changes of the clocks, expected {MAX_CHANGES} at most"
                ));
            }
        }
        TimeZone::tzif("", &file(&changes))
            .map_err(|_| "cannot be read, expected a rule for each part of the year".to_owned())
    }
}

/// Adds the changes of a STANDARD or DAYLIGHT.
fn add(
    lines: &[Line<'_>],
    changes: &mut Changes,
    budget: &mut Budget,
    days: &Cell<u64>,
) -> Result<(), String> {
    let find = |name: &str| lines.iter().find(|line| line.has_name(name));
    let need = |name: &str| {
        find(name).ok_or_else(|| format!("has no {name}, expected one in each of its parts"))
    };
    let offset = |name: &str| {
        let line = need(name)?;
        seconds(line.value()).ok_or_else(|| {
            format!("has the {name} {:?}, expected one like \"+0100\"", line.value())
        })
    };
    let (from, to) = (offset("TZOFFSETFROM")?, offset("TZOFFSETTO")?);
    // Its times are of the clock that goes before the change.
    let before = TimeZone::fixed(Offset::from_seconds(from).map_err(|error| error.to_string())?);
    let zones = Zones::new(&[], Some(&before), &[]);
    let first = need("DTSTART").and_then(|line| {
        zones
            .stamp(line, line.value())
            .map_err(|complaint| format!("begins wrongly: {}", complaint.what))
    })?;
    let mut locals = vec![first.local];
    for line in lines.iter().filter(|line| line.has_name("RRULE")) {
        let mut rule =
            Rule::parse(line.value(), &before).map_err(|what| format!("has a rule that {what}"))?;
        rule.bound(first.local, budget)?;
        let cost = rule.days_of_a_year() * YEARS + rule.at_most(366 * YEARS);
        let left = days.get().checked_sub(cost);
        days.set(left.ok_or("is one of too many, expected fewer zones and rules in a file")?);
        let (from, until) = (Date::constant(FIRST_YEAR, 1, 1), Date::constant(LAST_YEAR, 12, 31));
        let starts = rule.starts(first.local, from, until).into_iter();
        let goes_on =
            |local: &_| before.to_timestamp(*local).is_ok_and(|at| rule.goes_on(*local, at));
        locals.extend(starts.filter(goes_on));
    }
    for line in lines.iter().filter(|line| line.has_name("RDATE")) {
        for value in line.value().split(',') {
            let value = value.split('/').next().unwrap_or_default();
            let stamp = zones.stamp(line, value).map_err(|complaint| complaint.what)?;
            locals.push(stamp.local);
        }
    }
    for local in locals {
        if let Ok(at) = before.to_timestamp(local) {
            changes.insert(at.as_second(), (to, from));
        }
    }
    Ok(())
}

/// `+0100`, `-033000` in seconds.
fn seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => (1, text),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 24 && minutes < 60 && seconds < 60)
        .then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

/// The changes as a time zone file of version 2, without a rule for what comes after.
fn file(changes: &Changes) -> Vec<u8> {
    // The first type is that of the time before all changes.
    let first = changes.values().next().map_or(0, |(_, from)| *from);
    let mut offsets = vec![first];
    for (to, _) in changes.values() {
        if !offsets.contains(to) {
            offsets.push(*to);
        }
    }
    let types = u32::try_from(offsets.len()).unwrap_or(1);
    let mut file = Vec::new();
    header(&mut file, 0, 1);
    file.extend([0; 6]);
    file.extend(NAME);
    header(&mut file, u32::try_from(changes.len()).unwrap_or(0), types);
    file.extend(changes.keys().flat_map(|at| at.to_be_bytes()));
    let index = |to: &i32| {
        offsets.iter().position(|offset| offset == to).and_then(|index| u8::try_from(index).ok())
    };
    file.extend(changes.values().map(|(to, _)| index(to).unwrap_or(0)));
    for offset in &offsets {
        file.extend(offset.to_be_bytes());
        file.extend([0, 0]);
    }
    file.extend(NAME);
    file.extend(b"\n\n");
    file
}

/// What the clock is called.
const NAME: &[u8] = b"LOC\0";

fn header(file: &mut Vec<u8>, changes: u32, types: u32) {
    file.extend(b"TZif2");
    file.extend([0; 15]);
    let names = u32::try_from(NAME.len()).unwrap_or(0);
    file.extend([0, 0, 0, changes, types, names].into_iter().flat_map(u32::to_be_bytes));
}

//! The zones that a file names.
//!
//! A name is looked for before a definition, as whoever writes a calendar means the zone, and its definition is often
//! wrong: the IANA name; each part of it behind a `/`; the names of Windows and Outlook; X-LIC-LOCATION; the VTIMEZONE.
//! One that nobody knows is complained of, never guessed.

mod definition;
mod difference;
mod windows;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::Complaint;
use super::components::Definition;
use super::lines::Line;
use super::stamp::Stamp;
use crate::domain::schedule::moment::known_zone;

/// The zones of a file.
pub(super) struct Zones<'a> {
    /// By the VCALENDAR that each is in, and its TZID: another VCALENDAR may have another zone of that TZID.
    definitions: HashMap<Key, &'a Definition<'a>>,
    schedule: Option<TimeZone>,
    /// What each VCALENDAR names for all its times.
    defaults: HashMap<usize, Result<TimeZone, String>>,
    /// What was looked for already.
    found: RefCell<HashMap<Key, Result<TimeZone, String>>>,
    /// How many days may still be looked at to work out definitions.
    days: Cell<u64>,
    /// The same for definitions that only are compared with their names.
    days_to_compare: Cell<u64>,
    differences: RefCell<Vec<Complaint>>,
}

/// A VCALENDAR of the file, and a TZID in it.
type Key = (usize, String);

/// The most days that are looked at to work out the definitions of a file: thousands of usual ones.
const MAX_DAYS: u64 = 10_000_000;
/// The same for definitions that only are compared with their names.
const MAX_DAYS_TO_COMPARE: u64 = 1_000_000;

impl<'a> Zones<'a> {
    /// The zones of a file with these definitions. Times without one are of the schedule's zone, else of that which their
    /// VCALENDAR names for itself: `files` has these lines.
    pub(super) fn new(
        definitions: &'a [Definition<'a>],
        schedule: Option<&TimeZone>,
        files: &[Line<'_>],
    ) -> Zones<'a> {
        let by_id = definitions.iter().filter_map(|definition| {
            let id = definition.id()?;
            Some((key(id.calendar, id.value()), definition))
        });
        let mut zones = Zones {
            definitions: by_id.collect(),
            schedule: schedule.cloned(),
            defaults: HashMap::new(),
            found: RefCell::default(),
            days: Cell::new(MAX_DAYS),
            days_to_compare: Cell::new(MAX_DAYS_TO_COMPARE),
            differences: RefCell::default(),
        };
        for line in files.iter().filter(|_| schedule.is_none()) {
            let zone = zones.get(line.calendar, line.value()).map_err(|_| {
                let (name, line) = (line.value(), line.number);
                format!("has no zone, and the X-WR-TIMEZONE {name:?} of line {line} is none that we know, expected `time_zone` in the schedule")
            });
            zones.defaults.insert(line.calendar, zone);
        }
        zones
    }

    /// The zone of times of this VCALENDAR that name none, or what is missing for it.
    pub(super) fn default_zone(&self, calendar: usize) -> Result<TimeZone, String> {
        if let Some(zone) = &self.schedule {
            return Ok(zone.clone());
        }
        let missing = || "has no zone, expected a TZID, or `time_zone` in the schedule".to_owned();
        self.defaults.get(&calendar).cloned().unwrap_or_else(|| Err(missing()))
    }

    /// Reads a time with the zone that it names, or its calendar's.
    pub(super) fn stamp(&self, line: &Line<'_>, value: &str) -> Result<Stamp, Complaint> {
        self.stamp_or(line, value, || self.default_zone(line.calendar))
    }

    /// Reads a time that stands beside a DTSTART. Where it names no zone, it has that of the DTSTART: RFC 5545 (3.8.2.2,
    /// 3.8.5.1) wants both of one kind, and some programs leave the TZID out.
    pub(super) fn stamp_beside(
        &self,
        line: &Line<'_>,
        value: &str,
        first: &Stamp,
    ) -> Result<Stamp, Complaint> {
        self.stamp_or(line, value, || match first.zone == TimeZone::UTC {
            true => self.default_zone(line.calendar),
            false => Ok(first.zone.clone()),
        })
    }

    fn stamp_or(
        &self,
        line: &Line<'_>,
        value: &str,
        zone: impl FnOnce() -> Result<TimeZone, String>,
    ) -> Result<Stamp, Complaint> {
        Stamp::read(line, value, |id| id.map_or_else(zone, |id| self.get(line.calendar, id)))
    }

    /// The zone of this TZID in a VCALENDAR, or what is wrong with it.
    pub(super) fn get(&self, calendar: usize, id: &str) -> Result<TimeZone, String> {
        let key = key(calendar, id);
        if let Some(found) = self.found.borrow().get(&key) {
            return found.clone();
        }
        let found = self.find(id, &key);
        self.found.borrow_mut().insert(key, found.clone());
        found
    }

    /// Where names that were looked for mean another time than the file's own definitions of them.
    pub(super) fn differences(self) -> Vec<Complaint> {
        self.differences.into_inner()
    }

    fn find(&self, id: &str, key: &Key) -> Result<TimeZone, String> {
        if let Some(zone) = by_name(id) {
            if let Some(definition) = self.definitions.get(key)
                && let Ok(defined) = definition.zone(&self.days_to_compare)
            {
                let line = definition.line;
                self.differences.borrow_mut().extend(difference::of(id, &zone, &defined, line));
            }
            return Ok(zone);
        }
        let unknown = format!("the TZID {id:?} is no zone that we know");
        let Some(definition) = self.definitions.get(key) else {
            return Err(format!(
                "{unknown}, expected a name like \"Europe/Berlin\", or a VTIMEZONE of it"
            ));
        };
        let location = definition.lines.iter().find(|line| line.has_name("X-LIC-LOCATION"));
        if let Some(zone) = location.and_then(|line| by_name(line.value())) {
            return Ok(zone);
        }
        definition.zone(&self.days).map_err(|what| {
            let line = definition.line;
            format!("{unknown}, and its VTIMEZONE in line {line} {what}")
        })
    }
}

fn key(calendar: usize, id: &str) -> Key {
    (calendar, id.trim().trim_matches('"').to_lowercase())
}

impl Definition<'_> {
    fn id(&self) -> Option<&Line<'_>> {
        self.lines.iter().find(|line| line.has_name("TZID"))
    }
}

/// The zone of a name that others know too.
fn by_name(id: &str) -> Option<TimeZone> {
    let id = id.trim().trim_matches('"').trim();
    known_zone(id).or_else(|| by_tail(id)).or_else(|| by_windows_name(id))
}

/// Some programs put a path of their own before a name: `/example.org/20260101/America/Argentina/Buenos_Aires`.
fn by_tail(id: &str) -> Option<TimeZone> {
    let tails = id.match_indices('/').map(|(at, _)| &id[at + 1..]);
    // A last part alone is a zone of its own behind a path that says so: `EST` of `Mars/EST` may be anything.
    let mut fits = tails.filter(|tail| {
        tail.contains('/')
            || id.starts_with('/')
            || tail.eq_ignore_ascii_case("UTC")
            || tail.eq_ignore_ascii_case("GMT")
    });
    fits.find_map(known_zone)
}

/// `W. Europe Standard Time`, or `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`.
fn by_windows_name(id: &str) -> Option<TimeZone> {
    let name = id.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let find = |table: &[(&str, &'static str)], name: &str| {
        table.binary_search_by(|(have, _)| (*have).cmp(name)).ok().map(|index| table[index].1)
    };
    let cities = || {
        let behind = name
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .map_or(&*name, |(_, rest)| rest);
        find(&windows::CITIES, &behind.trim().replace(" and ", " & "))
    };
    TimeZone::get(find(&windows::NAMES, &name).or_else(cities)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_table_names_zones_that_exist_in_order() {
        for table in [&windows::NAMES[..], &windows::CITIES[..]] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for (name, iana) in table {
                assert!(TimeZone::get(iana).is_ok(), "{name}: {iana}");
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }

    #[test]
    fn zone_name_is_found_however_it_is_dressed() {
        for (id, iana) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/Indiana/Knox",
                "America/Indiana/Knox",
            ),
            ("/citadel.org/20190914_1/Europe/London", "Europe/London"),
            ("Tzfile/Asia/Kolkata", "Asia/Kolkata"),
            ("/softwarestudio.org/Tzfile/Japan", "Japan"),
            ("tzone://Microsoft/Utc", "UTC"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("tokyo standard time", "Asia/Tokyo"),
            ("UTC", "UTC"),
            ("UTC+12", "Etc/GMT-12"),
            ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("(GMT-05:00) Eastern Time (US and Canada)", "America/New_York"),
            ("Eastern Time (US & Canada)", "America/New_York"),
            ("(UTC) Coordinated Universal Time", "Etc/UTC"),
            ("\"(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius\"", "Europe/Kiev"),
        ] {
            let zone = by_name(id).unwrap_or_else(|| panic!("{id} is found"));
            assert_eq!(zone.iana_name(), TimeZone::get(iana).unwrap().iana_name(), "{id}");
        }
        for id in [
            "",
            "/",
            "Mars/EST",
            "Europe/Nowhere",
            "Customized Time Zone",
            "(UTC+01:00) Nowhere",
            "Berlin",
            "tzone://Microsoft/Custom",
            "Etc/Unknown",
            "etc/unknown",
            "Factory",
            "/example.org/Factory",
            "/example.org/Etc/Unknown",
            "-00",
        ] {
            assert!(by_name(id).is_none(), "{id}");
        }
    }
}

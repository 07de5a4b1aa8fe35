//! By whose clock it is night, and where a day begins.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::schedule::Schedules;

/// When a night begins and ends.
pub const NIGHT: [&str; 2] = ["22:00", "07:00"];
/// The same as hours of a clock.
const NIGHT_HOURS: [i8; 2] = [22, 7];

/// The zones of people.
#[derive(Clone, Debug)]
pub struct Clocks {
    people: BTreeMap<String, TimeZone>,
    /// Of whoever is in no schedule.
    other: TimeZone,
    days: TimeZone,
}

impl Clocks {
    /// Each person's clock is that of the first schedule that names them; whoever is in none has that of the first
    /// schedule, which also says when a day begins. Without schedules all is in UTC.
    pub fn of(schedules: &Schedules) -> Clocks {
        let mut people = BTreeMap::new();
        for schedule in schedules.iter() {
            for person in schedule.people() {
                people.entry(person).or_insert_with(|| schedule.zone.clone());
            }
        }
        let other = schedules.iter().next().map_or(TimeZone::UTC, |first| first.zone.clone());
        Clocks { people, days: other.clone(), other }
    }

    /// The same, with days that begin by the clock of this zone.
    pub fn with_days_of(self, days: TimeZone) -> Clocks {
        Clocks { days, ..self }
    }

    /// The zone whose days are counted.
    pub fn days(&self) -> &TimeZone {
        &self.days
    }

    /// Its name.
    pub fn days_in(&self) -> &str {
        name(&self.days)
    }

    fn zone_of(&self, person: &str) -> &TimeZone {
        self.people.get(person).unwrap_or(&self.other)
    }

    /// The name of a person's zone.
    pub fn name_of(&self, person: &str) -> &str {
        name(self.zone_of(person))
    }

    /// Whether this moment is at night for a person.
    pub fn is_night(&self, person: &str, at: Timestamp) -> bool {
        let hour = at.to_zoned(self.zone_of(person).clone()).hour();
        let [from, until] = NIGHT_HOURS;
        hour >= from || hour < until
    }
}

fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

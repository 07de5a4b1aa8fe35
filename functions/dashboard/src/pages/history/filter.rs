//! Reads the filter of the history from its address.

use form_urlencoded::Serializer;
use serde::Serialize;
use shared::config::file::glob_matches;
use shared::domain::escalation::Incident;
use shared::domain::schedule::Moment;
use shared::{TimeZone, Timestamp};

use crate::pages::zone::time_zone;

/// The longest text that is looked for, in characters.
const MAX_CHARS: usize = 256;
/// The clock of dates, if no other is named.
const UTC: &str = "UTC";
/// The last page that can be asked for.
const MAX_PAGE: usize = 1_000;

/// The filter of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Filter {
    pub(super) policy: String,
    /// The person who was called, or had it.
    pub(super) person: String,
    /// A part of an alarm's name, or a glob.
    pub(super) alarm: String,
    /// It began at this time or later.
    pub(super) from: Option<Bound>,
    /// It began before this time.
    pub(super) until: Option<Bound>,
    /// By whose clock dates are: an IANA name.
    pub(super) zone: String,
    /// Which page, from 1.
    pub(super) page: usize,
    /// `csv`, `json`, or nothing.
    pub(super) format: String,
    /// The problems of the fields: nothing is shown as if they were not there.
    pub(super) problems: Vec<String>,
}

/// A time that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Bound {
    /// As it was typed: a date, or a moment.
    text: String,
    pub(super) at: Timestamp,
}

impl From<Timestamp> for Bound {
    fn from(at: Timestamp) -> Bound {
        Bound { text: at.to_string(), at }
    }
}

impl Filter {
    /// Reads the fields of a query. A time is a date by the clock of `zone` (UTC, if none is named), or a moment:
    /// `until=2026-11-20` is the whole of that day.
    pub(super) fn of(fields: &[(String, String)]) -> Filter {
        let field = |name: &str| {
            let field = fields.iter().find(|(have, _)| have == name);
            field.map_or("", |(_, value)| value.trim()).chars().take(MAX_CHARS).collect::<String>()
        };
        let mut problems = Vec::new();
        let page = page(&field("page"));
        if page.is_none() {
            problems.push(format!("page: expected a number from 1 to {MAX_PAGE}."));
        }
        let format = field("format");
        if !matches!(format.as_str(), "" | "csv" | "json") {
            problems.push("format: expected csv or json, or none for the page.".to_owned());
        }
        let (asked, utc) = (field("zone"), (UTC.to_owned(), TimeZone::UTC));
        let (zone, clock) = match time_zone(&asked) {
            _ if asked.is_empty() => utc,
            Ok(clock) => (clock.iana_name().unwrap_or(UTC).to_owned(), clock),
            Err(problem) => {
                problems.push(problem);
                utc
            }
        };
        let mut time = |name: &str, is_end: bool| {
            let text = field(name);
            let at = moment(&text, is_end, &clock);
            if at.is_none() && !text.is_empty() {
                problems.push(format!(
                    "{name}: “{text}” is no date as 2026-01-31, and no moment as 2026-01-31T09:00Z."
                ));
            }
            at.map(|at| Bound { text, at })
        };
        let (from, until) = (time("from", false), time("until", true));
        Filter {
            policy: field("policy"),
            person: field("person"),
            alarm: field("alarm"),
            from,
            until,
            zone,
            page: page.unwrap_or(1),
            format,
            problems,
        }
    }

    /// Whether anything but the page is asked for.
    pub(super) fn is_set(&self) -> bool {
        let Filter { policy, person, alarm, from, until, .. } = self;
        [policy, person, alarm].iter().any(|text| !text.is_empty())
            || from.is_some()
            || until.is_some()
            || !self.problems.is_empty()
    }

    pub(super) fn fits(&self, incident: &Incident) -> bool {
        let person = self.person.as_str();
        let has_person = || {
            let called = incident.attempts.iter().any(|attempt| attempt.person == person);
            called || incident.owner.as_ref().is_some_and(|owner| owner.person == person)
        };
        (self.policy.is_empty() || incident.policy.name == self.policy)
            && (person.is_empty() || has_person())
            && (self.alarm.is_empty()
                || incident.alarms.iter().any(|alarm| self.has_name(&alarm.name)))
            && self.from.as_ref().is_none_or(|from| incident.raised_at >= from.at)
            && self.until.as_ref().is_none_or(|until| incident.raised_at < until.at)
    }

    fn has_name(&self, name: &str) -> bool {
        match self.alarm.contains(['*', '?']) {
            true => glob_matches(&self.alarm, name),
            false => name.to_lowercase().contains(&self.alarm.to_lowercase()),
        }
    }

    /// The address that asks for the same.
    pub(super) fn path(&self) -> String {
        let time = |bound: &Option<Bound>| {
            bound.as_ref().map_or_else(String::new, |bound| bound.text.clone())
        };
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let (from, until) = (time(&self.from), time(&self.until));
        let is_by_clock = self.zone != UTC && (self.from.is_some() || self.until.is_some());
        let zone = if is_by_clock { self.zone.clone() } else { String::new() };
        let fields = [
            ("policy", &self.policy),
            ("person", &self.person),
            ("alarm", &self.alarm),
            ("from", &from),
            ("until", &until),
            ("zone", &zone),
            ("page", &page),
            ("format", &self.format),
        ];
        let set = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query = Serializer::new(String::new()).extend_pairs(set).finish();
        if query.is_empty() { "/history".to_owned() } else { format!("/history?{query}") }
    }
}

/// The number of a page: the first, if the field is empty.
fn page(text: &str) -> Option<usize> {
    let number = if text.is_empty() { 1 } else { text.parse().ok()? };
    (1..=MAX_PAGE).contains(&number).then_some(number)
}

/// A moment; or when a date begins by this clock, or `is_end`s.
fn moment(text: &str, is_end: bool, clock: &TimeZone) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let Moment::Local(midnight) = Moment::parse(&format!("{text}T00:00:00"))? else {
            return None;
        };
        let midnight = if is_end { midnight.tomorrow().ok()? } else { midnight };
        Some(Moment::Local(midnight).in_zone(clock))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(query: &str) -> Filter {
        Filter::of(&shared::http::form_fields(query.as_bytes()))
    }

    #[test]
    fn days_are_whole_and_what_is_no_time_is_said() {
        let asked = filter("from=2026-11-18&until=2026-11-18&page=2&policy=a+b");
        assert_eq!(bounds(&asked), ["2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"]);
        assert_eq!((asked.page, asked.policy.as_str(), asked.is_set()), (2, "a b", true));
        let other = filter("page=&x=y");
        assert_eq!(other, filter(""));
        assert!(!other.is_set());
        for page in ["abc", "0", "-3", "1001", "1.5", "99999999999999999999"] {
            let wrong = filter(&format!("page={page}"));
            assert_eq!(wrong.problems, ["page: expected a number from 1 to 1000."], "{page}");
        }
        let wrong = filter("from=2026-13-45&until=yesterday").problems;
        assert!(wrong[0].starts_with("from: “2026-13-45” is no date"), "{wrong:?}");
        assert!(wrong[1].starts_with("until: “yesterday” is no date"), "{wrong:?}");
        let wrong = filter("from=2026-11-18&zone=Europe/Nowhere").problems;
        assert_eq!(wrong, ["zone: “Europe/Nowhere” is no time zone as Europe/Berlin."]);
    }

    fn bounds(filter: &Filter) -> [String; 2] {
        [&filter.from, &filter.until].map(|bound| bound.as_ref().unwrap().at.to_string())
    }

    #[test]
    fn days_are_those_of_the_clock_that_is_named() {
        let asked = filter("from=2026-11-28&until=2026-11-28&zone=europe/berlin");
        assert_eq!(bounds(&asked), ["2026-11-27T23:00:00Z", "2026-11-28T23:00:00Z"]);
        assert_eq!(asked.path(), "/history?from=2026-11-28&until=2026-11-28&zone=Europe%2FBerlin");
        // The clocks go back: this day has 25 hours.
        let longer = filter("from=2026-10-25&until=2026-10-25&zone=Europe/Berlin");
        assert_eq!(bounds(&longer), ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]);
        let moments = filter("from=2026-11-28T09:00Z&until=2026-11-28T10:00Z&zone=Europe/Berlin");
        assert_eq!(bounds(&moments), ["2026-11-28T09:00:00Z", "2026-11-28T10:00:00Z"]);
        assert_eq!(filter("zone=Europe/Berlin").path(), "/history");
    }

    proptest! {
        #[test]
        fn address_asks_for_what_it_was_made_of(
            policy in "\\PC{0,12}", alarm in "[*?a-z&=%+ -]{0,9}", page in 1_usize..900, from in 0_i64..4_000_000_000,
        ) {
            let (policy, alarm) = (policy.trim().to_owned(), alarm.trim().to_owned());
            let from = Timestamp::from_second(from).ok().map(Bound::from);
            let asked = Filter { policy, alarm, page, from, ..filter("") };
            let path = asked.path();
            prop_assert_eq!(filter(path.split_once('?').map_or("", |(_, query)| query)), asked);
        }

        #[test]
        fn no_query_makes_it_panic(query in ".{0,80}") {
            let _ = filter(&query).path();
        }
    }
}

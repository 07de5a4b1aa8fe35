//! What of the history is asked for, as its address says it.

use form_urlencoded::Serializer;
use serde::Serialize;
use shared::config::file::glob_matches;
use shared::domain::escalation::Incident;
use shared::{SignedDuration, Timestamp};

/// The longest text that is looked for, in characters.
const MAX_CHARS: usize = 256;
/// The last page that can be asked for.
const MAX_PAGE: usize = 1_000;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Filter {
    pub(super) policy: String,
    /// Who was called, or had it.
    pub(super) person: String,
    /// A part of an alarm's name, or a glob.
    pub(super) alarm: String,
    /// It began at this time or later.
    pub(super) from: Option<Timestamp>,
    /// It began before this time.
    pub(super) until: Option<Timestamp>,
    /// Which page, from 1.
    pub(super) page: usize,
    /// `csv`, `json`, or nothing.
    pub(super) format: String,
    /// What is wrong with the fields: nothing is shown as if they were not there.
    pub(super) problems: Vec<String>,
}

impl Filter {
    /// What the fields of a query ask for. A time is a date in UTC, or a moment: `until=2026-11-20` is the whole of that
    /// day.
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
        let mut time = |name: &str, after: SignedDuration| {
            let text = field(name);
            let at = moment(&text, after);
            if at.is_none() && !text.is_empty() {
                problems.push(format!(
                    "{name}: “{text}” is no date as 2026-01-31, and no moment as 2026-01-31T09:00Z."
                ));
            }
            at
        };
        let (from, until) =
            (time("from", SignedDuration::ZERO), time("until", SignedDuration::from_hours(24)));
        Filter {
            policy: field("policy"),
            person: field("person"),
            alarm: field("alarm"),
            from,
            until,
            page: page.unwrap_or(1),
            format,
            problems,
        }
    }

    /// Whether anything but the page is asked for.
    pub(super) fn is_set(&self) -> bool {
        let Filter { policy, person, alarm, from, until, .. } = self;
        [policy, person, alarm].iter().any(|text| !text.is_empty())
            || from.or(*until).is_some()
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
            && self.from.is_none_or(|from| incident.raised_at >= from)
            && self.until.is_none_or(|until| incident.raised_at < until)
    }

    fn has_name(&self, name: &str) -> bool {
        match self.alarm.contains(['*', '?']) {
            true => glob_matches(&self.alarm, name),
            false => name.to_lowercase().contains(&self.alarm.to_lowercase()),
        }
    }

    /// The address that asks for the same.
    pub(super) fn path(&self) -> String {
        let time = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.to_string());
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let (from, until) = (time(self.from), time(self.until));
        let fields = [
            ("policy", &self.policy),
            ("person", &self.person),
            ("alarm", &self.alarm),
            ("from", &from),
            ("until", &until),
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

/// A moment, or so long after the beginning of a day in UTC.
fn moment(text: &str, after: SignedDuration) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let midnight: Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
        midnight.checked_add(after).ok()
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
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        assert_eq!(
            (asked.from, asked.until),
            (at("2026-11-18T00:00:00Z"), at("2026-11-19T00:00:00Z"))
        );
        assert_eq!((asked.page, asked.policy.as_str(), asked.is_set()), (2, "a b", true));
        let other = filter("page=&x=y");
        assert_eq!(other, Filter { page: 1, ..Filter::default() });
        assert!(!other.is_set());
        for page in ["abc", "0", "-3", "1001", "1.5", "99999999999999999999"] {
            let wrong = filter(&format!("page={page}"));
            assert_eq!(wrong.problems, ["page: expected a number from 1 to 1000."], "{page}");
        }
        let wrong = filter("from=2026-13-45&until=yesterday").problems;
        assert!(wrong[0].starts_with("from: “2026-13-45” is no date"), "{wrong:?}");
        assert!(wrong[1].starts_with("until: “yesterday” is no date"), "{wrong:?}");
    }

    proptest! {
        #[test]
        fn an_address_asks_for_what_it_was_made_of(
            policy in "\\PC{0,12}", alarm in "[*?a-z&=%+ -]{0,9}", page in 1_usize..900, from in 0_i64..4_000_000_000,
        ) {
            let (policy, alarm) = (policy.trim().to_owned(), alarm.trim().to_owned());
            let from = Timestamp::from_second(from).ok();
            let asked = Filter { policy, alarm, page, from, ..Filter::default() };
            let path = asked.path();
            prop_assert_eq!(filter(path.split_once('?').map_or("", |(_, query)| query)), asked);
        }

        #[test]
        fn no_query_makes_it_panic(query in ".{0,80}") {
            let _ = filter(&query).path();
        }
    }
}

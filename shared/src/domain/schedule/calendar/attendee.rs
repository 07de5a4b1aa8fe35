//! One ATTENDEE: whom it names, and whether they attend (RFC 5545, 3.8.4.1; RFC 7986, 6.2).

use super::lines::Line;
use crate::domain::schedule::names::Names;

/// The people whom an ATTENDEE names.
#[derive(Debug, Default)]
pub(super) struct Attendee {
    pub(super) people: Vec<usize>,
    /// Why they do not attend, if they do not.
    pub(super) is_away: Option<Away>,
    /// The people who attend instead of them, as far as this property says.
    pub(super) instead: Vec<usize>,
}

/// Why an ATTENDEE does not attend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Away {
    Declined,
    Delegated,
}

/// Parameters that say nothing of who attends, or name somebody else.
const NOT_OF_ATTENDEE: [&str; 10] = [
    "CUTYPE",
    "ROLE",
    "PARTSTAT",
    "RSVP",
    "LANGUAGE",
    "DIR",
    "MEMBER",
    "SENT-BY",
    "DELEGATED-FROM",
    "DELEGATED-TO",
];

impl Away {
    pub(super) fn of(line: &Line<'_>) -> Option<Away> {
        let status = line.parameter("PARTSTAT")?.to_ascii_uppercase();
        match status.as_str() {
            "DECLINED" => Some(Away::Declined),
            "DELEGATED" => Some(Away::Delegated),
            _ => None,
        }
    }
}

impl Attendee {
    /// Reads whom the line of an ATTENDEE names. A room, and who gets a copy for information, are nobody.
    pub(super) fn of(line: &Line<'_>, names: &Names) -> Attendee {
        let is = |name: &str, values: &[&str]| {
            let value = line.parameter(name).unwrap_or_default();
            values.iter().any(|one| value.eq_ignore_ascii_case(one))
        };
        if is("CUTYPE", &["ROOM", "RESOURCE"]) || is("ROLE", &["NON-PARTICIPANT"]) {
            return Attendee::default();
        }
        let is_away = Away::of(line);
        let others = (is_away == Some(Away::Delegated)).then(|| line.parameter("DELEGATED-TO"));
        let others = others.flatten().unwrap_or_default();
        Attendee {
            people: named(line, names),
            is_away,
            instead: others.split(',').filter_map(|other| names.in_address(other.trim())).collect(),
        }
    }
}

/// Whom it names: by CN, by the address, or by what else a program writes of people, as `X-CONFLUENCE-USER-ID=alpha`. That
/// has to be a name as a whole, as it may be a text: `X-RESPONSE-COMMENT="Ask bravo"` is not Bravo.
fn named(line: &Line<'_>, names: &Names) -> Vec<usize> {
    let mut found = Vec::new();
    for (name, value) in line.parameters() {
        let is = |other: &&str| name.eq_ignore_ascii_case(other);
        let is_address = value.contains('@') && !value.contains(char::is_whitespace);
        if is(&"CN") && !is_address {
            found.extend(names.in_text(&value).people);
        } else if !NOT_OF_ATTENDEE.iter().any(is) && !is_text(name) {
            found.extend(names.in_address(&value));
        }
    }
    found.extend(names.in_address(line.value()));
    found
}

/// Whether a parameter holds what somebody writes, and no name.
fn is_text(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["COMMENT", "NOTE", "TEXT", "REASON"].iter().any(|word| name.contains(word))
}

//! Where the name of a zone and the file's definition of it mean different times.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::schedule::calendar::Complaint;

/// From this day on zones are compared, …
const FROM: Timestamp = Timestamp::constant(1_767_225_600, 0);
/// … and until this one: definitions are read no further.
const UNTIL: Timestamp = Timestamp::constant(3_124_137_600, 0);
/// Times that differ again within a year are one difference.
const YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The most changes of the clocks that are compared.
const MAX_CHANGES: usize = 1_000;

/// The differences between the zone of a name and the definition of it in this line of the file, each until it is
/// over. It matters from a year before.
pub(super) fn of(id: &str, named: &TimeZone, defined: &TimeZone, line: usize) -> Vec<Complaint> {
    let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, until) in spans(named, defined) {
        if named.to_offset(from) == defined.to_offset(from) {
            continue;
        }
        match found.last_mut() {
            Some((_, end)) if from.duration_since(*end) < YEAR => *end = until,
            _ => found.push((from, until)),
        }
    }
    let tell = |(from, until): (Timestamp, Timestamp)| {
        let (is, says) = (named.to_offset(from), defined.to_offset(from));
        let day = from.strftime("%Y-%m-%d");
        let what = format!(
            "{id:?} is read as the zone of that name (UTC{is} on {day}), and its VTIMEZONE says UTC{says}: expected both alike, or a TZID of its own"
        );
        Complaint {
            since: from.checked_sub(YEAR).ok(),
            over: Some(until),
            ..Complaint::new(line, "VTIMEZONE", &what)
        }
    };
    found.into_iter().map(tell).collect()
}

/// The times between two changes of the clocks in either zone.
fn spans(one: &TimeZone, other: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
    let changes = |zone: &TimeZone| -> Vec<Timestamp> {
        let all = zone.following(FROM).map(|change| change.timestamp());
        all.take_while(|at| *at < UNTIL).take(MAX_CHANGES).collect()
    };
    let mut all = [vec![FROM, UNTIL], changes(one), changes(other)].concat();
    all.sort_unstable();
    all.dedup();
    all.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

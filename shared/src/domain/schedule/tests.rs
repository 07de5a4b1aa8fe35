//! Shifts as people live them, over nights on which the clocks change too.

mod absence;
mod attendees;
mod bounds;
mod calendar;
mod days;
mod declined;
mod definitions;
mod far;
mod feed;
mod files;
mod foreign;
mod limits;
mod over;
mod properties;
mod refused;
mod rotation;
mod rules;
mod series;
mod stored;
mod taken_over;
mod times;
mod unclear;
mod zones;

use jiff::civil::{Date, Time};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

/// alpha, bravo and so on in turn, from this local date on.
fn rotation(
    turns: Turns,
    zone_name: &str,
    starts: &str,
    hand_over: &str,
    people: &[&str],
) -> Schedule {
    let starts: Date = starts.parse().expect("a date");
    let hand_over: Time = hand_over.parse().expect("a time");
    let people = people.iter().map(|name| (*name).to_owned()).collect();
    Schedule {
        name: "primary".to_owned(),
        zone: zone(zone_name),
        source: Source::Rotation(Rotation { turns, people, hand_over, starts }),
        overrides: Vec::new(),
    }
}

fn over(schedule: &mut Schedule, from: &str, until: &str, person: Option<&str>) {
    let moment = |text: &str| Moment::parse(text).expect("a moment").in_zone(&schedule.zone);
    let (from, until) = (moment(from), moment(until));
    schedule.overrides.push(Override {
        from,
        until,
        person: person.map(str::to_owned),
        stored: None,
    });
}

/// The shifts of these local days: who, since when, for how many hours.
fn shift_list(schedule: &Schedule, from: &str, until: &str) -> Vec<String> {
    let moment = |text: &str| Moment::parse(text).expect("a moment").in_zone(&schedule.zone);
    let shifts = schedule.shifts(moment(from), moment(until));
    shifts.iter().map(|shift| shift_text(shift, &schedule.zone)).collect()
}

fn shift_text(shift: &Shift, zone: &TimeZone) -> String {
    let people =
        if shift.people.is_empty() { "nobody".to_owned() } else { shift.people.join(", ") };
    let person = people.as_str();
    let because = match shift.because {
        Because::Override => ", override",
        _ => "",
    };
    if shift.from == Timestamp::MIN {
        return format!("{person} until {}{because}", time(shift.until, zone));
    }
    if shift.until == Timestamp::MAX {
        return format!("{person} from {}{because}", time(shift.from, zone));
    }
    let minutes = shift.until.duration_since(shift.from).as_mins();
    let minutes = match minutes % 60 {
        0 => format!("{} h", minutes / 60),
        _ => format!("{minutes} min"),
    };
    format!("{person} {} {minutes}{because}", time(shift.from, zone))
}

const AB: [&str; 2] = ["alpha", "bravo"];

#[test]
fn overrides_lie_over_the_rotation_and_the_later_one_wins() {
    let mut weekly = rotation(Turns::Weekly, "Europe/Berlin", "2026-12-21", "09:00", &AB);
    over(&mut weekly, "2026-12-24T18:00", "2026-12-26T09:00", Some("charlie"));
    assert_eq!(
        shift_list(&weekly, "2026-12-22T00:00", "2026-12-29T00:00"),
        [
            "alpha Mon 2026-12-21 09:00 CET 81 h",
            "charlie Thu 2026-12-24 18:00 CET 39 h, override",
            "alpha Sat 2026-12-26 09:00 CET 48 h",
            "bravo Mon 2026-12-28 09:00 CET 168 h",
        ]
    );
    // Over a hand-over, and partly over charlie's.
    over(&mut weekly, "2026-12-25T09:00:00Z", "2026-12-28T12:00", Some("delta"));
    over(&mut weekly, "2026-12-25T12:00", "2026-12-25T14:00", None);
    assert_eq!(
        shift_list(&weekly, "2026-12-24T19:00", "2026-12-29T00:00"),
        [
            "charlie Thu 2026-12-24 18:00 CET 16 h, override",
            "delta Fri 2026-12-25 10:00 CET 2 h, override",
            "nobody Fri 2026-12-25 12:00 CET 2 h, override",
            "delta Fri 2026-12-25 14:00 CET 70 h, override",
            "bravo Mon 2026-12-28 12:00 CET 165 h",
        ]
    );
    let (from, until) = (at("2026-12-21T12:00Z"), at("2027-01-21T12:00Z"));
    let gaps: Vec<String> =
        weekly.gaps(from, until).iter().map(|gap| shift_text(gap, &weekly.zone)).collect();
    assert_eq!(gaps, ["nobody Fri 2026-12-25 12:00 CET 2 h, override"]);
    let (from, until) = (at("2026-12-25T11:30Z"), at("2026-12-25T12:15Z"));
    let cut: Vec<_> =
        weekly.gaps(from, until).into_iter().map(|gap| (gap.from, gap.until)).collect();
    assert_eq!(cut, [(from, until)], "a gap is cut to the span that is asked for");
}

#[test]
fn override_may_come_before_the_first_shift() {
    let mut weekly = rotation(Turns::Weekly, "UTC", "2026-01-05", "09:00", &AB);
    over(&mut weekly, "2026-01-01T00:00", "2026-01-02T00:00", Some("charlie"));
    assert_eq!(
        shift_list(&weekly, "2025-01-01T00:00", "2026-01-05T00:00"),
        [
            "nobody until Thu 2026-01-01 00:00 UTC",
            "charlie Thu 2026-01-01 00:00 UTC 24 h, override",
            "nobody Fri 2026-01-02 00:00 UTC 81 h",
        ]
    );
}

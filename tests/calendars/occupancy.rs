//! Prints who is on call in calendars that come line by line: for `compare.py`, which asks another make of the same.
//!
//! In: lines of JSON, `{"ics": …, "zone": "Europe/Berlin", "people": ["alpha"], "from": 0, "until": 3600}`, times in seconds
//! since 1970. Out: for each the shifts with somebody in them, cut to that span of time, and what was complained of.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use shared::domain::schedule::{Calendar, NOT_ON_CALL, Names, Schedule, Source};

#[derive(Deserialize)]
struct Case {
    ics: String,
    zone: String,
    people: Vec<String>,
    from: i64,
    until: i64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        writeln!(out, "{}", answer(&case)?)?;
    }
    Ok(())
}

fn answer(case: &Case) -> Result<serde_json::Value, Box<dyn Error>> {
    let zone = TimeZone::get(&case.zone)?;
    let names =
        Names::new(case.people.iter().map(|person| (person.as_str(), &[][..])), NOT_ON_CALL);
    let read = Calendar::read(&case.ics, Some(&zone), &names);
    let complaints: Vec<String> = read
        .broken
        .iter()
        .chain(&read.complaints)
        .map(|one| format!("{}: {}: {}", one.line, one.key, one.what))
        .collect();
    let source = Source::Calendar(std::sync::Arc::new(read.calendar));
    let schedule = Schedule { name: "calendar".to_owned(), zone, source, overrides: Vec::new() };
    let (from, until) = (Timestamp::from_second(case.from)?, Timestamp::from_second(case.until)?);
    let shifts = schedule.shifts(from, until).into_iter().filter_map(|shift| {
        let (from, until) = (shift.from.max(from), shift.until.min(until));
        Some((shift.people.first()?.clone(), from.as_second(), until.as_second()))
    });
    let shifts: Vec<(String, i64, i64)> = shifts.collect();
    Ok(serde_json::json!({ "shifts": shifts, "complaints": complaints }))
}

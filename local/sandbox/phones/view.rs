//! What a phone shows, in JSON.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::sandbox::twilio::Twilio;
use crate::sandbox::twilio::call::{Call, Facts, Status};
use crate::sandbox::twilio::habit::Habit;

/// How many ended calls, and how many texts, a phone remembers.
const REMEMBERED: usize = 20;

/// All phones at one moment.
#[derive(Serialize)]
pub(super) struct State {
    now: Timestamp,
    phones: Vec<Phone>,
}

/// A phone.
#[derive(Serialize)]
pub(super) struct Phone {
    /// Empty if nobody on the roster has this number.
    name: String,
    number: String,
    /// The number as it may be shown to others: its last four digits.
    number_end: String,
    call: Option<Now>,
    /// Newest first.
    history: Vec<Then>,
    /// Oldest first.
    texts: Vec<Text>,
    habit: Option<Habit>,
}

/// The call that rings, or that is answered.
#[derive(Serialize)]
struct Now {
    sid: String,
    status: &'static str,
    /// How long it has been ringing, and how long it will.
    rings_for_s: Option<i64>,
    seconds_left: Option<i64>,
    /// How long it has been answered.
    talks_for_s: Option<i64>,
    /// Whether voicemail has it.
    voicemail: bool,
    said: Vec<String>,
    saying: Option<String>,
    gathering: Option<Gathering>,
    keys: String,
}

/// A key is asked for.
#[derive(Serialize)]
struct Gathering {
    /// None while something is still being said.
    seconds_left: Option<i64>,
}

/// A call that has ended.
#[derive(Serialize)]
struct Then {
    sid: String,
    at: Timestamp,
    status: &'static str,
    /// How long somebody was on the line.
    seconds: i64,
    voicemail: bool,
    said: Vec<String>,
    keys: String,
    /// Twilio's code of what went wrong.
    error: Option<u32>,
}

/// A text that arrived.
#[derive(Serialize)]
struct Text {
    at: Timestamp,
    body: String,
}

/// What all phones show.
pub(super) fn state(twilio: &Twilio, phones: &[(String, String)]) -> State {
    let phones = phones.iter().map(|known| phone(twilio, known)).collect();
    State { now: twilio.now(), phones }
}

/// What one phone shows.
pub(super) fn phone(twilio: &Twilio, (name, number): &(String, String)) -> Phone {
    let mut calls = twilio.calls();
    calls.reverse();
    calls.retain(|call| call.to() == number);
    let texts = twilio.texts().into_iter().filter(|text| text.to == *number);
    let texts: Vec<Text> = texts.map(|text| Text { at: text.at, body: text.body }).collect();
    Phone {
        name: name.clone(),
        number: number.clone(),
        number_end: number
            .get(number.len().saturating_sub(4)..)
            .map(|end| format!("…{end}"))
            .unwrap_or_default(),
        call: calls.iter().find_map(|call| now(call, twilio.now())),
        history: calls.iter().filter_map(then).take(REMEMBERED).collect(),
        texts: last(texts, REMEMBERED),
        habit: twilio.habit(number),
    }
}

fn last<T>(mut list: Vec<T>, most: usize) -> Vec<T> {
    list.split_off(list.len().saturating_sub(most))
}

fn now(call: &Arc<Call>, now: Timestamp) -> Option<Now> {
    let facts = call.facts().clone();
    if !facts.status.holds_the_line() {
        return None;
    }
    let ringing = facts.status == Status::Ringing;
    let until = call.rings_until().filter(|_| ringing);
    Some(Now {
        sid: call.sid.clone(),
        status: facts.status.name(),
        rings_for_s: facts.ringing_since.filter(|_| ringing).map(|since| seconds(since, now)),
        seconds_left: until.map(|until| seconds(now, until)),
        talks_for_s: facts.answered.map(|since| seconds(since, now)),
        voicemail: facts.machine,
        said: facts.said,
        saying: facts.saying,
        gathering: facts.gathering.map(|gathering| Gathering {
            seconds_left: gathering.until.map(|until| seconds(now, until)),
        }),
        keys: facts.keys,
    })
}

fn then(call: &Arc<Call>) -> Option<Then> {
    let Facts { status, ended, answered, machine, said, keys, error, .. } = call.facts().clone();
    let at = ended?;
    Some(Then {
        sid: call.sid.clone(),
        at,
        status: status.name(),
        seconds: answered.map(|since| seconds(since, at)).unwrap_or_default(),
        voicemail: machine,
        said,
        keys,
        error,
    })
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0)
}

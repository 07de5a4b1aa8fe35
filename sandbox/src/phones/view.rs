//! A phone as the page shows it, in JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::settings::Setup;
use crate::twilio::behaviour::PhoneBehaviour;
use crate::twilio::call::{Call, Facts, Status};
use crate::twilio::text::TextFacts;
use crate::twilio::{InboundFlow, Twilio};

/// The most ended calls, and texts, that a phone shows.
const MAX_SHOWN: usize = 20;

/// All phones at one moment.
#[derive(Serialize)]
pub(super) struct PhonesState {
    pub(super) now: Timestamp,
    /// The Flows that can be called or texted.
    pub(super) flows: Vec<InboundFlow>,
    pub(super) phones: Vec<Phone>,
}

/// A phone.
#[derive(Serialize)]
pub(super) struct Phone {
    /// Empty if nobody on the roster has this number.
    pub(super) name: String,
    pub(super) number: String,
    /// The number as it may be shown to others: its last four digits.
    pub(super) number_end: String,
    pub(super) call: Option<CurrentCall>,
    /// Newest first.
    history: Vec<EndedCall>,
    /// Oldest first.
    pub(super) texts: Vec<Text>,
    /// Whether there is a number that it can text back to.
    pub(super) can_answer: bool,
    #[serde(rename = "habit")]
    pub(super) behaviour: Option<PhoneBehaviour>,
}

/// The call that rings, or that is answered.
#[derive(Serialize)]
pub(super) struct CurrentCall {
    pub(super) sid: String,
    pub(super) status: &'static str,
    /// The name of the Flow, if the phone has called one.
    pub(super) flow: Option<String>,
    /// How long it has been ringing, and how long it will.
    pub(super) rings_for_s: Option<i64>,
    pub(super) seconds_left: Option<i64>,
    /// How long it has been answered.
    pub(super) talks_for_s: Option<i64>,
    /// Whether voicemail has it.
    pub(super) voicemail: bool,
    pub(super) said: Vec<String>,
    pub(super) saying: Option<String>,
    pub(super) gathering: Option<Gathering>,
    /// The other side, while the call is handed over.
    handover: Option<HandedOver>,
    /// Whether what is said is recorded.
    pub(super) recording: bool,
    pub(super) keys: String,
}

/// The other side of a call that is handed over.
#[derive(Serialize)]
struct HandedOver {
    to: String,
    answered: bool,
}

/// A Gather that is open.
#[derive(Serialize)]
pub(super) struct Gathering {
    /// None while something is still being said.
    pub(super) seconds_left: Option<i64>,
    /// Whether it takes words too.
    pub(super) takes_speech: bool,
    /// The labels of its keys, by key.
    pub(super) labels: BTreeMap<char, String>,
}

/// A call that has ended.
#[derive(Serialize)]
struct EndedCall {
    sid: String,
    at: Timestamp,
    status: &'static str,
    /// The name of the Flow, if the phone had called one.
    flow: Option<String>,
    /// How long somebody was on the line.
    seconds: i64,
    voicemail: bool,
    /// Whether it rang: a call that finds its phone in another one is busy at once.
    rang: bool,
    said: Vec<String>,
    keys: String,
    /// Twilio's code of what went wrong.
    error: Option<u32>,
}

/// A text that was sent to it, whether it arrived or not, or that it sent.
#[derive(Serialize)]
pub(super) struct Text {
    at: Timestamp,
    pub(super) body: String,
    /// Whether it is the phone's own.
    pub(super) is_own: bool,
    status: &'static str,
    /// Twilio's code of what went wrong.
    error_code: Option<u32>,
}

impl PhonesState {
    /// Whether somebody talks on a phone, and nobody is asked for anything: what is said goes on by itself.
    pub(super) fn is_moving(&self) -> bool {
        let calls = self.phones.iter().filter_map(|phone| phone.call.as_ref());
        calls.into_iter().any(|call| call.talks_for_s.is_some() && call.gathering.is_none())
    }
}

/// All phones as they are now.
pub(super) fn state(twilio: &Twilio, setup: &Setup, phones: &[(String, String)]) -> PhonesState {
    let phones = phones.iter().map(|known| phone(twilio, setup, known)).collect();
    PhonesState { now: twilio.now(), flows: twilio.inbound_flows(setup), phones }
}

/// One phone as it is now.
pub(super) fn phone(twilio: &Twilio, setup: &Setup, (name, number): &(String, String)) -> Phone {
    let mut calls = twilio.calls();
    calls.reverse();
    calls.retain(|call| call.phone() == number);
    // Looked at once: a call that ends meanwhile is not shown both as going on and as ended.
    let calls: Vec<(Arc<Call>, Facts)> =
        calls.into_iter().map(|call| (call.clone(), call.facts().clone())).collect();
    let texts = twilio.texts().into_iter().filter(|text| text.phone() == number);
    let texts: Vec<Text> = texts.map(|text| shown(&text)).collect();
    Phone {
        name: name.clone(),
        number: number.clone(),
        number_end: number
            .get(number.len().saturating_sub(4)..)
            .map(|end| format!("…{end}"))
            .unwrap_or_default(),
        call: calls.iter().find_map(|(call, facts)| current(call, facts, twilio.now())),
        history: calls
            .iter()
            .filter_map(|(call, facts)| ended(call, facts))
            .take(MAX_SHOWN)
            .collect(),
        texts: last(texts, MAX_SHOWN),
        can_answer: twilio.answers_to(setup, number).is_some(),
        behaviour: twilio.behaviour(number),
    }
}

fn shown(text: &crate::twilio::text::Text) -> Text {
    let TextFacts { status, error_code, .. } = text.facts();
    let (at, body) = (text.created, text.body().to_owned());
    Text { at, body, is_own: text.is_inbound(), status: status.name(), error_code }
}

fn last<T>(mut list: Vec<T>, most: usize) -> Vec<T> {
    list.split_off(list.len().saturating_sub(most))
}

fn current(call: &Call, facts: &Facts, now: Timestamp) -> Option<CurrentCall> {
    if !facts.status.holds_the_line() {
        return None;
    }
    let facts = facts.clone();
    let ringing = facts.status == Status::Ringing;
    let until = call.rings_until().filter(|_| ringing);
    Some(CurrentCall {
        sid: call.sid.clone(),
        status: facts.status.name(),
        flow: facts.flow,
        rings_for_s: facts.ringing_since.filter(|_| ringing).map(|since| seconds(since, now)),
        seconds_left: until.map(|until| seconds(now, until)),
        talks_for_s: facts.answered.map(|since| seconds(since, now)),
        voicemail: facts.machine,
        said: facts.said,
        saying: facts.saying,
        gathering: facts.gathering.map(|gathering| Gathering {
            seconds_left: gathering.until.map(|until| seconds(now, until)),
            takes_speech: gathering.takes_speech,
            labels: gathering.labels.into_iter().map(|known| (known.key, known.label)).collect(),
        }),
        handover: facts
            .handover
            .map(|handover| HandedOver { to: handover.to, answered: handover.answered.is_some() }),
        recording: facts.recording,
        keys: facts.keys,
    })
}

fn ended(call: &Call, facts: &Facts) -> Option<EndedCall> {
    let at = facts.ended?;
    let Facts { status, flow, ringing_since, answered, machine, said, keys, error, .. } =
        facts.clone();
    Some(EndedCall {
        sid: call.sid.clone(),
        at,
        status: status.name(),
        flow,
        seconds: answered.map(|since| seconds(since, at)).unwrap_or_default(),
        voicemail: machine,
        rang: ringing_since.is_some(),
        said,
        keys,
        error,
    })
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0)
}

//! The events that come of a caller's actions: keys, words, messages, recordings.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Playing;
use super::answers::CHARACTERS_A_SECOND;
use crate::play::peer::CallerAction;
use crate::play::trace::TraceDetail;
use crate::run::{HANG_UP, Record, RunEvent};

/// The time that a message is thought about.
const REPLY_TIME: Duration = Duration::from_secs(20);

impl Playing<'_> {
    /// Keys or words at a prompt: the keys until the stop key or the last one that it takes.
    pub(super) fn input(
        &mut self,
        widget: &str,
        action: CallerAction,
        (max_digits, finish_on_key): (Option<usize>, &str),
        (speaks, timeout): (Duration, Duration),
    ) -> Vec<(Duration, RunEvent)> {
        let (detail, takes, event) = match action {
            CallerAction::Press(keys) => {
                let most = max_digits.unwrap_or(usize::MAX);
                let is_last = |key: char| finish_on_key.contains(key);
                let digits: String =
                    keys.chars().take_while(|key| !is_last(*key)).take(most).collect();
                let (taken, pressed) = (digits.chars().count(), keys.chars().count());
                let is_done = taken == most || keys.chars().nth(taken).is_some_and(is_last);
                let stop = usize::from(taken < most && is_done);
                let lost = pressed.saturating_sub(taken + stop);
                let typing = Duration::from_secs(pressed as u64);
                let takes = if is_done { typing } else { typing.saturating_add(timeout) };
                let event = RunEvent::Digits(digits.clone());
                (TraceDetail::Pressed { digits, lost }, takes, event)
            }
            CallerAction::Say(words) => {
                let text = transcribed(&words);
                let confidence = "0.9".to_owned();
                let transcript = Some(text.clone());
                let event = RunEvent::SpeechResult { text, confidence };
                (TraceDetail::Spoke { words, transcript }, Duration::from_secs(2), event)
            }
            CallerAction::Silence => (TraceDetail::Silent, timeout, RunEvent::TimedOut),
            CallerAction::HangUp => return self.hang_up(widget),
        };
        self.note(widget, detail);
        vec![(speaks.saturating_add(takes), event)]
    }

    fn hang_up(&mut self, widget: &str) -> Vec<(Duration, RunEvent)> {
        self.is_on_line = false;
        self.note(widget, TraceDetail::HungUp);
        vec![(Duration::from_secs(1), RunEvent::HungUp)]
    }

    /// The answer to a message.
    pub(super) fn message(
        &mut self,
        widget: &str,
        action: CallerAction,
        timeout: Duration,
    ) -> Vec<(Duration, RunEvent)> {
        let (CallerAction::Press(text) | CallerAction::Say(text)) = action else {
            self.note(widget, TraceDetail::Silent);
            return vec![(timeout, RunEvent::TimedOut)];
        };
        self.note(widget, TraceDetail::Replied(text.clone()));
        let sid = format!("SM{:032x}", self.sid());
        let (from, to) = &self.address;
        let parameters: Map<String, Value> = [
            ("MessageSid", json!(sid)),
            ("From", json!(from)),
            ("To", json!(to)),
            ("Body", json!(text)),
            ("NumMedia", json!("0")),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        vec![(REPLY_TIME.min(timeout), RunEvent::Replied(parameters))]
    }

    /// A recording: words or keys, until one of the keys that end it, silence, its longest time or a hang-up. Any other key
    /// is heard in it, and nothing more.
    pub(super) fn recording(
        &mut self,
        widget: &str,
        action: CallerAction,
        record: &Record,
    ) -> Vec<(Duration, RunEvent)> {
        let seconds = |count: usize| Duration::from_secs(count as u64);
        let (mut digits, mut silence) = (String::new(), record.timeout);
        let (detail, heard) = match action {
            CallerAction::Say(words) => {
                let length = words.chars().count().div_ceil(CHARACTERS_A_SECOND).max(1);
                (TraceDetail::Spoke { words, transcript: None }, seconds(length))
            }
            CallerAction::Press(keys) => {
                let most = usize::try_from(record.max_length.as_secs()).unwrap_or(usize::MAX);
                let is_last = |key: char| record.finish_on_key.contains(key);
                let pressed = keys.chars().count();
                let stop = keys.chars().take(most).position(is_last);
                let taken = stop.map_or(pressed.min(most), |at| at + 1);
                if let Some(at) = stop {
                    digits.extend(keys.chars().nth(at));
                    silence = Duration::ZERO;
                }
                let digits = keys.chars().take(taken).collect();
                (TraceDetail::Pressed { digits, lost: pressed - taken }, seconds(taken))
            }
            CallerAction::Silence => (TraceDetail::Silent, Duration::ZERO),
            CallerAction::HangUp => {
                self.is_on_line = false;
                (digits, silence) = (HANG_UP.to_owned(), Duration::ZERO);
                (TraceDetail::HungUp, seconds(1))
            }
        };
        self.note(widget, detail);
        let (sid, duration) = (self.sid(), heard.min(record.max_length));
        let recording_sid = format!("RE{sid:032x}");
        let recording_url =
            format!("https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/{recording_sid}");
        let takes = heard.saturating_add(silence).min(record.max_length);
        let event = RunEvent::Recorded { recording_sid, recording_url, duration, digits };
        vec![(takes, event)]
    }
}

/// Words as Twilio writes them: with a capital and a full stop.
pub fn transcribed(words: &str) -> String {
    let words = words.trim();
    let mut characters = words.chars();
    let Some(first) = characters.next() else { return String::new() };
    let end = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), characters.as_str())
}

//! The events that come of a caller's actions: keys, words, messages, recordings.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{CHARACTERS_A_SECOND, Playing};
use crate::play::peer::CallerAction;
use crate::play::trace::TraceDetail;
use crate::run::{HANG_UP, RunEvent};

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

    /// A recording: words, then a key or a hang-up; or silence.
    pub(super) fn recording(
        &mut self,
        widget: &str,
        action: CallerAction,
        silence: Duration,
    ) -> Vec<(Duration, RunEvent)> {
        let (detail, words, digits) = match action {
            CallerAction::Say(words) => {
                let length = words.chars().count().div_ceil(CHARACTERS_A_SECOND).max(1);
                (TraceDetail::Spoke { words, transcript: None }, length, String::new())
            }
            CallerAction::Press(keys) => {
                let key: String = keys.chars().take(1).collect();
                let lost = keys.chars().count().saturating_sub(1);
                (TraceDetail::Pressed { digits: key.clone(), lost }, 1, key)
            }
            CallerAction::Silence => (TraceDetail::Silent, 0, String::new()),
            CallerAction::HangUp => {
                self.is_on_line = false;
                (TraceDetail::HungUp, 1, HANG_UP.to_owned())
            }
        };
        self.note(widget, detail);
        let (sid, duration) = (self.sid(), Duration::from_secs(words as u64));
        let recording_sid = format!("RE{sid:032x}");
        let recording_url =
            format!("https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/{recording_sid}");
        let event = RunEvent::Recorded { recording_sid, recording_url, duration, digits };
        vec![(duration.saturating_add(silence), event)]
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

//! The behaviour of a phone by itself, for tests and long runs.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::PhoneAction;

/// The code of a text that is not delivered, unless the behaviour has another one: the phone is off, …
const UNREACHABLE_HANDSET: u32 = 30003;
/// … or there is no such phone.
const UNKNOWN_HANDSET: u32 = 30005;
/// The code of a text that does not leave Twilio, unless the behaviour has another one.
const QUEUE_OVERFLOW: u32 = 30001;
/// The codes that there are.
const ERROR_CODES: RangeInclusive<u32> = 10_000..=99_999;

/// A phone's behaviour, in all calls that ring and all texts that are sent from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneBehaviour {
    #[serde(default)]
    does: Does,
    /// The key that it presses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<char>,
    /// How long it waits before each thing that it does.
    #[serde(default)]
    after_ms: u64,
    /// The outcome of texts: they arrive, unless there is no such line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    texts: Option<TextOutcome>,
    /// The code of a text that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error_code: Option<u32>,
}

/// The outcome of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TextOutcome {
    Delivered,
    /// It arrives, and the callback that says so is lost.
    ReceiptLost,
    /// The carrier sends no receipt: it stays `sent`.
    Sent,
    /// The carrier could not deliver it.
    Undelivered,
    /// It never leaves Twilio.
    Failed,
}

/// How a phone takes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextReception {
    pub(super) outcome: TextOutcome,
    /// Twilio's code of what went wrong.
    pub(super) error_code: Option<u32>,
    /// How much later than usual its receipt is.
    pub(super) late_by: Duration,
}

impl Default for TextReception {
    fn default() -> TextReception {
        TextReception { outcome: TextOutcome::Delivered, error_code: None, late_by: Duration::ZERO }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    #[default]
    None,
    /// Answers, and presses its key once as soon as a Gather is open.
    AnswerAndPress,
    Decline,
    Voicemail,
    HangUpAfterAnswer,
    /// There is no such line: calls and texts fail.
    Unreachable,
}

impl PhoneBehaviour {
    /// Whether it is one that can be had; the error is for a person.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
        match (self.does, self.key) {
            (Does::AnswerAndPress, Some(key)) if is_key(key) => Ok(()),
            (Does::AnswerAndPress, _) => {
                Err("answer-and-press needs a key: 0 to 9, * or #".to_owned())
            }
            (_, Some(_)) => Err("only answer-and-press has a key".to_owned()),
            (_, None) => Ok(()),
        }?;
        let fails = matches!(self.texts, Some(TextOutcome::Undelivered | TextOutcome::Failed));
        match self.error_code {
            Some(_) if !fails => {
                Err("only texts that are undelivered or failed have an error_code".to_owned())
            }
            Some(code) if !ERROR_CODES.contains(&code) => {
                Err("error_code is one of Twilio's: 10000 to 99999".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Whether it does anything.
    pub(crate) fn does_anything(&self) -> bool {
        self.does != Does::None || self.texts.is_some()
    }

    /// How it takes a text.
    pub(super) fn reception(&self) -> TextReception {
        let outcome = self.texts.unwrap_or(match self.does {
            Does::Unreachable => TextOutcome::Undelivered,
            _ => TextOutcome::Delivered,
        });
        let code = match outcome {
            TextOutcome::Delivered | TextOutcome::ReceiptLost | TextOutcome::Sent => None,
            TextOutcome::Undelivered if self.does == Does::Unreachable => Some(UNKNOWN_HANDSET),
            TextOutcome::Undelivered => Some(UNREACHABLE_HANDSET),
            TextOutcome::Failed => Some(QUEUE_OVERFLOW),
        };
        TextReception { outcome, error_code: self.error_code.or(code), late_by: self.after() }
    }

    pub(super) fn after(&self) -> Duration {
        Duration::from_millis(self.after_ms)
    }

    pub(super) fn is_unreachable(&self) -> bool {
        self.does == Does::Unreachable
    }

    /// The action when it rings.
    pub(super) fn when_ringing(&self) -> Option<PhoneAction> {
        match self.does {
            Does::AnswerAndPress | Does::HangUpAfterAnswer => Some(PhoneAction::Answer),
            Does::Decline => Some(PhoneAction::Decline),
            Does::Voicemail => Some(PhoneAction::Voicemail),
            Does::None | Does::Unreachable => None,
        }
    }

    /// The action once it has answered.
    pub(super) fn when_answered(&self) -> Option<PhoneAction> {
        (self.does == Does::HangUpAfterAnswer).then_some(PhoneAction::HangUp)
    }

    /// The action when a Gather opens.
    pub(super) fn when_gathering(&self) -> Option<PhoneAction> {
        self.key.filter(|_| self.does == Does::AnswerAndPress).map(PhoneAction::Press)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behaviour(json: &str) -> PhoneBehaviour {
        serde_json::from_str(json).expect("a behaviour")
    }

    #[test]
    fn text_outcome_is_the_phones_and_fails_with_a_code() {
        use TextOutcome::{Delivered, Failed, ReceiptLost, Sent, Undelivered};
        for (json, outcome, code) in [
            ("{}", Delivered, None),
            (r#"{"does": "decline"}"#, Delivered, None),
            (r#"{"does": "unreachable"}"#, Undelivered, Some(30005)),
            (r#"{"does": "unreachable", "texts": "delivered"}"#, Delivered, None),
            (r#"{"texts": "receipt-lost"}"#, ReceiptLost, None),
            (r#"{"texts": "sent"}"#, Sent, None),
            (r#"{"texts": "undelivered"}"#, Undelivered, Some(30003)),
            (r#"{"texts": "undelivered", "error_code": 30007}"#, Undelivered, Some(30007)),
            (r#"{"texts": "failed"}"#, Failed, Some(30001)),
        ] {
            let TextReception { outcome: found, error_code, late_by } = behaviour(json).reception();
            assert_eq!((found, error_code, late_by), (outcome, code, Duration::ZERO), "{json}");
            assert_eq!(behaviour(json).check(), Ok(()), "{json}");
        }
        assert!(behaviour(r#"{"texts": "sent"}"#).does_anything());
        assert!(!behaviour("{}").does_anything());
    }

    #[test]
    fn behaviour_that_makes_no_sense_is_refused() {
        for json in [
            r#"{"does": "answer-and-press"}"#,
            r#"{"does": "decline", "key": "1"}"#,
            r#"{"error_code": 30003}"#,
            r#"{"texts": "sent", "error_code": 30003}"#,
            r#"{"texts": "failed", "error_code": 404}"#,
        ] {
            assert!(behaviour(json).check().is_err(), "{json}");
        }
        assert!(serde_json::from_str::<PhoneBehaviour>(r#"{"texts": "lost"}"#).is_err());
    }
}

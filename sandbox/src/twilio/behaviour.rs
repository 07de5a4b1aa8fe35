//! The behaviour of a phone by itself, for tests and long runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::PhoneAction;

/// A phone's behaviour, in all calls that ring from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneBehaviour {
    does: Does,
    /// The key that it presses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<char>,
    /// How long it waits before each thing that it does.
    #[serde(default)]
    after_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    None,
    /// Answers, and presses its key once as soon as a Gather is open.
    AnswerAndPress,
    Decline,
    Voicemail,
    HangUpAfterAnswer,
    /// There is no such line: calls fail.
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
        }
    }

    /// Whether it does anything.
    pub(crate) fn does_anything(&self) -> bool {
        self.does != Does::None
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

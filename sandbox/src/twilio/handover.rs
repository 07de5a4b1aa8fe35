//! The parts of a call in which somebody else has it, or nobody: it is handed over, or what is said is recorded.

use std::time::Duration;

use jiff::Timestamp;

use super::call::{Handover, PhoneAction, Status};
use super::digits::CallerInput;
use super::play::speaking;
use super::player::{Player, Turn, Wake};
use crate::host::later;

/// How a hand-over ended, while the caller was still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandoverEnd {
    /// Nobody answered in time.
    NoAnswer,
    /// The other side would not answer.
    Refused,
    /// The other side answered, and hung up.
    Completed {
        /// How long they talked.
        talked: Duration,
    },
}

/// The limits of a recording.
#[derive(Clone, Debug)]
pub(super) struct RecordingLimits {
    /// How much silence ends it.
    pub(super) silence: Duration,
    /// How long it may be.
    pub(super) max_length: Duration,
    /// The keys that end it.
    pub(super) finish_on_key: String,
}

/// A recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recording {
    /// How long somebody spoke.
    pub(super) spoken: Duration,
    /// The key that ended it, if one did.
    pub(super) key: Option<char>,
    /// Whether the caller hung up.
    pub(super) is_hung_up: bool,
}

impl Player {
    /// Hands the call over, and waits until somebody says how that went.
    pub(super) async fn hand_over(
        &mut self,
        to: String,
        timeout: Option<Duration>,
    ) -> Result<HandoverEnd, Turn> {
        let until = timeout.map_or(Timestamp::MAX, |timeout| later(self.at, timeout));
        self.call.facts().handover = Some(Handover { to, answered: None });
        let end = self.until_handed_back(until).await;
        self.call.facts().handover = None;
        end
    }

    async fn until_handed_back(&mut self, until: Timestamp) -> Result<HandoverEnd, Turn> {
        let mut answered: Option<Timestamp> = None;
        loop {
            let until = if answered.is_some() { Timestamp::MAX } else { until };
            let request = match self.next(until.min(self.limit)).await {
                Wake::Due if self.at >= self.limit => return Err(Turn::End(Status::Completed)),
                Wake::Due => return Ok(HandoverEnd::NoAnswer),
                Wake::Phone(request) => request,
            };
            match (&request.action, answered) {
                (PhoneAction::PartyAnswer, None) => {
                    answered = Some(self.at);
                    if let Some(handover) = &mut self.call.facts().handover {
                        handover.answered = answered;
                    }
                    request.done();
                }
                (PhoneAction::PartyRefuse, None) => {
                    request.done();
                    return Ok(HandoverEnd::Refused);
                }
                (PhoneAction::PartyHangUp, Some(since)) => {
                    request.done();
                    let talked = self.at.duration_since(since).unsigned_abs();
                    return Ok(HandoverEnd::Completed { talked });
                }
                _ => {
                    self.take(request)?;
                }
            }
        }
    }

    /// Records what is said, until it is silent, a key ends it, it is long enough, or the caller hangs up.
    pub(super) async fn record(&mut self, limits: &RecordingLimits) -> Result<Recording, Turn> {
        self.call.facts().recording = true;
        let recording = self.until_recorded(limits).await;
        self.call.facts().recording = false;
        recording
    }

    async fn until_recorded(&mut self, limits: &RecordingLimits) -> Result<Recording, Turn> {
        let mut recording = Recording::default();
        let longest = later(self.at, limits.max_length);
        let mut silent = later(self.at, limits.silence);
        loop {
            let request = match self.next(silent.min(longest).min(self.limit)).await {
                Wake::Due if self.at >= self.limit => return Err(Turn::End(Status::Completed)),
                Wake::Due => return Ok(recording),
                Wake::Phone(request) => request,
            };
            match request.action.clone() {
                PhoneAction::Say(words) => {
                    let spoken = speaking(&words);
                    let all = recording.spoken.saturating_add(spoken);
                    recording.spoken = all.min(limits.max_length);
                    silent = later(later(self.at, spoken), limits.silence);
                    self.call.facts().said.push(format!("“{words}”"));
                    request.done();
                }
                PhoneAction::HangUp | PhoneAction::Complete => {
                    recording.is_hung_up = true;
                    self.ended_by = Some(request);
                    return Ok(recording);
                }
                _ => {
                    if let Some(CallerInput::Key(key)) = self.take(request)?
                        && limits.finish_on_key.contains(key)
                    {
                        recording.key = Some(key);
                        return Ok(recording);
                    }
                }
            }
        }
    }
}

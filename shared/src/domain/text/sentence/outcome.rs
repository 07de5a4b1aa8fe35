//! The outcome of a call, in a few words.

use crate::domain::escalation::Outcome;

/// The outcome of a call, in a few words.
pub fn outcome_text(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Taken => "took it",
        Outcome::Declined => "declined",
        Outcome::Resolved => "resolved it",
        Outcome::TooLate => "pressed 1 when it was no longer open",
        Outcome::NoAnswer => "no answer",
        Outcome::Busy => "busy",
        Outcome::Failed => "the call failed",
        Outcome::Refused => "the call was refused",
        Outcome::InCall => "in another call",
        Outcome::Voicemail => "voicemail",
        Outcome::HungUp => "answered, did not choose",
        Outcome::Canceled => "no longer needed",
        Outcome::Silent => "no status came for the call",
    }
}

//! What asks for somebody.

use crate::escalation::Event;

/// Whether the line of this event asks for somebody to take the incident: in Slack a button goes with it.
pub fn asks(event: &Event) -> bool {
    matches!(
        event,
        Event::Raised { .. }
            | Event::Reopened { .. }
            | Event::NobodyOnCall { .. }
            | Event::Exhausted { .. }
            | Event::CalledAgain
            | Event::AskedAgain { .. }
            | Event::CalledInstead { .. }
            | Event::GivenBack { .. }
            | Event::SilenceOver
            | Event::HuntAgain { .. }
            | Event::CalledBack { .. }
    )
}

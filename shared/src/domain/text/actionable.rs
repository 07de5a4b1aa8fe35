//! Entries that people may act on.

use crate::domain::escalation::Event;

/// Whether people may act on the line of this event, to take the incident or to end it: in Slack buttons go with it.
pub fn is_actionable(event: &Event) -> bool {
    matches!(
        event,
        Event::Raised { .. }
            | Event::Reopened { .. }
            | Event::NobodyOnCall { .. }
            | Event::Exhausted { .. }
            | Event::Taken { .. }
            | Event::CalledAgain
            | Event::OwnerCalledAgain { .. }
            | Event::CalledInstead { .. }
            | Event::Released { .. }
            | Event::SilenceOver
            | Event::SilenceEnded { .. }
            | Event::PassedOn { .. }
            | Event::RoundAgain { .. }
            | Event::CalledBack { .. }
    )
}

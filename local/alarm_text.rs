//! Results of alarms, in words.

use shared::jobs::escalate::intake::AlarmResult;

/// Returns the result of one alarm in words.
pub fn describe(result: &AlarmResult) -> String {
    match result {
        AlarmResult::Incident { alarm, incident } => format!("{alarm}: incident {incident}"),
        AlarmResult::Nothing { alarm } => format!("{alarm}: known before, or nothing to end"),
        AlarmResult::Quiet { alarm, reason } => format!("{alarm}: calls nobody, it is {reason}"),
        AlarmResult::Silenced { alarm, until, .. } => format!("{alarm}: silenced until {until}"),
        AlarmResult::Ignored { alarm, .. } => format!("{alarm}: calls nobody, it is ignored"),
        AlarmResult::Disabled { alarm, .. } => {
            format!("{alarm}: calls nobody, its actions are disabled")
        }
        AlarmResult::DeadLetter { reason, .. } => format!("a dead letter: {reason}"),
    }
}

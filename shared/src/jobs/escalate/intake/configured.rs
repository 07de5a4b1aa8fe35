//! The policy and the reason to be ignored that the configuration has for an alarm.

use super::AlarmResult;
use super::verdict::Configured;
use crate::config::Settings;
use crate::domain::alarm::own;
use crate::domain::text::mask_e164;
use crate::jobs::escalate::transaction::OWN_ALARMS;

/// Looks up what the configuration says of an alarm's name.
pub(super) fn configured<'a>(settings: &'a Settings, name: &str) -> Configured<'a> {
    Configured {
        has_policy: settings.config.escalation.policy_for(name).is_some(),
        ignored: caused_by_strangers(settings, name)
            .map(Some)
            .or_else(|| settings.config.ignored.reason(name)),
    }
}

/// The result of what ends, or has no data, where no policy is for it and it goes on in no incident.
pub(super) fn result_without_policy(settings: &Settings, name: &str) -> AlarmResult {
    let alarm = mask_e164(name);
    match configured(settings, name).ignored {
        Some(reason) => AlarmResult::Ignored { alarm, reason: reason.map(str::to_owned) },
        None => AlarmResult::Nothing { alarm },
    }
}

/// Why an alarm about Ringdown itself is ignored, if a stranger can set it off.
fn caused_by_strangers(settings: &Settings, name: &str) -> Option<&'static str> {
    let resource = own::resource(name, settings.value(OWN_ALARMS)?)?;
    own::CAUSED_BY_STRANGERS
        .contains(&resource)
        .then_some("it is about Ringdown itself, and strangers can set it off")
}

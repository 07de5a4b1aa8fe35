//! `ringdown flow outage`: prints a policy's own Studio Flow, ready to be imported.

use shared::domain::escalation::Policy;
use shared::twilio::studio::outage::outage_call;

use super::super::read_leniently;
use crate::clock::now;
use crate::output::json;
use crate::settings::Source;

/// Prints the definition to standard output, and to standard error what to do with it.
pub fn run(source: &Source, policy: Option<&str>) -> Result<(), String> {
    let config = read_leniently(source)?;
    if let Some(warning) = source.warning() {
        say_error!("{warning}");
    }
    let policies: Vec<Policy> = config.escalation.policies_at(now()).collect();
    let policy = choose(&policies, policy, &source.name())?;
    say!("{}", json(&outage_call(policy)));
    say_error!("{}", hint(policy));
    Ok(())
}

/// The policy of this name; without a name the only one there is.
fn choose<'a>(
    policies: &'a [Policy],
    name: Option<&str>,
    source: &str,
) -> Result<&'a Policy, String> {
    let known =
        || policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
    match (policies, name) {
        ([], _) => Err(format!("{source} has no [[policies]]: a Flow belongs to one")),
        ([only], None) => Ok(only),
        (_, None) => {
            Err(format!("which policy? Name it with --policy, expected one of {}", known()))
        }
        (_, Some(name)) => policies.iter().find(|policy| policy.name == name).ok_or_else(|| {
            format!("--policy: there is no policy {name:?}, expected one of {}", known())
        }),
    }
}

fn hint(policy: &Policy) -> String {
    format!(
        "\nThis is the Flow of the policy {:?}. Next:\n\
         1. in Twilio's console: Studio, Create Flow, \"Import from JSON\", paste it, publish it; or post it to\n\
         \x20  https://studio.twilio.com/v2/Flows as Definition, with a FriendlyName and Status=published\n\
         2. in its [[policies]]: call_with = \"studio\", flow_sid = \"FW…\" (the Flow's SID)\n\
         Do the first again when its ring_seconds, answer_seconds, voice or language change: they stand in the Flow.",
        policy.name
    )
}

//! `ringdown raise`: an incident by hand, at a running server or a deployment.

use clap::Args;
use serde::Serialize;
use shared::domain::alarm::MAX_RAISED_CHARS;
use shared::jobs::escalate::intake::AlarmResult;

use super::acting::named;
use super::alarm::{Alarms, WRONG_TOKEN};
use super::arguments::{DataFolder, ServerAddress};
use crate::output::json;
use shared::domain::escalation::IncidentId;

/// What was typed behind `raise`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct RaiseOptions {
    /// What is wrong, on one line: whoever is called hears it
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// The policy whose people are called; it may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Who raises it, as people are told [default: somebody at the command line]
    #[arg(long = "as", value_name = "PERSON")]
    pub person: Option<String>,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    /// The address.
    #[command(flatten)]
    pub address: ServerAddress,
    /// The data folder, which has the start token.
    #[command(flatten)]
    pub folder: DataFolder,
}

const EXAMPLES: &str = "\
Examples:
  ringdown raise \"Checkout is slow\" --policy default
  ringdown raise \"Checkout is slow\" --policy default --as alpha --to https://ringdown.example.com";

/// What the server answers, as `--json` prints it.
#[derive(Serialize)]
struct Answer {
    status: u16,
    /// The incident's id, if it was taken.
    incident: Option<IncidentId>,
    /// What it says instead.
    text: Option<String>,
}

/// Posts it to `/alarms`; `Ok(false)` if it was not taken.
///
/// # Errors
/// There is no token, or nobody answers.
pub async fn run(options: &RaiseOptions) -> Result<bool, String> {
    if options.person.as_deref().is_some_and(|person| person.trim().is_empty()) {
        return Err("--as: expected a name".to_owned());
    }
    let alarms = Alarms::of(&options.address, &options.folder)?;
    let by = named(options.person.as_deref());
    let text: String = options.text.chars().take(MAX_RAISED_CHARS + 1).collect();
    if text.chars().count() > MAX_RAISED_CHARS {
        say_error!("warning: the text is cut after {MAX_RAISED_CHARS} characters");
    }
    let mut body = serde_json::json!({ "raise": text, "by": by });
    if let Some(policy) = &options.policy {
        body["policy"] = policy.as_str().into();
    }
    let (status, text) = alarms.post(body.to_string()).await?;
    let results = serde_json::from_str::<Vec<AlarmResult>>(&text).unwrap_or_default();
    let incident = results.into_iter().find_map(|result| match result {
        AlarmResult::Incident { incident, .. } => Some(incident),
        _ => None,
    });
    let is_taken = incident.is_some();
    if options.json {
        let text = (!is_taken).then(|| text.trim().to_owned());
        say!("{}", json(&Answer { status, incident, text }));
        return Ok(is_taken);
    }
    match incident {
        Some(incident) => say!("{status} incident {incident}"),
        None if status == 401 => say!("{WRONG_TOKEN}"),
        None => say!("{status} {}", text.trim()),
    }
    Ok(is_taken)
}

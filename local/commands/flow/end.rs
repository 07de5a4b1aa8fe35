//! `ringdown flow end`: ends an Execution, for instance one that is stuck.

use clap::Args;
use serde_json::{Value, json};
use shared::domain::sid::{EXECUTION, FLOW, Sid};
use shared::twilio::rest::{Account, Api, ApiError, wire};
use shared::twilio::studio::api::{EndOutcome, Executions};

use super::super::arguments::{DataFolder, ServerAddress};
use crate::output;
use crate::settings::{environment, twilio_account};

/// What was typed behind `flow end`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct EndOptions {
    /// The SID of the Flow
    #[arg(value_name = "FW...", value_parser = flow_sid)]
    pub flow: Sid,
    /// The SID of the execution
    #[arg(value_name = "FN...", value_parser = execution_sid)]
    pub execution: Sid,
    /// The address of the server whose simulated Twilio has it.
    #[command(flatten)]
    pub address: ServerAddress,
    /// That server's data folder, which has the simulated secrets.
    #[command(flatten)]
    pub folder: DataFolder,
    /// That server was started with --sandbox
    #[arg(long)]
    pub sandbox: bool,
    /// Print what became of it as JSON
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringdown flow end FW00000000000000000000000000000001 FN00000000000000000000000000000002";

fn flow_sid(text: &str) -> Result<Sid, String> {
    Sid::read(FLOW, text).ok_or_else(|| format!("expected {FLOW} and 32 hexadecimal digits"))
}

fn execution_sid(text: &str) -> Result<Sid, String> {
    Sid::read(EXECUTION, text)
        .ok_or_else(|| format!("expected {EXECUTION} and 32 hexadecimal digits"))
}

impl EndOptions {
    /// Returns the options that this command needs for a server with this data folder and address.
    #[must_use]
    pub fn for_server(folder: &DataFolder, address: &str, sandbox: bool) -> Vec<String> {
        let mut typed = Vec::new();
        let address = ServerAddress { to: address.to_owned() };
        if !address.is_usual() {
            typed.extend(["--to".to_owned(), address.to]);
        }
        if !folder.is_usual() {
            let folder = folder.path().to_string_lossy().into_owned();
            typed.extend(["--data".to_owned(), folder]);
        }
        typed.extend(sandbox.then(|| "--sandbox".to_owned()));
        typed
    }
}

/// Ends it, and prints what became of that. `Ok(false)` if Twilio refuses, or knows no such Execution.
///
/// # Errors
/// There is no account, or Twilio does not answer.
pub async fn run(options: &EndOptions) -> Result<bool, String> {
    let EndOptions { flow, execution, address, folder, sandbox, json } = options;
    let to = address.to.trim_end_matches('/');
    let account = twilio_account(&environment(), folder.path(), to, *sandbox)?;
    let http = shared::http::client().map_err(|error| error.to_string())?;
    let api = Api::new(account.clone(), wire(http));
    let outcome = Executions::of(&api, flow).end_active(execution).await;
    let is_simulated = account.base_url.starts_with(to);
    let (outcome, text) = match outcome {
        Ok(outcome) => (word(outcome), describe(outcome, options, &account)),
        Err(ApiError::Refused(why)) if matches!(why.code, Some(20003 | 401 | 403)) => {
            let advice = match is_simulated {
                true => {
                    "the start token is not that of this server: name its data folder with --data DIR"
                }
                false => {
                    "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, which are those of your account in Twilio's console"
                }
            };
            (REFUSED, format!("not ended: {}; {advice}", why.text))
        }
        Err(ApiError::Refused(why)) => (REFUSED, format!("not ended: {}", why.text)),
        Err(ApiError::Later(_, why)) if is_simulated => {
            let start = crate::program::start();
            return Err(format!(
                "not ended: {why} ({to}): is the server running there? Start it with `{start}`, or name it with --to"
            ));
        }
        Err(ApiError::Later(_, why)) => {
            return Err(format!("not ended: {why}: try again in a moment"));
        }
        Err(ApiError::Unknown(why)) => {
            return Err(format!("{why}: it may have ended. The same command again says whether"));
        }
    };
    match json {
        true => say!("{}", output::json(&object(options, outcome, &text))),
        false => say!("{text}"),
    }
    Ok(OVER.contains(&outcome))
}

/// The outcomes after which it is over.
const OVER: [&str; 2] = ["ended", "ended_before"];
const REFUSED: &str = "refused";

/// The outcome as the word that a script reads.
fn word(outcome: EndOutcome) -> &'static str {
    match outcome {
        EndOutcome::Ended => "ended",
        EndOutcome::EndedBefore => "ended_before",
        EndOutcome::Active => "active",
        EndOutcome::Unknown => "unknown",
    }
}

fn object(options: &EndOptions, outcome: &str, text: &str) -> Value {
    let EndOptions { flow, execution, .. } = options;
    json!({"flow": flow, "execution": execution, "outcome": outcome, "message": text})
}

/// The outcome in words.
fn describe(outcome: EndOutcome, options: &EndOptions, account: &Account) -> String {
    let EndOptions { flow, execution, .. } = options;
    match outcome {
        EndOutcome::Ended => format!("{execution} has ended"),
        EndOutcome::EndedBefore => format!("{execution} had already ended"),
        EndOutcome::Active => format!(
            "{execution} is still active, though Twilio took the request: try again in a moment"
        ),
        EndOutcome::Unknown => format!(
            "{execution} is no execution of {flow} in the account {}: are both SIDs right, and is it this account's Flow? \
             Twilio may have deleted one that ended long ago",
            account.sid
        ),
    }
}

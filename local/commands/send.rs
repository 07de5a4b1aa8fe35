//! `ringdown send`: plays Twilio. Files of `events/` are signed and posted.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use sandbox::Secrets;
use shared::config::tokens;

use super::arguments::{DataFolder, ServerAddress};
use crate::access;
use crate::clock::now;
use crate::envelope::{Envelope, Sent, meaning, post};
use crate::settings::environment;

/// What was typed behind `send`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct SendOptions {
    /// Files such as those of events/event-stream-webhook/
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
    pub files: Vec<PathBuf>,
    /// The address.
    #[command(flatten)]
    pub address: ServerAddress,
    /// The data folder, which has the simulated secrets.
    #[command(flatten)]
    pub folder: DataFolder,
    /// Give each event a new id and the present time
    ///
    /// A line that was delivered once is left out for a day.
    #[arg(long)]
    pub fresh: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringdown send events/event-stream-webhook/worker-activity.json
  ringdown send events/event-stream-webhook/batch.json --fresh";

/// Sends files, signed with `TWILIO_AUTH_TOKEN` or else as the simulated Twilio of the server whose data folder this is;
/// `Ok(false)` if one was not taken.
pub async fn run(options: &SendOptions) -> Result<bool, String> {
    let environment = environment();
    let token = match environment.value("twilio/auth-token") {
        Some(known) => {
            tokens(known).into_iter().next().ok_or("TWILIO_AUTH_TOKEN holds no token")?
        }
        None => Secrets::derived_from(&access::read(options.folder.path())?).auth_token,
    };
    let to = options.address.to.trim_end_matches('/');
    let base = environment.value("public-base-url").unwrap_or(to).trim_end_matches('/');
    let http = shared::http::client().map_err(|error| error.to_string())?;
    let mut all_taken = true;
    // All of them are read before the first is sent.
    let mut envelopes = Vec::new();
    for file in &options.files {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
        match is_no_request(&text) {
            true => say!("{name}: left out, a queue or a schedule brings this and not Twilio"),
            false => {
                let envelope = Envelope::read(&text).map_err(|error| format!("{name} {error}"))?;
                envelopes.push((name, envelope));
            }
        }
    }
    for (name, mut envelope) in envelopes {
        if options.fresh {
            envelope.happen_again(now());
        }
        let Sent { status, text } = post(&http, &envelope, base, to, &token).await?;
        let text = if text.is_empty() { String::new() } else { format!(" ({})", text.trim()) };
        say!("{name}: {status} {}{text}", meaning(status));
        all_taken &= (200..=299).contains(&status);
    }
    Ok(all_taken)
}

/// Whether a file of `events/` is what a queue or a schedule hands to a function.
fn is_no_request(text: &str) -> bool {
    let event = serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    ["Records", "schedule", "detail-type"].iter().any(|name| event.get(name).is_some())
}

//! `ringdown send`: plays Twilio. Files of `events/` are signed and posted.

use std::path::{Path, PathBuf};

use sandbox::Secrets;
use shared::config::tokens;

use crate::access;
use crate::clock::now;
use crate::envelope::{Envelope, Sent, meaning, post};
use crate::settings::environment;

/// Sends files, signed with `TWILIO_AUTH_TOKEN` or else as the simulated Twilio of the server whose data folder this is;
/// `Ok(false)` if one was not taken.
pub async fn run(data: &Path, files: &[PathBuf], to: &str, fresh: bool) -> Result<bool, String> {
    let environment = environment();
    let token = match environment.value("twilio/auth-token") {
        Some(known) => {
            tokens(known).into_iter().next().ok_or("TWILIO_AUTH_TOKEN holds no token")?
        }
        None => Secrets::derived_from(&access::read(data)?).auth_token,
    };
    let to = to.trim_end_matches('/');
    let base = environment.value("public-base-url").unwrap_or(to).trim_end_matches('/');
    let http = shared::http::client().map_err(|error| error.to_string())?;
    let mut all_taken = true;
    // All of them are read before the first is sent.
    let mut envelopes = Vec::new();
    for file in files {
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
        if fresh {
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

//! `ringdown send`: plays Twilio. Files of `events/` are signed and posted.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueHint};
use sandbox::Secrets;
use serde::Serialize;
use shared::config::file::Config;
use shared::config::tokens;
use shared::domain::routes::Line;
use shared::jobs::forward;
use shared::jobs::forward::delivery::count_delivered;
use shared::storage::Store;
use shared::storage::messages::Task;
use shared::twilio::event_stream;

use super::arguments::{DataFolder, ServerAddress, ServerConfig};
use crate::access;
use crate::clock::now;
use crate::envelope::{Envelope, Sent, meaning, post};
use crate::output::json;
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
    /// Its configuration, to know what it has delivered already.
    #[command(flatten)]
    pub config: ServerConfig,
    /// Print the answers as JSON
    #[arg(long)]
    pub json: bool,
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

/// The deliveries so far of the server whose data folder this is.
pub struct Earlier {
    /// Its records.
    pub store: Arc<dyn Store>,
    /// Its configuration: an event is a line for each route that takes it.
    pub config: Arc<Config>,
}

/// How many lines for Slack a file brings, and how many of these were delivered already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Delivered {
    lines: usize,
    already: usize,
}

impl Earlier {
    /// The lines of an envelope. Nothing is known of them if the store does not answer.
    async fn count(&self, envelope: &Envelope) -> Delivered {
        let events = event_stream::parse(envelope.bytes());
        let tasks = forward::intake::tasks(&self.config.routes, &events, now()).tasks;
        let lines = tasks.into_iter().filter_map(|task| match task {
            Task::Lines(lines) => Some(lines.lines),
            _ => None,
        });
        let lines: Vec<Line> = lines.flatten().collect();
        let already = count_delivered(self.store.as_ref(), &lines, now()).await;
        Delivered { lines: lines.len(), already: already.unwrap_or_default() }
    }
}

impl Delivered {
    /// What to say behind the answer.
    fn note(self) -> String {
        let Delivered { lines, already } = self;
        match already {
            0 => String::new(),
            _ if already >= lines => {
                "; already delivered, so it is left out (--fresh sends it as a new one)".to_owned()
            }
            _ => format!(
                "; {already} of {lines} lines already delivered, so they are left out (--fresh sends them as new ones)"
            ),
        }
    }
}

/// What a server answers to a file, as `--json` prints it.
#[derive(Serialize)]
struct Answer {
    file: String,
    status: u16,
    meaning: &'static str,
    text: String,
    /// How many lines for Slack it brings, and how many of these were delivered already, as far as this is known here.
    lines: usize,
    already_delivered: usize,
}

/// Sends files, signed with `TWILIO_AUTH_TOKEN` or else as the simulated Twilio of the server whose data folder this is;
/// `Ok(false)` if one was not taken.
pub async fn run(options: &SendOptions, earlier: Option<&Earlier>) -> Result<bool, String> {
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
            true if options.json => {}
            true => say!("{name}: left out, a queue or a schedule brings this and not Twilio"),
            false => {
                let envelope = Envelope::read(&text).map_err(|error| format!("{name} {error}"))?;
                envelopes.push((name, envelope));
            }
        }
    }
    let mut answers = Vec::new();
    for (name, mut envelope) in envelopes {
        if options.fresh {
            envelope.happen_again(now());
        }
        let delivered = match earlier {
            Some(earlier) => earlier.count(&envelope).await,
            None => Delivered::default(),
        };
        let Sent { status, text } = post(&http, &envelope, base, to, &token).await?;
        all_taken &= (200..=299).contains(&status);
        if options.json {
            let meaning = meaning(status);
            let Delivered { lines, already } = delivered;
            let file = name.to_string();
            answers.push(Answer { file, status, meaning, text, lines, already_delivered: already });
            continue;
        }
        let text = if text.is_empty() { String::new() } else { format!(" ({})", text.trim()) };
        let note = if (200..=299).contains(&status) { delivered.note() } else { String::new() };
        say!("{name}: {status} {}{text}{note}", meaning(status));
    }
    if options.json {
        say!("{}", json(&answers));
    }
    Ok(all_taken)
}

/// Whether a file of `events/` is what a queue or a schedule hands to a function.
fn is_no_request(text: &str) -> bool {
    let event = serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    ["Records", "schedule", "detail-type"].iter().any(|name| event.get(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_says_what_is_left_out() {
        let note = |lines, already| Delivered { lines, already }.note();
        assert_eq!(note(3, 0), "");
        assert_eq!(note(0, 0), "");
        assert!(note(1, 1).starts_with("; already delivered"), "{}", note(1, 1));
        assert!(note(3, 2).starts_with("; 2 of 3 lines already delivered"), "{}", note(3, 2));
    }
}

//! `ringdown callbacks reconcile --day D`: ends of messages that no callback has reported, found in Twilio's list.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;
use shared::jobs::count::Count;
use shared::jobs::count::reconciliation::{Looked, days};
use shared::storage::messages::Page;
use shared::twilio::rest::ApiError;
use tokio::time::sleep;

use super::arguments::{ConfigFile, DataFolder, ServerAddress};
use crate::clock::now;
use crate::output::json;

/// What can be done with callbacks.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum CallbacksCommand {
    /// Look at Twilio's list of messages for ends that no callback has reported, and count them
    ///
    /// Without TWILIO_ACCOUNT_SID the simulated Twilio of the server at URL is asked.
    Reconcile(ReconcileOptions),
}

/// What was typed behind `callbacks reconcile`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct ReconcileOptions {
    /// Yesterday or the day before (UTC), like 2026-11-20
    #[arg(long, value_name = "DAY")]
    pub day: String,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// The data folder, which has the counters.
    #[command(flatten)]
    pub folder: DataFolder,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// The running server, whose simulated Twilio is asked if there is no account.
    #[command(flatten)]
    pub address: ServerAddress,
}

const EXAMPLES: &str = "\
Examples:
  ringdown callbacks reconcile --day 2026-11-20";

/// How often a page is asked for that Twilio does not give.
const MAX_TRIES: u32 = 5;
/// The pause between.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);

/// Looks at all messages of a day, page by page, and counts what is found.
///
/// # Errors
/// The day is none, or one of which nobody knows any longer what has counted; Twilio, the store or the settings fail.
pub async fn reconcile(count: &Count, options: &ReconcileOptions) -> Result<(), String> {
    let day = &options.day;
    let day: Date = day
        .parse()
        .map_err(|_| format!("--day expects a day like {}, and got {day:?}", days(now())[1]))?;
    let known = days(now());
    if !known.contains(&day) {
        let [before, yesterday] = known;
        return Err(format!(
            "{day} cannot be looked at: only {yesterday} and {before} can. What has counted of older days is \
             forgotten, and would count again; today's messages may still come to their end"
        ));
    }
    let mut page = Page { day, last_day: day, page: None, found: 0 };
    let (mut messages, mut tries) = (0, 0);
    loop {
        let looked = count.look_at(&page, now()).await.map_err(|error| error.to_string())?;
        match looked {
            Ok(Looked { messages: more, found, next }) => {
                messages += more;
                tries = 0;
                if !options.json {
                    say!(
                        "{messages} messages looked at, {found} ends found that no callback had reported"
                    );
                }
                match next {
                    Some(next) => page = next,
                    None if options.json => {
                        say!(
                            "{}",
                            json(&json!({"day": day, "messages": messages, "found": found}))
                        );
                        return Ok(());
                    }
                    None => return Ok(()),
                }
            }
            Err(ApiError::Later(after, _)) if tries < MAX_TRIES => {
                tries += 1;
                sleep(after.unwrap_or(PAUSE)).await;
            }
            Err(ApiError::Unknown(_)) if tries < MAX_TRIES => {
                tries += 1;
                sleep(PAUSE).await;
            }
            Err(error) => {
                return Err(format!(
                    "{}: {messages} messages were looked at, and what was found is counted; start it again",
                    error.into_text()
                ));
            }
        }
    }
}

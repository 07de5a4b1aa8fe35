//! The command line: what can be typed, and the help for it.
//!
//! `clap` reads it; each command names its own arguments in its own file.

mod errors;
mod server_options;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::alarm::AlarmOptions;
use super::callbacks::CallbacksCommand;
use super::check::CheckOptions;
use super::completions::CompletionsOptions;
use super::config::ConfigOptions;
use super::dead_letters::DeadLettersOptions;
use super::flow::FlowCommand;
use super::incidents::IncidentsOptions;
use super::on_call::OnCallOptions;
use super::raise::RaiseOptions;
use super::send::SendOptions;
use super::sessions::SessionsOptions;
use super::silences::SilencesOptions;
use super::verify::VerifyOptions;
use crate::program;
pub use server_options::ServerOptions;

/// Twilio's events in Slack, an outage on somebody's phone
///
/// Without a command it starts the server on this machine.
#[derive(Debug, Parser, PartialEq, Eq)]
#[command(name = "ringdown", bin_name = "ringdown", version, args_override_self = true)]
#[command(subcommand_value_name = "COMMAND", subcommand_help_heading = "Commands")]
#[command(after_help = EXAMPLES, after_long_help = AFTER_LONG_HELP)]
pub struct CommandLine {
    /// The options of the server.
    #[command(flatten)]
    pub server: ServerOptions,
    /// What to do instead of starting the server.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Send files of events/, signed as Twilio signs them
    ///
    /// They are signed with TWILIO_AUTH_TOKEN if that is set, else as the simulated Twilio of the server whose data folder
    /// is DIR.
    Send(SendOptions),
    /// Play a monitor: post alarms to /alarms
    ///
    /// The files are what CloudWatch or Alertmanager says. The token is ALARMS_TOKEN if that is set, else the start token of
    /// the server whose data folder is DIR.
    Alarm(AlarmOptions),
    /// Raise an incident by hand: people are called as for an alarm
    ///
    /// It is posted to /alarms, with ALARMS_TOKEN if that is set, else the start token of the server whose data folder is DIR.
    Raise(RaiseOptions),
    /// Check a configuration, and print what it would forward where
    ///
    /// Says too whether the server with this data folder uses a former one.
    Check(CheckOptions),
    /// Print the configuration in use: a start for your own ringdown.toml
    Config(ConfigOptions),
    /// Print who is on call in each schedule, and who is next
    #[command(name = "oncall")]
    OnCall(OnCallOptions),
    /// Check, draw, play, test and compare Studio Flows
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Check the signature of a captured request, and say why it does not match
    ///
    /// FILE is JSON: url, params (of a form) or body (with content_type, if it is a form), signature, token; or an array of
    /// such.
    Verify(VerifyOptions),
    /// List what could not be delivered, send it again, or dismiss it
    DeadLetters(DeadLettersOptions),
    /// Find what no callback has reported
    #[command(subcommand)]
    Callbacks(CallbacksCommand),
    /// List the open incidents, or act on one
    ///
    /// Each has a line: id, policy, state, since when, who has it, its alarms.
    Incidents(IncidentsOptions),
    /// List the silences, make one for globs, or end one
    Silences(SilencesOptions),
    /// List who is signed in by name, end a session, or print a link that begins one
    Sessions(SessionsOptions),
    /// Print shell completions for commands, options and files
    Completions(CompletionsOptions),
}

/// What most people type first.
const EXAMPLES: &str = "\
Examples:
  ringdown
  ringdown --port 0 --data /tmp/data --config ringdown.toml
  ringdown check ringdown.toml
  ringdown alarm events/outage-intake/eventbridge-metric.json";

/// The exit codes, and what they mean.
pub const EXIT_CODES: [(u8, &str); 3] = [
    (0, "done"),
    (1, "done, and the answer is no: something is wrong with what was looked at, or was not taken"),
    (
        2,
        "not done: a mistake on the command line, or a file, a server or a setting that cannot be used",
    ),
];

/// The end of the whole help.
const AFTER_LONG_HELP: &str = "\
Examples:
  ringdown
  ringdown --port 0 --data /tmp/data --config ringdown.toml
  ringdown check ringdown.toml
  ringdown alarm events/outage-intake/eventbridge-metric.json

Exit codes:
  0  done
  1  done, and the answer is no: something is wrong with what was looked at, or was not taken
  2  not done: a mistake on the command line, or a file, a server or a setting that cannot be used

Environment, or a file .env:
  TWILIO_AUTH_TOKEN (several, comma-separated, while rotating), TWILIO_ACCOUNT_SID and TWILIO_FROM_NUMBER (without an
  account the simulated phones ring), PUBLIC_BASE_URL, ALARMS_TOKEN, HEARTBEAT_URL, CALLBACK_KEY, SLACK_WEBHOOK,
  SLACK_WEBHOOK_<CHANNEL>, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_BASE_URL, TWILIO_API_BASE_URL,
  DASHBOARD_PASSWORD, METRICS_TOKEN, LOG_LEVEL (error, warn, info, debug, trace).";

/// Reads the command line, without the program's name.
///
/// # Errors
/// The help or the version, if that was asked for; else what is wrong, for the person who typed it.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<CommandLine, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    read(&arguments).map_err(|error| errors::with_printable_values(&arguments, error))
}

fn read(arguments: &[OsString]) -> Result<CommandLine, clap::Error> {
    let mut clap = named(CommandLine::command(), &program::prefix());
    let arguments = std::iter::once("ringdown".into()).chain(arguments.iter().cloned());
    let matches = clap.try_get_matches_from_mut(arguments)?;
    let wrong = |clap: &mut clap::Command, why| clap.error(ErrorKind::ArgumentConflict, why);
    let mut line = CommandLine::from_arg_matches(&matches)?;
    if let Some(command) = &mut line.command {
        let is_default = |id| {
            matches
                .value_source(id)
                .is_none_or(|from| from == clap::parser::ValueSource::DefaultValue)
        };
        let misplaced = ["port", "sandbox", "no_callers", "http", "http_allow"]
            .into_iter()
            .find(|id| !is_default(id));
        if let Some(id) = misplaced {
            let option = id.replace('_', "-");
            let why = format!("--{option} is an option of the server: it goes with no command");
            return Err(wrong(&mut clap, why));
        }
        let (data, config) = (line.server.data.take(), line.server.config.take());
        command.take(data, config).map_err(|why| wrong(&mut clap, why))?;
        command.check().map_err(|why| wrong(&mut clap, why))?;
    }
    Ok(line)
}

/// The same command line under the name by which this program was started, so that examples can be copied.
fn named(command: clap::Command, prefix: &str) -> clap::Command {
    let renamed = |text: Option<&clap::builder::StyledStr>| {
        text.map(|text| text.to_string().replace("\n  ringdown", &format!("\n  {prefix}")))
    };
    let after = renamed(command.get_after_help());
    let after_long = renamed(command.get_after_long_help());
    let is_root = command.get_name() == "ringdown";
    let command = command.mut_subcommands(|below| named(below, prefix));
    let command = if is_root { command.bin_name(prefix) } else { command };
    let command = match after {
        Some(after) => command.after_help(after),
        None => command,
    };
    match after_long {
        Some(after_long) => command.after_long_help(after_long),
        None => command,
    }
}

impl Command {
    /// Takes a data folder and a configuration that stand before the command's name.
    fn take(&mut self, data: Option<PathBuf>, config: Option<PathBuf>) -> Result<(), String> {
        let (data_slot, config_slot) = self.places();
        for (option, value, slot) in [("data", data, data_slot), ("config", config, config_slot)] {
            match (value, slot) {
                (None, _) => {}
                (Some(value), Some(slot)) => {
                    slot.get_or_insert(value);
                }
                (Some(_), None) => return Err(format!("this command takes no --{option}")),
            }
        }
        Ok(())
    }

    /// The options `--data` and `--config` of this command, if it has them.
    fn places(&mut self) -> (Option<&mut Option<PathBuf>>, Option<&mut Option<PathBuf>>) {
        match self {
            Command::Send(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Alarm(options) => (Some(&mut options.folder.data), None),
            Command::Raise(options) => (Some(&mut options.folder.data), None),
            Command::Check(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Config(options) => (None, Some(&mut options.config.config)),
            Command::OnCall(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Flow(command) => command.places(),
            Command::Verify(_) | Command::Completions(_) => (None, None),
            Command::DeadLetters(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Callbacks(CallbacksCommand::Reconcile(options)) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Incidents(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Silences(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
            Command::Sessions(options) => {
                (Some(&mut options.folder.data), Some(&mut options.config.config))
            }
        }
    }

    /// Checks what only several arguments together show.
    fn check(&self) -> Result<(), String> {
        match self {
            Command::Flow(FlowCommand::Run(options)) => options.check(),
            _ => Ok(()),
        }
    }

    /// The command looks into the environment, or a file `.env`.
    pub fn uses_settings(&self) -> bool {
        match self {
            Command::Flow(command) => command.uses_settings(),
            Command::Completions(_) => false,
            _ => true,
        }
    }
}

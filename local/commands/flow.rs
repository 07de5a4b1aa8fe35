//! `ringdown flow …`: a policy's own Studio Flow, and what can be done with files that hold Flows.
//!
//! [`outage`] prints a policy's Flow, [`end`] ends an Execution. The others read files: any Flow as Studio exports it or its API answers it; `-` is
//! standard input. [`run`](mod@run) plays one, [`test`](mod@test) plays its scenarios, [`mod@diff`] compares two.

pub mod check;
pub mod convert;
pub mod diff;
pub mod draw;
pub mod end;
pub mod outage;
pub mod print;
pub mod run;
pub mod test;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use clap::{Subcommand, ValueHint};
use serde_json::Value;
use studio::{Finding, FlowDefinition, FlowFile, why_not_runnable};

use self::end::EndOptions;
use self::run::RunOptions;
use self::test::TestOptions;
use super::arguments::ConfigFile;
use crate::output::printable;
use crate::settings::Source;

/// One of these commands.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum FlowCommand {
    /// Print the Studio Flow that places a policy's calls
    ///
    /// It has the policy's numbers and voice, and is ready to be imported in Studio's console.
    #[command(after_help = "Examples:\n  ringdown flow outage --policy night > outage-call.json")]
    Outage {
        /// Which configuration.
        #[command(flatten)]
        config: ConfigFile,
        /// The policy; may be left out if there is only one
        #[arg(long, value_name = "NAME")]
        policy: Option<String>,
    },
    /// Check Flows for errors that Studio would refuse, and for what goes wrong in a call
    ///
    /// The files are Flows as they are exported or fetched. Fails if there is an error; warnings alone are no failure.
    #[command(
        after_help = "Examples:\n  ringdown flow check hotline.json survey.json\n  ringdown flow check - --json"
    )]
    Check {
        /// Files with Flows; - is standard input
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
        files: Vec<PathBuf>,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw a Flow as SVG, its widgets where they stand in Studio
    #[command(after_help = "Examples:\n  ringdown flow draw hotline.json -o hotline.svg")]
    Draw {
        /// The file with the Flow; - is standard input
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Where the drawing goes [default: standard output]
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Print an export of the Studio editor before 2020 in today's form
    #[command(
        after_help = "Examples:\n  ringdown flow convert export-of-2018.json -o hotline.json"
    )]
    Convert {
        /// The file with the Flow; - is standard input
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Where today's form goes [default: standard output]
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Print the widgets and transitions that were added, changed (~) and removed from one Flow to the other
    #[command(after_help = "Examples:\n  ringdown flow diff before.json after.json -o changes.svg")]
    Diff {
        /// The earlier Flow; - is standard input
        #[arg(value_name = "BEFORE", value_hint = ValueHint::FilePath)]
        before: PathBuf,
        /// The later Flow
        #[arg(value_name = "AFTER", value_hint = ValueHint::FilePath)]
        after: PathBuf,
        /// Draw both into this file
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
        /// Print the differences as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// End an execution of a Flow, for instance one that is stuck
    ///
    /// At Twilio, for the account of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; without an account at the simulated Twilio
    /// of the server at URL whose data folder is DIR. Fails if Twilio refuses, or knows no such execution.
    End(EndOptions),
    /// Play a Flow as Studio would
    ///
    /// Prints each widget, its event, what is said, and each branch of a split; fails if the run ends by an error. The
    /// caller presses and says what stands there, in that order, and then is silent; times are not waited for. Nothing is
    /// sent unless --http or --function says so.
    Run(RunOptions),
    /// Play the scenarios of Flows, which stand beside them: those of hotline.json in hotline.tests.toml
    ///
    /// Fails if one fails. Prints which widgets and transitions none of them has passed.
    Test(TestOptions),
    /// Print a Flow as it was read, byte for byte
    #[command(after_help = "Examples:\n  ringdown flow print hotline.json -o copy.json")]
    Print {
        /// The file with the Flow; - is standard input
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Where it goes [default: standard output]
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
}

impl FlowCommand {
    /// The options `--data` and `--config` of this command, if it has them.
    pub(super) fn places(
        &mut self,
    ) -> (Option<&mut Option<PathBuf>>, Option<&mut Option<PathBuf>>) {
        match self {
            FlowCommand::Outage { config, .. } => (None, Some(&mut config.config)),
            FlowCommand::End(options) => (Some(&mut options.folder.data), None),
            _ => (None, None),
        }
    }

    /// The command looks into the environment, or a file `.env`.
    pub(super) fn uses_settings(&self) -> bool {
        matches!(self, FlowCommand::Outage { .. } | FlowCommand::End(_))
    }
}

/// Does it. `false` means that a Flow has errors, that a file holds none, or that Twilio does not end an Execution.
///
/// # Errors
/// Says what cannot be read or written.
pub async fn run(command: &FlowCommand) -> Result<bool, String> {
    let done = run_unchecked(command).await?;
    match super::IS_UNPRINTED.load(Ordering::Relaxed) {
        false => Ok(done),
        true => Err("standard output cannot be written".to_owned()),
    }
}

async fn run_unchecked(command: &FlowCommand) -> Result<bool, String> {
    let named: Vec<&PathBuf> = match command {
        FlowCommand::Check { files, .. } => files.iter().collect(),
        FlowCommand::Test(options) => options.files.iter().collect(),
        FlowCommand::Diff { before, after, .. } => vec![before, after],
        _ => Vec::new(),
    };
    if named.into_iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err("standard input (-) can be read once".to_owned());
    }
    match command {
        FlowCommand::Outage { config, policy } => {
            let source = Source::find(config.path());
            outage::run(&source, policy.as_deref()).map(|()| true)
        }
        FlowCommand::Check { files, json } => check::run(files, *json),
        FlowCommand::Draw { file, output } => draw::run(file, output.as_deref()),
        FlowCommand::Convert { file, output } => convert::run(file, output.as_deref()),
        FlowCommand::Print { file, output } => print::run(file, output.as_deref()),
        FlowCommand::Diff { before, after, output, json } => {
            diff::run(before, after, output.as_deref(), *json).map(|()| true)
        }
        FlowCommand::End(options) => end::run(options).await,
        FlowCommand::Run(options) => run::run(options),
        FlowCommand::Test(options) => test::run(options),
    }
}

/// The bytes of a file; `-` is standard input.
fn read(file: &Path) -> Result<Vec<u8>, String> {
    let read = if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    read.map_err(|error| format!("{} cannot be read: {error}", name(file)))
}

/// The only Flow of a file.
///
/// # Errors
/// Says why there is none, each reason with its line and column.
fn only_flow(file: &Path) -> Result<FlowDefinition, String> {
    let bytes = read(file)?;
    let flows =
        flows_of(file, &bytes).map_err(|findings| check::reasons(file, &findings).join("\n"))?;
    match flows.flows() {
        [flow] => Ok(flow.clone()),
        several => {
            let (file, count) = (name(file), several.len());
            Err(format!(
                "{file} has {count} Flows: put the one that is meant into a file of its own"
            ))
        }
    }
}

/// The Flows of a file.
///
/// # Errors
/// The reasons why there is none; of a file of scenarios with the Flow that they are about.
fn flows_of(file: &Path, bytes: &[u8]) -> Result<FlowFile, Vec<Finding>> {
    FlowFile::read(bytes).map_err(|mut findings| {
        if let Some(flow) = test::scenarios_of(file, bytes) {
            let advice = format!("it is a file of scenarios, those of {}: name that", name(&flow));
            findings.iter_mut().for_each(|finding| finding.advice.clone_from(&advice));
        }
        findings
    })
}

/// The reason why Studio would refuse a subflow, if it would.
fn refused_subflow(sid: &str, subflow: &FlowDefinition) -> Option<String> {
    why_not_runnable(&subflow.check()).map(|why| format!("subflow {}: {why}", printable(sid)))
}

/// A file's name for a person.
fn name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        printable(&file.display().to_string())
    }
}

/// A Flow's name for a person: on one line, and without a secret.
fn flow_name(name: &str) -> String {
    printable(&studio::without_secrets(name))
}

/// A value for programs whose texts hold no secret, at any depth.
fn without_any_secret(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(studio::without_secrets(&text)),
        Value::Array(items) => items.into_iter().map(without_any_secret).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (studio::without_secrets(&key), without_any_secret(value)))
            .collect(),
        other => other,
    }
}

/// Writes a text as it is into a file, or to standard output. Whoever reads that may have gone.
fn write(text: &str, output: Option<&Path>) -> Result<(), String> {
    match output {
        Some(file) => fs::write(file, text)
            .map_err(|error| format!("{} cannot be written: {error}", name(file))),
        None => {
            let mut stdout = io::stdout().lock();
            match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(format!("standard output cannot be written: {error}"))
                }
                _ => Ok(()),
            }
        }
    }
}

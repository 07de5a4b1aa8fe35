//! `ringdown flow …`: a policy's own Studio Flow, and what can be done with files that hold Flows.
//!
//! [`outage`] prints a policy's Flow. [`check`], [`draw`], [`convert`] and [`print`](mod@print) read files: any Flow as Studio exports it
//! or its API answers it; `-` is standard input.

pub mod check;
pub mod convert;
pub mod draw;
pub mod outage;
pub mod print;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Options;
use crate::settings::Source;

/// One of these commands.
#[derive(Debug, PartialEq, Eq)]
pub enum FlowCommand {
    /// Print a policy's own Studio Flow.
    Outage {
        /// Which configuration.
        options: Options,
        /// Whose; the only one if there is none.
        policy: Option<String>,
    },
    /// Check Flows.
    Check {
        /// Where they are.
        files: Vec<PathBuf>,
        /// As JSON.
        json: bool,
    },
    /// Draw a Flow.
    Draw {
        /// Where it is.
        file: PathBuf,
        /// Where the drawing goes; to standard output if nowhere.
        output: Option<PathBuf>,
    },
    /// Print an export of the editor before 2020 in today's form.
    Convert {
        /// Where it is.
        file: PathBuf,
        /// Where today's form goes; to standard output if nowhere.
        output: Option<PathBuf>,
    },
    /// Print a Flow as it was read.
    Print {
        /// Where it is.
        file: PathBuf,
        /// Where it goes; to standard output if nowhere.
        output: Option<PathBuf>,
    },
}

/// What was typed behind `flow`.
pub(super) struct Typed {
    pub(super) options: Options,
    pub(super) policy: Option<String>,
    pub(super) files: Vec<PathBuf>,
    pub(super) json: bool,
    pub(super) output: Option<PathBuf>,
}

impl Typed {
    /// The command of this name with what was typed besides; the error is for the person who typed it.
    pub(super) fn command(self, name: Option<&str>) -> Result<FlowCommand, String> {
        let Typed { options, policy, mut files, json, output } = self;
        let name = name.ok_or("flow what? Name one: check, convert, draw, outage, print")?;
        let is_outage = name == "outage";
        let unexpected = [
            (!is_outage && policy.is_some(), "--policy"),
            (!is_outage && options.config.is_some(), "--config"),
            (name != "check" && json, "--json"),
            (matches!(name, "check" | "outage") && output.is_some(), "-o"),
        ];
        if let Some((_, option)) = unexpected.into_iter().find(|(is_there, _)| *is_there) {
            return Err(format!("flow {name} takes no {option}"));
        }
        match (name, files.len()) {
            ("outage", 0) => Ok(FlowCommand::Outage { options, policy }),
            ("outage", _) => Err("flow outage takes no file".to_owned()),
            ("check", 1..) => Ok(FlowCommand::Check { files, json }),
            ("draw" | "convert" | "print", 1) => {
                let file = files.remove(0);
                Ok(match name {
                    "draw" => FlowCommand::Draw { file, output },
                    "convert" => FlowCommand::Convert { file, output },
                    _ => FlowCommand::Print { file, output },
                })
            }
            ("check" | "draw" | "convert" | "print", 0) => {
                Err(format!("flow {name} what? Name a file with a Flow, or - for standard input"))
            }
            ("draw" | "convert" | "print", _) => Err(format!("flow {name} takes one file")),
            _ => Err(format!(
                "there is no flow {name:?}, expected one of check, convert, draw, outage, print"
            )),
        }
    }
}

/// Does it. `false` means that a Flow has errors, or that a file holds none.
///
/// # Errors
/// Says what cannot be read or written.
pub fn run(command: &FlowCommand) -> Result<bool, String> {
    match command {
        FlowCommand::Outage { options, policy } => {
            let source = Source::find(options.config.as_deref());
            outage::run(&source, policy.as_deref()).map(|()| true)
        }
        FlowCommand::Check { files, json } => check::run(files, *json),
        FlowCommand::Draw { file, output } => draw::run(file, output.as_deref()),
        FlowCommand::Convert { file, output } => convert::run(file, output.as_deref()),
        FlowCommand::Print { file, output } => print::run(file, output.as_deref()),
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

/// A file's name for a person.
fn name(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// Writes a text as it is into a file, or to standard output. Whoever reads that may have gone.
fn write(text: &str, output: Option<&Path>) -> Result<(), String> {
    match output {
        Some(file) => fs::write(file, text)
            .map_err(|error| format!("{} cannot be written: {error}", file.display())),
        None => {
            let _ = io::stdout().write_all(text.as_bytes());
            let _ = io::stdout().flush();
            Ok(())
        }
    }
}

//! `ringdown flow …`: a policy's own Studio Flow, and what can be done with files that hold Flows.
//!
//! [`outage`] prints a policy's Flow. The others read files: any Flow as Studio exports it or its API answers it; `-` is
//! standard input. [`run`](mod@run) plays one, [`test`](mod@test) plays its scenarios, [`mod@diff`] compares two.

pub mod check;
pub mod convert;
pub mod diff;
pub mod draw;
pub mod outage;
pub mod print;
pub mod run;
pub mod test;
mod typed;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use self::run::RunOptions;
use self::test::TestOptions;
pub(super) use self::typed::Typed;
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
    /// Compare two Flows.
    Diff {
        /// The earlier one.
        before: PathBuf,
        /// The later one.
        after: PathBuf,
        /// Where a drawing of both goes; nowhere if there is none.
        output: Option<PathBuf>,
    },
    /// Play a Flow.
    Run(RunOptions),
    /// Play the scenarios of Flows.
    Test(TestOptions),
    /// Print a Flow as it was read.
    Print {
        /// Where it is.
        file: PathBuf,
        /// Where it goes; to standard output if nowhere.
        output: Option<PathBuf>,
    },
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
        FlowCommand::Diff { before, after, output } => diff::run(before, after, output.as_deref()),
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

/// A file's name for a person.
fn name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        printable(&file.display().to_string())
    }
}

/// A text without what would move a terminal's cursor, or turn the order of its letters.
fn printable(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                    | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
            )
    };
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { printable.extend(c.escape_unicode()) } else { printable.push(c) }
    }
    printable
}

/// A Flow's name for a person: on one line, and without a secret.
fn flow_name(name: &str) -> String {
    printable(&studio::without_secrets(name))
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

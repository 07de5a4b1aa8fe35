//! The command line behind `flow`: its words and options, and the command that they make.

use std::path::PathBuf;

use super::{FlowCommand, RunOptions, TestOptions};
use crate::commands::Options;

/// The commands, in the order of their names.
const COMMANDS: &str = "check, convert, diff, draw, outage, print, run, test";

/// What was typed behind `flow`.
#[derive(Default)]
pub(crate) struct Typed {
    pub(crate) options: Options,
    pub(crate) policy: Option<String>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) json: bool,
    pub(crate) output: Option<PathBuf>,
    /// The options of `flow run`.
    pub(crate) run: RunOptions,
    /// The first of these that was typed.
    pub(crate) run_option: Option<String>,
    /// The options of `flow test`.
    pub(crate) test: TestOptions,
}

impl Typed {
    /// The command of this name with what was typed besides; the error is for the person who typed it.
    pub(crate) fn command(self, name: Option<&str>) -> Result<FlowCommand, String> {
        let Typed { options, policy, mut files, json, output, run, run_option, test } = self;
        let name = name.ok_or_else(|| format!("flow needs a command, one of {COMMANDS}"))?;
        let is_outage = name == "outage";
        if let Some(option) = run_option.filter(|_| name != "run") {
            return Err(format!("flow {name} takes no --{option}"));
        }
        let has_test_option = test.junit.is_some() || test.explore.is_some() || test.seed.is_some();
        let unexpected = [
            (name != "test" && has_test_option, "--junit, --explore or --seed"),
            (test.seed.is_some() && test.explore.is_none(), "--seed without --explore"),
            (!is_outage && policy.is_some(), "--policy"),
            (!is_outage && options.config.is_some(), "--config"),
            (name != "check" && json, "--json"),
            (matches!(name, "check" | "outage" | "run" | "test") && output.is_some(), "-o"),
        ];
        if let Some((_, option)) = unexpected.into_iter().find(|(is_there, _)| *is_there) {
            return Err(format!("flow {name} takes no {option}"));
        }
        match (name, files.len()) {
            ("outage", 0) => Ok(FlowCommand::Outage { options, policy }),
            ("outage", _) => Err("flow outage takes no file".to_owned()),
            ("check", 1..) => Ok(FlowCommand::Check { files, json }),
            ("test", 1..) => Ok(FlowCommand::Test(TestOptions { files, ..test })),
            ("test", 0) => Err("flow test needs a Flow that has scenarios beside it".to_owned()),
            ("diff", 2) => {
                let (after, before) = (files.remove(1), files.remove(0));
                Ok(FlowCommand::Diff { before, after, output })
            }
            ("diff", _) => Err("flow diff takes two files: before and after".to_owned()),
            ("run", 1) => {
                run.check()?;
                Ok(FlowCommand::Run(RunOptions { file: files.remove(0), ..run }))
            }
            ("draw" | "convert" | "print", 1) => {
                let file = files.remove(0);
                Ok(match name {
                    "draw" => FlowCommand::Draw { file, output },
                    "convert" => FlowCommand::Convert { file, output },
                    _ => FlowCommand::Print { file, output },
                })
            }
            ("check" | "draw" | "convert" | "print" | "run", 0) => {
                Err(format!("flow {name} needs a file with a Flow, or - for standard input"))
            }
            ("draw" | "convert" | "print" | "run", _) => Err(format!("flow {name} takes one file")),
            _ => Err(format!("unknown command flow {name:?}, expected one of {COMMANDS}")),
        }
    }
}

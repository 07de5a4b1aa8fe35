//! docs/commands.md beside the command line: commands, options, exit codes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use clap::CommandFactory;
use ringdown::commands::CommandLine;
use ringdown::commands::line::EXIT_CODES;

use crate::{code, read, root, table};

/// What can be run: each command's words, with its options.
fn commands(
    command: &clap::Command,
    path: &str,
    of_parents: &BTreeSet<String>,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    let options = command.get_arguments().filter(|one| !of_parents.contains(one.get_id().as_str()));
    let options = options.filter_map(|one| Some(format!("--{}", one.get_long()?)));
    if !command.is_subcommand_required_set() {
        found.insert(path.to_owned(), options.collect());
    }
    let global = command.get_arguments().filter(|one| one.is_global_set());
    let global = global.map(|one| one.get_id().to_string());
    let known = of_parents.iter().cloned().chain(global).collect();
    for below in command.get_subcommands() {
        commands(below, &format!("{path} {}", below.get_name()), &known, found);
    }
}

#[test]
fn commands_and_options_of_the_page_are_those_of_the_command_line() {
    let mut known = BTreeMap::new();
    commands(&CommandLine::command(), "ringdown", &BTreeSet::new(), &mut known);
    assert!(known.len() > 15, "{known:?}");
    let page = read("docs/commands.md");
    let row = |row: &Vec<&str>| {
        let options = row[2].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((code(row[0])?.to_owned(), options))
    };
    let told: BTreeMap<String, BTreeSet<String>> =
        table(&page, "All commands").iter().filter_map(row).collect();
    assert_eq!(told, known, "docs/commands.md, and the command line");
}

#[test]
fn exit_codes_of_the_page_are_those_of_the_help() {
    let page = read("docs/commands.md");
    let rows = table(&page, "Exit codes");
    let told: Vec<(String, String)> =
        rows.iter().map(|row| (code(row[0]).unwrap().to_owned(), row[1].to_owned())).collect();
    let known = EXIT_CODES.map(|(code, meaning)| (code.to_string(), meaning.to_owned()));
    assert_eq!(told, known);
}

fn exit_code(folder: &Path, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringdown"));
    let command = command.env_clear().current_dir(folder).args(arguments);
    command.output().unwrap().status.code()
}

/// A line for each code that a command without a running server has, by the page.
#[test]
fn commands_end_with_the_codes_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let flow = root("examples/opening-hours.json").display().to_string();
    let config = root("examples/ringdown.toml").display().to_string();
    write("none.json", "{}");
    let warned = "[channels.a]
[people.alpha]
phone = \"+15005550001\"
[[policies]]
name = \"p\"
\
                  alarms = [\"^a.*$\"]
channel = \"a\"
roster = [\"alpha\"]
";
    write("warned.toml", warned);
    write(
        "request.json",
        "{\"url\": \"https://a.example\", \"token\": \"x\", \"signature\": \"y\"}",
    );
    let lines: &[(&[&str], i32)] = &[
        (&["--help"], 0),
        (&["--version"], 0),
        (&["--port", "x"], 2),
        (&["nothing"], 2),
        (&["send", "none.json"], 2),
        (&["alarm", "none.json"], 2),
        (&["check", "--strict"], 0),
        (&["check", &config], 0),
        (&["check", "warned.toml"], 0),
        (&["check", "warned.toml", "--strict"], 1),
        (&["check", "warned.toml", "--strict", "--json"], 1),
        (&["check", "none.json"], 2),
        (&["config"], 0),
        (&["config", "absent.toml"], 2),
        (&["oncall", "--json"], 0),
        (&["oncall", "--at", "soon"], 2),
        (&["flow", "outage", "--policy", "nobody's"], 2),
        (&["flow", "check", &flow], 0),
        (&["flow", "check", "none.json"], 1),
        (&["flow", "check", "absent.json"], 2),
        (&["flow", "draw", &flow], 0),
        (&["flow", "draw", "none.json"], 1),
        (&["flow", "convert", "none.json"], 1),
        (&["flow", "diff", &flow, &flow], 0),
        (&["flow", "diff", &flow, "none.json"], 2),
        (&["flow", "run", &flow, "--call", "+15005550001", "--press", "1"], 0),
        (&["flow", "run", "none.json"], 2),
        (&["flow", "test", &flow], 0),
        (&["flow", "test", "absent.json"], 2),
        (&["flow", "print", &flow], 0),
        (&["flow", "print", "none.json"], 1),
        (&["verify", "request.json"], 1),
        (&["verify", "request.json", "--json"], 1),
        (&["verify", "absent.json"], 2),
        (&["dead-letters"], 2),
        (&["callbacks", "reconcile", "--day", "soon"], 2),
        (&["incidents", "--json"], 2),
        (&["incidents", "resolve", "a-1"], 2),
        (&["sessions", "--json"], 2),
        (&["sessions", "new", "alpha"], 2),
        (&["completions", "bash"], 0),
        (&["completions", "cmd"], 2),
    ];
    for (arguments, expected) in lines {
        assert_eq!(exit_code(folder.path(), arguments), Some(*expected), "{arguments:?}");
    }
}

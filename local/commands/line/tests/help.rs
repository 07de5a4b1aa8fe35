//! The help of every command, and what shells complete.

use clap::CommandFactory;

use super::*;

#[test]
fn help_names_the_program_as_it_was_started_and_its_exit_codes() {
    let help = named(CommandLine::command(), "cargo run --").render_long_help().to_string();
    assert!(help.contains("Usage: cargo run -- [OPTIONS] [COMMAND]"), "{help}");
    assert!(help.contains("\n  cargo run -- check ringdown.toml\n"), "{help}");
    for (code, meaning) in EXIT_CODES {
        assert!(help.contains(&format!("\n  {code}  {meaning}\n")), "{help}");
    }
    let mut line = named(CommandLine::command(), "./ringdown");
    let error = line.try_get_matches_from_mut(["ringdown", "check", "--help"]).expect_err("help");
    let help = error.to_string();
    assert!(help.contains("Usage: ./ringdown check [OPTIONS] [FILE]"), "{help}");
    assert!(help.contains("\n  ./ringdown check ringdown.toml\n"), "{help}");
}

#[test]
fn completions_of_every_shell_name_every_command() {
    use clap::ValueEnum;
    for shell in clap_complete::Shell::value_variants() {
        let mut script = Vec::new();
        clap_complete::generate(*shell, &mut CommandLine::command(), "ringdown", &mut script);
        let script = String::from_utf8(script).expect("UTF-8");
        walk(&CommandLine::command(), "ringdown", &mut |path, command| {
            assert!(script.contains(command.get_name()), "{shell}: {path}");
        });
    }
}

/// Each command below this one, with itself and with the words that lead to it.
fn walk(command: &clap::Command, path: &str, visit: &mut impl FnMut(&str, &clap::Command)) {
    visit(path, command);
    for below in command.get_subcommands() {
        walk(below, &format!("{path} {}", below.get_name()), visit);
    }
}

#[test]
fn help_of_every_command_is_short_and_its_examples_can_be_typed() {
    CommandLine::command().debug_assert();
    let mut examples = 0;
    walk(&CommandLine::command(), "ringdown", &mut |path, command| {
        let about = command.get_about().unwrap_or_else(|| panic!("{path} has no help")).to_string();
        assert!(about.len() < 120 && !about.ends_with('.'), "{path}: {about}");
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                !help.is_empty() && !help.ends_with('.'),
                "{path} {}: {help}",
                argument.get_id()
            );
        }
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(command.has_subcommands() || after.starts_with("Examples:\n"), "{path}: {after}");
        for line in after.lines().filter_map(|line| line.strip_prefix("  ringdown")) {
            let line = line.split(" > ").next().unwrap_or_default();
            let full = format!("ringdown{line}");
            assert!(full.starts_with(path), "{path}: {full}");
            typed(line).unwrap_or_else(|error| panic!("{full}: {error}"));
            examples += 1;
        }
    });
    assert!(examples > 20, "{examples}");
}

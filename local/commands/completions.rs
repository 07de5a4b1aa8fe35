//! `ringdown completions`: what a shell needs to complete commands, options and files.

use std::io;

use clap::{Args, Command};
use clap_complete::Shell;

/// What was typed behind `completions`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsOptions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  ringdown completions bash > ~/.local/share/bash-completion/completions/ringdown
  ringdown completions zsh > ~/.zfunc/_ringdown
  ringdown completions fish > ~/.config/fish/completions/ringdown.fish";

/// Prints the script of a shell for this command line.
pub fn run(options: &CompletionsOptions, line: &mut Command) {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, line, "ringdown", &mut script);
    // Whoever reads it may have gone.
    let _ = io::Write::write_all(&mut io::stdout(), &script);
}

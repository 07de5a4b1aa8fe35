//! `ringdown config`: the configuration in use, to start from.

use std::io::Write;

use clap::Args;
use shared::config::file::to_parameter;

use super::arguments::NamedConfig;
use crate::settings::Source;

/// What was typed behind `config`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct ConfigOptions {
    /// Which.
    #[command(flatten)]
    pub config: NamedConfig,
    /// Print it as an SSM parameter can hold it
    ///
    /// Parameter Store refuses the braces of a template.
    #[arg(long)]
    pub for_ssm: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringdown config > ringdown.toml
  ringdown config ringdown.toml --for-ssm";

/// Prints a configuration.
///
/// # Errors
/// Says why it cannot be read.
pub fn run(options: &ConfigOptions) -> Result<(), String> {
    let source = Source::find(options.config.path());
    let text = source.read().map_err(|error| error.to_string())?;
    let text = if options.for_ssm { to_parameter(&text) } else { text };
    // As it is: it becomes a file. Whoever reads it may have gone.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(())
}

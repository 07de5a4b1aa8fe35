//! The options of the server.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use sandbox::live::LiveOptions;

/// The options of the server.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Options of the server")]
pub struct ServerOptions {
    /// The port to listen on; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub port: u16,
    /// The data folder, which is made if it is missing [default: .ringdown]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
    /// The configuration file
    ///
    /// By default ringdown.toml if it exists, else the last good configuration that the data folder keeps, else a built-in
    /// demo.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Simulate Twilio and Slack even where credentials of a real one are set
    #[arg(long)]
    pub sandbox: bool,
    /// Keep the simulated callers of the demo away
    ///
    /// While the demo is in use and Twilio is simulated, simulated callers walk through the demo's Studio Flows.
    #[arg(long)]
    pub no_callers: bool,
    /// The requests of Flows that are walked through.
    #[command(flatten)]
    pub live: LiveOptions,
}

impl Default for ServerOptions {
    fn default() -> ServerOptions {
        ServerOptions {
            port: 8080,
            data: None,
            config: None,
            sandbox: false,
            no_callers: false,
            live: LiveOptions::default(),
        }
    }
}

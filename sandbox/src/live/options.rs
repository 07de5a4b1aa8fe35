//! The options that allow requests to leave this machine.

use clap::{Args, ValueEnum};

use super::Live;

/// Where the requests of Flows go that are walked through on `/sandbox/flows`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveOptions {
    /// Let the page /sandbox/flows send the HTTP requests of a Flow, to public addresses only
    ///
    /// Without it, whoever walks through a Flow says what comes back. With it a button sends the request.
    #[arg(long, value_name = "live")]
    pub http: Option<HttpMode>,
    /// Send requests to this host too, although its address is not public
    #[arg(long, value_name = "HOST", requires = "http")]
    pub http_allow: Vec<String>,
}

/// The only way in which requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HttpMode {
    /// To the servers themselves.
    Live,
}

impl From<LiveOptions> for Option<Live> {
    fn from(LiveOptions { http, http_allow }: LiveOptions) -> Option<Live> {
        http.map(|HttpMode::Live| Live { allowed: http_allow })
    }
}

//! `ringdown-sandbox`: both vendors alone on a port, for tests of a server that runs elsewhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use sandbox::clock::Clock;
use sandbox::live::LiveOptions;
use sandbox::{Sandbox, Secrets, Settings, Setup};
use serde::Deserialize;
use shared::secret::Secret;
use tokio::net::TcpListener;

/// The end of the help.
const AFTER_HELP: &str = "\
It prints `listening on http://…`. Twilio's API is at /sandbox/twilio, Slack's at /sandbox/slack/api, the pages at
/sandbox/phones, /sandbox/slack and /sandbox/flows. The file settings.json of its folder says who is there:

  {\"secret\": \"at least 32 letters and digits: all other secrets follow from it\",
   \"auth_token\": \"…\", \"signing_secret\": \"…\", \"bot_token\": \"…\", \"webhook_key\": \"…\",
   \"public_base_url\": \"what the server is called from outside\",
   \"people\": [{\"name\": \"alpha\", \"phone\": \"+15005550001\", \"slack\": \"U0ALPHA0001\"}],
   \"channels\": [{\"name\": \"default\", \"id\": \"C0DEFAULT00\"}],
   \"flows\": [{\"sid\": \"FW…\", \"friendly_name\": \"…\", \"definition\": {}}]}

Exit codes: 0 when it was ended by SIGTERM or Ctrl-C; 1 when it could not start.";

/// The fewest characters of a secret that others follow from.
const MIN_SECRET_LENGTH: usize = 32;

/// A Twilio and a Slack on this machine
#[derive(Parser)]
#[command(name = "ringdown-sandbox", version, after_help = AFTER_HELP)]
struct Options {
    /// The port; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 8090)]
    port: u16,
    /// The folder of its files
    #[arg(long, value_name = "DIR", default_value = ".ringdown-sandbox")]
    data: PathBuf,
    /// The server that it calls back
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: String,
    /// The requests of Flows that are walked through.
    #[command(flatten)]
    live: LiveOptions,
}

/// `settings.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    secret: String,
    auth_token: Option<String>,
    signing_secret: Option<String>,
    bot_token: Option<String>,
    webhook_key: Option<String>,
    public_base_url: Option<String>,
    #[serde(default)]
    people: Vec<sandbox::Person>,
    #[serde(default)]
    channels: Vec<sandbox::Channel>,
    #[serde(default)]
    flows: Vec<sandbox::PublishedFlow>,
}

fn main() -> ExitCode {
    let failed = |error: String| {
        let _ = writeln!(std::io::stderr(), "ringdown-sandbox: {error}");
        ExitCode::FAILURE
    };
    let options = match Options::try_parse() {
        Ok(options) => options,
        // The help and the version come this way too.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    // In a terminal it has colours, unless NO_COLOR is set: it looks at that by itself.
    match std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        true => log.init(),
        false => log.with_ansi(false).init(),
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(error.to_string()),
    };
    runtime.block_on(serve(options)).map_or_else(failed, |()| ExitCode::SUCCESS)
}

/// Serves until SIGTERM or Ctrl-C.
async fn serve(Options { port, data, server, live }: Options) -> Result<(), String> {
    std::fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let (secrets, setup) = read_settings(&data)?;
    let (secrets, setup) = (secrets, Arc::new(setup));
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.map_err(|error| format!("port {port} cannot be opened: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let base_url = format!("http://{address}");
    let settings = Settings {
        send_command: None,
        base_url: base_url.clone(),
        server_url: server.trim_end_matches('/').to_owned(),
        secrets,
        host: Arc::new(Clock::new()),
        setup: Arc::new(move || {
            let setup = setup.clone();
            Box::pin(async move { Ok(setup) })
        }),
        live: live.into(),
        alarms: None,
    };
    let sandbox = Sandbox::open(settings, &data)?;
    // Whoever reads it may have gone, which is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "listening on {base_url}");
    let served = axum::serve(listener, sandbox.router()).with_graceful_shutdown(ended()).await;
    sandbox.storage().close();
    served.map_err(|error| error.to_string())
}

/// Waits for the signal that ends this process.
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn read_settings(folder: &Path) -> Result<(Secrets, Setup), String> {
    let path = folder.join("settings.json");
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{}; --help shows what it holds", failed(&error)))?;
    let file: File = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    if file.secret.len() < MIN_SECRET_LENGTH {
        return Err(failed(&format!("secret has fewer than {MIN_SECRET_LENGTH} characters")));
    }
    let derived = Secrets::derived_from(&Secret::new(&file.secret));
    let given =
        |given: Option<String>, derived: Secret| given.map_or(derived, |given| Secret::new(&given));
    let secrets = Secrets {
        auth_token: given(file.auth_token, derived.auth_token),
        signing_secret: given(file.signing_secret, derived.signing_secret),
        bot_token: given(file.bot_token, derived.bot_token),
        webhook_key: given(file.webhook_key, derived.webhook_key),
    };
    let setup = Setup {
        public_base_url: file.public_base_url,
        people: file.people,
        channels: file.channels,
        flows: file.flows,
        bot_token: None,
        is_twilio_real: false,
        is_slack_real: false,
    };
    Ok((secrets, setup))
}

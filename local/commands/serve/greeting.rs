//! The text that a server prints at its start: where to look, and what to try.

use std::io::Write;
use std::path::Path;

use shared::config::{Environment, Rejected, Settings, Simulated};
use shared::domain::e164::E164;
use shared::start_token::StartToken;

use super::super::arguments::{DataFolder, ServerAddress};
use crate::program;
use crate::settings::Source;

/// Who places calls.
fn caller(environment: &Environment, is_simulated: bool) -> &'static str {
    let has = |name: &str| environment.value(name).is_some();
    match has("twilio/account-sid") {
        true if !has("twilio/auth-token") => "nobody: TWILIO_AUTH_TOKEN is missing",
        true if !has("twilio/from-number") => "nobody: TWILIO_FROM_NUMBER is missing",
        true if environment.value("twilio/from-number").and_then(E164::parse).is_none() => {
            "nobody: TWILIO_FROM_NUMBER is no number in E.164, like +15005550006"
        }
        true if !has("public-base-url") => {
            "Twilio, which cannot reach this machine: PUBLIC_BASE_URL is missing"
        }
        true => "Twilio, for the account of TWILIO_ACCOUNT_SID",
        false if is_simulated => "the sandbox's Twilio (TWILIO_ACCOUNT_SID is not set)",
        false => "nobody: TWILIO_ACCOUNT_SID is missing (--sandbox lets simulated phones ring)",
    }
}

/// The greeting of a server, with what it knows of itself at its start.
pub(super) struct Greeting<'a> {
    pub(super) address: &'a str,
    pub(super) data: &'a DataFolder,
    pub(super) start: &'a StartToken,
    pub(super) source: &'a Source,
    pub(super) settings: &'a Settings,
    pub(super) environment: &'a Environment,
}

impl Greeting<'_> {
    /// Prints where to look. The links carry the start token, unless there is a password: then they lead to the log-in.
    pub(super) fn print(&self) {
        let Greeting { address, settings, environment, .. } = self;
        let lines = self.lines();
        let lines: String =
            lines.iter().map(|(what, where_to)| format!("  {what:38}  {where_to}\n")).collect();
        let warning = settings.rejected.as_deref().map(warning).unwrap_or_default();
        let authorization = match environment.value("metrics-token") {
            Some(_) => "\"Authorization: Bearer $METRICS_TOKEN\"".to_owned(),
            None => {
                let token = settings.value("metrics-token").unwrap_or_default();
                format!("'Authorization: Bearer {token}'")
            }
        };
        let examples: String = EXAMPLES
            .iter()
            .filter_map(|(what, command, file)| {
                let command = example(command, file, address, self.data)?;
                Some(format!("{what:15} {command}\n"))
            })
            .collect();
        say!(
            "listening on {address}\n\n{lines}{warning}\n{examples}\
             Scrape it:      curl -H {authorization} {address}/metrics\n\
             End with Ctrl-C. What happens to incidents is printed below."
        );
        // Whoever started us may have gone: that is no reason to end.
        let _ = std::io::stdout().flush();
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let Greeting { address, start, source, settings, environment, .. } = self;
        let has_password = settings.secret("dashboard-password").is_some();
        let link = |path: &str| match has_password {
            true => format!("{address}{path}"),
            false => start.link(&format!("{address}{path}")),
        };
        let is = |what| settings.is_simulated(what);
        let mut lines = vec![
            ("incidents, as they happen", link("/")),
            ("Studio Flows and their executions", link("/studio")),
        ];
        if is(Simulated::Twilio) {
            lines.push(("the simulated phones: raise an alarm", link("/sandbox/phones")));
        }
        if is(Simulated::Slack) {
            lines.push(("the sandbox's Slack: send an event", link("/sandbox/slack")));
        }
        let token = match environment.value("alarms-token") {
            Some(_) => "",
            None => ", with ALARMS_TOKEN once that is set",
        };
        let public = settings.public_base_url().unwrap_or(address);
        lines.push(("Twilio's sink goes to", format!("{public}/twilio/events")));
        lines.push(("monitors post their alarms to", format!("{public}/alarms{token}")));
        lines.push(("Prometheus scrapes", format!("{public}/metrics")));
        let caller = caller(environment, is(Simulated::Twilio));
        lines.push(("calls are placed by", caller.to_owned()));
        lines.push(("configuration", source.name()));
        lines
    }
}

/// What to try, with which command and which file; a file is not there where Ringdown is installed.
const EXAMPLES: [(&str, &str, &str); 2] = [
    ("Raise an alarm:", "alarm", "events/outage-intake/eventbridge-metric.json"),
    ("Send an event:", "send", "events/event-stream-webhook/worker-activity.json"),
];

/// The command that sends an event to this server; `None` if its file is not here.
pub(super) fn send_command(address: &str, data: &DataFolder) -> Option<String> {
    let (_, command, file) = EXAMPLES[1];
    example(command, file, address, data)
}

/// A command with its file, and the options with which it reaches this server; `None` if that file is not here.
fn example(command: &str, file: &str, address: &str, data: &DataFolder) -> Option<String> {
    let address = ServerAddress { to: address.to_owned() };
    let (to, data) = (address.typed(), data.typed());
    let is_here = Path::new(file).exists();
    is_here.then(|| format!("{} {command} {file}{to}{data}", program::prefix()))
}

/// The warning of a configuration that is not in use.
fn warning(rejected: &Rejected) -> String {
    format!("\n  WARNING: {}.\n  {}\n", rejected.headline(), rejected.reason())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_names_the_server_and_a_file_that_is_here() {
        let data = DataFolder { data: Some("a b".into()) };
        let found = example("send", "Cargo.toml", "http://127.0.0.1:9000", &data).expect("a file");
        assert!(
            found.ends_with(" send Cargo.toml --to http://127.0.0.1:9000 --data 'a b'"),
            "{found}"
        );
        assert_eq!(example("send", "no such file", "http://127.0.0.1:9000", &data), None);
        assert!(
            send_command("http://127.0.0.1:8080", &data)
                .is_some_and(|it| it.contains(" send events/"))
        );
    }
}

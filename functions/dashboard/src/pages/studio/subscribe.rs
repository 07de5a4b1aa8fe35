//! The commands that subscribe our sink to the events of Studio, and that end an Execution; ready to copy. Pure.

use shared::config::Settings;
use shared::domain::executions::event::{ENDED, STARTED, STEP_ENDED};
use shared::domain::text::{shell_quoted, shell_word};

use crate::ServerCli;
use shared::domain::sid::Sid;

/// The log-in of a command: the shell has the secrets, not the page.
const LOG_IN: &str = r#"-u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN""#;
/// Stands for our address where that is not known.
const ANY_BASE: &str = "https://ringdown.example.com";

/// Twilio's sink and its subscription. (twilio.com/docs/events: `Types` is repeated, one JSON object each.)
pub(super) fn subscribe(settings: &Settings) -> String {
    let base = settings.public_base_url().unwrap_or(ANY_BASE).trim_end_matches('/');
    let types = [STARTED, STEP_ENDED, ENDED]
        .map(|name| format!(" \\\n  --data-urlencode 'Types={{\"type\":\"{name}\"}}'"));
    let destination = shell_quoted(&format!(
        r#"SinkConfiguration={{"destination":"{base}/twilio/events","method":"POST","batch_events":true}}"#
    ));
    format!(
        "sink=$(curl -s -X POST https://events.twilio.com/v1/Sinks {LOG_IN} \\\n  \
         -d Description=Ringdown -d SinkType=webhook \\\n  \
         --data-urlencode {destination} |\n  \
         grep -o 'DG[0-9a-f]\\{{32\\}}' | head -n 1)\n\n\
         curl -X POST https://events.twilio.com/v1/Subscriptions {LOG_IN} \\\n  \
         -d Description=Studio -d SinkSid=\"$sink\"{}",
        types.concat()
    )
}

/// The command that ends an Execution.
pub(super) fn end(server_cli: &ServerCli, flow: &Sid, execution: &Sid) -> String {
    let ServerCli { program, options, .. } = server_cli;
    let options: String = options.iter().map(|word| format!(" {}", shell_word(word))).collect();
    format!("{program} flow end {flow} {execution}{options}")
}

#[cfg(test)]
mod tests {
    use shared::testing::Parameters;

    use super::*;

    #[test]
    fn command_names_our_address_and_each_type_by_itself() {
        let settings = Parameters::of(&[("config/main", "[channels.default]")]).settings();
        let settings = crate::tests::backend::at_once(settings.get(shared::Timestamp::UNIX_EPOCH));
        let settings = settings.unwrap();
        let command = subscribe(&settings);
        assert!(command.contains(r#""destination":"https://ringdown.example.com/twilio/events""#));
        assert_eq!(shell_quoted("it's"), r"'it'\''s'");
        assert_eq!(command.matches("Types={").count(), 3);
        assert!(
            command.contains(r#"'Types={"type":"com.twilio.studio.flow.step.ended"}'"#),
            "{command}"
        );
    }

    #[test]
    fn command_that_ends_an_execution_has_the_options_of_its_server() {
        assert_eq!(
            end(&ServerCli::default(), &"FW1".into(), &"FN1".into()),
            "ringdown flow end FW1 FN1"
        );
        let options = ["--to", "http://127.0.0.1:9", "--data", "my data", "--sandbox"];
        let server_cli = ServerCli {
            program: "cargo run --".to_owned(),
            options: options.map(str::to_owned).to_vec(),
            send: None,
        };
        assert_eq!(
            end(&server_cli, &"FW1".into(), &"FN1".into()),
            "cargo run -- flow end FW1 FN1 --to http://127.0.0.1:9 --data 'my data' --sandbox"
        );
    }
}

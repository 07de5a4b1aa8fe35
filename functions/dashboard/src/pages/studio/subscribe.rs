//! The commands that subscribe our sink to the events of Studio, and that end an Execution; ready to copy. Pure.

use shared::config::{Settings, Simulated};
use shared::domain::executions::event::{ENDED, STARTED, STEP_ENDED};
use shared::twilio::rest::{TWILIO, studio_base};

/// The log-in of a command: the shell has the secrets, not the page.
const LOG_IN: &str = r#"-u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN""#;
/// Stands for our address where that is not known.
const ANY_BASE: &str = "https://ringdown.example.com";

/// Twilio's sink and its subscription. (docs/events: `Types` is repeated, one JSON object each.)
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
pub(super) fn end(settings: &Settings, flow: &str, execution: &str) -> String {
    let base = settings.value("twilio/api-base-url").unwrap_or(TWILIO);
    let base = studio_base(base);
    let url = shell_quoted(&format!("{base}/v2/Flows/{flow}/Executions/{execution}"));
    // The sandbox has an account of its own.
    let log_in = match settings.value("twilio/account-sid") {
        Some(account) if settings.is_simulated(Simulated::Twilio) => {
            LOG_IN.replace("$TWILIO_ACCOUNT_SID", account)
        }
        _ => LOG_IN.to_owned(),
    };
    format!("curl -X POST {url} \\\n  -d Status=ended {log_in}")
}

/// A text as one word of a shell.
fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
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
        let end = end(&settings, "FW1", "FN1");
        assert_eq!(
            end,
            "curl -X POST 'https://studio.twilio.com/v2/Flows/FW1/Executions/FN1' \\\n  \
             -d Status=ended -u \"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\""
        );
    }
}

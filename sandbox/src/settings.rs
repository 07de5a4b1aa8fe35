//! All that a sandbox is given.

use std::pin::Pin;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use shared::secret::Secret;
use shared::{Error, hex};

use crate::alarms::AlarmSource;
use crate::host::Host;
use crate::live::Live;

/// The settings that do not change while a sandbox runs.
#[derive(Clone)]
pub struct Settings {
    /// The address at which the sandbox is reached: `http://127.0.0.1:8080`.
    pub base_url: String,
    /// The address of the server that it calls back.
    pub server_url: String,
    /// The secrets of both vendors.
    pub secrets: Secrets,
    /// The time, and the work, of this process.
    pub host: Arc<dyn Host>,
    /// Gives who and what is configured now.
    pub setup: SetupSource,
    /// Sends the requests of Flows that are walked through, if somebody allowed that.
    pub live: Option<Live>,
    /// The command that sends an event to the server, for somebody with a shell.
    pub send_command: Option<String>,
    /// The source of the alarms on the phones' page, if the server raises any.
    pub alarms: Option<AlarmSource>,
}

/// Gives the present setup.
pub type SetupSource =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Arc<Setup>, Error>> + Send>> + Send + Sync>;

/// The setup: who and what is configured. It may change while a sandbox runs.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The server's URL from outside. Requests to it are signed for this URL, and sent to the server's address.
    pub public_base_url: Option<String>,
    /// The people: phones and members.
    pub people: Vec<Person>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The Flows that are published from the beginning.
    pub flows: Vec<PublishedFlow>,
    /// A token of the bot that is good beside that of [`Secrets`].
    pub bot_token: Option<Secret>,
    /// Real vendors have no page here: nothing leads to one.
    pub is_twilio_real: bool,
    /// The same of Slack.
    pub is_slack_real: bool,
}

/// Somebody with a phone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The number, in E.164.
    pub phone: String,
    /// The member id in Slack: `U…`.
    #[serde(default)]
    pub slack: Option<String>,
}

/// A channel of Slack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The name.
    pub name: String,
    /// The id: `C…`.
    pub id: String,
}

/// A Flow as somebody would have imported and published it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedFlow {
    /// `FW…`
    pub sid: String,
    /// The name.
    pub friendly_name: String,
    /// The number of ours at which it is called and texted.
    #[serde(default)]
    pub number: Option<String>,
    /// The definition.
    pub definition: Value,
}

/// The secrets that the simulated vendors sign with, and ask for. Real ones are never among them.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The auth token of the simulated Twilio's account.
    pub auth_token: Secret,
    /// The signing secret of the simulated Slack.
    pub signing_secret: Secret,
    /// The token of the bot in the simulated Slack.
    pub bot_token: Secret,
    /// The secret part of its incoming webhooks' addresses.
    pub webhook_key: Secret,
}

impl Secrets {
    /// The secrets that follow from a secret of this machine: nobody else knows them, and they are the same after a
    /// restart.
    pub fn derived_from(secret: &Secret) -> Secrets {
        let derived = |name: &str| hex(&secret.tag(&[b"ringdown simulated ", name.as_bytes()]));
        let short = |name: &str| Secret::new(derived(name).get(..32).unwrap_or_default());
        Secrets {
            auth_token: short("twilio/auth-token"),
            signing_secret: short("slack/signing-secret"),
            bot_token: Secret::new(&format!("xoxb-{}", derived("slack/bot-token"))),
            webhook_key: short("slack/webhook-key"),
        }
    }
}

impl Settings {
    /// The present setup.
    pub(crate) async fn setup(&self) -> Result<Arc<Setup>, Error> {
        (self.setup)().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_by_machine_and_by_use() {
        let all = |token: &str| {
            let Secrets { auth_token, signing_secret, bot_token, webhook_key } =
                Secrets::derived_from(&Secret::new(token));
            [auth_token, signing_secret, bot_token, webhook_key].map(|one| one.expose().to_owned())
        };
        let (one, other) = (all("a token"), all("another"));
        assert_eq!(one, all("a token"));
        for (at, secret) in one.iter().enumerate() {
            assert!(!other.contains(secret) && !one[..at].contains(secret));
            assert!(!secret.contains("token") || secret.starts_with("xoxb-"));
        }
    }
}

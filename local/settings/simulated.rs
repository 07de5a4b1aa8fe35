//! The vendors simulated on one machine, and the values that stand in for what is missing.

use sandbox::Secrets;
use sandbox::slack::made_up_id;
use sandbox::twilio::SANDBOX_ACCOUNT;
use shared::config::{CHANNELS, Environment, Simulated, Values};
use shared::secret::Secret;

/// The number that the sandbox's Twilio calls from.
const SANDBOX_NUMBER: &str = "+15005550006";

/// Which vendors are real: credentials of theirs are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Real {
    /// `TWILIO_ACCOUNT_SID` or `TWILIO_AUTH_TOKEN`.
    pub twilio: bool,
    /// `SLACK_BOT_TOKEN`, `SLACK_SIGNING_SECRET`, or what one of the channels is reached by.
    pub slack: bool,
}

impl Real {
    /// Reads this environment, for a configuration with these channels.
    pub fn of(environment: &Environment, channels: &[String]) -> Real {
        let has = |name: &str| environment.value(name).is_some();
        Real {
            twilio: has("twilio/account-sid") || has("twilio/auth-token"),
            slack: has("slack/bot-token")
                || has("slack/signing-secret")
                || channels.iter().any(|channel| has(&format!("{CHANNELS}{channel}"))),
        }
    }

    /// The parts that are simulated then: the others, and what happens while none is real; with `sandbox` all of it.
    pub fn simulated(self, sandbox: bool) -> Vec<Simulated> {
        let all = [
            (Simulated::Twilio, self.twilio),
            (Simulated::Slack, self.slack),
            (Simulated::Events, self.twilio || self.slack),
        ];
        all.into_iter().filter(|(_, real)| sandbox || !real).map(|(what, _)| what).collect()
    }
}

/// The values that a server on one machine makes up where its environment has nothing.
#[derive(Clone, Debug)]
pub struct Local {
    /// Where it listens: `http://127.0.0.1:8080`.
    pub address: String,
    /// The token of its data folder.
    pub start_token: Secret,
    /// The token that scrapes show where none is set.
    pub metrics_token: Secret,
    /// All is simulated, whatever is real: `--sandbox`.
    pub sandbox: bool,
}

impl Local {
    /// The Web API that a bot posts to: `SLACK_API_BASE_URL`; without that, and without a bot's token, the sandbox
    /// Slack's; `None` is Slack's own.
    pub fn slack_api(&self, environment: &Environment) -> Option<String> {
        let given = environment.value("slack/api-base-url").map(str::to_owned);
        let has_bot = environment.value("slack/bot-token").is_some();
        given.or_else(|| (!has_bot).then(|| format!("{}/sandbox/slack/api", self.address)))
    }

    /// The parts that are simulated, in this environment and with these channels.
    pub fn simulated(&self, environment: &Environment, channels: &[String]) -> Vec<Simulated> {
        Real::of(environment, channels).simulated(self.sandbox)
    }

    /// Puts the values of a simulated Twilio beside those that are set.
    pub(super) fn simulate_twilio(&self, environment: &Environment, values: &mut Values) {
        let secret = Secrets::derived_from(&self.start_token).auth_token;
        let has_account = environment.value("twilio/account-sid").is_some();
        // Requests to Twilio go out with the first one, and with the next if that is refused.
        let tokens = match environment.value("twilio/auth-token") {
            Some(real) if has_account => format!("{real},{}", secret.expose()),
            Some(real) => format!("{},{real}", secret.expose()),
            None => secret.expose().to_owned(),
        };
        values.insert("twilio/auth-token".to_owned(), tokens);
        // Without an account nobody real can be called: the simulated phones ring.
        if has_account {
            return;
        }
        let sandbox = format!("{}/sandbox/twilio", self.address);
        for (name, made_up) in [
            ("twilio/account-sid", SANDBOX_ACCOUNT),
            ("twilio/from-number", SANDBOX_NUMBER),
            ("twilio/api-base-url", &sandbox),
        ] {
            values.entry(name.to_owned()).or_insert_with(|| made_up.to_owned());
        }
    }

    /// Puts the values of a simulated Slack beside those that are set.
    pub(super) fn simulate_slack(
        &self,
        environment: &Environment,
        channels: &[String],
        values: &mut Values,
    ) {
        let secrets = Secrets::derived_from(&self.start_token);
        let given = environment.value("slack/signing-secret");
        let signing = given.into_iter().chain([secrets.signing_secret.expose()]);
        let signing = signing.collect::<Vec<_>>().join(",");
        values.insert("slack/signing-secret".to_owned(), signing);
        let slack = format!("{}/sandbox/slack", self.address);
        values.insert("slack/hooks-base-url".to_owned(), slack.clone());
        let bot = bot_is_simulated(environment, channels);
        if bot {
            values.insert("slack/bot-token".to_owned(), secrets.bot_token.expose().to_owned());
        }
        for channel in channels {
            let made_up = match bot {
                true => made_up_id(channel),
                false => format!("{slack}/services/{}/{channel}", secrets.webhook_key.expose()),
            };
            values.entry(format!("{CHANNELS}{channel}")).or_insert(made_up);
        }
    }
}

/// Whether channels without a secret have a bot in the sandbox's Slack, whose messages can change. Whoever connects a real
/// one, if only by half, has made-up webhooks for the other channels: one bot posts to one Slack.
pub(super) fn bot_is_simulated(environment: &Environment, channels: &[String]) -> bool {
    let is_given = |name: &str| environment.value(name).is_some();
    let has_id = |channel: &String| {
        let secret = environment.value(&format!("{CHANNELS}{channel}"));
        secret.is_some_and(|secret| !secret.starts_with("http"))
    };
    !is_given("slack/bot-token") && !is_given("slack/api-base-url") && !channels.iter().any(has_id)
}

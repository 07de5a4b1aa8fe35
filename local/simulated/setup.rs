//! The setup that this server gives the sandbox: its clock, its address, and who is configured.

use std::pin::Pin;
use std::sync::Arc;

use sandbox::alarms::{AlarmSource, Alarms};
use sandbox::host::{Host, Work};
use sandbox::slack::made_up_id;
use sandbox::{Channel, DEMO_OUTAGE_FLOW, Person, PublishedFlow, Settings, Setup};
use shared::Timestamp;
use shared::config;
use shared::config::Simulated;
use shared::domain::escalation::{CallWith, Policy};
use shared::slack::client::Destination;
use shared::twilio::studio::outage::outage_call;

use super::{Triggers, buttons};
use crate::{activity, clock};
use shared::domain::sid::Sid;

/// The server's time and work.
struct ServerHost;

impl Host for ServerHost {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(clock::sleep_until(at))
    }

    fn begin_work(&self) -> Work {
        Box::new(activity::begin())
    }
}

/// The settings of the sandbox in this server, which calls itself back.
pub(super) fn settings(triggers: &Arc<Triggers>) -> Settings {
    let source = triggers.clone();
    Settings {
        base_url: triggers.address.clone(),
        server_url: triggers.address.clone(),
        secrets: triggers.secrets.clone(),
        send_command: triggers.send_command.clone(),
        host: Arc::new(ServerHost),
        live: triggers.flow_requests.clone(),
        alarms: Some(alarms(triggers.clone())),
        setup: Arc::new(move || {
            let source = source.clone();
            Box::pin(async move {
                let now = clock::now();
                let settings = source.live.get(now).await?;
                Ok(Arc::new(setup(&settings, source.is_demo, now)))
            })
        }),
    }
}

/// What the phones' page shows of alarms: nothing, if what happens is real.
fn alarms(triggers: Arc<Triggers>) -> AlarmSource {
    Arc::new(move |query| {
        let triggers = triggers.clone();
        Box::pin(async move {
            let now = clock::now();
            match triggers.live.get(now).await?.is_simulated(Simulated::Events) {
                true => buttons::shown(&triggers.escalate, query.as_deref(), now).await,
                false => Ok(Alarms::default()),
            }
        })
    })
}

/// The people, channels and Flows of a configuration.
fn setup(settings: &config::Settings, is_demo: bool, now: Timestamp) -> Setup {
    let people = settings.config.escalation.people.iter().map(|(name, person)| Person {
        name: name.clone(),
        phone: person.phone.as_str().to_owned(),
        slack: person.slack.as_ref().map(ToString::to_string),
    });
    let channels = settings.config.routes.channels().iter().map(|name| Channel {
        name: name.clone(),
        id: match settings.destination(name) {
            Ok(Destination::Bot { channel, .. }) => channel,
            _ => made_up_id(name),
        },
    });
    let policies: Vec<Policy> = settings.config.escalation.policies_at(now).collect();
    let mut flows: Vec<PublishedFlow> = policies.iter().filter_map(flow).collect();
    if is_demo {
        flows.extend(sandbox::demo_flows());
        let outage =
            policies.first().map(|policy| published(policy, &Sid::as_sent(DEMO_OUTAGE_FLOW)));
        flows.extend(outage);
    }
    // Where another address stands in for Slack, its token is good there.
    let stands_in = settings.value("slack/api-base-url").is_some();
    Setup {
        public_base_url: settings.public_base_url().map(str::to_owned),
        people: people.collect(),
        channels: channels.collect(),
        flows,
        bot_token: settings.secret("slack/bot-token").filter(|_| stands_in),
        is_twilio_real: !settings.is_simulated(Simulated::Twilio),
        is_slack_real: !settings.is_simulated(Simulated::Slack),
    }
}

/// A policy's own Flow, as somebody would have imported and published it.
fn flow(policy: &Policy) -> Option<PublishedFlow> {
    let CallWith::Studio { flow_sid } = &policy.call_with else { return None };
    Some(published(policy, flow_sid))
}

fn published(policy: &Policy, flow_sid: &Sid) -> PublishedFlow {
    PublishedFlow {
        sid: flow_sid.to_string(),
        friendly_name: format!("Ringdown: {}", policy.name),
        number: None,
        definition: outage_call(policy),
    }
}

#[cfg(test)]
mod tests {
    use shared::config::file::Config;

    use super::*;
    use crate::settings::DEMO;

    #[test]
    fn policys_own_flow_is_published_under_its_sid() {
        let config = Config::parse(vec![("demo".to_owned(), DEMO.to_owned())]).expect("fine");
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let policy = config.escalation.policies_at(now).next().expect("a policy");
        assert_eq!(flow(&policy), None);
        let call_with = CallWith::Studio { flow_sid: Sid::as_sent("FW1") };
        let published = flow(&Policy { call_with, ..policy }).expect("a Flow");
        assert_eq!(
            (published.sid.as_str(), published.friendly_name.as_str()),
            ("FW1", "Ringdown: default")
        );
        let read = studio::Flow::read(&published.definition).expect("a Flow");
        assert_eq!(read.state("call").and_then(|call| call.number("timeout")), Some(25));
    }
}

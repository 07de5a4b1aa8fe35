//! The endpoints of the simulated vendors, in a table like that of the product: only `local/` serves them.

use shared::config::Simulated;
use shared::http::endpoints::{Access, Body, Method, Route, route};

/// The endpoints behind `/pretend/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says of each what it is")]
pub enum Sandbox {
    SlackMessages,
    SlackDirectory,
    SlackClick,
    SlackWebhook,
    SlackApi,
    SlackRespond,
    Samples,
    PlaySample,
    Faults,
    SetFaults,
    Journal,
    TwilioApi,
    Phones,
    ActAtPhone,
    Alarms,
    PlayAlarm,
    TakeAlarm,
    Clock,
    PushClock,
    Idle,
    File,
}

impl Sandbox {
    /// What has to be simulated for this to be here; `path` tells one file from another.
    pub fn part_of(self, path: &str) -> Simulated {
        match self {
            Sandbox::SlackMessages
            | Sandbox::SlackDirectory
            | Sandbox::SlackClick
            | Sandbox::SlackWebhook
            | Sandbox::SlackApi
            | Sandbox::SlackRespond => Simulated::Slack,
            Sandbox::Faults
            | Sandbox::SetFaults
            | Sandbox::Journal
            | Sandbox::TwilioApi
            | Sandbox::Phones
            | Sandbox::ActAtPhone => Simulated::Twilio,
            Sandbox::File if path.starts_with("/pretend/slack") => Simulated::Slack,
            Sandbox::File => Simulated::Twilio,
            Sandbox::Samples
            | Sandbox::PlaySample
            | Sandbox::Alarms
            | Sandbox::PlayAlarm
            | Sandbox::TakeAlarm
            | Sandbox::Clock
            | Sandbox::PushClock
            | Sandbox::Idle => Simulated::Events,
        }
    }
}

/// Their table. A path that several rows have is the first one's.
pub const SANDBOX: &[Route<Sandbox>] = {
    use Access::{Sandbox as Pages, SandboxApi};
    use Method::{Get, Post};
    &[
        route(Sandbox::SlackMessages, Get, "/pretend/slack/messages", Body::Nothing, Pages),
        route(Sandbox::SlackDirectory, Get, "/pretend/slack/directory", Body::Nothing, Pages),
        route(Sandbox::SlackClick, Post, "/pretend/slack/click", Body::Page, Pages),
        route(
            Sandbox::SlackWebhook,
            Post,
            "/pretend/slack/services/{proxy+}",
            Body::Vendor,
            SandboxApi,
        ),
        route(Sandbox::SlackApi, Post, "/pretend/slack/api/{proxy+}", Body::Vendor, SandboxApi),
        route(Sandbox::SlackRespond, Post, "/pretend/slack/respond/{id}", Body::Vendor, SandboxApi),
        route(Sandbox::Samples, Get, "/pretend/samples", Body::Nothing, Pages),
        route(Sandbox::PlaySample, Post, "/pretend/samples/{proxy+}", Body::Page, Pages),
        route(Sandbox::Faults, Get, "/pretend/twilio/faults", Body::Nothing, Pages),
        route(Sandbox::SetFaults, Post, "/pretend/twilio/faults", Body::Page, Pages),
        route(Sandbox::Journal, Get, "/pretend/twilio/log", Body::Nothing, Pages),
        route(Sandbox::TwilioApi, Get, "/pretend/twilio/{proxy+}", Body::Nothing, SandboxApi),
        route(Sandbox::TwilioApi, Post, "/pretend/twilio/{proxy+}", Body::Vendor, SandboxApi),
        route(Sandbox::Phones, Get, "/pretend/phones/state", Body::Nothing, Pages),
        route(Sandbox::ActAtPhone, Post, "/pretend/phones/{proxy+}", Body::Page, Pages),
        route(Sandbox::Alarms, Get, "/pretend/alarms", Body::Nothing, Pages),
        route(Sandbox::PlayAlarm, Post, "/pretend/alarms/{proxy+}", Body::Page, Pages),
        route(Sandbox::TakeAlarm, Post, "/pretend/alarm", Body::Batch, Pages),
        route(Sandbox::Clock, Get, "/pretend/clock", Body::Nothing, Pages),
        route(Sandbox::PushClock, Post, "/pretend/clock", Body::Page, Pages),
        route(Sandbox::Idle, Get, "/pretend/idle", Body::Nothing, Pages),
        route(Sandbox::File, Get, "/pretend/{proxy+}", Body::Nothing, Pages),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_limits_its_body_by_its_kind() {
        for route in SANDBOX {
            let expected = match (route.method, route.access) {
                (Method::Get, _) => Body::Nothing,
                (Method::Post, Access::SandboxApi) => Body::Vendor,
                (Method::Post, _) if route.name == Sandbox::TakeAlarm => Body::Batch,
                (Method::Post, _) => Body::Page,
            };
            assert_eq!(route.body, expected, "{}", route.path);
        }
    }
}

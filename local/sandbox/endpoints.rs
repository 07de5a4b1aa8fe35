//! The endpoints of the simulated vendors, in a table like that of the product: only `local/` serves them.

use shared::config::Simulated;
use shared::http::endpoints::{Access, Body, Method, Route, route};

/// The endpoints behind `/sandbox/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says of each what it is")]
pub enum SandboxEndpoint {
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

impl SandboxEndpoint {
    /// What has to be simulated for this to be here; `path` tells one file from another.
    pub fn part_of(self, path: &str) -> Simulated {
        match self {
            SandboxEndpoint::SlackMessages
            | SandboxEndpoint::SlackDirectory
            | SandboxEndpoint::SlackClick
            | SandboxEndpoint::SlackWebhook
            | SandboxEndpoint::SlackApi
            | SandboxEndpoint::SlackRespond => Simulated::Slack,
            SandboxEndpoint::Faults
            | SandboxEndpoint::SetFaults
            | SandboxEndpoint::Journal
            | SandboxEndpoint::TwilioApi
            | SandboxEndpoint::Phones
            | SandboxEndpoint::ActAtPhone => Simulated::Twilio,
            SandboxEndpoint::File if path.starts_with("/sandbox/slack") => Simulated::Slack,
            SandboxEndpoint::File => Simulated::Twilio,
            SandboxEndpoint::Samples
            | SandboxEndpoint::PlaySample
            | SandboxEndpoint::Alarms
            | SandboxEndpoint::PlayAlarm
            | SandboxEndpoint::TakeAlarm
            | SandboxEndpoint::Clock
            | SandboxEndpoint::PushClock
            | SandboxEndpoint::Idle => Simulated::Events,
        }
    }
}

/// Their table. A path that several rows have is the first one's.
pub const SANDBOX: &[Route<SandboxEndpoint>] = {
    use Access::{Sandbox as Pages, SandboxApi};
    use Method::{Get, Post};
    &[
        route(SandboxEndpoint::SlackMessages, Get, "/sandbox/slack/messages", Body::Nothing, Pages),
        route(
            SandboxEndpoint::SlackDirectory,
            Get,
            "/sandbox/slack/directory",
            Body::Nothing,
            Pages,
        ),
        route(SandboxEndpoint::SlackClick, Post, "/sandbox/slack/click", Body::Page, Pages),
        route(
            SandboxEndpoint::SlackWebhook,
            Post,
            "/sandbox/slack/services/{proxy+}",
            Body::Vendor,
            SandboxApi,
        ),
        route(
            SandboxEndpoint::SlackApi,
            Post,
            "/sandbox/slack/api/{proxy+}",
            Body::Vendor,
            SandboxApi,
        ),
        route(
            SandboxEndpoint::SlackRespond,
            Post,
            "/sandbox/slack/respond/{id}",
            Body::Vendor,
            SandboxApi,
        ),
        route(SandboxEndpoint::Samples, Get, "/sandbox/samples", Body::Nothing, Pages),
        route(SandboxEndpoint::PlaySample, Post, "/sandbox/samples/{proxy+}", Body::Page, Pages),
        route(SandboxEndpoint::Faults, Get, "/sandbox/twilio/faults", Body::Nothing, Pages),
        route(SandboxEndpoint::SetFaults, Post, "/sandbox/twilio/faults", Body::Page, Pages),
        route(SandboxEndpoint::Journal, Get, "/sandbox/twilio/log", Body::Nothing, Pages),
        route(
            SandboxEndpoint::TwilioApi,
            Get,
            "/sandbox/twilio/{proxy+}",
            Body::Nothing,
            SandboxApi,
        ),
        route(
            SandboxEndpoint::TwilioApi,
            Post,
            "/sandbox/twilio/{proxy+}",
            Body::Vendor,
            SandboxApi,
        ),
        route(SandboxEndpoint::Phones, Get, "/sandbox/phones/state", Body::Nothing, Pages),
        route(SandboxEndpoint::ActAtPhone, Post, "/sandbox/phones/{proxy+}", Body::Page, Pages),
        route(SandboxEndpoint::Alarms, Get, "/sandbox/alarms", Body::Nothing, Pages),
        route(SandboxEndpoint::PlayAlarm, Post, "/sandbox/alarms/{proxy+}", Body::Page, Pages),
        route(SandboxEndpoint::TakeAlarm, Post, "/sandbox/alarm", Body::Batch, Pages),
        route(SandboxEndpoint::Clock, Get, "/sandbox/clock", Body::Nothing, Pages),
        route(SandboxEndpoint::PushClock, Post, "/sandbox/clock", Body::Page, Pages),
        route(SandboxEndpoint::Idle, Get, "/sandbox/idle", Body::Nothing, Pages),
        route(SandboxEndpoint::File, Get, "/sandbox/{proxy+}", Body::Nothing, Pages),
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
                (Method::Post, _) if route.name == SandboxEndpoint::TakeAlarm => Body::Batch,
                (Method::Post, _) => Body::Page,
            };
            assert_eq!(route.body, expected, "{}", route.path);
        }
    }
}

//! The gate of the simulated vendors: who may use which endpoint, and how large its body may be, in a table like that of
//! the product. What no row names does not exist, whatever a router would take.

use shared::config::Simulated;
use shared::http::endpoints::{Access, Body, Method, Route, route};

/// The simulated vendor, or other feature, that an endpoint belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// The simulated Twilio.
    Twilio,
    /// The simulated Slack.
    Slack,
    /// What happens: samples, alarms, the clock.
    Events,
    /// The question whether there is any work, which is none itself.
    Idle,
    /// A file of either vendor's page.
    File,
}

impl Served {
    /// The part that has to be simulated for this to be here; `path` tells one file from another.
    pub fn simulated(self, path: &str) -> Simulated {
        match self {
            Served::Slack => Simulated::Slack,
            Served::File if path.starts_with("/sandbox/slack") => Simulated::Slack,
            Served::Twilio | Served::File => Simulated::Twilio,
            Served::Events | Served::Idle => Simulated::Events,
        }
    }
}

/// The table. A path that several rows have is the first one's.
pub const SANDBOX: &[Route<Served>] = {
    use Access::{Sandbox as Pages, SandboxApi as Api};
    use Body::{Batch, Form, Nothing, Page, Vendor};
    use Method::{Delete, Get, Post};
    use Served::{Events, File, Idle, Slack, Twilio};
    &[
        route(Slack, Get, "/sandbox/slack/messages", Nothing, Pages),
        route(Slack, Get, "/sandbox/slack/directory", Nothing, Pages),
        route(Slack, Post, "/sandbox/slack/click", Page, Pages),
        route(Slack, Post, "/sandbox/slack/services/{proxy+}", Vendor, Api),
        route(Slack, Post, "/sandbox/slack/api/{proxy+}", Vendor, Api),
        route(Slack, Post, "/sandbox/slack/respond/{id}", Vendor, Api),
        route(Events, Get, "/sandbox/samples", Nothing, Pages),
        route(Events, Post, "/sandbox/samples/{proxy+}", Page, Pages),
        route(Twilio, Get, "/sandbox/twilio/faults", Nothing, Pages),
        route(Twilio, Post, "/sandbox/twilio/faults", Page, Pages),
        route(Twilio, Get, "/sandbox/twilio/log", Nothing, Pages),
        route(Twilio, Get, "/sandbox/twilio/{proxy+}", Nothing, Api),
        route(Twilio, Post, "/sandbox/twilio/{proxy+}", Vendor, Api),
        route(Twilio, Delete, "/sandbox/twilio/{proxy+}", Nothing, Api),
        route(Twilio, Get, "/sandbox/phones/state", Nothing, Pages),
        route(Twilio, Post, "/sandbox/phones/{proxy+}", Page, Pages),
        route(Twilio, Post, "/sandbox/flows", Vendor, Pages),
        route(Twilio, Post, "/sandbox/flows/{proxy+}", Form, Pages),
        route(Events, Get, "/sandbox/alarms", Nothing, Pages),
        route(Events, Post, "/sandbox/alarms/{proxy+}", Page, Pages),
        route(Events, Post, "/sandbox/alarm", Batch, Pages),
        route(Events, Get, "/sandbox/clock", Nothing, Pages),
        route(Events, Post, "/sandbox/clock", Page, Pages),
        route(Idle, Get, "/sandbox/idle", Nothing, Pages),
        route(File, Get, "/sandbox/{proxy+}", Nothing, Pages),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_limits_its_body_by_its_kind() {
        for route in SANDBOX {
            let expected = match (route.method, route.access) {
                (Method::Get | Method::Delete, _) => Body::Nothing,
                (Method::Post, Access::SandboxApi) => Body::Vendor,
                (Method::Post, _) if route.path == "/sandbox/alarm" => Body::Batch,
                (Method::Post, _) if route.path == "/sandbox/flows" => Body::Vendor,
                (Method::Post, _) if route.path.starts_with("/sandbox/flows/") => Body::Form,
                (Method::Post, _) => Body::Page,
            };
            assert_eq!(route.body, expected, "{}", route.path);
            assert!(route.body.max_bytes() <= sandbox::BODY_LIMIT || route.name == Served::Events);
        }
    }
}

//! The page of what the server is set up for, has received and has counted.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use shared::config::Settings;
use shared::http::Response;
use shared::storage::Store;
use shared::storage::opt_outs::{How, all};
use shared::{Error, Timestamp};

use super::alarms::alarms;
use super::counters::counters;
use super::frame::frame;
use super::render;
use super::sign_in::listed;
use crate::{Dashboard, Viewer};

/// The program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Somebody who has opted out of texts.
#[derive(Serialize)]
struct OptedOut {
    person: String,
    since: Timestamp,
    /// How we know.
    because: &'static str,
}

async fn opt_outs(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Vec<OptedOut>, Error> {
    let all = all(store, &settings.config.escalation.people, now).await?;
    let opted_out = all.into_iter().map(|(person, opt_out)| OptedOut {
        person,
        since: opt_out.since,
        because: match opt_out.how {
            How::Stop => "texted STOP",
            How::Refused => "Twilio refused a text (21610)",
        },
    });
    Ok(opted_out.collect())
}

/// The page.
pub(crate) async fn page(
    dashboard: &Dashboard,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let settings = dashboard.settings.get(now).await?;
    let routes = &settings.config.routes;
    let facts = context! {
        version => VERSION, route_count => routes.iter().count(), channels => Serde(routes.channels()),
        policy_count => settings.config.escalation.policies_at(now).count(),
        alarms => Serde(&alarms(store, &settings, now).await?),
        opt_outs => Serde(opt_outs(store, &settings, now).await?),
        sessions => listed(store, &settings, now).await?,
        counters => Serde(&counters(store, now).await?),
        ..frame(dashboard, &settings, ("System", "system"), viewer, now).await?
    };
    render(dashboard, "system.html", facts)
}

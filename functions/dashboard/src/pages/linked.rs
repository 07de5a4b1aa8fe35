//! One incident as the link of a text opens it: how it stands, what its reader can do, what happened. Nothing on it leads
//! to pages that ask for the password.

use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::sign_in::TextLink;
use shared::http::{Request, Response, form_fields};
use shared::storage::records::StoredIncident;
use shared::{Error, Timestamp};

use super::acts::{Offered, notice};
use super::incidents::incident_view;
pub(crate) use super::sign_in::Problem;
use super::{render, text};
use crate::{Dashboard, Viewer, named};

/// An incident that a link opens.
pub(crate) struct Linked {
    /// The incident.
    pub(crate) kept: StoredIncident,
    /// The person to whom the link was sent.
    pub(crate) viewer: Viewer,
    /// Its page.
    pub(crate) page: String,
    /// The link that was sent.
    pub(crate) link: TextLink,
}

/// The page. Its query says what was asked for on it; `asked=code` that a code was.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    linked: &Linked,
    problem: Option<Problem>,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let known = named::person(dashboard, request, &settings, now).await?;
    let query = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
    let is_asked = query.iter().any(|(name, value)| name == "asked" && value == "code");
    let facts = context! {
        title => "Incident", page => "link", now => now.to_string(), viewer_name => &linked.viewer.person,
        notice => notice(request, &linked.kept.incident, &linked.viewer),
        is_known => known.is_some() && known == linked.viewer.person,
        code_asked => is_asked || problem == Some(Problem::WrongCode), error => problem.map(Problem::text),
        ..facts(linked, &settings, now)
    };
    let page = render(dashboard, "linked.html", facts)?;
    Ok(Response { status: problem.map_or(200, Problem::status), ..page })
}

/// Its live part, for a browser that follows it.
pub(crate) async fn live_part(
    dashboard: &Dashboard,
    linked: &Linked,
    now: Timestamp,
) -> Result<String, Error> {
    let settings = dashboard.settings.get(now).await?;
    text("linked-live.html", facts(linked, &settings, now))
}

fn facts(linked: &Linked, settings: &Settings, now: Timestamp) -> Value {
    let Linked { kept, viewer, page, .. } = linked;
    let offered = Offered::of(&kept.incident, false, viewer, settings, now);
    let offered = offered.by_link(&kept.incident, viewer);
    incident_view(kept, settings, &offered, page)
}

/// The page for a link that opens nothing, for whatever reason: it shows nothing of any incident.
pub(crate) fn stale(dashboard: &Dashboard) -> Result<Response, Error> {
    let facts = context! { title => "This link opens nothing", page => "link" };
    let page = render(dashboard, "no-link.html", facts)?;
    Ok(Response { status: 404, ..page })
}

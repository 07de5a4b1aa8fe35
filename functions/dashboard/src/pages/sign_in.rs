//! "Who are you?": where a code is asked for and typed in, and where a link is traded for a session.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use shared::config::Settings;
use shared::http::{Request, Response, form_fields};
use shared::start_token::is_own_path;
use shared::storage::{Store, sessions};
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use crate::{Dashboard, Viewer, named};

/// How many sessions are listed.
const MAX_LISTED: usize = 200;

/// Why somebody is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Too many codes were asked for within the hour.
    TooMany,
    /// It is not the code, or not one any more.
    WrongCode,
    /// The link was used, or is too old.
    OldLink,
}

impl Problem {
    pub(super) fn text(self) -> &'static str {
        match self {
            Problem::TooMany => "Too many codes were asked for. Try again in an hour.",
            Problem::WrongCode => {
                "That is not the code, or it is no longer good. It is good for five minutes and five tries, in the \
                 browser that asked for it."
            }
            Problem::OldLink => "This link was used already, or is older than ten minutes.",
        }
    }

    pub(super) fn status(self) -> u16 {
        match self {
            Problem::TooMany => 429,
            Problem::WrongCode | Problem::OldLink => 401,
        }
    }
}

/// The page. The query says how far somebody is: `asked` is for whom they asked a code, `link` a link's token.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    problem: Option<Problem>,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let query = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
    let asked = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, v)| v.clone());
    let link = asked("link");
    let linked = match &link {
        Some(token) => sessions::link(dashboard.store.as_ref(), token, now).await?,
        None => None,
    };
    let is_old = link.is_some() && linked.is_none();
    let problem = problem.or(is_old.then_some(Problem::OldLink));
    let typed = || request.field("person").filter(|_| problem == Some(Problem::WrongCode));
    let people = settings.config.escalation.people.keys();
    let facts = context! {
        people => people.cloned().collect::<Vec<String>>(),
        asked => asked("asked").or_else(typed), next => next(request),
        link => linked.is_some().then_some(link), linked => linked.map(|link| link.person),
        error => problem.map(Problem::text),
        ..frame(dashboard, &settings, ("Who are you?", "who"), viewer, now).await?
    };
    let page = render(dashboard, "sign-in.html", facts)?;
    Ok(Response { status: problem.map_or(200, Problem::status), ..page })
}

/// Where somebody goes who has signed in: to the page that they came from.
pub(crate) fn next(request: &Request) -> String {
    let query = request.query.as_deref().unwrap_or_default();
    let asked = form_fields(query.as_bytes());
    let asked = asked.into_iter().find_map(|(name, value)| (name == "next").then_some(value));
    let next = request.field("next").or(asked).or_else(|| referring_page(request));
    next.filter(|next| is_own_path(next)).unwrap_or_else(|| "/".to_owned())
}

/// The page of ours whose link was followed, if the browser names it.
fn referring_page(request: &Request) -> Option<String> {
    let (_, behind) = request.header("referer")?.split_once("://")?;
    let path = behind.strip_prefix(request.header("host")?)?.strip_prefix(&request.mount)?;
    (!path.starts_with("/who")).then(|| path.to_owned())
}

/// A session, as it is listed.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    id: String,
    person: String,
    browser: String,
    begun: Timestamp,
    until: Timestamp,
}

/// The sessions that are good, the newest first.
pub(super) async fn listed(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Serde<Vec<Listed>>, Error> {
    let all = sessions::all(store, now).await?.into_iter();
    let good = all.filter(|stored| named::is_good(&stored.session, settings, now));
    let listed = good.take(MAX_LISTED).map(|sessions::StoredSession { id, session, .. }| Listed {
        id,
        person: session.person,
        browser: session.browser,
        begun: session.begun,
        until: session.until,
    });
    Ok(Serde(listed.collect()))
}

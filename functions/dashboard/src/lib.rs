//! The live pages, for people: incidents as they happen, what waits, what was counted, and the way in.
//!
//! In: a browser's request. Out: a page, a short stream of events, JSON, or where to log in. Behind a password, or on
//! one machine without a password behind the token of its start.

mod attempts;
mod calendars;
mod cookies;
mod linked;
mod live;
mod named;
mod pages;
mod parts;
mod session;
mod sign_in;
#[cfg(test)]
mod tests;
mod timed_cache;

use std::sync::Arc;

use shared::config::SettingsCache;
use shared::domain::escalation::Asker;
use shared::http::endpoints::{self, Access, ENDPOINTS, Endpoint, Method, Route};
use shared::http::packed::packed;
use shared::http::{Request, Response, answer};
use shared::jobs::escalate::acts::ON_THE_PAGE;
use shared::start_token::StartToken;
use shared::storage::{Queue, Store};
use shared::twilio::rest::Wire;
use shared::{Error, Timestamp};

pub use pages::studio::{LayoutCache, MediansCache};
pub use pages::{NumbersCache, OnCallCache, WaitingCache};

/// The pages, with all that they need.
pub struct Dashboard {
    /// The password, and the routes (a dead letter that was no event may be one by now).
    pub settings: SettingsCache,
    /// Incidents, dead letters, counters, log-in attempts.
    pub store: Arc<dyn Store>,
    /// Where dead letters go again, and where a silence, or an incident's end, is asked for.
    pub queue: Arc<dyn Queue>,
    /// Carries requests to Twilio: for what it says of Flows.
    pub wire: Wire,
    /// The median times in Flows' widgets.
    pub medians: MediansCache,
    /// The layouts of Flows' graphs.
    pub layouts: LayoutCache,
    /// The figures of each span of time.
    pub numbers: NumbersCache,
    /// How many dead letters wait.
    pub waiting: WaitingCache,
    /// The people on call.
    pub on_call: OnCallCache,
    /// On one machine: what opens the pages without a password.
    pub start_token: Option<StartToken>,
    /// The commands that the pages name.
    pub server_cli: ServerCli,
}

/// How the command line of Ringdown acts for this server.
#[derive(Clone, Debug)]
pub struct ServerCli {
    /// The program as it is typed in a shell.
    pub program: String,
    /// The options that its commands need for this server.
    pub options: Vec<String>,
    /// The command that sends an event to this server, if it has a file for it.
    pub send: Option<String>,
}

impl Default for ServerCli {
    fn default() -> ServerCli {
        ServerCli { program: "ringdown".to_owned(), options: Vec::new(), send: None }
    }
}

/// Somebody who may look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// They are logged in with the password, and can log out.
    pub signed_in: bool,
    /// Their name, if they have said it and it was checked.
    pub person: Option<String>,
}

impl Viewer {
    /// As whom they act on an incident.
    fn asker(&self) -> Asker {
        match &self.person {
            Some(person) => Asker::Person(person.clone()),
            None => Asker::Nameless(ON_THE_PAGE.to_owned()),
        }
    }
}

/// Answers a browser.
pub async fn handle(dashboard: &Dashboard, request: Request, now: Timestamp) -> Response {
    match route(dashboard, &request, now).await {
        Err(error) if request.wants_page() => {
            let response = match answer(&request, Err(error)) {
                response if response.status == 405 => {
                    response.with("allow", endpoints::allowed(ENDPOINTS, &request.path))
                }
                response => response,
            };
            refused(dashboard, &request, response, now).await
        }
        result => answer(&request, result),
    }
}

/// The page that a browser sees instead of this answer to a request that is refused.
pub async fn refused(
    dashboard: &Dashboard,
    request: &Request,
    response: Response,
    now: Timestamp,
) -> Response {
    let viewer = session::viewer(dashboard, request, now).await.ok();
    pages::refused::page(dashboard, request, response, viewer.as_ref(), now).await
}

async fn route(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let meant = endpoints::page_before_slash(&request.method, &request.path);
    if meant.is_some_and(|page| !is_for_scripts(page.name, request)) {
        return Ok(Response::see_other(&without_slash(request)));
    }
    let route = endpoints::admit(request)?;
    if route.method == Method::Post {
        let settings = dashboard.settings.get(now).await?;
        request.same_origin(settings.public_base_url())?;
    }
    if route.access == Access::Viewer {
        let is_page = !is_for_scripts(route.name, request);
        return match admit(dashboard, request, is_page, now).await? {
            Ok(viewer) => {
                let response = page(dashboard, request, route, &viewer, now).await?;
                Ok(packed(request, response).with("vary", "accept-encoding"))
            }
            Err(way_in) => Ok(way_in),
        };
    }
    if route.access == Access::TextLink {
        let response = linked::answer(dashboard, request, route, now).await?;
        return Ok(packed(request, response).with("vary", "accept-encoding"));
    }
    match route.name {
        Endpoint::Asset => pages::assets::asset(&request.path),
        Endpoint::OnCallCalendar => {
            calendars::calendar(dashboard, route.parameter(&request.path), now).await
        }
        Endpoint::LogInPage => Ok(pages::login(dashboard, request, None)),
        Endpoint::LogIn => session::log_in(dashboard, request, now).await,
        Endpoint::LogOut => session::log_out(dashboard, request, now).await,
        _ => Err(Error::NotFound),
    }
}

/// The address of the page that a request means which has a slash behind it.
fn without_slash(request: &Request) -> String {
    let path = request.path.strip_suffix('/').unwrap_or(&request.path).to_owned();
    let page = Request { path, query: request.query.clone(), ..Request::default() };
    format!("{}{}", request.mount, page.target())
}

/// Whether a script asks, which can do nothing with the log-in page.
fn is_for_scripts(endpoint: Endpoint, request: &Request) -> bool {
    request.wants_json()
        || matches!(endpoint, Endpoint::Live | Endpoint::Incidents | Endpoint::FlowDefinition)
}

/// What those see who may look.
async fn page(
    dashboard: &Dashboard,
    request: &Request,
    route: &Route<Endpoint>,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let id = route.parameter(&request.path);
    match route.name {
        Endpoint::Home => pages::home::page(dashboard, request, viewer, now).await,
        Endpoint::Silences => pages::silences::page(dashboard, request, viewer, now).await,
        Endpoint::MakeSilence => pages::silences::post(dashboard, request, viewer, now).await,
        Endpoint::EndSilence => pages::silences::end(dashboard, request, viewer, now).await,
        Endpoint::Raise => pages::raise::page(dashboard, request, viewer, now).await,
        Endpoint::RaiseIncident => pages::raise::post(dashboard, request, viewer, now).await,
        Endpoint::History => pages::history::page(dashboard, request, viewer, now).await,
        Endpoint::OnCall => pages::on_call::view::page(dashboard, request, viewer, now).await,
        Endpoint::TakeOver => {
            pages::on_call::view::take_over(dashboard, request, viewer, now).await
        }
        Endpoint::RemoveOverride => {
            pages::on_call::view::remove(dashboard, request, viewer, now).await
        }
        Endpoint::Numbers => pages::numbers::page(dashboard, request, viewer, now).await,
        Endpoint::People => pages::people::page(dashboard, request, viewer, now).await,
        Endpoint::RingMe => pages::people::ring_me(dashboard, request, viewer, now).await,
        Endpoint::VCard => pages::people::vcard(dashboard, now).await,
        Endpoint::System => pages::system::page(dashboard, viewer, now).await,
        Endpoint::Who => pages::sign_in::page(dashboard, request, viewer, None, now).await,
        Endpoint::AskForCode => sign_in::ask(dashboard, request, viewer, now).await,
        Endpoint::SignIn => sign_in::sign_in(dashboard, request, viewer, now).await,
        Endpoint::TakeLink => sign_in::take_link(dashboard, request, viewer, now).await,
        Endpoint::RevokeSession => sign_in::revoke(dashboard, request, now).await,
        Endpoint::IncidentsPage => Ok(Response::see_other(&format!("{}/", request.mount))),
        Endpoint::Incidents => pages::incidents::json(dashboard, now).await,
        Endpoint::Incident => pages::incidents::one(dashboard, request, id, viewer, now).await,
        Endpoint::ActOnIncident => pages::acts::post(dashboard, request, id, viewer, now).await,
        Endpoint::Live => live::answer(dashboard, request, viewer, now).await,
        Endpoint::Studio => pages::studio::all(dashboard, request, viewer, now).await,
        Endpoint::StudioFlow => pages::studio::one(dashboard, request, id, viewer, now).await,
        Endpoint::FlowDefinition => pages::studio::definition(dashboard, request, id, now).await,
        Endpoint::DeadLetters => pages::dead_letters::list(dashboard, request, viewer, now).await,
        Endpoint::DeadLetter => pages::dead_letters::one(dashboard, id, viewer, now).await,
        Endpoint::ReplayDeadLetters => pages::dead_letters::replay(dashboard, request, now).await,
        Endpoint::DismissDeadLetters => pages::dead_letters::dismiss(dashboard, request, now).await,
        _ => Err(Error::NotFound),
    }
}

/// Lets a request in that may see the pages: who looks; or the page that says
/// how to get in.
///
/// # Errors
/// 401 where a script asks, and not a page.
pub async fn admit(
    dashboard: &Dashboard,
    request: &Request,
    is_page: bool,
    now: Timestamp,
) -> Result<Result<Viewer, Response>, Error> {
    match session::viewer(dashboard, request, now).await {
        Err(Error::LoggedOut) if is_page => Ok(Err(session::ask(request))),
        Err(Error::NoStartToken) if is_page => pages::start_token_needed(dashboard).map(Err),
        checked => checked.map(Ok),
    }
}

//! The live pages, for people: incidents as they happen, what waits, what was counted, and the way in.
//!
//! In: a browser's request. Out: a page, a short stream of events, JSON, or where to log in. Behind a password
//! everywhere but on one machine, where whoever sits at it may look.

mod live;
mod pages;
mod session;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use shared::config::Live;
use shared::dead_letters::{self, Progress};
use shared::http::{Request, Response, answer};
use shared::ports::{Queue, Store};
use shared::{Error, Timestamp};

/// What the pages need.
pub struct Dashboard {
    /// The password, and the routes (a dead letter that was no event may be one by now).
    pub live: Live,
    /// Incidents, dead letters, counters, log-in attempts.
    pub store: Arc<dyn Store>,
    /// Where dead letters go again, and where a silence is asked for.
    pub queue: Arc<dyn Queue>,
    /// On one machine without a password, requests from that machine itself need no log-in.
    pub on_one_machine: bool,
}

/// Answers a browser.
pub async fn handle(dashboard: &Dashboard, request: Request, now: Timestamp) -> Response {
    answer(&request, route(dashboard, &request, now).await)
}

async fn route(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let (get, post) = (matches!(request.method.as_str(), "GET" | "HEAD"), request.method == "POST");
    if post {
        request.limit_body()?;
        let settings = dashboard.live.get(now).await?;
        request.same_origin(settings.public_base_url())?;
    }
    match request.path.as_str() {
        path if get && path.starts_with("/assets/") => pages::asset(path),
        "/login" if get => Ok(pages::login(dashboard, request, None)),
        "/login" if post => session::log_in(dashboard, request, now).await,
        "/logout" if post => Ok(session::log_out()),
        path if needs_log_in(path) => {
            let for_scripts = request.wants_json() || matches!(path, "/live" | "/incidents.json");
            let signed_in = match session::check(dashboard, request, now).await {
                Err(Error::LoggedOut) if !for_scripts => return Ok(session::ask(request)),
                checked => checked?,
            };
            match (path, path.strip_prefix("/incidents/")) {
                ("/", _) if get => pages::incidents::home(dashboard, signed_in, now).await,
                (_, Some(id)) if get => {
                    pages::incidents::one(dashboard, request, id, signed_in, now).await
                }
                ("/incidents.json", _) if get => pages::incidents::json(dashboard, now).await,
                ("/live", _) if get => live::answer(dashboard, request, now).await,
                ("/dead-letters", _) if get => {
                    pages::dead_letters::list(dashboard, request, signed_in, now).await
                }
                ("/dead-letters/replay", _) if post => replay(dashboard, request, now).await,
                (_, Some(rest)) if post => match rest.strip_suffix("/silence") {
                    Some(id) => pages::silences::ask(dashboard, request, id, now).await,
                    None => Err(Error::MethodNotAllowed),
                },
                _ => Err(Error::MethodNotAllowed),
            }
        }
        "/login" | "/logout" => Err(Error::MethodNotAllowed),
        _ => Err(Error::NotFound),
    }
}

/// Whether something lives at this path that is not for everybody.
fn needs_log_in(path: &str) -> bool {
    let pages = ["/", "/incidents.json", "/live", "/dead-letters", "/dead-letters/replay"];
    pages.contains(&path) || path.starts_with("/incidents/")
}

/// How many pages of dead letters one form replays at most; whoever presses again goes on.
const PIECES: usize = 10;

/// Replays one dead letter (field `id`), or those behind the cursor `after`: to a page's script piece by piece with
/// JSON, to a form as many as one answer may wait for, with the page again.
async fn replay(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let Dashboard { live, store, queue, .. } = dashboard;
    let config = live.get(now).await?.config.clone();
    let (store, queue, routes) = (store.as_ref(), queue.as_ref(), &config.routes);
    if let Some(id) = request.field("id") {
        let kept = dead_letters::one(store, &id, now).await?.ok_or(Error::NotFound)?;
        let refused = dead_letters::replay(store, queue, routes, &kept, now).await?.err();
        let progress = Progress {
            replayed: usize::from(refused.is_none()),
            refused: usize::from(refused.is_some()),
            ..Progress::default()
        };
        return Ok(pages::dead_letters::replayed(request, &progress, refused.as_deref()));
    }
    let mut after = request.field("after").filter(|after| !after.is_empty());
    let mut sum = Progress::default();
    for piece in 1.. {
        let is_last = request.wants_json() || piece == PIECES;
        let piece = dead_letters::replay_page(store, queue, routes, after.as_deref(), now).await?;
        sum = Progress {
            replayed: sum.replayed + piece.replayed,
            refused: sum.refused + piece.refused,
            ..piece
        };
        if is_last || sum.after.is_none() {
            break;
        }
        after = sum.after.clone();
    }
    Ok(pages::dead_letters::replayed(request, &sum, None))
}

//! Links in texts about an incident: one opens that incident to whoever was sent it, without the password, and no more.
//!
//! A GET trades the token for a cookie of the incident's own path, and leads there. It writes nothing and uses nothing up:
//! a preview may fetch a link as often as it likes. Only a POST acts.

use shared::config::Settings;
use shared::domain::sign_in::TextToken;
use shared::http::endpoints::{Endpoint, Route};
use shared::http::{Request, Response};
use shared::storage::{incidents, text_links};
use shared::{Error, Timestamp};

use crate::cookies::set_cookie_at;
use crate::live::event;
use crate::pages::acts;
use crate::pages::linked::{Linked, Problem, live_part, page, stale};
use crate::{Dashboard, Viewer, sign_in};

/// The cookie that a token is traded for.
const COOKIE: &str = "ringdown-link";
/// How many cookies of this name are looked at.
const MAX_COOKIES: usize = 2;

/// Answers at the link of a text, and at the page that it leads to.
pub(crate) async fn answer(
    dashboard: &Dashboard,
    request: &Request,
    route: &Route<Endpoint>,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let part = route.parameter(&request.path);
    if route.name == Endpoint::OpenTextLink {
        return open(dashboard, request, &settings, part, now).await;
    }
    let Some(linked) = by_cookie(dashboard, request, &settings, part, now).await? else {
        return stale(dashboard);
    };
    let Linked { kept, viewer, page: at, .. } = &linked;
    match route.name {
        Endpoint::LinkedIncident if request.query.as_deref().is_some_and(is_live) => {
            let html = live_part(dashboard, &linked, now).await?;
            Ok(event(&html, request.header("last-event-id")))
        }
        Endpoint::LinkedIncident => page(dashboard, request, &linked, None, now).await,
        Endpoint::ActByLink => {
            acts::post_by_link(dashboard, request, (&kept.incident, at), viewer, now).await
        }
        Endpoint::AskForCodeByLink => ask_for_code(dashboard, request, &linked, now).await,
        Endpoint::SignInByLink => take_code(dashboard, request, &settings, &linked, now).await,
        _ => Err(Error::NotFound),
    }
}

fn is_live(query: &str) -> bool {
    query == "live" || query.starts_with("live&")
}

/// Trades the token for the cookie, and leads to the address without it.
async fn open(
    dashboard: &Dashboard,
    request: &Request,
    settings: &Settings,
    token: &str,
    now: Timestamp,
) -> Result<Response, Error> {
    let Some(token) = TextToken::read(token) else { return stale(dashboard) };
    let Some(linked) = find(dashboard, settings, &token, now).await? else {
        return stale(dashboard);
    };
    let there = format!("{}{}", request.mount, linked.page);
    let seconds = linked.link.until.duration_since(now).as_secs();
    let cookie = format!("{COOKIE}={}", token.expose());
    let cookie = set_cookie_at(dashboard, settings, &cookie, &there, seconds);
    Ok(Response::see_other(&there)
        .with("set-cookie", cookie)
        .with("cache-control", "no-store")
        .with("referrer-policy", "no-referrer"))
}

/// The incident of this id, if a cookie of this request opens it.
async fn by_cookie(
    dashboard: &Dashboard,
    request: &Request,
    settings: &Settings,
    id: &str,
    now: Timestamp,
) -> Result<Option<Linked>, Error> {
    let tokens = request.cookies(COOKIE).filter_map(TextToken::read).take(MAX_COOKIES);
    for token in tokens {
        let found = find(dashboard, settings, &token, now).await?;
        if let Some(linked) = found.filter(|linked| linked.kept.incident.id.as_str() == id) {
            return Ok(Some(linked));
        }
    }
    Ok(None)
}

/// What a token opens, if it is good. One that nobody was sent costs one read.
async fn find(
    dashboard: &Dashboard,
    settings: &Settings,
    token: &TextToken,
    now: Timestamp,
) -> Result<Option<Linked>, Error> {
    let store = dashboard.store.as_ref();
    let Some(link) = text_links::one(store, token, now).await? else { return Ok(None) };
    let Some(kept) = incidents::one(store, &link.incident, now).await? else { return Ok(None) };
    if !link.is_good(settings.config.escalation.phone(&link.person), kept.incident.ended_at, now) {
        return Ok(None);
    }
    let viewer = Viewer { signed_in: false, person: Some(link.person.clone()) };
    let page = format!("/i/incident/{}", kept.incident.id);
    Ok(Some(Linked { kept, viewer, page, link }))
}

/// Sends a code to the person whose link it is, and to nobody else.
async fn ask_for_code(
    dashboard: &Dashboard,
    request: &Request,
    linked: &Linked,
    now: Timestamp,
) -> Result<Response, Error> {
    let person = &linked.link.person;
    match sign_in::request_code(dashboard, request, person, now).await? {
        Some(cookie) => {
            let there = format!("{}{}?asked=code#known", request.mount, linked.page);
            Ok(Response::see_other(&there).with("set-cookie", cookie))
        }
        None => page(dashboard, request, linked, Some(Problem::TooMany), now).await,
    }
}

/// Takes the code that was typed in, and begins the person's session in this browser.
async fn take_code(
    dashboard: &Dashboard,
    request: &Request,
    settings: &Settings,
    linked: &Linked,
    now: Timestamp,
) -> Result<Response, Error> {
    let person = &linked.link.person;
    match sign_in::begin_by_code(dashboard, request, settings, person, now).await? {
        Some(token) => Ok(sign_in::signed_in(dashboard, settings, request, &linked.page, &token)),
        None => page(dashboard, request, linked, Some(Problem::WrongCode), now).await,
    }
}

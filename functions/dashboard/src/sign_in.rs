//! The second part of signing in, beside the password: somebody says who they are. A code that their phone gets, or a link
//! that `ringdown sessions new` prints, begins a session of 30 days in this browser.

use shared::config::Settings;
use shared::domain::sign_in::{
    Digits, MAX_NAME_BYTES, SESSION_LIFETIME, Session, browser_name, hash,
};
use shared::http::{Request, Response};
use shared::jobs::escalate::sign_in::ask_for_code;
use shared::storage::sessions;
use shared::storage::sign_in::try_code;
use shared::{Error, Timestamp, random};

use crate::attempts::address;
use crate::cookies::set_cookie;
use crate::named::COOKIE;
use crate::pages::sign_in::{Problem, next};
use crate::{Dashboard, Viewer, pages};

/// The cookie of a browser that has asked for a code: only it may type the code in.
const BROWSER_COOKIE: &str = "ringdown-browser";
/// How long the latter is kept, in seconds.
const BROWSER_COOKIE_LIFETIME: i64 = 60 * 60;

/// Asks for a code (field `person`), and leads to where it is typed in. The answer is the same, and as soon, whether there
/// is such a person.
pub(crate) async fn ask(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let person = request.field("person").unwrap_or_default();
    let Some(cookie) = request_code(dashboard, request, &person, now).await? else {
        return pages::sign_in::page(dashboard, request, viewer, Some(Problem::TooMany), now).await;
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("asked", &person)
        .append_pair("next", &next(request))
        .finish();
    let there = format!("{}/who?{query}", request.mount);
    Ok(Response::see_other(&there).with("set-cookie", cookie))
}

/// Asks for a code for this person, and gives the header that sets the browser's cookie; `None` if too many were asked for.
pub(crate) async fn request_code(
    dashboard: &Dashboard,
    request: &Request,
    person: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let token = match browser_token(request) {
        Some(token) => token.to_owned(),
        None => random::token()?,
    };
    let (store, queue) = (dashboard.store.as_ref(), dashboard.queue.as_ref());
    if !ask_for_code(store, queue, person.to_owned(), browser_key(&token), now).await? {
        return Ok(None);
    }
    let settings = dashboard.settings.get(now).await?;
    let cookie = format!("{BROWSER_COOKIE}={token}");
    Ok(Some(set_cookie(dashboard, &settings, &cookie, BROWSER_COOKIE_LIFETIME)))
}

/// Takes a code (field `code`) for a person (field `person`), and begins their session.
pub(crate) async fn sign_in(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let person = request.field("person").filter(|name| name.len() <= MAX_NAME_BYTES);
    let person = person.unwrap_or_default();
    match begin_by_code(dashboard, request, &settings, &person, now).await? {
        Some(token) => Ok(signed_in(dashboard, &settings, request, &next(request), &token)),
        None => {
            pages::sign_in::page(dashboard, request, viewer, Some(Problem::WrongCode), now).await
        }
    }
}

/// Begins the session of this person, if the field `code` has their code: its token.
pub(crate) async fn begin_by_code(
    dashboard: &Dashboard,
    request: &Request,
    settings: &Settings,
    person: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let digits = Digits::read(&request.field("code").unwrap_or_default());
    let is_right = match (browser_token(request), digits) {
        (Some(token), Some(digits)) => {
            let key = browser_key(token);
            try_code(dashboard.store.as_ref(), person, &key, &digits, now).await?
        }
        _ => false,
    };
    let Some(phone) = settings.config.escalation.phone(person).filter(|_| is_right) else {
        tracing::warn!(address = address(request), "a code was wrong");
        return Ok(None);
    };
    let token = random::token()?;
    let session = Session::begin(person, phone, browser(request), now);
    sessions::begin(dashboard.store.as_ref(), &token, &session, now).await?;
    tracing::info!(person, "somebody signed in with a code");
    Ok(Some(token))
}

/// Trades a link (field `link`) for a session. The page that the link opens has the button for it: a preview of the link
/// does nothing.
pub(crate) async fn take_link(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let store = dashboard.store.as_ref();
    let link_token = request.field("link").unwrap_or_default();
    let link = sessions::link(store, &link_token, now).await?;
    let known = link.and_then(|link| {
        let phone = settings.config.escalation.phone(&link.person)?;
        Some(Session::begin(&link.person, phone, browser(request), now))
    });
    let token = random::token()?;
    let Some(session) = known else {
        return pages::sign_in::page(dashboard, request, viewer, Some(Problem::OldLink), now).await;
    };
    if !sessions::trade_link(store, &link_token, &token, &session, now).await? {
        return pages::sign_in::page(dashboard, request, viewer, Some(Problem::OldLink), now).await;
    }
    tracing::info!(person = session.person, "somebody signed in with a link");
    Ok(signed_in(dashboard, &settings, request, &next(request), &token))
}

/// Ends the session of the id in the field `id`.
pub(crate) async fn revoke(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let id = request.field("id").unwrap_or_default();
    if let Some(session) = sessions::end(dashboard.store.as_ref(), &id, now).await? {
        tracing::info!(person = session.person, "a session was revoked on the page");
    }
    Ok(Response::see_other(&format!("{}/system#sessions", request.mount)))
}

/// Leads to this page, with the cookie of a session.
pub(crate) fn signed_in(
    dashboard: &Dashboard,
    settings: &Settings,
    request: &Request,
    next: &str,
    token: &str,
) -> Response {
    let cookie = format!("{COOKIE}={token}");
    let cookie = set_cookie(dashboard, settings, &cookie, SESSION_LIFETIME.as_secs());
    Response::see_other(&format!("{}{next}", request.mount)).with("set-cookie", cookie)
}

/// The token of a browser that has asked for a code before. Nothing else than a token of ours is taken.
fn browser_token(request: &Request) -> Option<&str> {
    let is_token = |token: &&str| token.len() == 64 && token.bytes().all(|c| c.is_ascii_hexdigit());
    request.cookies(BROWSER_COOKIE).find(is_token)
}

/// The key that a code is bound to. The cookie cannot be found from it.
fn browser_key(token: &str) -> String {
    hash("sign-in browser cookie", &[token])
}

fn browser(request: &Request) -> String {
    browser_name(request.header("user-agent").unwrap_or_default())
}

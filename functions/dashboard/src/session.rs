//! Access to the pages: a password from a secret, then a signed cookie. Who it is, says [`named`].

use serde::{Deserialize, Serialize};
use shared::http::{Request, Response};
use shared::secret::Secret;
use shared::start_token::is_own_path;
use shared::storage::{Condition, Key, Put};
use shared::{Error, SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::attempts::{Attempt, address};
use crate::cookies::set_cookie;
use crate::pages::LogInProblem;
use crate::{Dashboard, Viewer, named, pages};

/// How long a log-in lasts: twelve hours.
const LASTS: SignedDuration = SignedDuration::from_hours(12);

const COOKIE: &str = "ringdown";

/// Whether the request may look, and who that is. Without a password the start token of a server on one machine opens the
/// pages. A name alone opens nothing.
pub(crate) async fn viewer(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Viewer, Error> {
    let settings = dashboard.settings.get(now).await?;
    let signed_in = match settings.secret("dashboard-password") {
        Some(password) => match is_logged_in(dashboard, request, &password, now).await? {
            true => true,
            false => return Err(Error::LoggedOut),
        },
        None => match &dashboard.start_token {
            Some(token) if token.opens(request) => false,
            Some(_) => return Err(Error::NoStartToken),
            None => return Err(no_password()),
        },
    };
    let person = named::person(dashboard, request, &settings, now).await?;
    Ok(Viewer { signed_in, person })
}

/// Whether the request has a cookie of ours that is good: signed with the password as it is now, not over, and begun after
/// somebody logged out last. A request without a signed one costs no look into the store.
async fn is_logged_in(
    dashboard: &Dashboard,
    request: &Request,
    password: &Secret,
    now: Timestamp,
) -> Result<bool, Error> {
    let signed = request.cookies(COOKIE).filter_map(|cookie| begun(cookie, password, now));
    let Some(begun) = signed.max() else { return Ok(false) };
    Ok(begun > all_over(dashboard, now).await?)
}

fn no_password() -> Error {
    let what = "the pages need a password: store the parameter dashboard-password, or set DASHBOARD_PASSWORD";
    Error::NotSetUp(what.to_owned())
}

/// "Log in first, then come back here."
pub(crate) fn ask(request: &Request) -> Response {
    let next = if request.method == "GET" { request.target() } else { "/".to_owned() };
    let query: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
    Response::see_other(&format!("{}/login?{query}", request.mount))
}

/// Takes the password. An attempt is counted before it is looked at, so that many at once gain nothing.
pub(crate) async fn log_in(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let password = settings.secret("dashboard-password").ok_or_else(no_password)?;
    let store = dashboard.store.as_ref();
    let attempt = match Attempt::begin(store, request, now).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            tracing::info!(address = address(request), wait, "a log-in came too soon");
            return Ok(pages::login(dashboard, request, Some(LogInProblem::TooSoon { wait })));
        }
    };
    let given = Secret::new(&request.field("password").unwrap_or_default());
    if !bool::from(tag(&password, "attempt").ct_eq(&tag(&given, "attempt"))) {
        attempt.failed(store, now).await;
        let Attempt { failed, wait, .. } = attempt;
        tracing::warn!(address = address(request), failed, wait, "a log-in failed");
        return Ok(pages::login(dashboard, request, Some(LogInProblem::Wrong { wait })));
    }
    attempt.succeeded(store, now).await;
    tracing::info!(address = address(request), "somebody logged in");
    // In the millisecond in which somebody else logged out, too.
    let begins = now.as_millisecond().max(all_over(dashboard, now).await?.saturating_add(1));
    let expires = begins.saturating_add(lasts_ms());
    let cookie = format!("{expires}.{}", shared::hex(&tag(&password, &expires.to_string())));
    let next =
        request.field("next").filter(|next| is_own_path(next)).unwrap_or_else(|| "/".to_owned());
    let cookie = set_cookie(dashboard, &settings, &format!("{COOKIE}={cookie}"), LASTS.as_secs());
    Ok(Response::see_other(&format!("{}{next}", request.mount)).with("set-cookie", cookie))
}

/// Ends the session of this browser's person, and every session of the password, if somebody asks who is logged in with
/// it; and forgets the cookies.
pub(crate) async fn log_out(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let named = named::log_out(dashboard, request, &settings, now).await?;
    let password = settings.secret("dashboard-password");
    let there = if password.is_some() { "/login" } else { "/" };
    if let Some(password) = password
        && is_logged_in(dashboard, request, &password, now).await?
    {
        let body = serde_json::to_string(&Over { at: now.as_millisecond() }).unwrap_or_default();
        // By then every cookie of before is over by itself.
        let expires_at = now.checked_add(LASTS).ok();
        let put = Put { key: over_key(), body, condition: Condition::Always, expires_at };
        dashboard.store.write(&[put.into()], now).await?;
        tracing::info!(address = address(request), "somebody logged out: every session is over");
    }
    let response = Response::see_other(&format!("{}{there}", request.mount))
        .with("set-cookie", set_cookie(dashboard, &settings, &format!("{COOKIE}="), 0));
    Ok(named.into_iter().fold(response, |response, cookie| response.with("set-cookie", cookie)))
}

/// When the session of this cookie began, in milliseconds, if it is signed and not over.
fn begun(cookie: &str, password: &Secret, now: Timestamp) -> Option<i64> {
    let (expires, signature) = cookie.split_once('.')?;
    let ours = shared::hex(&tag(password, expires));
    let signed = bool::from(ours.as_bytes().ct_eq(signature.as_bytes()));
    let expires = expires.parse::<i64>().ok().filter(|expires| *expires > now.as_millisecond())?;
    signed.then(|| expires.saturating_sub(lasts_ms()))
}

fn lasts_ms() -> i64 {
    LASTS.as_secs() * 1_000
}

/// When somebody logged out last, in milliseconds: what began until then is over.
#[derive(Serialize, Deserialize)]
struct Over {
    at: i64,
}

fn over_key() -> Key {
    Key::new("log-in#sessions", "over")
}

async fn all_over(dashboard: &Dashboard, now: Timestamp) -> Result<i64, Error> {
    let record = dashboard.store.load(&[over_key()], now).await?.pop().flatten();
    let over = record.and_then(|record| serde_json::from_str::<Over>(&record.body).ok());
    Ok(over.map_or(0, |over| over.at))
}

/// The password never leaves: what is signed, and what is compared, is this.
fn tag(password: &Secret, text: &str) -> Vec<u8> {
    password.tag(&[b"ringdown session ", text.as_bytes()])
}

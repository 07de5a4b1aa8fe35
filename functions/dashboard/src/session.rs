//! Who may look: a password from a secret, then a signed cookie.

use serde::{Deserialize, Serialize};
use shared::config::Settings;
use shared::http::{Request, Response};
use shared::secret::Secret;
use shared::start_token::is_own_path;
use shared::storage::{Condition, Key, Put};
use shared::{Error, SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::attempts::{Attempt, address};
use crate::pages::LogInProblem;
use crate::{Dashboard, pages};

/// How long a log-in lasts: twelve hours.
const LASTS: SignedDuration = SignedDuration::from_hours(12);

const COOKIE: &str = "ringdown";

/// Whether the request may look; `Ok(true)` if somebody is logged in, who can also log out. Without a password the start
/// token of a server on one machine opens the pages.
pub(crate) async fn check(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<bool, Error> {
    let settings = dashboard.settings.get(now).await?;
    let Some(password) = settings.secret("dashboard-password") else {
        return match &dashboard.start_token {
            Some(token) if token.opens(request) => Ok(false),
            Some(_) => Err(Error::NoStartToken),
            None => Err(no_password()),
        };
    };
    is_logged_in(dashboard, request, &password, now).await?.then_some(true).ok_or(Error::LoggedOut)
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
    let next = if request.method == "GET" { request.path.as_str() } else { "/" };
    let query: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
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
    let cookie = set_cookie(&cookie, LASTS.as_secs(), is_secure(dashboard, &settings));
    Ok(Response::see_other(&format!("{}{next}", request.mount)).with("set-cookie", cookie))
}

/// Ends every session, if somebody asks who is logged in; and forgets the cookie.
pub(crate) async fn log_out(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let password = dashboard.settings.get(now).await?.secret("dashboard-password");
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
    Ok(Response::see_other(&format!("{}/login", request.mount))
        .with("set-cookie", format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")))
}

/// A browser sends a Secure cookie back over TLS only. In the cloud there is always TLS; a server on one machine knows by
/// its public URL.
fn is_secure(dashboard: &Dashboard, settings: &Settings) -> bool {
    dashboard.start_token.is_none() || settings.is_behind_tls()
}

fn set_cookie(value: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
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

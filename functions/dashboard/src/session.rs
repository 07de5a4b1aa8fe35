//! Who may look: a password from a secret, then a signed cookie.

use serde::{Deserialize, Serialize};
use shared::config::Settings;
use shared::http::{Request, Response};
use shared::secret::Secret;
use shared::start_token::is_own_path;
use shared::storage::{Condition, Key, Put, writes};
use shared::{Error, Timestamp};
use subtle::ConstantTimeEq;

use crate::{Dashboard, pages};

/// How long a log-in lasts, in seconds: twelve hours.
const LASTS: i64 = 12 * 60 * 60;
/// Attempts are counted over so many seconds …
const WINDOW: i64 = 5 * 60;
/// … and no address may have more than these, …
const MAX_FAILED_LOG_INS_PER_SOURCE: u32 = 10;
/// … nor all of them together more than these.
const MAX_FAILED_LOG_INS: u32 = 1_000;

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
    let mut ours = request.cookies(COOKIE);
    ours.any(|cookie| is_valid(cookie, &password, now)).then_some(true).ok_or(Error::LoggedOut)
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
    count_attempt(dashboard, request, now).await?;
    let given = Secret::new(&request.field("password").unwrap_or_default());
    if !bool::from(tag(&password, "attempt").ct_eq(&tag(&given, "attempt"))) {
        return Ok(pages::login(dashboard, request, Some("That is not the password.")));
    }
    forget_attempts(dashboard, request, now).await;
    let expires = now.as_second() + LASTS;
    let cookie = format!("{expires}.{}", shared::hex(&tag(&password, &expires.to_string())));
    let next =
        request.field("next").filter(|next| is_own_path(next)).unwrap_or_else(|| "/".to_owned());
    Ok(Response::see_other(&format!("{}{next}", request.mount))
        .with("set-cookie", set_cookie(&cookie, LASTS, is_secure(dashboard, &settings))))
}

/// Forgets the cookie.
pub(crate) fn log_out() -> Response {
    Response::see_other("/login")
        .with("set-cookie", format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"))
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

fn is_valid(cookie: &str, password: &Secret, now: Timestamp) -> bool {
    let Some((expires, signature)) = cookie.split_once('.') else { return false };
    let ours = shared::hex(&tag(password, expires));
    let signed = bool::from(ours.as_bytes().ct_eq(signature.as_bytes()));
    signed && expires.parse::<i64>().is_ok_and(|expires| expires > now.as_second())
}

/// The password never leaves: what is signed, and what is compared, is this.
fn tag(password: &Secret, text: &str) -> Vec<u8> {
    password.tag(&[b"ringdown session ", text.as_bytes()])
}

#[derive(Default, Serialize, Deserialize)]
struct Attempts {
    count: u32,
}

fn peer(request: &Request) -> &str {
    request.peer.as_deref().unwrap_or("unknown")
}

fn attempts_of(who: &str, now: Timestamp) -> Key {
    Key::new(format!("log-in#{who}"), (now.as_second() / WINDOW).to_string())
}

fn end_of_window(now: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second((now.as_second() / WINDOW + 2) * WINDOW).ok()
}

/// Whoever knows the password begins anew. If that fails, nothing is lost but a few attempts.
async fn forget_attempts(dashboard: &Dashboard, request: &Request, now: Timestamp) {
    let body = serde_json::to_string(&Attempts::default()).unwrap_or_default();
    let key = attempts_of(peer(request), now);
    let put = Put { key, body, condition: Condition::Always, expires_at: end_of_window(now) };
    if let Err(error) = dashboard.store.write(&[put.into()], now).await {
        tracing::warn!(%error, "log-in attempts were not forgotten");
    }
}

async fn count_attempt(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<(), Error> {
    let limits = [(peer(request), MAX_FAILED_LOG_INS_PER_SOURCE), ("all", MAX_FAILED_LOG_INS)];
    let keys = limits.map(|(who, _)| attempts_of(who, now));
    let records = dashboard.store.load(&keys, now).await?;
    let mut puts = Vec::new();
    for ((key, record), (_, most)) in keys.into_iter().zip(records).zip(limits) {
        let condition =
            record.as_ref().map_or(Condition::Absent, |record| Condition::At(record.revision));
        let mut attempts: Attempts =
            record.and_then(|record| serde_json::from_str(&record.body).ok()).unwrap_or_default();
        attempts.count += 1;
        if attempts.count > most {
            return Err(Error::TooMany);
        }
        let body = serde_json::to_string(&attempts).unwrap_or_default();
        puts.push(Put { key, body, condition, expires_at: end_of_window(now) });
    }
    // Whoever races another attempt has one too many under way.
    dashboard.store.write(&writes(puts), now).await.map_err(|error| match error {
        Error::Conflict { .. } => Error::TooMany,
        other => other,
    })
}

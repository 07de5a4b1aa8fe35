//! The person whose browser asks: a session that is found by its cookie, beside that of the password.

use shared::config::Settings;
use shared::domain::sign_in::Session;
use shared::http::Request;
use shared::storage::sessions;
use shared::{Error, Timestamp};

use crate::Dashboard;
use crate::cookies::set_cookie;

/// The cookie of a named session.
pub(crate) const COOKIE: &str = "ringdown-person";
/// How many cookies of one name are looked at.
const MAX_COOKIES: usize = 2;

/// The person whose browser this is, if the configuration still knows them. A request without a cookie costs no look into
/// the store.
pub(crate) async fn person(
    dashboard: &Dashboard,
    request: &Request,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    for token in request.cookies(COOKIE).take(MAX_COOKIES) {
        let found = sessions::one(dashboard.store.as_ref(), token, now).await?;
        if let Some(found) = found.filter(|found| is_good(&found.session, settings, now)) {
            return Ok(Some(found.session.person));
        }
    }
    Ok(None)
}

/// Whether a session is good by this configuration.
pub(crate) fn is_good(session: &Session, settings: &Settings, now: Timestamp) -> bool {
    session.is_good(settings.config.escalation.phone(&session.person), now)
}

/// Ends the session of this browser, and gives what makes it forget its cookie; `None` if it has none.
pub(crate) async fn log_out(
    dashboard: &Dashboard,
    request: &Request,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let mut cookie = None;
    for token in request.cookies(COOKIE).take(MAX_COOKIES) {
        if let Some(found) = sessions::one(dashboard.store.as_ref(), token, now).await? {
            sessions::end(dashboard.store.as_ref(), &found.id, now).await?;
            cookie = Some(set_cookie(dashboard, settings, &format!("{COOKIE}="), 0));
        }
    }
    Ok(cookie)
}

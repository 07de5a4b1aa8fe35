//! The cookies that the pages set.

use shared::config::Settings;

use crate::Dashboard;

/// A browser sends a Secure cookie back over TLS only. In the cloud there is always TLS; a server on one machine knows by
/// its public URL.
fn is_secure(dashboard: &Dashboard, settings: &Settings) -> bool {
    dashboard.start_token.is_none() || settings.is_behind_tls()
}

/// The header that sets a cookie (`name=value`) for so many seconds.
pub(crate) fn set_cookie(
    dashboard: &Dashboard,
    settings: &Settings,
    cookie: &str,
    seconds: i64,
) -> String {
    set_cookie_at(dashboard, settings, cookie, "/", seconds)
}

/// The same for what lies at and below this path alone.
pub(crate) fn set_cookie_at(
    dashboard: &Dashboard,
    settings: &Settings,
    cookie: &str,
    path: &str,
    seconds: i64,
) -> String {
    let secure = if is_secure(dashboard, settings) { "; Secure" } else { "" };
    format!("{cookie}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

//! A line in the log for each request that is answered.

use std::fmt::Write;
use std::time::Duration;

/// The most characters of a path in the log.
const MAX_PATH_CHARS: usize = 200;

/// A path as it may stand in the log: 200 characters at most, and what is not seen or turns letters around is
/// escaped. It has no query, nothing behind `/i/` but what leads to a page, and no calendar's address: these hold secrets.
pub fn logged_path(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    if is_link_of_a_text(path) {
        return "/i/…".to_owned();
    }
    if is_calendar(path) {
        return "/on-call/….ics".to_owned();
    }
    let mut logged = String::new();
    for c in path.chars().take(MAX_PATH_CHARS) {
        match c.is_control() || (!c.is_ascii() && c.escape_debug().len() > 1) {
            true => logged.extend(c.escape_unicode()),
            false => logged.push(c),
        }
    }
    let left = path.chars().skip(MAX_PATH_CHARS).count();
    if left > 0 {
        let _ = write!(logged, "… ({left} characters more)");
    }
    logged
}

/// Whether a path is the link of a text, or what somebody made of one.
fn is_link_of_a_text(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let is_link = parts.next().is_some_and(|part| part.eq_ignore_ascii_case("i"));
    is_link && parts.next() != Some("incident")
}

/// Whether a path is the secret address of a calendar, or what somebody made of one.
fn is_calendar(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let is_below = parts.next().is_some_and(|part| part.eq_ignore_ascii_case("on-call"));
    is_below && parts.next().is_some_and(|part| !["override", "remove"].contains(&part))
}

/// Where an answer is given: it decides how loudly the log tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On AWS: each answer is told.
    Deployment,
    /// On one machine, where the log runs through a terminal: answers are told at the level `debug`.
    Machine,
}

/// Logs that a request was answered: its method, its path, the answer's status, and how long it took.
pub fn answered(place: Place, method: &str, path: &str, status: u16, took: Duration) {
    let method: String = method.chars().filter(char::is_ascii_alphabetic).take(10).collect();
    let (path, ms) = (logged_path(path), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    match place {
        Place::Deployment => tracing::info!(method, path, status, ms, "answered"),
        Place::Machine => tracing::debug!(method, path, status, ms, "answered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_in_the_log_is_short_and_moves_no_cursor() {
        for (path, logged) in [
            ("/alarms", "/alarms"),
            ("/?token=secret", "/"),
            ("/i/AAAAAAAAAAAAAAAAAAAAAA", "/i/…"),
            ("/I/AAAAAAAAAAAAAAAAAAAAAA/?x", "/i/…"),
            ("//i//AAAAAAAAAAAAAAAAAAAAAA/take", "/i/…"),
            ("/i/incident/prod-1/take", "/i/incident/prod-1/take"),
            ("/incidents/i/a", "/incidents/i/a"),
            ("/on-call", "/on-call"),
            ("/on-call/override", "/on-call/override"),
            ("/on-call/AAAAAAAAAAAAAAAAAAAAAA.ics", "/on-call/….ics"),
            ("//On-Call//AAAAAAAAAAAAAAAAAAAAAA/x", "/on-call/….ics"),
            ("/a\u{1b}[2J\r\nb\u{202e}", r"/a\u{1b}[2J\u{d}\u{a}b\u{202e}"),
        ] {
            assert_eq!(logged_path(path), logged);
        }
        let logged = logged_path(&"/ä".repeat(150));
        assert_eq!(logged, "/ä".repeat(100) + "… (100 characters more)");
    }
}

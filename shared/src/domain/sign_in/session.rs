//! Sessions: that a browser is a person's, for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::hash;
use crate::domain::e164::E164;

/// How long a session lasts: 30 days.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a link is good that begins a session.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A browser is this person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Their name in the configuration.
    pub person: String,
    /// The hash of their phone number: somebody else who gets the same name later is another person.
    phone: String,
    /// The browser, as it says of itself: "Firefox on Linux".
    pub browser: String,
    /// Since when.
    pub begun: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Session {
    /// The session of this person, who has this phone number.
    pub fn begin(person: &str, phone: &E164, browser: String, now: Timestamp) -> Session {
        Session {
            person: person.to_owned(),
            phone: phone_hash(phone),
            browser,
            begun: now,
            until: now.checked_add(SESSION_LIFETIME).unwrap_or(now),
        }
    }

    /// Whether it is good, if this is the person's number by now; `None` if the configuration does not know them.
    pub fn is_good(&self, phone: Option<&E164>, now: Timestamp) -> bool {
        now < self.until && phone.is_some_and(|phone| phone_hash(phone) == self.phone)
    }
}

/// A link that begins a session of this person, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Their name in the configuration.
    pub person: String,
    /// Until when.
    pub until: Timestamp,
}

impl Link {
    /// A link for this person.
    pub fn begin(person: &str, now: Timestamp) -> Link {
        Link { person: person.to_owned(), until: now.checked_add(LINK_LIFETIME).unwrap_or(now) }
    }
}

pub(super) fn phone_hash(phone: &E164) -> String {
    hash("phone", &[phone.as_str()])
}

/// A browser in a few words, from its `User-Agent`. Nothing that it says is repeated.
pub fn browser_name(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Edg", "Edge"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ];
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("a browser on {system}"),
        (None, None) => "a browser".to_owned(),
    }
}

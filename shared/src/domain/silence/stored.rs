//! Silences that somebody asked for: no calls for these alarms for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::glob::{MAX_GLOB_CHARS, glob_takes};
use crate::domain::alarm::hashed_key;
use crate::domain::escalation::IncidentId;

/// The most globs of one silence that is made by hand.
pub const MAX_GLOBS: usize = 10;
/// The longest silence that is made by hand, and the longest time until it begins.
pub const MAX_LASTING: SignedDuration = SignedDuration::from_hours(31 * 24);

/// No calls for these alarms until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The incident of which somebody asked for it; none where it is for globs.
    #[serde(with = "text_or_empty")]
    pub incident: Option<IncidentId>,
    /// The alarms' names, exactly, for people.
    pub alarms: Vec<String>,
    /// The alarms of the incident that it is for, each by the hash of its key, which may be long. Empty where it is for
    /// their names: of an incident with more alarms than it names, and in a record of a former version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// When it ends; this moment is no longer part of it.
    pub until: Timestamp,
    /// The person who asked for it: a name, or "the page".
    pub by: String,
    /// Why, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Globs on alarms' names, of one that is of no incident.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub globs: Vec<String>,
    /// When it begins, if not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The person who ended it before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

/// The reason why a silence that somebody wants to make is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It names no alarms.
    NoGlobs,
    /// It has more globs than one may have.
    TooManyGlobs,
    /// A glob is longer than any name.
    LongGlob,
    /// It is over before it begins, or by now.
    Over,
    /// It lasts longer, or begins later, than it may.
    TooLong,
}

impl Stored {
    /// A silence for alarms of these globs, made by hand. Blank ones are left out, each is there once.
    ///
    /// # Errors
    /// The reason why it is refused.
    pub fn of_globs(
        globs: &[&str],
        (from, until): (Option<Timestamp>, Timestamp),
        (by, because): (&str, Option<String>),
        now: Timestamp,
    ) -> Result<Stored, Unfit> {
        let globs = read_globs(globs)?;
        let from = from.filter(|from| *from > now);
        let begins = from.unwrap_or(now);
        if until <= begins {
            return Err(Unfit::Over);
        }
        let long = [until.duration_since(begins), begins.duration_since(now)];
        if long.into_iter().any(|long| long > MAX_LASTING) {
            return Err(Unfit::TooLong);
        }
        let by = by.to_owned();
        let (incident, alarms, keys, ended_by) = (None, Vec::new(), Vec::new(), None);
        Ok(Stored { incident, alarms, keys, until, by, because, at: now, globs, from, ended_by })
    }

    /// Names it for good, whenever it ends then: sixteen hexadecimal digits.
    pub fn id(&self) -> String {
        let Stored { incident, at, by, globs, from, .. } = self;
        let incident = incident.as_ref().map_or("", IncidentId::as_str);
        let what = format!("{incident}\n{at}\n{by}\n{from:?}\n{}", globs.join("\n"));
        crate::hex(&Sha256::digest(what)[..8])
    }

    /// When it begins.
    pub fn begins(&self) -> Timestamp {
        self.from.unwrap_or(self.at)
    }

    /// Whether it covers this moment.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && at < self.until
    }

    /// Adds an alarm of the incident that it is for. Added twice it is there once.
    pub fn add_alarm(&mut self, name: &str, key: &str) {
        if !self.alarms.iter().any(|have| have == name) {
            self.alarms.push(name.to_owned());
        }
        let key = hashed_key(key);
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    /// Whether it is for the alarm of this name and key. Two alarms of one name are two: that of an incident is for those
    /// that went on in it.
    pub fn is_for(&self, name: &str, key: &str) -> bool {
        let is_its = match self.keys.is_empty() {
            true => self.alarms.iter().any(|have| have == name),
            false => self.keys.contains(&hashed_key(key)),
        };
        is_its || self.globs.iter().any(|glob| glob_takes(glob, name))
    }

    pub(super) fn reason(&self) -> String {
        match &self.because {
            Some(because) => format!("by {}: {because}", self.by),
            None => format!("by {}", self.by),
        }
    }
}

/// Globs as somebody typed them, one line each.
///
/// # Errors
/// The reason why they are refused.
pub fn read_globs(typed: &[&str]) -> Result<Vec<String>, Unfit> {
    let mut globs: Vec<String> = Vec::new();
    for glob in typed {
        let glob = glob.trim();
        let is_known = globs.iter().any(|have| have == glob);
        match glob.chars().nth(MAX_GLOB_CHARS) {
            _ if glob.is_empty() || is_known => {}
            Some(_) => return Err(Unfit::LongGlob),
            None if globs.len() == MAX_GLOBS => return Err(Unfit::TooManyGlobs),
            None => {
                globs.push(glob.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
            }
        }
    }
    if globs.is_empty() { Err(Unfit::NoGlobs) } else { Ok(globs) }
}

/// The incident as it is stored: the empty text, where there is none.
mod text_or_empty {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::escalation::IncidentId;

    #[expect(clippy::ref_option, reason = "serde asks for it so")]
    pub(super) fn serialize<S: Serializer>(
        incident: &Option<IncidentId>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        incident.as_ref().map_or("", IncidentId::as_str).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<IncidentId>, D::Error> {
        let incident = IncidentId::deserialize(from)?;
        Ok(Some(incident).filter(|incident| !incident.as_str().is_empty()))
    }
}

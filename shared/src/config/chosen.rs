//! Which configuration is used: the one that was read, or the last good one. Pure.

use std::sync::Arc;

use jiff::Timestamp;

use super::file::{Config, Problems};
use super::last_good::{Parts, hash};
use super::{Environment, PART_PREFIX, Rejected, Settings, UNREADABLE, Values, parts};
use crate::Error;

/// The configuration in use, and what is wrong with the one that was read.
pub(super) struct Chosen {
    pub(super) config: Arc<Config>,
    pub(super) rejected: Option<Arc<Rejected>>,
    /// Names what was read.
    pub(super) read: String,
    /// Names the configuration in use.
    pub(super) used: String,
}

/// A configuration as it was read, unchecked.
pub(super) struct Source {
    parts: Parts,
    unreadable: Option<String>,
    /// Names it.
    pub(super) hash: String,
}

/// The last good configuration.
pub(super) struct Former {
    /// Names it.
    pub(super) hash: String,
    pub(super) parts: Parts,
    /// When it was first read, if that is known.
    pub(super) since: Option<Timestamp>,
    /// The same, compiled, if it is.
    pub(super) config: Option<Arc<Config>>,
}

/// The reason why a configuration that was read cannot be used.
pub(super) enum Wrong {
    Problems(Problems),
    Unreadable(String),
}

impl Wrong {
    fn error(&self, is_file: bool) -> Error {
        Error::NotSetUp(match self {
            Wrong::Unreadable(why) => why.clone(),
            Wrong::Problems(problems) if is_file => problems.to_string().replace(PART_PREFIX, ""),
            Wrong::Problems(problems) => problems.to_string(),
        })
    }
}

impl Source {
    pub(super) fn of(environment: &Environment, values: &Values) -> Source {
        let parts = parts(environment, values);
        let unreadable = values.get(UNREADABLE).cloned();
        let hash = match &unreadable {
            Some(why) => hash(&[(UNREADABLE.to_owned(), why.clone())]),
            None => hash(&parts),
        };
        Source { parts, unreadable, hash }
    }

    /// The earlier choice, if that still holds: the same was read, and the last good one (named by `kept`) is the
    /// same too, if it is needed.
    pub(super) fn unchanged(&self, before: &Settings, kept: Option<&str>) -> Option<Chosen> {
        let holds = before.rejected.is_none() || kept.is_none_or(|kept| kept == before.used);
        (before.read == self.hash && holds).then(|| Chosen {
            config: before.config.clone(),
            rejected: before.rejected.clone(),
            read: before.read.clone(),
            used: before.used.clone(),
        })
    }

    /// The configuration that was read, if all of it passes its check.
    pub(super) fn checked(&self) -> Result<Chosen, Wrong> {
        if let Some(why) = &self.unreadable {
            return Err(Wrong::Unreadable(why.clone()));
        }
        let config = Config::parse(self.parts.clone()).map_err(Wrong::Problems)?;
        Ok(self.chosen(Arc::new(config), None))
    }

    fn chosen(&self, config: Arc<Config>, rejected: Option<Rejected>) -> Chosen {
        let used = hash(&config.parts);
        Chosen { config, rejected: rejected.map(Arc::new), read: self.hash.clone(), used }
    }

    /// The configuration to use although that one fails its check: itself if only calendars of it cannot be read, else
    /// the last good one. `is_file`: where it comes from, [`PART_PREFIX`] is no part of a name. `since` is when it was first
    /// read.
    ///
    /// # Errors
    /// The problems of that configuration, if there is no last good one.
    pub(super) fn otherwise(
        &self,
        wrong: &Wrong,
        former: Option<Former>,
        is_file: bool,
        since: Timestamp,
    ) -> Result<Chosen, Error> {
        let readable = |rejected: Rejected| match is_file {
            true => Rejected { why: rejected.why.replace(PART_PREFIX, ""), ..rejected },
            false => rejected,
        };
        let parts = former.as_ref().map(|former| &former.parts[..]).unwrap_or_default();
        let rejected = match wrong {
            Wrong::Unreadable(why) => Rejected::unreadable(&self.hash, why, since),
            Wrong::Problems(_) => match Config::parse_beside(self.parts.clone(), parts) {
                Ok(config) => {
                    let rejected = Rejected::calendars(&self.hash, &config.unread, since);
                    return Ok(self.chosen(Arc::new(config), rejected.map(readable)));
                }
                // Without the calendars, if they are no reason: the check of those says nothing about the rest.
                Err(problems) => Rejected::whole(&self.hash, &problems, since),
            },
        };
        let Some(former) = former else { return Err(wrong.error(is_file)) };
        let config = match former.config {
            Some(config) => config,
            None => Config::parse_beside(former.parts, &[])
                .map(Arc::new)
                .map_err(|_| wrong.error(is_file))?,
        };
        let rejected = Rejected { former_of: former.since, ..readable(rejected) };
        let (rejected, read) = (Some(Arc::new(rejected)), self.hash.clone());
        Ok(Chosen { config, rejected, read, used: former.hash })
    }
}

//! The values that a deployment is configured with, and settings that are read from them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Error;
use crate::config::{Environment, Fetch, SettingsCache, Values};

/// The name of a configuration's only file.
const CONFIG: &str = "config/main";

/// Values by their names, which a test changes while processes read them. Clones are the same.
#[derive(Clone, Default)]
pub struct Parameters(Arc<Mutex<Values>>);

impl Parameters {
    /// These values, and no others.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> Parameters {
        let parameters = Parameters::default();
        parameters.replace(values);
        parameters
    }

    /// This `ringdown.toml`, with these secrets.
    pub fn of_config(config: &str, secrets: &[(&str, &str)]) -> Parameters {
        let parameters = Parameters::of(secrets);
        parameters.configure(config);
        parameters
    }

    fn values(&self) -> MutexGuard<'_, Values> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a value under this name.
    pub fn set(&self, name: &str, value: &str) {
        self.values().insert(name.to_owned(), value.to_owned());
    }

    /// Stores another `ringdown.toml`.
    pub fn configure(&self, config: &str) {
        self.set(CONFIG, config);
    }

    /// Stores these values, and no others.
    pub fn replace<'a>(&self, values: impl IntoIterator<Item = &'a (&'a str, &'a str)>) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        *self.values() = values.into_iter().map(owned).collect();
    }

    /// Reads them as they are by then.
    pub fn fetch(&self) -> Fetch {
        let parameters = self.clone();
        Arc::new(move || {
            let values = parameters.values().clone();
            Box::pin(async move { Ok(values) })
        })
    }

    /// The settings of a process that has read nothing yet, and has nothing in its environment.
    pub fn settings(&self) -> SettingsCache {
        SettingsCache::new(Environment::default(), self.fetch())
    }
}

impl From<Values> for Parameters {
    fn from(values: Values) -> Parameters {
        Parameters(Arc::new(Mutex::new(values)))
    }
}

/// Each reading gives the next of these. After the last one, readings fail.
pub fn readings(values: impl IntoIterator<Item = Result<Values, Error>>) -> Fetch {
    let readings = Mutex::new(VecDeque::from_iter(values));
    Arc::new(move || {
        let next = readings.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        Box::pin(async move {
            next.unwrap_or_else(|| Err(Error::NotSetUp("no more readings".to_owned())))
        })
    })
}

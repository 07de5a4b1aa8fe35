//! The settings as they are now, and again as they are later.
//!
//! A good configuration that is not the one that is kept is written by whoever reads it. While the one that is read fails
//! its check, the one that is kept is used, by every process alike; it is said once in Slack, counted, and logged each
//! time.

mod fallback;

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::chosen::{Former, Source};
use super::last_good::{self, State};
use super::{Environment, Rejected, Settings, Values, file::Config};
use crate::Error;
use crate::storage::Store;

pub use fallback::Fallback;

/// Reads the values that this function may know: from SSM, or on one machine from `.env` and `ringdown.toml`.
pub type Fetch =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Values, Error>> + Send>> + Send + Sync>;

/// Adds the values that a configuration in use needs, and that nobody has given: on one machine they are made up.
pub type FillIn = Arc<dyn Fn(&Config, &mut Values) + Send + Sync>;

/// How long values are kept before they are read again.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// How old values must be for a signature that does not match to have them read again.
const REFRESH_AGE: SignedDuration = SignedDuration::from_secs(30);

/// The line of the log that says that a configuration is not in use; an alarm of `template.yaml` counts it.
pub const FAILED_CHECK: &str = "the configuration failed its check: a former one is in use";

/// How a store stands: which configuration is kept there, and which is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigStatus {
    /// Since when the last good configuration is the one that is kept.
    pub good_since: Option<Timestamp>,
    /// The newer one that failed its check, as it was last reported.
    pub rejected: Option<Rejected>,
}

impl ConfigStatus {
    /// Reads it.
    pub async fn of(store: &dyn Store, now: Timestamp) -> Result<ConfigStatus, Error> {
        let State { current, rejected } = last_good::state(store, now).await?;
        Ok(ConfigStatus {
            good_since: current.map(|current| current.value.since),
            rejected: rejected.map(|rejected| rejected.value),
        })
    }
}

/// The settings as they are now, and again as they are later.
pub struct SettingsCache {
    environment: Environment,
    fetch: Fetch,
    fallback: Option<Fallback>,
    fill_in: Option<FillIn>,
    state: Mutex<Option<(Timestamp, Arc<Settings>)>>,
    latest: RwLock<Option<Arc<Settings>>>,
}

impl SettingsCache {
    /// Settings that are read with `fetch` when first asked for; `environment` wins over what it gives.
    pub fn new(environment: Environment, fetch: Fetch) -> SettingsCache {
        let (state, latest) = (Mutex::new(None), RwLock::new(None));
        SettingsCache { environment, fetch, fallback: None, fill_in: None, state, latest }
    }

    /// The same with a last good configuration.
    pub fn with_fallback(self, fallback: Fallback) -> SettingsCache {
        SettingsCache { fallback: Some(fallback), ..self }
    }

    /// The same where the configuration is a file, with what is made up for the one in use.
    pub fn of_file(self, fill_in: FillIn) -> SettingsCache {
        SettingsCache { fill_in: Some(fill_in), ..self }
    }

    /// The settings as they were last read, if they were.
    pub fn cached(&self) -> Option<Arc<Settings>> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The settings, read again if they are older than five minutes.
    pub async fn get(&self, now: Timestamp) -> Result<Arc<Settings>, Error> {
        self.not_older_than(MAX_AGE, now).await
    }

    /// The settings, read again if they are older than thirty seconds: something did not match.
    pub async fn refresh(&self, now: Timestamp) -> Result<Arc<Settings>, Error> {
        self.not_older_than(REFRESH_AGE, now).await
    }

    async fn not_older_than(
        &self,
        age: SignedDuration,
        now: Timestamp,
    ) -> Result<Arc<Settings>, Error> {
        let mut state = self.state.lock().await;
        if let Some((read_at, settings)) = &*state
            && now.duration_since(*read_at) <= age
        {
            return Ok(settings.clone());
        }
        let before = state.as_ref().map(|(_, settings)| settings.clone());
        let settings = match (self.read(before.as_deref(), now).await, before) {
            (Ok(settings), _) => Arc::new(settings),
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "settings cannot be read: the ones before stay");
                before
            }
            // `sam local invoke --env-vars`: the environment has all that there is.
            (Err(error), None) if self.environment.get("RINGDOWN_CONFIG").is_some() => {
                tracing::warn!(%error, "settings come from the environment alone");
                Arc::new(self.settings(Values::new(), None, &State::default(), now).await?)
            }
            (Err(error), None) => return Err(error),
        };
        *state = Some((now, settings.clone()));
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(settings.clone());
        Ok(settings)
    }

    /// Where the last good configuration is kept. One of the environment is somebody's trial.
    fn fallback(&self) -> Option<&Fallback> {
        self.fallback.as_ref().filter(|_| self.environment.get("RINGDOWN_CONFIG").is_none())
    }

    async fn read(&self, before: Option<&Settings>, now: Timestamp) -> Result<Settings, Error> {
        let stored = async {
            let store = &self.fallback()?.store;
            let unread = |error: &Error| {
                tracing::warn!(%error, "it could not be read which configuration is the last good one");
            };
            last_good::state(store.as_ref(), now).await.inspect_err(unread).ok()
        };
        let (stored, values) = join(stored, (self.fetch)()).await;
        let cached = stored.as_ref();
        let nothing = State::default();
        let settings = self.settings(values?, before, cached.unwrap_or(&nothing), now).await?;
        if let (Some(fallback), Some(state)) = (self.fallback(), cached) {
            if let Err(error) = self.keep(fallback, &settings, state, now).await {
                tracing::warn!(%error, "the last good configuration was not kept");
            }
            if let Err(error) = fallback.report(&settings, state, now).await {
                tracing::warn!(%error, "it was not reported how the configuration stands");
            }
        }
        Ok(settings)
    }

    /// Whether the configuration is a file of this machine: [`PART_PREFIX`](super::PART_PREFIX) is no part of its name.
    pub fn is_of_file(&self) -> bool {
        self.fill_in.is_some()
    }

    async fn settings(
        &self,
        mut values: Values,
        before: Option<&Settings>,
        state: &State,
        now: Timestamp,
    ) -> Result<Settings, Error> {
        let source = Source::of(&self.environment, &values);
        let kept = state.current.as_ref().map(|current| current.value.hash.as_str());
        let unchanged = before.and_then(|before| source.unchanged(before, kept));
        let chosen = match unchanged.map_or_else(|| source.checked(), Ok) {
            Ok(chosen) => chosen,
            Err(wrong) => {
                let former = self.former(before, state, now).await;
                let since = since(&source.hash, before, state).unwrap_or(now);
                source.otherwise(&wrong, former, self.is_of_file(), since)?
            }
        };
        if let Some(rejected) = &chosen.rejected {
            let (what, why) = (rejected.headline(), rejected.reason());
            tracing::error!(what, why, since = %rejected.since, "{FAILED_CHECK}");
        }
        if let Some(fill_in) = &self.fill_in {
            fill_in(&chosen.config, &mut values);
        }
        Ok(Settings::new(&self.environment, values, chosen, before))
    }

    /// The last good configuration: the one that is kept, else the one that was in use before.
    async fn former(
        &self,
        before: Option<&Settings>,
        state: &State,
        now: Timestamp,
    ) -> Option<Former> {
        let current = state.current.as_ref().map(|current| &current.value);
        let before = before.map(|before| Former {
            hash: before.used.clone(),
            parts: before.config.parts.clone(),
            since: None,
            config: Some(before.config.clone()),
        });
        let (Some(fallback), Some(current)) = (self.fallback(), current) else { return before };
        if let Some(former) = &before
            && former.hash == current.hash
        {
            return before.map(|former| Former { since: Some(current.since), ..former });
        }
        match last_good::load(fallback.store.as_ref(), current, now).await {
            Ok(parts) => {
                let hash = current.hash.clone();
                Some(Former { hash, parts, since: Some(current.since), config: None })
            }
            Err(error) => {
                tracing::error!(%error, "the last good configuration is not there");
                before
            }
        }
    }

    /// Writes the configuration in use as the one that is kept, unless it is.
    async fn keep(
        &self,
        fallback: &Fallback,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<(), Error> {
        if !state.needs(&settings.used, now) {
            return Ok(());
        }
        // What was read may be older than what is kept by now: it is read again, behind the record that must not change.
        let store = fallback.store.as_ref();
        let state = last_good::state(store, now).await?;
        let again = Source::of(&self.environment, &(self.fetch)().await?);
        if again.hash == settings.read && state.needs(&settings.used, now) {
            let written = state.save(store, &settings.config.parts, now).await?;
            tracing::debug!(written, hash = settings.used, "the last good configuration");
        }
        Ok(())
    }
}

/// When this configuration was first rejected, if it was.
fn since(hash: &str, before: Option<&Settings>, state: &State) -> Option<Timestamp> {
    let stored = state.rejected.as_ref().map(|rejected| &rejected.value);
    let before = before.and_then(|before| before.rejected.as_deref());
    let same = stored.into_iter().chain(before).find(|rejected| rejected.hash == hash);
    same.map(|rejected| rejected.since)
}

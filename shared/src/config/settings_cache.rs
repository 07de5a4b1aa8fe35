//! The settings as they are now, and again as they are later.
//!
//! A good configuration that is not the one that is kept is written by whoever reads it. While the one that is read fails
//! its check, the one that is kept is used, by every process alike; it is said once in Slack, counted, and logged each
//! time.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::chosen::{Former, Source};
use super::last_good::{self, State};
use super::{Environment, Rejected, Settings, Values, file::Config};
use crate::Error;
use crate::domain::metrics::catalogue::CONFIG_REJECTED;
use crate::domain::routes::Line;
use crate::domain::text::cut_section;
use crate::storage::messages::Lines;
use crate::storage::{Increment, Queue, Store};

/// Reads the values that this function may know: from SSM, or on one machine from `.env` and `ringdown.toml`.
pub type Fetch =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Values, Error>> + Send>> + Send + Sync>;

/// Adds the values that a configuration in use needs, and that nobody has given: on one machine they are made up.
pub type FillIn = Arc<dyn Fn(&Config, &mut Values) + Send + Sync>;

/// How long values are kept before they are read again.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// The row of our counters.
const COUNTER_ROW: &str = "config";
/// How old values must be for a signature that does not match to have them read again.
const REFRESH_AGE: SignedDuration = SignedDuration::from_secs(30);

/// The line of the log that says that a configuration is not in use; an alarm of `template.yaml` counts it.
pub const FAILED_CHECK: &str = "the configuration failed its check: a former one is in use";
/// How often a record is read again that somebody else wrote at the same time.
const MAX_CONFLICTS: usize = 5;

/// Where the last good configuration is kept, and by which ways its use is reported. Each function has the ways that its
/// permissions allow; together they have all.
pub struct Fallback {
    /// Where it is kept.
    pub store: Arc<dyn Store>,
    /// Where lines for Slack go, if this process may send some.
    pub queue: Option<Arc<dyn Queue>>,
    /// Whether this process may count.
    pub counts: bool,
}

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

impl Fallback {
    /// Reports how the configuration stands, by the ways that this process has, if nobody has reported it yet.
    async fn report(
        &self,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<(), Error> {
        if settings.rejected.is_none() && state.rejected.is_none() {
            return Ok(());
        }
        for _ in 0..MAX_CONFLICTS {
            let state = last_good::state(self.store.as_ref(), now).await?;
            let landed = match settings.rejected.as_deref() {
                Some(rejected) => self.report_rejected(rejected, settings, &state, now).await?,
                None => self.report_over(settings, &state, now).await?,
            };
            if landed {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives whether nothing more is to be done by this process.
    async fn report_rejected(
        &self,
        rejected: &Rejected,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let store = self.store.as_ref();
        let stored = state.rejected.as_ref().map(|stored| &stored.value);
        let Some(stored) = stored.filter(|stored| stored.hash == rejected.hash) else {
            // It is written before it is told, so that all who tell name it by the same moment.
            state.set_rejected(store, rejected, now).await?;
            return Ok(false);
        };
        let (tells, counts) = (!stored.reported, self.counts && !stored.counted);
        let told = match &self.queue {
            Some(queue) if tells => {
                self.tell(queue.as_ref(), stored.line(), &stored.id(), settings, now).await?;
                true
            }
            _ => false,
        };
        if !told && !counts {
            return Ok(true);
        }
        let after = Rejected {
            reported: stored.reported || told,
            counted: stored.counted || counts,
            ..stored.clone()
        };
        if !state.set_rejected(store, &after, now).await? {
            return Ok(false);
        }
        if counts {
            // For itself: no one statement of a role allows both partitions.
            let counted = Increment::of(COUNTER_ROW, [(CONFIG_REJECTED.series(&[]), 1)]);
            store.write(&[counted.into()], now).await?;
        }
        Ok(true)
    }

    async fn report_over(
        &self,
        settings: &Settings,
        state: &State,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (Some(stored), Some(queue)) = (&state.rejected, &self.queue) else { return Ok(true) };
        let rejected = &stored.value;
        if rejected.reported {
            let id = format!("{}-over", rejected.id());
            self.tell(queue.as_ref(), rejected.over(), &id, settings, now).await?;
        }
        state.clear_rejected(self.store.as_ref(), now).await
    }

    /// Queues a line for the main channel. Its id lets the forwarder leave out one that it has delivered.
    async fn tell(
        &self,
        queue: &dyn Queue,
        text: String,
        id: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(channel) = settings.config.routes.usual_channel() else { return Ok(()) };
        let line = Line {
            event_type: "configuration".to_owned(),
            event_id: id.to_owned(),
            route: "configuration".to_owned(),
            text: cut_section(&text),
            failed: false,
            asks: false,
        };
        Lines::new(channel.to_owned(), now, vec![line]).send(queue).await
    }
}

//! The one path of the job Escalate: read, decide, promise, save, act.
//!
//! 1. [`record`]: what follows from the records that are kept ([`crate::storage::records`]).
//! 2. `change`: read, decide, arm the wake-up, save if unchanged. [`App::signal`] is the only way an incident changes.
//! 3. `act`: whoever has the lease of an effect does it, and says what became of it.
//! 4. [`intake`]: alarms come in. [`callback`]: Twilio asks what to say. [`wake`]: time passes; the minute's audit.
//!    [`click`]: somebody clicked in Slack. `executions`: a Studio Flow's call is over.
//! 5. [`silences`]: what people ask for, and alarms that wait for the end of one. [`resolves`]: somebody says that an
//!    incident is over. [`heartbeat`]: that all this works.
//!
//! A crash anywhere loses nothing: the wake-up is armed before the save that needs it, and what is left undone when its
//! lease ends is looked up at Twilio first, and then done.

mod act;
pub mod callback;
mod change;
pub mod click;
mod draft;
mod executions;
pub mod heartbeat;
pub mod incidents;
pub mod intake;
mod lost_shifts;
pub mod record;
mod records;
pub mod resolves;
pub mod silences;
#[cfg(test)]
mod testing;
pub mod wake;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use draft::Draft;
use jiff::Timestamp;

use crate::Error;
use crate::config::{Live, Settings};
use crate::domain::escalation::{Incident, Signal};
use crate::storage::records::policy_of;
use crate::storage::{Queue, Store};
use crate::twilio::rest::{Account, Api, TWILIO, Wire};

/// Reads the time. The rules never do: they are told.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// All that the job needs of the world.
pub struct App {
    /// People, policies, and Twilio's account.
    pub live: Live,
    /// Where incidents are kept.
    pub store: Arc<dyn Store>,
    /// Where wake-ups and lines for Slack go.
    pub queue: Arc<dyn Queue>,
    /// Carries requests to Twilio.
    pub wire: Wire,
    /// What time it is.
    pub clock: Clock,
    /// Names who writes, so that a write that landed unseen is known again.
    pub writers: Writers,
}

/// Gives each writer a name of its own.
pub struct Writers {
    process: u64,
    count: AtomicU64,
}

impl Default for Writers {
    fn default() -> Writers {
        Writers::of(RandomState::new().hash_one("a process of its own"))
    }
}

impl Writers {
    /// The writers of the process of this number.
    pub fn of(process: u64) -> Writers {
        Writers { process, count: AtomicU64::new(0) }
    }

    fn name(&self) -> String {
        format!("{:x}-{}", self.process, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

/// Who does what is left to be done after a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// We do, before we answer.
    Act,
    /// Somebody waits for our answer: whoever is woken next does.
    Leave,
}

impl App {
    /// Tells an incident what happened. Gives the incident as it stands then; `None` if there is none of this id.
    pub async fn signal(
        &self,
        id: &str,
        signals: &[Signal],
        hand: Hand,
    ) -> Result<Option<Incident>, Error> {
        self.change_one(id, hand, &|draft| draft.tell(signals)).await
    }

    /// The same, where what it is told depends on how it stands.
    async fn change_one(
        &self,
        id: &str,
        hand: Hand,
        tell: &(dyn Fn(&mut Draft<'_>) + Send + Sync),
    ) -> Result<Option<Incident>, Error> {
        let Some(policy) = policy_of(id) else { return Ok(None) };
        let owner = self.writers.name();
        let after = self
            .change(&policy, &owner, hand, &|draft| {
                if draft.is(id) {
                    tell(draft);
                }
            })
            .await?;
        let Some(kept) = after.filter(|kept| kept.incident.id == id) else {
            return self.incident(id).await;
        };
        match hand {
            Hand::Act => self.act(kept, &owner).await.map(|kept| Some(kept.incident)),
            Hand::Leave => {
                if kept.has_work(self.now()) {
                    self.nudge(&kept.incident).await?;
                }
                Ok(Some(kept.incident))
            }
        }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn api(&self, settings: &Settings) -> Result<Api, Error> {
        let need = |name: &str| {
            let variable = name.replace(['/', '-'], "_").to_uppercase();
            settings.value(name).map(str::to_owned).ok_or_else(|| {
                Error::NotSetUp(format!(
                    "nobody can be called: store the parameter {name}, or set {variable}"
                ))
            })
        };
        let token = settings.tokens.first().cloned().ok_or_else(|| {
            Error::NotSetUp("nobody can be called: there is no twilio/auth-token".to_owned())
        })?;
        let base_url = settings.value("twilio/api-base-url").unwrap_or(TWILIO).to_owned();
        let account = Account { sid: need("twilio/account-sid")?, token, base_url };
        Ok(Api::new(account, self.wire.clone()))
    }
}

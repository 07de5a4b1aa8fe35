//! The one path of the job Escalate: read, decide, arm the wake-up, save, act.
//!
//! 1. [`Escalate`]: what the job needs of the world. `work`: a request or message that has come in, with the time and
//!    the settings that all of it is done with.
//! 2. [`record`]: what is stored of a policy's incident, with what is left to be done.
//! 3. `transaction`: read, decide, arm the wake-up, save if unchanged. [`Escalate::transact`] is the only way a policy's
//!    incident changes, and gives what was decided.
//! 4. `effects`: whoever has the lease of an effect does it, and reports its outcome.
//! 5. [`intake`]: alarms come in. `endpoints`: a monitor, Twilio and Slack are answered. `wake_ups`: messages of the
//!    queue. `reconciler`: once a minute what was left undone is repaired. `executions`: a Studio Flow's call is over. `texts`:
//!    a text was not delivered.
//! 6. [`silences`]: what people ask for, and alarms that wait for the end of one. [`acts`]: somebody acts on an
//!    incident. `notes`: on one that another has followed. [`raise`]: an incident is raised by hand. [`overrides`]:
//!    somebody takes over on call. [`test_calls`]: a person has their own phone rung. [`sign_in`]: a person is sent a
//!    code. `opt_outs`: somebody wants no texts. `links`: the link in a text, which opens its incident.
//! 7. [`heartbeat`]: shows that all this works. `lost_shifts`: reports shifts of a calendar that cannot be read.
//!    [`incidents`]: what readers see.
//!
//! The clock is read where a request or message comes in, and once more where requests to Twilio have taken their time
//! (`Work::later`). A crash anywhere loses nothing: the wake-up is armed before the save that needs it, and what is left
//! undone when its lease ends is looked up at Twilio first, and then done.

pub mod acts;
mod alarm_result;
mod effects;
mod endpoints;
mod executions;
pub mod heartbeat;
pub mod incidents;
pub mod intake;
mod links;
mod lost_shifts;
mod notes;
mod opt_outs;
pub mod overrides;
pub mod raise;
mod reconciler;
pub mod record;
pub mod sign_in;
pub mod silences;
mod test_calls;
#[cfg(test)]
mod testing;
mod texts;
mod transact;
mod transaction;
/// The message of the queue of wake-ups.
pub mod wake {
    pub use crate::storage::messages::WakeUp;
}
mod wake_ups;
mod work;

pub use endpoints::CallResponse;
pub use executions::ended_executions;
pub use texts::text_ended;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};

use crate::Error;
use crate::config::SettingsCache;
use crate::domain::escalation::{Incident, IncidentId, Signal};
use crate::sns;
use crate::storage::messages::WakeUp;
use crate::storage::{Queue, QueueName, Store};
use crate::twilio::rest::Wire;

/// Reads the time. The rules never do: it is an argument of theirs.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// All that the job needs of the world.
pub struct Escalate {
    /// People, policies, and Twilio's account.
    pub settings: SettingsCache,
    /// Where incidents are stored.
    pub store: Arc<dyn Store>,
    /// Where wake-ups and lines for Slack go.
    pub queue: Arc<dyn Queue>,
    /// Carries requests to Twilio.
    pub wire: Wire,
    /// Asks SNS for its certificates, and to confirm a subscription.
    pub sns: Arc<sns::client::Client>,
    /// Tells what time it is after a request to Twilio.
    pub clock: Clock,
    /// Names each writer, so that a write that landed unseen is recognised.
    pub writer_ids: WriterIds,
}

/// Gives each writer a name of its own.
pub struct WriterIds {
    process: u64,
    count: AtomicU64,
}

impl Default for WriterIds {
    fn default() -> WriterIds {
        WriterIds::of(RandomState::new().hash_one("a process of its own"))
    }
}

impl WriterIds {
    /// The writers of the process of this number.
    pub fn of(process: u64) -> WriterIds {
        WriterIds { process, count: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        format!("{:x}-{}", self.process, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

/// The choice of who performs the effects of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effects {
    /// We do, before we answer.
    Inline,
    /// Somebody waits for our answer: whoever is woken next does.
    Deferred,
}

impl Escalate {
    /// Reports signals to an incident. Returns the incident as it stands then; `None` if there is none of this id.
    ///
    /// # Errors
    /// Those of the store, the queue and the settings; [`Error::Conflict`] if others write all the time.
    pub async fn transact(
        &self,
        id: &IncidentId,
        signals: &[Signal],
        effects: Effects,
        now: Timestamp,
    ) -> Result<Option<Incident>, Error> {
        self.begin(now)
            .await?
            .transact(id, effects, &|transaction| transaction.apply(signals))
            .await
    }
}

/// Queues a wake-up, for its time.
///
/// # Errors
/// The queue does not take it.
pub async fn send(queue: &dyn Queue, wake_up: &WakeUp) -> Result<(), Error> {
    let (group, due) = (wake_up.group(), wake_up.not_before());
    queue.send(QueueName::WakeUps, wake_up.to_body(), &group, due).await
}

fn after(now: Timestamp, long: SignedDuration) -> Timestamp {
    now.checked_add(long).unwrap_or(now)
}

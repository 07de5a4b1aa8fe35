//! Somebody says that an incident is over: on its page, or at the command line.
//!
//! Both ask through the queue of wake-ups, and whoever takes it from there does it. Neither needs the permission to
//! write incidents.

use jiff::Timestamp;

use super::Effects;
use super::work::Work;
use crate::Error;
use crate::domain::escalation::Signal;
use crate::storage::messages::WakeUp;
use crate::storage::records::StoredIncident;
use crate::storage::{Queue, QueueName, Store, incidents};

/// How people are told of whoever resolved an incident on its page: who has the password has no other name.
pub const ON_THE_PAGE: &str = "somebody on the page";
/// How people are told of whoever resolved an incident with `ringdown incidents resolve`.
pub const AT_THE_COMMAND_LINE: &str = "somebody at the command line";

/// The outcome of a request to resolve an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requested {
    /// It is on its way, and done in a moment.
    Queued,
    /// The incident is over already.
    Over,
    /// An alarm went off that whoever asks had not seen: nothing is done.
    Changed,
}

/// Asks that an incident be over, whatever its alarms say. `seen` is the number of the first entry of its timeline that
/// whoever asks had not seen; `None` if they have seen all.
///
/// # Errors
/// [`Error::NotFound`] if there is no incident of this id.
pub async fn request(
    store: &dyn Store,
    queue: &dyn Queue,
    id: &str,
    by: &str,
    seen: Option<u32>,
    now: Timestamp,
) -> Result<Requested, Error> {
    let StoredIncident { incident, .. } =
        incidents::one(store, id, now).await?.ok_or(Error::NotFound)?;
    let seen = seen.unwrap_or(incident.timeline.next);
    if incident.ended_at.is_some() {
        return Ok(Requested::Over);
    }
    if incident.went_off_since(seen) {
        return Ok(Requested::Changed);
    }
    let wake_up = WakeUp::Resolve { incident: incident.id, by: by.to_owned(), seen };
    queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await?;
    Ok(Requested::Queued)
}

impl Work<'_> {
    /// Ends an incident, unless an alarm went off that whoever asked had not seen: a request may come late, and twice.
    pub(super) async fn resolve(&self, id: &str, by: &str, seen: u32) -> Result<(), Error> {
        self.transact(id, Effects::Inline, &|transaction| {
            let stored = transaction.stored.as_ref();
            if stored.is_some_and(|stored| !stored.incident.went_off_since(seen)) {
                transaction.apply(&[Signal::ResolvedManually { by: by.to_owned() }]);
            }
        })
        .await
        .map(|_| ())
    }
}

//! Notes of what was written, for a reader of the trace.

use shared::storage::records::StoredIncident;

use crate::world::World;

impl World {
    /// Notes what was written, for a reader of the trace.
    pub(crate) fn trace_incident(&mut self, old: Option<&StoredIncident>, new: &StoredIncident) {
        self.note(|| {
            let incident = &new.incident;
            let same = old.filter(|old| old.incident.id == incident.id);
            let first = same.map_or(0, |old| old.incident.timeline.next);
            let entries = incident.timeline.entries.iter().filter(|entry| entry.number >= first);
            let events: Vec<String> =
                entries.map(|entry| format!("\n            + {:?}", entry.event)).collect();
            let to_do: Vec<String> = new
                .to_do
                .iter()
                .map(|to_do| {
                    format!(
                        "\n            - {:?} {:?} until {} tries {} in doubt {}",
                        to_do.task, to_do.owner, to_do.until, to_do.tries, to_do.in_doubt
                    )
                })
                .collect();
            format!(
                "  SAVED {} {:?} wake {:?} said {} by {}{}{}",
                incident.id,
                incident.state(),
                new.wake_at,
                new.said,
                new.writer,
                events.concat(),
                to_do.concat()
            )
        });
    }
}

//! How large a policy's record may be.

use super::StoredIncident;
use crate::domain::size::json_bytes;

/// The largest record that we write of our own accord, in bytes: the store takes 400 KB with the record's key.
const MAX_RECORD_BYTES: usize = 350_000;
/// What of it is left for calls, which come when the texts are there already.
const CALLS_BYTES: usize = 64 * 1024;
/// How large all but the calls may be, in bytes.
pub(in crate::jobs::escalate) const RECORD_BYTES: usize = MAX_RECORD_BYTES - CALLS_BYTES;
/// No record is made smaller than that.
pub(in crate::jobs::escalate) const MIN_RECORD_BYTES: usize = 8 * 1024;

impl StoredIncident {
    /// Makes the record so small that all but its calls has at most so many bytes, at the cost of texts.
    pub(in crate::jobs::escalate) fn fit(&mut self, most: usize) {
        let all = json_bytes(self);
        if all <= most {
            return;
        }
        let beside = all - json_bytes(&self.incident);
        self.incident.fit(most.saturating_sub(beside), CALLS_BYTES, self.said);
    }
}

#[cfg(test)]
mod tests;

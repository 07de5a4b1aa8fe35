//! How many calls are in progress, as Twilio lists them: sums of callbacks would drift with each one that is lost.

use jiff::Timestamp;

use super::Count;
use crate::Error;
use crate::domain::metrics::catalogue::CALLS_IN_PROGRESS;
use crate::storage::gauges;

impl Count {
    /// Keeps how many calls are in progress now. Does nothing without Twilio's credentials, and while Twilio does not
    /// answer: the last number is shown no longer than it is true.
    pub(super) async fn measure_calls_in_progress(&self, now: Timestamp) -> Result<(), Error> {
        let Some(api) = self.api(now).await? else { return Ok(()) };
        match api.calls_in_progress().await {
            Ok(count) => {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                let gauge = gauges::put(CALLS_IN_PROGRESS.name, count, now);
                self.store.write(&[gauge.into()], now).await
            }
            Err(error) => {
                tracing::warn!(reason = error.into_text(), "calls in progress are not known");
                Ok(())
            }
        }
    }
}

//! The heartbeat: a dead man's switch is told once a minute that alarms can be taken and people called.
//!
//! The minute's check writes a record, reads it back, and sends itself a wake-up. Only when that wake-up comes back is
//! `HEARTBEAT_URL` asked for. So a full disk, a table that refuses, a queue that takes nothing or hands nothing out, and
//! whatever the check could not repair: each of them makes the heartbeat stop, and the service behind the URL calls for
//! help.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::work::Work;
use crate::Error;
use crate::storage::messages::WakeUp;
use crate::storage::{Condition, Key, Put};
use crate::twilio::rest::{ApiRequest, ApiResponse};

/// The partition of the record that is written before a ping.
pub const HEARTBEAT: &str = "heartbeat";

/// How old a wake-up may be that is answered with a ping: the next minute's is on its way then.
const MAX_AGE: SignedDuration = SignedDuration::from_secs(90);

/// The bytes that are written beside the time: about as many as an incident has.
const PADDING: usize = 8 * 1024;

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Probe {
    at: Timestamp,
    padding: String,
}

fn key() -> Key {
    Key::new(HEARTBEAT, "probe")
}

impl Work<'_> {
    /// Begins a heartbeat: writes a record, reads it back, and sends the wake-up that [`Work::ping`] answers. Without a
    /// `HEARTBEAT_URL` it does nothing.
    ///
    /// # Errors
    /// If any of this fails.
    pub(super) async fn begin_heartbeat(&self) -> Result<(), Error> {
        let at = self.now;
        if self.settings.value("heartbeat-url").is_none() {
            return Ok(());
        }
        let probe = Probe { at, padding: "-".repeat(PADDING) };
        let body = serde_json::to_string(&probe).unwrap_or_default();
        let put = Put { key: key(), body, condition: Condition::Always, expires_at: None };
        self.store().write(&[put.into()], at).await?;
        if self.stored_probe().await?.as_ref() != Some(&probe) {
            return Err(Error::Store("a record that was written is not there".to_owned()));
        }
        self.arm(&WakeUp::Heartbeat { at }).await
    }

    async fn stored_probe(&self) -> Result<Option<Probe>, Error> {
        let records = self.store().load(&[key()], self.now).await?;
        let record = records.into_iter().flatten().next();
        Ok(record.and_then(|record| serde_json::from_str(&record.body).ok()))
    }

    /// The wake-up of a heartbeat has come back: asks for `HEARTBEAT_URL`, unless it is late, or its record is gone.
    ///
    /// # Errors
    /// If the record cannot be read.
    pub(super) async fn ping(&self, at: Timestamp) -> Result<(), Error> {
        let now = self.now;
        if now.duration_since(at) > MAX_AGE {
            tracing::warn!(sent = %at, "a heartbeat's wake-up came back late: no ping is sent");
            return Ok(());
        }
        if self.stored_probe().await?.is_none_or(|probe| probe.at < at) {
            tracing::error!("a heartbeat's record is missing: no ping is sent");
            return Ok(());
        }
        let Some(url) = self.settings.value("heartbeat-url").map(str::to_owned) else {
            return Ok(());
        };
        let ask = ApiRequest { method: "GET", url, authorization: None, form: Vec::new() };
        match (self.escalate.wire)(ask).await {
            ApiResponse::Answer { status: 200..=299, .. } => {}
            ApiResponse::Answer { status, .. } => {
                tracing::warn!(status, "the heartbeat was not accepted")
            }
            ApiResponse::NotSent(why) | ApiResponse::NoAnswer(why) => {
                tracing::warn!(why, "the heartbeat did not get through");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Reconciliation: Twilio's own list of messages is looked at for ends that no callback has reported.
//!
//! A message of the queue is one page of the list, with the next page's address in the message after it: a crash goes on
//! where it was. What is found counts like every report, once. Only messages that some callback has told of are looked at:
//! others may have been sent without one. (twilio.com/docs/messaging/guides, best practices for delivery status logging: not final
//! within 12 hours → ask; once a day at least.)

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Count, send};
use crate::Error;
use crate::domain::callbacks::{Callback, is_end};
use crate::domain::metrics::catalogue::CALLBACKS_MISSING;
use crate::storage::messages::{CallbackTask, Page};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Processed, callbacks, gauges};
use crate::twilio::rest::{ApiError, ListedMessage};

/// How long a message may have no end before it is looked at.
const MAX_TIME_WITHOUT_END: SignedDuration = SignedDuration::from_hours(12);
/// Looks within this time are of the same day.
const SAME_DAY: SignedDuration = SignedDuration::from_hours(23);
/// The pause after an answer that says "later" without a time.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause that Twilio may ask for.
const MAX_PAUSE: Duration = Duration::from_mins(15);

/// The findings on a page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// How many messages were on it.
    pub messages: usize,
    /// How many ends were found that no callback had reported.
    pub found: u64,
    /// The page after it, if there is one.
    pub next: Option<Page>,
}

/// The days that can be looked at: what has counted of older ones is forgotten, and would count again.
pub fn days(now: Timestamp) -> [Date; 2] {
    let today = now.to_zoned(TimeZone::UTC).date();
    let yesterday = today.yesterday().unwrap_or(today);
    [yesterday.yesterday().unwrap_or(yesterday), yesterday]
}

impl Count {
    /// Queues the first page. Does nothing without Twilio's credentials.
    pub(super) async fn begin_reconciliation(&self, now: Timestamp) -> Result<(), Error> {
        if self.api(now).await?.is_none() {
            return Ok(());
        }
        let [day, last_day] = days(now);
        let page = Page { day, last_day, page: None, found: 0 };
        send(self.queue.as_ref(), &CallbackTask::Page(page)).await
    }

    /// Looks at a page of the queue, and queues the next one.
    pub(super) async fn reconcile(&self, page: &Page, now: Timestamp) -> Result<Processed, Error> {
        match self.look_at(page, now).await? {
            Ok(Looked { next: Some(next), .. }) => {
                send(self.queue.as_ref(), &CallbackTask::Page(next)).await?;
            }
            Ok(looked) => {
                self.keep_missing(looked.found, now).await?;
                tracing::info!(found = looked.found, "Twilio's list was looked at to its end");
            }
            Err(ApiError::Later(after, reason)) => {
                tracing::warn!(reason, "a page of Twilio's list comes later");
                return Ok(Processed::RetryAfter(after.unwrap_or(PAUSE).min(MAX_PAUSE)));
            }
            Err(ApiError::Unknown(reason)) => {
                tracing::warn!(reason, "a page of Twilio's list comes later");
                return Ok(Processed::RetryAfter(PAUSE));
            }
            // Tomorrow's look begins anew.
            Err(ApiError::Refused(refused)) => {
                tracing::error!(reason = refused.text, "Twilio's list cannot be looked at");
            }
        }
        Ok(Processed::Done)
    }

    /// Keeps how many ends a look has found. What an earlier look of the same day has found is counted by now, and was
    /// missing all the same: a look never lowers its number.
    async fn keep_missing(&self, found: u64, now: Timestamp) -> Result<(), Error> {
        let missing = i64::try_from(found).unwrap_or(i64::MAX);
        let before = gauges::one(self.store.as_ref(), CALLBACKS_MISSING.name, now).await?;
        let of_today = before.filter(|before| before.is_younger_than(SAME_DAY, now));
        if of_today.is_some_and(|before| before.value >= missing) {
            return Ok(());
        }
        let gauge = gauges::put(CALLBACKS_MISSING.name, missing, now);
        self.store.write(&[gauge.into()], now).await
    }

    /// Looks at one page, and counts the ends that no callback has reported. The inner error is Twilio's.
    ///
    /// # Errors
    /// Those of the store and the settings; there are no credentials.
    pub async fn look_at(
        &self,
        page: &Page,
        now: Timestamp,
    ) -> Result<Result<Looked, ApiError>, Error> {
        let Some(api) = self.api(now).await? else {
            let missing = "store the parameters twilio/account-sid and twilio/auth-token, or set \
                           TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN";
            return Err(Error::NotSetUp(missing.to_owned()));
        };
        let listed = match api.messages(page.day, page.page.as_deref()).await {
            Ok(listed) => listed,
            Err(error) => return Ok(Err(error)),
        };
        let missing = self.missing(&listed.messages, now).await?;
        let found = page.found + missing.len() as u64;
        self.count_all(missing, now).await?;
        // A page that names itself would never end.
        let next = match listed.next.filter(|next| Some(next) != page.page.as_ref()) {
            Some(next) => Some(Page { page: Some(next), found, ..page.clone() }),
            None => page.day.tomorrow().ok().filter(|day| *day <= page.last_day).map(|day| Page {
                day,
                page: None,
                found,
                ..page.clone()
            }),
        };
        Ok(Ok(Looked { messages: listed.messages.len(), found, next }))
    }

    /// The ends among these messages that no callback has reported, of messages that callbacks have told of.
    async fn missing(
        &self,
        messages: &[ListedMessage],
        now: Timestamp,
    ) -> Result<Vec<Callback>, Error> {
        let is_old = |at: Timestamp| now.duration_since(at) > MAX_TIME_WITHOUT_END;
        let ended: Vec<&Callback> = messages
            .iter()
            .filter(|message| message.sent_at.is_some_and(is_old))
            .map(|message| &message.report)
            .filter(|report| is_end(report.resource, &report.status))
            .collect();
        let mut missing = Vec::new();
        for reports in ended.chunks(MAX_TRANSACTION_ITEMS) {
            let key =
                |report: &&Callback| callbacks::counted_statuses(report.resource, &report.sid);
            let keys: Vec<Key> = reports.iter().map(key).collect();
            let records = self.store.load(&keys, now).await?;
            for (report, record) in reports.iter().zip(records) {
                if record.is_some_and(|record| !callbacks::read(&record).is_over(report.resource)) {
                    missing.push((*report).clone());
                }
            }
        }
        Ok(missing)
    }
}

#[cfg(test)]
mod tests;

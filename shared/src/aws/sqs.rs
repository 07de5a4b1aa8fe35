//! Queue on SQS.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;
use aws_types::SdkConfig;
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::time::Duration;

use super::with_causes;
use crate::Error;
use crate::config::Environment;
use crate::storage::{Queue, QueueName};

/// The variable with the URL of each queue.
const SLACK_URL: &str = "SLACK_QUEUE_URL";
const WAKE_UPS_URL: &str = "WAKE_UPS_QUEUE_URL";
const CALLBACKS_URL: &str = "CALLBACKS_QUEUE_URL";

/// The queues of the server.
pub(super) struct Queues {
    client: Client,
    slack: Option<String>,
    wake_ups: Option<String>,
    callbacks: Option<String>,
}

/// The longest delay of a message, in seconds. Whoever gets it early sends it again.
const MAX_DELAY: i32 = 900;
/// The longest time that a message rests, in seconds.
const MAX_BACKOFF: i32 = 43_200;
/// The most messages of one request.
const MAX_ENTRIES: usize = 10;
/// The most requests at once: a batch may have a thousand messages, and each request at the same time takes a connection.
const MAX_REQUESTS: usize = 4;

impl Queues {
    /// The queues whose URLs this environment has.
    pub(super) fn new(sdk: &SdkConfig, environment: &Environment) -> Queues {
        let url = |name| environment.get(name).map(str::to_owned);
        Queues {
            client: Client::new(sdk),
            slack: url(SLACK_URL),
            wake_ups: url(WAKE_UPS_URL),
            callbacks: url(CALLBACKS_URL),
        }
    }

    fn url(&self, to: QueueName) -> Result<&str, Error> {
        let (url, name) = match to {
            QueueName::Slack => (&self.slack, SLACK_URL),
            QueueName::WakeUps => (&self.wake_ups, WAKE_UPS_URL),
            QueueName::Callbacks => (&self.callbacks, CALLBACKS_URL),
        };
        url.as_deref().ok_or_else(|| Error::NotSetUp(format!("the environment has no {name}")))
    }

    /// Lets the messages of a batch come again, each after so long.
    pub(super) async fn back_off(
        &self,
        to: QueueName,
        receipts: Vec<(String, Duration)>,
    ) -> Result<(), Error> {
        let url = self.url(to)?;
        let requests = receipts.chunks(MAX_ENTRIES).map(|few| self.rest_few(url, few));
        let done: Vec<_> = stream::iter(requests).buffer_unordered(MAX_REQUESTS).collect().await;
        done.into_iter().collect()
    }

    async fn rest_few(&self, url: &str, receipts: &[(String, Duration)]) -> Result<(), Error> {
        let mut request = self.client.change_message_visibility_batch().queue_url(url);
        for (at, (receipt, rest)) in receipts.iter().enumerate() {
            let seconds = i32::try_from(rest.as_millis().div_ceil(1000)).unwrap_or(i32::MAX);
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(at.to_string());
            let entry = entry.receipt_handle(receipt).visibility_timeout(seconds.min(MAX_BACKOFF));
            request =
                request.entries(entry.build().map_err(|error| Error::Queue(with_causes(error)))?);
        }
        let answer = request.send().await.map_err(|error| Error::Queue(with_causes(error)))?;
        match answer.failed() {
            [] => Ok(()),
            [first, ..] => Err(Error::Queue(format!("a message does not rest: {}", first.code()))),
        }
    }
}

#[async_trait]
impl Queue for Queues {
    /// Slack's queue is FIFO, which knows no delay per message: nothing that is sent there has one. A wake-up has one,
    /// rounded up to whole seconds: none comes early for that.
    async fn send(
        &self,
        to: QueueName,
        body: String,
        group: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        let request = self.client.send_message().queue_url(self.url(to)?);
        let request = match to {
            QueueName::Slack => {
                // The body names the moment it was made, so this only catches the SDK's own second try.
                let hash = crate::hex(&Sha256::digest(&body));
                request.message_group_id(group).message_deduplication_id(hash)
            }
            QueueName::WakeUps | QueueName::Callbacks => {
                request.delay_seconds(not_before.map_or(0, delay))
            }
        };
        let sent = request.message_body(body).send().await;
        sent.map(|_| ()).map_err(|error| Error::Queue(with_causes(error)))
    }
}

fn delay(not_before: Timestamp) -> i32 {
    let wait = not_before.duration_since(super::clock::now()).as_millis();
    i32::try_from((wait.max(0) + 999) / 1000).unwrap_or(MAX_DELAY).min(MAX_DELAY)
}

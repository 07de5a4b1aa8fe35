//! Queue on SQS.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use futures_util::future::join_all;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::time::Duration;

use super::told;
use crate::Error;
use crate::ports::{Queue, To};

/// The queues of the house.
pub(super) struct Queues {
    client: Client,
    slack: String,
}

impl Queues {
    pub(super) fn new(sdk: &SdkConfig, slack: &str) -> Queues {
        Queues { client: Client::new(sdk), slack: slack.to_owned() }
    }

    fn url(&self, to: To) -> &str {
        match to {
            To::Slack => &self.slack,
        }
    }

    /// Lets a message come again after so long.
    async fn rest_one(&self, to: To, receipt: String, rest: Duration) -> Result<(), Error> {
        let seconds =
            i32::try_from(rest.as_millis().div_ceil(1000)).unwrap_or(i32::MAX).min(43_200);
        let request = self.client.change_message_visibility().queue_url(self.url(to));
        let request = request.receipt_handle(receipt).visibility_timeout(seconds);
        request.send().await.map(|_| ()).map_err(|error| Error::Queue(told(error)))
    }

    /// Lets the messages of a batch come again, each after so long.
    pub(super) async fn rest(
        &self,
        to: To,
        receipts: Vec<(String, Duration)>,
    ) -> Result<(), Error> {
        let all = receipts.into_iter().map(|(receipt, rest)| self.rest_one(to, receipt, rest));
        join_all(all).await.into_iter().collect()
    }
}

#[async_trait]
impl Queue for Queues {
    /// A FIFO queue knows no delay per message: nothing that is sent to Slack's has one.
    async fn send(
        &self,
        to: To,
        body: String,
        group: &str,
        _not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        // The body names the moment it was made, so this only catches the SDK's own second try.
        let hash = crate::hex(&Sha256::digest(&body));
        self.client
            .send_message()
            .queue_url(self.url(to))
            .message_group_id(group)
            .message_deduplication_id(hash)
            .message_body(body)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| Error::Queue(told(error)))
    }
}

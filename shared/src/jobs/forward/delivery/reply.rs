//! The answer to a click.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::Delivery;
use super::call::Call;
use super::metrics::DeliveryMetrics;
use super::waiting::age;
use crate::domain::metrics::catalogue::SLACK_REPLIES;
use crate::domain::response_url::ResponseUrl;
use crate::slack::client::{POST_INTERVAL, PostError};
use crate::storage::Processed;

/// How long Slack takes an answer to a click. (docs.slack.dev, "Handling user interaction".)
const LIVES: Duration = Duration::from_secs(30 * 60);
/// The longest rest between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// The answer to a click, on its way.
pub(super) struct Reply {
    /// When the button was clicked.
    pub(super) at: Timestamp,
    /// Where it goes.
    pub(super) url: ResponseUrl,
    /// The JSON that is posted there.
    pub(super) body: Value,
    /// How often it came out of the queue, from 1.
    pub(super) receive_count: u32,
}

impl Delivery {
    /// Posts the answer to a click, as long as its URL lives. It is no post of its channel: only one person may see it.
    pub(super) async fn reply(&self, reply: &Reply, call: Call) -> Processed {
        let (outcome, result) = self.try_reply(reply, call).await;
        let mut metrics = DeliveryMetrics::of("reply");
        metrics.add(SLACK_REPLIES, &[result], 1);
        if let Err(error) = metrics.note(self.store.as_ref(), call.now()).await {
            tracing::warn!(%error, "counters were not noted");
        }
        outcome
    }

    /// Gives what becomes of its message, and the result that is counted.
    async fn try_reply(&self, reply: &Reply, call: Call) -> (Processed, &'static str) {
        const DROPPED: &str = "dropped";
        const LATER: &str = "later";
        if age(reply.at, call.now()) >= LIVES {
            tracing::warn!(
                "the answer to a click was dropped: Slack did not take it in half an hour"
            );
            return (Processed::Done, DROPPED);
        }
        let doubled =
            (POST_INTERVAL * 2_u32.saturating_pow(reply.receive_count.min(6))).min(MAX_BACKOFF);
        if !call.has_time_for(Duration::ZERO) {
            return (Processed::RetryAfter(POST_INTERVAL), LATER);
        }
        let told = self.slack.respond(&reply.url, &reply.body, call.request_timeout()).await;
        match told {
            Ok(()) => (Processed::Done, "ok"),
            Err(PostError::Later(asked, reason)) => {
                tracing::warn!(reason, "the answer to a click did not go through yet");
                let rest = asked.map_or(doubled, |asked| asked.clamp(POST_INTERVAL, LIVES));
                (Processed::RetryAfter(rest), LATER)
            }
            Err(PostError::Unknown(reason)) => {
                tracing::warn!(reason, "the answer to a click may not have gone through");
                (Processed::RetryAfter(doubled), LATER)
            }
            Err(
                PostError::Content(reason) | PostError::Channel(reason) | PostError::Gone(reason),
            ) => {
                tracing::warn!(reason, "the answer to a click was dropped");
                (Processed::Done, DROPPED)
            }
        }
    }
}

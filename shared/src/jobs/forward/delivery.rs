//! Messages of the Slack queue → posts in Slack.
//!
//! 1. [`Delivery::deliver`]: channels side by side, each in order; the answers to clicks beside them.
//! 2. `channel`: one channel's messages. `batch`: what is left of them to say, and what became of the rest.
//! 3. `incident_message`: an incident's own message, which its lines stand under. `edits`: it says how the incident stands.
//! 4. `replays`: dead letters that were sent again. `reply`: the answer to a click.

mod batch;
mod call;
mod channel;
mod edits;
mod incident_message;
mod metrics;
mod rate_limit;
mod replays;
mod reply;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use jiff::Timestamp;

use crate::Error;
use crate::config::{Settings, SettingsCache};
use crate::slack::client::Client;
use crate::storage::messages::Task;
use crate::storage::{Message, Processed, Store};
use batch::Batch;
use call::Call;
use channel::Channel;
use metrics::DeliveryMetrics;
use rate_limit::RateLimit;
use reply::Reply;
pub use waiting::count_delivered;

/// How long a channel's messages rest when we cannot even begin.
const BACKOFF: Duration = Duration::from_secs(30);

/// The forwarder, with all that it needs.
pub struct Delivery {
    settings: SettingsCache,
    store: Arc<dyn Store>,
    slack: Client,
    rate_limit: RateLimit,
}

impl Delivery {
    /// A forwarder with these settings, store and client.
    pub fn new(settings: SettingsCache, store: Arc<dyn Store>, slack: Client) -> Delivery {
        Delivery { settings, store, slack, rate_limit: RateLimit::default() }
    }

    /// Delivers a batch: channels side by side, each channel in order. Says of each message what became of it; a
    /// failure gives back only that channel's later messages. Takes at most `budget`.
    pub async fn deliver(
        &self,
        messages: &[Message],
        now: Timestamp,
        budget: Duration,
    ) -> Vec<Processed> {
        let call = Call::new(now, budget);
        let mut channels: Vec<(String, Vec<usize>)> = Vec::new();
        let mut replies: Vec<(usize, Reply)> = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            match way(message) {
                Way::Reply(reply) => replies.push((index, reply)),
                Way::Channel(channel) => {
                    match channels.iter_mut().find(|(have, _)| *have == channel) {
                        Some((_, members)) => members.push(index),
                        None => channels.push((channel, vec![index])),
                    }
                }
            }
        }
        let work = channels.into_iter().map(|(channel, members)| async move {
            let messages: Vec<&Message> = members.iter().map(|index| &messages[*index]).collect();
            (members, self.channel(&channel, &messages, call).await)
        });
        let answers = replies.into_iter().map(|(index, reply)| async move {
            (vec![index], vec![self.reply(&reply, call).await])
        });
        let (told, answered) = join(join_all(work), join_all(answers)).await;
        let mut outcomes = vec![Processed::Done; messages.len()];
        for (members, told) in told.into_iter().chain(answered) {
            for (index, outcome) in members.into_iter().zip(told) {
                outcomes[index] = outcome;
            }
        }
        outcomes
    }

    async fn channel(&self, channel: &str, messages: &[&Message], call: Call) -> Vec<Processed> {
        let mut metrics = DeliveryMetrics::of(channel);
        let outcomes = match self.settings_and_batch(messages, call, &mut metrics).await {
            Ok((settings, batch)) => {
                Channel::new(self, channel, settings, call, &mut metrics).deliver(batch).await
            }
            Err(error) => {
                tracing::error!(channel, %error, "a batch could not be begun");
                vec![Processed::RetryAfter(BACKOFF); messages.len()]
            }
        };
        if let Err(error) = metrics.note(self.store.as_ref(), call.now()).await {
            tracing::warn!(%error, "counters were not noted");
        }
        outcomes
    }

    async fn settings_and_batch(
        &self,
        messages: &[&Message],
        call: Call,
        metrics: &mut DeliveryMetrics,
    ) -> Result<(Arc<Settings>, Batch), Error> {
        let settings = self.settings.get(call.now()).await?;
        let batch = Batch::open(self.store.as_ref(), messages, call.now(), metrics).await?;
        Ok((settings, batch))
    }
}

/// Which way a message goes.
enum Way {
    /// In its channel's order. What is for no channel stays with its group.
    Channel(String),
    /// For itself.
    Reply(Reply),
}

fn way(message: &Message) -> Way {
    match serde_json::from_str(&message.body) {
        Ok(Task::Lines(lines)) => Way::Channel(lines.channel),
        Ok(Task::Reply { at, url, body }) => {
            Way::Reply(Reply { at, url, body, receive_count: message.receive_count })
        }
        _ => Way::Channel(message.group.clone()),
    }
}

#[cfg(test)]
mod tests;

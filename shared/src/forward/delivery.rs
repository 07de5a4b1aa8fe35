//! Messages of the Slack queue → posts in Slack.

mod batch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::time::Instant;

use super::task::Task;
use crate::config::{Live, Settings};
use crate::ports::{Message, Outcome, Store};
use crate::slack::client::{Client, Destination, PACE, PATIENCE, Refusal};
use crate::slack::message::Post;
use batch::{Batch, Tally};

/// How long a channel's messages rest when we cannot even begin.
const REST: Duration = Duration::from_secs(30);

/// The longest rest within a call; for a longer one the messages go back to the queue.
const LONGEST_REST: Duration = Duration::from_secs(5);
/// With less than this left for its answer no post is begun: it might be cut off in doubt.
const SHORTEST_PATIENCE: Duration = Duration::from_secs(3);
/// What it takes to note what became of a post.
const NOTING: Duration = Duration::from_secs(1);

/// What the forwarder needs.
pub struct Delivery {
    live: Live,
    store: Arc<dyn Store>,
    slack: Client,
    last_posts: Mutex<HashMap<String, Instant>>,
}

/// One call of the forwarder: when it began, and when it must have ended.
#[derive(Clone, Copy)]
struct Call {
    began: Timestamp,
    clock: Instant,
    deadline: Instant,
}

impl Call {
    fn now(&self) -> Timestamp {
        self.began.checked_add(self.clock.elapsed()).unwrap_or(self.began)
    }

    /// Whether we can rest so long and still post and note it. A long rest is never taken here: it would keep the other
    /// channels of the batch waiting for us.
    fn has_time_for(&self, rest: Duration) -> bool {
        rest <= LONGEST_REST && rest + SHORTEST_PATIENCE + NOTING < self.left()
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// How long a post may wait for its answer, so that we can still note it.
    fn patience(&self) -> Duration {
        self.left().saturating_sub(NOTING).min(PATIENCE)
    }
}

impl Delivery {
    /// A forwarder with these settings, store and client.
    pub fn new(live: Live, store: Arc<dyn Store>, slack: Client) -> Delivery {
        Delivery { live, store, slack, last_posts: Mutex::default() }
    }

    /// Delivers a batch: channels side by side, each channel in order. Says of each message what became of it; a
    /// failure gives back only that channel's later messages. Takes at most `budget`.
    pub async fn deliver(
        &self,
        messages: &[Message],
        now: Timestamp,
        budget: Duration,
    ) -> Vec<Outcome> {
        let clock = Instant::now();
        let call = Call { began: now, clock, deadline: clock + budget };
        let mut channels: Vec<(String, Vec<usize>)> = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            let channel = channel_of(message);
            match channels.iter_mut().find(|(have, _)| *have == channel) {
                Some((_, members)) => members.push(index),
                None => channels.push((channel, vec![index])),
            }
        }
        let mut outcomes = vec![Outcome::Done; messages.len()];
        let work = channels.into_iter().map(|(channel, members)| async move {
            let messages: Vec<&Message> = members.iter().map(|index| &messages[*index]).collect();
            (members, self.channel(&channel, &messages, call).await)
        });
        for (members, told) in join_all(work).await {
            for (index, outcome) in members.into_iter().zip(told) {
                outcomes[index] = outcome;
            }
        }
        outcomes
    }

    async fn channel(&self, channel: &str, messages: &[&Message], call: Call) -> Vec<Outcome> {
        let mut tally = Tally::default();
        let outcomes = match self.settings_and_batch(messages, call, &mut tally).await {
            Ok((settings, mut batch)) => {
                let rest = self.post_all(channel, &mut batch, settings, call, &mut tally).await;
                batch.outcomes(rest)
            }
            Err(error) => {
                tracing::error!(channel, %error, "a batch could not be begun");
                vec![Outcome::Later(REST); messages.len()]
            }
        };
        if let Err(error) = tally.note(self.store.as_ref()).await {
            tracing::warn!(%error, "counters were not noted");
        }
        outcomes
    }

    async fn settings_and_batch(
        &self,
        messages: &[&Message],
        call: Call,
        tally: &mut Tally,
    ) -> Result<(Arc<Settings>, Batch), crate::Error> {
        let settings = self.live.get(call.now()).await?;
        let batch = Batch::open(self.store.as_ref(), messages, call.now(), tally).await?;
        Ok((settings, batch))
    }

    /// Posts what the batch still holds. `Some` is how long the rest of it should rest.
    async fn post_all(
        &self,
        channel: &str,
        batch: &mut Batch,
        mut settings: Arc<Settings>,
        call: Call,
        tally: &mut Tally,
    ) -> Option<Duration> {
        let store = self.store.as_ref();
        let mut tries = 0;
        if batch.len() > 0
            && settings.destination(channel).is_err()
            && let Some(newer) = self.newer(channel, &settings, call).await
        {
            settings = newer;
        }
        while let Some(post) = batch.next_post() {
            if let Err(rest) = self.turn(channel, call).await {
                return Some(rest);
            }
            let refusal = match self.post(channel, &settings, &post, call.patience()).await {
                Ok(()) => {
                    tries = 0;
                    batch.delivered(store, post.lines, call.now(), tally).await;
                    continue;
                }
                Err(refusal) => refusal,
            };
            tally.refused(&refusal);
            tracing::warn!(channel, lines = post.lines, ?refusal, "a post did not go through");
            let limit = settings.config.give_up_after;
            let (asked, reason, hopeless) = match refusal {
                Refusal::Content(_) if post.lines > 1 => {
                    batch.narrow(post.lines / 2);
                    continue;
                }
                Refusal::Content(reason) => (None, reason, 1),
                Refusal::Channel(reason) => match self.newer(channel, &settings, call).await {
                    Some(newer) => {
                        settings = newer;
                        continue;
                    }
                    None => (None, reason, batch.len()),
                },
                Refusal::Later(asked, reason) => (asked, reason, batch.too_old(limit, call.now())),
                Refusal::Unknown(reason) => (None, reason, batch.too_old(limit, call.now())),
            };
            if hopeless > 0 {
                if let Err(error) = batch.give_up(store, &reason, hopeless, call.now(), tally).await
                {
                    tracing::error!(channel, %error, "dead letters were not kept: their lines stay in the queue");
                    return Some(REST);
                }
                continue;
            }
            tries += 1;
            let rest = batch.rest(asked, tries, limit, call.now());
            if !call.has_time_for(rest) {
                return Some(rest);
            }
            tokio::time::sleep(rest).await;
        }
        None
    }

    /// Waits for the channel's turn: a second after its last post. `Err` is how long that is, if the call has not the
    /// time.
    async fn turn(&self, channel: &str, call: Call) -> Result<(), Duration> {
        let last = self.last_posts.lock().ok().and_then(|posts| posts.get(channel).copied());
        let rest = last
            .map_or(Duration::ZERO, |last| (last + PACE).saturating_duration_since(Instant::now()));
        if !call.has_time_for(rest) {
            return Err(rest);
        }
        tokio::time::sleep(rest).await;
        Ok(())
    }

    async fn post(
        &self,
        channel: &str,
        settings: &Settings,
        post: &Post,
        patience: Duration,
    ) -> Result<(), Refusal> {
        let destination = destination(channel, settings)?;
        let answer = self.slack.post(&destination, post, patience).await;
        // What Slack found wrong is no post of this second.
        let counts = !matches!(answer, Err(Refusal::Content(_)));
        if counts && let Ok(mut posts) = self.last_posts.lock() {
            posts.insert(channel.to_owned(), Instant::now());
        }
        answer
    }

    /// The settings as they are now, if they give this channel another destination: its secret was changed.
    async fn newer(&self, channel: &str, settings: &Settings, call: Call) -> Option<Arc<Settings>> {
        let newer = self.live.fresh(call.now()).await.ok()?;
        (newer.destination(channel) != settings.destination(channel)).then_some(newer)
    }
}

/// The channel that a message is for. What is for none stays with its group.
fn channel_of(message: &Message) -> String {
    match serde_json::from_str(&message.body) {
        Ok(Task::Lines(lines)) => lines.channel,
        _ => message.group.clone(),
    }
}

/// A missing secret is our own fault: the lines wait for it, until they are too old.
fn destination(channel: &str, settings: &Settings) -> Result<Destination, Refusal> {
    settings.destination(channel).map_err(|missing| Refusal::Later(None, missing))
}

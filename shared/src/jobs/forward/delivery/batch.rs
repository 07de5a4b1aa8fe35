//! One channel's messages while they are being delivered: what is left to say, and what became of the rest.

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::metrics::DeliveryMetrics;
use super::replays::Replays;
use super::waiting::{Waiting, age, without_delivered};
use crate::Error;
use crate::domain::escalation::IncidentId;
use crate::domain::metrics::catalogue::SLACK_LINES_DUPLICATE;
use crate::slack::client::POST_INTERVAL;
use crate::slack::post::{Post, pack};
use crate::storage::dead_letters::{self, DeadLetter};
use crate::storage::messages::{Lines, Task};
use crate::storage::{
    Condition, MAX_TRANSACTION_ITEMS, Message, Processed, Put, Store, Write, writes,
};

/// How long we remember that a line was delivered. Twilio tries again for four hours.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// The longest rest that Slack may ask for. It asks for seconds.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The longest rest between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// The longest rest of a message whose lines are said already: those behind it wait with it, …
const MAX_DELIVERED_BACKOFF: Duration = Duration::from_secs(15);

/// … but the queue hands out no message more often than a thousand times (`template.yaml`).
const MAX_RECEIVE_COUNT: u32 = 900;

/// What the log says of dead letters. `template.yaml` counts these lines, and raises an alarm.
const GAVE_UP: &str = "could not be delivered: kept as a dead letter";

/// The rest of a channel's messages, in order.
pub(super) struct Batch {
    receive_count: Vec<u32>,
    left: Vec<Waiting>,
    most_lines: usize,
    about: Vec<About>,
    replays: Replays,
    /// Messages that come again though their lines are said, each after its rest.
    retried: Vec<(usize, Duration)>,
}

/// The next post of a batch.
pub(super) struct Next {
    /// The post, with its lines.
    pub(super) post: Post,
    /// The incident whose thread it goes into, if it goes into one.
    pub(super) incident: Option<IncidentId>,
    /// It is for the whole channel.
    pub(super) loud: bool,
    /// The incidents that its lines ask somebody to take.
    pub(super) asks_for: Vec<IncidentId>,
}

/// A message of the batch that tells of an incident, whether or not its lines were delivered before.
struct About {
    message: usize,
    incident: IncidentId,
    since: Timestamp,
}

impl Batch {
    /// Reads messages: what is no line goes to the dead letters, what was delivered before is left out.
    pub(super) async fn open(
        store: &dyn Store,
        messages: &[&Message],
        now: Timestamp,
        metrics: &mut DeliveryMetrics,
    ) -> Result<Batch, Error> {
        let (mut waiting, mut about) = (Vec::new(), Vec::new());
        let mut replays = Replays::default();
        let mut letters = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            match serde_json::from_str(&message.body) {
                Ok(Task::Lines(lines)) => {
                    about.extend(About::of(index, &lines));
                    replays.add(index, &lines);
                    waiting.extend(Waiting::all(index, lines));
                }
                Ok(Task::Malformed { at, reason, .. }) => {
                    letters.push(DeadLetter::forward(&reason, message.body.clone(), at, now));
                }
                // It has no channel, and goes its own way.
                Ok(Task::Reply { .. }) => {}
                Err(error) => {
                    let reason = format!("it is no message of ours: {error}");
                    letters.push(DeadLetter::forward(&reason, message.body.clone(), now, now));
                }
            }
        }
        dead_letters::keep(store, &letters, now).await?;
        metrics.given_up(&letters);
        for letter in &letters {
            tracing::error!(letters = 1, reason = letter.reason, "{GAVE_UP}");
        }
        let all = waiting.len();
        let left = without_delivered(store, waiting, now).await?;
        metrics.add(SLACK_LINES_DUPLICATE, &[], all - left.len());
        let receive_count = messages.iter().map(|message| message.receive_count).collect();
        let (most_lines, retried) = (usize::MAX, Vec::new());
        Ok(Batch { receive_count, left, most_lines, about, replays, retried })
    }

    /// How many lines are left.
    pub(super) fn len(&self) -> usize {
        self.left.len()
    }

    /// The next post, if anything is left to say. `apart`: each incident's lines are a post of their own, and so is what
    /// is for the whole channel.
    pub(super) fn next_post(&self, apart: bool) -> Option<Next> {
        let first = self.left.first()?;
        let goes_with = |waiting: &&Waiting| {
            !apart
                || (waiting.incident == first.incident
                    && waiting.is_broadcast() == first.is_broadcast())
        };
        // More than a post can hold need not be looked at.
        let run = self.left.iter().take_while(goes_with).take(self.most_lines.min(5_000));
        let texts: Vec<String> = run.map(Waiting::text).collect();
        let post = pack(&texts).into_iter().next()?;
        let mut asks_for: Vec<IncidentId> = Vec::new();
        for waiting in self.left[..post.lines].iter().filter(|waiting| waiting.line.asks) {
            asks_for.extend(waiting.incident.clone().filter(|id| !asks_for.contains(id)));
        }
        let incident = first.incident.clone().filter(|_| apart);
        Some(Next { post, incident, loud: first.is_broadcast(), asks_for })
    }

    /// Tries fewer lines at once: one of them is refused for what it is.
    pub(super) fn narrow(&mut self, lines: usize) {
        self.most_lines = lines.max(1);
    }

    /// Slack has the first `lines`: marks them as delivered. If that fails they are delivered all the same; only a
    /// second copy of their events could then double them.
    pub(super) async fn delivered(
        &mut self,
        store: &dyn Store,
        lines: usize,
        now: Timestamp,
        metrics: &DeliveryMetrics,
    ) {
        let delivered: Vec<Waiting> = self.left.drain(..lines).collect();
        let failed = delivered.iter().filter(|waiting| waiting.line.failed).count();
        let marks: Vec<Put> = delivered
            .iter()
            .map(|waiting| Put {
                key: waiting.mark.clone(),
                body: "{}".to_owned(),
                condition: Condition::Always,
                expires_at: now.checked_add(REMEMBERED).ok(),
            })
            .collect();
        let mut transactions: Vec<Vec<Write>> =
            marks.chunks(MAX_TRANSACTION_ITEMS - 1).map(|marks| writes(marks.to_vec())).collect();
        if let Some(first) = transactions.first_mut() {
            first.push(metrics.lines(lines, failed).into());
        }
        let marked = try_join_all(transactions.iter().map(|all| store.write(all, now))).await;
        if let Err(error) = marked {
            tracing::error!(%error, lines, "lines were delivered and could not be marked");
        }
    }

    /// Moves the first `lines` to the dead letters.
    pub(super) async fn give_up(
        &mut self,
        store: &dyn Store,
        reason: &str,
        lines: usize,
        now: Timestamp,
        metrics: &mut DeliveryMetrics,
    ) -> Result<(), Error> {
        let letters: Vec<DeadLetter> = self.left[..lines]
            .chunk_by(|a, b| a.message == b.message)
            .map(|of_one_message| {
                let (first, task) = (&of_one_message[0], Waiting::task(of_one_message));
                let letter = DeadLetter::forward(reason, task, first.at, now);
                self.replays.letter(first.message, letter)
            })
            .collect();
        dead_letters::keep(store, &letters, now).await?;
        metrics.given_up(&letters);
        tracing::error!(letters = letters.len(), lines, reason, "{GAVE_UP}");
        let given_up: Vec<usize> =
            self.left.drain(..lines).map(|waiting| waiting.message).collect();
        self.replays.came_back(&given_up);
        // Their replay sees to their incidents' messages.
        self.about.retain(|about| !given_up.contains(&about.message));
        self.most_lines = usize::MAX;
        Ok(())
    }

    /// How many lines at the front are older than `limit`.
    pub(super) fn too_old(&self, limit: Duration, now: Timestamp) -> usize {
        self.left.iter().take_while(|waiting| waiting.age(now) >= limit).count()
    }

    /// How long to rest before the next try: what Slack asked for, or longer each time; never past the moment in which
    /// the oldest line gets too old.
    pub(super) fn backoff(
        &self,
        asked: Option<Duration>,
        tries: u32,
        limit: Duration,
        now: Timestamp,
    ) -> Duration {
        let first = self.left.first();
        // A message may have come out often for no other reason than that many waited: that counts only so much.
        let before =
            first.map_or(1, |waiting| self.receive_count[waiting.message]).saturating_sub(1).min(4);
        let doubled = Duration::from_millis(500) * 2_u32.saturating_pow((tries + before).min(8));
        let doubled = doubled.min(MAX_BACKOFF);
        let rest = asked.map_or(doubled, |asked| asked.clamp(POST_INTERVAL, MAX_RETRY_AFTER));
        match first {
            Some(waiting) => {
                rest.min(limit.saturating_sub(waiting.age(now)) + Duration::from_millis(100))
            }
            None => rest,
        }
    }

    /// The incidents of which everything is said, each once, whether or not that was in this batch.
    pub(super) fn incidents(&self) -> Vec<IncidentId> {
        let mut ids: Vec<IncidentId> = Vec::new();
        for About { incident, .. } in &self.about {
            let waits = |waiting: &Waiting| waiting.incident.as_ref() == Some(incident);
            if !ids.contains(incident) && !self.left.iter().any(waits) {
                ids.push(incident.clone());
            }
        }
        ids
    }

    /// The message of this incident could not be edited: its lines' last message comes again, unless that has been so
    /// for longer than `limit`. Gives whether it does.
    pub(super) fn retry_delivered(
        &mut self,
        incident: &IncidentId,
        asked: Option<Duration>,
        limit: Duration,
        now: Timestamp,
    ) -> bool {
        let last = self.about.iter().rev().find(|about| about.incident == *incident);
        let Some(about) = last.filter(|about| age(about.since, now) < limit) else { return false };
        let doubled =
            POST_INTERVAL * 2_u32.saturating_pow(self.receive_count[about.message].min(6));
        let longest = MAX_DELIVERED_BACKOFF.max(limit / MAX_RECEIVE_COUNT);
        let rest = asked.unwrap_or(doubled).clamp(POST_INTERVAL, longest);
        self.retried.push((about.message, rest));
        true
    }

    /// Notes of dead letters that were sent again what became of them, as far as that is known.
    pub(super) async fn note_replays(&self, store: &dyn Store, now: Timestamp) {
        let first_left = self.left.first().map(|waiting| waiting.message);
        self.replays.note(store, first_left, now).await;
    }

    /// The outcome of each message; those with lines left come again after `rest`.
    pub(super) fn outcomes(&self, rest: Option<Duration>) -> Vec<Processed> {
        let first_left = self.left.first().map(|waiting| waiting.message);
        (0..self.receive_count.len())
            .map(|message| {
                let retried = self.retried.iter().find(|(retried, _)| *retried == message);
                match (first_left, retried) {
                    (Some(first), _) if message >= first => {
                        Processed::RetryAfter(rest.unwrap_or_default())
                    }
                    (_, Some((_, rest))) => Processed::RetryAfter(*rest),
                    (_, None) => Processed::Done,
                }
            })
            .collect()
    }
}

impl About {
    fn of(message: usize, lines: &Lines) -> Option<About> {
        let since = lines.replayed_at.unwrap_or(lines.at);
        lines.incident.clone().map(|incident| About { message, incident, since })
    }
}

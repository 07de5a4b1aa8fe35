//! One channel's messages while they are being delivered: what is left to say, and what became of the rest.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::dead_letters::{self, Letter};
use crate::forward::task::{Lines, Task};
use crate::ports::{If, Key, MOST_AT_ONCE, Message, Outcome, Put, Store};
use crate::routes::Line;
use crate::slack::client::{PACE, Refusal};
use crate::slack::message::{Post, cut, pack};

/// How long we remember that a line was delivered. Twilio tries again for four hours.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// The longest rest that Slack may ask for. It asks for seconds.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

/// The longest rest between two tries.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// What the log says of dead letters. `template.yaml` counts these lines, and raises an alarm.
const GAVE_UP: &str = "could not be delivered: kept as a dead letter";

/// What is left of a channel's messages, in order.
pub(super) struct Batch {
    receives: Vec<u32>,
    left: Vec<Waiting>,
    most_lines: usize,
}

/// A line that waits to be posted.
struct Waiting {
    message: usize,
    channel: String,
    at: Timestamp,
    replayed_at: Option<Timestamp>,
    mark: Key,
    line: Line,
}

impl Batch {
    /// Reads messages: what is no line goes to the dead letters, what was delivered before is left out.
    pub(super) async fn open(
        store: &dyn Store,
        messages: &[&Message],
        now: Timestamp,
        tally: &mut Tally,
    ) -> Result<Batch, Error> {
        let mut waiting = Vec::new();
        let mut letters = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            match serde_json::from_str(&message.body) {
                Ok(Task::Lines(lines)) => waiting.extend(Waiting::all(index, lines)),
                Ok(Task::Malformed { at, reason, .. }) => {
                    letters.push(Letter::forward(&reason, message.body.clone(), at, now));
                }
                Err(error) => {
                    let reason = format!("it is no message of ours: {error}");
                    letters.push(Letter::forward(&reason, message.body.clone(), now, now));
                }
            }
        }
        dead_letters::keep(store, &letters, now).await?;
        tally.given_up(&letters);
        for letter in &letters {
            tracing::error!(letters = 1, reason = letter.reason, "{GAVE_UP}");
        }
        let all = waiting.len();
        let left = without_delivered(store, waiting, now).await?;
        tally.add("ringdown_slack_lines_duplicate_total", all - left.len());
        let receives = messages.iter().map(|message| message.receives).collect();
        Ok(Batch { receives, left, most_lines: usize::MAX })
    }

    /// How many lines are left.
    pub(super) fn len(&self) -> usize {
        self.left.len()
    }

    /// The next post, if anything is left to say.
    pub(super) fn next_post(&self) -> Option<Post> {
        // More than a post can hold need not be looked at.
        let texts: Vec<String> =
            self.left.iter().take(self.most_lines.min(5_000)).map(Waiting::text).collect();
        pack(&texts).into_iter().next()
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
        tally: &mut Tally,
    ) {
        let delivered: Vec<Waiting> = self.left.drain(..lines).collect();
        tally.posted(&delivered);
        let puts: Vec<Put> = delivered
            .iter()
            .map(|waiting| Put {
                key: waiting.mark.clone(),
                body: "{}".to_owned(),
                when: If::Always,
                expires_at: now.checked_add(REMEMBERED).ok(),
            })
            .collect();
        let marked =
            try_join_all(puts.chunks(MOST_AT_ONCE).map(|puts| store.write(puts, now))).await;
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
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let letters: Vec<Letter> = self.left[..lines]
            .chunk_by(|a, b| a.message == b.message)
            .map(|of_one_message| {
                Letter::forward(reason, Waiting::task(of_one_message), of_one_message[0].at, now)
            })
            .collect();
        dead_letters::keep(store, &letters, now).await?;
        tally.given_up(&letters);
        tracing::error!(letters = letters.len(), lines, reason, "{GAVE_UP}");
        self.left.drain(..lines);
        self.most_lines = usize::MAX;
        Ok(())
    }

    /// How many lines at the front are older than `limit`.
    pub(super) fn too_old(&self, limit: Duration, now: Timestamp) -> usize {
        self.left.iter().take_while(|waiting| waiting.age(now) >= limit).count()
    }

    /// How long to rest before the next try: what Slack asked for, or longer each time; never past the moment in which
    /// the oldest line gets too old.
    pub(super) fn rest(
        &self,
        asked: Option<Duration>,
        tries: u32,
        limit: Duration,
        now: Timestamp,
    ) -> Duration {
        let first = self.left.first();
        // A message may have come out often for no other reason than that many waited: that counts only so much.
        let before =
            first.map_or(1, |waiting| self.receives[waiting.message]).saturating_sub(1).min(4);
        let doubled = Duration::from_millis(500) * 2_u32.saturating_pow((tries + before).min(8));
        let doubled = doubled.min(LONGEST_REST);
        let rest = asked.map_or(doubled, |asked| asked.clamp(PACE, LONGEST_ASKED));
        match first {
            Some(waiting) => {
                rest.min(limit.saturating_sub(waiting.age(now)) + Duration::from_millis(100))
            }
            None => rest,
        }
    }

    /// What became of each message; those with lines left come again after `rest`.
    pub(super) fn outcomes(&self, rest: Option<Duration>) -> Vec<Outcome> {
        let first_left = self.left.first().map(|waiting| waiting.message);
        (0..self.receives.len())
            .map(|message| match first_left {
                Some(first) if message >= first => Outcome::Later(rest.unwrap_or_default()),
                _ => Outcome::Done,
            })
            .collect()
    }
}

impl Waiting {
    fn all(message: usize, lines: Lines) -> impl Iterator<Item = Waiting> {
        let Lines { channel, at, replayed_at, lines } = lines;
        lines.into_iter().map(move |line| Waiting {
            message,
            channel: channel.clone(),
            at,
            replayed_at,
            mark: mark(&line),
            line,
        })
    }

    fn task(of_one_message: &[Waiting]) -> String {
        let first = &of_one_message[0];
        let lines = of_one_message.iter().map(|waiting| waiting.line.clone()).collect();
        let (channel, at, replayed_at) = (first.channel.clone(), first.at, first.replayed_at);
        Task::Lines(Lines { channel, at, replayed_at, lines }).to_body()
    }

    fn text(&self) -> String {
        match self.replayed_at {
            Some(_) => cut(&format!(
                "_(late, from {})_ {}",
                self.at.strftime("%Y-%m-%d %H:%M UTC"),
                self.line.text
            )),
            None => self.line.text.clone(),
        }
    }

    /// How long we have been trying.
    fn age(&self, now: Timestamp) -> Duration {
        let since = self.replayed_at.unwrap_or(self.at);
        Duration::try_from(now.duration_since(since)).unwrap_or_default()
    }
}

/// The mark that a line was delivered: its event's type and id, and its route.
fn mark(line: &Line) -> Key {
    let name = serde_json::json!([line.event_type, line.event_id, line.route]).to_string();
    Key::new(format!("line#{}", crate::hex(&Sha256::digest(name)[..16])), "delivered")
}

async fn without_delivered(
    store: &dyn Store,
    mut waiting: Vec<Waiting>,
    now: Timestamp,
) -> Result<Vec<Waiting>, Error> {
    let mut seen = HashSet::new();
    waiting.retain(|waiting| seen.insert(waiting.mark.clone()));
    let marks: Vec<Key> = waiting.iter().map(|waiting| waiting.mark.clone()).collect();
    let loaded = try_join_all(marks.chunks(MOST_AT_ONCE).map(|keys| store.load(keys, now))).await?;
    let mut delivered = loaded.into_iter().flatten().map(|record| record.is_some());
    waiting.retain(|_| !delivered.next().unwrap_or(false));
    Ok(waiting)
}

/// What is counted while a batch is delivered.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    fn add(&mut self, name: &'static str, count: usize) {
        if count > 0 {
            *self.0.entry(name).or_default() += count as u64;
        }
    }

    fn posted(&mut self, lines: &[Waiting]) {
        self.add("ringdown_slack_lines_total", lines.len());
        let failed = lines.iter().filter(|waiting| waiting.line.failed).count();
        self.add("ringdown_route_failures_total", failed);
        self.add(r#"ringdown_slack_posts_total{result="ok"}"#, 1);
    }

    pub(super) fn refused(&mut self, refusal: &Refusal) {
        let name = match refusal {
            Refusal::Later(..) => r#"ringdown_slack_posts_total{result="later"}"#,
            Refusal::Unknown(_) => r#"ringdown_slack_posts_total{result="unknown"}"#,
            Refusal::Content(_) => r#"ringdown_slack_posts_total{result="bad_content"}"#,
            Refusal::Channel(_) => r#"ringdown_slack_posts_total{result="bad_channel"}"#,
        };
        self.add(name, 1);
    }

    fn given_up(&mut self, letters: &[Letter]) {
        self.add(r#"ringdown_dead_letters_total{job="forward"}"#, letters.len());
    }

    pub(super) async fn note(self, store: &dyn Store) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let counters: Vec<(&str, u64)> = self.0.into_iter().collect();
        store.add(&counters).await
    }
}

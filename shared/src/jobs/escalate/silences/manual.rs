//! Silences of globs that somebody makes by hand, and ends. A page or a command asks through the queue of wake-ups, and
//! whoever takes it from there does it and tells Slack, once each.

use jiff::Timestamp;

use super::super::work::Work;
use super::{Effects, silenced, stored};
use crate::Error;
use crate::domain::escalation::Signal;
use crate::domain::routes::Line;
use crate::domain::silence::Stored;
use crate::domain::text::{bold, code, cut_section, escape, local_day, mask_numbers};
use crate::storage::messages::WakeUp;
use crate::storage::records;
use crate::storage::{Condition, Queue, QueueName, incidents, writes};

/// The most silences of globs that are in force or to come: each alarm is compared with all of them.
pub const MAX_MANUAL_SILENCES: usize = 50;

/// Asks that a silence be made.
///
/// # Errors
/// The queue does not take it.
pub async fn request_silence(queue: &dyn Queue, silence: Stored) -> Result<(), Error> {
    let wake_up = WakeUp::MakeSilence { silence };
    queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await
}

/// Asks that a silence of globs be over.
///
/// # Errors
/// The queue does not take it.
pub async fn request_end(queue: &dyn Queue, silence: &Stored, by: &str) -> Result<(), Error> {
    let (id, made_at, by) = (silence.id(), silence.at, by.to_owned());
    let wake_up = WakeUp::EndSilence { id, made_at, by };
    queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await
}

/// How the timeline names whoever a silence of globs holds an incident back for.
pub(super) fn told_by(silence: &Stored) -> String {
    format!("the silence of {}", silence.by)
}

impl Work<'_> {
    /// Makes a silence. The same request may come twice, also after it was ended.
    pub(in super::super) async fn make_silence(&self, silence: &Stored) -> Result<(), Error> {
        let now = self.now;
        if silence.globs.is_empty() || self.silence_made(silence.at, &silence.id()).await?.is_some()
        {
            return Ok(());
        }
        if let Some(why) = self.not_made(silence).await? {
            tracing::warn!(why, "a silence that was asked for is not made");
            // Whoever asked was told that it is made in a moment: of many at once, some are too many.
            let text = format!(
                ":warning: The silence of {} by {} is not made: {why}",
                named(silence),
                bold(&silence.by)
            );
            return self.tell_of(silence, "not made", &text).await;
        }
        let from = silence.from.map(|from| format!(" from {}", local_day(from)));
        let text = format!(
            ":mute: {} silenced {}{} until {}{}: nobody is called for what they name",
            bold(&silence.by),
            named(silence),
            from.unwrap_or_default(),
            local_day(silence.until),
            reason(silence),
        );
        // It is queued before it is stored, so that a crash loses nothing; queued twice, it is one line.
        self.tell_of(silence, "made", &text).await?;
        let puts = writes(stored::puts(silence, Condition::Absent));
        match self.store().write(&puts, now).await {
            Err(Error::Conflict { .. }) => Ok(()),
            written => written,
        }
    }

    /// Why a silence that was asked for is not made; `None` if it is.
    async fn not_made(&self, silence: &Stored) -> Result<Option<String>, Error> {
        if silence.until <= self.now {
            return Ok(Some("it would be over by now".to_owned()));
        }
        let kept = stored::stored(self.store(), self.now).await?;
        let by_hand = kept.iter().filter(|silence| !silence.globs.is_empty()).count();
        Ok((by_hand >= MAX_MANUAL_SILENCES)
            .then(|| format!("there are {MAX_MANUAL_SILENCES} already, end one first")))
    }

    /// Ends a silence of globs: what waited for its end goes off now.
    pub(in super::super) async fn end_manual_silence(
        &self,
        id: &str,
        made_at: Timestamp,
        by: &str,
    ) -> Result<(), Error> {
        let now = self.now;
        let Some(silence) = self.silence_made(made_at, id).await? else { return Ok(()) };
        if silence.ended_by.is_none() {
            if silence.until <= now || silence.globs.is_empty() {
                return Ok(());
            }
            let text = format!(
                ":bell: {} ended the silence of {} by {}, which would have lasted until {}",
                bold(by),
                named(&silence),
                bold(&silence.by),
                local_day(silence.until),
            );
            self.tell_of(&silence, "ended", &text).await?;
            self.store().write(&writes(stored::ended(&silence, by, now)), now).await?;
        }
        self.bring_back_waiting().await?;
        self.let_go(by).await
    }

    /// The silence of this id, over or not.
    async fn silence_made(&self, at: Timestamp, id: &str) -> Result<Option<Stored>, Error> {
        let found = self.store().load(&[records::silence_made(at, id)], self.now).await?;
        let record = found.into_iter().flatten().next();
        Ok(record.and_then(|record| serde_json::from_str(&record.body).ok()))
    }

    /// Incidents that silences of globs held back go on if none does any more; or wait for the end of those that are left.
    async fn let_go(&self, by: &str) -> Result<(), Error> {
        let now = self.now;
        let mut held_back = incidents::latest(self.store(), now).await?;
        held_back.retain(|incident| incident.ended_at.is_none() && incident.is_held_back());
        if held_back.is_empty() {
            return Ok(());
        }
        let left = stored::stored(self.store(), now).await?;
        for seen in held_back {
            self.transact(&seen.id, Effects::Inline, &|transaction| {
                let Some(stored) = &transaction.stored else { return };
                let incident = &stored.incident;
                // Held back anew meanwhile, it waits for what we have not read.
                if !incident.is_held_back() || incident.silenced_until != seen.silenced_until {
                    return;
                }
                let have = incident.silenced_until.zip(incident.silenced_by());
                let signal = match silenced(incident, &self.settings.config.silences, &left, now) {
                    None => Signal::SilenceEnded { by: by.to_owned() },
                    Some((until, by)) if have == Some((until, by.as_str())) => return,
                    Some((until, by)) => Signal::HeldBack { by, until },
                };
                transaction.apply(&[signal]);
            })
            .await?;
        }
        Ok(())
    }

    /// Tells the channels of all policies that it may be about.
    async fn tell_of(&self, silence: &Stored, what: &str, text: &str) -> Result<(), Error> {
        let line = Line {
            event_type: "silence".to_owned(),
            event_id: format!("{} {what}", silence.id()),
            route: "silences".to_owned(),
            text: cut_section(text),
            failed: false,
            asks: false,
        };
        for channel in self.settings.config.escalation.channels_of(&silence.globs) {
            self.send_lines(&channel, None, vec![line.clone()]).await?;
        }
        Ok(())
    }
}

fn named(silence: &Stored) -> String {
    let globs = silence.globs.iter().map(|glob| code(&mask_numbers(glob)));
    globs.collect::<Vec<_>>().join(", ")
}

fn reason(silence: &Stored) -> String {
    let because = silence.because.as_deref().map(escape);
    because.map(|because| format!(" ({because})")).unwrap_or_default()
}

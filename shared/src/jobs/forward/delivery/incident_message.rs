//! An incident's own message: where it is, and what it should say.
//!
//! A bot posts it once, before the first line of its incident, and edits it as the incident changes; the lines stand in
//! its thread. Where it is, is kept in the store. If we die between Slack's `ok` and that note it is posted once more.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::IncidentId;
use crate::slack::action::Place;
use crate::slack::client::Posted;
use crate::slack::incident::{message, webhook_buttons};
use crate::slack::post::Post;
use crate::storage::{Condition, Key, Put, Store, incidents};

/// The partition of the notes where the incidents' messages are.
const PARTITION: &str = "slack";
/// How long they are kept: as long as the incidents.
const MESSAGE_RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Where an incident's message is, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PostedMessage {
    /// The channel as the secret names it.
    to: String,
    /// The channel's id as Slack names it.
    channel: String,
    ts: String,
    /// A hash of what it says.
    said: String,
}

/// An incident's own message, while a batch is delivered.
pub(super) struct IncidentMessage {
    key: Key,
    /// What it should say; nothing, if the incident is not kept any more.
    post: Option<Post>,
    /// The buttons for lines that people may act on, while it is open.
    buttons: Option<Value>,
    note: Option<PostedMessage>,
    /// Slack does not take it: its lines stand for themselves.
    plain: bool,
    /// It was lost once in this batch.
    lost: bool,
    /// Its edit was tried before its lines.
    pub(super) tried: bool,
}

/// Where an incident's lines go.
pub(super) enum Own {
    /// Into the channel: it has no message of its own.
    Nothing,
    /// Behind this message, which is not there yet.
    Missing(Post),
    /// Into the thread of this message.
    At(Posted),
}

impl IncidentMessage {
    /// Loads what is kept of this incident.
    pub(super) async fn load(
        store: &dyn Store,
        id: &IncidentId,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<IncidentMessage, Error> {
        let key = Key::new(PARTITION, id.as_str());
        let kept = incidents::one(store, id, now).await?;
        let incident = kept.as_ref().map(|kept| &kept.incident);
        // Only what is kept has a name that is surely ours: no store takes a key of any length.
        let note = match incident {
            Some(_) => store.load(std::slice::from_ref(&key), now).await?.pop().flatten(),
            None => None,
        };
        Ok(IncidentMessage {
            key,
            post: incident
                .map(|incident| message(incident, settings.slack_context(), Place::Message)),
            buttons: incident
                .and_then(|incident| webhook_buttons(incident, settings.slack_context())),
            note: note.and_then(|record| serde_json::from_str(&record.body).ok()),
            plain: false,
            lost: false,
            tried: false,
        })
    }

    /// Where its lines go, if the channel's secret names this channel.
    pub(super) fn own(&self, to: &str) -> Own {
        match (&self.note, &self.post) {
            _ if self.plain => Own::Nothing,
            (Some(PostedMessage { to: have, channel, ts, .. }), _) if have == to => {
                Own::At(Posted { channel: channel.clone(), ts: ts.clone() })
            }
            (_, Some(post)) => Own::Missing(post.clone()),
            (_, None) => Own::Nothing,
        }
    }

    /// Its message in this channel, and what it should say, if it does not say that yet.
    pub(super) fn edit(&self, to: &str) -> Option<(Posted, Post)> {
        let (note, post) = (self.note.as_ref()?, self.post.as_ref()?);
        match self.own(to) {
            Own::At(posted) if note.said != hash(post) => Some((posted, post.clone())),
            _ => None,
        }
    }

    /// The buttons for lines that people may act on.
    pub(super) fn buttons(&self) -> Option<&Value> {
        self.buttons.as_ref()
    }

    /// It is posted here, and says what it should.
    pub(super) fn posted(&mut self, to: &str, posted: Posted) {
        let Posted { channel, ts } = posted;
        let said = self.post.as_ref().map(hash).unwrap_or_default();
        self.note = Some(PostedMessage { to: to.to_owned(), channel, ts, said });
    }

    /// It says what it should, or never will.
    pub(super) fn edited(&mut self) {
        let said = self.post.as_ref().map(hash);
        if let (Some(note), Some(said)) = (&mut self.note, said) {
            note.said = said;
        }
    }

    /// It is not there any more: a new one takes its place, once.
    pub(super) fn is_lost(&mut self) {
        self.note = None;
        self.plain = self.lost;
        self.lost = true;
    }

    /// Slack does not take it.
    pub(super) fn is_permanent_error(&mut self) {
        self.plain = true;
    }

    /// Keeps where it is. If that fails it is posted once more, with the incident's next lines.
    pub(super) async fn keep(&self, store: &dyn Store, now: Timestamp) {
        let Some(body) = self.note.as_ref().and_then(|note| serde_json::to_string(note).ok())
        else {
            return;
        };
        let expires_at = now.checked_add(MESSAGE_RETENTION).ok();
        let put = Put { key: self.key.clone(), body, condition: Condition::Always, expires_at };
        if let Err(error) = store.write(&[put.into()], now).await {
            let incident = &self.key.sk;
            tracing::error!(incident, %error, "where an incident's message is could not be noted");
        }
    }
}

fn hash(post: &Post) -> String {
    let said = serde_json::to_string(post).unwrap_or_default();
    crate::hex(&Sha256::digest(said)[..16])
}

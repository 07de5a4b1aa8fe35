//! Texts: sent, with letters to answer by; and those that are refused because their person has opted out.

use jiff::Timestamp;

use super::super::opt_outs::OPTED_OUT;
use super::{BACKOFF, DOUBT_BACKOFF, EffectRunner, MAX_TRIES, Report, backoff};
use crate::domain::answers::Letters;
use crate::domain::escalation::{Incident, Signal, TextAbout};
use crate::domain::text::{self, Recipient};
use crate::storage::opt_outs::How;
use crate::storage::records::ToDo;
use crate::twilio::callbacks::TextQuery;
use crate::twilio::rest::{Api, ApiError};

impl EffectRunner<'_> {
    /// Sends a text, and reports what became of it.
    pub(super) async fn text(
        &self,
        api: &Api,
        incident: &Incident,
        person: &str,
        (about, decided_at): (&TextAbout, Timestamp),
        to_do: &ToDo,
    ) -> Report {
        let settings = self.work.settings.as_ref();
        let texted = |failed: Option<String>| {
            Report::Done(vec![Signal::Texted { person: person.to_owned(), failed }])
        };
        let (Some(known), Some(from)) =
            (settings.config.escalation.people.get(person), settings.from_number())
        else {
            return texted(Some("no phone in the configuration".to_owned()));
        };
        let base = settings.public_base_url();
        let letters = self.letters(incident, person, about).await;
        let page = self.work.link_for(incident, (person, known)).await;
        let body = text::sms(incident, about, &Recipient { person, page, letters });
        let query = TextQuery {
            incident: incident.id.clone(),
            person: person.to_owned(),
            sent: Some(self.work.now),
        };
        let status_url = base.map(|base| query.url(base));
        match api.text(&known.phone, &from, &body, status_url).await {
            Ok(()) => {
                let seen = incident.seen_by_text(about, decided_at);
                self.text_left(incident, person, letters, seen).await;
                texted(None)
            }
            Err(ApiError::Refused(why)) => {
                if why.code == Some(OPTED_OUT) {
                    self.refused_for_good(person).await;
                }
                texted(Some(why.text))
            }
            Err(ApiError::Later(_, why) | ApiError::Unknown(why)) if to_do.tries >= MAX_TRIES => {
                texted(Some(why))
            }
            Err(ApiError::Later(after, _)) => Report::RetryAfter(after.map_or(BACKOFF, backoff)),
            // A text twice is better than none.
            Err(ApiError::Unknown(_)) => Report::RetryAfter(DOUBT_BACKOFF),
        }
    }

    /// What a text to this person calls the incident, if anything can be answered to it. Without them it goes too.
    async fn letters(
        &self,
        incident: &Incident,
        person: &str,
        about: &TextAbout,
    ) -> Option<Letters> {
        if text::choices(incident, person).is_empty() {
            return None;
        }
        let noted = self.work.note_text(person, &incident.id, None).await;
        noted.unwrap_or_else(|error| {
            tracing::error!(%error, ?about, "a text cannot be answered: what it calls its incident is not kept");
            None
        })
    }

    /// A text has left: its person knows the entries before `seen`.
    async fn text_left(
        &self,
        incident: &Incident,
        person: &str,
        letters: Option<Letters>,
        seen: u32,
    ) {
        if letters.is_some()
            && let Err(error) = self.work.note_text(person, &incident.id, Some(seen)).await
        {
            tracing::warn!(%error, "what a text told a person could not be saved");
        }
    }

    /// Keeps that this person has opted out, as Twilio's refusal of a text tells. What goes wrong with that is logged.
    async fn refused_for_good(&self, person: &str) {
        if let Err(error) = self.work.opted_out(person, How::Refused).await {
            tracing::error!(%error, "a person's opt-out of texts could not be saved");
        }
    }
}

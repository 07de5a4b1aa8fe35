//! Somebody answers a text about an incident by a text to our number.
//!
//! Only people of the configuration are listened to, and only about what they were texted about of late. The same text may
//! come twice: what it changed names it, so that it changes nothing more, and what it was refused with is kept.

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::super::work::Work;
use super::super::{Effects, Escalate};
use crate::Error;
use crate::domain::answers::{Answer, Candidate, Choice, Keyword, Letters, Texted, Wrong, pick};
use crate::domain::e164::E164;
use crate::domain::escalation::{Act, ActError, Asker, Incident, IncidentId, Signal};
use crate::domain::sid::Sid;
use crate::domain::text::{self, Done, Recipient};
use crate::http::{Request, Response};
use crate::jobs::verify::{Kind, verified};
use crate::storage::opt_outs::How;
use crate::storage::texted;
use crate::twilio::inbound::{InboundText, reply};

/// How long Twilio waits for an answer is fifteen seconds; ours may take so long.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Escalate {
    /// Answers `POST /twilio/inbound/message`: with TwiML that has a message, or none.
    ///
    /// # Errors
    /// 403 for a proven forgery; 5xx for what may be our own fault.
    pub async fn handle_text(&self, request: &Request, now: Timestamp) -> Result<Response, Error> {
        let handled = async {
            let (body, settings) = verified(&self.settings, request, Kind::Form, now).await?;
            let Some(text) = InboundText::read(&body.fields()) else { return Ok(None) };
            self.with(settings, now).text_came(&text).await
        };
        let told = tokio::time::timeout(TIMEOUT, handled).await;
        let told = told.unwrap_or_else(|_| Err(Error::TooLong("a text".to_owned())))?;
        Ok(Response::of(200, "text/xml; charset=utf-8", reply(told.as_deref())))
    }
}

impl Work<'_> {
    /// What whoever sent this text is told; `None`: nothing.
    async fn text_came(&self, text: &InboundText) -> Result<Option<String>, Error> {
        let people = &self.settings.config.escalation.people;
        let theirs = people.iter().filter(|(_, person)| Some(&person.phone) == text.from.as_ref());
        let names: Vec<&str> = theirs.map(|(name, _)| name.as_str()).collect();
        let Some(from) = text.from.as_ref().filter(|_| !names.is_empty()) else {
            tracing::info!("a text came from a number that is nobody's of the configuration");
            return Ok(None);
        };
        if let Some(keyword) = Keyword::read(&text.body, text.opt_out_type.as_deref()) {
            for name in names {
                match keyword {
                    Keyword::Stop => self.opted_out(name, How::Stop).await?,
                    Keyword::Start => self.opted_in(name).await?,
                    Keyword::Help => {}
                }
            }
            return Ok(None);
        }
        let mut texted = Vec::new();
        for name in names {
            texted.push((name, texted::of(self.store(), name, self.now).await?));
        }
        if let Some(told) = texted.iter().find_map(|(_, texted)| texted.refused(&text.sid)) {
            return Ok(Some(told.to_owned()));
        }
        let candidates = self.candidates(&texted, from).await?;
        let Some(answer) = Answer::read(&text.body).filter(|_| !candidates.is_empty()) else {
            return self.hint(texted[0].0, &text.sid, &candidates).await;
        };
        let changed = |one: &&Candidate| one.incident.was_changed_by_text(&text.sid);
        let picked = match candidates.iter().find(changed) {
            Some(changed) => Ok(changed),
            None => pick(&answer, &candidates),
        };
        match picked {
            Ok(picked) => self.do_as_texted(answer.choice, picked, &text.sid).await.map(Some),
            Err(wrong) => self.refuse(&answer, &wrong, (texted[0].0, &text.sid)).await.map(Some),
        }
    }

    /// What these people were texted about at this number within the time that a text may be answered in, as it stands now.
    async fn candidates(
        &self,
        texted: &[(&str, Texted)],
        phone: &E164,
    ) -> Result<Vec<Candidate>, Error> {
        let mut candidates = Vec::new();
        for (name, texted) in texted {
            let recent = texted.recent(self.now).filter(|about| about.went_to(phone));
            let found = recent.map(|about| async {
                let incident = self.incident(&about.incident).await?;
                Ok::<_, Error>(incident.map(|incident| Candidate {
                    person: (*name).to_owned(),
                    about: about.clone(),
                    incident,
                }))
            });
            candidates.extend(try_join_all(found).await?.into_iter().flatten());
        }
        Ok(candidates)
    }

    /// What a person is told whose answer is about no incident. What that names they know now.
    async fn refuse(
        &self,
        answer: &Answer,
        wrong: &Wrong<'_>,
        (person, sid): (&str, &Sid),
    ) -> Result<String, Error> {
        let told = text::wrong(answer.choice, wrong);
        let refused = |texted: &Texted| Some((texted.with_refusal(sid, &told, self.now), ()));
        texted::change(self.store(), person, self.now, refused).await?;
        self.note_told(&text::named(answer.choice, wrong)).await?;
        Ok(told)
    }

    /// How to answer, once in a while.
    async fn hint(
        &self,
        person: &str,
        sid: &Sid,
        candidates: &[Candidate],
    ) -> Result<Option<String>, Error> {
        let hinted = |texted: &Texted| Some((texted.with_hint(sid, self.now)?, ()));
        let is_due = texted::change(self.store(), person, self.now, hinted).await?.is_some();
        if !is_due {
            return Ok(None);
        }
        let open = candidates.iter().filter(|one| one.incident.ended_at.is_none());
        let open: Vec<&Candidate> = open.take(text::MAX_NAMED).collect();
        self.note_told(&open).await?;
        Ok(Some(text::hint(&open)))
    }

    /// Notes that people are told now how these incidents stand.
    async fn note_told(&self, named: &[&Candidate]) -> Result<(), Error> {
        for one in named {
            let seen = Some(one.incident.timeline.next);
            self.note_text(&one.person, &one.incident.id, seen).await?;
        }
        Ok(())
    }

    /// Does what a text asks for, by the rules of all that people ask for, and says what came of it.
    async fn do_as_texted(
        &self,
        choice: Choice,
        picked: &Candidate,
        sid: &Sid,
    ) -> Result<String, Error> {
        let Candidate { person, about, incident: before } = picked;
        let asker = Asker::Person(person.clone());
        let act = match choice {
            Choice::Take => Act::Take,
            Choice::PassOn => Act::Release,
            Choice::Resolve => Act::Resolve,
        };
        let changed = self
            .transact_with(&before.id, Effects::Deferred, &|transaction| {
                let stored = transaction.stored.as_ref()?;
                let done = outcome_of(&stored.incident, (&act, &asker), sid, about.seen);
                if done == Done::Yes
                    && let Some(says) = self.signal(&stored.incident, &asker, &act, about.seen)
                {
                    let (sid, says) = (sid.clone(), Box::new(says));
                    transaction.apply(&[Signal::ByText { sid, says }]);
                }
                Some(done)
            })
            .await?;
        let (after, done) = match changed {
            (Some(after), Some(Some(done))) => (after, done),
            // It is over, and another one has its place.
            (after, _) => (after.unwrap_or_else(|| before.clone()), Done::Over),
        };
        tracing::info!(
            incident = before.id.as_str(),
            person,
            ?choice,
            ?done,
            "a text was answered"
        );
        let page = match self.settings.config.escalation.people.get(person) {
            Some(known) if done == Done::Yes => self.link_for(&after, (person, known)).await,
            _ => None,
        };
        let to = Recipient { person, page, letters: Some(about.letters) };
        let told = text::answer(choice, done, &after, &to);
        if let Some(phone) = self.settings.config.escalation.phone(person) {
            // What they are told now, they know; and the same text changes nothing by that.
            let known = |texted: &Texted| {
                let seen = Some(after.timeline.next);
                let (texted, _) = texted.with((&after.id, phone), seen, self.now);
                Some(match done {
                    Done::Yes => (texted, ()),
                    _ => (texted.with_refusal(sid, &told, self.now), ()),
                })
            };
            texted::change(self.store(), person, self.now, known).await?;
        }
        Ok(told)
    }

    /// Notes that this person is texted about an incident; gives what their texts call it. `seen` is the number of the
    /// first entry of its timeline that the text does not know; `None` as long as it has not left.
    pub(in super::super) async fn note_text(
        &self,
        person: &str,
        incident: &IncidentId,
        seen: Option<u32>,
    ) -> Result<Option<Letters>, Error> {
        let Some(phone) = self.settings.config.escalation.phone(person) else { return Ok(None) };
        let with = |texted: &Texted| Some(texted.with((incident, phone), seen, self.now));
        texted::change(self.store(), person, self.now, with).await
    }
}

/// What becomes of this at an incident that stands so.
fn outcome_of(incident: &Incident, (act, asker): (&Act, &Asker), sid: &Sid, seen: u32) -> Done {
    if incident.was_changed_by_text(sid) {
        return Done::Yes;
    }
    let is_theirs = incident.taken_by().is_some_and(|owner| owner.is(&asker.name().into()));
    match incident.refuses(act, asker, incident.raised_at) {
        Some(ActError::Over) => Done::Over,
        Some(ActError::OwnedBy(_)) => Done::Anothers,
        Some(_) => Done::Unowned,
        None if is_theirs && *act == Act::Take => Done::Theirs,
        // By a text only whoever has it resolves it.
        None if !is_theirs && *act == Act::Resolve => Done::Unowned,
        None if *act == Act::Resolve && incident.went_off_since(seen) => Done::Changed,
        None => Done::Yes,
    }
}

#[cfg(test)]
mod tests;

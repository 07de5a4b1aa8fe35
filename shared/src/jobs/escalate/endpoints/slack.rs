//! Somebody clicked a button in Slack.
//!
//! The click is a signal like any other. Whoever clicked is answered through the queue (`response_url`), and sees the
//! incident's own message change: Slack itself waits for nothing but our 200.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::work::Work;
use super::super::{Effects, Escalate};
use crate::Error;
use crate::config::{Settings, tokens};
use crate::domain::escalation::{Act, Actor, Asker, Event, Incident, Member, Signal, State};
use crate::http::{Request, Response};
use crate::slack::action::{self, Action, Click, Interaction, Place};
use crate::slack::incident::message;
use crate::slack::signature::{Mismatch, verify};
use crate::storage::QueueName;
use crate::storage::messages::{Task, WakeUp};

/// How long a click may take: Slack gives up after three seconds.
const CLICK_TIMEOUT: Duration = Duration::from_millis(2_500);

/// Whoever clicked.
struct Clicker {
    /// Their name in the configuration, or `@` and their name in Slack with who that is.
    actor: Actor,
    /// The policy never calls them.
    outside: bool,
}

/// The answer to a click.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// The message that they clicked in shows it.
    Shown,
    /// This, which nobody else sees.
    Alone(String),
}

impl Escalate {
    /// Answers `POST /slack/actions`: 200, once the incident knows of the click. Slack's own clock has stamped it, so it
    /// may be of the last minutes by the wall clock or by ours, which never goes back.
    ///
    /// # Errors
    /// 403 for a proven forgery and for what was signed more than five minutes ago; 5xx for what may be our own fault:
    /// Slack shows a warning then, and whoever clicked tries again.
    pub async fn handle_slack(
        &self,
        request: &Request,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<Response, Error> {
        let handled = async {
            let settings = self.verify_click(request, [wall, now]).await?;
            self.with(settings, now).click(request).await
        };
        match tokio::time::timeout(CLICK_TIMEOUT, handled).await {
            Ok(done) => done.map(|()| Response::empty(200)),
            Err(_) => Err(Error::TooLong("a click in Slack".to_owned())),
        }
    }

    /// Verifies that a request is Slack's, by either of these clocks. While a secret is changed both are good,
    /// comma-separated. Returns the settings that it was verified with.
    async fn verify_click(
        &self,
        request: &Request,
        clocks: [Timestamp; 2],
    ) -> Result<Arc<Settings>, Error> {
        let [_, now] = clocks;
        let cached = self.settings.get(now).await?;
        if check_signature(request, clocks, &cached).is_ok() {
            return Ok(cached);
        }
        // It may have been changed since we read it.
        let newer = self.settings.refresh(now).await?;
        check_signature(request, clocks, &newer).map(|()| newer)
    }
}

fn check_signature(
    request: &Request,
    clocks: [Timestamp; 2],
    settings: &Settings,
) -> Result<(), Error> {
    let header = |name| request.header(name).unwrap_or_default();
    let (at, signed) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    let secrets = settings.value("slack/signing-secret").ok_or_else(|| {
        let what = "Slack's buttons need the app's signing secret: store the parameter \
                    slack/signing-secret, or set SLACK_SIGNING_SECRET";
        Error::NotSetUp(what.to_owned())
    })?;
    let secrets = tokens(secrets);
    let verdicts = secrets.iter().flat_map(|secret| {
        clocks.iter().map(move |now| verify(secret, at, signed, &request.body, *now))
    });
    let verdict = verdicts.reduce(Result::or).unwrap_or(Err(Mismatch::Signature));
    verdict.map_err(|mismatch| Error::Forged(mismatch.to_string()))
}

impl Work<'_> {
    async fn click(&self, request: &Request) -> Result<(), Error> {
        let settings = &self.settings;
        let sandbox = settings.value("slack/hooks-base-url");
        let Interaction::Click(click) = action::read(&request.body, sandbox) else { return Ok(()) };
        let escalation = &settings.config.escalation;
        if escalation.only_configured_people && escalation.person_in_slack(&click.user).is_none() {
            return self.answer(&click, None, Answer::Alone(not_configured(&click))).await;
        }
        let before = self.incident(&click.incident).await?;
        let Some(before) = before else {
            let text = "This incident is not known any more.".to_owned();
            return self.answer(&click, None, Answer::Alone(text)).await;
        };
        let clicker = clicker(&click, &before, settings);
        let after = self.do_as_clicked(&click, &clicker, &before).await?;
        let after = after.unwrap_or_else(|| before.clone());
        let answer = answer(click.action, &clicker.actor, &before, &after, settings);
        self.answer(&click, Some(&after), answer).await
    }

    async fn do_as_clicked(
        &self,
        click: &Click,
        clicker: &Clicker,
        before: &Incident,
    ) -> Result<Option<Incident>, Error> {
        let person = clicker.actor.clone();
        let signal = match click.action {
            Action::Take => Signal::Acknowledged { person, outside: clicker.outside },
            Action::GiveBack => Signal::Released { person },
            Action::Resolve => Signal::ResolvedByPerson { person },
            Action::Silence if before.taken_by().is_some() => return Ok(None),
            Action::Silence => {
                let zone = self.settings.config.escalation.zone_of(&before.policy.name);
                let Some(until) = click.lasting.until(&zone, self.now) else { return Ok(None) };
                let asked = (person.name.as_str(), None);
                return self.silence_until(&before.id, asked, until, Effects::Deferred).await;
            }
            // What waited for its end is brought back by whoever takes it from the queue: it may take longer than Slack
            // waits.
            Action::EndSilence => {
                let asker = match &person.member {
                    None => Asker::Person(person.name),
                    Some(_) => Asker::Nameless(person.name),
                };
                let (incident, what) = (before.id.clone(), Act::EndSilence);
                let seen = before.timeline.next;
                self.arm(&WakeUp::Act { incident, asker, what, seen }).await?;
                return Ok(None);
            }
        };
        let signals = [signal];
        self.transact(&before.id, Effects::Deferred, &|t| t.apply(&signals)).await
    }

    /// Queues the answer to a click, if there is one.
    async fn answer(
        &self,
        click: &Click,
        after: Option<&Incident>,
        answer: Answer,
    ) -> Result<(), Error> {
        let body: Value = match (answer, after, click.place) {
            (Answer::Alone(text), ..) => {
                json!({"response_type": "ephemeral", "replace_original": false, "text": text})
            }
            // Nobody edits it but we, here.
            (Answer::Shown, Some(incident), Place::Lines) => {
                let post = message(incident, self.settings.slack_context(), Place::Lines);
                json!({"replace_original": true, "text": post.text, "blocks": post.blocks})
            }
            (Answer::Shown, ..) => return Ok(()),
        };
        let Some(url) = click.response_url.clone() else { return Ok(()) };
        let task = Task::Reply { at: self.now, url, body };
        self.queue().send(QueueName::Slack, task.to_body(), &task.group(), None).await
    }
}

fn clicker(click: &Click, incident: &Incident, settings: &Settings) -> Clicker {
    let escalation = &settings.config.escalation;
    match escalation.person_in_slack(&click.user) {
        Some(name) => Clicker {
            actor: Actor::from(name),
            outside: !escalation.may_call(&incident.policy.name).iter().any(|other| other == name)
                && !incident.policy.roster.iter().any(|other| other == name),
        },
        None => {
            let member = Member { id: click.user.clone(), team: click.team.clone() };
            let name = format!("@{}", click.user_name);
            Clicker { actor: Actor { name, member: Some(member) }, outside: true }
        }
    }
}

/// Why nothing is done for somebody who may only look.
fn not_configured(click: &Click) -> String {
    format!(
        "Only people of Ringdown's configuration can act on incidents, and your Slack member id {} is not in it: nothing \
         was done. Whoever runs Ringdown can add you to `[people]`.",
        click.user
    )
}

/// Returns the answer to a click.
fn answer(
    action: Action,
    clicker: &Actor,
    before: &Incident,
    after: &Incident,
    settings: &Settings,
) -> Answer {
    let owner = |incident: &Incident| incident.taken_by().cloned();
    let is_anothers = owner(before).is_some_and(|owner| !owner.is(clicker));
    if before.ended_at.is_some() {
        return Answer::Alone("It is over already: nothing is left to do.".to_owned());
    }
    // Whoever had it a moment ago may have been asked again since: then their click did nothing.
    let done = |event: &Event| match (action, event) {
        (Action::GiveBack, Event::Released { person, .. })
        | (Action::Resolve, Event::ResolvedByHand { person, .. }) => {
            *person == clicker.name && !is_anothers
        }
        _ => false,
    };
    let new = after.timeline.entries.iter().rev();
    let fine = match action {
        Action::Take => owner(after).is_some_and(|owner| owner.is(clicker)),
        Action::GiveBack | Action::Resolve => new
            .take_while(|entry| entry.number >= before.timeline.next)
            .any(|entry| done(&entry.event)),
        Action::Silence => after.state() == State::Silenced,
        // It is done in a moment, and the message changes.
        Action::EndSilence => return Answer::Shown,
    };
    match (fine, owner(after)) {
        (true, _) => Answer::Shown,
        (false, Some(other)) => Answer::Alone(format!(
            "That is for {}, who has it.",
            settings.slack_context().mention(&other.person)
        )),
        (false, None) => Answer::Alone("Nobody has it just now.".to_owned()),
    }
}

#[cfg(test)]
mod tests;

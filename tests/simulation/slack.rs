//! People who click: in the incident's message in Slack, and on its page.

use shared::domain::escalation::{Event, Incident, IncidentId};
use shared::jobs::escalate::acts::{AT_THE_COMMAND_LINE, ON_THE_PAGE};
use shared::storage::messages::Task;

use crate::click::{Button, Click, REPLIES};
use crate::plan::phone;
use crate::run::About;
use crate::world::{What, World};

impl World {
    /// People see what happened, and some of them click: the right ones and the wrong ones, once and twice, at once and
    /// much later.
    pub(crate) fn people_see(&mut self, incident: &Incident, event: &Event) {
        let clicks = self.clicks;
        if !self.rng.chance(clicks) {
            return;
        }
        let seconds = self.rng.pick(&[15, 45, 90, 300]);
        let silence = match self.rng.chance(300) {
            true => Button::Silence,
            false => Button::SilenceFromPage(seconds),
        };
        let (person, buttons) = match event {
            Event::Raised { .. }
            | Event::Reopened { .. }
            | Event::RoundAgain { .. }
            | Event::CalledBack { .. }
            | Event::Exhausted { .. }
            | Event::Waiting
            | Event::CalledTooOften { .. }
            | Event::SilenceOver
            | Event::Calling { .. } => {
                (None, [Button::Have, Button::Have, Button::Have, silence, Button::Over])
            }
            Event::Taken { person, .. } => {
                let own = Some(person.clone()).filter(|_| self.rng.chance(750));
                (own, [Button::GiveBack, Button::GiveBack, Button::Over, Button::Have, silence])
            }
            Event::Released { person, .. } => {
                let own = Some(person.clone()).filter(|_| self.rng.chance(500));
                (own, [Button::Have, Button::Have, Button::GiveBack, Button::Over, silence])
            }
            Event::Silenced { .. } if self.rng.chance(300) => {
                (Some(ON_THE_PAGE.to_owned()), [Button::EndSilence; 5])
            }
            Event::ResolvedByHand { .. }
            | Event::NothingChanged { .. }
            | Event::Resolved { .. }
            | Event::Silenced { .. } => {
                (None, [Button::Have, Button::Have, Button::GiveBack, Button::Over, silence])
            }
            _ => return,
        };
        let person = person.unwrap_or_else(|| self.watch.plan.clone().somebody(&mut self.rng));
        let elsewhere = self.rng.pick(&[ON_THE_PAGE, AT_THE_COMMAND_LINE]).to_owned();
        let called = self.rng.range(0, i64::from(self.watch.plan.people) - 1) as u8;
        let named = self.watch.policies.iter().position(|name| *name == incident.policy.name);
        let policy = named.and_then(|at| u8::try_from(at).ok()).unwrap_or_default();
        let on_page = [
            Button::OverFromPage(incident.timeline.next),
            Button::OverFromPage(incident.timeline.next),
            Button::EndSilence,
            Button::CallNow(called),
            Button::SilenceGlob(policy, seconds),
            Button::EndGlob,
            Button::EndGlob,
        ];
        let (person, button) = match self.rng.chance(180) {
            true => (elsewhere, self.rng.pick(&on_page)),
            false => (person, self.rng.pick(&buttons)),
        };
        let after = self.rng.pick(&[200, 2_000, 12_000, 60_000]) * self.rng.range(5, 20) / 10;
        self.somebody_clicks(incident, &person, button, after);
        if self.rng.chance(200) {
            // Once more, or somebody else at the same time.
            let other = self.watch.plan.clone().somebody(&mut self.rng);
            let is_same = self.rng.chance(500) || matches!(button, Button::OverFromPage(_));
            let person = if is_same { person } else { other };
            let more = self.rng.range(0, 400);
            self.somebody_clicks(incident, &person, button, after + more);
        }
    }

    /// While somebody presses a key, another one clicks.
    pub(crate) fn sees_that_it_rings(&mut self, id: &IncidentId, after: i64) {
        let clicks = self.clicks / 3;
        if self.rng.chance(clicks) {
            let kept = self.watch.kept.values().find(|kept| kept.incident.id == *id);
            let Some(incident) = kept.map(|kept| kept.incident.clone()) else { return };
            let person = self.watch.plan.clone().somebody(&mut self.rng);
            let after = after + self.rng.range(-100, 100);
            self.somebody_clicks(&incident, &person, Button::Have, after.max(0));
        }
    }

    fn somebody_clicks(&mut self, incident: &Incident, person: &str, button: Button, after: i64) {
        let click = Click {
            number: self.watch.clicks,
            incident: incident.id.clone(),
            person: person.to_owned(),
            button,
            forged: !button.is_on_page() && self.rng.chance(30),
            below_lines: self.rng.chance(300),
        };
        self.watch.clicks += 1;
        for long in self.journeys(after) {
            self.after(long, What::Begin(About::Click(click.clone())));
        }
    }

    /// The server took a click: either it was as they said, or they are told why not.
    pub(crate) fn check_click(&mut self, click: &Click) {
        self.watch.totals.clicks += 1;
        if click.forged {
            return self.fail(format!("a forged click was taken: {click:?}"));
        }
        let done = match click.button {
            Button::Have | Button::GiveBack | Button::Over => {
                let did = (click.incident.clone(), click.person.clone(), click.button);
                self.watch.did.contains(&did)
            }
            Button::OverFromPage(seen) => {
                if self.known.prompt() {
                    self.after(20_000, What::EndAsked(click.incident.clone(), seen));
                }
                true
            }
            Button::Silence
            | Button::SilenceFromPage(_)
            | Button::EndSilence
            | Button::SilenceGlob(..)
            | Button::EndGlob
            | Button::CallNow(_) => true,
        };
        if !done && !self.watch.replies.contains(&click.number) {
            self.fail(format!("a click changes nothing, and nobody is told: {click:?}"));
        }
    }

    /// An answer to whoever clicked.
    pub(crate) fn saw_reply(&mut self, task: &Task) {
        let Task::Reply { url, body, .. } = task else { return };
        self.note(|| format!("  to whoever clicked: {}", body["text"]));
        let number = url.expose().strip_prefix(REPLIES).and_then(|number| number.parse().ok());
        match number {
            Some(number) => {
                self.watch.replies.insert(number);
            }
            None => self.fail(format!("a reply to nobody: {}", url.expose())),
        }
    }

    /// They say so, by a key or a click: nothing else may be written of them.
    pub(crate) fn asked_for(&mut self, incident: &IncidentId, person: &str, button: Button) {
        if let Button::OverFromPage(seen) = button {
            self.watch.ends_asked.push((incident.to_owned(), person.to_owned(), seen));
        }
        self.watch.said.insert((incident.to_owned(), person.to_owned(), button.kind()));
    }

    /// Whether somebody on the page asked that whoever has this number be called.
    pub(crate) fn is_asked_for(&self, incident: &IncidentId, number: &str) -> bool {
        self.watch.said.iter().any(|(id, _, button)| {
            matches!(button, Button::CallNow(who) if id == incident && phone(&format!("p{who}")) == number)
        })
    }

    /// Whether this person ended a silence of globs, wherever they stood.
    pub(crate) fn has_ended_globs(&self, person: &str) -> bool {
        let mut said = self.watch.said.iter();
        said.any(|(_, who, button)| who == person && *button == Button::EndGlob)
    }

    pub(crate) fn has_said(&self, incident: &IncidentId, person: &str, button: Button) -> bool {
        self.watch.said.contains(&(incident.to_owned(), person.to_owned(), button))
    }
}

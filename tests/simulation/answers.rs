//! People who answer a text about an incident by a text: rightly and wrongly, with letters and without, once and twice; and
//! numbers that nobody knows.

use shared::Error;
use shared::domain::escalation::{Effect, IncidentId};
use shared::http::{Request, Response, form_fields};
use shared::secret::Secret;
use shared::storage::records::Task;
use shared::twilio::callbacks::TextQuery;
use shared::twilio::inbound::PATH;
use shared::twilio::signature::{Payload, signature};

use crate::click::Button;
use crate::run::About;
use crate::setup::BASE;
use crate::world::{What, World};

/// A number that is nobody's of the configuration.
const UNKNOWN: &str = "+15005557777";

/// A text to our number.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Names it: the same one may come twice.
    sid: String,
    from: String,
    person: String,
    body: String,
    /// The incidents that it may change, and how; none, if it is wrong. Without letters it is any that the person was
    /// texted about by then.
    incidents: Vec<IncidentId>,
    is_for_any: bool,
    button: Button,
    /// It must be answered.
    is_right: bool,
    /// Twilio has not signed it.
    forged: bool,
}

impl Answer {
    /// Twilio's request.
    pub(crate) fn request(&self) -> Request {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("MessageSid", &self.sid).append_pair("From", &self.from);
        form.append_pair("Body", &self.body);
        let form = form.finish();
        let fields = form_fields(form.as_bytes());
        let token = Secret::new(if self.forged { "another" } else { "token" });
        let signed = signature(&format!("{BASE}{PATH}"), Payload::Form(&fields), &token);
        Request {
            method: "POST".to_owned(),
            path: PATH.to_owned(),
            headers: vec![("x-twilio-signature".to_owned(), signed.into())],
            body: form.into(),
            ..Request::default()
        }
    }
}

impl World {
    /// A text reaches its phone: its person may answer.
    pub(crate) fn reads_text(&mut self, to: &str, body: &str, status_url: &str) {
        let query = status_url.split_once('#').unwrap_or((status_url, "")).0;
        let query = query.split_once('?').and_then(|(_, query)| TextQuery::read(query));
        let Some(TextQuery { incident, person, .. }) = query else { return };
        self.watch.texted.entry(person.clone()).or_default().insert(incident.clone());
        let Some((_, offers)) = body.split_once("\nReply ") else { return };
        let clicks = self.clicks;
        if !self.rng.chance(clicks) {
            return;
        }
        let letters = offers.get(2..4).unwrap_or_default().to_owned();
        let offered = offers.chars().next().unwrap_or('1');
        let digit = if self.rng.chance(600) { offered } else { self.rng.pick(&['1', '2', '3']) };
        let button = match digit {
            '1' => Button::Have,
            '2' => Button::GiveBack,
            _ => Button::Over,
        };
        let (mut from, mut incidents) = (to.to_owned(), vec![incident]);
        let (mut is_right, mut is_for_any) = (true, false);
        let body = match self.rng.range(0, 9) {
            0 | 1 => {
                is_for_any = digit != '3';
                incidents.clear();
                digit.to_string()
            }
            2 => {
                incidents.clear();
                format!("{digit} ZZ")
            }
            3 => {
                (from, is_right) = (UNKNOWN.to_owned(), false);
                incidents.clear();
                format!("{digit} {letters}")
            }
            4 => format!("{}-{digit}", letters.to_lowercase()),
            _ => format!("{digit} {letters}"),
        };
        let number = self.watch.clicks;
        self.watch.clicks += 1;
        let sid = format!("SM{number:032x}");
        let forged = self.rng.chance(30);
        let answer =
            Answer { sid, from, person, body, incidents, is_for_any, button, is_right, forged };
        let after = self.rng.pick(&[2_000, 8_000, 40_000]) * self.rng.range(5, 20) / 10;
        for long in self.journeys(after) {
            self.after(long, What::Begin(About::Answer(answer.clone())));
        }
        if self.rng.chance(150) {
            // Twilio brings the same text once more.
            let more = self.rng.range(0, 60_000);
            self.after(after + more, What::Begin(About::Answer(answer)));
        }
    }

    /// Somebody says this by a text: nothing else may be written of them.
    pub(crate) fn answers(&mut self, answer: &Answer) {
        if !answer.forged {
            for incident in self.meant(answer) {
                self.asked_for(&incident, &answer.person, answer.button);
            }
        }
    }

    /// The incidents that an answer may change now. A text that is being sent may arrive at any moment.
    fn meant(&self, answer: &Answer) -> Vec<IncidentId> {
        if !answer.is_for_any {
            return answer.incidents.clone();
        }
        let is_to = |task: &Task| matches!(task, Task::Effect(Effect::Text { person, .. }) if *person == answer.person);
        let sent = self
            .watch
            .kept
            .values()
            .filter(|kept| kept.to_do.iter().any(|to_do| is_to(&to_do.task)));
        let sent = sent.map(|kept| kept.incident.id.clone());
        self.watch.texted.get(&answer.person).into_iter().flatten().cloned().chain(sent).collect()
    }

    /// The server took a text, and answered it.
    pub(crate) fn check_answer(&mut self, answer: &Answer, response: &Response) {
        self.watch.totals.answers += 1;
        if answer.forged {
            return self.fail(format!("a forged text was taken: {answer:?}"));
        }
        let told = String::from_utf8_lossy(&response.body).into_owned();
        self.note(|| format!("  is told {told}"));
        if told.contains("<Message>") != answer.is_right {
            return self.fail(format!("answered, or not, and should not be: {answer:?}: {told}"));
        }
        let claims = ["You took it", "You passed it on", "You resolved it"];
        if claims.iter().any(|claim| told.contains(claim)) {
            let did = self.meant(answer).iter().any(|incident| {
                let deed = (incident.clone(), answer.person.clone(), answer.button);
                self.watch.did.contains(&deed)
            });
            if !did {
                self.fail(format!("it was not done, and is said to be: {answer:?}: {told}"));
            }
        }
    }

    /// A text was refused.
    pub(crate) fn check_refused(&mut self, answer: &Answer, error: &Error) {
        if matches!(error, Error::Forged(_)) != answer.forged {
            self.fail(format!("{error}: {answer:?}"));
        }
    }
}

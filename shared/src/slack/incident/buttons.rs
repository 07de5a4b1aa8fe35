//! The buttons that fit an incident as it stands.

use serde_json::{Value, json};

use crate::domain::escalation::{Incident, State};
use crate::domain::silence::Lasting;
use crate::domain::text::SlackContext;
use crate::slack::action::{Action, Place};

/// The buttons of an incident's own message; none when it is over.
pub(super) fn of(incident: &Incident, place: Place) -> Option<Value> {
    let buttons = match incident.state() {
        State::Calling | State::Exhausted => {
            vec![take(incident), silence(), resolve(incident)]
        }
        State::Silenced => vec![take(incident), end_silence(incident), resolve(incident)],
        State::Taken => vec![release(incident), resolve(incident)],
        State::Resolved => return None,
    };
    Some(actions(place, incident, &buttons))
}

/// The buttons below lines that go through an incoming webhook: "I have it" while nobody has it, "Resolved", and a link
/// to the incident's page, which works where the webhook's app takes no clicks.
pub fn webhook_buttons(incident: &Incident, slack: SlackContext<'_>) -> Option<Value> {
    let mut buttons = match incident.state() {
        State::Calling | State::Exhausted => vec![take(incident), resolve(incident)],
        State::Taken => vec![resolve(incident)],
        State::Silenced | State::Resolved => return None,
    };
    buttons.extend(slack.base_url.map(|base| {
        let url = format!("{base}/incidents/{}", incident.id);
        json!({"type": "button", "action_id": "page", "text": plain("Its page"), "url": url})
    }));
    Some(actions(Place::Lines, incident, &buttons))
}

fn actions(place: Place, incident: &Incident, buttons: &[Value]) -> Value {
    json!({"type": "actions", "block_id": place.block_id(&incident.id), "elements": buttons})
}

fn take(incident: &Incident) -> Value {
    let mut button = button(Action::Take, "I have it", incident);
    button["style"] = "primary".into();
    button
}

fn release(incident: &Incident) -> Value {
    button(Action::GiveBack, "I can't after all", incident)
}

fn resolve(incident: &Incident) -> Value {
    let ask = "It counts as over, whatever its alarms say, until one goes off again.";
    let mut button = button(Action::Resolve, "Resolved", incident);
    button["confirm"] = confirm("Is it over?", ask, "It is over", "Not yet");
    button
}

/// A menu of lengths. (docs: 100 options, 75 characters in each, 150 in the placeholder.)
fn silence() -> Value {
    let ask = "Nobody is called until then for what goes on now. An alarm that is new still calls people.";
    let option =
        |lasting: Lasting| json!({"text": plain(lasting.label()), "value": lasting.word()});
    json!({
        "type": "static_select", "action_id": Action::Silence.id(), "placeholder": plain("Silence for …"),
        "options": Lasting::ALL.map(option),
        "confirm": confirm("Silence it?", ask, "Silence it", "No"),
    })
}

fn end_silence(incident: &Incident) -> Value {
    button(Action::EndSilence, "End the silence", incident)
}

fn button(action: Action, label: &str, incident: &Incident) -> Value {
    json!({"type": "button", "action_id": action.id(), "text": plain(label), "value": incident.id})
}

/// Slack asks before it tells us of the click. (docs: a title of 100 characters, a text of 300, answers of 30.)
fn confirm(title: &str, text: &str, yes: &str, no: &str) -> Value {
    json!({"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)})
}

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

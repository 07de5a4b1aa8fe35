//! The phones as a browser without JavaScript shows them: who rings comes first, and each action is a form.

use serde::Serialize;

use super::view::{CurrentCall, Phone, PhonesState};

/// A phone in words.
#[derive(Debug, Serialize)]
pub(super) struct PlainPhone {
    /// What it is called by in the paths of its actions.
    path: String,
    name: String,
    number_end: String,
    look: &'static str,
    state: &'static str,
    said: Vec<String>,
    texts: Vec<PlainText>,
    /// Whether it can answer its texts.
    can_answer: bool,
    actions: Vec<Action>,
}

/// A text that it got, or sent.
#[derive(Debug, Serialize)]
struct PlainText {
    body: String,
    is_own: bool,
}

/// Something that can be done now: the path, and the button's words.
#[derive(Debug, Serialize)]
struct Action {
    does: String,
    words: String,
    look: &'static str,
}

/// All phones: those in a call before the others.
pub(super) fn phones(state: &PhonesState) -> Vec<PlainPhone> {
    let mut phones: Vec<PlainPhone> = state.phones.iter().map(phone).collect();
    let looks = ["rings", "talks"];
    phones.sort_by_key(|phone| looks.iter().position(|look| *look == phone.look).unwrap_or(2));
    phones
}

fn phone(phone: &Phone) -> PlainPhone {
    let (look, state, actions) = match &phone.call {
        None => ("still", "Quiet", Vec::new()),
        Some(call) if call.status == "ringing" => ("rings", "Ringing", ringing()),
        Some(call) if call.voicemail => ("talks", "Voicemail took the call", vec![hang_up()]),
        Some(call) => ("talks", "In a call", talking(call)),
    };
    PlainPhone {
        path: if phone.name.is_empty() { phone.number.clone() } else { phone.name.clone() },
        name: phone.name.clone(),
        number_end: phone.number_end.clone(),
        look,
        state,
        said: phone.call.as_ref().map(|call| call.said.clone()).unwrap_or_default(),
        texts: phone
            .texts
            .iter()
            .map(|text| PlainText { body: text.body.clone(), is_own: text.is_own })
            .collect(),
        can_answer: phone.can_answer,
        actions,
    }
}

fn ringing() -> Vec<Action> {
    vec![
        action("answer", "Answer", ""),
        action("decline", "Decline", "danger"),
        action("voicemail", "Let it go to voicemail", "quiet"),
    ]
}

fn talking(call: &CurrentCall) -> Vec<Action> {
    let labels = call.gathering.iter().flat_map(|gathering| &gathering.labels);
    let keys = labels.map(|(key, label)| match key {
        '#' => action("press/%23", &format!("# {label}"), "quiet"),
        key => action(&format!("press/{key}"), &format!("{key} {label}"), "quiet"),
    });
    keys.chain([hang_up()]).collect()
}

fn hang_up() -> Action {
    action("hang-up", "Hang up", "danger")
}

fn action(does: &str, words: &str, look: &'static str) -> Action {
    Action { does: does.to_owned(), words: words.to_owned(), look }
}

//! Which button was clicked, and by whom. Pure.
//!
//! In: the body of a request that is proven to be Slack's ([`super::signature`]): a form with the one field `payload`,
//! which is JSON. Out: a [`Click`], or that there is nothing to do. (docs.slack.dev, "Handling user interaction",
//! "block_actions payload".)

use serde_json::Value;

use crate::domain::escalation::IncidentId;
use crate::domain::response_url::ResponseUrl;
use crate::domain::silence::Lasting;
use crate::domain::slack_member_id::SlackMemberId;
use crate::domain::text::turns_direction;
use crate::http::form_fields;

/// The meaning of a request of Slack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// A button of ours was clicked.
    Click(Click),
    /// Slack looks whether our certificate is good (`ssl_check`): 200 is all that it wants.
    CertificateCheck,
    /// Anything else: it is answered 200, and nothing is done.
    Nothing,
}

/// The action that a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// "I have it".
    Take,
    /// "I can't after all".
    GiveBack,
    /// "Resolved".
    Resolve,
    /// "Silence for …": how long is chosen from a menu.
    Silence,
    /// "End the silence".
    EndSilence,
}

/// The message that a button stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The incident's own message: it is edited as the incident changes.
    Message,
    /// Lines that came through an incoming webhook: they stay as they are, so whoever clicks needs an answer.
    Lines,
}

/// A button of ours was clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    /// The action that it asks for.
    pub action: Action,
    /// How long a silence lasts: what was chosen, or the hour of a button of an earlier version.
    pub lasting: Lasting,
    /// The incident's id.
    pub incident: IncidentId,
    /// The Slack member id of whoever clicked.
    pub user: SlackMemberId,
    /// The id of their workspace (`T…`, or `E…` of an organisation); empty if Slack names none.
    pub team: String,
    /// Their name in Slack, cut, on one line. It is not escaped: whoever shows it does that.
    pub user_name: String,
    /// Where an answer goes, if there is a place that we trust.
    pub response_url: Option<ResponseUrl>,
    /// The message that the button stands in.
    pub place: Place,
}

/// The longest name of a person that we take, in characters.
const MAX_NAME_CHARS: usize = 80;

impl Action {
    const ALL: [Action; 5] =
        [Action::Take, Action::GiveBack, Action::Resolve, Action::Silence, Action::EndSilence];

    /// The `action_id` of its button.
    pub fn id(self) -> &'static str {
        match self {
            Action::Take => "take",
            Action::GiveBack => "give-back",
            Action::Resolve => "resolve",
            Action::Silence => "silence",
            Action::EndSilence => "end-silence",
        }
    }
}

impl Place {
    const OF_LINES: &str = "lines ";

    /// The `block_id` of an incident's buttons: one message may hold those of several incidents.
    pub fn block_id(self, incident: &IncidentId) -> String {
        let before = match self {
            Place::Message => Place::OF_MESSAGE,
            Place::Lines => Place::OF_LINES,
        };
        format!("{before}{incident}")
    }

    const OF_MESSAGE: &str = "incident ";

    /// The incident that a block is about.
    fn incident_of(block_id: &str) -> Option<&str> {
        block_id.strip_prefix(Place::OF_MESSAGE).or(block_id.strip_prefix(Place::OF_LINES))
    }

    fn of(block_id: &str) -> Place {
        if block_id.starts_with(Place::OF_LINES) { Place::Lines } else { Place::Message }
    }
}

/// Reads the body of a request that is proven to be Slack's. `also` is where answers may go beside Slack's own URLs.
pub fn read(body: &[u8], also: Option<&str>) -> Interaction {
    let fields = form_fields(body);
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    if field("ssl_check").is_some_and(|value| value == "1") {
        return Interaction::CertificateCheck;
    }
    let payload = field("payload").and_then(|json| serde_json::from_str(json).ok());
    payload
        .and_then(|payload| click(&payload, also))
        .map_or(Interaction::Nothing, Interaction::Click)
}

fn click(payload: &Value, also: Option<&str>) -> Option<Click> {
    if payload["type"] != "block_actions" {
        return None;
    }
    let actions = payload["actions"].as_array()?;
    let (action, button) = actions.iter().find_map(|button| {
        let is_it = |action: &Action| button["action_id"] == action.id();
        Action::ALL.into_iter().find(is_it).map(|action| (action, button))
    })?;
    let block_id = button["block_id"].as_str().unwrap_or_default();
    // What was chosen from a menu stands where a button has the incident.
    let chosen = button["selected_option"]["value"].as_str();
    let (lasting, incident) = match chosen {
        Some(word) => (Lasting::parse(word)?, Place::incident_of(block_id)),
        None => (Lasting::Hour, button["value"].as_str()),
    };
    let incident = incident.and_then(IncidentId::parse)?;
    let user = &payload["user"];
    let id = user["id"].as_str().and_then(SlackMemberId::parse)?;
    let name = user["name"].as_str().or(user["username"].as_str()).map(one_line);
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string());
    Some(Click {
        action,
        lasting,
        incident,
        user: id,
        team: team(payload).to_owned(),
        user_name: name,
        response_url: payload["response_url"].as_str().and_then(|url| ResponseUrl::new(url, also)),
        place: Place::of(block_id),
    })
}

/// The workspace that whoever clicked belongs to: not always the one that they clicked in.
fn team(payload: &Value) -> &str {
    let ids = [&payload["user"]["team_id"], &payload["team"]["id"]];
    ids.into_iter().filter_map(Value::as_str).find(|id| is_team(id)).unwrap_or_default()
}

/// A workspace's id: `T` or `E`, then capitals and digits.
fn is_team(id: &str) -> bool {
    (2..=24).contains(&id.len())
        && id.starts_with(['T', 'E'])
        && id.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn one_line(name: &str) -> String {
    let visible = |c: char| if c.is_control() || turns_direction(c) { ' ' } else { c };
    let name: String = name.trim().chars().map(visible).take(MAX_NAME_CHARS).collect();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests;

//! Who and what is in this Slack: the configuration's channels, everybody who has a member id in it, and somebody whom it
//! does not know.

use serde::Serialize;
use shared::config::Settings;

use super::channel;

/// The id of somebody whom no configuration knows.
const STRANGER: &str = "U0STRANGER";

/// A member, or a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

/// What the page needs to know.
#[derive(Debug, Serialize)]
pub(super) struct Directory {
    members: Vec<Named>,
    channels: Vec<Named>,
}

/// All members and channels.
pub(super) fn directory(settings: &Settings) -> Directory {
    let channels = settings.config.routes.channels().iter();
    let channels =
        channels.map(|name| Named { id: channel::id_of(settings, name), name: name.clone() });
    Directory { members: members(settings), channels: channels.collect() }
}

/// All members, the stranger last.
pub(super) fn members(settings: &Settings) -> Vec<Named> {
    let people = settings.config.escalation.people.iter();
    let known = people.filter_map(|(name, person)| {
        let id = person.slack.clone()?;
        // `S…` is a group: it can be mentioned, and presses nothing.
        id.starts_with(['U', 'W']).then(|| Named { id, name: name.clone() })
    });
    known.chain([stranger(STRANGER)]).collect()
}

/// The member of this id; whoever is not in the list is a stranger too.
pub(super) fn find(settings: &Settings, id: &str) -> Named {
    let known = members(settings).into_iter().find(|member| member.id == id);
    known.unwrap_or_else(|| stranger(id))
}

fn stranger(id: &str) -> Named {
    Named { id: id.to_owned(), name: "somebody else".to_owned() }
}

//! The members and channels of this Slack: the configuration's, everybody who has a member id in it, and somebody whom it
//! does not know.

use serde::Serialize;

use crate::settings::Setup;

/// The id of somebody whom no configuration knows.
const STRANGER: &str = "U0STRANGER";

/// A member, or a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

/// The members and channels that the page needs to know.
#[derive(Debug, Serialize)]
pub(super) struct Directory {
    members: Vec<Named>,
    channels: Vec<Named>,
}

/// All members and channels.
pub(super) fn directory(setup: &Setup) -> Directory {
    let channels = setup.channels.iter();
    let channels = channels.map(|one| Named { id: one.id.clone(), name: one.name.clone() });
    Directory { members: members(setup), channels: channels.collect() }
}

/// All members, the stranger last.
pub(super) fn members(setup: &Setup) -> Vec<Named> {
    let known = setup.people.iter().filter_map(|person| {
        let id = person.slack.clone()?;
        // `S…` is a group: it can be mentioned, and presses nothing.
        id.starts_with(['U', 'W']).then(|| Named { id, name: person.name.clone() })
    });
    known.chain([stranger(STRANGER)]).collect()
}

/// The member of this id; who is not in the list is a stranger too.
pub(super) fn find(setup: &Setup, id: &str) -> Named {
    let known = members(setup).into_iter().find(|member| member.id == id);
    known.unwrap_or_else(|| stranger(id))
}

fn stranger(id: &str) -> Named {
    Named { id: id.to_owned(), name: "somebody else".to_owned() }
}

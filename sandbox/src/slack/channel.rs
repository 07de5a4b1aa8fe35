//! The ids of channels.

use sha2::{Digest, Sha256};

use crate::settings::Setup;

/// The id of a channel that has no real one. It looks like one of Slack's: `C` and ten letters or digits.
pub fn made_up_id(name: &str) -> String {
    let hash = Sha256::digest(name.as_bytes());
    std::iter::once("C".to_owned())
        .chain(hash.iter().take(5).map(|byte| format!("{byte:02X}")))
        .collect()
}

/// The id of the channel of this name.
pub(super) fn id_of(setup: &Setup, name: &str) -> String {
    let channel = setup.channels.iter().find(|channel| channel.name == name);
    channel.map_or_else(|| made_up_id(name), |channel| channel.id.clone())
}

/// The name of the channel of this id, if there is such a channel.
pub(super) fn name_of(setup: &Setup, id: &str) -> Option<String> {
    setup.channels.iter().find(|channel| channel.id == id).map(|channel| channel.name.clone())
}

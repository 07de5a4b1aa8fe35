//! What a channel is called: by its name in `ringdown.toml`, and by its id in Slack.

use sha2::{Digest, Sha256};
use shared::config::Settings;
use shared::slack::client::Destination;

/// The id that a channel of this name has here, while it has no real one. It looks like one of Slack's: `C` and ten
/// letters or digits.
pub(crate) fn made_up_id(name: &str) -> String {
    let hash = Sha256::digest(name.as_bytes());
    std::iter::once("C".to_owned())
        .chain(hash.iter().take(5).map(|byte| format!("{byte:02X}")))
        .collect()
}

/// The id of a channel: the one that the bot posts to, else a made-up one.
pub(super) fn id_of(settings: &Settings, name: &str) -> String {
    match settings.destination(name) {
        Ok(Destination::Bot { channel, .. }) => channel,
        _ => made_up_id(name),
    }
}

/// The name of the channel with this id, if one of the configuration has it.
pub(super) fn name_of(settings: &Settings, id: &str) -> Option<String> {
    let names = settings.config.routes.channels().iter();
    names.into_iter().find(|name| id_of(settings, name) == id).cloned()
}

//! The configuration that a data folder keeps: what a command uses that looks into the folder.

use std::path::Path;
use std::sync::Arc;

use shared::Error;
use shared::config::file::Config;
use shared::config::kept_config;
use shared::storage::{Store, dead_letters};

use super::source::{Source, keeps_own};
use crate::clock::now;
use crate::say_error;

/// The configuration that a server with this data folder would use: where one is kept, a `ringdown.toml` that is gone
/// or wrong makes it the kept one, and never the demo. A file that was asked for is that file.
///
/// # Errors
/// None can be read, or the demo is not the one that the dead letters of this store are for.
pub async fn config_of_data_folder(
    asked: Option<&Path>,
    store: &dyn Store,
) -> Result<Arc<Config>, Error> {
    let keeps_own = keeps_own(store, now()).await.map_err(|error| {
        Error::NotSetUp(format!("{error}. Name your configuration with --config FILE"))
    });
    // One that cannot be read was somebody's all the same.
    let source = Source::of_server(asked, *keeps_own.as_ref().unwrap_or(&true));
    let read = source.parts().and_then(|parts| {
        Config::parse(parts).map_err(|problems| Error::NotSetUp(problems.to_string()))
    });
    match read {
        Err(error) if asked.is_none() && source.is_usual() && keeps_own? => {
            let Some(kept) = kept_config(store, now()).await? else { return Err(error) };
            say_error!(
                "warning: {error}\nThe last good configuration, which the data folder keeps, is used instead"
            );
            Ok(Arc::new(kept))
        }
        Ok(demo) if source.is_demo() => is_for(&demo, store).await.map(|()| Arc::new(demo)),
        read => read.map(Arc::new),
    }
}

/// Refuses the demo for dead letters that come from another configuration, which nobody has kept.
async fn is_for(demo: &Config, store: &dyn Store) -> Result<(), Error> {
    let letters = dead_letters::all(store, now()).await?;
    let channels = letters.iter().filter_map(|kept| Some(kept.letter.lines()?.channel));
    let is_unknown = |channel: &String| !demo.routes.channels().contains(channel);
    match channels.into_iter().find(is_unknown) {
        None => Ok(()),
        Some(channel) => Err(Error::NotSetUp(format!(
            "ringdown.toml is not there or empty, and the built-in demo has no channel {channel:?}, which a dead \
             letter is for. Name your configuration with --config FILE"
        ))),
    }
}

//! Acting at the command line: who acts, and whether it is done soon.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::Error;
use shared::domain::escalation::Person;
use shared::jobs::escalate::acts::AT_THE_COMMAND_LINE;

use crate::clock::sleep;
use crate::output::printable;

/// How often the outcome of a request is looked for, and how long the pause between is.
const MAX_POLLS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// How people are told of whoever acts here, under a person's name or none.
pub(super) fn named(person: Option<&str>) -> String {
    match person {
        Some(person) => format!("{person}, at the command line"),
        None => AT_THE_COMMAND_LINE.to_owned(),
    }
}

/// The problem, if one of these names is nobody's of the configuration.
pub(super) fn unknown(names: &[Option<&str>], people: &BTreeMap<String, Person>) -> Option<String> {
    let name = names.iter().flatten().find(|name| !people.contains_key(**name))?;
    let known: Vec<&str> = people.keys().map(String::as_str).collect();
    let (name, known) = (printable(name), printable(&known.join(", ")));
    Some(format!("unknown person {name:?}, expected one of: {known}"))
}

/// Whether this is true soon: what is asked for is done by a server.
///
/// # Errors
/// Those of `is_done`.
pub(super) async fn soon(is_done: impl AsyncFn() -> Result<bool, Error>) -> Result<bool, Error> {
    for _ in 0..MAX_POLLS {
        if is_done().await? {
            return Ok(true);
        }
        sleep(PAUSE).await;
    }
    Ok(false)
}

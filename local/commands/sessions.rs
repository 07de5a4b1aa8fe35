//! `ringdown sessions`: who is signed in by name; `revoke` ends sessions, `new PERSON` prints a link that begins one.

use clap::{Args, Subcommand};
use serde::Serialize;
use shared::config::file::Config;
use shared::domain::sign_in::{LINK_LIFETIME, Link};
use shared::random;
use shared::storage::Store;
use shared::storage::sessions::{self, StoredSession};
use shared::{Error, Timestamp};

use super::arguments::{ConfigFile, DataFolder, ServerAddress};
use crate::clock::now;
use crate::output::{json, printable};
use crate::settings::environment;

/// What was typed behind `sessions`.
#[derive(Args, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct SessionsOptions {
    /// The data folder, which has them.
    #[command(flatten)]
    pub folder: DataFolder,
    /// The configuration, which has the people.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Print the list as JSON
    #[arg(long)]
    pub json: bool,
    /// What to do instead of listing them.
    #[command(subcommand)]
    pub command: Option<SessionsCommand>,
}

/// What can be done with sessions.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum SessionsCommand {
    /// End a session, or all sessions of a person
    #[command(
        after_help = "Examples:\n  ringdown sessions revoke 3f9c01ab\n  ringdown sessions revoke alpha"
    )]
    Revoke {
        /// A person's name, or the beginning of an id that `ringdown sessions` lists (8 characters at least)
        #[arg(value_name = "ID|PERSON")]
        which: String,
    },
    /// Print a link that signs a person in, once, within ten minutes
    ///
    /// For when no code reaches them. Whoever opens it needs the password of the pages as well.
    #[command(
        after_help = "Examples:\n  ringdown sessions new alpha\n  ringdown sessions new alpha --to https://ringdown.example.com"
    )]
    New {
        /// A name of the configuration's [people]
        #[arg(value_name = "PERSON")]
        person: String,
        /// The address of the pages; PUBLIC_BASE_URL if that is set.
        #[command(flatten)]
        address: ServerAddress,
    },
}

const EXAMPLES: &str = "\
Examples:
  ringdown sessions
  ringdown sessions --json
  ringdown sessions revoke alpha
  ringdown sessions new alpha";

/// The characters of an id that are shown; as many, at least, name a session.
const ID_CHARS: usize = 8;

/// A session, as `--json` prints it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    person: &'a str,
    browser: &'a str,
    begun: Timestamp,
    until: Timestamp,
    /// Whether the configuration still has the person, with the same phone: otherwise it is over.
    good: bool,
}

/// Lists all sessions, the newest first; in words or as JSON.
///
/// # Errors
/// The store does not answer.
pub async fn list(store: &dyn Store, config: &Config, is_json: bool) -> Result<(), Error> {
    let all = sessions::all(store, now()).await?;
    let listed: Vec<Listed> = all
        .iter()
        .map(|StoredSession { id, session, .. }| {
            let phone = config.escalation.phone(&session.person);
            Listed {
                id: &id[..ID_CHARS.min(id.len())],
                person: &session.person,
                browser: &session.browser,
                begun: session.begun,
                until: session.until,
                good: session.is_good(phone, now()),
            }
        })
        .collect();
    if is_json {
        say!("{}", json(&listed));
        return Ok(());
    }
    for Listed { id, person, browser, begun, until, good } in &listed {
        let over = if *good { "" } else { ": over, the configuration has no such person any more" };
        let person = printable(person);
        say!("{id}  {person}  {browser}  since {begun:.0} until {until:.0}{over}");
    }
    match listed.len() {
        1 => say!("1 session"),
        count => say!("{count} sessions"),
    }
    Ok(())
}

/// Ends the sessions of a person, or the one of an id; `Ok(false)` if there is none.
///
/// # Errors
/// The store does not answer.
pub async fn revoke(store: &dyn Store, which: &str) -> Result<bool, Error> {
    let is_it = |stored: &&StoredSession| {
        stored.session.person == which || (which.len() >= ID_CHARS && stored.id.starts_with(which))
    };
    let all = sessions::all(store, now()).await?;
    let mut ended = 0;
    for stored in all.iter().filter(is_it) {
        sessions::end(store, &stored.id, now()).await?;
        ended += 1;
    }
    match ended {
        0 => say!("no session has this id, or is of this person"),
        1 => say!("1 session is over"),
        _ => say!("{ended} sessions are over"),
    }
    Ok(ended > 0)
}

/// Prints a link that signs a person in; `Ok(false)` if the configuration does not have them.
///
/// # Errors
/// The store does not answer, or nobody knows under which address the pages are.
pub async fn new(
    store: &dyn Store,
    config: &Config,
    person: &str,
    address: &ServerAddress,
    folder: &DataFolder,
) -> Result<bool, Error> {
    if config.escalation.phone(person).is_none() {
        let (prefix, data) = (crate::program::prefix(), folder.typed());
        let known: Vec<&str> = config.escalation.people.keys().map(String::as_str).collect();
        say!(
            "unknown person, expected one of: {}. Name another configuration with `{prefix} \
             sessions new PERSON --config FILE{data}`",
            printable(&known.join(", "))
        );
        return Ok(false);
    }
    let base = base_url(address)?;
    let token = random::token()?;
    sessions::keep_link(store, &token, &Link::begin(person, now()), now()).await?;
    say!("{base}/who?link={token}");
    say!("It is good once, for {} minutes.", LINK_LIFETIME.as_mins());
    Ok(true)
}

/// The address of the pages. That of a deployment is no usual one.
pub(super) fn base_url(address: &ServerAddress) -> Result<String, Error> {
    let environment = environment();
    let public = environment.value("public-base-url").filter(|_| address.is_usual());
    if public.is_none() && address.is_usual() && environment.get("TABLE_NAME").is_some() {
        let what = "name the address of the pages with --to URL";
        return Err(Error::NotSetUp(what.to_owned()));
    }
    Ok(public.unwrap_or(&address.to).trim_end_matches('/').to_owned())
}

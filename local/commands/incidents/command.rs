//! The commands behind `ringdown incidents`.

use clap::Subcommand;
use jiff::SignedDuration;

/// What can be done with an incident.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum IncidentsCommand {
    /// Take an incident, for the person of --as
    #[command(
        after_help = "Examples:\n  ringdown incidents take default-20261129-111530-000 --as alpha"
    )]
    Take(Which),
    /// Give an incident back: the next person is called
    #[command(
        after_help = "Examples:\n  ringdown incidents release default-20261129-111530-000 --as alpha"
    )]
    Release(Which),
    /// Pass an incident on to another person: their phone rings
    #[command(
        after_help = "Examples:\n  ringdown incidents pass-on default-20261129-111530-000 bravo --as alpha"
    )]
    PassOn {
        /// The incident.
        #[command(flatten)]
        which: Which,
        /// To whom
        #[arg(value_name = "PERSON")]
        to: String,
    },
    /// Call a person now, before all others
    #[command(
        after_help = "Examples:\n  ringdown incidents call default-20261129-111530-000 bravo"
    )]
    Call {
        /// The incident.
        #[command(flatten)]
        which: Which,
        /// Whom
        #[arg(value_name = "PERSON")]
        person: String,
    },
    /// Write a note to an incident
    #[command(
        after_help = "Examples:\n  ringdown incidents note default-20261129-111530-000 \"the disk was full\""
    )]
    Note {
        /// The incident.
        #[command(flatten)]
        which: Which,
        /// The note: 500 characters at most
        #[arg(value_name = "TEXT")]
        text: String,
    },
    /// Strike out a note: its words stay to be read
    #[command(
        after_help = "Examples:\n  ringdown incidents strike default-20261129-111530-000 \"the disk\""
    )]
    Strike {
        /// The incident.
        #[command(flatten)]
        which: Which,
        /// How the note begins
        #[arg(value_name = "TEXT")]
        words: String,
    },
    /// Call nobody for an incident for a while
    #[command(
        after_help = "Examples:\n  ringdown incidents silence default-20261129-111530-000 --for 4h --reason \"a deploy\""
    )]
    Silence {
        /// The incident.
        #[command(flatten)]
        which: Which,
        /// For how long
        #[arg(long = "for", value_name = "LENGTH", default_value = "1h")]
        lasting: SignedDuration,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// End the silences of an incident
    #[command(
        after_help = "Examples:\n  ringdown incidents end-silence default-20261129-111530-000"
    )]
    EndSilence(Which),
    /// End an incident whose recovery never comes
    ///
    /// It counts as over, whatever its alarms say, until one goes off anew.
    #[command(after_help = "Examples:\n  ringdown incidents resolve default-20261129-111530-000")]
    Resolve(Which),
}

/// Which incident.
#[derive(clap::Args, Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// The id of one that `ringdown incidents` lists
    #[arg(value_name = "ID")]
    pub id: String,
}

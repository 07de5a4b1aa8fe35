//! The job Forward: Twilio's events → the lines that a team asked for, in its Slack channels.
//!
//! [`intake`] answers Twilio and fills the queue; [`delivery`] empties it into Slack. Every line arrives at least once,
//! and in order per channel; it is doubled only where Slack's answer is unknown, or where we died between Slack's `ok`
//! and our note of it. The same holds for an incident's own message, which a bot posts before its first line and edits
//! from then on; its last edit reaches Slack, however often it must be tried.

pub mod delivery;
pub mod intake;
pub mod replay;

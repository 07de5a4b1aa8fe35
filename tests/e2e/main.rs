//! The whole server through its front door: the real program, a Slack that misbehaves, a Twilio that signs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod address;
mod command_line;
mod commands;
mod configuration;
mod counting;
mod data_file;
mod delivery;
mod ending;
mod flow_answers;
mod flow_runs;
mod flow_subflows;
mod flows;
mod former;
mod harness;
mod hostile;
mod inbound_flows;
mod limits;
mod metrics;
mod pages;
mod published;
mod quiet;
mod raising;
mod sandbox_pages;
mod scenario;
mod scenarios;
mod slack;
mod sns;
mod strange_flows;
mod studio_pages;
mod walks;
mod watching;
mod who;
mod workspace;
mod writers;

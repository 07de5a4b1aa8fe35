//! The whole house through its front door: the real program, a Slack that misbehaves, a Twilio that signs.

mod commands;
mod delivery;
mod harness;
mod hostile;
mod pages;
mod slack;

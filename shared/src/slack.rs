//! Slack: lines into posts, posts to Slack.

pub mod client;
pub mod message;

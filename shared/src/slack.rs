//! Slack: lines into posts, posts to Slack; and what somebody clicks there.
//!
//! 1. [`post`]: lines into posts. [`incident`]: an incident's own message, with its buttons. Both pure.
//! 2. [`client`]: posts to Slack, and what its answers mean.
//! 3. [`signature`]: is a request Slack's? [`action`]: which button was clicked, and by whom. Both pure.

pub mod action;
pub mod client;
pub mod incident;
pub mod post;
pub mod signature;

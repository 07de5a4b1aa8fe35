//! One contract, both backends: SQLite always, DynamoDB and SQS where `tests/run contract` has started a stand-in for them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod queue;
mod store;
mod watch;

//! Twilio Studio: the Flow that places one call, and how it is asked for and reports.
//!
//! 1. [`callback_token`]: the token that lets a call's own reports in, and nothing else.
//! 2. [`api`]: Executions are begun, looked at and ended. [`flows`]: Flows are looked at. [`context`]: what an Execution knows of its call.
//! 3. [`report`]: what the Flow reports.
//! 4. [`outage`]: the Flow that places our calls. (What a Flow is made of is the crate `studio`'s.)

pub mod api;
pub mod callback_token;
pub mod context;
pub mod flows;
pub mod outage;
pub mod report;

//! The rules. Pure: no I/O, no clock, no async, no settings; time is an argument.
//!
//! 1. [`alarm`]: what monitors report, in one shape. [`event`]: what Twilio reports. [`routes`]: which event goes to which
//!    channel, with which text.
//!    [`sns`]: what of a message of SNS is signed, and where its URLs may point.
//! 2. [`schedule`]: who is on call when. [`silence`]: when nobody is called for which alarms.
//! 3. [`escalation`]: who is called, when, and what came of it. [`e164`]: phone numbers. [`slack_member_id`]: ids in Slack.
//!    [`answers`]: what somebody means who answers a text about an incident.
//! 4. [`callbacks`]: the statuses of messages and calls, each counted once. [`metrics`]: the catalogue of metrics.
//!    [`numbers`]: what incidents and callbacks add up to.
//! 5. [`executions`]: Executions of Studio Flows, from their events. [`sid`]: what Twilio calls its things.
//! 6. [`sign_in`]: who somebody is who has opened the pages.
//!    [`test_calls`]: whether a phone can be reached.
//! 7. [`text`]: what people read and hear. [`templates`]: the templates of a configuration, within bounds. [`size`]: lengths
//!    in JSON, and texts cut to them. [`response_url`]: where the answer to a click goes.

pub mod alarm;
pub mod answers;
pub mod callbacks;
pub mod e164;
pub mod escalation;
pub mod event;
pub mod executions;
pub mod metrics;
pub mod numbers;
pub mod response_url;
pub mod routes;
pub mod schedule;
pub mod sid;
pub mod sign_in;
pub mod silence;
pub mod size;
pub mod slack_member_id;
pub mod sns;
pub mod templates;
pub mod test_calls;
pub mod text;

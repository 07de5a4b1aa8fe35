//! The jobs. Each reads, decides by the rules of [`crate::domain`], writes and acts; none knows another. [`verify`] is what their
//! webhooks share, [`twilio_api`] what their requests to Twilio do.

pub mod count;
pub mod escalate;
pub mod forward;
pub mod twilio_api;
pub mod verify;
pub mod watch;

//! The jobs. Each reads, decides by the rules of [`crate::domain`], writes and acts; none knows another.

pub mod escalate;
pub mod forward;

//! The messages of the queues: which jobs leave for each other, and for themselves.

mod callbacks;
mod slack;
mod wake_up;

pub use callbacks::{
    CALLBACKS_GROUP, CallbackTask, Counts, MAX_CALLBACKS, PAGES_GROUP, Page, Report,
};
pub use slack::{Lines, MALFORMED_GROUP, MESSAGE_BYTES, Task, send_all};
pub use wake_up::WakeUp;

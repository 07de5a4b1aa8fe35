//! Executions of Studio Flows, from their events, in whatever order those come.
//!
//! 1. [`event`]: what an event says.
//! 2. [`record`]: an Execution as its events tell it, each of them once. [`step`], `order`: its steps, one after the other.
//! 3. [`counts`]: what is counted of Flows, and under which names.
//! 4. [`stuck`]: how long a widget can last, and which Execution has outlived that.
//! 5. [`quiet`]: which Flow has gone quiet, by its [`pauses`].
//! 6. [`views`]: what pages show.

pub mod counts;
pub mod event;
mod order;
pub mod pauses;
pub mod quiet;
pub mod record;
pub mod step;
pub mod stuck;
#[cfg(test)]
mod tests;
pub mod views;

pub use counts::{Count, CountName};
pub use event::{StudioEvent, StudioEventKind};
pub use record::{Position, RecordedExecution};
pub use step::RecordedStep;
pub use stuck::{Stuck, stuck};

/// The widget that a Flow begins with, as steps name it.
pub const TRIGGER: &str = "Trigger";
/// The place that a Flow's last step leads to, as steps name it.
pub const ENDED: &str = "Ended";
/// The event of a step in which somebody hung up.
pub const HANG_UP: &str = "hangup";

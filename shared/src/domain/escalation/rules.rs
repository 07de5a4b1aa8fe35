//! The rules that need no change to answer: how long things may take, when to look again, whose turn it is.

pub(crate) mod calls;
mod due;
mod effects;
mod ending;
mod executions;
mod fit;
pub(crate) mod notices;
pub(crate) mod turn;

pub use ending::Ending;
pub use notices::OVER_FOR;
pub use turn::Busy;

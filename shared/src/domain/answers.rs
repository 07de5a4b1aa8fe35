//! A person answers a text about an incident by a text. Pure.
//!
//! 1. [`Letters`]: the two letters that name an incident in a person's texts. [`Texted`]: what the person was texted about.
//! 2. [`Answer`]: what a text asks for. [`Keyword`]: one that is Twilio's own.
//! 3. [`pick`]: which incident an answer is about, or why that cannot be said.

mod letters;
mod pick;
mod read;
mod texted;

pub use letters::Letters;
pub use pick::{Candidate, Wrong, pick};
pub use read::{Answer, Choice, Keyword};
pub use texted::{ANSWERED_WITHIN, About, HINT_PAUSE, Texted};

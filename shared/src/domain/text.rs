//! Every sentence that a person reads or hears, and what all texts need: escaping, masking, lengths, cutting.
//!
//! 1. [`sentence`]: what happened to an incident, for Slack ([`slack_line`]) and for pages.
//! 2. [`Spoken`]: the menu of a call; [`replies`]: its other sentences. [`sms`]: text messages. [`answer`]: what whoever answers one is told.
//! 3. [`times`]: times and spans. [`shell_word`]: commands to copy. [`escape`], [`cut_section`]: Slack's mrkdwn. [`mask_numbers`]: phone numbers.
//! 4. [`straight`]: foreign text that turns no letters around.

mod actionable;
mod answer;
mod direction;
mod labels;
pub mod links;
mod mask;
mod mrkdwn;
mod names;
mod sentence;
mod shell;
mod slack;
mod sms;
mod speakable;
mod speech;
mod times;

pub use actionable::is_actionable;
pub use answer::{Done, MAX_NAMED, answer, hint, named, wrong};
pub use direction::{straight, turns_direction};
pub use mask::{mask_dialled, mask_e164, mask_numbers};
pub(crate) use mrkdwn::code;
pub use mrkdwn::{MAX_SECTION_CHARS, cut_section, escape, slack_length};
pub use names::{alarm_name, count};
pub use sentence::{Kind, Part, Sentence, outcome_text, sentence};
pub use shell::{shell_quoted, shell_word};
pub(crate) use slack::bold;
pub use slack::{SlackContext, slack_line};
pub use sms::{Recipient, answers, choices, listed, sms, what};
pub use speech::{Spoken, check_say, replies};
pub use times::{local_day, local_time, span};

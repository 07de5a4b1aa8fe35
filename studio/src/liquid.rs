//! Liquid as Studio plays it: texts with `{{ outputs }}` and `{% tags %}`, filled from an execution's context. Pure.
//!
//! 1. [`Template`]: parse once, list the paths it looks up, render with a context and a time. Every way in which a
//!    template can fail is a [`LiquidError`], Twilio's error 81018, with its place.
//! 2. `markup` finds outputs and tags in a text; `token` the words inside of them.
//! 3. `expression` and `block` parse both to the tree of `syntax`, on which `paths` and `render` walk.
//! 4. `value` has the rules for values (text, truth, comparison); `filters` those behind a `|`; `meter` the limits.
//!
//! The dialect is that of "Liquid for Designers", which Twilio's page copies (twilio.com/docs/studio/user-guide/
//! liquid-template-language), with `to_json` of its own; where that page says nothing, a comment says what was chosen.

mod block;
mod error;
mod expression;
mod filters;
mod markup;
mod meter;
mod paths;
mod render;
mod syntax;
mod template;
mod token;
mod value;

pub use error::LiquidError;
pub use meter::{MAX_DEPTH, MAX_LOOP_ROUNDS, MAX_RENDERED_BYTES, MAX_VALUE_BYTES, MAX_WORK};
pub use template::Template;

#[cfg(test)]
mod tests;

//! How large a value is, and what a template may still do.

use std::fmt;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value};

/// How many bytes a template may make or look through on one event: eight times as many as an event can have.
pub const MAX_WORK_BYTES: usize = 8 * 1024 * 1024;
/// What each value counts, whatever it holds.
const EACH: usize = 16;
/// The longest whole number.
const NUMBER: usize = 40;

/// What the template that is running has done so far.
struct Spent(usize);

/// Counts so many bytes.
///
/// # Errors
/// It is more than a template may do.
pub(super) fn charge(state: &mut State<'_, '_>, bytes: usize) -> Result<(), Error> {
    let spent = state.get_or_insert_extension(Spent(0));
    spent.0 = spent.0.saturating_add(bytes);
    if spent.0 <= MAX_WORK_BYTES {
        return Ok(());
    }
    Err(too_much("it makes too much text, or looks through too much of it"))
}

pub(super) fn too_much(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, what).with_source(TooMuch)
}

/// Why a template failed: it makes or looks through too much.
#[derive(Debug)]
pub(super) struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too much")
    }
}

impl std::error::Error for TooMuch {}

/// About how many bytes a value has, with all that is in it, each time that it is in it. No more is looked at than shows
/// that it is too much.
pub(super) fn weight(value: &Value) -> usize {
    let mut sum = 0_usize;
    let mut waiting = vec![value.clone()];
    while let Some(value) = waiting.pop() {
        sum = sum.saturating_add(EACH + own(&value));
        let left = MAX_WORK_BYTES.saturating_sub(sum) / EACH + 1;
        let left = left.saturating_sub(waiting.len());
        if left == 0 || sum > MAX_WORK_BYTES {
            return MAX_WORK_BYTES + 1;
        }
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => {
                waiting.extend(value.try_iter().into_iter().flatten().take(left));
            }
            ValueKind::Map => {
                for key in value.try_iter().into_iter().flatten().take(left) {
                    waiting.extend(value.get_item(&key));
                    waiting.push(key);
                }
            }
            _ => {}
        }
    }
    sum
}

fn own(value: &Value) -> usize {
    if let Some(printed) = super::json_text::printed_length(value) {
        return printed;
    }
    match value.kind() {
        ValueKind::String => value.as_str().map_or(0, str::len),
        ValueKind::Bytes => value.as_bytes().map_or(0, <[u8]>::len),
        ValueKind::Number if value.as_i64().is_some() => NUMBER,
        // A large one has hundreds of digits.
        ValueKind::Number => value.to_string().len(),
        _ => 0,
    }
}

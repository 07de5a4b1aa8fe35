//! The rules for values: their text, truth, size, comparison, and numbers in texts.

use std::cmp::Ordering;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::{Number, Value};

/// A value of the context or the template, or one that was made on the way.
#[derive(Clone, Debug)]
pub(super) enum Data<'a> {
    Borrowed(&'a Value),
    Made(Rc<Value>),
}

impl Deref for Data<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Data::Borrowed(value) => value,
            Data::Made(value) => value,
        }
    }
}

impl From<Value> for Data<'_> {
    fn from(value: Value) -> Self {
        Data::Made(Rc::new(value))
    }
}

impl<'a> Data<'a> {
    /// No value.
    pub(super) const NIL: Data<'a> = Data::Borrowed(&Value::Null);

    /// A part of this value.
    pub(super) fn part(&self, find: impl Fn(&Value) -> Option<&Value>) -> Option<Data<'a>> {
        match self {
            Data::Borrowed(value) => {
                let value: &'a Value = value;
                find(value).map(Data::Borrowed)
            }
            Data::Made(value) => find(value).cloned().map(Data::from),
        }
    }
}

/// The two literals that are equal to several values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Nothing {
    Empty,
    Blank,
}

/// The comparing operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// The text of a value. A list is its items without anything between them, as in Liquid; an object is JSON, which is a
/// choice: the docs show objects with `to_json` alone.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect(),
        value => value.to_string(),
    }
}

/// Everything is true but `false` and nil.
pub(super) fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// The bytes that a value is about, for the meter.
pub(super) fn weight(value: &Value) -> u64 {
    const PART: u64 = 8;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => PART,
        Value::String(text) => PART + text.len() as u64,
        Value::Array(items) => PART + items.iter().map(weight).sum::<u64>(),
        Value::Object(members) => {
            PART + members.iter().map(|(key, value)| key.len() as u64 + weight(value)).sum::<u64>()
        }
    }
}

/// A value as a number; a text that is one counts too.
pub(super) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => {
            let text = text.trim();
            let is_number =
                text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
            if !is_number {
                return None;
            }
            match text.parse::<i64>() {
                Ok(whole) => Some(whole.into()),
                Err(_) => Number::from_f64(text.parse().ok()?),
            }
        }
        _ => None,
    }
}

/// A value as a whole number, decimals cut off.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let number = number(value)?;
    // A float beyond the range becomes its end.
    number.as_i64().or_else(|| number.as_f64().map(|float| float as i64))
}

/// Equality; numbers by their value, so that 1 is 1.0, but a text never equals a number.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            compare_numbers(left, right) == Some(Ordering::Equal)
        }
        (left, right) => left == right,
    }
}

fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The order of two values; none unless both are numbers, or both are texts (`'10' > 9` is false: an answer by keys is a
/// text until `plus: 0` makes a number of it).
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Two values compared.
pub(super) fn compare(left: &Value, operator: Operator, right: &Value) -> bool {
    let order = |fits: fn(Ordering) -> bool| order(left, right).is_some_and(fits);
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Less => order(Ordering::is_lt),
        Operator::LessOrEqual => order(Ordering::is_le),
        Operator::Greater => order(Ordering::is_gt),
        Operator::GreaterOrEqual => order(Ordering::is_ge),
        Operator::Contains => contains(left, right),
    }
}

/// A text in a text, an item in a list, a key in an object.
fn contains(left: &Value, right: &Value) -> bool {
    match left {
        Value::String(left) => !right.is_null() && left.contains(&text(right)),
        Value::Array(items) => items.iter().any(|item| equal(item, right)),
        Value::Object(members) => right.as_str().is_some_and(|key| members.contains_key(key)),
        _ => false,
    }
}

/// `empty` is an empty text, list or object; `blank` nil, false and a text of white space too.
pub(super) fn is_nothing(value: &Value, nothing: Nothing) -> bool {
    match (value, nothing) {
        (Value::String(text), Nothing::Empty) => text.is_empty(),
        (Value::String(text), Nothing::Blank) => text.trim().is_empty(),
        (Value::Array(items), _) => items.is_empty(),
        (Value::Object(members), _) => members.is_empty(),
        (Value::Null | Value::Bool(false), nothing) => matches!(nothing, Nothing::Blank),
        (Value::Bool(true) | Value::Number(_), _) => false,
    }
}

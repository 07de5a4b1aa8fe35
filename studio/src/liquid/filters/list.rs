//! Filters of lists, and those of any value.

use std::collections::HashSet;

use serde_json::Value;

use super::input::{FilterInput, check_size};
use crate::liquid::value::{Nothing, equal, is_nothing, is_true, order, text};

type Applied = Result<Value, String>;

/// The value, or the argument for nil, false and what is empty.
pub(super) fn default(input: &FilterInput<'_, '_>) -> Applied {
    let is_missing = !is_true(input.value) || is_nothing(input.value, Nothing::Empty);
    Ok(if is_missing { input.argument(0).clone() } else { input.value.clone() })
}

/// The value as JSON, a text in quotation marks.
pub(super) fn to_json(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.value.to_string().into())
}

/// The characters of a text, the items of a list, the keys of an object.
pub(super) fn size(input: &FilterInput<'_, '_>) -> Applied {
    Ok(Value::from(match input.value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }))
}

/// The items with a text between them, a space unless said otherwise.
pub(super) fn join(input: &FilterInput<'_, '_>) -> Applied {
    let glue = input.text_or(0, " ");
    let items: Vec<String> = input.items().iter().map(text).collect();
    let size: usize = items.iter().map(String::len).sum();
    check_size(size.saturating_add(glue.len().saturating_mul(items.len())))?;
    Ok(items.join(&glue).into())
}

/// The first item; the first character of a text, as the engine that Studio resembles has it.
pub(super) fn first(input: &FilterInput<'_, '_>) -> Applied {
    Ok(match input.value {
        Value::Array(items) => items.first().cloned().unwrap_or(Value::Null),
        Value::String(text) => {
            text.chars().next().map_or(Value::Null, |first| first.to_string().into())
        }
        _ => Value::Null,
    })
}

pub(super) fn last(input: &FilterInput<'_, '_>) -> Applied {
    Ok(match input.value {
        Value::Array(items) => items.last().cloned().unwrap_or(Value::Null),
        Value::String(text) => {
            text.chars().last().map_or(Value::Null, |last| last.to_string().into())
        }
        _ => Value::Null,
    })
}

/// A property of each item.
pub(super) fn map(input: &FilterInput<'_, '_>) -> Applied {
    let name = input.argument_text(0);
    Ok(input.items().iter().map(|item| item.get(&name).cloned().unwrap_or(Value::Null)).collect())
}

/// The items with a property that is true, or equal to the second argument.
pub(super) fn filter_where(input: &FilterInput<'_, '_>) -> Applied {
    let name = input.argument_text(0);
    let is_kept = |item: &&Value| {
        let property = item.get(&name).unwrap_or(&Value::Null);
        match input.arguments.get(1) {
            Some(value) => equal(property, value),
            None => is_true(property),
        }
    };
    Ok(input.items().iter().filter(is_kept).cloned().collect())
}

pub(super) fn reverse(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.items().iter().rev().cloned().collect())
}

/// The items without nil.
pub(super) fn compact(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.items().iter().filter(|item| !item.is_null()).cloned().collect())
}

pub(super) fn concat(input: &FilterInput<'_, '_>) -> Applied {
    match input.argument(0) {
        Value::Array(more) => Ok(input.items().iter().chain(more).cloned().collect()),
        _ => Err("it needs a list behind its colon".into()),
    }
}

/// Numbers, then texts, then the rest; by a property, if one is said. Equal items keep their order.
pub(super) fn sort(input: &FilterInput<'_, '_>) -> Applied {
    let rank = |value: &Value| match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        _ => 2,
    };
    let mut keyed = keyed(input, Value::clone);
    keyed.sort_by(|(left, _), (right, _)| {
        order(left, right).unwrap_or_else(|| rank(left).cmp(&rank(right)))
    });
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// By text, small and large letters alike.
pub(super) fn sort_natural(input: &FilterInput<'_, '_>) -> Applied {
    let mut keyed = keyed(input, |key| text(key).to_lowercase());
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// The items, each with what it is sorted by: itself, or a property.
fn keyed<K>(input: &FilterInput<'_, '_>, key: fn(&Value) -> K) -> Vec<(K, Value)> {
    let property = input.arguments.first().map(|name| text(name));
    let keyed = |item: &Value| match &property {
        Some(name) => (key(item.get(name).unwrap_or(&Value::Null)), item.clone()),
        None => (key(item), item.clone()),
    };
    input.items().iter().map(keyed).collect()
}

/// The items, of equal ones the first; equal in a property, if one is said.
pub(super) fn uniq(input: &FilterInput<'_, '_>) -> Applied {
    let mut seen = HashSet::new();
    let keyed = keyed(input, Value::to_string).into_iter();
    Ok(keyed.filter_map(|(key, item)| seen.insert(key).then_some(item)).collect())
}

//! Filters of texts.

use serde_json::Value;

use super::input::{FilterInput, check_size};

type Applied = Result<Value, String>;

pub(super) fn append(input: &FilterInput<'_, '_>) -> Applied {
    Ok((input.text() + &input.argument_text(0)).into())
}

pub(super) fn prepend(input: &FilterInput<'_, '_>) -> Applied {
    Ok((input.argument_text(0) + &input.text()).into())
}

/// The first letter large, the others as they are.
pub(super) fn capitalize(input: &FilterInput<'_, '_>) -> Applied {
    let text = input.text();
    let mut characters = text.chars();
    let first: String = characters.next().map(char::to_uppercase).into_iter().flatten().collect();
    Ok((first + characters.as_str()).into())
}

pub(super) fn downcase(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().to_lowercase().into())
}

pub(super) fn upcase(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().to_uppercase().into())
}

pub(super) fn strip(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().trim().into())
}

pub(super) fn lstrip(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().trim_start().into())
}

pub(super) fn rstrip(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().trim_end().into())
}

pub(super) fn strip_newlines(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().replace(['\n', '\r'], "").into())
}

pub(super) fn replace(input: &FilterInput<'_, '_>) -> Applied {
    replaced(input, &input.argument_text(0), &input.argument_text(1), usize::MAX)
}

pub(super) fn replace_first(input: &FilterInput<'_, '_>) -> Applied {
    replaced(input, &input.argument_text(0), &input.argument_text(1), 1)
}

pub(super) fn remove(input: &FilterInput<'_, '_>) -> Applied {
    replaced(input, &input.argument_text(0), "", usize::MAX)
}

pub(super) fn remove_first(input: &FilterInput<'_, '_>) -> Applied {
    replaced(input, &input.argument_text(0), "", 1)
}

fn replaced(input: &FilterInput<'_, '_>, from: &str, to: &str, times: usize) -> Applied {
    let text = input.text();
    if from.is_empty() {
        return Ok(text.into());
    }
    let found = text.matches(from).take(times).count();
    check_size(text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(text.replacen(from, to, times).into())
}

/// Pieces between a separator, empty ones at the end left out; every character for an empty separator, every word for a
/// space.
pub(super) fn split(input: &FilterInput<'_, '_>) -> Applied {
    let (text, separator) = (input.text(), input.argument_text(0));
    let mut pieces: Vec<&str> = match separator.as_str() {
        " " => text.split_whitespace().collect(),
        "" => text.split("").filter(|piece| !piece.is_empty()).collect(),
        separator => text.split(separator).collect(),
    };
    while pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    Ok(pieces.into())
}

/// Characters of a text, or items of a list: from a place (a negative one counts from the end), one or as many as said.
pub(super) fn slice(input: &FilterInput<'_, '_>) -> Applied {
    let (start, length) = (input.whole_or(0, 0), input.whole_or(1, 1));
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    let skip = |count: usize| match usize::try_from(start) {
        Ok(start) => Some(start).filter(|start| *start <= count),
        Err(_) => count.checked_sub(usize::try_from(start.unsigned_abs()).ok()?),
    };
    if let Value::Array(items) = input.value {
        let kept = skip(items.len()).map(|skip| items.iter().skip(skip).take(length));
        return Ok(kept.into_iter().flatten().cloned().collect());
    }
    let text = input.text();
    let kept = skip(text.chars().count()).map(|skip| text.chars().skip(skip).take(length));
    Ok(kept.into_iter().flatten().collect::<String>().into())
}

/// The beginning, 50 characters with the ellipsis unless said otherwise.
pub(super) fn truncate(input: &FilterInput<'_, '_>) -> Applied {
    let (text, ellipsis) = (input.text(), input.text_or(1, "..."));
    let length = usize::try_from(input.whole_or(0, 50).max(0)).unwrap_or(usize::MAX);
    if text.chars().nth(length).is_none() {
        return Ok(text.into());
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    Ok((text.chars().take(kept).collect::<String>() + &ellipsis).into())
}

/// The first words, 15 unless said otherwise.
pub(super) fn truncatewords(input: &FilterInput<'_, '_>) -> Applied {
    let (text, ellipsis) = (input.text(), input.text_or(1, "..."));
    let length = usize::try_from(input.whole_or(0, 15).max(1)).unwrap_or(usize::MAX);
    if text.split_whitespace().nth(length).is_none() {
        return Ok(text.into());
    }
    let words: Vec<&str> = text.split_whitespace().take(length).collect();
    Ok((words.join(" ") + &ellipsis).into())
}

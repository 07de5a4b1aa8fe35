//! Filters of texts.

use serde_json::Value;

use super::call::{Call, check_size};

type Applied = Result<Value, String>;

pub(super) fn append(call: &Call<'_, '_>) -> Applied {
    Ok((call.text() + &call.argument_text(0)).into())
}

pub(super) fn prepend(call: &Call<'_, '_>) -> Applied {
    Ok((call.argument_text(0) + &call.text()).into())
}

/// The first letter large, the others as they are.
pub(super) fn capitalize(call: &Call<'_, '_>) -> Applied {
    let text = call.text();
    let mut characters = text.chars();
    let first: String = characters.next().map(char::to_uppercase).into_iter().flatten().collect();
    Ok((first + characters.as_str()).into())
}

pub(super) fn downcase(call: &Call<'_, '_>) -> Applied {
    Ok(call.text().to_lowercase().into())
}

pub(super) fn upcase(call: &Call<'_, '_>) -> Applied {
    Ok(call.text().to_uppercase().into())
}

pub(super) fn strip(call: &Call<'_, '_>) -> Applied {
    Ok(call.text().trim().into())
}

pub(super) fn lstrip(call: &Call<'_, '_>) -> Applied {
    Ok(call.text().trim_start().into())
}

pub(super) fn rstrip(call: &Call<'_, '_>) -> Applied {
    Ok(call.text().trim_end().into())
}

pub(super) fn strip_newlines(call: &Call<'_, '_>) -> Applied {
    Ok(call.text().replace(['\n', '\r'], "").into())
}

pub(super) fn replace(call: &Call<'_, '_>) -> Applied {
    replaced(call, &call.argument_text(0), &call.argument_text(1), usize::MAX)
}

pub(super) fn replace_first(call: &Call<'_, '_>) -> Applied {
    replaced(call, &call.argument_text(0), &call.argument_text(1), 1)
}

pub(super) fn remove(call: &Call<'_, '_>) -> Applied {
    replaced(call, &call.argument_text(0), "", usize::MAX)
}

pub(super) fn remove_first(call: &Call<'_, '_>) -> Applied {
    replaced(call, &call.argument_text(0), "", 1)
}

fn replaced(call: &Call<'_, '_>, from: &str, to: &str, times: usize) -> Applied {
    let text = call.text();
    if from.is_empty() {
        return Ok(text.into());
    }
    let found = text.matches(from).take(times).count();
    check_size(text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(text.replacen(from, to, times).into())
}

/// Pieces between a separator, empty ones at the end left out; every character for an empty separator, every word for a
/// space.
pub(super) fn split(call: &Call<'_, '_>) -> Applied {
    let (text, separator) = (call.text(), call.argument_text(0));
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
pub(super) fn slice(call: &Call<'_, '_>) -> Applied {
    let (start, length) = (call.whole_or(0, 0), call.whole_or(1, 1));
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    let skip = |count: usize| match usize::try_from(start) {
        Ok(start) => Some(start).filter(|start| *start <= count),
        Err(_) => count.checked_sub(usize::try_from(start.unsigned_abs()).ok()?),
    };
    if let Value::Array(items) = call.input {
        let kept = skip(items.len()).map(|skip| items.iter().skip(skip).take(length));
        return Ok(kept.into_iter().flatten().cloned().collect());
    }
    let text = call.text();
    let kept = skip(text.chars().count()).map(|skip| text.chars().skip(skip).take(length));
    Ok(kept.into_iter().flatten().collect::<String>().into())
}

/// The beginning, 50 characters with the ellipsis unless said otherwise.
pub(super) fn truncate(call: &Call<'_, '_>) -> Applied {
    let (text, ellipsis) = (call.text(), call.text_or(1, "..."));
    let length = usize::try_from(call.whole_or(0, 50).max(0)).unwrap_or(usize::MAX);
    if text.chars().nth(length).is_none() {
        return Ok(text.into());
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    Ok((text.chars().take(kept).collect::<String>() + &ellipsis).into())
}

/// The first words, 15 unless said otherwise.
pub(super) fn truncatewords(call: &Call<'_, '_>) -> Applied {
    let (text, ellipsis) = (call.text(), call.text_or(1, "..."));
    let length = usize::try_from(call.whole_or(0, 15).max(1)).unwrap_or(usize::MAX);
    if text.split_whitespace().nth(length).is_none() {
        return Ok(text.into());
    }
    let words: Vec<&str> = text.split_whitespace().take(length).collect();
    Ok((words.join(" ") + &ellipsis).into())
}

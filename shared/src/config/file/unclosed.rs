//! A list without its end, or without a comma: TOML sees it only where the next thing stands.

use super::header::header;

/// Says what is wrong with the list that an error is about: where its line begins, its key, and what to say.
pub(super) fn list<'a>(
    text: &'a str,
    at: usize,
    message: &str,
) -> Option<(usize, &'a str, &'static str)> {
    const NO_END: &str = "its list has no end, expected a closing ]";
    const NO_COMMA: &str = "its list has two values without a comma between, expected one";
    let is_open = message.contains("unclosed array,");
    let has_key = message.contains("`=` in array");
    if !is_open && !has_key && !message.contains("missing comma between array elements") {
        return None;
    }
    let (before, line) = line_at(text, at);
    let (start, key) = opening(text, at)?;
    let is_next = start < before && (header(line).is_some() || key_before(line).is_some());
    Some((start, key, if is_open || has_key || is_next { NO_END } else { NO_COMMA }))
}

/// The line that this place is in, and where it begins.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    (start, text[start..].lines().next().unwrap_or_default())
}

/// The last line before this place that begins a list, as the place where it begins, and its key.
fn opening(text: &str, at: usize) -> Option<(usize, &str)> {
    let mut end = at;
    loop {
        let (start, line) = line_at(text, end);
        // One that begins behind the error is another.
        let line = &line[..line.len().min(at - start)];
        if let Some(key) = line.find('[').and_then(|list| key_before(&line[..list])) {
            return Some((start, key));
        }
        end = start.checked_sub(1)?;
    }
}

/// The key of a line like `key = …`.
fn key_before(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim();
    let is_key = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(text in "([a-z]{1,2}|[=\\[\\]\",é\n]){0,24}", place in any::<prop::sample::Index>()) {
            let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            list(&text, places[place.index(places.len())], "unclosed array, expected `]`");
        }
    }
}

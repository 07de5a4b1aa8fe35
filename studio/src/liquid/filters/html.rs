//! Filters of HTML and addresses.

use serde_json::Value;

use super::input::FilterInput;

type Applied = Result<Value, String>;

pub(super) fn escape(input: &FilterInput<'_, '_>) -> Applied {
    let mut escaped = String::new();
    input.text().chars().for_each(|character| push_escaped(&mut escaped, character));
    Ok(escaped.into())
}

/// Escapes, but leaves what is an entity already.
pub(super) fn escape_once(input: &FilterInput<'_, '_>) -> Applied {
    let text = input.text();
    let mut escaped = String::new();
    for (at, character) in text.char_indices() {
        if character == '&' && is_entity(&text[at + 1..]) {
            escaped.push('&');
        } else {
            push_escaped(&mut escaped, character);
        }
    }
    Ok(escaped.into())
}

fn push_escaped(escaped: &mut String, character: char) {
    match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '"' => escaped.push_str("&quot;"),
        '\'' => escaped.push_str("&#39;"),
        other => escaped.push(other),
    }
}

/// Tells an entity by what is behind its `&`: `amp;`, `#39;`.
fn is_entity(behind: &str) -> bool {
    const MAX_NAME_BYTES: usize = 32;
    let behind = behind.strip_prefix('#').unwrap_or(behind).as_bytes();
    let length =
        behind.iter().take(MAX_NAME_BYTES).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    length > 0 && behind.get(length) == Some(&b';')
}

pub(super) fn newline_to_br(input: &FilterInput<'_, '_>) -> Applied {
    Ok(input.text().replace("\r\n", "\n").replace('\n', "<br />\n").into())
}

/// The text without tags, comments, scripts and styles.
pub(super) fn strip_html(input: &FilterInput<'_, '_>) -> Applied {
    let text = input.text();
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some(open) = rest.find('<') {
        plain.push_str(&rest[..open]);
        let tag = &rest[open..];
        let end = match () {
            () if tag.starts_with("<!--") => "-->",
            () if starts_with(tag, "<script") => "</script>",
            () if starts_with(tag, "<style") => "</style>",
            () => ">",
        };
        let Some(length) = find(tag, end) else {
            plain.push_str(tag);
            return Ok(plain.into());
        };
        rest = &tag[length + end.len()..];
    }
    plain.push_str(rest);
    Ok(plain.into())
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}

/// The place of an ASCII word in any case.
fn find(text: &str, word: &str) -> Option<usize> {
    let mut windows = text.as_bytes().windows(word.len());
    windows.position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

pub(super) fn url_encode(input: &FilterInput<'_, '_>) -> Applied {
    Ok(form_urlencoded::byte_serialize(input.text().as_bytes()).collect::<String>().into())
}

pub(super) fn url_decode(input: &FilterInput<'_, '_>) -> Applied {
    // Alone in a form, the text is a name whose separators are escaped.
    let name = input.text().replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(name.as_bytes()).next();
    Ok(decoded.map(|(name, _)| name.into_owned()).unwrap_or_default().into())
}

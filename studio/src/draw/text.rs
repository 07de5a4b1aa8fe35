//! Text in a drawing: escaped, cut, measured, and made into ids.

use std::fmt::Write;

/// Escapes text for XML, in elements and in attributes. Characters that XML does not allow become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push('\u{fffd}');
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Cuts text that is longer than `limit` characters, and marks it.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The id of a widget's element: the same name has always the same one, and no two names share one.
pub fn widget_id(name: &str) -> String {
    format!("flow-widget-{}", id_part(name))
}

/// The id of an edge's line, by the names at its ends; `None` is the end of the execution.
pub fn edge_id(from: &str, to: Option<&str>) -> String {
    match to {
        Some(to) => format!("flow-edge-{}-to-{}", id_part(from), id_part(to)),
        None => format!("flow-edge-{}-end", id_part(from)),
    }
}

/// Letters, digits and `_` as they are, every other byte as `-` and two hexadecimal digits: nothing that would need
/// escaping in XML, in a selector or in an address.
fn id_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => part.push(char::from(byte)),
            _ => {
                let _ = write!(part, "-{byte:02x}");
            }
        }
    }
    part
}

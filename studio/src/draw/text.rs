//! Text in a drawing: escaped, cut, measured, and made into ids.

use std::fmt::Write;

use crate::flow::without_secrets;

/// Escapes text for XML, in elements and in attributes. Characters that XML does not allow, and those that
/// change the direction of what follows, become U+FFFD; secrets become `…`.
pub(crate) fn escape(text: &str) -> String {
    let text = without_secrets(text);
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
            // These turn around how what follows is read.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => escaped.push('\u{fffd}'),
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
    // Of a secret, the start is not shown either.
    let whole = without_secrets(text);
    let text = whole.as_str();
    if text.chars().nth(limit).is_none() {
        return whole;
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

/// The id of a person's mark.
pub fn person_id(name: &str) -> String {
    format!("flow-person-{}", id_part(name))
}

/// Letters, digits and `_` as they are, every other byte as `-` and two hexadecimal digits: nothing that would need
/// escaping in XML, in a selector or in an address.
fn id_part(name: &str) -> String {
    let name = without_secrets(name);
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

/// A coordinate with at most one decimal.
pub(super) fn number(at: f64) -> String {
    // Adding zero turns the negative one into zero.
    format!("{}", (at * 10.0).round() / 10.0 + 0.0)
}

/// The width of text in pixels, as system fonts have it on average; rather a little more.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let share = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '|' | '.' | ',' | ':' | ';' | '\'' | '!' => 0.3,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '·' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.9,
        'A'..='Z' | '_' | '=' | '≠' | '<' | '>' | '+' | '&' => 0.68,
        '\u{2e80}'.. => 1.05,
        _ => 0.6,
    };
    text.chars().map(share).sum::<f64>() * size
}

/// Cuts text that is wider than `limit` pixels, and marks it.
pub(super) fn fit(text: &str, size: f64, limit: f64) -> String {
    let mut fitting = without_secrets(text);
    while width(&fitting, size) > limit {
        let length = fitting.chars().count();
        if length < 3 {
            break;
        }
        fitting = cut(&fitting, length - 1);
    }
    fitting
}

/// A name in one line or two of at most this width, broken where a word ends if it can be.
pub(super) fn lines(name: &str, size: f64, limit: f64) -> Vec<String> {
    let name = without_secrets(name);
    if width(&name, size) <= limit {
        return vec![name];
    }
    let mut at = 0.0;
    let fits = |(_, c): &(usize, char)| {
        at += width(c.encode_utf8(&mut [0; 4]), size);
        at <= limit
    };
    let fitting: Vec<(usize, char)> = name.char_indices().take_while(fits).collect();
    let whole = fitting.last().map_or(name.len(), |(at, c)| at + c.len_utf8());
    let mut ends = fitting.windows(2).filter(|pair| {
        matches!(pair[1].1, ' ' | '_' | '-' | '.')
            || pair[0].1.is_lowercase() && pair[1].1.is_uppercase()
    });
    let word = ends.next_back().map(|pair| match pair[1].1 {
        c if c.is_uppercase() => pair[1].0,
        c => pair[1].0 + c.len_utf8(),
    });
    // A first line of a few letters is no better than a broken word.
    let end = word.filter(|end| end * 3 >= whole).unwrap_or(whole);
    let (first, second) = name.split_at(end);
    vec![first.trim_end().to_owned(), fit(second.trim_start(), size, limit)]
}

/// A whole number with its thousands apart: `12,345`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A share in percent; small ones with a decimal.
pub(super) fn percent(share: f64) -> String {
    match share {
        share if !share.is_finite() => "–".to_owned(),
        share if share <= 0.0 => "0%".to_owned(),
        share if share < 0.1 => "<0.1%".to_owned(),
        share if share < 9.95 => format!("{}%", number(share)),
        share => format!("{share:.0}%"),
    }
}

/// A time of so many seconds in its two largest units.
pub(super) fn span(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 9.95 {
        return format!("{} s", number(seconds));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive; saturates"
    )]
    let whole = seconds.round() as u64;
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{} {large_unit}", count(large)),
        _ => format!("{} {large_unit} {small} {small_unit}", count(large)),
    };
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => two(whole / 60, "min", whole % 60, "s"),
        3_600..86_400 => two(whole / 3_600, "h", whole % 3_600 / 60, "min"),
        _ => two(whole / 86_400, "d", whole % 86_400 / 3_600, "h"),
    }
}

//! Addresses of pages in a text: where they begin, and where they end. Pure.

use std::ops::Range;

/// The first address with `http://` or `https://` in a text, however its letters are written. Marks and brackets that
/// belong to the sentence around it are no part of it; brackets in pairs and marks within it are.
pub fn next_link(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let at = from + found;
        let behind = at + "://".len();
        let start = ["https", "http"].iter().find_map(|scheme| {
            let start = at.checked_sub(scheme.len())?;
            text.get(start..at)?.eq_ignore_ascii_case(scheme).then_some(start)
        });
        let end = behind + length(&text[behind..]);
        match start {
            Some(start) if end > behind => return Some(start..end),
            _ => from = behind,
        }
    }
    None
}

/// How much of a text, in bytes, belongs to the address that goes on at its beginning.
pub(super) fn length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || "<>\"`|→".contains(c));
    let mut address = &text[..end.unwrap_or(text.len())];
    while let Some(last) = address.chars().next_back().filter(|last| is_around(*last, address)) {
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

/// Whether the last character of an address belongs to the sentence around it.
fn is_around(last: char, address: &str) -> bool {
    let closes = |open: char| address.matches(last).count() > address.matches(open).count();
    match last {
        ')' => closes('('),
        ']' => closes('['),
        '}' => closes('{'),
        _ => is_mark(last),
    }
}

/// Marks that end a sentence or a quotation rather than an address.
fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '”' | '…')
}

/// The same address, of which a text around it takes nothing away: a mark at its end is written with percent signs. (An
/// empty query, `?` at the end, is the one thing that says nothing.)
pub fn unmistakable(link: &str) -> String {
    let kept = length(link);
    let ends = &link[kept..];
    if ends == "?" {
        return link[..kept].to_owned();
    }
    let ends: String = ends.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{}{ends}", &link[..kept])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn address_ends_where_its_sentence_goes_on() {
        for (text, link) in [
            ("see https://a.example.com/b?c=1.", Some("https://a.example.com/b?c=1")),
            ("https://wiki.example.com/Foo_(bar)", Some("https://wiki.example.com/Foo_(bar)")),
            ("(https://wiki.example.com/Foo_(bar)).", Some("https://wiki.example.com/Foo_(bar)")),
            ("(see http://a.example.com)", Some("http://a.example.com")),
            ("https://a.example.com/it's/page", Some("https://a.example.com/it's/page")),
            ("'https://a.example.com/x'", Some("https://a.example.com/x")),
            ("HTTPS://EXAMPLE.COM/upper", Some("HTTPS://EXAMPLE.COM/upper")),
            ("http://[::1]", Some("http://[::1]")),
            ("[https://a.example.com]", Some("https://a.example.com")),
            ("<https://a.example.com|Runbook>", Some("https://a.example.com")),
            ("postgres://db then https://a", Some("https://a")),
            ("https:// http://... x", None),
            ("ftp://a.example.com", None),
            ("ä://x ://", None),
        ] {
            assert_eq!(next_link(text).map(|range| &text[range]), link, "{text}");
        }
    }

    #[test]
    fn address_keeps_its_last_mark_in_a_text() {
        for (link, written) in [
            ("https://a.example.com/end.", "https://a.example.com/end%2E"),
            ("https://a.example.com/b)", "https://a.example.com/b%29"),
            ("https://a.example.com/b?", "https://a.example.com/b"),
            ("https://a.example.com/Foo_(bar)", "https://a.example.com/Foo_(bar)"),
        ] {
            assert_eq!(unmistakable(link), written);
            assert_eq!(next_link(&format!("x {written}. y")), Some(2..2 + written.len()));
        }
    }

    proptest! {
        #[test]
        fn found_address_is_part_of_any_text(text in "[(\\[ht]{0,3}(?i)(https?://)?[a-z<>()'.|:/ ä]{0,20}\\PC{0,20}") {
            if let Some(range) = next_link(&text) {
                prop_assert!(text.get(range.clone()).is_some_and(|link| link.len() > "http://".len()));
                prop_assert_eq!(next_link(&text[range.clone()]), Some(0..range.len()));
            }
        }
    }
}

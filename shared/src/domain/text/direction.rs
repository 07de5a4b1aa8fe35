//! Foreign text that turns no letters around but its own.

/// First-strong isolate: what stands behind it has a direction of its own, …
const ISOLATE: char = '\u{2068}';
/// … until this.
const POP: char = '\u{2069}';

/// Whether a character turns the direction of what follows it: embeddings, overrides, isolates and their ends
/// (Unicode's UAX 9). With them a text can look like another one.
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text without the characters that turn its direction. Letters that are written from right to left stay, as do the
/// marks that their writers need.
pub fn straight(text: &str) -> String {
    text.chars().filter(|c| !turns_direction(*c)).collect()
}

/// The same, isolated if it has letters that are written from right to left: what stands beside it keeps its place.
pub(super) fn isolated(text: &str) -> String {
    let straight = straight(text);
    match straight.contains(is_right_to_left) {
        true => format!("{ISOLATE}{straight}{POP}"),
        false => straight,
    }
}

/// Hebrew, Arabic and their neighbours, and the marks that stand for such letters.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn foreign_text_turns_only_itself() {
        for (text, shown) in [
            ("checkout-5xx", "checkout-5xx"),
            ("a\u{202e}b\u{2066}c\u{2069}", "abc"),
            ("תור 3", "\u{2068}תור 3\u{2069}"),
            ("\u{2069}\u{202e}تنبيه", "\u{2068}تنبيه\u{2069}"),
            ("Grüße, 東京 👍", "Grüße, 東京 👍"),
        ] {
            assert_eq!(isolated(text), shown, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn isolate_is_always_closed(text in "[a\u{5d0}\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,20}") {
            let shown = isolated(&text);
            let inner = shown.strip_prefix(ISOLATE).map_or(Some(shown.as_str()), |rest| rest.strip_suffix(POP));
            prop_assert!(!inner.unwrap_or("\u{202e}").contains(turns_direction), "{shown:?}");
        }
    }
}

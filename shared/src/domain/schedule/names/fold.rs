//! Texts as they are compared: composed, in small letters, with plain quotes, hyphens and blanks.

use icu_normalizer::ComposingNormalizerBorrowed;

/// A text as it is compared with another.
pub(super) fn fold(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    // By way of the capitals, so that ß is ss, and σ at the end of a word as elsewhere.
    let small = composed.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let mut folded = String::with_capacity(composed.len());
    for c in small {
        match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            // The capital of ß has itself as its capital; İ in small letters is an i with a dot above.
            'ß' => folded.push_str("ss"),
            '\u{307}' if folded.ends_with('i') => {}
            '‘' | '’' | 'ʼ' | '`' => folded.push('\''),
            '\u{2010}' | '\u{2011}' => folded.push('-'),
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    folded.trim().to_owned()
}

/// Whether this part of a text is a word of its own, or several.
pub(super) fn is_whole(text: &str, from: usize, to: usize) -> bool {
    let (before, part, after) = (&text[..from], &text[from..to], &text[to..]);
    let before = neighbour(before.chars().rev());
    let after = neighbour(after.chars());
    let joins = |beside: Option<char>, edge: Option<char>| {
        beside.zip(edge).is_some_and(|(beside, edge)| join(beside, edge))
    };
    !joins(before, part.chars().next()) && !joins(after, part.chars().next_back())
}

/// The letter or digit that is beside a part, directly or by a hyphen: "kick-off" is one word.
fn neighbour(chars: impl Iterator<Item = char>) -> Option<char> {
    chars.skip_while(|c| matches!(c, '-' | '_')).take(1).find(|c| c.is_alphanumeric())
}

/// Whether two characters are of one word.
fn join(one: char, other: char) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    is_of_word(one) && is_of_word(other) && !is_without_blanks(one) && !is_without_blanks(other)
}

/// Whether a character is of a script that puts no blanks between words (Unicode's UAX 29 has boundaries around each):
/// Thai, Lao, Burmese, Khmer, Hiragana, Han.
pub(super) fn is_without_blanks(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{309f}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

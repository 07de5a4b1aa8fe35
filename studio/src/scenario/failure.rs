//! An expectation or a rule that a run has missed.

use crate::flow::without_secrets;

/// An expectation that a run has missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioFailure {
    /// The key: `hears`, `passes`, …
    pub key: &'static str,
    /// The reason, in a sentence.
    pub message: String,
    /// The lines of a comparison: `= ` was expected and is there, `- ` is missing, and all else begins with two blanks.
    pub lines: Vec<String>,
}

impl ScenarioFailure {
    /// A failure without a comparison.
    pub(super) fn new(key: &'static str, message: String) -> ScenarioFailure {
        ScenarioFailure { key, message: without_secrets(&message), lines: Vec::new() }
    }
}

/// The lines of what came and was not expected that are shown together, at the beginning and at the end.
const SHOWN_TOGETHER: usize = 8;

/// A failure for things that came where none was expected, if there are any.
pub(super) fn unexpected(key: &'static str, found_words: &[String]) -> Option<ScenarioFailure> {
    let first = found_words.first()?;
    let lines = shortened(found_words.iter().map(|word| format!("  {word}")).collect());
    Some(ScenarioFailure { key, message: format!("{first} comes, expected none"), lines })
}

/// Lines of a comparison without the middle of long parts that nobody expected.
fn shortened(lines: Vec<String>) -> Vec<String> {
    let is_plain = |line: &String| line.starts_with("  ");
    let mut shown = Vec::new();
    for part in lines.chunk_by(|one, next| is_plain(one) == is_plain(next)) {
        let is_long = part.len() > 2 * SHOWN_TOGETHER + 1 && part.iter().all(is_plain);
        match (is_long, part.get(..SHOWN_TOGETHER), part.len().checked_sub(SHOWN_TOGETHER)) {
            (true, Some(first), Some(rest)) => {
                shown.extend_from_slice(first);
                shown.push(format!("  … and {} more", rest - SHOWN_TOGETHER));
                shown.extend(part.iter().skip(rest).cloned());
            }
            _ => shown.extend_from_slice(part),
        }
    }
    shown
}

/// The expected things in their order among those found; if one is missing, a comparison of both.
pub(super) fn in_order<E, F>(
    key: &'static str,
    expected: &[E],
    expected_words: &[String],
    found: &[F],
    found_words: &[String],
    fits: impl Fn(&E, &F) -> bool,
) -> Option<ScenarioFailure> {
    let masked = |words: &[String]| words.iter().map(|word| without_secrets(word)).collect();
    let [expected_words, found_words]: [Vec<String>; 2] =
        [masked(expected_words), masked(found_words)];
    let mut lines = Vec::new();
    let (mut at, mut missing) = (0, None);
    for (one, words) in expected.iter().zip(&expected_words) {
        let rest = found.iter().enumerate().skip(at);
        match rest.clone().find(|(_, found)| fits(one, found)) {
            Some((index, _)) => {
                lines.extend(
                    found_words.iter().take(index).skip(at).map(|word| format!("  {word}")),
                );
                lines.extend(found_words.get(index).map(|word| format!("= {word}")));
                at = index + 1;
            }
            None => {
                lines.push(format!("- {words}"));
                missing.get_or_insert(words);
            }
        }
    }
    lines.extend(found_words.iter().skip(at).map(|word| format!("  {word}")));
    let (missing, lines) = (missing?, shortened(lines));
    Some(ScenarioFailure { key, message: format!("{missing} does not come"), lines })
}

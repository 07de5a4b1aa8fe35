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
    let missing = missing?;
    Some(ScenarioFailure { key, message: format!("{missing} does not come"), lines })
}

//! The work that a run may do by itself: a Flow is somebody's program.

use super::patterns::Patterns;

/// The most work of one run, in units of [`MAX_WORK`](crate::liquid::MAX_WORK): ten seconds of a processor at most. Ours: Studio
/// has limits for each text and for the steps, and theirs multiply.
pub const MAX_RUN_WORK: u64 = 500_000_000;

/// The work of parsing a template, for each of its bytes.
const PARSE_WORK: u64 = 16;

/// The work that is left, and the patterns that need no compiling again.
pub(super) struct Budget {
    left: u64,
    patterns: Patterns,
}

impl Budget {
    pub(super) fn new(left: u64, patterns: &Patterns) -> Budget {
        Budget { left, patterns: patterns.clone() }
    }

    /// The work that is left.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    pub(super) fn spend(&mut self, work: u64) {
        self.left = self.left.saturating_sub(work);
    }

    /// Counts the parsing of a template.
    pub(super) fn spend_parsing(&mut self, template: &str) {
        let bytes = u64::try_from(template.len()).unwrap_or(u64::MAX);
        self.spend(bytes.saturating_mul(PARSE_WORK));
    }

    /// Whether a pattern matches the whole text, whatever the case. The error says why there is no telling.
    pub(super) fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, &'static str> {
        const TOO_MUCH: &str = "the pattern takes more work than is left";
        let (found, work) = self.patterns.get(pattern, self.left);
        self.spend(work);
        let Some(pattern) = found else { return Err(TOO_MUCH) };
        self.spend(pattern.match_work(text));
        // Without anything left to spend, the run ends.
        if self.left == 0 { Err(TOO_MUCH) } else { pattern.matches(text) }
    }
}

//! The limits of a template, and the counter of the work that one rendering does.

/// Rounds of a `for`; the rest of its list is left out. (twilio.com/docs/studio/user-guide/studio-faq: "Limited to 15 iterations
/// per Liquid Template loop". That it ends quietly is a choice: the page does not call it an error.)
pub const MAX_LOOP_ROUNDS: usize = 15;

/// Bytes of a rendered text (twilio.com/docs/studio/user-guide: 16 KB). More is an error and not a cut text: half a JSON body helps nobody, and
/// the engine that Studio resembles most fails there too.
pub const MAX_RENDERED_BYTES: usize = 16 * 1024;

/// Bytes of a value that a filter may make on the way. Ours: an HTTP widget's answer has 64 kB, `escape` makes six of
/// one.
pub const MAX_VALUE_BYTES: usize = 512 * 1024;

/// Work of one rendering: about one unit for each byte that is looked at or written. Ours: loops in loops are 15 to the
/// power of their depth.
pub const MAX_WORK: u64 = 10_000_000;

/// Blocks in blocks, and brackets in brackets. Ours: it bounds the stack.
pub const MAX_DEPTH: usize = 32;

/// Units for each part of a template that is run, whatever its size.
pub(super) const PART_WORK: u64 = 16;

/// The work that is done so far.
#[derive(Default)]
pub(super) struct Meter {
    spent: u64,
}

impl Meter {
    /// Counts work; fails when it is more than one rendering may do.
    pub(super) fn spend(&mut self, work: u64) -> Result<(), String> {
        self.spent = self.spent.saturating_add(work);
        if self.spent > MAX_WORK {
            return Err(
                "the template does more work than one text may: fewer loops in loops".into()
            );
        }
        Ok(())
    }

    /// The work so far.
    pub(super) fn spent(&self) -> u64 {
        self.spent
    }
}

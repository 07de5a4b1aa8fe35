//! `ringdown flow diff`: the differences between two definitions of a Flow, as lines and as a drawing.

use std::path::Path;

use studio::diff::{FlowDiff, picture};
use studio::draw::{Mode, svg};

use super::{only_flow, printable, write};

/// Prints what is not the same in two files with a Flow each, and draws it if there is a place for the drawing.
///
/// # Errors
/// Says what cannot be read or written, or which file does not hold one Flow.
pub fn run(before: &Path, after: &Path, output: Option<&Path>) -> Result<(), String> {
    let (old, new) = match (only_flow(before), only_flow(after)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let reasons: Vec<String> = [old.err(), new.err()].into_iter().flatten().collect();
            return Err(reasons.join("\n"));
        }
    };
    let diff = FlowDiff::of(&old.value(), &new.value());
    for line in diff.lines() {
        say!("{}", printable(&line));
    }
    say!("{}", diff.summary());
    if let Some(output) = output {
        let (graph, overlay) = picture(&old.flow(), &new.flow(), &diff);
        write(&svg(&graph, &overlay, Mode::Standalone), Some(output))?;
    }
    Ok(())
}

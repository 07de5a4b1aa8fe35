//! `ringdown flow diff`: the differences between two definitions of a Flow, as lines and as a drawing.

use std::path::Path;

use studio::diff::{FlowDiff, picture};
use studio::draw::{Mode, svg};
use studio::{FlowDefinition, FlowFile};

use super::check::reasons;
use super::{name, printable, read, write};

/// Prints what is not the same in two files with a Flow each, and draws it if there is a place for the drawing. `false`
/// means that a file holds no Flow, or several.
///
/// # Errors
/// Says what cannot be read or written.
pub fn run(before: &Path, after: &Path, output: Option<&Path>) -> Result<bool, String> {
    let (old, new) = (FlowFile::read(&read(before)?), FlowFile::read(&read(after)?));
    let (old, new) = match (only(before, &old), only(after, &new)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let reasons = [old.err(), new.err()].into_iter().flatten().flatten();
            reasons.for_each(|reason| say_error!("{reason}"));
            return Ok(false);
        }
    };
    let diff = FlowDiff::of(&old.value(), &new.value());
    for line in diff.lines() {
        say!("{}", printable(&line));
    }
    say!("{}", summary(&diff));
    if let Some(output) = output {
        let (graph, overlay) = picture(&old.flow(), &new.flow(), &diff);
        write(&svg(&graph, &overlay, Mode::Standalone), Some(output))?;
    }
    Ok(true)
}

/// The only Flow of a file, or the reasons why there is none.
fn only<'a>(
    path: &Path,
    read: &'a Result<FlowFile, Vec<studio::Finding>>,
) -> Result<&'a FlowDefinition, Vec<String>> {
    let file = name(path);
    match read.as_ref().map(FlowFile::flows) {
        Ok([flow]) => Ok(flow),
        Ok(several) => Err(vec![format!("{file} has {} Flows, expected one", several.len())]),
        Err(findings) => Err(reasons(path, findings)),
    }
}

fn summary(diff: &FlowDiff) -> String {
    let moved = match diff.moved {
        0 => String::new(),
        1 => "; 1 widget stands elsewhere".to_owned(),
        count => format!("; {count} widgets stand elsewhere"),
    };
    if diff.is_empty() {
        return format!("no differences{moved}");
    }
    let count = |number: usize, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    };
    format!(
        "{}, {} and {} differ{moved}",
        count(diff.widgets.len(), "widget"),
        count(diff.transitions.len(), "transition"),
        count(diff.settings.len(), "setting"),
    )
}

//! `ringdown flow diff`: the differences between two definitions of a Flow, as lines and as a drawing.

use std::path::Path;

use serde_json::{Value, json};
use studio::diff::{FlowDiff, SettingChange, picture};
use studio::draw::{ChangeKind, Mode, svg};
use studio::without_secrets;

use super::{name, only_flow, printable, without_any_secret, write};
use crate::output;

/// Prints what is not the same in two files with a Flow each, and draws it if there is a place for the drawing.
///
/// # Errors
/// Says what cannot be read or written, or which file does not hold one Flow.
pub fn run(
    before: &Path,
    after: &Path,
    output: Option<&Path>,
    is_json: bool,
) -> Result<(), String> {
    let (old, new) = match (only_flow(before), only_flow(after)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let reasons: Vec<String> = [old.err(), new.err()].into_iter().flatten().collect();
            return Err(reasons.join("\n"));
        }
    };
    let diff = FlowDiff::of(&old.value(), &new.value());
    if is_json {
        say!("{}", output::json(&object(before, after, &diff)));
    } else {
        diff.lines().iter().for_each(|line| say!("{}", printable(&without_secrets(line))));
        say!("{}", diff.summary());
    }
    if let Some(output) = output {
        let (graph, overlay) = picture(&old.flow(), &new.flow(), &diff);
        write(&svg(&graph, &overlay, Mode::Standalone), Some(output))?;
    }
    Ok(())
}

/// The differences as one object.
fn object(before: &Path, after: &Path, diff: &FlowDiff) -> Value {
    let widgets = diff.widgets.iter().map(|widget| {
        json!({
            "change": change(widget.kind),
            "name": widget.name,
            "old_name": widget.old_name,
            "type": widget.widget_type,
            "settings": settings(&widget.settings),
        })
    });
    let transitions = diff.transitions.iter().map(|one| {
        json!({
            "change": change(one.kind),
            "widget": one.widget,
            "transition": one.label,
            "old_transition": one.old_label,
            "before": one.before,
            "after": one.after,
            "settings": settings(&one.settings),
        })
    });
    without_any_secret(json!({
        "before": name(before),
        "after": name(after),
        "same": diff.is_empty(),
        "settings": settings(&diff.settings),
        "widgets": widgets.collect::<Vec<_>>(),
        "transitions": transitions.collect::<Vec<_>>(),
        "moved": diff.moved,
        "summary": diff.summary(),
    }))
}

fn settings(changes: &[SettingChange]) -> Vec<Value> {
    let one = |SettingChange { path, before, after }: &SettingChange| json!({"path": path, "before": before, "after": after});
    changes.iter().map(one).collect()
}

fn change(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Changed => "changed",
        ChangeKind::Gone => "removed",
    }
}

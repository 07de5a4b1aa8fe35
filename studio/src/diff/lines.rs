//! The differences in words, for a person.

use super::{FlowDiff, TransitionChange, WidgetChange};
use crate::counted;
use crate::draw::ChangeKind;

impl FlowDiff {
    /// The differences, a line for each; those of a setting of a widget or transition are indented.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for setting in &self.settings {
            lines.push(format!("~ the Flow's {}", setting.as_text(ChangeKind::Changed)));
        }
        for widget in &self.widgets {
            let WidgetChange { name, old_name, widget_type, kind, settings } = widget;
            let name = match old_name {
                Some(old_name) => format!("{old_name} ({widget_type}) is now called {name}"),
                None => format!("{name} ({widget_type})"),
            };
            lines.push(format!("{} widget {name}", kind.sign()));
            lines.extend(settings.iter().map(|setting| format!("    {}", setting.as_text(*kind))));
        }
        for transition in &self.transitions {
            lines.push(format!("{} transition {}", transition.kind.sign(), transition.as_text()));
            let settings = transition.settings.iter();
            lines.extend(
                settings.map(|setting| format!("    {}", setting.as_text(transition.kind))),
            );
        }
        lines
    }

    /// How much is not the same, in a line.
    pub fn summary(&self) -> String {
        let moved = match self.moved {
            0 => String::new(),
            1 => "; 1 widget stands elsewhere".to_owned(),
            count => format!("; {count} widgets stand elsewhere"),
        };
        if self.is_empty() {
            return format!("no differences{moved}");
        }
        let of_widgets = self.widgets.iter().map(|widget| (widget.kind, &widget.settings));
        let of_transitions = self.transitions.iter().map(|one| (one.kind, &one.settings));
        // The settings of what is new or gone count with it.
        let inner =
            of_widgets.chain(of_transitions).filter(|(kind, _)| *kind == ChangeKind::Changed);
        let settings =
            inner.map(|(_, settings)| settings.len()).sum::<usize>() + self.settings.len();
        format!(
            "{}, {} and {} differ{moved}",
            counted(self.widgets.len(), "widget"),
            counted(self.transitions.len(), "transition"),
            counted(settings, "setting"),
        )
    }
}

impl TransitionChange {
    fn as_text(&self) -> String {
        let TransitionChange { widget, label, old_label, kind, before, after, .. } = self;
        let end = |next: &Option<String>| next.clone().unwrap_or_else(|| "the end".to_owned());
        let name = format!("{widget}.{}", old_label.as_ref().unwrap_or(label));
        match (kind, old_label) {
            (ChangeKind::Added, _) => format!("{name} -> {}", end(after)),
            (ChangeKind::Gone, _) => format!("{name} -> {}", end(before)),
            (ChangeKind::Changed, Some(_)) => format!("{name} -> {}: now {label}", end(after)),
            (ChangeKind::Changed, None) if before == after => name,
            (ChangeKind::Changed, None) => format!("{name}: {} => {}", end(before), end(after)),
        }
    }
}

//! Places in a Flow, as a file names them: `menu`, or `menu.keypress`.

use std::fmt;

use super::table::{Field, Problems};
use crate::play::PlayedFlows;
use crate::run::Step;

/// A widget, or one of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FlowPlace {
    widget: String,
    event: Option<String>,
}

impl FlowPlace {
    /// The place of this name; none if the Flow does not have it. A widget is left by `hangup` whether it has such a
    /// transition or not.
    pub(super) fn of(name: &str, flows: PlayedFlows<'_>) -> Option<FlowPlace> {
        if flows.state(name).is_some() {
            return Some(FlowPlace { widget: name.to_owned(), event: None });
        }
        let (widget, event) = name.rsplit_once('.')?;
        let state = flows.state(widget)?;
        let has_event = event == crate::run::HANG_UP || state.on(event).is_some();
        let event = Some(event.to_owned());
        has_event.then(|| FlowPlace { widget: widget.to_owned(), event })
    }

    /// The words for a place that is not there.
    pub(super) fn unknown(name: &str, flows: PlayedFlows<'_>) -> String {
        let widget = name.rsplit_once('.').map_or(name, |(widget, _)| widget);
        match flows.state(widget) {
            Some(_) => format!(
                "{widget} has no event {}",
                name.get(widget.len() + 1..).unwrap_or_default()
            ),
            None => format!("{}, expected a widget or WIDGET.EVENT", flows.unknown(widget)),
        }
    }

    /// The place that a field names.
    pub(super) fn read(
        field: Field<'_>,
        flows: PlayedFlows<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<FlowPlace> {
        let (at, key) = (field.at, field.key.clone());
        let name = field.text(problems)?;
        let place = FlowPlace::of(&name, flows);
        if place.is_none() {
            problems.add(at, &key, FlowPlace::unknown(&name, flows));
        }
        place
    }

    /// A step leaves the widget, by the event if there is one.
    pub(super) fn is_at(&self, step: &Step) -> bool {
        step.is_at(&self.widget) && self.event.as_ref().is_none_or(|event| *event == step.event)
    }
}

/// Reads a list of places.
pub(super) fn places(
    field: Option<Field<'_>>,
    flows: PlayedFlows<'_>,
    problems: &mut Problems<'_>,
) -> Vec<FlowPlace> {
    let items = field.map(Field::items).unwrap_or_default().into_iter();
    items.filter_map(|item| FlowPlace::read(item, flows, problems)).collect()
}

impl fmt::Display for FlowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.event {
            None => write!(f, "{}", self.widget),
            Some(event) => write!(f, "{}.{event}", self.widget),
        }
    }
}

//! The table of the types: those that real Flows have, and those that Twilio documents.

mod connect;
mod control;
mod messaging;
mod voice;

use super::{PropertyKind, WidgetType};

type Properties = &'static [(&'static str, PropertyKind)];

/// A type in which nobody is waited for.
const fn quick(
    name: &'static str,
    events: &'static [&'static str],
    required: &'static [&'static str],
    properties: Properties,
) -> WidgetType {
    WidgetType { name, events, required, properties, waits: false }
}

/// A type in which somebody is waited for.
const fn waiting(
    name: &'static str,
    events: &'static [&'static str],
    required: &'static [&'static str],
    properties: Properties,
) -> WidgetType {
    WidgetType { name, events, required, properties, waits: true }
}

/// All types, by family.
pub(super) const TYPES: [&[WidgetType]; 4] =
    [control::TYPES, messaging::TYPES, voice::TYPES, connect::TYPES];

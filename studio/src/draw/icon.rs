//! The icons of the families, drawn as strokes on a square of 16 pixels.

use super::WidgetFamily;

/// A receiver that is put down: filled, not stroked.
pub(super) const HANG_UP: &str =
    "M1.5 9.6c3.7-3.6 9.3-3.6 13 0l-1.7 2-2.6-1.2V8.6a8.6 8.6 0 0 0-4.4 0v1.8L3.2 11.6z";

/// The `d` of a family's icon.
pub(super) fn icon(family: WidgetFamily) -> &'static str {
    match family {
        WidgetFamily::Trigger => "M4.5 3v10l8-5z",
        WidgetFamily::FlowControl => "M8 2v4L4 10v4M8 6l4 4v4",
        WidgetFamily::Voice => {
            "M4 2.5h2.2l1 3-1.5 1.2a8.5 8.5 0 0 0 3.6 3.6l1.2-1.5 3 1v2.2a1.5 \
             1.5 0 0 1-1.6 1.5A10.5 10.5 0 0 1 2.5 4.1 1.5 1.5 0 0 1 4 2.5z"
        }
        WidgetFamily::Messaging => {
            "M3 3h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H8l-3 2.8V11H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z"
        }
        WidgetFamily::Tools => "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
        WidgetFamily::Connect => {
            "M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.8c.2-2.8 2.3-4 5-4s4.8 1.2 5 4"
        }
        WidgetFamily::Subflow => "M2.5 2.5h7v7h-7zM6.5 9.5v4h7v-7h-4",
        WidgetFamily::Unknown => "M5.8 5.8A2.2 2.2 0 1 1 9 7.8c-.7.4-1 .8-1 1.7M8 12.4v.1",
    }
}

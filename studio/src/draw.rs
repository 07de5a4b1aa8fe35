//! The drawing of a Flow as SVG, alone in a file or within a page. Pure, and the same for the same input.
//!
//! 1. [`graph`]: the widgets and edges, of a definition or of steps that were seen.
//! 2. [`overlay`]: the figures and the people on top of it.
//! 3. `place` and `layers`: where the boxes are; `route` and `curve`: the lines of the edges; `label`: their labels;
//!    `area` and `overlap_index`: geometry. What figures do not change of it is a [`Layout`], all of it together a `scene`.
//! 4. [`family`]: colours and words for the types; [`text`]: escaping, measures, ids.
//! 5. `render`: the elements of the SVG; `badge`, `icon`, `legend`.

mod area;
mod badge;
mod curve;
pub mod family;
pub mod graph;
mod icon;
mod label;
mod layers;
mod layout;
mod legend;
mod overlap_index;
pub mod overlay;
mod place;
mod render;
mod route;
mod scene;
#[cfg(test)]
mod tests;
pub mod text;

use crate::flow::Offset;
pub use family::{WidgetFamily, type_words};
pub use graph::{ENDED, Edge, EdgeEnd, Graph, Node};
pub use layout::Layout;
pub use overlay::{ChangeKind, EdgeFigures, Overlay, PathStep, WidgetFigures};
pub use text::{edge_id, person_id, widget_id};

/// The stylesheet of an embedded drawing. All of its rules are below
/// `.flow-graph`, light and dark.
pub const STYLE: &str = include_str!("draw/style.css");

/// The use of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file of its own, with its style, a background, a heading and a legend.
    Standalone,
    /// A part of an HTML page that serves [`STYLE`]: without style elements and attributes, and without a
    /// [`legend`].
    Embedded,
}

/// Draws a graph with its figures: valid XML for whatever they hold.
pub fn svg(graph: &Graph, overlay: &Overlay, mode: Mode) -> String {
    render::svg(&Layout::of(graph, overlay), graph, overlay, mode)
}

/// The legend of an embedded drawing, an image of its own: the families and marks that the drawing has.
pub fn legend(graph: &Graph, overlay: &Overlay) -> String {
    legend::svg(graph, overlay)
}

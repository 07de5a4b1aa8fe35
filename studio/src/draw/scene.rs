//! All that a drawing consists of, at the places of its layout: lines with their figures, and labels.

use std::collections::BTreeSet;

use super::area::{Area, Areas};
use super::badge::badges;
use super::curve::Curve;
use super::graph::{ENDED, EdgeEnd, Graph, Node};
use super::label::{self, Label};
use super::layout::Layout;
use super::overlay::{ChangeKind, EdgeFigures, Overlay};
use super::text;

/// The longest label of an edge, in characters.
const MAX_LABEL: usize = 24;

/// A drawing's parts besides its layout.
pub(super) struct Scene<'a> {
    pub(super) layout: &'a Layout,
    /// The lines of the edges that are drawn.
    pub(super) lines: Vec<Line<'a>>,
}

/// The line of an edge.
pub(super) struct Line<'a> {
    /// The edge's index in the graph.
    pub(super) edge: usize,
    pub(super) curve: &'a Curve,
    pub(super) figures: Option<EdgeFigures>,
    /// Its weight against the busiest one, from 1 to 3; 0 without anybody.
    pub(super) weight: u8,
    pub(super) is_on_path: bool,
    /// The change of it between two definitions.
    pub(super) change: Option<ChangeKind>,
    /// The label, cut to its length, and its figures.
    pub(super) label: Option<Label>,
}

impl<'a> Scene<'a> {
    /// The parts of a graph that has this layout.
    pub(super) fn of(layout: &'a Layout, graph: &Graph, overlay: &Overlay) -> Scene<'a> {
        let drawn = layout.drawn();
        let figures: Vec<Option<EdgeFigures>> =
            drawn.iter().map(|at| overlay.edges.get(&graph.names(*at)).copied()).collect();
        let wanted = drawn.iter().zip(&figures);
        let wanted: Vec<Label> =
            wanted.map(|(at, figures)| label_of(graph, *at, figures.as_ref())).collect();
        let labels = label::placed(
            wanted,
            &layout.curves,
            &layout.ground,
            &layout.ends,
            badges_of(layout, graph, overlay),
        );
        let path: BTreeSet<(&str, &str)> = overlay.path_steps().collect();
        let busiest = overlay.edges.values().map(|figures| figures.count).max().unwrap_or_default();
        let lines = drawn.iter().zip(&layout.curves).zip(figures).zip(labels);
        let lines = lines.map(|(((edge, curve), figures), label)| {
            let (from, to) = graph.names(*edge);
            Line {
                edge: *edge,
                curve,
                figures,
                weight: weight(figures.as_ref(), busiest),
                is_on_path: path.contains(&(from.as_str(), to.as_deref().unwrap_or(ENDED))),
                change: overlay.edge_changes.get(&(from, to)).copied(),
                label,
            }
        });
        Scene { lines: lines.collect(), layout }
    }

    /// The ground that it covers.
    pub(super) fn area(&self) -> Option<Area> {
        let labels =
            self.lines.iter().filter_map(|line| line.label.as_ref().map(|label| label.area));
        self.layout.area.into_iter().chain(labels).reduce(Area::with)
    }
}

/// The ground that badges cover.
fn badges_of(layout: &Layout, graph: &Graph, overlay: &Overlay) -> Areas {
    let widgets = graph.nodes.iter().zip(&layout.boxes);
    let figures = |(node, area): (&Node, _)| Some((overlay.widgets.get(&node.name)?, area));
    let badges = widgets.filter_map(figures).flat_map(|(figures, area)| badges(*area, figures));
    badges.map(|badge| badge.area).collect()
}

/// The weight of a line, by the number of those who took it.
fn weight(figures: Option<&EdgeFigures>, busiest: u64) -> u8 {
    let count = figures.map_or(0, |figures| u128::from(figures.count));
    match count * 100 / u128::from(busiest.max(1)) {
        _ if count == 0 => 0,
        50.. => 3,
        15.. => 2,
        _ => 1,
    }
}

fn label_of(graph: &Graph, edge: usize, figures: Option<&EdgeFigures>) -> Label {
    let edge = &graph.edges[edge];
    let shown = match edge.to {
        EdgeEnd::Ended if figures.is_none() => String::new(),
        EdgeEnd::Ended if edge.labels.iter().all(String::is_empty) => "ended".to_owned(),
        _ => text::cut(&edge.labels.join(", "), MAX_LABEL),
    };
    let figures = figures.filter(|figures| figures.count > 0).map(|figures| {
        let count = text::count(figures.count);
        match figures.percent {
            Some(share) => format!("{count} · {}", text::percent(share)),
            None => count,
        }
    });
    Label::new(shown, figures.unwrap_or_default())
}

use proptest::prelude::*;

use crate::draw::area::{Area, Point};
use crate::draw::badge::badges;
use crate::draw::curve::Heading;
use crate::draw::graph::{EdgeEnd, Graph, Node};
use crate::draw::layout::Layout;
use crate::draw::overlay::{Overlay, WidgetFigures};
use crate::draw::place;
use crate::draw::scene::{Line, Scene};
use crate::flow::Offset;

use super::{flow, large};

fn layout(graph: &Graph) -> Layout {
    Layout::of(graph, &Overlay::default())
}

fn scene<'a>(layout: &'a Layout, graph: &Graph) -> Scene<'a> {
    Scene::of(layout, graph, &Overlay::default())
}

fn overlaps(boxes: &[Area]) -> Vec<(usize, usize)> {
    let pairs = (0..boxes.len()).flat_map(|a| (0..a).map(move |b| (b, a)));
    pairs.filter(|(a, b)| boxes[*a].overlaps(boxes[*b])).collect()
}

/// The boxes that a line runs through, but for those at its ends.
fn crossed(graph: &Graph, layout: &Layout, line: &Line) -> usize {
    let edge = &graph.edges[line.edge];
    let is_end = |at: usize| at == edge.from || edge.to == EdgeEnd::Widget(at);
    let others: Vec<Area> =
        (0..layout.boxes.len()).filter(|at| !is_end(*at)).map(|at| layout.boxes[at]).collect();
    let points = line.curve.points(4.0);
    let runs_through = |area: &&Area| {
        points.iter().any(|point| area.overlaps(Area::around(*point, *point).grown(0.1, 0.1)))
    };
    others.iter().filter(runs_through).count()
}

#[test]
fn widgets_on_one_spot_are_drawn_apart_and_the_others_where_they_are() {
    let graph = Graph::of(&flow(&[
        ("Trigger", "trigger", (-500.0, -300.0), &[("incomingCall", "a")]),
        ("a", "say-play", (-500.0, 0.0), &[]),
        ("b", "say-play", (-500.0, 0.0), &[]),
        ("c", "say-play", (300.0, 20.0), &[]),
    ]));
    let boxes = place::boxes(&graph);
    assert!(overlaps(&boxes).is_empty(), "{boxes:?}");
    let at = |index: usize| (boxes[index].x, boxes[index].y);
    assert_eq!([at(0), at(1), at(3)], [(-500.0, -300.0), (-500.0, 0.0), (300.0, 20.0)]);
    assert_ne!(at(2), (-500.0, 0.0));
}

#[test]
fn widgets_without_places_lie_in_layers_below_the_first() {
    let mut graph = large();
    graph.nodes.iter_mut().for_each(|node| node.offset = None);
    let boxes = place::boxes(&graph);
    assert!(overlaps(&boxes).is_empty());
    let first = boxes[graph.initial.unwrap()];
    assert!(boxes.iter().all(|area| area.y >= first.y));
    let down = graph.connections().filter(|(from, to)| boxes[*to].y > boxes[*from].bottom());
    let (down, all) = (down.count(), graph.connections().count());
    assert!(down * 10 > all * 7, "{down} of {all} edges lead down");
}

#[test]
fn widget_without_a_place_lies_below_the_others() {
    let mut graph = large();
    graph.nodes[40].offset = None;
    let boxes = place::boxes(&graph);
    let others = boxes.iter().enumerate().filter(|(at, _)| *at != 40);
    assert!(others.map(|(_, area)| area.bottom()).all(|bottom| bottom < boxes[40].y));
}

#[test]
fn lines_begin_and_end_at_their_boxes() {
    let graph = large();
    let layout = layout(&graph);
    let scene = scene(&layout, &graph);
    assert!(scene.lines.len() > 150, "{}", scene.lines.len());
    for line in &scene.lines {
        let edge = &graph.edges[line.edge];
        let from = layout.boxes[edge.from];
        let on_border = |area: Area, Point { x, y }: Point| {
            let level = (area.y..=area.bottom()).contains(&y);
            let upright = (area.x..=area.right()).contains(&x);
            (level && (x == area.x || x == area.right()))
                || (upright && (y == area.y || y == area.bottom()))
        };
        assert!(on_border(from, line.curve.start), "{:?} {from:?}", line.curve);
        let EdgeEnd::Widget(to) = edge.to else { continue };
        let to = layout.boxes[to];
        assert!(on_border(to, line.curve.tip), "{:?} {to:?}", line.curve);
        // An arrow points into its box.
        let tip = line.curve.tip;
        match line.curve.heading {
            Heading::Down => assert_eq!(tip.y, to.y),
            Heading::Right => assert_eq!(tip.x, to.x),
            Heading::Left => assert_eq!(tip.x, to.right()),
        }
    }
}

#[test]
fn lines_run_through_no_box_in_a_large_flow() {
    let graph = large();
    let layout = layout(&graph);
    let scene = scene(&layout, &graph);
    let crossed: usize = scene.lines.iter().map(|line| crossed(&graph, &layout, line)).sum();
    assert_eq!(crossed, 0);
}

#[test]
fn line_back_up_runs_beside_the_column() {
    let graph = Graph::of(&flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("incomingCall", "a")]),
        ("a", "say-play", (0.0, 200.0), &[("audioComplete", "b")]),
        ("b", "say-play", (0.0, 400.0), &[("audioComplete", "c")]),
        ("c", "gather-input-on-call", (0.0, 600.0), &[("timeout", "a")]),
    ]));
    let layout = layout(&graph);
    let scene = scene(&layout, &graph);
    let back = scene.lines.iter().find(|line| graph.edges[line.edge].from == 3).unwrap();
    assert_eq!(crossed(&graph, &layout, back), 0);
    let widest = back.curve.points(4.0).into_iter().map(|point| point.x);
    let (left, right) = widest.fold((0.0_f64, 0.0_f64), |(l, r), x| (l.min(x), r.max(x)));
    assert!(left < -8.0 || right > layout.boxes[0].right() + 8.0, "{left} {right}");
}

#[test]
fn labels_cover_no_box_and_no_other_label() {
    let graph = large();
    let layout = layout(&graph);
    let scene = scene(&layout, &graph);
    let labels: Vec<Area> =
        scene.lines.iter().filter_map(|line| line.label.as_ref().map(|label| label.area)).collect();
    assert!(labels.len() > 150);
    let on_boxes =
        labels.iter().filter(|label| layout.boxes.iter().any(|area| area.overlaps(**label)));
    assert_eq!(on_boxes.count(), 0);
    assert_eq!(overlaps(&labels), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn boxes_never_overlap(
        places in prop::collection::vec(prop::option::of((-400.0..400.0, -400.0..400.0_f64)), 0..40),
        edges in prop::collection::vec((0..40_usize, 0..40_usize), 0..60),
    ) {
        let nodes = places.iter().enumerate().map(|(at, place)| Node {
            name: at.to_string(),
            kind: String::new(),
            offset: place.map(|(x, y): (f64, f64)| Offset { x, y }),
        });
        let edge = |(from, to): (usize, usize)| crate::draw::Edge {
            from,
            to: EdgeEnd::Widget(to),
            labels: vec!["next".to_owned()],
        };
        let graph = Graph {
            nodes: nodes.collect(),
            edges: edges.into_iter().map(edge).collect(),
            initial: Some(0),
            title: String::new(),
        };
        let layout = layout(&graph);
    let scene = scene(&layout, &graph);
        prop_assert_eq!(overlaps(&layout.boxes), vec![]);
        for line in &scene.lines {
            prop_assert!(line.curve.points(20.0).iter().all(|at| at.x.is_finite() && at.y.is_finite()));
        }
    }
}

#[test]
fn label_of_a_short_edge_leaves_line_and_head_in_sight() {
    for (gap, event) in [(60.0, "keypress"), (60.0, "= 1, any of one two three"), (30.0, "speech")]
    {
        for places in [
            [(0.0, 0.0), (190.0 + gap, 0.0)],
            [(190.0 + gap, 0.0), (0.0, 0.0)],
            [(0.0, 0.0), (0.0, 70.0 + gap)],
        ] {
            let flow = flow(&[
                ("Trigger", "trigger", places[0], &[(event, "next")]),
                ("next", "say-play", places[1], &[]),
            ]);
            let graph = Graph::of(&flow);
            let layout = layout(&graph);
            let scene = scene(&layout, &graph);
            let line = &scene.lines[0];
            let label = line.label.as_ref().unwrap().area;
            assert!(!label.overlaps(line.curve.head_area()), "{gap} {event} {places:?}: {label:?}");
            let points = line.curve.points(2.0);
            let is_seen = |at: &&Point| !label.overlaps(Area::around(**at, **at).grown(0.1, 0.1));
            let seen = points.iter().filter(is_seen).count();
            assert!(seen * 2 >= points.len(), "{gap} {event} {places:?}: {label:?}");
        }
    }
}

#[test]
fn labels_keep_off_badges() {
    let graph = large();
    let mut overlay = Overlay::default();
    for node in &graph.nodes {
        let figures =
            WidgetFigures { now: 3, stuck: 2, hang_ups: 1_234, ..WidgetFigures::default() };
        overlay.widgets.insert(node.name.clone(), figures);
    }
    let layout = Layout::of(&graph, &overlay);
    let badges: Vec<Area> = layout
        .boxes
        .iter()
        .zip(&graph.nodes)
        .flat_map(|(area, node)| badges(*area, &overlay.widgets[&node.name]))
        .map(|badge| badge.area)
        .collect();
    assert_eq!(badges.len(), 3 * graph.nodes.len());
    let covered = |overlay: &Overlay| {
        let scene = Scene::of(&layout, &graph, overlay);
        let labels = scene.lines.iter().filter_map(|line| line.label.as_ref());
        labels.filter(|label| badges.iter().any(|badge| badge.overlaps(label.area))).count()
    };
    assert!(covered(&Overlay::default()) > 0, "without badges nothing keeps off them");
    assert_eq!(covered(&overlay), 0);
}

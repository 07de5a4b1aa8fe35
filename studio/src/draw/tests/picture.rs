use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::draw::{
    EdgeFigures, Graph, Mode, Overlay, PathStep, WidgetFigures, edge_id, legend, svg, widget_id,
};
use crate::flow::Flow;

use super::{drawing, figures, flow, large, texts, titles};

const LONG: &str = "a_condition_that_is_longer_than_any_label_may_be";

#[test]
fn labels_are_joined_cut_and_whole_in_the_title() {
    let flow = flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("a", "b"), ("c", "b"), ("d", "e")]),
        ("b", "say-play", (0.0, 200.0), &[(LONG, "e")]),
        ("e", "say-play", (0.0, 400.0), &[]),
    ]);
    let svg = drawing(&flow);
    assert_eq!(texts(&svg, "label"), ["a, c", "d", "a_condition_that_is_lon…"]);
    let title = format!("b → e: {LONG}");
    assert!(titles(&svg, "edge").contains(&title), "{:?}", titles(&svg, "edge"));
}

#[test]
fn text_is_escaped_everywhere() {
    let odd = "</title><script>\u{1}&\"'\u{ffff}\u{1b}[31m";
    let flow = flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[(odd, odd), (odd, "gone<")]),
        (odd, odd, (0.0, 200.0), &[(odd, odd)]),
    ]);
    let svg = drawing(&flow);
    assert!(!svg.contains("<script"), "{svg}");
    let shown = "</title><script>\u{fffd}&\"'\u{fffd}\u{fffd}[31m";
    assert!(titles(&svg, "widget").iter().any(|title| title.starts_with(shown)));
    assert_eq!(titles(&svg, "missing"), ["There is no widget gone<"]);
}

#[test]
fn embedded_drawing_has_no_style_of_its_own() {
    let graph = large();
    let link = Some("/studio/FW1?widget=a&b".to_owned());
    let overlay = figures("Trigger", WidgetFigures { now: 3, link, ..WidgetFigures::default() });
    let embedded = svg(&graph, &overlay, Mode::Embedded);
    let document = roxmltree::Document::parse(&embedded).unwrap();
    for node in document.descendants() {
        assert!(!node.has_tag_name("style") && node.attribute("style").is_none(), "{node:?}");
    }
    // A link in an image would be hidden from those who cannot see it.
    assert_eq!(document.root_element().attribute("role"), Some("group"));
    assert!(embedded.contains(
        "<a href=\"/studio/FW1?widget=a&amp;b\" aria-label=\"Trigger, Trigger. 3 in it now\">"
    ));
    let alone = svg(&graph, &Overlay::default(), Mode::Standalone);
    let document = roxmltree::Document::parse(&alone).unwrap();
    assert_eq!(document.root_element().attribute("role"), Some("img"));
    assert!(alone.contains("<style>"));
}

#[test]
fn ids_are_those_of_the_names_and_each_is_there_once() {
    let flow = flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("incomingCall", "a b"), ("incomingMessage", "a-b")]),
        ("a b", "say-play", (0.0, 200.0), &[("audioComplete", "")]),
        ("a b", "say-play", (300.0, 200.0), &[("audioComplete", "")]),
        ("a-b", "say-play", (600.0, 200.0), &[("audioComplete", "a b")]),
    ]);
    let svg = drawing(&flow);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for id in
        [widget_id("a b"), widget_id("a-b"), edge_id("a-b", Some("a b")), edge_id("a b", None)]
    {
        assert!(unique.contains(id.as_str()), "{id} is none of {ids:?}");
    }
    assert_eq!(edge_id("a-b", Some("ü")), "flow-edge-a-2db-to--c3-bc");
}

#[test]
fn figures_and_people_are_shown_on_widgets_and_edges() {
    let flow = flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("incomingCall", "menu")]),
        ("menu", "gather-input-on-call", (0.0, 200.0), &[("keypress", ""), ("timeout", "menu")]),
    ]);
    let mut overlay = figures(
        "menu",
        WidgetFigures {
            now: 5,
            stuck: 2,
            passed: 12_345,
            percent: Some(98.7),
            hang_ups: 7,
            median_seconds: Some(83.0),
            link: None,
        },
    );
    let edge = |count, percent| EdgeFigures { count, percent };
    let edges = &mut overlay.edges;
    edges.insert(("Trigger".to_owned(), Some("menu".to_owned())), edge(12_500, None));
    edges.insert(("menu".to_owned(), None), edge(400, Some(3.26)));
    let svg = svg(&Graph::of(&flow), &overlay, Mode::Embedded);
    assert_eq!(texts(&svg, "now"), ["3"]);
    assert_eq!(texts(&svg, "stuck-count"), ["2 stuck"]);
    assert_eq!(texts(&svg, "hang-ups"), ["7"]);
    assert!(texts(&svg, "figures").contains(&"12,345 · 99% · 1 min 23 s".to_owned()));
    assert_eq!(texts(&svg, "label"), ["incomingCall 12,500", "keypress 400 · 3.3%", "timeout"]);
    let words = "menu, Gather Input On Call. 5 in it now. 2 stuck. 12,345 came by (99%). 7 hung up. \
                 Half of them stayed 1 min 23 s at most. Ends after keypress";
    assert_eq!(titles(&svg, "alive"), [words]);
    assert!(svg.contains("Now 5 in menu."));
}

#[test]
fn path_of_an_execution_stands_out_with_its_times() {
    let flow = flow(&[
        (
            "Trigger",
            "trigger",
            (0.0, 0.0),
            &[("incomingCall", "menu"), ("incomingMessage", "reply")],
        ),
        ("menu", "gather-input-on-call", (0.0, 200.0), &[("timeout", "menu"), ("keypress", "")]),
        ("reply", "send-message", (300.0, 200.0), &[("sent", "")]),
    ]);
    let steps = [
        ("Trigger", "14:02:01"),
        ("menu", "14:02:02"),
        ("menu", "14:02:09"),
        ("Ended", "14:02:20"),
    ];
    let step = |(widget, time): (&str, &str)| PathStep {
        widget: widget.to_owned(),
        time: time.to_owned(),
    };
    let overlay = Overlay { path: steps.into_iter().map(step).collect(), ..Overlay::default() };
    let svg = svg(&Graph::of(&flow), &overlay, Mode::Standalone);
    assert_eq!(texts(&svg, "visit"), ["14:02:01", "14:02:02 · 2×"]);
    let lines = titles(&svg, "on-path");
    let lines: Vec<&str> =
        lines.iter().map(String::as_str).filter(|title| title.contains('→')).collect();
    assert_eq!(
        lines,
        ["Trigger → menu: incomingCall", "menu → menu: timeout", "menu → the end: keypress"]
    );
}

#[test]
fn legend_has_the_families_and_marks_of_its_drawing_alone() {
    let flow = flow(&[
        (
            "Trigger",
            "trigger",
            (0.0, 0.0),
            &[("incomingCall", "menu"), ("incomingMessage", "gone")],
        ),
        ("menu", "say-play", (0.0, 200.0), &[]),
    ]);
    let overlay = figures("menu", WidgetFigures { stuck: 1, now: 1, ..WidgetFigures::default() });
    let legend = legend(&Graph::of(&flow), &overlay);
    assert_eq!(texts(&legend, "entry"), ["Trigger", "Voice", "in it now", "stuck", "is not there"]);
}

#[test]
fn drawing_is_the_same_every_time() {
    let graph = large();
    let first = svg(&graph, &Overlay::default(), Mode::Standalone);
    assert_eq!(first, svg(&graph, &Overlay::default(), Mode::Standalone));
}

#[test]
fn flow_without_widgets_is_a_drawing_too() {
    let empty = svg(&Graph::default(), &Overlay::default(), Mode::Standalone);
    roxmltree::Document::parse(&empty).unwrap();
}

/// Any text: names that collide, markup, characters that XML does not allow.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["a", "b", "c", "Trigger", "", "Ended"]).prop_map(str::to_owned),
        any::<String>(),
        "[<>&\"'\\x00-\\x1f\\x7f-\\x9f]{0,8}",
    ]
}

/// Any value where a definition has one.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        (-300..300_i64).prop_map(|number| json!(number)),
        text().prop_map(|text| json!(text)),
        Just(Value::Null),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn drawing_is_valid_for_any_flow(
        states in prop::collection::vec(
            (text(), text(), prop::option::of((value(), value())), prop::collection::vec((text(), text()), 0..4)),
            0..9,
        ),
        first in text(),
        (now, stuck, hang_ups) in any::<(u64, u64, u64)>(),
        (percent, median) in any::<(f64, f64)>(),
    ) {
        let states: Vec<Value> = states.into_iter().map(|(name, kind, offset, transitions)| {
            let transitions: Vec<Value> =
                transitions.into_iter().map(|(event, next)| json!({ "event": event, "next": next })).collect();
            let offset = offset.map(|(x, y)| json!({ "x": x, "y": y }));
            json!({ "name": name, "type": kind, "transitions": transitions, "properties": { "offset": offset } })
        }).collect();
        let definition = json!({ "description": first, "initial_state": first, "states": states });
        let graph = Graph::of(&Flow::read(&definition).unwrap());
        let of_widget = WidgetFigures {
            now, stuck, passed: now, percent: Some(percent), hang_ups, median_seconds: Some(median),
            link: Some(first.clone()),
        };
        let mut overlay = figures("a", of_widget);
        let step = |name: &str| PathStep { widget: name.to_owned(), time: first.clone() };
        overlay.path = vec![step("a"), step("b"), step("a"), step("Ended")];
        overlay.edges.insert(("a".to_owned(), None), EdgeFigures { count: now, percent: Some(percent) });
        for mode in [Mode::Standalone, Mode::Embedded] {
            let svg = svg(&graph, &overlay, mode);
            let document = roxmltree::Document::parse(&svg);
            prop_assert!(document.is_ok(), "{:?}: {svg}", document.err());
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
        }
    }
}

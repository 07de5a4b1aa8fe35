//! The boxes of widgets, with their figures and badges.

use std::fmt::Write;

use crate::draw::area::Area;
use crate::draw::badge::{Badge, BadgeKind, badges};
use crate::draw::graph::{EdgeEnd, Graph};
use crate::draw::icon::{HANG_UP, icon};
use crate::draw::overlay::{Overlay, WidgetFigures};
use crate::draw::text::{count, escape, fit, lines, number, percent, span, widget_id, width};
use crate::draw::{WidgetFamily, type_words};

/// The distance of a box's text from its left side.
const INDENT: f64 = 20.0;
/// The size of a name's letters.
const NAME: f64 = 13.0;
/// The width of bold letters against that of others.
const BOLD: f64 = 1.12;
/// The size of the other letters.
const SMALL: f64 = 11.0;
/// The size of the mark of a change.
const BADGE: f64 = 22.0;

/// A widget's place in the graph and in the drawing.
pub(super) struct Place {
    /// Its index in the graph.
    pub(super) at: usize,
    pub(super) area: Area,
    /// No widget before it has its name.
    pub(super) is_first: bool,
    pub(super) is_reachable: bool,
}

pub(super) fn widget(svg: &mut String, graph: &Graph, overlay: &Overlay, place: &Place) {
    let node = &graph.nodes[place.at];
    let none = WidgetFigures::default();
    let figures = overlay.widgets.get(&node.name).unwrap_or(&none);
    let family = WidgetFamily::of(&node.kind);
    let times: Vec<&str> = overlay
        .path
        .iter()
        .filter(|step| step.widget == node.name)
        .map(|step| step.time.as_str())
        .collect();
    let mut class = format!("widget {}", family.class());
    for (holds, name) in [
        (node.kind.is_empty(), " untyped"),
        (!place.is_reachable, " unreachable"),
        (figures.now > 0, " alive"),
        (figures.stuck > 0, " stuck"),
        (!times.is_empty(), " on-path"),
    ] {
        if holds {
            class.push_str(name);
        }
    }
    let change = overlay.widget_changes.get(&node.name).copied();
    if let Some(change) = change {
        class.push(' ');
        class.push_str(change.word());
    }
    let id = match place.is_first {
        true => format!(" id=\"{}\"", widget_id(&node.name)),
        false => String::new(),
    };
    let mut words = sentence(graph, place, figures, &times);
    if let Some(change) = change {
        let _ = write!(words, ". It is {}", change.word());
    }
    let words = escape(&words);
    let link = figures.link.as_deref().map(escape);
    if let Some(link) = &link {
        let _ = write!(svg, "<a href=\"{link}\" aria-label=\"{words}\">");
    }
    let _ = write!(svg, "<g class=\"{class}\"{id}><title>{words}</title>");
    body(svg, place.area, family, &node.name, &node.kind, figures);
    marks(svg, place.area, figures);
    if let Some(change) = change {
        let corner = Area::new(place.area.x + 10.0, place.area.y - 13.0, BADGE, BADGE);
        pill(svg, "change", corner, &change.sign().to_string());
    }
    if let Some(first) = times.first() {
        visit(svg, place.area, first, times.len());
    }
    svg.push_str("</g>");
    if link.is_some() {
        svg.push_str("</a>");
    }
}

/// The box with its lines of text, centred from top to bottom.
fn body(
    svg: &mut String,
    area: Area,
    family: WidgetFamily,
    name: &str,
    kind: &str,
    figures: &WidgetFigures,
) {
    let [x, y, w, h] = [area.x, area.y, area.width, area.height].map(number);
    let _ = write!(
        svg,
        "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"9\"/>\
         <rect class=\"stripe\" x=\"{}\" y=\"{}\" width=\"4\" height=\"{}\" rx=\"2\"/>",
        number(area.x + 8.0),
        number(area.y + 10.0),
        number(area.height - 20.0),
    );
    let names = lines(name, NAME * BOLD, area.width - INDENT - 8.0);
    let measured = measures(figures);
    let kind = type_words(kind);
    let rows = names.len() + usize::from(kind.is_some()) + usize::from(measured.is_some());
    let leading = if rows > 3 { 15.5 } else { 17.0 };
    let x = number(area.x + INDENT);
    let mut y = area.middle().y - leading * (rows as f64 - 1.0) / 2.0 + 4.5;
    for name in names {
        let _ = write!(
            svg,
            "<text class=\"name\" x=\"{x}\" y=\"{}\">{}</text>",
            number(y),
            escape(&name)
        );
        y += leading;
    }
    if let Some(kind) = kind {
        let _ = write!(
            svg,
            "<path class=\"icon\" transform=\"translate({x} {}) scale(.8)\" d=\"{}\"/>\
             <text class=\"type\" x=\"{}\" y=\"{}\">{}</text>",
            number(y - 10.3),
            icon(family),
            number(area.x + INDENT + 17.0),
            number(y),
            escape(&fit(&kind, SMALL, area.width - INDENT - 27.0)),
        );
        y += leading;
    }
    if let Some(measured) = measured {
        let _ = write!(
            svg,
            "<text class=\"figures\" x=\"{x}\" y=\"{}\">{}</text>",
            number(y),
            escape(&measured)
        );
    }
}

/// `142 · 38% · 12 s`
fn measures(figures: &WidgetFigures) -> Option<String> {
    let passed = (figures.passed > 0).then(|| count(figures.passed));
    let share = figures.percent.filter(|_| passed.is_some()).map(percent);
    let median = figures.median_seconds.map(span);
    let measured: Vec<String> = [passed, share, median].into_iter().flatten().collect();
    (!measured.is_empty()).then(|| measured.join(" · "))
}

/// The badges of a widget, at its corners.
fn marks(svg: &mut String, area: Area, figures: &WidgetFigures) {
    for Badge { kind, text, area } in badges(area, figures) {
        match kind {
            BadgeKind::Now => pill(svg, "now", area, &text),
            BadgeKind::Stuck => pill(svg, "stuck-count", area, &text),
            BadgeKind::HangUps => hang_ups(svg, area, &text),
        }
    }
}

fn hang_ups(svg: &mut String, Area { x, y, width, height }: Area, text: &str) {
    let _ = write!(
        svg,
        "<g class=\"badge hang-ups\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\"/>\
         <path transform=\"translate({} {}) scale(.8)\" d=\"{HANG_UP}\"/>\
         <text x=\"{}\" y=\"{}\">{text}</text></g>",
        number(x),
        number(y),
        number(width),
        number(height),
        number(x + 5.5),
        number(y + 2.0),
        number(x + 21.0),
        number(y + 13.0),
    );
}

/// A filled badge.
fn pill(svg: &mut String, class: &str, area: Area, text: &str) {
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(number);
    let middle = area.middle();
    let shape = format!(
        "x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"",
        number(area.height / 2.0)
    );
    let _ = write!(
        svg,
        "<g class=\"badge {class}\"><rect class=\"halo\" {shape}/><rect class=\"pill\" {shape}/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        number(middle.x),
        number(middle.y + 4.2),
        escape(text),
    );
}

/// The time at which the execution whose path is shown came by.
fn visit(svg: &mut String, area: Area, first: &str, visits: usize) {
    let text = match visits {
        1 => first.to_owned(),
        _ => format!("{first} · {visits}×"),
    };
    let text = fit(&text, SMALL, area.width - 60.0);
    let wide = width(&text, SMALL) + 16.0;
    pill(svg, "visit", Area::new(area.x + 12.0, area.y - 15.0, wide, 18.0), &text);
}

/// A widget in words.
fn sentence(graph: &Graph, place: &Place, figures: &WidgetFigures, times: &[&str]) -> String {
    let node = &graph.nodes[place.at];
    let mut words = node.name.clone();
    if let Some(kind) = type_words(&node.kind) {
        let _ = write!(words, ", {}", kind.trim_end_matches('…'));
    }
    let mut say = |holds: bool, sentence: String| {
        if holds {
            let _ = write!(words, ". {sentence}");
        }
    };
    let WidgetFigures { now, stuck, passed, hang_ups, .. } = figures;
    say(!place.is_reachable, "Nothing leads here".to_owned());
    say(*now > 0, format!("{} in it now", count(*now)));
    say(*stuck > 0, format!("{} stuck", count(*stuck)));
    let share = figures.percent.map(|share| format!(" ({})", percent(share))).unwrap_or_default();
    say(*passed > 0, format!("{} came by{share}", count(*passed)));
    say(*hang_ups > 0, format!("{} hung up", count(*hang_ups)));
    if let Some(median) = figures.median_seconds {
        say(true, format!("Half of them stayed {} at most", span(median)));
    }
    say(!times.is_empty(), format!("Entered {}", times.join(", ")));
    let is_end = |edge: &&crate::draw::Edge| edge.from == place.at && edge.to == EdgeEnd::Ended;
    let ends: Vec<&str> = graph
        .edges
        .iter()
        .filter(is_end)
        .flat_map(|edge| &edge.labels)
        .map(String::as_str)
        .collect();
    say(!ends.is_empty(), format!("Ends after {}", ends.join(", ")));
    words
}

/// The mark of a widget that the definition names and does not have.
pub(super) fn missing(svg: &mut String, area: Area, name: &str) {
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(number);
    let middle = area.middle();
    let text = fit(&format!("missing: {name}"), SMALL, area.width - 14.0);
    let _ = write!(
        svg,
        "<g class=\"missing\"><title>{}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"13\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        escape(&format!("There is no widget {name}")),
        number(middle.x),
        number(middle.y + 4.0),
        escape(&text),
    );
}

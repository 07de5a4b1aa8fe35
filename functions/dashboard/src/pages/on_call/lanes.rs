//! The lanes of a schedule as SVG: its layers over four weeks, a letter for each person, gaps hatched, a line for now.
//! Places are percentages, so that words keep their size. Pure.

use minijinja::{HtmlEscape, Value};
use shared::domain::schedule::{Layer, Schedule, Shift, time};
use shared::{TimeZone, Timestamp};

use super::asked::Days;
use super::faces::Faces;

/// The height of a lane, and of the words between them, in pixels.
const LANE: usize = 34;
const MAX_LABEL: usize = 20;
/// The least share of the width that letters need, and that each character of a name needs, in percent.
const LETTERS: f64 = 0.85;
const CHARACTER: f64 = 1.0;
/// The most shifts of a layer that are drawn: hourly ones of four weeks.
const MAX_DRAWN: usize = 700;

/// The drawing of a schedule, with all that it needs.
pub(super) struct Lanes<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) days: &'a Days,
    pub(super) faces: &'a Faces,
    /// Names the drawing among those of the page.
    pub(super) number: usize,
    pub(super) now: Timestamp,
    /// Where somebody takes over a shift that is not over.
    pub(super) link: &'a dyn Fn(&Shift) -> Option<String>,
}

impl Lanes<'_> {
    /// The drawing.
    pub(super) fn svg(&self) -> Value {
        let (from, until) = (self.days.from(), self.days.until());
        let layers = self.schedule.layers(from, until);
        let height = MAX_LABEL + layers.len() * (LANE + MAX_LABEL);
        let number = self.number;
        // A list says the same in words, with the same links.
        let mut svg = format!(
            "<svg class=\"lanes\" width=\"100%\" height=\"{height}\" aria-hidden=\"true\" focusable=\"false\">\
             <defs><pattern id=\"gap{number}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect class=\"ground\" width=\"8\" height=\"8\"/>\
             <rect class=\"stripe\" width=\"3\" height=\"8\"/></pattern></defs>"
        );
        for (index, (date, at)) in self.days.begins.iter().enumerate() {
            let is_week = index % 7 == 0;
            let x = self.place(*at);
            let class = if is_week { " class=\"week\"" } else { "" };
            svg += &format!(
                "<line{class} x1=\"{x:.3}%\" x2=\"{x:.3}%\" y1=\"{MAX_LABEL}\" y2=\"{height}\"/>"
            );
            if is_week && index + 1 < self.days.begins.len() {
                svg +=
                    &format!("<text x=\"{x:.3}%\" y=\"14\">{}</text>", date.strftime("%a %-d %b"));
            }
        }
        for (index, (layer, shifts)) in layers.iter().enumerate() {
            let y = MAX_LABEL + index * (LANE + MAX_LABEL);
            svg += &format!(
                "<text class=\"layer\" x=\"0.3%\" y=\"{}\">{}</text>",
                y + 14,
                layer_name(*layer)
            );
            for shift in shifts.iter().take(MAX_DRAWN) {
                svg += &self.drawn(shift, *layer, y + MAX_LABEL);
            }
        }
        if from <= self.now && self.now < until {
            let x = self.place(self.now);
            svg += &format!(
                "<line class=\"now\" x1=\"{x:.3}%\" x2=\"{x:.3}%\" y1=\"{MAX_LABEL}\" y2=\"{height}\"/>"
            );
        }
        svg += "</svg>";
        Value::from_safe_string(svg)
    }

    /// How far from the left a moment is, in percent.
    fn place(&self, at: Timestamp) -> f64 {
        let (from, until) = (self.days.from(), self.days.until());
        let share =
            at.duration_since(from).as_secs_f64() / until.duration_since(from).as_secs_f64();
        (share * 100.0).clamp(0.0, 100.0)
    }

    fn drawn(&self, shift: &Shift, layer: Layer, y: usize) -> String {
        let (x, end) = (self.place(shift.from), self.place(shift.until));
        let width = (end - x).max(0.1);
        let said = shift_label(shift, &self.days.zone);
        let said = HtmlEscape(&said);
        let mut parts = format!("<title>{said}</title>");
        let rect = |class: &str, fill: &str| {
            format!(
                "<rect class=\"{class}\"{fill} x=\"{x:.3}%\" y=\"{y}\" width=\"{width:.3}%\" height=\"{LANE}\" rx=\"3\"/>"
            )
        };
        match shift.people.first() {
            None => parts += &rect("gap", &format!(" fill=\"url(#gap{})\"", self.number)),
            Some(person) => {
                let face = self.faces.get(person);
                let colour = face.map_or("gone".to_owned(), |face| format!("p{}", face.colour));
                parts += &rect(&colour, "");
                let names = shift.people.join(", ");
                let needs = CHARACTER * (names.chars().count() as f64 + 1.0);
                let letters = face.map_or("?", |face| face.letters.as_str());
                let text = match (width >= needs, width >= LETTERS * letters.chars().count() as f64)
                {
                    (true, _) => names.as_str(),
                    (false, true) => letters,
                    (false, false) => "",
                };
                if !text.is_empty() {
                    let middle = x + width / 2.0;
                    let text = HtmlEscape(text);
                    parts += &format!(
                        "<text class=\"who\" x=\"{middle:.3}%\" y=\"{}\">{text}</text>",
                        y + 22
                    );
                }
            }
        }
        match (self.link)(shift).filter(|_| layer == Layer::OnCall) {
            Some(link) => format!("<a href=\"{}\" tabindex=\"-1\">{parts}</a>", HtmlEscape(&link)),
            None => format!("<g>{parts}</g>"),
        }
    }
}

fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::OnCall => "on call",
        Layer::TakenOver => "taken over",
        Layer::Overrides => "overrides of the configuration",
        Layer::Base => "rotation or calendar",
    }
}

fn shift_label(shift: &Shift, zone: &TimeZone) -> String {
    let who = if shift.people.is_empty() { "nobody".to_owned() } else { shift.people.join(", ") };
    let (from, until) = (time(shift.from, zone), time(shift.until, zone));
    match (shift.from == Timestamp::MIN, shift.until == Timestamp::MAX) {
        (true, true) => format!("{who}, always"),
        (true, false) => format!("{who} until {until}"),
        (false, true) => format!("{who} from {from}"),
        (false, false) => format!("{who} from {from} until {until}"),
    }
}

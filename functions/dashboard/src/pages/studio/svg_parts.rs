//! A drawing in parts: each of its widgets and edges is one. Pure.

use crate::parts::{Around, Part};

/// Begins an element with an id.
const BEGIN: &str = "<g id=\"";

/// The drawing with holes for its groups that have an id, and these groups. A group within a group stays in it.
pub(super) fn parts(svg: &str) -> (String, Vec<Part>) {
    let (mut bare, mut parts) = (String::with_capacity(svg.len()), Vec::new());
    let mut rest = svg;
    while let Some(at) = rest.find(BEGIN) {
        let (before, group) = rest.split_at(at);
        let Some(end) = end_of_group(group) else { break };
        let (group, behind) = group.split_at(end);
        let id = group[BEGIN.len()..].split('"').next().unwrap_or_default();
        let part = Part::new("g", id, group.to_owned(), Around::Svg);
        bare += before;
        bare += part.hole_html();
        parts.push(part);
        rest = behind;
    }
    (bare + rest, parts)
}

/// Where the group ends that this text begins with. In text `<` is escaped, so tags are all that looks like one.
fn end_of_group(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(found) = text[at..].find('<') {
        at += found;
        let tag = &text[at..];
        let end = tag.find('>')? + 1;
        if tag.starts_with("</g>") {
            depth = depth.checked_sub(1)?;
        } else if tag.starts_with("<g ") || tag.starts_with("<g>") {
            depth += usize::from(!tag[..end].ends_with("/>"));
        }
        at += end;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use studio::Flow;
    use studio::draw::{Graph, Mode, Overlay, svg};

    use super::*;
    use crate::parts::Live;

    #[test]
    fn drawing_of_parts_is_the_whole_drawing() {
        let inner = r#"<g id="a"><g class="x"><text>&lt;/g&gt;</text></g></g>"#;
        let text = format!(r#"<svg><g class="layer">{inner}<g id="b"/><path/></g></svg>"#);
        let (bare, found) = parts(&text);
        assert_eq!(found.len(), 2);
        assert!(bare.starts_with(r#"<svg><g class="layer"><g id="a" data-same=""></g>"#), "{bare}");
        assert_eq!(Live::new(bare, found).whole(), text);
    }

    #[test]
    fn each_widget_of_a_flow_is_a_part() {
        let text = include_str!("../../../../../shared/flows/outage-call.json");
        let flow = Flow::parse(text).unwrap();
        let whole = svg(&Graph::of(&flow), &Overlay::default(), Mode::Embedded);
        let (bare, found) = parts(&whole);
        assert!(found.len() >= flow.states.len(), "{whole}");
        assert!(bare.len() < whole.len() / 2, "{} of {} bytes are no parts", bare.len(), whole.len());
        assert_eq!(Live::new(bare, found).whole(), whole);
    }
}

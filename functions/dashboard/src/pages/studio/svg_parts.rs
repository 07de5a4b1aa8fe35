//! A drawing in parts: each of its widgets and edges is one. Pure.

use crate::parts::{Around, Part};

/// The drawing with holes for its groups that have an id, and these groups. A group within a group stays in it.
pub(super) fn parts(svg: &str) -> (String, Vec<Part>) {
    let (mut bare, mut parts) = (String::with_capacity(svg.len()), Vec::new());
    // The description in words changes with everybody's steps; the list of widgets says the same.
    let described = svg.split_once("<desc>").zip(svg.split_once("</desc>"));
    let undescribed = described.map(|((before, _), (_, behind))| format!("{before}{behind}"));
    let mut rest = undescribed.as_deref().unwrap_or(svg);
    while let Some(at) = rest.find("<g ") {
        let (before, group) = rest.split_at(at);
        bare += before;
        rest = group;
        let Some(tag) = group.find('>').map(|end| group.split_at(end + 1).0) else { break };
        let id = tag.split_once(" id=\"").and_then(|(_, behind)| behind.split('"').next());
        let Some((id, end)) = id.zip(end_of_group(group)) else {
            bare += tag;
            rest = &group[tag.len()..];
            continue;
        };
        let part = Part::new("g", id, group[..end].to_owned(), Around::Svg);
        bare += part.hole_html();
        parts.push(part);
        rest = &group[end..];
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
        let inner = r#"<g class="w" id="a"><g class="x"><text>&lt;/g&gt;</text></g></g>"#;
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
        assert!(found.len() >= flow.states.len(), "{bare}");
        assert!(
            bare.len() < whole.len() / 2,
            "{} of {} bytes are no parts",
            bare.len(),
            whole.len()
        );
        let whole_again = Live::new(bare, found).whole();
        assert!(whole_again.len() < whole.len() && !whole_again.contains("<desc>"));
        assert_eq!(whole_again.matches("<g ").count(), whole.matches("<g ").count());
    }
}

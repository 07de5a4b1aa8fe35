//! The live part of a page in pieces, so that a change costs what has changed and not the whole. Pure.
//!
//! A page is rendered with a hole for each [`Part`]: an empty element with the part's id; a part may have holes for other
//! parts. The page itself has all holes filled. A browser that follows says what it has: the hash of the page with its holes, and a hash for each of
//! [`GROUPS`] groups of parts. It is sent the parts of the groups that differ; and the page with the other holes left
//! open if more than parts has changed (`live.js` keeps what it has in an open hole).

use std::collections::{HashMap, HashSet};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use minijinja::Value;
use sha2::{Digest, Sha256};

/// The number of groups: what a browser sends along stays below 1,100 bytes, however many parts there are.
const GROUPS: usize = 256;
/// The letters of a group's hash: 24 bits.
const GROUP_LETTERS: usize = 4;
/// The letters of the hash of the page with its holes: 96 bits.
const PAGE_LETTERS: usize = 16;

/// What marks a hole. In a text and in an attribute it would be escaped.
const HOLE: &str = " data-same=\"\"></";

/// The elements around a part, without which a browser does not read it as what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    /// None.
    Nothing,
    /// A drawing.
    Svg,
}

/// A piece of the live part: one element with an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    hole: String,
    html: String,
    around: Around,
    group: usize,
}

impl Part {
    /// A part whose HTML is an element of this name and id. It comes before the parts that it has holes for.
    pub(crate) fn new(element: &str, id: &str, html: String, around: Around) -> Part {
        let hole = format!("<{element} id=\"{id}\"{HOLE}{element}>");
        let group = usize::from(Sha256::digest(id)[0]) % GROUPS;
        Part { hole, html, around, group }
    }

    /// The hole, for the page.
    pub(crate) fn hole(&self) -> Value {
        Value::from_safe_string(self.hole.clone())
    }

    pub(crate) fn hole_html(&self) -> &str {
        &self.hole
    }
}

/// The live part of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    bare: String,
    parts: Vec<Part>,
}

impl Live {
    /// The live part that has the holes of these parts, itself or in one of them.
    pub(crate) fn new(bare: String, parts: Vec<Part>) -> Live {
        Live { bare, parts }
    }

    /// The whole HTML.
    pub(crate) fn whole(&self) -> String {
        self.filled(&self.parts.iter().collect::<Vec<_>>())
    }

    /// Names what a browser has that shows all of it.
    pub(crate) fn id(&self) -> String {
        let mut id = hash(&[&self.bare], PAGE_LETTERS);
        for group in self.groups() {
            id += &group;
        }
        id
    }

    /// The HTML for a browser that has this; `None` if it has all.
    pub(crate) fn missing(&self, has: &str) -> Option<String> {
        if has == self.id() {
            return None;
        }
        let (page, groups) = has.split_at_checked(PAGE_LETTERS).unwrap_or(("", ""));
        let theirs: Vec<&[u8]> = groups.as_bytes().chunks(GROUP_LETTERS).collect();
        let differs: HashSet<usize> = self
            .groups()
            .enumerate()
            .filter(|(at, ours)| theirs.get(*at).is_none_or(|theirs| *theirs != ours.as_bytes()))
            .map(|(at, _)| at)
            .collect();
        if page != hash(&[&self.bare], PAGE_LETTERS) {
            return Some(self.filled(&self.sent(&differs)));
        }
        let mut html = "<div data-parts=\"\">".to_owned();
        for part in self.parts.iter().filter(|part| differs.contains(&part.group)) {
            let (before, behind) = match part.around {
                Around::Nothing => ("", ""),
                Around::Svg => ("<svg>", "</svg>"),
            };
            html = html + before + &part.html + behind + "\n";
        }
        Some(html + "</div>")
    }

    /// The hash of each group: that of nothing for one without parts.
    fn groups(&self) -> impl Iterator<Item = String> {
        let mut groups = vec![Vec::new(); GROUPS];
        for part in &self.parts {
            groups[part.group].push(part.html.as_str());
        }
        groups.into_iter().map(|parts| hash(&parts, GROUP_LETTERS))
    }

    /// The parts of these groups, and those that have a hole for one that is sent.
    fn sent(&self, groups: &HashSet<usize>) -> Vec<&Part> {
        let mut sent: Vec<&Part> = Vec::new();
        for part in self.parts.iter().rev() {
            let has_sent = || {
                let holes = part.html.contains(HOLE);
                holes && sent.iter().any(|inner| part.html.contains(&inner.hole))
            };
            if groups.contains(&part.group) || has_sent() {
                sent.push(part);
            }
        }
        sent
    }

    /// The HTML in which the holes of these parts are filled.
    fn filled(&self, sent: &[&Part]) -> String {
        let by_hole: HashMap<&str, &Part> =
            sent.iter().map(|part| (part.hole.as_str(), *part)).collect();
        let mut html = String::with_capacity(self.bare.len());
        // The texts still to be written, the next on top.
        let mut texts = vec![self.bare.as_str()];
        while let Some(text) = texts.pop() {
            let Some((hole, before, behind)) = next_hole(text) else {
                html += text;
                continue;
            };
            html += before;
            texts.push(behind);
            match by_hole.get(hole) {
                Some(part) => texts.push(&part.html),
                None => html += hole,
            }
        }
        html
    }
}

/// The first hole in a text, with what is before and behind it.
fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let mark = text.find(HOLE)?;
    let start = text[..mark].rfind('<')?;
    let end = mark + HOLE.len() + text[mark + HOLE.len()..].find('>')? + 1;
    Some((&text[start..end], &text[..start], &text[end..]))
}

fn hash(texts: &[&str], letters: usize) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(digest.finalize());
    text.truncate(letters);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn live(title: &str, texts: &[(&str, &str)]) -> Live {
        let part = |(id, text): &(&str, &str)| {
            Part::new("li", id, format!("<li id=\"{id}\">{text}</li>"), Around::Nothing)
        };
        let parts: Vec<Part> = texts.iter().map(part).collect();
        let holes: String = parts.iter().map(Part::hole_html).collect();
        Live::new(format!("<h1>{title}</h1><ol>{holes}</ol>"), parts)
    }

    #[test]
    fn browser_that_has_all_is_sent_nothing() {
        let live = live("a", &[("x", "1"), ("y", "2")]);
        assert_eq!(live.whole(), r#"<h1>a</h1><ol><li id="x">1</li><li id="y">2</li></ol>"#);
        assert_eq!(live.missing(&live.id()), None);
        assert_eq!(live.missing(""), Some(live.whole()));
        assert_eq!(live.missing("é"), Some(live.whole()));
        assert_eq!(live.id().len(), PAGE_LETTERS + GROUPS * GROUP_LETTERS);
    }

    #[test]
    fn changed_part_is_sent_alone() {
        let (before, after) =
            (live("a", &[("x", "1"), ("y", "2")]), live("a", &[("x", "1"), ("y", "3")]));
        let sent = after.missing(&before.id()).unwrap();
        assert_eq!(sent, "<div data-parts=\"\"><li id=\"y\">3</li>\n</div>");
    }

    #[test]
    fn changed_page_leaves_the_holes_of_what_is_there() {
        let (before, after) = (live("a", &[("x", "1")]), live("a", &[("y", "2"), ("x", "1")]));
        let sent = after.missing(&before.id()).unwrap();
        let expected = r#"<h1>a</h1><ol><li id="y">2</li><li id="x" data-same=""></li></ol>"#;
        assert_eq!(sent, expected);
    }

    #[test]
    fn part_within_a_part_is_sent_alone_too() {
        let live = |list: &str, text: &str| {
            let item = Part::new("li", "x", format!("<li id=\"x\">{text}</li>"), Around::Nothing);
            let html = format!("<ol id=\"list\">{list}{}</ol>", item.hole_html());
            let list = Part::new("ol", "list", html, Around::Nothing);
            Live::new(format!("<h1></h1>{}", list.hole_html()), vec![list, item])
        };
        let before = live("a", "1");
        assert_eq!(before.whole(), r#"<h1></h1><ol id="list">a<li id="x">1</li></ol>"#);
        for (after, sent) in [
            (live("a", "2"), "<li id=\"x\">2</li>\n"),
            (live("b", "1"), "<ol id=\"list\">b<li id=\"x\" data-same=\"\"></li></ol>\n"),
        ] {
            let expected = format!("<div data-parts=\"\">{sent}</div>");
            assert_eq!(after.missing(&before.id()), Some(expected));
        }
        // Where the page has changed too, the list comes along with what has changed in it.
        let (bare, mut parts) =
            (format!("<h2></h2>{}", before.parts[0].hole), before.parts.clone());
        parts[1].html = "<li id=\"x\">3</li>".to_owned();
        let after = Live::new(bare, parts);
        let expected = r#"<h2></h2><ol id="list">a<li id="x">3</li></ol>"#;
        assert_eq!(after.missing(&before.id()).as_deref(), Some(expected));
    }

    proptest! {
        /// A browser of few words, for lists that stay in order: it shows what it is sent.
        #[test]
        fn browser_that_follows_shows_the_whole(
            first in prop::collection::btree_map("[a-z]{1,2}", "[a-z]{0,2}", 0..40),
            second in prop::collection::btree_map("[a-z]{1,2}", "[a-z]{0,2}", 0..40),
        ) {
            let of = |map: &std::collections::BTreeMap<String, String>| {
                let texts: Vec<_> = map.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
                live("t", &texts)
            };
            let (before, after) = (of(&first), of(&second));
            let mut shown = after.missing(&before.id()).unwrap_or_else(|| before.whole());
            if shown.starts_with("<div data-parts") {
                let mut page = before.whole();
                for (part, old) in after.parts.iter().zip(&before.parts) {
                    prop_assert!(shown.contains(&part.html) || part.html == old.html);
                    page = page.replace(&old.html, &part.html);
                }
                shown = page;
            }
            for part in &before.parts {
                shown = shown.replace(&part.hole, &part.html);
            }
            prop_assert_eq!(shown, after.whole());
        }

        #[test]
        fn no_claim_of_a_browser_makes_trouble(has in ".{0,80}") {
            prop_assert!(live("a", &[("x", "1")]).missing(&has).is_some());
        }
    }
}

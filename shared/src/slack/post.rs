//! Lines into posts. Pure.
//!
//! Slack takes one post a second per channel, so a post carries as many lines as it may hold.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::text::{MAX_SECTION_CHARS, slack_length};

/// The most characters of all blocks of a post. Slack documents none; posts of more than about 13,200 are refused with
/// `msg_blocks_too_long` (slackapi/bolt-js issue 2509).
const POST: usize = 12_000;
/// The most blocks of a post (docs: 50).
const BLOCKS: usize = 50;

/// The content of one request to Slack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// All of it as mrkdwn: what a notification or a screen reader gets.
    pub text: String,
    /// The same as Block Kit sections.
    pub blocks: Vec<Value>,
    /// How many lines it carries.
    #[serde(skip)]
    pub lines: usize,
}

/// The most bytes that a post may have in the form that tells of a click on it: Slack sends all of it along, and a form
/// may have 64 KiB.
const MAX_IN_A_CLICK: usize = 48 * 1024;

/// Whether a form that tells of a click on this post is one that we take, however Slack encodes it.
pub(crate) fn fits_a_click(post: &Post) -> bool {
    let json = serde_json::to_string(post).unwrap_or_default();
    let encoded = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '.' | '_' => 1,
        c if c.is_ascii() => 3,
        // As bytes, or as `\uXXXX`.
        c => (3 * c.len_utf8()).max(8 * c.len_utf16()),
    };
    json.chars().map(encoded).sum::<usize>() <= MAX_IN_A_CLICK
}

/// Packs lines (each made by [`crate::domain::text::cut_section`]), in order, into as few posts as Slack's limits allow.
pub fn pack(lines: &[String]) -> Vec<Post> {
    let mut posts = Vec::new();
    let mut open = Open::default();
    for line in lines {
        let length = slack_length(line);
        if !open.has_space_for(length) {
            posts.extend(std::mem::take(&mut open).close());
        }
        open.push(line, length);
    }
    posts.extend(open.close());
    posts
}

/// A post that is being filled: its sections, each with its length.
#[derive(Default)]
struct Open {
    sections: Vec<(String, usize)>,
    total: usize,
    lines: usize,
}

impl Open {
    fn joins(&self, length: usize) -> bool {
        self.sections.last().is_some_and(|(_, have)| have + 1 + length <= MAX_SECTION_CHARS)
    }

    fn has_space_for(&self, length: usize) -> bool {
        self.total + 1 + length <= POST && (self.joins(length) || self.sections.len() < BLOCKS)
    }

    fn push(&mut self, line: &str, length: usize) {
        if self.joins(length) {
            if let Some((text, have)) = self.sections.last_mut() {
                text.push('\n');
                text.push_str(line);
                *have += 1 + length;
            }
        } else {
            self.sections.push((line.to_owned(), length));
        }
        self.total += 1 + length;
        self.lines += 1;
    }

    fn close(self) -> Option<Post> {
        if self.lines == 0 {
            return None;
        }
        let texts: Vec<&str> = self.sections.iter().map(|(text, _)| text.as_str()).collect();
        let blocks = texts
            .iter()
            .map(|text| json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}}))
            .collect();
        Some(Post { text: texts.join("\n"), blocks, lines: self.lines })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::cut_section;

    fn lines_of(posts: &[Post]) -> usize {
        posts.iter().map(|post| post.lines).sum()
    }

    #[test]
    fn post_fits_a_click_by_what_it_is_encoded_to() {
        let post = |text: &str, count| pack(&vec![text.to_owned(); count]).remove(0);
        for (text, count, fits) in [
            ("a line of plain words, as most of them are", 250, true),
            ("<!channel> \"quoted\" & so on; {}[]()=/?#", 90, true),
            ("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"", 500, false),
            ("支払いのサービスが応答しません", 700, false),
            ("支払いのサービスが応答しません", 100, true),
        ] {
            let post = post(text, count);
            let json = serde_json::to_string(&post).unwrap_or_default();
            let form: String = form_urlencoded::byte_serialize(json.as_bytes()).collect();
            assert_eq!(fits_a_click(&post), fits, "{text}: {} bytes", form.len());
            assert!(!fits || form.len() <= MAX_IN_A_CLICK, "{text}: {} bytes", form.len());
        }
    }

    #[test]
    fn five_hundred_short_lines_take_two_posts() {
        let lines: Vec<String> =
            (0..500).map(|n| format!("Worker w{n} updated to Available Activity")).collect();
        let posts = pack(&lines);
        assert_eq!(posts.len(), 2);
        assert_eq!(
            posts.iter().map(|post| post.text.as_str()).collect::<Vec<_>>().join("\n"),
            lines.join("\n")
        );
    }

    #[test]
    fn long_lines_take_a_section_each() {
        let posts = pack(&vec!["x".repeat(2_000); 7]);
        assert_eq!(posts.iter().map(|post| post.blocks.len()).collect::<Vec<_>>(), [5, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_line_is_in_one_post_within_the_limits(lines in proptest::collection::vec(".{1,400}", 0..200)) {
            let lines: Vec<String> = lines.iter().map(|line| cut_section(&line.repeat(20))).collect();
            let posts = pack(&lines);
            prop_assert_eq!(lines_of(&posts), lines.len());
            for post in &posts {
                prop_assert!(post.blocks.len() <= 50);
                let texts = post.blocks.iter().map(|block| block["text"]["text"].as_str().unwrap_or_default());
                prop_assert!(texts.clone().all(|text| slack_length(text) <= 3_000 && !text.is_empty()));
                prop_assert!(texts.map(slack_length).sum::<usize>() <= 13_000);
            }
            let said: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
            prop_assert_eq!(said.join("\n"), lines.join("\n"));
        }
    }
}

//! Addresses are not read aloud, nor are the labels that lead to them: `Runbook: https://…`. Pure.
//!
//! A label goes only where nothing else could be meant: label words alone, from the beginning of their sentence to an
//! address that ends it. Everything else stays: somebody has to hear what is wrong.

use super::links;

/// Words that name what an address leads to, or send to it.
pub(super) const LABELS: [&str; 30] = [
    "dashboard",
    "dashboards",
    "detail",
    "details",
    "doc",
    "docs",
    "documentation",
    "grafana",
    "graph",
    "graphs",
    "guide",
    "info",
    "information",
    "instructions",
    "link",
    "links",
    "log",
    "logs",
    "more",
    "panel",
    "playbook",
    "playbooks",
    "runbook",
    "runbooks",
    "see",
    "source",
    "ticket",
    "tickets",
    "url",
    "wiki",
];
/// Words that may stand beside a label, and say nothing alone.
pub(super) const FILLERS: [&str; 17] = [
    "a", "also", "and", "at", "check", "for", "from", "here", "in", "on", "or", "our", "please",
    "the", "to", "under", "via",
];
/// Words that may follow an address to its sentence's end: `See https://… for more.`
pub(super) const TAILS: [&str; 11] = [
    "details",
    "for",
    "here",
    "info",
    "information",
    "instructions",
    "more",
    "now",
    "steps",
    "the",
    "to",
];
/// Words that lead from a sentence to an address, and are nothing without it.
pub(super) const PREPOSITIONS: [&str; 3] = ["at", "under", "via"];

const SENTENCE_ENDS: [char; 4] = ['.', ';', '!', '?'];

#[derive(Clone, Copy)]
enum Token<'a> {
    Word(&'a str),
    Address {
        /// It has brackets of its own: `Wiki (https://…) is down`.
        bracketed: bool,
        /// The marks that follow it.
        closing: &'a str,
    },
}

/// The words of a line without addresses and their labels.
pub(super) fn without_addresses(line: &str) -> Vec<String> {
    let tokens: Vec<Token<'_>> = line.split_whitespace().flat_map(tokens).collect();
    let mut words: Vec<String> = Vec::new();
    // Where the words behind the last address begin.
    let mut since = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let &Token::Address { closing, bracketed } = token else {
            words.extend(token.word().map(str::to_owned));
            continue;
        };
        pop_marks(&mut words, since);
        if let Some(tail) = tail(&tokens[at..], bracketed, closing) {
            let mark = |text: &str| text.chars().find(|c| SENTENCE_ENDS.contains(c));
            let last = tokens[at..at + tail].last().and_then(Token::word);
            let mark = mark(closing).or(last.and_then(mark));
            at += tail;
            match label_start(&words, since) {
                Some(start) => words.truncate(start),
                None => {
                    words.pop_if(|last| PREPOSITIONS.contains(&last.as_str()));
                }
            }
            end_sentence(&mut words, mark, at == tokens.len());
        }
        since = words.len();
    }
    words
}

impl<'a> Token<'a> {
    fn word(&self) -> Option<&'a str> {
        match self {
            Token::Word(word) => Some(word),
            Token::Address { .. } => None,
        }
    }
}

/// A word in which addresses may stand, without a space between.
fn tokens(word: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = word;
    while let Some((start, end)) = address(rest) {
        let (before, behind) = (&rest[..start], &rest[end..]);
        if !before.is_empty() {
            found.push(Token::Word(before));
        }
        let text = behind.find(char::is_alphanumeric).unwrap_or(behind.len());
        let closing = if text == behind.len() { behind } else { "" };
        found.push(Token::Address { bracketed: before.ends_with(['(', '<']), closing });
        rest = if closing.is_empty() { behind } else { "" };
    }
    if !rest.is_empty() {
        found.push(Token::Word(rest));
    }
    found
}

/// Where the first URL, ARN or e-mail address of a word begins and ends.
fn address(word: &str) -> Option<(usize, usize)> {
    [url(word), begun(word, "www."), begun(word, "arn:"), mail(word)]
        .into_iter()
        .flatten()
        .min_by_key(|(start, _)| *start)
}

fn url(word: &str) -> Option<(usize, usize)> {
    if let Some(link) = links::next_link(word) {
        return Some((link.start, link.end));
    }
    let at = word.find("://")?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let start = word[..at].trim_end_matches(is_scheme).len();
    Some((start, at + "://".len() + links::length(&word[at + "://".len()..])))
}

/// An address that begins like this, at the beginning of a word or behind a mark (`warn:` has `arn:` in it).
fn begun(word: &str, with: &str) -> Option<(usize, usize)> {
    let is_begin = |at: usize| !word[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let (start, _) = word.match_indices(with).find(|(at, _)| is_begin(*at))?;
    Some((start, start + links::length(&word[start..])))
}

fn mail(word: &str) -> Option<(usize, usize)> {
    let at = word.find('@')?;
    let is_part = |c: char| c.is_alphanumeric() || "._+-".contains(c);
    let start = word[..at].trim_end_matches(is_part).len();
    let domain = &word[at + 1..];
    let domain = &domain[..domain.find(|c| !is_part(c)).unwrap_or(domain.len())];
    let domain = domain.trim_end_matches(['.', '-']);
    (start < at && domain.contains('.')).then_some((start, at + 1 + domain.len()))
}

/// How many tokens behind an address say nothing but that it is one, if it ends its sentence: `for more.`. `None` if the
/// sentence goes on.
fn tail(rest: &[Token<'_>], bracketed: bool, closing: &str) -> Option<usize> {
    let closing = if bracketed { closing.trim_start_matches([')', '>', ']']) } else { closing };
    if closing.contains(SENTENCE_ENDS) || closing.contains(['|', ')', ']']) {
        return Some(0);
    }
    if closing.contains(':') {
        return None;
    }
    let mut only_tails = true;
    for (at, token) in rest.iter().enumerate() {
        match token {
            Token::Word("|") if only_tails => return Some(at),
            Token::Word(word) => {
                let bare = bare(word);
                let is_tail = bare.is_empty() || TAILS.contains(&bare.as_str());
                only_tails &= is_tail;
                if ends_sentence(word) {
                    return only_tails.then_some(at + 1);
                }
                if !is_tail && !is_label(&bare) {
                    return None;
                }
            }
            Token::Address { bracketed, closing } => {
                return tail(&rest[at + 1..], *bracketed, closing).map(|_| 0);
            }
        }
    }
    only_tails.then_some(rest.len())
}

/// Where the label begins that the words end with: at a sentence's beginning, or behind a comma or a dash if it sends to
/// the address. The words behind the label's beginning are the label and nothing else. `None` if there is none.
fn label_start(words: &[String], since: usize) -> Option<usize> {
    let mut behind_a_pause = None;
    for at in (since..words.len()).rev() {
        let word = words[at].as_str();
        if ends_sentence(word) || word.ends_with('|') {
            return whole_label(words, at + 1);
        }
        let is_last = at + 1 == words.len();
        let is_dash = matches!(word, "-" | "–" | "—");
        if !is_last && (word.ends_with([',', ':']) || is_dash) {
            behind_a_pause = behind_a_pause.or(Some(at + 1));
        }
        if !is_label(&bare(word)) {
            return behind_a_pause.filter(|start| sends(&words[*start..]));
        }
        if word.starts_with(['(', '[', '<']) {
            return whole_label(words, at);
        }
    }
    whole_label(words, since)
}

/// Whether these words are a label, if all of them are label words: they are nothing, or one of them names something.
fn whole_label(words: &[String], start: usize) -> Option<usize> {
    let mut said = words[start..].iter().map(|word| bare(word)).peekable();
    let joins = said.peek().is_some_and(|word| word == "and" || word == "or");
    let is_one = said.peek().is_none() || joins || said.any(|word| LABELS.contains(&word.as_str()));
    is_one.then_some(start)
}

/// Whether these words send to an address also in the middle of a sentence: `…, see the runbook at`, `… - runbook:`.
fn sends(label: &[String]) -> bool {
    let first = label.first().map(|word| bare(word)).unwrap_or_default();
    let is_marked = label.last().is_some_and(|word| word.ends_with(':'));
    match first.as_str() {
        "see" | "more" => true,
        "runbook" | "playbook" | "details" => is_marked,
        _ => false,
    }
}

fn ends_sentence(word: &str) -> bool {
    word.trim_end_matches([')', ']', '"', '\'']).ends_with(SENTENCE_ENDS)
}

fn is_label(bare: &str) -> bool {
    bare.is_empty() || LABELS.contains(&bare) || FILLERS.contains(&bare)
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Takes away the marks between words and an address: `-`, `→`, `|`.
fn pop_marks(words: &mut Vec<String>, since: usize) {
    while words.len() > since && words.last().is_some_and(|last| bare(last).is_empty()) {
        words.pop();
    }
}

/// Ends the last sentence with the mark that the address had.
fn end_sentence(words: &mut Vec<String>, mark: Option<char>, ends_line: bool) {
    pop_marks(words, 0);
    let Some(last) = words.last_mut() else { return };
    let mark = mark.or((ends_line && last.ends_with(':')).then_some('.'));
    if let Some(mark) = mark.filter(|_| !last.ends_with(SENTENCE_ENDS)) {
        last.truncate(last.trim_end_matches([',', ':']).len());
        last.push(mark);
    }
}

#[cfg(test)]
mod tests;

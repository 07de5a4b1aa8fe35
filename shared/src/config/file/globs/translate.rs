//! Translates into globs what was written for another tool. Pure.
//!
//! `regex`: the globs that say what a regular expression does. `signs`: what gives away for which tool a text was
//! written.

mod regex;
mod signs;

use regex::Regex;
use signs::{is_like, is_regex};

/// The most globs that are proposed for one text.
const MAX_GLOBS: usize = 20;
/// The deepest nesting of groups that is followed.
const MAX_DEPTH: usize = 20;

/// What stands for a regular expression's beginning and end while it is translated.
const BEGIN: char = '\u{2}';
const END: char = '\u{3}';

/// Says what is doubtful about a glob on alarms' names, and which globs would say it.
pub(super) fn doubt(text: &str) -> Option<String> {
    let shown = format!("{text:?}");
    let has_spaces = text.trim() != text;
    let text = text.trim();
    if text.is_empty() {
        return Some(format!("{shown} matches no alarm"));
    }
    if let Some(excluded) = negation(text) {
        // What would leave out every alarm is no advice.
        let is_advice = !excluded.iter().any(|glob| glob.chars().all(|c| "*?".contains(c)));
        let excluded =
            if is_advice { format!(": alarms = {}", list(&excluded)) } else { String::new() };
        return Some(format!(
            "{shown} looks like \"all but\", which a glob cannot say: write [\"*\"], and put what is left out into \
             [[ignore]] or into a policy before this one{excluded}"
        ));
    }
    let Some((looks, globs)) = meant(text) else {
        return has_spaces.then(|| {
            format!(
                "{shown} begins or ends with a space, so the alarm's name must too: only * (any text) and ? (any \
                 character) have a meaning; write {}",
                list(&[text.to_owned()])
            )
        });
    };
    let globs = list(&globs);
    let instead = if globs == "[]" { "globs instead".to_owned() } else { globs };
    Some(format!(
        "{shown} looks like {looks}, and is a glob on the alarm's name: only * (any text) and ? (any character) have a \
         meaning; write {instead}"
    ))
    .filter(|_| instead != format!("[{shown}]"))
}

fn list(globs: &[String]) -> String {
    let quoted: Vec<String> = globs.iter().map(|glob| format!("{glob:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

/// The globs of what is left out, if the text says "all but".
fn negation(text: &str) -> Option<Vec<String>> {
    if let Some(at) = text.find("(?!").or_else(|| text.find("(?<!")) {
        let inner = text[at..].trim_start_matches("(?<!").trim_start_matches("(?!");
        let inner = &inner[..inner.find(')').unwrap_or(inner.len())];
        return Some(globs_of(&format!("^{inner}")));
    }
    if let Some((label, value)) = text.split_once("!=").or_else(|| text.split_once("!~"))
        && label.trim().trim_start_matches('{') == "alertname"
    {
        return Some(vec![unquoted(value).to_owned()]);
    }
    if let Some((inner, behind)) = negated_class(text) {
        return Some(inner.chars().map(|c| format!("{c}{behind}")).take(MAX_GLOBS).collect());
    }
    let rest = text.strip_prefix('!').or_else(|| {
        let (word, rest) = text.split_at_checked(3)?;
        (word.eq_ignore_ascii_case("not") && rest.starts_with([' ', '('])).then_some(rest)
    })?;
    let rest = rest.trim();
    // `!(a|b)*`, as a shell with extended globs reads it.
    if let Some((inner, behind)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let all = inner.split('|').flat_map(or_itself).map(|one| format!("{one}{behind}"));
        return Some(all.take(MAX_GLOBS).collect());
    }
    (!rest.is_empty())
        .then(|| meant(rest).map_or_else(|| vec![rest.to_owned()], |(_, globs)| globs))
}

/// `[!ab]*` and `[^ab]*`: the beginnings that are left out, and what stands behind.
fn negated_class(text: &str) -> Option<(&str, &str)> {
    let (inner, behind) = text.strip_prefix('[')?.split_once(']')?;
    let inner = inner.strip_prefix(['!', '^'])?;
    let is_plain = !inner.is_empty() && inner.chars().all(char::is_alphanumeric);
    (is_plain && behind == "*").then_some((inner, behind))
}

/// A value of a matcher on labels, without what stands around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim().trim_start_matches(['"', '\'']);
    &value[..value.find(['"', '\'', ',', '}']).unwrap_or(value.len())]
}

/// What a text looks like, and the globs that say it; `None` if it looks like a glob.
fn meant(text: &str) -> Option<(&'static str, Vec<String>)> {
    let quotes = ['"', '\'', '`'];
    if text.len() > 2 && text.starts_with(quotes) && text.ends_with(quotes) {
        let inner = text.trim_matches(quotes);
        return Some(("a text in quotes", or_itself(inner)));
    }
    if let Some((_, name)) = text.strip_prefix("arn:").and_then(|arn| arn.split_once(":alarm:")) {
        return Some(("an ARN", or_itself(name)));
    }
    if text.starts_with("arn:") {
        return Some(("an ARN", Vec::new()));
    }
    if let Some(matcher) = label_matcher(text) {
        return Some(("a matcher on labels", matcher));
    }
    if text.starts_with('{') && (text.contains("=\"") || text.contains("=~\"")) {
        return Some(("a matcher on labels", Vec::new()));
    }
    let prefixes = ["regex:", "regexp:", "re:", "=~", "~"];
    if let Some(rest) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        return Some(("a regular expression", globs_of(rest.trim())));
    }
    if let Some(inner) = between_slashes(text) {
        return Some(("a regular expression", searched(inner)));
    }
    if let Some(parts) = listed(text) {
        let globs: Vec<String> = parts.into_iter().flat_map(or_itself).take(MAX_GLOBS).collect();
        return Some(("a list in one text", globs));
    }
    if is_regex(text) {
        let is_plain = text.chars().all(|c| c.is_alphanumeric() || "-_ |.*?".contains(c));
        let alternatives = is_plain && text.contains('|') && !text.contains(".*");
        return Some((
            if alternatives { "alternatives" } else { "a regular expression" },
            globs_of(text),
        ));
    }
    if is_like(text) {
        return Some(("a pattern of SQL", vec![without_repeats(text.replace('%', "*"))]));
    }
    let expanded = braces(text, 0);
    (expanded.len() > 1).then_some(("braces of a shell", expanded))
}

fn or_itself(text: &str) -> Vec<String> {
    let text = text.trim();
    meant(text).map_or_else(|| vec![text.to_owned()], |(_, globs)| globs)
}

/// `{alertname="x"}`, `alertname=~"x.*"`.
fn label_matcher(text: &str) -> Option<Vec<String>> {
    let (_, value) = text.split_once("alertname")?;
    let value = value.trim_start();
    let (is_regex, value) = match value.strip_prefix("=~") {
        Some(value) => (true, value),
        None => (false, value.strip_prefix('=')?),
    };
    let value = unquoted(value);
    Some(if is_regex { globs_of(value) } else { vec![value.to_owned()] })
}

/// What stands between two slashes: a regular expression that is searched for.
fn between_slashes(text: &str) -> Option<&str> {
    let (inner, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    (!inner.is_empty() && flags.chars().all(|c| "gimsux".contains(c))).then_some(inner)
}

/// The parts of a list: separated by commas or semicolons, or globs that are separated by spaces.
fn listed(text: &str) -> Option<Vec<&str>> {
    let mut depth = 0_i32;
    let separates = |c: char| {
        depth += i32::from(matches!(c, '{' | '(' | '[')) - i32::from(matches!(c, '}' | ')' | ']'));
        depth == 0 && matches!(c, ',' | ';')
    };
    let parts: Vec<&str> =
        text.split(separates).map(str::trim).filter(|part| !part.is_empty()).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    match (parts.len(), words.len()) {
        (2.., _) => Some(parts),
        (_, 2..) if words.iter().all(|word| word.contains('*')) => Some(words),
        _ => None,
    }
}

/// A text with braces, as a shell reads them: `a-{b,c}` and `a-{1..3}`.
fn braces(text: &str, depth: usize) -> Vec<String> {
    let itself = || vec![text.to_owned()];
    let Some(open) = text.find('{').filter(|_| depth < MAX_DEPTH) else { return itself() };
    let (mut level, mut commas, mut close) = (0, Vec::new(), None);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '{' => level += 1,
            '}' => level -= 1,
            ',' if level == 1 => commas.push(at),
            _ => {}
        }
        if level == 0 {
            close = Some(at);
            break;
        }
    }
    let Some(close) = close else { return itself() };
    let (before, inner, behind) = (&text[..open], &text[open + 1..close], &text[close + 1..]);
    let choices: Vec<String> = match (commas.is_empty(), range(inner)) {
        (true, Some(range)) => range,
        (true, None) => vec![format!("{{{inner}}}")],
        (false, _) => {
            let mut from = open + 1;
            let ends = commas.iter().chain([&close]);
            let choices = ends.map(|end| {
                let choice = text[from..*end].trim().to_owned();
                from = end + 1;
                choice
            });
            choices.flat_map(|choice| braces(&choice, depth + 1)).collect()
        }
    };
    let rests = braces(behind, depth + 1);
    let all = choices
        .iter()
        .flat_map(|choice| rests.iter().map(move |rest| format!("{before}{choice}{rest}")));
    all.take(MAX_GLOBS).collect()
}

fn range(inner: &str) -> Option<Vec<String>> {
    let (from, to) = inner.split_once("..")?;
    let (from, to) = (from.parse::<u32>().ok()?, to.parse::<u32>().ok()?);
    Some((from..=to).take(MAX_GLOBS).map(|number| number.to_string()).collect())
}

/// The globs for a regular expression that stands for a whole name.
fn globs_of(regex: &str) -> Vec<String> {
    finish(Regex::new(regex).alternatives(0), false)
}

/// The same for one that is searched for in a name.
fn searched(regex: &str) -> Vec<String> {
    finish(Regex::new(regex).alternatives(0), true)
}

fn finish(found: Vec<String>, searched: bool) -> Vec<String> {
    let mut globs: Vec<String> = Vec::new();
    for text in found {
        let (begins, ends) = (text.contains(BEGIN), text.contains(END));
        let mut glob: String = text.chars().filter(|c| !matches!(*c, BEGIN | END)).collect();
        // One that is tied to one end only is open at the other.
        if !ends && (searched || begins) {
            glob.push('*');
        }
        if !begins && (searched || ends) {
            glob.insert(0, '*');
        }
        glob = without_repeats(glob);
        if glob.is_empty() {
            glob.push('*');
        }
        if !globs.contains(&glob) {
            globs.push(glob);
        }
    }
    globs
}

/// The same glob with one `*` for several in a row.
fn without_repeats(mut glob: String) -> String {
    while glob.contains("**") {
        glob = glob.replace("**", "*");
    }
    glob
}

//! Hints for texts that are no JSON: what they look like, and how they become JSON.

/// A hint for bytes that are no UTF-8.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<String> {
    let is_wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || bytes.contains(&0);
    let hint = if is_wide {
        "The file is UTF-16, as PowerShell writes it: save it as UTF-8"
    } else {
        "Save the file as UTF-8"
    };
    Some(hint.to_owned())
}

/// A hint for a text that stops being JSON at a byte.
pub(super) fn of_text(text: &str, at: usize) -> Option<String> {
    let (before, rest) = text.split_at_checked(at)?;
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let before = before.trim_end_matches([' ', '\t', '\r', '\n']);
    let line = rest.lines().next().unwrap_or_default();
    let hint = if start.is_empty() {
        "The file is empty"
    } else if text.contains('\0') {
        "The file is not text, or UTF-16: save it as UTF-8"
    } else if is_comment(rest) {
        "JSON has no comments: remove them"
    } else if is_javascript(start) {
        JAVASCRIPT
    } else if is_hcl(start, rest, line) {
        "It looks like HCL (Terraform): print the value of jsonencode(…) as JSON, as `terraform console` does, or \
         export the Flow as JSON in Studio"
    } else if before.ends_with(',') && rest.starts_with(['}', ']']) {
        "JSON has no comma after the last value: remove it"
    } else if rest.starts_with(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) {
        "These are typographic quotation marks: JSON needs plain ones, \""
    } else if start.starts_with('<') {
        "It looks like HTML or XML, perhaps an error page instead of the Flow"
    } else if start.starts_with("---") || start.starts_with("description:") {
        "It looks like YAML: JSON is needed, as Studio exports it"
    } else if rest.starts_with("${") || rest.starts_with("{{") || rest.starts_with("<%") {
        "A placeholder stands here that something else fills in: render the template first"
    } else if ["NaN", "Infinity", "undefined", "True", "False", "None"]
        .iter()
        .any(|word| rest.starts_with(word))
    {
        "JSON has true, false and null, in small letters, and neither NaN nor undefined"
    } else if rest.starts_with('\'') || is_bare_key(line) {
        JAVASCRIPT
    } else if rest.is_empty() {
        "The file ends too early: it was cut off, or a bracket is missing"
    } else if rest.starts_with(['{', '[']) && before.ends_with(['}', ']']) {
        "Several JSON values follow one another: put each into a file of its own"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

const JAVASCRIPT: &str = "It looks like a JavaScript object: keys and texts need double quotation marks; JSON.stringify \
                          prints them so";

fn is_comment(rest: &str) -> bool {
    ["//", "/*", "#"].iter().any(|start| rest.starts_with(start))
}

fn is_javascript(start: &str) -> bool {
    ["module.exports", "exports.", "export ", "const ", "let ", "var ", "import ", "return ", "("]
        .iter()
        .any(|word| start.starts_with(word))
}

/// Terraform's: a block at the start, an equals sign behind a key, a reference for a value.
fn is_hcl(start: &str, rest: &str, line: &str) -> bool {
    let blocks = [
        "resource ",
        "data ",
        "locals ",
        "variable ",
        "module ",
        "jsonencode(",
        "provider ",
        "terraform ",
    ];
    let references = ["var.", "local.", "jsonencode(", "data.", "module.", "twilio_", "path."];
    let begins = |words: &[&str], text: &str| words.iter().any(|word| text.starts_with(word));
    let is_assignment = word(line).is_some_and(|(_, behind)| {
        let behind = behind.trim_start();
        behind.starts_with('=') && !behind.starts_with("==")
    });
    begins(&blocks, start) || begins(&references, rest) || is_assignment || rest.starts_with('=')
}

/// A key without quotation marks, and its colon.
fn is_bare_key(line: &str) -> bool {
    word(line).is_some_and(|(_, behind)| behind.trim_start().starts_with(':'))
}

/// The word at the start of a line, and the rest behind it.
fn word(line: &str) -> Option<(&str, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
    let length = line.find(|c| !is_part(c)).unwrap_or(line.len());
    (length > 0).then(|| line.split_at(length))
}

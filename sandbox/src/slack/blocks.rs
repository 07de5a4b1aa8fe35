//! The rules of Block Kit for a message. Pure. (docs.slack.dev, "Reference: blocks" and "Reference: block elements".)
//!
//! Blocks and elements that Slack knows and this server does not use pass unread.

use std::collections::HashSet;

use serde_json::Value;

use crate::ids::random;

/// The most blocks of a message.
const BLOCKS: usize = 50;
/// The most characters of all texts of a message. Slack documents none. (slackapi/bolt-js issue 2509.)
const ALL_TEXTS: usize = 13_200;

const UNREAD_BLOCKS: [&str; 7] =
    ["context_actions", "file", "input", "markdown", "rich_text", "table", "video"];
const ANY_TEXT: &[&str] = &["mrkdwn", "plain_text"];
const PLAIN: &[&str] = &["plain_text"];

/// The result of a check; `Err` says what is wrong, and where.
type Checked = Result<(), String>;

/// Whether Slack takes these blocks; else what is wrong where.
pub(super) fn check(blocks: &[Value]) -> Checked {
    at_most(blocks.len(), BLOCKS, "items", "/blocks")?;
    let mut ids = HashSet::new();
    for (index, block) in blocks.iter().enumerate() {
        let at = format!("/blocks/{index}");
        let id = name(block, "block_id", &at)?;
        if id.is_some_and(|id| !ids.insert(id)) {
            return Err(wrong("is there twice", &format!("{at}/block_id")));
        }
        match block["type"].as_str() {
            Some("actions") => actions(block, &at)?,
            Some("context") => context(block, &at)?,
            Some("divider") => {}
            Some("header") => text(&block["text"], PLAIN, 150, &format!("{at}/text"))?,
            Some("image") => image(block, &at)?,
            Some("section") => section(block, &at)?,
            Some(kind) if UNREAD_BLOCKS.contains(&kind) => {}
            _ => return Err(wrong("unsupported type", &format!("{at}/type"))),
        }
    }
    Ok(())
}

/// Whether all texts together are more than Slack takes.
pub(super) fn are_too_long(blocks: &[Value]) -> bool {
    blocks.iter().map(length).sum::<usize>() > ALL_TEXTS
}

/// Gives a name to each block that can be acted on, and to each button, that has none: Slack does.
pub(super) fn name_controls(blocks: &mut [Value]) {
    for block in blocks {
        let mut has_control = false;
        for element in controls_mut(block) {
            has_control = true;
            give_name(element, "action_id");
        }
        if has_control {
            give_name(block, "block_id");
        }
    }
}

/// The button, or the menu, of these names.
pub(super) fn button<'a>(
    blocks: &'a [Value],
    block_id: &str,
    action_id: &str,
) -> Option<&'a Value> {
    let block = blocks.iter().find(|block| block["block_id"] == block_id)?;
    let elements = block["elements"].as_array().into_iter().flatten();
    elements.chain(block.get("accessory")).find(|element| element["action_id"] == action_id)
}

fn controls_mut(block: &mut Value) -> impl Iterator<Item = &mut Value> {
    let key = if block["type"] == "actions" { "elements" } else { "accessory" };
    let found = block.get_mut(key).map(|found| match found {
        Value::Array(elements) => elements.iter_mut().collect(),
        one => vec![one],
    });
    found
        .into_iter()
        .flatten()
        .filter(|element| element["type"] == "button" || element["type"] == "static_select")
}

fn give_name(object: &mut Value, key: &str) {
    if let Value::Object(object) = object {
        let made_up = || Value::from(random().chars().take(10).collect::<String>());
        object.entry(key).or_insert_with(made_up);
    }
}

fn section(block: &Value, at: &str) -> Checked {
    let fields = block.get("fields");
    if let Some(text_object) = block.get("text") {
        text(text_object, ANY_TEXT, 3_000, &format!("{at}/text"))?;
    } else if fields.is_none() {
        return Err(wrong("missing required field: text or fields", at));
    }
    if let Some(fields) = fields {
        for (index, field) in items(fields, 10, &format!("{at}/fields"))?.iter().enumerate() {
            text(field, ANY_TEXT, 2_000, &format!("{at}/fields/{index}"))?;
        }
    }
    block
        .get("accessory")
        .map_or(Ok(()), |accessory| element(accessory, &format!("{at}/accessory")))
}

fn context(block: &Value, at: &str) -> Checked {
    let at = format!("{at}/elements");
    for (index, part) in items(&block["elements"], 10, &at)?.iter().enumerate() {
        let at = format!("{at}/{index}");
        match part["type"].as_str() {
            Some("image") => image(part, &at)?,
            _ => text(part, ANY_TEXT, 3_000, &at)?,
        }
    }
    Ok(())
}

fn actions(block: &Value, at: &str) -> Checked {
    let at = format!("{at}/elements");
    let mut ids = HashSet::new();
    for (index, part) in items(&block["elements"], 25, &at)?.iter().enumerate() {
        let at = format!("{at}/{index}");
        element(part, &at)?;
        if part["action_id"].as_str().is_some_and(|id| !ids.insert(id)) {
            return Err(wrong("is there twice in its block", &format!("{at}/action_id")));
        }
    }
    Ok(())
}

fn element(part: &Value, at: &str) -> Checked {
    name(part, "action_id", at)?;
    match part["type"].as_str() {
        Some("button") => {
            text(&part["text"], PLAIN, 75, &format!("{at}/text"))?;
            string(part, "value", 2_000, at)?;
            string(part, "url", 3_000, at)?;
            string(part, "accessibility_label", 75, at)?;
            style(part, at)?;
            part.get("confirm").map_or(Ok(()), |dialog| confirm(dialog, &format!("{at}/confirm")))
        }
        Some("static_select") => static_select(part, at),
        Some("image") => image(part, at),
        Some(_) => Ok(()),
        None => Err(wrong("missing required field: type", at)),
    }
}

fn static_select(part: &Value, at: &str) -> Checked {
    if let Some(placeholder) = part.get("placeholder") {
        text(placeholder, PLAIN, 150, &format!("{at}/placeholder"))?;
    }
    let at_options = format!("{at}/options");
    for (index, option) in items(&part["options"], 100, &at_options)?.iter().enumerate() {
        let at = format!("{at_options}/{index}");
        text(&option["text"], PLAIN, 75, &format!("{at}/text"))?;
        string(option, "value", 150, &at)?;
        if option["value"].as_str().is_none() {
            return Err(wrong("missing required field: value", &at));
        }
    }
    part.get("confirm").map_or(Ok(()), |dialog| confirm(dialog, &format!("{at}/confirm")))
}

fn confirm(dialog: &Value, at: &str) -> Checked {
    text(&dialog["title"], PLAIN, 100, &format!("{at}/title"))?;
    text(&dialog["text"], ANY_TEXT, 300, &format!("{at}/text"))?;
    for answer in ["confirm", "deny"] {
        text(&dialog[answer], PLAIN, 30, &format!("{at}/{answer}"))?;
    }
    style(dialog, at)
}

fn image(part: &Value, at: &str) -> Checked {
    string(part, "image_url", 3_000, at)?;
    string(part, "alt_text", 2_000, at)?;
    match part["alt_text"].as_str() {
        Some(_) => Ok(()),
        None => Err(wrong("missing required field: alt_text", at)),
    }
}

fn style(part: &Value, at: &str) -> Checked {
    match part.get("style").map(Value::as_str) {
        None | Some(Some("primary" | "danger")) => Ok(()),
        _ => Err(wrong("must be one of primary, danger", &format!("{at}/style"))),
    }
}

/// A text object of one of these kinds, neither empty nor longer than this.
fn text(object: &Value, kinds: &[&str], most: usize, at: &str) -> Checked {
    let Some(text) = object["text"].as_str() else {
        return Err(wrong("must be a text object", at));
    };
    if !object["type"].as_str().is_some_and(|kind| kinds.contains(&kind)) {
        return Err(wrong(&format!("must be one of {}", kinds.join(", ")), &format!("{at}/type")));
    }
    if text.is_empty() {
        return Err(wrong("must be more than 0 characters", &format!("{at}/text")));
    }
    at_most(units(text), most, "characters", &format!("{at}/text"))
}

/// A string that may be missing.
fn string(object: &Value, key: &str, most: usize, at: &str) -> Checked {
    let at = format!("{at}/{key}");
    match object.get(key) {
        None => Ok(()),
        Some(Value::String(text)) => at_most(units(text), most, "characters", &at),
        Some(_) => Err(wrong("must be a string", &at)),
    }
}

/// A `block_id` or `action_id`, if it has one.
fn name<'a>(object: &'a Value, key: &str, at: &str) -> Result<Option<&'a str>, String> {
    string(object, key, 255, at)?;
    match object[key].as_str() {
        Some("") => Err(wrong("must be more than 0 characters", &format!("{at}/{key}"))),
        id => Ok(id),
    }
}

/// An array of one to so many items.
fn items<'a>(list: &'a Value, most: usize, at: &str) -> Result<&'a Vec<Value>, String> {
    let list = list.as_array().ok_or_else(|| wrong("must be an array", at))?;
    if list.is_empty() {
        return Err(wrong("must have more than 0 items", at));
    }
    at_most(list.len(), most, "items", at).map(|()| list)
}

fn at_most(have: usize, most: usize, what: &str, at: &str) -> Checked {
    match have <= most {
        true => Ok(()),
        false => Err(wrong(&format!("no more than {most} {what} allowed, these are {have}"), at)),
    }
}

fn wrong(what: &str, at: &str) -> String {
    format!("{what} [json-pointer:{at}]")
}

/// All characters of the text objects in a block.
fn length(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(length).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match value.as_str() {
                Some(text) if key == "text" => units(text),
                Some(_) => 0,
                None => length(value),
            })
            .sum(),
        _ => 0,
    }
}

/// How long a text is for Slack. It does not say how it counts; UTF-16 is the longer of the likely ways.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

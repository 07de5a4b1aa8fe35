//! Liquid, sentence by sentence: texts that are written, failures, limits.

mod failing;
mod filters;
mod limits;
mod random;
mod writing;

use serde_json::Value;

use super::Template;

/// 12:00 in Los Angeles, in winter.
const NOW: &str = "2026-11-28T20:00:00Z";

fn render(template: &str, context: &Value) -> Result<String, String> {
    let parsed = Template::parse(template);
    let rendered = parsed.and_then(|template| template.render(context, NOW.parse().unwrap()));
    rendered.map_err(|error| error.to_string())
}

/// Checks that each template is written as the text beside it.
fn check(context: &Value, templates: &[(&str, &str)]) {
    for (template, rendered) in templates {
        assert_eq!(render(template, context).as_deref(), Ok(*rendered), "{template}");
    }
}

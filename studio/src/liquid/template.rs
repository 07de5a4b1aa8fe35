//! A parsed template, from text to text.

use jiff::Timestamp;
use serde_json::Value;

use super::error::LiquidError;
use super::render::Renderer;
use super::syntax::TemplateNode;
use super::{block, paths};

/// A text with its outputs and tags parsed.
#[derive(Debug)]
pub struct Template {
    source: String,
    nodes: Vec<TemplateNode>,
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    /// The first place at which it is no Liquid: unmatched braces, an unknown tag or filter, an operator such as `+`,
    /// a name that is not ASCII.
    pub fn parse(source: &str) -> Result<Template, LiquidError> {
        Ok(Template { nodes: block::parse(source)?, source: source.to_owned() })
    }

    /// Every path that is looked up, in the order of the text: its names and indexes up to the first that is itself
    /// looked up. `{{ widgets.get-day.parsed.list[0][flow.data.key].x }}` has `widgets, get-day, parsed, list, 0` and
    /// `flow, data, key`. A path that begins with a name which the template itself gives (`assign`, `for`, …) is none.
    pub fn paths(&self) -> Vec<Vec<String>> {
        paths::paths(&self.nodes)
    }

    /// Renders with the data of an execution, an object of `flow`, `trigger`, `widgets`, `contact`. A name that is not
    /// there is empty.
    ///
    /// # Errors
    /// Faults that only values show: an index that a list does not have, a division by zero, a text or work beyond the
    /// limits.
    pub fn render(&self, context: &Value, now: Timestamp) -> Result<String, LiquidError> {
        self.render_counted(context, now).0
    }

    /// Renders, and says how much work that was, in units of [`MAX_WORK`](super::MAX_WORK).
    pub fn render_counted(
        &self,
        context: &Value,
        now: Timestamp,
    ) -> (Result<String, LiquidError>, u64) {
        let mut renderer = Renderer::new(&self.source, context, now);
        let rendered = renderer.render(&self.nodes);
        (rendered, renderer.spent())
    }
}

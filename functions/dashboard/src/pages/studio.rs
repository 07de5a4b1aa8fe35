//! The pages of the job Watch: Flows and Executions as they run, and one Flow with people moving through its graph.
//!
//! 1. [`list`]: all Flows and Executions. [`flow`]: one Flow. [`chosen`]: one Execution, and what its steps knew.
//! 2. Pure: `query`, what an address asks for; `rows`, an Execution as it is listed; `drawn`, the graph; `graph`, what is laid over it,
//!    and `svg_parts`, it in parts; `masked`, what may be shown of a context; `subscribe`, commands to copy.

mod chosen;
mod drawn;
mod flow;
mod graph;
mod layouts;
mod list;
mod masked;
mod medians;
mod query;
mod rows;
mod subscribe;
mod svg_parts;

pub(crate) use flow::{definition, live as live_flow, one};
pub use layouts::LayoutCache;
pub(crate) use list::{all, live as live_list};
pub use medians::MediansCache;

use minijinja::Value;
use shared::http::Request;
use shared::{Error, Timestamp, http};

use super::text;
use crate::parts::{Around, Live, Part};

/// The change that a browser that follows is sent.
pub(crate) struct Change {
    /// Names what it shows then.
    pub(crate) id: String,
    /// The HTML that it lacks; `None` if it lacks nothing.
    pub(crate) html: Option<String>,
}

/// Names how far events have come, and the minute: within one, nothing changes but by events.
struct Stamp(String);

impl Stamp {
    fn of(cursor: u64, now: Timestamp) -> Stamp {
        Stamp(format!("{cursor}-{}.", now.as_second() / 60))
    }

    /// Whether a browser that has this lacks nothing.
    fn is_of(&self, has: &str) -> bool {
        has.starts_with(&self.0)
    }

    fn id(&self, live: &Live) -> String {
        format!("{}{}", self.0, live.id())
    }

    fn change(&self, live: &Live, has: &str) -> Change {
        let (_, parts) = has.split_once('.').unwrap_or_default();
        // Without any part: the browser learns that it is up to date.
        let html = live.missing(parts).unwrap_or_else(|| "<div data-parts=\"\"></div>".to_owned());
        Change { id: self.id(live), html: Some(html) }
    }

    /// The change of a browser that lacks nothing.
    fn nothing(has: &str) -> Change {
        Change { id: has.to_owned(), html: None }
    }
}

/// The parts of a list: a template's row for each.
struct Rows {
    parts: Vec<Part>,
}

impl Rows {
    fn new() -> Rows {
        Rows { parts: Vec::new() }
    }

    /// Adds an element with this id, rendered from a template, and gives its hole.
    fn add(
        &mut self,
        element: &str,
        id: &str,
        template: &str,
        facts: Value,
    ) -> Result<Value, Error> {
        let html = text(template, facts)?.trim().to_owned();
        let part = Part::new(element, id, html, Around::Nothing);
        let hole = part.hole();
        self.parts.push(part);
        Ok(hole)
    }
}

/// The fields of a request's query.
fn fields(request: &Request) -> Vec<(String, String)> {
    http::form_fields(request.query.as_deref().unwrap_or_default().as_bytes())
}

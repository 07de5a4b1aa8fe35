//! `[[routes]]`: which event goes to which channel, in which words.

use serde::Deserialize;
use toml::Spanned;

use super::Check;
use crate::domain::routes::{Route, check_expression, check_template};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTable {
    pub(super) name: Spanned<String>,
    pub(super) events: Spanned<Vec<Spanned<String>>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) text: Spanned<String>,
    pub(super) to: Spanned<String>,
    pub(super) fallback: Option<Spanned<String>>,
}

impl Check<'_> {
    pub(super) fn route(&mut self, table: RouteTable, channels: &[String]) -> Route {
        if table.name.get_ref().trim().is_empty() {
            self.problem(table.name.span().start, "routes.name", "is empty, expected a name");
        }
        self.globs(&table.events);
        if let Some(when) = &table.when {
            self.checked("routes.when", when, check_expression);
        }
        self.checked("routes.text", &table.text, check_template);
        self.target(&table, channels);
        Route {
            name: table.name.into_inner(),
            events: table.events.into_inner().into_iter().map(Spanned::into_inner).collect(),
            when: table.when.map(Spanned::into_inner),
            text: table.text.into_inner(),
            to: table.to.into_inner(),
            fallback: table.fallback.map(Spanned::into_inner),
        }
    }

    fn globs(&mut self, events: &Spanned<Vec<Spanned<String>>>) {
        if events.get_ref().is_empty() {
            self.problem(events.span().start, "routes.events", "is empty, expected event types");
        }
        let fine = |c: char| c.is_ascii_alphanumeric() || "._-*?".contains(c);
        for glob in events.get_ref() {
            let text = glob.get_ref();
            if text.is_empty() || !text.chars().all(fine) {
                let what = format!(
                    "{text:?} can match no event type, expected one like \
                     \"com.twilio.taskrouter.worker.created\" or \"com.twilio.taskrouter.worker.*\""
                );
                self.problem(glob.span().start, "routes.events", what);
            }
        }
    }

    fn target(&mut self, table: &RouteTable, channels: &[String]) {
        let expected = || match channels {
            [] => "but no channel is declared, expected a table like [channels.default]".to_owned(),
            channels => format!("expected one of {}", channels.join(", ")),
        };
        let to = &table.to;
        let is_template = to.get_ref().contains("{{") || to.get_ref().contains("{%");
        if is_template {
            self.checked("routes.to", to, check_template);
            if table.fallback.is_none() {
                let what =
                    format!("is a template, so the route needs a `fallback`, {}", expected());
                self.problem(to.span().start, "routes.to", what);
            }
        } else if !channels.contains(to.get_ref()) {
            let what = format!("{:?} is not a declared channel, {}", to.get_ref(), expected());
            self.problem(to.span().start, "routes.to", what);
        }
        let Some(fallback) = &table.fallback else { return };
        if !is_template {
            let what = "serves only a `to` that is a template, expected none";
            self.problem(fallback.span().start, "routes.fallback", what);
        } else if !channels.contains(fallback.get_ref()) {
            let what =
                format!("{:?} is not a declared channel, {}", fallback.get_ref(), expected());
            self.problem(fallback.span().start, "routes.fallback", what);
        }
    }
}

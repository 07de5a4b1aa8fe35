//! Which event goes to which channel, with which text. Pure.

mod template;

use minijinja::{Environment, Value};
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use crate::domain::event::{Event, TEST_EVENT};
use crate::domain::templates;
use crate::domain::text::cut_section;

pub use template::{check_expression, check_template};

/// One thing said in Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The event that it tells of: its type, …
    pub event_type: String,
    /// … and its id among those of its type.
    pub event_id: String,
    /// The route that sent it here. Type, id and route together name a line.
    pub route: String,
    /// Slack mrkdwn, escaped, within Slack's limit for a section.
    pub text: String,
    /// The route's template failed on this event, and a plain line stands in for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// It asks for somebody: whoever reads it may take the incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

/// One route, as the configuration has it: checked, but for the channel that a template will name.
#[derive(Clone, Debug)]
pub struct Route {
    /// Names it; unique.
    pub name: String,
    /// Globs on the event type: `*` is any text, `?` any character.
    pub events: Vec<String>,
    /// A minijinja expression on the envelope; the route is for events that make it true.
    pub when: Option<String>,
    /// A minijinja template; what is said.
    pub text: String,
    /// A channel, or a template that gives one.
    pub to: String,
    /// The channel of an event for which `to` gives no declared one.
    pub fallback: Option<String>,
}

/// All routes, compiled.
pub struct Routes {
    environment: Environment<'static>,
    routes: Vec<(Vec<WildMatch>, Route)>,
    channels: Vec<String>,
}

impl Routes {
    /// Takes routes that were checked before (`config::file`). The channels are in the file's order.
    pub fn new(routes: Vec<Route>, channels: Vec<String>) -> Routes {
        let environment = template::environment();
        let routes = routes
            .into_iter()
            .map(|route| (route.events.iter().map(|glob| WildMatch::new(glob)).collect(), route))
            .collect();
        Routes { environment, routes, channels }
    }

    /// The declared channels.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The channel for what no route is for: `default`, or else the first.
    pub fn usual_channel(&self) -> Option<&str> {
        let usual = self.channels.iter().find(|channel| *channel == "default");
        usual.or(self.channels.first()).map(String::as_str)
    }

    /// The routes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().map(|(_, route)| route)
    }

    /// The lines to say of an event, and in which channels. A route whose condition or words fail on this event says
    /// so in a plain line: nothing is lost.
    pub fn lines(&self, event: &Event) -> Vec<(String, Line)> {
        let mut context = None;
        let mut lines = Vec::new();
        for (globs, route) in &self.routes {
            if !globs.iter().any(|glob| glob.matches(&event.event_type)) {
                continue;
            }
            let context = context.get_or_insert_with(|| template::context(&event.envelope));
            lines.extend(self.line(route, event, context));
        }
        if lines.is_empty() && event.event_type == TEST_EVENT {
            lines.extend(self.test_line(event));
        }
        lines
    }

    fn line(&self, route: &Route, event: &Event, context: &Value) -> Option<(String, Line)> {
        let applies = route.when.as_ref().map_or(Ok(true), |when| self.is_true(when, context));
        if let Ok(false) = applies {
            return None;
        }
        let text =
            applies.map_err(|error| error.to_string()).and_then(|_| self.text(route, context));
        let failed = text.is_err();
        let text = text.unwrap_or_else(|error| {
            tracing::warn!(
                route = route.name,
                event_type = event.event_type,
                error,
                "a route failed on an event"
            );
            plain(route, event)
        });
        let channel = self.channel(route, context);
        Some((channel, self.named(event, &route.name, &text, failed)))
    }

    /// What a route says. Nothing at all is a failure: a misspelt field gives nothing, and silence is what `when` is for.
    fn text(&self, route: &Route, context: &Value) -> Result<String, String> {
        let text = self.render(&route.text, context).map_err(|error| error.to_string())?;
        if text.trim().is_empty() { Err("its text is empty".to_owned()) } else { Ok(text) }
    }

    fn is_true(&self, when: &str, context: &Value) -> Result<bool, minijinja::Error> {
        templates::evaluate(&self.environment, when, context.clone()).map(|value| value.is_true())
    }

    fn render(&self, source: &str, context: &Value) -> Result<String, minijinja::Error> {
        templates::render(&self.environment, source, context.clone(), template::mrkdwn())
    }

    fn channel(&self, route: &Route, context: &Value) -> String {
        let Some(fallback) = &route.fallback else { return route.to.clone() };
        self.render(&route.to, context)
            .ok()
            .map(|channel| channel.trim().trim_start_matches('#').to_owned())
            .filter(|channel| self.channels.contains(channel))
            .unwrap_or_else(|| fallback.clone())
    }

    /// Twilio's test event is shown even if no route asks for it: somebody is waiting for it.
    fn test_line(&self, event: &Event) -> Option<(String, Line)> {
        let channel = self.usual_channel()?;
        let text = ":white_check_mark: Twilio's test event arrived: the sink works.";
        Some((channel.to_owned(), self.named(event, "test event", text, false)))
    }

    fn named(&self, event: &Event, route: &str, text: &str, failed: bool) -> Line {
        Line {
            event_type: event.event_type.clone(),
            event_id: event.id.clone(),
            route: route.to_owned(),
            text: cut_section(text.trim()),
            failed,
            asks: false,
        }
    }
}

fn plain(route: &Route, event: &Event) -> String {
    let escape = crate::domain::text::escape;
    format!(
        ":warning: `{}` `{}` (the route \"{}\" failed on this event)",
        escape(&event.event_type),
        escape(&event.id),
        escape(&route.name)
    )
}

#[cfg(test)]
mod tests;

//! Sentences for Slack, in mrkdwn.

use std::collections::BTreeMap;

use super::mrkdwn::{cut_section, escape};
use super::sentence::{Part, sentence};
use super::times::local_time;
use crate::domain::escalation::{Entry, Event, Incident, Person};

/// The part of the configuration that a text for Slack needs.
#[derive(Clone, Copy, Debug)]
pub struct SlackContext<'a> {
    /// The address of the pages, without a slash at its end.
    pub base_url: Option<&'a str>,
    /// Everybody in the configuration, by name.
    pub people: &'a BTreeMap<String, Person>,
}

impl SlackContext<'_> {
    /// A person as Slack shows them: mentioned, if their member id is known.
    pub fn mention(&self, person: &str) -> String {
        let id = self.people.get(person).and_then(|person| person.slack.as_ref());
        id.map_or_else(|| bold(person), |id| format!("<@{id}>"))
    }

    /// The owner of an incident: mentioned, also if only Slack knows them.
    fn mention_owner(&self, incident: &Incident, name: &str) -> String {
        let owner = incident.owner.as_ref().filter(|owner| owner.person == name);
        match owner.and_then(|owner| owner.member.as_ref()) {
            Some(member) => format!("<@{}>", member.id),
            None => self.mention(name),
        }
    }

    /// A link to an incident's page, with a space before it; empty if no address is known.
    fn page_link(&self, incident: &Incident) -> String {
        let page =
            self.base_url.map(|base| format!(" <{base}/incidents/{}|Its page>", incident.id));
        page.unwrap_or_default()
    }
}

/// A name in bold.
pub(crate) fn bold(name: &str) -> String {
    format!("*{}*", escape(name))
}

/// The line for an entry of an incident's timeline, in mrkdwn; `None` if Slack does not show it.
pub fn slack_line(incident: &Incident, entry: &Entry, context: SlackContext<'_>) -> Option<String> {
    let sentence = sentence(incident, &entry.event);
    let emoji = sentence.emoji?;
    let mut line = String::new();
    if sentence.broadcast {
        line.push_str("<!channel> ");
    }
    if !emoji.is_empty() {
        line.push_str(emoji);
        line.push(' ');
    }
    for part in &sentence.parts {
        match part {
            Part::Text(text) => line.push_str(&escape(text)),
            Part::Strong(name) | Part::Alarm(name) | Part::Person(name) => {
                line.push_str(&bold(name))
            }
            Part::Mention(person) => line.push_str(&context.mention(person)),
            Part::Owner(person) => line.push_str(&context.mention_owner(incident, person)),
            Part::Time(at) => line.push_str(&local_time(*at)),
        }
    }
    let detail = escape(sentence.detail.trim_end_matches('.'));
    if !detail.is_empty() {
        line.push_str(": ");
        line.push_str(&detail);
    }
    if matches!(entry.event, Event::Raised { .. }) {
        line.push('.');
        line.push_str(&context.page_link(incident));
    }
    Some(cut_section(&line))
}

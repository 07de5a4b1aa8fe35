//! `[people]`: who can be called.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::Check;
use crate::domain::e164::E164;
use crate::domain::escalation::Person;
use crate::domain::schedule::comparable;
use crate::domain::slack_member_id::SlackMemberId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonTable {
    phone: Spanned<String>,
    slack: Option<Spanned<String>>,
    calendar: Option<Vec<Spanned<String>>>,
    text_links: Option<bool>,
}

/// Everybody of a configuration by their name; `None` is somebody whose number is none, which is a problem.
pub(super) type People = BTreeMap<String, Option<Person>>;

/// The most names that calendars may have for a person.
const MAX_CALENDAR_NAMES: usize = 50;
/// The longest name of a person, and the longest that a calendar may have for one, in characters.
const MAX_NAME: usize = 80;
const MAX_CALENDAR_NAME: usize = 200;

impl Check<'_> {
    pub(super) fn people(&mut self, people: BTreeMap<Spanned<String>, PersonTable>) -> People {
        let mut known = People::new();
        let mut phones: Vec<(String, String)> = Vec::new();
        let mut called: Vec<(Spanned<String>, Vec<Spanned<String>>)> = Vec::new();
        for (name, table) in people {
            self.person_name(&name);
            let phone = E164::parse(table.phone.get_ref());
            if phone.is_none() {
                let what = "is no phone number in E.164, expected + and 7 to 15 digits like \"+15005550001\"";
                self.problem(table.phone.span().start, "people.phone", what);
            }
            if let Some((other, _)) =
                phones.iter().find(|(_, phone)| phone == table.phone.get_ref())
            {
                let what = format!("is the phone of {other} too, expected one for each person");
                self.problem(table.phone.span().start, "people.phone", what);
            }
            let slack =
                table.slack.as_ref().and_then(|id| SlackMemberId::parse_configured(id.get_ref()));
            if let Some(slack) = table.slack.filter(|_| slack.is_none()) {
                let what = format!(
                    "{:?} is no Slack member id, expected one like \"U0000001\"",
                    slack.get_ref()
                );
                self.problem(slack.span().start, "people.slack", what);
            }
            called.push((name.clone(), table.calendar.unwrap_or_default()));
            let text_links = table.text_links.unwrap_or(true);
            phones.push((name.get_ref().clone(), table.phone.into_inner()));
            let person = phone.map(|phone| Person { phone, slack, text_links });
            known.insert(name.into_inner(), person);
        }
        self.calendar_names(called);
        known
    }

    /// A name may be any that a person can have: it is shown and spoken as it is.
    fn person_name(&mut self, name: &Spanned<String>) {
        let text = name.get_ref();
        let is_long = text.chars().count() > MAX_NAME;
        if text.contains(char::is_control) {
            let what =
                format!("person {text:?}: has control characters, expected a name without them");
            self.problem(name.span().start, "people", what);
        } else if text.trim().is_empty() || text.trim() != text || is_long {
            let what = format!(
                "person {text:?}: expected a name without blanks around it ({MAX_NAME} characters at most)"
            );
            self.problem(name.span().start, "people", what);
        }
    }

    /// What calendars call people: each name is of one person alone.
    fn calendar_names(&mut self, called: Vec<(Spanned<String>, Vec<Spanned<String>>)>) {
        let mut taken: Vec<(String, String)> = Vec::new();
        for (person, _) in &called {
            self.is_free(person, person.get_ref(), "people", &taken);
            taken.push((comparable(person.get_ref()), person.get_ref().clone()));
        }
        for (person, names) in called {
            let key = "people.calendar";
            if names.len() > MAX_CALENDAR_NAMES {
                let what =
                    format!("has {} names, expected {MAX_CALENDAR_NAMES} at most", names.len());
                self.problem(person.span().start, key, what);
            }
            for name in &names {
                if name.get_ref().chars().count() > MAX_CALENDAR_NAME || !has_letter(name.get_ref())
                {
                    let what = format!(
                        "{:?} is no name, expected one as a calendar has it, like \"Alpha Lima\" or \"alpha@example.com\"",
                        name.get_ref()
                    );
                    self.problem(name.span().start, key, what);
                }
                self.is_free(name, person.get_ref(), key, &taken);
                taken.push((comparable(name.get_ref()), person.get_ref().clone()));
            }
            let names = names.into_iter().map(Spanned::into_inner).collect();
            self.calendar_names.push((person.into_inner(), names));
        }
    }

    fn is_free(
        &mut self,
        name: &Spanned<String>,
        person: &str,
        key: &str,
        taken: &[(String, String)],
    ) {
        let comparable = comparable(name.get_ref());
        let other = taken
            .iter()
            .find(|(have, whose)| *have == comparable && (whose != person || key == "people"));
        if let Some((_, other)) = other {
            let what = format!(
                "{:?} is a name of {other} too, expected one of {person} alone",
                name.get_ref()
            );
            self.problem(name.span().start, key, what);
        }
    }
}

fn has_letter(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

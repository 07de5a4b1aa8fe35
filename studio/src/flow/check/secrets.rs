//! Secrets that stand in a definition: everybody who may look at the Flow, or at its copy in a repository, has them.
//!
//! They are named by place and kind. No finding has one in its words.

mod shapes;

use std::collections::HashSet;

use super::{Check, Location, texts};
use crate::json::JsonKind;

use shapes::{is_secret_name, is_secret_value, secrets_in};

/// The shortest secret that is looked for in messages.
const MIN_MASKED: usize = 4;

/// The length of the shortest text with a secret that its shape gives away.
const MIN_SHAPE: usize = 12;

/// A text without the secrets that their shape gives away: `…` stands for each.
pub fn without_secrets(text: &str) -> String {
    // The shortest shape is longer.
    if text.len() < MIN_SHAPE {
        return text.to_owned();
    }
    let mut found = secrets_in(text);
    found.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.len()));
    found.iter().fold(text.to_owned(), |text, (_, secret)| text.replace(secret.as_str(), "…"))
}

/// The secrets that were found, so that no message has one.
#[derive(Debug, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// A sentence without them, and without the start of one that was cut off.
    pub(super) fn mask(&self, sentence: String) -> String {
        let masked = self.0.iter().fold(sentence, |sentence, secret| {
            if !sentence.contains(secret.get(..MIN_MASKED).unwrap_or(secret)) {
                return sentence;
            }
            let whole = sentence.replace(secret.as_str(), "…");
            let cuts = secret.char_indices().map(|(at, _)| at).filter(|at| *at >= MIN_MASKED);
            cuts.rev().fold(whole, |sentence, at| {
                let start = secret.get(..at).unwrap_or(secret);
                sentence.replace(&format!("{start}…"), "…")
            })
        });
        without_secrets(&masked)
    }

    /// A text has one of them.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }

    fn learn(&mut self, secret: &str) {
        // As it stands, and as a quotation has it.
        let quoted = format!("{secret:?}");
        for form in [secret, quoted.trim_matches('"')] {
            if form.len() >= MIN_MASKED && !self.0.iter().any(|known| known == form) {
                self.0.push(form.to_owned());
            }
        }
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }
}

impl<'a> Check<'a> {
    pub(super) fn secrets(&mut self) {
        let mut found = Vec::new();
        for state in
            std::iter::once(self.top()).chain(self.states.iter().map(|state| state.at.clone()))
        {
            let is_top = state.path == self.definition.path();
            let parts: Vec<Location<'a>> = if is_top {
                let members = state
                    .item
                    .members()
                    .map(|(key, value)| state.inner(value, key.text().unwrap_or_default()));
                members.filter(|at| !at.path.ends_with("/states")).collect()
            } else {
                vec![state]
            };
            for part in parts {
                found.extend(in_pairs(&part));
                found.extend(in_texts(&part));
            }
        }
        let mut seen = HashSet::new();
        for (at, kind, secret) in found {
            self.secrets.learn(&secret);
            if seen.insert((at.item.number(), kind)) {
                let message = format!("the definition has {kind} in it");
                let advice = "revoke it where it was issued, and have a Function or your own server add it instead: everybody \
                              who may look at the Flow can read it";
                self.warn("secret-in-definition", &at, message, advice);
            }
        }
    }
}

/// A secret's place, its kind and itself.
type Found<'a> = (Location<'a>, &'static str, String);

/// Those that their shape gives away.
fn in_texts<'a>(part: &Location<'a>) -> Vec<Found<'a>> {
    let texts = texts(part);
    let has_sid = texts.iter().any(|(_, text)| shapes::has_account_or_key_sid(text));
    let found = texts.into_iter().flat_map(|(at, text)| {
        let mut secrets = secrets_in(&text);
        if secrets.is_empty() && has_sid && shapes::looks_like_token(&text) {
            secrets.push(("a Twilio auth token or API key secret", text.trim().to_owned()));
        }
        secrets.into_iter().map(move |(kind, secret)| (at.clone(), kind, secret))
    });
    let mut found: Vec<_> = found.collect();
    // A name may be one, too.
    found.extend(keys(part));
    found
}

fn keys<'a>(part: &Location<'a>) -> Vec<Found<'a>> {
    let (mut rest, mut found) = (vec![part.clone()], Vec::new());
    while let Some(at) = rest.pop() {
        if at.path.len() > super::MAX_PATH {
            continue;
        }
        for (key, value) in at.item.members() {
            let key = key.text().unwrap_or_default();
            let value = at.inner(value, &key);
            let secrets = secrets_in(&key).into_iter();
            found.extend(secrets.map(|(kind, secret)| (value.clone(), kind, secret)));
            rest.push(value);
        }
        rest.extend(at.elements());
    }
    found
}

/// Those whose name says that they are one: a property, or a key with its value.
fn in_pairs<'a>(part: &Location<'a>) -> Vec<Found<'a>> {
    const KIND: &str = "a password, key or token";
    let (mut rest, mut found) = (vec![part.clone()], Vec::new());
    while let Some(at) = rest.pop() {
        if at.path.len() > super::MAX_PATH {
            continue;
        }
        if let (Some(key), Some(value)) = (at.item.text_of("key"), at.get("value"))
            && let Some(text) = value.item.text()
            && is_secret_name(&key)
            && is_secret_value(&key, &text)
        {
            found.push((value.clone(), KIND, text.trim().to_owned()));
        }
        for (key, value) in at.item.members() {
            let key = key.text().unwrap_or_default();
            let value = at.inner(value, &key);
            match value.item.text() {
                Some(text) if is_secret_name(&key) && is_secret_value(&key, &text) => {
                    found.push((value, KIND, text.trim().to_owned()));
                }
                None if matches!(value.item.kind(), JsonKind::Array | JsonKind::Object) => {
                    rest.push(value);
                }
                _ => {}
            }
        }
        rest.extend(at.elements());
    }
    found
}

//! The systems of the demo's company that its Flows look up at `parcels.example`: no request leaves this machine.

use std::time::Duration;

use serde_json::json;

use crate::rng::Rng;

/// Where they are. (The domain `example` belongs to nobody, RFC 2606.)
const ADDRESS: &str = "https://parcels.example/";
/// How often the desk is closed: at the sixth question, and then at each ninth.
const CLOSED_AT: u64 = 6;
const CLOSED_EVERY: u64 = 9;
/// How often the answers of a survey are not kept.
const NOT_SAVED_AT: u64 = 5;
const NOT_SAVED_EVERY: u64 = 12;

/// An answer, and how long it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackendAnswer {
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: String,
    pub(crate) latency: Duration,
}

/// The systems of the company.
#[derive(Debug, Default)]
pub(crate) struct Backend {
    rng: Rng,
    /// How often somebody has asked for the desk.
    asked: u64,
    /// How often answers have come.
    answered: u64,
}

impl Backend {
    /// Answers a request, if it is for these systems.
    pub(crate) fn answer(&mut self, url: &str) -> Option<BackendAnswer> {
        let path = url.strip_prefix(ADDRESS)?;
        let latency = Duration::from_millis(self.rng.between(300, 1_500));
        let (status, body) = match path.split_once('/') {
            None if path == "desk" => {
                self.asked = self.asked.wrapping_add(1);
                let is_closed = self.asked % CLOSED_EVERY == CLOSED_AT;
                let desk = if is_closed { "closed" } else { "open" };
                (200, json!({"desk": desk}))
            }
            None if path == "answers" => {
                self.answered = self.answered.wrapping_add(1);
                match self.answered % NOT_SAVED_EVERY == NOT_SAVED_AT {
                    true => (503, json!({"error": "try again later"})),
                    false => (200, json!({"kept": true})),
                }
            }
            Some(("parcels", number)) => self.parcel(number),
            _ => (404, json!({"error": "there is no such page"})),
        };
        Some(BackendAnswer { status, body: body.to_string(), latency })
    }

    /// A parcel: what became of it follows from the last digit of its number.
    fn parcel(&mut self, number: &str) -> (u16, serde_json::Value) {
        match number.chars().last() {
            Some('0'..='5') => {
                let arrives =
                    self.rng.one_of(&["today before six", "tomorrow at noon", "on Friday"]);
                (200, json!({"status": "in transit", "arrives": arrives}))
            }
            Some('6' | '7') => (200, json!({"status": "delivered", "arrives": "this morning"})),
            Some('8') => (404, json!({"error": "there is no such parcel"})),
            _ => (500, json!({"error": "the depot does not answer"})),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_for_the_company_are_answered() {
        let mut backend = Backend::default();
        for url in ["https://example.com/desk", "https://parcels.example.com/desk", ""] {
            assert_eq!(backend.answer(url), None, "{url}");
        }
        for (path, status, text) in [
            ("parcels/12345670", 200, "in transit"),
            ("parcels/12345677", 200, "delivered"),
            ("parcels/12345678", 404, "no such parcel"),
            ("parcels/", 500, "depot"),
            ("desks", 404, "no such page"),
        ] {
            let answer = backend.answer(&format!("{ADDRESS}{path}")).expect("an answer");
            assert_eq!(answer.status, status, "{path}");
            assert!(answer.body.contains(text), "{path}: {}", answer.body);
        }
        let mut backend = Backend::default();
        let mut is_closed = || {
            let answer = backend.answer("https://parcels.example/desk").expect("an answer");
            answer.body.contains("closed")
        };
        let closed: Vec<bool> = (0..15).map(|_| is_closed()).collect();
        let at: Vec<usize> = (0..15).filter(|at| closed[*at]).collect();
        assert_eq!(at, [5, 14], "the desk is closed now and then");
    }
}

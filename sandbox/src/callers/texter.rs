//! Somebody who answers the survey: which texts, and when. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::host::later;
use crate::rng::Rng;

/// Somebody who answers, or does not.
#[derive(Clone, Debug)]
pub(super) struct Texter {
    rng: Rng,
    visit: Option<(String, usize)>,
    plan: Option<(Timestamp, String)>,
}

impl Texter {
    /// Somebody who has just begun.
    pub(super) fn new(rng: Rng) -> Texter {
        Texter { rng, visit: None, plan: None }
    }

    /// The first text, which begins an Execution.
    pub(super) fn first(&mut self) -> &'static str {
        self.rng.one_of(&["Hi", "hello", "Parcel", "My parcel came"])
    }

    /// The text that is sent now, to the widget that waits for one.
    pub(super) fn act(&mut self, widget: &str, steps: usize, now: Timestamp) -> Option<String> {
        let is_new =
            !self.visit.as_ref().is_some_and(|(name, before)| name == widget && *before == steps);
        if is_new {
            self.visit = Some((widget.to_owned(), steps));
            let wait = Duration::from_millis(self.rng.between(3_000, 16_000));
            self.plan = self.reply(widget).map(|body| (later(now, wait), body.to_owned()));
        }
        let is_due = self.plan.as_ref().is_some_and(|(at, _)| *at <= now);
        self.plan.take_if(|_| is_due).map(|(_, body)| body)
    }

    /// The answer to a question; none from somebody who has put the phone away.
    fn reply(&mut self, widget: &str) -> Option<&'static str> {
        if self.rng.happens(12) {
            return None;
        }
        let replies: &[&str] = match widget {
            "score" | "reminder" => {
                &["5", "4", " five ", "5", "4", "3", "2", "1", "great", "STOP please"]
            }
            "courier" => &["yes", "Y", "Yeah", "no", "did not see anybody"],
            "reason" => &["It was late", "LATE", "damaged box", "wrong door"],
            "comment" => &["no", "NO", "Please ring the bell", "thanks!", "nope"],
            _ => return None,
        };
        Some(self.rng.one_of(replies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_is_answered_once_if_at_all() {
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let tick = |seconds: u64| later(start, Duration::from_secs(seconds));
        let mut silent = 0;
        for seed in 0..100 {
            let mut texter = Texter::new(Rng::new(seed));
            assert!(!texter.first().is_empty());
            let replies: Vec<_> =
                (0..60).filter_map(|at| texter.act("score", 1, tick(at))).collect();
            assert!(replies.len() <= 1, "{replies:?}");
            silent += usize::from(replies.is_empty());
            assert_eq!(texter.act("no question", 2, tick(99)), None);
        }
        assert!((3..30).contains(&silent), "{silent} of 100 put the phone away");
    }
}

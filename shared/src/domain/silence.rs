//! When nobody is called for which alarms. Pure: the time is an argument.
//!
//! 1. [`Window`]: a maintenance window of the configuration, once or again and again.
//! 2. [`Stored`]: what somebody asked for in Slack or on a page, for a while. `glob`: which names a glob takes.
//! 3. [`Silences::until`]: whether an alarm is silenced at a moment, and until when.

mod glob;
mod lasting;
mod stored;
#[cfg(test)]
mod tests;
mod window;

pub use glob::{MAX_GLOB_CHARS, glob_takes, globs_meet};
pub use lasting::Lasting;
pub use stored::{MAX_GLOBS, MAX_LASTING, Stored, Unfit, read_globs};
pub use window::{Span, When, Window};

use jiff::{SignedDuration, Timestamp};

/// All maintenance windows, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Silences(Vec<Window>);

/// An alarm is silenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// When that ends; this moment is no longer part of it.
    pub until: Timestamp,
    /// Why, or who says so, if that is known.
    pub reason: Option<String>,
}

/// Windows that begin again before they end could go on for ever. Beyond this the end is not looked for: who waits for
/// it asks again then.
const HORIZON: SignedDuration = SignedDuration::from_hours(31 * 24);

impl Silences {
    /// These windows.
    pub fn new(windows: Vec<Window>) -> Silences {
        Silences(windows)
    }

    /// All of them, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.0.iter()
    }

    /// Whether a window covers the alarm of this name now, and until when: the end of all windows for it that overlap,
    /// or follow one another without a gap.
    pub fn until(&self, alarm: &str, now: Timestamp) -> Option<Silence> {
        self.until_with(&[], (alarm, ""), now)
    }

    /// The same of the alarm of this name and key, with what people have asked for beside the configuration.
    pub fn until_with(
        &self,
        stored: &[Stored],
        (name, key): (&str, &str),
        now: Timestamp,
    ) -> Option<Silence> {
        let windows: Vec<&Window> = self.0.iter().filter(|window| window.is_for(name)).collect();
        let stored: Vec<&Stored> =
            stored.iter().filter(|stored| stored.is_for(name, key)).collect();
        let ends = |at: Timestamp| {
            let windows = windows.iter().filter_map(|window| Some(window.covering(at)?.1));
            let stored =
                stored.iter().filter(|stored| stored.covers(at)).map(|stored| stored.until);
            windows.chain(stored).max()
        };
        let mut until = ends(now)?;
        let horizon = now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
        while until < horizon
            && let Some(later) = ends(until)
        {
            until = later;
        }
        let of_window = windows.iter().find(|window| window.covering(now).is_some());
        let reason = match of_window {
            Some(window) => window.reason.clone(),
            None => stored.iter().find(|stored| stored.covers(now)).map(|stored| stored.reason()),
        };
        Some(Silence { until, reason })
    }

    /// Finds what silences the alarm of this name and key for longest: when that ends, and the silence that somebody asked
    /// for, if it is one and no window. Windows that overlap, or follow one another without a gap, are one.
    pub fn longest<'a>(
        &self,
        stored: &'a [Stored],
        (name, key): (&str, &str),
        now: Timestamp,
    ) -> Option<(Timestamp, Option<&'a Stored>)> {
        let window = self.until(name, now).map(|silence| (silence.until, None));
        let stored = stored.iter().filter(|stored| stored.covers(now) && stored.is_for(name, key));
        let stored = stored.map(|stored| (stored.until, Some(stored)));
        window.into_iter().chain(stored).max_by_key(|(until, _)| *until)
    }

    /// The windows that are in force now, each with its own beginning and end.
    pub fn in_force(&self, now: Timestamp) -> Vec<(&Window, Span)> {
        self.0.iter().filter_map(|window| Some((window, window.covering(now)?))).collect()
    }

    /// The window that begins next.
    pub fn next(&self, now: Timestamp) -> Option<(&Window, Span)> {
        let coming = self.0.iter().filter_map(|window| Some((window, window.next(now)?)));
        coming.min_by_key(|(_, (from, _))| *from)
    }

    /// The windows that are over for good.
    pub fn over(&self, now: Timestamp) -> impl Iterator<Item = &Window> {
        self.0
            .iter()
            .filter(move |window| matches!(window.when, When::Once { until, .. } if until <= now))
    }
}

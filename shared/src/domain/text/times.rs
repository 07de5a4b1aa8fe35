//! Times and spans, as Slack and the pages show them.

use jiff::Timestamp;

/// A time as each reader's own clock shows it. (docs.slack.dev, "Formatting text", dates.)
pub fn local_time(at: Timestamp) -> String {
    format!("<!date^{}^{{time}}|{}>", at.as_second(), at.strftime("%H:%M UTC"))
}

/// A day and a time as each reader's own clock shows them. (docs.slack.dev, "Formatting text", dates.)
pub fn local_day(at: Timestamp) -> String {
    let fallback = at.strftime("%Y-%m-%d %H:%M UTC");
    format!("<!date^{}^{{date_short_pretty}} {{time}}|{fallback}>", at.as_second())
}

/// A span of time in its two largest units.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, 0) => format!("{minutes} min"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, 0, _) => format!("{hours} h"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, _, _) => format!("{days} d {hours} h"),
    }
}

//! How much a server takes, by the descriptors of its process.

use std::time::Duration;

/// How much a server takes, and how long it waits for a client.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most connections at a time.
    pub connections: usize,
    /// The most bodies above [`SMALL_BODY`](super::SMALL_BODY) at a time.
    pub large_bodies: usize,
    /// How long a whole request may take to arrive, headers and body.
    pub request: Duration,
    /// How long what still comes of a refused body is read.
    pub throw_away: Duration,
    /// How long a connection may wait for its next request.
    pub idle: Duration,
}

/// The most connections, however many descriptors there are.
const MAX_CONNECTIONS: usize = 1024;
/// Descriptors that are kept back for files, and as many again as connections for calls: Twilio, Slack.
const RESERVED_DESCRIPTORS: usize = 64;

impl Limits {
    /// Those of a process that may open this many descriptors.
    pub fn of(descriptors: usize) -> Limits {
        let free = descriptors.saturating_sub(RESERVED_DESCRIPTORS);
        Limits {
            connections: (free / 2).clamp(8, MAX_CONNECTIONS),
            large_bodies: 16,
            request: Duration::from_secs(10),
            throw_away: Duration::from_secs(2),
            idle: Duration::from_secs(75),
        }
    }

    /// Those of this process.
    pub fn of_this_process() -> Limits {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        // Without Linux: what macOS gives a process.
        Limits::of(max_descriptors(&limits).unwrap_or(256))
    }
}

/// The soft limit of open files in the text of `/proc/self/limits`.
fn max_descriptors(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    if soft == "unlimited" { Some(usize::MAX) } else { soft.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_back_for_calls() {
        for (descriptors, connections) in
            [(0, 8), (64, 8), (256, 96), (1024, 480), (4096, 1024), (usize::MAX, 1024)]
        {
            assert_eq!(Limits::of(descriptors).connections, connections, "{descriptors}");
        }
    }

    #[test]
    fn soft_limit_of_open_files_is_read() {
        let text = |soft: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units\n\
                 Max processes             127                  127                  processes\n\
                 Max open files            {soft}                 524288               files\n"
            )
        };
        assert_eq!(max_descriptors(&text("1024")), Some(1024));
        assert_eq!(max_descriptors(&text("unlimited")), Some(usize::MAX));
        assert_eq!(max_descriptors(&text("x")), None);
        assert_eq!(max_descriptors(""), None);
    }
}

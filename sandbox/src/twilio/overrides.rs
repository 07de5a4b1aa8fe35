//! Connection overrides: how long a webhook's answer may take, and when it is tried again, as its URL's fragment says:
//! `https://…#rc=5&rp=ct,rt,5xx`. (twilio.com/docs/usage/webhooks/webhooks-connection-overrides.)

use std::ops::RangeInclusive;
use std::time::Duration;

use studio::HttpResponse;

use super::wire::Failure;

/// The most retries of one webhook.
const MAX_RETRIES: u64 = 5;
/// The connect timeout in milliseconds: what may be set, and what holds unless it is.
const CONNECT_RANGE_MS: RangeInclusive<u64> = 100..=10_000;
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_millis(5_000);
/// The same of the read timeout, and of the time for all tries together.
const READ_RANGE_MS: RangeInclusive<u64> = 100..=15_000;
pub(super) const READ_TIMEOUT: Duration = Duration::from_millis(15_000);

/// The overrides of one URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overrides {
    /// `ct`: until the connection stands.
    pub(super) connect_timeout: Duration,
    /// `rt`: until the answer begins, and between any two parts of it.
    pub(super) read_timeout: Duration,
    /// `tt`: for all tries together.
    pub(super) total_timeout: Duration,
    /// `rc`: how often it is tried again at most.
    pub(super) retries: u64,
    /// `rp`: after what it is tried again.
    policy: RetryPolicy,
}

/// After what a webhook is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RetryPolicy {
    not_connected: bool,
    timed_out: bool,
    status_4xx: bool,
    status_5xx: bool,
}

impl RetryPolicy {
    /// A comma-separated list; `None` if a word of it is unknown.
    fn read(text: &str) -> Option<RetryPolicy> {
        let mut policy = RetryPolicy::default();
        for word in text.split(',') {
            match word.trim() {
                "ct" => policy.not_connected = true,
                "rt" => policy.timed_out = true,
                "4xx" => policy.status_4xx = true,
                "5xx" => policy.status_5xx = true,
                "all" => {
                    policy = RetryPolicy {
                        not_connected: true,
                        timed_out: true,
                        status_4xx: true,
                        status_5xx: true,
                    }
                }
                _ => return None,
            }
        }
        Some(policy)
    }
}

impl Default for Overrides {
    /// One more try if nobody listened, and no other.
    fn default() -> Overrides {
        Overrides {
            connect_timeout: CONNECT_TIMEOUT,
            read_timeout: READ_TIMEOUT,
            total_timeout: READ_TIMEOUT,
            retries: 1,
            policy: RetryPolicy { not_connected: true, ..RetryPolicy::default() },
        }
    }
}

impl Overrides {
    /// The overrides of this URL. What is out of its range is as if it were not there; `e` and `sni` have no effect here.
    pub(super) fn of(url: &str) -> Overrides {
        let mut overrides = Overrides::default();
        let fragment = url.split_once('#').map(|(_, fragment)| fragment).unwrap_or_default();
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            let number = |range: RangeInclusive<u64>| {
                value.parse::<u64>().ok().filter(|number| range.contains(number))
            };
            let time = |range| number(range).map(Duration::from_millis);
            match key.as_ref() {
                "ct" => set(&mut overrides.connect_timeout, time(CONNECT_RANGE_MS)),
                "rt" => set(&mut overrides.read_timeout, time(READ_RANGE_MS)),
                "tt" => set(&mut overrides.total_timeout, time(READ_RANGE_MS)),
                "rc" => set(&mut overrides.retries, number(0..=MAX_RETRIES)),
                "rp" => set(&mut overrides.policy, RetryPolicy::read(&value)),
                _ => {}
            }
        }
        overrides
    }

    /// Whether a try that ended like this is followed by another one, if any is left.
    pub(super) fn retry_after(&self, result: &Result<HttpResponse, Failure>) -> bool {
        match result {
            Ok(answer) if answer.status >= 500 => self.policy.status_5xx,
            Ok(answer) if answer.status >= 400 => self.policy.status_4xx,
            Ok(_) | Err(Failure::Broken(_)) => false,
            Err(Failure::NotConnected(_)) => self.policy.not_connected,
            Err(Failure::TimedOut(_)) => self.policy.timed_out,
        }
    }
}

fn set<T>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By a letter each: what of not connected, timed out, 404, 503 is tried again.
    fn retried(url: &str) -> String {
        let overrides = Overrides::of(url);
        let answer = |status| Ok(HttpResponse::received(status, String::new(), b""));
        let failure = |kind: fn(String) -> Failure| Err(kind(String::new()));
        let results = [
            ('c', failure(Failure::NotConnected)),
            ('t', failure(Failure::TimedOut)),
            ('4', answer(404)),
            ('5', answer(503)),
            ('b', failure(Failure::Broken)),
            ('2', answer(204)),
        ];
        let retried = results.iter().filter(|(_, result)| overrides.retry_after(result));
        retried.map(|(letter, _)| *letter).collect()
    }

    #[test]
    fn retry_policy_is_that_of_the_fragment() {
        for (url, expected) in [
            ("https://h/p", "c"),
            ("https://h/p?rp=all", "c"),
            ("https://h/p#rc=5&rp=ct,rt,5xx", "ct5"),
            ("https://h/p#rp=5xx", "5"),
            ("https://h/p#rp=4xx%2Crt", "t4"),
            ("https://h/p#rp=all", "ct45"),
            ("https://h/p#rp=sometimes", "c"),
            ("https://h/p#e=dublin&sni=y", "c"),
        ] {
            assert_eq!(retried(url), expected, "{url}");
        }
    }

    #[test]
    fn numbers_out_of_range_leave_the_default() {
        let of = |fragment: &str| {
            let Overrides { connect_timeout, read_timeout, total_timeout, retries, .. } =
                Overrides::of(&format!("https://h/p#{fragment}"));
            let times = [connect_timeout, read_timeout, total_timeout];
            (times.map(|time| time.as_millis()), retries)
        };
        assert_eq!(of("ct=3000&rt=1500&tt=9000&rc=5"), ([3_000, 1_500, 9_000], 5));
        assert_eq!(of("ct=100&rt=100&tt=15000&rc=0"), ([100, 100, 15_000], 0));
        for fragment in ["", "ct=99&rt=15001&tt=-1&rc=6", "ct=&rt=x&tt=1e3&rc=+1", "#&&=&%"] {
            assert_eq!(of(fragment), ([5_000, 15_000, 15_000], 1), "{fragment}");
        }
    }
}

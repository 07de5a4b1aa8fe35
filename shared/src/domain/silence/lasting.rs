//! The lengths of a silence that can be chosen with one press.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The clock's time of the silence that lasts until the morning.
const DAY_START_HOUR: i8 = 9;

/// How long a silence lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// 30 minutes.
    HalfHour,
    /// One hour: what is meant if nothing else is said.
    Hour,
    /// Four hours.
    FourHours,
    /// Until it is 09:00 next.
    Morning,
}

impl Lasting {
    /// All of them, the shortest first.
    pub const ALL: [Lasting; 4] =
        [Lasting::HalfHour, Lasting::Hour, Lasting::FourHours, Lasting::Morning];

    /// The one of this word: `30m`, `1h`, `4h` or `morning`.
    pub fn parse(word: &str) -> Option<Lasting> {
        Lasting::ALL.into_iter().find(|lasting| lasting.word() == word)
    }

    /// Its word in forms and in Slack's options.
    pub fn word(self) -> &'static str {
        match self {
            Lasting::HalfHour => "30m",
            Lasting::Hour => "1h",
            Lasting::FourHours => "4h",
            Lasting::Morning => "morning",
        }
    }

    /// How people are shown it.
    pub fn label(self) -> &'static str {
        match self {
            Lasting::HalfHour => "30 minutes",
            Lasting::Hour => "1 hour",
            Lasting::FourHours => "4 hours",
            Lasting::Morning => "until 09:00",
        }
    }

    /// When a silence ends that begins then, by this clock; `None` beyond all time.
    pub fn until(self, zone: &TimeZone, begins: Timestamp) -> Option<Timestamp> {
        let after = |hours, minutes| {
            let long = SignedDuration::from_hours(hours) + SignedDuration::from_mins(minutes);
            begins.checked_add(long).ok()
        };
        match self {
            Lasting::HalfHour => after(0, 30),
            Lasting::Hour => after(1, 0),
            Lasting::FourHours => after(4, 0),
            Lasting::Morning => {
                let here = begins.to_zoned(zone.clone());
                let at_nine = |date: jiff::civil::Date| {
                    let at = date.at(DAY_START_HOUR, 0, 0, 0).to_zoned(zone.clone()).ok()?;
                    Some(at.timestamp())
                };
                let today = at_nine(here.date())?;
                if today > begins { Some(today) } else { at_nine(here.date().tomorrow().ok()?) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn silence_until_the_morning_ends_at_nine_by_its_clock() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        for (now, expected) in [
            ("2026-11-29T02:14:00Z", "2026-11-29T08:00:00Z"),
            ("2026-11-29T07:59:59Z", "2026-11-29T08:00:00Z"),
            ("2026-11-29T08:00:00Z", "2026-11-30T08:00:00Z"),
            // The clock goes forward in this night.
            ("2026-03-28T20:00:00Z", "2026-03-29T07:00:00Z"),
        ] {
            assert_eq!(Lasting::Morning.until(&zone, at(now)), Some(at(expected)), "{now}");
        }
        let now = at("2026-11-29T02:14:00Z");
        assert_eq!(Lasting::HalfHour.until(&zone, now), Some(at("2026-11-29T02:44:00Z")));
        assert_eq!(Lasting::Hour.until(&zone, now), Some(at("2026-11-29T03:14:00Z")));
        assert_eq!(Lasting::FourHours.until(&zone, now), Some(at("2026-11-29T06:14:00Z")));
        assert_eq!(Lasting::Morning.until(&zone, Timestamp::MAX), None);
        assert_eq!(Lasting::Hour.until(&zone, Timestamp::MAX), None);
    }

    #[test]
    fn each_length_has_a_word_of_its_own() {
        for lasting in Lasting::ALL {
            assert_eq!(Lasting::parse(lasting.word()), Some(lasting));
        }
        let labels = Lasting::ALL.map(Lasting::label);
        assert_eq!(labels, ["30 minutes", "1 hour", "4 hours", "until 09:00"]);
        assert_eq!(Lasting::parse("2y"), None);
    }
}

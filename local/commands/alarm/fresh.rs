//! A monitor's message as if it came now. Pure.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The earliest time that is one: monitors write `0001-01-01T00:00:00Z` for none.
const EARLIEST: i16 = 2000;

/// The same bytes with all their times moved, so that the latest is `now`. What stands between them stays as it is, and
/// each time keeps its way of being written. What has no time, or is no text, stays as it is.
pub(super) fn moved(body: Vec<u8>, now: Timestamp) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&body) else { return body };
    let times = times(text);
    let Some(latest) = times.iter().map(|(_, at)| *at).max() else { return body };
    let by = now.duration_since(latest);
    let mut moved = String::with_capacity(text.len());
    let mut end = 0;
    for (place, at) in times {
        let Ok(then) = at.checked_add(by) else { return body };
        moved += &text[end..place.start];
        moved += &written_like(&text[place.clone()], then);
        end = place.end;
    }
    moved += &text[end..];
    moved.into_bytes()
}

/// Where the times of a text stand: `2026-11-20T12:08:45.828Z`, or with an offset like `+0000`.
fn times(text: &str) -> Vec<(Range<usize>, Timestamp)> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(at) = text[start..].find('T').map(|at| start + at) {
        start = at + 1;
        let Some(from) = at.checked_sub(10).filter(|from| text.is_char_boundary(*from)) else {
            continue;
        };
        let before = text[..from].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_digit()) {
            continue;
        }
        let rest = &text[from..];
        let clock = rest[11..].find(|c: char| !(c.is_ascii_digit() || ":.".contains(c)));
        let clock = 11 + clock.unwrap_or(rest.len() - 11);
        let length = clock + offset_length(&rest[clock..]);
        let parsed = parse(&rest[..clock], &rest[clock..length]);
        if let Some(time) = parsed {
            found.push((from..from + length, time));
            start = from + length;
        }
    }
    found
}

fn offset_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    match text.bytes().next() {
        Some(b'Z') => 1,
        Some(b'+' | b'-') => match (digits(&text[1..]), text.as_bytes().get(3)) {
            (4, _) => 5,
            (2, Some(b':')) if digits(&text[4..]) == 2 => 6,
            _ => 0,
        },
        _ => 0,
    }
}

fn parse(local: &str, offset: &str) -> Option<Timestamp> {
    let offset = match offset.len() {
        5 => format!("{}:{}", &offset[..3], &offset[3..]),
        0 => return None,
        _ => offset.to_owned(),
    };
    let at: Timestamp = format!("{local}{offset}").parse().ok()?;
    (at.to_zoned(TimeZone::UTC).year() >= EARLIEST).then_some(at)
}

/// A moment in UTC, with as many digits of a second as `pattern` has, and its kind of offset.
fn written_like(pattern: &str, at: Timestamp) -> String {
    let digits = pattern
        .split_once('.')
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count().min(9));
    let second = at.strftime("%Y-%m-%dT%H:%M:%S");
    let fraction = match digits {
        0 => String::new(),
        digits => format!(".{}", &format!("{:09}", at.subsec_nanosecond())[..digits]),
    };
    let offset = match pattern.ends_with('Z') {
        true => "Z",
        false if pattern[pattern.len() - 6..].contains(':') => "+00:00",
        false => "+0000",
    };
    format!("{second}{fraction}{offset}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn moved_text(text: &str, now: &str) -> String {
        String::from_utf8(moved(text.as_bytes().to_vec(), at(now))).unwrap()
    }

    #[test]
    fn latest_time_becomes_now_and_the_others_keep_their_distance() {
        let text = r#"{"a":"2026-11-20T12:08:45.828Z","b":"2026-11-20T12:10:15+0000","none":"0001-01-01T00:00:00Z",
            "inner":"{\"c\":\"2026-11-20T14:09:15.5+02:00\"}","no":"T2026-11-20T", "day":"2026-11-20"}"#;
        let expected = r#"{"a":"2026-12-24T17:58:30.828Z","b":"2026-12-24T18:00:00+0000","none":"0001-01-01T00:00:00Z",
            "inner":"{\"c\":\"2026-12-24T17:59:00.5+00:00\"}","no":"T2026-11-20T", "day":"2026-11-20"}"#;
        assert_eq!(moved_text(text, "2026-12-24T18:00:00Z"), expected);
    }

    #[test]
    fn text_without_times_and_bytes_without_text_stay() {
        for body in
            [&b"no time"[..], b"", b"\xff\xfe 2026-11-20T12:08:45Z", "äöT12:00:00Z".as_bytes()]
        {
            assert_eq!(moved(body.to_vec(), at("2026-12-24T18:00:00Z")), body);
        }
    }

    #[test]
    fn shipped_samples_say_that_it_is_now() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/events/outage-intake");
        let now = at("2026-12-24T18:00:00Z");
        let mut with_times = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let body = std::fs::read(entry.unwrap().path()).unwrap();
            let fresh = String::from_utf8(moved(body, now)).unwrap();
            let latest = times(&fresh).into_iter().map(|(_, at)| at).max();
            with_times += usize::from(latest.is_some());
            assert!(
                latest.is_none_or(|latest| now.duration_since(latest).as_secs() == 0),
                "{fresh}"
            );
        }
        assert!(with_times > 20, "{with_times}");
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(text in "[0-9TZ:.+\"ä-]{0,60}", now in 0i64..4_000_000_000) {
            let _ = moved(text.into_bytes(), Timestamp::from_second(now).unwrap());
        }
    }
}

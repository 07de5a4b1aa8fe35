//! Where the bars of a span begin.

use proptest::prelude::*;

use super::*;

#[test]
fn spans_begin_at_full_quarters_hours_and_local_midnights() {
    let now = time("2026-11-18T12:20:31Z");
    let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
    let ends = |span: Span, zone: &TimeZone| {
        let beginnings = span.beginnings(zone, now);
        let at = |place: usize| beginnings[place].to_string();
        (beginnings.len(), at(0), at(beginnings.len() - 1))
    };
    let expected = |count, first: &str, last: &str| (count, first.to_owned(), last.to_owned());
    assert_eq!(
        ends(Span::Hour, &berlin),
        expected(5, "2026-11-18T11:15:00Z", "2026-11-18T12:15:00Z")
    );
    assert_eq!(
        ends(Span::Day, &berlin),
        expected(25, "2026-11-17T12:00:00Z", "2026-11-18T12:00:00Z")
    );
    // In October the clock was put back.
    assert_eq!(
        ends(Span::Month, &berlin),
        expected(31, "2026-10-18T22:00:00Z", "2026-11-17T23:00:00Z")
    );
    let kathmandu = TimeZone::get("Asia/Kathmandu").expect("a zone");
    assert_eq!(ends(Span::Month, &kathmandu).2, "2026-11-17T18:00:00Z");
}

proptest! {
    #[test]
    fn any_moment_has_a_span_whose_parts_follow_each_other(second in any::<i64>(), zone in 0_usize..4) {
        let names = ["UTC", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia"];
        let zone = TimeZone::get(names[zone]).expect("a zone");
        let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let now = Timestamp::from_second(least + second.rem_euclid(most - least)).expect("a time");
        for span in Span::ALL {
            let beginnings = span.beginnings(&zone, now);
            prop_assert!(beginnings.is_sorted() && beginnings.last().is_none_or(|last| *last <= now));
        }
    }
}

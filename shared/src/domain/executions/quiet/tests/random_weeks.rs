//! Invariants of any Flow, by random weeks of starts.

use proptest::prelude::*;

use super::*;

/// Minutes of a week at which a Flow is started: some days, some hours, so many minutes between two starts.
fn week() -> impl Strategy<Value = Vec<i64>> {
    let hours = (0_i64..20, 2_i64..24, 1_i64..140);
    proptest::collection::vec((0_i64..7, hours), 1..9).prop_map(|days| {
        let times = days.into_iter().flat_map(|(day, (from, lasting, every))| {
            let from = day * DAY + from * HOUR;
            (from..(from + lasting * HOUR).min(7 * DAY)).step_by(usize::try_from(every).unwrap())
        });
        let mut times: Vec<i64> = times.collect();
        times.sort_unstable();
        times.dedup();
        times
    })
}

/// So many weeks with these minutes.
fn weeks(week: &[i64], count: i64) -> Vec<Timestamp> {
    (0..count).flat_map(|number| week.iter().map(move |time| at(number * 7 * DAY + time))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn flow_that_repeats_its_weeks_is_never_quiet(week in week(), from in 0..7 * DAY) {
        let mut flow = Watched::of(weeks(&week, 7));
        flow.look_each_minute(at(35 * DAY + from), at(35 * DAY + from + 2 * DAY));
        prop_assert_eq!(flow.told, []);
    }

    #[test]
    fn quiet_flow_had_no_start_within_an_hour_and_three_times_any_pause_of_that_hour(
        week in week(), skipped in proptest::collection::vec((0..7 * DAY, 1..2 * DAY), 0..4), now in 0..7 * DAY,
    ) {
        let is_skipped = |minute: i64| {
            skipped.iter().any(|(from, lasting)| (35 * DAY + from..35 * DAY + from + lasting).contains(&minute))
        };
        let minute = |start: &Timestamp| (start.as_second() - at(0).as_second()) / 60;
        let starts: Vec<_> = weeks(&week, 6).into_iter().filter(|start| !is_skipped(minute(start))).collect();
        prop_assume!(!starts.is_empty());
        let mut flow = Watched::of(starts.clone());
        let now = at(35 * DAY + now);
        flow.look_once(now);
        if let Some(quiet) = flow.quiet {
            let lasts = now.duration_since(quiet.since);
            prop_assert!(lasts > minutes(HOUR));
            // The same by the starts themselves, for the hour alone.
            for week in 1..=4 {
                let until = now - minutes(week * 7 * DAY);
                for pair in starts.windows(2) {
                    let touches = pair[0] <= until && pair[1] >= until - minutes(HOUR);
                    let length = pair[1].duration_since(pair[0]);
                    let is_pause = touches && length < WITHOUT_DATA;
                    prop_assert!(!is_pause || lasts > length * TIMES_PAUSE, "{} {}", pair[0], pair[1]);
                }
            }
        }
    }

    #[test]
    fn flow_that_falls_silent_for_good_in_its_busy_hours_is_told_once(
        week in week(), day in 0_i64..7, hour in 6_i64..20, every in 1_i64..20,
    ) {
        // Busy for six hours around the last start, in each week.
        let stops = day * DAY + hour * HOUR;
        let busy = (stops - 3 * HOUR..stops + 3 * HOUR).step_by(usize::try_from(every).unwrap());
        let mut week: Vec<i64> = week.into_iter().chain(busy).filter(|time| *time < 7 * DAY).collect();
        week.sort_unstable();
        let stops = 35 * DAY + stops;
        let starts = weeks(&week, 6).into_iter().filter(|start| *start <= at(stops)).collect();
        let mut flow = Watched::of(starts);
        flow.look_each_minute(at(stops - HOUR), at(stops + 3 * DAY));
        let last = *flow.starts.last().unwrap();
        prop_assert_eq!(flow.told.len(), 1);
        prop_assert_eq!(flow.told[0].0, last + minutes(HOUR + 1));
        let again = at(stops + 3 * DAY);
        flow.starts.push(again);
        flow.look_each_minute(again, again + minutes(5));
        let is_resumed = matches!(flow.told.last().unwrap().1, QuietChange::Resumed(_, start) if start == again);
        prop_assert!(is_resumed && flow.told.len() == 2);
    }

    #[test]
    fn starts_that_are_read_in_parts_have_the_same_pauses(week in week(), cut in 1..6 * 7 * DAY) {
        let all = weeks(&week, 5);
        let mut whole = Starts::unknown(at(0));
        whole.add(&all, at(42 * DAY));
        let mut parts = Starts::unknown(at(0));
        parts.add(&all, at(cut));
        parts.add(&all, at(42 * DAY));
        prop_assert_eq!(&whole, &parts);
        let written = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<Starts>(&written).unwrap(), whole);
    }
}

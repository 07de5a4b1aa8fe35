//! Overrides that people make: they lie over the file's, and the one made last counts.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::properties::{any_schedule, hour};
use super::*;

pub(super) const NOW: &str = "2026-11-23T08:00Z";

pub(super) fn schedules() -> Schedules {
    let mut rota = rotation(Turns::Daily, "UTC", "2026-11-01", "09:00", &["alpha", "bravo"]);
    over(&mut rota, "2026-11-26T00:00", "2026-11-27T00:00", Some("charlie"));
    Schedules::new(vec![rota])
}

/// An id that no other override has.
pub(super) fn id() -> String {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string()
}

pub(super) fn is_somebody(name: &str) -> bool {
    ["alpha", "bravo", "charlie", "delta"].contains(&name)
}

pub(super) fn configured(schedules: &Schedules) -> ConfiguredNames<'_> {
    ConfiguredNames { schedules, has_person: &is_somebody }
}

pub(super) fn asked(person: &str, from: &str, until: &str) -> Asked {
    let (schedule, person) = ("primary".to_owned(), person.to_owned());
    Asked { schedule, person, from: at(from), until: at(until) }
}

/// These overrides, made one after the other.
fn made(asked: &[Asked]) -> StoredOverrides {
    let (schedules, mut all) = (schedules(), StoredOverrides::default());
    for (index, asked) in asked.iter().enumerate() {
        let now = at(NOW) + SignedDuration::from_secs(i64::try_from(index).unwrap());
        all = all.make(&id(), asked, "alpha", configured(&schedules), now).unwrap().0;
    }
    all
}

fn who(stored: &StoredOverrides, moment: &str) -> (Vec<String>, Because) {
    let shift = schedules().with_overrides(stored, &is_somebody).on_call("primary", at(moment));
    (shift.people, shift.because)
}

#[test]
fn override_made_last_counts_and_lies_over_those_of_the_file() {
    let stored = made(&[
        asked("delta", "2026-11-25T12:00Z", "2026-11-26T12:00Z"),
        asked("alpha", "2026-11-26T06:00Z", "2026-11-26T08:00Z"),
    ]);
    for (moment, person, because) in [
        ("2026-11-25T11:59:59Z", "alpha", Because::Rotation),
        ("2026-11-25T12:00:00Z", "delta", Because::TakenOver),
        ("2026-11-26T05:59:59Z", "delta", Because::TakenOver),
        ("2026-11-26T06:00:00Z", "alpha", Because::TakenOver),
        ("2026-11-26T08:00:00Z", "delta", Because::TakenOver),
        ("2026-11-26T12:00:00Z", "charlie", Because::Override),
        ("2026-11-27T12:00:00Z", "alpha", Because::Rotation),
    ] {
        assert_eq!(who(&stored, moment), (vec![person.to_owned()], because), "{moment}");
        let schedules = schedules();
        let decide = stored.deciding(configured(&schedules), at(moment));
        assert_eq!(who(&decide, moment), who(&stored, moment), "{moment}");
        assert!(decide.overrides.len() <= 1);
    }
}

#[test]
fn layers_say_what_lies_over_what() {
    let stored = made(&[asked("delta", "2026-11-25T12:00Z", "2026-11-26T12:00Z")]);
    let all = schedules().with_overrides(&stored, &is_somebody);
    let told = |from: &str, until: &str| -> Vec<(Layer, Vec<String>)> {
        let layers = all.get("primary").unwrap().layers(at(from), at(until));
        let people =
            |shifts: Vec<Shift>| shifts.into_iter().flat_map(|shift| shift.people).collect();
        layers.into_iter().map(|(layer, shifts)| (layer, people(shifts))).collect()
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let expected = vec![
        (Layer::OnCall, names(&["alpha", "delta", "charlie", "bravo", "alpha"])),
        (Layer::TakenOver, names(&["delta"])),
        (Layer::Overrides, names(&["charlie"])),
        (Layer::Base, names(&["alpha", "bravo", "alpha"])),
    ];
    assert_eq!(told("2026-11-25T10:00Z", "2026-11-27T10:00Z"), expected);
    let alone = |person: &str| vec![(Layer::OnCall, names(&[person]))];
    assert_eq!(told("2026-11-23T10:00Z", "2026-11-23T12:00Z"), alone("alpha"));
    // Until the one begins, and since the other is over.
    assert_eq!(told("2026-11-25T10:00Z", "2026-11-25T12:00Z"), alone("alpha"));
    assert_eq!(told("2026-11-27T00:00Z", "2026-11-27T02:00Z"), alone("bravo"));
}

#[test]
fn removed_override_gives_back_what_is_below_it() {
    let stored = made(&[asked("delta", "2026-11-25T12:00Z", "2026-11-26T12:00Z")]);
    let id = stored.overrides[0].id.clone();
    let (removed, told) = stored.remove(&id, "bravo", at("2026-11-24T00:00Z")).unwrap();
    assert_eq!(told.removed.unwrap().by, "bravo");
    assert_eq!(who(&removed, "2026-11-25T12:00Z").0, ["alpha"]);
    assert_eq!(removed.remove(&id, "bravo", at("2026-11-24T00:00Z")), None);
    assert_eq!(stored.remove("another", "bravo", at("2026-11-24T00:00Z")), None);
    // An override that is over stays as it was.
    assert_eq!(stored.remove(&id, "bravo", at("2026-11-26T12:00Z")), None);
}

#[test]
fn override_of_somebody_who_left_does_not_count() {
    let stored = made(&[asked("delta", "2026-11-25T12:00Z", "2026-11-26T12:00Z")]);
    let schedules = schedules();
    let has_left = |name: &str| name != "delta" && is_somebody(name);
    let shift =
        schedules.with_overrides(&stored, &has_left).on_call("primary", at("2026-11-25T12:00Z"));
    assert_eq!((shift.people, shift.because), (vec!["alpha".to_owned()], Because::Rotation));
    let known = ConfiguredNames { schedules: &schedules, has_person: &has_left };
    assert_eq!(stored.overrides[0].ignored(known), Some(Ignored::UnknownPerson));
    let none = Schedules::default();
    let known = ConfiguredNames { schedules: &none, has_person: &is_somebody };
    assert_eq!(stored.overrides[0].ignored(known), Some(Ignored::UnknownSchedule));
}

#[test]
fn what_is_asked_for_wrongly_is_not_made() {
    let schedules = schedules();
    let unknown =
        Asked { schedule: "other".to_owned(), ..asked("alpha", NOW, "2026-11-24T00:00Z") };
    for (asked, why) in [
        (unknown, NotMade::UnknownSchedule),
        (asked("zulu", NOW, "2026-11-24T00:00Z"), NotMade::UnknownPerson),
        (asked("alpha", "2026-11-24T00:00Z", "2026-11-24T00:00Z"), NotMade::NotBehind),
        (asked("alpha", "2026-11-22T00:00Z", NOW), NotMade::Over),
        (asked("alpha", NOW, "2025-01-01T00:00Z"), NotMade::Over),
        (asked("alpha", NOW, "2027-01-24T08:00:01Z"), NotMade::TooLong),
        (asked("alpha", "2027-11-01T00:00Z", "2027-11-24T08:00:01Z"), NotMade::TooFar),
    ] {
        let made = StoredOverrides::default().make(
            &id(),
            &asked,
            "alpha",
            configured(&schedules),
            at(NOW),
        );
        assert_eq!(made, Err(why), "{asked:?}");
        assert!(why.text().ends_with('.'));
    }
}

#[test]
fn shift_that_goes_on_is_taken_over_from_now_and_once() {
    let schedules = schedules();
    let ask = asked("delta", "2026-11-22T09:00Z", "2026-11-23T09:00Z");
    let (stored, first) = StoredOverrides::default()
        .make(&id(), &ask, "alpha", configured(&schedules), at(NOW))
        .unwrap();
    assert_eq!(first.from, at(NOW));
    let later = at(NOW) + SignedDuration::from_secs(3);
    let (same, again) = stored.make(&id(), &ask, "bravo", configured(&schedules), later).unwrap();
    assert_eq!((same, again), (stored, first));
}

#[test]
fn overrides_are_bounded_and_go_a_week_after_their_end() {
    let schedules = schedules();
    let mut stored = StoredOverrides::default();
    let mut now = at(NOW);
    let ask = |index: i64| {
        let from = at(NOW) + SignedDuration::from_hours(index);
        let until = from + SignedDuration::from_hours(1);
        Asked { from, until, ..asked("delta", NOW, NOW) }
    };
    for index in 0..100 {
        stored = stored.make(&id(), &ask(index), "alpha", configured(&schedules), now).unwrap().0;
    }
    let full = stored.make(&id(), &ask(100), "alpha", configured(&schedules), now);
    assert_eq!(full, Err(NotMade::TooMany));
    // One is made and removed again and again: what is kept stays bounded.
    let first = stored.overrides[0].id.clone();
    stored = stored.remove(&first, "alpha", now).unwrap().0;
    for _ in 0..300 {
        let (with, made) =
            stored.make(&id(), &ask(200), "alpha", configured(&schedules), now).unwrap();
        stored = with.remove(&made.id, "alpha", now).unwrap().0;
        assert!(stored.overrides.len() <= 200);
    }
    assert_eq!(stored.overrides.iter().filter(|over| over.removed.is_none()).count(), 99);
    now = stored.over_at().unwrap();
    stored = stored
        .make(
            &id(),
            &Asked { until: now + OVERRIDE_RETENTION, ..ask(300) },
            "alpha",
            configured(&schedules),
            now,
        )
        .unwrap()
        .0;
    assert_eq!(stored.overrides.len(), 1);
}

#[test]
fn record_of_another_version_is_read() {
    let body = r#"{"overrides":[{"id":"a1","schedule":"primary","person":"delta","from":"2026-11-25T12:00:00Z",
        "until":"2026-11-26T12:00:00Z","by":"alpha","at":"2026-11-23T08:00:00Z","later":1}],"later":2}"#;
    let stored: StoredOverrides = serde_json::from_str(body).unwrap();
    assert_eq!(who(&stored, "2026-11-25T12:00Z").0, ["delta"]);
}

prop_compose! {
    fn any_stored()(asked in proptest::collection::vec(
        (0_i64..30_000, 1_i64..300, 0_usize..5, any::<bool>(), 0_usize..2), 0..12,
    )) -> StoredOverrides {
        let people = ["alpha", "bravo", "charlie", "delta", "gone"];
        let stored = asked.into_iter().enumerate().map(|(index, (from, hours, person, is_removed, schedule))| {
            StoredOverride {
                id: format!("{index}"),
                schedule: ["primary", "other"][schedule].to_owned(),
                person: people[person].to_owned(),
                from: hour(from), until: hour(from + hours),
                by: "alpha".to_owned(), at: hour(0),
                removed: is_removed.then(|| Removed { by: "bravo".to_owned(), at: hour(0) }),
            }
        });
        StoredOverrides { overrides: stored.collect() }
    }
}

proptest! {
    /// The slow way round: the last one that covers the moment and counts; else whatever the file says.
    #[test]
    fn exactly_one_layer_decides_at_any_moment(
        schedule in any_schedule(), stored in any_stored(), moments in proptest::collection::vec(0_i64..30_000, 1..20),
    ) {
        let file = Schedules::new(vec![schedule]);
        let all = file.with_overrides(&stored, &is_somebody);
        for moment in moments.into_iter().map(hour) {
            let shift = all.on_call("primary", moment);
            let winner = stored.overrides.iter().rev().find(|over| {
                over.schedule == "primary" && over.removed.is_none() && is_somebody(&over.person)
                    && over.from <= moment && moment < over.until
            });
            match winner {
                Some(winner) => {
                    prop_assert_eq!(&shift.people, std::slice::from_ref(&winner.person));
                    prop_assert_eq!(shift.because, Because::TakenOver);
                    prop_assert!(winner.from <= shift.from && shift.until <= winner.until);
                }
                None => {
                    let below = file.on_call("primary", moment);
                    prop_assert_eq!(&shift.people, &below.people);
                    prop_assert_eq!(shift.because, below.because);
                    prop_assert!(below.from <= shift.from && shift.until <= below.until);
                }
            }
            prop_assert!(shift.from <= moment && moment < shift.until);
            let decide = stored.deciding(configured(&file), moment);
            let at_once = file.with_overrides(&decide, &is_somebody).on_call("primary", moment);
            prop_assert_eq!((at_once.people, at_once.because), (shift.people, shift.because));
        }
    }

    #[test]
    fn whatever_is_asked_for_keeps_the_record_bounded(
        asks in proptest::collection::vec((-200_i64..10_000, -5_i64..3_000, 0_usize..3, 0_i64..9_000), 0..40),
    ) {
        let file = schedules();
        let mut stored = StoredOverrides::default();
        let mut now = at(NOW);
        for (from, hours, person, passes) in asks {
            now += SignedDuration::from_mins(passes);
            let from = at(NOW) + SignedDuration::from_hours(from);
            let until = from + SignedDuration::from_hours(hours);
            let person = ["alpha", "delta", "gone"][person];
            let asked = Asked { schedule: "primary".to_owned(), person: person.to_owned(), from, until };
            let Ok((next, made)) = stored.make(&id(), &asked, "bravo", configured(&file), now) else { continue };
            prop_assert!(made.from < made.until && now < made.until && made.person == person);
            let at_begin = file.with_overrides(&next, &is_somebody).on_call("primary", from.max(now));
            prop_assert_eq!(at_begin.people, [person.to_owned()]);
            prop_assert!(next.overrides.len() <= 200);
            stored = next;
        }
    }
}

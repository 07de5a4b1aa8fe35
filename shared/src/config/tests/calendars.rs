//! A calendar that cannot be read costs its own schedule only.

use super::deployment::*;
use super::*;

const ICS: &str = "config/oncall.ics";
const NO_CALENDAR: &str = "<!doctype html><title>Sign in</title>";

fn warned(settings: &Settings) -> String {
    settings.rejected.as_ref().map(|rejected| rejected.headline()).unwrap_or_default()
}

#[tokio::test]
async fn unreadable_calendar_keeps_its_last_good_reading_and_the_rest_is_new() {
    let (main, good) = (on_call("oncall.ics"), calendar("alpha"));
    let changed = main.replace("[people.bravo]", "[channels.other]\n[people.bravo]");
    let missing = ("config/other.ics", "");
    for broken in [(ICS, NO_CALENDAR), (ICS, ""), (ICS, "base64:?"), missing] {
        let all = Deployment::new(&[("config/main", &main), (ICS, &good)]);
        all.process().get(at(0)).await.unwrap();
        all.store(&[("config/main", &changed), broken]);
        for second in [1000, 2000] {
            // Another process each time: what is kept by now is the new one with the former calendar.
            let settings = all.process().get(at(second)).await.unwrap();
            assert_eq!(called(&settings), ["alpha"], "{broken:?}");
            assert_eq!(settings.config.routes.channels(), ["default", "other"]);
            let expected =
                "The calendar of primary cannot be read: the last good reading stays in use";
            assert_eq!(warned(&settings), expected);
        }
        let told = all.slack_lines();
        assert_eq!((told.len(), all.counted()), (1, 1), "{told:?}");
        all.store(&[("config/main", &changed), (ICS, &calendar("bravo"))]);
        let settings = all.process().get(at(3000)).await.unwrap();
        assert_eq!(
            (called(&settings), warned(&settings)),
            (vec!["bravo".to_owned()], String::new())
        );
        assert!(all.slack_lines().concat().contains("The calendar of primary can be read again"));
    }
}

#[tokio::test]
async fn calendar_without_a_former_reading_leaves_its_schedule_empty() {
    let all = Deployment::new(&[("config/main", &on_call("oncall.ics")), (ICS, NO_CALENDAR)]);
    let settings = all.process().get(at(0)).await.unwrap();
    assert_eq!(called(&settings), Vec::<String>::new());
    assert_eq!(
        warned(&settings),
        "The calendar of primary cannot be read: nobody is on call there"
    );
    let told = all.slack_lines().concat();
    assert!(told.contains("config/oncall.ics:1:"), "{told}");
    all.store(&[("config/main", &on_call("oncall.ics")), (ICS, &calendar("alpha"))]);
    assert_eq!(called(&all.process().get(at(1)).await.unwrap()), ["alpha"]);
}

/// A calendar in which alpha is always on call, and since 2021 bravo instead; and the same cut off between the two.
fn cut_off() -> (String, String) {
    let two = calendar("alpha").replace(
        "END:VCALENDAR",
        "BEGIN:VEVENT\nUID:2\nDTSTART:20210101T000000Z\nDTEND:20400101T000000Z\nSUMMARY:bravo\nEND:VEVENT\nEND:VCALENDAR",
    );
    let (first, _) = two.split_once("BEGIN:VEVENT\nUID:2").unwrap();
    let first = first.to_owned();
    (two, first)
}

/// Whom the policy calls in 2026.
fn called_in_2026(settings: &Settings) -> Vec<String> {
    let now = "2026-01-05T12:00:00Z".parse().unwrap();
    settings.config.escalation.policy_at("p", now).expect("the policy").roster
}

#[tokio::test]
async fn calendar_that_is_cut_off_keeps_its_last_good_reading() {
    let main = on_call("oncall.ics");
    let (whole, first) = cut_off();
    for cut in [&whole[..20], &whole[..60], &first, &whole[..whole.len() - 5]] {
        let all = Deployment::new(&[("config/main", &main), (ICS, &whole)]);
        assert_eq!(called_in_2026(&all.process().get(at(0)).await.unwrap()), ["bravo"]);
        all.store(&[("config/main", &main), (ICS, cut)]);
        for second in [1000, 2000] {
            let settings = all.process().get(at(second)).await.unwrap();
            assert_eq!(called_in_2026(&settings), ["bravo"], "{cut}");
            let expected =
                "The calendar of primary cannot be read: the last good reading stays in use";
            assert_eq!(warned(&settings), expected);
        }
        let told = all.slack_lines();
        assert!(told[0].contains("config/oncall.ics:1: VCALENDAR: has no END:VCALENDAR"));
        assert_eq!((told.len(), all.counted()), (1, 1), "{told:?}");
        all.store(&[("config/main", &main), (ICS, &calendar("alpha"))]);
        let settings = all.process().get(at(3000)).await.unwrap();
        assert_eq!(called_in_2026(&settings), ["alpha"]);
        assert!(all.slack_lines().concat().contains("The calendar of primary can be read again"));
    }
}

#[tokio::test]
async fn calendar_that_is_cut_off_is_read_in_part_without_a_former_reading() {
    let main = on_call("oncall.ics");
    let (whole, first) = cut_off();
    let in_event = &whole[..whole.rfind("SUMMARY:bravo").unwrap() + "SUMMARY:bravo\n".len()];
    for (cut, lost) in [(first.as_str(), 0), (in_event, 1)] {
        let all = Deployment::new(&[("config/main", &main), (ICS, cut)]);
        for second in [1, 2] {
            // The second process finds the part kept: it is no good reading.
            let settings = all.process().get(at(second)).await.unwrap();
            assert_eq!(called_in_2026(&settings), ["alpha"], "{cut}");
            let expected =
                "The calendar of primary cannot be read: only the part that can be read is in use";
            assert_eq!(warned(&settings), expected);
            assert_eq!(settings.config.lost_shifts(at(second)).len(), lost, "{cut}");
        }
        assert_eq!((all.slack_lines().len(), all.counted()), (1, 1));
        // The same part stays in use while the rest of the configuration is wrong.
        all.store(&[("config/main", "broken ="), (ICS, cut)]);
        assert_eq!(called_in_2026(&all.process().get(at(3)).await.unwrap()), ["alpha"]);
        // Of a part and a larger part the new one counts.
        let other = cut.replace("alpha", "bravo");
        all.store(&[("config/main", &main), (ICS, &other)]);
        assert_eq!(called_in_2026(&all.process().get(at(4)).await.unwrap()), ["bravo"]);
    }
}

#[tokio::test]
async fn warning_names_the_schedules_by_what_they_go_on_with() {
    let schedule = |name: &str| format!("[[schedules]]\nname = \"{name}\"\nics = \"{name}.ics\"\n");
    let (whole, first) = cut_off();
    let names = ["second", "third"];
    let main = names.map(schedule).concat();
    let main = format!("{}{main}", on_call("oncall.ics"));
    let all = Deployment::new(&[("config/main", &on_call("oncall.ics")), (ICS, &whole)]);
    all.process().get(at(0)).await.unwrap();
    all.store(&[
        ("config/main", &main),
        (ICS, &first),
        ("config/second.ics", &first),
        ("config/third.ics", &whole[..20]),
    ]);
    assert_eq!(
        warned(&all.process().get(at(1)).await.unwrap()),
        "The calendars of primary, second, third cannot be read: the last good reading stays in use, \
         only the part of second that can be read is in use, but nobody is on call in third"
    );
}

#[tokio::test]
async fn schedule_keeps_its_reading_under_another_name_of_its_calendar() {
    let all =
        Deployment::new(&[("config/main", &on_call("oncall.ics")), (ICS, &calendar("alpha"))]);
    all.process().get(at(0)).await.unwrap();
    all.store(&[("config/main", &on_call("on-call.ics")), (ICS, &calendar("alpha"))]);
    for second in [1, 2] {
        let settings = all.process().get(at(second)).await.unwrap();
        assert_eq!(called(&settings), ["alpha"]);
        assert!(warned(&settings).contains("last good reading"), "{}", warned(&settings));
        let reason = settings.rejected.as_deref().unwrap().reason();
        assert!(reason.contains("\"on-call.ics\" is not there"), "{reason}");
    }
}

#[tokio::test]
async fn other_schedules_go_on_beside_an_unreadable_calendar() {
    let main = format!(
        "{}[[schedules]]\nname = \"second\"\nics = \"second.ics\"\n[[policies]]\nname = \"q\"\nalarms = [\"*\"]\n\
         roster = {{ schedule = \"second\", then = [] }}\n",
        on_call("oncall.ics")
    );
    let second = "config/second.ics";
    let all = Deployment::new(&[
        ("config/main", &main),
        (ICS, &calendar("alpha")),
        (second, &calendar("alpha")),
    ]);
    all.process().get(at(0)).await.unwrap();
    all.store(&[("config/main", &main), (ICS, NO_CALENDAR), (second, &calendar("bravo"))]);
    let settings = all.process().get(at(1)).await.unwrap();
    let policy = settings.config.escalation.policy_at("q", at(1)).unwrap();
    assert_eq!(
        (called(&settings), policy.roster),
        (vec!["alpha".to_owned()], vec!["bravo".to_owned()])
    );
    all.store(&[("config/main", &main)]);
    let settings = all.process().get(at(2)).await.unwrap();
    assert_eq!(
        warned(&settings),
        "The calendars of primary, second cannot be read: the last good reading stays in use"
    );
    let policy = settings.config.escalation.policy_at("q", at(1)).unwrap();
    assert_eq!(policy.roster, ["bravo"]);
}

#[tokio::test]
async fn calendar_in_several_parameters_is_kept_whole() {
    let text = calendar("alpha");
    let (head, tail) = text.split_at(text.find("UID").unwrap());
    let all = Deployment::new(&[
        ("config/main", &on_call("team/oncall.ics")),
        ("config/oncall.ics.1", head),
        ("config/oncall.ics.2", tail),
    ]);
    all.process().get(at(0)).await.unwrap();
    all.store(&[
        ("config/main", &on_call("team/oncall.ics")),
        ("config/oncall.ics.1", head),
        ("config/oncall.ics.2", "base64:?"),
    ]);
    for second in [1, 2, 3] {
        assert_eq!(called(&all.process().get(at(second)).await.unwrap()), ["alpha"]);
    }
    assert_eq!(all.slack_lines().len(), 1);
}

#[test]
fn check_by_itself_still_refuses_an_unreadable_calendar() {
    let parts = [("config/main".to_owned(), on_call("oncall.ics"))];
    let problems = Config::parse(parts.to_vec()).unwrap_err().to_string();
    assert!(problems.contains("schedules.ics: \"oncall.ics\" is not there"), "{problems}");
    let no_calendar = on_call("oncall.txt");
    let problems = Config::parse_beside(vec![("config/main".to_owned(), no_calendar)], &[]);
    assert!(problems.unwrap_err().to_string().contains("schedules.ics: \"oncall.txt\""));
}

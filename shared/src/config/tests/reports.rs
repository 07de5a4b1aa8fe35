//! That a configuration fails its check: said once in Slack, and counted once, whoever reads it.

use super::deployment::*;
use super::*;

#[tokio::test]
async fn broken_configuration_is_reported_once_by_all_processes() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    let processes = [all.process(), all.process_that((true, false)), all.process()];
    for process in &processes {
        process.get(at(0)).await.unwrap();
    }
    assert_eq!((all.slack_lines(), all.counted()), (vec![], 0));
    all.store(&[("config/main", &calls("delta"))]);
    for minutes in [10, 20, 30] {
        for process in &processes {
            process.get(at(minutes * 60)).await.unwrap();
        }
        all.process().get(at(minutes * 60 + 1)).await.unwrap();
    }
    let told = all.slack_lines();
    assert_eq!((told.len(), all.counted()), (1, 1), "{told:?}");
    assert!(
        told[0].starts_with(
            ":warning: *The configuration fails its check: the last good one (of Fri 2027-01-15 08:00 UTC) stays in use.*\n\
             config/main:9: policies.roster: unknown person \"delta\""
        ),
        "{told:?}"
    );

    // Another one that is broken too.
    all.store(&[("config/main", "broken =")]);
    processes[0].get(at(3000)).await.unwrap();
    processes[1].get(at(3000)).await.unwrap();
    let told = all.slack_lines();
    assert_eq!((told.len(), all.counted()), (1, 2), "{told:?}");
    assert!(told[0].contains("config/main:1: broken:"), "{told:?}");

    all.store(&[("config/main", &calls("bravo"))]);
    for second in [4000, 5000] {
        for process in &processes {
            assert_eq!(process.get(at(second)).await.unwrap().rejected, None);
        }
    }
    let told = all.slack_lines();
    assert_eq!((told.len(), all.counted()), (1, 2), "{told:?}");
    assert!(
        told[0].starts_with(":white_check_mark: The configuration passes its check"),
        "{told:?}"
    );

    // And the first broken one again.
    all.store(&[("config/main", &calls("delta"))]);
    processes[1].get(at(6000)).await.unwrap();
    processes[2].get(at(6001)).await.unwrap();
    assert_eq!((all.slack_lines().len(), all.counted()), (1, 3));
}

#[tokio::test]
async fn process_that_cannot_reach_slack_leaves_the_report_to_one_that_can() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    all.process().get(at(0)).await.unwrap();
    all.store(&[("config/main", "broken =")]);
    let forwarder = all.process_that((false, true));
    forwarder.get(at(1000)).await.unwrap();
    assert_eq!((all.slack_lines(), all.counted()), (vec![], 1));
    let webhook = all.process_that((true, false));
    let settings = webhook.get(at(1100)).await.unwrap();
    assert_eq!((all.slack_lines().len(), all.counted()), (1, 1));
    assert_eq!(settings.rejected.as_deref().unwrap().since, at(1000), "since the first reading");
    all.store(&[("config/main", &calls("alpha"))]);
    forwarder.get(at(2000)).await.unwrap();
    assert_eq!(all.slack_lines(), Vec::<String>::new());
    webhook.get(at(2000)).await.unwrap();
    assert_eq!(all.slack_lines().len(), 1);
}

#[tokio::test]
async fn report_names_no_phone_number_and_is_short() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    all.process().get(at(0)).await.unwrap();
    for broken in [
        "[channels.default]\n[people.alpha]\nphone +15005550001\n".to_owned(),
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001 or so\"\n".to_owned(),
        format!("[channels.default]\n{} = 1\n<@U123> = \"+15005550001\"\n", "x".repeat(5000)),
    ] {
        all.store(&[("config/main", &broken)]);
        let settings = all.process().get(at(1)).await.unwrap();
        let told = all.slack_lines().concat();
        let rejected = settings.rejected.as_deref().unwrap();
        assert!(!told.contains("<@"), "{told}");
        for text in [told, rejected.headline(), rejected.reason(), format!("{rejected:?}")] {
            assert!(!text.contains("500555") && text.len() < 1500, "{text}");
        }
    }
}

#[tokio::test]
async fn standing_of_a_store_says_what_check_needs() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    let none = ConfigStatus { good_since: None, rejected: None };
    assert_eq!(ConfigStatus::of(&all.backend.store, at(0)).await.unwrap(), none);
    all.process().get(at(0)).await.unwrap();
    let good = ConfigStatus { good_since: Some(at(0)), rejected: None };
    assert_eq!(ConfigStatus::of(&all.backend.store, at(1)).await.unwrap(), good);
    all.store(&[("config/main", "broken =")]);
    all.process().get(at(5)).await.unwrap();
    let standing = ConfigStatus::of(&all.backend.store, at(6)).await.unwrap();
    let rejected = standing.rejected.unwrap();
    assert_eq!((standing.good_since, rejected.since), (Some(at(0)), at(5)));
    assert!(rejected.reason().starts_with("config/main:1: broken:"), "{}", rejected.reason());
}

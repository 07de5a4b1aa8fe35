//! The output of `check` for a configuration: where lines go, whom alarms reach, what is silenced.

use tempfile::tempdir;

use super::stderr;
use crate::harness::{CONFIG, run, stdout};

#[tokio::test]
async fn check_prints_what_would_go_where() {
    let folder = tempdir().unwrap();
    let told = run(folder.path(), &["check"]).await;
    assert!(told.status.success());
    let told = stdout(&told);
    for expected in [
        "the built-in demo: fine",
        "flex                 the sandbox's Slack (SLACK_WEBHOOK_FLEX is not set)",
        "when data.payload.task_age > 1800",
        "account-managers: <@U0123ABCD> ",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    std::fs::write(
        folder.path().join("mine.toml"),
        CONFIG.replace("fallback = \"a\"", "fallback = \"z\""),
    )
    .unwrap();
    let wrong = run(folder.path(), &["check", "mine.toml"]).await;
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        stderr(&wrong),
        "mine.toml:9: routes.fallback: \"z\" is not a declared channel, expected one of a, b\n"
    );
}

const SHOP: &str = r#"
[channels.a]
[people.alpha]
phone = "+15005550001"
[[policies]]
name = "shop"
alarms = ["shop-*"]
channel = "a"
roster = ["alpha"]
[[ignore]]
alarms = ["Watchdog"]
reason = "always on"
[[silences]]
alarms = ["shop-batch"]
from = "2026-01-01T00:00Z"
until = "9000-01-01T00:00Z"
"#;

#[tokio::test]
async fn check_says_which_policy_an_alarm_reaches() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("ringdown.toml"), SHOP).unwrap();
    let names = ["shop-api", "stock", "Watchdog", "shop-batch"];
    let told =
        run(folder.path(), &[&["check", "ringdown.toml", "--alarm"], &names[..]].concat()).await;
    assert!(told.status.success());
    let expected = "ringdown.toml: fine
  shop-api             policy shop by \"shop-*\": calls alpha (+…0001)
  stock                nobody: no policy is for it, it becomes a dead letter
  Watchdog             nobody: it is ignored (always on)
  shop-batch           policy shop by \"shop-*\": calls alpha (+…0001); silenced until 9000-01-01T00:00:00Z
";
    let said: String = stdout(&told)
        .lines()
        .filter(|line| !line.contains(" bytes; "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(said, expected);
}

#[tokio::test]
async fn check_warns_of_globs_that_are_none_and_succeeds() {
    let folder = tempdir().unwrap();
    for (glob, proposed) in [
        ("^shop-.*$", r#"["shop-*"]"#),
        ("shop-(api|web)", r#"["shop-api", "shop-web"]"#),
        ("shop-{api,web}", r#"["shop-api", "shop-web"]"#),
        ("!test-*", r#"alarms = ["test-*"]"#),
        ("shop_.{3}", r#"["shop_???"]"#),
        ("shop-%", r#"["shop-*"]"#),
        (" shop-*", r#"["shop-*"]"#),
    ] {
        std::fs::write(folder.path().join("ringdown.toml"), SHOP.replace("shop-*", glob)).unwrap();
        let told = run(folder.path(), &["check"]).await;
        assert!(told.status.success());
        let first = stdout(&told).lines().next().unwrap().to_owned();
        assert!(first.starts_with("  warning: ringdown.toml:7: policies.alarms: "), "{first}");
        assert!(first.ends_with(proposed), "{first}");
        assert!(
            stdout(&told).contains("\nringdown.toml: valid, with 1 warning\n"),
            "{}",
            stdout(&told)
        );
    }
}

#[tokio::test]
async fn check_prints_what_is_silenced_and_warns_of_what_is_over() {
    let folder = tempdir().unwrap();
    let windows = r#"
[[silences]]
alarms = ["batch-*", "nightly"]
reason = "the database moves"
from = "2026-01-01T00:00Z"
until = "9000-01-01T00:00+01:00"
time_zone = "Europe/Berlin"
[[silences]]
alarms = ["old"]
from = "2020-01-01T00:00Z"
until = "2020-01-02T00:00Z"
[[silences]]
alarms = ["new"]
from = "8000-01-01T00:00Z"
until = "8000-01-02T00:00Z"
"#;
    let config = folder.path().join("ringdown.toml");
    std::fs::write(&config, format!("{CONFIG}{windows}")).unwrap();
    let told = stdout(&run(folder.path(), &["check"]).await);
    let expected = "
silences
  now:  batch-*, nightly until Wed 9000-01-01 00:00 CET (the database moves)
  next: new from Sat 8000-01-01 00:00 UTC until Sun 8000-01-02 00:00 UTC
  warning: ringdown.toml:18: silences: the one of old is over: it can be taken out
";
    assert!(told.contains(expected), "{told}");
    std::fs::write(&config, CONFIG).unwrap();
    let told = stdout(&run(folder.path(), &["check"]).await);
    assert!(!told.contains("silences"), "{told}");
}

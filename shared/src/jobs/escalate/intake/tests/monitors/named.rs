//! `POST /alarms/{name}`: any monitor names its alarm itself.

use super::*;
use crate::domain::alarm::parse_named;
use crate::http::Request;

impl Intake {
    async fn says(&self, name: &str, body: &str) -> (u16, Vec<String>) {
        let work = self.escalate.begin(self.now()).await.expect("settings");
        let alarm = parse_named(name, body.as_bytes(), self.now()).map_err(|malformed| *malformed);
        let results = work.take_parts(vec![alarm], body.as_bytes()).await.expect("it is kept");
        let answer = respond(&results);
        let said: Vec<Value> = serde_json::from_slice(&answer.body).expect("JSON");
        let outcome = |said: &Value| said["outcome"].as_str().unwrap_or_default().to_owned();
        (answer.status, said.iter().map(outcome).collect())
    }
}

const ALARM: &str =
    r#"{"state":"alarm","title":"no backup for 26 h","link":"https://wiki.example.com/backup"}"#;
const OK: &str = r#"{"state":"ok"}"#;

fn outcome(status: u16, outcome: &str) -> (u16, Vec<String>) {
    (status, vec![outcome.to_owned()])
}

#[tokio::test]
async fn named_alarm_raises_an_incident_once_and_ends_it() {
    let intake = Intake::new();
    assert_eq!(intake.says("shop-backup", OK).await, outcome(202, "nothing"));
    for _ in 0..3 {
        assert_eq!(intake.says("shop-backup", ALARM).await, outcome(202, "incident"));
        intake.passes(60);
    }
    assert_eq!(intake.incident(), Some((true, vec!["shop-backup".to_owned()])));
    let alarm = incident(&intake.backend, "p").expect("an incident").alarms[0].clone();
    assert_eq!(alarm.reason, "no backup for 26 h https://wiki.example.com/backup");
    assert_eq!(alarm.description, "no backup for 26 h");
    assert_eq!(intake.says("shop-restore", ALARM).await, outcome(202, "incident"));
    intake.says("shop-backup", OK).await;
    assert_eq!(intake.incident(), Some((true, vec!["shop-restore".to_owned()])));
    intake.says("shop-restore", OK).await;
    assert_eq!(intake.incident(), Some((false, vec![])));
    // It goes off anew.
    intake.passes(3_600);
    assert_eq!(intake.says("shop-backup", ALARM).await, outcome(202, "incident"));
    assert_eq!(intake.incident(), Some((true, vec!["shop-backup".to_owned()])));
    assert_eq!(intake.slack(), [""; 0]);
}

#[tokio::test]
async fn named_alarm_that_is_not_understood_is_refused_kept_and_reported_with_its_name() {
    let intake = Intake::new();
    for name in ["shop-backup", "shop-backup", "shop-%3Crestore%3E"] {
        assert_eq!(intake.says(name, r#"{"state":"down"}"#).await, outcome(422, "dead-letter"));
    }
    let line = |name: &str| {
        format!(
            ":warning: *{name}* came in as an alarm, and nobody was called: its `state` \"down\" is none of \"alarm\", \
             \"ok\". It is kept as a dead letter."
        )
    };
    assert_eq!(intake.slack(), [line("shop-backup"), line("shop-&lt;restore&gt;")]);
    assert_eq!(intake.letters().len(), 2);
    // One that is for no policy is understood.
    assert_eq!(intake.says("others", ALARM).await, outcome(202, "dead-letter"));
}

#[tokio::test]
async fn named_alarm_needs_the_token() {
    let fixture = Fixture::new(
        Parameters::of_config(CONFIG, &[("alarms-token", "the-token")]),
        "2026-11-28T12:00:00Z".parse().expect("a time"),
    );
    for (authorization, expected) in [
        (None, "a bearer token is needed: send the header `Authorization: Bearer …`"),
        (Some("Bearer "), "a bearer token is needed: send the header `Authorization: Bearer …`"),
        (
            Some("Basic the-token"),
            "a bearer token is needed: send the header `Authorization: Bearer …`",
        ),
        (Some("Bearer another"), "the bearer token is wrong"),
    ] {
        let headers = authorization.map(|value| ("authorization".to_owned(), value.into()));
        let request = Request {
            headers: headers.into_iter().collect(),
            body: ALARM.into(),
            ..Request::default()
        };
        let now = fixture.clock.now();
        let named = fixture.escalate.handle_named_alarm(&request, "shop-a", now).await;
        let any = fixture.escalate.handle_monitor(&request, now).await;
        for error in [named.expect_err("no token"), any.expect_err("no token")] {
            assert_eq!((error.status(), error.to_string().as_str()), (401, expected));
        }
    }
    assert!(incident(&fixture.backend, "p").is_none());
}

#[tokio::test]
async fn refused_name_comes_back_from_its_replay_and_calls_nobody() {
    let intake = Intake::new();
    assert_eq!(intake.says("shop-%FF", r#"{"state":"alarm"}"#).await.0, 422);
    let letter = intake.records("dead-letter-bodies")[0]["body"].as_str().unwrap().to_owned();
    let again = intake.escalate.take_again(letter.as_bytes(), intake.now()).await;
    assert!(matches!(again.expect("it is kept")[..], [AlarmResult::DeadLetter { .. }]));
    assert_eq!(intake.incident(), None);
}

#[tokio::test]
async fn recovery_of_another_name_ends_nothing() {
    let intake = Intake::new();
    intake.says("shop-a%0Ab", r#"{"state":"alarm"}"#).await;
    intake.says("shop-a%20b", r#"{"state":"ok"}"#).await;
    let (is_open, open) = intake.incident().expect("an incident");
    assert!(is_open && open.len() == 1, "{open:?}");
    intake.says("shop-a%0Ab", r#"{"state":"ok"}"#).await;
    assert_eq!(intake.incident(), Some((false, vec![])));
}

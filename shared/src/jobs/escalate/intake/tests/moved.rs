//! Alarms that go on in an incident while the configuration changes whose they are.

use jiff::SignedDuration;

use super::*;
use crate::jobs::escalate::Effects;
use crate::jobs::escalate::testing::Fixture;
use crate::testing::Parameters;
use crate::testing::sample::at;

const PEOPLE: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n";

fn policy(name: &str, alarms: &str) -> String {
    format!("[[policies]]\nname = \"{name}\"\nalarms = [\"{alarms}\"]\nroster = [\"alpha\"]\n")
}

/// An alarm of the shop goes off while the only policy is for all alarms; then the configuration is this one.
async fn moved(config: &str) -> Fixture {
    let parameters = Parameters::of_config(&(PEOPLE.to_owned() + &policy("default", "*")), &[]);
    let fixture = Fixture::new(parameters, at(0));
    fixture.says("firing").await;
    assert_eq!(fixture.open("default"), Some(1));
    fixture.parameters.configure(&(PEOPLE.to_owned() + config));
    fixture.clock.push(SignedDuration::from_secs(600));
    fixture
}

impl Fixture {
    async fn says(&self, status: &str) -> AlarmResult {
        let body = group(std::iter::once(alert("shop-down", status, "it is so")));
        let results = self.escalate.take(&body, self.clock.now()).await.expect("it is kept");
        results.into_iter().next().expect("a result")
    }

    /// Grafana says that the rule of the alarm has no data.
    async fn has_no_data(&self) -> AlarmResult {
        let mut alert = alert("shop-down", "firing", "it is so");
        alert["labels"] = json!({"alertname": "DatasourceNoData", "rulename": "shop-down"});
        let body = group(std::iter::once(alert));
        let results = self.escalate.take(&body, self.clock.now()).await.expect("it is kept");
        results.into_iter().next().expect("a result")
    }

    /// How many alarms go on in this policy's incident; `None` if none is open.
    fn open(&self, policy: &str) -> Option<u32> {
        let open = incident(&self.backend, policy).filter(|incident| incident.ended_at.is_none());
        open.map(|incident| incident.open_count())
    }
}

#[tokio::test]
async fn alarm_of_an_open_incident_stays_there_until_it_recovers() {
    let fixture = moved(&(policy("shop", "shop-*") + &policy("default", "*"))).await;
    let result = fixture.says("firing").await;
    let of_default = incident(&fixture.backend, "default").map(|incident| incident.id);
    assert!(
        matches!(&result, AlarmResult::Incident { incident, .. } if Some(incident) == of_default.as_ref()),
        "{result:?}"
    );
    assert_eq!((fixture.open("default"), fixture.open("shop")), (Some(1), None));
    fixture.says("resolved").await;
    assert_eq!((fixture.open("default"), fixture.open("shop")), (None, None));
    fixture.clock.push(SignedDuration::from_secs(600));
    fixture.says("firing").await;
    assert_eq!((fixture.open("default"), fixture.open("shop")), (None, Some(1)));
}

#[tokio::test]
async fn alarm_that_is_nobodys_by_now_ends_the_incident_that_it_goes_on_in() {
    let ignored = "[[ignore]]\nalarms = [\"shop-*\"]\n".to_owned();
    for config in
        [policy("default", "disk-*"), policy("disk", "disk-*"), ignored + &policy("disk", "disk-*")]
    {
        let fixture = moved(&config).await;
        fixture.says("resolved").await;
        assert_eq!(fixture.open("default"), None, "{config}");
        let now = fixture.clock.now();
        let over = incident(&fixture.backend, "default").and_then(|incident| incident.ended_at);
        assert_eq!(over, Some(now), "{config}");
    }
}

#[tokio::test]
async fn alarm_that_is_nobodys_by_now_goes_on_in_its_incident_and_is_no_dead_letter() {
    for config in [policy("default", "disk-*"), policy("disk", "disk-*")] {
        let fixture = moved(&config).await;
        let before = incident(&fixture.backend, "default").expect("an incident");
        let is_its = |result: &AlarmResult| matches!(result, AlarmResult::Incident { incident, .. } if *incident == before.id);
        let result = fixture.says("firing").await;
        assert!(is_its(&result), "{config} {result:?}");
        let timeline = |fixture: &Fixture| {
            incident(&fixture.backend, "default").expect("an incident").timeline
        };
        assert_eq!(timeline(&fixture), before.timeline, "{config}");
        let result = fixture.has_no_data().await;
        assert!(is_its(&result), "{config} {result:?}");
        let last = timeline(&fixture).entries.pop().map(|entry| entry.event);
        assert_eq!(last, Some(Event::NoData { alarm: "shop-down".to_owned() }), "{config}");
        let letters = |fixture: &Fixture| fixture.backend.store.records(dead_letters::PARTITION);
        assert_eq!(letters(&fixture).len(), 0, "{config}");
        fixture.says("resolved").await;
        assert_eq!(fixture.open("default"), None, "{config}");
        // It is in no incident any more.
        let result = fixture.says("firing").await;
        assert!(matches!(result, AlarmResult::DeadLetter { .. }), "{config} {result:?}");
        assert_eq!(letters(&fixture).len(), 1, "{config}");
    }
}

#[tokio::test]
async fn recovery_of_what_goes_on_nowhere_is_nothing_or_ignored() {
    for (ignore, is_ignored) in [("", false), ("[[ignore]]\nalarms = [\"shop-*\"]\n", true)] {
        let parameters =
            Parameters::of_config(&(PEOPLE.to_owned() + ignore + &policy("disk", "disk-*")), &[]);
        let fixture = Fixture::new(parameters, at(0));
        let result = fixture.says("resolved").await;
        assert_eq!(matches!(result, AlarmResult::Ignored { .. }), is_ignored, "{result:?}");
        assert_eq!(matches!(result, AlarmResult::Nothing { .. }), !is_ignored, "{result:?}");
    }
}

#[tokio::test]
async fn alarm_that_was_only_counted_goes_off_anew_after_its_incident_and_counts_once() {
    let config = PEOPLE.to_owned() + &policy("default", "*");
    let fixture = Fixture::new(Parameters::of_config(&config, &[]), at(0));
    fixture.escalate.take(&many(61, "firing", "it is so"), at(0)).await.expect("they are kept");
    let counted = |fixture: &Fixture| {
        let incident = incident(&fixture.backend, "default").expect("an incident");
        (incident.id, incident.ended_at.is_some(), incident.more_alarms)
    };
    let (id, is_over, more) = counted(&fixture);
    assert_eq!((is_over, more), (false, 1));
    let resolves = [Signal::ResolvedManually { by: "somebody".to_owned() }];
    let now = fixture.clock.now();
    fixture.escalate.transact(&id, &resolves, Effects::Deferred, now).await.expect("it is over");
    fixture.clock.push(SignedDuration::from_secs(60));
    let began = fixture.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut again = alert("alarm-60", "firing", "it is so");
    again["startsAt"] = began.into();
    let body = group([again].into_iter());
    let taken = fixture.escalate.take(&body, fixture.clock.now());
    let result = taken.await.expect("it is kept").remove(0);
    assert!(matches!(result, AlarmResult::Incident { .. }), "{result:?}");
    assert_eq!(counted(&fixture), (id, false, 1));
}

//! The lists of texts and calls: their filters, and their pages.

use super::super::webhook::query_fields;
use super::*;

const BRAVO: &str = "+15005550002";

async fn send(fixture: &Fixture, to: &str) -> String {
    let fields = [("To", to), ("From", "+15005550006"), ("Body", "hello")];
    let (_, text) = fixture.ask("POST", "Messages.json", &fields).await;
    text["sid"].as_str().expect("a SID").to_owned()
}

/// A page of a list, by its address as a page before has it.
async fn page(fixture: &Fixture, uri: &Value) -> Value {
    let uri = uri.as_str().expect("an address");
    let (path, query) = uri.split_once('?').expect("a query");
    let fields = query_fields(Some(query));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let who = format!("{SANDBOX_ACCOUNT}:{TOKEN}");
    let (status, body) = fixture.ask_at(&who, "GET", path, &fields).await;
    assert_eq!((status, body["uri"].as_str()), (200, Some(uri)));
    body
}

fn sids(page: &Value, list: &str) -> Vec<String> {
    let items = page[list].as_array().expect("a list").iter();
    items.map(|item| item["sid"].as_str().expect("a SID").to_owned()).collect()
}

fn day(fixture: &Fixture) -> String {
    fixture.twilio.now().to_string()[..10].to_owned()
}

#[tokio::test]
async fn pages_follow_each_other_whatever_is_added_meanwhile() {
    let fixture = Fixture::new().await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        sent.insert(0, send(&fixture, ALPHA).await);
        send(&fixture, BRAVO).await;
    }
    let filter = [("To", ALPHA), ("PageSize", "2")];
    let (_, first) = fixture.ask("GET", "Messages.json", &filter).await;
    assert_eq!(sids(&first, "messages"), sent[..2]);
    assert_eq!(
        (&first["previous_page_uri"], &first["uri"]),
        (&Value::Null, &first["first_page_uri"])
    );
    let base = format!(
        "/2010-04-01/Accounts/{SANDBOX_ACCOUNT}/Messages.json?To=%2B15005550001&PageSize=2"
    );
    assert_eq!(first["uri"], format!("{base}&Page=0"));
    assert_eq!(first["next_page_uri"], format!("{base}&Page=1&PageToken=PA{}", sent[1]));

    let newest = send(&fixture, ALPHA).await;
    let second = page(&fixture, &first["next_page_uri"]).await;
    assert_eq!(sids(&second, "messages"), sent[2..4]);
    for (name, value) in [("page", 1), ("page_size", 2), ("start", 2), ("end", 3)] {
        assert_eq!(second[name], value, "{name}");
    }
    assert_eq!(second["previous_page_uri"], format!("{base}&Page=0&PageToken=PB{}", sent[2]));
    let last = page(&fixture, &second["next_page_uri"]).await;
    assert_eq!(
        (sids(&last, "messages"), &last["next_page_uri"]),
        (sent[4..].to_vec(), &Value::Null)
    );
    let back = page(&fixture, &second["previous_page_uri"]).await;
    assert_eq!(sids(&back, "messages"), sent[..2]);
    let first = page(&fixture, &second["first_page_uri"]).await;
    assert_eq!(sids(&first, "messages"), [newest, sent[0].clone()]);

    for token in ["SM1", "PASM1", "PB", &format!("PC{}", sent[0])] {
        let (status, refused) = fixture.ask("GET", "Messages.json", &[("PageToken", token)]).await;
        assert_eq!((status, &refused["code"]), (400, &20001.into()), "{token}");
    }
}

#[tokio::test]
async fn page_has_fifty_items_unless_it_is_told() {
    let fixture = Fixture::new().await;
    for _ in 0..60 {
        send(&fixture, ALPHA).await;
    }
    for (size, shown, has_size) in
        [("", 50, 50), ("7", 7, 7), ("1000", 60, 1_000), ("1001", 60, 1_000), ("0", 1, 1)]
    {
        let (_, list) = fixture.ask("GET", "Messages.json", &[("PageSize", size)]).await;
        let found = (sids(&list, "messages").len(), &list["page_size"]);
        assert_eq!(found, (shown, &has_size.into()), "{size}");
    }
    let (_, none) = fixture.ask("GET", "Messages.json", &[("To", BRAVO)]).await;
    assert_eq!(
        (&none["start"], &none["end"], &none["next_page_uri"]),
        (&0.into(), &0.into(), &Value::Null)
    );
}

#[tokio::test]
async fn texts_are_filtered_by_the_day_they_were_sent() {
    let fixture = Fixture::new().await;
    let (first, today) = (send(&fixture, ALPHA).await, day(&fixture));
    fixture.push(24 * 60 * 60);
    fixture
        .until("it is delivered", || {
            fixture.twilio.texts().iter().all(|text| text.facts().status.name() == "delivered")
        })
        .await;
    let (second, tomorrow) = (send(&fixture, ALPHA).await, day(&fixture));
    let both = vec![second.clone(), first.clone()];
    for (filters, expected) in [
        (vec![("DateSent", today.as_str())], vec![first.clone()]),
        (vec![("DateSent", &tomorrow)], vec![second.clone()]),
        (vec![("DateSent>", &today)], both.clone()),
        (vec![("DateSent>", &tomorrow)], vec![second.clone()]),
        (vec![("DateSent<", &today)], vec![first.clone()]),
        (vec![("DateSent>", &today), ("DateSent<", &tomorrow)], both.clone()),
        (vec![("DateSent", "2020-01-01")], vec![]),
        (vec![("From", "+15005550006"), ("DateSent", &today)], vec![first.clone()]),
        (vec![("From", BRAVO)], vec![]),
        // There is no such filter.
        (vec![("Status", "failed")], both),
    ] {
        let (_, list) = fixture.ask("GET", "Messages.json", &filters).await;
        assert_eq!(sids(&list, "messages"), expected, "{filters:?}");
    }
}

#[tokio::test]
async fn calls_are_filtered_by_their_beginning_and_their_end() {
    let fixture = Fixture::new().await;
    let today = day(&fixture);
    let sid = fixture.call(&[("Timeout", "10")]).await;
    let list = async |filters: &[(&str, &str)]| {
        let (_, list) = fixture.ask("GET", "Calls.json", filters).await;
        sids(&list, "calls")
    };
    assert!(list(&[("EndTime>", "2020-01-01")]).await.is_empty(), "it has not ended");
    fixture.push(20);
    fixture.until_status(&sid, "no-answer").await;
    let call = [sid];
    for filters in [
        vec![("EndTime>", "2020-01-01")],
        vec![("EndTime<", "2099-01-01"), ("EndTime>", today.as_str())],
        vec![("StartTime>", today.as_str())],
        vec![("Status", "no-answer")],
    ] {
        assert_eq!(list(&filters).await, call, "{filters:?}");
    }
    for filter in [("EndTime", "2020-01-01"), ("EndTime<", "2020-01-01"), ("ParentCallSid", "CA1")]
    {
        assert!(list(&[filter]).await.is_empty(), "{filter:?}");
    }
}

#[tokio::test]
async fn page_goes_on_behind_a_call_that_passes_no_more() {
    let fixture = Fixture::new().await;
    let mut calls = Vec::new();
    for to in [ALPHA, BRAVO, "+15005550003"] {
        let fields = [("To", to), ("From", BRAVO), ("Twiml", "<Response/>"), ("Timeout", "600")];
        let (_, call) = fixture.ask("POST", "Calls.json", &fields).await;
        calls.insert(0, call["sid"].as_str().expect("a SID").to_owned());
    }
    fixture.push(1);
    let ring = || calls.iter().all(|call| fixture.status(call) == "ringing");
    fixture.until("they ring", ring).await;
    let filter = [("Status", "ringing"), ("PageSize", "1")];
    let (_, first) = fixture.ask("GET", "Calls.json", &filter).await;
    assert_eq!(sids(&first, "calls"), calls[..1]);
    let path = format!("Calls/{}.json", calls[0]);
    fixture.ask("POST", &path, &[("Status", "canceled")]).await;
    assert_eq!(fixture.status(&calls[0]), "canceled");
    let second = page(&fixture, &first["next_page_uri"]).await;
    assert_eq!(sids(&second, "calls"), calls[1..2]);
}

#[tokio::test]
async fn look_up_fails_on_purpose() {
    let fixture = Fixture::new().await;
    let sid = send(&fixture, ALPHA).await;
    fixture.twilio.set_faults(&r#"{"fail_look_ups": {"times": 3}}"#.into()).expect("faults");
    let one = format!("Messages/{sid}.json");
    for (path, status) in
        [("Messages.json", 500), (&*one, 500), ("Calls.json", 500), ("Messages.json", 200)]
    {
        assert_eq!(fixture.ask("GET", path, &[]).await.0, status, "{path}");
    }
}

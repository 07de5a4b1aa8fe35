use proptest::prelude::*;

use super::*;

fn same(one: &str, other: &str) -> bool {
    fingerprint(one) == fingerprint(other)
}

#[test]
fn volatile_parts_do_not_make_another_body() {
    for (one, other) in [
        (r#"{"a":1,"b":"2026-11-28T01:00:00Z"}"#, r#"{ "b": "2026-11-28 02:00:00", "a": 1 }"#),
        (
            r#"{"m":"down since 2026-11-28T01:00:00Z"}"#,
            r#"{"m":"down since 2026-11-29T01:00:10+01:00"}"#,
        ),
        (
            r#"{"when":"2026-11-28T01:00:00.000+0000"}"#,
            r#"{"when":"2026-11-28T01:05:00.000+0000"}"#,
        ),
        (r#"{"ts":1795000000}"#, r#"{"ts":1795000001.5}"#),
        (r#"{"startsAt":1795000000000}"#, r#"{"startsAt":1795000300000}"#),
        (r#"{"a":[{"event_time":1795000000}]}"#, r#"{"a":[{"event_time":1795000060}]}"#),
        (
            r#"{"id":"bc7d3391-47f8-4e47-b457-1b4d06118d50","kind":"probe"}"#,
            r#"{"id":"0C7D3391-47f8-4e47-b457-1b4d06118d5f","kind":"probe"}"#,
        ),
        ("disk full at 2026-11-28 01:00:00", "disk full at 2026-11-28 02:00:00"),
        (
            "[2026-11-28T01:00:00Z] request bc7d3391-47f8-4e47-b457-1b4d06118d50: failed",
            "[2026-11-28T01:00:07Z] request ac7d3391-47f8-4e47-b457-1b4d06118d51: failed",
        ),
    ] {
        assert!(same(one, other), "{one} {other}");
    }
}

#[test]
fn names_states_and_numbers_make_another_body() {
    for (one, other) in [
        (r#"{"disk":"97 %"}"#, r#"{"disk":"98 %"}"#),
        (r#"{"status":0}"#, r#"{"status":1}"#),
        (r#"{"monitor":{"id":1}}"#, r#"{"monitor":{"id":2}}"#),
        (r#"{"a":null}"#, "{}"),
        (r#"["a","b"]"#, r#"["b","a"]"#),
        (r#"{"host":"web-1"}"#, r#"{"host":"web-2"}"#),
        (r#"{"name":"cafe"}"#, r#"{"name":"beef"}"#),
        ("disk full", "disk fine"),
        ("", " "),
        (r#"{"a":1}"#, r#"[["a",1]]"#),
    ] {
        assert!(!same(one, other), "{one} {other}");
    }
}

#[test]
fn ids_and_states_that_look_volatile_make_another_body() {
    for (one, other) in [
        (r#"{"host":"db-000001"}"#, r#"{"host":"db-000002"}"#),
        (r#"{"account":"111111111111"}"#, r#"{"account":"222222222222"}"#),
        (r#"{"account":111111111111}"#, r#"{"account":222222222222}"#),
        (r#"{"m":"in account 111111111111: down"}"#, r#"{"m":"in account 222222222222: down"}"#),
        ("in account 111111111111: down", "in account 222222222222: down"),
        (r#"{"monitor":{"id":1000000001}}"#, r#"{"monitor":{"id":1000000002}}"#),
        (r#"{"id":1795000001}"#, r#"{"id":1795000002}"#),
        (r#"{"id":100000000000000000000001}"#, r#"{"id":100000000000000000000002}"#),
        (r#"{"downtime":"start"}"#, r#"{"downtime":"end"}"#),
        (r#"{"downtime":1795000001}"#, r#"{"downtime":1795000002}"#),
        (r#"{"uptime":1795000001}"#, r#"{"uptime":1795000002}"#),
        (r#"{"format":1795000001}"#, r#"{"format":1795000002}"#),
        (r#"{"timestamp":"never"}"#, r#"{"timestamp":"late"}"#),
        (r#"{"time":5}"#, r#"{"time":6}"#),
        (r#"{"device":"00:00:5e:00:53:01"}"#, r#"{"device":"00:00:5e:00:53:02"}"#),
        ("device 00:00:5e:00:53:01 is down", "device 00:00:5e:00:53:02 is down"),
        (r#"{"instance":"i-0abc1234def567890"}"#, r#"{"instance":"i-0abc1234def567891"}"#),
        (r#"{"commit":"deadbeef01"}"#, r#"{"commit":"deadbeef02"}"#),
        (r#"{"token":"a"}"#, r#"{"token":"b"}"#),
        (r#"{"sequence":1}"#, r#"{"sequence":2}"#),
        (r#"{"requestId":"a"}"#, r#"{"requestId":"b"}"#),
        (r#"{"day":"2026-11-28"}"#, r#"{"day":"2026-11-29"}"#),
        ("10/11/26", "10/11/27"),
        ("port 5432123456", "port 5432123457"),
    ] {
        assert!(!same(one, other), "{one} {other}");
    }
}

#[test]
fn moment_that_comes_or_goes_makes_another_body() {
    let ended = |value: &str| format!(r#"{{"host":"a","endsAt":{value}}}"#);
    let moment = ended(r#""2026-11-28T01:00:00Z""#);
    for other in ["null", "0", r#""""#, r#""0001-01-01T00:00:00Z""#, r#""soon""#] {
        assert!(!same(&moment, &ended(other)), "{other}");
        assert!(!same(&ended("1795000000"), &ended(other)), "{other}");
    }
    assert!(!same(&moment, r#"{"host":"a"}"#));
}

#[test]
fn names_of_times_are_told_by_whole_words() {
    for name in [
        "time",
        "Time",
        "TIMESTAMP",
        "ts",
        "date",
        "at",
        "created_at",
        "updatedAt",
        "event-time",
        "startDate",
        "timeStamp",
        "EVENT_TIME",
    ] {
        assert!(names_a_time(name), "{name}");
    }
    for name in [
        "downtime",
        "Downtime",
        "uptime",
        "runtime",
        "update",
        "candidate",
        "format",
        "hosts",
        "timer",
        "time_zone_id",
        "stat",
        "",
        "é",
    ] {
        assert!(!names_a_time(name), "{name}");
    }
}

#[test]
fn envelope_of_sns_does_not_count() {
    let envelope = |id: &str, subject: &str| {
        format!(
            r#"{{"Type":"Notification","TopicArn":"arn:aws:sns:eu-central-1:111111111111:alarms","MessageId":"{id}",
                "Timestamp":"{id}","Signature":"{id}","SigningCertURL":"{id}","UnsubscribeURL":"{id}","Subject":"{subject}"}}"#
        )
    };
    assert!(same(&envelope("a", "s"), &envelope("b", "s")));
    assert!(!same(&envelope("a", "s"), &envelope("a", "t")));
    assert!(!same(r#"{"MessageId":"a","host":"b"}"#, r#"{"MessageId":"c","host":"b"}"#));
    assert!(!same(r#"{"Signature":"a"}"#, r#"{"Signature":"c"}"#));
}

proptest! {
    #[test]
    fn body_of_any_kind_causes_no_panic(text in ".{0,80}", json in r#"[\[\]{}":, a-f0-9\\/.-]{0,60}"#) {
        fingerprint(&text);
        fingerprint(&json);
    }

    #[test]
    fn words_without_moments_make_another_body_whenever_they_differ(
        one in "[a-z0-9:/._-]{1,20}", other in "[a-z0-9:/._-]{1,20}"
    ) {
        let body = |word: &str| format!(r#"{{"x":"{word}"}}"#);
        prop_assert_eq!(one == other, same(&body(&one), &body(&other)));
    }
}

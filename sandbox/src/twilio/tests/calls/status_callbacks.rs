//! The status callbacks of a call.

use super::*;

#[tokio::test]
async fn status_callbacks_have_twilios_fields() {
    let fixture = menu().await;
    fixture.document("/voice?incident=1", "<Pause length='61'/>");
    let sid = fixture.call(&[]).await;
    does(&fixture, PhoneAction::Answer).await.expect("it rings");
    fixture.until("it is asked", || !fixture.received("/voice").is_empty()).await;
    fixture.push(61);
    fixture.until_status(&sid, "completed").await;
    let statuses = ["initiated", "ringing", "in-progress", "completed"];
    assert_eq!(fixture.until_callbacks(4).await, statuses);
    for (number, callback) in fixture.received("/status").iter().enumerate() {
        let status = statuses[number];
        let common = [
            ("CallSid", sid.as_str()),
            ("AccountSid", SANDBOX_ACCOUNT),
            ("From", "+15005550006"),
            ("Caller", "+15005550006"),
            ("To", ALPHA),
            ("Called", ALPHA),
            ("Direction", "outbound-api"),
            ("ApiVersion", "2010-04-01"),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", ["0", "1", "2", "3"][number]),
            ("CalledCity", ""),
            ("FromCountry", ""),
        ];
        let stir = if matches!(number, 1 | 2) { "B" } else { "(none)" };
        // Minutes, rounded up.
        let (minutes, sip) = if number == 3 { ("2", "200") } else { ("(none)", "(none)") };
        let own = [("StirStatus", stir), ("Duration", minutes), ("SipResponseCode", sip)];
        for (name, value) in common.into_iter().chain(own) {
            assert_eq!(callback.field(name), value, "{name} of {status}");
        }
        assert!(callback.field("Timestamp").ends_with(" +0000"), "{status}");
    }
    let last = fixture.received("/status").pop().expect("a callback");
    let seconds: u64 = last.field("CallDuration").parse().expect("seconds");
    assert!((61..90).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn call_without_events_has_one_callback_numbered_zero() {
    let fixture = menu().await;
    let status = format!("{PUBLIC}/status");
    for (does, expected, sip) in
        [("decline", "busy", "486"), ("unreachable", "failed", "404"), ("none", "no-answer", "487")]
    {
        behaviour(&fixture, json!({"does": does}));
        let before = fixture.received("/status").len();
        let fields = [
            ("To", ALPHA),
            ("From", "+15005550006"),
            ("Twiml", "<Response/>"),
            ("StatusCallback", &status),
        ];
        fixture.ask("POST", "Calls.json", &fields).await;
        fixture.push(120);
        let statuses = fixture.until_callbacks(before + 1).await;
        assert_eq!(statuses[before..], [expected]);
        let sent = fixture.received("/status").pop().expect("a callback");
        for (name, value) in [
            ("SequenceNumber", "0"),
            ("CallDuration", "0"),
            ("Duration", "0"),
            ("SipResponseCode", sip),
        ] {
            assert_eq!(sent.field(name), value, "{name} of {expected}");
        }
    }
}

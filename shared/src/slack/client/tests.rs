//! The meaning of Slack's answers.

use super::*;

#[test]
fn what_an_incoming_webhook_answers() {
    let says = |status, body: &str| webhook_verdict(status, body, None);
    assert_eq!(says(200, "ok"), Ok(()));
    for (status, body) in [
        (429, "rate_limited"),
        (500, "rollup_error"),
        (502, "<html>"),
        (408, ""),
        (302, ""),
        (403, "<html>a proxy's page</html>"),
        (403, "team_added_to_org"),
        (403, "org_login_required"),
        (404, "external_channel_migrating"),
        (200, r#"{"ok":false,"error":"ratelimited"}"#),
    ] {
        assert!(matches!(says(status, body), Err(PostError::Later(..))), "{status} {body}");
    }
    for (status, body) in [(400, "invalid_payload"), (400, "invalid_blocks"), (400, "no_text")] {
        assert!(matches!(says(status, body), Err(PostError::Content(_))), "{status} {body}");
    }
    for (status, body) in [
        (403, "invalid_token"),
        (404, "no_service"),
        (404, "no_active_hooks"),
        (410, "channel_is_archived"),
    ] {
        assert!(matches!(says(status, body), Err(PostError::Channel(_))), "{status} {body}");
    }
    for almost in
        ["hello", "", "<ok>", "o k", "ok but", "ok--------------------------------------error"]
    {
        assert!(matches!(says(200, almost), Err(PostError::Unknown(_))), "{almost}");
    }
    for taken in ["ok\n", r#"{"ok":true}"#, " {\"ok\": true, \"ts\": \"1.2\"}\n"] {
        assert_eq!(says(200, taken), Ok(()), "{taken}");
    }
    for doubtful in [r#"{"ok":"true"}"#, r#"{"ok":true"#, "[]", "true"] {
        assert!(matches!(says(200, doubtful), Err(PostError::Unknown(_))), "{doubtful}");
    }
    assert!(matches!(
        says(200, r#"{"ok":false,"error":"no_service"}"#),
        Err(PostError::Channel(_))
    ));
    assert!(matches!(says(400, r#"{"ok":false,"error":"no_text"}"#), Err(PostError::Content(_))));
    assert!(matches!(says(500, r#"{"ok":true}"#), Err(PostError::Later(..))), "not by that status");
}

#[test]
fn what_the_web_api_answers() {
    let says = |status, body: &str| api_verdict(status, body, Some(Duration::from_secs(3)));
    assert_eq!(says(200, r#"{"ok":true,"ts":"1.2"}"#), Ok(()));
    let limited = says(429, r#"{"ok":false,"error":"ratelimited"}"#);
    assert!(matches!(limited, Err(PostError::Later(Some(after), _)) if after.as_secs() == 3));
    for gone in ["message_not_found", "cant_update_message", "edit_window_closed"] {
        let answer = says(200, &format!(r#"{{"ok":false,"error":"{gone}"}}"#));
        assert!(matches!(answer, Err(PostError::Gone(_))), "{gone}");
    }
    let no_channel = says(200, r#"{"ok":false,"error":"channel_not_found"}"#);
    assert_eq!(no_channel, Err(PostError::Channel("Slack answered 200 channel_not_found".into())));
    let too_long = says(200, r#"{"ok":false,"error":"msg_blocks_too_long"}"#);
    assert!(matches!(too_long, Err(PostError::Content(_))));
    assert!(matches!(says(200, "<html>"), Err(PostError::Unknown(_))));
    for (status, body) in
        [(503, ""), (408, ""), (403, "<html>"), (200, r#"{"ok":false,"error":"fatal_error"}"#)]
    {
        assert!(matches!(says(status, body), Err(PostError::Later(..))), "{status} {body}");
    }
}

#[test]
fn passing_states_of_a_workspace_are_retried() {
    for state in ["team_added_to_org", "org_login_required", "external_channel_migrating"] {
        let answer = format!(r#"{{"ok":false,"error":"{state}"}}"#);
        for verdict in [
            api_verdict(200, &answer, None),
            webhook_verdict(403, state, None),
            response_verdict(403, &answer, None),
        ] {
            assert!(matches!(verdict, Err(PostError::Later(..))), "{state}: {verdict:?}");
        }
    }
}

#[test]
fn what_a_response_url_answers() {
    let says = |status, body: &str| response_verdict(status, body, None);
    for (status, body) in [(200, "ok"), (200, r#"{"ok":true}"#), (200, ""), (204, "")] {
        assert_eq!(says(status, body), Ok(()), "{status} {body}");
    }
    for (status, body) in [
        (429, ""),
        (500, "<html>"),
        (408, ""),
        (503, r#"{"ok":false}"#),
        (200, r#"{"ok":false,"error":"ratelimited"}"#),
    ] {
        assert!(matches!(says(status, body), Err(PostError::Later(..))), "{status} {body}");
    }
    for (status, body) in [
        (404, r#"{"ok":false,"error":"expired_url"}"#),
        (404, r#"{"ok":false,"error":"used_url"}"#),
        (200, r#"{"ok":false,"error":"invalid_blocks"}"#),
        (302, ""),
        (403, "<html>"),
    ] {
        assert!(matches!(says(status, body), Err(PostError::Gone(_))), "{status} {body}");
    }
}

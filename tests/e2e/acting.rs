//! Each act on an incident by its command, with what it says and the code that it ends with.

use serde_json::{Value, json};

use crate::harness::{Plan, Server, stdout};
use crate::scenario::{CallWith, config, usual};

/// A server whose policy has phones, and nothing real; and the id of an incident that was raised by hand.
async fn raised() -> (Server, String) {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    let server = Plan { config: config(CallWith::Voice, &usual()), ..plan }.start().await;
    let arguments = ["raise", "slow", "--json", "--to", &server.address, "--data", "data"];
    let raised = stdout(&server.run(&arguments).await);
    let raised: Value = serde_json::from_str(&raised).unwrap();
    let id = raised["incident"].as_str().unwrap().to_owned();
    (server, id)
}

/// Types a command behind `incidents`. Gives the code and what it says.
async fn types(server: &Server, arguments: &[&str]) -> (i32, String) {
    let done =
        server.run(&[arguments, &["--data", "data", "--config", "ringdown.toml"]].concat()).await;
    let told = String::from_utf8_lossy(&done.stderr).into_owned() + &stdout(&done);
    (done.status.code().unwrap(), told.trim_end().to_owned())
}

#[tokio::test]
async fn person_takes_passes_on_gives_back_and_resolves_by_command() {
    let (server, id) = raised().await;
    let id = id.as_str();
    let incidents =
        async |arguments: &[&str]| types(&server, &[&["incidents"], arguments].concat()).await;
    let (code, told) = incidents(&["take", id]).await;
    assert_eq!((code, told), (1, format!("who has {id} needs a name: add --as PERSON")));
    let (code, told) = incidents(&["take", id, "--as", "mallory"]).await;
    let known = "expected one of: alpha, bravo, charlie";
    assert_eq!(code, 1, "{told}");
    assert!(told.contains(known), "{told}");
    assert_eq!(incidents(&["take", id, "--as", "alpha"]).await, (0, format!("alpha has {id}")));
    server.says("*alpha* took it at the command line after").await;
    let (code, told) = incidents(&["take", id, "--as", "bravo"]).await;
    assert_eq!((code, told), (1, format!("alpha has {id}")));
    assert_eq!(incidents(&["release", id, "--as", "bravo"]).await.0, 1);
    assert_eq!(incidents(&["call", id, "bravo"]).await, (1, format!("alpha has {id}")));
    let passed = incidents(&["pass-on", id, "charlie", "--as", "alpha"]).await;
    assert_eq!(passed, (0, format!("{id} is passed on: charlie is called")));
    server.says("*alpha* passes it on to *charlie* at the command line: calling").await;
    assert_eq!(incidents(&["take", id, "--as", "bravo"]).await.0, 0);
    let released = incidents(&["release", id, "--as", "bravo", "--json"]).await;
    let expected = json!({
        "incident": id, "outcome": "done", "text": format!("nobody has {id} any more: the next person is called"),
    });
    assert_eq!((released.0, serde_json::from_str::<Value>(&released.1).unwrap()), (0, expected));
    server.says("*bravo* cannot do it after all, at the command line: calling the next one").await;
    let resolved = incidents(&["resolve", id, "--as", "bravo"]).await;
    assert_eq!(resolved, (0, format!("{id} is over")));
    server.says("*bravo* resolved it at the command line").await;
    let page = server.get(&format!("/incidents/{id}")).await.text().await.unwrap();
    assert!(page.contains("took it at the command line") && !page.contains(" notes"), "{page}");
    assert_eq!(incidents(&["resolve", id]).await, (0, format!("{id} is over already")));
    let (code, told) = incidents(&["take", id, "--as", "bravo"]).await;
    assert_eq!((code, told), (1, format!("{id} is over already: nothing is left to do")));
}

#[tokio::test]
async fn somebody_without_a_name_calls_notes_silences_and_ends_that_by_command() {
    let (server, id) = raised().await;
    let id = id.as_str();
    let incidents =
        async |arguments: &[&str]| types(&server, &[&["incidents"], arguments].concat()).await;
    assert_eq!(incidents(&["call", id, "charlie"]).await, (0, format!("{id}: charlie is called")));
    server.says("*somebody at the command line*").await;
    let (code, told) = incidents(&["call", id, "mallory"]).await;
    assert!(code == 1 && told.contains("unknown person \"mallory\""), "{told}");
    assert_eq!(incidents(&["note", id, "the disk"]).await, (0, format!("{id} has the note")));
    assert_eq!(incidents(&["note", id, " "]).await, (1, "the note is empty".to_owned()));
    server.says("the disk").await;
    assert_eq!(incidents(&["note", id, "the disc"]).await.0, 0);
    let several = incidents(&["strike", id, "the dis"]).await;
    assert_eq!(several, (1, format!("2 notes of {id} begin so: type more of the one")));
    let struck = incidents(&["strike", id, "the disk"]).await;
    assert_eq!(struck, (0, format!("{id} has the note no more")));
    let (code, told) = incidents(&["strike", id, "the disk"]).await;
    assert_eq!((code, told), (1, format!("{id} has no note that begins so and is not struck out")));
    let (code, told) = incidents(&["silence", id, "--for", "4h", "--reason", "a deploy"]).await;
    assert!(code == 0 && told.starts_with(&format!("{id} is silenced until ")), "{told}");
    assert_eq!(incidents(&["silence", id]).await.0, 1);
    let listed = types(&server, &["silences", "--json"]).await.1;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(
        (&listed[0]["incident"], &listed[0]["by"], &listed[0]["reason"]),
        (&json!(id), &json!("somebody at the command line"), &json!("a deploy"))
    );
    let ended = incidents(&["end-silence", id]).await;
    assert_eq!(ended, (0, format!("{id} is not silenced any more")));
    assert_eq!(incidents(&["end-silence", id]).await, (1, format!("{id} is not silenced")));
    let (code, told) = incidents(&["note", "nosuch-20260101-000000-000", "x"]).await;
    assert!(code == 1 && told.starts_with("there is no incident"), "{told}");
}

#[tokio::test]
async fn silence_of_globs_is_made_listed_and_ended_by_command() {
    let (server, _) = raised().await;
    let silences =
        async |arguments: &[&str]| types(&server, &[&["silences"], arguments].concat()).await;
    assert_eq!(silences(&[]).await, (0, "0 silences".to_owned()));
    let new = ["new", "disk-*", "net", "--for", "2h", "--reason", "a deploy", "--as", "alpha"];
    let (code, told) = silences(&new).await;
    let (id, _) = told.split_once(' ').unwrap();
    assert!(code == 0 && id.len() == 16 && told.contains(" is made, until "), "{told}");
    server.says(":mute: *alpha, at the command line* silenced `disk-*`, `net` until").await;
    let (_, listed) = silences(&[]).await;
    assert!(listed.starts_with(&format!("{id}  disk-*, net  until ")), "{listed}");
    assert!(listed.ends_with("by alpha, at the command line: a deploy\n1 silence"), "{listed}");
    for (arguments, expected) in [
        (
            &["new", "x", "--until", "2020-01-01T00:00Z"][..],
            "it must end after it begins, and in the future",
        ),
        (&["new", "x", "--from", "soon"], "--from: \"soon\" is no time such as 2026-01-31T09:00Z"),
        (&["new", "x", "--for", "800h"], "it lasts 31 days at most, and begins within 31 days"),
        (&["end", "3f9c01ab"], "no silence that was made by hand for globs has this id"),
    ] {
        assert_eq!(silences(arguments).await, (1, expected.to_owned()), "{arguments:?}");
    }
    assert_eq!(silences(&["end", &id[..8]]).await, (0, format!("{id} is over")));
    server.says(":bell: *somebody at the command line* ended the silence of `disk-*`, `net`").await;
}

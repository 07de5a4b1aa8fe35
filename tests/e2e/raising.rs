//! An incident is raised by hand: on the page, and by the command.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Plan, Server, stdout};
use crate::scenario::{CallWith, config, usual};

/// A server whose policy has phones, and nothing real.
async fn server() -> Server {
    let plan = Plan::new().unset("TWILIO_AUTH_TOKEN").unset("PUBLIC_BASE_URL").without_sandbox();
    Plan { config: config(CallWith::Voice, &usual()), ..plan }.start().await
}

async fn post(server: &Server, form: &str) -> (u16, String) {
    let url = format!("{}/raise", server.address);
    let answer = server.http.post(url).body(form.to_owned()).send().await.unwrap();
    let there = answer.headers().get("location").map(|at| at.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    (status, there.unwrap_or(answer.text().await.unwrap()))
}

/// The incidents as the pages show them to a script, once there is one.
async fn incidents(server: &Server) -> Value {
    for _ in 0..500 {
        let read = server.get("/incidents.json").await.text().await.unwrap();
        if read != "[]" {
            return serde_json::from_str(&read).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no incident: {}", server.log());
}

#[tokio::test]
async fn page_raises_an_incident_that_rings_and_is_told_as_raised_by_hand() {
    let server = server().await;
    let home = server.get("/").await.text().await.unwrap();
    assert!(home.contains(r#"<a class="button quiet" href="/raise">"#), "{home}");
    let form = server.get("/raise").await.text().await.unwrap();
    assert!(form.contains("<option>default</option>"), "{form}");
    let (status, asked) = post(&server, "text=++&policy=default").await;
    assert!(status == 422 && asked.contains("Say what is wrong"), "{status} {asked}");
    let (status, asked) = post(&server, "text=Checkout+is+slow&policy=shop").await;
    assert!(status == 422 && asked.contains("expected one of default"), "{status} {asked}");
    let (status, asked) = post(&server, "text=Checkout+is+slow&policy=default").await;
    assert!(status == 200 && asked.contains("Yes, raise it") && asked.contains("alpha"), "{asked}");
    assert_eq!(server.get("/incidents.json").await.text().await.unwrap(), "[]");
    let confirmed = "text=Checkout+is+slow&policy=default&confirm=yes";
    assert_eq!(post(&server, confirmed).await, (303, "/?asked=raise".to_owned()));
    let home = server.get("/?asked=raise").await.text().await.unwrap();
    assert!(home.contains("Requested. The incident will show up here in a moment"), "{home}");
    let incident = incidents(&server).await[0].clone();
    let id = incident["id"].as_str().unwrap();
    let page = server.get(&format!("/incidents/{id}")).await.text().await.unwrap();
    assert!(page.contains("raised by hand by") && page.contains("somebody on the page"), "{page}");
    server.says("*Checkout is slow*: raised by hand by *somebody on the page*").await;
    let resolved = server.run(&["incidents", "resolve", id, "--data", "data"]).await;
    assert_eq!(stdout(&resolved), format!("{id} is over\n"));
}

#[tokio::test]
async fn command_raises_an_incident_and_names_the_policies_there_are() {
    let server = server().await;
    let run = async |arguments: &[&str]| {
        let usual = ["--to", &server.address, "--data", "data"];
        server.run(&[&["raise", "Checkout is slow"], arguments, &usual[..]].concat()).await
    };
    let wrong = run(&["--policy", "shop"]).await;
    assert_eq!(wrong.status.code(), Some(1));
    let told = "400 bad request: there is no policy \"shop\": expected one of default\n";
    assert_eq!(stdout(&wrong), told);
    let raised = run(&["--policy", "default", "--as", "alpha"]).await;
    assert!(raised.status.success(), "{raised:?}");
    let id = incidents(&server).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stdout(&raised), format!("202 incident {id}\n"));
    server.says("*Checkout is slow*: raised by hand by *alpha, at the command line*").await;
    // There is only one policy.
    let joined: Value = serde_json::from_str(&stdout(&run(&["--json"]).await)).unwrap();
    assert_eq!(joined, json!({"status": 202, "incident": id, "text": null}));
    server.says("*Checkout is slow*: raised by hand too, by *somebody at the command line*").await;
    let long = format!("call 00491701234567 {}", "slow ".repeat(5_000));
    let usual = ["--to", &server.address, "--data", "data"];
    let cut = server.run(&[&["raise", &long][..], &usual[..]].concat()).await;
    let told = String::from_utf8_lossy(&cut.stderr).into_owned();
    assert!(cut.status.success() && told.contains("cut after 200 characters"), "{told}");
    server.says("*call …4567 slow slow").await;
    assert!(!server.log().contains("1701234567"));
    let unnamed = run(&["--as", " "]).await;
    let told = String::from_utf8_lossy(&unnamed.stderr).into_owned();
    assert_eq!((unnamed.status.code(), told.trim()), (Some(2), "--as: expected a name"));
    let nowhere = server.run(&["raise", "x", "--to", &server.address]).await;
    let told = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(told.contains(".ringdown/start-token is not there"), "{told}");
    assert_eq!(nowhere.status.code(), Some(2));
}

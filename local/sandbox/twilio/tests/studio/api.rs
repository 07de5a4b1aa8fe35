//! The REST API of Studio, and what goes wrong with it on purpose.

use super::*;

fn faults(stage: &Stage, faults: Value) {
    stage.fixture.twilio.set_faults(&faults.to_string().into()).expect("faults");
}

#[tokio::test]
async fn one_contact_is_in_one_execution_at_a_time() {
    let stage = Stage::new([says("", false)]).await;
    let sid = stage.begin().await;
    let (status, refused) = stage.create().await;
    assert_eq!((status, &refused["status"]), (409, &409.into()), "{refused}");
    assert!(refused["message"].as_str().is_some_and(|why| why.contains(&sid)), "{refused}");
    stage.does(Deed::Decline).await;
    stage.ends(&sid).await;
    assert_eq!(stage.create().await.0, 201);
}

#[tokio::test]
async fn an_execution_that_is_ended_leaves_its_call_to_whoever_ended_it() {
    let stage = Stage::new([]).await;
    let sid = stage.begin().await;
    let path = format!("{}/{sid}", stage.path());
    assert_eq!(stage.ask("POST", &path, &[("Status", "over")]).await.0, 400);
    let (status, ended) = stage.ask("POST", &path, &[("Status", "ended")]).await;
    assert_eq!((status, &ended["status"]), (200, &"ended".into()));
    assert_eq!(stage.call(), "ringing");
    let (_, context) = stage.ask("GET", &format!("{path}/Context"), &[]).await;
    let call = context["context"]["widgets"]["call"]["CallSid"].as_str().expect("a SID");
    let (_, told) =
        stage.fixture.ask("POST", &format!("Calls/{call}.json"), &[("Status", "completed")]).await;
    assert_eq!(told["sid"], call);
    stage.fixture.until("it stops ringing", || stage.call() == "canceled").await;

    // Whoever answers such a call hears nothing.
    let sid = stage.begin().await;
    stage.ask("POST", &format!("{}/{sid}", stage.path()), &[("Status", "ended")]).await;
    stage.does(Deed::Answer).await;
    stage.fixture.until("it is over", || stage.call() == "completed").await;
    assert!(stage.fixture.said().is_empty() && stage.fixture.heard(REPORT).is_empty());
}

#[tokio::test]
async fn a_call_can_be_ended_and_redirected_under_its_flow() {
    let stage = Stage::new([says(MENU, true), says(MENU, true)]).await;
    let twiml = ("Twiml", "<Response><Say>Taken.</Say></Response>");
    for (field, said) in [(("Status", "completed"), vec![MENU]), (twiml, vec![MENU, "Taken."])] {
        let sid = stage.begin().await;
        stage.answers(1).await;
        let call = stage.fixture.twilio.call_at(ALPHA).expect("a call").sid.clone();
        stage.fixture.ask("POST", &format!("Calls/{call}.json"), &[field]).await;
        stage.ends(&sid).await;
        stage.fixture.push(60);
        stage.fixture.until("it is over", || stage.call() == "completed").await;
        assert_eq!(stage.fixture.said(), said);
    }
}

#[tokio::test]
async fn executions_are_listed_newest_first_by_their_filters() {
    let stage = Stage::new([says("", false)]).await;
    let first = stage.begin().await;
    stage.does(Deed::Decline).await;
    stage.ends(&first).await;
    stage.fixture.push(100);
    let since = stage.fixture.clock.now().to_string();
    let second = stage.begin().await;
    let list = async |filters: &[(&str, &str)]| {
        let (status, body) = stage.ask("GET", &stage.path(), filters).await;
        assert_eq!((status, &body["meta"]["key"]), (200, &"executions".into()));
        let all = body["executions"].as_array().expect("a list").clone();
        all.iter().map(|one| one["sid"].as_str().expect("a SID").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&[]).await, [second.clone(), first.clone()]);
    assert_eq!(list(&[("PageSize", "1"), ("Page", "1")]).await, std::slice::from_ref(&first));
    assert_eq!(list(&[("Status", "ended")]).await, std::slice::from_ref(&first));
    assert_eq!(list(&[("DateCreatedFrom", &since)]).await, std::slice::from_ref(&second));
    assert_eq!(list(&[("DateCreatedTo", &since)]).await, [first]);
    let (_, context) = stage.ask("GET", &format!("{}/{second}/Context", stage.path()), &[]).await;
    assert_eq!(context["context"]["contact"]["channel"]["address"], ALPHA);
    assert_eq!(context["context"]["flow"]["data"]["say"], MENU);
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let stage = Stage::new([]).await;
    let (to, from) = (("To", ALPHA), ("From", "+15005550006"));
    for (fields, code) in [
        (vec![from], 20001),
        (vec![to], 20001),
        (vec![("To", "call me"), from], 21211),
        (vec![to, from, ("Parameters", "[1]")], 20001),
    ] {
        let (status, body) = stage.ask("POST", &stage.path(), &fields).await;
        assert_eq!((status, &body["code"]), (400, &code.into()), "{fields:?}");
    }
    let good = [to, from];
    let known = format!("/{}/Executions/FN1", stage.flow);
    for (method, path) in [
        ("POST", "/FW1/Executions"),
        ("GET", "/FW1/Executions"),
        ("GET", known.as_str()),
        ("GET", "/FW1"),
    ] {
        let (status, body) = stage.ask(method, path, &good).await;
        assert_eq!((status, &body["code"]), (404, &20404.into()), "{method} {path}");
    }
    let path = format!("/v2/Flows{}", stage.path());
    for who in ["", "AC2:wrong", "SK1:a-token"] {
        assert_eq!(stage.fixture.ask_at(who, "POST", &path, &good).await.0, 401, "{who}");
    }
    assert!(stage.fixture.twilio.calls().is_empty());
}

#[tokio::test]
async fn only_what_was_published_runs() {
    let stage = Stage::new([]).await;
    let definition = definition().to_string();
    let fields =
        |status| [("FriendlyName", "new"), ("Status", status), ("Definition", &definition)];
    let (_, draft) = stage.ask("POST", "", &fields("draft")).await;
    let new = Stage { flow: draft["sid"].as_str().expect("a SID").to_owned(), ..stage };
    let (status, refused) = new.create().await;
    assert_eq!(
        (status, refused["message"].as_str()),
        (400, Some(&*format!("Flow {} is not published", new.flow)))
    );
    let (_, flow) = new.ask("POST", &format!("/{}", new.flow), &[("Status", "published")]).await;
    assert_eq!((&flow["revision"], &flow["status"]), (&2.into(), &"published".into()));
    let (status, execution) = new.create().await;
    assert_eq!((status, &execution["flow_version"]), (201, &2.into()));
    // A draft after it changes nothing of what runs.
    let draft = [("Status", "draft"), ("Definition", r#"{"initial_state": "x", "states": []}"#)];
    let (_, flow) = new.ask("POST", &format!("/{}", new.flow), &draft).await;
    assert_eq!((&flow["revision"], &flow["valid"]), (&3.into(), &false.into()));
    let (_, list) = new.ask("GET", "", &[]).await;
    assert_eq!(list["flows"][0]["sid"], new.flow);
}

#[tokio::test]
async fn a_definition_is_validated() {
    let stage = Stage::new([]).await;
    let (good, bad) = (definition().to_string(), r#"{"initial_state": "x", "states": []}"#);
    let fields =
        |definition| [("FriendlyName", "f"), ("Status", "published"), ("Definition", definition)];
    let (status, told) = stage.ask("POST", "/Validate", &fields(&good)).await;
    assert_eq!((status, told), (200, json!({"valid": true})));
    for path in ["/Validate", ""] {
        let (status, told) = stage.ask("POST", path, &fields(bad)).await;
        let place = &told["details"]["errors"][0]["property_path"];
        assert_eq!((status, place), (400, &"#/initial_state".into()), "{told}");
    }
    assert_eq!(stage.ask("POST", "/Validate", &fields("no JSON")).await.0, 400);
}

#[tokio::test]
async fn faults_of_calls_are_those_of_executions() {
    let stage = Stage::new([]).await;
    for (fault, status, placed) in [
        (json!({"refuse_calls": {"status": 429, "code": 20429}}), 429, 0),
        (json!({"fail_before_placing": true}), 500, 0),
        (json!({"fail_after_placing": true}), 500, 1),
    ] {
        faults(&stage, fault);
        assert_eq!(stage.create().await.0, status);
        let (_, list) = stage.ask("GET", &stage.path(), &[]).await;
        assert_eq!(list["executions"].as_array().map(Vec::len), Some(placed));
    }
    faults(&stage, json!({"fail_look_ups": true}));
    assert_eq!(stage.ask("GET", &stage.path(), &[]).await.0, 500);
    assert_eq!(stage.ask("GET", &format!("/{}", stage.flow), &[]).await.0, 200);
}

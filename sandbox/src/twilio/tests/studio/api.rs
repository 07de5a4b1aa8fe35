//! The REST API of Studio, and what goes wrong with it on purpose.

use super::*;

fn faults(studio: &StudioFixture, faults: Value) {
    studio.fixture.twilio.set_faults(&faults.to_string().into()).expect("faults");
}

#[tokio::test]
async fn contact_is_in_one_execution_at_a_time() {
    let studio = StudioFixture::new([answers_with("", false)]).await;
    let sid = studio.begin().await;
    let (status, refused) = studio.create().await;
    assert_eq!((status, &refused["status"]), (409, &409.into()), "{refused}");
    assert!(refused["message"].as_str().is_some_and(|why| why.contains(&sid)), "{refused}");
    studio.does(PhoneAction::Decline).await;
    studio.ends(&sid).await;
    assert_eq!(studio.create().await.0, 201);
}

#[tokio::test]
async fn ended_execution_leaves_its_call_to_who_ended_it() {
    let studio = StudioFixture::new([]).await;
    let sid = studio.begin().await;
    let path = format!("{}/{sid}", studio.path());
    assert_eq!(studio.ask("POST", &path, &[("Status", "over")]).await.0, 400);
    let (status, ended) = studio.ask("POST", &path, &[("Status", "ended")]).await;
    assert_eq!((status, &ended["status"]), (200, &"ended".into()));
    assert_eq!(studio.call(), "ringing");
    let (_, context) = studio.ask("GET", &format!("{path}/Context"), &[]).await;
    let call = context["context"]["widgets"]["call"]["CallSid"].as_str().expect("a SID");
    let (_, sent) =
        studio.fixture.ask("POST", &format!("Calls/{call}.json"), &[("Status", "completed")]).await;
    assert_eq!(sent["sid"], call);
    studio.fixture.until("it stops ringing", || studio.call() == "canceled").await;

    // Whoever answers such a call hears nothing.
    let sid = studio.begin().await;
    studio.ask("POST", &format!("{}/{sid}", studio.path()), &[("Status", "ended")]).await;
    studio.does(PhoneAction::Answer).await;
    studio.fixture.until("it is over", || studio.call() == "completed").await;
    assert!(studio.fixture.spoken().is_empty() && studio.fixture.received(REPORT).is_empty());
}

#[tokio::test]
async fn call_can_be_ended_and_redirected_under_its_flow() {
    let studio = StudioFixture::new([answers_with(MENU, true), answers_with(MENU, true)]).await;
    let twiml = ("Twiml", "<Response><Say>Taken.</Say></Response>");
    for (field, said) in [(("Status", "completed"), vec![MENU]), (twiml, vec![MENU, "Taken."])] {
        let sid = studio.begin().await;
        studio.answers(1).await;
        let call = studio.fixture.twilio.call_at(ALPHA).expect("a call").sid.clone();
        studio.fixture.ask("POST", &format!("Calls/{call}.json"), &[field]).await;
        studio.ends(&sid).await;
        studio.fixture.push(60);
        studio.fixture.until("it is over", || studio.call() == "completed").await;
        assert_eq!(studio.fixture.spoken(), said);
    }
}

#[tokio::test]
async fn executions_are_listed_newest_first_by_their_filters() {
    let studio = StudioFixture::new([answers_with("", false)]).await;
    let first = studio.begin().await;
    studio.does(PhoneAction::Decline).await;
    studio.ends(&first).await;
    studio.fixture.push(100);
    let since = studio.fixture.twilio.now().to_string();
    let second = studio.begin().await;
    let list = async |filters: &[(&str, &str)]| {
        let (status, body) = studio.ask("GET", &studio.path(), filters).await;
        assert_eq!((status, &body["meta"]["key"]), (200, &"executions".into()));
        let all = body["executions"].as_array().expect("a list").clone();
        all.iter().map(|one| one["sid"].as_str().expect("a SID").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&[]).await, [second.clone(), first.clone()]);
    assert_eq!(list(&[("PageSize", "1"), ("Page", "1")]).await, std::slice::from_ref(&first));
    assert_eq!(list(&[("Status", "ended")]).await, std::slice::from_ref(&first));
    assert_eq!(list(&[("DateCreatedFrom", &since)]).await, std::slice::from_ref(&second));
    assert_eq!(list(&[("DateCreatedTo", &since)]).await, [first]);
    let (_, context) = studio.ask("GET", &format!("{}/{second}/Context", studio.path()), &[]).await;
    assert_eq!(context["context"]["contact"]["channel"]["address"], ALPHA);
    assert_eq!(context["context"]["flow"]["data"]["say"], MENU);
}

#[tokio::test]
async fn wrong_execution_request_is_refused() {
    let studio = StudioFixture::new([]).await;
    let (to, from) = (("To", ALPHA), ("From", "+15005550006"));
    for (fields, code) in [
        (vec![from], 20001),
        (vec![to], 20001),
        (vec![("To", "call me"), from], 21211),
        (vec![to, from, ("Parameters", "[1]")], 20001),
    ] {
        let (status, body) = studio.ask("POST", &studio.path(), &fields).await;
        assert_eq!((status, &body["code"]), (400, &code.into()), "{fields:?}");
    }
    let good = [to, from];
    let known = format!("/{}/Executions/FN1", studio.flow);
    for (method, path) in [
        ("POST", "/FW1/Executions"),
        ("GET", "/FW1/Executions"),
        ("GET", known.as_str()),
        ("GET", "/FW1"),
    ] {
        let (status, body) = studio.ask(method, path, &good).await;
        assert_eq!((status, &body["code"]), (404, &20404.into()), "{method} {path}");
    }
    let path = format!("/v2/Flows{}", studio.path());
    for who in ["", "AC2:wrong", "SK1:a-token"] {
        assert_eq!(studio.fixture.ask_at(who, "POST", &path, &good).await.0, 401, "{who}");
    }
    assert!(studio.fixture.twilio.calls().is_empty());
}

#[tokio::test]
async fn only_a_published_flow_runs() {
    let studio = StudioFixture::new([]).await;
    let definition = definition().to_string();
    let fields =
        |status| [("FriendlyName", "new"), ("Status", status), ("Definition", &definition)];
    let (_, draft) = studio.ask("POST", "", &fields("draft")).await;
    let new = StudioFixture { flow: draft["sid"].as_str().expect("a SID").to_owned(), ..studio };
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
async fn definition_is_validated() {
    let studio = StudioFixture::new([]).await;
    let (good, bad) = (definition().to_string(), r#"{"initial_state": "x", "states": []}"#);
    let fields =
        |definition| [("FriendlyName", "f"), ("Status", "published"), ("Definition", definition)];
    let (status, sent) = studio.ask("POST", "/Validate", &fields(&good)).await;
    assert_eq!((status, sent), (200, json!({"valid": true})));
    for path in ["/Validate", ""] {
        let (status, sent) = studio.ask("POST", path, &fields(bad)).await;
        let place = &sent["details"]["errors"][0]["property_path"];
        assert_eq!((status, place), (400, &"#/initial_state".into()), "{sent}");
    }
    assert_eq!(studio.ask("POST", "/Validate", &fields("no JSON")).await.0, 400);
}

#[tokio::test]
async fn faults_of_calls_apply_to_executions() {
    let studio = StudioFixture::new([]).await;
    for (fault, status, placed) in [
        (json!({"refuse_calls": {"status": 429, "code": 20429}}), 429, 0),
        (json!({"fail_before_placing": true}), 500, 0),
        (json!({"fail_after_placing": true}), 500, 1),
    ] {
        faults(&studio, fault);
        assert_eq!(studio.create().await.0, status);
        let (_, list) = studio.ask("GET", &studio.path(), &[]).await;
        assert_eq!(list["executions"].as_array().map(Vec::len), Some(placed));
    }
    faults(&studio, json!({"fail_look_ups": true}));
    assert_eq!(studio.ask("GET", &studio.path(), &[]).await.0, 500);
    assert_eq!(studio.ask("GET", &format!("/{}", studio.flow), &[]).await.0, 200);
}

#[tokio::test]
async fn revisions_of_a_flow_are_listed_and_fetched() {
    let studio = StudioFixture::new([]).await;
    let flow = format!("/{}", studio.flow);
    let draft = [
        ("Status", "draft"),
        ("Definition", r#"{"initial_state": "x", "states": []}"#),
        ("CommitMessage", "half done"),
    ];
    studio.ask("POST", &flow, &draft).await;
    let (_, list) = studio.ask("GET", &format!("{flow}/Revisions"), &[]).await;
    let revisions = list["revisions"].as_array().expect("a list");
    let numbers: Vec<&Value> = revisions.iter().map(|revision| &revision["revision"]).collect();
    assert_eq!((numbers, &list["meta"]["key"]), (vec![&json!(2), &json!(1)], &json!("revisions")));
    for (which, number, status) in [
        ("1", 1, "published"),
        ("2", 2, "draft"),
        ("LatestPublished", 1, "published"),
        ("LatestDraft", 2, "draft"),
    ] {
        let (_, revision) = studio.ask("GET", &format!("{flow}/Revisions/{which}"), &[]).await;
        assert_eq!(
            (&revision["revision"], &revision["status"]),
            (&json!(number), &json!(status)),
            "{which}"
        );
        assert_eq!(revision["valid"] == true, status == "published", "{which}");
    }
    let (_, first) = studio.ask("GET", &format!("{flow}/Revisions/1"), &[]).await;
    assert_eq!(first["definition"], definition());
    let (_, second) = studio.ask("GET", &format!("{flow}/Revisions/2"), &[]).await;
    assert_eq!(second["commit_message"], "half done");
    for which in ["0", "3", "Latest", "-1"] {
        assert_eq!(studio.ask("GET", &format!("{flow}/Revisions/{which}"), &[]).await.0, 404);
    }
}

#[tokio::test]
async fn step_has_the_context_that_was_there_when_it_ended() {
    let studio = StudioFixture::new([answers_with("", false)]).await;
    let sid = studio.begin().await;
    studio.does(PhoneAction::Decline).await;
    studio.ends(&sid).await;
    let path = format!("{}/{sid}/Steps", studio.path());
    let (_, list) = studio.ask("GET", &path, &[]).await;
    let steps: Vec<Value> = list["steps"].as_array().expect("a list").clone();
    let at = |index: usize| steps[index]["sid"].as_str().expect("a SID").to_owned();
    let (_, newest) = studio.ask("GET", &format!("{path}/{}", at(0)), &[]).await;
    assert_eq!(newest, steps[0]);
    let (_, context) = studio.ask("GET", &format!("{path}/{}/Context", at(0)), &[]).await;
    assert_eq!(context["step_sid"], at(0));
    assert_eq!(context["context"]["widgets"]["call"]["CallStatus"], "busy");
    let (_, context) =
        studio.ask("GET", &format!("{path}/{}/Context", at(steps.len() - 1)), &[]).await;
    assert_eq!(context["context"]["widgets"], json!({}));
    for path in [format!("{path}/FT1"), format!("{path}/FT1/Context")] {
        assert_eq!(studio.ask("GET", &path, &[]).await.0, 404, "{path}");
    }
}

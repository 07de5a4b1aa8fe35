//! `run-subflow`, as twilio.com/docs/studio/user-guide/subflows documents it.

use super::*;

/// A widget that runs a subflow, and one that speaks of what came back.
fn parent(parameters: Value) -> Vec<Value> {
    let properties =
        json!({"flow_sid": "FW2", "flow_revision": "LatestPublished", "parameters": parameters});
    let events = [("completed", "say"), ("failed", "sorry")];
    vec![
        widget("sub", "run-subflow", properties, &events),
        widget(
            "say",
            "say-play",
            json!({"say": "{{widgets.sub.color}} {{flow.variables.color}}"}),
            &[("audioComplete", "")],
        ),
        widget("sorry", "say-play", json!({"say": "Sorry"}), &[]),
    ]
}

/// A Flow that begins with these widgets when it is a subflow.
fn subflow(widgets: &[Value]) -> RunEvent {
    let first = widgets[0]["name"].as_str().unwrap_or_default();
    let mut states = vec![widget("Start", "trigger", json!({}), &[("incomingParent", first)])];
    states.extend(widgets.iter().cloned());
    let definition = json!({"initial_state": "Start", "states": states});
    RunEvent::FlowFetched(Arc::new(Flow::read(&definition).expect("a Flow")))
}

fn set(value: &str, next: &str) -> Value {
    let variables = json!({"variables": [{"key": "color", "value": value}]});
    widget("set", "set-variables", variables, &[("next", next)])
}

#[test]
fn subflow_is_fetched_by_its_sid_and_revision() {
    let (_, actions) = begun(call(), &parent(json!([])));
    let [flow_sid, revision] = ["FW2", "LatestPublished"].map(str::to_owned);
    assert_eq!(actions, [Action::FetchFlow { flow_sid, revision }]);
}

#[test]
fn variables_of_a_subflow_are_those_of_its_widget() {
    let (mut run, _) = begun(call(), &parent(json!([])));
    let (state, actions) = run.step(subflow(&[set("red", "")]), at(1));
    // The subflow's variables are not the parent's.
    assert_eq!((state, actions), (RunState::Active, say("red ")));
    assert_eq!(passed(&run), ["Start incomingParent", "set next", "sub completed"]);
    let inside: Vec<Option<&str>> =
        run.steps().iter().map(|step| step.subflow.as_deref()).collect();
    assert_eq!(inside, [None, Some("sub"), Some("sub"), None]);
    assert_eq!(run.context()["widgets"], json!({"sub": {"color": "red"}}));
}

#[test]
fn subflow_knows_its_parameters_and_the_trigger_of_its_parent() {
    let parameters = json!([
        {"key": "who", "value": "{{contact.channel.address}}", "type": "string"},
        {"key": "list", "value": "{\"n\": [1]}", "type": "json_object"},
    ]);
    let (mut run, _) = begun(call(), &parent(parameters));
    let say_all = widget(
        "all",
        "say-play",
        json!({"say": "{{trigger.parent.parameters.who}} {{trigger.parent.parameters.list.n[0]}} {{trigger.call.CallSid}} {{trigger.parent.flow_sid}} {{flow.flow_sid}} {{flow.sid}}"}),
        &[("audioComplete", "")],
    );
    let (_, actions) = run.step(subflow(&[say_all]), at(1));
    assert_eq!(actions, say("+15005550001 1 CA1 FW1 FW2 FN1"));
    assert_eq!(run.context()["widgets"], json!({}));
    assert_eq!(run.step(RunEvent::Spoken, at(2)).1, say(" "));
}

#[test]
fn missing_subflow_fails_and_so_does_a_second_level() {
    let (mut run, _) = begun(call(), &parent(json!([])));
    let (_, actions) = run.step(RunEvent::FlowMissing, at(1));
    assert_eq!((actions, codes(&run)), (say("Sorry"), vec![Some(81024)]));
    let (mut run, _) = begun(call(), &parent(json!([])));
    let inner = widget("inner", "run-subflow", json!({"flow_sid": "FW3"}), &[("failed", "")]);
    run.step(subflow(&[inner]), at(1));
    assert_eq!(passed(&run), ["Start incomingParent", "inner failed", "sub completed"]);
    assert_eq!(codes(&run), [Some(81024)]);
}

#[test]
fn steps_of_a_subflow_count_and_a_hang_up_in_it_ends_all() {
    let (mut run, _) = begun(call(), &parent(json!([])));
    let back = widget("back", "set-variables", json!({}), &[("next", "set")]);
    let (state, _) = run.step(subflow(&[set("red", "back"), back]), at(1));
    assert_eq!(state, RunState::Ended(EndReason::TooManySteps));
    assert_eq!(run.steps().len(), MAX_STEPS);
    let (mut run, _) = begun(call(), &parent(json!([])));
    run.step(subflow(&[widget("hi", "say-play", json!({"say": "Hi"}), &[])]), at(1));
    assert_eq!(run.step(RunEvent::HungUp, at(2)).0, RunState::Ended(EndReason::HungUp));
    assert_eq!(passed(&run), ["Start incomingParent", "hi hangup"]);
}

#[test]
fn subflow_that_leads_back_to_its_widget_is_bounded() {
    let (mut run, _) = begun(
        call(),
        &[widget("sub", "run-subflow", json!({"flow_sid": "FW2"}), &[("completed", "sub")])],
    );
    let mut rounds = 0;
    while run.step(subflow(&[set("red", "")]), at(1)).0 == RunState::Active {
        rounds += 1;
    }
    assert_eq!(rounds, MAX_ROUNDS - 1);
}

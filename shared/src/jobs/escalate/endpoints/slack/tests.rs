//! The reply to whoever clicked, where the incident changed between our two looks at it.

use std::sync::Arc;

use super::*;
use crate::domain::escalation::{Alarm, Busy};
use crate::jobs::escalate::testing::Server;

fn after(incident: &Incident, signal: Signal, server: &Server) -> Incident {
    incident.clone().apply(&signal, &Busy::default(), server.now()).incident
}

#[tokio::test]
async fn click_of_an_owner_who_is_called_again_just_then_is_answered_that_nothing_was_done() {
    let server = Server::of(&[], Arc::new(|_| (0, Value::Null)));
    let settings = server.escalate.settings.get(server.now()).await.expect("settings");
    let (person, outside) = (Actor::from("alpha"), false);
    let raised = server.alarm().await;
    let taken = after(&raised, Signal::Acknowledged { person: person.clone(), outside }, &server);
    let disk = Alarm { key: "disk".to_owned(), ..raised.alarms[0].clone() };
    let mut calls = taken.clone();
    calls.policy.call_on_new_alarm = true;
    let asked_again = after(&calls, Signal::Alarm(disk), &server);
    let alone = "Nobody has it just now.".to_owned();
    for (action, signal) in [
        (Action::GiveBack, Signal::Released { person: person.clone() }),
        (Action::Resolve, Signal::ResolvedByPerson { person: person.clone() }),
    ] {
        let done = after(&taken, signal.clone(), &server);
        assert_eq!(answer(action, &person, &taken, &done, &settings), Answer::Shown);
        let later = after(&asked_again, signal, &server);
        // An incident that is given back was nobody's by then; over it may be all the same.
        let shown =
            if action == Action::Resolve { Answer::Shown } else { Answer::Alone(alone.clone()) };
        assert_eq!(answer(action, &person, &taken, &later, &settings), shown);
        let of_another = answer(action, &"bravo".into(), &taken, &taken, &settings);
        assert_eq!(of_another, Answer::Alone("That is for *alpha*, who has it.".to_owned()));
    }
}

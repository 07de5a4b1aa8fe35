//! An incident's call that a Flow places, and its Execution.

use shared::domain::escalation::{CallEvent, CallWith, Incident, Signal};

use super::events::*;
use crate::tests::backend::*;
use crate::tests::incidents::says;

fn config() -> String {
    CONFIG.replace(
        "attempts = 2",
        &format!("attempts = 2\ncall_with = \"studio\"\nflow_sid = \"{FLOW}\""),
    )
}

/// An incident whose first call is the Execution of this number.
fn incident(number: u64) -> Incident {
    let mut begun = raised("checkout-5xx");
    begun.attempts[0].with = CallWith::Studio { flow_sid: FLOW.into() };
    let placed = CallEvent::Placed { reading_seconds: 8 };
    after_signals(
        begun,
        &[(1, Signal::Call { attempt: 1, call: Some(sid(number).as_str().into()), event: placed })],
    )
}

#[test]
fn incident_and_execution_lead_to_each_other() {
    let (pages, incident) = (Pages::of(&config(), &[]), incident(17));
    pages.keep(&incident, 0);
    pages.keep_execution(&sid(17), incident.id.as_str());
    pages.take(&in_menu(17, 590).events);
    pages.take(&in_menu(18, 590).events);
    let its = format!("{}#chosen", path(&format!("?execution={}", sid(17))));
    let page = pages.page(&format!("/incidents/{}", incident.id));
    says(&page, &[&format!("<a href=\"{}\">in its Flow</a>", its.replace('/', "&#x2f;"))]);
    let back = format!("<a href=\"/incidents/{}\">", incident.id);
    says(&pages.page(&path(&format!("?execution={}", sid(17)))), &[&back]);
    // Nobody's incident.
    assert!(!pages.page(&path(&format!("?execution={}", sid(18)))).contains(&back));
}

#[test]
fn call_that_no_flow_places_leads_nowhere() {
    let pages = Pages::new();
    pages.keep(&calling(), 0);
    assert!(!pages.page(&format!("/incidents/{}", calling().id)).contains("in its Flow"));
}

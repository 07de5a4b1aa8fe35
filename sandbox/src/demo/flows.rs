//! The Flows of the demo, as somebody would have imported and published them.

use crate::settings::PublishedFlow;

/// The SIDs of the demo's Flows.
pub(crate) const HOTLINE: &str = "FWd0000000000000000000000000000001";
pub(crate) const SURVEY: &str = "FWd0000000000000000000000000000002";
/// The SID under which the demo publishes the Flow that places a policy's calls.
pub const DEMO_OUTAGE_FLOW: &str = "FWd0000000000000000000000000000003";

/// The Flows of the demo that are called and texted, by SID, name, number and definition.
const FLOWS: [(&str, &str, &str, &str); 2] = [
    (HOTLINE, "Parcels hotline", "+15005550010", include_str!("../../flows/parcels-hotline.json")),
    (SURVEY, "Delivery survey", "+15005550011", include_str!("../../flows/delivery-survey.json")),
];

/// The Flows of the demo that are called and texted.
pub fn demo_flows() -> Vec<PublishedFlow> {
    let flows = FLOWS.iter().filter_map(|(sid, name, number, definition)| {
        Some(PublishedFlow {
            sid: (*sid).to_owned(),
            friendly_name: (*name).to_owned(),
            number: Some((*number).to_owned()),
            definition: serde_json::from_str(definition).ok()?,
        })
    });
    flows.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use studio::Flow;

    use super::*;

    #[test]
    fn demo_flow_is_valid_and_every_widget_has_a_place_of_its_own() {
        let flows = demo_flows();
        assert_eq!(flows.len(), FLOWS.len());
        for published in &flows {
            let flow = Flow::read(&published.definition).expect("a Flow");
            assert_eq!(flow.problems(), [], "{}", published.friendly_name);
            let (kind, digits) = published.sid.split_at(2);
            assert!(kind == "FW" && digits.len() == 32, "{}", published.sid);
            assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", published.sid);
            let places: HashSet<String> = flow
                .states
                .iter()
                .map(|state| format!("{:?}", state.offset().expect("a place")))
                .collect();
            assert_eq!(places.len(), flow.states.len(), "{}", published.friendly_name);
            let next = flow.states.iter().flat_map(|state| &state.transitions);
            let reached: HashSet<&str> = next.filter_map(|one| one.next.as_deref()).collect();
            let unreached = flow.states.iter().filter(|one| !reached.contains(one.name.as_str()));
            let names: Vec<&str> = unreached.map(|state| state.name.as_str()).collect();
            assert_eq!(names, ["Trigger"], "{}", published.friendly_name);
        }
    }
}

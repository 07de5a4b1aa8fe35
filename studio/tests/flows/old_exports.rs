//! Exports of the old editor: known as such, and converted to today's form.

use std::fs;

use studio::{FlowFile, Severity};

use super::files;

#[test]
fn old_export_converted_is_sound_and_stays_as_it_is() {
    let file = files("forms").into_iter().find(|file| file.ends_with("old-editor.json")).unwrap();
    let flows = FlowFile::read(&fs::read(file).unwrap()).unwrap();
    let [flow] = flows.flows() else { panic!("one Flow") };
    assert!(flow.is_old_export());
    let converted = flow.convert();
    let left_out =
        ["`flow_url` of \"Trigger\" is left out", "`save_response_as` of \"menu\" is left out"];
    assert_eq!(converted.notes, left_out);
    let today = FlowFile::read(converted.text.as_bytes()).unwrap();
    assert_eq!(today.flows()[0].check(), []);
    assert!(!today.flows()[0].is_old_export());
    assert_eq!(today.flows()[0].convert().text, converted.text);
    assert_eq!(today.flows()[0].flow(), flow.flow());
    let states = flow.flow().states;
    let kinds: Vec<&str> = states.iter().map(|state| state.kind.as_str()).collect();
    assert!(kinds.contains(&"make-outgoing-call-v2") && kinds.len() == 11, "{kinds:?}");
    assert!(
        !converted.text.contains("uuid") && !converted.text.contains("null"),
        "{}",
        converted.text
    );
}

#[test]
fn old_export_is_known_by_its_types() {
    let files = files("forms");
    let file = files.iter().find(|file| file.ends_with("old-editor-with-initial-state.json"));
    let flows = FlowFile::read(&fs::read(file.unwrap()).unwrap()).unwrap();
    assert!(flows.flows()[0].is_old_export());
    let today = FlowFile::read(flows.flows()[0].convert().text.as_bytes()).unwrap();
    assert_eq!(today.flows()[0].check(), []);
}

#[test]
fn answer_that_an_old_prompt_saved_is_told_where_it_is_today() {
    let text = r#"{"description": "", "states": [
        {"type": "InitialState", "name": "Trigger", "properties": {}, "transitions": []},
        {"type": "MessagePrompt", "name": "ask", "properties": {"body": "Your name?", "save_response_as": "name"}, "transitions": []}]}"#;
    let flows = FlowFile::read(text.as_bytes()).unwrap();
    let notes = flows.flows()[0].convert().notes;
    let expected = "`save_response_as` of \"ask\" is left out: today the answer is {{widgets.ask.inbound.Body}}";
    assert_eq!(notes, [expected]);
}

#[test]
fn flaws_of_an_old_export_are_told_and_stay() {
    let files = files("forms");
    let file = files.iter().find(|file| file.ends_with("old-editor-with-flaws.json")).unwrap();
    let flows = FlowFile::read(&fs::read(file).unwrap()).unwrap();
    let converted = flows.flows()[0].convert();
    assert_eq!(converted.notes.len(), 4, "{:#?}", converted.notes);
    let today = FlowFile::read(converted.text.as_bytes()).unwrap();
    let errors: Vec<_> = today.flows()[0]
        .check()
        .into_iter()
        .filter(|one| one.severity == Severity::Error)
        .collect();
    let codes: Vec<&str> = errors.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["dangling-next", "unknown-widget-type"]);
}

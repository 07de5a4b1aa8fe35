//! Notes that people write down.

use super::super::model::Event;
use super::update::Update;

impl Update<'_> {
    /// Somebody wrote a note, on an incident that is over too. The same one comes once.
    pub(super) fn note(&mut self, note: &str, by: &str, text: &str) {
        let is_same =
            |event: &Event| matches!(event, Event::Noted { note: known, .. } if known == note);
        if !self.incident.timeline.entries.iter().any(|entry| is_same(&entry.event)) {
            let (note, by, text) = (note.to_owned(), by.to_owned(), text.to_owned());
            self.record(Event::Noted { note, by, text, struck_by: None });
        }
    }

    /// A note is struck out: its words stay to be read. What is struck out stays so.
    pub(super) fn strike_note(&mut self, name: &str, by: &str) {
        for entry in &mut self.incident.timeline.entries {
            if let Event::Noted { note, struck_by, .. } = &mut entry.event
                && note == name
            {
                struck_by.get_or_insert_with(|| by.to_owned());
            }
        }
    }
}

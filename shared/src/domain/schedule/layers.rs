//! The layers of a schedule, from the lowest: the rotation or the calendar, the overrides of the file, and what people
//! have said since.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Calendar, Override, Schedule, Shift, Source};

/// One of the layers, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Who is on call, in the end.
    OnCall,
    /// What people have said.
    TakenOver,
    /// The overrides of the file.
    Overrides,
    /// The rotation or the calendar.
    Base,
}

impl Schedule {
    /// Its layers in this span of time, each with its shifts; of what lies over the base, a shift without anybody is not
    /// there. Where nothing lies over the base, that is all there is: who is on call.
    pub fn layers(&self, from: Timestamp, until: Timestamp) -> Vec<(Layer, Vec<Shift>)> {
        let on_call = (Layer::OnCall, self.shifts(from, until));
        let touches = |over: &&Override| over.from < until && from < over.until;
        if !self.overrides.iter().any(|over| touches(&over)) {
            return vec![on_call];
        }
        let only = |is_stored: bool| {
            let overrides = self.overrides.iter().filter(|over| over.stored.is_some() == is_stored);
            let source = Source::Calendar(Arc::new(Calendar::default()));
            let schedule =
                Schedule { source, overrides: overrides.cloned().collect(), ..self.clone() };
            let mut shifts = schedule.shifts(from, until);
            shifts.retain(|shift| shift.because != super::Because::Nobody);
            shifts
        };
        let base = Schedule { overrides: Vec::new(), ..self.clone() };
        let mut layers = vec![
            on_call,
            (Layer::TakenOver, only(true)),
            (Layer::Overrides, only(false)),
            (Layer::Base, base.shifts(from, until)),
        ];
        layers.retain(|(_, shifts)| !shifts.is_empty());
        layers
    }
}

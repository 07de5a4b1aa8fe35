//! The Executions of simulated callers: where they are, and their end.

use std::collections::VecDeque;
use std::sync::Arc;

use studio::RunEvent;

use super::super::{Records, Twilio};
use super::execution::Execution;
use crate::demo::is_demo_caller;

impl Twilio {
    /// The widget that an active Execution is in, and how many it has left; by the SID of the call or text that began it.
    pub(crate) fn place_in_flow(&self, started_by: &str) -> Option<(String, usize)> {
        let execution = {
            let records = self.records();
            let mut newest_first = records.studio.executions.iter().rev();
            newest_first.find(|one| one.started_by() == started_by).cloned()
        };
        execution.and_then(|one| one.place())
    }

    /// Ends the oldest active Executions of simulated callers, so that no more than so many are left.
    pub(crate) fn end_demo_executions(&self, most: usize) {
        let active: Vec<Arc<Execution>> = {
            let records = self.records();
            let all = records.studio.executions.iter();
            all.filter(|one| is_demo(one) && one.is_active()).cloned().collect()
        };
        for execution in active.iter().take(active.len().saturating_sub(most)) {
            execution.step(RunEvent::Stopped, self.now());
        }
    }

    /// Lets go of what ended Executions, calls and texts of simulated callers were, but for the newest ones of each.
    pub(crate) fn forget_demo_records(&self, most: usize) {
        let Records { calls, texts, studio, .. } = &mut *self.records();
        forget(&mut studio.executions, most, |one| is_demo(one) && !one.is_active());
        forget(calls, most, |one| is_demo_caller(one.phone()) && one.status().is_final());
        forget(texts, most, |one| is_demo_caller(one.phone()));
    }
}

fn is_demo(execution: &Execution) -> bool {
    is_demo_caller(execution.order.contact())
}

/// Removes the oldest of those that may go, so that no more than so many of them are left.
fn forget<T>(all: &mut VecDeque<T>, most: usize, may_go: impl Fn(&T) -> bool) {
    let mut too_many = all.iter().filter(|one| may_go(one)).count().saturating_sub(most);
    if too_many > 0 {
        all.retain(|one| {
            let goes = too_many > 0 && may_go(one);
            too_many -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_of_those_that_may_go_are_forgotten() {
        let mut all: VecDeque<u32> = (1..=9).collect();
        forget(&mut all, 2, |one| one % 2 == 0);
        assert_eq!(all, [1, 3, 5, 6, 7, 8, 9]);
        forget(&mut all, 2, |one| one % 2 == 0);
        assert_eq!(all.len(), 7);
    }
}

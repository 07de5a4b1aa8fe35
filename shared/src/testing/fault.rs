//! When calls of a backend fail, and how.

use std::sync::{Arc, Mutex, PoisonError};

/// When calls fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Never.
    #[default]
    Never,
    /// Once, after so many calls that work.
    Once(usize),
    /// For good, after so many calls that work: the process is dead, or the backend is gone.
    After(usize),
    /// No call comes to an end.
    Hang,
}

impl Fault {
    /// Counts a call. Returns whether it is to fail.
    fn strikes(&mut self) -> bool {
        match self {
            Fault::Never => false,
            Fault::Once(0) => {
                *self = Fault::Never;
                true
            }
            Fault::After(0) | Fault::Hang => true,
            Fault::Once(left) | Fault::After(left) => {
                *left -= 1;
                false
            }
        }
    }
}

/// A fault that is set from outside while calls go on. Clones are the same one: several kinds of calls count together.
#[derive(Clone, Default)]
pub(super) struct Switch(Arc<Mutex<Fault>>);

impl Switch {
    pub(super) fn set(&self, fault: Fault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Counts a call, and fails it or never lets it end if it is to be so. The error says which call it was.
    pub(super) async fn pass(&self, call: &str) -> Result<(), String> {
        let (strikes, fault) = {
            let mut fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            (fault.strikes(), *fault)
        };
        match (strikes, fault) {
            (false, _) => Ok(()),
            (true, Fault::Hang) => std::future::pending().await,
            (true, _) => Err(format!("an injected fault: {call}")),
        }
    }
}

//! What is remembered of a night, to judge it by.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::Timestamp;
use shared::app::record::Kept;
use shared::config::Settings;

use crate::tally::Tally;
use crate::world::{DUSK, Faults};

/// What the night was promised, and what came of it.
pub(crate) struct Watch {
    pub(crate) tally: Tally,
    pub(crate) settings: Arc<Settings>,
    pub(crate) policies: Vec<String>,
    /// The policies' incidents, as they were last written.
    pub(crate) kept: BTreeMap<String, Kept>,
    /// The alarms: the policy of each, and whether it goes on, as far as it was written down.
    pub(crate) alarms: Vec<(u8, bool)>,
    /// How often each line was said; those that must be are here from the moment they are written down.
    pub(crate) lines: BTreeMap<String, u32>,
    /// How many text messages each incident owes, and how many it says it sent.
    pub(crate) texts: BTreeMap<String, (u32, u32)>,
    /// How often a call was placed for an attempt.
    pub(crate) placed: BTreeMap<(String, u32), u32>,
}

impl Watch {
    pub(crate) fn new(settings: Arc<Settings>, alarms: &[u8]) -> Watch {
        Watch {
            tally: Tally::default(),
            policies: settings
                .config
                .escalation
                .policies_at(Timestamp::from_millisecond(DUSK).unwrap_or_default())
                .map(|policy| policy.name)
                .collect(),
            settings,
            kept: BTreeMap::new(),
            alarms: alarms.iter().map(|policy| (*policy, false)).collect(),
            lines: BTreeMap::new(),
            texts: BTreeMap::new(),
            placed: BTreeMap::new(),
        }
    }
}

impl Faults {
    /// Nothing happens after which it is unknown what was done: no call is ever doubled.
    pub(crate) fn sure(&self) -> bool {
        self.crash + self.store + self.queue + self.dark + self.slow == 0
    }

    /// Every wake-up that is armed comes, after the save that it belongs to.
    pub(crate) fn woken(&self) -> bool {
        self.lost_wake + self.slow == 0
    }

    /// All comes in time, but for callbacks: some may never come.
    pub(crate) fn prompt(&self) -> bool {
        self.sure()
            && self.woken()
            && self.late + self.throttled + self.queued + self.refused + self.blind == 0
    }
}

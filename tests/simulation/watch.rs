//! The memory of a run, to check it by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::config::Settings;
use shared::storage::Key;
use shared::storage::records::{self, StoredIncident};

use crate::alarms::{Alarm, Word};
use crate::click::Button;
use crate::counters::Seen;
use crate::owner::Knows;
use crate::plan::{Plan, Roster};
use crate::silences::Asked;
use crate::totals::Totals;
use crate::world::Faults;
use shared::domain::escalation::IncidentId;
use shared::domain::sid::Sid;

/// Somebody did something with an incident.
pub(crate) type PersonAct = (IncidentId, String, Button);

/// The promises to the run, and what came of them.
pub(crate) struct Watch {
    pub(crate) totals: Totals,
    pub(crate) settings: Arc<Settings>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) policies: Vec<String>,
    /// The policies' incidents, as they were last written.
    pub(crate) kept: BTreeMap<String, StoredIncident>,
    pub(crate) alarms: Vec<Alarm>,
    /// Where their last words are.
    pub(crate) alarm_keys: Vec<Key>,
    /// Their words in the write that is looked at.
    pub(crate) words: Vec<Word>,
    /// The silences that people have asked for.
    pub(crate) asked: Vec<Asked>,
    /// The lines that say of an alarm that it is silenced.
    pub(crate) muted: BTreeSet<String>,
    /// The words of people by keys and clicks, …
    pub(crate) said: BTreeSet<PersonAct>,
    /// … and what was written of them.
    pub(crate) did: BTreeSet<PersonAct>,
    /// In which readings of the menu somebody pressed 3, by incident and attempt.
    pub(crate) threes: BTreeMap<(IncidentId, u32), BTreeSet<u32>>,
    /// The people who asked from elsewhere that an incident be over, and what they had not seen.
    pub(crate) ends_asked: Vec<(IncidentId, String, u32)>,
    /// How many clicks there were, and which of them were answered.
    pub(crate) clicks: usize,
    pub(crate) replies: BTreeSet<usize>,
    /// How often each line was said; those that must be are here from the moment they are written down.
    pub(crate) lines: BTreeMap<String, u32>,
    /// How many text messages each incident owes, and how many it says it sent.
    pub(crate) texts: BTreeMap<IncidentId, (u32, u32)>,
    /// The incidents that each person was texted about.
    pub(crate) texted: BTreeMap<String, BTreeSet<IncidentId>>,
    /// The people who were told of each incident that they missed a call.
    pub(crate) told_missed: BTreeMap<IncidentId, BTreeSet<String>>,
    /// How many texts of each incident nobody wants any more, sent or not.
    pub(crate) unwanted: BTreeMap<IncidentId, u32>,
    /// The texts that changed something.
    pub(crate) by_text: BTreeSet<Sid>,
    /// The knowledge of the owner of each incident.
    pub(crate) knows: BTreeMap<IncidentId, Knows>,
    /// How often a call was placed for an attempt.
    pub(crate) placed: BTreeMap<(IncidentId, u32), u32>,
    /// The things that were seen of incidents, and must have counted.
    pub(crate) seen: Seen,
}

impl Watch {
    pub(crate) fn new(settings: Arc<Settings>, plan: Arc<Plan>, alarms: &[u8]) -> Watch {
        let alarms: Vec<Alarm> = alarms.iter().map(|policy| Alarm::new(*policy)).collect();
        Watch {
            totals: Totals::default(),
            policies: (0..plan.rosters.len()).map(|policy| format!("w{policy}")).collect(),
            settings,
            plan,
            kept: BTreeMap::new(),
            alarm_keys: (0..alarms.len()).map(|at| records::alarm(&format!("arn:{at}"))).collect(),
            alarms,
            words: Vec::new(),
            asked: Vec::new(),
            muted: BTreeSet::new(),
            said: BTreeSet::new(),
            did: BTreeSet::new(),
            threes: BTreeMap::new(),
            ends_asked: Vec::new(),
            clicks: 0,
            replies: BTreeSet::new(),
            lines: BTreeMap::new(),
            texts: BTreeMap::new(),
            texted: BTreeMap::new(),
            told_missed: BTreeMap::new(),
            unwanted: BTreeMap::new(),
            by_text: BTreeSet::new(),
            knows: BTreeMap::new(),
            placed: BTreeMap::new(),
            seen: Seen::default(),
        }
    }

    /// The roster of the policy of this name.
    pub(crate) fn roster(&self, policy: &str) -> Option<&Roster> {
        self.plan.rosters.get(self.policies.iter().position(|name| name == policy)?)
    }
}

impl Faults {
    /// Nothing happens after which it is unknown what was done: no call is ever doubled.
    pub(crate) fn sure(&self) -> bool {
        self.crash + self.store + self.queue + self.outcome_unknown + self.slow == 0
    }

    /// Every wake-up that is armed comes, after the save that it belongs to.
    pub(crate) fn wake_ups_arrive(&self) -> bool {
        self.lost_wake + self.slow == 0
    }

    /// All comes in time, but for callbacks: some may never come.
    pub(crate) fn prompt(&self) -> bool {
        self.sure()
            && self.wake_ups_arrive()
            && self.late + self.throttled + self.queued + self.refused + self.listed_late == 0
    }
}

//! The tally of the runs: one sees that what is guarded against did happen.

use std::fmt;

use shared::domain::escalation::{Event, Repaired};

macro_rules! totals {
    ($($name:ident: $words:literal,)*) => {
        /// How often things happened.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Totals { $(pub(crate) $name: u64,)* }

        impl Totals {
            pub(crate) fn add(&mut self, other: &Totals) {
                $(self.$name += other.$name;)*
            }
        }

        impl fmt::Display for Totals {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:>12}  {}", self.$name, $words)?;)*
                Ok(())
            }
        }
    };
}

totals! {
    calls: "calls placed",
    raised: "incidents raised",
    reopened: "reopened",
    joined: "alarms joined",
    taken: "taken",
    exhausted: "exhausted",
    called_again: "called again after that",
    asked_again: "asked again, though taken",
    round_again: "called again for a new alarm",
    joined_taken: "alarms that joined what somebody had",
    joined_told: "texts that named what joined",
    back_told: "texts that it is back",
    called_back: "called again since it is back",
    passed_over: "people passed over: in another call",
    waited: "rounds that waited: all in other calls",
    resolved: "resolved",
    keys_taken: "keys 1 that were answered",
    races: "writes that raced",
    crashes: "crashes",
    abandoned: "words that were waited for too long",
    lost: "callbacks lost",
    undelivered: "texts that were not delivered",
    doubled: "things that came twice",
    late: "things that came late",
    throttled: "requests that Twilio turned away (429)",
    outcome_unknown: "requests with an unknown outcome",
    doubled_calls: "calls placed twice for one attempt",
    at_once: "calls to somebody who was in one",
    strangers: "attempts that took another's call for theirs",
    doubled_lines: "lines said twice",
    claimed: "taken by a click",
    given_back: "given back",
    declared_over: "declared over",
    ended_elsewhere: "of these on the page, or at the command line",
    ended_by_key: "of these by the key 3",
    unchanged: "over, since nothing had changed for long",
    deleted: "alarms deleted",
    silenced: "silenced",
    silence_over: "called again: the silence was over",
    silence_ended: "of these ended before their time",
    call_asked: "calls that somebody on the page asked for",
    put_off: "alarms put off until the end of a silence",
    clicks: "clicks that were answered",
    answers: "texts that were answered",
    by_text: "of these that changed something",
    missed_told: "texts that a call was missed",
    together: "requests with many alarms",
    large: "records written that are near the limit",
    empty_shifts: "empty shifts skipped",
    too_often: "people left out: called too often",
    repaired_wake: "repaired by the reconciler: a late wake-up",
    repaired_effect: "repaired by the reconciler: something undone",
    repaired_call: "repaired by the reconciler: a call's end",
    repaired_round: "repaired by the reconciler: a standing round",
}

impl Totals {
    pub(crate) fn saw(&mut self, event: &Event) {
        let count = match event {
            Event::Raised { .. } => &mut self.raised,
            Event::Reopened { .. } => &mut self.reopened,
            Event::Joined { .. } => &mut self.joined,
            Event::Taken { .. } => &mut self.taken,
            Event::Exhausted { .. } => &mut self.exhausted,
            Event::CalledAgain => &mut self.called_again,
            Event::OwnerCalledAgain { .. } => &mut self.asked_again,
            Event::RoundAgain { .. } => &mut self.round_again,
            Event::CalledBack { .. } => &mut self.called_back,
            Event::PassedOver { .. } => &mut self.passed_over,
            Event::Waiting => &mut self.waited,
            Event::Resolved { .. } => &mut self.resolved,
            Event::Released { .. } => &mut self.given_back,
            Event::ResolvedByHand { .. } => &mut self.declared_over,
            Event::NothingChanged { .. } => &mut self.unchanged,
            Event::Deleted { .. } => &mut self.deleted,
            Event::Silenced { .. } => &mut self.silenced,
            Event::SilenceOver => &mut self.silence_over,
            Event::SilenceEnded { .. } => &mut self.silence_ended,
            Event::CallAsked { .. } => &mut self.call_asked,
            Event::NobodyOnCall { .. } => &mut self.empty_shifts,
            Event::CalledTooOften { .. } => &mut self.too_often,
            Event::Repaired { what: Repaired::LateWakeUp } => &mut self.repaired_wake,
            Event::Repaired { what: Repaired::UndoneEffect } => &mut self.repaired_effect,
            Event::Repaired { what: Repaired::UnreportedCall } => &mut self.repaired_call,
            Event::Repaired { what: Repaired::StandingRound } => &mut self.repaired_round,
            _ => return,
        };
        *count += 1;
    }
}

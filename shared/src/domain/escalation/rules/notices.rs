//! Notices that the owner of an incident is still to get about its alarms, and when.

use jiff::{SignedDuration, Timestamp};

use super::super::model::{Alarm, Effect, Former, Incident, Joined, Notices, Owner, TextAbout};

/// The least time between two texts that name what joined.
pub(crate) const JOIN_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The owner of an incident that comes back is called too if it had been over for longer than this.
pub const OVER_FOR: SignedDuration = SignedDuration::from_mins(1);
/// So many texts within an hour say at once that an incident is back; further ones keep [`JOIN_PAUSE`].
pub(crate) const MAX_BACK_AT_ONCE: usize = 6;
/// The most alarms that one text names, and the longest name, in characters.
pub(crate) const MAX_NAMED: usize = 40;
pub(crate) const MAX_NAME: usize = 60;
/// The most former owners whose last text is remembered.
pub(crate) const MAX_FORMER: usize = 16;

impl Alarm {
    /// Whether its incident's owner is still to be told that it joined.
    pub(crate) fn is_pending(&self) -> bool {
        self.joined.is_some_and(|joined| !joined.notified)
    }
}

impl Incident {
    /// The alarms that go on and joined since the incident was taken last.
    pub fn joined_alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.open_alarms().filter(|alarm| alarm.joined.is_some_and(|joined| !joined.back))
    }

    /// When the owner is to be told what they do not know yet; at once, if that is in the past.
    pub(crate) fn notice_due_at(&self) -> Option<Timestamp> {
        self.taken_by()?;
        let notices = &self.notices;
        let is_pending = notices.unnamed > 0 || self.alarms.iter().any(Alarm::is_pending);
        let last = match notices.over {
            true => notices.back_at.last().filter(|_| notices.back_at.len() >= MAX_BACK_AT_ONCE),
            false => notices.joined_at.as_ref(),
        };
        let due = last.map_or(Some(self.raised_at), |at| at.checked_add(JOIN_PAUSE).ok());
        due.filter(|_| is_pending)
    }

    /// The entries before this one are seen by whoever reads a text about this, decided then, that leaves now. A text
    /// that names alarms knows none that went off later: a text of their own may name them, and need not have left. Any
    /// other says how it stands when it leaves, but for what waits to be named.
    pub(crate) fn seen_by_text(&self, about: &TextAbout, decided_at: Timestamp) -> u32 {
        let names_alarms = matches!(about, TextAbout::Joined { .. } | TextAbout::Reopened { .. });
        match self.notice_due_at() {
            Some(_) => self.timeline.number_from(decided_at),
            None if names_alarms => self.timeline.number_behind(decided_at),
            None => self.timeline.next,
        }
    }

    /// It is this person's from now on: they know its alarms. When they were last told what joined is remembered, even if
    /// somebody else had it in between, or nobody.
    pub(crate) fn forget_notices(&mut self, owner: &Owner) {
        for alarm in &mut self.alarms {
            alarm.joined = None;
        }
        self.remember_former_owner(owner.at);
        let Notices { former, back_at, .. } = std::mem::take(&mut self.notices);
        let (theirs, former): (Vec<_>, Vec<_>) =
            former.into_iter().partition(|former| former.is(owner));
        let joined_at = theirs.iter().map(|former| former.notified_at).max();
        self.notices = Notices { joined_at, former, back_at, ..Notices::default() };
    }

    /// Keeps when the owner was last told what joined, for the case that they take it again after somebody else, or
    /// nobody, had it.
    pub(crate) fn remember_former_owner(&mut self, now: Timestamp) {
        let notices = &mut self.notices;
        if let (Some(notified_at), Some(owner)) = (notices.joined_at.take(), &self.owner) {
            let Owner { person, member, .. } = owner.clone();
            notices.former.retain(|former| !former.is(owner));
            notices.former.push(Former { person, member, notified_at });
        }
        notices.former.retain(|former| now.duration_since(former.notified_at) < JOIN_PAUSE);
        let too_many = notices.former.len().saturating_sub(MAX_FORMER);
        notices.former.drain(..too_many);
    }

    /// Names what its owner was not told yet in a text to them that has not left: what joined in one request is named
    /// together. Gives whether it is one that names alarms.
    pub fn name_pending_in(&mut self, effect: &mut Effect) -> bool {
        let Effect::Text { person, about, .. } = effect else { return false };
        let (TextAbout::Joined { alarms, more } | TextAbout::Reopened { alarms, more }) = about
        else {
            return false;
        };
        if self.taken_by().is_none_or(|owner| owner.person != *person) {
            return false;
        }
        let (names, left) = self.take_pending();
        *more = more.saturating_add(left);
        for name in names {
            match alarms.len() < MAX_NAMED {
                true => alarms.push(name),
                false => *more = more.saturating_add(1),
            }
        }
        true
    }

    /// Gives the names of what its owner was not told yet, and how many more there are.
    pub(crate) fn take_pending(&mut self) -> (Vec<String>, u32) {
        let mut names: Vec<String> = Vec::new();
        for alarm in self.alarms.iter_mut().filter(|alarm| alarm.is_pending()) {
            names.push(alarm.name.chars().take(MAX_NAME).collect());
            alarm.joined = alarm.joined.map(|joined| Joined { notified: true, ..joined });
        }
        let unnamed = std::mem::take(&mut self.notices.unnamed);
        let left = u32::try_from(names.len().saturating_sub(MAX_NAMED)).unwrap_or(u32::MAX);
        names.truncate(MAX_NAMED);
        (names, unnamed.saturating_add(left))
    }

    pub(crate) fn alarm_mut(&mut self, key: &str) -> Option<&mut Alarm> {
        self.alarms.iter_mut().find(|alarm| alarm.key == key)
    }
}

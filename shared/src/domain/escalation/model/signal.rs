//! Signals: what the world told us, and what we ask of it.

use jiff::Timestamp;

use super::actor::Actor;
use super::alarm::Alarm;
use super::call_event::CallEvent;
use super::timeline::Repaired;
use crate::domain::sid::Sid;

/// Something that the world told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// An alarm is in ALARM.
    Alarm(Alarm),
    /// The alarm of this key is OK again.
    Recovered {
        /// Names the alarm.
        key: String,
    },
    /// The alarm of this key has no data: that is no recovery.
    NoData {
        /// Names the alarm.
        key: String,
    },
    /// The alarm of this key was deleted in its monitor: its recovery never comes.
    Deleted {
        /// Names the alarm.
        key: String,
    },
    /// The status of the call of an attempt.
    Call {
        /// Which attempt.
        attempt: u32,
        /// The call's SID, where it is known.
        call: Option<Sid>,
        /// The outcome of it.
        event: CallEvent,
    },
    /// A text message left, or did not.
    Texted {
        /// To whom.
        person: String,
        /// Why it did not.
        failed: Option<String>,
    },
    /// Twilio took a text message, and could not deliver it.
    TextNotDelivered {
        /// To whom.
        person: String,
        /// Twilio's error code, if it gave one.
        code: Option<u32>,
        /// The message's SID: it may be reported more than once.
        sid: Sid,
    },
    /// Somebody says that they have it, elsewhere than on the phone.
    Acknowledged {
        /// The person.
        person: Actor,
        /// The policy never calls them: they are none of its people.
        outside: bool,
    },
    /// Its owner cannot do it after all.
    Released {
        /// The person.
        person: Actor,
    },
    /// A person says that it is over: it must be theirs, or nobody's.
    ResolvedByPerson {
        /// The person.
        person: Actor,
    },
    /// Somebody without a name says that it is over, whoever has it.
    ResolvedManually {
        /// Their description, as people are told: "somebody on the page".
        by: String,
    },
    /// Nobody shall be called for what goes on now.
    Silenced {
        /// The person who says so.
        by: String,
        /// Until when.
        until: Timestamp,
        /// Why, in their own words.
        reason: Option<String>,
    },
    /// All that goes on is silenced by what is of no incident: it waits for that, also where it waited for something that
    /// lasts longer.
    HeldBack {
        /// How people are told of the silence that ends then.
        by: String,
        /// Until when.
        until: Timestamp,
    },
    /// The silence is over before its time.
    SilenceEnded {
        /// The person who says so.
        by: String,
    },
    /// Nobody has it, and this person shall be called now, before all others.
    CallAsked {
        /// The person who says so.
        by: String,
        /// The person who is called.
        person: String,
    },
    /// Its owner passes it on to this person.
    PassedOn {
        /// The owner.
        person: Actor,
        /// The person who is called first.
        to: String,
    },
    /// Somebody wrote a note.
    Noted {
        /// Names the note: the same one may come twice.
        note: String,
        /// The person who wrote it.
        by: String,
        /// Their words.
        text: String,
    },
    /// A note is struck out.
    NoteStruck {
        /// The note's name.
        note: String,
        /// The person who strikes it out.
        by: String,
    },
    /// Somebody says this at the command line, under a person's name.
    ByCommand {
        /// Their signal.
        says: Box<Signal>,
    },
    /// A text of this MessageSid says this. The same text may come twice, and counts once.
    ByText {
        /// The MessageSid.
        sid: Sid,
        /// Its signal.
        says: Box<Signal>,
    },
    /// Time has passed.
    Wake,
    /// The reconciler found something undone: it is done now, and said.
    Repaired(Repaired),
}

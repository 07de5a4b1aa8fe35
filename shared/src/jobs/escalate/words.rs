//! What is said of an incident: on the phone, in a text message, in Slack. Pure.

mod asks;
mod speakable;
mod text;
mod times;

use jiff::Timestamp;
use minijinja::{AutoEscape, UndefinedBehavior, context};

use crate::config::Settings;
use crate::domain::escalation::{Alarm, Attempt, Entry, Event, Incident, Outcome, Repaired};
use crate::domain::templates;
use crate::slack::message::{cut, escape};
pub use asks::asks;
use speakable::{cut_words, speakable};
pub use text::{named, text};
pub use times::{local_day, local_time, span};

/// How many characters a voice speaks in a second, at least. (Polly's and Google's voices manage 14 to 17.)
const CHARACTERS_A_SECOND: usize = 12;
/// The longest text that is read to somebody half asleep, in characters.
const LONGEST_SPEECH: usize = 480;
/// How much work a template of what is spoken may do, in minijinja's instructions.
const FUEL: u64 = 20_000;
/// The most alarms that are named in speech.
const NAMED: usize = 3;

/// What the menu of a call says, and in which voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The menu: what is wrong, since when, which keys.
    pub menu: String,
    /// Twilio's `voice`.
    pub voice: Option<String>,
    /// Twilio's `language`.
    pub language: Option<String>,
}

impl Spoken {
    /// The menu that this attempt's person hears now.
    pub fn of(incident: &Incident, attempt: &Attempt, now: Timestamp) -> Spoken {
        let policy = &incident.policy;
        let told = policy.say.as_deref().and_then(|say| {
            rendered(say, facts(incident, attempt, now))
                .inspect_err(|error| {
                    tracing::error!(policy = policy.name, %error, "`say` failed: the usual words stand in");
                })
                .ok()
        });
        let menu = told.unwrap_or_else(|| usual(incident, attempt, now));
        Spoken {
            menu: cut_words(&menu, LONGEST_SPEECH),
            voice: policy.voice.clone(),
            language: policy.language.clone(),
        }
    }

    /// How long a reading of the menu takes at most, in seconds.
    pub fn reading_seconds(&self) -> u32 {
        let seconds = self.menu.chars().count().div_ceil(CHARACTERS_A_SECOND) + 1;
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }
}

/// Checks a template of what is spoken; the error says what is wrong, and in which of its lines (from 1).
pub fn check_say(source: &str) -> Result<(), (usize, String)> {
    let trial =
        context! { person => "", what => "", since => "", alarms => 1, policy => "", keys => "" };
    templates::check(source)?;
    rendered(source, trial).map(|_| ()).map_err(|error| {
        let names = "person, what, since, alarms, policy and keys";
        (error.line().unwrap_or(1), format!("{error}, expected a template of {names}"))
    })
}

fn rendered(source: &str, facts: minijinja::Value) -> Result<String, minijinja::Error> {
    let mut environment = templates::environment(FUEL, |_, text| text);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    templates::render(&environment, source, facts, AutoEscape::None)
}

fn facts(incident: &Incident, attempt: &Attempt, now: Timestamp) -> minijinja::Value {
    context! {
        person => speakable(&attempt.person),
        what => what(incident),
        since => since(incident, now),
        alarms => incident.open_count(),
        policy => speakable(&incident.policy.name),
        keys => keys(incident, attempt),
    }
}

/// The keys that mean something in this attempt's call.
fn keys(incident: &Incident, attempt: &Attempt) -> &'static str {
    match incident.offers_resolve(attempt) {
        true => "Press 1 to take it. Press 2 to pass it on. Press 3 if it is over.",
        false => "Press 1 to take it. Press 2 to pass it on.",
    }
}

fn usual(incident: &Incident, attempt: &Attempt, now: Timestamp) -> String {
    let person = speakable(&attempt.person);
    let (what, since) = (what(incident), since(incident, now));
    let keys = keys(incident, attempt);
    format!("Hello {person}, this is Ringdown. {what} It began {since}. {keys}")
}

/// What is wrong, as one says it.
fn what(incident: &Incident) -> String {
    let open: Vec<&Alarm> = incident.open_alarms().collect();
    match open[..] {
        [] => "Everything has recovered.".to_owned(),
        [alarm] if incident.more_alarms == 0 => {
            let why = match speakable(&alarm.description) {
                empty if empty.is_empty() => String::new(),
                why => format!(" {}.", cut_words(&why, 160).trim_end_matches('.')),
            };
            format!("The alarm {} went off.{why}", name(alarm))
        }
        _ => {
            let (joined, known): (Vec<&Alarm>, Vec<&Alarm>) =
                open.iter().partition(|alarm| is_new_to_its_owner(alarm));
            let (count, unnamed) = (incident.open_count(), incident.more_alarms as usize);
            if joined.is_empty() || known.is_empty() {
                return format!("{count} alarms went off: {}.", spoken(&open, NAMED, unnamed));
            }
            // What joined is what somebody who had it before does not know.
            let first = NAMED - joined.len().min(NAMED - 1);
            let these = if joined.len() + unnamed == 1 { "this" } else { "these" };
            format!(
                "{count} alarms went off: {}. Since it was taken {these} joined: {}.",
                spoken(&known, first, 0),
                spoken(&joined, NAMED - first, unnamed)
            )
        }
    }
}

/// The names of the first so many alarms, and how many more there are.
fn spoken(alarms: &[&Alarm], most: usize, more: usize) -> String {
    let names: Vec<String> = alarms.iter().take(most).map(|alarm| name(alarm)).collect();
    let left = alarms.len() + more - names.len();
    let left = if left == 0 { String::new() } else { format!(", and {left} more") };
    format!("{}{left}", names.join(", "))
}

fn is_new_to_its_owner(alarm: &Alarm) -> bool {
    alarm.joined.is_some_and(|joined| !joined.back)
}

fn name(alarm: &Alarm) -> String {
    match cut_words(&speakable(&alarm.name), 80) {
        empty if empty.is_empty() => "without a name".to_owned(),
        name => name,
    }
}

/// When it began, as one says it.
fn since(incident: &Incident, now: Timestamp) -> String {
    let began = incident.open_alarms().map(|alarm| alarm.since).min().unwrap_or(incident.raised_at);
    match now.duration_since(began.min(now)).as_mins() {
        0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes @ 2..=90 => format!("{minutes} minutes ago"),
        minutes @ 91..=2_880 => format!("{} hours ago", (minutes + 30) / 60),
        minutes => format!("{} days ago", minutes / 1_440),
    }
}

/// What Slack is told of an entry, in mrkdwn; `None` if nothing.
pub fn line(incident: &Incident, entry: &Entry, settings: &Settings) -> Option<String> {
    let mention = |person: &str| crate::slack::incident::mention(person, settings);
    let plain = |person: &str| format!("*{}*", escape(person));
    let in_another_call =
        |person: &str| format!("{} is in another call: passed over for now", plain(person));
    let because = |reason: &str| match escape(reason.trim_end_matches('.')) {
        empty if empty.is_empty() => String::new(),
        reason => format!(": {reason}"),
    };
    let text = match &entry.event {
        Event::Raised { alarm, reason } => {
            let page = settings
                .public_base_url()
                .map(|base| format!(" <{base}/incidents/{}|Its page>", incident.id));
            let page = page.unwrap_or_default();
            format!(":rotating_light: *{}* went off{}.{page}", escape(alarm), because(reason))
        }
        Event::Joined { alarm, reason } => {
            format!(":rotating_light: *{}* went off too{}", escape(alarm), because(reason))
        }
        Event::JoinedUnnamed => ":rotating_light: one more alarm went off".to_owned(),
        Event::JoinedTogether { alarms } => {
            format!(":rotating_light: {alarms} more alarms went off")
        }
        Event::Recovered { alarm, left } => {
            let name = if alarm.is_empty() { "one alarm" } else { alarm };
            format!(":white_check_mark: *{}* recovered; {left} still in ALARM", escape(name))
        }
        Event::RecoveredTogether { alarms, left } => {
            format!(":white_check_mark: {alarms} alarms recovered; {left} still in ALARM")
        }
        Event::Deleted { alarm, left } => {
            let name = if alarm.is_empty() { "one alarm" } else { alarm };
            let left = if *left > 0 { format!("; {left} still in ALARM") } else { String::new() };
            let name = escape(name);
            format!(":wastebasket: *{name}* was deleted, which counts as its recovery{left}")
        }
        Event::NoData { alarm } => {
            format!(":information_source: *{}* has no data: that is no recovery", escape(alarm))
        }
        Event::Reopened { alarm, owner } => {
            let owner = owner
                .as_ref()
                .map(|owner| format!("; {} has it", mention_owner(incident, owner, settings)));
            let owner = owner.unwrap_or_default();
            format!(":rotating_light: *{}* went off: it is open again{owner}", escape(alarm))
        }
        Event::NobodyOnCall { schedule } => {
            let schedule = escape(schedule);
            format!("<!channel> :warning: *nobody is on call* in {schedule}: that shift is skipped")
        }
        Event::Calling { person, call, of, .. } => {
            format!(":telephone_receiver: calling {} (call {call} of {of})", mention(person))
        }
        Event::CallEnded { outcome: Outcome::Taken | Outcome::Canceled, .. }
        | Event::Ringing { .. }
        | Event::Answered { .. }
        | Event::Machine { .. }
        | Event::AskedWhetherOver { .. }
        | Event::OtherKey { .. } => return None,
        Event::CallEnded { person, outcome: Outcome::InCall, .. } => in_another_call(person),
        Event::CallEnded { person, outcome, why, .. } => {
            let why = why.as_deref().map(because).unwrap_or_default();
            format!("{}: {}{why}", plain(person), outcome_words(*outcome))
        }
        Event::PassedOver { person } => in_another_call(person),
        Event::Waiting => ":hourglass: everybody is in a call: waiting".to_owned(),
        Event::CalledTooOften { person, calls, about_us: true } => format!(
            ":warning: {} was called {} within the hour for alarms about Ringdown itself: left out, so that calls are left \
             for all others",
            plain(person),
            if *calls == 1 { "once".to_owned() } else { format!("{calls} times") }
        ),
        Event::CalledTooOften { person, calls, .. } => format!(
            ":warning: {} was called {} within the hour: left out, or their carrier may block our number",
            plain(person),
            if *calls == 1 { "once".to_owned() } else { format!("{calls} times") }
        ),
        Event::Taken { person, after_seconds } => {
            format!(":white_check_mark: {} took it after {}", plain(person), span(*after_seconds))
        }
        Event::Exhausted { calls } => format!(
            "<!channel> :rotating_light: *nobody took it* after {calls} {}; the next try is in {}",
            if *calls == 1 { "call" } else { "calls" },
            span(incident.retry_after().as_secs())
        ),
        Event::CalledAgain => {
            ":repeat: still in ALARM, and nobody has it: calling again".to_owned()
        }
        Event::AskedAgain { owner } => {
            format!(":repeat: still in ALARM: asking {} again", plain(owner))
        }
        Event::CalledInstead { owner } => format!(
            ":repeat: still in ALARM, and {} cannot be called by this policy: calling its people",
            plain(owner)
        ),
        Event::GivenBack { person } => {
            format!(":leftwards_arrow_with_hook: {} cannot do it after all", plain(person))
        }
        Event::Silenced { by, until } => {
            format!(":mute: {} silenced it until {}", plain(by), local_time(*until))
        }
        Event::SilenceOver => ":repeat: the silence is over, and it still goes on".to_owned(),
        Event::RoundAgain { owner } => match owner {
            Some(owner) => format!(":repeat: that is new: asking {} first", plain(owner)),
            None => ":repeat: that is new: calling again".to_owned(),
        },
        Event::CalledBack { owner: Some(owner) } => {
            format!(":repeat: it was over, and is back: calling {} first", plain(owner))
        }
        Event::CalledBack { owner: None } => {
            ":repeat: it was over, and is back, and its owner cannot be called: calling \
                                              the policy's people"
                .to_owned()
        }
        Event::OwnerTold { person, alarms, more } => format!(
            ":point_right: {} has it, and since then went off too: {}",
            mention_owner(incident, person, settings),
            escape(&named(alarms, *more))
        ),
        Event::Texted { failed: None, .. } => return None,
        Event::Texted { person, failed: Some(why) } => {
            format!(":warning: no text message reached {}{}", plain(person), because(why))
        }
        Event::Resolved { after_seconds } => {
            format!(":white_check_mark: *over* after {}: all alarms are OK", span(*after_seconds))
        }
        Event::DeclaredOver { person, after_seconds } => format!(
            ":white_check_mark: *over* after {}: {} says so",
            span(*after_seconds),
            plain(person)
        ),
        Event::NothingChanged { for_seconds, after_seconds } => format!(
            ":white_check_mark: *Resolved*: nothing changed for {}; it lasted {}",
            span(*for_seconds),
            span(*after_seconds)
        ),
        Event::Repaired { what } => {
            format!(":warning: the audit repaired {}", repaired_words(*what))
        }
    };
    Some(cut(&text))
}

/// The owner as Slack shows them: mentioned, also if only Slack knows them.
fn mention_owner(incident: &Incident, name: &str, settings: &Settings) -> String {
    let owner = incident.owner.as_ref().filter(|owner| owner.person == name);
    match owner.and_then(|owner| owner.member.as_ref()) {
        Some(member) => format!("<@{}>", member.id),
        None => crate::slack::incident::mention(name, settings),
    }
}

/// What became of a call, in a few words.
pub fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Taken => "took it",
        Outcome::Declined => "declined",
        Outcome::Resolved => "said that it is over",
        Outcome::TooLate => "pressed 1 when it was no longer open",
        Outcome::NoAnswer => "no answer",
        Outcome::Busy => "busy",
        Outcome::Failed => "the call failed",
        Outcome::Refused => "the call was refused",
        Outcome::InCall => "in another call",
        Outcome::Voicemail => "voicemail",
        Outcome::HungUp => "hung up without a key",
        Outcome::Canceled => "no longer needed",
        Outcome::Silent => "no word came of the call",
    }
}

/// What the audit found, in a few words.
pub fn repaired_words(what: Repaired) -> &'static str {
    match what {
        Repaired::LateWakeUp => "a wake-up that did not come",
        Repaired::UndoneEffect => "something that was left undone",
        Repaired::UnreportedCall => "a call whose end was never reported",
        Repaired::StandingRound => "a round that stood still",
    }
}

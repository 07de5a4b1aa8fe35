//! Acts on an incident's page. The page asks; it is done by whoever takes it from the queue, in a moment.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::config::Settings;
use shared::domain::escalation::{Act, ActError, Actor, Event, Incident};
use shared::domain::silence::Lasting;
use shared::http::{Request, Response};
use shared::jobs::escalate::acts::{Requested, note, reason, request_of};
use shared::jobs::escalate::silences::is_silenced;
use shared::{Error, Timestamp};

use crate::{Dashboard, Viewer};

/// The acts that a page offers for an incident, as it stands.
#[derive(Debug, Serialize)]
pub(super) struct Offered {
    take: bool,
    /// Somebody could take it who says who they are.
    name_to_take: bool,
    release: bool,
    /// To whom it can be passed on.
    pass_on: Vec<String>,
    resolve: bool,
    silence: bool,
    end_silence: bool,
    /// Who can be called now; nobody while somebody has it.
    call: Vec<String>,
    /// By which clock a silence lasts until the morning.
    clock: String,
    /// The notes that can be struck out, by the numbers of their entries.
    notes: BTreeMap<u32, String>,
}

impl Offered {
    /// The acts that this viewer may ask for: what the incident does not refuse them.
    pub(super) fn of(
        incident: &Incident,
        is_silenced: bool,
        viewer: &Viewer,
        settings: &Settings,
        now: Timestamp,
    ) -> Offered {
        let asker = viewer.asker();
        let refusal = |act: &Act| incident.refuses(act, &asker, now);
        let may = |act: &Act| refusal(act).is_none();
        let is_free = incident.taken_by().is_none();
        let may_call = may(&Act::Call { person: String::new() });
        let may_pass_on = may(&Act::PassOn { to: String::new() });
        let people = settings.config.escalation.people.keys();
        let others = people.clone().filter(|name| *name != asker.name());
        let notes = incident.timeline.entries.iter().filter_map(|entry| match &entry.event {
            Event::Noted { note, struck_by: None, .. } => Some((entry.number, note.clone())),
            _ => None,
        });
        Offered {
            take: is_free && may(&Act::Take),
            name_to_take: is_free
                && refusal(&Act::Take) == Some(ActError::Nameless)
                && people.len() > 0,
            release: may(&Act::Release),
            pass_on: others.filter(|_| may_pass_on).cloned().collect(),
            resolve: may(&Act::Resolve),
            silence: incident.ended_at.is_none(),
            end_silence: is_silenced,
            call: people.filter(|_| may_call).cloned().collect(),
            clock: settings
                .config
                .escalation
                .zone_of(&incident.policy.name)
                .iana_name()
                .unwrap_or("UTC")
                .to_owned(),
            notes: notes.collect(),
        }
    }

    /// The part of it that the link of a text offers: whoever has it decides about themselves, and writes notes.
    pub(super) fn by_link(self, incident: &Incident, viewer: &Viewer) -> Offered {
        let resolve = self.resolve && may_resolve_by_link(incident, viewer);
        let (silence, end_silence, call, notes) = (false, false, Vec::new(), BTreeMap::new());
        Offered { resolve, silence, end_silence, call, notes, ..self }
    }
}

/// Whether it is theirs: only its owner resolves an incident by the link of a text.
fn may_resolve_by_link(incident: &Incident, viewer: &Viewer) -> bool {
    incident
        .taken_by()
        .zip(viewer.person.as_deref())
        .is_some_and(|(owner, name)| owner.is(&Actor::from(name)))
}

/// Asks for what a form of the page says: `/incidents/{id}/note`, …. The field `seen` says how much of the timeline stood
/// on the page: where an alarm went off since, nothing is resolved, and the page says so.
pub(crate) async fn post(
    dashboard: &Dashboard,
    request: &Request,
    id: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let kept = shared::storage::incidents::find(store, id, now).await?.ok_or(Error::NotFound)?;
    let page = format!("/incidents/{}", kept.incident.id);
    post_on(dashboard, request, (&kept.incident, &page), viewer, now).await
}

/// The same by the link of a text, whose page is at `page`: only what that offers, and only an owner resolves.
pub(crate) async fn post_by_link(
    dashboard: &Dashboard,
    request: &Request,
    (incident, page): (&Incident, &str),
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    if name(request) == "resolve" && !may_resolve_by_link(incident, viewer) {
        let word = if incident.ended_at.is_some() { "over" } else { "not-yours" };
        return Ok(Response::see_other(&format!("{}{page}?asked={word}", request.mount)));
    }
    post_on(dashboard, request, (incident, page), viewer, now).await
}

/// What a form asks for: the last part of its path.
fn name(request: &Request) -> &str {
    request.path.rsplit('/').next().unwrap_or_default()
}

async fn post_on(
    dashboard: &Dashboard,
    request: &Request,
    (incident, page): (&Incident, &str),
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let name = name(request);
    let store = dashboard.store.as_ref();
    let settings = dashboard.settings.get(now).await?;
    let outcome = match read(name, request, incident, &settings, now)? {
        Ok(Act::EndSilence) if !is_silenced(store, incident, now).await? => "not-silenced",
        Ok(act) => {
            let seen = seen(request)?;
            let asked = (&viewer.asker(), &act);
            match request_of(dashboard.queue.as_ref(), incident, asked, seen, now).await? {
                Requested::Queued => name,
                Requested::Changed => "changed",
                Requested::Refused(refusal) => word(&refusal),
            }
        }
        Err(wrong) => wrong,
    };
    if request.wants_json() {
        let status = if outcome == name || outcome == "over" { 202 } else { 409 };
        return Ok(Response::json(status, &serde_json::json!({ "asked": outcome })));
    }
    Ok(Response::see_other(&format!("{}{page}?asked={outcome}", request.mount)))
}

fn seen(request: &Request) -> Result<Option<u32>, Error> {
    let what = || Error::BadRequest("`seen` is no number of an entry of the timeline".to_owned());
    request.field("seen").map(|seen| seen.parse().map_err(|_| what())).transpose()
}

/// What the form asks for; `Err` with the word for what is wrong with it.
fn read(
    name: &str,
    request: &Request,
    incident: &Incident,
    settings: &Settings,
    now: Timestamp,
) -> Result<Result<Act, &'static str>, Error> {
    Ok(Ok(match name {
        "take" => Act::Take,
        "release" => Act::Release,
        "resolve" => Act::Resolve,
        "end-silence" => Act::EndSilence,
        "silence" => {
            let lasting = request.field("for").unwrap_or_else(|| "1h".to_owned());
            let zone = settings.config.escalation.zone_of(&incident.policy.name);
            let lasting = Lasting::parse(&lasting);
            let Some(until) = lasting.and_then(|lasting| lasting.until(&zone, now)) else {
                return Err(Error::BadRequest("`for` is 30m, 1h, 4h or morning".to_owned()));
            };
            Act::Silence { until, reason: request.field("reason").and_then(|text| reason(&text)) }
        }
        "call" | "pass-on" => {
            let person = request.field("person").unwrap_or_default();
            if !settings.config.escalation.people.contains_key(&person) {
                return Ok(Err("unknown"));
            }
            if name == "call" { Act::Call { person } } else { Act::PassOn { to: person } }
        }
        "note" => {
            let text = request.field("text").unwrap_or_default();
            let Some(note) = note(&incident.id, &text, now) else { return Ok(Err("empty")) };
            note
        }
        "strike" => Act::StrikeNote { note: request.field("note").unwrap_or_default() },
        _ => return Err(Error::NotFound),
    }))
}

fn word(refusal: &ActError) -> &'static str {
    match refusal {
        ActError::Over => "over",
        ActError::OwnedBy(_) => "owned",
        ActError::Unowned => "unowned",
        ActError::Nameless => "nameless",
        ActError::NoLonger => "no-longer",
        ActError::NoNote => "no-note",
    }
}

/// The notice on the page after it was asked, while that is not done yet. Nobody can put words on it with a link.
pub(super) fn notice(request: &Request, incident: &Incident, viewer: &Viewer) -> String {
    let query = request.query.as_deref().unwrap_or_default();
    let mut asked = query.split('&').filter_map(|field| field.strip_prefix("asked="));
    let asked = asked.next().unwrap_or_default();
    match incident.taken_by() {
        Some(owner)
            if matches!(asked, "take" | "owned" | "not-yours")
                && Some(&owner.person) != viewer.person.as_ref() =>
        {
            format!("Nothing was done: {} has it.", owner.person)
        }
        _ => notice_for(asked, incident).to_owned(),
    }
}

/// The words for what was asked, and for why it is not done.
fn notice_for(asked: &str, incident: &Incident) -> &'static str {
    match asked {
        "take" if incident.taken_by().is_some() => "",
        "release" | "pass-on" if incident.taken_by().is_none() => "",
        "silence" if incident.silenced_until.is_some() => "",
        "resolve" if incident.ended_at.is_some() => "",
        "take" => "Requested. It will be yours in a moment.",
        "release" => "Requested. The next person will be called in a moment.",
        "pass-on" => {
            "Requested. Their phone rings in a moment. Until somebody takes it, you can take it again."
        }
        "silence" => "Requested. In a moment, nobody will be called any more.",
        "end-silence" => "Requested. The silence will end in a moment.",
        "resolve" => "Requested. It will be over in a moment, and nobody will be called any more.",
        "call" => "Requested. Their phone rings in a moment.",
        "note" => "Your note is on its way. It will show up in a moment.",
        "strike" => "Requested. The note will be struck out in a moment.",
        "over" => "It is over already: nothing is left to do.",
        "changed" => {
            "It was not resolved: an alarm went off that your page did not show yet. Look again, then press Resolve once \
             more if all of it is over."
        }
        "owned" => "Nothing was done: somebody has it by now.",
        "not-yours" => "Nothing was done: only whoever has it can resolve it here.",
        "unowned" => "Nothing was done: nobody has it just now.",
        "nameless" => "Nothing was done: who takes an incident needs a name.",
        "no-longer" => "Nothing was done: it is silenced about as long already.",
        "not-silenced" => "Nothing was done: it is not silenced.",
        "no-note" => "Nothing was done: that note is gone, or struck out.",
        "unknown" => "Nobody was called: the configuration has no such person.",
        "empty" => "Nothing was written down: the note is empty.",
        _ => "",
    }
}

//! Pages on which somebody uploads a Flow and walks through it, move by move. No phone rings for it, and nothing is sent
//! unless the program was started for that and somebody presses the button.
//!
//! 1. `upload`: the form; `stored`: Flows and walks in the sandbox's file.
//! 2. `start`, `moves`: what somebody does, and `question`, what about; `replay`: the Flow played again with that, until it waits.
//! 3. `view`: all of it in words; `page`: as HTML.

mod moves;
mod page;
mod question;
mod replay;
mod start;
mod stored;
#[cfg(test)]
mod tests;
mod upload;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::Error;
use shared::http::{Request, Response};
use studio::play::HttpOutcome;
use studio::scenario::ways_in;
use studio::{Flow, FlowFile};

use crate::Sandbox;
use crate::ids::random;
use crate::pages::Frame;
use moves::Move;
use question::Question;
use replay::{Replayed, replay};
use start::WalkStart;
use stored::{Changed, UploadedFlow, Walk, only_flow};
use upload::Upload;

/// The path of the list.
const PATH: &str = "/sandbox/flows";

/// The list of Flows, with the form for another one.
pub(crate) async fn list(sandbox: &Sandbox) -> Result<Response, Error> {
    page::list(&frame(sandbox, PATH).await?, &stored::list(&sandbox.storage).await?, None)
}

/// Takes a Flow: leads to its page, or shows why it is none.
pub(crate) async fn take(sandbox: &Sandbox, request: &Request) -> Result<Response, Error> {
    let upload = Upload::read(request).await?;
    let flows = stored::list(&sandbox.storage).await?;
    let frame = frame(sandbox, PATH).await?;
    let refused = |reasons: Vec<String>| {
        let page = page::list(&frame, &flows, Some((&upload, &reasons)))?;
        Ok(Response { status: 400, ..page })
    };
    let file = match FlowFile::read(upload.text.as_bytes()) {
        _ if upload.text.trim().is_empty() => {
            return refused(vec![
                "There is nothing in it: paste a Flow, or choose a file.".to_owned(),
            ]);
        }
        Ok(file) => file,
        Err(findings) => return refused(findings.iter().map(view::reason).collect()),
    };
    if file.flows().len() > 1 {
        let count = file.flows().len();
        return refused(vec![format!(
            "The file has {count} Flows: put the one that is meant into a file of its own."
        )]);
    }
    let flow = UploadedFlow {
        id: random(),
        name: upload.flow_name(&file),
        sid: upload.sid(),
        text: upload.text.clone(),
        walk: None,
    };
    let there = format!("{PATH}/{}", flow.id);
    match stored::add(&sandbox.storage, flow, sandbox.settings.host.now()).await? {
        true => Ok(Response::see_other(&there)),
        false => refused(vec![format!(
            "There are {} Flows already: remove one first.",
            stored::MAX_FLOWS
        )]),
    }
}

/// One Flow: what its checks found, its graph, and the ways in which a walk can begin.
pub(crate) async fn flow(sandbox: &Sandbox, id: &str) -> Result<Response, Error> {
    let stored = stored::find(&sandbox.storage, id).await?;
    let frame = frame(sandbox, &format!("{PATH}/{id}")).await?;
    computed(move || page::flow(&frame, &stored, None)).await
}

/// Removes a Flow.
pub(crate) async fn remove(sandbox: &Sandbox, id: &str) -> Result<Response, Error> {
    stored::remove(&sandbox.storage, id).await?;
    Ok(Response::see_other(PATH))
}

/// Begins a walk.
pub(crate) async fn begin(
    sandbox: &Sandbox,
    id: &str,
    request: &Request,
) -> Result<Response, Error> {
    let stored = stored::find(&sandbox.storage, id).await?;
    let frame = frame(sandbox, &format!("{PATH}/{id}")).await?;
    let start = match WalkStart::of(request) {
        Ok(start) if ways_in(&stored.flow()?).contains(&start.event()) => start,
        Ok(start) => {
            let why = format!("nothing follows {} of the trigger", start.event());
            return computed(move || page::flow(&frame, &stored, Some(&why))).await;
        }
        Err(Error::BadRequest(why)) => {
            return computed(move || page::flow(&frame, &stored, Some(&why))).await;
        }
        Err(error) => return Err(error),
    };
    stored::begin(&sandbox.storage, id, &start, sandbox.settings.host.now()).await?;
    Ok(Response::see_other(&format!("{PATH}/{id}/walk")))
}

/// A walk as it stands.
pub(crate) async fn walk(sandbox: &Sandbox, id: &str) -> Result<Response, Error> {
    show(sandbox, id, None).await
}

async fn show(sandbox: &Sandbox, id: &str, notice: Option<String>) -> Result<Response, Error> {
    let stored = stored::find(&sandbox.storage, id).await?;
    let Some(walk) = stored.walk.clone() else {
        return Ok(Response::see_other(&format!("{PATH}/{id}")));
    };
    let flow = Arc::new(stored.flow()?);
    let flows = subflows(sandbox, &flow).await?;
    let is_live = sandbox.settings.live.is_some();
    let frame = frame(sandbox, &format!("{PATH}/{id}/walk")).await?;
    computed(move || {
        let replayed = again(&flow, &walk, &flows);
        page::walk(&frame, &stored, &flow, &walk, &replayed, is_live, notice.as_deref())
    })
    .await
}

/// Makes a move, and shows what follows.
pub(crate) async fn make_move(
    sandbox: &Sandbox,
    id: &str,
    request: &Request,
) -> Result<Response, Error> {
    let stored = stored::find(&sandbox.storage, id).await?;
    let Some(walk) = stored.walk.clone() else { return Err(Error::NotFound) };
    let there = Response::see_other(&format!("{PATH}/{id}/walk"));
    // A button that was pressed twice, or in a window that is out of date.
    let count = walk.moves.len();
    if request.field("at").and_then(|at| at.parse().ok()) != Some(count) {
        return Ok(there);
    }
    let flow = Arc::new(stored.flow()?);
    let flows = subflows(sandbox, &flow).await?;
    let replayed = computed(move || Ok(again(&flow, &walk, &flows))).await?;
    let Some(awaited) = replayed.awaited else { return Ok(there) };
    let made = match (&awaited.question, request.field("does").as_deref(), &sandbox.settings.live) {
        (Question::Request(sent), Some("send"), Some(live)) => {
            answered(live.send(&sent.of_widget(&awaited.widget), None).await)
        }
        _ => match Move::of(request, &awaited) {
            Ok(made) => made,
            Err(Error::BadRequest(why)) => return show(sandbox, id, Some(why)).await,
            Err(error) => return Err(error),
        },
    };
    match stored::change(&sandbox.storage, id, count, Some(made)).await? {
        Changed::Done | Changed::Outdated => Ok(there),
        Changed::TooLong => {
            let why = "this walk is as long as one may be: begin a new one".to_owned();
            show(sandbox, id, Some(why)).await
        }
    }
}

/// Takes back the last move.
pub(crate) async fn take_back(
    sandbox: &Sandbox,
    id: &str,
    request: &Request,
) -> Result<Response, Error> {
    let count = request.field("at").and_then(|at| at.parse().ok()).unwrap_or(usize::MAX);
    stored::change(&sandbox.storage, id, count, None).await?;
    Ok(Response::see_other(&format!("{PATH}/{id}/walk")))
}

async fn frame(sandbox: &Sandbox, path: &str) -> Result<Frame, Error> {
    Ok(Frame::of(path, &*sandbox.settings.setup().await?))
}

fn answered(outcome: HttpOutcome) -> Move {
    match outcome {
        HttpOutcome::Responded(response) => Move::Answer {
            status: response.status,
            content_type: response.content_type,
            body: response.body,
            size: Some(response.size),
        },
        HttpOutcome::Unanswered(why) => Move::NoAnswer(why),
        HttpOutcome::Unsent(why) => Move::Unsent(why),
    }
}

fn again(flow: &Arc<Flow>, walk: &Walk, flows: &BTreeMap<String, Arc<Flow>>) -> Replayed {
    let subflow = |sid: &str, _revision: &str| flows.get(sid).cloned();
    replay(flow, &walk.start.execution(), walk.began, walk.moves.clone(), &subflow)
}

/// The Flows that can be subflows of this one: those that were uploaded with a SID, else those of the simulated Studio. None
/// is read if it runs none.
async fn subflows(sandbox: &Sandbox, flow: &Flow) -> Result<BTreeMap<String, Arc<Flow>>, Error> {
    if flow.states.iter().all(|state| state.kind != "run-subflow") {
        return Ok(BTreeMap::new());
    }
    let setup = sandbox.settings.setup().await?;
    let mut flows = sandbox.twilio.published_flows(&setup);
    let mut uploaded = stored::with_sids(&sandbox.storage).await?;
    uploaded.reverse();
    for (sid, text) in uploaded {
        let file = FlowFile::read(text.as_bytes());
        let flow = file.ok().and_then(|file| only_flow(&file));
        flows.extend(flow.map(|flow| (sid, Arc::new(flow))));
    }
    Ok(flows)
}

/// Work that may take a while: a Flow may do a few seconds of computing.
async fn computed<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Store(format!("the walk broke off: {error}")))?
}

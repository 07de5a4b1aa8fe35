//! Simulated callers, who walk through the demo's Flows: one after the other, a few at a time, each in a task of its own.
//!
//! `caller`, `texter`: what one of them does.

mod caller;
mod texter;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use caller::{Caller, Perceived};
use texter::Texter;

use crate::demo::{CALLER_PREFIX, HOTLINE, SURVEY};
use crate::host::{later, spawn};
use crate::rng::Rng;
use crate::settings::Setup;
use crate::twilio::Twilio;
use crate::twilio::call::{Call, PhoneAction};

/// From the start until the first caller.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// From one caller to the next, in milliseconds: from, to.
const PAUSE_MS: (u64, u64) = (5_000, 15_000);
/// So many callers after the start it becomes quieter: they are fewer by this factor.
const BUSY_CALLERS: u64 = 300;
const QUIET_FACTOR: u64 = 5;
/// The most callers at a time.
const MAX_CALLERS: usize = 5;
/// How often a caller looks up.
const TICK: Duration = Duration::from_millis(400);
/// How many of a hundred send texts.
const TEXTERS: u8 = 35;
/// One call of so many is cut off without the Flow learning of it.
const CUT_OFF_EVERY: u64 = 24;
/// The most Executions that are stuck at a time, and the most records of callers that are kept.
const MAX_STUCK: usize = 3;
const MAX_RECORDS: usize = 200;
/// The seed: every start has the same callers.
const SEED: u64 = 13;
/// How long the last events may take when the callers are ended.
const LAST_EVENTS: Duration = Duration::from_secs(1);

/// The callers of a sandbox, from their start to their end.
#[derive(Default)]
pub(crate) struct Callers(Mutex<Option<watch::Sender<bool>>>);

impl Callers {
    /// Starts them, unless they were.
    pub(crate) fn start(&self, twilio: &Arc<Twilio>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_some() {
            return;
        }
        let (stop, stopped) = watch::channel(false);
        *running = Some(stop);
        spawn(twilio.host(), run(twilio.clone(), stopped));
    }

    /// Ends them, and waits until the last events of their Executions were taken.
    pub(crate) async fn end(&self, twilio: &Arc<Twilio>) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(stop) = running else { return };
        let _ = stop.send(true);
        // Their tasks are gone once nobody watches any more.
        let ended = async {
            stop.closed().await;
            twilio.end_demo_executions(0);
            while twilio.has_events() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(LAST_EVENTS, ended).await.is_err() {
            tracing::debug!("the last events of simulated callers were not taken in time");
        }
    }
}

/// Has callers come until they are stopped.
async fn run(twilio: Arc<Twilio>, mut stopped: watch::Receiver<bool>) {
    let mut rng = Rng::new(SEED);
    let mut callers = JoinSet::new();
    let mut pause = FIRST_PAUSE;
    for count in 1_u64.. {
        let at = later(twilio.now(), pause);
        tokio::select! {
            () = twilio.sleep_until(at) => {}
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
        while callers.try_join_next().is_some() {}
        let factor = if count > BUSY_CALLERS { QUIET_FACTOR } else { 1 };
        pause = Duration::from_millis(rng.between(PAUSE_MS.0, PAUSE_MS.1).saturating_mul(factor));
        if callers.len() >= MAX_CALLERS {
            continue;
        }
        twilio.end_demo_executions(callers.len().saturating_add(MAX_STUCK));
        twilio.forget_demo_records(MAX_RECORDS);
        let Ok(setup) = twilio.setup().await else { continue };
        let phone = format!("{CALLER_PREFIX}{}", rng.between(1_000, 9_999));
        let (own, sends_texts) = (Rng::new(rng.draw()), rng.happens(TEXTERS));
        let is_cut_off = count % CUT_OFF_EVERY == CUT_OFF_EVERY / 2;
        let twilio = twilio.clone();
        if sends_texts {
            callers.spawn(async move { answer_survey(&twilio, &setup, &phone, own).await });
        } else {
            callers.spawn(async move {
                call_hotline(&twilio, &setup, &phone, own, is_cut_off).await;
            });
        }
    }
    callers.shutdown().await;
}

/// Calls the hotline, and stays until the call is over.
async fn call_hotline(twilio: &Arc<Twilio>, setup: &Setup, phone: &str, rng: Rng, cut_off: bool) {
    let Ok(call) = twilio.call_flow(setup, phone, HOTLINE) else { return };
    let mut caller = Caller::new(rng, cut_off, twilio.now());
    while !call.status().is_final() {
        twilio.sleep_until(later(twilio.now(), TICK)).await;
        let perceived = perceive(twilio, &call);
        if let Some(action) = caller.act(&perceived, twilio.now()) {
            act(&call, action).await;
        }
    }
}

async fn act(call: &Call, action: PhoneAction) {
    if let Err(why) = call.act(action).await {
        tracing::debug!(call = call.sid, why, "a simulated caller was too late");
    }
}

fn perceive(twilio: &Twilio, call: &Call) -> Perceived {
    let (widget, steps) = twilio.place_in_flow(&call.sid).unzip();
    let facts = call.facts();
    Perceived {
        widget,
        steps: steps.unwrap_or_default(),
        is_handed_over: facts.handover.is_some(),
        is_recording: facts.recording,
    }
}

/// Begins the survey with a text, and stays until it is over.
async fn answer_survey(twilio: &Arc<Twilio>, setup: &Setup, phone: &str, rng: Rng) {
    let mut texter = Texter::new(rng);
    let Ok(first) = twilio.text_flow(setup, phone, SURVEY, texter.first()) else { return };
    loop {
        twilio.sleep_until(later(twilio.now(), TICK)).await;
        let Some((widget, steps)) = twilio.place_in_flow(first.sid()) else { return };
        if let Some(body) = texter.act(&widget, steps, twilio.now()) {
            let _ = twilio.text_flow(setup, phone, SURVEY, &body);
        }
    }
}

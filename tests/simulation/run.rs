//! One run: the script is told, and whatever is under way is polled when its moment has come, or dropped before.

use std::pin::Pin;
use std::sync::Arc;

use shared::config::{Settings, SettingsCache, Values};
use shared::domain::escalation::{CallEvent, Incident, Key};
use shared::http::Response;
use shared::jobs::escalate::intake::AlarmResult;
use shared::jobs::escalate::{Escalate, WriterIds};
use shared::storage::Processed;
use shared::{Error, Timestamp};

use crate::answers::Answer;
use crate::backend::Rows;
use crate::broken;
use crate::click::Click;
use crate::plan::Plan;
use crate::reconciler::Overdue;
use crate::rng::Rng;
use crate::script::{Script, faults};
use crate::setup::{SETUPS, setup};
use crate::totals::Totals;
use crate::twilio::{Phones, wire};
use crate::watch::Watch;
use crate::world::{Faults, START, Shared, What, World};

/// Something that is to be done.
#[derive(Clone, Debug)]
pub(crate) enum About {
    /// A monitor says this change of the script.
    Change(usize),
    /// A message of the queue.
    Wake(usize),
    /// Twilio says the status of a call.
    Status(usize, CallEvent),
    /// Twilio asks what to say.
    Words(Asked),
    /// Somebody clicks, in Slack or on the page.
    Click(Click),
    /// Somebody answers a text.
    Answer(Answer),
    /// The reconciler, once a minute.
    Reconcile,
}

/// The question of Twilio's about a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) call: usize,
    pub(crate) reading: u32,
    pub(crate) key: Option<Key>,
    pub(crate) moments: u32,
}

/// The outcome of it.
pub(crate) enum Done {
    AlarmResult(Result<Vec<AlarmResult>, Error>),
    Woke(Processed),
    ApiResponse(Result<Option<Box<Incident>>, Error>),
    Clicked(Result<(), Error>),
    Answered(Result<Response, Error>),
    Reconciled(Result<usize, Error>),
}

/// Something that is under way.
pub(crate) struct Task {
    pub(crate) about: About,
    pub(crate) began: i64,
    /// An accident hit it.
    pub(crate) hit: bool,
    /// Policies and alarms that wait for a wake-up that is late, for the reconciler.
    pub(crate) overdue: Overdue,
    pub(crate) future: Pin<Box<dyn Future<Output = Done> + Send>>,
}

/// After so long without an end something is wrong.
const MAX_RUN: i64 = 12 * 3_600_000;

/// One setup that many runs share: its TOML is read once.
pub(crate) struct Server {
    live: Option<SettingsCache>,
    settings: Option<Arc<Settings>>,
    plan: Arc<Plan>,
}

impl Server {
    pub(crate) fn all() -> Vec<Server> {
        let server = |_| Server { live: None, settings: None, plan: Arc::default() };
        (0..SETUPS).map(server).collect()
    }

    fn settings(&mut self, number: u64) -> Arc<Settings> {
        if let Some(settings) = &self.settings {
            return settings.clone();
        }
        let (values, plan): (Values, Plan) = setup(number);
        let live = match broken::is_broken(number) {
            true => broken::live_after_a_bad_change(values),
            false => broken::live(values),
        };
        let settings =
            broken::settings(&live, Timestamp::from_millisecond(START).unwrap_or_default());
        self.plan = Arc::new(plan);
        (self.live, self.settings) = (Some(live), Some(settings.clone()));
        settings
    }
}

/// The result of a run.
pub(crate) struct RunResult {
    pub(crate) totals: Totals,
    pub(crate) failure: Option<String>,
    pub(crate) trace: Vec<String>,
}

/// A run that goes on.
pub(crate) struct Run {
    pub(crate) world: Shared,
    pub(crate) escalate: Arc<Escalate>,
    pub(crate) script: Script,
    pub(crate) tasks: Vec<Option<Task>>,
    /// So many of `tasks` are under way.
    pub(crate) busy: usize,
    pub(crate) calm: bool,
}

/// The run of this seed.
pub(crate) fn run(seed: u64, servers: &mut [Server], traced: bool) -> RunResult {
    let number = seed % SETUPS;
    let server = &mut servers[number as usize];
    let settings = server.settings(number);
    let mut rng = Rng::new(seed);
    let faults = faults(&mut rng);
    let script = Script::roll(&mut rng, server.plan.rosters.len() as u8);
    let clicks = rng.pick(&[0, 0, 60, 150, 400]);
    let mut rows = Rows::default();
    rows.cloud = rng.chance(500);
    rows.keep_overrides(&server.plan.said);
    let world = Shared::new(World {
        now: START,
        rng,
        faults,
        known: faults,
        later: Default::default(),
        rows,
        phones: Phones::default(),
        watch: Watch::new(settings, server.plan.clone(), &script.alarms),
        again_at: 0,
        hit: false,
        accidents: 0,
        began: START,
        clicks,
        trace: traced.then(Vec::new),
        failure: None,
    });
    let clock = world.clone();
    let live = server.live.take().unwrap_or_else(|| panic!("one run at a time"));
    let escalate = Arc::new(Escalate {
        settings: live,
        store: Arc::new(world.clone()),
        queue: Arc::new(world.clone()),
        wire: wire(world.clone()),
        clock: Arc::new(move || clock.lock().timestamp()),
        sns: shared::testing::sns::unreachable(),
        writer_ids: WriterIds::of(seed),
    });
    let mut run = Run { world, escalate, script, tasks: Vec::new(), busy: 0, calm: false };
    run.go();
    let Run { world, escalate, tasks, .. } = run;
    drop(tasks);
    server.live = Arc::into_inner(escalate).map(|escalate| escalate.settings);
    let mut world = world.lock();
    RunResult {
        totals: world.watch.totals.clone(),
        failure: world.failure.take(),
        trace: world.trace.take().unwrap_or_default(),
    }
}

impl Run {
    fn go(&mut self) {
        {
            let mut world = self.world.lock();
            let faults = world.faults;
            world.note(|| format!("{faults:?}"));
            for at in 0..self.script.changes.len() {
                let told = self.script.changes[at].0;
                for long in world.journeys(told) {
                    world.after(long, What::Begin(About::Change(at)));
                }
            }
            let first = world.rng.range(1_000, 60_000);
            world.after(first, What::Minute);
        }
        let mut steps = 0;
        loop {
            let mut world = self.world.lock();
            let Some(later) = world.later.pop().filter(|_| world.failure.is_none()) else { break };
            world.now = later.at;
            steps += 1;
            if steps > 300_000 {
                world.fail("it goes round in circles".to_owned());
                break;
            }
            if world.now > START + MAX_RUN {
                world.fail("it never comes to rest".to_owned());
                break;
            }
            if !self.calm && world.now > START + self.script.calm_at + 1_000 {
                // A message on its way stays late or doubled; nothing else goes wrong from here on.
                self.calm = true;
                world.note(|| "calm".to_owned());
                world.faults = Faults::default();
                world.clicks = 0;
            }
            match later.what {
                What::Call(at, step) => world.go_on(at, step),
                What::Quiet(id) => world.check_quiet(&id),
                What::SilenceOver(id, until) => world.check_silence_over(&id, until),
                What::EndAsked(id, seen) => world.check_end_asked(&id, seen),
                What::SilenceOfAlarmOver(at, due) => world.check_waiting(at, due),
                What::Untold(id, name, since) => world.check_untold(&id, &name, since),
                What::Minute => {
                    drop(world);
                    self.minute();
                }
                What::Begin(about) => {
                    drop(world);
                    self.begin(about);
                }
                What::Poll(at) => {
                    drop(world);
                    self.poll(at);
                }
                What::Patience(at) => {
                    drop(world);
                    self.give_up(at);
                }
            }
        }
        self.world.lock().check_end();
    }
}

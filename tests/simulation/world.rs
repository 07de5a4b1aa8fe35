//! The world of one run: its time, its accidents, and what will happen later. Whatever waits for the world is polled
//! again by the run at a moment of the world's choosing: so several may be under way, and any of them may be dropped.

use std::collections::BinaryHeap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use shared::Timestamp;

use crate::backend::Rows;
use crate::rng::Rng;
use crate::run::About;
use crate::twilio::{Phones, Step};
use crate::watch::Watch;
use shared::domain::escalation::IncidentId;

/// How likely each accident is this run, in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// A callback of Twilio's is lost.
    pub(crate) lost: u32,
    /// A message of the queue is lost.
    pub(crate) lost_wake: u32,
    /// A callback, a message or a monitor's word comes twice.
    pub(crate) doubled: u32,
    /// The same come late, and so out of order.
    pub(crate) late: u32,
    /// The worker is gone, between any two things done.
    pub(crate) crash: u32,
    /// The store fails, or says of a write that landed that it did not.
    pub(crate) store: u32,
    /// The queue fails, whether it took the message or not.
    pub(crate) queue: u32,
    /// Twilio asks for patience (429), or cannot be reached.
    pub(crate) throttled: u32,
    /// Twilio refuses.
    pub(crate) refused: u32,
    /// It is not known what Twilio did.
    pub(crate) outcome_unknown: u32,
    /// The backend takes its time: longer than a lease, maybe.
    pub(crate) slow: u32,
    /// A new call is not in Twilio's list at once.
    pub(crate) listed_late: u32,
    /// A call stands in Twilio's queue.
    pub(crate) queued: u32,
}

/// An event that the run has scheduled.
pub(crate) enum What {
    /// Polls what is under way.
    Poll(usize),
    /// Begins something.
    Begin(About),
    /// A call goes on.
    Call(usize, Step),
    /// Nobody waits this long for a word in a call.
    Patience(usize),
    /// The reconciler, once a minute.
    Minute,
    /// Somebody has it, or it is over, or silenced: does a phone still ring?
    Quiet(IncidentId),
    /// The silence of an incident was over a moment ago: does it still wait?
    SilenceOver(IncidentId, Timestamp),
    /// Somebody asked a moment ago that an incident be over, and this was what they had not seen.
    EndAsked(IncidentId, u32),
    /// The same of an alarm.
    SilenceOfAlarmOver(usize, Timestamp),
    /// This alarm joined an incident then: does its owner know by now?
    Untold(IncidentId, String, i64),
}

pub(crate) struct Later {
    pub(crate) at: i64,
    tie: u64,
    pub(crate) what: What,
}

impl Ord for Later {
    fn cmp(&self, other: &Later) -> std::cmp::Ordering {
        (other.at, other.tie).cmp(&(self.at, self.tie))
    }
}
impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Later) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Later {
    fn eq(&self, other: &Later) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Later {}

/// Which part of the world is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Backend,
    Twilio,
}

/// All of it.
pub(crate) struct World {
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    pub(crate) rng: Rng,
    /// The faults from now on.
    pub(crate) faults: Faults,
    /// The faults of this run so far, or those that may come.
    pub(crate) known: Faults,
    pub(crate) later: BinaryHeap<Later>,
    pub(crate) rows: Rows,
    pub(crate) phones: Phones,
    pub(crate) watch: Watch,
    /// When what is being polled wants to be polled again.
    pub(crate) again_at: i64,
    /// An accident hit what is being polled.
    pub(crate) hit: bool,
    /// How many accidents there were after which nobody knows what was done.
    pub(crate) accidents: u32,
    /// When what is being polled began.
    pub(crate) began: i64,
    /// How likely somebody clicks at what they see, in a thousand.
    pub(crate) clicks: u32,
    pub(crate) trace: Option<Vec<String>>,
    pub(crate) failure: Option<String>,
}

/// When the runs begin.
pub(crate) const START: i64 = 1_800_000_000_000;

impl World {
    pub(crate) fn timestamp(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now).unwrap_or_default()
    }

    /// Lets something happen after so many milliseconds.
    pub(crate) fn after(&mut self, ms: i64, what: What) {
        let tie = self.rng.next();
        self.later.push(Later { at: self.now + ms, tie, what });
    }

    /// One more accident, if it happens.
    pub(crate) fn strikes(&mut self, in_a_thousand: u32) -> bool {
        let strikes = self.rng.chance(in_a_thousand);
        if strikes {
            self.hit = true;
            self.accidents += 1;
        }
        strikes
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let ms = self.now - START;
            trace.push(format!("{:>5}.{:03} {}", ms / 1000, ms % 1000, line()));
        }
    }

    pub(crate) fn fail(&mut self, why: String) {
        self.note(|| format!("BROKEN: {why}"));
        self.failure.get_or_insert(why);
    }

    /// How long something takes until it takes effect, and how long its answer takes.
    fn delays(&mut self, part: Part) -> (i64, i64) {
        let slow = self.faults.slow;
        if part == Part::Backend && self.strikes(slow) {
            let long = self.rng.range(2_000, 25_000);
            return if self.rng.chance(500) { (long, 0) } else { (1, long) };
        }
        match part {
            Part::Backend => {
                (self.rng.range(1, 12), if self.rng.chance(200) { self.rng.range(1, 8) } else { 0 })
            }
            Part::Twilio => (self.rng.range(30, 200), self.rng.range(20, 600)),
        }
    }
}

/// The world, shared by all who live in it.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Shared {
        Shared(Arc::new(Mutex::new(world)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something in the world: it takes its time, then it takes effect, and then its answer takes its time. The
    /// effect says how much longer the answer takes.
    pub(crate) async fn perform<T>(
        &self,
        part: Part,
        effect: impl FnOnce(&mut World) -> (T, i64),
    ) -> T {
        let (before, behind) = self.lock().delays(part);
        self.pause(before).await;
        let (told, more) = effect(&mut self.lock());
        if behind + more > 0 {
            self.pause(behind + more).await;
        }
        told
    }

    async fn pause(&self, ms: i64) {
        let until = self.lock().now + ms;
        Pause { world: self, until }.await;
    }
}

struct Pause<'a> {
    world: &'a Shared,
    until: i64,
}

impl Future for Pause<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let mut world = self.world.lock();
        if world.now >= self.until {
            return Poll::Ready(());
        }
        world.again_at = world.again_at.min(self.until);
        Poll::Pending
    }
}

//! Tasks under way: begun, polled, dropped, and what becomes of them.

use std::task::{Context, Poll, Waker};

use shared::Error;
use shared::domain::escalation::{CallEvent, IncidentId, Key, Signal, State};
use shared::jobs::escalate::Effects;
use shared::storage::messages::WakeUp;
use shared::storage::records::StoredIncident;
use shared::storage::{Message, Processed};

use crate::reconciler::Overdue;
use crate::run::{About, Done, Run, Task};
use crate::script::request;
use crate::twilio::Step;
use crate::world::{What, World};

/// How long a message that was taken and not dealt with stays away.
const VISIBILITY: i64 = 60_000;
/// How long Twilio's question for words is worked on before the call is asked for a moment.
const READ_TIMEOUT: i64 = 3_500;
/// How long Slack waits for an answer.
const SLACK_TIMEOUT: i64 = 2_500;

impl Run {
    pub(crate) fn begin(&mut self, about: About) {
        let escalate = self.escalate.clone();
        let mut world = self.world.lock();
        let now = world.timestamp();
        if let About::Wake(at) = about
            && world.is_idle(at)
            && world.rng.chance(900)
        {
            return world.struck_off(at);
        }
        let overdue =
            if matches!(about, About::Reconcile) { world.overdue() } else { Overdue::default() };
        let future: std::pin::Pin<Box<dyn Future<Output = Done> + Send>> = match &about {
            About::Change(at) => {
                let changes = &self.script.changes[*at].1;
                if let [change] = &changes[..] {
                    let body = serde_json::to_vec(change).unwrap_or_default();
                    Box::pin(
                        async move { Done::AlarmResult(escalate.take_again(&body, now).await) },
                    )
                } else {
                    let body = request(changes);
                    world.watch.totals.together += 1;
                    Box::pin(async move { Done::AlarmResult(escalate.take(&body, now).await) })
                }
            }
            About::Wake(at) => {
                let waiting = &mut world.rows.messages[*at];
                waiting.receive_count += 1;
                let (body, receive_count) = (waiting.body.clone(), waiting.receive_count);
                let message =
                    Message { id: at.to_string(), group: String::new(), body, receive_count };
                Box::pin(async move { Done::Woke(escalate.process(&message, now).await) })
            }
            About::Status(call, event) => {
                let (id, signal) = world.signal(*call, event.clone());
                Box::pin(async move {
                    Done::ApiResponse(
                        escalate
                            .transact(&id, &[signal], Effects::Inline, now)
                            .await
                            .map(|told| told.map(Box::new)),
                    )
                })
            }
            About::Words(asked) => {
                let event = asked.key.map_or(CallEvent::Answered, CallEvent::Pressed);
                let (id, signal) = world.signal(asked.call, event);
                match asked.key {
                    Some(Key::Take) => world.presses(asked.call),
                    Some(Key::Over { reading }) => world.presses_over(asked.call, reading),
                    _ => {}
                }
                world.after(READ_TIMEOUT, What::Patience(self.tasks.len()));
                Box::pin(async move {
                    Done::ApiResponse(
                        escalate
                            .transact(&id, &[signal], Effects::Deferred, now)
                            .await
                            .map(|told| told.map(Box::new)),
                    )
                })
            }
            About::Click(click) => {
                if !click.forged {
                    world.asked_for(&click.incident, &click.person, click.button);
                }
                world.after(SLACK_TIMEOUT, What::Patience(self.tasks.len()));
                let (click, shared) = (click.clone(), self.world.clone());
                Box::pin(async move { Done::Clicked(click.deliver(escalate, shared).await) })
            }
            About::Answer(answer) => {
                world.answers(answer);
                let request = answer.request();
                Box::pin(async move { Done::Answered(escalate.handle_text(&request, now).await) })
            }
            About::Reconcile => {
                Box::pin(async move { Done::Reconciled(escalate.reconcile(now).await) })
            }
        };
        let at = self.tasks.len();
        world.note(|| format!("#{at} {about:?}"));
        let began = world.now;
        drop(world);
        self.tasks.push(Some(Task { about, began, hit: false, overdue, future }));
        self.busy += 1;
        self.poll(at);
    }

    pub(crate) fn poll(&mut self, at: usize) {
        let Some(task) = &mut self.tasks[at] else { return };
        let mut world = self.world.lock();
        (world.again_at, world.hit, world.began) = (i64::MAX, false, task.began);
        drop(world);
        let polled = task.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let mut world = self.world.lock();
        task.hit |= world.hit;
        let crash = world.faults.crash;
        if world.strikes(crash) {
            let all = world.rng.chance(200);
            drop(world);
            let doomed = if all { 0..self.tasks.len() } else { at..at + 1 };
            doomed.for_each(|at| self.crash(at));
            return;
        }
        match polled {
            Poll::Pending if world.again_at == i64::MAX => {
                world.fail(format!("#{at} waits for nothing: {:?}", task.about));
            }
            Poll::Pending => {
                let long = world.again_at - world.now;
                world.after(long, What::Poll(at));
            }
            Poll::Ready(done) => {
                drop(world);
                if let Some(task) = self.tasks[at].take() {
                    self.busy -= 1;
                    self.done(at, &task, done);
                }
            }
        }
    }

    /// Whoever worked on this is gone.
    fn crash(&mut self, at: usize) {
        let Some(task) = self.tasks[at].take() else { return };
        self.busy -= 1;
        let mut world = self.world.lock();
        world.accidents += 1;
        world.watch.totals.crashes += 1;
        world.note(|| format!("#{at} crashes: {:?}", task.about));
        match task.about {
            About::Wake(_) => {
                let long = (VISIBILITY - (world.now - task.began)).max(0);
                world.after(long, What::Begin(task.about));
            }
            About::Change(_) => world.again(task.about),
            About::Click(_) if world.rng.chance(500) => world.again(task.about),
            // Twilio says so to the person, and ends the call.
            About::Words(asked) => world.after(
                1_000,
                What::Call(asked.call, Step::Ends(shared::domain::escalation::End::Completed)),
            ),
            About::Status(..) | About::Click(_) | About::Answer(_) | About::Reconcile => {}
        }
    }

    /// Nobody in a call waits this long, and nor does Slack.
    pub(crate) fn give_up(&mut self, at: usize) {
        let Some(task) = self.tasks[at].take() else { return };
        self.busy -= 1;
        let mut world = self.world.lock();
        world.watch.totals.abandoned += 1;
        world.note(|| format!("#{at} takes too long"));
        match task.about {
            About::Words(asked) => world.moment(asked),
            about => world.again(about),
        }
    }

    fn done(&mut self, at: usize, task: &Task, done: Done) {
        let mut world = self.world.lock();
        let clean = world.known.store + world.known.queue + world.known.slow == 0;
        let failed = match &done {
            // It is meant to fail.
            Done::Clicked(Err(Error::Forged(_))) | Done::Answered(Err(Error::Forged(_))) => None,
            Done::AlarmResult(Err(error))
            | Done::ApiResponse(Err(error))
            | Done::Clicked(Err(error))
            | Done::Answered(Err(error))
            | Done::Reconciled(Err(error)) => Some(error.to_string()),
            Done::Woke(Processed::RetryAfter(_)) => Some("it comes again".to_owned()),
            _ => None,
        };
        world.note(|| format!("#{at} done {}", failed.as_deref().unwrap_or_default()));
        if let Some(error) = failed.filter(|_| clean) {
            world.fail(format!("{:?} failed without an accident: {error}", task.about));
        }
        match (&task.about, done) {
            (About::Change(_), Done::AlarmResult(Err(_))) => world.again(task.about.clone()),
            (About::Wake(at), Done::Woke(Processed::Done)) => world.struck_off(*at),
            (About::Wake(_), Done::Woke(Processed::RetryAfter(long))) => {
                let long = i64::try_from(long.as_millis()).unwrap_or_default();
                world.after(long, What::Begin(task.about.clone()));
            }
            (About::Words(asked), Done::ApiResponse(Ok(incident))) => {
                world.spoken(*asked, incident.as_deref())
            }
            (About::Words(asked), Done::ApiResponse(Err(_))) => world.moment(*asked),
            (About::Reconcile, Done::Reconciled(Ok(repaired))) => {
                if repaired > 0 && world.known.prompt() && world.known.lost == 0 {
                    world.fail(format!(
                        "the reconciler repaired {repaired} things, and no accident had happened"
                    ));
                }
                if !task.hit {
                    world.check_reconciler(&task.overdue);
                }
            }
            (About::Click(click), Done::Clicked(Ok(()))) => world.check_click(click),
            (About::Click(click), Done::Clicked(Err(error))) => {
                if matches!(error, Error::Forged(_)) && !click.forged {
                    world.fail(format!("{error}: {click:?}"));
                }
                if !click.forged {
                    world.again(task.about.clone());
                }
            }
            (About::Answer(answer), Done::Answered(Ok(response))) => {
                world.check_answer(answer, &response);
            }
            (About::Answer(answer), Done::Answered(Err(error))) => {
                world.check_refused(answer, &error);
            }
            _ => {}
        }
    }
}

impl World {
    fn signal(&self, call: usize, event: CallEvent) -> (IncidentId, Signal) {
        let call = &self.phones.calls[call];
        (
            call.incident.clone(),
            Signal::Call { attempt: call.attempt, call: Some(call.sid.as_str().into()), event },
        )
    }

    /// Who was not understood says it again.
    fn again(&mut self, about: About) {
        let long = self.rng.range(1_000, 60_000);
        self.after(long, What::Begin(about));
    }

    /// Whether this is a wake-up that nobody waits for any more. Most of them are left out: they do nothing, and are more
    /// than half of all that is done.
    fn is_idle(&self, at: usize) -> bool {
        let WakeUp::Due { incident, due } = &self.rows.messages[at].wake_up else { return false };
        let is_its =
            |kept: &StoredIncident| kept.incident.id == *incident && kept.wake_at == Some(*due);
        *due <= self.timestamp() && !self.watch.kept.values().any(is_its)
    }

    /// A message is off the queue: its incident must not wait for it any more.
    fn struck_off(&mut self, at: usize) {
        let waiting = &mut self.rows.messages[at];
        waiting.copies -= 1;
        let (incident, due) = match waiting.wake_up.clone() {
            WakeUp::Due { incident, due } => (incident, due),
            WakeUp::Silenced { change, due } => {
                return self.check_silenced_wake_up(&change.key, due);
            }
            _ => return,
        };
        let waits = self.watch.kept.values().any(|kept| {
            kept.incident.id == incident
                && kept.wake_at == Some(due)
                && kept.incident.state() != State::Resolved
        });
        if waits && self.known.wake_ups_arrive() && !self.rows.has_wake_up(&incident, due) {
            self.fail(format!("{incident} waits for {due}, which came and went"));
        }
    }
}

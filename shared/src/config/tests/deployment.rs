//! Processes that share a store, a queue, and the parameters that somebody changes.

use jiff::SignedDuration;

use crate::storage::{Key, Queue, Write};
use crate::testing::{Fault, MemoryBackend, Parameters, each_line_once};

use super::*;

pub(super) const PEOPLE: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
                                 [people.bravo]\nphone = \"+15005550002\"\n";

/// A configuration whose only policy calls this person.
pub(super) fn calls(person: &str) -> String {
    format!("{PEOPLE}[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"{person}\"]\n")
}

/// The same whose policy calls who is on call in this calendar.
pub(super) fn on_call(ics: &str) -> String {
    format!(
        "{PEOPLE}[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = {{ schedule = \"primary\", then = [] }}\n\
         [[schedules]]\nname = \"primary\"\nics = \"{ics}\"\n"
    )
}

/// A calendar in which this person is always on call.
pub(super) fn calendar(person: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20200101T000000Z\nDTEND:20400101T000000Z\nSUMMARY:{person}\n\
         END:VEVENT\nEND:VCALENDAR\n"
    )
}

/// The backend and the parameters that all processes share.
pub(super) struct Deployment {
    pub(super) backend: MemoryBackend,
    parameters: Parameters,
}

/// The ways in which the functions report: `template.yaml` permits no others.
pub(super) const WAYS: [(bool, bool); 3] = [(true, false), (false, true), (true, true)];

impl Deployment {
    pub(super) fn new(parameters: &[(&str, &str)]) -> Deployment {
        let backend = MemoryBackend::default();
        backend.store.check_writes(|writes, now| {
            for write in writes {
                check(write, now);
            }
            Ok(())
        });
        Deployment { backend, parameters: Parameters::of(parameters) }
    }

    /// Somebody stores these parameters, and no others.
    pub(super) fn store(&self, parameters: &[(&str, &str)]) {
        self.parameters.replace(parameters);
    }

    /// A process that starts, and may do everything.
    pub(super) fn process(&self) -> SettingsCache {
        self.process_that((true, true))
    }

    /// A process that starts; `ways` is whether it may queue lines, and whether it may count.
    pub(super) fn process_that(&self, ways: (bool, bool)) -> SettingsCache {
        self.reading(self.parameters.fetch(), ways)
    }

    pub(super) fn reading(&self, fetch: Fetch, (tells, counts): (bool, bool)) -> SettingsCache {
        let queue = tells.then(|| Arc::new(self.backend.queue.clone()) as Arc<dyn Queue>);
        let fallback = Fallback { store: Arc::new(self.backend.store.clone()), queue, counts };
        SettingsCache::new(Environment::default(), fetch).with_fallback(fallback)
    }

    /// The store does not answer, or answers again.
    pub(super) fn is_down(&self, down: bool) {
        let fault = if down { Fault::After(0) } else { Fault::Never };
        self.backend.store.fail_loads(fault);
        self.backend.store.fail_writes(fault);
    }

    /// The texts told in Slack since the last look. The forwarder delivers a line of one id once.
    pub(super) fn slack_lines(&self) -> Vec<String> {
        let sent = self.backend.queue.take();
        for message in &sent {
            let lines = message.lines().unwrap_or_else(|| panic!("{message:?}"));
            assert_eq!(lines.channel, "default");
        }
        each_line_once(&sent).into_iter().map(|line| line.text).collect()
    }

    pub(super) fn counted(&self) -> u64 {
        self.backend.store.counted("ringdown_config_rejected_total")
    }

    /// All records, with their sizes.
    pub(super) fn records(&self) -> Vec<(Key, usize)> {
        let records = self.backend.store.records(PARTITION).into_iter();
        records.map(|record| (record.key, record.body.len())).collect()
    }

    /// Somebody destroys the records whose sort key is like this.
    pub(super) fn lose(&self, is_lost: impl Fn(&str) -> bool) {
        for (key, _) in self.records().iter().filter(|(key, _)| is_lost(&key.sk)) {
            self.backend.store.forget(key);
        }
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let pages = self.backend.store.take_calls().pages;
        assert!(pages == 0 || std::thread::panicking(), "no function may query this partition");
    }
}

/// Each function may write this partition, its own records are small, and none stays for ever.
fn check(write: &Write, now: Timestamp) {
    let Write::Put(put) = write else { return };
    assert_eq!(put.key.pk, PARTITION);
    assert!(put.body.len() < 300_000, "{} bytes", put.body.len());
    let most = now.checked_add(SignedDuration::from_hours(90 * 24)).unwrap();
    assert!(put.expires_at.is_some_and(|at| at <= most), "{:?}", put.expires_at);
}

pub(super) fn days(days: i64) -> Timestamp {
    at(days * 24 * 60 * 60)
}

/// The people whom the policy calls now.
pub(super) fn called(settings: &Settings) -> Vec<String> {
    settings.config.escalation.policy_at("p", at(0)).expect("the policy").roster
}

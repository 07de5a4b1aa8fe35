//! Configurations: as they are stored, and what they mean.

use shared::Timestamp;
use shared::config::Values;

use crate::click::member;
use crate::plan::{Plan, Roster, Shifts, Window, phone, start_and};
use crate::rng::Rng;
use crate::world::START;

pub(crate) const BASE: &str = "https://server.example";
pub(crate) const SIGNING_SECRET: &str = "the app's signing secret";

/// How many configurations there are.
pub(crate) const SETUPS: u64 = 192;

/// The zones of schedules, and how many minutes their clocks are ahead of UTC in the weeks before start.
const ZONES: [(&str, i64); 4] =
    [("UTC", 0), ("Europe/Berlin", 60), ("America/New_York", -300), ("Asia/Kolkata", 330)];
const DAY: i64 = 24 * 3_600_000;

/// People, policies and Twilio's account, as they are stored, and what that means.
pub(crate) fn setup(number: u64) -> (Values, Plan) {
    let mut rng = Rng::new(number);
    let people = rng.range(1, 5) as u8;
    let mut plan = Plan { people, most_calls: 7, ..Plan::default() };
    let mut toml = String::from("[channels.default]\n");
    let names = (0..people).map(|person| format!("p{person}"));
    for name in names.chain(["stranger".to_owned()]) {
        let (phone, member) = (phone(&name), member(&name));
        toml += &format!("[people.{name}]\nphone = {phone:?}\nslack = {member:?}\n");
    }
    if rng.chance(350) {
        plan.most_calls = rng.range(1, 7) as usize;
        toml += &format!("[escalation]\nmax_calls_per_hour = {}\n", plan.most_calls);
    }
    let mut schedules: Vec<Shifts> = match rng.chance(500) {
        true => (0..rng.range(1, 2)).map(|at| schedule(&mut rng, people, at, &mut toml)).collect(),
        false => Vec::new(),
    };
    for (at, shifts) in schedules.iter_mut().enumerate() {
        plan.said.extend(override_times(number, at, people, shifts));
    }
    for policy in 0..rng.range(1, 3) {
        let roster = policy_table(&mut rng, people, policy, &schedules, &mut toml);
        plan.rosters.push(roster);
    }
    if rng.chance(350) {
        for _ in 0..rng.pick(&[1, 1, 2, 3]) {
            let window = window(&mut rng, plan.rosters.len() as i64, &mut toml);
            plan.windows.push(window);
        }
    }
    let values = [
        ("config/main", toml.as_str()),
        ("public-base-url", BASE),
        ("slack/signing-secret", SIGNING_SECRET),
        ("twilio/account-sid", "AC0"),
        ("twilio/auth-token", "token"),
        ("twilio/from-number", "+15005559999"),
    ];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    (values.collect(), plan)
}

fn person(rng: &mut Rng, people: u8) -> String {
    format!("p{}", rng.range(0, i64::from(people) - 1))
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    format!("[{}]", names.join(", "))
}

/// A time of the run or of a day before, as somebody writes it who lives so many minutes ahead of UTC.
fn local(at: i64, ahead: i64, format: &str) -> String {
    let shown = Timestamp::from_millisecond(at + ahead * 60_000).unwrap_or_default();
    shown.strftime(format).to_string()
}

/// A schedule whose hand-over is in the run, and whose overrides are too.
fn schedule(rng: &mut Rng, people: u8, number: i64, toml: &mut String) -> Shifts {
    let (zone, ahead) = rng.pick(&ZONES);
    let (rotation, turn) = rng.pick(&[("daily", DAY), ("weekly", 7 * DAY)]);
    let hand_over = start_and(60 * rng.pick(&[-30, 1, 1, 2, 3, 5, 15]));
    // Sometimes the first turn begins only in the run: nobody is on call before.
    let first_at = hand_over - turn * rng.pick(&[0, 1, 2, 3, 6]);
    let names: Vec<String> = (0..rng.range(1, 3)).map(|_| person(rng, people)).collect();
    *toml += &format!(
        "[[schedules]]\nname = \"s{number}\"\ntime_zone = \"{zone}\"\nrotation = \"{rotation}\"\n\
         people = {}\nhand_over = \"{}\"\nstarts = \"{}\"\n",
        list(&names),
        local(hand_over, ahead, "%H:%M"),
        local(first_at, ahead, "%Y-%m-%d"),
    );
    let mut overrides = Vec::new();
    for _ in 0..rng.pick(&[0, 0, 1, 2]) {
        let from = start_and(rng.range(-60, 240));
        let until = from + 1000 * rng.range(10, 300);
        let who = Some(person(rng, people)).filter(|_| rng.chance(600));
        *toml += &format!(
            "[[schedules.overrides]]\nfrom = \"{}\"\nuntil = \"{}\"\n{}\n",
            local(from, 0, "%Y-%m-%dT%H:%M:%SZ"),
            local(until, 0, "%Y-%m-%dT%H:%M:%SZ"),
            who.as_ref().map_or("nobody = true".to_owned(), |who| format!("person = {who:?}")),
        );
        overrides.push((from, until, who));
    }
    Shifts { first_at, turn, people: names, overrides }
}

/// What people have said of a schedule, over its own overrides.
fn override_times(
    setup: u64,
    number: usize,
    people: u8,
    shifts: &mut Shifts,
) -> Vec<(String, i64, i64, String)> {
    // What else is set up stays as it is without this.
    let mut rng = Rng::new(setup + SETUPS * (1 + number as u64));
    let said = (0..rng.pick(&[0, 1, 2, 4])).map(|_| {
        let from = start_and(rng.range(-60, 240));
        let until = from + 1000 * rng.range(5, 200);
        let who = person(&mut rng, people);
        shifts.overrides.push((from, until, Some(who.clone())));
        (format!("s{number}"), from, until, who)
    });
    said.collect()
}

fn policy_table(
    rng: &mut Rng,
    people: u8,
    policy: i64,
    schedules: &[Shifts],
    toml: &mut String,
) -> Roster {
    let on_call = Some(rng.range(0, 2)).filter(|at| (*at as usize) < schedules.len());
    let mut then: Vec<String> = Vec::new();
    // After a schedule there may be nobody.
    let least = i64::from(on_call.is_none());
    for _ in 0..rng.range(least, 4) {
        let name = person(rng, people);
        if !then.contains(&name) || rng.chance(100) {
            then.push(name);
        }
    }
    let roster = match on_call {
        Some(at) => format!("{{ schedule = \"s{at}\", then = {} }}", list(&then)),
        None => list(&then),
    };
    *toml += &format!(
        "[[policies]]\nname = \"w{policy}\"\nalarms = [\"w{policy}-*\"]\nroster = {roster}\nattempts = {}\n\
         ring_seconds = {}\nanswer_seconds = {}\nrepage_after = \"{}m\"\nflap_window = \"{}s\"\n\
         retry_exhausted_after = \"{}m\"\n",
        rng.range(1, 4),
        rng.range(5, 30),
        rng.range(3, 12),
        rng.pick(&[1, 2, 5, 10, 30]),
        rng.pick(&[0, 30, 60, 300]),
        rng.pick(&[1, 2, 5, 15, 20]),
    );
    let calls_on_new_alarm = rng.chance(250);
    if calls_on_new_alarm || rng.chance(100) {
        *toml += &format!("call_on_new_alarm = {calls_on_new_alarm}\n");
    }
    let texts_missed = rng.chance(400);
    if texts_missed {
        *toml += "text_on_missed_call = true\n";
    }
    let resolve_after = Some(60 * rng.pick(&[1, 2, 5])).filter(|_| rng.chance(250));
    if let Some(seconds) = resolve_after {
        *toml += &format!("resolve_after = \"{seconds}s\"\n");
    }
    let resolve_after = resolve_after.map(|seconds| seconds * 1000);
    let on_call = on_call.map(|at| schedules[at as usize].clone());
    Roster { on_call, then, calls_on_new_alarm, texts_missed, resolve_after }
}

/// A maintenance window of this run: written with its dates, or as one of every day.
fn window(rng: &mut Rng, policies: i64, toml: &mut String) -> Window {
    let policy = Some(rng.range(0, policies - 1) as u8).filter(|_| rng.chance(750));
    let alarm = Some(rng.range(0, 2) as usize).filter(|_| policy.is_some() && rng.chance(500));
    let window = Window { policy, alarm, from: 0, until: 0 };
    *toml += &format!("[[silences]]\nalarms = [\"{}\"]\n", window.glob());
    if rng.chance(700) {
        let from = start_and(rng.pick(&[-300, -5, 0, 20, 50, 90]) + rng.range(0, 5));
        let until = from + 1000 * rng.range(5, 400);
        let until = until.max(START + 1000);
        let shown = |at| local(at, 0, "%Y-%m-%dT%H:%M:%SZ");
        *toml += &format!("from = \"{}\"\nuntil = \"{}\"\n", shown(from), shown(until));
        return Window { from, until, ..window };
    }
    let (zone, ahead) = rng.pick(&ZONES);
    let from = start_and(60 * rng.range(-2, 2));
    let minutes = rng.range(1, 6);
    *toml += &format!(
        "time_zone = \"{zone}\"\nevery = \"day\"\nat = \"{}\"\nlasting = \"{minutes}m\"\n",
        local(from, ahead, "%H:%M")
    );
    Window { from, until: from + minutes * 60_000, ..window }
}

//! Flows of any size, as large real ones are: most edges lead down to a near widget, some back up, some pairs have
//! several, offsets are negative too, and two widgets lie on one spot.

use serde_json::{Value, json};

/// Numbers that look random and are the same for the same seed.
struct Numbers(u64);

impl Numbers {
    /// The next number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit.max(1) as u64) as usize
    }
}

const NAMES: [&str; 8] = [
    "ask_for_account",
    "check_opening_hours",
    "say_sorry",
    "split_by_language",
    "Voicemail",
    "queue_for_billing_department_overflow",
    "set-variables_1",
    "http_lookup_customer",
];

const KINDS: [&str; 10] = [
    "split-based-on",
    "say-play",
    "gather-input-on-call",
    "make-http-request",
    "set-variables",
    "send-message",
    "run-function",
    "send-to-flex",
    "run-subflow",
    "send-and-wait-for-reply",
];

const KEYS: [&str; 3] = ["keypress", "speech", "timeout"];

const ENDS: [&str; 3] = ["success", "failed", "timeout"];

/// A Flow of so many widgets and edges.
pub(crate) fn flow(widgets: usize, edges: usize, seed: u64) -> Value {
    let mut numbers = Numbers(seed);
    let columns = ((widgets as f64).sqrt() * 1.15).ceil() as usize;
    // Rows that grow wider to the full width: the trigger alone, two, four, …
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut spots = Vec::new();
    for at in 0..widgets {
        let is_full = |row: &Vec<usize>| row.len() >= (2 * rows.len() - 2).clamp(1, columns);
        if rows.last().is_none_or(is_full) {
            rows.push(Vec::new());
        }
        let (row, last) = (rows.len() - 1, rows.last_mut().unwrap());
        spots.push((row, last.len()));
        last.push(at);
    }
    let name = |at: usize| match at {
        0 => "Trigger".to_owned(),
        _ => format!("{}_{at}", NAMES[at % NAMES.len()]),
    };
    let kind = |at: usize| if at == 0 { "trigger" } else { KINDS[(at * 7 + at / 5) % KINDS.len()] };
    let mut transitions: Vec<Vec<Value>> = vec![Vec::new(); widgets];
    let mut add = |from: usize, to: usize, numbers: &mut Numbers| {
        let turn = transitions[from].len() % 3;
        let transition = match kind(from) {
            "trigger" => json!({ "event": "incomingCall", "next": name(to) }),
            "split-based-on" => json!({ "event": "match", "next": name(to), "conditions": [{
                "type": "equal_to", "arguments": ["{{x}}"], "value": format!("{}", numbers.below(9_000)),
            }] }),
            "gather-input-on-call" => json!({
                "event": KEYS[turn], "next": name(to),
            }),
            "say-play" => json!({ "event": "audioComplete", "next": name(to) }),
            "set-variables" => json!({ "event": "next", "next": name(to) }),
            _ => json!({ "event": ENDS[turn], "next": name(to) }),
        };
        transitions[from].push(transition);
    };
    // Every widget is reached from one in the row above it.
    for (to, (row, column)) in spots.iter().copied().enumerate().skip(1) {
        let above = &rows[row - 1];
        let share = column * above.len() / rows[row].len();
        let from = above[(share + numbers.below(3)).saturating_sub(1).min(above.len() - 1)];
        add(from, to, &mut numbers);
    }
    for at in widgets.saturating_sub(1)..edges {
        let from = 1 + numbers.below(widgets - 1);
        let to = match at % 8 {
            0..3 => 1 + numbers.below(from),
            3 => from,
            4 => (from + 1).min(widgets - 1),
            _ => (from + columns + numbers.below(3)).saturating_sub(1).min(widgets - 1),
        };
        let to = if at % 8 == 3 && at % 40 != 3 { (from + columns).min(widgets - 1) } else { to };
        add(from, to, &mut numbers);
        if at % 6 == 0 {
            add(from, to, &mut numbers);
        }
    }
    let states: Vec<Value> = (0..widgets)
        .map(|at| {
            let spot = if at > 4 && at % 61 == 0 { at - 1 } else { at };
            let (row, column) = spots[spot];
            let jitter = (spot * 37 % 90) as i64 - 45;
            let left = -(rows[row].len() as i64) * 155;
            let (x, y) = (column as i64 * 310 + left + jitter, row as i64 * 250 - 600 + jitter / 2);
            json!({
                "name": name(at), "type": kind(at), "transitions": transitions[at],
                "properties": { "offset": { "x": x, "y": y } },
            })
        })
        .collect();
    json!({ "description": "A generated Flow", "initial_state": "Trigger", "flags": {}, "states": states })
}

//! Bytes and values with something exchanged.

use serde_json::Value;

/// Numbers that look random, and are the same for the same seed. (Steele, Lea, Flood: SplitMix64.)
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(super) fn choose<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Pieces that mean something somewhere.
const FRAGMENTS: [&str; 56] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ",",
    ":",
    "{{",
    "}}",
    "{%",
    "%}",
    "{{ flow }}",
    "{{ widgets | to_json }}",
    "| plus: 1",
    "| date: '%Y'",
    "| split: ''",
    "| append: flow",
    "{% for i in (1..99999) %}",
    "{% endfor %}",
    "{% if a %}",
    "{% endif %}",
    "{% assign a = 'x' %}",
    "{% raw %}",
    "[0]",
    "[-1]",
    ".size",
    "..",
    "null",
    "true",
    "-0",
    "1e999",
    "9223372036854775808",
    "\\ud800",
    "\\u0000",
    "\u{202e}",
    "ä",
    "\0",
    "\n",
    "\r\n",
    "\u{feff}",
    "hangup",
    "next",
    "match",
    "trigger",
    "split-based-on",
    "regex",
    "(a*)*b",
    "[0-9]{8}",
    "=",
    "[[scenarios]]\n",
    "name = \"x\"\n",
    "press 1",
    "hang up",
    "#",
    "2026-11-28T09:00:00Z",
];

/// Bytes with up to eight pieces flipped, cut out, doubled, taken from elsewhere or put in.
pub(super) fn mutated(mut bytes: Vec<u8>, other: &[u8], random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1);
        let most = 1 << random.below(7);
        let length = random.below(most).min(bytes.len() - at);
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.drain(at..at + length)),
            2 => {
                let piece = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            3 => {
                let from = random.below(other.len() + 1);
                let piece = other[from..].iter().take(1 + random.below(200)).copied();
                bytes.splice(at..at, piece.collect::<Vec<u8>>());
            }
            4 if random.below(20) == 0 => bytes.truncate(at),
            _ => {
                let piece = random.choose(&FRAGMENTS).bytes();
                bytes.splice(at..at, piece.collect::<Vec<u8>>());
            }
        }
    }
    bytes
}

/// JSON with up to six values exchanged for others of the same text, or for pieces.
pub(super) fn mutated_value(mut value: Value, random: &mut Random) -> Value {
    for _ in 0..=random.below(6) {
        let donor = {
            let mut all = Vec::new();
            collect(&value, &mut all);
            (*random.choose(&all)).clone()
        };
        let with = match random.below(4) {
            0 => Value::from(*random.choose(&FRAGMENTS)),
            1 => serde_json::json!(random.next() as i64),
            _ => donor,
        };
        let mut left = random.below(count(&value));
        replace(&mut value, &mut left, &with);
    }
    value
}

fn collect<'a>(value: &'a Value, all: &mut Vec<&'a Value>) {
    all.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, all)),
        Value::Object(entries) => entries.values().for_each(|entry| collect(entry, all)),
        _ => {}
    }
}

fn count(value: &Value) -> usize {
    let mut all = Vec::new();
    collect(value, &mut all);
    all.len()
}

/// Replaces the value of this number.
fn replace(value: &mut Value, left: &mut usize, with: &Value) -> bool {
    if *left == 0 {
        // The whole file is seldom exchanged, and never grows without end.
        if count(with) < 2_000 {
            *value = with.clone();
        }
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, left, with)),
        Value::Object(entries) => entries.values_mut().any(|entry| replace(entry, left, with)),
        _ => false,
    }
}

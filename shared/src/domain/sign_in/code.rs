//! Codes: asked for by a browser, sent to a phone, typed into the same browser.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::hash;

/// How long a code is good for, and a request for one.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// How often a code may be tried.
pub const MAX_TRIES: u32 = 5;
/// How many codes a person is sent within an hour.
pub const MAX_CODES_OF_A_PERSON: usize = 3;
/// How many codes all people together are sent within an hour.
pub const MAX_CODES: usize = 20;
/// How many may be asked for within an hour, whether they are sent or not.
pub const MAX_CODE_REQUESTS: usize = 60;
/// The time over which codes are counted.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// The six digits of a code. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits(String);

impl Digits {
    /// The code of a random number.
    pub fn of(random: u64) -> Digits {
        Digits(format!("{:06}", random % 1_000_000))
    }

    /// Reads what somebody typed: six digits, with blanks or hyphens between them if they like.
    pub fn read(typed: &str) -> Option<Digits> {
        let is_between = |c: &char| c.is_whitespace() || *c == '-';
        let digits: String = typed.chars().filter(|c| !is_between(c)).take(7).collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then_some(Digits(digits))
    }

    /// The text that carries it to a phone.
    pub fn text(&self) -> String {
        let minutes = CODE_LIFETIME.as_mins();
        let digits = &self.0;
        format!("{digits} is your code for Ringdown. It is good for {minutes} minutes.")
    }

    fn hash(&self, person: &str, browser: &str) -> String {
        hash("sign-in code", &[browser, person, &self.0])
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A browser asks for a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForCode {
    /// For whom: a name that somebody gave.
    pub person: String,
    /// A secret that only this browser, and whoever sends the code, knows: the code is bound to it.
    pub browser: String,
    /// When.
    pub at: Timestamp,
}

/// The moments of the last hour at which something was done that has a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent(Vec<Timestamp>);

impl Recent {
    /// The same with one moment more; `None` if that would be more than `most` within the hour.
    pub fn with(&self, most: usize, now: Timestamp) -> Option<Recent> {
        let is_recent = |at: &&Timestamp| now.duration_since(**at) < WINDOW;
        let mut recent: Vec<Timestamp> = self.0.iter().filter(is_recent).copied().collect();
        (recent.len() < most).then(|| {
            recent.push(now);
            Recent(recent)
        })
    }

    /// From when on nothing of it counts any more.
    pub fn over_at(&self) -> Option<Timestamp> {
        self.0.last()?.checked_add(WINDOW).ok()
    }
}

/// A code that was sent. The digits are not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    /// The hash of the digits, under the browser's own key.
    hash: String,
    /// The hash of that key: it says which browser may try.
    browser: String,
    tries: u32,
    until: Timestamp,
}

/// The record of a person's codes: at most one is good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codes {
    /// When codes were sent.
    #[serde(default)]
    sent: Recent,
    /// When the last one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
}

/// Why no code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// It was asked for too long ago: nobody waits for it any more.
    Late,
    /// This request, or a later one, was dealt with before.
    Repeated,
    /// The person was sent as many as they may.
    PersonLimit,
    /// All together were.
    Limit,
}

/// The outcome of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// There is no code that this browser may try: nothing changes.
    Nothing,
    /// It is not the code. This is kept, before anybody learns so.
    Wrong(Codes),
    /// It is. This is kept: the code is good no more.
    Right(Codes),
}

impl Codes {
    /// Puts a new code in the place of the one before, if one may be sent: what is kept then of this person, and of all
    /// together.
    ///
    /// # Errors
    /// Why none may be.
    pub fn send(
        &self,
        all: &Recent,
        ask: &AskForCode,
        digits: &Digits,
        now: Timestamp,
    ) -> Result<(Codes, Recent), NotSent> {
        if self.asked_at.is_some_and(|at| ask.at <= at) {
            return Err(NotSent::Repeated);
        }
        if now.duration_since(ask.at) >= CODE_LIFETIME {
            return Err(NotSent::Late);
        }
        let sent = self.sent.with(MAX_CODES_OF_A_PERSON, now).ok_or(NotSent::PersonLimit)?;
        let all = all.with(MAX_CODES, now).ok_or(NotSent::Limit)?;
        let code = Code {
            hash: digits.hash(&ask.person, &ask.browser),
            browser: browser_hash(&ask.browser),
            tries: 0,
            until: now.checked_add(CODE_LIFETIME).unwrap_or(now),
        };
        Ok((Codes { sent, asked_at: Some(ask.at), code: Some(code) }, all))
    }

    /// Tries a code. A try counts if it comes from the browser that asked: no other can use them up. Compares in constant
    /// time.
    pub fn attempt(&self, person: &str, browser: &str, digits: &Digits, now: Timestamp) -> Attempt {
        let is_open = |code: &&Code| now < code.until && code.tries < MAX_TRIES;
        let is_its = |code: &&Code| is_same(&code.browser, &browser_hash(browser));
        let Some(code) = self.code.as_ref().filter(is_open).filter(is_its) else {
            return Attempt::Nothing;
        };
        let with = |code| Codes { code, ..self.clone() };
        match is_same(&code.hash, &digits.hash(person, browser)) {
            true => Attempt::Right(with(None)),
            false => Attempt::Wrong(with(Some(Code { tries: code.tries + 1, ..code.clone() }))),
        }
    }

    /// From when on it says nothing any more.
    pub fn over_at(&self) -> Option<Timestamp> {
        self.sent.over_at()
    }
}

fn browser_hash(browser: &str) -> String {
    hash("sign-in browser", &[browser])
}

fn is_same(a: &str, b: &str) -> bool {
    bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}

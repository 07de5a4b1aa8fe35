//! Scenarios as lists of signals, and what they cause.

use jiff::{SignedDuration, Timestamp};

use super::*;

mod acts;
mod any;
mod any_notices;
mod asked;
mod back;
mod ending;
mod fit;
mod former;
mod manual;
mod measured;
mod missed;
mod owner;
mod pending;
mod placed;
mod rate;
mod reading;
mod refused;
mod repaired;
mod rounds;
mod scenario;
mod studio;
mod texts;
mod timeline;
mod timer;
mod unchanged;

use crate::testing::sample::{self, alarm};
use scenario::{ABC, Scenario, policy};

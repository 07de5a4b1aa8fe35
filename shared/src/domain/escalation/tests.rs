//! Scenarios as lists of signals, and what they cause.

use jiff::{SignedDuration, Timestamp};

use super::*;

mod acts;
mod any;
mod any_notices;
mod back;
mod ending;
mod former;
mod manual;
mod measured;
mod owner;
mod pace;
mod rounds;
mod scenario;
mod studio;
mod texts;
mod timer;
mod unchanged;

use crate::testing::sample::{self, alarm};
use scenario::{ABC, Scenario, policy};

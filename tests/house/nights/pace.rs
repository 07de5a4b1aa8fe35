//! How long it takes from a reported "busy" until Twilio is asked for the next call. Measured, not judged: the machine
//! that runs this may do other things.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::night::phone::PEOPLE;
use crate::night::{Night, Way, policy};

/// How many outcomes are measured at least.
const ENOUGH: usize = 200;
/// The most calls of one hunt.
const MOST: usize = 20;

fn at(entry: &Value) -> Timestamp {
    entry["at"].as_str().unwrap().parse().unwrap()
}

/// For each reported end of a call, how long it took until the same phone was to be called again, in milliseconds.
/// A phone remembers its last twenty calls, which are those of the last hunt.
fn gaps(log: &Value, phones: &Value) -> Vec<f64> {
    let mut called: HashMap<&str, Vec<Timestamp>> = HashMap::new();
    let mut phone_of: HashMap<&str, &str> = HashMap::new();
    for phone in phones["phones"].as_array().unwrap() {
        for call in phone["history"].as_array().unwrap() {
            phone_of.insert(call["sid"].as_str().unwrap(), phone["number"].as_str().unwrap());
        }
    }
    for request in log["requests"].as_array().unwrap() {
        let form = request["form"].as_array().unwrap();
        if let Some(to) =
            form.iter().find(|field| field[0] == "To").and_then(|field| field[1].as_str())
            && request["path"].as_str().unwrap().ends_with("/Calls.json")
        {
            called.entry(to).or_default().push(at(request));
        }
    }
    let ends =
        log["callbacks"].as_array().unwrap().iter().filter(|sent| sent["event"] == "completed");
    let gaps = ends.filter_map(|end| {
        let phone = phone_of.get(end["sid"].as_str()?)?;
        let told = at(end);
        let next = called[phone].iter().find(|asked| **asked >= told)?;
        let gap = next.duration_since(told).as_secs_f64() * 1_000.0;
        // The next hunt begins after a quarter of an hour.
        (gap < 60_000.0).then_some(gap)
    });
    gaps.collect()
}

/// Whether all four hunts have used up their calls.
async fn are_exhausted(night: &Night, calls: usize) -> bool {
    let all = night.incidents().await;
    let is_at_its_end = |incident: &Value| {
        let last = incident["attempts"].as_array().unwrap().last().unwrap();
        incident["state"] == "exhausted" && last["number"] == calls
    };
    all.len() == PEOPLE.len() && all.iter().all(is_at_its_end)
}

#[tokio::test]
#[ignore = "only measures"]
async fn from_busy_to_the_next_call() {
    let policies = PEOPLE.map(|(name, _)| policy(name, &format!("{name}-*"), &[name], 20));
    let policies = format!("[escalation]\nmax_calls_per_hour = 100\n{}", policies.concat());
    let night = Night::begin(Way::Voice, &policies).await;
    for (name, _) in PEOPLE {
        night.phone(name).has_the_habit(json!({"does": "decline"})).await;
        night.alarm(&format!("{name}-down")).goes_off().await;
    }
    let mut all = Vec::new();
    for hunt in 1.. {
        while !are_exhausted(&night, hunt * MOST).await {
            // Whoever asks often is in the way of what is measured.
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        all.extend(gaps(&night.log().await, &night.phones().await));
        if all.len() >= ENOUGH {
            break;
        }
        night.passes(Duration::from_secs(15 * 60)).await;
    }
    all.sort_by(f64::total_cmp);
    let (median, worst) = (all[all.len() / 2], all[all.len() - 1]);
    println!(
        "from busy to the next call: {} of them, median {median:.1} ms, worst {worst:.1} ms",
        all.len()
    );
    night.counts_itself();
}

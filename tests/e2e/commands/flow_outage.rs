//! `flow outage`: the Flow of a policy, to be imported into Studio.

use serde_json::json;
use tempfile::tempdir;

use super::stderr;
use crate::harness::{CONFIG, run, stdout};

#[tokio::test]
async fn flow_prints_a_policys_own_flow() {
    let folder = tempdir().unwrap();
    let printed = run(folder.path(), &["flow", "outage"]).await;
    assert!(
        printed.status.success() && stderr(&printed).contains("Import from JSON"),
        "{printed:?}"
    );
    let policy = |name: &str, ring_seconds: u32| {
        format!(
            "[[policies]]\nname = \"{name}\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\nchannel = \"a\"\n\
             ring_seconds = {ring_seconds}\nvoice = \"Polly.Amy\"\n"
        )
    };
    let people = "[people.alpha]\nphone = \"+15005550001\"\n";
    let config = format!("{CONFIG}{people}{}{}", policy("day", 20), policy("night", 40));
    std::fs::write(folder.path().join("ringdown.toml"), config).unwrap();
    let printed = stdout(&run(folder.path(), &["flow", "outage", "--policy", "night"]).await);
    let definition: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let states = definition["states"].as_array().unwrap();
    let of = |name: &str| &states.iter().find(|state| state["name"] == name).unwrap()["properties"];
    assert_eq!((&of("call")["timeout"], &of("menu")["voice"]), (&json!(40), &json!("Polly.Amy")));
    for (arguments, expected) in [
        (
            vec!["flow", "outage"],
            "which policy? Name it with --policy, expected one of day, night\n",
        ),
        (
            vec!["flow", "outage", "--policy", "noon"],
            "--policy: there is no policy \"noon\", expected one of day, night\n",
        ),
    ] {
        let refused = run(folder.path(), &arguments).await;
        assert_eq!((refused.status.code(), stderr(&refused).as_str()), (Some(2), expected));
        assert_eq!(stdout(&refused), "");
    }
}

//! `ringdown flow draw`: a Flow as SVG.

use std::path::Path;

use studio::draw::{Graph, Mode, Overlay, svg};

use super::check::say_findings;
use super::{flow_name, flows_of, name, read, write};

/// Draws the file's Flow, its first one if it has several; a file without one is refused with the reasons.
///
/// # Errors
/// Says what cannot be read or written.
pub fn run(file: &Path, output: Option<&Path>) -> Result<bool, String> {
    let flows = match flows_of(file, &read(file)?) {
        Ok(flows) => flows,
        Err(findings) => {
            say_findings(file, &findings);
            return Ok(false);
        }
    };
    let Some(first) = flows.flows().first() else { return Ok(false) };
    if flows.flows().len() > 1 {
        let count = flows.flows().len();
        let which = first.name().map(|name| format!(" ({})", flow_name(name))).unwrap_or_default();
        say_error!("{} has {count} Flows: this is the first of them{which}", name(file));
    }
    let mut graph = Graph::of(&first.flow());
    if let Some(name) = first.name() {
        graph.title = name.to_owned();
    }
    write(&svg(&graph, &Overlay::default(), Mode::Standalone), output).map(|()| true)
}

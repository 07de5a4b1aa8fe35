//! The files that a test needs: a Flow, its scenarios and its subflows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use studio::scenario::{NamedSubflows, ScenarioFile, ScenarioProblem, named_files};
use studio::{Flow, why_not_runnable};

use super::super::{name, only_flow, read, refused_subflow};

/// A Flow with its scenarios.
pub(super) struct Tested {
    /// The file that is named in what is printed.
    pub(super) name: String,
    pub(super) flow: Arc<Flow>,
    pub(super) flows: BTreeMap<String, Arc<Flow>>,
    pub(super) scenarios: Option<ScenarioFile>,
    /// The reasons why Studio would refuse the Flow or a subflow.
    pub(super) refused: Vec<String>,
}

impl Tested {
    /// A Flow and its scenarios, whichever of the two files was named.
    ///
    /// # Errors
    /// Says which file cannot be read, or everything that is wrong in the file of scenarios.
    pub(super) fn read(file: &Path, has_walks: bool) -> Result<Tested, String> {
        let is_toml = file.extension().is_some_and(|extension| extension == "toml");
        let scenarios = if is_toml { file.to_owned() } else { file.with_extension("tests.toml") };
        if !is_toml && !scenarios.exists() {
            if !has_walks {
                let (file, scenarios) = (name(file), scenarios.display());
                return Err(format!("{file} has no scenarios: there is no {scenarios}"));
            }
            let main = only_flow(file)?;
            let refused = why_not_runnable(&main.check()).into_iter().collect();
            let (name, flow, flows) = (name(file), Arc::new(main.flow()), BTreeMap::new());
            return Ok(Tested { name, flow, flows, scenarios: None, refused });
        }
        let text = String::from_utf8(read(&scenarios)?)
            .map_err(|_| format!("{} is not text in UTF-8", name(&scenarios)))?;
        let named = named_files(&text).map_err(|problems| reasons(&scenarios, &problems))?;
        let file = if is_toml { flow_of(&scenarios, named.flow) } else { file.to_owned() };
        let main = only_flow(&file)?;
        let mut refused: Vec<String> = why_not_runnable(&main.check()).into_iter().collect();
        let (flow, mut flows) = (Arc::new(main.flow()), BTreeMap::new());
        let known = NamedSubflows::of(&flow);
        // One that the Flow does not go into is wrong in the file of scenarios, whatever its own file is.
        for (sid, path) in
            named.subflows.into_iter().filter(|(sid, _)| known.why_not_runnable(sid).is_none())
        {
            let subflow = only_flow(&beside(&scenarios, &path))
                .map_err(|error| format!("{}, {sid}: {error}", name(&scenarios)))?;
            refused.extend(refused_subflow(&sid, &subflow));
            flows.insert(sid, Arc::new(subflow.flow()));
        }
        let read = ScenarioFile::read(&text, &flow, &flows)
            .map_err(|problems| reasons(&scenarios, &problems))?;
        if read.scenarios.is_empty() && !has_walks {
            return Err(format!("{} has no [[scenarios]]", name(&scenarios)));
        }
        Ok(Tested { name: name(&scenarios), flow, flows, scenarios: Some(read), refused })
    }
}

/// The file of the Flow whose scenarios these bytes of a file are; none if they are no scenarios.
pub(in super::super) fn scenarios_of(file: &Path, bytes: &[u8]) -> Option<PathBuf> {
    let is_toml = file.extension().is_some_and(|extension| extension == "toml");
    let text = std::str::from_utf8(bytes).ok().filter(|_| is_toml)?;
    let named = named_files(text).ok()?.flow;
    let is_test = named.is_some() || text.lines().any(|line| line.trim() == "[[scenarios]]");
    is_test.then(|| flow_of(file, named))
}

/// The file of the Flow that a file of scenarios names, or whose name it has: `hotline.tests.toml` is about
/// `hotline.json`.
fn flow_of(scenarios: &Path, named: Option<String>) -> PathBuf {
    if let Some(path) = named {
        return beside(scenarios, &path);
    }
    let stem = scenarios.with_extension("");
    let is_tests = stem.extension().is_some_and(|extension| extension == "tests");
    if is_tests { stem.with_extension("json") } else { scenarios.with_extension("json") }
}

fn beside(scenarios: &Path, path: &str) -> PathBuf {
    scenarios.parent().unwrap_or(Path::new("")).join(path)
}

fn reasons(file: &Path, problems: &[ScenarioProblem]) -> String {
    let reasons = problems.iter().map(|problem| format!("{}, {problem}", name(file)));
    reasons.collect::<Vec<String>>().join("\n")
}

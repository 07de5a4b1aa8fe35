//! Globs on alarms' names that are perhaps not what was meant. They stay as they are: these are warnings.
//!
//! 1. `translate`: what was written for another tool (a regular expression, braces, a list), as globs.
//! 2. [`covers`]: a glob behind another one that takes all its names.

mod translate;

use toml::Spanned;

use super::{Check, File};
use translate::doubt;

/// Beyond so many globs they are not compared with each other.
const MAX_COMPARED: usize = 400;

type Globs = Spanned<Vec<Spanned<String>>>;

impl Check<'_> {
    /// Warns of globs that look like something else, and of those that no alarm reaches.
    pub(super) fn doubtful_globs(&mut self, file: &File) {
        for table in &file.policies {
            self.doubts("policies.alarms", &table.alarms);
        }
        for table in &file.silences {
            self.doubts("silences.alarms", &table.alarms);
        }
        for table in &file.ignore {
            self.doubts("ignore.alarms", &table.alarms);
            if let Some(glob) =
                table.alarms.get_ref().iter().find(|glob| covers(glob.get_ref(), "*"))
            {
                let what = format!("{:?} is every alarm: nobody is ever called", glob.get_ref());
                self.warning(glob.span().start, "ignore.alarms", what);
            }
        }
        let policies = file.policies.iter().flat_map(|table| table.alarms.get_ref());
        let ignored = file.ignore.iter().flat_map(|table| table.alarms.get_ref());
        if policies.chain(ignored).count() <= MAX_COMPARED {
            self.unreached(file);
        }
    }

    fn doubts(&mut self, key: &str, globs: &Globs) {
        for glob in globs.get_ref() {
            if let Some(what) = doubt(glob.get_ref()) {
                self.warning(glob.span().start, key, what);
            }
        }
    }

    /// Warns of policies, and of single globs, all of whose alarms go elsewhere.
    fn unreached(&mut self, file: &File) {
        let ignored: Vec<&str> =
            file.ignore.iter().flat_map(|table| texts(&table.alarms)).collect();
        for (place, table) in file.policies.iter().enumerate() {
            let earlier: Vec<(&str, &str)> = file.policies[..place]
                .iter()
                .flat_map(|table| {
                    texts(&table.alarms).map(|glob| (table.name.get_ref().as_str(), glob))
                })
                .collect();
            let taken_by = |glob: &str| -> Option<String> {
                if let Some(all) = ignored.iter().find(|all| covers(all, glob)) {
                    return Some(format!("[[ignore]] has {all:?}"));
                }
                let (policy, all) = earlier.iter().find(|(_, all)| covers(all, glob))?;
                Some(format!("the policy {policy:?} comes first with {all:?}"))
            };
            let globs: Vec<&Spanned<String>> =
                table.alarms.get_ref().iter().filter(|glob| !glob.get_ref().is_empty()).collect();
            let taken: Vec<(&Spanned<String>, String)> =
                globs.iter().filter_map(|glob| Some((*glob, taken_by(glob.get_ref())?))).collect();
            let name = table.name.get_ref();
            if let Some((_, why)) = taken.first().filter(|_| taken.len() == globs.len()) {
                let what = format!(
                    "no alarm ever reaches the policy {name:?}: {why}; the first policy that matches has an alarm, so \
                     move this one before it"
                );
                self.warning(table.alarms.span().start, "policies.alarms", what);
                continue;
            }
            for (glob, why) in taken {
                let what =
                    format!("no alarm reaches the policy {name:?} by {:?}: {why}", glob.get_ref());
                self.warning(glob.span().start, "policies.alarms", what);
            }
        }
    }

    fn warning(&mut self, at: usize, key: &str, what: String) {
        self.warnings.push(self.source.problem(at, key, what));
    }
}

fn texts(globs: &Globs) -> impl Iterator<Item = &str> {
    globs.get_ref().iter().map(|glob| glob.get_ref().as_str())
}

/// Whether every name that `glob` matches is matched by `all` too. It may say no where the answer is yes, never the other
/// way round.
fn covers(all: &str, glob: &str) -> bool {
    let (all, glob) = (parts(all), parts(glob));
    // reach[at]: the beginning of `all` so far can take the first `at` parts of `glob`.
    let mut reach = vec![false; glob.len() + 1];
    reach[0] = true;
    for part in all {
        let mut next = vec![false; glob.len() + 1];
        for at in 0..=glob.len() {
            next[at] = match part {
                '*' => reach[at] || at > 0 && next[at - 1],
                '?' => at > 0 && reach[at - 1] && glob[at - 1] != '*',
                c => at > 0 && reach[at - 1] && glob[at - 1] == c,
            };
        }
        reach = next;
    }
    reach[glob.len()]
}

/// The characters of a glob, its wildcards in one order: `*?` and `?*` are the same, and `**` is `*`.
fn parts(glob: &str) -> Vec<char> {
    let mut parts: Vec<char> = Vec::new();
    for c in glob.chars() {
        match (c, parts.last()) {
            ('*', Some('*')) => {}
            ('?', Some('*')) => parts.insert(parts.len() - 1, '?'),
            _ => parts.push(c),
        }
    }
    parts
}

#[cfg(test)]
mod tests;

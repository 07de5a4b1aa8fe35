//! Which module of a crate imports which: the arrows, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;

/// A module by the names on the way to it from the crate's root.
type Module = Vec<String>;

/// The imports of a crate, or of some modules of it.
pub(crate) struct Imports {
    modules: BTreeSet<Module>,
    /// From which module, to what it names, and in which file.
    arrows: Vec<(Module, Module, String)>,
}

impl Imports {
    /// Reads the files of a crate: each with its path below the crate's `src` and its text.
    pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Imports {
        let files: Vec<(Module, &str, &str)> =
            files.into_iter().map(|(path, text)| (module(path), path, text)).collect();
        let modules: BTreeSet<Module> = files.iter().map(|(module, ..)| module.clone()).collect();
        let mut arrows = Vec::new();
        for (module, path, text) in &files {
            let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            let mut paths = Paths { module, modules: &modules, found: Vec::new() };
            paths.visit_file(&file);
            arrows
                .extend(paths.found.into_iter().map(|to| (module.clone(), to, (*path).to_owned())));
        }
        Imports { modules, arrows }
    }

    /// The arrows between modules side by side in `parent`, each with a file that has it.
    fn between(&self, parent: &[String]) -> BTreeMap<(&str, &str), &str> {
        let depth = parent.len();
        let is_module = |name: &String| {
            self.modules.iter().any(|module| {
                module.starts_with(parent) && module.get(depth).is_some_and(|own| own == name)
            })
        };
        let mut between = BTreeMap::new();
        for (from, to, file) in &self.arrows {
            if !from.starts_with(parent) || !to.starts_with(parent) {
                continue;
            }
            let (Some(from), Some(to)) = (from.get(depth), to.get(depth)) else { continue };
            if from != to && is_module(to) {
                between.entry((from.as_str(), to.as_str())).or_insert(file.as_str());
            }
        }
        between
    }

    /// The modules that import each other, through others or at once: a line for each circle.
    pub(crate) fn circles(&self) -> Vec<String> {
        let parents: BTreeSet<&[String]> = self
            .modules
            .iter()
            .flat_map(|module| (0..module.len()).map(|depth| &module[..depth]))
            .collect();
        let mut circles = Vec::new();
        for parent in parents {
            let arrows = self.between(parent);
            let in_circle = |name: &str| reached(&arrows, name).contains(name);
            let names: BTreeSet<&str> = arrows.keys().map(|(from, _)| *from).collect();
            let names: Vec<&str> = names.into_iter().filter(|name| in_circle(name)).collect();
            if !names.is_empty() {
                let its = arrows.iter().filter(|((from, to), _)| {
                    names.contains(from)
                        && names.contains(to)
                        && reached(&arrows, to).contains(from)
                });
                let its: Vec<String> =
                    its.map(|((from, to), file)| format!("{from} -> {to} ({file})")).collect();
                circles.push(format!("in {}: {}", name(parent), its.join(", ")));
            }
        }
        circles
    }

    /// The arrows from a module to others than these, each with its file.
    pub(crate) fn beyond(&self, from: &[&str], allowed: &[&[&str]]) -> Vec<String> {
        let is_below = |module: &Module, of: &[&str]| {
            module.len() >= of.len() && module.iter().zip(of).all(|(own, name)| own == name)
        };
        let beyond = self.arrows.iter().filter(|(own, to, _)| {
            let is_module =
                self.modules.iter().any(|module| to.starts_with(&module[..1.min(module.len())]));
            is_below(own, from)
                && is_module
                && !is_below(to, from)
                && !allowed.iter().any(|allowed| is_below(to, allowed))
        });
        beyond.map(|(_, to, file)| format!("{file} names {}", name(to))).collect()
    }
}

/// What can be reached from a module over arrows.
fn reached<'a>(arrows: &BTreeMap<(&'a str, &'a str), &str>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = vec![from];
    while let Some(at) = open.pop() {
        for (_, to) in arrows.keys().filter(|(from, _)| *from == at) {
            if reached.insert(*to) {
                open.push(to);
            }
        }
    }
    reached
}

fn name(module: &[String]) -> String {
    if module.is_empty() { "the crate's root".to_owned() } else { module.join("::") }
}

/// The module of a file: `jobs/escalate.rs` is `jobs::escalate`.
fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let path = if matches!(path, "lib" | "main") { "" } else { path };
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The paths of a file that lead to modules of its own crate. Tests are left out.
struct Paths<'a> {
    module: &'a Module,
    modules: &'a BTreeSet<Module>,
    found: Vec<Module>,
}

impl Paths<'_> {
    fn add(&mut self, path: &[String]) {
        let Some(first) = path.first() else { return };
        let mut own = self.module.clone();
        let found = match first.as_str() {
            "crate" => path[1..].to_vec(),
            "self" => [&own[..], &path[1..]].concat(),
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                own.truncate(own.len().saturating_sub(ups));
                [&own[..], &path[ups..]].concat()
            }
            child => {
                own.push(child.to_owned());
                if !self.modules.contains(&own) {
                    return;
                }
                [&own[..], &path[1..]].concat()
            }
        };
        self.found.push(found);
    }

    fn add_tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) if name.ident == "self" => self.add(before),
            syn::UseTree::Name(name) => self.add(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.add(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.add(before),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_tree(tree, before));
            }
        }
    }
}

/// Whether these attributes keep an item out of what is shipped.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            let tokens = list.tokens.to_string();
            list.path.is_ident("cfg") && tokens.contains("test") && !tokens.contains("not")
        }
        _ => false,
    })
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.add_tree(&item.tree, &[]);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if names.len() > 1 {
            self.add(&names);
        }
        syn::visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circle_is_found_at_any_depth() {
        let files = [
            ("lib.rs", "pub mod a; pub mod b;"),
            ("a.rs", "mod x; mod y; use crate::b::B;"),
            ("a/x.rs", "use super::y::Y;"),
            ("a/y.rs", "fn f() { crate::a::x::g() }"),
            ("b.rs", "pub struct B;"),
        ];
        let circles = Imports::read(files).circles();
        assert_eq!(circles, ["in a: x -> y (a/x.rs), y -> x (a/y.rs)"]);
        let with_back_arrow = files.map(|(path, text)| match path {
            "b.rs" => (path, "use crate::{a::{self, Z}, c};"),
            _ => (path, text),
        });
        assert_eq!(Imports::read(with_back_arrow).circles().len(), 2);
        let in_tests = files.map(|(path, text)| match path {
            "a/y.rs" => (path, "#[cfg(test)] mod tests { use crate::a::x::g; }"),
            _ => (path, text),
        });
        assert!(Imports::read(in_tests).circles().is_empty());
    }

    #[test]
    fn arrow_beyond_what_is_allowed_is_found() {
        let files = [
            ("lib.rs", "pub mod domain; pub mod jobs; pub mod storage;"),
            ("domain.rs", "pub mod rules;"),
            ("domain/rules.rs", "fn f() { crate::jobs::run() }"),
            ("storage.rs", "use crate::domain::rules;"),
            ("jobs.rs", ""),
        ];
        let imports = Imports::read(files);
        assert_eq!(imports.beyond(&["domain"], &[]), ["domain/rules.rs names jobs::run"]);
        assert!(imports.beyond(&["storage"], &[&["domain"]]).is_empty());
    }
}

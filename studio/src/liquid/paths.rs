//! The paths that a template looks up.

use std::collections::HashSet;

use serde_json::Value;

use super::syntax::{LookupPath, NodeKind, Operand, PathPart, Pipeline, TemplateNode, Test};

/// The constant beginning of every path, in the order of the text; none whose name the template itself gives.
pub(super) fn paths(nodes: &[TemplateNode]) -> Vec<Vec<String>> {
    let mut collector = PathCollector::default();
    collector.nodes(nodes);
    let PathCollector { mut paths, given } = collector;
    paths.retain(|path| path.first().is_some_and(|name| !given.contains(name.as_str())));
    paths
}

#[derive(Default)]
struct PathCollector<'a> {
    paths: Vec<Vec<String>>,
    /// The names of assignments, captures, loops and counters.
    given: HashSet<&'a str>,
}

impl<'a> PathCollector<'a> {
    fn nodes(&mut self, nodes: &'a [TemplateNode]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &'a TemplateNode) {
        match &node.kind {
            NodeKind::Text(_) | NodeKind::Jump(_) => {}
            NodeKind::Count { name, .. } => {
                self.given.insert(name);
            }
            NodeKind::Output(value) => self.pipeline(value),
            NodeKind::Assign { name, value } => {
                self.given.insert(name);
                self.pipeline(value);
            }
            NodeKind::Capture { name, body } => {
                self.given.insert(name);
                self.nodes(body);
            }
            NodeKind::IfChanged(body) => self.nodes(body),
            NodeKind::If { branches, otherwise } => {
                for (test, body) in branches {
                    self.test(test);
                    self.nodes(body);
                }
                self.nodes(otherwise);
            }
            NodeKind::Case { subject, arms, otherwise } => {
                self.operand(subject);
                for (values, body) in arms {
                    self.operands(values);
                    self.nodes(body);
                }
                self.nodes(otherwise);
            }
            NodeKind::For(each) => {
                self.given.extend([each.variable.as_str(), "forloop"]);
                self.operand(&each.list);
                self.operands(&each.limit);
                self.operands(&each.offset);
                self.operands(each.table.iter().flat_map(|table| &table.columns));
                self.nodes(&each.body);
                self.nodes(&each.otherwise);
            }
            NodeKind::Cycle { group, values, .. } => {
                self.operands(group);
                self.operands(values);
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        self.operand(&pipeline.operand);
        for call in &pipeline.calls {
            self.operands(&call.arguments);
        }
    }

    fn test(&mut self, test: &Test) {
        for comparison in std::iter::once(&test.first).chain(test.rest.iter().map(|(_, one)| one)) {
            self.operand(&comparison.left);
            self.operands(comparison.right.as_ref().map(|(_, right)| right));
        }
    }

    fn operands<'o>(&mut self, operands: impl IntoIterator<Item = &'o Operand>) {
        for operand in operands {
            self.operand(operand);
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Literal(_) | Operand::Nothing(_) => {}
            Operand::Path(path) => self.path(path),
            Operand::Range(bounds) => {
                self.operand(&bounds.0);
                self.operand(&bounds.1);
            }
        }
    }

    fn path(&mut self, path: &LookupPath) {
        let constant = |part: &PathPart| match part {
            PathPart::Name(name) => Some(name.clone()),
            PathPart::Index(Operand::Literal(Value::String(name))) => Some(name.clone()),
            PathPart::Index(Operand::Literal(index @ Value::Number(_))) => Some(index.to_string()),
            PathPart::Index(_) => None,
        };
        let parts = path.parts.iter().map_while(constant);
        self.paths.push(std::iter::once(path.name.clone()).chain(parts).collect());
        for part in &path.parts {
            if let PathPart::Index(index) = part {
                self.operand(index);
            }
        }
    }
}

//! The graph that a drawing shows: widgets, and the edges between them with their labels.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{Condition, Flow, Offset, Transition};

/// The name that a step gives to the end of an execution.
pub const ENDED: &str = "Ended";

/// A Flow's graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Its heading; may be empty.
    pub title: String,
    /// The index of the widget that it begins with.
    pub initial: Option<usize>,
    /// Its widgets, in the definition's order.
    pub nodes: Vec<Node>,
    /// Its edges: one for each pair of widgets that are connected, in the definition's order.
    pub edges: Vec<Edge>,
}

/// A widget of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name. A definition with errors may give it to several.
    pub name: String,
    /// Its type, `say-play` for example; empty if it is not known.
    pub kind: String,
    /// Its place on Studio's canvas, if it has one.
    pub offset: Option<Offset>,
}

/// A connection between two widgets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The index of the widget that it leaves.
    pub from: usize,
    /// Its other end.
    pub to: EdgeEnd,
    /// The events and conditions that take it, in the definition's order, each once.
    pub labels: Vec<String>,
}

/// The other end of an edge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeEnd {
    /// The index of a widget.
    Widget(usize),
    /// The name of a widget that the definition does not have.
    Missing(String),
    /// The end of the execution.
    Ended,
}

impl Graph {
    /// The names at an edge's ends; `None` is the end.
    pub(super) fn names(&self, edge: usize) -> (String, Option<String>) {
        let edge = &self.edges[edge];
        let name =
            |node: usize| self.nodes.get(node).map(|node| node.name.clone()).unwrap_or_default();
        let to = match &edge.to {
            EdgeEnd::Widget(to) => Some(name(*to)),
            EdgeEnd::Missing(name) => Some(name.clone()),
            EdgeEnd::Ended => None,
        };
        (name(edge.from), to)
    }

    /// The graph of a Flow, one with errors too. Unconnected events of a trigger are no edges: they start nothing.
    pub fn of(flow: &Flow) -> Graph {
        let mut graph = Graph { title: flow.description.clone(), ..Graph::default() };
        let mut index = BTreeMap::new();
        for state in &flow.states {
            index.entry(state.name.as_str()).or_insert(graph.nodes.len());
            let node =
                Node { name: state.name.clone(), kind: state.kind.clone(), offset: state.offset() };
            graph.nodes.push(node);
        }
        graph.initial = index.get(flow.initial_state.as_str()).copied();
        let mut edges = Edges::default();
        for (from, state) in flow.states.iter().enumerate() {
            for transition in &state.transitions {
                let to = match &transition.next {
                    Some(next) => index
                        .get(next.as_str())
                        .map_or_else(|| EdgeEnd::Missing(next.clone()), |to| EdgeEnd::Widget(*to)),
                    None if state.kind == "trigger" => continue,
                    None => EdgeEnd::Ended,
                };
                edges.add(from, to, label(transition));
            }
        }
        graph.edges = edges.list;
        graph
    }

    /// The graph of steps that executions took, where no definition is known: from, event, to. `Ended` is the end, and
    /// the types are told from the events as far as they allow.
    pub fn of_steps<'a>(steps: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Graph {
        let mut graph = Graph::default();
        let mut index: BTreeMap<String, usize> = BTreeMap::new();
        let mut edges = Edges::default();
        let (mut known, mut entered) = (BTreeSet::new(), BTreeSet::new());
        for (from, event, to) in steps {
            let mut node = |name: &str| {
                *index.entry(name.to_owned()).or_insert_with(|| {
                    let name = name.to_owned();
                    graph.nodes.push(Node { name, kind: String::new(), offset: None });
                    graph.nodes.len() - 1
                })
            };
            let start = node(from);
            let end = if to == ENDED { EdgeEnd::Ended } else { EdgeEnd::Widget(node(to)) };
            if let Some(kind) = kind_of(from, event)
                && known.insert(start)
            {
                graph.nodes[start].kind = kind.to_owned();
            }
            if let EdgeEnd::Widget(end) = end {
                entered.insert(end);
            }
            edges.add(start, end, event.to_owned());
        }
        let is_trigger = |node: &Node| node.kind == "trigger";
        graph.initial = graph
            .nodes
            .iter()
            .position(is_trigger)
            .or_else(|| (0..graph.nodes.len()).find(|node| !entered.contains(node)));
        graph.edges = edges.list;
        graph
    }

    /// Whether an execution can get to each of the widgets; all of them, if there is none to begin with.
    pub fn reachable(&self) -> Vec<bool> {
        let Some(initial) = self.initial.filter(|initial| *initial < self.nodes.len()) else {
            return vec![true; self.nodes.len()];
        };
        let mut next = vec![Vec::new(); self.nodes.len()];
        for (from, to) in self.connections() {
            next[from].push(to);
        }
        let mut reachable = vec![false; self.nodes.len()];
        let mut open = vec![initial];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut reachable[node], true) {
                open.extend(&next[node]);
            }
        }
        reachable
    }

    /// The edges between two widgets of this graph, as indices.
    pub(super) fn connections(&self) -> impl Iterator<Item = (usize, usize)> {
        let count = self.nodes.len();
        self.edges.iter().filter_map(move |edge| match edge.to {
            EdgeEnd::Widget(to) if edge.from < count && to < count => Some((edge.from, to)),
            _ => None,
        })
    }
}

/// Edges as they are gathered, one for each pair.
#[derive(Default)]
struct Edges {
    list: Vec<Edge>,
    index: BTreeMap<(usize, EdgeEnd), usize>,
}

impl Edges {
    fn add(&mut self, from: usize, to: EdgeEnd, label: String) {
        let at = *self.index.entry((from, to)).or_insert_with_key(|(from, to)| {
            self.list.push(Edge { from: *from, to: to.clone(), labels: Vec::new() });
            self.list.len() - 1
        });
        let labels = &mut self.list[at].labels;
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
}

/// The event of a transition; of a `match` its condition.
fn label(transition: &Transition) -> String {
    if transition.conditions.is_empty() {
        return transition.event.clone();
    }
    let conditions: Vec<String> = transition.conditions.iter().map(comparison).collect();
    conditions.join(" and ")
}

/// A condition in few words: `= 1`, `contains yes`.
fn comparison(condition: &Condition) -> String {
    let words = match condition.kind.as_str() {
        "equal_to" => "=",
        "not_equal_to" => "≠",
        "greater_than" => ">",
        "less_than" => "<",
        "matches_any_of" => "any of",
        "regex" => "matches",
        "is_blank" | "is_not_blank" => return condition.kind.replace('_', " "),
        other => &other.replace('_', " "),
    };
    format!("{words} {}", condition.value.trim()).trim().to_owned()
}

/// The type of a widget that has such a step, where only one has.
fn kind_of(name: &str, event: &str) -> Option<&'static str> {
    Some(match event {
        _ if name == "Trigger" => "trigger",
        "incomingCall" | "incomingRequest" | "incomingParent" | "incomingConversationMessage" => {
            "trigger"
        }
        "incomingMessage" | "deliveryFailure" => "send-and-wait-for-reply",
        "match" | "noMatch" => "split-based-on",
        "audioComplete" => "say-play",
        "keypress" | "speech" => "gather-input-on-call",
        "sent" => "send-message",
        "recordingComplete" | "noAudio" => "record-voicemail",
        "callCompleted" => "connect-call-to",
        "answered" | "busy" | "noAnswer" => "make-outgoing-call-v2",
        _ => return None,
    })
}

//! What it means to take a running instance to another version of its workflow: which places map, and what stands in the
//! way. [`crate::migrate()`] then does it.
//!
//! An instance moves only where every live thing has the same place in the new version: the same kind of element, in the
//! same sub-process, called or repeated alike. What lies ahead and behind may be other; what waits stays as it waits.
//!
//! - A timer that is set keeps its instant, also where its rule is another now: the next one follows the new rule.
//! - A boundary event or event sub-process that the new version no longer has is no longer waited for; one that it has
//!   in addition is waited for from the migration on.
//! - Names, roles and services of open tasks become those of the new version; their deadlines stay.

mod alike;
mod joins;

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::ScopeId;
use crate::model::{Definitions, Flow, Kind, Name, Node, Process};
use crate::state::{Hook, Scope, ScopeKind, State, Wait};

/// Elements of the old version by their ids in the new one, where they differ.
pub type Elements = BTreeMap<String, String>;

/// What a migration would do to one instance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Where the instance is, and where that is in the new version; with the number of tokens.
    pub places: Vec<Place>,
    /// What stands in the way, each once; with none the instance can move.
    pub obstacles: Vec<Remark>,
    /// What changes about what waits.
    pub notes: Vec<Remark>,
}

/// A place of tokens in both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub from: String,
    pub to: String,
    /// What the new version calls it.
    pub name: String,
    pub tokens: usize,
}

/// Something about an element, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    pub about: About,
    /// The element of the old version; for what is added, of the new one.
    pub element: String,
    pub message: String,
    pub message_vi: String,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The new version has no such element.
    Gone,
    /// It is of another kind, or triggered, called or repeated in another way.
    Kind,
    /// It is in another sub-process.
    Scope,
    /// A parallel join ahead would wait for a token that cannot come.
    Join,
    /// A timer keeps its instant although its rule is another.
    Timer,
    /// An event is no longer waited for.
    Dropped,
    /// An event is waited for in addition.
    Added,
}

impl Remark {
    fn new(about: About, element: &str, name: &str) -> Self {
        let called = if name.is_empty() { element } else { name };
        let (message, message_vi) = match about {
            About::Gone => (
                format!("The new version has no '{called}'."),
                format!("Bản mới không có “{called}”."),
            ),
            About::Kind => (
                format!("'{called}' is of another kind in the new version."),
                format!("“{called}” là loại phần tử khác trong bản mới."),
            ),
            About::Scope => (
                format!("'{called}' is in another sub-process in the new version."),
                format!("“{called}” nằm trong quy trình con khác ở bản mới."),
            ),
            About::Join => (
                format!("'{called}' would wait for a branch that has not begun."),
                format!("“{called}” sẽ chờ một nhánh chưa từng bắt đầu."),
            ),
            About::Timer => (
                format!(
                    "'{called}' keeps the instant that it is set to; the new rule holds from the next time on."
                ),
                format!("“{called}” giữ thời điểm đã hẹn; cách tính mới áp dụng từ lần sau."),
            ),
            About::Dropped => (
                format!("'{called}' is no longer waited for."),
                format!("Không chờ “{called}” nữa."),
            ),
            About::Added => (
                format!("'{called}' is waited for from the migration on."),
                format!("Chờ thêm “{called}” kể từ lúc chuyển."),
            ),
        };
        Self {
            about,
            element: element.to_owned(),
            message,
            message_vi,
        }
    }
}

/// Looks at an instance without changing it; the whole state must be loaded.
#[must_use]
pub fn plan(old: &Definitions, new: &Definitions, state: &State, elements: &Elements) -> Plan {
    let pair = Pair {
        old,
        new,
        state,
        elements,
    };
    let mut found = Found::default();
    for (id, scope) in &state.scopes {
        pair.scope(id, scope, &mut found);
    }
    joins::starving(&pair, &mut found);
    let places = found
        .places
        .into_iter()
        .map(|((process, from), tokens)| {
            let to = pair.id(&from).to_owned();
            Place {
                name: new.element_name(&process, &to).to_owned(),
                from: from.to_string(),
                to,
                tokens,
            }
        })
        .collect();
    Plan {
        places,
        obstacles: found.obstacles.into_iter().collect(),
        notes: found.notes.into_iter().collect(),
    }
}

#[derive(Default)]
struct Found {
    places: BTreeMap<(Name, Name), usize>,
    obstacles: BTreeSet<Remark>,
    notes: BTreeSet<Remark>,
}

impl Found {
    fn hinders(&mut self, about: About, node: &Node) {
        self.obstacles
            .insert(Remark::new(about, &node.id, &node.name));
    }

    fn notes(&mut self, about: About, node: &Node) {
        self.notes.insert(Remark::new(about, &node.id, &node.name));
    }
}

/// Two versions side by side, as an instance sees them.
pub(crate) struct Pair<'a> {
    pub old: &'a Definitions,
    pub new: &'a Definitions,
    pub state: &'a State,
    pub elements: &'a Elements,
}

impl<'a> Pair<'a> {
    /// What an element of the old version is called in the new one.
    pub fn id<'b>(&'b self, element: &'b str) -> &'b str {
        self.elements.get(element).map_or(element, String::as_str)
    }

    fn processes(&self, scope: &Scope) -> Option<(&'a Process, &'a Process)> {
        self.old
            .process(&scope.process)
            .zip(self.new.process(&scope.process))
    }

    /// The events that a new version waits for in addition at an activity where a token is.
    pub fn added_boundaries(&self, scope: &Scope, element: &str) -> Vec<&'a Node> {
        let Some((before, after)) = self.processes(scope) else {
            return Vec::new();
        };
        let Some((was, is)) = before.node(element).zip(after.node(self.id(element))) else {
            return Vec::new();
        };
        let known: BTreeSet<&str> = was
            .boundary
            .iter()
            .map(|index| self.id(&before.nodes[*index].id))
            .collect();
        is.boundary
            .iter()
            .map(|index| &after.nodes[*index])
            .filter(|node| !known.contains(node.id.as_str()))
            .collect()
    }

    /// The start events of event sub-processes that a new version offers in addition in a scope.
    pub fn added_event_sub_processes(&self, scope: &Scope) -> Vec<&'a Node> {
        let Some((before, after)) = self.processes(scope) else {
            return Vec::new();
        };
        let inside = |process: &Process, element: Option<&str>| match (scope.kind, element) {
            (ScopeKind::Process, _) => Some(None),
            (ScopeKind::SubProcess, Some(element)) => process.index(element).map(Some),
            _ => None,
        };
        let element = scope.element.as_deref();
        let Some((was, is)) =
            inside(before, element).zip(inside(after, element.map(|element| self.id(element))))
        else {
            return Vec::new();
        };
        let known: BTreeSet<&str> = event_starts(before, was)
            .map(|node| self.id(&node.id))
            .collect();
        event_starts(after, is)
            .filter(|node| !known.contains(node.id.as_str()))
            .collect()
    }

    fn scope(&self, id: &ScopeId, scope: &Scope, found: &mut Found) {
        let Some((before, after)) = self.processes(scope) else {
            found
                .obstacles
                .insert(Remark::new(About::Gone, &scope.process, ""));
            return;
        };
        if let (Some(element), Some(outer)) = (
            &scope.element,
            id.parent().and_then(|id| self.state.scope(&id)),
        ) && let Some((before, after)) = self.processes(outer)
        {
            self.place(before, after, element, found);
        }
        for token in scope.tokens.values() {
            *found
                .places
                .entry((scope.process.clone(), token.element.clone()))
                .or_default() += 1;
            self.place(before, after, &token.element, found);
            if token.wait == Wait::Race {
                self.race(before, after, &token.element, found);
            }
            if let (Wait::Join, Some(flow)) = (&token.wait, &token.flow)
                && self.flow(before, after, flow).is_none()
                && let Some(node) = before.node(&token.element)
            {
                found.hinders(About::Join, node);
            }
            if scope.kind != ScopeKind::Item {
                for node in self.added_boundaries(scope, &token.element) {
                    found.notes(About::Added, node);
                }
            }
        }
        for node in self.added_event_sub_processes(scope) {
            found.notes(About::Added, node);
        }
        let hooks = scope
            .timers
            .values()
            .map(|timer| (&timer.element, timer.hook))
            .chain(
                scope
                    .subscriptions
                    .values()
                    .map(|waits| (&waits.element, waits.hook)),
            );
        for (element, hook) in hooks {
            self.hook(before, after, element, hook, found);
        }
        let undone = scope
            .compensable
            .iter()
            .flat_map(|done| [&done.element, &done.handler]);
        for element in undone.chain(&scope.pending).chain(scope.resetting.keys()) {
            self.place(before, after, element, found);
        }
    }

    /// Whether an element is in both versions the same, as far as a token there can tell.
    fn place(&self, before: &Process, after: &Process, element: &str, found: &mut Found) {
        let Some(was) = before.node(element) else {
            return;
        };
        let Some(is) = after.node(self.id(element)) else {
            return found.hinders(About::Gone, was);
        };
        if !alike::nodes(self, (before, was), (after, is)) {
            found.hinders(About::Kind, was);
        }
        if !self.same_parent((before, was), (after, is)) {
            found.hinders(About::Scope, was);
        }
        if alike::rules(was, is).is_some_and(|same| !same) {
            found.notes(About::Timer, was);
        }
    }

    fn same_parent(
        &self,
        (before, was): (&Process, &Node),
        (after, is): (&Process, &Node),
    ) -> bool {
        let was = was.parent.map(|index| self.id(&before.nodes[index].id));
        let is = is.parent.map(|index| after.nodes[index].id.as_str());
        was == is
    }

    /// Something that is waited for beside a token: it stays, or falls away with its element.
    fn hook(
        &self,
        before: &Process,
        after: &Process,
        element: &str,
        hook: Hook,
        found: &mut Found,
    ) {
        let Some(was) = before.node(element) else {
            return;
        };
        let falls_away = matches!(hook, Hook::Boundary | Hook::EventSubProcess);
        if falls_away && after.node(self.id(element)).is_none() {
            return found.notes(About::Dropped, was);
        }
        self.place(before, after, element, found);
    }

    /// An event-based gateway waits for the events behind it: they must be the same.
    fn race(&self, before: &Process, after: &Process, gateway: &str, found: &mut Found) {
        let Some((was, is)) = before.node(gateway).zip(after.node(self.id(gateway))) else {
            return;
        };
        let behind = |process: &'a Process, node: &Node| -> BTreeSet<&'a str> {
            node.outgoing
                .iter()
                .map(|flow| process.nodes[process.flows[*flow].target].id.as_str())
                .collect()
        };
        let (Some(before), Some(after)) =
            (self.old.process(&before.id), self.new.process(&after.id))
        else {
            return;
        };
        let events: BTreeSet<&str> = behind(before, was)
            .into_iter()
            .map(|id| self.id(id))
            .collect();
        if events != behind(after, is) {
            found.hinders(About::Kind, was);
        }
    }

    /// The flow of the new version by which a token that waits has come: of the same id, between the same elements, or at the
    /// end of a branch that has grown longer since.
    pub fn flow(&self, before: &Process, after: &'a Process, flow: &str) -> Option<&'a str> {
        let was = before.flows.iter().find(|known| known.id == flow)?;
        let target = self.id(&before.nodes[was.target].id);
        let source = after.index(self.id(&before.nodes[was.source].id));
        let into: Vec<&Flow> = after
            .node(target)?
            .incoming
            .iter()
            .map(|index| &after.flows[*index])
            .collect();
        into.iter()
            .find(|known| known.id == flow)
            .or_else(|| into.iter().find(|known| Some(known.source) == source))
            .or_else(|| {
                let source = source?;
                into.iter()
                    .find(|known| self.grew_from(before, after, source, known.source))
            })
            .map(|known| known.id.as_str())
    }

    /// Whether only nodes that the new version added lie between two of its nodes.
    fn grew_from(&self, before: &Process, after: &Process, source: usize, node: usize) -> bool {
        let old: BTreeSet<&str> = before.nodes.iter().map(|node| self.id(&node.id)).collect();
        let (mut seen, mut open) = (BTreeSet::from([node]), vec![node]);
        while let Some(at) = open.pop() {
            if at == source {
                return true;
            }
            if old.contains(after.nodes[at].id.as_str()) {
                continue;
            }
            let into = after.nodes[at]
                .incoming
                .iter()
                .map(|flow| after.flows[*flow].source);
            open.extend(into.filter(|next| seen.insert(*next)));
        }
        false
    }

    /// The flows of the instance's waiting tokens that have another id in the new version.
    pub fn flows(&self) -> BTreeMap<String, String> {
        let mut flows = BTreeMap::new();
        for scope in self.state.scopes.values() {
            let Some((before, after)) = self.processes(scope) else {
                continue;
            };
            let waiting = scope
                .tokens
                .values()
                .filter_map(|token| token.flow.as_ref());
            for flow in waiting.chain(scope.resetting.values().flatten()) {
                if let Some(now) = self.flow(before, after, flow).filter(|now| now != flow) {
                    flows.insert(flow.to_string(), now.to_owned());
                }
            }
        }
        flows
    }
}

/// The start events of the event sub-processes directly inside.
fn event_starts(process: &Process, inside: Option<usize>) -> impl Iterator<Item = &Node> {
    process
        .children(inside)
        .filter(|index| {
            matches!(
                process.nodes[*index].kind,
                Kind::SubProcess(crate::model::SubProcessKind::Event)
            )
        })
        .flat_map(|index| process.children(Some(index)))
        .map(|index| &process.nodes[index])
        .filter(|node| node.kind_name() == "startEvent")
}

//! The elements of a file by id, with their containers, flows and event definitions.

use std::collections::HashMap;

use super::schema::SCHEMA;
use super::value;
use crate::xml;

/// An index into [`Index::elements`].
pub type At = usize;

pub struct Element<'a> {
    pub node: roxmltree::Node<'a, 'a>,
    pub tag: &'a str,
    /// Empty where it has none.
    pub id: &'a str,
    /// The type in the schema; empty where the schema has none for this place.
    pub kind: &'static str,
    /// The process, sub-process or choreography around it.
    pub container: Option<At>,
}

pub struct Flow {
    pub at: At,
    pub source: Option<At>,
    pub target: Option<At>,
    pub conditional: bool,
}

pub struct Index<'a> {
    pub elements: Vec<Element<'a>>,
    pub by_id: HashMap<&'a str, At>,
    pub flows: Vec<Flow>,
    /// Flows by the element where they begin, as indices into `flows`.
    pub outgoing: HashMap<At, Vec<usize>>,
    pub incoming: HashMap<At, Vec<usize>>,
    /// What stands directly in a container.
    pub inside: HashMap<At, Vec<At>>,
    /// The number of a sequence flow by its element.
    flow_of: HashMap<At, usize>,
    /// Boundary events by their activity.
    pub boundary: HashMap<At, Vec<At>>,
    pub target_namespace: &'a str,
    /// Whether elements of the own target namespace may stand in imported files.
    pub imports_own: bool,
}

const CONTAINERS: [&str; 6] = [
    "process",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "choreography",
    "subChoreography",
];

impl<'a> Index<'a> {
    /// Reads all elements of the BPMN namespace but what stands in extension elements.
    pub fn of(doc: &'a roxmltree::Document<'a>, kinds: &[Option<&'static str>]) -> Self {
        let root = doc.root_element();
        let target_namespace = root.attribute("targetNamespace").unwrap_or("");
        let mut index = Self {
            elements: Vec::new(),
            by_id: HashMap::new(),
            flows: Vec::new(),
            outgoing: HashMap::new(),
            incoming: HashMap::new(),
            inside: HashMap::new(),
            flow_of: HashMap::new(),
            boundary: HashMap::new(),
            target_namespace,
            imports_own: root.children().any(|child| {
                child.tag_name().name() == "import"
                    && child.attribute("namespace") == Some(target_namespace)
            }),
        };
        index.collect(doc, kinds);
        index.connect();
        index
    }

    fn collect(&mut self, doc: &'a roxmltree::Document<'a>, kinds: &[Option<&'static str>]) {
        // For every node its own or its nearest container; none at all inside extension elements.
        let mut around: Vec<Option<Option<At>>> = vec![None; kinds.len()];
        for node in doc.descendants().filter(roxmltree::Node::is_element) {
            let container = match node.parent_element() {
                Some(parent) => around[parent.id().get_usize()],
                None => Some(None),
            };
            let Some(container) = container else { continue };
            let tag = node.tag_name().name();
            if node.tag_name().namespace() != Some(xml::BPMN) || tag == "extensionElements" {
                continue;
            }
            let at = self.elements.len();
            let id = node.attribute("id").unwrap_or("").trim();
            let kind = kinds[node.id().get_usize()].unwrap_or("");
            self.elements.push(Element {
                node,
                tag,
                id,
                kind,
                container,
            });
            if !id.is_empty() {
                self.by_id.entry(id).or_insert(at);
            }
            if let Some(container) = container {
                self.inside.entry(container).or_default().push(at);
            }
            let inside = if CONTAINERS.contains(&tag) {
                Some(at)
            } else {
                container
            };
            around[node.id().get_usize()] = Some(inside);
        }
    }

    fn connect(&mut self) {
        for at in 0..self.elements.len() {
            let element = &self.elements[at];
            let end = |name: &str| {
                let end = self
                    .by_id
                    .get(element.node.attribute(name)?.trim())
                    .copied()?;
                self.is(end, "tFlowNode").then_some(end)
            };
            if element.tag == "sequenceFlow" {
                let conditional = child(element.node, "conditionExpression").is_some();
                let flow = Flow {
                    at,
                    source: end("sourceRef"),
                    target: end("targetRef"),
                    conditional,
                };
                let number = self.flows.len();
                if let Some(source) = flow.source {
                    self.outgoing.entry(source).or_default().push(number);
                }
                if let Some(target) = flow.target {
                    self.incoming.entry(target).or_default().push(number);
                }
                self.flow_of.insert(at, number);
                self.flows.push(flow);
            } else if element.tag == "boundaryEvent"
                && let Some(activity) = self.host(at)
            {
                self.boundary.entry(activity).or_default().push(at);
            }
        }
    }

    /// The element that a reference inside this file names.
    pub fn local(&self, node: roxmltree::Node<'_, '_>, reference: &str) -> Reference {
        let reference = reference.trim();
        let (prefix, local) = reference
            .split_once(':')
            .map_or((None, reference), |(p, l)| (Some(p), l));
        let found = self.by_id.get(local).copied();
        match prefix.map(|name| node.lookup_namespace_uri(Some(name)).unwrap_or("")) {
            None if found.is_none() && self.imports_own => Reference::Outside,
            Some(uri) if uri != self.target_namespace && (uri != xml::BPMN || found.is_none()) => {
                Reference::Outside
            }
            _ => found.map_or(Reference::Missing, Reference::To),
        }
    }

    /// The activity to which a boundary event is attached: a reference that may carry the prefix of the own namespace.
    pub fn host(&self, event: At) -> Option<At> {
        let node = self.elements[event].node;
        match self.local(node, node.attribute("attachedToRef")?) {
            Reference::To(found) if self.is(found, "tFlowNode") => Some(found),
            _ => None,
        }
    }

    pub fn is(&self, at: At, kind: &str) -> bool {
        SCHEMA.derives(self.elements[at].kind, kind)
    }

    pub fn outgoing(&self, at: At) -> impl Iterator<Item = &Flow> {
        self.outgoing
            .get(&at)
            .into_iter()
            .flatten()
            .map(|number| &self.flows[*number])
    }

    pub fn incoming(&self, at: At) -> impl Iterator<Item = &Flow> {
        self.incoming
            .get(&at)
            .into_iter()
            .flatten()
            .map(|number| &self.flows[*number])
    }

    /// Everything that stands directly in the container.
    pub fn inside(&self, container: At) -> impl Iterator<Item = At> {
        self.inside.get(&container).into_iter().flatten().copied()
    }

    /// The sequence flow with this element.
    pub fn flow(&self, at: At) -> Option<&Flow> {
        self.flow_of.get(&at).map(|number| &self.flows[*number])
    }

    /// The outermost container: the process or choreography.
    pub fn process(&self, at: At) -> Option<At> {
        std::iter::successors(self.elements[at].container, |up| {
            self.elements[*up].container
        })
        .last()
    }

    /// Whether the element stands in a process that says it is executable.
    pub fn executable(&self, at: At) -> bool {
        self.process(at)
            .is_some_and(|process| self.flag(process, "isExecutable"))
    }

    pub fn flag(&self, at: At, name: &str) -> bool {
        matches!(
            self.elements[at].node.attribute(name).map(str::trim),
            Some("true" | "1")
        )
    }

    pub fn is_event_subprocess(&self, at: At) -> bool {
        self.flag(at, "triggeredByEvent")
    }

    /// The event definitions of an event: its own and those by reference.
    pub fn triggers(&self, at: At) -> Vec<roxmltree::Node<'a, 'a>> {
        let node = self.elements[at].node;
        let own = node.children().filter(|child| {
            child.tag_name().namespace() == Some(xml::BPMN)
                && child.tag_name().name().ends_with("EventDefinition")
        });
        let referred = node
            .children()
            .filter(|child| child.tag_name().name() == "eventDefinitionRef")
            .filter_map(|child| match self.local(child, &value::text(child)) {
                Reference::To(found) => Some(self.elements[found].node),
                _ => None,
            });
        own.chain(referred).collect()
    }

    /// Whether the event names definitions that stand in another file.
    pub fn has_foreign_trigger(&self, at: At) -> bool {
        self.elements[at].node.children().any(|child| {
            child.tag_name().name() == "eventDefinitionRef"
                && !matches!(self.local(child, &value::text(child)), Reference::To(_))
        })
    }

    pub fn has_trigger(&self, at: At, tag: &str) -> bool {
        self.triggers(at)
            .iter()
            .any(|node| node.tag_name().name() == tag)
    }

    /// What people call the element: its id, else its name, else its tag.
    pub fn name(&self, at: At) -> &'a str {
        let element = &self.elements[at];
        if element.id.is_empty() {
            element.node.attribute("name").unwrap_or(element.tag)
        } else {
            element.id
        }
    }
}

/// Where a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    To(At),
    /// Into a file that is imported.
    Outside,
    Missing,
}

/// The first child of the BPMN namespace with this name.
pub fn child<'a>(node: roxmltree::Node<'a, 'a>, tag: &str) -> Option<roxmltree::Node<'a, 'a>> {
    node.children()
        .find(|child| child.has_tag_name((xml::BPMN, tag)))
}

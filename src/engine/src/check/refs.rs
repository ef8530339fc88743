//! References: every one leads to an element of the right kind, and flows stay inside their borders.

use std::collections::{HashMap, HashSet};

use super::index::{At, Index, Reference};
use super::report::Report;
use super::schema::SCHEMA;
use super::value;

pub fn check<'a>(
    doc: &'a roxmltree::Document<'a>,
    kinds: &[Option<&'static str>],
    index: &Index<'a>,
    out: &mut Report<'a>,
) {
    ids(doc, kinds, out);
    for at in 0..index.elements.len() {
        references(index, at, out);
    }
    for at in 0..index.elements.len() {
        listed(index, at, out);
        lane(index, at, out);
    }
    borders(index, out);
    diagram(doc, index, out);
}

/// Ids of the model and of the diagram share one space (`xsd:ID`).
fn ids<'a>(doc: &'a roxmltree::Document<'a>, kinds: &[Option<&'static str>], out: &mut Report<'a>) {
    let mut seen: HashMap<&str, roxmltree::Node> = HashMap::new();
    for node in doc
        .descendants()
        .filter(|node| kinds[node.id().get_usize()].is_some())
    {
        let Some(id) = node
            .attribute("id")
            .map(str::trim)
            .filter(|id| !id.is_empty())
        else {
            continue;
        };
        if seen.insert(id, node).is_some() {
            out.add("duplicate-id", node, &[id]);
        }
    }
}

/// Attributes and children of type `QName` or `IDREF` that don't name elements of BPMN.
const NOT_REFERENCES: [&str; 6] = [
    "implementationRef",
    "evaluatesToTypeRef",
    "type",
    "source",
    "target",
    "structureRef",
];

fn references<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let element = &index.elements[at];
    let Some(made) = SCHEMA.get(element.kind) else {
        if matches!(element.kind, "QName" | "IDREF") {
            reference(index, at, element.tag, &value::text(element.node), out);
        }
        return;
    };
    for attribute in made
        .attributes
        .iter()
        .filter(|known| matches!(known.kind, "QName" | "IDREF"))
    {
        if let Some(given) = element.node.attribute(attribute.name) {
            reference(index, at, attribute.name, given, out);
        }
    }
}

fn reference<'a>(index: &Index<'a>, at: At, name: &str, given: &str, out: &mut Report<'a>) {
    let element = &index.elements[at];
    let parent = element
        .node
        .parent_element()
        .map_or("", |parent| parent.tag_name().name());
    let is_link = matches!(name, "source" | "target") && parent == "linkEventDefinition";
    let is_item = name == "structureRef" && element.tag != "itemDefinition";
    if NOT_REFERENCES.contains(&name) && !is_link && !is_item {
        return;
    }
    if value::problem("QName", given, element.node).is_some() {
        return;
    }
    match index.local(element.node, given) {
        Reference::Outside => {}
        Reference::Missing if name == "calledElement" => {
            out.add("called-element-elsewhere", element.node, &[given]);
        }
        Reference::Missing => out.add("dangling-reference", element.node, &[name, given]),
        Reference::To(found) => {
            let wanted = wanted(element.tag, name, parent);
            if !wanted.is_empty() && !wanted.iter().any(|kind| index.is(found, kind)) {
                out.add(
                    "wrong-reference-kind",
                    element.node,
                    &[name, given, index.elements[found].tag],
                );
            } else if name == "calledElement" {
                called(index, at, found, out);
            }
        }
    }
}

fn called<'a>(index: &Index<'a>, at: At, process: At, out: &mut Report<'a>) {
    let starts: Vec<At> = index
        .inside(process)
        .filter(|at| index.elements[*at].tag == "startEvent")
        .collect();
    let none = |at: &At| index.triggers(*at).is_empty() && !index.has_foreign_trigger(*at);
    if !starts.is_empty() && !starts.iter().any(none) {
        out.add(
            "called-process-start",
            index.elements[at].node,
            &[index.name(process)],
        );
    }
}

/// The types to which a reference may lead; empty where any element will do.
fn wanted(tag: &str, name: &str, parent: &str) -> &'static [&'static str] {
    match (tag, name) {
        ("sequenceFlow", "sourceRef" | "targetRef") => &["tFlowNode"],
        ("messageFlow", "sourceRef" | "targetRef") => {
            &["tParticipant", "tFlowNode", "tConversationNode"]
        }
        (_, "attachedToRef") => &["tActivity", "tChoreographyActivity"],
        (_, "activityRef") => &["tActivity"],
        (_, "default" | "incoming" | "outgoing") => &["tSequenceFlow"],
        (_, "calledElement") => &["tCallableElement"],
        (_, "messageRef" | "inMessageRef" | "outMessageRef") => &["tMessage"],
        (_, "errorRef") => &["tError"],
        (_, "signalRef") => &["tSignal"],
        (_, "escalationRef") => &["tEscalation"],
        (_, "operationRef") => &["tOperation"],
        (_, "dataObjectRef") => &["tDataObject"],
        (_, "dataStoreRef") => &["tDataStore"],
        (_, "itemSubjectRef" | "itemRef" | "structureRef") => &["tItemDefinition"],
        (_, "processRef" | "supports") => &["tProcess"],
        (_, "categoryValueRef") => &["tCategoryValue"],
        (_, "definitionalCollaborationRef" | "calledCollaborationRef") => &["tCollaboration"],
        (_, "calledChoreographyRef") => &["tChoreography"],
        (_, "eventDefinitionRef" | "oneBehaviorEventRef" | "noneBehaviorEventRef") => {
            &["tEventDefinition"]
        }
        (_, "resourceRef") => &["tResource"],
        (_, "interfaceRef" | "supportedInterfaceRef") => &["tInterface"],
        (_, "correlationPropertyRef") => &["tCorrelationProperty"],
        (_, "correlationKeyRef") => &["tCorrelationKey"],
        (_, "dataInputRefs" | "optionalInputRefs" | "whileExecutingInputRefs") => &["tDataInput"],
        (_, "dataOutputRefs" | "optionalOutputRefs" | "whileExecutingOutputRefs") => {
            &["tDataOutput"]
        }
        (_, "source" | "target") if parent == "linkEventDefinition" => &["tLinkEventDefinition"],
        _ => &[],
    }
}

/// The lists `incoming` and `outgoing` against the flows.
fn listed<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    if !index.is(at, "tFlowNode") {
        return;
    }
    let node = index.elements[at].node;
    for (tag, flows) in [
        ("incoming", index.incoming.get(&at)),
        ("outgoing", index.outgoing.get(&at)),
    ] {
        let flows = flows.map_or(&[][..], Vec::as_slice);
        let mut listed = HashSet::new();
        for child in node
            .children()
            .filter(|child| child.has_tag_name((crate::xml::BPMN, tag)))
        {
            let text = value::text(child);
            let Reference::To(found) = index.local(child, &text) else {
                continue;
            };
            if !index.is(found, "tSequenceFlow") {
                continue;
            }
            listed.insert(found);
            if !flows.iter().any(|number| index.flows[*number].at == found) {
                out.add(
                    "flow-list-contradiction",
                    child,
                    &[index.name(at), text.trim(), tag],
                );
            }
        }
        if listed.is_empty() {
            continue;
        }
        for flow in flows.iter().map(|number| &index.flows[*number]) {
            if !listed.contains(&flow.at) {
                out.add(
                    "flow-not-listed",
                    node,
                    &[index.name(at), index.name(flow.at), tag],
                );
            }
        }
    }
}

fn lane<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let element = &index.elements[at];
    if element.tag != "flowNodeRef" {
        return;
    }
    let text = value::text(element.node);
    if let Reference::To(found) = index.local(element.node, &text)
        && index.process(found) != index.process(at)
    {
        out.add("lane-elsewhere", element.node, &[text.trim()]);
    }
}

fn borders<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    for flow in &index.flows {
        let (Some(source), Some(target)) = (flow.source, flow.target) else {
            continue;
        };
        let node = index.elements[flow.at].node;
        let names = [index.name(source), index.name(target)];
        let container = |at: At| index.elements[at].container;
        if container(source) == container(target) {
            if container(flow.at) != container(source) {
                out.add("flow-elsewhere", node, &names);
            }
        } else if index.process(source) == index.process(target) {
            out.add("flow-crosses-subprocess", node, &names);
        } else {
            out.add("flow-crosses-pool", node, &names);
        }
    }
}

fn diagram<'a>(doc: &'a roxmltree::Document<'a>, index: &Index<'a>, out: &mut Report<'a>) {
    let planes = doc.descendants().filter(|node| {
        node.tag_name().namespace() == Some("http://www.omg.org/spec/BPMN/20100524/DI")
    });
    for node in planes {
        let Some(shown) = node.attribute("bpmnElement") else {
            continue;
        };
        if value::problem("QName", shown, node).is_none()
            && index.local(node, shown) == Reference::Missing
        {
            out.add("diagram-dangling", node, &[shown]);
        }
    }
}

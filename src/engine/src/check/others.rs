//! Message flows, compensation, ad-hoc sub-processes, data and numbers.

use std::collections::HashMap;

use super::index::{At, Index, Reference, child};
use super::report::Report;
use crate::xml;

pub fn check<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    let pools = pools(index);
    let associated = associated(index);
    for at in 0..index.elements.len() {
        match index.elements[at].tag {
            "messageFlow" => message_flow(index, at, &pools, out),
            "adHocSubProcess" => adhoc(index, at, out),
            "choreographyTask" | "callChoreography" | "subChoreography" => {
                let inside = index.elements[at]
                    .container
                    .map(|up| index.elements[up].tag);
                if inside.is_some_and(|tag| !matches!(tag, "choreography" | "subChoreography")) {
                    out.add(
                        "choreography-in-process",
                        index.elements[at].node,
                        &[index.name(at)],
                    );
                }
            }
            "dataInputAssociation" | "dataOutputAssociation" => association(index, at, out),
            "participantMultiplicity" => multiplicity(index, at, out),
            "boundaryEvent" => compensation_event(index, at, &associated, out),
            _ => {}
        }
        if index.is(at, "tActivity") {
            activity(index, at, &associated, out);
        }
    }
}

/// Every process's participant.
fn pools(index: &Index<'_>) -> HashMap<At, At> {
    let mut pools = HashMap::new();
    for at in (0..index.elements.len()).filter(|at| index.elements[*at].tag == "participant") {
        let node = index.elements[at].node;
        let process = node
            .attribute("processRef")
            .map(|reference| index.local(node, reference));
        if let Some(Reference::To(process)) = process {
            pools.insert(process, at);
        }
    }
    pools
}

fn message_flow<'a>(index: &Index<'a>, at: At, pools: &HashMap<At, At>, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    let end = |attribute: &str| match index.local(node, node.attribute(attribute)?) {
        Reference::To(found) => Some(found),
        _ => None,
    };
    let (source, target) = (end("sourceRef"), end("targetRef"));
    if let (Some(source), Some(target)) = (source, target) {
        let pool = |at: At| {
            if index.elements[at].tag == "participant" {
                return Some(at);
            }
            index
                .process(at)
                .map(|process| pools.get(&process).copied().unwrap_or(process))
        };
        if source == target || pool(source).is_some_and(|pool_of| Some(pool_of) == pool(target)) {
            out.add(
                "message-flow-same-pool",
                node,
                &[name, index.name(source), index.name(target)],
            );
        }
    }
    if let Some(source) = source {
        if matches!(
            index.elements[source].tag,
            "startEvent" | "intermediateCatchEvent" | "boundaryEvent"
        ) || index.is(source, "tGateway")
        {
            out.add(
                "message-flow-end",
                node,
                &[name, "begin at", index.name(source), "bắt đầu từ"],
            );
        } else if index.elements[source].tag == "endEvent" {
            needs_message(index, source, out);
        }
    }
    if let Some(target) = target {
        if matches!(
            index.elements[target].tag,
            "endEvent" | "intermediateThrowEvent"
        ) || index.is(target, "tGateway")
        {
            out.add(
                "message-flow-end",
                node,
                &[name, "end at", index.name(target), "kết thúc ở"],
            );
        } else if index.elements[target].tag == "startEvent" {
            needs_message(index, target, out);
        }
    }
}

fn needs_message<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    if !index.has_trigger(at, "messageEventDefinition") && !index.has_foreign_trigger(at) {
        out.add(
            "message-flow-event",
            index.elements[at].node,
            &[index.name(at)],
        );
    }
}

/// What associations connect, in both directions.
fn associated(index: &Index<'_>) -> HashMap<At, Vec<At>> {
    let mut pairs: HashMap<At, Vec<At>> = HashMap::new();
    for element in index
        .elements
        .iter()
        .filter(|element| element.tag == "association")
    {
        let end =
            |attribute: &str| match index.local(element.node, element.node.attribute(attribute)?) {
                Reference::To(found) => Some(found),
                _ => None,
            };
        if let (Some(source), Some(target)) = (end("sourceRef"), end("targetRef")) {
            pairs.entry(source).or_default().push(target);
            pairs.entry(target).or_default().push(source);
        }
    }
    pairs
}

fn partners(associated: &HashMap<At, Vec<At>>, at: At) -> impl Iterator<Item = At> {
    associated.get(&at).into_iter().flatten().copied()
}

fn compensation_event<'a>(
    index: &Index<'a>,
    at: At,
    associated: &HashMap<At, Vec<At>>,
    out: &mut Report<'a>,
) {
    if index.has_trigger(at, "compensateEventDefinition")
        && !partners(associated, at).any(|other| index.flag(other, "isForCompensation"))
    {
        out.add(
            "compensation-without-handler",
            index.elements[at].node,
            &[index.name(at)],
        );
    }
}

fn activity<'a>(
    index: &Index<'a>,
    at: At,
    associated: &HashMap<At, Vec<At>>,
    out: &mut Report<'a>,
) {
    let (node, name) = (index.elements[at].node, index.name(at));
    if index.flag(at, "isForCompensation") && !index.is_event_subprocess(at) {
        if index.incoming(at).next().is_some() || index.outgoing(at).next().is_some() {
            out.add("compensation-handler-flow", node, &[name]);
        }
        let used = partners(associated, at)
            .any(|other| index.has_trigger(other, "compensateEventDefinition"));
        if !used {
            out.add("compensation-handler-unused", node, &[name]);
        }
    }
    for quantity in ["startQuantity", "completionQuantity"] {
        if let Some(value) = node.attribute(quantity)
            && value.trim().parse::<i64>().is_ok_and(|number| number < 1)
        {
            out.add("quantity-below-one", node, &[quantity, name, value]);
        }
    }
    if index.is(at, "tSubProcess") && child(node, "ioSpecification").is_some() {
        out.add("subprocess-io", node, &[name]);
    }
}

fn adhoc<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let node = index.elements[at].node;
    if !index.inside(at).any(|inner| index.is(inner, "tActivity")) {
        out.add("adhoc-empty", node, &[index.name(at)]);
    }
    if index
        .inside(at)
        .any(|inner| matches!(index.elements[inner].tag, "startEvent" | "endEvent"))
    {
        out.add("adhoc-event", node, &[index.name(at)]);
    }
}

fn association<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let node = index.elements[at].node;
    let sources = node
        .children()
        .filter(|child| child.has_tag_name((xml::BPMN, "sourceRef")))
        .count();
    if sources > 1 && child(node, "transformation").is_none() {
        out.add("data-association-sources", node, &[&sources.to_string()]);
    }
}

fn multiplicity<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let node = index.elements[at].node;
    let number = |name: &str, default: i64| {
        node.attribute(name)
            .map_or(Some(default), |value| value.trim().parse().ok())
    };
    // The schema's defaults: from 0 to 1.
    let (Some(minimum), Some(maximum)) = (number("minimum", 0), number("maximum", 1)) else {
        return;
    };
    let stated = node.attribute("maximum").is_some();
    if minimum < 0 || (stated && (maximum < 1 || maximum < minimum)) {
        out.add(
            "multiplicity-range",
            node,
            &[&minimum.to_string(), &maximum.to_string()],
        );
    }
}

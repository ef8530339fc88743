//! Gateways and the conditions on flows.

use std::collections::HashMap;

use super::index::{At, Flow, Index};
use super::report::Report;

pub fn check<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    for at in 0..index.elements.len() {
        if index.is(at, "tFlowNode") {
            default_flow(index, at, out);
            conditions(index, at, out);
        }
        if index.is(at, "tGateway") {
            direction(index, at, out);
        }
        if index.elements[at].tag == "eventBasedGateway" {
            event_gateway(index, at, out);
        }
    }
    duplicates(index, out);
}

fn default_flow<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let node = index.elements[at].node;
    let Some(flow) = default_of(index, at) else {
        return;
    };
    if flow.source != Some(at) {
        out.add(
            "default-flow-foreign",
            node,
            &[index.name(at), index.name(flow.at)],
        );
    } else if flow.conditional {
        out.add(
            "default-flow-condition",
            index.elements[flow.at].node,
            &[index.name(flow.at)],
        );
    }
}

/// The flow that the attribute `default` names.
pub fn default_of<'i>(index: &'i Index<'_>, at: At) -> Option<&'i Flow> {
    let id = index.elements[at].node.attribute("default")?.trim();
    index.flow(*index.by_id.get(id)?)
}

fn conditions<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let tag = index.elements[at].tag;
    let leaving: Vec<&Flow> = index.outgoing(at).collect();
    let conditional = leaving.iter().filter(|flow| flow.conditional);
    let rule = match tag {
        "parallelGateway" => "parallel-gateway-condition",
        "eventBasedGateway" => "event-gateway-condition",
        _ if index.is(at, "tEvent") => "condition-after-event",
        _ => "",
    };
    if !rule.is_empty() {
        for flow in conditional {
            out.add(rule, index.elements[flow.at].node, &[index.name(flow.at)]);
        }
        return;
    }
    if leaving.len() == 1 && leaving[0].conditional {
        out.add(
            "lonely-condition",
            index.elements[leaving[0].at].node,
            &[index.name(at)],
        );
    }
    if !matches!(tag, "exclusiveGateway" | "inclusiveGateway")
        || leaving.len() < 2
        || !index.executable(at)
    {
        return;
    }
    if leaving.iter().all(|flow| !flow.conditional) {
        out.add(
            "undecided-gateway",
            index.elements[at].node,
            &[index.name(at)],
        );
        return;
    }
    let default = default_of(index, at).map(|flow| flow.at);
    for flow in leaving
        .iter()
        .filter(|flow| !flow.conditional && Some(flow.at) != default)
    {
        let node = index.elements[flow.at].node;
        out.add(
            "missing-condition",
            node,
            &[index.name(flow.at), index.name(at)],
        );
    }
}

fn direction<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let node = index.elements[at].node;
    let (into, from) = (index.incoming(at).count(), index.outgoing(at).count());
    let excess = match node.attribute("gatewayDirection") {
        Some("Converging") if from > 1 => format!("{from} outgoing"),
        Some("Diverging") if into > 1 => format!("{into} incoming"),
        _ => return,
    };
    let stated = node.attribute("gatewayDirection").unwrap_or("");
    out.add(
        "gateway-direction",
        node,
        &[index.name(at), stated, &excess],
    );
}

fn event_gateway<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    let leaving: Vec<&Flow> = index.outgoing(at).collect();
    if leaving.len() < 2 {
        out.add(
            "event-gateway-outgoing",
            node,
            &[name, &leaving.len().to_string()],
        );
    }
    let starts = index.flag(at, "instantiate");
    if starts && index.incoming(at).next().is_some() {
        out.add("instantiating-gateway", node, &[name, "incoming"]);
    }
    if !starts && node.attribute("eventGatewayType") == Some("Parallel") {
        out.add(
            "instantiating-gateway",
            node,
            &[name, "eventGatewayType=Parallel, instantiate=false"],
        );
    }
    let around = index.elements[at]
        .container
        .map(|up| index.elements[up].tag);
    if matches!(around, Some("choreography" | "subChoreography")) {
        // There the gateway is followed by choreography tasks, whose messages are the events (§11.6).
        return;
    }
    let (mut receives, mut messages) = (false, false);
    for target in leaving.iter().filter_map(|flow| flow.target) {
        let (after, after_name) = (index.elements[target].node, index.name(target));
        match index.elements[target].tag {
            "receiveTask" => {
                receives = true;
                if index.boundary.contains_key(&target) {
                    out.add("event-gateway-receive-boundary", after, &[after_name]);
                }
            }
            "intermediateCatchEvent" => {
                messages |= index.has_trigger(target, "messageEventDefinition");
                if index.has_trigger(target, "linkEventDefinition") {
                    out.add("event-gateway-target", node, &[name, after_name]);
                }
            }
            _ => out.add("event-gateway-target", node, &[name, after_name]),
        }
        if index.incoming(target).count() > 1 {
            out.add("event-gateway-target-incoming", after, &[after_name]);
        }
    }
    if receives && messages {
        out.add("event-gateway-mixed", node, &[name]);
    }
}

fn duplicates<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    let mut seen: HashMap<(At, At), At> = HashMap::new();
    for flow in index.flows.iter().filter(|flow| !flow.conditional) {
        let (Some(source), Some(target)) = (flow.source, flow.target) else {
            continue;
        };
        // Several ways of one decision may lead to the same place.
        if matches!(
            index.elements[source].tag,
            "exclusiveGateway" | "inclusiveGateway" | "complexGateway"
        ) {
            continue;
        }
        if let Some(first) = seen.insert((source, target), flow.at) {
            let node = index.elements[flow.at].node;
            out.add(
                "duplicate-flow",
                node,
                &[index.name(flow.at), index.name(first)],
            );
        }
    }
}

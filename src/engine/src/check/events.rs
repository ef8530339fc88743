//! Events: which triggers they may have, and what may flow into and out of them.

use std::collections::{BTreeMap, HashSet};

use super::index::{At, Index};
use super::report::Report;

pub fn check<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    for at in 0..index.elements.len() {
        match index.elements[at].tag {
            "startEvent" => start(index, at, out),
            "endEvent" => end(index, at, out),
            "boundaryEvent" => boundary(index, at, out),
            "intermediateCatchEvent" => catch(index, at, out),
            "intermediateThrowEvent" => throw(index, at, out),
            _ => {}
        }
        if index.is(at, "tEvent") {
            definitions(index, at, out);
        }
    }
    event_subprocesses(index, out);
    levels(index, out);
    beginnings(index, out);
    links(index, out);
}

fn start<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    if index.incoming(at).next().is_some() {
        out.add("start-event-incoming", node, &[name]);
    }
    let Some(container) = index.elements[at].container else {
        return;
    };
    let triggers = index.triggers(at);
    let tags = triggers.iter().map(|trigger| trigger.tag_name().name());
    match index.elements[container].tag {
        "process" => {
            let fits = ["message", "timer", "conditional", "signal"];
            for tag in tags.filter(|tag| !is_one_of(tag, &fits)) {
                out.add("start-event-trigger", node, &[name, tag]);
            }
        }
        "subProcess" | "transaction" if index.is_event_subprocess(container) => {
            let fits = [
                "message",
                "timer",
                "escalation",
                "error",
                "compensate",
                "conditional",
                "signal",
            ];
            let interrupts = !matches!(
                node.attribute("isInterrupting").map(str::trim),
                Some("false" | "0")
            );
            if triggers.is_empty() && !index.has_foreign_trigger(at) {
                out.add("event-subprocess-start-trigger", node, &[name, "none"]);
            }
            for tag in tags {
                if !is_one_of(tag, &fits)
                    || (!interrupts && is_one_of(tag, &["error", "compensate"]))
                {
                    out.add("event-subprocess-start-trigger", node, &[name, tag]);
                }
            }
        }
        "subProcess" | "transaction" => {
            for tag in tags {
                out.add("subprocess-start-trigger", node, &[name, tag]);
            }
        }
        _ => {}
    }
}

fn end<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    if index.outgoing(at).next().is_some() {
        out.add("end-event-outgoing", node, &[name]);
    }
    let fits = [
        "message",
        "escalation",
        "error",
        "cancel",
        "compensate",
        "signal",
        "terminate",
    ];
    for trigger in index.triggers(at) {
        let tag = trigger.tag_name().name();
        if !is_one_of(tag, &fits) {
            out.add("end-event-result", node, &[name, tag]);
        }
        let inside = std::iter::successors(index.elements[at].container, |up| {
            index.elements[*up].container
        })
        .any(|up| index.elements[up].tag == "transaction");
        if tag == "cancelEventDefinition" && !inside {
            out.add("cancel-outside-transaction", node, &[name]);
        }
    }
}

fn boundary<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    if index.incoming(at).next().is_some() {
        out.add("boundary-event-incoming", node, &[name]);
    }
    let triggers = index.triggers(at);
    if triggers.is_empty() && !index.has_foreign_trigger(at) {
        out.add("boundary-event-trigger", node, &[name, "none"]);
    }
    let interrupts = !matches!(
        node.attribute("cancelActivity").map(str::trim),
        Some("false" | "0")
    );
    for trigger in &triggers {
        let tag = trigger.tag_name().name();
        if is_one_of(tag, &["link", "terminate"])
            || (!interrupts && is_one_of(tag, &["error", "cancel"]))
        {
            out.add("boundary-event-trigger", node, &[name, tag]);
        }
    }
    if let Some(activity) = index
        .host(at)
        .filter(|activity| index.is(*activity, "tActivity"))
    {
        if index.elements[activity].container != index.elements[at].container {
            out.add(
                "boundary-event-elsewhere",
                node,
                &[name, index.name(activity)],
            );
        }
        let cancels = index.has_trigger(at, "cancelEventDefinition");
        if cancels && index.elements[activity].tag != "transaction" {
            out.add("cancel-outside-transaction", node, &[name]);
        }
    }
    let compensates = index.has_trigger(at, "compensateEventDefinition");
    let leaves = index.outgoing(at).next().is_some();
    if compensates && leaves {
        out.add("compensation-boundary-flow", node, &[name]);
    }
    if !compensates && !leaves {
        out.add("boundary-event-no-outgoing", node, &[name]);
    }
}

fn catch<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    let triggers = index.triggers(at);
    if triggers.is_empty() && !index.has_foreign_trigger(at) {
        out.add("catch-event-trigger", node, &[name, "none"]);
    }
    for trigger in triggers {
        let tag = trigger.tag_name().name();
        if !is_one_of(tag, &["message", "timer", "conditional", "link", "signal"]) {
            out.add("catch-event-trigger", node, &[name, tag]);
        }
    }
    if index.has_trigger(at, "linkEventDefinition") && index.incoming(at).next().is_some() {
        out.add("link-flow", node, &[name]);
    }
}

fn throw<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    let (node, name) = (index.elements[at].node, index.name(at));
    for trigger in index.triggers(at) {
        let tag = trigger.tag_name().name();
        if !is_one_of(
            tag,
            &["message", "escalation", "link", "compensate", "signal"],
        ) {
            out.add("throw-event-result", node, &[name, tag]);
        }
    }
    if index.has_trigger(at, "linkEventDefinition") && index.outgoing(at).next().is_some() {
        out.add("link-flow", node, &[name]);
    }
}

/// What an event of an executable process must say.
fn definitions<'a>(index: &Index<'a>, at: At, out: &mut Report<'a>) {
    if !index.executable(at) {
        return;
    }
    let (node, name) = (index.elements[at].node, index.name(at));
    let throws = matches!(
        index.elements[at].tag,
        "endEvent" | "intermediateThrowEvent"
    );
    for trigger in index.triggers(at) {
        let tag = trigger.tag_name().name();
        let lacks = match tag {
            "timerEventDefinition" => {
                let says = trigger.children().any(|child| {
                    matches!(
                        child.tag_name().name(),
                        "timeDate" | "timeDuration" | "timeCycle" | "extensionElements"
                    )
                });
                if !says
                    && trigger
                        .attributes()
                        .all(|given| given.namespace().is_none())
                {
                    out.add("timer-without-time", node, &[name]);
                }
                continue;
            }
            "messageEventDefinition" => "messageRef",
            "signalEventDefinition" => "signalRef",
            "errorEventDefinition" if throws => "errorRef",
            "escalationEventDefinition" if throws => "escalationRef",
            _ => continue,
        };
        // A tool's own attribute may say instead what is sent.
        let extended = trigger
            .attributes()
            .any(|given| given.namespace().is_some());
        if trigger.attribute(lacks).is_none() && !extended {
            out.add("event-reference-missing", node, &[name, tag, lacks]);
        }
    }
}

fn event_subprocesses<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    for at in (0..index.elements.len()).filter(|at| index.is(*at, "tSubProcess")) {
        if !index.is_event_subprocess(at) {
            continue;
        }
        let node = index.elements[at].node;
        let starts = node
            .children()
            .filter(|child| child.has_tag_name((crate::xml::BPMN, "startEvent")))
            .count();
        if starts != 1 {
            out.add(
                "event-subprocess-start-count",
                node,
                &[index.name(at), &starts.to_string()],
            );
        }
        if index.incoming(at).next().is_some() || index.outgoing(at).next().is_some() {
            out.add("event-subprocess-flow", node, &[index.name(at)]);
        }
    }
}

/// Start and end events come together on each level.
fn levels<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    let mut with: BTreeMap<At, (bool, bool)> = BTreeMap::new();
    for at in 0..index.elements.len() {
        let Some(container) = index.elements[at].container else {
            continue;
        };
        match index.elements[at].tag {
            "startEvent" => with.entry(container).or_default().0 = true,
            "endEvent" => with.entry(container).or_default().1 = true,
            _ => {}
        }
    }
    for (container, (starts, ends)) in with {
        let (node, name) = (index.elements[container].node, index.name(container));
        // An instantiating gateway or receive task begins a process too.
        let begins = node.children().any(|child| {
            child
                .attribute("instantiate")
                .is_some_and(|value| value == "true")
        });
        if starts && !ends {
            out.add("start-without-end", node, &[name]);
        }
        if ends && !starts && !begins {
            out.add("end-without-start", node, &[name]);
        }
    }
}

/// A level begins at one start event without a trigger: at the first.
fn beginnings<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    let mut first: BTreeMap<At, At> = BTreeMap::new();
    for at in 0..index.elements.len() {
        let element = &index.elements[at];
        let Some(container) = element.container.filter(|_| element.tag == "startEvent") else {
            continue;
        };
        if index.is_event_subprocess(container)
            || !index.triggers(at).is_empty()
            || index.has_foreign_trigger(at)
        {
            continue;
        }
        let begins = *first.entry(container).or_insert(at);
        if begins != at {
            let words = [index.name(at), index.name(begins)];
            out.add("start-event-second", element.node, &words);
        }
    }
}

fn links<'a>(index: &Index<'a>, out: &mut Report<'a>) {
    let mut thrown: HashSet<(Option<At>, String)> = HashSet::new();
    let mut caught: HashSet<(Option<At>, String)> = HashSet::new();
    let mut all = Vec::new();
    for at in 0..index.elements.len() {
        let element = &index.elements[at];
        let throws = element.tag == "intermediateThrowEvent";
        if !throws && element.tag != "intermediateCatchEvent" {
            continue;
        }
        for link in index.triggers(at) {
            if link.tag_name().name() != "linkEventDefinition" {
                continue;
            }
            let name = link_name(link).unwrap_or_default();
            let key = (element.container, name.clone());
            let fresh = if throws {
                thrown.insert(key)
            } else {
                caught.insert(key)
            };
            if !throws && !fresh {
                out.add("link-target-twice", element.node, &[&name]);
            }
            all.push((at, throws, name));
        }
    }
    for (at, throws, name) in all {
        let element = &index.elements[at];
        let key = (element.container, name);
        if throws && !caught.contains(&key) {
            out.add("link-without-target", element.node, &[&key.1]);
        }
        if !throws && !thrown.contains(&key) {
            out.add("link-without-source", element.node, &[&key.1]);
        }
    }
}

/// The name by which links meet.
pub fn link_name(link: roxmltree::Node<'_, '_>) -> Option<String> {
    link.attribute("name").map(|name| name.trim().to_owned())
}

fn is_one_of(tag: &str, families: &[&str]) -> bool {
    tag.strip_suffix("EventDefinition")
        .is_some_and(|family| families.contains(&family))
}

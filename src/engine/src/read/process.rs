//! Processes: their nodes and flows.

use roxmltree::Node as Xml;
use smol_str::format_smolstr;

use super::{File, Reader, child, children, flag, is_bpmn, local, text, tk};
use crate::finding::Severity;
use crate::model::{Flow, GatewayKind, Kind, Name, Node, Process, Settings, SubProcessKind};

/// How deep sub-processes may lie in each other.
const MAX_DEPTH: usize = 64;

impl Reader {
    pub(super) fn process(&mut self, file: &File, at: &Xml) {
        let mut process = Process {
            id: id_of(at),
            name: at.attribute("name").unwrap_or_default().into(),
            executable: flag(at, "isExecutable", false),
            perhaps_executable: at.attribute("isExecutable").is_none()
                && at.attribute("processType") != Some("Public"),
            ..Process::default()
        };
        let mut places = Vec::new();
        self.collect(file, &mut process, &mut places, at, None);
        self.finish(file, process, &places, at);
    }

    /// A global task is a process of one task.
    pub(super) fn global_task(&mut self, file: &File, at: &Xml) {
        let mut process = Process {
            id: id_of(at),
            name: at.attribute("name").unwrap_or_default().into(),
            executable: false,
            ..Process::default()
        };
        let Some(kind) = self.kind(file, at, at.tag_name().name(), true) else {
            return;
        };
        process.nodes.push(self.blank(file, at, kind, None));
        self.finish(file, process, &[*at], at);
    }

    fn collect<'d, 'x>(
        &mut self,
        file: &File,
        process: &mut Process,
        places: &mut Vec<Xml<'d, 'x>>,
        container: &Xml<'d, 'x>,
        parent: Option<usize>,
    ) {
        let depth = std::iter::successors(parent, |index| process.nodes[*index].parent).count();
        if depth > MAX_DEPTH {
            self.report(
                file,
                container,
                Severity::Error,
                "too-deep",
                &format!("Sub-processes are nested deeper than {MAX_DEPTH}."),
                &format!("Quy trình con lồng nhau quá {MAX_DEPTH} cấp."),
            );
            return;
        }
        for at in container.children().filter(is_bpmn) {
            let tag = at.tag_name().name();
            if matches!(tag, "dataObject" | "dataObjectReference" | "property") {
                self.data(process, &at, parent, container);
                continue;
            }
            let Some(kind) = self.kind(file, &at, tag, process.executable) else {
                continue;
            };
            let index = process.nodes.len();
            let inner = matches!(kind, Kind::SubProcess(_));
            process.nodes.push(self.blank(file, &at, kind, parent));
            places.push(at);
            if inner {
                self.collect(file, process, places, &at, Some(index));
            }
        }
    }

    fn finish<'d, 'x>(
        &mut self,
        file: &File,
        mut process: Process,
        places: &[Xml<'d, 'x>],
        at: &Xml<'d, 'x>,
    ) {
        for (index, node) in process.nodes.iter().enumerate() {
            process.by_id.entry(node.id.clone()).or_insert(index);
        }
        self.flows(file, &mut process, at);
        for (index, at) in places.iter().enumerate() {
            self.details(file, &mut process, index, at);
        }
        self.compensation_handlers(&mut process, at);
        process.has_conditional = process.nodes.iter().any(|node| {
            matches!(&node.kind, Kind::Event(event) if event.triggers.iter().any(|trigger| matches!(trigger, crate::model::Trigger::Conditional(_))))
        });
        process.has_joins = process.nodes.iter().any(|node| {
            matches!(
                node.kind,
                Kind::Gateway(GatewayKind::Inclusive | GatewayKind::Complex { .. })
            )
        });
        self.processes.push(process);
    }

    fn flows<'d, 'x>(&mut self, file: &File, process: &mut Process, container: &Xml<'d, 'x>) {
        let mut open = vec![*container];
        while let Some(container) = open.pop() {
            for at in container.children().filter(is_bpmn) {
                match at.tag_name().name() {
                    "sequenceFlow" => self.flow(file, process, &at),
                    "subProcess" | "transaction" | "adHocSubProcess" => open.push(at),
                    _ => {}
                }
            }
        }
    }

    fn flow(&mut self, file: &File, process: &mut Process, at: &Xml) {
        let end = |name: &str| {
            at.attribute(name).and_then(|id| {
                process
                    .by_id
                    .get(id.trim())
                    .or_else(|| process.by_id.get(local(id)))
                    .copied()
            })
        };
        // What dangles is reported by the check of references.
        let (Some(source), Some(target)) = (end("sourceRef"), end("targetRef")) else {
            return;
        };
        if process.nodes[source].parent != process.nodes[target].parent {
            return;
        }
        let condition = child(at, "conditionExpression")
            .map(|condition| (condition, text(&condition)))
            .filter(|(_, text)| !text.is_empty());
        let condition =
            condition.map(|(place, text)| self.expression(file, &place, &text, process.executable));
        let index = process.flows.len();
        process.flows.push(Flow {
            id: id_of(at),
            name: at.attribute("name").unwrap_or_default().into(),
            source,
            target,
            condition,
        });
        process.nodes[source].outgoing.push(index);
        process.nodes[target].incoming.push(index);
    }

    /// What an element says about itself, once all elements are known.
    fn details(&mut self, file: &File, process: &mut Process, index: usize, at: &Xml) {
        self.order_by_children(process, index, at);
        if let Some(default) = at.attribute("default") {
            let default = local(default);
            process.nodes[index].default = process.nodes[index]
                .outgoing
                .iter()
                .copied()
                .find(|flow| process.flows[*flow].id == default);
        }
        if process.nodes[index].is_activity() {
            self.activity(file, process, index, at);
        }
        if matches!(process.nodes[index].kind, Kind::Event(_)) {
            self.event(file, process, index, at);
        }
        if let Kind::Gateway(GatewayKind::Complex { activation }) = &mut process.nodes[index].kind
            && let Some(condition) = child(at, "activationCondition")
            && let source = text(&condition)
            && !source.is_empty()
        {
            *activation = Some(self.expression(file, &condition, &source, process.executable));
        }
    }

    /// The order of the `outgoing` children decides in which order conditions are looked at; flows that are not listed follow.
    fn order_by_children(&mut self, process: &mut Process, index: usize, at: &Xml) {
        let listed: Vec<String> = children(at, "outgoing")
            .map(|child| local(&text(&child)).to_owned())
            .collect();
        if listed.is_empty() {
            return;
        }
        let flows = &process.flows;
        let rank = |flow: &usize| {
            listed
                .iter()
                .position(|id| *id == flows[*flow].id)
                .unwrap_or(usize::MAX)
        };
        process.nodes[index].outgoing.sort_by_key(rank);
    }

    fn compensation_handlers(&mut self, process: &mut Process, at: &Xml) {
        for association in at
            .descendants()
            .filter(|node| is_bpmn(node) && node.tag_name().name() == "association")
        {
            let end = |name: &str| {
                association
                    .attribute(name)
                    .and_then(|id| process.by_id.get(local(id)).copied())
            };
            let (Some(source), Some(target)) = (end("sourceRef"), end("targetRef")) else {
                continue;
            };
            for (boundary, handler) in [(source, target), (target, source)] {
                let catches = matches!(&process.nodes[boundary].kind, Kind::Event(event)
                    if event.triggers.iter().any(|trigger| matches!(trigger, crate::model::Trigger::Compensate { .. })));
                if catches && process.nodes[handler].for_compensation {
                    process.nodes[boundary].handler = Some(handler);
                }
            }
        }
    }

    fn blank(&mut self, file: &File, at: &Xml, kind: Kind, parent: Option<usize>) -> Node {
        let (line, column) = file.lines.place(at.range().start);
        let quantity = |name: &str| {
            at.attribute(name)
                .and_then(|value| value.trim().parse().ok())
                .unwrap_or(1_u32)
                .clamp(1, 1_000)
        };
        Node {
            id: id_of(at),
            name: at.attribute("name").unwrap_or_default().into(),
            kind,
            parent,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            default: None,
            boundary: Vec::new(),
            repeat: None,
            settings: Settings {
                role: tk(at, "role").map(Name::new),
                service: tk(at, "service").map(Name::new),
                due: tk(at, "due").map(Name::new),
                form: tk(at, "form").map(Name::new),
                priority: tk(at, "priority").and_then(|priority| priority.parse().ok()),
                step: tk(at, "step").map(Name::new),
                message: None,
            },
            inputs: Vec::new(),
            outputs: Vec::new(),
            declares: Vec::new(),
            for_compensation: flag(at, "isForCompensation", false),
            instantiate: flag(at, "instantiate", false),
            handler: None,
            start_quantity: quantity("startQuantity"),
            completion_quantity: quantity("completionQuantity"),
            line,
            column,
        }
    }

    pub(super) fn sub_process_kind(&mut self, at: &Xml, tag: &str) -> SubProcessKind {
        match tag {
            "transaction" => SubProcessKind::Transaction,
            "adHocSubProcess" => SubProcessKind::AdHoc {
                sequential: at.attribute("ordering") == Some("Sequential"),
                completion: child(at, "completionCondition")
                    .map(|condition| text(&condition))
                    .filter(|text| !text.is_empty()),
                cancel_rest: flag(at, "cancelRemainingInstances", true),
            },
            _ if flag(at, "triggeredByEvent", false) => SubProcessKind::Event,
            _ => SubProcessKind::Embedded,
        }
    }
}

/// The id; where the file gives none, one from the place, so that it stays the same.
pub(super) fn id_of(at: &Xml) -> Name {
    match at.attribute("id") {
        Some(id) if !id.trim().is_empty() => Name::new(id.trim()),
        _ => format_smolstr!("_{}_{}", at.tag_name().name(), at.range().start),
    }
}

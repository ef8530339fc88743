//! Activities: tasks, calls, scripts and how often they run.

use roxmltree::Node as Xml;

use super::event::event_definitions;
use super::process::id_of;
use super::{File, Reader, ZEEBE, child, children, extension, flag, local, text, tk, vendor};
use crate::expr::{self, Expr};
use crate::finding::Severity;
use crate::model::{
    Behavior, EventNode, GatewayKind, Kind, Multi, Name, Position, Process, Repeat, Script,
    TaskKind, Trigger,
};

impl Reader {
    /// What a tag under a process is; none for what is no flow node.
    pub(super) fn kind(
        &mut self,
        file: &File,
        at: &Xml,
        tag: &str,
        executable: bool,
    ) -> Option<Kind> {
        let event = |position| {
            Kind::Event(EventNode {
                position,
                triggers: Vec::new(),
                parallel_multiple: flag(at, "parallelMultiple", false),
                interrupting: flag(at, "isInterrupting", true),
            })
        };
        Some(match tag {
            "task" | "globalTask" => Kind::Task(TaskKind::None),
            "userTask" | "globalUserTask" => Kind::Task(TaskKind::User),
            "manualTask" | "globalManualTask" => Kind::Task(TaskKind::Manual),
            "serviceTask" => Kind::Task(TaskKind::Service),
            "businessRuleTask" | "globalBusinessRuleTask" => Kind::Task(TaskKind::BusinessRule),
            "sendTask" => Kind::Task(TaskKind::Send),
            "receiveTask" => Kind::Task(TaskKind::Receive),
            "scriptTask" | "globalScriptTask" => Kind::Script(self.script(file, at, executable)),
            "callActivity" => Kind::Call(called(at)),
            "subProcess" | "transaction" | "adHocSubProcess" => {
                Kind::SubProcess(self.sub_process_kind(at, tag))
            }
            "exclusiveGateway" => Kind::Gateway(GatewayKind::Exclusive),
            "inclusiveGateway" => Kind::Gateway(GatewayKind::Inclusive),
            "parallelGateway" => Kind::Gateway(GatewayKind::Parallel),
            "complexGateway" => Kind::Gateway(GatewayKind::Complex { activation: None }),
            "eventBasedGateway" => Kind::Gateway(GatewayKind::EventBased {
                instantiate: flag(at, "instantiate", false),
                parallel: at.attribute("eventGatewayType") == Some("Parallel"),
            }),
            "startEvent" => event(Position::Start),
            "intermediateCatchEvent" => event(Position::Catch),
            "intermediateThrowEvent" => event(Position::Throw),
            "endEvent" => event(Position::End),
            // The host is found when all elements are known.
            "boundaryEvent" => event(Position::Boundary {
                host: usize::MAX,
                interrupting: flag(at, "cancelActivity", true),
            }),
            _ => return None,
        })
    }

    fn script(&mut self, file: &File, at: &Xml, executable: bool) -> Script {
        let format = at
            .attribute("scriptFormat")
            .or_else(|| at.attribute("scriptLanguage"))
            .unwrap_or_default()
            .trim();
        let source = child(at, "script")
            .map(|script| text(&script))
            .unwrap_or_default();
        if !source.is_empty() && !format.is_empty() && !format.to_ascii_lowercase().contains("cel")
        {
            self.foreign_script(file, at, format);
            return Script::Foreign(format.to_owned());
        }
        match (expr::script(&source), file.language) {
            (Ok(assignments), _) => Script::Assignments(assignments),
            (Err(_), Some(language)) => {
                self.foreign_script(file, at, language);
                Script::Foreign(language.to_owned())
            }
            (Err(problem), None) => {
                let severity = if executable {
                    Severity::Error
                } else {
                    Severity::Info
                };
                self.report(
                    file,
                    at,
                    severity,
                    "script",
                    &format!("The script is not valid: {problem}."),
                    &format!("Tập lệnh không hợp lệ: {problem}."),
                );
                Script::Broken(problem)
            }
        }
    }

    fn foreign_script(&mut self, file: &File, at: &Xml, format: &str) {
        self.report(
            file,
            at,
            Severity::Warning,
            "script-format",
            &format!("A script in '{format}' is not run; write CEL assignments."),
            &format!("Tập lệnh '{format}' không được chạy; hãy viết phép gán CEL."),
        );
    }

    pub(super) fn activity(&mut self, file: &File, process: &mut Process, index: usize, at: &Xml) {
        self.mappings(file, process, index, at);
        let repeat = self.repeat(file, process, index, at);
        let message = self.task_message(file, at, process.executable);
        let due = process.nodes[index].settings.due.clone();
        if let Some(due) = &due {
            self.check_timer(
                file,
                at,
                crate::model::TimerKind::Date,
                due,
                process.executable,
            );
        }
        let settings = &mut process.nodes[index].settings;
        settings.message = message;
        if settings.role.is_none() {
            settings.role = vendor(at, "candidateGroups").map(Name::new);
        }
        if settings.service.is_none() {
            settings.service = vendor(at, "topic").map(Name::new).or_else(|| {
                extension(at, ZEEBE, "taskDefinition")
                    .and_then(|definition| definition.attribute("type").map(Name::new))
            });
        }
        let role = settings
            .role
            .clone()
            .filter(|role| role.starts_with(['=', '$', '#']));
        if let Some(role) = role {
            self.expression(file, at, &role, process.executable);
        }
        process.nodes[index].repeat = repeat;
        if process.executable
            && matches!(&process.nodes[index].kind, Kind::Call(called) if called.is_empty())
        {
            self.report(
                file,
                at,
                Severity::Warning,
                "call-without-process",
                "The call activity does not say which process it calls; reaching it is an incident.",
                "Hoạt động gọi quy trình chưa nêu gọi quy trình nào; khi chạy đến sẽ thành sự cố.",
            );
        }
        if let Some(condition) =
            child(at, "completionCondition").filter(|condition| !text(condition).is_empty())
        {
            self.expression(file, &condition, &text(&condition), process.executable);
        }
    }

    fn task_message(
        &mut self,
        file: &File,
        at: &Xml,
        executable: bool,
    ) -> Option<(String, Option<Expr>)> {
        if !matches!(at.tag_name().name(), "sendTask" | "receiveTask") {
            return None;
        }
        let reference = at.attribute("messageRef");
        let name = reference.map(|reference| {
            file.named(reference)
                .unwrap_or_else(|| local(reference).to_owned())
        });
        let name = name.or_else(|| {
            at.attribute("id")
                .and_then(|id| file.message_flows.get(id).cloned())
        })?;
        Some((name, self.correlation_key(file, at, reference, executable)))
    }

    /// The correlation key: on the event or task itself, or on the message.
    pub(super) fn correlation_key(
        &mut self,
        file: &File,
        at: &Xml,
        reference: Option<&str>,
        executable: bool,
    ) -> Option<Expr> {
        let on_message = || {
            let message = file.root(reference?)?;
            tk(message, "key").map(str::to_owned).or_else(|| {
                extension(message, ZEEBE, "subscription")?
                    .attribute("correlationKey")
                    .map(str::to_owned)
            })
        };
        let key = tk(at, "key").map(str::to_owned).or_else(on_message)?;
        Some(self.expression(file, at, &key, executable))
    }

    fn repeat(&mut self, file: &File, process: &Process, index: usize, at: &Xml) -> Option<Repeat> {
        let executable = process.executable;
        if let Some(standard) = child(at, "standardLoopCharacteristics") {
            let condition = child(&standard, "loopCondition")
                .map(|condition| (condition, text(&condition)))
                .filter(|(_, text)| !text.is_empty());
            return Some(Repeat::Standard {
                test_before: flag(&standard, "testBefore", false),
                maximum: standard
                    .attribute("loopMaximum")
                    .and_then(|maximum| maximum.trim().parse().ok()),
                condition: condition
                    .map(|(place, text)| self.expression(file, &place, &text, executable)),
            });
        }
        let multi = child(at, "multiInstanceLoopCharacteristics")?;
        let behavior = self.behavior(file, process, at, &multi);
        let mut expression = |tag: &str| {
            let place = child(&multi, tag)?;
            let source = text(&place);
            (!source.is_empty()).then(|| self.expression(file, &place, &source, executable))
        };
        let cardinality = expression("loopCardinality");
        let completion = expression("completionCondition");
        let zeebe = extension(&multi, ZEEBE, "loopCharacteristics");
        let attribute = |name: &str, zeebe_name: &str| {
            tk(&multi, name)
                .or_else(|| vendor(&multi, name))
                .or_else(|| zeebe.as_ref().and_then(|zeebe| zeebe.attribute(zeebe_name)))
                .map(str::to_owned)
        };
        let item = |tag: &str| {
            child(&multi, tag).and_then(|item| {
                item.attribute("name")
                    .or_else(|| item.attribute("id"))
                    .map(str::to_owned)
            })
        };
        let reference = |tag: &str| {
            child(&multi, tag)
                .map(|reference| collection_name(process, index, at, local(&text(&reference))))
        };
        let collection =
            attribute("collection", "inputCollection").or_else(|| reference("loopDataInputRef"));
        let collection =
            collection.map(|source| self.expression(file, &multi, &source, executable));
        if executable && cardinality.is_none() && collection.is_none() {
            self.round_without_count(file, &multi);
        }
        let output_element = zeebe
            .as_ref()
            .and_then(|zeebe| zeebe.attribute("outputElement"))
            .map(str::to_owned)
            .or_else(|| item("outputDataItem"));
        Some(Repeat::Multi(Multi {
            behavior: Box::new(behavior),
            sequential: flag(&multi, "isSequential", false),
            cardinality,
            collection,
            element_variable: attribute("elementVariable", "inputElement")
                .or_else(|| item("inputDataItem")),
            completion,
            output_collection: zeebe
                .as_ref()
                .and_then(|zeebe| zeebe.attribute("outputCollection"))
                .map(str::to_owned)
                .or_else(|| reference("loopDataOutputRef")),
            output_element: output_element
                .map(|source| self.expression(file, &multi, &source, executable)),
        }))
    }
}

impl Reader {
    fn round_without_count(&mut self, file: &File, multi: &Xml) {
        let severity = match file.language {
            None => Severity::Error,
            Some(_) => Severity::Warning,
        };
        self.report(
            file,
            multi,
            severity,
            "round-without-count",
            "The multi-instance activity does not say how many instances it has: give it a loopCardinality or a collection.",
            "Hoạt động lặp nhiều lượt chưa nêu số lượt: hãy ghi loopCardinality hoặc danh sách các mục.",
        );
    }

    /// Which events the ending items throw. Without a definition, `None` and `One` throw a signal named like the activity.
    fn behavior(&mut self, file: &File, process: &Process, at: &Xml, multi: &Xml) -> Behavior {
        let mut referred = |attribute: &str| {
            let definition = multi
                .attribute(attribute)
                .and_then(|reference| file.root(reference).copied());
            definition
                .and_then(|definition| self.item_event(file, process, at, &definition))
                .unwrap_or_else(|| Trigger::Signal {
                    name: id_of(at).into(),
                })
        };
        match multi.attribute("behavior").map(str::trim) {
            Some("None") => Behavior::None(referred("noneBehaviorEventRef")),
            Some("One") => Behavior::One(referred("oneBehaviorEventRef")),
            Some("Complex") => Behavior::Complex(
                children(multi, "complexBehaviorDefinition")
                    .filter_map(|definition| self.complex_behavior(file, process, &definition))
                    .collect(),
            ),
            _ => Behavior::All,
        }
    }

    fn complex_behavior(
        &mut self,
        file: &File,
        process: &Process,
        at: &Xml,
    ) -> Option<(Expr, Trigger)> {
        let condition = child(at, "condition")?;
        let event = child(at, "event")?;
        let definition = event_definitions(file, &event).next()?;
        let trigger = self.item_event(file, process, &event, &definition)?;
        let condition = self.expression(file, &condition, &text(&condition), process.executable);
        Some((condition, trigger))
    }

    /// An event that an item may throw: one that a boundary event can catch, or a message.
    fn item_event(
        &mut self,
        file: &File,
        process: &Process,
        event: &Xml,
        definition: &Xml,
    ) -> Option<Trigger> {
        let trigger = self.trigger(file, process, event, definition)?;
        if matches!(
            trigger,
            Trigger::Signal { .. }
                | Trigger::Message { .. }
                | Trigger::Escalation { .. }
                | Trigger::Error { .. }
        ) {
            return Some(trigger);
        }
        self.report(
            file,
            definition,
            Severity::Error,
            "unsupported-behavior",
            "The items of a round can throw a signal, a message, an escalation or an error, and nothing else.",
            "Từng mục của đợt chỉ có thể phát tín hiệu, thông điệp, báo leo thang hoặc lỗi.",
        );
        None
    }
}

/// The variable behind a data input or output of the activity, or a data object.
fn collection_name(process: &Process, _index: usize, at: &Xml, reference: &str) -> String {
    if let Some(name) = process.data_names.get(reference) {
        return name.clone();
    }
    for association in at
        .children()
        .filter(|child| child.tag_name().name().ends_with("Association"))
    {
        let end = |tag: &str| child(&association, tag).map(|end| local(&text(&end)).to_owned());
        let (source, target) = (end("sourceRef"), end("targetRef"));
        let other = if target.as_deref() == Some(reference) {
            source
        } else if source.as_deref() == Some(reference) {
            target
        } else {
            None
        };
        if let Some(other) = other {
            return process
                .data_names
                .get(other.as_str())
                .cloned()
                .unwrap_or(other);
        }
    }
    let part = at
        .descendants()
        .find(|node| node.attribute("id") == Some(reference));
    part.and_then(|part| part.attribute("name"))
        .unwrap_or(reference)
        .to_owned()
}

fn called(at: &Xml) -> String {
    let zeebe = extension(at, ZEEBE, "calledElement")
        .and_then(|element| element.attribute("processId").map(str::to_owned));
    zeebe
        .or_else(|| {
            at.attribute("calledElement")
                .map(|called| local(called).to_owned())
        })
        .unwrap_or_default()
}

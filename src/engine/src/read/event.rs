//! Events: their triggers, and where boundary events are attached.

use roxmltree::Node as Xml;

use super::{File, Reader, child, flag, is_bpmn, local, text, tk};
use crate::finding::Severity;
use crate::model::{EventNode, Kind, Position, Process, TimerKind, Trigger};
use crate::timers;

/// The event definitions of an event, those given by reference included, in the order of the file.
pub(super) fn event_definitions<'a>(
    file: &'a File<'a, 'a>,
    at: &Xml<'a, 'a>,
) -> impl Iterator<Item = Xml<'a, 'a>> {
    at.children().filter(is_bpmn).filter_map(move |part| {
        let definition = match part.tag_name().name() {
            "eventDefinitionRef" => file.root(&text(&part)).copied()?,
            _ => part,
        };
        let known = definition.tag_name().name().ends_with("EventDefinition");
        known.then_some(definition)
    })
}

impl Reader {
    pub(super) fn event(&mut self, file: &File, process: &mut Process, index: usize, at: &Xml) {
        let triggers = event_definitions(file, at)
            .filter_map(|definition| self.trigger(file, process, at, &definition))
            .collect();
        self.mappings(file, process, index, at);
        let host = at.attribute("attachedToRef").and_then(|host| {
            process
                .by_id
                .get(host.trim())
                .or_else(|| process.by_id.get(local(host)))
                .copied()
        });
        if let Kind::Event(EventNode {
            position,
            triggers: own,
            ..
        }) = &mut process.nodes[index].kind
        {
            *own = triggers;
            if let Position::Boundary { host: place, .. } = position {
                // Attached to nothing, it never fires; the check of references reports it.
                *place = host.unwrap_or(index);
            }
        }
        if let Some(host) = host.filter(|host| *host != index) {
            process.nodes[host].boundary.push(index);
        }
    }

    pub(super) fn trigger(
        &mut self,
        file: &File,
        process: &Process,
        event: &Xml,
        at: &Xml,
    ) -> Option<Trigger> {
        let named = |reference: &str| {
            at.attribute(reference).map(|reference| {
                file.named(reference)
                    .unwrap_or_else(|| local(reference).to_owned())
            })
        };
        let by_event = || {
            event
                .attribute("name")
                .filter(|name| !name.trim().is_empty())
                .or_else(|| event.attribute("id"))
                .unwrap_or_default()
                .to_owned()
        };
        let code = |reference: &str, code: &str| {
            let reference = at.attribute(reference)?;
            let root = file.root(reference);
            let code = root.and_then(|root| {
                root.attribute(code)
                    .filter(|code| !code.trim().is_empty())
                    .or_else(|| root.attribute("name"))
            });
            Some(code.map_or_else(
                || local(reference).to_owned(),
                |code| code.trim().to_owned(),
            ))
        };
        Some(match at.tag_name().name() {
            "messageEventDefinition" => {
                let flow = event
                    .attribute("id")
                    .and_then(|id| file.message_flows.get(id).cloned());
                let name = named("messageRef").or(flow).unwrap_or_else(by_event);
                let executable = process.executable;
                let key = self.correlation_key(file, at, at.attribute("messageRef"), executable);
                let key = key.or_else(|| {
                    let own = tk(event, "key")?;
                    Some(self.expression(file, event, own, executable))
                });
                Trigger::Message { name, key }
            }
            "timerEventDefinition" => {
                let (kind, place) = [
                    ("timeDate", TimerKind::Date),
                    ("timeDuration", TimerKind::Duration),
                    ("timeCycle", TimerKind::Cycle),
                ]
                .into_iter()
                .find_map(|(tag, kind)| Some((kind, child(at, tag)?)))
                .unwrap_or((TimerKind::Duration, *at));
                let rule = text(&place);
                self.check_timer(file, at, kind, &rule, process.executable);
                Trigger::Timer { kind, rule }
            }
            "signalEventDefinition" => Trigger::Signal {
                name: named("signalRef").unwrap_or_else(by_event),
            },
            "errorEventDefinition" => Trigger::Error {
                code: code("errorRef", "errorCode"),
            },
            "escalationEventDefinition" => Trigger::Escalation {
                code: code("escalationRef", "escalationCode"),
            },
            "conditionalEventDefinition" => {
                let place = child(at, "condition").unwrap_or(*at);
                let source = text(&place);
                if source.is_empty() {
                    // The check of the file says that the condition is missing.
                    return Some(Trigger::Conditional(crate::expr::Expr::new("")));
                }
                Trigger::Conditional(self.expression(file, &place, &source, process.executable))
            }
            "linkEventDefinition" => {
                Trigger::Link(at.attribute("name").map_or_else(by_event, str::to_owned))
            }
            "terminateEventDefinition" => Trigger::Terminate,
            "cancelEventDefinition" => Trigger::Cancel,
            "compensateEventDefinition" => Trigger::Compensate {
                activity: at
                    .attribute("activityRef")
                    .map(|activity| local(activity).to_owned()),
                wait: flag(at, "waitForCompletion", true),
            },
            _ => return None,
        })
    }

    pub(super) fn check_timer(
        &mut self,
        file: &File,
        at: &Xml,
        kind: TimerKind,
        rule: &str,
        executable: bool,
    ) {
        // That there is no time at all is said by the check of the file.
        if let Err(problem) = timers::check(kind, rule)
            && !rule.is_empty()
        {
            let severity = match (executable, file.language) {
                (true, None) => Severity::Error,
                (true, Some(_)) => Severity::Warning,
                (false, _) => Severity::Info,
            };
            self.report(
                file,
                at,
                severity,
                "timer-rule",
                &format!("The timer is not valid: {problem}."),
                &format!("Bộ hẹn giờ không hợp lệ: {problem}."),
            );
        }
    }
}

//! Commands: what people, jobs and the caller ask for.

use serde_json::Value;

use super::catch::Waiting;
use super::work::{Halt, Step, Work, refused};
use crate::command::{CommandKind, Need, RefusalKind};
use crate::event::Event;
use crate::ids::{LocalId, ScopeId, TaskId, TimerId};
use crate::model::{Kind, Name, Position, TaskKind};
use crate::state::{
    Fit, Incident, RoundStyle, Scope, StuckAt, Subscription, Task, TaskState, Variables,
};
use crate::timers;

impl Work<'_> {
    pub(super) fn obey(&mut self) -> Step {
        let by = self.command.by.clone();
        match &self.command.kind {
            CommandKind::Start {
                process,
                variables,
                start,
            } => self.start(process, variables, start.as_deref()),
            CommandKind::CompleteTask { task, variables } => {
                self.complete_task(task, variables, true)
            }
            CommandKind::ServiceDone { task, variables } => {
                self.complete_task(task, variables, false)
            }
            CommandKind::Claim { task } => self.claim(task, &by),
            CommandKind::Release { task } => match &self.task(task)?.state {
                TaskState::Claimed { by: owner } if *owner == by => {
                    self.change(task, TaskState::Offered)
                }
                _ => not_yours(),
            },
            CommandKind::Assign { task, to } => {
                self.task(task)?;
                self.change(task, TaskState::Claimed { by: to.clone() })
            }
            CommandKind::Delegate { task, to } => match self.task(task)?.state.clone() {
                TaskState::Claimed { by: owner } if owner == by && owner != *to => self.change(
                    task,
                    TaskState::Delegated {
                        owner,
                        to: to.clone(),
                    },
                ),
                TaskState::Offered if by != *to => self.change(
                    task,
                    TaskState::Delegated {
                        owner: by,
                        to: to.clone(),
                    },
                ),
                _ => not_yours(),
            },
            CommandKind::HandBack { task } => match self.task(task)?.state.clone() {
                TaskState::Delegated { owner, to } if to == by || owner == by => {
                    self.change(task, TaskState::Claimed { by: owner })
                }
                _ => not_yours(),
            },
            CommandKind::FireDue { timer } => self.fire_due(timer),
            CommandKind::Correlate {
                name,
                key,
                variables,
            } => self.correlate(name, key.as_deref(), variables),
            CommandKind::Signal { name, variables } => self.broadcast(name, variables),
            CommandKind::ServiceFailed {
                task,
                code,
                message,
                retry,
            } => self.service_failed(task, code.as_deref(), message, *retry),
            CommandKind::ThrowError {
                task,
                code,
                variables,
            } => self.throw_error(task, code, variables),
            CommandKind::ThrowEscalation { task, code } => {
                let Task { token, element, .. } = self.task(task)?.clone();
                self.escalate(&task.scope, Some(token), &element, Some(code))
            }
            CommandKind::ResolveIncident {
                incident,
                variables,
            } => self.resolve_incident(incident, variables, by),
            CommandKind::AddItem { round, item } => self.add_item(round, item, by),
            CommandKind::RemoveItem { item } => self.remove_item(item, by),
            CommandKind::MoveToken {
                scope,
                token,
                to,
                reason,
            } => self.move_token(scope, *token, to, reason, by),
            CommandKind::ExtendTask { task, due } => {
                let element = self.task(task)?.element.clone();
                self.emit(Event::TaskExtended {
                    scope: task.scope.clone(),
                    task: task.number,
                    element,
                    due: *due,
                    by,
                });
                Ok(())
            }
            CommandKind::ExtendTimer { timer, due } => {
                let Some(found) = self
                    .scope(&timer.scope)
                    .and_then(|scope| scope.timers.get(&timer.number))
                else {
                    return gone("timer", "Bộ hẹn giờ", timer);
                };
                let element = found.element.clone();
                self.emit(Event::TimerExtended {
                    scope: timer.scope.clone(),
                    timer: timer.number,
                    element,
                    due: *due,
                    by,
                });
                Ok(())
            }
            CommandKind::SetVariables { scope, variables } => {
                self.live(scope)?;
                self.emit(Event::VariablesSet {
                    scope: scope.clone(),
                    values: variables.clone(),
                    moved: false,
                    element: None,
                });
                Ok(())
            }
            CommandKind::Cancel { reason } => {
                self.live(&ScopeId::root())?;
                self.cancel_all(&ScopeId::root())?;
                self.emit(Event::InstanceCancelled {
                    by,
                    reason: reason.clone(),
                });
                Ok(())
            }
        }
    }

    fn start(&mut self, id: &str, variables: &Variables, start: Option<&str>) -> Step {
        let Some(process) = self.defs.process(id) else {
            return refused(
                RefusalKind::NotFound,
                format!("There is no process '{id}'."),
                format!("Không có quy trình '{id}'."),
            );
        };
        let start = match start {
            None if process.starts_by_itself() => None,
            None => {
                return refused(
                    RefusalKind::BadInput,
                    format!("The process '{id}' has no start event without a trigger."),
                    format!("Quy trình '{id}' không có sự kiện bắt đầu không điều kiện."),
                );
            }
            Some(start) => match process.node(start) {
                Some(node) if process.triggered_starts().any(|start| start.id == node.id) => {
                    Some(node)
                }
                _ => {
                    return refused(
                        RefusalKind::BadInput,
                        format!("'{start}' is no start of the process '{id}'."),
                        format!("'{start}' không phải điểm bắt đầu của quy trình '{id}'."),
                    );
                }
            },
        };
        self.emit(Event::InstanceStarted {
            process: process.id.clone(),
            definition: self.defs.hash().to_owned(),
            by: self.command.by.clone(),
            at: self.command.now,
        });
        self.open_root(process, variables.clone(), start)
    }

    fn complete_task(&mut self, id: &TaskId, variables: &Variables, by_person: bool) -> Step {
        let task = self.task(id)?.clone();
        if by_person {
            self.may_work(&task)?;
        }
        if self.scope(&id.scope).is_some_and(|scope| {
            scope
                .incidents
                .values()
                .any(|incident| incident.task == Some(id.number))
        }) {
            return refused(
                RefusalKind::WrongState,
                "The task has an open incident; resolve it first.",
                "Việc đang có sự cố; hãy xử lý sự cố trước.",
            );
        }
        let node = self.node(&id.scope, &task.element)?;
        self.emit(Event::TaskDone {
            scope: id.scope.clone(),
            task: id.number,
            element: task.element.clone(),
            by: self.command.by.clone(),
        });
        let outcome = self.after_task(&task, node, variables);
        self.stuck_if_failed(
            outcome,
            &id.scope,
            Some(task.token),
            &task.element,
            StuckAt::Leave,
        )
    }

    fn after_task(
        &mut self,
        task: &Task,
        node: &crate::model::Node,
        variables: &Variables,
    ) -> Step {
        let scope = &task.id.scope;
        let mut own = task.inputs.clone();
        match task.kind {
            TaskKind::Script => own = self.run_script(scope, node, own)?,
            TaskKind::Send if node.settings.message.is_some() => {
                self.send_task_message(scope, node)?
            }
            _ => {}
        }
        self.finish_activity(scope, task.token, node, &own, variables.clone())
    }

    fn may_work(&self, task: &Task) -> Step {
        let by = &self.command.by;
        match &task.state {
            TaskState::Offered => Ok(()),
            TaskState::Claimed { by: owner } if owner == by => Ok(()),
            TaskState::Delegated { to, .. } if to == by => Ok(()),
            TaskState::Claimed { .. } | TaskState::Delegated { .. } => not_yours(),
        }
    }

    fn claim(&mut self, task: &TaskId, by: &str) -> Step {
        match &self.task(task)?.state {
            TaskState::Offered => self.change(task, TaskState::Claimed { by: by.to_owned() }),
            TaskState::Claimed { by: owner } if owner == by => Ok(()),
            _ => not_yours(),
        }
    }

    fn change(&mut self, id: &TaskId, state: TaskState) -> Step {
        let element = self.task(id)?.element.clone();
        self.emit(Event::TaskChanged {
            scope: id.scope.clone(),
            task: id.number,
            element,
            state,
            by: self.command.by.clone(),
        });
        Ok(())
    }

    fn fire_due(&mut self, id: &TimerId) -> Step {
        let Some(timer) = self
            .scope(&id.scope)
            .and_then(|scope| scope.timers.get(&id.number))
            .cloned()
        else {
            return gone("timer", "Bộ hẹn giờ", id);
        };
        if timer.due > self.command.now {
            return refused(
                RefusalKind::WrongState,
                format!("The timer is due at {}.", timer.due),
                format!("Bộ hẹn giờ chưa đến hạn ({}).", timer.due),
            );
        }
        let next = timer
            .cycle
            .as_ref()
            .and_then(|cycle| timers::next(timer.due, cycle));
        self.emit(Event::TimerFired {
            scope: id.scope.clone(),
            timer: id.number,
            element: timer.element.clone(),
            next,
        });
        let waiting = Waiting {
            element: timer.element,
            hook: timer.hook,
            token: timer.token,
            interrupting: timer.interrupting,
        };
        self.trigger(&id.scope, &waiting, Variables::new())
    }

    fn correlate(&mut self, name: &str, key: Option<&str>, variables: &Variables) -> Step {
        if self.is_partial() {
            return Err(Halt::Need(Need::All));
        }
        let mut found: Option<(ScopeId, u64, Subscription)> = None;
        'scopes: for id in self.scope_ids() {
            for (number, subscription) in self.scope(&id).into_iter().flat_map(|s| &s.subscriptions)
            {
                match subscription.to.takes(name, key) {
                    Some(Fit::Exact) => {
                        found = Some((id, *number, subscription.clone()));
                        break 'scopes;
                    }
                    Some(Fit::AnyKey) if found.is_none() => {
                        found = Some((id.clone(), *number, subscription.clone()));
                    }
                    _ => {}
                }
            }
        }
        match found {
            Some((scope, number, subscription)) => {
                self.meet(&scope, number, &subscription, variables.clone())
            }
            None => refused(
                RefusalKind::NotFound,
                format!("Nothing waits for the message '{name}'."),
                format!("Không có gì chờ thông điệp '{name}'."),
            ),
        }
    }

    fn service_failed(
        &mut self,
        id: &TaskId,
        code: Option<&str>,
        message: &str,
        retry: bool,
    ) -> Step {
        let task = self.task(id)?.clone();
        if let Some(code) = code
            && self.throw_from_activity(&id.scope, task.token, &task.element, code)?
        {
            return Ok(());
        }
        self.emit(Event::JobFailed {
            scope: id.scope.clone(),
            task: id.number,
            element: task.element.clone(),
            message: message.to_owned(),
            retry,
        });
        if !retry {
            self.task_incident(
                &task,
                "job-failed",
                format!("The job of '{}' failed: {message}", task.element),
                format!(
                    "Công việc tự động của '{}' thất bại: {message}",
                    task.element
                ),
            );
        }
        Ok(())
    }

    fn throw_error(&mut self, id: &TaskId, code: &str, variables: &Variables) -> Step {
        let task = self.task(id)?.clone();
        self.current = Some(task.element.clone());
        self.assign(&id.scope, variables.clone())?;
        if !self.throw_from_activity(&id.scope, task.token, &task.element, code)? {
            self.emit(Event::ErrorThrown {
                scope: id.scope.clone(),
                element: task.element.clone(),
                code: Some(code.to_owned()),
            });
            self.task_incident(
                &task,
                "uncaught-error",
                format!("Nobody catches the error '{code}' of '{}'.", task.element),
                format!(
                    "Không có nơi nào xử lý lỗi '{code}' của '{}'.",
                    task.element
                ),
            );
        }
        Ok(())
    }

    fn task_incident(&mut self, task: &Task, kind: &str, message: String, message_vi: String) {
        let scope = task.id.scope.clone();
        let number = self.next(&scope);
        let incident = Incident {
            element: task.element.clone(),
            token: Some(task.token),
            task: Some(task.id.number),
            kind: kind.to_owned(),
            message,
            message_vi,
            at: StuckAt::Enter,
        };
        self.emit(Event::IncidentRaised {
            scope,
            number,
            incident,
        });
    }

    fn resolve_incident(&mut self, id: &LocalId, variables: &Variables, by: String) -> Step {
        let Some(incident) = self
            .scope(&id.scope)
            .and_then(|scope| scope.incidents.get(&id.number))
            .cloned()
        else {
            return gone("incident", "Sự cố", id);
        };
        self.assign(&id.scope, variables.clone())?;
        self.emit(Event::IncidentResolved {
            scope: id.scope.clone(),
            number: id.number,
            by,
            at: incident.at,
        });
        match (incident.token, incident.task, incident.at) {
            (_, Some(_), _) => Ok(()),
            (Some(token), None, StuckAt::Enter) => {
                self.agenda.push_back((id.scope.clone(), token));
                Ok(())
            }
            (Some(token), None, StuckAt::Leave) => self.leave(&id.scope, token),
            (None, None, _) => {
                let outcome = if self.expect(&id.scope)?.mi.is_some() {
                    self.after_item(&id.scope, &Variables::new())
                } else {
                    self.joins.insert(id.scope.clone());
                    self.finish_if_empty(&id.scope)
                };
                self.stuck_if_failed(outcome, &id.scope, None, &incident.element, StuckAt::Leave)
            }
        }
    }

    fn add_item(&mut self, round: &ScopeId, item: &Value, by: String) -> Step {
        let Some(mi) = self.live(round)?.mi.as_ref() else {
            return not_a_round();
        };
        let (style, place) = (mi.style, mi.total + 1);
        if style == RoundStyle::Loop {
            return not_a_round();
        }
        self.emit(Event::ItemAdded {
            round: round.clone(),
            item: item.clone(),
            by,
        });
        if style == RoundStyle::Parallel {
            let node = self.round_node(round)?;
            self.open_item(round, node, Some(item.clone()), place)?;
        }
        Ok(())
    }

    fn remove_item(&mut self, item: &ScopeId, by: String) -> Step {
        self.live(item)?;
        let Some(round) = item.parent() else {
            return not_a_round();
        };
        match self.expect(&round)?.mi.as_ref().map(|mi| mi.style) {
            None | Some(RoundStyle::Loop) => return not_a_round(),
            Some(_) => {}
        }
        self.emit(Event::ItemRemoved {
            scope: item.clone(),
            by,
        });
        let outcome = self.after_item(&round, &Variables::new());
        self.stuck_if_failed(outcome, &round, None, "", StuckAt::Leave)
    }

    fn move_token(
        &mut self,
        scope: &ScopeId,
        token: u64,
        to: &str,
        reason: &str,
        by: String,
    ) -> Step {
        let found: &Scope = self.live(scope)?;
        let Some(from) = found.tokens.get(&token).map(|token| token.element.clone()) else {
            return gone("token", "Vị trí", &LocalId::new(scope.clone(), token));
        };
        let process = self.process(scope)?;
        let parent = process.node(&from).and_then(|node| node.parent);
        let target = match process.node(to) {
            Some(node)
                if node.parent == parent
                    && movable(node)
                    && found.kind != crate::state::ScopeKind::Item =>
            {
                node
            }
            _ => {
                return refused(
                    RefusalKind::BadInput,
                    format!(
                        "The token cannot go to '{to}': it is not an element of the same scope."
                    ),
                    format!("Không thể chuyển đến '{to}': không phải phần tử trong cùng phạm vi."),
                );
            }
        };
        if let Some(crate::state::Wait::Scope(child)) =
            found.tokens.get(&token).map(|token| token.wait.clone())
        {
            self.emit(Event::ScopeCancelled {
                scope: scope.child(child),
            });
        }
        self.emit(Event::TokenMoved {
            scope: scope.clone(),
            token,
            from,
            to: Name::new(to),
            by,
            reason: reason.to_owned(),
        });
        self.joins.insert(scope.clone());
        self.enter(scope, target, None)
    }

    fn task(&self, id: &TaskId) -> Step<&Task> {
        match self
            .scope(&id.scope)
            .and_then(|scope| scope.tasks.get(&id.number))
        {
            Some(task) => Ok(task),
            None => gone("task", "Việc", id),
        }
    }

    fn live(&self, id: &ScopeId) -> Step<&Scope> {
        match self.scope(id) {
            Some(scope) => Ok(scope),
            None => refused(
                RefusalKind::NotFound,
                format!("The part {id} is no longer live."),
                format!("Phần {id} không còn hoạt động."),
            ),
        }
    }
}

/// Where a token may be put by hand.
fn movable(node: &crate::model::Node) -> bool {
    match &node.kind {
        Kind::Event(event) => {
            !matches!(event.position, Position::Boundary { .. } | Position::Start)
        }
        Kind::SubProcess(kind) => *kind != crate::model::SubProcessKind::Event,
        _ => !node.for_compensation,
    }
}

fn gone<T>(what: &str, what_vi: &str, id: &LocalId) -> Step<T> {
    refused(
        RefusalKind::NotFound,
        format!("The {what} {id} is no longer there."),
        format!("{what_vi} {id} không còn nữa."),
    )
}

fn not_yours<T>() -> Step<T> {
    refused(
        RefusalKind::WrongState,
        "Somebody else has this task.",
        "Việc này đang do người khác giữ.",
    )
}

fn not_a_round<T>() -> Step<T> {
    refused(
        RefusalKind::BadInput,
        "This is not an open round.",
        "Đây không phải một đợt đang mở.",
    )
}

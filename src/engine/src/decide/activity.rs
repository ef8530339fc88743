//! Activities: tasks, scripts, sub-processes and calls begin and end.

use serde_json::Value;

use super::work::{Halt, Step, Work, incident};
use crate::event::Event;
use crate::expr::Expr;
use crate::ids::{ScopeId, TaskId};
use crate::model::{
    EventNode, GatewayKind, Kind, MappingSource, Name, Node, Position, Process, Script,
    SubProcessKind, TaskKind,
};
use crate::state::{Scope, ScopeKind, StuckAt, Task, TaskState, Variables};
use crate::timers;

/// How deep processes may call each other (F35).
pub const MAX_CALL_DEPTH: usize = 16;
/// How deep scopes may lie in each other.
pub const MAX_SCOPE_DEPTH: usize = 100;

impl<'a> Work<'a> {
    /// The element where a token stands begins.
    pub(super) fn begin(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        match &node.kind {
            Kind::Gateway(GatewayKind::EventBased { .. }) => self.race(scope, token, node),
            Kind::Gateway(_) => self.leave(scope, token),
            Kind::Event(event) => match event.position {
                Position::Start | Position::Boundary { .. } => self.leave(scope, token),
                Position::Catch => self.wait_for_event(scope, token, node, event),
                Position::Throw | Position::End => self.throw(scope, token, node, event),
            },
            _ => {
                if self.expect(scope)?.kind != ScopeKind::Item {
                    self.attach_boundaries(scope, token, node)?;
                    if let Some(repeat) = &node.repeat {
                        return self.open_round(scope, token, node, repeat);
                    }
                }
                self.open_activity(scope, token, node)
            }
        }
    }

    fn open_activity(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        match &node.kind {
            Kind::Task(kind) => self.open_task(scope, token, node, *kind),
            Kind::Script(_) if self.defs.holds(&node.id) => {
                self.open_job(scope, token, node, TaskKind::Script)
            }
            Kind::Script(script) => {
                let inputs = self.map(scope, &Variables::new(), &node.inputs)?;
                let own = self.run_script(scope, node, inputs)?;
                if matches!(script, Script::Foreign(_)) {
                    // It was not run, so it has no results that could be taken out.
                    return self.leave_unless_interrupted(scope, token);
                }
                self.finish_activity(scope, token, node, &own, Variables::new())
            }
            Kind::SubProcess(_) | Kind::Call(_) => self
                .open_scope(scope, Some(token), node, None, None)
                .map(|_| ()),
            Kind::Gateway(_) | Kind::Event(_) => Ok(()),
        }
    }

    fn open_task(&mut self, scope: &ScopeId, token: u64, node: &Node, kind: TaskKind) -> Step {
        let held = self.defs.holds(&node.id);
        match kind {
            TaskKind::None | TaskKind::Manual if !held => {
                let inputs = self.map(scope, &Variables::new(), &node.inputs)?;
                self.finish_activity(scope, token, node, &inputs, Variables::new())
            }
            TaskKind::Send
                if !held && node.settings.service.is_none() && node.settings.message.is_some() =>
            {
                self.send_task_message(scope, node)?;
                self.finish_activity(scope, token, node, &Variables::new(), Variables::new())
            }
            TaskKind::Receive if !held && node.settings.message.is_some() => {
                self.wait_for_receive(scope, token, node)
            }
            _ => self.open_job(scope, token, node, kind),
        }
    }

    fn open_job(&mut self, scope: &ScopeId, token: u64, node: &Node, kind: TaskKind) -> Step {
        let inputs = self.map(scope, &Variables::new(), &node.inputs)?;
        let role = self.role_of(scope, node, &inputs)?;
        let due_rule = node.settings.due.clone();
        let due = match &due_rule {
            Some(rule) => Some(self.instant(scope, &inputs, rule)?),
            None => None,
        };
        let task = Task {
            id: TaskId::new(scope.clone(), self.next(scope)),
            element: node.id.clone(),
            name: node.name.clone(),
            kind,
            token,
            state: TaskState::Offered,
            role,
            service: node.settings.service.clone(),
            step: node.settings.step.clone(),
            item: self.nearest_item(scope)?,
            due,
            due_rule,
            priority: node.settings.priority,
            form: node.settings.form.clone(),
            opened_at: self.command.now,
            inputs,
            failures: 0,
        };
        self.emit(Event::TaskOpened {
            task: Box::new(task),
        });
        Ok(())
    }

    /// Who may do a task, as the file says or its expression gives.
    pub(super) fn role_of(
        &self,
        scope: &ScopeId,
        node: &Node,
        inputs: &Variables,
    ) -> Step<Option<Name>> {
        match &node.settings.role {
            Some(role) if role.trim_start().starts_with(['=', '$', '#']) => {
                match self.evaluate(scope, inputs, &Expr::new(role))? {
                    Value::String(role) => Ok(Some(role.into())),
                    other => Ok(Some(other.to_string().into())),
                }
            }
            other => Ok(other.clone()),
        }
    }

    pub(super) fn instant(
        &self,
        scope: &ScopeId,
        locals: &Variables,
        rule: &str,
    ) -> Step<chrono::DateTime<chrono::Utc>> {
        timers::resolve(rule, self.command.now, self.calendar, |expr| {
            self.evaluate(scope, locals, expr)
        })
        .map_err(|problem| match problem {
            timers::Problem::Halt(halt) => halt,
            timers::Problem::Bad(message, message_vi) => Halt::Incident {
                kind: "timer",
                message,
                message_vi,
            },
        })
    }

    pub(super) fn nearest_item(&self, scope: &ScopeId) -> Step<Option<Value>> {
        for id in scope.outward() {
            if let Some(item) = &self.expect(&id)?.item {
                return Ok(Some(item.clone()));
            }
        }
        Ok(None)
    }

    /// Runs a script and answers the values that are the activity's own: what data associations bring in, and what they
    /// are to take out. Everything else is assigned at once.
    pub(super) fn run_script(
        &mut self,
        scope: &ScopeId,
        node: &Node,
        inputs: Variables,
    ) -> Step<Variables> {
        let mut own = inputs;
        let Kind::Script(script) = &node.kind else {
            return Ok(own);
        };
        match script {
            Script::Assignments(assignments) => {
                self.emit(Event::ScriptRun {
                    scope: scope.clone(),
                    element: node.id.clone(),
                });
                self.current = Some(node.id.clone());
                for assignment in assignments {
                    let name = &assignment.name;
                    let value = self.evaluate(scope, &own, &assignment.value)?;
                    if own.contains_key(name) || is_taken(node, name) {
                        own.insert(name.clone(), value);
                    } else {
                        self.assign(scope, Variables::from([(name.clone(), value)]))?;
                    }
                }
                Ok(own)
            }
            Script::Foreign(format) => {
                self.emit(Event::ScriptSkipped {
                    scope: scope.clone(),
                    element: node.id.clone(),
                    format: format.clone(),
                });
                Ok(own)
            }
            Script::Broken(problem) => incident(
                "script",
                format!("The script of '{}' is not valid: {problem}.", node.id),
                format!("Tập lệnh của '{}' không hợp lệ: {problem}.", node.id),
            ),
        }
    }

    /// The work of an activity is done: its results are kept and the token goes on.
    pub(super) fn finish_activity(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        inputs: &Variables,
        results: Variables,
    ) -> Step {
        let values = if node.outputs.is_empty() {
            results
        } else {
            let mut locals = inputs.clone();
            locals.extend(results.clone());
            let mapped = self.map(scope, &locals, &node.outputs)?;
            let mut values = unmapped(results, node);
            values.extend(mapped);
            values
        };
        self.current = Some(node.id.clone());
        self.assign(scope, values)?;
        self.leave_unless_interrupted(scope, token)
    }

    /// What the work of an activity has set may fire a conditional event that ends it: then its token goes nowhere.
    fn leave_unless_interrupted(&mut self, scope: &ScopeId, token: u64) -> Step {
        self.look_at_conditions()?;
        self.leave(scope, token)
    }

    /// Opens the inside of a sub-process or a called process.
    pub(super) fn open_scope(
        &mut self,
        parent: &ScopeId,
        host: Option<u64>,
        node: &Node,
        item: Option<(Option<String>, Value)>,
        place: Option<u64>,
    ) -> Step<ScopeId> {
        let (process, kind) = self.callee(parent, node)?;
        let mut vars = Variables::new();
        let mut locals = Variables::new();
        if let Some((Some(name), value)) = &item {
            locals.insert(name.clone(), value.clone());
        }
        if let Some(place) = place {
            locals.insert("loopCounter".to_owned(), Value::from(place));
        }
        let mapped = self.map(parent, &locals, &node.inputs)?;
        let isolated = kind == ScopeKind::Process && !node.inputs.is_empty();
        if let Some((Some(name), value)) = &item
            && !isolated
        {
            vars.insert(name.clone(), value.clone());
        }
        vars.extend(mapped);
        let id = parent.child(self.next(parent));
        let mut scope = Scope {
            element: Some(node.id.clone()),
            host,
            item: item.map(|(_, value)| value),
            loop_counter: place,
            isolated,
            vars: Some(vars),
            ..Scope::new(id.clone(), process.id.clone(), kind)
        };
        if let Kind::SubProcess(SubProcessKind::AdHoc {
            sequential: true, ..
        }) = node.kind
        {
            let entries = process.entries(process.index(&node.id));
            scope.pending = entries
                .into_iter()
                .map(|index| process.nodes[index].id.clone())
                .collect();
        }
        self.open(scope)?;
        let inside = if kind == ScopeKind::Process {
            None
        } else {
            process.index(&node.id)
        };
        let outcome = self.fill_scope(&id, process, inside);
        if matches!(outcome, Err(Halt::Incident { .. })) {
            self.emit(Event::ScopeCancelled { scope: id.clone() });
        }
        outcome.map(|()| id)
    }

    /// Which process runs inside the scope of an activity.
    fn callee(&self, parent: &ScopeId, node: &Node) -> Step<(&'a Process, ScopeKind)> {
        if parent.outward().count() >= MAX_SCOPE_DEPTH {
            return incident(
                "too-deep",
                format!("Scopes are nested deeper than {MAX_SCOPE_DEPTH}."),
                format!("Các phạm vi lồng nhau quá {MAX_SCOPE_DEPTH} cấp."),
            );
        }
        let Kind::Call(called) = &node.kind else {
            return Ok((self.process(parent)?, ScopeKind::SubProcess));
        };
        let mut calls = 0;
        for id in parent.outward() {
            if self.expect(&id)?.kind == ScopeKind::Process {
                calls += 1;
            }
        }
        if calls >= MAX_CALL_DEPTH {
            return incident(
                "call-depth",
                format!(
                    "'{}' calls deeper than {MAX_CALL_DEPTH} processes.",
                    node.id
                ),
                format!(
                    "'{}' gọi lồng nhau quá {MAX_CALL_DEPTH} quy trình.",
                    node.id
                ),
            );
        }
        match self.defs.process(called) {
            Some(process) => Ok((process, ScopeKind::Process)),
            None => incident(
                "unknown-process",
                format!(
                    "'{}' calls the process '{called}', which is not known.",
                    node.id
                ),
                format!("'{}' gọi quy trình '{called}' không tồn tại.", node.id),
            ),
        }
    }

    /// Sets up the event sub-processes of a new scope and starts it.
    fn fill_scope(&mut self, id: &ScopeId, process: &Process, inside: Option<usize>) -> Step {
        self.await_event_sub_processes(id, process, inside)?;
        // The activities of a sequential ad-hoc sub-process begin one by one.
        let one_by_one = !self.expect(id)?.pending.is_empty();
        for entry in process.entries(inside).into_iter().filter(|_| !one_by_one) {
            self.enter(id, &process.nodes[entry], None)?;
        }
        self.finish_if_empty(id)
    }

    /// Starts a process as the root of the instance, or at one of its triggered start events.
    pub(super) fn open_root(
        &mut self,
        process: &Process,
        variables: Variables,
        start: Option<&Node>,
    ) -> Step {
        let id = ScopeId::root();
        let scope = Scope {
            vars: Some(variables),
            ..Scope::new(id.clone(), process.id.clone(), ScopeKind::Process)
        };
        self.open(scope)?;
        match start {
            None => self.fill_scope(&id, process, None),
            Some(start) => {
                self.await_event_sub_processes(&id, process, None)?;
                if matches!(&start.kind, Kind::Event(event) if event.position == Position::Start) {
                    return self.enter(&id, start, None);
                }
                self.await_the_others(&id, process, start)?;
                // What the element would wait for has happened: it is done at once.
                let token = self.next(&id);
                let element = start.id.clone();
                self.emit(Event::ElementEntered {
                    scope: id.clone(),
                    token,
                    element,
                    flow: None,
                });
                self.leave(&id, token)
            }
        }
    }

    /// A parallel gateway that starts a process lets the instance wait for its other events (BPMN 2.0.2, 10.6.6).
    fn await_the_others(&mut self, id: &ScopeId, process: &Process, start: &Node) -> Step {
        let Some(gateway) = process.instantiating_gateway(start).filter(|gateway| {
            matches!(
                gateway.kind,
                Kind::Gateway(GatewayKind::EventBased { parallel: true, .. })
            )
        }) else {
            return Ok(());
        };
        for flow in &gateway.outgoing {
            let flow = &process.flows[*flow];
            let other = &process.nodes[flow.target];
            if other.id != start.id {
                self.enter(id, other, Some(&flow.id))?;
            }
        }
        Ok(())
    }

    /// A scope without tokens is complete.
    pub(super) fn finish_if_empty(&mut self, id: &ScopeId) -> Step {
        let Some(scope) = self.scope(id) else {
            return Ok(());
        };
        if !scope.tokens.is_empty() || scope.kind == ScopeKind::Round || self.is_over() {
            return Ok(());
        }
        if !scope.resetting.is_empty() {
            // A complex gateway has its second phase still to come.
            self.joins.insert(id.clone());
            return Ok(());
        }
        let outcome = self.next_or_complete(id);
        self.stuck_if_failed(outcome, id, None, "", StuckAt::Leave)
    }

    fn next_or_complete(&mut self, id: &ScopeId) -> Step {
        let next = self.expect(id)?.pending.first().cloned();
        match next {
            Some(next) if !self.ad_hoc_is_done(id)? => {
                let node = self.node(id, &next)?;
                self.enter(id, node, None)
            }
            _ => self.complete_scope(id),
        }
    }

    /// Whether the completion condition of an ad-hoc sub-process holds (BPMN 2.0.2, 13.3.5). False in every other scope.
    pub(super) fn ad_hoc_is_done(&self, id: &ScopeId) -> Step<bool> {
        match self.ad_hoc(id)? {
            Some((Some(condition), _)) => self.holds(id, &Variables::new(), &Expr::new(condition)),
            _ => Ok(false),
        }
    }

    /// Completion condition, and whether it ends what still runs, when the scope is an ad-hoc sub-process.
    pub(super) fn ad_hoc(&self, id: &ScopeId) -> Step<Option<(Option<&'a str>, bool)>> {
        let scope = self.expect(id)?;
        let (ScopeKind::SubProcess, Some(element)) = (scope.kind, &scope.element) else {
            return Ok(None);
        };
        let process: &'a Process = self.process(id)?;
        Ok(match process.node(element).map(|node| &node.kind) {
            Some(Kind::SubProcess(SubProcessKind::AdHoc {
                completion,
                cancel_rest,
                ..
            })) => Some((completion.as_deref(), *cancel_rest)),
            _ => None,
        })
    }

    pub(super) fn complete_scope(&mut self, id: &ScopeId) -> Step {
        let scope = self.expect(id)?;
        let Some(parent) = id.parent() else {
            self.emit(Event::InstanceCompleted);
            return Ok(());
        };
        if self.expect(&parent)?.kind == ScopeKind::Round {
            return self.complete_item(id, &parent);
        }
        let (Some(host), Some(element)) = (scope.host, scope.element.clone()) else {
            return Ok(());
        };
        let node = self.node(&parent, &element)?;
        let results = self.results(id, node, None)?;
        self.inherit_compensation(id, &parent, node)?;
        self.emit(Event::ScopeCompleted { scope: id.clone() });
        self.current = Some(node.id.clone());
        if node.outputs.is_empty() {
            self.move_outward(&parent, results)?;
        } else {
            self.assign(&parent, results)?;
        }
        self.leave(&parent, host)
    }

    /// What the inside of an activity hands outward when it ends.
    pub(super) fn results(
        &self,
        id: &ScopeId,
        node: &Node,
        item_name: Option<&str>,
    ) -> Step<Variables> {
        let scope = self.expect(id)?;
        let owner = scope.kind == ScopeKind::Process
            || scope.item.is_some()
            || scope.kind == ScopeKind::Item;
        if !node.outputs.is_empty() && scope.kind != ScopeKind::Item {
            return self.map(id, &Variables::new(), &node.outputs);
        }
        if !owner || scope.isolated {
            return Ok(Variables::new());
        }
        let Some(vars) = &scope.vars else {
            return Err(Halt::Need(crate::command::Need::Vars(id.clone())));
        };
        Ok(vars
            .iter()
            .filter(|(name, _)| {
                Some(name.as_str()) != item_name
                    && !node.inputs.iter().any(|input| &input.target == *name)
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect())
    }

    /// Waits at an event-based gateway for the first of the events behind it.
    fn race(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        let process = self.process(scope)?;
        for &flow in &node.outgoing {
            let target = &process.nodes[process.flows[flow].target];
            match &target.kind {
                Kind::Event(event) => {
                    self.hook_event(scope, Some(token), target, event, crate::state::Hook::Race)?
                }
                Kind::Task(TaskKind::Receive) => {
                    self.hook_receive(scope, token, target, crate::state::Hook::Race)?
                }
                _ => {}
            }
        }
        self.emit(Event::TokenWaiting {
            scope: scope.clone(),
            token,
            race: true,
        });
        Ok(())
    }

    fn wait_for_event(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        event: &EventNode,
    ) -> Step {
        // A link's catching half, and an event without a trigger, only pass the token on.
        if event.triggers.is_empty()
            || event
                .triggers
                .iter()
                .all(|trigger| matches!(trigger, crate::model::Trigger::Link(_)))
        {
            return self.leave(scope, token);
        }
        self.hook_event(scope, Some(token), node, event, crate::state::Hook::Catch)?;
        self.emit(Event::TokenWaiting {
            scope: scope.clone(),
            token,
            race: false,
        });
        Ok(())
    }

    fn wait_for_receive(&mut self, scope: &ScopeId, token: u64, node: &Node) -> Step {
        self.hook_receive(scope, token, node, crate::state::Hook::Catch)?;
        self.emit(Event::TokenWaiting {
            scope: scope.clone(),
            token,
            race: false,
        });
        Ok(())
    }

    /// The event sub-processes that a scope offers.
    pub(super) fn event_sub_processes(
        process: &Process,
        inside: Option<usize>,
    ) -> impl Iterator<Item = (usize, &Node, &EventNode)> {
        process
            .children(inside)
            .filter(|index| {
                matches!(
                    process.nodes[*index].kind,
                    Kind::SubProcess(SubProcessKind::Event)
                )
            })
            .flat_map(|index| process.children(Some(index)))
            .filter_map(|index| match &process.nodes[index].kind {
                Kind::Event(event) if event.position == Position::Start => {
                    Some((index, &process.nodes[index], event))
                }
                _ => None,
            })
    }
}

/// Whether a data association takes the value of this name out of the activity.
fn is_taken(node: &Node, name: &str) -> bool {
    node.outputs.iter().any(|mapping| match &mapping.source {
        MappingSource::Expr(expr) => expr.names().iter().any(|used| used == name),
        MappingSource::Name(used) => used == name,
        MappingSource::Literal(_) | MappingSource::All => false,
    })
}

/// Results that no data association takes.
fn unmapped(results: Variables, node: &Node) -> Variables {
    results
        .into_iter()
        .filter(|(name, _)| !is_taken(node, name))
        .collect()
}

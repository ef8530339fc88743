//! From events to state: the only function that changes a state, live and on replay.

use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::Name;
use crate::state::{Compensable, Scope, ScopeKind, State, Status, StuckAt, Variables, Wait};

/// Ids of one version by those of another.
type Ids = std::collections::BTreeMap<String, String>;

/// Changes the state by one event. An event about something that is not there changes nothing.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::InstanceStarted {
            process,
            definition,
            ..
        } => {
            state.instance.process.clone_from(process);
            state.instance.definition.clone_from(definition);
            state.instance.status = Status::Running;
        }
        Event::InstanceMigrated {
            definition,
            elements,
            flows,
            ..
        } => {
            state.instance.definition.clone_from(definition);
            for scope in state.scopes.values_mut() {
                rename(scope, elements, flows);
            }
        }
        Event::InstanceCompleted => end(state, Status::Completed),
        Event::InstanceTerminated { .. } => end(state, Status::Terminated),
        Event::InstanceCancelled { .. } => end(state, Status::Cancelled),
        Event::ScopeOpened { scope } => open_scope(state, scope),
        Event::ScopeCompleted { scope } | Event::ScopeCancelled { scope } => remove(state, scope),
        Event::ItemCompleted { scope } => {
            remove(state, scope);
            in_round(state, scope, |mi| {
                mi.active = mi.active.saturating_sub(1);
                mi.completed += 1;
            });
        }
        Event::ItemRemoved { scope, .. } => {
            remove(state, scope);
            in_round(state, scope, |mi| {
                mi.active = mi.active.saturating_sub(1);
                mi.terminated += 1;
            });
        }
        _ => {
            if let Some(scope) = event.scope().and_then(|id| state.scopes.get_mut(id)) {
                inside(scope, event);
            }
        }
    }
}

/// Nothing is live any more; only the variables of the process stay to be read.
fn end(state: &mut State, status: Status) {
    state.instance.status = status;
    let root = state.scopes.remove(&ScopeId::root());
    state.scopes.clear();
    if let Some(mut root) = root {
        *root = Scope {
            next: root.next,
            vars: root.vars.take(),
            ..Scope::new(ScopeId::root(), root.process.clone(), root.kind)
        };
        state.scopes.insert(ScopeId::root(), root);
    }
}

fn open_scope(state: &mut State, scope: &Scope) {
    if let Some(parent) = scope
        .id
        .parent()
        .and_then(|parent| state.scopes.get_mut(&parent))
    {
        parent.next = parent.next.max(scope.id.number() + 1);
        if let Some(mi) = &mut parent.mi {
            mi.active += 1;
        }
        if let Some(token) = scope.host.and_then(|host| parent.tokens.get_mut(&host)) {
            token.wait = Wait::Scope(scope.id.number());
        }
    }
    state
        .scopes
        .insert(scope.id.clone(), Box::new(scope.clone()));
}

fn remove(state: &mut State, scope: &ScopeId) {
    let gone = state.scopes.remove(scope);
    if gone.is_some_and(|gone| gone.kind == ScopeKind::Item) {
        // It was around one task: nothing lies inside, and a large round need not be searched for it.
        return;
    }
    let inside: Vec<ScopeId> = state.subtree(scope).map(|(id, _)| id.clone()).collect();
    for id in inside {
        state.scopes.remove(&id);
    }
}

/// Puts the ids of another version in their places.
fn rename(scope: &mut Scope, elements: &Ids, flows: &Ids) {
    let name = |ids: &Ids, id: &mut Name| {
        if let Some(other) = ids.get(id.as_str()) {
            *id = Name::new(other);
        }
    };
    let element = |id: &mut Name| name(elements, id);
    scope.element.iter_mut().for_each(element);
    scope.pending.iter_mut().for_each(element);
    for token in scope.tokens.values_mut() {
        element(&mut token.element);
        token.flow.iter_mut().for_each(|flow| name(flows, flow));
    }
    let tasks = scope.tasks.values_mut().map(|task| &mut task.element);
    let timers = scope.timers.values_mut().map(|timer| &mut timer.element);
    let topics = scope
        .subscriptions
        .values_mut()
        .map(|waits| &mut waits.element);
    let incidents = scope
        .incidents
        .values_mut()
        .map(|incident| &mut incident.element);
    tasks
        .chain(timers)
        .chain(topics)
        .chain(incidents)
        .for_each(element);
    scope
        .compensable
        .iter_mut()
        .for_each(|done| rename_undone(done, elements));
    scope.resetting = std::mem::take(&mut scope.resetting)
        .into_iter()
        .map(|(mut gateway, mut came)| {
            element(&mut gateway);
            came.iter_mut().for_each(|flow| name(flows, flow));
            (gateway, came)
        })
        .collect();
}

fn rename_undone(done: &mut Compensable, elements: &Ids) {
    let own = [&mut done.element, &mut done.handler].into_iter();
    for id in own.chain(&mut done.within) {
        if let Some(other) = elements.get(id.as_str()) {
            *id = Name::new(other);
        }
    }
    for inner in &mut done.inner {
        rename_undone(inner, elements);
    }
}

fn in_round(state: &mut State, item: &ScopeId, change: impl FnOnce(&mut crate::state::MiCounters)) {
    if let Some(mi) = item
        .parent()
        .and_then(|round| state.scopes.get_mut(&round))
        .and_then(|scope| scope.mi.as_mut())
    {
        change(mi);
    }
}

/// What concerns one scope only.
fn inside(scope: &mut Scope, event: &Event) {
    match event {
        Event::TokenArrived {
            token,
            element,
            flow,
            ..
        } => put(scope, *token, element, Some(flow.clone()), Wait::Join),
        Event::ElementEntered {
            token,
            element,
            flow,
            ..
        } => {
            scope.pending.retain(|pending| pending != element);
            put(scope, *token, element, flow.clone(), Wait::Run);
        }
        Event::TokensJoined { tokens, .. } => {
            for token in tokens {
                scope.tokens.remove(token);
            }
        }
        Event::GatewayOpened { element, flows, .. } => {
            scope.resetting.insert(element.clone(), flows.clone());
        }
        Event::GatewayReset {
            tokens, element, ..
        } => {
            scope.resetting.remove(element);
            for token in tokens {
                scope.tokens.remove(token);
            }
        }
        Event::ElementCompleted { token, .. }
        | Event::ElementCancelled { token, .. }
        | Event::TokenMoved { token, .. } => {
            scope.tokens.remove(token);
            detach(scope, *token);
        }
        Event::TokenWaiting { token, race, .. } => {
            wait(scope, *token, if *race { Wait::Race } else { Wait::Event })
        }
        Event::ItemAdded { item, .. } => {
            if let Some(mi) = &mut scope.mi {
                mi.total += 1;
                if mi.style == crate::state::RoundStyle::Sequential {
                    mi.queue.push(item.clone());
                }
            }
        }
        Event::ItemResult { place, value, .. } => {
            if let Some(mi) = &mut scope.mi {
                mi.results.insert(*place, value.clone());
            }
        }
        Event::VariablesSet { values, .. } => {
            // Not loaded stays not loaded: then storage merges the values itself.
            if let Some(vars) = &mut scope.vars {
                merge(vars, values);
            }
        }
        Event::CompensationAwaited { token, .. } => wait(scope, *token, Wait::Compensation),
        Event::CompensationLeft { token, element, .. } => {
            put(scope, *token, element, None, Wait::Beside);
        }
        Event::CompensationEnded { token, .. } => {
            scope.tokens.remove(token);
        }
        Event::CompensationReady { activity, .. } => scope.compensable.push(activity.clone()),
        Event::CompensationBegun { index, .. } => match scope.compensable.get_mut(*index) {
            Some(activity) if activity.times > 1 => activity.times -= 1,
            Some(_) => {
                scope.compensable.remove(*index);
            }
            None => {}
        },
        Event::IncidentRaised {
            number, incident, ..
        } => {
            used(scope, *number);
            if let Some(token) = incident.token {
                wait(scope, token, Wait::Incident(*number));
            }
            scope.incidents.insert(*number, incident.clone());
        }
        Event::IncidentResolved { number, at, .. } => {
            if let Some(incident) = scope.incidents.remove(number)
                && let Some(token) = incident.token
            {
                match (incident.task, at) {
                    (Some(task), _) => wait(scope, token, Wait::Task(task)),
                    (None, StuckAt::Enter) => {
                        detach(scope, token);
                        wait(scope, token, Wait::Run);
                    }
                    (None, StuckAt::Leave) => wait(scope, token, Wait::Run),
                }
            }
        }
        _ => hooks(scope, event),
    }
}

/// Tasks, timers and subscriptions.
fn hooks(scope: &mut Scope, event: &Event) {
    match event {
        Event::TaskOpened { task } => {
            used(scope, task.id.number);
            wait(scope, task.token, Wait::Task(task.id.number));
            scope.tasks.insert(task.id.number, task.as_ref().clone());
        }
        Event::TaskRevised { task } => {
            scope.tasks.insert(task.id.number, (**task).clone());
        }
        Event::TaskChanged { task, state, .. } => {
            if let Some(task) = scope.tasks.get_mut(task) {
                task.state = state.clone();
            }
        }
        Event::TaskExtended { task, due, .. } => {
            if let Some(task) = scope.tasks.get_mut(task) {
                task.due = Some(*due);
            }
        }
        Event::TaskDone { task, .. } => {
            if let Some(task) = scope.tasks.remove(task) {
                wait(scope, task.token, Wait::Run);
            }
        }
        Event::JobFailed { task, .. } => {
            if let Some(task) = scope.tasks.get_mut(task) {
                task.failures += 1;
            }
        }
        Event::TimerSet { timer } => {
            used(scope, timer.id.number);
            scope.timers.insert(timer.id.number, timer.clone());
        }
        Event::TimerFired { timer, next, .. } => match next {
            Some(next) => {
                if let Some(timer) = scope.timers.get_mut(timer) {
                    timer.due = *next;
                    if let Some(cycle) = &mut timer.cycle {
                        cycle.count_down();
                    }
                }
            }
            None => {
                scope.timers.remove(timer);
            }
        },
        Event::TimerCancelled { timer, .. } => {
            scope.timers.remove(timer);
        }
        Event::TimerExtended { timer, due, .. } => {
            if let Some(timer) = scope.timers.get_mut(timer) {
                timer.due = *due;
            }
        }
        Event::Subscribed {
            number,
            subscription,
            ..
        } => {
            used(scope, *number);
            scope.subscriptions.insert(*number, subscription.clone());
        }
        Event::Unsubscribed { number, .. } => {
            scope.subscriptions.remove(number);
        }
        Event::ConditionSeen { number, held, .. } => {
            if let Some(subscription) = scope.subscriptions.get_mut(number) {
                subscription.to = crate::state::Topic::Condition { held: *held };
            }
        }
        _ => {}
    }
}

fn put(scope: &mut Scope, token: u64, element: &Name, flow: Option<Name>, wait: Wait) {
    used(scope, token);
    scope.tokens.insert(
        token,
        crate::state::Token {
            element: element.clone(),
            flow,
            wait,
        },
    );
}

fn used(scope: &mut Scope, number: u64) {
    scope.next = scope.next.max(number + 1);
}

fn wait(scope: &mut Scope, token: u64, wait: Wait) {
    if let Some(token) = scope.tokens.get_mut(&token) {
        token.wait = wait;
    }
}

/// Takes away all that hangs on a token.
fn detach(scope: &mut Scope, token: u64) {
    scope.tasks.retain(|_, task| task.token != token);
    scope.timers.retain(|_, timer| timer.token != Some(token));
    scope
        .subscriptions
        .retain(|_, subscription| subscription.token != Some(token));
    scope
        .incidents
        .retain(|_, incident| incident.token != Some(token));
}

fn merge(vars: &mut Variables, values: &Variables) {
    for (name, value) in values {
        vars.insert(name.clone(), value.clone());
    }
}

//! What must hold of every state between two acts.

use trinhky_engine::{Scope, ScopeKind, State, Status, Wait};

/// The first thing that is wrong with a state, if any: a token that nobody will move, or something that hangs on nothing.
pub fn unsound(state: &State) -> Option<String> {
    if state.instance.status != Status::Running {
        let left =
            state.scopes.len() > 1 || !state.live().is_empty() || state.tasks().next().is_some();
        return left.then(|| "something is left of an ended instance".to_owned());
    }
    state.scopes.values().find_map(|scope| {
        let wrong = in_scope(state, scope)?;
        Some(format!("{}: {wrong}", scope.id))
    })
}

fn in_scope(state: &State, scope: &Scope) -> Option<String> {
    if let Some(parent) = scope.id.parent() {
        let Some(parent) = state.scopes.get(&parent) else {
            return Some("its parent is gone".to_owned());
        };
        let hosted = scope.host.is_some_and(|host| {
            parent
                .tokens
                .get(&host)
                .is_some_and(|token| token.wait == Wait::Scope(scope.id.number()))
        });
        if !hosted && parent.kind != ScopeKind::Round {
            return Some("no token waits for it".to_owned());
        }
    }
    if let Some(mi) = &scope.mi {
        let items = state
            .scopes
            .keys()
            .filter(|id| id.parent().as_ref() == Some(&scope.id))
            .count() as u64;
        if items != mi.active {
            return Some(format!("{items} items, but {} are counted", mi.active));
        }
    } else if scope.tokens.is_empty() && scope.incidents.is_empty() {
        return Some("it has no token and has not ended".to_owned());
    }
    let here = |token: Option<u64>| token.is_none_or(|token| scope.tokens.contains_key(&token));
    for (number, token) in &scope.tokens {
        let awaited = match token.wait {
            Wait::Run => false,
            Wait::Task(task) => scope
                .tasks
                .get(&task)
                .is_some_and(|task| task.token == *number),
            Wait::Scope(inner) => state.scopes.contains_key(&scope.id.child(inner)),
            Wait::Incident(incident) => scope.incidents.contains_key(&incident),
            Wait::Event | Wait::Race => {
                scope
                    .timers
                    .values()
                    .any(|timer| timer.token == Some(*number))
                    || scope
                        .subscriptions
                        .values()
                        .any(|subscription| subscription.token == Some(*number))
            }
            Wait::Join | Wait::Compensation | Wait::Beside => true,
        };
        if !awaited {
            return Some(format!(
                "token {number} at {} waits for nothing: {:?}",
                token.element, token.wait
            ));
        }
    }
    let hangs = scope.tasks.values().all(|task| here(Some(task.token)))
        && scope.timers.values().all(|timer| here(timer.token))
        && scope
            .subscriptions
            .values()
            .all(|subscription| here(subscription.token))
        && scope
            .incidents
            .values()
            .all(|incident| here(incident.token));
    (!hangs).then(|| "a task, timer, subscription or incident hangs on no token".to_owned())
}

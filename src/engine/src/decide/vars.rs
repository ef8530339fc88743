//! Which variables an expression sees, and where an assignment goes.
//!
//! Reading goes outward from a scope to its ancestors. Writing goes to the nearest scope that has (or declares) the
//! name, within its process; a new name goes to the nearest item of a round, else to the process. What items of a parallel round set is kept
//! in the round until it closes, so that completing an item never rewrites the variables of the process.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::work::{Halt, Step, Work, incident};
use crate::command::Need;
use crate::event::Event;
use crate::expr::{EvalError, Expr};
use crate::ids::ScopeId;
use crate::model::{Kind, Mapping, MappingSource};
use crate::state::{Scope, ScopeKind, Variables};

impl Work<'_> {
    /// Evaluates an expression as seen from a scope, with `locals` before everything else.
    pub(super) fn evaluate(&self, scope: &ScopeId, locals: &Variables, expr: &Expr) -> Step<Value> {
        let found = expr.evaluate(|name| match locals.get(name) {
            Some(value) => Ok(Some(Cow::Owned(value.clone()))),
            None => self.lookup(scope, name),
        });
        found.map_err(|error| match error {
            EvalError::Need(halt) => halt,
            EvalError::Failed(message) => Halt::Incident {
                kind: "expression",
                message_vi: format!("Không tính được biểu thức {message}."),
                message: format!("The expression could not be evaluated: {message}."),
            },
        })
    }

    /// Evaluates a condition; anything but true and false is an incident.
    pub(super) fn holds(&self, scope: &ScopeId, locals: &Variables, expr: &Expr) -> Step<bool> {
        match self.evaluate(scope, locals, expr)? {
            Value::Bool(value) => Ok(value),
            other => incident(
                "condition",
                format!(
                    "The condition '{}' is neither true nor false but {other}.",
                    expr.source()
                ),
                format!(
                    "Điều kiện '{}' không cho kết quả đúng hoặc sai mà là {other}.",
                    expr.source()
                ),
            ),
        }
    }

    /// The value of a name as seen from a scope.
    pub(super) fn lookup(&self, scope: &ScopeId, name: &str) -> Step<Option<Cow<'_, Value>>> {
        for id in scope.outward() {
            let scope = self.expect(&id)?;
            if let Some(value) = counter(scope, name) {
                return Ok(Some(Cow::Owned(value)));
            }
            if scope.kind == ScopeKind::Round {
                continue;
            }
            let Some(vars) = &scope.vars else {
                return Err(Halt::Need(Need::Vars(id)));
            };
            if let Some(value) = vars.get(name) {
                return Ok(Some(Cow::Borrowed(value)));
            }
            if scope.isolated {
                break;
            }
        }
        Ok(None)
    }

    /// Every variable in sight of a scope.
    pub(super) fn all_variables(&self, scope: &ScopeId) -> Step<Variables> {
        let mut all = Variables::new();
        for id in scope.outward() {
            let scope = self.expect(&id)?;
            if scope.kind != ScopeKind::Round {
                let Some(vars) = &scope.vars else {
                    return Err(Halt::Need(Need::Vars(id)));
                };
                for (name, value) in vars {
                    all.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
            if scope.isolated {
                break;
            }
        }
        Ok(all)
    }

    /// Sets variables as seen from a scope.
    pub(super) fn assign(&mut self, scope: &ScopeId, values: Variables) -> Step {
        self.assign_as(scope, values, false)
    }

    /// Sets variables that an item or a call had set inside.
    pub(super) fn move_outward(&mut self, scope: &ScopeId, values: Variables) -> Step {
        self.assign_as(scope, values, true)
    }

    fn assign_as(&mut self, scope: &ScopeId, values: Variables, moved: bool) -> Step {
        if values.is_empty() {
            return Ok(());
        }
        let mut targets: BTreeMap<ScopeId, Variables> = BTreeMap::new();
        for (name, value) in values {
            targets
                .entry(self.home(scope, &name)?)
                .or_default()
                .insert(name, value);
        }
        for (scope, values) in targets {
            let element = self.current.clone();
            self.emit(Event::VariablesSet {
                scope,
                values,
                moved,
                element,
            });
        }
        Ok(())
    }

    /// Evaluates data associations.
    pub(super) fn map(
        &self,
        scope: &ScopeId,
        locals: &Variables,
        mappings: &[Mapping],
    ) -> Step<Variables> {
        let mut values = Variables::new();
        for mapping in mappings {
            match &mapping.source {
                MappingSource::Literal(value) => {
                    values.insert(mapping.target.clone(), value.clone());
                }
                MappingSource::Name(name) => {
                    let value = match locals.get(name) {
                        Some(value) => Some(value.clone()),
                        None => self.lookup(scope, name)?.map(Cow::into_owned),
                    };
                    values.extend(value.map(|value| (mapping.target.clone(), value)));
                }
                MappingSource::All => values.extend(self.all_variables(scope)?),
                MappingSource::Expr(expr) => {
                    values.insert(mapping.target.clone(), self.evaluate(scope, locals, expr)?);
                }
            }
        }
        Ok(values)
    }

    /// The scope where an assignment to `name` goes.
    fn home(&self, from: &ScopeId, name: &str) -> Step<ScopeId> {
        let mut owner = None;
        for id in from.outward() {
            let scope = self.expect(&id)?;
            if scope.kind == ScopeKind::Round {
                continue;
            }
            let Some(vars) = &scope.vars else {
                return Err(Halt::Need(Need::Vars(id)));
            };
            if owner.is_some() && self.declares(scope, name) {
                return Ok(id);
            }
            // A called process keeps what it sets until it ends.
            if vars.contains_key(name)
                || scope.kind == ScopeKind::Process
                || self.declares(scope, name)
            {
                return Ok(owner.filter(|_| !vars.contains_key(name)).unwrap_or(id));
            }
            if owner.is_none() && scope.item.is_some() {
                owner = Some(id.clone());
            }
        }
        Ok(ScopeId::root())
    }

    fn declares(&self, scope: &Scope, name: &str) -> bool {
        let Some(process) = self.defs.process(&scope.process) else {
            return false;
        };
        match scope.kind {
            ScopeKind::Process => process.declares.iter().any(|declared| declared == name),
            ScopeKind::SubProcess => scope
                .element
                .as_deref()
                .and_then(|element| process.node(element))
                .is_some_and(|node| {
                    matches!(node.kind, Kind::SubProcess(_))
                        && node.declares.iter().any(|declared| declared == name)
                }),
            ScopeKind::Round | ScopeKind::Item => false,
        }
    }
}

/// The standard's names for the counters of a round, and those that other engines use.
fn counter(scope: &Scope, name: &str) -> Option<Value> {
    match name {
        "loopCounter" => scope.loop_counter.map(Value::from),
        "numberOfInstances" | "nrOfInstances" => scope.mi.as_ref().map(|mi| Value::from(mi.total)),
        "numberOfActiveInstances" | "nrOfActiveInstances" => {
            scope.mi.as_ref().map(|mi| Value::from(mi.active))
        }
        "numberOfCompletedInstances" | "nrOfCompletedInstances" => {
            scope.mi.as_ref().map(|mi| Value::from(mi.completed))
        }
        "numberOfTerminatedInstances" => scope.mi.as_ref().map(|mi| Value::from(mi.terminated)),
        _ => None,
    }
}

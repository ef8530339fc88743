//! Repeated activities: multi-instance, parallel and sequential, and standard loops (BPMN 2.0.2, 13.3.6, 13.3.7).

use serde_json::Value;

use super::work::{Halt, Step, Work, incident};
use crate::command::Need;
use crate::event::Event;
use crate::ids::ScopeId;
use crate::model::{Behavior, Kind, Multi, Node, Repeat};
use crate::state::{MiCounters, RoundStyle, Scope, ScopeKind, StuckAt, Variables};

/// The most items of one round (F35).
pub const MAX_ITEMS: usize = 200_000;

impl<'a> Work<'a> {
    pub(super) fn open_round(
        &mut self,
        scope: &ScopeId,
        token: u64,
        node: &Node,
        repeat: &Repeat,
    ) -> Step {
        let (items, style) = match repeat {
            Repeat::Multi(multi) => {
                let style = if multi.sequential {
                    RoundStyle::Sequential
                } else {
                    RoundStyle::Parallel
                };
                (self.items(scope, node, multi)?, style)
            }
            Repeat::Standard {
                test_before,
                maximum,
                condition,
            } => {
                let none_yet = Variables::from([("loopCounter".to_owned(), Value::from(0))]);
                let go = match condition {
                    Some(condition) if *test_before => self.holds(scope, &none_yet, condition)?,
                    _ => true,
                };
                if !go || *maximum == Some(0) {
                    return self.leave(scope, token);
                }
                (Vec::new(), RoundStyle::Loop)
            }
        };
        if items.is_empty() && style != RoundStyle::Loop {
            return self.close_empty(scope, token, node, repeat);
        }
        let id = scope.child(self.next(scope));
        let total = if style == RoundStyle::Loop {
            0
        } else {
            items.len() as u64
        };
        let queue = if style == RoundStyle::Sequential {
            items.clone()
        } else {
            Vec::new()
        };
        let round = Scope {
            element: Some(node.id.clone()),
            host: Some(token),
            mi: Some(MiCounters {
                total,
                style,
                queue,
                ..MiCounters::default()
            }),
            ..Scope::new(
                id.clone(),
                self.expect(scope)?.process.clone(),
                ScopeKind::Round,
            )
        };
        self.open(round)?;
        let outcome = self.open_first(&id, node, items, style);
        if matches!(outcome, Err(Halt::Incident { .. })) {
            self.emit(Event::ScopeCancelled { scope: id });
        }
        outcome
    }

    fn open_first(
        &mut self,
        round: &ScopeId,
        node: &Node,
        items: Vec<Value>,
        style: RoundStyle,
    ) -> Step {
        match style {
            RoundStyle::Parallel => {
                for (place, item) in (1..).zip(items) {
                    self.open_item(round, node, Some(item), place)?;
                    // An item that ends at once may have closed the round.
                    if self.scope(round).is_none() {
                        return Ok(());
                    }
                }
                Ok(())
            }
            RoundStyle::Sequential => self.open_item(round, node, items.into_iter().next(), 1),
            RoundStyle::Loop => self.open_item(round, node, None, 1),
        }
    }

    fn close_empty(&mut self, scope: &ScopeId, token: u64, node: &Node, repeat: &Repeat) -> Step {
        if let Repeat::Multi(Multi {
            output_collection: Some(name),
            ..
        }) = repeat
        {
            self.current = Some(node.id.clone());
            self.assign(
                scope,
                Variables::from([(name.clone(), Value::Array(Vec::new()))]),
            )?;
        }
        self.leave(scope, token)
    }

    fn items(&self, scope: &ScopeId, node: &Node, multi: &Multi) -> Step<Vec<Value>> {
        let none = Variables::new();
        let too_many = |count: &dyn std::fmt::Display| {
            incident(
                "too-many-items",
                format!(
                    "'{}' would have {count} items; at most {MAX_ITEMS} are possible.",
                    node.id
                ),
                format!(
                    "'{}' sẽ có {count} mục; chỉ cho phép tối đa {MAX_ITEMS}.",
                    node.id
                ),
            )
        };
        if let Some(collection) = &multi.collection {
            return match self.evaluate(scope, &none, collection)? {
                Value::Array(items) if items.len() > MAX_ITEMS => too_many(&items.len()),
                Value::Array(items) => Ok(items),
                other => incident(
                    "collection",
                    format!(
                        "The collection '{}' of '{}' is not a list but {}.",
                        collection.source(),
                        node.id,
                        short(&other)
                    ),
                    format!(
                        "Tập hợp '{}' của '{}' không phải danh sách mà là {}.",
                        collection.source(),
                        node.id,
                        short(&other)
                    ),
                ),
            };
        }
        let Some(cardinality) = &multi.cardinality else {
            return incident(
                "cardinality",
                format!("'{}' does not say how many instances it has.", node.id),
                format!("'{}' không nêu số lượng thực thể.", node.id),
            );
        };
        let value = self.evaluate(scope, &none, cardinality)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole float within the range of counts"
        )]
        let count = value.as_i64().or_else(|| {
            value
                .as_f64()
                .filter(|float| float.fract() == 0.0 && float.abs() < 1e15)
                .map(|float| float as i64)
        });
        match count.map(usize::try_from) {
            Some(Ok(count)) if count > MAX_ITEMS => too_many(&count),
            Some(Ok(count)) => Ok((0..count).map(Value::from).collect()),
            _ => incident(
                "cardinality",
                format!(
                    "The cardinality '{}' of '{}' is not a whole number from 0 but {}.",
                    cardinality.source(),
                    node.id,
                    short(&value)
                ),
                format!(
                    "Số lượng '{}' của '{}' không phải số nguyên không âm mà là {}.",
                    cardinality.source(),
                    node.id,
                    short(&value)
                ),
            ),
        }
    }

    pub(super) fn open_item(
        &mut self,
        round: &ScopeId,
        node: &Node,
        item: Option<Value>,
        place: u64,
    ) -> Step {
        let name = match &node.repeat {
            Some(Repeat::Multi(multi)) => multi.element_variable.clone(),
            _ => None,
        };
        if matches!(node.kind, Kind::SubProcess(_) | Kind::Call(_)) {
            return self
                .open_scope(
                    round,
                    None,
                    node,
                    item.map(|item| (name, item)),
                    Some(place),
                )
                .map(|_| ());
        }
        let id = round.child(self.next(round));
        let vars = match (name, &item) {
            (Some(name), Some(item)) => Variables::from([(name, item.clone())]),
            _ => Variables::new(),
        };
        let scope = Scope {
            element: Some(node.id.clone()),
            item,
            loop_counter: Some(place),
            vars: Some(vars),
            ..Scope::new(
                id.clone(),
                self.expect(round)?.process.clone(),
                ScopeKind::Item,
            )
        };
        self.open(scope)?;
        let token = self.next(&id);
        self.emit(Event::ElementEntered {
            scope: id.clone(),
            token,
            element: node.id.clone(),
            flow: None,
        });
        self.agenda.push_back((id, token));
        Ok(())
    }

    /// An item ended: the counters change, and the round goes on or closes.
    pub(super) fn complete_item(&mut self, id: &ScopeId, round: &ScopeId) -> Step {
        let item = self.expect(id)?;
        let place = item.loop_counter.unwrap_or_default();
        let node = self.round_node(round)?;
        let name = match &node.repeat {
            Some(Repeat::Multi(multi)) => multi.element_variable.as_deref(),
            _ => None,
        };
        let mut locals = item.vars.clone().unwrap_or_default();
        locals.insert("loopCounter".to_owned(), Value::from(place));
        let results = self.results(id, node, name)?;
        let output = match &node.repeat {
            Some(Repeat::Multi(Multi {
                output_collection: Some(_),
                output_element: Some(element),
                ..
            })) => Some(self.evaluate(id, &results, element)?),
            _ => None,
        };
        if let Some(value) = output {
            self.emit(Event::ItemResult {
                round: round.clone(),
                place,
                value,
            });
        }
        self.inherit_compensation(id, round, node)?;
        self.emit(Event::ItemCompleted { scope: id.clone() });
        if !results.is_empty() {
            if self.style(round)? == RoundStyle::Parallel {
                self.emit(Event::VariablesSet {
                    scope: round.clone(),
                    values: results,
                    moved: true,
                    element: None,
                });
            } else {
                self.move_outward(round, results)?;
            }
        }
        let outcome = match self.throw_behavior(round, node, &locals) {
            Ok(()) if self.scope(round).is_none() => return Ok(()),
            Ok(()) => self.after_item(round, &locals),
            failed => failed,
        };
        self.stuck_if_failed(outcome, round, None, "", StuckAt::Leave)
    }

    /// The events that the end of an item throws, where the file asks for them.
    fn throw_behavior(&mut self, round: &ScopeId, node: &Node, locals: &Variables) -> Step {
        let Some(Repeat::Multi(Multi { behavior, .. })) = &node.repeat else {
            return Ok(());
        };
        let scope = self.expect(round)?;
        let completed = scope.mi.as_ref().map_or(0, |mi| mi.completed);
        let (Some(parent), Some(host)) = (round.parent(), scope.host) else {
            return Ok(());
        };
        match behavior.as_ref() {
            Behavior::All => Ok(()),
            Behavior::One(_) if completed != 1 => Ok(()),
            Behavior::None(trigger) | Behavior::One(trigger) => {
                self.throw_from_round(&parent, host, node, trigger)
            }
            Behavior::Complex(definitions) => {
                for (condition, trigger) in definitions {
                    // A catcher of the event before may have ended the round.
                    if self.scope(round).is_some() && self.holds(round, locals, condition)? {
                        self.throw_from_round(&parent, host, node, trigger)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Decides whether the round is done, after an item ended or was removed.
    pub(super) fn after_item(&mut self, round: &ScopeId, locals: &Variables) -> Step {
        let node = self.round_node(round)?;
        let scope = self.expect(round)?;
        let Some(mi) = scope.mi.as_ref() else {
            return Ok(());
        };
        let (active, ended, total, style) =
            (mi.active, mi.completed + mi.terminated, mi.total, mi.style);
        match &node.repeat {
            Some(Repeat::Multi(multi)) => {
                let stop = match &multi.completion {
                    Some(condition) => self.holds(round, locals, condition)?,
                    None => false,
                };
                if stop || ended >= total {
                    return self.close_round(round, node, active > 0);
                }
                if style == RoundStyle::Sequential && active == 0 {
                    let item = usize::try_from(ended)
                        .ok()
                        .and_then(|at| self.scope(round)?.mi.as_ref()?.queue.get(at).cloned());
                    return self.open_item(round, node, item, ended + 1);
                }
                Ok(())
            }
            Some(Repeat::Standard {
                maximum, condition, ..
            }) => {
                let more = maximum.is_none_or(|maximum| ended < maximum)
                    && match condition {
                        Some(condition) => self.holds(round, locals, condition)?,
                        None => maximum.is_some(),
                    };
                if !more {
                    return self.close_round(round, node, false);
                }
                if !self.count_entry(round, &node.id) {
                    return incident(
                        "endless-loop",
                        format!(
                            "'{}' was repeated more than {} times without a wait.",
                            node.id,
                            super::work::MAX_ENTRIES
                        ),
                        format!(
                            "'{}' lặp hơn {} lần mà không có điểm dừng chờ.",
                            node.id,
                            super::work::MAX_ENTRIES
                        ),
                    );
                }
                self.open_item(round, node, None, ended + 1)
            }
            None => Ok(()),
        }
    }

    fn close_round(&mut self, round: &ScopeId, node: &Node, live: bool) -> Step {
        let scope = self.expect(round)?;
        let (Some(parent), Some(host)) = (round.parent(), scope.host) else {
            return Ok(());
        };
        let Some(vars) = &scope.vars else {
            return Err(Halt::Need(Need::Vars(round.clone())));
        };
        let results = vars.clone();
        let completed = scope.mi.as_ref().map_or(0, |mi| mi.completed);
        let mut collection = Variables::new();
        if let Some(Repeat::Multi(Multi {
            output_collection: Some(name),
            ..
        })) = &node.repeat
        {
            let collected = scope
                .mi
                .as_ref()
                .map(|mi| mi.results.values().cloned().collect())
                .unwrap_or_default();
            collection.insert(name.clone(), Value::Array(collected));
        }
        self.remember_compensation(&parent, self.process(round)?, node, completed);
        self.hand_out_compensation(round, &parent)?;
        self.emit(if live {
            Event::ScopeCancelled {
                scope: round.clone(),
            }
        } else {
            Event::ScopeCompleted {
                scope: round.clone(),
            }
        });
        self.move_outward(&parent, results)?;
        self.current = Some(node.id.clone());
        self.assign(&parent, collection)?;
        self.leave(&parent, host)
    }

    pub(super) fn round_node(&self, round: &ScopeId) -> Step<&'a Node> {
        let element = self.expect(round)?.element.clone().unwrap_or_default();
        self.node(round, &element)
    }

    fn style(&self, round: &ScopeId) -> Step<RoundStyle> {
        Ok(self
            .expect(round)?
            .mi
            .as_ref()
            .map(|mi| mi.style)
            .unwrap_or_default())
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 {
        text.chars().take(60).chain(['…']).collect()
    } else {
        text
    }
}

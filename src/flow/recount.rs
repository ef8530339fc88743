//! Counting the deadlines of a running instance anew after the calendar has changed.
//!
//! A deadline moves only where the old calendar explains it: what was counted in working days is counted again from the same
//! start, what names another date follows that date. A deadline that somebody set by hand stays, unless its day is off now.
//! Nothing moves into the past, and what is over stays as it was.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use trinhky_calendar::{Anchor, Calendar, Roll, Rule, deadline_day, local};
use trinhky_engine::expr::strip;
use trinhky_engine::{
    CommandKind, Scope, ScopeId, State, Task, TaskId, Timer, TimerId, Variables, apply, decide,
};
use uuid::Uuid;

use super::{Advanced, advanced, command, definitions, load, rejected, save};
use crate::app::Cx;
use crate::fault::Outcome;

/// Instants that move, with what they move to.
pub type Moves = BTreeMap<DateTime<Utc>, DateTime<Utc>>;

/// The same for variables of one instance, by their names.
type Named = BTreeMap<(String, DateTime<Utc>), DateTime<Utc>>;

/// A change of the calendar, seen from now.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub old: &'a Calendar,
    pub new: &'a Calendar,
    pub now: DateTime<Utc>,
}

/// What a change does to an instance.
#[derive(Debug, Default)]
pub struct Recount {
    pub tasks: Vec<MovedTask>,
    /// All that moves, tasks, reminders and variables, in the order in which the engine takes it.
    pub commands: Vec<CommandKind>,
}

/// A task with its old and its new deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedTask {
    pub id: TaskId,
    pub before: DateTime<Utc>,
    pub after: DateTime<Utc>,
}

impl Change<'_> {
    /// What a deadline counted by a rule becomes; none where the old calendar would not have given it.
    fn counted(
        &self,
        rule: &Rule,
        from: DateTime<Utc>,
        due: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let before = self.old.resolve(rule, from).ok()?.at;
        (before == due).then(|| self.new.resolve(rule, from).ok().map(|found| found.at))?
    }

    /// What a deadline becomes that was counted in working days from an instant, however many those were.
    fn counted_days(&self, from: DateTime<Utc>, due: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self
            .old
            .working_days_between(local(from).date_naive(), deadline_day(due));
        self.counted(&Rule::WorkingDays(u32::try_from(days).ok()?), from, due)
    }

    /// What a deadline set by hand becomes: the same hour of the day that the office's roll rule gives, where its own is off
    /// now and was not before.
    #[must_use]
    pub fn fixed(&self, due: DateTime<Utc>) -> DateTime<Utc> {
        let day = deadline_day(due);
        self.allowed(due, due + (self.fixed_day(day) - day))
    }

    /// The same for a deadline that is a day.
    #[must_use]
    pub fn fixed_day(&self, day: NaiveDate) -> NaiveDate {
        if self.new.is_working_day(day) || !self.old.is_working_day(day) {
            return day;
        }
        match self.new.roll() {
            Roll::NextWorkingDay => self.new.next_working_day(day),
            Roll::PreviousWorkingDay => self.new.previous_working_day(day),
            Roll::None => day,
        }
    }

    /// The new instant, unless it or the old one is past.
    #[must_use]
    pub fn allowed(&self, before: DateTime<Utc>, after: DateTime<Utc>) -> DateTime<Utc> {
        if before > self.now && after > self.now {
            after
        } else {
            before
        }
    }

    /// What moves in an instance. `given` are the instants of its variables that the caller has counted anew; `counted` names
    /// the variables that hold a deadline counted in working days from the opening of the tasks that name it.
    #[must_use]
    pub fn of_instance(&self, state: &State, given: &Moves, counted: &[&str]) -> Recount {
        let mut recount = Recount::default();
        let mut given = given.clone();
        let mut named_moves = Named::new();
        for task in state.tasks() {
            let Some(before) = task.due else { continue };
            let rule = named(task);
            let after = if counted.contains(&rule) {
                // All tasks of a round have one deadline: the first of them says what it becomes.
                *named_moves
                    .entry((rule.to_owned(), before))
                    .or_insert_with(|| {
                        let found = self.counted_days(task.opened_at, before);
                        self.allowed(before, found.unwrap_or_else(|| self.fixed(before)))
                    })
            } else {
                let counted = Rule::parse(rule);
                let found = match &counted {
                    Ok(rule) => self.counted(rule, task.opened_at, before),
                    Err(_) => given.get(&before).copied(),
                };
                let after = self.allowed(before, found.unwrap_or_else(|| self.fixed(before)));
                // A date that a variable holds: what else names it follows.
                if counted.is_err() && after != before {
                    given.entry(before).or_insert(after);
                }
                after
            };
            if after != before {
                recount.commands.push(CommandKind::ExtendTask {
                    task: task.id.clone(),
                    due: after,
                });
                recount.tasks.push(MovedTask {
                    id: task.id.clone(),
                    before,
                    after,
                });
            }
        }
        let moved = |name: &str, at: DateTime<Utc>| {
            let found = named_moves.get(&(name.to_owned(), at));
            found.or_else(|| given.get(&at)).copied().unwrap_or(at)
        };
        for timer in state.timers() {
            let after = self.allowed(timer.due, self.timer_due(state, timer, &moved));
            if after != timer.due {
                recount.commands.push(CommandKind::ExtendTimer {
                    timer: TimerId::new(timer.id.scope.clone(), timer.id.number),
                    due: after,
                });
            }
        }
        for scope in state.scopes.values() {
            let variables = moved_variables(scope, &named_moves, &given);
            if !variables.is_empty() {
                recount.commands.push(CommandKind::SetVariables {
                    scope: scope.id.clone(),
                    variables,
                });
            }
        }
        recount
    }

    /// A reminder follows the date that it names, or the opening of the task that it hangs on.
    fn timer_due(
        &self,
        state: &State,
        timer: &Timer,
        moved: &impl Fn(&str, DateTime<Utc>) -> DateTime<Utc>,
    ) -> DateTime<Utc> {
        let text = strip(&timer.rule);
        let Ok(rule) = Rule::parse(text) else {
            return match lookup(state, &timer.id.scope, text) {
                Some(Anchor::Instant(at)) if at == timer.due => moved(text, at),
                _ => timer.due,
            };
        };
        let found = match rule.name().map(str::to_owned) {
            None => opening(state, timer).and_then(|from| self.counted(&rule, from, timer.due)),
            Some(name) => lookup(state, &timer.id.scope, &name).and_then(|anchor| {
                let before = rule.clone().bind(|_| Some(anchor.clone()));
                let after = rule.bind(|_| {
                    Some(match anchor {
                        Anchor::Instant(at) => Anchor::Instant(moved(&name, at)),
                        other => other,
                    })
                });
                let was = self.old.resolve(&before, timer.due).ok()?.at;
                (was == timer.due).then(|| {
                    self.new
                        .resolve(&after, timer.due)
                        .ok()
                        .map(|found| found.at)
                })?
            }),
        };
        found.unwrap_or(timer.due)
    }
}

/// How the file says when the task is due, without the mark of an expression.
fn named(task: &Task) -> &str {
    strip(task.due_rule.as_deref().unwrap_or_default())
}

/// When the task was opened that a timer hangs on.
fn opening(state: &State, timer: &Timer) -> Option<DateTime<Utc>> {
    let scope = state.scope(&timer.id.scope)?;
    let token = timer.token?;
    scope
        .tasks
        .values()
        .find(|task| task.token == token)
        .map(|task| task.opened_at)
}

/// A date by its dotted name, in the scope or around it.
fn lookup(state: &State, scope: &ScopeId, name: &str) -> Option<Anchor> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let mut value = scope
        .outward()
        .find_map(|id| state.scope(&id)?.vars.as_ref()?.get(first))?;
    for key in rest.split('.').filter(|key| !key.is_empty()) {
        value = value.get(key)?;
    }
    let text = value.as_str()?;
    match text.parse::<NaiveDate>() {
        Ok(date) => Some(Anchor::Date(date)),
        Err(_) => instant(text).map(Anchor::Instant),
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
}

/// The variables of a scope that hold an instant that moves: those counted in working days by their names, those that the
/// caller gave wherever they stand inside a value.
fn moved_variables(scope: &Scope, named: &Named, given: &Moves) -> Variables {
    let mut changed = Variables::new();
    for (name, value) in scope.vars.iter().flatten() {
        let mut value = value.clone();
        let moved = match &mut value {
            Value::String(text) => move_text(text, |at| named.get(&(name.clone(), at)).copied()),
            _ => move_inside(&mut value, given),
        };
        if moved {
            changed.insert(name.clone(), value);
        }
    }
    changed
}

fn move_text(text: &mut String, moved: impl Fn(DateTime<Utc>) -> Option<DateTime<Utc>>) -> bool {
    let after = instant(text).and_then(|at| moved(at).filter(|after| *after != at));
    if let Some(after) = after {
        *text = after.to_rfc3339();
    }
    after.is_some()
}

/// Moves every instant inside a value, not the first only; whether there was one.
fn move_inside(value: &mut Value, moves: &Moves) -> bool {
    let mut moved = false;
    match value {
        Value::String(text) => moved = move_text(text, |at| moves.get(&at).copied()),
        Value::Array(values) => {
            for value in values {
                moved |= move_inside(value, moves);
            }
        }
        Value::Object(values) => {
            for value in values.values_mut() {
                moved |= move_inside(value, moves);
            }
        }
        _ => {}
    }
    moved
}

/// Gives an instance all commands of a recount in one go: it is loaded once and written once.
///
/// # Errors
/// A stale refusal where the instance has gone on meanwhile, or what the database reports.
pub async fn carry_out(
    cx: Cx<'_>,
    instance_id: Uuid,
    commands: Vec<CommandKind>,
) -> Outcome<Advanced> {
    let mut loaded = load::Slice::default();
    let (instance, calendar) = loaded.everything(cx, instance_id).await?;
    let definitions = definitions(cx, &instance.definition).await?;
    let mut state = loaded.state.clone();
    let mut events = Vec::new();
    for kind in commands {
        let decided =
            decide(&definitions, &state, &command(cx, kind), &calendar).map_err(rejected)?;
        for event in &decided {
            apply(&mut state, event);
        }
        events.extend(decided);
    }
    let ended = save::changes(cx, &instance, &loaded.state, &state, &events).await?;
    advanced(&events, ended)
}

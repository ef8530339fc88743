//! Runs workflows on a virtual clock: the same input gives the same bytes.
//!
//! Tasks answer at once, in the order in which they were opened, unless the scenario says otherwise. Timers fire in the
//! order of their instants; among equal instants what was scheduled first goes first. A message that nobody waits for yet
//! is kept until somebody does; a signal is not kept.

mod scenario;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use chrono::{DateTime, TimeZone, Utc};
use serde_json::Value;
use trinhky_calendar::Calendar;

use crate::command::{Command, CommandKind, Rejection};
use crate::event::Event;
use crate::model::{Definitions, Kind, Node, Position, Process, TaskKind, Trigger};
use crate::state::{State, Status, Task, TaskId, TimerId, Topic, Variables};
use crate::{apply, decide, timers};

pub use scenario::{Answer, Message, Scenario, Signal};
pub use trace::Format;
use trace::Trace;

/// The most acts of one simulation; more is a run without an end.
pub const MAX_ACTS: u64 = 500_000;
/// The most instances of one simulation.
pub const MAX_INSTANCES: usize = 10_000;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Options {
    /// The processes to start, in this order; none: every executable process that starts by itself.
    pub processes: Vec<String>,
    pub variables: Variables,
    pub scenario: Scenario,
    /// When the virtual clock starts; by default 2023-01-01T00:00:00Z.
    pub start: Option<DateTime<Utc>>,
    pub calendar: Calendar,
    pub format: Format,
}

impl Default for Options {
    fn default() -> Self {
        Self { processes: Vec::new(), variables: Variables::new(), scenario: Scenario::default(), start: None, calendar: Calendar::vietnam(), format: Format::Jsonl }
    }
}

/// How a simulation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All instances ended.
    Ended,
    /// Something was refused, or an incident stands.
    Failed,
    /// Instances wait for what will not come, or the scenario's end was reached.
    Stuck,
}

impl Outcome {
    /// The exit code of the command line.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ended => 0,
            Self::Failed => 1,
            Self::Stuck => 3,
        }
    }
}

/// Why a simulation did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The request does not fit the file; in English and Vietnamese.
    #[error("{message}")]
    Refused { message: String, message_vi: String },
    #[error("the trace could not be written: {0}")]
    Write(#[from] io::Error),
}

/// Runs to the end and writes one line per event.
///
/// # Errors
/// When there is nothing to start, or `out` fails.
pub fn simulate(defs: &Definitions, options: &Options, out: &mut dyn Write) -> Result<Outcome, SimulateError> {
    let mut defs = defs.clone();
    defs.held = options.scenario.answers.iter().map(|answer| answer.element.clone()).collect();
    let start = options.start.or(options.scenario.start).unwrap_or_else(|| Utc.timestamp_opt(1_672_531_200, 0).single().unwrap_or_default());
    let processes = chosen(&defs, options)?;
    let mut simulation = Simulation {
        defs: &defs,
        options,
        out,
        now: start,
        instances: Vec::new(),
        queue: BTreeMap::new(),
        scheduled: 0,
        mailbox: Vec::new(),
        activations: BTreeMap::new(),
        used: BTreeSet::new(),
        refused: false,
    };
    simulation.schedule_scenario();
    let mut variables = options.scenario.variables.clone();
    variables.extend(options.variables.clone());
    for process in &processes {
        simulation.start(process, variables.clone(), None)?;
    }
    simulation.run()
}

fn chosen(defs: &Definitions, options: &Options) -> Result<Vec<String>, SimulateError> {
    let refused = |message: String, message_vi: String| Err(SimulateError::Refused { message, message_vi });
    for id in &options.processes {
        match defs.process(id) {
            None => return refused(format!("The file has no process '{id}'."), format!("Tệp không có quy trình '{id}'.")),
            Some(process) if !process.starts_by_itself() => {
                return refused(
                    format!("The process '{id}' has no start event without a trigger."),
                    format!("Quy trình '{id}' không có sự kiện bắt đầu không điều kiện."),
                );
            }
            Some(_) => {}
        }
    }
    if !options.processes.is_empty() {
        return Ok(options.processes.clone());
    }
    let found: Vec<String> = defs
        .processes()
        .iter()
        .filter(|process| process.executable && process.starts_by_itself())
        .map(|process| process.id.clone())
        .collect();
    let by_scenario = !options.scenario.messages.is_empty() || !options.scenario.signals.is_empty();
    if found.is_empty() && !by_scenario {
        return refused(
            "The file has no executable process that starts by itself; name one with --process.".to_owned(),
            "Tệp không có quy trình thực thi nào tự bắt đầu; hãy chỉ định bằng --process.".to_owned(),
        );
    }
    Ok(found)
}

struct Instance {
    name: String,
    process: String,
    state: State,
}

#[derive(Debug, Clone)]
enum Act {
    Answer { instance: usize, task: TaskId, answer: Option<usize> },
    Fire { instance: usize, timer: TimerId },
    Deliver(Letter),
    Signal { from: Option<usize>, name: String, variables: Variables },
}

#[derive(Debug, Clone)]
struct Letter {
    name: String,
    key: Option<String>,
    variables: Variables,
}

struct Simulation<'a> {
    defs: &'a Definitions,
    options: &'a Options,
    out: &'a mut dyn Write,
    now: DateTime<Utc>,
    instances: Vec<Instance>,
    queue: BTreeMap<(DateTime<Utc>, u64), Act>,
    scheduled: u64,
    /// Messages that nobody waited for.
    mailbox: Vec<Letter>,
    /// How often elements were activated: in all, and by item.
    activations: BTreeMap<(String, Option<String>), u64>,
    /// Answers that have served.
    used: BTreeSet<usize>,
    refused: bool,
}

impl Simulation<'_> {
    fn run(mut self) -> Result<Outcome, SimulateError> {
        let mut acts = 0;
        let mut cut = false;
        while let Some(((at, _), act)) = self.queue.pop_first() {
            acts += 1;
            if self.options.scenario.until.is_some_and(|until| at > until) || acts > MAX_ACTS {
                cut = true;
                break;
            }
            self.now = self.now.max(at);
            self.act(act)?;
        }
        let running: Vec<usize> = (0..self.instances.len()).filter(|index| self.instances[*index].state.instance.status == Status::Running).collect();
        let incident = self.instances.iter().any(|instance| instance.state.scopes.values().any(|scope| !scope.incidents.is_empty()));
        for index in &running {
            let waits = self.instances[*index].state.scopes.values().all(|scope| scope.incidents.is_empty());
            if waits && !cut {
                self.trace(*index, |trace, state| trace.stuck(state))?;
            } else if waits {
                self.trace(*index, |trace, _| trace.instance_line("until_reached", None))?;
            }
        }
        self.out.flush()?;
        Ok(match (incident || self.refused, running.is_empty()) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::Ended,
            (false, false) => Outcome::Stuck,
        })
    }

    fn schedule_scenario(&mut self) {
        for message in &self.options.scenario.messages {
            let key = message.key.as_ref().map(text);
            let letter = Letter { name: message.name.clone(), key, variables: message.variables.clone() };
            self.schedule(message.after.as_deref(), Act::Deliver(letter));
        }
        for signal in &self.options.scenario.signals {
            let act = Act::Signal { from: None, name: signal.name.clone(), variables: signal.variables.clone() };
            self.schedule(signal.after.as_deref(), act);
        }
    }

    fn schedule(&mut self, after: Option<&str>, act: Act) {
        let at = after.and_then(timers::duration).and_then(|after| after.after(self.now)).unwrap_or(self.now);
        self.schedule_at(at, act);
    }

    fn schedule_at(&mut self, at: DateTime<Utc>, act: Act) {
        self.scheduled += 1;
        self.queue.insert((at, self.scheduled), act);
    }

    fn start(&mut self, process: &str, variables: Variables, at: Option<&Node>) -> Result<(), SimulateError> {
        if self.instances.len() >= MAX_INSTANCES {
            self.refused = true;
            return Ok(());
        }
        let number = self.instances.iter().filter(|instance| instance.process == process).count() + 1;
        self.instances.push(Instance { name: format!("{process}-{number}"), process: process.to_owned(), state: State::default() });
        let start = at.map(|node| node.id.clone());
        self.command(self.instances.len() - 1, CommandKind::Start { process: process.to_owned(), variables, start })?;
        Ok(())
    }

    fn act(&mut self, act: Act) -> Result<(), SimulateError> {
        match act {
            Act::Answer { instance, task, answer } => self.answer(instance, &task, answer),
            Act::Fire { instance, timer } => {
                let due = self.instances[instance].state.scopes.get(&timer.scope).and_then(|scope| scope.timers.get(&timer.number)).map(|timer| timer.due);
                if due.is_some_and(|due| due <= self.now) {
                    self.command(instance, CommandKind::FireDue { timer })?;
                }
                Ok(())
            }
            Act::Deliver(letter) => self.deliver(letter),
            Act::Signal { from, name, variables } => self.signal(from, &name, &variables),
        }
    }

    fn answer(&mut self, instance: usize, id: &TaskId, answer: Option<usize>) -> Result<(), SimulateError> {
        let Some(task) = self.instances[instance].state.task(id).cloned() else { return Ok(()) };
        let answer = answer.map(|index| &self.options.scenario.answers[index]);
        let variables = answer.map(|answer| answer.variables.clone()).unwrap_or_default();
        if let Some(code) = answer.and_then(|answer| answer.error.clone()) {
            self.command(instance, CommandKind::ThrowError { task: id.clone(), code, variables })?;
            return Ok(());
        }
        if let Some(code) = answer.and_then(|answer| answer.escalation.clone()) {
            self.command(instance, CommandKind::ThrowEscalation { task: id.clone(), code })?;
            if self.instances[instance].state.task(id).is_none() {
                return Ok(());
            }
        }
        let kind = match task.kind {
            TaskKind::Service | TaskKind::BusinessRule => CommandKind::ServiceDone { task: id.clone(), variables },
            _ => CommandKind::CompleteTask { task: id.clone(), variables },
        };
        self.command(instance, kind)?;
        Ok(())
    }

    /// To the first that waits for it, else to a process that it starts, else kept.
    fn deliver(&mut self, letter: Letter) -> Result<(), SimulateError> {
        for index in 0..self.instances.len() {
            if self.instances[index].state.instance.status == Status::Running && waits_for(&self.instances[index].state, &letter) {
                let Letter { name, key, variables } = letter;
                self.command(index, CommandKind::Correlate { name, key, variables })?;
                return Ok(());
            }
        }
        let starts = |trigger: &Trigger| matches!(trigger, Trigger::Message { name, .. } if *name == letter.name);
        let started = started_by(self.defs, starts).next();
        match started {
            Some((process, node)) => self.start(&process.id, letter.variables.clone(), Some(node)),
            None => {
                self.mailbox.push(letter);
                Ok(())
            }
        }
    }

    /// To all that wait for it in other instances than the thrower's, and to all processes that it starts.
    fn signal(&mut self, from: Option<usize>, name: &str, variables: &Variables) -> Result<(), SimulateError> {
        for index in 0..self.instances.len() {
            let state = &self.instances[index].state;
            let waits = state.scopes.values().flat_map(|scope| scope.subscriptions.values()).any(|subscription| matches!(&subscription.to, Topic::Signal { name: own } if own == name));
            if Some(index) != from && state.instance.status == Status::Running && waits {
                self.command(index, CommandKind::Signal { name: name.to_owned(), variables: variables.clone() })?;
            }
        }
        let starts = |trigger: &Trigger| matches!(trigger, Trigger::Signal { name: own } if own == name);
        for (process, node) in started_by(self.defs, starts) {
            self.start(&process.id, variables.clone(), Some(node))?;
        }
        Ok(())
    }

    fn command(&mut self, index: usize, kind: CommandKind) -> Result<(), SimulateError> {
        let command = Command { now: self.now, by: "simulation".to_owned(), command_id: String::new(), kind };
        match decide(self.defs, &self.instances[index].state, &command, &self.options.calendar) {
            Ok(events) => self.happened(index, &events)?,
            Err(Rejection::Refused { message, .. }) => {
                self.refused = true;
                self.trace(index, |trace, _| trace.instance_line("refused", Some(serde_json::json!({ "message": message }))))?;
            }
            Err(Rejection::Incomplete(need)) => {
                self.refused = true;
                self.trace(index, |trace, _| trace.instance_line("refused", Some(serde_json::json!({ "message": format!("{need:?}") }))))?;
            }
        }
        Ok(())
    }

    fn happened(&mut self, index: usize, events: &[Event]) -> Result<(), SimulateError> {
        for event in events {
            self.trace(index, |trace, state| trace.event(state, event))?;
            apply(&mut self.instances[index].state, event);
            match event {
                Event::TaskOpened { task } => self.schedule_answer(index, task),
                Event::TimerSet { timer } => self.schedule_at(timer.due, Act::Fire { instance: index, timer: timer.id.clone() }),
                Event::TimerFired { scope, timer, next: Some(next), .. } => {
                    self.schedule_at(*next, Act::Fire { instance: index, timer: TimerId::new(scope.clone(), *timer) });
                }
                Event::MessageSent { name, key, variables, .. } => {
                    self.schedule(None, Act::Deliver(Letter { name: name.clone(), key: key.clone(), variables: variables.clone() }));
                }
                Event::SignalSent { name, .. } => self.schedule(None, Act::Signal { from: Some(index), name: name.clone(), variables: Variables::new() }),
                Event::Subscribed { subscription, .. } => {
                    if let Topic::Message { name, key } = &subscription.to
                        && let Some(at) = self.mailbox.iter().position(|letter| fits(name, key.as_deref(), letter))
                    {
                        let letter = self.mailbox.remove(at);
                        self.schedule(None, Act::Deliver(letter));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn schedule_answer(&mut self, instance: usize, task: &Task) {
        let item = task.item.as_ref().map(Value::to_string);
        let mut count = |item: Option<String>| {
            let count = self.activations.entry((task.element.clone(), item)).or_default();
            *count += 1;
            *count
        };
        let total = count(None);
        let of_item = item.map_or(total, |item| count(Some(item)));
        let fits = |(index, answer): &(usize, &Answer)| {
            let count = if answer.item.is_some() { of_item } else { total };
            answer.element == task.element
                && (answer.item.is_none() || answer.item == task.item)
                && answer.nth.is_none_or(|nth| nth == count)
                && (answer.always || answer.nth.is_some() || !self.used.contains(index))
        };
        // The more an answer says, the earlier it is asked.
        let rank = |(_, answer): &(usize, &Answer)| (answer.item.is_none(), answer.nth.is_none(), answer.always);
        let chosen = self.options.scenario.answers.iter().enumerate().filter(fits).min_by_key(rank).map(|(index, _)| index);
        if let Some(index) = chosen {
            self.used.insert(index);
        }
        let after = chosen.and_then(|index| self.options.scenario.answers[index].after.clone());
        self.schedule(after.as_deref(), Act::Answer { instance, task: task.id.clone(), answer: chosen });
    }

    fn trace(&mut self, index: usize, write: impl FnOnce(&mut Trace, &State) -> io::Result<()>) -> io::Result<()> {
        let instance = &self.instances[index];
        let mut trace = Trace {
            defs: self.defs,
            out: &mut *self.out,
            format: self.options.format,
            at: self.now,
            instance: &instance.name,
            process: &instance.process,
        };
        write(&mut trace, &instance.state)
    }
}

/// Start events of processes with a fitting trigger.
fn started_by<'d>(defs: &'d Definitions, fits: impl Fn(&Trigger) -> bool) -> impl Iterator<Item = (&'d Process, &'d Node)> {
    defs.processes().iter().flat_map(|process| process.nodes.iter().map(move |node| (process, node))).filter(move |(_, node)| {
        node.parent.is_none()
            && matches!(&node.kind, Kind::Event(event) if event.position == Position::Start && event.triggers.iter().any(&fits))
    })
}

fn waits_for(state: &State, letter: &Letter) -> bool {
    state
        .scopes
        .values()
        .flat_map(|scope| scope.subscriptions.values())
        .any(|subscription| matches!(&subscription.to, Topic::Message { name, key } if fits(name, key.as_deref(), letter)))
}

fn fits(name: &str, key: Option<&str>, letter: &Letter) -> bool {
    name == letter.name && (key.is_none() || key == letter.key.as_deref())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

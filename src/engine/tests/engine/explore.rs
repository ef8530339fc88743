//! Walks every state that the product's workflows can come to when two of their rounds have one item each and the others
//! none (all at once are too many states): nobody gets stuck, nothing leaks, and the end can be reached from everywhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use serde_json::{Value, json};
use trinhky_calendar::Calendar;
use trinhky_engine::simulate::Scenario;
use trinhky_engine::{
    Command, CommandKind, Definitions, Scope, State, Status, TaskId, Variables, apply, decide, read,
};

use crate::random::choices;
use crate::sound::unsound;

/// A workflow with more states needs shorter rounds here.
const MOST_STATES: usize = 5_000;

struct Explorer<'a> {
    defs: &'a Definitions,
    scenario: &'a Scenario,
    calendar: Calendar,
    /// The lists that have an item.
    filled: [String; 2],
}

impl Explorer<'_> {
    /// What a person may answer: the scenario's variables with each outcome that a gateway behind the task asks for.
    fn answers(&self, process: &str, element: &str) -> Vec<Variables> {
        let mut given = self
            .scenario
            .answers
            .iter()
            .find(|answer| answer.element == element)
            .map(|answer| answer.variables.clone())
            .unwrap_or_default();
        self.shorten(&mut given);
        let process = self.defs.process(process).unwrap();
        let node = process.node(element).unwrap();
        let behind = node
            .outgoing
            .iter()
            .flat_map(|flow| &process.nodes[process.flows[*flow].target].outgoing);
        let outcomes: BTreeSet<String> = behind
            .filter_map(|flow| {
                process.flows[*flow]
                    .condition
                    .as_ref()?
                    .source()
                    .strip_prefix("outcome == '")?
                    .strip_suffix('\'')
                    .map(str::to_owned)
            })
            .collect();
        if outcomes.is_empty() {
            return vec![given];
        }
        outcomes
            .into_iter()
            .map(|outcome| {
                let mut answer = given.clone();
                answer.insert("outcome".to_owned(), Value::String(outcome));
                answer
            })
            .collect()
    }

    fn commands(&self, state: &State) -> Vec<CommandKind> {
        // Reminders that nobody sends could pile up without end: where two wait at one place, they are sent first.
        let crowded = |task: &TaskId| {
            let element = &state.task(task).unwrap().element;
            let tokens = state.scopes[&task.scope].tokens.values();
            tokens.filter(|token| token.element == *element).count() > 1
        };
        let crowd = state
            .tasks()
            .map(|task| &task.id)
            .find(|task| crowded(task));
        choices(state)
            .into_iter()
            .filter(|choice| {
                crowd.is_none_or(|crowd| matches!(choice, CommandKind::CompleteTask { task, .. } if task == crowd))
            })
            .flat_map(|choice| match choice {
                CommandKind::CompleteTask { task, .. } => {
                    let element = &state.task(&task).unwrap().element;
                    let answers = self.answers(&state.scopes[&task.scope].process, element);
                    answers
                        .into_iter()
                        .map(|variables| CommandKind::CompleteTask {
                            task: task.clone(),
                            variables,
                        })
                        .collect()
                }
                other => vec![other],
            })
            .collect()
    }

    fn act(&self, state: &State, kind: CommandKind) -> State {
        // Any timer may fire first, whatever the others' instants are.
        let now = match &kind {
            CommandKind::FireDue { timer } => {
                state.scopes[&timer.scope]
                    .timers
                    .get(&timer.number)
                    .unwrap()
                    .due
            }
            _ => "2023-03-01T01:00:00Z".parse().unwrap(),
        };
        let command = Command {
            now,
            by: "x".to_owned(),
            command_id: "c".to_owned(),
            kind,
        };
        let events = decide(self.defs, state, &command, &self.calendar)
            .unwrap_or_else(|refusal| panic!("{refusal:?}: {command:?}"));
        let mut next = state.clone();
        for event in &events {
            apply(&mut next, event);
        }
        next
    }

    fn shorten(&self, variables: &mut Variables) {
        for (name, value) in variables {
            if let Value::Array(items) = value {
                items.truncate(usize::from(self.filled.contains(name)));
            }
        }
    }

    /// Every state by its shape, with where it can go; the first is the start.
    fn states(&self, process: &str) -> Vec<(State, BTreeSet<usize>)> {
        let mut given = self.scenario.variables.clone();
        self.shorten(&mut given);
        let start = self.act(
            &State::default(),
            CommandKind::Start {
                process: process.to_owned(),
                variables: given,
                start: None,
            },
        );
        let mut places = BTreeMap::from([(shape(&start), 0)]);
        let mut found = vec![(start, BTreeSet::new())];
        let mut open = VecDeque::from([0]);
        while let Some(at) = open.pop_front() {
            for kind in self.commands(&found[at].0) {
                let next = self.act(&found[at].0, kind);
                let place = *places.entry(shape(&next)).or_insert_with(|| {
                    found.push((next, BTreeSet::new()));
                    open.push_back(found.len() - 1);
                    found.len() - 1
                });
                found[at].1.insert(place);
            }
            assert!(
                found.len() < MOST_STATES,
                "more than {MOST_STATES} states of {process}"
            );
        }
        found
    }
}

/// What a state is like, without running numbers and instants.
fn shape(state: &State) -> String {
    let root = state
        .scopes
        .values()
        .next()
        .map(|scope| scope_shape(state, scope));
    format!("{:?} {}", state.instance.status, root.unwrap_or_default())
}

fn scope_shape(state: &State, scope: &Scope) -> String {
    let mut parts: Vec<String> = scope
        .tokens
        .values()
        .map(|token| format!("@{}", token.element))
        .collect();
    parts.extend(
        scope
            .tasks
            .values()
            .map(|task| format!("!{}", task.element)),
    );
    parts.extend(
        scope
            .timers
            .values()
            .map(|timer| format!("~{}", timer.element)),
    );
    parts.extend(
        scope
            .subscriptions
            .values()
            .map(|subscription| format!("?{}", subscription.element)),
    );
    let inside = state
        .scopes
        .values()
        .filter(|inner| inner.id.parent().as_ref() == Some(&scope.id));
    parts.extend(inside.map(|inner| scope_shape(state, inner)));
    parts.sort();
    let counters = scope.mi.as_ref().map(|mi| (mi.total, mi.completed));
    format!(
        "{:?}{:?}{counters:?}[{}]",
        scope.element,
        json!(scope.vars),
        parts.join(" ")
    )
}

/// Whether the end can be reached from every state.
fn without_way_out(states: &[(State, BTreeSet<usize>)]) -> Vec<usize> {
    let mut before = vec![Vec::new(); states.len()];
    for (at, (_, next)) in states.iter().enumerate() {
        for to in next {
            before[*to].push(at);
        }
    }
    let mut open: Vec<usize> = (0..states.len())
        .filter(|at| states[*at].0.instance.status == Status::Completed)
        .collect();
    let mut reached: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(at) = open.pop() {
        open.extend(before[at].iter().filter(|from| reached.insert(**from)));
    }
    (0..states.len())
        .filter(|at| !reached.contains(at))
        .collect()
}

/// All lists that a scenario gives.
fn lists(scenario: &Scenario) -> Vec<String> {
    let given = scenario.answers.iter().map(|answer| &answer.variables);
    given
        .chain([&scenario.variables])
        .flatten()
        .filter(|(_, value)| value.is_array())
        .map(|(name, _)| name.clone())
        .collect()
}

/// A workflow's name, its file and its scenario.
fn workflows() -> Vec<(String, Vec<u8>, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "bpmn")
    });
    files.sort();
    files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let scenario = std::fs::read_to_string(path.with_extension("scenario.json")).unwrap();
            (
                name,
                std::fs::read(path).unwrap(),
                Scenario::parse(&scenario).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_end_can_be_reached_from_every_state_of_the_product_s_workflows() {
    let workflows = workflows();
    let files: Vec<(&str, &[u8])> = workflows
        .iter()
        .map(|(name, bytes, _)| (name.as_str(), bytes.as_slice()))
        .collect();
    let defs = read(&files).unwrap();
    for (name, bytes, scenario) in &workflows {
        let own = read(&[(name, bytes)]).unwrap();
        let lists = lists(scenario);
        let mut pairs: Vec<[String; 2]> = Vec::new();
        for (at, one) in lists.iter().enumerate() {
            pairs.extend(
                lists[at + 1..]
                    .iter()
                    .map(|other| [one.clone(), other.clone()]),
            );
        }
        if pairs.is_empty() {
            pairs.push([String::new(), String::new()]);
        }
        for filled in pairs {
            for process in own
                .processes()
                .iter()
                .filter(|process| process.starts_by_itself())
            {
                let explorer = Explorer {
                    defs: &defs,
                    scenario,
                    calendar: Calendar::vietnam(),
                    filled: filled.clone(),
                };
                let states = explorer.states(&process.id);
                println!("{name} {filled:?}: {} states", states.len());
                for (state, next) in &states {
                    assert_eq!(unsound(state), None, "{name}: {state:#?}");
                    assert!(
                        state
                            .scopes
                            .values()
                            .all(|scope| scope.incidents.is_empty()),
                        "{name}: an incident in {state:#?}"
                    );
                    assert!(
                        !next.is_empty() || state.instance.status == Status::Completed,
                        "{name}: stuck in {state:#?}"
                    );
                }
                let lost = without_way_out(&states);
                assert!(
                    lost.is_empty(),
                    "{name}: no way out of {:#?}",
                    states[lost[0]].0
                );
                assert!(states.len() > 10, "{name}: only {} states", states.len());
            }
        }
    }
}

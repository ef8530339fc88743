//! What people do on the way, on whole instances and on slices of them.

use crate::helper::{definitions, file, flows};
use serde_json::{Value, json};
use trinhky_calendar::Calendar;
use trinhky_engine::{
    Command, CommandKind, Definitions, Event, LocalId, Need, RefusalKind, Rejection, Scope,
    ScopeId, State, Status, Task, TaskState, Variables, apply, decide, needed,
};

pub fn at(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_680_000_000 + seconds, 0).unwrap()
}

pub fn command(by: &str, kind: CommandKind) -> Command {
    Command {
        now: at(0),
        by: by.to_owned(),
        command_id: "c".to_owned(),
        kind,
    }
}

pub fn variables(value: Value) -> Variables {
    serde_json::from_value(value).unwrap()
}

/// Decides and applies.
pub fn act(
    defs: &Definitions,
    state: &mut State,
    by: &str,
    kind: CommandKind,
) -> Result<Vec<Event>, Rejection> {
    let events = decide(defs, state, &command(by, kind), &Calendar::vietnam())?;
    for event in &events {
        apply(state, event);
    }
    Ok(events)
}

pub fn start(defs: &Definitions, values: Value) -> State {
    let mut state = State::default();
    act(
        defs,
        &mut state,
        "starter",
        CommandKind::Start {
            process: "p".to_owned(),
            variables: variables(values),
            start: None,
        },
    )
    .unwrap();
    state
}

fn task<'s>(state: &'s State, element: &str) -> &'s Task {
    state.tasks().find(|task| task.element == element).unwrap()
}

fn complete(defs: &Definitions, state: &mut State, element: &str, values: Value) {
    let task = task(state, element).id.clone();
    act(
        defs,
        state,
        "x",
        CommandKind::CompleteTask {
            task,
            variables: variables(values),
        },
    )
    .unwrap();
}

fn refusal(result: Result<Vec<Event>, Rejection>) -> RefusalKind {
    match result {
        Err(Rejection::Refused {
            kind,
            message,
            message_vi,
        }) => {
            assert!(!message.is_empty() && !message_vi.is_empty());
            kind
        }
        other => panic!("{other:?}"),
    }
}

fn round() -> Definitions {
    definitions(&file(
        "",
        &format!(
            r#"<startEvent id="s"/><userTask id="t" tk:role="unit" tk:due="working_days(5)"><multiInstanceLoopCharacteristics tk:collection="units" tk:elementVariable="unit"/></userTask><userTask id="z"/><endEvent id="e"/>{}"#,
            flows("s > t; t > z; z > e")
        ),
    ))
}

#[test]
fn a_task_is_claimed_lent_handed_back_and_done_by_who_has_it() {
    let defs = round();
    let mut state = start(&defs, json!({"units": ["a"]}));
    let id = task(&state, "t").id.clone();
    assert_eq!(
        (
            task(&state, "t").role.as_deref(),
            task(&state, "t").item.clone()
        ),
        (Some("unit"), Some(json!("a")))
    );
    assert_eq!(
        task(&state, "t").due.unwrap().to_rfc3339(),
        "2023-04-04T10:00:00+00:00"
    );
    act(
        &defs,
        &mut state,
        "an",
        CommandKind::Claim { task: id.clone() },
    )
    .unwrap();
    assert_eq!(
        refusal(act(
            &defs,
            &mut state,
            "binh",
            CommandKind::Claim { task: id.clone() }
        )),
        RefusalKind::WrongState
    );
    assert_eq!(
        refusal(act(
            &defs,
            &mut state,
            "binh",
            CommandKind::CompleteTask {
                task: id.clone(),
                variables: Variables::new()
            }
        )),
        RefusalKind::WrongState
    );
    act(
        &defs,
        &mut state,
        "an",
        CommandKind::Delegate {
            task: id.clone(),
            to: "binh".to_owned(),
        },
    )
    .unwrap();
    assert_eq!(
        task(&state, "t").state,
        TaskState::Delegated {
            owner: "an".to_owned(),
            to: "binh".to_owned()
        }
    );
    act(
        &defs,
        &mut state,
        "binh",
        CommandKind::HandBack { task: id.clone() },
    )
    .unwrap();
    act(
        &defs,
        &mut state,
        "an",
        CommandKind::Release { task: id.clone() },
    )
    .unwrap();
    act(
        &defs,
        &mut state,
        "chief",
        CommandKind::Assign {
            task: id.clone(),
            to: "chi".to_owned(),
        },
    )
    .unwrap();
    act(
        &defs,
        &mut state,
        "chief",
        CommandKind::ExtendTask {
            task: id.clone(),
            due: at(999),
        },
    )
    .unwrap();
    assert_eq!(task(&state, "t").due, Some(at(999)));
    act(
        &defs,
        &mut state,
        "chi",
        CommandKind::CompleteTask {
            task: id.clone(),
            variables: Variables::new(),
        },
    )
    .unwrap();
    assert_eq!(
        refusal(act(
            &defs,
            &mut state,
            "chi",
            CommandKind::CompleteTask {
                task: id,
                variables: Variables::new()
            }
        )),
        RefusalKind::NotFound
    );
    complete(&defs, &mut state, "z", json!({}));
    assert_eq!(state.instance.status, Status::Completed);
    assert_eq!(
        refusal(act(
            &defs,
            &mut state,
            "chi",
            CommandKind::Cancel {
                reason: String::new()
            }
        )),
        RefusalKind::WrongState
    );
}

#[test]
fn items_are_added_and_removed_while_the_round_runs() {
    let defs = round();
    let mut state = start(&defs, json!({"units": ["a", "b"]}));
    let item = task(&state, "t").id.scope.clone();
    let round = item.parent().unwrap();
    act(
        &defs,
        &mut state,
        "clerk",
        CommandKind::AddItem {
            round: round.clone(),
            item: json!("c"),
        },
    )
    .unwrap();
    assert_eq!(
        state
            .tasks()
            .map(|task| task.item.clone().unwrap())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    act(&defs, &mut state, "clerk", CommandKind::RemoveItem { item }).unwrap();
    let counters = state.scopes[&round].mi.clone().unwrap();
    assert_eq!(
        (counters.total, counters.active, counters.terminated),
        (3, 2, 1)
    );
    complete(&defs, &mut state, "t", json!({}));
    let last = task(&state, "t").id.scope.clone();
    act(
        &defs,
        &mut state,
        "clerk",
        CommandKind::RemoveItem { item: last },
    )
    .unwrap();
    assert_eq!(task(&state, "z").element, "z");
    assert_eq!(
        refusal(act(
            &defs,
            &mut state,
            "clerk",
            CommandKind::AddItem {
                round,
                item: json!("d")
            }
        )),
        RefusalKind::NotFound
    );
}

#[test]
fn sending_back_moves_the_token_and_withdraws_what_was_open() {
    let defs = definitions(&file(
        "",
        &format!(
            r#"<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>{}"#,
            flows("s > a; a > b; b > e")
        ),
    ));
    let mut state = start(&defs, json!({}));
    complete(&defs, &mut state, "a", json!({}));
    let (scope, token) = (ScopeId::root(), task(&state, "b").token);
    let move_to = |to: &str| CommandKind::MoveToken {
        scope: scope.clone(),
        token,
        to: to.to_owned(),
        reason: "thiếu căn cứ".to_owned(),
    };
    assert_eq!(
        refusal(act(&defs, &mut state, "chief", move_to("nowhere"))),
        RefusalKind::BadInput
    );
    act(&defs, &mut state, "chief", move_to("a")).unwrap();
    assert_eq!(
        state
            .tasks()
            .map(|task| task.element.as_str())
            .collect::<Vec<_>>(),
        ["a"]
    );
}

#[test]
fn an_incident_is_resolved_after_setting_what_was_missing() {
    let defs = definitions(&file(
        "",
        &format!(
            r#"<startEvent id="s"/><exclusiveGateway id="g"/><userTask id="a"/>{}"#,
            flows("s > g; g > a ? missing")
        ),
    ));
    let mut state = start(&defs, json!({}));
    let (number, incident) = state.scopes[&ScopeId::root()]
        .incidents
        .iter()
        .next()
        .unwrap();
    assert_eq!(
        (incident.element.as_str(), incident.kind.as_str()),
        ("g", "expression")
    );
    let id = LocalId::new(ScopeId::root(), *number);
    act(
        &defs,
        &mut state,
        "admin",
        CommandKind::ResolveIncident {
            incident: id.clone(),
            variables: variables(json!({"missing": true})),
        },
    )
    .unwrap();
    assert_eq!(task(&state, "a").element, "a");
    assert_eq!(
        refusal(act(
            &defs,
            &mut state,
            "admin",
            CommandKind::ResolveIncident {
                incident: id,
                variables: Variables::new()
            }
        )),
        RefusalKind::NotFound
    );
}

#[test]
fn a_failed_job_is_tried_again_or_becomes_an_incident() {
    let defs = definitions(&file(
        "",
        &format!(
            r#"<startEvent id="s"/><serviceTask id="a" tk:service="job"/><endEvent id="e"/>{}"#,
            flows("s > a; a > e")
        ),
    ));
    let mut state = start(&defs, json!({}));
    let id = task(&state, "a").id.clone();
    let failed = |retry| CommandKind::ServiceFailed {
        task: id.clone(),
        code: None,
        message: "no line".to_owned(),
        retry,
    };
    act(&defs, &mut state, "worker", failed(true)).unwrap();
    assert_eq!(task(&state, "a").failures, 1);
    act(&defs, &mut state, "worker", failed(false)).unwrap();
    let done = CommandKind::ServiceDone {
        task: id.clone(),
        variables: Variables::new(),
    };
    assert_eq!(
        refusal(act(&defs, &mut state, "worker", done.clone())),
        RefusalKind::WrongState
    );
    let number = *state.scopes[&ScopeId::root()]
        .incidents
        .keys()
        .next()
        .unwrap();
    act(
        &defs,
        &mut state,
        "admin",
        CommandKind::ResolveIncident {
            incident: LocalId::new(ScopeId::root(), number),
            variables: Variables::new(),
        },
    )
    .unwrap();
    act(&defs, &mut state, "worker", done).unwrap();
    assert_eq!(state.instance.status, Status::Completed);
}

/// Only the scopes in `needs`, variables of none.
pub fn slice(whole: &State, needs: &[Need]) -> State {
    let mut part = State {
        instance: whole.instance.clone(),
        scopes: Default::default(),
        partial: true,
    };
    for need in needs {
        let load = |part: &mut State, id: &ScopeId, vars: bool| {
            if let Some(scope) = whole.scopes.get(id) {
                let known = part.scopes.get(id).and_then(|scope| scope.vars.clone());
                let vars = if vars { scope.vars.clone() } else { known };
                part.scopes.insert(
                    id.clone(),
                    Box::new(Scope {
                        vars,
                        ..scope.as_ref().clone()
                    }),
                );
            }
        };
        match need {
            Need::Scope(id) => load(&mut part, id, false),
            Need::Vars(id) => load(&mut part, id, true),
            Need::Subtree(id) => whole
                .subtree(id)
                .for_each(|(id, _)| load(&mut part, id, true)),
            Need::All => {
                part = whole.clone();
                break;
            }
        }
    }
    part
}

/// Decides on as little as possible, loading what is asked for.
pub fn decide_on_slice(
    defs: &Definitions,
    whole: &State,
    command: &Command,
) -> (Result<Vec<Event>, Rejection>, usize) {
    let mut needs = needed(defs, &command.kind);
    for _ in 0..200 {
        let part = slice(whole, &needs);
        match decide(defs, &part, command, &Calendar::vietnam()) {
            Err(Rejection::Incomplete(need)) => {
                assert!(!needs.contains(&need), "asks again for {need:?}");
                needs.push(need);
            }
            other => return (other, part.scopes.len()),
        }
    }
    panic!("asks without end");
}

#[test]
fn completing_an_item_of_a_large_round_looks_at_its_path_only() {
    let defs = round();
    let units: Vec<usize> = (0..5_000).collect();
    let state = start(&defs, json!({"units": units}));
    let id = state.tasks().nth(2_500).unwrap().id.clone();
    let command = command(
        "unit",
        CommandKind::CompleteTask {
            task: id,
            variables: Variables::new(),
        },
    );
    let (events, loaded) = decide_on_slice(&defs, &state, &command);
    let events = events.unwrap();
    assert_eq!((loaded, events.len()), (3, 3), "{events:?}");
    assert_eq!(
        events,
        decide(&defs, &state, &command, &Calendar::vietnam()).unwrap()
    );
}

#[test]
fn events_are_readable_as_json_with_a_type() {
    let defs = round();
    let mut state = State::default();
    let kind = CommandKind::Start {
        process: "p".to_owned(),
        variables: variables(json!({"units": ["a"]})),
        start: None,
    };
    let events = act(&defs, &mut state, "x", kind).unwrap();
    for event in &events {
        let line = serde_json::to_string(event).unwrap();
        assert!(line.starts_with(r#"{"type":""#), "{line}");
        assert_eq!(&serde_json::from_str::<Event>(&line).unwrap(), event);
    }
    let saved = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&saved).unwrap(), state);
}

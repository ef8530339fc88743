//! Input from nowhere: files of the standard's tags in any order, expressions, timer rules, scenarios, ids, and commands on
//! whatever they name. Each ends in an answer or a refusal, nothing breaks down, and what is accepted leaves a sound state.
//!
//! `TRINHKY_WALKS=20000` makes a night of it.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};
use trinhky_calendar::Calendar;
use trinhky_engine::expr::{self, EvalError, Expr};
use trinhky_engine::model::TimerKind;
use trinhky_engine::simulate::{Options, Scenario, simulate};
use trinhky_engine::{
    Command, CommandKind, LocalId, ScopeId, State, Variables, apply, check, decide, read, timers,
};

use crate::commands::at;
use crate::helper::{definitions, walks};
use crate::random::{block, choices, xml};
use crate::sound::unsound;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: walks(200),
        ..ProptestConfig::default()
    }
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

/// Expressions that are well formed, whatever they mean.
fn expression() -> impl Strategy<Value = String> {
    let leaf = one_of(&[
        "n",
        "t",
        "l",
        "m",
        "x",
        "nothing",
        "0",
        "1",
        "-7",
        "0.5",
        "9223372036854775807",
        "1e300",
        "'a'",
        "\"Trình\"",
        "true",
        "null",
        "[]",
        "[1, 2, 'c']",
        "{'a': 1}",
    ]);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operator = one_of(&[
            "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", " in ",
        ]);
        let before = one_of(&[
            "!", "-", "size", "string", "int", "double", "duration", "has",
        ]);
        let member = one_of(&["size", "contains", "startsWith", "matches", "a", "b.c"]);
        let repeat = one_of(&["map", "filter", "all", "exists", "exists_one"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}{operator}{right})")),
            (before, inner.clone()).prop_map(|(before, of)| format!("{before}({of})")),
            (inner.clone(), member, inner.clone())
                .prop_map(|(of, member, given)| format!("{of}.{member}({given})")),
            (inner.clone(), inner.clone()).prop_map(|(of, at)| format!("{of}[{at}]")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(which, one, other)| format!("({which} ? {one} : {other})")),
            (inner.clone(), repeat, inner)
                .prop_map(|(of, word, each)| format!("{of}.{word}(x, {each})")),
        ]
    })
}

/// Any text of the signs that expressions are made of.
fn soup() -> impl Strategy<Value = String> {
    let signs = one_of(&[
        "n", "l", "x", "1", "'", "\"", "\\", "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "=",
        "+", "-", "!", "&&", "|", "<", ";", "\n", "//", "${", "map", " ", "é", "\u{0}",
    ]);
    prop::collection::vec(signs, 0..60).prop_map(|signs| signs.concat())
}

fn values() -> Value {
    json!({
        "n": 3, "t": "Trình Ký", "x": 1, "m": {"a": 1, "b": {"c": [1, 2]}},
        "l": (0..300).collect::<Vec<u32>>(),
    })
}

fn evaluated(source: &str) -> Result<Value, EvalError<()>> {
    let values = values();
    Expr::new(source).evaluate(|name| Ok::<_, ()>(values.get(name).map(Cow::Borrowed)))
}

/// Timer rules, nearly right and wrong.
fn rule() -> impl Strategy<Value = String> {
    let parts = one_of(&[
        "P",
        "T",
        "R",
        "/",
        "1",
        "30",
        "999999999999",
        "Y",
        "M",
        "W",
        "D",
        "H",
        "S",
        ".",
        "-",
        "+",
        ":",
        "Z",
        "2023-02-29",
        "2023-01-01T00:00:00Z",
        "working",
        " ",
        "=",
        "n",
        "wd",
    ]);
    prop::collection::vec(parts, 0..8).prop_map(|parts| parts.concat())
}

/// An element of a file: a tag, its attributes out of few ids, and what is inside.
fn element() -> impl Strategy<Value = String> {
    let tag = || {
        one_of(&[
            "startEvent",
            "endEvent",
            "intermediateCatchEvent",
            "intermediateThrowEvent",
            "boundaryEvent",
            "task",
            "userTask",
            "serviceTask",
            "scriptTask",
            "sendTask",
            "receiveTask",
            "callActivity",
            "subProcess",
            "transaction",
            "adHocSubProcess",
            "exclusiveGateway",
            "inclusiveGateway",
            "parallelGateway",
            "complexGateway",
            "eventBasedGateway",
            "sequenceFlow",
            "sequenceFlow",
            "sequenceFlow",
            "association",
            "dataObject",
            "dataObjectReference",
            "laneSet",
            "lane",
            "flowNodeRef",
            "incoming",
            "timerEventDefinition",
            "messageEventDefinition",
            "signalEventDefinition",
            "errorEventDefinition",
            "escalationEventDefinition",
            "compensateEventDefinition",
            "cancelEventDefinition",
            "terminateEventDefinition",
            "conditionalEventDefinition",
            "linkEventDefinition",
            "multiInstanceLoopCharacteristics",
            "standardLoopCharacteristics",
            "loopCardinality",
            "completionCondition",
            "condition",
            "conditionExpression",
            "timeDuration",
            "timeCycle",
            "timeDate",
            "script",
            "ioSpecification",
            "dataInputAssociation",
            "sourceRef",
            "targetRef",
            "assignment",
            "extensionElements",
            "process",
            "message",
            "signal",
            "error",
        ])
    };
    let attribute = || {
        let name = one_of(&[
            "id",
            "id",
            "id",
            "sourceRef",
            "targetRef",
            "attachedToRef",
            "default",
            "messageRef",
            "signalRef",
            "errorRef",
            "calledElement",
            "activityRef",
            "triggeredByEvent",
            "cancelActivity",
            "isInterrupting",
            "isSequential",
            "isForCompensation",
            "startQuantity",
            "instantiate",
            "eventGatewayType",
            "scriptFormat",
            "tk:collection",
            "tk:role",
        ]);
        let value = one_of(&[
            "a", "b", "c", "d", "e", "f", "g", "h", "true", "false", "3", "-1", "1000000", "[1,2]",
            "",
        ]);
        (name, value)
    };
    let attributes = move || {
        prop::collection::btree_map(attribute().0, attribute().1, 0..5).prop_map(|attributes| {
            attributes
                .iter()
                .map(|(name, value)| format!(" {name}=\"{value}\""))
                .collect::<String>()
        })
    };
    let text = prop_oneof![
        4 => Just(String::new()),
        1 => one_of(&["a", "n &gt; 0", "n = n + 1", "PT1S", "R/PT1S", "true", "3"]),
    ];
    let leaf = (tag(), attributes(), text)
        .prop_map(|(tag, attributes, text)| format!("<{tag}{attributes}>{text}</{tag}>"));
    leaf.prop_recursive(4, 30, 6, move |inner| {
        (tag(), attributes(), prop::collection::vec(inner, 1..6)).prop_map(
            |(tag, attributes, inner)| format!("<{tag}{attributes}>{}</{tag}>", inner.concat()),
        )
    })
}

fn scenario() -> impl Strategy<Value = String> {
    let value = || {
        one_of(&[
            "\"userTask1\"",
            "\"m\"",
            "\"PT1S\"",
            "\"P1Y\"",
            "\"soon\"",
            "1",
            "0",
            "-1",
            "true",
            "null",
            "{}",
            "{\"n\": 1}",
            "\"2023-01-01T00:01:00Z\"",
        ])
    };
    let field = move || {
        let key = one_of(&[
            "element",
            "name",
            "item",
            "nth",
            "always",
            "after",
            "variables",
            "error",
            "escalation",
            "key",
        ]);
        (key, value()).prop_map(|(key, value)| format!("\"{key}\": {value}"))
    };
    let entry = move || {
        prop::collection::vec(field(), 0..4).prop_map(|fields| format!("{{{}}}", fields.join(", ")))
    };
    let list = || {
        (
            one_of(&["answers", "messages", "signals"]),
            prop::collection::vec(entry(), 0..4),
        )
    };
    prop::collection::vec(list(), 0..4).prop_map(|lists| {
        let lists: Vec<String> = lists
            .iter()
            .map(|(key, entries)| format!("\"{key}\": [{}]", entries.join(", ")))
            .collect();
        format!("{{{}}}", lists.join(", "))
    })
}

/// A command of any kind on something that may be there.
fn command(state: &State, pick: [usize; 4]) -> CommandKind {
    let [kind, scope, number, given] = pick.map(|pick| pick % 1_000_000);
    let ids: Vec<&ScopeId> = state.scopes.keys().collect();
    let scope = match ids.get(scope % (ids.len() + 1)) {
        Some(id) => (*id).clone(),
        None => ScopeId::root().child(9).child(given as u64),
    };
    let local = || LocalId::new(scope.clone(), number as u64 % 12);
    let variables = Variables::from([("n".to_owned(), json!(given))]);
    let word = ["x", "y", "E", "m", "userTask1", "nowhere"][given % 6].to_owned();
    let due = at(given as i64 * 977);
    match kind % 21 {
        0 => CommandKind::Start {
            process: "p".to_owned(),
            variables,
            start: None,
        },
        1 => CommandKind::Claim { task: local() },
        2 => CommandKind::Release { task: local() },
        3 => CommandKind::Assign {
            task: local(),
            to: word,
        },
        4 => CommandKind::Delegate {
            task: local(),
            to: word,
        },
        5 => CommandKind::HandBack { task: local() },
        6 => CommandKind::FireDue { timer: local() },
        7 => CommandKind::Correlate {
            name: word,
            key: None,
            variables,
        },
        8 => CommandKind::Signal {
            name: word,
            variables,
        },
        9 => CommandKind::ServiceDone {
            task: local(),
            variables,
        },
        10 => CommandKind::ServiceFailed {
            task: local(),
            code: Some(word),
            message: String::new(),
            retry: given % 2 == 0,
        },
        11 => CommandKind::ThrowError {
            task: local(),
            code: word,
            variables,
        },
        12 => CommandKind::ThrowEscalation {
            task: local(),
            code: word,
        },
        13 => CommandKind::ResolveIncident {
            incident: local(),
            variables,
        },
        14 => CommandKind::AddItem {
            round: scope,
            item: json!(given),
        },
        15 => CommandKind::RemoveItem { item: scope },
        16 => CommandKind::MoveToken {
            scope,
            token: number as u64 % 12,
            to: word,
            reason: String::new(),
        },
        17 => CommandKind::ExtendTask { task: local(), due },
        18 => CommandKind::ExtendTimer {
            timer: local(),
            due,
        },
        19 => CommandKind::SetVariables { scope, variables },
        _ => CommandKind::CompleteTask {
            task: local(),
            variables,
        },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_expression_has_a_value_or_says_in_words_why_not(source in prop_oneof![3 => expression(), 1 => soup()]) {
        match evaluated(&source) {
            Ok(value) => prop_assert!(value.to_string().len() < 100_000_000),
            Err(EvalError::Failed(words)) => prop_assert!(words.contains(expr::strip(&source)), "{words}"),
            Err(EvalError::Need(())) => prop_assert!(false, "nothing was left out"),
        }
        for statement in expr::script(&source).iter().flatten() {
            prop_assert!(statement.value.problem().is_none());
        }
    }

    #[test]
    fn a_timer_rule_is_understood_or_refused(rule in rule(), n in any::<i64>()) {
        let calendar = Calendar::vietnam();
        for kind in [TimerKind::Date, TimerKind::Duration, TimerKind::Cycle] {
            let _ = timers::check(kind, &rule);
        }
        let _ = timers::resolve(&rule, at(0), &calendar, |_| Ok::<_, ()>(json!(n)));
        if let Some(duration) = timers::duration(&rule) {
            let _ = duration.after(at(0));
        }
    }

    #[test]
    fn a_file_of_any_elements_gets_findings_or_a_bounded_run(elements in prop::collection::vec(element(), 1..12)) {
        let file = crate::helper::file("", &elements.concat());
        let _ = check::problems(&[("any.bpmn", file.as_bytes())], &check::Known::default());
        if let Ok(definitions) = read(&[("any.bpmn", file.as_bytes())]) {
            let scenario = Scenario::parse(r#"{"until": "2023-01-01T00:00:20Z"}"#).unwrap();
            let options = Options { processes: vec!["p".to_owned()], scenario, ..Options::default() };
            let _ = simulate(&definitions, &options, &mut Vec::new());
        }
    }

    #[test]
    fn a_scenario_is_played_or_refused(block in block(), scenario in scenario()) {
        if let Ok(mut scenario) = Scenario::parse(&scenario) {
            scenario.until = Some(at(3_600));
            let options = Options { scenario, start: Some(at(0)), variables: Variables::from([("n".to_owned(), json!(0))]), ..Options::default() };
            prop_assert!(simulate(&definitions(&xml(&block)), &options, &mut Vec::new()).is_ok());
        }
    }

    #[test]
    fn what_is_read_as_an_id_is_written_alike(text in "[0-9.:]{0,24}|\\PC{0,12}") {
        if let Some(id) = ScopeId::parse(&text) {
            prop_assert_eq!(id.to_string(), text.clone());
            prop_assert_eq!(ScopeId::parse(&text).map(|again| again.cmp(&id)), Some(std::cmp::Ordering::Equal));
        }
        if let Some(id) = LocalId::parse(&text) {
            prop_assert_eq!(LocalId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn any_commands_are_done_soundly_or_refused(block in block(), picks in prop::collection::vec(any::<[usize; 4]>(), 1..60)) {
        let (defs, calendar) = (definitions(&xml(&block)), Calendar::vietnam());
        let (mut live, mut replayed) = (State::default(), State::default());
        for (step, pick) in picks.iter().enumerate() {
            // Every other step goes on as it should, so that there is something to disturb.
            let possible = choices(&live);
            let kind = match step {
                0 => command(&live, [0, 0, 0, 0]),
                _ if step % 2 == 0 && !possible.is_empty() => possible[pick[1] % possible.len()].clone(),
                _ => command(&live, *pick),
            };
            let command = Command { now: at(step as i64 * 61), by: "x".to_owned(), command_id: step.to_string(), kind };
            if let Ok(events) = decide(&defs, &live, &command, &calendar) {
                for event in &events {
                    apply(&mut live, event);
                    let saved = serde_json::to_string(event).unwrap();
                    apply(&mut replayed, &serde_json::from_str(&saved).unwrap());
                }
            }
            prop_assert_eq!(&replayed, &live, "after {:?}", &command.kind);
            prop_assert_eq!(unsound(&live), None, "after {:?}: {:#?}", &command.kind, &live);
        }
    }
}

//! Journals of released event versions stay readable: each is kept with the state that it gave, and replayed.
//!
//! A new version adds files here and changes none. `TRINHKY_WRITE_JOURNAL=v3` writes the files of a new one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use trinhky_calendar::Calendar;
use trinhky_engine::{Command, CommandKind, Event, State, TimerId, apply, decide, migrate};

use crate::commands::{at, variables};
use crate::helper::{definitions, file, flows};
use crate::lives::lives;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/journals")
}

/// A life with a script, a round, timers, subscriptions, compensation, an incident, and acts of people, and
/// its migration to another version; it is not over.
fn lived() -> (Vec<Event>, State) {
    let body = format!(
        r#"<startEvent id="s"/><scriptTask id="c"><script>n = 1</script></scriptTask><boundaryEvent id="bc" attachedToRef="c"><compensateEventDefinition/></boundaryEvent><task id="h" isForCompensation="true"/>
        <parallelGateway id="g"/><userTask id="a" tk:role="clerk"><multiInstanceLoopCharacteristics tk:collection="['x', 'y', 'z']" tk:elementVariable="unit"/></userTask><boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></boundaryEvent>
        <exclusiveGateway id="wrong"/><intermediateCatchEvent id="m"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent><endEvent id="e"/><endEvent id="told"/>
        <subProcess id="u" triggeredByEvent="true"><startEvent id="us" isInterrupting="false"><signalEventDefinition signalRef="sig"/></startEvent><userTask id="w"/><sequenceFlow id="f" sourceRef="us" targetRef="w"/></subProcess>{}<association id="l" sourceRef="bc" targetRef="h"/>"#,
        flows(
            "s > c; c > g; g > a; g > m; g > wrong; wrong > e ? unknown == 1; a > e; m > e; late > told"
        )
    );
    let roots = r#"<message id="msg" name="note"/><signal id="sig" name="go"/>"#;
    let defs = definitions(&file(roots, &body));
    let (mut state, mut journal) = (State::default(), Vec::new());
    let mut act = |state: &mut State, hour: i64, kind: CommandKind| {
        let command = Command {
            now: at(hour * 3_600),
            by: "an".to_owned(),
            command_id: hour.to_string(),
            kind,
        };
        let events = decide(&defs, state, &command, &Calendar::vietnam()).unwrap();
        for event in &events {
            apply(state, event);
        }
        journal.extend(events);
    };
    act(
        &mut state,
        0,
        CommandKind::Start {
            process: "p".to_owned(),
            variables: variables(json!({"subject": "Báo cáo"})),
            start: None,
        },
    );
    let tasks: Vec<_> = state.tasks().map(|task| task.id.clone()).collect();
    act(
        &mut state,
        1,
        CommandKind::Claim {
            task: tasks[0].clone(),
        },
    );
    let timer = state.timers().next().unwrap();
    let timer = TimerId::new(timer.id.scope.clone(), timer.id.number);
    act(&mut state, 2, CommandKind::FireDue { timer });
    act(
        &mut state,
        3,
        CommandKind::CompleteTask {
            task: tasks[1].clone(),
            variables: variables(json!({"seen": true})),
        },
    );
    let item = tasks[2].scope.clone();
    act(&mut state, 4, CommandKind::RemoveItem { item });
    let go = CommandKind::Signal {
        name: "go".to_owned(),
        variables: variables(json!({})),
    };
    act(&mut state, 5, go);
    // On to a version that calls the round otherwise and a task by a name.
    let mut newer = body.replace(r#"<userTask id="w"/>"#, r#"<userTask id="w" name="Xem"/>"#);
    for attribute in ["id", "attachedToRef", "sourceRef", "targetRef"] {
        newer = newer.replace(
            &format!("{attribute}=\"a\""),
            &format!("{attribute}=\"ask\""),
        );
    }
    let newer = definitions(&file(roots, &newer));
    let elements = [("a".to_owned(), "ask".to_owned())].into();
    let calendar = Calendar::vietnam();
    let moved = migrate(
        (&defs, &newer),
        &state,
        &elements,
        (at(6 * 3_600), "an"),
        &calendar,
    );
    for event in moved.unwrap() {
        apply(&mut state, &event);
        journal.push(event);
    }
    (journal, state)
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test asks whether it shall write the files of a new version"
)]
fn journals_of_every_version_give_the_state_that_they_gave() {
    if let Some(version) = std::env::var_os("TRINHKY_WRITE_JOURNAL") {
        let version = version.into_string().unwrap();
        let (journal, state) = lived();
        write(&version, &journal, &state);
        for life in lives() {
            write(
                &format!("{version}-{}", life.name),
                &life.journal,
                &life.state,
            );
        }
    }
    let mut versions = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        let mut state = State::default();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            apply(&mut state, &serde_json::from_str(line).unwrap());
        }
        let kept = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let kept: State = serde_json::from_str(&kept).unwrap();
        assert_eq!(state, kept, "{}", path.display());
        versions += 1;
    }
    assert!(versions >= 8);
}

fn write(name: &str, journal: &[Event], state: &State) {
    let lines: String = journal
        .iter()
        .map(|event| serde_json::to_string(event).unwrap() + "\n")
        .collect();
    let path = folder().join(name);
    std::fs::write(path.with_extension("jsonl"), lines).unwrap();
    let state = serde_json::to_string_pretty(state).unwrap() + "\n";
    std::fs::write(path.with_extension("json"), state).unwrap();
}

/// The kinds of events in the words of the journal, from the source of the enumeration.
fn kinds() -> BTreeSet<String> {
    let source = include_str!("../../src/event.rs");
    let (_, body) = source.split_once("pub enum Event {").unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    let variants = body.lines().filter_map(|line| {
        let name = line.strip_prefix("    ")?.trim_end_matches([' ', '{', ',']);
        let is_variant =
            name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric);
        is_variant.then_some(name)
    });
    variants
        .map(|name| {
            let mut word = String::new();
            for letter in name.chars() {
                if letter.is_uppercase() && !word.is_empty() {
                    word.push('_');
                }
                word.push(letter.to_ascii_lowercase());
            }
            word
        })
        .collect()
}

#[test]
fn every_kind_of_event_is_in_a_kept_journal() {
    let mut kept = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            for line in std::fs::read_to_string(path).unwrap().lines() {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                kept.insert(event["type"].as_str().unwrap().to_owned());
            }
        }
    }
    let missing: Vec<_> = kinds().difference(&kept).cloned().collect();
    assert!(kinds().len() > 50 && missing.is_empty(), "{missing:?}");
}

#[test]
fn what_lives_now_is_read_as_it_was_kept() {
    for life in lives() {
        let mut state = State::default();
        for event in &life.journal {
            let line = serde_json::to_string(event).unwrap();
            apply(&mut state, &serde_json::from_str(&line).unwrap());
        }
        assert_eq!(state, life.state, "{}", life.name);
    }
}

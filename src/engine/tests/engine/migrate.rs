//! Running instances on another version of their workflow: what maps goes on as if nothing had been, what does not map is
//! told and nothing moves.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use trinhky_calendar::Calendar;
use trinhky_engine::migrate::{About, Elements, Plan, plan};
use trinhky_engine::{
    Command, CommandKind, Definitions, Event, Rejection, State, Status, TaskState, TimerId, apply,
    decide, migrate,
};

use crate::commands::{at, variables};
use crate::helper::{definitions, file, flows, walks};
use crate::random::{block, choices, xml};
use crate::sound::unsound;

/// Decides and applies.
fn act(defs: &Definitions, state: &mut State, seconds: i64, kind: CommandKind) -> Vec<Event> {
    let command = Command {
        now: at(seconds),
        by: "x".to_owned(),
        command_id: seconds.to_string(),
        kind,
    };
    let events = decide(defs, state, &command, &Calendar::vietnam())
        .unwrap_or_else(|refusal| panic!("{refusal:?}"));
    for event in &events {
        apply(state, event);
    }
    events
}

fn start(defs: &Definitions) -> (State, Vec<Event>) {
    let mut state = State::default();
    let kind = CommandKind::Start {
        process: "p".to_owned(),
        variables: variables(json!({"n": 0})),
        start: None,
    };
    let journal = act(defs, &mut state, 0, kind);
    (state, journal)
}

fn moved(
    old: &Definitions,
    new: &Definitions,
    state: &State,
    elements: &Elements,
) -> Result<Vec<Event>, Rejection> {
    migrate(
        (old, new),
        state,
        elements,
        (at(50), "an"),
        &Calendar::vietnam(),
    )
}

/// A process between a start and an end; `flows` as the helper writes them.
fn small(body: &str, list: &str) -> Definitions {
    definitions(&file(
        r#"<message id="m" name="m"/>"#,
        &format!(
            r#"<startEvent id="s"/><endEvent id="e"/>{body}{}"#,
            flows(list)
        ),
    ))
}

fn done(defs: &Definitions, state: &mut State, element: &str) {
    let task = state
        .tasks()
        .find(|task| task.element == element)
        .unwrap_or_else(|| panic!("{element} is open: {state:#?}"))
        .id
        .clone();
    act(
        defs,
        state,
        60,
        CommandKind::CompleteTask {
            task,
            variables: variables(json!({})),
        },
    );
}

/// What remarks are about, with their elements.
type Remarks<'a> = Vec<(About, &'a str)>;

fn what(plan: &Plan) -> (Remarks<'_>, Remarks<'_>) {
    (
        plan.obstacles
            .iter()
            .map(|remark| (remark.about, remark.element.as_str()))
            .collect(),
        plan.notes
            .iter()
            .map(|remark| (remark.about, remark.element.as_str()))
            .collect(),
    )
}

#[test]
fn a_step_that_is_inserted_ahead_is_taken_and_one_behind_is_not() {
    let old = small(
        r#"<userTask id="a"/><userTask id="b"/>"#,
        "s > a; a > b; b > e",
    );
    let new = small(
        r#"<userTask id="before"/><userTask id="a" name="Thẩm định" tk:role="chair"/><userTask id="between"/><userTask id="b"/>"#,
        "s > before; before > a; a > between; between > b; b > e",
    );
    let (mut state, mut journal) = start(&old);
    let task = state.tasks().next().unwrap().id.clone();
    journal.extend(act(&old, &mut state, 1, CommandKind::Claim { task }));
    let seen = plan(&old, &new, &state, &Elements::new());
    assert_eq!(what(&seen), (vec![], vec![]));
    assert_eq!(
        (
            seen.places.len(),
            seen.places[0].to.as_str(),
            seen.places[0].name.as_str()
        ),
        (1, "a", "Thẩm định")
    );

    let events = moved(&old, &new, &state, &Elements::new()).unwrap();
    for event in &events {
        apply(&mut state, event);
    }
    journal.extend(events);
    assert_eq!(state.instance.definition, new.hash());
    let task = state.tasks().next().unwrap();
    assert_eq!(
        (task.name.as_str(), task.role.as_deref()),
        ("Thẩm định", Some("chair"))
    );
    assert_eq!(
        task.state,
        TaskState::Claimed { by: "x".to_owned() },
        "who has it keeps it"
    );
    let mut replayed = State::default();
    journal.iter().for_each(|event| apply(&mut replayed, event));
    assert_eq!(replayed, state);
    for element in ["a", "between", "b"] {
        done(&new, &mut state, element);
    }
    assert_eq!(state.instance.status, Status::Completed);
}

#[test]
fn a_running_round_keeps_who_has_answered() {
    let round = |id: &str, name: &str| {
        format!(
            r#"<userTask id="{id}" name="{name}"><multiInstanceLoopCharacteristics tk:collection="['x', 'y', 'z']" tk:elementVariable="unit"/></userTask>"#
        )
    };
    let old = small(&round("ask", "Hỏi"), "s > ask; ask > e");
    let new = small(
        &(round("opinion", "Góp ý") + r#"<userTask id="answer"/>"#),
        "s > opinion; opinion > answer; answer > e",
    );
    let (mut state, _) = start(&old);
    done(&old, &mut state, "ask");
    let elements = Elements::from([("ask".to_owned(), "opinion".to_owned())]);
    assert_eq!(
        what(&plan(&old, &new, &state, &Elements::new())).0,
        [(About::Gone, "ask")]
    );
    for event in moved(&old, &new, &state, &elements).unwrap() {
        apply(&mut state, &event);
    }
    assert_eq!(
        state
            .tasks()
            .map(|task| (task.element.as_str(), task.name.as_str()))
            .collect::<Vec<_>>(),
        [("opinion", "Góp ý"); 2]
    );
    for element in ["opinion", "opinion", "answer"] {
        done(&new, &mut state, element);
    }
    assert_eq!(state.instance.status, Status::Completed);
}

#[test]
fn timers_keep_their_instant_and_boundary_events_come_and_go() {
    let late = |id: &str, rule: &str| {
        format!(
            r#"<boundaryEvent id="{id}" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>{rule}</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="e{id}"/>"#
        )
    };
    let old = small(
        &format!(
            r#"<userTask id="a"/>{}{}"#,
            late("kept", "PT1H"),
            late("gone", "PT2H")
        ),
        "s > a; a > e; kept > ekept; gone > egone",
    );
    let new = small(
        &format!(
            r#"<userTask id="a"/>{}{}"#,
            late("kept", "PT5H"),
            late("added", "PT3H")
        ),
        "s > a; a > e; kept > ekept; added > eadded",
    );
    let (mut state, _) = start(&old);
    let seen = plan(&old, &new, &state, &Elements::new());
    assert_eq!(
        what(&seen),
        (
            vec![],
            vec![
                (About::Timer, "kept"),
                (About::Dropped, "gone"),
                (About::Added, "added")
            ]
        )
    );
    for event in moved(&old, &new, &state, &Elements::new()).unwrap() {
        apply(&mut state, &event);
    }
    let set: BTreeMap<&str, i64> = state
        .timers()
        .map(|timer| (timer.element.as_str(), (timer.due - at(0)).num_seconds()))
        .collect();
    assert_eq!(
        set,
        BTreeMap::from([("kept", 3_600), ("added", 50 + 3 * 3_600)]),
        "the new one counts from the migration"
    );
    let timer = state
        .timers()
        .find(|timer| timer.element == "added")
        .map(|timer| TimerId::new(timer.id.scope.clone(), timer.id.number))
        .unwrap();
    act(&new, &mut state, 20_000, CommandKind::FireDue { timer });
    assert_eq!(unsound(&state), None);
}

#[test]
fn what_stands_in_the_way_is_told_and_nothing_moves() {
    let a = r#"<userTask id="a"/>"#;
    let old = small(a, "s > a; a > e");
    let (state, _) = start(&old);
    let cases = [
        (
            "gone",
            small(r#"<userTask id="b"/>"#, "s > b; b > e"),
            About::Gone,
        ),
        (
            "another kind",
            small(r#"<serviceTask id="a" tk:service="x"/>"#, "s > a; a > e"),
            About::Kind,
        ),
        (
            "now repeated",
            small(
                r#"<userTask id="a"><multiInstanceLoopCharacteristics tk:collection="[1]"/></userTask>"#,
                "s > a; a > e",
            ),
            About::Kind,
        ),
        (
            "inside a sub-process",
            small(
                r#"<subProcess id="u"><startEvent id="us"/><userTask id="a"/><endEvent id="ue"/><sequenceFlow id="i1" sourceRef="us" targetRef="a"/><sequenceFlow id="i2" sourceRef="a" targetRef="ue"/></subProcess>"#,
                "s > u; u > e",
            ),
            About::Scope,
        ),
        (
            "behind a split that has passed",
            small(
                r#"<userTask id="a"/><userTask id="b"/><parallelGateway id="g"/><parallelGateway id="j"/>"#,
                "s > g; g > a; g > b; a > j; b > j; j > e",
            ),
            About::Join,
        ),
    ];
    for (case, new, about) in cases {
        let seen = plan(&old, &new, &state, &Elements::new());
        assert_eq!(
            seen.obstacles
                .iter()
                .map(|remark| remark.about)
                .collect::<Vec<_>>(),
            [about],
            "{case}"
        );
        let refusal = moved(&old, &new, &state, &Elements::new());
        let words = &seen.obstacles[0];
        assert!(
            matches!(&refusal, Err(Rejection::Refused { message, message_vi, .. }) if *message == words.message && *message_vi == words.message_vi),
            "{case}: {refusal:?}"
        );
    }
    let mut slice = state.clone();
    slice.partial = true;
    assert!(matches!(
        moved(&old, &old, &slice, &Elements::new()),
        Err(Rejection::Incomplete(_))
    ));
    let mut ended = state;
    done(&old, &mut ended, "a");
    assert!(matches!(
        moved(&old, &old, &ended, &Elements::new()),
        Err(Rejection::Refused { .. })
    ));
}

#[test]
fn a_branch_that_waits_at_a_join_may_have_grown() {
    let nodes =
        r#"<userTask id="a"/><userTask id="b"/><parallelGateway id="g"/><parallelGateway id="j"/>"#;
    let old = small(nodes, "s > g; g > a; g > b; a > j; b > j; j > e");
    let new = small(
        &(nodes.to_owned() + r#"<userTask id="c"/>"#),
        "s > g; g > a; g > b; a > c; c > j; b > j; j > e",
    );
    let (mut state, _) = start(&old);
    done(&old, &mut state, "a");
    for event in moved(&old, &new, &state, &Elements::new()).unwrap() {
        apply(&mut state, &event);
    }
    done(&new, &mut state, "b");
    assert_eq!(state.instance.status, Status::Completed, "{state:#?}");
}

/// How a version differs from the one before.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Nothing,
    /// Every element and flow has another id.
    Rename,
    /// A step more on every flow but those behind an event-based gateway.
    Insert,
}

fn edited(text: &str, edit: Edit) -> String {
    match edit {
        Edit::Nothing => text.replace("urn:test", "urn:other"),
        Edit::Rename => renamed(text),
        Edit::Insert => inserted(text),
    }
}

/// The value of an attribute, and the text behind it.
fn value<'a>(text: &'a str, attribute: &str) -> Option<&'a str> {
    let begin = text.find(&format!(" {attribute}=\""))? + attribute.len() + 3;
    text[begin..].split('"').next()
}

fn renamed(text: &str) -> String {
    let kept = ["defs", "p", "m", "err"];
    let mut out = text.to_owned();
    for attribute in ["id", "sourceRef", "targetRef", "attachedToRef", "default"] {
        let opening = format!(" {attribute}=\"");
        let parts: Vec<String> = out
            .split(&opening)
            .enumerate()
            .map(|(index, part)| match part.split_once('"') {
                Some((id, rest)) if index > 0 && !id.is_empty() && !kept.contains(&id) => {
                    format!("{id}x\"{rest}")
                }
                _ => part.to_owned(),
            })
            .collect();
        out = parts.join(&opening);
    }
    out
}

fn inserted(text: &str) -> String {
    let mut parts = text.split("<sequenceFlow");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (index, part) in parts.enumerate() {
        let target = value(part, "targetRef").unwrap();
        if value(part, "sourceRef")
            .unwrap()
            .starts_with("eventBasedGateway")
        {
            out += &format!("<sequenceFlow{part}");
            continue;
        }
        let step = format!("extra{index}");
        let first = part.replacen(
            &format!("targetRef=\"{target}\""),
            &format!("targetRef=\"{step}\""),
            1,
        );
        out += &format!(
            r#"<manualTask id="{step}"/><sequenceFlow id="more{index}" sourceRef="{step}" targetRef="{target}"/><sequenceFlow{first}"#
        );
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: walks(300), ..ProptestConfig::default() })]

    #[test]
    fn from_every_place_an_instance_goes_on_by_the_new_version_to_its_end(
        block in block(),
        edit in prop::sample::select(vec![Edit::Nothing, Edit::Rename, Edit::Insert]),
        before in 0..12_usize,
        path in prop::collection::vec(0..1_000_usize, 40),
    ) {
        let text = xml(&block);
        let (old, new) = (definitions(&text), definitions(&edited(&text, edit)));
        let (mut live, mut journal) = start(&old);
        let mut pick = path.iter().copied().cycle();
        let mut step = |defs: &Definitions, state: &mut State, number: usize| -> Option<Vec<Event>> {
            let possible = choices(state);
            let running = state.instance.status == Status::Running && !possible.is_empty();
            let kind = possible.get(pick.next()? % possible.len().max(1))?.clone();
            running.then(|| act(defs, state, 3_600 * i64::try_from(number).unwrap_or(0), kind))
        };
        for number in 1..=before {
            let Some(events) = step(&old, &mut live, number) else { break };
            journal.extend(events);
        }
        if live.instance.status != Status::Running {
            return Ok(());
        }
        let elements: Elements = match edit {
            Edit::Rename => old.processes()[0].nodes.iter().map(|node| (node.id.to_string(), format!("{}x", node.id))).collect(),
            _ => Elements::new(),
        };
        let untouched = live.clone();
        let events = migrate((&old, &new), &live, &elements, (at(1), "an"), &Calendar::vietnam());
        prop_assert!(events.is_ok(), "{edit:?}: {events:?}\n{live:#?}");
        for event in events.unwrap_or_default() {
            apply(&mut live, &event);
            journal.push(event);
        }
        prop_assert_eq!(live.tasks().count(), untouched.tasks().count(), "no work is lost or added");
        prop_assert_eq!(live.timers().map(|timer| timer.due).collect::<Vec<_>>(), untouched.timers().map(|timer| timer.due).collect::<Vec<_>>());
        let mut number = before;
        loop {
            // A restart after every step: read back from the journal as it is saved.
            let mut replayed = State::default();
            for event in &journal {
                let saved = serde_json::to_string(event).unwrap();
                apply(&mut replayed, &serde_json::from_str(&saved).unwrap());
            }
            prop_assert_eq!(&replayed, &live, "the state equals its replay");
            prop_assert_eq!(unsound(&live), None, "{:#?}", &live);
            number += 1;
            let Some(events) = step(&new, &mut live, number) else { break };
            journal.extend(events);
        }
        prop_assert_eq!(live.instance.status, Status::Completed, "{:?} stuck: {:#?}", edit, &live);
    }
}

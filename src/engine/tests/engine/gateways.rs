//! Gateways and conditional flows (BPMN 2.0.2, 10.6, 13.4, 8.4.13).

use crate::commands::{act, variables};
use crate::helper::{definitions, file, flows, run};
use serde_json::json;
use trinhky_engine::simulate::Outcome;
use trinhky_engine::{CommandKind, LocalId, ScopeId, State, Status, Variables};

const TASKS: &str = r#"<startEvent id="s"/><task id="a"/><task id="b"/><task id="c"/><task id="d"/><endEvent id="e"/>"#;

#[test]
fn exclusive_takes_the_first_that_holds_and_else_the_default() {
    let body = format!(
        r#"{TASKS}<exclusiveGateway id="g" default="g_c"/>{}"#,
        flows("s > g; g > a ? x > 10; g > b ? x > 5; g > c; a > e; b > e; c > e")
    );
    for (x, taken) in [(20, "a"), (7, "b"), (1, "c")] {
        let run = run(&file("", &body), json!({"variables": {"x": x}}));
        assert_eq!(run.completed(), format!("s g {taken} e"));
        assert_eq!(run.outcome, Outcome::Ended);
    }
}

#[test]
fn no_flow_that_holds_is_an_incident_and_so_is_a_missing_name() {
    let body = format!(
        r#"{TASKS}<exclusiveGateway id="g"/>{}"#,
        flows("s > g; g > a ? x > 10; g > b ? x > 20; a > e; b > e")
    );
    let none = run(&file("", &body), json!({"variables": {"x": 1}}));
    assert_eq!(
        (none.of("incident"), none.outcome),
        (vec!["g".to_owned()], Outcome::Failed)
    );
    let missing = run(&file("", &body), json!({}));
    assert_eq!(
        (missing.of("incident"), missing.outcome),
        (vec!["g".to_owned()], Outcome::Failed)
    );
    assert_eq!(missing.count("element_completed"), 1);
}

#[test]
fn parallel_waits_for_one_token_of_each_flow() {
    let body = format!(
        r#"{TASKS}<parallelGateway id="f"/><parallelGateway id="j"/>{}"#,
        flows("s > f; f > a; f > b; f > c; a > j; b > j; c > j; j > d; d > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "b", "after": "PT1H"}]}),
    );
    assert_eq!(run.completed(), "s f a c b j d e");
    assert_eq!(run.seconds("element_entered", "j"), [3600]);
}

#[test]
fn a_second_token_on_one_flow_does_not_open_a_parallel_join() {
    // Two tokens come over x to the join, none over b: it must not open.
    let body = format!(
        r#"{TASKS}<parallelGateway id="f"/><exclusiveGateway id="x"/><parallelGateway id="j"/>{}"#,
        flows("s > f; f > a; f > c; a > x; c > x; x > j; f > b; b > j; j > d; d > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "b", "after": "PT1H"}]}),
    );
    assert_eq!(run.seconds("element_entered", "j"), [3600]);
    assert_eq!((run.count("stuck"), run.outcome), (1, Outcome::Stuck));
}

#[test]
fn inclusive_takes_all_that_hold_and_its_join_waits_for_those_only() {
    let body = format!(
        r#"{TASKS}<inclusiveGateway id="f" default="f_c"/><inclusiveGateway id="j"/>{}"#,
        flows("s > f; f > a ? x > 1; f > b ? x > 2; f > c; a > j; b > j; c > j; j > d; d > e")
    );
    for (x, expected) in [(3, "s f a b j d e"), (2, "s f a j d e"), (0, "s f c j d e")] {
        let run = run(
            &file("", &body),
            json!({"variables": {"x": x}, "answers": [{"element": "a", "after": "PT1S"}, {"element": "b", "after": "PT2S"}]}),
        );
        assert_eq!(run.completed(), expected);
        assert_eq!((run.count("stuck"), run.outcome), (0, Outcome::Ended));
    }
}

#[test]
fn an_inclusive_join_does_not_wait_for_a_token_that_cannot_come_any_more() {
    // b's branch may go to the join or end; when it ends, the join opens.
    let body = format!(
        r#"{TASKS}<parallelGateway id="f"/><exclusiveGateway id="x"/><endEvent id="e2"/><inclusiveGateway id="j"/>{}"#,
        flows("s > f; f > a; f > b; a > j; b > x; x > j ? y; x > e2 ? !y; j > d; d > e")
    );
    let gone = run(
        &file("", &body),
        json!({"variables": {"y": false}, "answers": [{"element": "b", "after": "PT5S"}]}),
    );
    assert_eq!(gone.completed(), "s f a b x e2 j d e");
    assert_eq!(gone.seconds("element_entered", "j"), [5]);
    let comes = run(
        &file("", &body),
        json!({"variables": {"y": true}, "answers": [{"element": "b", "after": "PT5S"}]}),
    );
    assert_eq!(comes.completed(), "s f a b x j d e");
}

#[test]
fn inclusive_joins_that_wait_for_each_other_do_not_stick() {
    let body = format!(
        r#"{TASKS}<parallelGateway id="f"/><inclusiveGateway id="j"/><inclusiveGateway id="k"/><exclusiveGateway id="x"/><exclusiveGateway id="y"/>{}"#,
        flows(
            "s > f; f > j; f > k; j > a; a > x; x > k ? false; x > e ? true; k > b; b > y; y > j ? false; y > e ? true"
        )
    );
    let run = run(&file("", &body), json!({}));
    assert_eq!((run.count("stuck"), run.outcome), (0, Outcome::Ended));
}

#[test]
fn flows_out_of_an_activity_split_and_a_default_is_taken_when_no_condition_holds() {
    let body = format!(
        r#"<startEvent id="s"/><task id="t" default="t_c"/><task id="a"/><task id="b"/><task id="c"/>{}"#,
        flows("s > t; t > a ? x > 1; t > b; t > c")
    );
    assert_eq!(
        run(&file("", &body), json!({"variables": {"x": 2}})).completed(),
        "s t a b"
    );
    assert_eq!(
        run(&file("", &body), json!({"variables": {"x": 1}})).completed(),
        "s t b c"
    );
}

#[test]
fn several_flows_into_an_activity_start_it_for_each_token() {
    let body = format!(
        r#"{TASKS}<parallelGateway id="f"/>{}"#,
        flows("s > f; f > a; f > b; a > c; b > c; c > e")
    );
    assert_eq!(
        run(&file("", &body), json!({})).completed(),
        "s f a b c c e e"
    );
}

#[test]
fn a_start_quantity_waits_for_that_many_tokens() {
    let body = format!(
        r#"<startEvent id="s"/><parallelGateway id="f"/><task id="a"/><task id="b"/><task id="c" startQuantity="2"/><endEvent id="e"/>{}"#,
        flows("s > f; f > a; f > b; a > c; b > c; c > e")
    );
    assert_eq!(run(&file("", &body), json!({})).completed(), "s f a b c e");
}

#[test]
fn an_event_gateway_goes_on_with_the_first_event_and_forgets_the_others() {
    let roots = r#"<message id="m" name="reply"/>"#;
    let body = format!(
        r#"{TASKS}<eventBasedGateway id="g"/>
        <intermediateCatchEvent id="msg"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
        <intermediateCatchEvent id="late"><timerEventDefinition><timeDuration>PT10S</timeDuration></timerEventDefinition></intermediateCatchEvent>{}"#,
        flows("s > g; g > msg; g > late; msg > a; late > b; a > e; b > e")
    );
    let late = run(&file(roots, &body), json!({}));
    assert_eq!(late.completed(), "s g late b e");
    let early = run(
        &file(roots, &body),
        json!({"messages": [{"name": "reply", "after": "PT4S", "variables": {"v": 1}}]}),
    );
    assert_eq!(early.completed(), "s g msg a e");
    assert_eq!(
        (early.count("timer_fired"), early.variable("v")),
        (0, json!(1))
    );
}

#[test]
fn a_complex_gateway_opens_by_its_condition() {
    let body = format!(
        r#"{TASKS}<parallelGateway id="f"/><complexGateway id="j"><activationCondition>activationCount >= 2</activationCondition></complexGateway>{}"#,
        flows("s > f; f > a; f > b; f > c; a > j; b > j; c > j; j > d; d > e")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "a", "after": "PT1S"}, {"element": "b", "after": "PT2S"}, {"element": "c", "after": "PT3S"}]}),
    );
    assert_eq!(run.seconds("element_entered", "d"), [2]);
}

#[test]
fn a_completion_quantity_sends_that_many_tokens() {
    let body = format!(
        r#"<startEvent id="s"/><task id="a" completionQuantity="3"/><task id="b"/>{}"#,
        flows("s > a; a > b")
    );
    assert_eq!(run(&file("", &body), json!({})).completed(), "s a b b b");
}

/// `a` opens the gateway at once, `b` may come to it or end elsewhere.
fn two_phases(rest: &str) -> String {
    format!(
        r#"<startEvent id="s"/><userTask id="a"/><userTask id="b"/><complexGateway id="j"><activationCondition>activationCount >= 1</activationCondition></complexGateway><exclusiveGateway id="x"/><task id="first"/><task id="rest"/><endEvent id="e"/>{}"#,
        flows(&format!(
            "s > a; s > b; a > j; b > x; x > j ? comes; x > e ? !comes; j > first ? waitingForStart; j > rest ? {rest}"
        ))
    )
}

#[test]
fn a_complex_gateway_has_its_second_phase_when_the_last_token_ended_elsewhere() {
    let run = run(
        &file("", &two_phases("!waitingForStart")),
        json!({"variables": {"comes": false}, "answers": [{"element": "b", "after": "PT1H"}]}),
    );
    assert_eq!(run.completed(), "s a j first b x e rest");
    assert_eq!(run.outcome, Outcome::Ended);
}

#[test]
fn a_second_phase_that_cannot_be_decided_is_an_incident_of_the_gateway() {
    let body = two_phases("!waitingForStart && unknown > 1");
    let run = run(
        &file("", &body),
        json!({"variables": {"comes": true}, "answers": [{"element": "b", "after": "PT1H"}]}),
    );
    assert_eq!(
        (run.of("incident"), run.count("refused")),
        (vec!["j".to_owned()], 0)
    );
    assert_eq!(run.completed(), "s a j first b x");
    assert_eq!(run.outcome, Outcome::Failed);
}

#[test]
fn an_activation_condition_that_fails_is_an_incident_and_is_asked_again_once_resolved() {
    let body = format!(
        r#"{TASKS}<complexGateway id="j"><activationCondition>activationCount >= wanted</activationCondition></complexGateway>{}"#,
        flows("s > a; s > b; a > j; b > j; j > d; d > e")
    );
    let defs = definitions(&file("", &body));
    let mut state = State::default();
    let start = CommandKind::Start {
        process: "p".to_owned(),
        variables: Variables::new(),
        start: None,
    };
    act(&defs, &mut state, "x", start).unwrap();
    let root = &state.scopes[&ScopeId::root()];
    let numbers: Vec<u64> = root.incidents.keys().copied().collect();
    assert_eq!(
        numbers.len(),
        1,
        "one incident, however often it is looked at: {root:?}"
    );
    let resolve = CommandKind::ResolveIncident {
        incident: LocalId::new(ScopeId::root(), numbers[0]),
        variables: variables(json!({"wanted": 2})),
    };
    act(&defs, &mut state, "x", resolve).unwrap();
    assert_eq!(state.instance.status, Status::Completed);
}

#[test]
fn an_interrupting_event_ends_a_complex_gateway_for_good() {
    let body = format!(
        r#"<subProcess id="v" triggeredByEvent="true"><startEvent id="vs"><messageEventDefinition messageRef="m"/></startEvent><endEvent id="ve"/>{}</subProcess>{}"#,
        flows("vs > ve"),
        two_phases("!waitingForStart")
    );
    let run = run(
        &file(r#"<message id="m" name="stop"/>"#, &body),
        json!({"variables": {"comes": true}, "answers": [{"element": "b", "after": "P9D"}], "messages": [{"name": "stop", "after": "PT1H"}]}),
    );
    assert_eq!(
        (run.completed().as_str(), run.cancelled().as_str()),
        ("s a j first vs ve v", "b")
    );
    assert_eq!(run.outcome, Outcome::Ended);
}

//! Events in their positions (BPMN 2.0.2, 10.5, 13.5).

use crate::helper::{file, flows, run, run_with};
use serde_json::json;
use trinhky_engine::simulate::Outcome;

fn timer(text: &str) -> String {
    format!("<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>")
}

#[test]
fn an_interrupting_boundary_cancels_and_goes_its_way() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t"/><boundaryEvent id="b" attachedToRef="t">{}</boundaryEvent><endEvent id="e"/><endEvent id="late"/>{}"#,
        timer("PT1H"),
        flows("s > t; t > e; b > late")
    );
    let late = run(
        &file("", &body),
        json!({"answers": [{"element": "t", "after": "PT2H"}]}),
    );
    assert_eq!(
        (late.completed().as_str(), late.cancelled().as_str()),
        ("s b late", "t")
    );
    assert!(late.before(("timer_fired", "b"), ("element_cancelled", "t")));
    assert!(late.before(("element_cancelled", "t"), ("element_entered", "b")));
    let early = run(
        &file("", &body),
        json!({"answers": [{"element": "t", "after": "PT30M"}]}),
    );
    assert_eq!(
        (early.completed().as_str(), early.count("timer_fired")),
        ("s t e", 0)
    );
}

#[test]
fn a_cycle_on_a_non_interrupting_boundary_fires_so_often_and_stops_with_its_activity() {
    let body = |cycle: &str| {
        format!(
            r#"<startEvent id="s"/><userTask id="t"/><boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><timerEventDefinition><timeCycle>{cycle}</timeCycle></timerEventDefinition></boundaryEvent><endEvent id="e"/><endEvent id="r"/>{}"#,
            flows("s > t; t > e; b > r")
        )
    };
    let scenario = json!({"answers": [{"element": "t", "after": "PT95S"}]});
    assert_eq!(
        run(&file("", &body("R3/PT10S")), scenario.clone()).seconds("timer_fired", "b"),
        [10, 20, 30]
    );
    assert_eq!(
        run(&file("", &body("R/PT30S")), scenario.clone()).seconds("timer_fired", "b"),
        [30, 60, 90]
    );
    assert_eq!(
        run(&file("", &body("R1/PT10S")), scenario).seconds("timer_fired", "b"),
        [10]
    );
}

#[test]
fn errors_go_outward_to_the_nearest_catcher_that_fits() {
    let roots = r#"<error id="e1" errorCode="E1"/><error id="e2" errorCode="E2"/>"#;
    let body = |inner: &str| {
        format!(
            r#"<startEvent id="s"/><subProcess id="o"><startEvent id="os"/>
            <subProcess id="i"><startEvent id="is"/><endEvent id="x"><errorEventDefinition errorRef="{inner}"/></endEvent>{}</subProcess>
            <boundaryEvent id="bi" attachedToRef="i"><errorEventDefinition errorRef="e1"/></boundaryEvent>{}</subProcess>
            <boundaryEvent id="bo" attachedToRef="o"><errorEventDefinition/></boundaryEvent><task id="t"/>{}"#,
            flows("is > x"),
            flows("os > i"),
            flows("s > o; bo > t")
        )
    };
    let near = run(&file(roots, &body("e1")), json!({}));
    assert_eq!(near.of("error_caught"), ["bi"]);
    assert_eq!(
        (near.completed().as_str(), near.cancelled().as_str()),
        ("s os is x bi o", "i")
    );
    let far = run(&file(roots, &body("e2")), json!({}));
    assert_eq!(
        (
            far.of("error_caught").join(" "),
            far.cancelled(),
            far.completed()
        ),
        ("bo".into(), "i o".into(), "s os is x bo t".into())
    );
    assert_eq!(
        far.lines
            .iter()
            .find(|line| line["event"] == "error_caught")
            .unwrap()["data"],
        json!({"code": "E2"})
    );
}

#[test]
fn an_uncaught_error_end_event_ends_its_instance() {
    let body = format!(
        r#"<startEvent id="s"/><parallelGateway id="f"/><userTask id="t"/><endEvent id="x"><errorEventDefinition errorRef="e1"/></endEvent>{}"#,
        flows("s > f; f > t; f > x")
    );
    let run = run(
        &file(r#"<error id="e1" errorCode="E1"/>"#, &body),
        json!({"answers": [{"element": "t", "after": "PT1S"}]}),
    );
    assert_eq!(
        (
            run.of("error_thrown").join(" "),
            run.cancelled(),
            run.outcome
        ),
        ("x".into(), "t".into(), Outcome::Ended)
    );
}

#[test]
fn an_error_of_a_task_is_caught_at_its_boundary_or_is_an_incident() {
    let body = format!(
        r#"<startEvent id="s"/><serviceTask id="t"/><boundaryEvent id="b" attachedToRef="t"><errorEventDefinition errorRef="e1"/></boundaryEvent><task id="h"/>{}"#,
        flows("s > t; b > h")
    );
    let roots = r#"<error id="e1" errorCode="E1"/>"#;
    let caught = run(
        &file(roots, &body),
        json!({"answers": [{"element": "t", "error": "E1", "variables": {"why": "no"}}]}),
    );
    assert_eq!(
        (
            caught.completed(),
            caught.cancelled(),
            caught.of("variable_set").join(" ")
        ),
        ("s b h".into(), "t".into(), "t".into())
    );
    let other = run(
        &file(roots, &body),
        json!({"answers": [{"element": "t", "error": "E9"}]}),
    );
    assert_eq!(
        (other.count("incident"), other.outcome),
        (1, Outcome::Failed)
    );
}

#[test]
fn an_escalation_goes_on_when_the_catcher_does_not_interrupt() {
    let roots = r#"<escalation id="x1" escalationCode="X"/>"#;
    let body = |cancel: bool| {
        format!(
            r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><intermediateThrowEvent id="x"><escalationEventDefinition escalationRef="x1"/></intermediateThrowEvent><task id="a"/>{}</subProcess>
            <boundaryEvent id="b" attachedToRef="u" cancelActivity="{cancel}"><escalationEventDefinition escalationRef="x1"/></boundaryEvent><task id="h"/><task id="z"/>{}"#,
            flows("us > x; x > a"),
            flows("s > u; b > h; u > z")
        )
    };
    let keeps = run(&file(roots, &body(false)), json!({}));
    assert!(
        keeps.before(("escalation_caught", "b"), ("element_completed", "x")),
        "the boundary acts before the thrower's token moves on"
    );
    assert_eq!(keeps.completed(), "s us b x h a u z");
    let ends = run(&file(roots, &body(true)), json!({}));
    assert_eq!(
        (ends.completed(), ends.cancelled()),
        ("s us b h".into(), "x u".into())
    );
}

#[test]
fn an_escalation_that_nobody_catches_changes_nothing() {
    let body = format!(
        r#"<startEvent id="s"/><endEvent id="x"><escalationEventDefinition escalationRef="x1"/></endEvent>{}"#,
        flows("s > x")
    );
    let run = run(
        &file(r#"<escalation id="x1" escalationCode="X"/>"#, &body),
        json!({}),
    );
    assert_eq!(
        (run.completed(), run.outcome),
        ("s x".into(), Outcome::Ended)
    );
}

#[test]
fn event_sub_processes_interrupt_or_run_beside() {
    let roots = r#"<message id="m" name="stop"/>"#;
    let body = |interrupting: bool| {
        format!(
            r#"<startEvent id="s"/><userTask id="t"/><endEvent id="e"/>
            <subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="{interrupting}"><messageEventDefinition messageRef="m"/></startEvent><task id="ht"/>{}</subProcess>{}"#,
            flows("hs > ht"),
            flows("s > t; t > e")
        )
    };
    let scenario = json!({"answers": [{"element": "t", "after": "PT1H"}], "messages": [{"name": "stop", "after": "PT1M"}, {"name": "stop", "after": "PT2M"}]});
    let stops = run(&file(roots, &body(true)), scenario.clone());
    assert_eq!(
        (stops.completed(), stops.cancelled()),
        ("s hs ht h".into(), "t".into())
    );
    let beside = run(&file(roots, &body(false)), scenario);
    assert_eq!(
        (beside.completed(), beside.cancelled()),
        ("s hs ht h hs ht h t e".into(), String::new())
    );
}

#[test]
fn an_error_event_sub_process_catches_inside_its_scope() {
    let body = format!(
        r#"<startEvent id="s"/><subProcess id="u"><startEvent id="us"/><endEvent id="x"><errorEventDefinition errorRef="e1"/></endEvent>
        <subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><errorEventDefinition errorRef="e1"/></startEvent><task id="ht"/>{}</subProcess>{}</subProcess><task id="z"/>{}"#,
        flows("hs > ht"),
        flows("us > x"),
        flows("s > u; u > z")
    );
    assert_eq!(
        run(
            &file(r#"<error id="e1" errorCode="E1"/>"#, &body),
            json!({})
        )
        .completed(),
        "s us x hs ht h u z"
    );
}

#[test]
fn a_signal_reaches_everything_that_waits_and_starts_processes() {
    let roots = format!(
        r#"<signal id="g" name="go"/><process id="q"><startEvent id="qs"><signalEventDefinition signalRef="g"/></startEvent><task id="qt"/>{}</process>"#,
        flows("qs > qt")
    );
    let body = format!(
        r#"<startEvent id="s"/><parallelGateway id="f"/><intermediateCatchEvent id="c1"><signalEventDefinition signalRef="g"/></intermediateCatchEvent><intermediateCatchEvent id="c2"><signalEventDefinition signalRef="g"/></intermediateCatchEvent><intermediateThrowEvent id="x"><signalEventDefinition signalRef="g"/></intermediateThrowEvent>{}"#,
        flows("s > f; f > c1; f > c2; f > x")
    );
    let run = run(&file(&roots, &body), json!({}));
    assert_eq!(run.of("signal_received"), ["c1", "c2", "qs"]);
    assert!(run.before(("element_completed", "c1"), ("element_completed", "x")));
    assert_eq!(
        (run.completed().contains("qs qt"), run.outcome),
        (true, Outcome::Ended)
    );
}

#[test]
fn messages_go_between_processes_and_start_them() {
    let roots = format!(
        r#"<message id="m" name="order"/><message id="n" name="answer"/><process id="q"><startEvent id="qs"><messageEventDefinition messageRef="m"/></startEvent><sendTask id="qt" messageRef="n"/>{}</process>"#,
        flows("qs > qt")
    );
    let body = format!(
        r#"<startEvent id="s"/><intermediateThrowEvent id="x"><messageEventDefinition messageRef="m"/></intermediateThrowEvent><receiveTask id="r" messageRef="n"/><endEvent id="e"/>{}"#,
        flows("s > x; x > r; r > e")
    );
    let run = run(&file(&roots, &body), json!({}));
    assert_eq!(
        (
            run.of("message_sent").join(" "),
            run.of("message_received").join(" ")
        ),
        ("x qt".into(), "qs r".into())
    );
    assert_eq!(
        (run.count("instance_completed"), run.outcome),
        (2, Outcome::Ended)
    );
}

#[test]
fn a_message_finds_the_wait_with_its_key() {
    let body = format!(
        r#"<startEvent id="s"/><parallelGateway id="f"/><intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m" tk:key="'one'"/></intermediateCatchEvent><intermediateCatchEvent id="c2"><messageEventDefinition messageRef="m" tk:key="'two'"/></intermediateCatchEvent>{}"#,
        flows("s > f; f > c1; f > c2")
    );
    let run = run(
        &file(r#"<message id="m" name="report"/>"#, &body),
        json!({"messages": [{"name": "report", "key": "two", "after": "PT1S"}, {"name": "report", "key": "three"}]}),
    );
    assert_eq!(
        (run.of("message_received").join(" "), run.outcome),
        ("c2".into(), Outcome::Stuck)
    );
}

#[test]
fn a_condition_fires_when_it_becomes_true() {
    let body = format!(
        r#"<startEvent id="s"/><userTask id="t"/><boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><conditionalEventDefinition><condition>n &gt; 1</condition></conditionalEventDefinition></boundaryEvent>
        <parallelGateway id="f"/><userTask id="u"/><userTask id="v"/><task id="h"/>{}"#,
        flows("s > f; f > t; f > u; u > v; b > h")
    );
    let scenario = json!({"variables": {"n": 0}, "answers": [{"element": "t", "after": "PT9S"}, {"element": "u", "after": "PT1S", "variables": {"n": 1}}, {"element": "v", "after": "PT1S", "variables": {"n": 2}}]});
    let run = run(&file("", &body), scenario);
    assert_eq!(run.seconds("element_completed", "b"), [2]);
}

#[test]
fn links_jump_to_their_catcher() {
    let body = format!(
        r#"<startEvent id="s"/><intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent><task id="t"/>{}"#,
        flows("s > x; c > t")
    );
    assert_eq!(run(&file("", &body), json!({})).completed(), "s x c t");
}

#[test]
fn a_multiple_event_takes_one_and_a_parallel_multiple_takes_all() {
    let roots = r#"<signal id="g" name="go"/><message id="m" name="msg"/>"#;
    let body = |parallel: bool| {
        format!(
            r#"<startEvent id="s"/><intermediateCatchEvent id="c" parallelMultiple="{parallel}"><messageEventDefinition messageRef="m"/><signalEventDefinition signalRef="g"/></intermediateCatchEvent><endEvent id="e"/>{}"#,
            flows("s > c; c > e")
        )
    };
    let scenario = json!({"messages": [{"name": "msg", "after": "PT1S"}], "signals": [{"name": "go", "after": "PT5S"}]});
    assert_eq!(
        run(&file(roots, &body(false)), scenario.clone()).seconds("element_completed", "c"),
        [1]
    );
    assert_eq!(
        run(&file(roots, &body(true)), scenario).seconds("element_completed", "c"),
        [5]
    );
}

#[test]
fn compensation_runs_the_handlers_backwards() {
    let body = format!(
        r#"<startEvent id="s"/><task id="a"/><task id="b"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent>
        <task id="ha" isForCompensation="true"/><task id="hb" isForCompensation="true"/>
        <intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent><endEvent id="e"/>{}<association id="x1" sourceRef="ca" targetRef="ha"/><association id="x2" sourceRef="cb" targetRef="hb"/>"#,
        flows("s > a; a > b; b > x; x > e")
    );
    assert_eq!(
        run(&file("", &body), json!({})).completed(),
        "s a b hb ha x e"
    );
}

#[test]
fn a_cancelled_transaction_compensates_and_leaves_by_its_cancel_boundary() {
    let body = format!(
        r#"<startEvent id="s"/><transaction id="u"><startEvent id="us"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/><endEvent id="x"><cancelEventDefinition/></endEvent>{}<association id="x1" sourceRef="ca" targetRef="ha"/></transaction>
        <boundaryEvent id="bc" attachedToRef="u"><cancelEventDefinition/></boundaryEvent><task id="h"/><task id="z"/>{}"#,
        flows("us > a; a > x"),
        flows("s > u; u > z; bc > h")
    );
    assert_eq!(
        run(&file("", &body), json!({})).completed(),
        "s us a ha x bc h"
    );
}

#[test]
fn event_definitions_may_be_referenced() {
    let roots =
        r#"<timerEventDefinition id="td"><timeDuration>PT3S</timeDuration></timerEventDefinition>"#;
    let body = format!(
        r#"<startEvent id="s"/><intermediateCatchEvent id="c"><eventDefinitionRef>td</eventDefinitionRef></intermediateCatchEvent>{}"#,
        flows("s > c")
    );
    assert_eq!(
        run(&file(roots, &body), json!({})).seconds("element_completed", "c"),
        [3]
    );
}

#[test]
fn an_instantiating_gateway_or_receive_task_starts_by_its_message() {
    let roots = r#"<message id="m" name="m"/><message id="n" name="n"/>"#;
    let body = format!(
        r#"<eventBasedGateway id="g" instantiate="true"/><intermediateCatchEvent id="a"><messageEventDefinition messageRef="m"/></intermediateCatchEvent><intermediateCatchEvent id="b"><messageEventDefinition messageRef="n"/></intermediateCatchEvent><task id="t"/>{}"#,
        flows("g > a; g > b; a > t; b > t")
    );
    let gateway = run(&file(roots, &body), json!({"messages": [{"name": "n"}]}));
    assert_eq!(
        (gateway.completed(), gateway.outcome),
        ("b t".into(), Outcome::Ended)
    );
    let body = format!(
        r#"<receiveTask id="r" messageRef="m" instantiate="true"/><task id="t"/>{}"#,
        flows("r > t")
    );
    let task = run(
        &file(roots, &body),
        json!({"messages": [{"name": "m"}, {"name": "m"}]}),
    );
    assert_eq!(
        (task.completed(), task.count("instance_started")),
        ("r t r t".into(), 2)
    );
}

#[test]
fn a_condition_that_another_one_made_true_fires_once() {
    // What the caught event sets makes the conditions be looked at again while they are being looked at.
    let body = format!(
        r#"<dataObject id="seen"/><startEvent id="s"/><userTask id="t"/><userTask id="go"/>
        <boundaryEvent id="b1" attachedToRef="t" cancelActivity="false"><conditionalEventDefinition><condition>n == 1</condition></conditionalEventDefinition></boundaryEvent>
        <boundaryEvent id="b2" attachedToRef="t" cancelActivity="false"><conditionalEventDefinition><condition>n >= 1</condition></conditionalEventDefinition></boundaryEvent>
        <intermediateCatchEvent id="c"><dataOutputAssociation><targetRef>seen</targetRef><assignment><from>n</from><to>seen</to></assignment></dataOutputAssociation><conditionalEventDefinition><condition>n == 1</condition></conditionalEventDefinition></intermediateCatchEvent>
        <task id="h1"/><task id="h2"/><task id="h3"/>{}"#,
        flows("s > c; s > t; s > go; b1 > h1; b2 > h2; c > h3")
    );
    let run = run(
        &file("", &body),
        json!({"variables": {"n": 0}, "answers": [{"element": "t", "after": "P1D"}, {"element": "go", "after": "PT1H", "variables": {"n": 1}}]}),
    );
    assert_eq!(run.of("condition_met"), ["c", "b1", "b2"]);
    assert_eq!(run.completed(), "s b1 b2 c go h1 h2 h3 t");
}

#[test]
fn a_cancel_end_inside_a_sub_process_of_a_transaction_undoes_the_whole_transaction() {
    let body = format!(
        r#"<startEvent id="s"/><transaction id="x"><startEvent id="xs"/><task id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="ha" isForCompensation="true"/>
        <userTask id="w"/><subProcess id="i"><startEvent id="is"/><task id="b"/><boundaryEvent id="cb" attachedToRef="b"><compensateEventDefinition/></boundaryEvent><task id="hb" isForCompensation="true"/><endEvent id="c"><cancelEventDefinition/></endEvent>{}
        <association id="as1" sourceRef="cb" targetRef="hb"/></subProcess><boundaryEvent id="late" attachedToRef="i"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>{}
        <association id="as2" sourceRef="ca" targetRef="ha"/></transaction><boundaryEvent id="out" attachedToRef="x"><cancelEventDefinition/></boundaryEvent><endEvent id="e"/><endEvent id="undone"/>{}"#,
        flows("is > b; b > c"),
        flows("xs > a; a > w; a > i; late > w"),
        flows("s > x; x > e; out > undone")
    );
    let run = run(
        &file("", &body),
        json!({"answers": [{"element": "w", "after": "P9D"}]}),
    );
    assert_eq!(run.completed(), "s xs a is b c hb ha out undone");
    assert_eq!(run.cancelled(), "w i x");
    assert_eq!(run.outcome, Outcome::Ended);
}

#[test]
fn a_start_later_than_the_end_of_the_scenario_is_not_stuck() {
    let body = format!(
        r#"<startEvent id="s"><timerEventDefinition><timeDuration>P10D</timeDuration></timerEventDefinition></startEvent><endEvent id="e"/>{}"#,
        flows("s > e")
    );
    let early = run_with(
        &file("", &body),
        json!({"until": "2023-01-05T00:00:00Z"}),
        &["p"],
    );
    assert_eq!((early.count("until_reached"), early.count("stuck")), (1, 0));
    assert_eq!(early.outcome, Outcome::Stuck);
}
